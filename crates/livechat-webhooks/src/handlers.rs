//! What is done with a webhook: a handler for each action.

use std::{collections::HashMap, fmt, future::Future, pin::Pin};

use livechat_types::{
    shared::{OrganizationId, WebhookId},
    webhooks::{AdditionalData, WebhookPayload},
};

use crate::{BoxError, Webhook};

/// What a handler answers. An error means that the webhook was not handled and should come again.
pub type HandlerResult = Result<(), BoxError>;

/// A handler at work.
pub type Handling = Pin<Box<dyn Future<Output = HandlerResult> + Send>>;

type Handler<S> = Box<dyn Fn(WebhookPayload, Context<S>) -> Handling + Send + Sync>;

/// A handler for each action, and what they share.
///
/// An action without a handler goes to [`otherwise`](Self::otherwise); without that, it counts as handled. So does an action
/// that this version does not know: it is news, no mistake.
///
/// ```
/// use livechat_webhooks::Handlers;
///
/// #[derive(Clone)]
/// struct App { greeting: &'static str }
///
/// let handlers = Handlers::with_state(App { greeting: "Hello" })
///     .on_incoming_chat(|event, context| async move {
///         println!("{} in chat {}", context.state.greeting, event.chat.id);
///         Ok(())
///     })
///     .on_chat_deactivated(|event, _context| async move {
///         let number: u32 = event.thread_id.as_str().len().try_into()?; // any error will do
///         println!("over after {number}");
///         Ok(())
///     })
///     .otherwise(|payload, _context| async move {
///         println!("and also {}", payload.action());
///         Ok(())
///     });
/// # let _ = handlers;
/// ```
pub struct Handlers<S = ()> {
    state: S,
    by_action: HashMap<&'static str, Handler<S>>,
    otherwise: Option<Handler<S>>,
}

/// What a handler knows beside the payload.
#[derive(Clone)]
#[non_exhaustive]
pub struct Context<S = ()> {
    /// What the handlers share.
    pub state: S,
    /// The webhook's registration.
    pub webhook_id: WebhookId,
    /// The organization where it happened.
    pub organization_id: OrganizationId,
    /// What the registration asked to be sent along.
    pub additional_data: Option<AdditionalData>,
    /// The body as it came, but for the secret key, which is the empty string.
    pub body: String,
    /// How often this webhook is being handled, counted from 1. Without an inbox it is always 1, also when LiveChat sends it again.
    pub attempt: u32,
}

impl Handlers {
    /// No handlers yet, and nothing that they share.
    #[must_use]
    pub fn new() -> Self {
        Self::with_state(())
    }
}

impl Default for Handlers {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Handlers<S> {
    /// No handlers yet. Each call of a handler gets a clone of `state`, so put what is large behind an `Arc`.
    #[must_use]
    pub fn with_state(state: S) -> Self {
        Self { state, by_action: HashMap::new(), otherwise: None }
    }

    /// Handles the actions that have no handler of their own, also those that this version does not know.
    #[must_use]
    pub fn otherwise<F, Fut>(mut self, handler: F) -> Self
    where
        F: Fn(WebhookPayload, Context<S>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = HandlerResult> + Send + 'static,
    {
        self.otherwise = Some(Box::new(move |payload, context| Box::pin(handler(payload, context))));
        self
    }

    /// The actions that have a handler of their own, sorted: what to register webhooks for.
    #[must_use]
    pub fn actions(&self) -> Vec<&'static str> {
        let mut actions: Vec<_> = self.by_action.keys().copied().collect();
        actions.sort_unstable();
        actions
    }
}

impl<S: Clone> Handlers<S> {
    /// Hands a webhook to its handler.
    pub fn handle(&self, webhook: Webhook) -> Handling {
        self.attempt(webhook, 1)
    }

