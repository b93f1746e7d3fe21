//! The one error of the client: what went wrong, where, and what the server said.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
use livechat_types::shared::ErrorType;
use serde::Deserialize;
use serde_json::Value;

use crate::json::{self, Unreadable};

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Any error; what layers and token providers of one's own may return.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a call failed.
///
/// It is one word wide, and keeps what is known of the failure: the server's status, its typed error, its headers and its body
/// (also when that body is a proxy's HTML), and the request's id. Credentials never stand in it.
///
/// ```
/// use livechat_client::{Error, ErrorKind};
///
/// fn explain(error: &Error) -> String {
///     match error.kind() {
///         _ if error.is_not_found() => "there is no such thing".to_owned(),
///         ErrorKind::Auth => "the token is refused".to_owned(),
///         ErrorKind::RateLimit => format!("try again in {:?}", error.retry_after()),
///         _ => error.to_string(),
///     }
/// }
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    action: Option<&'static str>,
    message: String,
    source: Option<BoxError>,
    answer: Option<Answer>,
    api: Option<ApiError>,
    place: Option<Place>,
    request_id: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    reached: bool,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The client or the request could not be built; nothing was sent.
    Build,
    /// The credentials could not be obtained, or the server refused them.
    Auth,
    /// The rate limit: the server said so, or the wait for a free slot would be too long.
    RateLimit,
    /// There was no answer in time.
    Timeout,
    /// The connection failed, or ended before the answer was whole.
    Transport,
    /// The server answered with an error.
    Api,
    /// The server's answer is not what the documentation says.
    Decode,
    /// The upload or the answer is larger than allowed.
    TooLarge,
    /// A layer that was added to the client failed.
    Layer,
}

/// What the server says of an error.
///
/// ```
/// let error: livechat_client::ApiError =
///     serde_json::from_str(r#"{"type": "misdirected_request", "message": "Wrong region", "data": {"region": "fra"}}"#)?;
///
/// assert_eq!(*error.error_type(), livechat_client::ErrorType::MisdirectedRequest);
/// assert_eq!(error.data().unwrap()["region"], "fra");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ApiError {
    error_type: ErrorType,
    message: String,
    data: Option<Value>,
}

impl<'de> Deserialize<'de> for ApiError {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Self::from_value(&value).ok_or_else(|| serde::de::Error::missing_field("type"))
    }
}

impl ApiError {
    /// What kind of error it is; one that the documentation does not have is kept as it came.
    #[must_use]
    pub fn error_type(&self) -> &ErrorType {
        &self.error_type
    }

    /// The server's explanation; empty where it gives none.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What belongs to the error, such as `region` of a `misdirected_request`.
    #[must_use]
    pub fn data(&self) -> Option<&Value> {
        self.data.as_ref()
    }

    /// What an answer says that is not a success.
    pub(crate) fn of(answer: &http::Response<Bytes>) -> Option<Self> {
        if answer.status().is_success() { None } else { Self::from_body(answer.body()) }
    }

    /// Reads the body of a failed answer: the web APIs' envelope, or one of the accounts service's flat forms.
    pub(crate) fn from_body(body: &[u8]) -> Option<Self> {
        let root = json::value(body)?;
        match root.get("error") {
            Some(error @ Value::Object(_)) => Self::from_value(error),
            _ => Self::from_flat(root),
        }
    }

    fn from_value(error: &Value) -> Option<Self> {
        Some(Self {
            error_type: error.get("type")?.as_str()?.into(),
            message: error.get("message").and_then(Value::as_str).unwrap_or_default().to_owned(),
            data: error.get("data").filter(|data| !data.is_null()).cloned(),
        })
    }

