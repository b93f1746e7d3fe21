//! The requests so far, for assertions; no more of them than fit.

use std::{collections::VecDeque, sync::Mutex};

use serde_json::Value;

use super::lock;

/// How many requests are kept.
const MAX_REQUESTS: usize = 1_000;
/// How many bytes of requests are kept in all.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// A request that the server got.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RecordedRequest {
    /// The action, such as `send_event` or `chats/duration`; `None` where the path leads to none.
    pub action: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The query, without its question mark.
    pub query: String,
    /// The headers, names in lower case. Of `authorization` and `cookie` only the first word is kept.
    pub headers: Vec<(String, String)>,
    /// The body; empty where it was too large to keep.
    pub body: bytes::Bytes,
    /// Who called, as agents see the id; empty if nobody was authorized.
    pub user: String,
    /// The status of the answer; 0 where the connection was reset.
    pub status: u16,
    /// The type of the error that was answered.
    pub error: Option<String>,
}

impl RecordedRequest {
    /// The body as JSON; `null` if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// About how many bytes a request takes.
fn size(request: &RecordedRequest) -> usize {
    let headers = request.headers.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
    request.body.len() + request.path.len() + request.query.len() + headers
}

/// The log.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<VecDeque<RecordedRequest>>);

impl Log {
    pub(super) fn add(&self, mut request: RecordedRequest) {
        if request.body.len() > MAX_BYTES / 16 {
            request.body = bytes::Bytes::new();
        }
        let mut requests = lock(&self.0);
        requests.push_back(request);
        let mut bytes: usize = requests.iter().map(size).sum();
        while requests.len() > MAX_REQUESTS || bytes > MAX_BYTES {
            let Some(oldest) = requests.pop_front() else { break };
            bytes -= size(&oldest);
        }
    }

    pub(super) fn all(&self) -> Vec<RecordedRequest> {
        lock(&self.0).iter().cloned().collect()
    }

    pub(super) fn clear(&self) {
        lock(&self.0).clear();
    }
}
