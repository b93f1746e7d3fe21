//! The layer that keeps to the rate limit: no window of time ever holds more requests of one token than allowed.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep, timeout_at};
use tower::Layer;

use super::{
    retry::is_rate_limited,
    stage::{Answer, HttpService, Request, Stage, Step},
};
use crate::{BoxError, Call, Error, ErrorKind, Result, clock::after, error};

/// Holds requests back so that the server need not refuse them.
///
/// It counts exactly: whichever moment a window begins at, no more than the allowed number of requests is let through within it,
/// while a burst may use the whole allowance at once. Each token has an allowance and a queue of its own; who comes first goes first. A
/// call that is dropped while it waits leaves the queue and uses nothing; one that is kept and not polled, as in a buffer of futures, is
/// overtaken a second after its time came. A call that would wait longer than [`max_wait`](Self::max_wait) fails with
/// [`ErrorKind::RateLimit`].
///
/// When the server refuses a request all the same (429 or `too_many_requests`), all requests of that token pause for the time that
/// `Retry-After` names, an hour at most (some name a moment where a time is meant). Where it names none, they pause for a second, and twice
/// as long after each further refusal, up to 32 seconds.
///
/// Clones share their counts: give the same `RateLimit` to several clients that use the same token.
///
/// ```
/// use std::time::Duration;
/// use livechat_client::{Credentials, LiveChat, layers::RateLimit};
///
/// # fn main() -> livechat_client::Result<()> {
/// let limit = RateLimit::per_minute(90).max_wait(Duration::from_secs(5));
/// let livechat = LiveChat::builder(Credentials::bearer("dal:…")).rate_limit(limit).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct RateLimit {
    allowance: Allowance,
    max_wait: Duration,
    /// Where the requests are counted, if not at the gates.
    store: Option<Arc<dyn RateLimitStore>>,
    gates: Arc<Mutex<Gates>>,
}

/// How many requests are allowed in any window of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Allowance {
    /// How many requests.
    pub requests: u32,
    /// How long the window is.
    pub window: Duration,
}

/// Where the requests are counted: in memory, or in a place that several processes share.
///
/// Waiting, fairness and the queue are [`RateLimit`]'s; a store only counts. Its methods must be sound when their futures are dropped. An
/// error of a store is one of the call, with the kind [`ErrorKind::RateLimit`] and the store's own as its source.
pub trait RateLimitStore: Send + Sync + 'static {
    /// Takes a place for one request of `key` now, or says how long there will be none.
    fn take<'a>(&'a self, key: &'a str, allowance: Allowance) -> StoreFuture<'a, Take>;

    /// Gives no place to `key` for this long.
    fn pause<'a>(&'a self, key: &'a str, time: Duration) -> StoreFuture<'a, ()>;
}

impl<S: RateLimitStore + ?Sized> RateLimitStore for Arc<S> {
    fn take<'a>(&'a self, key: &'a str, allowance: Allowance) -> StoreFuture<'a, Take> {
        S::take(self, key, allowance)
    }

    fn pause<'a>(&'a self, key: &'a str, time: Duration) -> StoreFuture<'a, ()> {
        S::pause(self, key, time)
    }
}

/// What a [`RateLimitStore`]'s methods return.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send + 'a>>;

/// Whether there is a place for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// There was one, and it is taken.
    Granted,
    /// There is none for at least this long.
    Wait(Duration),
}

/// The gates of all tokens.
#[derive(Default)]
struct Gates {
    by_key: HashMap<Arc<str>, Arc<Gate>>,
    /// How many there may be until those that nobody needs are looked for.
    room: usize,
}

impl Gates {
    /// Forgets the tokens that nobody uses and whose windows are empty. The next look is due when there are twice as many as stay.
    fn forget_idle(&mut self, window: Duration) {
        self.by_key.retain(|_, gate| Arc::strong_count(gate) > 1 || !lock(&gate.log).is_idle(window));
        self.room = self.by_key.len() * 2;
    }
}

/// Where the requests of one token queue, and are counted.
#[derive(Debug)]
struct Gate {
    /// Whose gate it is.
    key: Arc<str>,
    /// Who holds it is first in the queue. The lock is fair, and a waiter that is dropped leaves it.
    turn: tokio::sync::Mutex<()>,
    log: Mutex<Log>,
    backoff: Mutex<Backoff>,
}

/// The moments at which requests were let through.
#[derive(Debug, Default)]
struct Log {
    granted: VecDeque<Instant>,
    paused_until: Option<Instant>,
}

/// How long to pause when the server does not say.
#[derive(Debug, Default)]
struct Backoff {
    refusals: u32,
    until: Option<Instant>,
}

