//! Accounts: OAuth tokens of agents, and tokens of customers.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use livechat_types::{
    Empty, Secret,
    accounts::{
        AgentTokenGrant, AuthorizationCodeGrant, BearerType, CookieGrant, CustomerGrantType, CustomerId,
        CustomerTokenDetails, GetCustomerTokenInfo, GetTokenInfo, IdentityTokenGrant, IdentityTransferToken,
        IssueCustomerToken, IssueGroupCustomerToken, IssueIdentityTransferToken, IssueToken, OauthErrorCode,
        RefreshTokenGrant, RevokeCustomerToken, RevokeToken, TokenDetails,
    },
};

use super::Call;
use crate::{
    error::ApiError,
    state::{
        access::Who,
        tokens::{Challenge, LIFETIME, Token, TokenKind, Transfer},
    },
};

/// How long an identity transfer token is good, in seconds.
const TRANSFER_LIFETIME: i64 = 3_600;
/// How long a cookie is good, in seconds: two years.
const COOKIE_LIFETIME: i64 = 63_072_000;
/// How many identity transfer tokens may wait.
const MAX_TRANSFERS: usize = 10_000;

fn bad_grant(message: &str) -> ApiError {
    ApiError::oauth(OauthErrorCode::InvalidGrant, message)
}

pub(crate) fn issue_token(call: &mut Call<'_>, request: IssueToken) -> Result<TokenDetails, ApiError> {
    match request {
        IssueToken::AuthorizationCodeGrant(grant) => exchange_code(call, &grant),
        IssueToken::RefreshTokenGrant(grant) => refresh(call, &grant),
        other => Err(ApiError::oauth(
            OauthErrorCode::UnsupportedGrantType,
            format!("`grant_type`: no grant \"{}\"", other.kind()),
        )),
    }
}

fn exchange_code(call: &mut Call<'_>, grant: &AuthorizationCodeGrant) -> Result<TokenDetails, ApiError> {
    let code = call.state.tokens.codes.remove(grant.code.expose());
    let code = code.filter(|code| code.expires_at > call.now && code.client_id == grant.client_id.as_str());
    let code =
        code.ok_or_else(|| bad_grant("the code is unknown, used, expired, or of another application"))?;
    if code.redirect_uri.as_ref().is_some_and(|asked| *asked != grant.redirect_uri) {
        return Err(bad_grant("`redirect_uri`: not the one that the code was asked for with"));
    }
    check_challenge(code.challenge.as_ref(), grant.code_verifier.as_ref())?;
    Ok(pair(call, Who::Agent(code.agent), &code.client_id, code.scopes))
}

/// With a code challenge there must be the verifier that it was made from.
fn check_challenge(challenge: Option<&Challenge>, verifier: Option<&Secret>) -> Result<(), ApiError> {
    match (challenge, verifier) {
        (None, _) => Ok(()),
        (Some(challenge), Some(verifier)) if challenge.fits(verifier.expose()) => Ok(()),
        (Some(_), Some(_)) => Err(bad_grant("`code_verifier`: not what the code challenge was made from")),
        (Some(_), None) => Err(bad_grant("`code_verifier`: required, since there was a code challenge")),
    }
}

fn refresh(call: &mut Call<'_>, grant: &RefreshTokenGrant) -> Result<TokenDetails, ApiError> {
    let old = grant.refresh_token.expose();
    let unknown = || ApiError::oauth(OauthErrorCode::UnauthorizedClient, "the refresh token is unknown");
    let token = call.state.tokens.refresh.get(old).cloned().ok_or_else(unknown)?;
    if token.client_id != grant.client_id.as_str() {
        let message = "the refresh token is of another application";
        return Err(ApiError::oauth(OauthErrorCode::InvalidClient, message));
    }
    // Refresh tokens of web applications, which have no secret, rotate. Those of server-side applications do not.
    if grant.client_secret.is_some() {
        return Ok(access_for(call, &token, old));
    }
    call.state.tokens.revoke(old);
    Ok(pair(call, token.who, &token.client_id, token.scopes))
}

/// Issues a further access token for a refresh token that stays.
fn access_for(call: &mut Call<'_>, token: &Token, refresh: &str) -> TokenDetails {
    let (who, scopes, now) = (token.who.clone(), token.scopes.clone(), call.now);
    let access = call.state.issue(who, &token.client_id, scopes, TokenKind::Bearer, Some(LIFETIME), now);
    if let Some(issued) = call.state.tokens.access.get_mut(&access) {
        issued.refresh = Some(refresh.to_owned());
    }
    let mut details = details(call, &token.who, &token.client_id, &token.scopes, access, LIFETIME);
    details.refresh_token = Some(refresh.into());
    details
}

