//! The body of a request: bytes that can be sent again, or an upload that streams.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

use crate::{error::BoxError, upload::Multipart};

/// The body of a request on its way through the layers.
pub struct Body(Inner);

enum Inner {
    Bytes(Bytes),
    Upload(Multipart),
    /// What was here can be read only once, and was given away.
    Spent,
}

impl Body {
    /// A body of no bytes.
    #[must_use]
    pub fn empty() -> Self {
        Self(Inner::Bytes(Bytes::new()))
    }

    pub(crate) fn upload(multipart: Multipart) -> Self {
        Self(Inner::Upload(multipart))
    }

    /// The whole body, unless it is an upload.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&Bytes> {
        match &self.0 {
            Inner::Bytes(bytes) => Some(bytes),
            Inner::Upload(_) | Inner::Spent => None,
        }
    }

    /// The same body once more, unless it is a stream, which can be read only once.
    #[must_use]
    pub fn try_clone(&self) -> Option<Self> {
        match &self.0 {
            Inner::Bytes(bytes) => Some(Self(Inner::Bytes(bytes.clone()))),
            Inner::Upload(multipart) => multipart.try_clone().map(Self::upload),
            Inner::Spent => None,
        }
    }

    /// Gives the body away to be sent. What can be read more than once stays here too; else this one [is spent](Self::is_spent).
    #[must_use]
    pub fn take(&mut self) -> Self {
        self.try_clone().unwrap_or_else(|| Self(std::mem::replace(&mut self.0, Inner::Spent)))
    }

    /// Whether the body was given away and cannot be sent again.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        matches!(self.0, Inner::Spent)
    }

    /// How many bytes it has, if that is known.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        http_body::Body::size_hint(self).exact()
    }

    /// Whether it is an upload.
    #[must_use]
    pub fn is_upload(&self) -> bool {
        matches!(self.0, Inner::Upload(_))
    }

    pub(crate) fn into_reqwest(self) -> reqwest::Body {
        match self.0 {
            Inner::Bytes(bytes) => reqwest::Body::from(bytes),
            upload => reqwest::Body::wrap(Self(upload)),
        }
    }
}

impl<B: Into<Bytes>> From<B> for Body {
    fn from(bytes: B) -> Self {
        Self(Inner::Bytes(bytes.into()))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match &mut self.0 {
            Inner::Bytes(bytes) if bytes.is_empty() => Poll::Ready(None),
            Inner::Bytes(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Inner::Upload(multipart) => multipart.poll_next(context).map_ok(Frame::data),
            Inner::Spent => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Inner::Bytes(bytes) => bytes.is_empty(),
            Inner::Upload(multipart) => multipart.is_finished(),
            Inner::Spent => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Inner::Bytes(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Inner::Upload(multipart) => {
                multipart.remaining().map_or_else(SizeHint::new, SizeHint::with_exact)
            }
            Inner::Spent => SizeHint::new(),
        }
    }
}

// What a request says may be private: the length is enough for a log.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_upload() { "Upload" } else { "Bytes" };
        f.debug_struct("Body").field("kind", &kind).field("length", &self.length()).finish()
    }
}
