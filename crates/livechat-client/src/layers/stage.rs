//! What a layer is made of: one async function around the rest of the stack.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use tower::{Service, ServiceExt as _};

use crate::{Body, BoxError, Error, Result};

/// A request on its way through the layers.
pub type Request = http::Request<Body>;

/// An answer on its way back: all of its bytes, whatever its status.
pub type Answer = http::Response<Bytes>;

/// The rest of the stack, as a layer sees it.
pub trait HttpService: Clone + Send + Sync + 'static {
    /// Sends a request.
    ///
    /// It may be sent again afterwards, with what the rest has set in its headers, unless its body [is spent](Body::is_spent).
    fn send(&self, request: &mut Request) -> impl Future<Output = Result<Answer>> + Send;
}

/// What a layer does with one request.
pub trait Step: Clone + Send + Sync + 'static {
    /// Handles the request with the help of the `rest` of the stack, which may be called any number of times.
    fn run<S: HttpService>(
        &self,
        request: &mut Request,
        rest: &S,
    ) -> impl Future<Output = Result<Answer>> + Send;
}

/// A step that may be left out.
impl<M: Step> Step for Option<M> {
    async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> Result<Answer> {
        match self {
            Some(step) => step.run(request, rest).await,
            None => rest.send(request).await,
        }
    }
}

/// A [`Step`] in front of the rest of the stack.
///
/// It is a [`Service`], as everything that a [`tower::Layer`] makes. Stages that follow each other are one future, without a box or a
/// copy of the request between them.
#[derive(Debug, Clone)]
pub struct Stage<M, S> {
    step: M,
    rest: S,
}

impl<M, S> Stage<M, S> {
    /// Puts the step in front of the rest.
    pub fn new(step: M, rest: S) -> Self {
        Self { step, rest }
    }
}

impl<M: Step, S: HttpService> HttpService for Stage<M, S> {
    fn send(&self, request: &mut Request) -> impl Future<Output = Result<Answer>> + Send {
        self.step.run(request, &self.rest)
    }
}

impl<M: Step, S: HttpService> Service<Request> for Stage<M, S> {
    type Response = Answer;
    type Error = Error;
    type Future = Sending<'static>;

    /// A stage is always ready: it waits, where it must, in `call`, since it may call the rest more than once or not at all.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        owned(self.clone(), request)
    }
}

/// An answer to come.
type Sending<'a> = Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>>;

/// Sends a request that is given away, as a tower service is.
fn owned(service: impl HttpService, mut request: Request) -> Sending<'static> {
    Box::pin(async move { service.send(&mut request).await })
}

/// Any part of the stack, down to the network: what layers of one's own are put around. Clones share it.
#[derive(Clone)]
pub struct Stack(Arc<dyn Part>);

/// A part of the stack whose type is forgotten.
trait Part: Send + Sync {
    fn send<'a>(&'a self, request: &'a mut Request) -> Sending<'a>;
}

/// A part that is made of stages.
struct Staged<S>(S);

impl<S: HttpService> Part for Staged<S> {
    fn send<'a>(&'a self, request: &'a mut Request) -> Sending<'a> {
        Box::pin(self.0.send(request))
    }
}

/// A part that is any service.
struct Foreign<S>(S);

impl<S> Part for Foreign<S>
where
    S: Service<Request, Response = Answer, Error: Into<BoxError>, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
{
    fn send<'a>(&'a self, request: &'a mut Request) -> Sending<'a> {
        let answer = self.0.clone().oneshot(copy(request));
        Box::pin(async move { answer.await.map_err(|error| Error::from_layer(error.into())) })
    }
}

impl Stack {
    /// Makes any service a part of the stack.
    pub fn new<S>(service: S) -> Self
    where
        S: Service<Request, Response = Answer, Error: Into<BoxError>, Future: Send>
            + Clone
            + Send
            + Sync
            + 'static,
    {
        Self(Arc::new(Foreign(service)))
    }

    pub(crate) fn staged(service: impl HttpService) -> Self {
        Self(Arc::new(Staged(service)))
    }
}

impl HttpService for Stack {
    async fn send(&self, request: &mut Request) -> Result<Answer> {
        self.0.send(request).await
    }
}

impl Service<Request> for Stack {
    type Response = Answer;
    type Error = Error;
    type Future = Sending<'static>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        owned(self.clone(), request)
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").finish_non_exhaustive()
    }
}

/// The same request for a service that keeps it. A body that can be read only once goes with it.
fn copy(request: &mut Request) -> Request {
    let mut copy = Request::new(request.body_mut().take());
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    copy
}