    /// Reads what the accounts service says: the type and the words under several names, and further fields beside them.
    pub(crate) fn from_flat(root: Value) -> Option<Self> {
        let Value::Object(mut fields) = root else { return None };
        let mut text = |names: &[&str]| {
            let texts: Vec<_> = names.iter().filter_map(|name| fields.remove(*name)).collect();
            texts.iter().find_map(Value::as_str).map(str::to_owned)
        };
        let error_type = text(&["error", "oauth_exception", "identity_exception"])?.into();
        let message =
            text(&["error_description", "exception_description", "exception_details", "description"])
                .unwrap_or_default();
        let data = (!fields.is_empty()).then_some(Value::Object(fields));
        Some(Self { error_type, message, data })
    }

    /// Whether it says that the access token is missing, wrong or expired.
    pub(crate) fn is_token_refused(&self) -> bool {
        self.error_type == ErrorType::Authentication || self.error_type.as_str() == "unauthorized"
    }

    /// Whether it says that who calls is unknown: an access token, a grant, an application.
    fn is_authentication(&self) -> bool {
        const OAUTH: &[&str] = &["invalid_client", "invalid_grant", "unauthorized_client", "identity_lost"];
        self.is_token_refused() || OAUTH.contains(&self.error_type.as_str())
    }

    /// Whether it says that who calls may not do this.
    fn is_authorization(&self) -> bool {
        const OAUTH: &[&str] = &["access_denied", "forbidden", "invalid_scope", "missing_grant"];
        matches!(self.error_type, ErrorType::Authorization | ErrorType::MissingAccess)
            || OAUTH.contains(&self.error_type.as_str())
    }
}

