//! OAuth 2.1: agents let an application in, and it keeps their tokens fresh.
//!
//! The authorization code grant with PKCE, from the address that a browser is sent to, to [`Credentials`] that renew themselves:
//!
//! ```no_run
//! use livechat_client::{Credentials, LiveChat, oauth::{Application, OAuthTokens}};
//!
//! # async fn redirect_of(url: &str) -> String { url.to_owned() }
//! # async fn save(refresh_token: livechat_client::types::Secret) -> std::io::Result<()> { Ok(()) }
//! # async fn example() -> livechat_client::Result<()> {
//! let livechat = LiveChat::new(Credentials::none())?;
//! let application = Application::new(&livechat, "7d3e1b0c9f8a4e2d…", "http://127.0.0.1:3000/callback")
//!     .client_secret("…");
//!
//! // Send the agent's browser to `url`; it comes back to the redirect URI with a code.
//! let request = application.authorize()?;
//! let redirect = redirect_of(request.url()).await;
//! let tokens = application.exchange(&request, &redirect).await?;
//!
//! let provider = OAuthTokens::from_details(application, &tokens)?.on_refresh(async |tokens| {
//!     // Web applications get a new refresh token with each refresh: keep the latest.
//!     if let Some(refresh_token) = tokens.refresh_token.clone() {
//!         save(refresh_token).await?;
//!     }
//!     Ok(())
//! });
//! let livechat = livechat.with_credentials(Credentials::provided(tokens.account_id.as_str(), provider));
//! # Ok(())
//! # }
//! ```
//!
//! What it cannot do is the implicit grant, which hands a token to a browser's script.

