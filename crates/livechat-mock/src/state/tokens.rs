//! Tokens: which there are, whom they speak for, until when.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use livechat_types::shared::Scope;
use serde::{Deserialize, Serialize};

use super::{
    State,
    access::{Caller, Who},
};
use crate::error::ApiError;

/// How long access tokens live, in seconds.
pub(crate) const LIFETIME: i64 = 28_800;
/// How many tokens an application may have for an account; the oldest is revoked.
const MAX_PER_ACCOUNT: usize = 25;
/// How many tokens of customers are kept in all.
const MAX_CUSTOMER_TOKENS: usize = 100_000;

/// What was issued.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tokens {
    /// By the token itself.
    pub(crate) access: BTreeMap<String, Token>,
    /// Refresh tokens and what they renew.
    pub(crate) refresh: BTreeMap<String, Token>,
    /// Authorization codes, each good once.
    pub(crate) codes: BTreeMap<String, Code>,
    /// Identity transfer tokens, each good once.
    pub(crate) transfers: BTreeMap<String, Transfer>,
    /// Customers' cookies: `__lc_cid` to `__lc_cst`.
    pub(crate) cookies: BTreeMap<String, String>,
}

/// An access or refresh token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Token {
    pub(crate) who: Who,
    pub(crate) client_id: String,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) kind: TokenKind,
    pub(crate) issued_at: Timestamp,
    /// Personal access tokens do not expire.
    pub(crate) expires_at: Option<Timestamp>,
    /// The refresh token that was issued beside it.
    pub(crate) refresh: Option<String>,
}

/// How a token is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum TokenKind {
    /// `Basic` of an account id and the token.
    Personal,
    /// `Bearer`.
    Bearer,
}

/// An authorization code.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Code {
    pub(crate) agent: String,
    pub(crate) client_id: String,
    pub(crate) scopes: BTreeSet<String>,
    pub(crate) challenge: Option<String>,
    pub(crate) expires_at: Timestamp,
}

/// An identity transfer token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transfer {
    pub(crate) customer: String,
    pub(crate) client_id: String,
    pub(crate) challenge: Option<String>,
    pub(crate) expires_at: Timestamp,
}

impl Tokens {
    pub(crate) fn forget_customers(&mut self, customers: &BTreeSet<String>) {
        self.access.retain(|_, token| !matches!(&token.who, Who::Customer(id) if customers.contains(id)));
        self.cookies.retain(|id, _| !customers.contains(id));
    }

    /// Revokes an access or a refresh token, and what was issued beside it. Whether there was one.
    pub(crate) fn revoke(&mut self, token: &str) -> bool {
        if self.refresh.remove(token).is_some() {
            self.access.retain(|_, access| access.refresh.as_deref() != Some(token));
            return true;
        }
        let Some(access) = self.access.remove(token) else { return false };
        if let Some(refresh) = access.refresh {
            self.refresh.remove(&refresh);
        }
        true
    }
}

/// Every scope that is documented.
pub(crate) fn all_scopes() -> BTreeSet<String> {
    Scope::KNOWN.iter().map(|scope| scope.as_str().to_owned()).collect()
}

impl State {
    /// Issues an access token. Of too many for the same account and application the oldest is revoked.
    pub(crate) fn issue(
        &mut self,
        who: Who,
        client_id: &str,
        scopes: BTreeSet<String>,
        kind: TokenKind,
        lifetime: Option<i64>,
        now: Timestamp,
    ) -> String {
        let token = format!("{}:{}", self.organization.region, self.ids.secret());
        let expires_at =
            lifetime.map(|seconds| now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now));
        self.make_room(&who, client_id);
        self.tokens.access.insert(
            token.clone(),
            Token {
                who,
                client_id: client_id.to_owned(),
                scopes,
                kind,
                issued_at: now,
                expires_at,
                refresh: None,
            },
        );
        token
    }

    fn make_room(&mut self, who: &Who, client_id: &str) {
        let mut same: Vec<_> = self
            .tokens
            .access
            .iter()
            .filter(|(_, token)| {
                token.who == *who && token.client_id == client_id && token.expires_at.is_some()
            })
            .map(|(text, token)| (token.issued_at, text.clone()))
            .collect();
        if same.len() >= MAX_PER_ACCOUNT {
            same.sort();
            if let Some((_, oldest)) = same.first() {
                self.tokens.revoke(oldest);
            }
        }
        if self.tokens.access.len() >= MAX_CUSTOMER_TOKENS {
            let oldest = self
                .tokens
                .access
                .iter()
                .filter(|(_, token)| matches!(token.who, Who::Customer(_)))
                .min_by_key(|(_, token)| token.issued_at)
                .map(|(text, _)| text.clone());
            if let Some(oldest) = oldest {
                self.tokens.access.remove(&oldest);
            }
        }
    }

    /// Who calls with this token, if it is known and still good.
    pub(crate) fn caller(&self, text: &str, kind: TokenKind, now: Timestamp) -> Result<Caller, ApiError> {
        let token = self
            .tokens
            .access
            .get(text)
            .filter(|token| token.kind == kind)
            .ok_or_else(|| ApiError::authentication("Invalid access token"))?;
        if token.expires_at.is_some_and(|expires| expires <= now) {
            return Err(ApiError::authentication("The access token has expired"));
        }
        self.check_person(&token.who)?;
        Ok(Caller {
            who: token.who.clone(),
            client_id: token.client_id.clone(),
            scopes: token.scopes.clone(),
            is_personal: token.kind == TokenKind::Personal,
            token: text.to_owned(),
        })
    }

    /// A token outlives neither its agent nor its bot.
    fn check_person(&self, who: &Who) -> Result<(), ApiError> {
        let exists = match who {
            Who::Agent(id) => self.agents.contains_key(id),
            Who::Bot(id) => self.bots.contains_key(id),
            Who::Customer(_) | Who::Nobody => true,
        };
        if exists { Ok(()) } else { Err(ApiError::authentication("The owner of the token no longer exists")) }
    }

    /// The account of whoever works here.
    pub(crate) fn account_id(&self, id: &str) -> String {
        self.agents.get(id).map_or_else(|| id.to_owned(), |agent| agent.account_id.clone())
    }
}
