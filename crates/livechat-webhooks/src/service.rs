//! The tower service: a request in, the right answer out.

use std::{
    convert::Infallible,
    future::{Future, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower_service::Service;

use crate::{BoxError, Delivery, Destination, Error, ErrorKind, Verifier};

/// How long a body may take to arrive: half of what LiveChat waits for the answer.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// A tower service that receives webhooks.
///
/// It reads the body within the verifier's limit and a time, verifies it, hands it to its destination and answers:
///
/// | status | when |
/// |---|---|
/// | 200 | it was handled, or stored, or nobody handles its action |
/// | 400 | the body is no webhook, or its payload is not what the action carries |
/// | 401 | the secret key is missing or not accepted |
/// | 405 | the request is no POST |
/// | 408, 413 | the body took too long, is too large |
/// | 500, 503 | the handler failed, the inbox cannot store: LiveChat sends it again |
///
/// A request that fails before the secret is accepted costs no more than its body, and is logged at level `DEBUG`; what fails
/// afterwards, at `WARN`.
///
/// ```
/// use livechat_webhooks::{Handlers, Verifier, WebhookService};
///
/// let handlers = Handlers::new().on_incoming_chat(|event, _context| async move {
///     println!("a chat: {}", event.chat.id);
///     Ok(())
/// });
/// let service = WebhookService::new(Verifier::new("keep-me"), handlers);
/// # let _ = service;
/// ```
///
/// # Time
///
/// LiveChat waits about ten seconds. If the server drops the call when the connection closes, as hyper does, a handler may be
/// dropped at any await. What takes longer, or must not stop halfway, belongs behind an inbox.
///
/// # Shutdown
///
/// The service keeps nothing: let the HTTP server finish its requests (axum: `with_graceful_shutdown`), then shut down the
/// inbox, if there is one. Webhooks that come in between are sent again.
#[derive(Debug)]
pub struct WebhookService<D> {
    verifier: Verifier,
    destination: Arc<D>,
    body_timeout: Duration,
}

impl<D: Destination> WebhookService<D> {
    /// A service that hands what the verifier accepts to the destination.
    #[must_use]
    pub fn new(verifier: Verifier, destination: D) -> Self {
        Self { verifier, destination: Arc::new(destination), body_timeout: BODY_TIMEOUT }
    }

    /// Sets how long a body may take to arrive; 5 seconds unless it is said otherwise.
    #[must_use]
    pub fn with_body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }
}

// Derived, it would ask for `D: Clone`.
impl<D> Clone for WebhookService<D> {
    fn clone(&self) -> Self {
        Self {
            verifier: self.verifier.clone(),
            destination: Arc::clone(&self.destination),
            body_timeout: self.body_timeout,
        }
    }
}

/// The answer to a request, on its way.
pub type Answering = Pin<Box<dyn Future<Output = Result<Response<String>, Infallible>> + Send>>;

impl<D, B> Service<Request<B>> for WebhookService<D>
where
    D: Destination,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Answering {
        if request.method() != Method::POST {
            return Box::pin(ready(Ok(only_post())));
        }
        let service = self.clone();
        Box::pin(async move { Ok(service.answer(request.into_body()).await) })
    }
}

impl<D: Destination> WebhookService<D> {
    async fn answer<B>(self, body: B) -> Response<String>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        let body = match read(body, self.verifier.max_bytes(), self.body_timeout).await {
            Ok(body) => body,
            Err(error) => return refused(&error),
        };
        let webhook = match self.verifier.verify(&body) {
            Ok(webhook) => webhook,
            Err(error) => return refused(&error),
        };
        drop(body);
        let action = webhook.action().to_owned();
        match self.destination.deliver(webhook).await {
            Delivery::Taken => Response::new(String::new()),
            Delivery::Unreadable(error) => refused(&error),
            Delivery::Failed(error) => {
                tracing::warn!(action, %error, "a webhook was not handled");
                answer(500, "the webhook was not handled")
            }
            Delivery::Unavailable(error) => {
                tracing::warn!(action, %error, "a webhook cannot be taken now");
                answer(503, "the webhook cannot be taken now")
            }
        }
    }
}

/// Reads a body, but no more of it and for no longer than allowed.
pub(crate) async fn read<B>(body: B, max_bytes: usize, timeout: Duration) -> Result<Bytes, Error>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let too_large = || {
        Error::new(
            ErrorKind::TooLarge,
            format!("the body has more than the {max_bytes} bytes that are allowed"),
        )
    };
    if body.size_hint().lower() > max_bytes as u64 {
        return Err(too_large());
    }
    match tokio::time::timeout(timeout, Limited::new(body, max_bytes).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(error)) => {
            let message = format!("the body is incomplete: {error}");
            Err(Error::new(ErrorKind::Interrupted, message).with_source(error))
        }
        Err(_) => Err(Error::new(ErrorKind::Timeout, format!("the body did not arrive within {timeout:?}"))),
    }
}

pub(crate) fn refused(error: &Error) -> Response<String> {
    match error.kind() {
        // Only who knows the secret comes so far.
        ErrorKind::Envelope | ErrorKind::Payload => {
            tracing::warn!(%error, "a genuine webhook cannot be read");
        }
        kind => tracing::debug!(?kind, %error, "a request is refused"),
    }
    answer(error.status(), error.answer())
}

fn only_post() -> Response<String> {
    let mut response = answer(405, "webhooks are sent by POST");
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    response
}

fn answer(status: u16, text: &str) -> Response<String> {
    let mut response = Response::new(text.to_owned());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response
}
