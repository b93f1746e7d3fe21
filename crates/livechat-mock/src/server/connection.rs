//! Connections: accepting them, serving each, and breaking one off on demand.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};
use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::Sleep,
};

use super::{Shared, answer, delivery::Dispatcher};

/// How long to wait before accepting again when the machine has no more handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Accepts connections until the task is dropped.
pub(super) async fn serve(listener: TcpListener, shared: Arc<Shared>, dispatcher: Dispatcher) {
    let mut connections = JoinSet::new();
    connections.spawn(dispatcher.run());
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
                // Too many open files: those that are open will be closed.
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Answers are small and waited for.
    let _ = stream.set_nodelay(true);
    let head_timeout = shared.head_timeout;
    let reset = Arc::new(AtomicBool::new(false));
    let patience = shared.body_timeout;
    let stream = TokioIo::new(Breakable { stream, reset: Arc::clone(&reset), patience, stalled: None });
    let service = service_fn(move |request| {
        let (shared, reset) = (Arc::clone(&shared), Arc::clone(&reset));
        async move {
            match answer::answer(&shared, request).await {
                Outcome::Answer(response) => Ok(response),
                Outcome::Reset => {
                    reset.store(true, Ordering::Relaxed);
                    Err(io::Error::from(io::ErrorKind::ConnectionReset))
                }
            }
        }
    });
    // An error here is the client's: it went away, or what it sent is not HTTP, which hyper has answered.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head_timeout)
        // Whoever has said all that they had to say still gets an answer.
        .half_close(true)
        .serve_connection(stream, service)
        .await;
}

/// What becomes of a request.
pub(super) enum Outcome {
    Answer(Response<Content>),
    /// The connection is reset without an answer.
    Reset,
}

/// The body of an answer, which may break off in the middle.
#[derive(Debug)]
pub(super) struct Content {
    rest: Option<Bytes>,
    /// Whether what there is has been given the time to be sent, before the connection ends.
    sent: bool,
    /// What the head promises.
    length: u64,
    breaks_off: bool,
}

impl Content {
    pub(super) fn whole(content: impl Into<Bytes>) -> Self {
        let content = content.into();
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        Self { rest: Some(content), sent: false, length, breaks_off: false }
    }

    /// Half of the content, then the end of the connection.
    pub(super) fn truncated(content: impl Into<Bytes>) -> Self {
        let mut content = Self::whole(content);
        content.rest = content.rest.map(|mut bytes| bytes.split_to(bytes.len() / 2));
        content.breaks_off = true;
        content
    }

    pub(super) fn len(&self) -> u64 {
        self.length
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        Poll::Ready(match self.rest.take() {
            Some(bytes) => Some(Ok(Frame::data(bytes))),
            // An error now would make hyper drop what it has not written yet.
            None if self.breaks_off && !self.sent => {
                self.sent = true;
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
            None if self.breaks_off => Some(Err(io::Error::from(io::ErrorKind::ConnectionAborted))),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_none() && !self.breaks_off
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}

/// A stream that can be ended by a reset instead of an orderly close, and that ends when nobody takes what is written to it.
struct Breakable {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
    /// How long the other side may take nothing.
    patience: Duration,
    /// Runs while it takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Breakable {
    /// Counts how long nothing has been taken.
    fn watch(
        &mut self,
        written: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let patience = self.patience;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        stalled.as_mut().poll(context).map(|()| Err(io::Error::from(io::ErrorKind::TimedOut)))
    }
}

impl Drop for Breakable {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Relaxed) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Breakable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Breakable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(written, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.watch(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