use std::{fmt, pin::Pin, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use livechat_types::{
    Api, Empty, Secret,
    accounts::{AuthorizationCodeGrant, GetTokenInfo, RefreshTokenGrant, RevokeToken, TokenDetails},
    shared::ids::ClientId,
};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::{
    AccessToken, AccountsApi, ApiError, BoxError, Credentials, Error, ErrorKind, LiveChat, Response, Result,
    TokenFuture, TokenProvider,
};

/// An application that agents can let in: an OAuth client of LiveChat.
///
/// A server-side application has a client secret; its refresh tokens stay the same. A web application has none; each of its refresh
/// tokens is good for one use. Both use PKCE.
#[derive(Clone)]
#[must_use]
pub struct Application {
    livechat: LiveChat,
    client_id: ClientId,
    client_secret: Option<Secret>,
    redirect_uri: String,
    scopes: Vec<String>,
    consent: bool,
}

/// An authorization that was asked for and has not come back yet.
///
/// Whoever serves several agents keeps one for each, say in a session. To store it, store [`state`](Self::state) and
/// [`code_verifier`](Self::code_verifier); [`Application::resume`] makes it whole again.
#[derive(Clone)]
pub struct AuthorizationRequest {
    url: String,
    state: Secret,
    code_verifier: Secret,
}

impl Application {
    /// An application by its client id and one of its redirect URIs, as they stand in the Developer Console.
    ///
    /// The address of the accounts service, limits and layers are those of `livechat`; its credentials are not used.
    pub fn new(livechat: &LiveChat, client_id: impl Into<ClientId>, redirect_uri: impl Into<String>) -> Self {
        Self {
            livechat: livechat.with_credentials(Credentials::none()),
            client_id: client_id.into(),
            client_secret: None,
            redirect_uri: redirect_uri.into(),
            scopes: Vec::new(),
            consent: false,
        }
    }

    /// The secret of a server-side application.
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// Asks for these scopes only; otherwise for all that the application is configured with.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Asks for consent also those who need not be asked, such as the application's author; for tests.
    pub fn prompt_consent(mut self) -> Self {
        self.consent = true;
        self
    }

    /// Begins an authorization, with a new state and code verifier.
    pub fn authorize(&self) -> Result<AuthorizationRequest> {
        Ok(self.resume(random_secret()?, random_secret()?))
    }

    /// The authorization request with this state and code verifier, begun before.
    pub fn resume(&self, state: impl Into<Secret>, code_verifier: impl Into<Secret>) -> AuthorizationRequest {
        let (state, code_verifier) = (state.into(), code_verifier.into());
        let mut query = form_urlencoded::Serializer::new(String::new());
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", self.client_id.as_str())
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("state", state.expose())
            .append_pair("code_challenge", &code_challenge(&code_verifier))
            .append_pair("code_challenge_method", "S256");
        if !self.scopes.is_empty() {
            query.append_pair("scope", &self.scopes.join(","));
        }
        if self.consent {
            query.append_pair("prompt", "consent");
        }
        let url = format!("{}/?{}", self.livechat.base_url(Api::Accounts), query.finish());
        AuthorizationRequest { url, state, code_verifier }
    }

    /// Exchanges the code that a redirect brought for tokens, once it is sure that it answers this request.
    ///
    /// `redirect` is the URL that the browser came to, or what follows its `?`. A code is good for one exchange within a few minutes.
    pub async fn exchange(
        &self,
        request: &AuthorizationRequest,
        redirect: &str,
    ) -> Result<Response<TokenDetails>> {
        let code = request.code(redirect)?;
        let mut grant = AuthorizationCodeGrant::new(code, self.client_id.clone(), &*self.redirect_uri)
            .code_verifier(request.code_verifier.clone());
        grant.client_secret.clone_from(&self.client_secret);
        self.accounts().issue_token(&grant.into()).await
    }

    /// Gets a new access token for a refresh token.
    ///
    /// If the answer has another refresh token, the old one is used up.
    pub async fn refresh(&self, refresh_token: &Secret) -> Result<Response<TokenDetails>> {
        let mut grant = RefreshTokenGrant::new(refresh_token.clone(), self.client_id.clone());
        grant.client_secret.clone_from(&self.client_secret);
        self.accounts().issue_token(&grant.into()).await
    }

    /// Revokes an access token, together with its refresh token if it has one; or a refresh token.
    pub async fn revoke(&self, token: &Secret) -> Result<Response<Empty>> {
        self.as_bearer(token).revoke_token(&RevokeToken::new()).await
    }

    /// Asks whether an access token is valid, and what it is good for. One that is not is an error
    /// ([`is_authentication`](Error::is_authentication)).
    pub async fn validate(&self, access_token: &Secret) -> Result<Response<TokenDetails>> {
        self.as_bearer(access_token).get_token_info(&GetTokenInfo::new()).await
    }

    fn accounts(&self) -> AccountsApi {
        self.livechat.accounts()
    }

    /// The token goes as a header: addresses, where it could also stand, are written to logs on their way.
    fn as_bearer(&self, token: &Secret) -> AccountsApi {
        self.livechat.with_credentials(Credentials::bearer(token.clone())).accounts()
    }
}

impl AuthorizationRequest {
    /// Where to send the agent's browser.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the redirect must bring back, so that nobody else's code is taken for the agent's.
    #[must_use]
    pub fn state(&self) -> &Secret {
        &self.state
    }

    /// What proves that whoever exchanges the code is who asked for it. It must not reach the browser.
    #[must_use]
    pub fn code_verifier(&self) -> &Secret {
        &self.code_verifier
    }

    /// The code that a redirect brought. A redirect that does not answer this request, or tells of a refusal, is an error.
    pub fn code(&self, redirect: &str) -> Result<Secret> {
        let parameters = parameters(redirect)?;
        let text = |name: &str| parameters.get(name).and_then(Value::as_str);
        let state = text("state").map(Secret::from);
        if state.as_ref().is_some_and(|state| *state != self.state) {
            return Err(Error::new(
                ErrorKind::Auth,
                "the redirect answers another authorization request: its `state` is another; authorize again",
            ));
        }
        if let Some(refusal) = ApiError::from_flat(Value::Object(parameters.clone())) {
            return Err(Error::refused(refusal));
        }
        match (state, text("code")) {
            (Some(_), Some(code)) => Ok(code.into()),
            (None, _) => Err(Error::new(
                ErrorKind::Auth,
                "the redirect has no `state`, so nothing shows that it answers this request; authorize again",
            )),
            (_, None) => Err(Error::new(ErrorKind::Auth, "the redirect has neither a `code` nor an error")),
        }
    }
}

/// What follows the `?` of a redirect, without the fragment. None may stand there twice.
fn parameters(redirect: &str) -> Result<Map<String, Value>> {
    let redirect = redirect.split_once('#').map_or(redirect, |(address, _)| address);
    let query = redirect.split_once('?').map_or(redirect, |(_, query)| query);
    let mut parameters = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if parameters.insert(name.to_string(), value.into()).is_some() {
            let message = format!("the redirect has `{}` twice; authorize again", name.escape_debug());
            return Err(Error::new(ErrorKind::Auth, message));
        }
    }
    Ok(parameters)
}