/// Issues an access token and the refresh token beside it.
fn pair(call: &mut Call<'_>, who: Who, client_id: &str, scopes: BTreeSet<String>) -> TokenDetails {
    let now = call.now;
    let access =
        call.state.issue(who.clone(), client_id, scopes.clone(), TokenKind::Bearer, Some(LIFETIME), now);
    // Refresh tokens carry no region.
    let refresh = format!("refresh_{}", call.state.ids.secret());
    if let Some(token) = call.state.tokens.access.get_mut(&access) {
        token.refresh = Some(refresh.clone());
    }
    let kept = Token {
        who: who.clone(),
        client_id: client_id.to_owned(),
        scopes: scopes.clone(),
        kind: TokenKind::Bearer,
        issued_at: now,
        expires_at: None,
        refresh: None,
    };
    call.state.tokens.add_refresh(refresh.clone(), kept);
    let mut details = details(call, &who, client_id, &scopes, access, LIFETIME);
    details.refresh_token = Some(refresh.into());
    details
}

fn details(
    call: &Call<'_>,
    who: &Who,
    client_id: &str,
    scopes: &BTreeSet<String>,
    access: String,
    expires_in: i64,
) -> TokenDetails {
    let id = match who {
        Who::Agent(id) | Who::Bot(id) | Who::Customer(id) => id.as_str(),
        Who::Nobody => "",
    };
    let scope = scopes.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    let organization = call.state.organization.id.as_str();
    let mut details =
        TokenDetails::new(access, call.state.account_id(id), expires_in, organization, scope, "Bearer");
    details.client_id = Some(client_id.into());
    details
}

/// The token that is meant: the one in the query, or the one that authorizes the request.
fn meant(call: &Call<'_>, code: Option<&Secret>) -> String {
    code.map_or_else(|| call.caller.token.clone(), |code| code.expose().to_owned())
}

pub(crate) fn revoke_token(call: &mut Call<'_>, request: RevokeToken) -> Result<Empty, ApiError> {
    let token = meant(call, request.code.as_ref());
    if matches!(call.state.tokens.access.get(&token), Some(Token { who: Who::Bot(_), .. })) {
        return Err(ApiError::oauth(OauthErrorCode::InvalidRequest, "a bot's token cannot be revoked"));
    }
    if call.state.tokens.revoke(&token) {
        return Ok(Empty::default());
    }
    Err(ApiError::oauth(OauthErrorCode::InvalidRequest, "`code`: no such token"))
}

/// A token that is there and still good, and for how long.
fn good(call: &Call<'_>, text: &str) -> Result<(Token, i64), ApiError> {
    let token = call.state.tokens.access.get(text).cloned();
    let left = |token: &Token| {
        token.expires_at.map_or(LIFETIME, |expires| expires.duration_since(call.now).as_secs())
    };
    match token.map(|token| (left(&token), token)) {
        Some((left, token)) if left > 0 => Ok((token, left)),
        _ => Err(ApiError::oauth(OauthErrorCode::Unauthorized, "the access token is unknown or has expired")),
    }
}

pub(crate) fn get_token_info(call: &mut Call<'_>, request: GetTokenInfo) -> Result<TokenDetails, ApiError> {
    let text = meant(call, request.code.as_ref());
    let (token, left) = good(call, &text)?;
    let mut details = details(call, &token.who, &token.client_id, &token.scopes, text, left);
    details.refresh_token = token.refresh.map(Into::into);
    Ok(details)
}

pub(crate) fn issue_customer_token(
    call: &mut Call<'_>,
    request: IssueCustomerToken,
) -> Result<CustomerTokenDetails, ApiError> {
    match request {
        IssueCustomerToken::CookieGrant(grant) => by_cookie(call, &grant),
        IssueCustomerToken::AgentTokenGrant(grant) => by_agent(call, &grant),
        IssueCustomerToken::IdentityTokenGrant(grant) => by_identity(call, &grant),
        other => Err(ApiError::oauth(
            OauthErrorCode::UnsupportedGrantType,
            format!("`grant_type`: no grant \"{}\"", other.kind()),
        )),
    }
}

fn by_cookie(call: &mut Call<'_>, grant: &CookieGrant) -> Result<CustomerTokenDetails, ApiError> {
    check_organization(call, Some(grant.organization_id.as_str()))?;
    require_redirect(call, grant.redirect_uri.as_deref())?;
    Ok(from_cookie(call, grant.client_id.as_str(), grant.expires_in))
}

