//! The layer that keeps answers which the server has versioned: the configuration of a chat widget and its phrases.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::SET_COOKIE};
use livechat_types::{
    ActionInfo,
    customer::actions::{GET_CONFIGURATION, GET_DYNAMIC_CONFIGURATION, GET_LOCALIZATION},
};
use quick_cache::{
    Weighter,
    sync::{EntryAction, EntryResult},
};
use serde::de::IgnoredAny;
use tokio::time::Instant;
use tower::Layer;

use super::stage::{Answer, HttpService, Request, Stage, Step};
use crate::{Call, Result, clock::after, json};

/// Keeps the answers of the Customer Chat API's configuration actions; add it with
/// [`LiveChatBuilder::layer`](crate::LiveChatBuilder::layer).
///
/// `get_configuration` and `get_localization` are asked for by a version: what belongs to one never changes, so it is kept for a day,
/// or as long as [`max_age`](Self::max_age) says. The versions come from `get_dynamic_configuration`, which also tells who is online
/// now; it is kept only if [`dynamic_for`](Self::dynamic_for) says how old that may be.
///
/// Answers are told apart by their address: API, organization, group, version, language. All credentials of a client share them, for
/// they are the same to every customer. Failures are not kept, nor is what is no JSON, such as the page of a proxy. Of several calls for
/// what is not there, one asks the server and the others wait. When there is more than [`max_bytes`](Self::max_bytes), what is used least
/// makes room. Clones share what is kept.
///
/// ```
/// use std::time::Duration;
/// use livechat_client::{Credentials, LiveChat, layers::Cache};
///
/// # fn main() -> livechat_client::Result<()> {
/// let cache = Cache::new().dynamic_for(Duration::from_secs(10));
/// let livechat = LiveChat::builder(Credentials::bearer("dal:…")).layer(cache).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Cache {
    versioned: Duration,
    dynamic: Duration,
    answers: Arc<Answers>,
}

type Answers = quick_cache::sync::Cache<String, Kept, Size>;

/// An answer, and when it is too old.
#[derive(Clone)]
struct Kept {
    status: StatusCode,
    headers: Arc<HeaderMap>,
    body: Bytes,
    until: Instant,
}

/// How many bytes an answer takes, about.
#[derive(Clone)]
struct Size;

impl Weighter<String, Kept> for Size {
    fn weight(&self, address: &String, kept: &Kept) -> u64 {
        let headers: usize = kept.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        (address.len() + headers + kept.body.len()) as u64
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self::new()
    }
}

impl Cache {
    /// Up to 16 MiB of versioned answers, each for a day; and nothing of `get_dynamic_configuration`.
    pub fn new() -> Self {
        let cache = Self {
            versioned: Duration::from_secs(24 * 60 * 60),
            dynamic: Duration::ZERO,
            answers: Arc::new(answers(0)),
        };
        cache.max_bytes(16 * 1024 * 1024)
    }

    /// How long an answer that belongs to a version is kept; a day otherwise.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.versioned = age;
        self
    }

    /// How long an answer of `get_dynamic_configuration` is kept; not at all otherwise.
    ///
    /// For so long, who is online and which versions are current may be out of date.
    pub fn dynamic_for(mut self, age: Duration) -> Self {
        self.dynamic = age;
        self
    }

    /// How many bytes of answers are kept at most. What was kept before is forgotten.
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.answers = Arc::new(answers(bytes));
        self
    }

    /// How long answers of an action are kept; `None` if they are not.
    fn age(&self, action: &ActionInfo) -> Option<Duration> {
        let ages = [
            (GET_CONFIGURATION, self.versioned),
            (GET_LOCALIZATION, self.versioned),
            (GET_DYNAMIC_CONFIGURATION, self.dynamic),
        ];
        let age = ages.iter().find(|(kept, _)| (kept.api, kept.name) == (action.api, action.name))?.1;
        (age > Duration::ZERO).then_some(age)
    }
}

/// Room for answers. They are large and few: one lock for all is enough, and so any may take the whole room.
fn answers(bytes: u64) -> Answers {
    const ABOUT: usize = 32;
    Answers::with_weighter(ABOUT, bytes, Size)
}

impl<S> Layer<S> for Cache {
    type Service = Stage<Self, S>;

    fn layer(&self, rest: S) -> Self::Service {
        Stage::new(self.clone(), rest)
    }
}

impl Step for Cache {
    async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> Result<Answer> {
        let age = request.extensions().get::<Call>().and_then(|call| self.age(call.action()));
        let Some(age) = age else { return rest.send(request).await };
        let address = request.uri().to_string();
        let fresh = |_: &String, kept: &mut Kept| {
            if kept.until > Instant::now() {
                EntryAction::Retain(kept.clone())
            } else {
                EntryAction::ReplaceWithGuard
            }
        };
        let place = match self.answers.entry_async(&address, fresh).await {
            EntryResult::Retained(kept) => {
                tracing::debug!("the answer was kept from an earlier call");
                return Ok(kept.into_answer());
            }
            EntryResult::Vacant(place) | EntryResult::Replaced(place, _) => place,
            // Neither is asked for.
            EntryResult::Removed(..) | EntryResult::Timeout => return rest.send(request).await,
        };
        // If this ends early, or fails, the place is free again and the next who waits asks.
        let answer = rest.send(request).await?;
        if answer.status() == StatusCode::OK && json::read::<IgnoredAny>(answer.body()).is_ok() {
            // It is not kept if the room was emptied meanwhile.
            let _ = place.insert(Kept::new(&answer, age));
        }
        Ok(answer)
    }
}

impl Kept {
    fn new(answer: &Answer, age: Duration) -> Self {
        let mut headers = answer.headers().clone();
        headers.remove(SET_COOKIE);
        Self {
            status: answer.status(),
            headers: Arc::new(headers),
            // The bytes may stand in a buffer of the connection, which is larger than they are.
            body: Bytes::copy_from_slice(answer.body()),
            until: after(age),
        }
    }

    fn into_answer(self) -> Answer {
        let mut answer = Answer::new(self.body);
        *answer.status_mut() = self.status;
        *answer.headers_mut() = HeaderMap::clone(&self.headers);
        answer
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("max_age", &self.versioned)
            .field("dynamic_for", &self.dynamic)
            .field("max_bytes", &self.answers.capacity())
            .finish_non_exhaustive()
    }
}
