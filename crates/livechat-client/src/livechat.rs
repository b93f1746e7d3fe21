//! The client: what all APIs share, and the one place where a request is sent and its answer read.

use std::{fmt, future::ready, pin::Pin, sync::Arc};

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method,
    header::{ACCEPT, CONTENT_TYPE, COOKIE},
};
use livechat_types::{Action, ActionInfo, Api, Authorization, Http, Secret};
use serde::de::DeserializeOwned;

use crate::{
    Call, Credentials, Error, LiveChatBuilder, Response, Result, UploadFile,
    builder::{BaseUrl, Settings},
    call::RequestId,
    clock::after,
    encode::{self, Encoded},
    json::{self, Unreadable},
    layers::{Answer, Deadline, HttpService as _, Request, Stack, Stage, TraceCall},
    response::Raw,
};

/// The header that carries the request's id, the same over all attempts of a call.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The header that makes a bot the author of what an agent's token does.
pub(crate) const AUTHOR_ID: HeaderName = HeaderName::from_static("x-author-id");

/// A client of LiveChat.
///
/// It is cheap to clone; clones share connections, rate limits and what is learned of the region. One per process is right.
///
/// Every call may be dropped at any await. Until its request is on the way nothing has happened; after that the server may have
/// carried it out or not, as when a connection fails.
///
/// ```
/// use livechat_client::{Credentials, LiveChat};
///
/// # fn main() -> livechat_client::Result<()> {
/// let livechat = LiveChat::new(Credentials::personal_access_token("6c1a52e0-…", "dal:…"))?;
/// # #[cfg(feature = "agent")]
/// let agent = livechat.agent();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct LiveChat(Arc<Shared>);

struct Shared {
    settings: Settings,
    credentials: Credentials,
    stack: Layers,
}

/// All layers, from the outermost to the network.
pub(crate) type Layers = Stage<TraceCall, Stage<Deadline, Stack>>;

/// What one API's client adds to each of its calls.
#[derive(Clone, Default)]
pub(crate) struct Context {
    pub(crate) organization_id: Option<Arc<str>>,
    pub(crate) group_id: Option<Arc<str>>,
    pub(crate) author_id: Option<Arc<str>>,
    /// What tells a customer to the accounts service.
    pub(crate) cookies: Option<Arc<Secret>>,
}

impl LiveChat {
    /// A client with the usual settings.
    pub fn new(credentials: Credentials) -> Result<Self> {
        Self::builder(credentials).build()
    }

    /// A client with settings of one's own.
    pub fn builder(credentials: Credentials) -> LiveChatBuilder {
        LiveChatBuilder::new(credentials)
    }

    /// The same client with other credentials: connections, layers and rate limits are shared.
    #[must_use]
    pub fn with_credentials(&self, credentials: Credentials) -> Self {
        let Shared { settings, stack, .. } = &*self.0;
        Self(Arc::new(Shared { settings: settings.clone(), credentials, stack: stack.clone() }))
    }

    pub(crate) fn assemble(settings: Settings, credentials: Credentials, stack: Layers) -> Self {
        Self(Arc::new(Shared { settings, credentials, stack }))
    }

    /// Where the API is: the address that its paths follow.
    #[must_use]
    pub fn base_url(&self, api: Api) -> &str {
        self.0.settings.base_urls.get(api).map_or("", BaseUrl::as_str)
    }

    pub(crate) async fn send<A: Action>(
        &self,
        request: &A,
        context: &Context,
    ) -> Result<Response<A::Response>> {
        decode(A::INFO, self.send_raw(request, context).await?)
    }

    pub(crate) async fn send_raw<A: Action>(
        &self,
        request: &A,
        context: &Context,
    ) -> Result<Response<Bytes>> {
        let encoded = route(A::INFO).and_then(|http| encode::request(http, request));
        self.dispatch(A::INFO, encoded, context).await
    }

    pub(crate) async fn upload<R: DeserializeOwned>(
        &self,
        info: &'static ActionInfo,
        file: UploadFile,
        context: &Context,
    ) -> Result<Response<R>> {
        let encoded = encode::upload(file);
        decode(info, self.dispatch(info, encoded, context).await?)
    }

    /// Sends what is encoded. It is boxed and not generic, so that each action adds only its own encoding and decoding to a build.
    pub(crate) fn dispatch<'a>(
        &'a self,
        info: &'static ActionInfo,
        encoded: Result<Encoded>,
        context: &'a Context,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>>> + Send + 'a>> {
        let request_id = RequestId::new();
        let prepared = encoded.and_then(|encoded| {
            let credentials = self.credentials_for(info, &encoded);
            let call = Call::new(info, request_id.clone(), credentials, after(self.0.settings.timeout));
            Ok((self.request(&call, encoded, context)?, call))
        });
        let told = move |error: Error| error.with_action(info.name).with_request_id(request_id.as_str());
        let (mut request, call) = match prepared {
            Ok(prepared) => prepared,
            Err(error) => return Box::pin(ready(Err(told(error)))),
        };
        Box::pin(async move {
            let answer = self.exchange(&call, &mut request).await;
            let (parts, body) =
                answer.map_err(|error| told(error).with_attempts(call.attempts()))?.into_parts();
            let raw = Raw {
                status: parts.status,
                headers: parts.headers,
                body: body.clone(),
                request_id: call.id().clone(),
                attempts: call.attempts(),
            };
            Ok(Response::new(body, raw))
        })
    }

