//! The sign-in page that an application sends the browser to, where the owner of the license always lets it in at once.

use livechat_types::accounts::OauthErrorCode;

use super::Shared;
use crate::{
    error::ApiError,
    state::{
        setup::OWNER,
        tokens::{Challenge, all_scopes},
    },
};

/// Where the page is.
pub(super) const PATH: &str = "/";

/// Where the browser goes next: back to the application, with a code.
pub(super) fn redirect(shared: &Shared, query: &[(String, String)]) -> Result<String, ApiError> {
    let parameter = |name: &str| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let oauth = |code, message: String| Err(ApiError::oauth(code, message));
    let mut state = shared.state();
    if parameter("client_id") != Some(state.organization.client_id.as_str()) {
        let message = "`client_id`: there is no such application; GET /_mock/tokens names the one there is";
        return oauth(OauthErrorCode::UnauthorizedClient, message.to_owned());
    }
    let Some(redirect_uri) = parameter("redirect_uri").filter(|uri| uri.contains("://")) else {
        return oauth(OauthErrorCode::UnauthorizedClient, "`redirect_uri`: a url is required".to_owned());
    };
    if parameter("response_type") != Some("code") {
        let message = "`response_type`: this page gives out codes alone".to_owned();
        return oauth(OauthErrorCode::UnsupportedResponseType, message);
    }
    let known = all_scopes();
    let asked = parameter("scope").map(|scopes| scopes.split([',', ' ']).map(str::to_owned).collect());
    let scopes = asked.unwrap_or_else(|| known.clone());
    if let Some(unknown) = scopes.difference(&known).next() {
        return oauth(OauthErrorCode::InvalidScope, format!("`scope`: there is no scope `{unknown}`"));
    }
    let method = parameter("code_challenge_method");
    let challenge =
        parameter("code_challenge").map(|challenge| Challenge::new(challenge, method)).transpose()?;
    let now = state.now();
    let code = state.issue_code(OWNER, scopes, Some(redirect_uri.to_owned()), challenge, now);
    let mut back = form_urlencoded::Serializer::new(String::new());
    back.append_pair("code", &code);
    if let Some(state) = parameter("state") {
        back.append_pair("state", state);
    }
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    Ok(format!("{redirect_uri}{separator}{}", back.finish()))
}