/// An answer as it came.
#[derive(Clone)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Where in a JSON document something is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    path: String,
    line: usize,
    column: usize,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            action: None,
            message: message.into(),
            source: None,
            answer: None,
            api: None,
            place: None,
            request_id: None,
            retry_after: None,
            attempts: 0,
            reached: false,
        }))
    }

    pub(crate) fn build(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Build, message)
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_action(mut self, action: &'static str) -> Self {
        self.0.action.get_or_insert(action);
        self
    }

    pub(crate) fn with_request_id(mut self, id: &str) -> Self {
        self.0.request_id.get_or_insert_with(|| id.to_owned());
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Notes how often the request was sent.
    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Notes that the server may have got the request.
    pub(crate) fn with_reached(mut self) -> Self {
        self.0.reached = true;
        self
    }

    pub(crate) fn with_answer(mut self, status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        self.0.reached = true;
        if self.0.retry_after.is_none() {
            self.0.retry_after = retry_after(&headers);
        }
        self.0.answer = Some(Answer { status, headers, body });
        self
    }

    /// The error of an answer whose status is not a success.
    pub(crate) fn from_answer(status: StatusCode, headers: HeaderMap, body: Bytes) -> Self {
        let api = ApiError::from_body(&body);
        let kind = match &api {
            Some(api) if api.error_type == ErrorType::TooManyRequests => ErrorKind::RateLimit,
            Some(api) if api.is_authentication() || api.is_authorization() => ErrorKind::Auth,
            Some(api) if api.error_type == ErrorType::EntityTooLarge => ErrorKind::TooLarge,
            _ if status == StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimit,
            _ if status == StatusCode::UNAUTHORIZED => ErrorKind::Auth,
            _ if status == StatusCode::PAYLOAD_TOO_LARGE => ErrorKind::TooLarge,
            _ => ErrorKind::Api,
        };
        let message = match &api {
            Some(api) if api.message.is_empty() => {
                format!("the server answered {status}: {}", api.error_type)
            }
            Some(api) => format!("the server answered {status}: {}: {}", api.error_type, api.message),
            None => {
                let hint = if status.is_redirection() {
                    "; redirects are not followed: is the address the right one?"
                } else {
                    ""
                };
                format!("the server answered {status} with {}{hint}", describe_body(&headers, &body))
            }
        };
        let mut error = Self::new(kind, message).with_answer(status, headers, body);
        error.0.api = api;
        error
    }

    /// The error of an authorization that was refused before there was anything to ask for a token with.
    #[cfg(feature = "accounts")]
    pub(crate) fn refused(api: ApiError) -> Self {
        let colon = if api.message.is_empty() { "" } else { ": " };
        let message = format!("the authorization was refused: {}{colon}{}", api.error_type, api.message);
        let mut error = Self::new(ErrorKind::Auth, message);
        error.0.api = Some(api);
        error
    }

    /// The error of an answer that is not what the documentation says.
    pub(crate) fn decode(unreadable: Unreadable, headers: &HeaderMap, body: &[u8]) -> Self {
        let Unreadable { path, what, mut line, mut column } = unreadable;
        let mut what = hide_quoted(&what);
        if body.trim_ascii().is_empty() {
            // What was read in its place has lines that the answer has not.
            what = what.split(" at line ").next().unwrap_or_default().to_owned();
            (line, column) = (1, 1);
        }
        let message = if looks_like_json(body) {
            let place = if path.is_empty() { String::new() } else { format!(" at `{path}`") };
            format!("the answer cannot be read{place}: {what}")
        } else {
            format!("the answer is {}, not JSON: {what}", describe_body(headers, body))
        };
        let mut error = Self::new(ErrorKind::Decode, message);
        error.0.place = Some(Place { path, line, column });
        error
    }

    /// The same failure told again, for an error that is out of reach within another.
    pub(crate) fn again(&self) -> Self {
        let mut message = self.0.message.clone();
        if let Some(source) = &self.0.source {
            message = format!("{message}: {source}");
        }
        Self::new(self.0.kind, message)
    }

    /// Takes back an error of ours that went through a layer, or wraps that layer's own.
    pub(crate) fn from_layer(error: BoxError) -> Self {
        match error.downcast::<Self>() {
            Ok(ours) => *ours,
            Err(error) => {
                Self::new(ErrorKind::Layer, "a layer of the client failed").with_source(error).with_reached()
            }
        }
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The name of the action that failed, such as `list_chats`; none where no action was under way.
    #[must_use]
    pub fn action(&self) -> Option<&'static str> {
        self.0.action
    }

    /// The server's status, if it answered.
    #[must_use]
    pub fn status(&self) -> Option<StatusCode> {
        Some(self.0.answer.as_ref()?.status)
    }

    /// What kind of error the server calls it, such as [`ErrorType::NotFound`], if it gave one.
    #[must_use]
    pub fn error_type(&self) -> Option<&ErrorType> {
        self.0.api.as_ref().map(ApiError::error_type)
    }

    /// The server's own explanation, if it gave one.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.0.api.as_ref().map(ApiError::message).filter(|message| !message.is_empty())
    }

    /// What belongs to the server's error, such as `region` of a `misdirected_request`.
    #[must_use]
    pub fn data(&self) -> Option<&Value> {
        self.0.api.as_ref()?.data()
    }

    /// The answer's body as the server wrote it (unpacked, where it came packed by gzip); as far as it came, where the connection
    /// ended early.
    #[must_use]
    pub fn raw_body(&self) -> Option<&Bytes> {
        self.0.answer.as_ref().map(|answer| &answer.body)
    }

    /// The answer's headers, if there was one.
    #[must_use]
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.0.answer.as_ref().map(|answer| &answer.headers)
    }

    /// The id that the request carried; the same over all attempts.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// How long to wait before another try, if the server or the rate limit says so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How often the request was sent.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Where in the answer's JSON reading failed, such as `chats[3].users`; for [`ErrorKind::Decode`].
    #[must_use]
    pub fn json_path(&self) -> Option<&str> {
        self.0.place.as_ref().map(|place| place.path.as_str())
    }

    /// The line in the answer's body where reading failed, from 1, and how many bytes of that line were read; for
    /// [`ErrorKind::Decode`].
    #[must_use]
    pub fn line_and_column(&self) -> Option<(usize, usize)> {
        self.0.place.as_ref().map(|place| (place.line, place.column))
    }

    /// Whether the server may have got the request, and so may have carried it out.
    ///
    /// An action that is not safe to repeat should be sent again only if this is false.
    #[must_use]
    pub fn may_have_reached_server(&self) -> bool {
        self.0.reached
    }

    /// Whether what was asked for does not exist (`not_found`, `group_not_found`, …, or a bare 404).
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        match self.error_type() {
            Some(error_type) => error_type.as_str().ends_with("not_found"),
            None => self.status() == Some(StatusCode::NOT_FOUND),
        }
    }

    /// Whether the rate limit is the reason.
    #[must_use]
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::RateLimit
    }

    /// Whether the credentials are missing, wrong or expired; with the accounts service also a code, a refresh token or an application
    /// (`unauthorized`, `invalid_grant`, `invalid_client`, …).
    ///
    /// Where a token provider failed by an error of this client, such as that of a refresh, it is that one that counts: a
    /// refresh token that is over is such a reason, an accounts service that does not answer is none.
    #[must_use]
    pub fn is_authentication(&self) -> bool {
        if let Some(api) = &self.0.api {
            return api.is_authentication();
        }
        let source = std::error::Error::source(self).and_then(|source| source.downcast_ref());
        self.0.kind == ErrorKind::Auth && source.is_none_or(Self::is_authentication)
    }

    /// Whether the credentials are fine but do not allow the action: a missing scope or access (with the accounts service
    /// `access_denied`, `invalid_scope`, …).
    #[must_use]
    pub fn is_authorization(&self) -> bool {
        match &self.0.api {
            Some(api) => api.is_authorization(),
            None => self.status() == Some(StatusCode::FORBIDDEN),
        }
    }

    /// Whether the server calls the request itself wrong.
    #[must_use]
    pub fn is_validation(&self) -> bool {
        self.error_type() == Some(&ErrorType::Validation)
    }

    /// Whether there was no answer in time, here or on the server (`request_timeout`).
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout || self.error_type() == Some(&ErrorType::RequestTimeout)
    }

    /// Whether the connection failed.
    #[must_use]
    pub fn is_transport(&self) -> bool {
        self.0.kind == ErrorKind::Transport
    }

    /// Whether the answer could not be read.
    #[must_use]
    pub fn is_decode(&self) -> bool {
        self.0.kind == ErrorKind::Decode
    }

    /// Whether the upload or the answer is larger than allowed.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        self.0.kind == ErrorKind::TooLarge
    }

    /// Whether the server, or a proxy before it, is at fault: a status of 500 and above.
    #[must_use]
    pub fn is_server_error(&self) -> bool {
        self.status().is_some_and(|status| status.is_server_error())
    }

    /// Whether the request went to the wrong region.
    #[must_use]
    pub fn is_misdirected(&self) -> bool {
        self.error_type() == Some(&ErrorType::MisdirectedRequest)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(action) = self.0.action {
            write!(f, "{action}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(id) = &self.0.request_id {
            write!(f, " (request {id})")?;
        }
        Ok(())
    }
}

