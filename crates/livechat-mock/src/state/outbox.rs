//! Webhooks: which are registered, and what is to be delivered because something happened. Knows nothing of how.

use std::collections::VecDeque;

use livechat_types::{
    Payload, WebhookEnvelope,
    configuration::{
        RegisterWebhook, WebhookAction, WebhookAdditionalData, WebhookAuthorType, WebhookFilters,
        WebhookSourceType, WebhookType,
    },
    shared::{PropertyValue, UserId},
    webhooks::{AdditionalData, WebhookPayload},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    State,
    access::{Caller, Who},
    chats::{Chat, Kind, event_author},
};

/// A registered webhook.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) id: String,
    /// As it was registered.
    pub(crate) registration: RegisterWebhook,
}

/// One webhook to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    pub(crate) webhook_id: String,
    pub(crate) action: String,
    pub(crate) url: String,
    pub(crate) body: Vec<u8>,
}

/// What is to be delivered.
pub(crate) type Outbox = VecDeque<Delivery>;

/// How many deliveries may wait; the oldest go first.
const MAX_WAITING: usize = 10_000;

impl State {
    /// Sends a webhook to whoever registered for it. `chat` is the chat that it is about.
    pub(crate) fn emit(&mut self, caller: &Caller, chat: Option<&str>, payload: &WebhookPayload) {
        if self.webhooks.is_empty() {
            return;
        }
        let chat = chat.and_then(|id| self.chats.get(id));
        let deliveries: Vec<Delivery> = self
            .webhooks
            .iter()
            .filter(|webhook| webhook.registration.action.as_str() == payload.action())
            .filter(|webhook| self.is_on(webhook) && self.passes(webhook, caller, chat, payload))
            .filter_map(|webhook| self.delivery(webhook, chat, payload))
            .collect();
        self.outbox.extend(deliveries);
        while self.outbox.len() > MAX_WAITING {
            self.outbox.pop_front();
        }
    }

    /// A license's webhooks can be switched off; a bot's are sent while a bot of the application is online.
    fn is_on(&self, webhook: &Webhook) -> bool {
        let client = webhook.registration.owner_client_id.as_str();
        match webhook.registration.r#type {
            WebhookType::Bot => {
                self.bots.values().any(|bot| bot.owner_client_id == client && bot.status.is_online())
            }
            _ => !self.webhooks_disabled_for.iter().any(|disabled| disabled == client),
        }
    }

    fn passes(
        &self,
        webhook: &Webhook,
        caller: &Caller,
        chat: Option<&Chat>,
        payload: &WebhookPayload,
    ) -> bool {
        let Some(filters) = &webhook.registration.filters else { return true };
        let client = webhook.registration.owner_client_id.as_str();
        passes_author(filters, caller, payload)
            && passes_source(filters, client, caller)
            && (filters.only_my_chats != Some(true) || chat.is_some_and(|chat| is_made_by(chat, client)))
            && self.passes_presence(filters, client, chat)
            && passes_agent(filters, payload)
    }

    fn passes_presence(&self, filters: &WebhookFilters, client: &str, chat: Option<&Chat>) -> bool {
        let Some(presence) = &filters.chat_presence else { return true };
        let present = |id: &str| chat.is_some_and(|chat| chat.has_present(id));
        if presence.my_bots == Some(true)
            && !self.bots.values().any(|bot| bot.owner_client_id == client && present(&bot.id))
        {
            return false;
        }
        let Some(users) = &presence.user_ids else { return true };
        let any = |ids: &[UserId]| ids.iter().any(|id| present(id.as_str()));
        users.values.as_deref().is_none_or(any) && !users.exclude_values.as_deref().is_some_and(any)
    }

    fn delivery(&self, webhook: &Webhook, chat: Option<&Chat>, payload: &WebhookPayload) -> Option<Delivery> {
        let registration = &webhook.registration;
        let mut envelope = WebhookEnvelope::new(
            webhook.id.as_str(),
            registration.secret_key.clone(),
            self.organization.id.as_str(),
            Borrowed(payload),
        );
        let wanted = registration.additional_data.as_deref().unwrap_or_default();
        let mut additional = AdditionalData::new();
        if let Some(chat) = chat {
            if wanted.contains(&WebhookAdditionalData::ChatProperties) {
                additional.chat_properties = Some(chat.properties.clone());
            }
            if wanted.contains(&WebhookAdditionalData::ChatPresenceUserIds) {
                let present = chat.members.iter().filter(|member| member.present);
                additional.chat_presence_user_ids =
                    Some(present.map(|member| UserId::from(member.id.as_str())).collect());
            }
        }
        envelope.additional_data = Some(additional);
        Some(Delivery {
            webhook_id: webhook.id.clone(),
            action: payload.action().to_owned(),
            url: registration.url.clone(),
            body: serde_json::to_vec(&envelope).ok()?,
        })
    }
}