    pub(crate) fn attempt(&self, webhook: Webhook, attempt: u32) -> Handling {
        let handler = self.by_action.get(webhook.action()).or(self.otherwise.as_ref());
        let Some(handler) = handler else { return Box::pin(std::future::ready(Ok(()))) };
        let (payload, context) = webhook.into_parts(self.state.clone(), attempt);
        handler(payload, context)
    }
}

impl<S> fmt::Debug for Handlers<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Handlers")
            .field("actions", &self.actions())
            .field("otherwise", &self.otherwise.is_some())
            .finish_non_exhaustive()
    }
}

impl<S: fmt::Debug> fmt::Debug for Context<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Context")
            .field("state", &self.state)
            .field("webhook_id", &self.webhook_id)
            .field("organization_id", &self.organization_id)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// Says that no further attempt will help: an inbox puts the webhook among the dead letters at once.
///
/// Without an inbox it is an error like any other.
///
/// ```
/// use livechat_webhooks::{Handlers, permanent};
///
/// let handlers = Handlers::new().on_incoming_chat(|event, _context| async move {
///     if event.chat.users.is_empty() {
///         return Err(permanent("a chat without users"));
///     }
///     Ok(())
/// });
/// # let _ = handlers;
/// ```
pub fn permanent(error: impl Into<BoxError>) -> BoxError {
    Box::new(Permanent(error.into()))
}

/// An error after which no further attempt is made.
#[derive(Debug)]
pub(crate) struct Permanent(BoxError);

