//! One request: what it asks for, whether it may, and what is answered.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use http_body::Body;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use livechat_types::{Api, Authorization, Content as Kind, shared::ErrorType};

use super::{
    RecordedRequest, Shared, admin,
    connection::{Content, Outcome},
    cors, faults, multipart, sign_in,
};
use crate::{
    actions::Call,
    error::ApiError,
    routes::{Found, Input, Route},
    state::{
        State,
        access::{Caller, Who},
        tokens::TokenKind,
    },
};

/// How large a body may be: an upload's limit and what goes around it.
const MAX_BODY: usize = 11 * 1024 * 1024;
/// How large a body without a file may be.
const MAX_JSON: usize = 512 * 1024;

/// What is answered, before it is put into HTTP.
struct Answer {
    status: StatusCode,
    body: Vec<u8>,
    content_type: HeaderValue,
    retry_after: Option<u64>,
    allow: Option<&'static str>,
    cookies: Vec<String>,
    location: Option<String>,
    truncated: bool,
    error: Option<String>,
    user: String,
}

impl Answer {
    fn ok(body: Vec<u8>) -> Self {
        Self {
            status: StatusCode::OK,
            body,
            content_type: HeaderValue::from_static("application/json"),
            retry_after: None,
            allow: None,
            cookies: Vec::new(),
            location: None,
            truncated: false,
            error: None,
            user: String::new(),
        }
    }

    fn error(error: ApiError, api: Option<Api>) -> Self {
        let (status, retry_after) = (error.status(), error.retry_after);
        let name = error.details.r#type.to_string();
        Self { status, retry_after, error: Some(name), ..Self::ok(error.body(api)) }
    }
}

/// Answers a request, and writes it down.
pub(super) async fn answer(shared: &Shared, request: Request<Incoming>) -> Outcome {
    let (parts, body) = request.into_parts();
    let path = canonical_path(&parts);
    if cors::is_preflight(&parts)
        && let Some(found) = shared.routes.find(&path)
    {
        return Outcome::Answer(preflight(&parts, &found));
    }
    let body = read_body(body, shared.body_timeout).await;
    if path.starts_with(admin::PREFIX) {
        let body = body.unwrap_or_default();
        let (status, body) = admin::answer(shared, &parts, &path, &body);
        return Outcome::Answer(finish(shared, None, Answer { status, ..Answer::ok(body) }));
    }
    let found = shared.routes.find(&path);
    let route = found.as_ref().and_then(|found| {
        let by_method = found.routes.iter().find(|route| serves(route, &parts.method));
        by_method.or(found.routes.first()).copied()
    });
    let parameters = found.as_ref().map(|found| found.parameters.clone()).unwrap_or_default();
    let content = body.as_ref().cloned().unwrap_or_default();
    let answer = match route {
        None if path == sign_in::PATH && parts.method == Method::GET => Some(sign_in(shared, &parts)),
        None => Some(Answer::error(no_route(&path), None)),
        Some(route) => handle(shared, route, &parts, parameters, body).await,
    };
    record(shared, route, &parts, &path, content, answer.as_ref());
    match answer {
        Some(answer) => {
            let mut response = finish(shared, route, answer);
            cors::allow(&parts.headers, response.headers_mut());
            Outcome::Answer(response)
        }
        None => Outcome::Reset,
    }
}