/// 256 random bits in 43 characters that need no escaping.
fn random_secret() -> Result<Secret> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Error::build("the operating system gives no random numbers").with_source(error))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes).into())
}

/// The challenge of the method S256.
fn code_challenge(code_verifier: &Secret) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(code_verifier.expose()))
}

/// An agent's access tokens, got by a refresh token: a [`TokenProvider`].
///
/// A new one is got shortly before the old one expires, and when the server refuses it; once for however many calls wait.
///
/// When the refresh token is over, calls fail with an error that [`is_authentication`](Error::is_authentication): the agent has to log in
/// again. When the accounts service cannot be reached, they fail with one that is not.
#[must_use]
pub struct OAuthTokens {
    application: Application,
    on_refresh: Option<Hook>,
    state: tokio::sync::Mutex<State>,
}

type Hook =
    Box<dyn Fn(TokenDetails) -> Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>> + Send + Sync>;

struct State {
    refresh_token: Secret,
    /// What came with the refresh token, and was not used yet.
    first: Option<AccessToken>,
    /// What was got by a refresh, until [`OAuthTokens::on_refresh`] has seen it.
    unseen: Option<(TokenDetails, AccessToken)>,
}

impl OAuthTokens {
    /// Tokens by a refresh token that was kept.
    pub fn from_refresh_token(application: Application, refresh_token: impl Into<Secret>) -> Self {
        let state = State { refresh_token: refresh_token.into(), first: None, unseen: None };
        Self { application, on_refresh: None, state: state.into() }
    }

    /// Tokens that were got just now: the access token is used as long as it lasts.
    pub fn from_details(application: Application, tokens: &TokenDetails) -> Result<Self> {
        let Some(refresh_token) = tokens.refresh_token.clone() else {
            return Err(Error::build(
                "these tokens have no refresh token: use the access token alone, as Credentials::bearer",
            ));
        };
        let mut this = Self::from_refresh_token(application, refresh_token);
        this.state.get_mut().first = Some(access_token(tokens));
        Ok(this)
    }

    /// Runs after each refresh, before the new access token is used: the place to store the new refresh token.
    ///
    /// If it fails, so do the calls that wait for the token, unless the last one still lasts; the next call tries it again with the same
    /// tokens. For an application without a client secret the old refresh token is used up by then, so what is not stored must not be
    /// lost from memory.
    pub fn on_refresh<F, R>(mut self, hook: F) -> Self
    where
        F: Fn(TokenDetails) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        self.on_refresh = Some(Box::new(move |tokens| Box::pin(hook(tokens))));
        self
    }

    async fn next(&self) -> Result<AccessToken, BoxError> {
        let mut state = self.state.lock().await;
        if let Some(first) = state.first.take().filter(AccessToken::is_fresh) {
            return Ok(first);
        }
        let (tokens, access) = match state.unseen.take() {
            Some(unseen) => unseen,
            None => {
                let tokens = self.application.refresh(&state.refresh_token).await?.into_inner();
                if let Some(next) = &tokens.refresh_token {
                    state.refresh_token = next.clone();
                }
                let access = access_token(&tokens);
                (tokens, access)
            }
        };
        if let Some(hook) = &self.on_refresh {
            state.unseen = Some((tokens.clone(), access.clone()));
            hook(tokens).await?;
            state.unseen = None;
        }
        Ok(access)
    }
}

impl TokenProvider for OAuthTokens {
    fn access_token(&self) -> TokenFuture<'_> {
        Box::pin(self.next())
    }
}

fn access_token(tokens: &TokenDetails) -> AccessToken {
    let lifetime = Duration::from_secs(u64::try_from(tokens.expires_in).unwrap_or(0));
    AccessToken::new(tokens.access_token.clone()).expires_in(lifetime)
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

// The URL is left out: the state stands in it.
impl fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationRequest").finish_non_exhaustive()
    }
}

impl fmt::Debug for OAuthTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OAuthTokens").field("application", &self.application).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standards_example() {
        let verifier = Secret::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(code_challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn states_and_verifiers_are_new_each_time_and_long_enough() {
        let (one, other) = (random_secret().unwrap(), random_secret().unwrap());
        assert_ne!(one, other);
        assert_eq!(one.expose().len(), 43);
        assert!(one.expose().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
}
