//! The layer that sends a request again where that can help and cannot harm.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use http::StatusCode;
use livechat_types::{ActionInfo, Repeatable, shared::ErrorType};
use tokio::time::sleep;
use tower::Layer;

use super::stage::{Answer, HttpService, Request, Stage, Step};
use crate::{ApiError, Body, Call, Error, ErrorKind, Result, clock::after, error, json, random};

/// Sends a request again after failures that may pass.
///
/// | what happened | sent again |
/// |---|---|
/// | the server could not be reached | always |
/// | the server refused it unread: 429, `too_many_requests` | always |
/// | the connection failed later, no answer came in time, a status of 500 and above (but 501 and 505) | if the action is safe to repeat, see [`Repeatable`] |
/// | anything else | never |
///
/// The body of an upload that streams is read once, so it is never sent again. Waits grow by powers of two, with full jitter; a
/// `Retry-After` is kept to. A wait that would pass the call's deadline is not begun: the failure is returned at once. A budget,
/// shared by all calls of a client, keeps retries from multiplying the load of a server in trouble.
///
/// ```
/// use std::time::Duration;
/// use livechat_client::{Credentials, LiveChat, layers::Retry};
///
/// # fn main() -> livechat_client::Result<()> {
/// let patient = Retry::new().max_attempts(6).backoff(Duration::from_millis(500), Duration::from_secs(20));
/// let livechat = LiveChat::builder(Credentials::bearer("dal:…")).retry(patient).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct Retry {
    max_attempts: u32,
    first_wait: Duration,
    longest_wait: Duration,
    budget: Arc<Budget>,
}

impl Default for Retry {
    fn default() -> Self {
        Self::new()
    }
}

impl Retry {
    /// Up to four attempts, waits of up to a quarter of a second and then up to ten seconds, and a budget of 50 retries at once and
    /// one more for every five calls.
    pub fn new() -> Self {
        Self {
            max_attempts: 4,
            first_wait: Duration::from_millis(250),
            longest_wait: Duration::from_secs(10),
            budget: Arc::new(Budget::new(50, 20)),
        }
    }

    /// One attempt only.
    pub fn never() -> Self {
        Self::new().max_attempts(1)
    }

    /// How often a request is sent at most, the first time included.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts;
        self
    }

    /// The longest first wait, and the longest wait at all; each wait is a random part of a bound that doubles from one to the other.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.first_wait = first;
        self.longest_wait = longest;
        self
    }

    /// How many retries may happen at once, and how many more each hundred calls allow.
    pub fn budget(mut self, at_once: u32, per_hundred_calls: u32) -> Self {
        self.budget = Arc::new(Budget::new(at_once, per_hundred_calls));
        self
    }

    /// How long to wait before the next attempt, or `None` if this outcome stands.
    fn wait(&self, request: &Request, attempt: u32, outcome: &Result<Answer>) -> Option<Duration> {
        if attempt >= self.max_attempts || request.body().is_spent() {
            return None;
        }
        let call = request.extensions().get::<Call>()?;
        match Fate::of(outcome) {
            Fate::Final => return None,
            Fate::Unknown if !is_repeatable(call.action(), request.body()) => return None,
            Fate::Unknown | Fate::NotDone => {}
        }
        let doubled = self.first_wait.saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX));
        let jitter = doubled.min(self.longest_wait).mul_f64(random::fraction());
        let asked = match outcome {
            Ok(answer) => error::retry_after(answer.headers()),
            Err(error) => error.retry_after(),
        };
        let wait =
            asked.map_or(jitter, |asked| asked.saturating_add(self.first_wait.mul_f64(random::fraction())));
        if after(wait) >= call.deadline_in_tokio() || !self.budget.withdraw() {
            return None;
        }
        tracing::debug!(action = call.action().name, attempt, ?wait, "the request will be sent again");
        Some(wait)
    }
}

impl<S> Layer<S> for Retry {
    type Service = Stage<Self, S>;

    fn layer(&self, rest: S) -> Self::Service {
        Stage::new(self.clone(), rest)
    }
}

impl Step for Retry {
    async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> Result<Answer> {
        self.budget.deposit();
        let (mut attempt, mut reached) = (1, false);
        loop {
            let mut outcome = rest.send(request).await;
            if reached {
                // The last attempt may have failed on its way; what an earlier one did, nobody knows.
                outcome = outcome.map_err(Error::with_reached);
            }
            reached |= matches!(Fate::of(&outcome), Fate::Unknown);
            let Some(wait) = self.wait(request, attempt, &outcome) else { return outcome };
            sleep(wait).await;
            attempt += 1;
        }
    }
}

