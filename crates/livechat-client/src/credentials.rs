//! Credentials: who calls, and the header that says so.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use http::HeaderValue;
use livechat_types::Secret;

use crate::{
    error::{Error, ErrorKind, Result},
    tokens::{TokenProvider, Tokens},
};

/// What authorizes calls.
///
/// Credentials are cheap to clone; clones share what is learned of them, such as the region and the latest access token. `Debug`
/// never shows a secret. What cannot be a token (nothing, white space, a whole header) is an error of each call
/// ([`ErrorKind::Build`]), and nothing is sent.
///
/// ```
/// use livechat_client::Credentials;
///
/// let credentials = Credentials::bearer("dal:very-secret");
/// assert!(!format!("{credentials:?}").contains("very-secret"));
/// ```
#[derive(Clone)]
pub struct Credentials(Arc<Shared>);

struct Shared {
    source: Source,
    /// Whose rate limit the calls count against.
    key: String,
    region: Mutex<Option<HeaderValue>>,
}

enum Source {
    Absent,
    Fixed { scheme: &'static str, header: Result<HeaderValue, Unsendable> },
    Provided(Tokens),
}

/// What is wrong with credentials that cannot be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unsendable(&'static str);

impl Unsendable {
    pub(crate) fn into_error(self) -> Error {
        Error::build(self.0)
    }
}

/// The `Authorization` header of one attempt.
pub(crate) struct Authorization {
    pub(crate) header: HeaderValue,
    /// Which of the provider's tokens it is; `None` if there can be no other.
    pub(crate) generation: Option<u64>,
}

impl Credentials {
    /// A personal access token of an agent's account. The Customer Chat API does not accept these.
    #[must_use]
    pub fn personal_access_token(account_id: &str, token: impl Into<Secret>) -> Self {
        let token = token.into();
        let pair = BASE64_STANDARD.encode(format!("{account_id}:{}", token.expose()));
        let header = if account_id.is_empty() || account_id.contains(|c: char| c == ':' || c.is_whitespace())
        {
            Err(Unsendable("the account id is empty, or has a colon or white space in it"))
        } else {
            sendable(token.expose()).and_then(|_| authorization("Basic", &pair))
        };
        Self::fixed("Basic", header, format!("account:{account_id}"), token.expose())
    }

    /// An OAuth access token: an agent's, a bot's or a customer's.
    #[must_use]
    pub fn bearer(token: impl Into<Secret>) -> Self {
        let token = token.into();
        let key = format!("token:{:016x}", fingerprint(token.expose()));
        Self::fixed("Bearer", bearer(token.expose()), key, token.expose())
    }

    /// Access tokens that a provider gets, and gets again when they expire or the server refuses them.
    ///
    /// `name` says whose tokens they are: the rate limit counts by it, also when the token changes. It is no secret.
    #[must_use]
    pub fn provided(name: impl Into<String>, provider: impl TokenProvider) -> Self {
        let key = format!("provider:{}", name.into());
        Self::new(Source::Provided(Tokens::new(provider)), key, None)
    }

    /// No credentials, for the few actions that need none.
    #[must_use]
    pub fn none() -> Self {
        Self::new(Source::Absent, "none".to_owned(), None)
    }

    /// The same credentials in a region that is known beforehand, such as `fra`; otherwise it is read from the front of the token, or
    /// learned from the server's first refusal.
    #[must_use]
    pub fn in_region(self, region: &str) -> Self {
        if let Ok(region) = HeaderValue::try_from(region) {
            self.set_region(region);
        }
        self
    }

    fn fixed(
        scheme: &'static str,
        header: Result<HeaderValue, Unsendable>,
        key: String,
        token: &str,
    ) -> Self {
        Self::new(Source::Fixed { scheme, header }, key, region_of(token))
    }

    fn new(source: Source, key: String, region: Option<HeaderValue>) -> Self {
        Self(Arc::new(Shared { source, key, region: Mutex::new(region) }))
    }

    /// The `Authorization` header.
    pub(crate) async fn authorization(&self) -> Result<Authorization> {
        match &self.0.source {
            Source::Absent => {
                Err(Error::new(ErrorKind::Auth, "the action needs credentials, and the client has none"))
            }
            Source::Fixed { header, .. } => Ok(Authorization {
                header: header.clone().map_err(Unsendable::into_error)?,
                generation: None,
            }),
            Source::Provided(tokens) => {
                let token = tokens.get().await?;
                if let Some(region) = token.first_use_of_region() {
                    self.set_region(region);
                }
                Ok(Authorization { header: token.header.clone(), generation: Some(token.generation) })
            }
        }
    }

    /// Whether there are none.
    pub(crate) fn are_absent(&self) -> bool {
        matches!(self.0.source, Source::Absent)
    }

    /// Notes that the server refused the tokens of this generation.
    pub(crate) fn refuse(&self, generation: u64) {
        if let Source::Provided(tokens) = &self.0.source {
            tokens.refuse(generation);
        }
    }

