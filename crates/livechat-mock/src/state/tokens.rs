//! Tokens: which there are, whom they speak for, until when.

use std::collections::{BTreeMap, BTreeSet};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use livechat_types::{accounts::OauthErrorCode, shared::Scope};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    State,
    access::{Caller, Who},
};
use crate::error::ApiError;

/// How long access tokens live, in seconds.
pub(crate) const LIFETIME: i64 = 28_800;
/// How many tokens an application may have for an account; the oldest is revoked.
const MAX_PER_ACCOUNT: usize = 25;
/// How many access tokens are kept in all: those of customers are the many. The oldest go first.
const MAX_TOKENS: usize = 10_000;
/// How many of them are the ready-made ones.
const READY_MADE: usize = 4;
/// How many authorization codes may wait to be exchanged.
const MAX_CODES: usize = 10_000;
/// How long an authorization code is good, in minutes: the documentation says a few.
const CODE_LIFETIME: i64 = 5;

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
    /// Where the browser was sent back to; `None` where nobody said.
    pub(crate) redirect_uri: Option<String>,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) expires_at: Timestamp,
}

/// A code challenge of PKCE, by its method.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Challenge {
    /// The verifier itself.
    Plain(String),
    /// The hash of the verifier.
    S256(String),
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(if matches!(self, Self::Plain(_)) { "Plain" } else { "S256" })
    }
}

impl Challenge {
    /// The challenge of a request; without a method it is `plain`, as documented.
    pub(crate) fn new(challenge: &str, method: Option<&str>) -> Result<Self, ApiError> {
        let refused = |message| Err(ApiError::oauth(OauthErrorCode::InvalidRequest, message));
        if !(43..=128).contains(&challenge.len()) || !challenge.bytes().all(is_unreserved) {
            return refused("`code_challenge`: 43 to 128 characters of `A`-`Z`, `a`-`z`, `0`-`9` and `-._~`");
        }
        match method {
            None | Some("plain") => Ok(Self::Plain(challenge.to_owned())),
            Some(method) if method.eq_ignore_ascii_case("S256") => Ok(Self::S256(challenge.to_owned())),
            Some(_) => refused("`code_challenge_method`: `plain` or `S256`"),
        }
    }

    /// Whether the challenge was made from this verifier.
    pub(crate) fn fits(&self, verifier: &str) -> bool {
        match self {
            Self::Plain(challenge) => challenge == verifier,
            Self::S256(challenge) => *challenge == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
        }
    }
}

/// What challenges and verifiers are made of.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// An identity transfer token.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Transfer {
    pub(crate) customer: String,
    pub(crate) client_id: String,
    pub(crate) challenge: Option<Challenge>,
    pub(crate) expires_at: Timestamp,
}

impl Tokens {
    pub(crate) fn forget_customers(&mut self, customers: &BTreeSet<String>) {
        self.access.retain(|_, token| !matches!(&token.who, Who::Customer(id) if customers.contains(id)));
        self.cookies.retain(|id, _| !customers.contains(id));
    }

    /// Remembers a refresh token. Of too many for the same account and application the oldest is revoked.
    pub(crate) fn add_refresh(&mut self, text: String, token: Token) {
        let same =
            |(_, other): &(&String, &Token)| other.who == token.who && other.client_id == token.client_id;
        if self.refresh.iter().filter(same).count() >= MAX_PER_ACCOUNT
            && let Some((oldest, _)) =
                self.refresh.iter().filter(same).min_by_key(|(_, other)| other.issued_at)
        {
            let oldest = oldest.clone();
            self.revoke(&oldest);
        }
        self.refresh.insert(text, token);
    }

    /// Makes room: a tenth of the access tokens that are not the ready-made ones goes, the oldest first.
    fn forget_oldest(&mut self) {
        let mut oldest: Vec<_> =
            self.access.iter().map(|(text, token)| (token.issued_at, text.clone())).collect();
        oldest.sort();
        // Those that were there from the start are the oldest of all and stay.
        for (_, token) in oldest.into_iter().skip(READY_MADE).take(MAX_TOKENS / 10) {
            self.access.remove(&token);
        }
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
                self.tokens.access.remove(oldest);
            }
        }
        if self.tokens.access.len() >= MAX_TOKENS {
            self.tokens.forget_oldest();
        }
    }

    /// A code that `issue_token` exchanges once.
    pub(crate) fn issue_code(
        &mut self,
        agent: &str,
        scopes: BTreeSet<String>,
        redirect_uri: Option<String>,
        challenge: Option<Challenge>,
        now: Timestamp,
    ) -> String {
        let code = format!("{}:{}", self.organization.region, self.ids.secret());
        let expires_at = now.saturating_add(SignedDuration::from_mins(CODE_LIFETIME)).unwrap_or(now);
        let client_id = self.organization.client_id.clone();
        let codes = &mut self.tokens.codes;
        if codes.len() >= MAX_CODES {
            codes.retain(|_, code| code.expires_at > now);
        }
        if codes.len() >= MAX_CODES
            && let Some(oldest) = codes.iter().min_by_key(|(_, code)| code.expires_at)
        {
            let oldest = oldest.0.clone();
            codes.remove(&oldest);
        }
        let agent = agent.to_owned();
        codes.insert(code.clone(), Code { agent, client_id, scopes, redirect_uri, challenge, expires_at });
        code
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
            changes: false,
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

#[cfg(test)]
mod tests {
    use super::Challenge;

    #[test]
    fn a_challenge_fits_the_verifier_that_it_was_made_from() {
        // The example of RFC 7636.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let hashed = Challenge::new("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", Some("S256")).unwrap();
        assert!(hashed.fits(verifier) && !hashed.fits("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
        let plain = Challenge::new(verifier, None).unwrap();
        assert!(plain.fits(verifier) && !plain.fits("another"));
        assert!(Challenge::new("too short", None).is_err());
        assert!(Challenge::new(verifier, Some("md5")).is_err());
        assert!(!format!("{plain:?}").contains(verifier));
    }
}
