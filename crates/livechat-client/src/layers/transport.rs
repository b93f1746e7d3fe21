//! The innermost service: one request over the network, one whole answer.

use std::{
    error::Error as _,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header::ACCEPT_ENCODING};
use reqwest::Url;
use tokio::time::{Instant, timeout_at};

use super::{
    gathered::Gathered,
    stage::{Answer, HttpService, Request},
};
use crate::{Call, Error, ErrorKind, Result, clock::after};

/// Sends a request with reqwest and reads the whole answer, within limits of time and size.
///
/// It asks for answers packed by gzip, unless the request has an `Accept-Encoding` of its own, and unpacks them: above it, an answer has
/// the bytes that the server packed, and neither `Content-Encoding` nor the packed `Content-Length`. The limit is on unpacked bytes.
#[derive(Clone)]
pub struct Transport {
    client: reqwest::Client,
    limits: Limits,
    last_address: LastAddress,
}

/// The address of the last request, as it came and as reqwest wants it: most programs ask the same one again and again.
///
/// None with a query is kept: it differs from call to call, and may hold a token.
#[derive(Clone, Default)]
struct LastAddress(Arc<Mutex<Option<(Uri, Url)>>>);

impl LastAddress {
    fn parse(&self, uri: &Uri) -> Result<Url> {
        let parsed = || {
            Url::parse(&uri.to_string())
                .map_err(|error| Error::build("the address cannot be used").with_source(error))
        };
        if uri.query().is_some() {
            return parsed();
        }
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, url)) = &*last
            && known == uri
        {
            return Ok(url.clone());
        }
        let url = parsed()?;
        *last = Some((uri.clone(), url.clone()));
        Ok(url)
    }
}

/// How long an attempt may take, and how large an answer may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) attempt: Duration,
    pub(crate) upload: Duration,
    pub(crate) response_bytes: usize,
}

impl Transport {
    pub(crate) fn new(client: reqwest::Client, limits: Limits) -> Self {
        Self { client, limits, last_address: LastAddress::default() }
    }

    async fn exchange(&self, request: &mut Request) -> Result<Answer> {
        let time = if request.body().is_upload() { self.limits.upload } else { self.limits.attempt };
        let mut end = after(time);
        if let Some(call) = request.extensions().get::<Call>() {
            end = end.min(call.deadline_in_tokio());
        }
        let url = self.last_address.parse(request.uri())?;
        match timeout_at(end, self.client.execute(for_reqwest(request, url))).await {
            Ok(Ok(response)) => self.read(response, end).await,
            Ok(Err(error)) => Err(from_reqwest(error)),
            Err(_) => {
                Err(Error::new(ErrorKind::Timeout, format!("there was no answer within {time:?}"))
                    .with_reached())
            }
        }
    }

    async fn read(&self, mut response: reqwest::Response, end: Instant) -> Result<Answer> {
        let (status, mut headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = Gathered::new(&mut headers, self.limits.response_bytes);
        let outcome = match timeout_at(end, gather(&mut response, &mut body)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(Error::new(ErrorKind::Timeout, "the answer began but did not end in time")),
        };
        match outcome {
            Ok(()) => Ok(answer(status, headers, body.into_bytes())),
            Err(error) => Err(error.with_answer(status, headers, body.into_bytes())),
        }
    }
}

/// Reads an answer's body to its end.
async fn gather(response: &mut reqwest::Response, body: &mut Gathered) -> Result<()> {
    let broken = |error: reqwest::Error| {
        Error::new(ErrorKind::Transport, "the connection ended before the answer was whole")
            .with_source(error.without_url())
    };
    while let Some(piece) = response.chunk().await.map_err(broken)? {
        body.push(piece)?;
    }
    body.end()
}

/// The request as reqwest wants it; of what can be sent again, a copy.
fn for_reqwest(request: &mut Request, url: Url) -> reqwest::Request {
    let mut wanted = reqwest::Request::new(request.method().clone(), url);
    *wanted.headers_mut() = request.headers().clone();
    // Who asks is who unpacks: a transport of one's own need not be able to. A layer may have asked for something else.
    wanted.headers_mut().entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip"));
    *wanted.body_mut() = Some(request.body_mut().take().into_reqwest());
    wanted
}

fn answer(status: StatusCode, headers: HeaderMap, body: Bytes) -> Answer {
    let mut answer = http::Response::new(body);
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    answer
}

/// Tells apart what failed: our own body, the connection's making, or its use. The address is left out: its query may hold tokens.
fn from_reqwest(error: reqwest::Error) -> Error {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(ours) = cause.downcast_ref::<Error>() {
            return ours.again().with_reached();
        }
        source = cause.source();
    }
    if error.is_connect() {
        return Error::new(ErrorKind::Transport, "the server could not be reached")
            .with_source(error.without_url());
    }
    if error.is_builder() {
        return Error::build("the request cannot be sent").with_source(error.without_url());
    }
    Error::new(ErrorKind::Transport, "the connection failed").with_source(error.without_url()).with_reached()
}

impl HttpService for Transport {
    async fn send(&self, request: &mut Request) -> Result<Answer> {
        self.exchange(request).await
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transport").field("limits", &self.limits).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_parsed_anew_when_it_differs_from_the_last() {
        let known = LastAddress::default();
        let addresses = [
            "http://localhost:8080/v3.5/agent/action/get_chat",
            "http://localhost:8080/v3.5/agent/action/get_chat",
            "http://localhost:8081/v3.5/agent/action/get_chat",
            "https://localhost:8081/v3.5/agent/action/get_chat",
            "https://localhost:8081/v3.5/agent/action/get_chat?a=1",
            "https://localhost:8081/v3.5/agent/action/get_chat?a=2",
            "https://localhost:8081/v3.5/agent/action/get_Chat",
            "https://localhost:8081/v3.5/agent/action/get_chat",
        ];
        for address in addresses {
            assert_eq!(known.parse(&address.parse().unwrap()).unwrap().as_str(), address);
        }
    }
}