/// The grant for browsers must say where it comes from; browsers themselves say so in a header.
fn require_redirect(call: &Call<'_>, redirect_uri: Option<&str>) -> Result<(), ApiError> {
    if redirect_uri.is_some() || call.origin.is_some() {
        return Ok(());
    }
    let message = "`redirect_uri`: required for the grant `cookie` unless there is an `Origin` header";
    Err(ApiError::oauth(OauthErrorCode::InvalidRequest, message))
}

fn from_cookie(call: &mut Call<'_>, client_id: &str, expires_in: Option<u32>) -> CustomerTokenDetails {
    let cookie =
        |name: &str| call.cookies.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let known = cookie("__lc_cid").filter(|id| {
        call.state.tokens.cookies.get(id).is_some_and(|secret| cookie("__lc_cst").as_ref() == Some(secret))
    });
    let customer = known.unwrap_or_else(|| call.state.ids.uuid());
    let secret = call.state.tokens.cookies.get(&customer).cloned().unwrap_or_else(|| call.state.ids.hex());
    call.state.tokens.cookies.insert(customer.clone(), secret.clone());
    // A browser takes loopback for safe, and sends these with a page of another origin. Programs keep safe cookies from plain HTTP.
    let safety = if call.origin.is_some() { "; Secure; SameSite=None" } else { "" };
    for (name, value) in [("__lc_cid", &customer), ("__lc_cst", &secret)] {
        call.set_cookies
            .push(format!("{name}={value}; Path=/v2/customer; Max-Age={COOKIE_LIFETIME}; HttpOnly{safety}"));
    }
    token_for(call, &customer, client_id, expires_in)
}

fn check_organization(call: &Call<'_>, id: Option<&str>) -> Result<(), ApiError> {
    match id {
        Some(id) if id != call.state.organization.id => {
            Err(ApiError::oauth(OauthErrorCode::ResourceNotFound, format!("there is no organization `{id}`")))
        }
        _ => Ok(()),
    }
}

/// Personal access tokens are refused here, as documented.
fn require_agent(call: &Call<'_>) -> Result<(), ApiError> {
    if !call.caller.is_worker() || call.caller.is_personal {
        return Err(ApiError::authentication("an agent's access token is needed, and no personal one"));
    }
    if !call.caller.has("customers:own") {
        return Err(ApiError::authorization("the token lacks the scope `customers:own`"));
    }
    Ok(())
}

fn by_agent(call: &mut Call<'_>, grant: &AgentTokenGrant) -> Result<CustomerTokenDetails, ApiError> {
    require_agent(call)?;
    check_organization(call, grant.organization_id.as_ref().map(AsRef::as_ref))?;
    let customer = customer_for(call, grant.entity_id.as_ref())?;
    Ok(token_for(call, &customer, grant.client_id.as_str(), grant.expires_in))
}

/// The customer that an agent's token is to act for, who must exist; a new one if none is named.
fn customer_for(call: &mut Call<'_>, id: Option<&CustomerId>) -> Result<String, ApiError> {
    match id {
        Some(id) => known_customer(call, id.as_str()),
        None => Ok(call.state.ids.uuid()),
    }
}

fn known_customer(call: &Call<'_>, id: &str) -> Result<String, ApiError> {
    if call.state.customers.contains_key(id) {
        return Ok(id.to_owned());
    }
    Err(ApiError::oauth(OauthErrorCode::ResourceNotFound, format!("there is no customer `{id}`")))
}

fn by_identity(call: &mut Call<'_>, grant: &IdentityTokenGrant) -> Result<CustomerTokenDetails, ApiError> {
    let transfer = call.state.tokens.transfers.remove(grant.code.expose());
    let transfer = transfer.filter(|transfer| transfer.expires_at > call.now);
    let transfer = transfer.ok_or_else(|| bad_grant("`code`: the token is unknown, used, or has expired"))?;
    check_challenge(transfer.challenge.as_ref(), grant.code_verifier.as_ref())?;
    let mut details = token_for(call, &transfer.customer, grant.client_id.as_str(), grant.expires_in);
    details.organization_id = None;
    Ok(details)
}