impl fmt::Display for Permanent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for Permanent {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// Gives `Handlers` a method for each action.
macro_rules! handlers {
    ($($method:ident: $action:literal => $variant:ident($event:ty), $when:literal;)+) => {
        /// The actions that have a method; a test holds them against those that the types know.
        #[cfg(test)]
        const ACTIONS: &[&str] = &[$($action),+];

        impl<S> Handlers<S> {
            $(
                #[doc = concat!("Handles `", $action, "`: ", $when, ".")]
                ///
                /// A second handler takes the place of the first.
                #[must_use]
                pub fn $method<F, Fut>(mut self, handler: F) -> Self
                where
                    F: Fn($event, Context<S>) -> Fut + Send + Sync + 'static,
                    Fut: Future<Output = HandlerResult> + Send + 'static,
                {
                    self.by_action.insert($action, Box::new(move |payload, context| match payload {
                        WebhookPayload::$variant(event) => Box::pin(handler(event, context)),
                        other => Box::pin(std::future::ready(Err(mismatch($action, &other)))),
                    }));
                    self
                }
            )+
        }
    };
}

/// The payload of an action is always its variant; if a later version of the types thinks otherwise, this says so.
fn mismatch(action: &str, payload: &WebhookPayload) -> BoxError {
    format!("the handler of `{action}` was given `{}`", payload.action()).into()
}

mod events {
    pub(super) use livechat_types::shared::*;
    pub(super) use livechat_types::webhooks::*;
}

handlers! {
    on_incoming_chat: "incoming_chat" => IncomingChat(events::IncomingChatWebhook), "a chat came in with a new thread";
    on_chat_deactivated: "chat_deactivated" => ChatDeactivated(events::ChatDeactivated), "a chat ended";
    on_chat_access_updated: "chat_access_updated" => ChatAccessUpdated(events::ChatAccessUpdated), "the groups with access to a chat changed";
    on_chat_transferred: "chat_transferred" => ChatTransferred(events::ChatTransferredWebhook), "a chat was transferred to a group or an agent";
    on_user_added_to_chat: "user_added_to_chat" => UserAddedToChat(events::UserAddedToChatWebhook), "a user was added to a chat";
    on_user_removed_from_chat: "user_removed_from_chat" => UserRemovedFromChat(events::UserRemovedFromChatWebhook), "a user was removed from a chat";
    on_incoming_event: "incoming_event" => IncomingEvent(events::IncomingEvent), "an event was sent to a chat";
    on_event_updated: "event_updated" => EventUpdated(events::EventUpdated), "an event changed";
    on_incoming_rich_message_postback: "incoming_rich_message_postback" => IncomingRichMessagePostback(events::IncomingRichMessagePostback), "a button of a rich message was pressed";
    on_chat_properties_updated: "chat_properties_updated" => ChatPropertiesUpdated(events::ChatPropertiesUpdated), "properties of a chat were set";
    on_chat_properties_deleted: "chat_properties_deleted" => ChatPropertiesDeleted(events::ChatPropertiesDeleted), "properties of a chat were deleted";
    on_thread_properties_updated: "thread_properties_updated" => ThreadPropertiesUpdated(events::ThreadPropertiesUpdated), "properties of a thread were set";
    on_thread_properties_deleted: "thread_properties_deleted" => ThreadPropertiesDeleted(events::ThreadPropertiesDeleted), "properties of a thread were deleted";
    on_event_properties_updated: "event_properties_updated" => EventPropertiesUpdated(events::EventPropertiesUpdated), "properties of an event were set";
    on_event_properties_deleted: "event_properties_deleted" => EventPropertiesDeleted(events::EventPropertiesDeleted), "properties of an event were deleted";
    on_thread_tagged: "thread_tagged" => ThreadTagged(events::ThreadTagged), "a thread was tagged";
    on_thread_untagged: "thread_untagged" => ThreadUntagged(events::ThreadUntagged), "a tag was taken off a thread";
    on_routing_status_set: "routing_status_set" => RoutingStatusSet(events::RoutingStatusSet), "the routing status of an agent changed";
    on_incoming_customer: "incoming_customer" => IncomingCustomer(events::IncomingCustomerWebhook), "a customer is there";
    on_customer_session_fields_updated: "customer_session_fields_updated" => CustomerSessionFieldsUpdated(events::CustomerSessionFieldsUpdated), "session fields of a customer who is in a chat changed";
    on_agent_created: "agent_created" => AgentCreated(events::AgentCreated), "an agent was created";
    on_agent_approved: "agent_approved" => AgentApproved(events::AgentApproved), "an agent was approved";
    on_agent_updated: "agent_updated" => AgentUpdated(events::AgentUpdated), "settings of an agent changed";
    on_agent_suspended: "agent_suspended" => AgentSuspended(events::AgentSuspended), "an agent was suspended";
    on_agent_unsuspended: "agent_unsuspended" => AgentUnsuspended(events::AgentUnsuspended), "the suspension of an agent ended";
    on_agent_deleted: "agent_deleted" => AgentDeleted(events::AgentDeleted), "an agent was deleted";
    on_auto_accesses_updated: "auto_accesses_updated" => AutoAccessesUpdated(Vec<events::AutoAccessChange>), "auto access rules were added, changed or deleted";
    on_bot_created: "bot_created" => BotCreated(events::BotCreated), "a bot was created";
    on_bot_updated: "bot_updated" => BotUpdated(events::BotUpdated), "settings of a bot changed";
    on_bot_deleted: "bot_deleted" => BotDeleted(events::BotDeleted), "a bot was deleted";
    on_group_created: "group_created" => GroupCreated(events::GroupCreated), "a group was created";
    on_group_deleted: "group_deleted" => GroupDeleted(events::GroupDeleted), "a group was deleted";
    on_group_updated: "group_updated" => GroupUpdated(events::GroupUpdated), "a group changed";
    on_tag_created: "tag_created" => TagCreated(events::Tag), "a tag was created";
    on_tag_deleted: "tag_deleted" => TagDeleted(events::TagDeleted), "a tag was deleted";
    on_tag_updated: "tag_updated" => TagUpdated(events::TagUpdated), "a tag changed";
    on_events_marked_as_seen: "events_marked_as_seen" => EventsMarkedAsSeen(events::EventsMarkedAsSeen), "a user has seen the events of a chat";
}

#[cfg(test)]
mod tests {
    use livechat_types::{Payload, webhooks::WebhookPayload};

    use super::ACTIONS;

    #[test]
    fn every_action_that_the_types_know_has_a_method() {
        assert_eq!(ACTIONS, WebhookPayload::ACTIONS);
    }
}