// The body is left out: an answer that cannot be read may hold tokens.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("action", &self.0.action)
            .field("message", &self.0.message)
            .field("status", &self.status())
            .field("error_type", &self.error_type().map(ErrorType::as_str))
            .field("request_id", &self.0.request_id)
            .field("retry_after", &self.0.retry_after)
            .field("attempts", &self.0.attempts)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source: &(dyn std::error::Error + 'static) = &**self.0.source.as_ref()?;
        // What many calls wait for fails for all of them: each shares the one error, and shows that and not the sharing.
        match source.downcast_ref::<Arc<dyn std::error::Error + Send + Sync>>() {
            Some(shared) => Some(&**shared),
            None => Some(source),
        }
    }
}

/// The wait that `Retry-After` asks for: seconds, or a date (told apart from the server's own clock, where it gives it).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(text)?;
    let now = headers.get(http::header::DATE).and_then(|date| http_date(date.to_str().ok()?));
    let wait = until.duration_since(now.unwrap_or_else(jiff::Timestamp::now));
    Some(Duration::try_from(wait).unwrap_or_default())
}

fn http_date(text: &str) -> Option<jiff::Timestamp> {
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

/// Says what a body is that holds no documented error.
fn describe_body(headers: &HeaderMap, body: &[u8]) -> String {
    if body.trim_ascii().is_empty() {
        return "an empty body".to_owned();
    }
    let media_type = headers
        .get(http::header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .map_or("no content type", str::trim);
    format!("a body of {} bytes ({media_type})", body.len())
}

fn looks_like_json(body: &[u8]) -> bool {
    matches!(body.trim_ascii().first(), Some(b'{' | b'[' | b'"' | b'0'..=b'9' | b'-' | b't' | b'f' | b'n'))
}

/// Takes quoted values out of a serde message: the value that does not fit may be a secret.
fn hide_quoted(message: &str) -> String {
    let mut hidden = String::with_capacity(message.len());
    let mut quoted = false;
    let mut characters = message.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' if quoted => drop(characters.next()),
            '"' if quoted => {
                quoted = false;
                hidden.push_str("…\"");
            }
            '"' => {
                quoted = true;
                hidden.push('"');
            }
            other if !quoted => hidden.push(other),
            _ => {}
        }
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(http::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn is_one_word_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        assert_eq!(retry_after(&headers(&[(RETRY_AFTER, "7")])), Some(Duration::from_secs(7)));
        let dates = headers(&[
            (RETRY_AFTER, "Wed, 21 Oct 2015 07:28:30 GMT"),
            (http::header::DATE, "Wed, 21 Oct 2015 07:28:00 GMT"),
        ]);
        assert_eq!(retry_after(&dates), Some(Duration::from_secs(30)));
        let past = headers(&[(RETRY_AFTER, "Wed, 21 Oct 2015 07:28:00 GMT")]);
        assert_eq!(retry_after(&past), Some(Duration::ZERO));
        assert_eq!(retry_after(&headers(&[(RETRY_AFTER, "soon")])), None);
    }

    #[test]
    fn quoted_values_are_hidden() {
        let message = r#"invalid type: string "dal:se\"cret", expected u64 at line 1 column 9"#;
        assert_eq!(hide_quoted(message), r#"invalid type: string "…", expected u64 at line 1 column 9"#);
        assert_eq!(hide_quoted("missing field `id`"), "missing field `id`");
    }

    #[test]
    fn the_accounts_service_has_error_bodies_of_its_own() {
        for body in [
            r#"{"error":"invalid_grant","error_description":"no"}"#,
            r#"{"oauth_exception":"invalid_grant","exception_description":"no"}"#,
            r#"{"oauth_exception":"invalid_grant","exception_details":"no"}"#,
            r#"{"identity_exception":"invalid_grant","oauth_exception":null,"description":"no"}"#,
        ] {
            let error = ApiError::from_body(body.as_bytes()).unwrap();
            assert_eq!((error.error_type().as_str(), error.message()), ("invalid_grant", "no"), "{body}");
            assert_eq!(error.data(), None);
        }
        let body =
            br#"{"error":"invalid_request","sub_error":"wrong_field","invalid_fields":{"code":"too short"}}"#;
        let error = ApiError::from_body(body).unwrap();
        assert_eq!(error.message(), "");
        assert_eq!(error.data().unwrap()["invalid_fields"]["code"], "too short");
        assert_eq!(error.data().unwrap()["sub_error"], "wrong_field");
        for body in ["<html>", "[]", "{}", r#"{"error": 7}"#, r#"{"error": {"message": "no type"}}"#] {
            assert_eq!(ApiError::from_body(body.as_bytes()), None, "{body}");
        }
    }
}