/// What is known of a request after an attempt.
enum Fate {
    /// The server surely did not carry it out, and may do so soon.
    NotDone,
    /// The server may have carried it out or not.
    Unknown,
    /// Sending it again would change nothing, or there is no need.
    Final,
}

impl Fate {
    fn of(outcome: &Result<Answer>) -> Self {
        match outcome {
            Ok(answer) if answer.status().is_success() => Self::Final,
            Ok(answer) => Self::of_refusal(answer),
            Err(error) => match error.kind() {
                ErrorKind::Transport if !error.may_have_reached_server() => Self::NotDone,
                ErrorKind::Transport | ErrorKind::Timeout => Self::Unknown,
                _ => Self::Final,
            },
        }
    }

    fn of_refusal(answer: &Answer) -> Self {
        if is_rate_limited(answer) {
            return Self::NotDone;
        }
        let status = answer.status();
        let temporary = ApiError::of(answer).is_some_and(|error| {
            use ErrorType::{Internal, RequestTimeout, ServiceUnavailable};
            matches!(error.error_type(), Internal | RequestTimeout | ServiceUnavailable)
        });
        let lasting = matches!(status, StatusCode::NOT_IMPLEMENTED | StatusCode::HTTP_VERSION_NOT_SUPPORTED);
        if temporary || (status.is_server_error() && !lasting) { Self::Unknown } else { Self::Final }
    }
}

/// Whether the server says that there were too many requests.
pub(super) fn is_rate_limited(answer: &Answer) -> bool {
    !answer.status().is_success()
        && (answer.status() == StatusCode::TOO_MANY_REQUESTS
            || ApiError::of(answer).is_some_and(|error| *error.error_type() == ErrorType::TooManyRequests))
}

/// Whether sending the request twice does what sending it once does.
fn is_repeatable(action: &ActionInfo, body: &Body) -> bool {
    match action.repeatable {
        Repeatable::Always => true,
        Repeatable::WithCustomId => body.as_bytes().is_some_and(|bytes| has_custom_id(bytes)),
        _ => false,
    }
}

/// Looks for the `custom_id` of the request, or of the event that it sends.
fn has_custom_id(body: &[u8]) -> bool {
    let Some(request) = json::value(body) else { return false };
    let custom_id = request.get("custom_id").or_else(|| request.get("event")?.get("custom_id"));
    custom_id.and_then(serde_json::Value::as_str).is_some_and(|id| !id.is_empty())
}

/// How many retries a client may still make; each call adds a part of one.
#[derive(Debug)]
struct Budget {
    /// Hundredths of a retry.
    balance: AtomicI64,
    most: i64,
    deposit: i64,
}

impl Budget {
    fn new(at_once: u32, per_hundred_calls: u32) -> Self {
        let most = i64::from(at_once) * 100;
        Self { balance: AtomicI64::new(most), most, deposit: per_hundred_calls.into() }
    }

    fn deposit(&self) {
        let add = |balance: i64| (balance < self.most).then_some((balance + self.deposit).min(self.most));
        // A full balance stays as it is.
        let _ = self.balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }

    fn withdraw(&self) -> bool {
        let take = |balance: i64| (balance >= 100).then_some(balance - 100);
        self.balance.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_id_is_found_where_the_documentation_has_it() {
        assert!(has_custom_id(br#"{"custom_id":"1"}"#));
        assert!(has_custom_id(br#"{"chat_id":"a","event":{"type":"message","custom_id":"1"}}"#));
        assert!(!has_custom_id(br#"{"event":{"text":"custom_id"}}"#));
        assert!(!has_custom_id(br#"{"custom_id":""}"#));
        assert!(!has_custom_id(b"custom_id"));
    }

    #[test]
    fn the_budget_allows_its_burst_and_then_a_part_of_the_calls() {
        let budget = Budget::new(3, 20);
        assert_eq!((0..10).filter(|_| budget.withdraw()).count(), 3);
        (0..10).for_each(|_| budget.deposit());
        assert_eq!((0..10).filter(|_| budget.withdraw()).count(), 2);
        (0..1000).for_each(|_| budget.deposit());
        assert_eq!((0..10).filter(|_| budget.withdraw()).count(), 3);
    }
}
