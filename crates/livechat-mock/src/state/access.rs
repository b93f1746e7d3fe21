//! Who calls, and what they may see and do.

use std::collections::BTreeSet;

use livechat_types::{Scopes, shared::ErrorType};
use serde::{Deserialize, Serialize};

use super::{
    State,
    chats::{Chat, Thread},
};
use crate::error::ApiError;

/// Who a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Who {
    /// An agent, by e-mail address.
    Agent(String),
    Bot(String),
    Customer(String),
    /// Nobody: the action needs no authorization.
    Nobody,
}

/// Who calls, with which rights.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) who: Who,
    pub(crate) client_id: String,
    pub(crate) scopes: BTreeSet<String>,
    /// Whether the token is a personal access token, which the documentation treats apart.
    pub(crate) is_personal: bool,
    /// Whether the action changes something: then chats of other groups need `chats--all:rw`, else `chats--all:ro` will do.
    pub(crate) changes: bool,
    /// The token itself; empty for nobody.
    pub(crate) token: String,
}

impl Caller {
    pub(crate) fn nobody() -> Self {
        Self {
            who: Who::Nobody,
            client_id: String::new(),
            scopes: BTreeSet::new(),
            is_personal: false,
            changes: false,
            token: String::new(),
        }
    }

    /// The id as agents see it; empty for nobody.
    pub(crate) fn id(&self) -> &str {
        match &self.who {
            Who::Agent(id) | Who::Bot(id) | Who::Customer(id) => id,
            Who::Nobody => "",
        }
    }

    pub(crate) fn is_customer(&self) -> bool {
        matches!(self.who, Who::Customer(_))
    }

    pub(crate) fn is_worker(&self) -> bool {
        matches!(self.who, Who::Agent(_) | Who::Bot(_))
    }

    /// Whether the token has a scope; `:rw` covers `:ro`.
    pub(crate) fn has(&self, scope: &str) -> bool {
        self.scopes.contains(scope)
            || scope.strip_suffix(":ro").is_some_and(|stem| self.scopes.contains(&format!("{stem}:rw")))
    }

    /// Where the documentation lists scopes without saying which are needed, one is enough.
    pub(crate) fn check_scopes(&self, needed: Scopes) -> Result<(), ApiError> {
        let names = needed.names();
        let fulfilled = match needed {
            Scopes::None => true,
            Scopes::All(_) => names.iter().all(|scope| self.has(scope)),
            _ => names.iter().any(|scope| self.has(scope)),
        };
        if fulfilled {
            return Ok(());
        }
        let how = if matches!(needed, Scopes::All(_)) { "all of" } else { "one of" };
        Err(ApiError::authorization(format!("the token lacks a scope: {how} `{}`", names.join("`, `"))))
    }
}

impl State {
    /// Whether somebody who works here may reach what these groups may.
    pub(crate) fn shares_group(&self, worker: &str, group_ids: &[i64]) -> bool {
        group_ids.contains(&0)
            || self
                .worker(worker)
                .is_some_and(|worker| group_ids.iter().any(|group| worker.priority_in(*group).is_some()))
    }

    /// Whether the caller may see the chat: a customer their own, somebody with `chats--all` every one, others those of their
    /// groups and those that they take part in.
    pub(crate) fn may_see(&self, caller: &Caller, chat: &Chat) -> bool {
        match &caller.who {
            Who::Customer(id) => chat.customer_id() == Some(id),
            Who::Agent(id) | Who::Bot(id) => {
                caller.has(if caller.changes { "chats--all:rw" } else { "chats--all:ro" })
                    || chat.member(id).is_some()
                    || self.shares_group(id, &chat.group_ids)
            }
            Who::Nobody => false,
        }
    }

    /// Whether the caller may read the thread: of an agent or bot that is a matter of the groups that it took place in.
    pub(crate) fn may_read(&self, caller: &Caller, chat: &Chat, thread: &Thread) -> bool {
        if !caller.is_worker() {
            return self.may_see(caller, chat);
        }
        let id = caller.id();
        caller.has("chats--all:ro")
            || thread.user_ids.iter().any(|user| user == id)
            || self.shares_group(id, &thread.group_ids)
    }

    /// The chat, if the caller may see it or read one of its threads.
    pub(crate) fn readable_chat(&self, caller: &Caller, id: &str) -> Result<&Chat, ApiError> {
        let chat = self.chat(id)?;
        if chat.threads.iter().any(|thread| self.may_read(caller, chat, thread)) {
            return Ok(chat);
        }
        self.visible_chat(caller, id)
    }

    /// The chat, if the caller may see it.
    pub(crate) fn visible_chat(&self, caller: &Caller, id: &str) -> Result<&Chat, ApiError> {
        let chat = self.chat(id)?;
        if self.may_see(caller, chat) {
            return Ok(chat);
        }
        if caller.is_customer() {
            // Another customer's chat does not exist for this one.
            return Err(ApiError::authorization(format!("chat `{id}` is not this customer's")));
        }
        Err(ApiError::new(ErrorType::MissingAccess, format!("no access to the groups of chat `{id}`")))
    }

    /// The documented condition of most actions on chats: whoever asks takes part.
    pub(crate) fn require_presence(
        &self,
        caller: &Caller,
        id: &str,
        ignore: Option<bool>,
    ) -> Result<&Chat, ApiError> {
        let chat = self.visible_chat(caller, id)?;
        if ignore == Some(true) || chat.has_present(caller.id()) {
            return Ok(chat);
        }
        Err(ApiError::authorization(format!(
            "`{}` is not present in chat `{id}`: add the user, or set `ignore_requester_presence` where the action has it",
            caller.id()
        )))
    }
}