impl RateLimit {
    /// So many requests a minute. LiveChat allows 180 for each token.
    pub fn per_minute(requests: u32) -> Self {
        Self::new(requests, Duration::from_secs(60))
    }

    /// So many requests, at least one, in any window of this length.
    pub fn new(requests: u32, window: Duration) -> Self {
        Self {
            allowance: Allowance { requests: requests.max(1), window },
            max_wait: Duration::from_secs(60),
            store: None,
            gates: Arc::default(),
        }
    }

    /// How long a call may wait for its turn; a minute otherwise. It never waits past its own deadline.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Counts the requests elsewhere.
    pub fn store(mut self, store: impl RateLimitStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Lets a request through without a wait: if none waits before it, and there is a place for it.
    fn admit(&self, gate: &Gate) -> bool {
        self.store.is_none() && gate.turn.try_lock().is_ok_and(|_turn| self.count(gate) == Take::Granted)
    }

    /// Waits for the turn of a request.
    async fn queue(&self, gate: &Gate, deadline: Instant) -> Result<()> {
        let end = deadline.min(after(self.max_wait));
        let Some(_turn) = self.turn(gate, end).await? else { return Ok(()) };
        loop {
            match self.take(gate).await? {
                Take::Granted => return Ok(()),
                Take::Wait(wait) if after(wait) > end => return Err(self.too_long(wait)),
                Take::Wait(wait) => sleep(wait).await,
            }
        }
    }

    /// Waits until a request is the first in the queue; `None` if it overtook whoever is, and is counted.
    async fn turn<'a>(
        &self,
        gate: &'a Gate,
        end: Instant,
    ) -> Result<Option<tokio::sync::MutexGuard<'a, ()>>> {
        let mut turn = pin!(gate.turn.lock());
        loop {
            let overdue = self.overdue(gate).unwrap_or(end).min(end);
            if let Ok(turn) = timeout_at(overdue, turn.as_mut()).await {
                return Ok(Some(turn));
            }
            let now = Instant::now();
            if now >= end {
                return Err(self.too_long(self.allowance.window));
            }
            // Who took a place meanwhile was awake.
            let is_overdue = self.overdue(gate).is_some_and(|overdue| overdue <= now);
            if is_overdue && self.count(gate) == Take::Granted {
                return Ok(None);
            }
        }
    }

    /// When a place will have been free for so long that whoever is the first in the queue is surely not polled. What a store of one's own
    /// counts is not known.
    fn overdue(&self, gate: &Gate) -> Option<Instant> {
        const PATIENCE: Duration = Duration::from_secs(1);
        let free = if self.store.is_none() { lock(&gate.log).free_since(self.allowance) } else { None };
        free?.checked_add(PATIENCE)
    }

    /// Counts a request at its gate, if there is a place for it.
    fn count(&self, gate: &Gate) -> Take {
        lock(&gate.log).take(self.allowance)
    }

    async fn take(&self, gate: &Gate) -> Result<Take> {
        match &self.store {
            None => Ok(self.count(gate)),
            Some(store) => store.take(&gate.key, self.allowance).await.map_err(broken),
        }
    }

    async fn pause(&self, gate: &Gate, time: Duration) -> Result<()> {
        match &self.store {
            None => {
                lock(&gate.log).pause(time);
                Ok(())
            }
            Some(store) => store.pause(&gate.key, time).await.map_err(broken),
        }
    }

    fn gate(&self, key: &str) -> Arc<Gate> {
        let mut gates = lock(&self.gates);
        if let Some(gate) = gates.by_key.get(key) {
            return gate.clone();
        }
        if gates.by_key.len() >= gates.room {
            gates.forget_idle(self.allowance.window);
        }
        let key: Arc<str> = key.into();
        let gate = Arc::new(Gate::new(key.clone()));
        gates.by_key.insert(key, gate.clone());
        gate
    }

    fn too_long(&self, wait: Duration) -> Error {
        let Allowance { requests, window } = self.allowance;
        let message = format!(
            "the limit of {requests} requests in {window:?} is used up, and the wait is over {:?} or the call's deadline",
            self.max_wait
        );
        Error::new(ErrorKind::RateLimit, message).with_retry_after(wait)
    }
}

impl Gate {
    fn new(key: Arc<str>) -> Self {
        Self { key, turn: tokio::sync::Mutex::default(), log: Mutex::default(), backoff: Mutex::default() }
    }

