//! What each action does: one function each, from a request that was read to the answer's type.
//!
//! The functions know the state and who calls; they know no HTTP.

#![expect(
    clippy::needless_pass_by_value,
    clippy::unnecessary_wraps,
    reason = "all actions have one shape, which the table of routes takes"
)]

pub(crate) mod accounts;
pub(crate) mod agent;
pub(crate) mod configuration;
pub(crate) mod customer;
pub(crate) mod reports;

use jiff::Timestamp;
use livechat_types::webhooks::WebhookPayload;

use crate::state::{State, access::Caller};

/// One call of an action.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a mut State,
    pub(crate) caller: Caller,
    pub(crate) now: Timestamp,
    /// What the path says where the route has parameters, and query parameters that are no fields of the request.
    pub(crate) parameters: Vec<(String, String)>,
    /// The request's cookies.
    pub(crate) cookies: Vec<(String, String)>,
    /// The page that sent the request, if a browser did.
    pub(crate) origin: Option<String>,
    /// Cookies to set.
    pub(crate) set_cookies: Vec<String>,
}

impl Call<'_> {
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Sends a webhook about something that happened in a chat.
    pub(crate) fn emit_about(&mut self, chat: &str, payload: impl Into<WebhookPayload>) {
        self.state.emit(&self.caller, Some(chat), &payload.into());
    }

    /// Sends a webhook about something that the router did in a chat, whoever called.
    pub(crate) fn emit_by_router(&mut self, chat: &str, payload: impl Into<WebhookPayload>) {
        self.state.emit(&Caller::nobody(), Some(chat), &payload.into());
    }

    /// Sends a webhook about something that happened in no chat.
    pub(crate) fn emit(&mut self, payload: impl Into<WebhookPayload>) {
        self.state.emit(&self.caller, None, &payload.into());
    }
}

/// A file that was uploaded.
pub(crate) struct Upload {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) content: bytes::Bytes,
}
