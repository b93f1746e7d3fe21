//! The innermost service: one request over the network, one whole answer.

use std::{
    error::Error as _,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{HeaderMap, HeaderValue, StatusCode, Uri, header::ACCEPT_ENCODING, uri::Authority};
use reqwest::Url;
use tokio::time::timeout_at;

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
            && is_same(known, uri)
        {
            return Ok(url.clone());
        }
        let url = parsed()?;
        *last = Some((uri.clone(), url.clone()));
        Ok(url)
    }
}

/// Whether two addresses without a query are the same, letter for letter.
fn is_same(one: &Uri, other: &Uri) -> bool {
    one.path() == other.path()
        && one.authority().map(Authority::as_str) == other.authority().map(Authority::as_str)
        && one.scheme() == other.scheme()
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
        if request.body().is_spent() {
            return Err(Error::build("the body was sent already, and a stream cannot be sent again"));
        }
        let time = if request.body().is_upload() { self.limits.upload } else { self.limits.attempt };
        let end_of_attempt = after(time);
        let call = request.extensions().get::<Call>();
        let end = call.map_or(end_of_attempt, |call| call.deadline_in_tokio().min(end_of_attempt));
        let url = self.last_address.parse(request.uri())?;
        let pending = self.client.execute(for_reqwest(request, url));
        let mut arrived = None;
        let outcome = timeout_at(end, receive(pending, self.limits.response_bytes, &mut arrived)).await;
        match (outcome, arrived) {
            (Ok(Ok(())), Some(arrived)) => Ok(arrived.into_answer()),
            (Ok(Err(error)), Some(arrived)) => Err(arrived.into_error(error)),
            (Ok(Err(error)), None) => Err(error),
            (Err(_), Some(arrived)) => {
                let message = "the answer began but did not end in time";
                Err(arrived.into_error(Error::new(ErrorKind::Timeout, message)))
            }
            (_, None) => {
                let message = if end < end_of_attempt {
                    "there was no answer before the time of the whole call was over".to_owned()
                } else {
                    format!("there was no answer within {time:?}")
                };
                Err(Error::new(ErrorKind::Timeout, message).with_reached())
            }
        }
    }
}

/// What came of an answer so far.
struct Arrived {
    status: StatusCode,
    headers: HeaderMap,
    body: Gathered,
}

impl Arrived {
    fn into_answer(self) -> Answer {
        let mut answer = Answer::new(self.body.into_bytes());
        *answer.status_mut() = self.status;
        *answer.headers_mut() = self.headers;
        answer
    }

    fn into_error(self, error: Error) -> Error {
        error.with_answer(self.status, self.headers, self.body.into_bytes())
    }
}

/// Waits for an answer and reads its body to the end. What arrived is there also if this fails or is dropped.
async fn receive(
    pending: impl Future<Output = reqwest::Result<reqwest::Response>>,
    limit: usize,
    arrived: &mut Option<Arrived>,
) -> Result<()> {
    let broken = |error: reqwest::Error| {
        Error::new(kind_of(&error), "the connection ended before the answer was whole")
            .with_source(error.without_url())
    };
    let mut response = pending.await.map_err(from_reqwest)?;
    let mut headers = std::mem::take(response.headers_mut());
    let body = Gathered::new(&mut headers, limit);
    let body = &mut arrived.insert(Arrived { status: response.status(), headers, body }).body;
    while let Some(piece) = response.chunk().await.map_err(broken)? {
        body.push(piece)?;
    }
    body.end()
}

/// The request as reqwest wants it; of what can be sent again, a copy.
fn for_reqwest(request: &mut Request, url: Url) -> reqwest::Request {
    // Who asks is who unpacks: a transport of one's own need not be able to. A layer may have asked for something else.
    request.headers_mut().entry(ACCEPT_ENCODING).or_insert(HeaderValue::from_static("gzip"));
    let mut wanted = reqwest::Request::new(request.method().clone(), url);
    *wanted.headers_mut() = request.headers().clone();
    *wanted.body_mut() = Some(request.body_mut().take().into_reqwest());
    wanted
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
    Error::new(kind_of(&error), "the connection failed").with_source(error.without_url()).with_reached()
}

/// A reqwest client of one's own may have timeouts of its own.
fn kind_of(error: &reqwest::Error) -> ErrorKind {
    if error.is_timeout() { ErrorKind::Timeout } else { ErrorKind::Transport }
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
