//! The layers that tell `tracing` what happens: a span for each call, and one for each attempt under OpenTelemetry's names.

use http::uri::Authority;
use tower::Layer;
use tracing::{Instrument as _, Span, field::Empty};

use super::stage::{Answer, HttpService, Request, Stage, Step};
use crate::{ApiError, Call, Result};

/// A span `livechat.call` for each call: its API, action and request id, and how it ended.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TraceCall;

/// Counts the attempts of a call, and makes a span `livechat.attempt` for each request on its way, with the attributes that OpenTelemetry gives to HTTP clients.
///
/// The query is left out of `url.full`, since tokens may travel in it; headers and bodies are not recorded at all.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct TraceAttempt;

impl<S> Layer<S> for TraceCall {
    type Service = Stage<Self, S>;

    fn layer(&self, rest: S) -> Self::Service {
        Stage::new(self.clone(), rest)
    }
}

impl<S> Layer<S> for TraceAttempt {
    type Service = Stage<Self, S>;

    fn layer(&self, rest: S) -> Self::Service {
        Stage::new(self.clone(), rest)
    }
}

impl Step for TraceCall {
    async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> Result<Answer> {
        let span = call_span(request);
        let outcome = rest.send(request).instrument(span.clone()).await;
        record(&span, &outcome);
        outcome
    }
}

impl Step for TraceAttempt {
    async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> Result<Answer> {
        if let Some(call) = request.extensions().get::<Call>() {
            call.begin_attempt();
        }
        let span = attempt_span(request);
        let outcome = rest.send(request).instrument(span.clone()).await;
        record(&span, &outcome);
        outcome
    }
}

fn call_span(request: &Request) -> Span {
    let call = request.extensions().get::<Call>();
    tracing::info_span!(
        "livechat.call",
        otel.name = call.map(|call| call.action().name),
        livechat.api = call.map(|call| call.action().api.as_str()),
        livechat.action = call.map(|call| call.action().name),
        livechat.request_id = call.map(Call::request_id),
        http.response.status_code = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

fn attempt_span(request: &Request) -> Span {
    // What is worked out in the fields costs nothing while nobody listens.
    let uri = request.uri();
    let scheme = uri.scheme_str().unwrap_or("http");
    let resent = || request.extensions().get::<Call>()?.attempts().checked_sub(1);
    tracing::debug_span!(
        "livechat.attempt",
        otel.kind = "client",
        otel.name = %format_args!("{} {}", request.method(), uri.path()),
        http.request.method = request.method().as_str(),
        http.request.resend_count = resent().filter(|count| *count > 0),
        http.request.body.size = request.body().length(),
        url.full = %format_args!("{scheme}://{}{}", uri.authority().map_or("", Authority::as_str), uri.path()),
        server.address = uri.host().unwrap_or_default(),
        server.port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 }),
        http.response.status_code = Empty,
        http.response.body.size = Empty,
        error.type = Empty,
        otel.status_code = Empty,
    )
}

fn record(span: &Span, outcome: &Result<Answer>) {
    if span.is_disabled() {
        return;
    }
    match outcome {
        Ok(answer) => {
            span.record("http.response.status_code", answer.status().as_u16());
            span.record("http.response.body.size", answer.body().len());
            if !answer.status().is_success() {
                let named = ApiError::of(answer).map(|error| error.error_type().as_str().to_owned());
                span.record("error.type", named.unwrap_or_else(|| answer.status().as_str().to_owned()));
                span.record("otel.status_code", "ERROR");
            }
        }
        Err(error) => {
            span.record("error.type", tracing::field::debug(error.kind()));
            span.record("otel.status_code", "ERROR");
        }
    }
}
