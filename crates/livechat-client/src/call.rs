//! What is known of a call while it is under way.

use std::sync::Arc;

use livechat_types::ActionInfo;
use tokio::time::Instant;

use crate::Credentials;

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
pub struct Call {
    action: &'static ActionInfo,
    request_id: Arc<str>,
    credentials: Credentials,
    deadline: Instant,
}

impl Call {
    pub(crate) fn new(
        action: &'static ActionInfo,
        request_id: Arc<str>,
        credentials: Credentials,
        deadline: Instant,
    ) -> Self {
        Self { action, request_id, credentials, deadline }
    }

    /// The action that is called.
    #[must_use]
    pub fn action(&self) -> &'static ActionInfo {
        self.action
    }

    /// The id that the request carries, the same over all attempts.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// When the call fails for want of an answer.
    #[must_use]
    pub fn deadline(&self) -> std::time::Instant {
        self.deadline.into_std()
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    pub(crate) fn deadline_in_tokio(&self) -> Instant {
        self.deadline
    }
}
