//! The layer that says who calls.

use http::{StatusCode, header::AUTHORIZATION};
use livechat_types::Authorization;
use tower::Layer;

use super::stage::{Answer, HttpService, Request, Stage, Step};
use crate::{ApiError, Call, Result};

/// Sets the `Authorization` header from the call's credentials.
///
/// When the server refuses a token that a [`TokenProvider`](crate::TokenProvider) gave (401 or `authentication`), a new one is got
/// and the request is sent once more; the server did not carry it out, so any action may be.
///
/// Where only some requests of an action need authorization ([`Authorization::Optional`]), the header is set if the client has
/// credentials and the request carries no token of its own in `code`: then that one is meant, and sending a second would be
/// ambiguous.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Authorize;

impl<S> Layer<S> for Authorize {
    type Service = Stage<Self, S>;

    fn layer(&self, rest: S) -> Self::Service {
        Stage::new(self.clone(), rest)
    }
}

impl Step for Authorize {
    async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> Result<Answer> {
        let call = request.extensions().get::<Call>().filter(|call| is_authorized(call)).cloned();
        let Some(call) = call else { return rest.send(request).await };
        let mut is_first = true;
        loop {
            let authorization = call.credentials().authorization().await?;
            request.headers_mut().insert(AUTHORIZATION, authorization.header);
            let answer = rest.send(request).await?;
            let refused = authorization.generation.filter(|_| is_first && is_refused(&answer));
            let Some(generation) = refused else { return Ok(answer) };
            tracing::debug!(action = call.action().name, "the server refuses the token");
            call.credentials().refuse(generation);
            if request.body().is_spent() {
                return Ok(answer);
            }
            is_first = false;
        }
    }
}

/// Whether the call goes with the client's credentials.
fn is_authorized(call: &Call) -> bool {
    match call.action().authorization {
        Authorization::None => false,
        Authorization::Optional => !call.credentials().are_absent(),
        _ => true,
    }
}

/// Whether the server refuses the token itself; a token without the scopes that an action needs is another matter.
fn is_refused(answer: &Answer) -> bool {
    match ApiError::of(answer) {
        Some(error) => error.is_token_refused(),
        None => answer.status() == StatusCode::UNAUTHORIZED,
    }
}
