//! Uploads: a file that streams as the one part of a multipart body.

use std::{
    collections::VecDeque,
    fmt, io,
    path::Path,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use tokio::io::{AsyncRead, ReadBuf};

use crate::{
    error::{BoxError, Error, ErrorKind, Result},
    random,
};

/// The largest file that LiveChat accepts.
pub const MAX_UPLOAD: u64 = 10 * 1024 * 1024;

/// How much of a reader is read at a time.
const CHUNK: usize = 16 * 1024;

/// A file to upload.
///
/// Bytes can be sent again when the connection fails; a reader or a stream is read once and never sent by halves again.
/// Files over 10 MB are refused: before anything is sent if the length is known, else as soon as the stream passes the limit.
///
/// ```
/// use livechat_client::UploadFile;
///
/// let file = UploadFile::from_bytes("logo.png", vec![0x89, b'P', b'N', b'G']).content_type("image/png");
/// assert_eq!(file.known_length(), Some(4));
/// ```
pub struct UploadFile {
    name: String,
    content_type: String,
    content: Content,
}

enum Content {
    Bytes(Bytes),
    // The lock is never waited for: it makes a stream that is only `Send` fit where `Sync` is asked for.
    Stream { stream: Mutex<ByteStream>, length: Option<u64> },
}

type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

impl UploadFile {
    /// A file whose content is at hand.
    #[must_use]
    pub fn from_bytes(name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        Self::new(name.into(), Content::Bytes(content.into()))
    }

    /// A file that is read while it is sent. State its [`length`](Self::length) if you know it.
    #[must_use]
    pub fn from_reader(name: impl Into<String>, reader: impl AsyncRead + Send + 'static) -> Self {
        Self::from_stream(name, ReaderStream { reader: Box::pin(reader), buffer: vec![0; CHUNK] })
    }

    /// A file whose content comes in pieces. State its [`length`](Self::length) if you know it.
    #[must_use]
    pub fn from_stream<S, B, E>(name: impl Into<String>, stream: S) -> Self
    where
        S: Stream<Item = Result<B, E>> + Send + 'static,
        B: Into<Bytes>,
        E: Into<BoxError>,
    {
        let stream = Mutex::new(Box::pin(IntoBytes { stream: Box::pin(stream) }) as ByteStream);
        Self::new(name.into(), Content::Stream { stream, length: None })
    }

    /// A file on disk, under its own name and with its length.
    pub async fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let file = tokio::fs::File::open(path).await?;
        let length = file.metadata().await?.len();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self::from_reader(name, file).length(length))
    }

    fn new(name: String, content: Content) -> Self {
        Self { name, content_type: "application/octet-stream".to_owned(), content }
    }

    /// States the media type; `application/octet-stream` otherwise.
    #[must_use]
    pub fn content_type(mut self, content_type: impl Into<String>) -> Self {
        self.content_type = content_type.into();
        self
    }

    /// States how many bytes a reader or stream will give; more or fewer are an error. Without it the body is sent in chunks.
    #[must_use]
    pub fn length(mut self, bytes: u64) -> Self {
        if let Content::Stream { length, .. } = &mut self.content {
            *length = Some(bytes);
        }
        self
    }

    /// How many bytes the file has, if that is known.
    #[must_use]
    pub fn known_length(&self) -> Option<u64> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes.len() as u64),
            Content::Stream { length, .. } => *length,
        }
    }

    /// Frames the file as a multipart body; also returns that body's media type.
    pub(crate) fn into_multipart(self) -> Result<(Multipart, String)> {
        if let Some(length) = self.known_length().filter(|length| *length > MAX_UPLOAD) {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!(
                    "`{}` has {length} bytes; LiveChat accepts files of up to {MAX_UPLOAD} bytes (10 MB)",
                    self.name
                ),
            ));
        }
        if self.content_type.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(Error::build(format!("the content type of `{}` has a control character", self.name)));
        }
        let boundary = format!("livechat-{}", random::hex128());
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            quote_name(&self.name),
            self.content_type
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let media_type = format!("multipart/form-data; boundary={boundary}");
        Ok((Multipart::new(head.into(), self.content, tail.into()), media_type))
    }
}

impl fmt::Debug for UploadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadFile")
            .field("name", &self.name)
            .field("content_type", &self.content_type)
            .field("length", &self.known_length())
            .finish_non_exhaustive()
    }
}

