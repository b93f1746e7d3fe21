//! Access tokens of a customer, by each of the three grants, renewed before they end.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::{HeaderMap, header::SET_COOKIE};
use livechat_types::{
    Secret,
    accounts::{
        AgentTokenGrant, BearerType, CookieGrant, CustomerGrantType, CustomerTokenDetails,
        IdentityTokenGrant, IssueCustomerToken, IssueGroupCustomerToken, IssueIdentityTransferToken,
        ResponseType,
    },
    shared::ids::{ClientId, CustomerId, OrganizationId},
};

use crate::{
    AccessToken, AccountsApi, BoxError, Credentials, Error, ErrorKind, LiveChat, Response, Result,
    TokenFuture, TokenProvider,
};

/// The access tokens of one customer: a [`TokenProvider`] for [`LiveChat::customer`].
///
/// There is a constructor for each grant. Whatever the grant, it stays the same customer: what the server tells of the customer with
/// the first token is what the next ones are asked for with.
///
/// ```
/// use std::sync::Arc;
/// use livechat_client::{Credentials, CustomerTokens, LiveChat};
///
/// # #[cfg(feature = "customer")]
/// # fn example() -> livechat_client::Result<()> {
/// let livechat = LiveChat::new(Credentials::none())?;
/// let tokens =
///     Arc::new(CustomerTokens::by_cookie(&livechat, "7d3e1b0c9f8a4e2d…", "2b5b0bd4-…", "https://app.example.com"));
/// let customer = livechat
///     .with_credentials(Credentials::provided("visitor 17", tokens.clone()))
///     .customer("2b5b0bd4-…");
///
/// // After the first call these are known: what to keep for the customer's next visit.
/// let (id, cookies) = (tokens.customer_id(), tokens.customer_cookies());
/// # Ok(())
/// # }
/// # #[cfg(feature = "customer")]
/// # example().unwrap();
/// ```
#[must_use]
pub struct CustomerTokens {
    livechat: LiveChat,
    client_id: ClientId,
    group: Option<(OrganizationId, String)>,
    grant: Grant,
    /// Who asks for a token is alone, so that no second customer is made.
    turn: tokio::sync::Mutex<()>,
    known: Mutex<Known>,
}

enum Grant {
    Cookie { organization_id: OrganizationId, redirect_uri: String },
    AgentToken { organization_id: Option<OrganizationId> },
    IdentityToken,
}

/// What is known of the customer.
#[derive(Default)]
struct Known {
    customer_id: Option<CustomerId>,
    cookies: Option<CustomerCookies>,
    /// The identity transfer token, until it is used up, and its code verifier.
    transfer: Option<(Secret, Option<Secret>)>,
    access_token: Option<Secret>,
}

impl CustomerTokens {
    /// By the grant `cookie`: a new customer, or the one whom [`cookies`](Self::cookies) tell.
    ///
    /// `redirect_uri` is one of the application's. No credentials are needed.
    pub fn by_cookie(
        livechat: &LiveChat,
        client_id: impl Into<ClientId>,
        organization_id: impl Into<OrganizationId>,
        redirect_uri: impl Into<String>,
    ) -> Self {
        let grant =
            Grant::Cookie { organization_id: organization_id.into(), redirect_uri: redirect_uri.into() };
        Self::new(livechat.with_credentials(Credentials::none()), client_id, grant, Known::default())
    }

    /// By the grant `agent_token`: a new customer, or [one that exists](Self::for_customer), on behalf of an agent.
    ///
    /// The credentials of `livechat` are the agent's: an access token with the scope `customers:own`, no personal access token.
    pub fn by_agent_token(livechat: &LiveChat, client_id: impl Into<ClientId>) -> Self {
        let grant = Grant::AgentToken { organization_id: None };
        Self::new(livechat.clone(), client_id, grant, Known::default())
    }

    /// By the grant `identity_token`: the customer whose identity was transferred. No credentials are needed.
    ///
    /// An identity transfer token is good for one use. Later tokens are got by transferring the identity anew with the last access token,
    /// so they come to an end if that expires while no call is made, or is revoked.
    pub fn by_identity_token(
        livechat: &LiveChat,
        client_id: impl Into<ClientId>,
        identity_transfer_token: impl Into<Secret>,
    ) -> Self {
        let known = Known { transfer: Some((identity_transfer_token.into(), None)), ..Known::default() };
        Self::new(livechat.with_credentials(Credentials::none()), client_id, Grant::IdentityToken, known)
    }

    fn new(livechat: LiveChat, client_id: impl Into<ClientId>, grant: Grant, known: Known) -> Self {
        let (turn, known) = (tokio::sync::Mutex::default(), known.into());
        Self { livechat, client_id: client_id.into(), group: None, grant, turn, known }
    }

    /// With the grant `cookie`: the customer's cookies, as [`customer_cookies`](Self::customer_cookies) gave them earlier.
    pub fn cookies(self, cookies: CustomerCookies) -> Self {
        self.known().cookies = Some(cookies);
        self
    }

