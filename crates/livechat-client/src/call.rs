//! What is known of a call while it is under way.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use bytes::Bytes;
use http::HeaderValue;
use livechat_types::ActionInfo;
use tokio::time::Instant;

use crate::{Credentials, random};

/// A call under way: an extension of each request that passes the layers.
///
/// ```
/// use livechat_client::{Call, layers::Request};
///
/// fn name(request: &Request) -> Option<&'static str> {
///     Some(request.extensions().get::<Call>()?.action().name)
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Call(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    action: &'static ActionInfo,
    request_id: RequestId,
    credentials: Credentials,
    deadline: Instant,
    attempts: AtomicU32,
}

impl Call {
    pub(crate) fn new(
        action: &'static ActionInfo,
        request_id: RequestId,
        credentials: Credentials,
        deadline: Instant,
    ) -> Self {
        Self(Arc::new(Inner { action, request_id, credentials, deadline, attempts: AtomicU32::new(0) }))
    }

    /// The action that is called.
    #[must_use]
    pub fn action(&self) -> &'static ActionInfo {
        self.0.action
    }

    /// The id that the request carries, the same over all attempts.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.0.request_id.as_str()
    }

    /// When the call fails for want of an answer.
    #[must_use]
    pub fn deadline(&self) -> std::time::Instant {
        self.0.deadline.into_std()
    }

    /// How often the request was sent so far, for whatever reason; below [`TraceAttempt`](crate::layers::TraceAttempt), this time included.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts.load(Ordering::Relaxed)
    }

    pub(crate) fn id(&self) -> &RequestId {
        &self.0.request_id
    }

    pub(crate) fn begin_attempt(&self) {
        self.0.attempts.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.0.credentials
    }

    pub(crate) fn deadline_in_tokio(&self) -> Instant {
        self.0.deadline
    }
}

/// The id of a request: 32 hexadecimal digits, in one place for the header, the call, the answer and the error.
#[derive(Clone)]
pub(crate) struct RequestId(HeaderValue);

impl RequestId {
    #[expect(clippy::expect_used, reason = "hexadecimal digits are fine in headers")]
    pub(crate) fn new() -> Self {
        let digits = Bytes::from_owner(random::hex_digits());
        Self(HeaderValue::from_maybe_shared(digits).expect("hexadecimal digits"))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
