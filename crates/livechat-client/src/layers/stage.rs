//! What a layer is made of: one async function around the rest of the stack.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use tower::Service;

use crate::{Body, Error};

/// A request on its way through the layers.
pub type Request = http::Request<Body>;

/// An answer on its way back: all of its bytes, whatever its status.
pub type Answer = http::Response<Bytes>;

/// The same request once more, unless its body can be read only once.
pub(super) fn copy(request: &Request) -> Option<Request> {
    let mut copy = Request::new(request.body().try_clone()?);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    *copy.extensions_mut() = request.extensions().clone();
    Some(copy)
}

/// The rest of the stack, as a layer sees it.
///
/// Every service that can be cloned and shared between threads, and whose future can move between them, is one.
pub trait HttpService:
    Service<Request, Response = Answer, Error = Error, Future: Send> + Clone + Send + Sync + 'static
{
}

impl<S> HttpService for S where
    S: Service<Request, Response = Answer, Error = Error, Future: Send> + Clone + Send + Sync + 'static
{
}

/// What a layer does with one request.
pub trait Step: Clone + Send + Sync + 'static {
    /// Handles the request with the help of the `rest` of the stack, which may be called any number of times.
    fn run<S: HttpService>(
        self,
        request: Request,
        rest: S,
    ) -> impl Future<Output = Result<Answer, Error>> + Send;
}

/// A [`Step`] in front of the rest of the stack, as a [`Service`].
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

impl<M: Step, S: HttpService> Service<Request> for Stage<M, S> {
    type Response = Answer;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, Error>> + Send>>;

    /// A stage is always ready: it waits, where it must, in `call`, since it may call the rest more than once or not at all.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        Box::pin(self.step.clone().run(request, self.rest.clone()))
    }
}