    /// With the grant `agent_token`: a customer who exists.
    pub fn for_customer(self, customer_id: impl Into<CustomerId>) -> Self {
        self.known().customer_id = Some(customer_id.into());
        self
    }

    /// With the grant `agent_token`: the organization that the tokens are for, where it is not the agent's.
    pub fn in_organization(mut self, id: impl Into<OrganizationId>) -> Self {
        if let Grant::AgentToken { organization_id } = &mut self.grant {
            *organization_id = Some(id.into());
        }
        self
    }

    /// With the grant `identity_token`: what the code challenge of the identity transfer token was made from.
    pub fn code_verifier(self, code_verifier: impl Into<Secret>) -> Self {
        if let Some((_, verifier)) = &mut self.known().transfer {
            *verifier = Some(code_verifier.into());
        }
        self
    }

    /// Tokens for one group, in each of which the customer is another one.
    ///
    /// The license property `chat_between_groups` must be `false`.
    pub fn in_group(
        mut self,
        organization_id: impl Into<OrganizationId>,
        group_id: impl fmt::Display,
    ) -> Self {
        self.group = Some((organization_id.into(), group_id.to_string()));
        self
    }

    /// The customer, once there was a token.
    #[must_use]
    pub fn customer_id(&self) -> Option<CustomerId> {
        self.known().customer_id.clone()
    }

    /// With the grant `cookie`: the customer's cookies, once there was a token. They are good for two years from each use.
    #[must_use]
    pub fn customer_cookies(&self) -> Option<CustomerCookies> {
        self.known().cookies.clone()
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn next(&self) -> Result<AccessToken, BoxError> {
        let _turn = self.turn.lock().await;
        let answer = match &self.grant {
            Grant::Cookie { organization_id, redirect_uri } => {
                self.by_cookies(organization_id, redirect_uri).await?
            }
            Grant::AgentToken { organization_id } => {
                let mut grant =
                    AgentTokenGrant::new(self.client_id.clone()).response_type(ResponseType::Token);
                grant.entity_id = self.customer_id();
                grant.organization_id.clone_from(organization_id);
                self.issue(&self.livechat.accounts(), grant.into()).await?
            }
            Grant::IdentityToken => self.by_transfer().await?,
        };
        let lifetime = Duration::from_secs(u64::try_from(answer.expires_in).unwrap_or(0));
        let mut known = self.known();
        known.customer_id = Some(answer.entity_id.clone());
        known.access_token = Some(answer.access_token.clone());
        Ok(AccessToken::new(answer.into_inner().access_token).expires_in(lifetime))
    }

    async fn by_cookies(
        &self,
        organization_id: &OrganizationId,
        redirect_uri: &str,
    ) -> Result<Response<CustomerTokenDetails>> {
        let grant = CookieGrant::new(self.client_id.clone(), organization_id.clone())
            .response_type(ResponseType::Token)
            .redirect_uri(redirect_uri);
        let cookies = self.customer_cookies();
        let mut accounts = self.livechat.accounts();
        if let Some(cookies) = &cookies {
            accounts = accounts.with_cookies(cookies);
        }
        let answer = self.issue(&accounts, grant.into()).await?;
        if let Some(set) = CustomerCookies::from_headers(answer.headers()) {
            self.known().cookies = Some(set);
        }
        Ok(answer)
    }

    async fn by_transfer(&self) -> Result<Response<CustomerTokenDetails>> {
        let waiting = self.known().transfer.clone();
        let (code, code_verifier) = match waiting {
            Some(transfer) => transfer,
            None => (self.transfer_anew().await?, None),
        };
        let mut grant = IdentityTokenGrant::new(self.client_id.clone(), code.clone());
        grant.code_verifier.clone_from(&code_verifier);
        // It is kept until it surely is used up: any other failure may pass.
        self.known().transfer = Some((code, code_verifier));
        let answer = self.issue(&self.livechat.accounts(), grant.into()).await;
        if answer.as_ref().err().is_none_or(|error| error.kind() == ErrorKind::Auth) {
            self.known().transfer = None;
        }
        answer
    }

    /// An identity transfer token by the last access token.
    async fn transfer_anew(&self) -> Result<Secret> {
        let over = |source: Option<Error>| {
            let message = "the customer's access token is over and cannot be followed by another: a new identity transfer token is needed";
            let error = Error::new(ErrorKind::Auth, message);
            match source {
                Some(source) => error.with_source(source),
                None => error,
            }
        };
        let Some(last) = self.known().access_token.clone() else { return Err(over(None)) };
        let accounts = self.livechat.with_credentials(Credentials::bearer(last)).accounts();
        let request = IssueIdentityTransferToken::new(BearerType::Customer, self.client_id.clone());
        match accounts.issue_identity_transfer_token(&request).await {
            Ok(answer) => Ok(answer.into_inner().identity_transfer_token),
            Err(error) if error.kind() == ErrorKind::Auth => Err(over(Some(error))),
            Err(error) => Err(error),
        }
    }

    /// Asks for a token: for the group, if there is one.
    async fn issue(
        &self,
        accounts: &AccountsApi,
        request: IssueCustomerToken,
    ) -> Result<Response<CustomerTokenDetails>> {
        match &self.group {
            None => accounts.issue_customer_token(&request).await,
            Some((organization_id, group_id)) => {
                let accounts = accounts.in_group(organization_id, group_id);
                accounts.issue_group_customer_token(&for_group(request)?).await
            }
        }
    }
}

/// The same grant as a request for a group's token.
fn for_group(request: IssueCustomerToken) -> Result<IssueGroupCustomerToken> {
    match request {
        IssueCustomerToken::CookieGrant(grant) => {
            let mut request = IssueGroupCustomerToken::new(CustomerGrantType::Cookie, grant.client_id);
            (request.response_type, request.redirect_uri) = (grant.response_type, grant.redirect_uri);
            Ok(request)
        }
        IssueCustomerToken::AgentTokenGrant(grant) => {
            let mut request = IssueGroupCustomerToken::new(CustomerGrantType::AgentToken, grant.client_id);
            (request.response_type, request.entity_id) = (grant.response_type, grant.entity_id);
            Ok(request)
        }
        IssueCustomerToken::IdentityTokenGrant(grant) => {
            let request = IssueGroupCustomerToken::new(CustomerGrantType::IdentityToken, grant.client_id);
            let mut request = request.code(grant.code);
            request.code_verifier = grant.code_verifier;
            Ok(request)
        }
        other => Err(Error::build(format!("there is no grant `{}` for a group", other.kind()))),
    }
}

impl TokenProvider for CustomerTokens {
    fn access_token(&self) -> TokenFuture<'_> {
        Box::pin(self.next())
    }
}

