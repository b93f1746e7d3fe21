//! What a call returns: the typed answer and what came with it.

use std::{fmt, ops::Deref};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::{call::RequestId, lifecycle::Lifecycle};

/// A typed answer, with the status, headers and bytes that it came in.
///
/// It dereferences to the answer itself; [`into_inner`](Self::into_inner) gives it away.
pub struct Response<T> {
    value: T,
    raw: Raw,
}

/// What an answer is besides its value.
#[derive(Clone)]
pub(crate) struct Raw {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) request_id: RequestId,
    pub(crate) attempts: u32,
}

impl<T> Response<T> {
    pub(crate) fn new(value: T, raw: Raw) -> Self {
        Self { value, raw }
    }

    /// The answer itself.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.raw.status
    }

    /// The HTTP headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.raw.headers
    }

    /// The body as the server wrote it, byte for byte. What was packed by gzip for the journey is unpacked, and then
    /// `Content-Encoding` and `Content-Length` are gone from the headers.
    pub fn body(&self) -> &Bytes {
        &self.raw.body
    }

    /// The id that the request carried, the same over all attempts; name it when asking the vendor for help.
    pub fn request_id(&self) -> &str {
        self.raw.request_id.as_str()
    }

    /// How often the request was sent; 0 if the answer was kept from an earlier call.
    pub fn attempts(&self) -> u32 {
        self.raw.attempts
    }

    /// Whether the API's version is legacy or deprecated, and until when; `None` while it is stable.
    pub fn lifecycle(&self) -> Option<Lifecycle> {
        Lifecycle::from_headers(&self.raw.headers)
    }

    /// The same answer with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response { value: change(self.value), raw: self.raw }
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: Clone> Clone for Response<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), raw: self.raw.clone() }
    }
}

// Headers and bytes are left out: they may hold cookies and tokens, which the value's own type redacts.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("value", &self.value)
            .field("status", &self.raw.status)
            .field("request_id", &self.raw.request_id)
            .finish_non_exhaustive()
    }
}