/// Answers a browser that asks whether a page may send a request; that is no call of the action.
fn preflight(parts: &Parts, found: &Found<'_>) -> Response<Content> {
    let mut response = Response::new(Content::whole(Vec::new()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    let mut methods: Vec<_> = found.routes.iter().map(|route| route.method()).collect();
    if found.routes.iter().any(|route| serves(route, &Method::GET)) && !methods.contains(&"GET") {
        methods.push("GET");
    }
    cors::allow_request(&parts.headers, &methods.join(", "), response.headers_mut());
    response
}

/// Sends the browser back to the application.
fn sign_in(shared: &Shared, parts: &Parts) -> Answer {
    let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    match sign_in::redirect(shared, &query) {
        Ok(location) => {
            Answer { status: StatusCode::FOUND, location: Some(location), ..Answer::ok(Vec::new()) }
        }
        Err(error) => Answer::error(error, Some(Api::Accounts)),
    }
}

/// Where the version stands in a header instead of the path, it is put there.
fn canonical_path(parts: &Parts) -> String {
    let path = parts.uri.path();
    let versioned = ["/agent/action/", "/customer/action/", "/configuration/action/", "/reports/"];
    let version = parts.headers.get("x-api-version").and_then(|version| version.to_str().ok());
    match version {
        Some(version) if versioned.iter().any(|prefix| path.starts_with(prefix)) => {
            format!("/v{version}{path}")
        }
        _ => path.to_owned(),
    }
}

async fn read_body(body: Incoming, timeout: Duration) -> Result<Bytes, ApiError> {
    let too_large = || ApiError::new(ErrorType::EntityTooLarge, "Upload limit exceeded (10MB).");
    // What is announced as too large is not waited for.
    if body.size_hint().lower() > u64::try_from(MAX_BODY).unwrap_or(u64::MAX) {
        return Err(too_large());
    }
    match tokio::time::timeout(timeout, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(ApiError::validation("the body broke off")),
        Err(_) => Err(ApiError::new(ErrorType::RequestTimeout, "the body did not arrive in time")),
    }
}

/// Reports answer GET as well, with everything in the query.
fn serves(route: &Route, method: &Method) -> bool {
    route.method() == method.as_str() || (route.info.api == Api::Reports && *method == Method::GET)
}

fn no_route(path: &str) -> ApiError {
    let version = path.split('/').nth(1).unwrap_or_default();
    let is_version = version.strip_prefix('v').is_some_and(|rest| rest.contains('.'));
    if is_version && version != "v3.5" {
        return ApiError::new(
            ErrorType::UnsupportedVersion,
            format!("Cannot call unsupported API versions: {version} is not v3.5."),
        );
    }
    ApiError::not_found(format!("there is no action at `{path}`"))
}

/// `None` resets the connection.
async fn handle(
    shared: &Shared,
    route: &Route,
    parts: &Parts,
    parameters: Vec<(String, String)>,
    body: Result<Bytes, ApiError>,
) -> Option<Answer> {
    let api = Some(route.info.api);
    if !serves(route, &parts.method) {
        let message = format!("{} is not allowed here: send {}", parts.method, route.method());
        let error = ApiError::validation(message).with_status(StatusCode::METHOD_NOT_ALLOWED);
        return Some(Answer { allow: Some(route.method()), ..Answer::error(error, api) });
    }
    let mut truncated = false;
    for fault in shared.faults.take(route.info) {
        match fault {
            faults::Kind::Latency { milliseconds } => {
                tokio::time::sleep(Duration::from_millis(milliseconds)).await;
            }
            faults::Kind::Error { r#type, message, retry_after } => {
                return Some(Answer::error(faults::error(&r#type, message.as_deref(), retry_after), api));
            }
            faults::Kind::Raw { status, content_type, body } => {
                let mut answer = Answer::ok(body.into_bytes());
                answer.status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
                answer.content_type = HeaderValue::from_str(&content_type).unwrap_or(answer.content_type);
                return Some(answer);
            }
            faults::Kind::Reset => return None,
            faults::Kind::Truncate => truncated = true,
        }
    }
    let mut answer = perform(shared, route, parts, parameters, body);
    answer.truncated = truncated;
    Some(answer)
}

fn perform(
    shared: &Shared,
    route: &Route,
    parts: &Parts,
    parameters: Vec<(String, String)>,
    body: Result<Bytes, ApiError>,
) -> Answer {
    let api = Some(route.info.api);
    let mut state = shared.state();
    let now = state.now();
    let mut caller = match authorize(&state, route, parts, now) {
        Ok(caller) => caller,
        Err(error) => return Answer::error(error, api),
    };
    caller.changes = route.info.scopes.names().contains(&"chats--all:rw");
    let user = caller.id().to_owned();
    let failed = |error| Answer { user: user.clone(), ..Answer::error(error, api) };
    if !caller.token.is_empty()
        && let Err(seconds) = shared.limits.count(&caller.token, now)
    {
        return failed(
            ApiError::new(ErrorType::TooManyRequests, "Too many requests").with_retry_after(seconds),
        );
    }
    if let Err(error) = caller.check_scopes(scopes(route, &caller)) {
        return failed(error);
    }
    let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
    let input = body.and_then(|body| input(route, parts, &query, body));
    let input = match input {
        Ok(input) => input,
        Err(error) => return failed(error),
    };
    let parameters = parameters.into_iter().chain(query).collect();
    let cookies = cookies(&parts.headers);
    let origin = parts.headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).map(str::to_owned);
    let set_cookies = Vec::new();
    let mut call = Call { state: &mut state, caller, now, parameters, cookies, origin, set_cookies };
    let result = route.run(&mut call, input);
    let set_cookies = std::mem::take(&mut call.set_cookies);
    state.keep_bounds();
    shared.deliver(&mut state);
    match result {
        Ok(body) => Answer { cookies: set_cookies, user, ..Answer::ok(body) },
        Err(error) => failed(error),
    }
}

/// The accounts endpoints check the scope of the grants that need one; a cookie needs none.
fn scopes(route: &Route, caller: &Caller) -> livechat_types::Scopes {
    if route.info.api == Api::Accounts || caller.is_customer() || caller.who == Who::Nobody {
        livechat_types::Scopes::None
    } else {
        route.info.scopes
    }
}

/// Who calls: by the header, or nobody where the action needs none.
fn authorize(state: &State, route: &Route, parts: &Parts, now: jiff::Timestamp) -> Result<Caller, ApiError> {
    let Some(header) = parts.headers.get(header::AUTHORIZATION) else {
        if route.needs_token() {
            return Err(ApiError::authentication("the `Authorization` header is missing"));
        }
        return Ok(Caller::nobody());
    };
    if route.info.authorization == Authorization::None {
        // What stands in a header that nobody asked for is nobody's business.
        return Ok(Caller::nobody());
    }
    let wrong = || {
        ApiError::authentication("`Authorization`: must be `Bearer <token>` or `Basic <account_id:token>`")
    };
    let (scheme, value) = header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(wrong)?;
    let (kind, token) = if scheme.eq_ignore_ascii_case("bearer") {
        (TokenKind::Bearer, value.trim().to_owned())
    } else if scheme.eq_ignore_ascii_case("basic") {
        (TokenKind::Personal, personal_token(state, value.trim())?)
    } else {
        return Err(wrong());
    };
    if let Some((region, _)) = token.split_once(':')
        && region != state.organization.region
        && is_region(region)
    {
        return Err(ApiError::misdirected(region));
    }
    let caller = state.caller(&token, kind, now)?;
    as_bot(state, caller, &parts.headers)
}

/// The regions that tokens begin with: a place, and sometimes a letter.
fn is_region(prefix: &str) -> bool {
    prefix.starts_with("dal") || prefix.starts_with("fra")
}

/// The token out of `account_id:token` in base64; the account must be the token's.
fn personal_token(state: &State, value: &str) -> Result<String, ApiError> {
    let wrong = || ApiError::authentication("`Authorization`: `Basic` wants base64 of `account_id:token`");
    let text =
        STANDARD.decode(value).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(wrong)?;
    let (account, token) = text.split_once(':').ok_or_else(wrong)?;
    if let Some(known) = state.tokens.access.get(token)
        && let Who::Agent(id) = &known.who
        && state.account_id(id) != account
    {
        return Err(ApiError::authentication("the personal access token is of another account"));
    }
    Ok(token.to_owned())
}

/// With `X-Author-Id` an agent's token speaks for a bot.
fn as_bot(state: &State, mut caller: Caller, headers: &HeaderMap) -> Result<Caller, ApiError> {
    let Some(author) = headers.get("x-author-id") else { return Ok(caller) };
    let id = author.to_str().unwrap_or_default();
    if !caller.is_worker() {
        return Err(ApiError::authorization("`X-Author-Id`: only with an agent's token"));
    }
    if !state.bots.contains_key(id) {
        return Err(ApiError::validation(format!("`X-Author-Id`: there is no bot `{id}`")));
    }
    caller.who = Who::Bot(id.to_owned());
    Ok(caller)
}

fn pairs(text: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(text).into_owned().collect()
}

fn cookies(headers: &HeaderMap) -> Vec<(String, String)> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

/// Takes the request out of the query or the body, by what the action wants and the content type says.
fn input(route: &Route, parts: &Parts, query: &[(String, String)], body: Bytes) -> Result<Input, ApiError> {
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media =
        content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let own = |query: &[(String, String)]| {
        let held = route.info.http.map(|http| http.client_parameters).unwrap_or_default();
        query.iter().filter(|(name, _)| !held.contains(&name.as_str())).cloned().collect()
    };
    let kind = if parts.method == Method::GET { Kind::Query } else { route.content() };
    if kind != Kind::Multipart && body.len() > MAX_JSON {
        return Err(ApiError::validation("the body is too large").with_status(StatusCode::PAYLOAD_TOO_LARGE));
    }
    match kind {
        Kind::Query => Ok(Input::Pairs(own(query))),
        Kind::Multipart if media == "multipart/form-data" => {
            let upload = multipart::file(content_type.unwrap_or_default(), &body);
            Ok(Input::File(upload.map_err(ApiError::validation)?))
        }
        Kind::Multipart => Err(wrong_media("multipart/form-data")),
        // OAuth's form is shown as JSON as well.
        Kind::Form if media == "application/json" => Ok(Input::Json(body)),
        Kind::Form => Ok(Input::Pairs(pairs(&body))),
        // The accounts endpoints are shown without a content type.
        Kind::Json if media == "application/json" || route.info.api == Api::Accounts => Ok(Input::Json(body)),
        // A request without parameters may have no body, and then no type of it.
        Kind::Json if body.is_empty() && content_type.is_none() => Ok(Input::Json(body)),
        _ => Err(wrong_media("application/json")),
    }
}

fn wrong_media(wanted: &str) -> ApiError {
    ApiError::validation(format!("`Content-Type`: must be `{wanted}`"))
        .with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE)
}

fn record(
    shared: &Shared,
    route: Option<&Route>,
    parts: &Parts,
    path: &str,
    body: Bytes,
    answer: Option<&Answer>,
) {
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let secret = *name == header::AUTHORIZATION || *name == header::COOKIE;
        let value =
            if secret { value.split([' ', '=']).next().unwrap_or_default().to_owned() } else { value };
        (name.as_str().to_owned(), value)
    });
    let request = RecordedRequest {
        action: route.map(|route| route.info.name.to_owned()),
        method: parts.method.to_string(),
        path: path.to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.collect(),
        body,
        user: answer.map(|answer| answer.user.clone()).unwrap_or_default(),
        status: answer.map_or(0, |answer| answer.status.as_u16()),
        error: answer.and_then(|answer| answer.error.clone()),
    };
    if let Some(on_request) = &shared.on_request {
        on_request(&request);
    }
    shared.log.add(request);
}

fn finish(shared: &Shared, route: Option<&Route>, answer: Answer) -> Response<Content> {
    let content =
        if answer.truncated { Content::truncated(answer.body) } else { Content::whole(answer.body) };
    let length = content.len();
    let mut response = Response::new(content);
    *response.status_mut() = answer.status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, answer.content_type);
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    if let Some(seconds) = answer.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(method) = answer.allow {
        headers.insert(header::ALLOW, HeaderValue::from_static(method));
    }
    if let Some(location) = answer.location
        && let Ok(value) = HeaderValue::from_str(&location)
    {
        headers.insert(header::LOCATION, value);
    }
    for cookie in answer.cookies {
        if let Ok(value) = HeaderValue::from_str(&cookie) {
            headers.append(header::SET_COOKIE, value);
        }
    }
    // The accounts endpoints have a version of their own, which is no legacy.
    let is_versioned = route.is_some_and(|route| route.info.api != Api::Accounts);
    if let Some(date) = shared.legacy_until.filter(|_| is_versioned)
        && let Ok(value) = HeaderValue::from_str(&date.to_string())
    {
        headers.insert("legacy", value);
    }
    response
}