impl fmt::Debug for CustomerTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grant = match self.grant {
            Grant::Cookie { .. } => "cookie",
            Grant::AgentToken { .. } => "agent_token",
            Grant::IdentityToken => "identity_token",
        };
        f.debug_struct("CustomerTokens")
            .field("client_id", &self.client_id)
            .field("grant", &grant)
            .field("customer_id", &self.customer_id())
            .finish_non_exhaustive()
    }
}

/// The cookies by which the accounts service knows a customer again: `__lc_cid` and `__lc_cst`.
///
/// Whoever has them is the customer: keep them as what they are, secrets.
///
/// ```
/// use livechat_client::CustomerCookies;
///
/// let cookies = CustomerCookies::new("1f6c3c1e-…", "c04e51f7…");
/// assert_eq!(cookies.lc_cst().expose(), "c04e51f7…");
/// assert_eq!(format!("{cookies:?}"), "CustomerCookies { lc_cid: Secret(redacted), lc_cst: Secret(redacted) }");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerCookies {
    lc_cid: Secret,
    lc_cst: Secret,
}

impl CustomerCookies {
    /// Cookies that were kept.
    #[must_use]
    pub fn new(lc_cid: impl Into<Secret>, lc_cst: impl Into<Secret>) -> Self {
        Self { lc_cid: lc_cid.into(), lc_cst: lc_cst.into() }
    }

    /// The cookies that an answer sets; `None` if it does not set both.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let set = |name: &str| {
            let pairs = headers
                .get_all(SET_COOKIE)
                .iter()
                .filter_map(|header| header.to_str().ok()?.split(';').next()?.split_once('='));
            let mut values = pairs.filter(|(key, _)| key.trim() == name).map(|(_, value)| value.trim());
            values.next_back().filter(|value| !value.is_empty()).map(Secret::from)
        };
        Some(Self { lc_cid: set("__lc_cid")?, lc_cst: set("__lc_cst")? })
    }

    /// The value of `__lc_cid`.
    #[must_use]
    pub fn lc_cid(&self) -> &Secret {
        &self.lc_cid
    }

    /// The value of `__lc_cst`.
    #[must_use]
    pub fn lc_cst(&self) -> &Secret {
        &self.lc_cst
    }

    /// The value of the header `Cookie`.
    pub(crate) fn header(&self) -> Secret {
        format!("__lc_cid={}; __lc_cst={}", self.lc_cid.expose(), self.lc_cst.expose()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_read_from_among_others_and_only_as_a_pair() {
        let headers = |cookies: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for cookie in cookies {
                headers.append(SET_COOKIE, http::HeaderValue::from_static(cookie));
            }
            headers
        };
        let both = headers(&[
            "other=1",
            "__lc_cid=1f6c3c1e; Path=/v2/customer; Max-Age=63072000; HttpOnly",
            "__lc_cst=c04e=51f7; Path=/v2/customer; Secure; SameSite=None",
        ]);
        let cookies = CustomerCookies::from_headers(&both).unwrap();
        assert_eq!(cookies, CustomerCookies::new("1f6c3c1e", "c04e=51f7"));
        assert_eq!(cookies.header().expose(), "__lc_cid=1f6c3c1e; __lc_cst=c04e=51f7");
        assert_eq!(CustomerCookies::from_headers(&headers(&["__lc_cid=1f6c3c1e"])), None);
        assert_eq!(CustomerCookies::from_headers(&headers(&["__lc_cid=; a=b", "__lc_cst=x"])), None);
    }
}
