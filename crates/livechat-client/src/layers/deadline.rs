//! The layer that ends a call when its time is over.

use std::time::Duration;

use tokio::time::timeout_at;

use super::stage::{Answer, HttpService, Request, Step};
use crate::{Call, Error, ErrorKind, Result};

/// Ends a call that is not done by its deadline, whatever it waits for.
#[derive(Debug, Clone)]
pub(crate) struct Deadline {
    /// How long a call may take, for whoever reads of one that took longer.
    pub(crate) timeout: Duration,
}

impl Step for Deadline {
    async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> Result<Answer> {
        let Some(call) = request.extensions().get::<Call>().cloned() else { return rest.send(request).await };
        let outcome = timeout_at(call.deadline_in_tokio(), rest.send(request)).await;
        outcome.unwrap_or_else(|_| Err(overdue(&call, self.timeout)))
    }
}

fn overdue(call: &Call, timeout: Duration) -> Error {
    let error = Error::new(ErrorKind::Timeout, format!("the call was not done within {timeout:?}"));
    // It may have waited for a token or for its turn all the time.
    if call.attempts() == 0 { error } else { error.with_reached() }
}