/// A payload that the envelope need not own.
#[derive(Serialize)]
#[serde(transparent)]
struct Borrowed<'a>(&'a WebhookPayload);

impl Payload for Borrowed<'_> {
    const NAME: &'static str = WebhookPayload::NAME;
    const ACTIONS: &'static [&'static str] = WebhookPayload::ACTIONS;

    fn action(&self) -> &str {
        self.0.action()
    }

    fn read<'de, D: serde::Deserializer<'de>>(
        _: std::borrow::Cow<'static, str>,
        _: D,
    ) -> Result<Self, D::Error> {
        Err(serde::de::Error::custom("a webhook that is sent is not read"))
    }
}

/// `agent_ids` is named in the documentation and shown nowhere: a list of ids, or `values` and `exclude_values` of them.
fn passes_agent(filters: &WebhookFilters, payload: &WebhookPayload) -> bool {
    let agent = match payload {
        WebhookPayload::RoutingStatusSet(set) => set.agent_id.as_str(),
        WebhookPayload::AgentDeleted(deleted) => deleted.id.as_str(),
        _ => return true,
    };
    let Some(wanted) = &filters.agent_ids else { return true };
    let named = |ids: &Value| ids.as_array().is_some_and(|ids| ids.iter().any(|id| id == agent));
    match wanted {
        Value::Object(parts) => {
            parts.get("values").is_none_or(named) && !parts.get("exclude_values").is_some_and(named)
        }
        list => named(list),
    }
}

/// An event is by whoever calls, and a message of the system by nobody.
fn passes_author(filters: &WebhookFilters, caller: &Caller, payload: &WebhookPayload) -> bool {
    let has_author = !matches!(payload, WebhookPayload::IncomingEvent(incoming) if event_author(&incoming.event).is_none());
    match &filters.author_type {
        Some(WebhookAuthorType::Customer) => has_author && caller.is_customer(),
        Some(WebhookAuthorType::Agent) => has_author && caller.is_worker(),
        _ => true,
    }
}

fn passes_source(filters: &WebhookFilters, client: &str, caller: &Caller) -> bool {
    let Some(sources) = &filters.source_type else { return true };
    let source = if caller.who == Who::Nobody || caller.client_id.is_empty() {
        WebhookSourceType::System
    } else if caller.client_id == client {
        WebhookSourceType::MyClient
    } else {
        WebhookSourceType::OtherClients
    };
    sources.contains(&source)
}

/// Whether the chat was started by the application.
fn is_made_by(chat: &Chat, client: &str) -> bool {
    let value = chat.properties.get("source").and_then(|source| source.get("client_id"));
    matches!(value, Some(PropertyValue::String(id)) if id == client)
}

/// The user type as webhooks name it.
pub(crate) fn user_type(kind: Kind) -> livechat_types::shared::UserType {
    match kind {
        Kind::Agent => livechat_types::shared::UserType::Agent,
        Kind::Customer => livechat_types::shared::UserType::Customer,
    }
}

/// Whether `author_type` makes sense for an action.
pub(crate) fn has_authors(action: &WebhookAction) -> bool {
    matches!(action, WebhookAction::IncomingEvent | WebhookAction::EventUpdated)
}