/// Escapes a file name as browsers do, so that it cannot end its quotes or its line.
fn quote_name(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

/// A multipart body with one part.
pub(crate) struct Multipart {
    /// What is still to be sent before the stream, or all of it where there is none.
    ready: VecDeque<Bytes>,
    stream: Option<Streaming>,
    tail: Bytes,
}

struct Streaming {
    stream: Mutex<ByteStream>,
    length: Option<u64>,
    sent: u64,
}

impl Multipart {
    fn new(head: Bytes, content: Content, tail: Bytes) -> Self {
        match content {
            Content::Bytes(bytes) => {
                Self { ready: [head, bytes, tail].into(), stream: None, tail: Bytes::new() }
            }
            Content::Stream { stream, length } => {
                Self { ready: [head].into(), stream: Some(Streaming { stream, length, sent: 0 }), tail }
            }
        }
    }

    pub(crate) fn try_clone(&self) -> Option<Self> {
        match self.stream {
            None => Some(Self { ready: self.ready.clone(), stream: None, tail: self.tail.clone() }),
            Some(_) => None,
        }
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.stream.is_none() && self.ready.is_empty()
    }

    /// How many bytes are still to come, if that is known.
    pub(crate) fn remaining(&self) -> Option<u64> {
        let ready: u64 = self.ready.iter().map(|bytes| bytes.len() as u64).sum();
        match &self.stream {
            None => Some(ready),
            Some(streaming) => {
                Some(ready + streaming.length?.saturating_sub(streaming.sent) + self.tail.len() as u64)
            }
        }
    }

    pub(crate) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        loop {
            while let Some(bytes) = self.ready.pop_front() {
                if !bytes.is_empty() {
                    return Poll::Ready(Some(Ok(bytes)));
                }
            }
            let Some(streaming) = &mut self.stream else { return Poll::Ready(None) };
            match ready!(streaming.poll_next(context)) {
                Some(Ok(bytes)) if bytes.is_empty() => {}
                Some(piece) => return Poll::Ready(Some(piece)),
                None => {
                    self.stream = None;
                    self.ready.push_back(std::mem::take(&mut self.tail));
                }
            }
        }
    }
}

impl Streaming {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let stream = self.stream.get_mut().unwrap_or_else(PoisonError::into_inner);
        let piece = match ready!(stream.as_mut().poll_next(context)) {
            Some(Ok(bytes)) => bytes,
            Some(Err(source)) => {
                let error = Error::build("the content of the upload cannot be read").with_source(source);
                return Poll::Ready(Some(Err(error.into())));
            }
            None => return Poll::Ready(self.check_end().err().map(|error| Err(error.into()))),
        };
        self.sent += piece.len() as u64;
        Poll::Ready(Some(match self.check_length() {
            Ok(()) => Ok(piece),
            Err(error) => Err(error.into()),
        }))
    }

    fn check_length(&self) -> Result<()> {
        if self.length.is_some_and(|length| self.sent > length) {
            return Err(Error::build("the upload gives more bytes than its stated length"));
        }
        if self.sent > MAX_UPLOAD {
            let message =
                format!("the upload has more than {MAX_UPLOAD} bytes (10 MB), which LiveChat refuses");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        Ok(())
    }

    fn check_end(&self) -> Result<()> {
        match self.length {
            Some(length) if self.sent < length => Err(Error::build(format!(
                "the upload ended after {} of its stated {length} bytes",
                self.sent
            ))),
            _ => Ok(()),
        }
    }
}

/// Turns a reader into a stream of its pieces.
struct ReaderStream<R> {
    reader: Pin<Box<R>>,
    buffer: Vec<u8>,
}

impl<R: AsyncRead> Stream for ReaderStream<R> {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Self { reader, buffer } = &mut *self;
        let mut buffer = ReadBuf::new(buffer);
        ready!(reader.as_mut().poll_read(context, &mut buffer))?;
        let read = buffer.filled();
        Poll::Ready((!read.is_empty()).then(|| Ok(Bytes::copy_from_slice(read))))
    }
}

/// Brings any stream of pieces to bytes and boxed errors.
struct IntoBytes<S> {
    stream: Pin<Box<S>>,
}

impl<S, B, E> Stream for IntoBytes<S>
where
    S: Stream<Item = Result<B, E>>,
    B: Into<Bytes>,
    E: Into<BoxError>,
{
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let piece = ready!(self.stream.as_mut().poll_next(context));
        Poll::Ready(piece.map(|piece| piece.map(Into::into).map_err(Into::into)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_cannot_end_its_quotes_or_its_line() {
        assert_eq!(quote_name("a\"b\r\nc żółw.png"), "a%22b%0D%0Ac żółw.png");
    }

    #[test]
    fn a_file_over_the_limit_is_refused_before_it_is_read() {
        let file = UploadFile::from_reader("big.bin", tokio::io::empty()).length(MAX_UPLOAD + 1);
        let error = file.into_multipart().err().unwrap();
        assert!(error.is_too_large());
        assert!(!error.may_have_reached_server());
    }

    #[test]
    fn bytes_can_be_sent_again_and_streams_cannot() {
        let (bytes, _) = UploadFile::from_bytes("a", "abc").into_multipart().unwrap();
        assert!(bytes.try_clone().is_some());
        let (stream, _) = UploadFile::from_reader("a", tokio::io::empty()).into_multipart().unwrap();
        assert!(stream.try_clone().is_none());
    }
}