    /// How long to pause after an answer that refuses a request for their number.
    fn pause_after(&self, answer: &Answer) -> Option<Duration> {
        let mut backoff = lock(&self.backoff);
        if is_rate_limited(answer) {
            return backoff.pause(error::retry_after(answer.headers()));
        }
        if !backoff.is_under_way() {
            backoff.refusals = 0;
        }
        None
    }
}

impl Backoff {
    /// How long to pause after a refusal; `None` for one of a request sent before a pause that is under way.
    fn pause(&mut self, asked: Option<Duration>) -> Option<Duration> {
        const LONGEST: Duration = Duration::from_secs(60 * 60);
        // No time at all is less than a second, or a date by another clock: no pause would end the refusals.
        let asked = asked.filter(|asked| !asked.is_zero()).map(|asked| asked.min(LONGEST));
        if asked.is_none() && self.is_under_way() {
            return None;
        }
        let pause = asked.unwrap_or_else(|| Duration::from_secs(1 << self.refusals.min(5)));
        self.refusals += 1;
        self.until = self.until.max(Some(after(pause)));
        Some(pause)
    }

    /// Whether a pause is under way: then an answer is that of a request sent before it, and says nothing of what comes after.
    fn is_under_way(&self) -> bool {
        self.until.is_some_and(|until| Instant::now() < until)
    }
}

impl<S> Layer<S> for RateLimit {
    type Service = Stage<Self, S>;

    fn layer(&self, rest: S) -> Self::Service {
        Stage::new(self.clone(), rest)
    }
}

impl Step for RateLimit {
    async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> Result<Answer> {
        let Some(call) = request.extensions().get::<Call>() else { return rest.send(request).await };
        let (gate, deadline) = (self.gate(call.credentials().key()), call.deadline_in_tokio());
        if !self.admit(&gate) {
            // Boxed, since mostly nothing waits: each call has room for the largest future that it may become.
            Box::pin(self.queue(&gate, deadline)).await?;
        }
        let answer = rest.send(request).await?;
        if let Some(pause) = gate.pause_after(&answer) {
            tracing::warn!(?pause, "the server refuses requests for their number; this token pauses");
            if let Err(error) = self.pause(&gate, pause).await {
                let (parts, body) = answer.into_parts();
                return Err(error.with_answer(parts.status, parts.headers, body));
            }
        }
        Ok(answer)
    }
}

impl fmt::Debug for RateLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimit")
            .field("allowance", &self.allowance)
            .field("max_wait", &self.max_wait)
            .finish_non_exhaustive()
    }
}

fn broken(error: BoxError) -> Error {
    Error::new(ErrorKind::RateLimit, "the store that counts requests failed").with_source(error)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Log {
    fn take(&mut self, allowance: Allowance) -> Take {
        let now = Instant::now();
        self.forget(now, allowance.window);
        if let Some(until) = self.paused_until {
            return Take::Wait(until - now);
        }
        match self.granted.front() {
            Some(first) if self.granted.len() >= allowance.requests as usize => {
                Take::Wait(allowance.window.saturating_sub(now - *first))
            }
            _ => {
                self.granted.push_back(now);
                Take::Granted
            }
        }
    }

    /// Since when there is a place, or when there will be one; `None` if nothing was counted that would tell.
    fn free_since(&self, allowance: Allowance) -> Option<Instant> {
        let oldest = self.granted.len().checked_sub(allowance.requests as usize);
        let counted = match oldest.and_then(|oldest| self.granted.get(oldest)) {
            Some(oldest) => Some(oldest.checked_add(allowance.window)?),
            None => self.granted.back().copied(),
        };
        counted.max(self.paused_until)
    }

    /// Drops what no longer matters.
    fn forget(&mut self, now: Instant, window: Duration) {
        while self.granted.front().is_some_and(|first| now - *first >= window) {
            self.granted.pop_front();
        }
        self.paused_until = self.paused_until.filter(|until| *until > now);
    }

    fn pause(&mut self, time: Duration) {
        self.paused_until = self.paused_until.max(Some(after(time)));
    }

    fn is_idle(&mut self, window: Duration) -> bool {
        self.forget(Instant::now(), window);
        self.granted.is_empty() && self.paused_until.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn tokens_that_nobody_uses_any_more_are_forgotten() {
        let limit = RateLimit::new(1, Duration::from_secs(10));
        let in_use = limit.gate("in use");
        for number in 0..1000 {
            let gate = limit.gate(&number.to_string());
            assert_eq!(limit.count(&gate), Take::Granted);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        // Ten have a window that is not empty, and as many new ones may come before the next look.
        assert!(lock(&limit.gates).by_key.len() < 25);
        assert!(Arc::ptr_eq(&in_use, &limit.gate("in use")));
    }
}