    /// Whose rate limit the calls count against: a name that reveals no secret.
    pub(crate) fn key(&self) -> &str {
        &self.0.key
    }

    /// The region that the requests belong to, if it is known.
    pub(crate) fn region(&self) -> Option<HeaderValue> {
        self.locked_region().clone()
    }

    /// Remembers the region that the server named.
    pub(crate) fn set_region(&self, region: HeaderValue) {
        *self.locked_region() = Some(region);
    }

    fn locked_region(&self) -> MutexGuard<'_, Option<HeaderValue>> {
        self.0.region.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.0.source {
            Source::Absent => "none",
            Source::Fixed { scheme, .. } => scheme,
            Source::Provided(_) => "provided Bearer",
        };
        f.debug_struct("Credentials")
            .field("scheme", &scheme)
            .field("region", &self.region())
            .finish_non_exhaustive()
    }
}

/// The header of an access token.
pub(crate) fn bearer(token: &str) -> Result<HeaderValue, Unsendable> {
    sendable(token).and_then(|token| authorization("Bearer", token))
}

/// A token that may be one: what comes out of an empty variable, a line of a file or a whole header is none.
fn sendable(token: &str) -> Result<&str, Unsendable> {
    if token.is_empty() {
        Err(Unsendable("the token is empty"))
    } else if token.contains(char::is_whitespace) {
        Err(Unsendable(
            "the token has white space in it: give it alone, without `Bearer` and without a line break",
        ))
    } else {
        Ok(token)
    }
}

/// A header that logs leave out.
fn authorization(scheme: &str, value: &str) -> Result<HeaderValue, Unsendable> {
    let mut header = HeaderValue::try_from(format!("{scheme} {value}"))
        .map_err(|_| Unsendable("the token has a character that no header can carry"))?;
    header.set_sensitive(true);
    Ok(header)
}

/// The region in front of a token, such as `dal` of `dal:…`, `fra` or `fra-a`.
pub(crate) fn region_of(token: &str) -> Option<HeaderValue> {
    let (region, _) = token.split_once(':').or_else(|| token.split_once("%3A"))?;
    let (place, zone) = region.split_once('-').unwrap_or((region, "a"));
    let lower = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_region = place.len() == 3 && zone.len() == 1 && lower(place) && lower(zone);
    HeaderValue::try_from(region).ok().filter(|_| is_region)
}

/// A short hash that is the same on every machine (FNV-1a): it tells tokens apart and reveals none.
fn fingerprint(token: &str) -> u64 {
    let step = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    token.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_is_read_from_the_token() {
        for (token, region) in [
            ("dal:abc", Some("dal")),
            ("fra-a:abc", Some("fra-a")),
            ("fra%3Aabc", Some("fra")),
            ("abc", None),
            ("DAL:abc", None),
            ("https://x", None),
        ] {
            assert_eq!(region_of(token).as_ref().map(|region| region.to_str().unwrap()), region, "{token}");
        }
    }

    #[tokio::test]
    async fn headers_are_sensitive_and_debug_shows_no_secret() {
        for credentials in [
            Credentials::personal_access_token("6c1a52e0", "fra:hunter2"),
            Credentials::bearer("fra:hunter2"),
        ] {
            let header = credentials.authorization().await.unwrap().header;
            assert!(header.is_sensitive());
            let shown = format!("{credentials:?} {header:?} {}", credentials.key());
            assert!(!shown.contains("hunter2") && !shown.contains("ZnJhOmh1"), "{shown}");
            assert_eq!(credentials.region().unwrap(), "fra");
        }
    }

    #[tokio::test]
    async fn a_personal_access_token_is_sent_as_basic() {
        let credentials = Credentials::personal_access_token("id", "pat");
        assert_eq!(credentials.authorization().await.unwrap().header, "Basic aWQ6cGF0");
    }

    #[tokio::test]
    async fn what_cannot_be_a_token_is_an_error_that_does_not_show_it() {
        for (credentials, what) in [
            (Credentials::bearer("hunter2\n"), "white space"),
            (Credentials::bearer("Bearer hunter2"), "without `Bearer`"),
            (Credentials::bearer("hunter2\u{7f}"), "no header can carry"),
            (Credentials::bearer(""), "the token is empty"),
            (Credentials::personal_access_token("b7c1", "hunter2\n"), "white space"),
            (Credentials::personal_access_token("b7c1", ""), "the token is empty"),
            (Credentials::personal_access_token("", "hunter2"), "the account id"),
            (Credentials::personal_access_token("b7c1:hunter2", "hunter2"), "the account id"),
        ] {
            let error = credentials.authorization().await.err().unwrap();
            let shown = format!("{error} {error:?}");
            assert!(shown.contains(what) && !shown.contains("hunter2"), "{shown}");
        }
    }
}