    /// Sends a request through the layers, and waits for an answer that is a success.
    async fn exchange(&self, call: &Call, request: &mut Request) -> Result<Answer> {
        let Shared { settings, stack, .. } = &*self.0;
        let answer = stack.send(request).await?;
        if let Some(http) = &call.action().http {
            settings.notices.heed(http.path, answer.headers());
        }
        if answer.status().is_success() {
            return Ok(answer);
        }
        let (parts, body) = answer.into_parts();
        Err(Error::from_answer(parts.status, parts.headers, body))
    }

    /// The client's credentials; none where the request carries the token that it is about itself.
    fn credentials_for(&self, info: &ActionInfo, encoded: &Encoded) -> Credentials {
        if info.authorization == Authorization::Optional && encoded.has_field(encode::OWN_TOKEN) {
            return Credentials::none();
        }
        self.0.credentials.clone()
    }

    fn request(&self, call: &Call, encoded: Encoded, context: &Context) -> Result<Request> {
        let info = call.action();
        let http = route(info)?;
        let query = encode::query(http, &encoded.query, context)?;
        let base = self.0.settings.base_urls.get(info.api)?;
        let mut request = Request::new(encoded.body);
        *request.method_mut() = method(http.method)?;
        *request.uri_mut() = base.with(encode::path(http, context)?, &query)?;
        *request.headers_mut() = self.headers(call, encoded.content_type, context)?;
        request.extensions_mut().insert(call.clone());
        Ok(request)
    }

    fn headers(
        &self,
        call: &Call,
        content_type: Option<HeaderValue>,
        context: &Context,
    ) -> Result<HeaderMap> {
        // Room also for what the layers and reqwest add: to grow later costs more.
        let mut headers = HeaderMap::with_capacity(12);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(http::header::USER_AGENT, self.0.settings.user_agent.clone());
        headers.insert(REQUEST_ID, call.id().header());
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, content_type);
        }
        if let Some(author) = &context.author_id {
            headers.insert(AUTHOR_ID, header_value("the author id", author)?);
        }
        if let Some(cookies) = &context.cookies {
            headers.insert(COOKIE, cookies_value(cookies)?);
        }
        Ok(headers)
    }
}

impl fmt::Debug for LiveChat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveChat")
            .field("credentials", &self.0.credentials)
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

pub(crate) fn route(info: &'static ActionInfo) -> Result<&'static Http> {
    let missing = || Error::build("the action exists over WebSocket only").with_action(info.name);
    info.http.as_ref().ok_or_else(missing)
}

fn method(method: livechat_types::Method) -> Result<Method> {
    Method::from_bytes(method.as_str().as_bytes())
        .map_err(|error| Error::build("the action's method is none of HTTP's").with_source(error))
}

fn header_value(what: &str, value: &str) -> Result<HeaderValue> {
    HeaderValue::try_from(value)
        .map_err(|_| Error::build(format!("{what} `{}` cannot be a header's value", value.escape_debug())))
}

fn cookies_value(cookies: &Secret) -> Result<HeaderValue> {
    let mut value = HeaderValue::try_from(cookies.expose())
        .map_err(|_| Error::build("a cookie has a character that no header can carry"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Reads an answer.
pub(crate) fn decode<T: DeserializeOwned>(
    info: &'static ActionInfo,
    response: Response<Bytes>,
) -> Result<Response<T>> {
    match json::read(json_of(&response)) {
        Ok(value) => Ok(response.map(|_| value)),
        Err(unreadable) => Err(undecodable(unreadable, info, &response)),
    }
}

/// The JSON of an answer. An action that returns nothing may answer with no body at all: that reads as `{}`.
pub(crate) fn json_of(response: &Response<Bytes>) -> &[u8] {
    if response.body().trim_ascii().is_empty() { b"{}" } else { response.body() }
}

/// The error of an answer that cannot be read.
pub(crate) fn undecodable(
    unreadable: Unreadable,
    info: &'static ActionInfo,
    response: &Response<Bytes>,
) -> Error {
    Error::decode(unreadable, response.headers(), response.body())
        .with_action(info.name)
        .with_request_id(response.request_id())
        .with_attempts(response.attempts())
        .with_answer(response.status(), response.headers().clone(), response.body().clone())
}