fn token_for(
    call: &mut Call<'_>,
    customer: &str,
    client_id: &str,
    expires_in: Option<u32>,
) -> CustomerTokenDetails {
    let now = call.now;
    call.state.customer_entry(customer, now);
    call.state.bound_customers();
    let lifetime = expires_in.map_or(LIFETIME, i64::from);
    let who = Who::Customer(customer.to_owned());
    let token = call.state.issue(who, client_id, BTreeSet::new(), TokenKind::Bearer, Some(lifetime), now);
    let mut details = CustomerTokenDetails::new(token, customer, lifetime, "Bearer");
    details.client_id = Some(client_id.into());
    details.organization_id = Some(call.state.organization.id.as_str().into());
    details
}

/// The identity of a customer in one group is another than in the next.
pub(crate) fn issue_group_customer_token(
    call: &mut Call<'_>,
    request: IssueGroupCustomerToken,
) -> Result<CustomerTokenDetails, ApiError> {
    let organization = call.parameter("organization_id").map(str::to_owned);
    check_organization(call, organization.as_deref())?;
    let group = call.parameter("group_id").and_then(|id| id.parse::<i64>().ok());
    if !group.is_some_and(|group| call.state.groups.contains_key(&group)) {
        return Err(ApiError::oauth(OauthErrorCode::ResourceNotFound, "there is no such group"));
    }
    match request.grant_type {
        CustomerGrantType::Cookie => {
            require_redirect(call, request.redirect_uri.as_deref())?;
            Ok(from_cookie(call, request.client_id.as_str(), request.expires_in))
        }
        CustomerGrantType::AgentToken => {
            require_agent(call)?;
            let customer = customer_for(call, request.entity_id.as_ref())?;
            Ok(token_for(call, &customer, request.client_id.as_str(), request.expires_in))
        }
        _ => {
            let code = request.code.ok_or_else(|| bad_grant("`code`: required for this grant"))?;
            let mut grant = IdentityTokenGrant::new(request.client_id, code);
            grant.code_verifier = request.code_verifier;
            grant.expires_in = request.expires_in;
            by_identity(call, &grant)
        }
    }
}

pub(crate) fn issue_identity_transfer_token(
    call: &mut Call<'_>,
    request: IssueIdentityTransferToken,
) -> Result<IdentityTransferToken, ApiError> {
    let customer = match (&request.bearer_type, &call.caller.who) {
        (BearerType::Agent, Who::Agent(_) | Who::Bot(_)) => {
            let id = request.customer_id.as_ref();
            id.ok_or_else(|| ApiError::validation("`customer_id`: required with an agent's token"))?
                .as_str()
                .to_owned()
        }
        (BearerType::Customer, Who::Customer(id)) => id.clone(),
        _ => return Err(ApiError::validation("`bearer_type`: the token is not of this type")),
    };
    let customer = known_customer(call, &customer)?;
    let token = format!("{}:{}", call.state.organization.region, call.state.ids.secret());
    let expires_at =
        call.now.saturating_add(SignedDuration::from_secs(TRANSFER_LIFETIME)).unwrap_or(call.now);
    let transfers = &mut call.state.tokens.transfers;
    transfers.retain(|_, transfer| transfer.expires_at > call.now);
    if transfers.len() >= MAX_TRANSFERS {
        return Err(ApiError::limit("too many identity transfers wait"));
    }
    // This endpoint takes no method, and without one it is `plain`.
    let challenge =
        request.code_challenge.map(|challenge| Challenge::new(challenge.expose(), None)).transpose()?;
    let client_id = request.client_id.into_string();
    transfers.insert(token.clone(), Transfer { customer, client_id, challenge, expires_at });
    Ok(IdentityTransferToken::new(token, TRANSFER_LIFETIME))
}

pub(crate) fn revoke_customer_token(call: &mut Call<'_>, _: RevokeCustomerToken) -> Result<Empty, ApiError> {
    let token = call.caller.token.clone();
    if call.caller.is_customer() && call.state.tokens.revoke(&token) {
        return Ok(Empty::default());
    }
    Err(ApiError::authentication("a customer's access token is needed"))
}

pub(crate) fn get_customer_token_info(
    call: &mut Call<'_>,
    request: GetCustomerTokenInfo,
) -> Result<CustomerTokenDetails, ApiError> {
    let text = meant(call, request.code.as_ref());
    let (token, left) = good(call, &text)?;
    let Who::Customer(customer) = &token.who else {
        return Err(ApiError::oauth(OauthErrorCode::Unauthorized, "the token is not a customer's"));
    };
    let mut details = CustomerTokenDetails::new(text, customer.as_str(), left, "Bearer");
    details.client_id = Some(token.client_id.into());
    details.organization_id = Some(call.state.organization.id.as_str().into());
    Ok(details)
}
