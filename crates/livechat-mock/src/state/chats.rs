//! Chats, their threads and events, and what may be done with them.

use jiff::Timestamp;
use livechat_types::{
    UNKNOWN,
    shared::{
        Event, EventId, Properties, PropertyValue, Queue, SystemMessageEvent, SystemMessageType, TextVars,
        Visibility,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::State;
use crate::error::ApiError;
use livechat_types::shared::ErrorType;

/// A chat.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Chat {
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) members: Vec<Member>,
    pub(crate) properties: Properties,
    /// The groups that have access; 0 is everyone.
    pub(crate) group_ids: Vec<i64>,
    pub(crate) followers: Vec<String>,
    /// Oldest first; only the last may be active.
    pub(crate) threads: Vec<Thread>,
}

/// Somebody who takes part in a chat, or did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Member {
    /// The id as agents see it.
    pub(crate) id: String,
    pub(crate) kind: Kind,
    pub(crate) present: bool,
    pub(crate) visibility: Visibility,
    pub(crate) seen_up_to: Option<Timestamp>,
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// An agent or a bot.
    Agent,
    Customer,
}

/// A part of a chat from its start (or resumption) to its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Thread {
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) active: bool,
    pub(crate) user_ids: Vec<String>,
    pub(crate) events: Vec<Event>,
    pub(crate) properties: Properties,
    pub(crate) tags: Vec<String>,
    pub(crate) group_ids: Vec<i64>,
    pub(crate) queue: Option<Queue>,
    /// How long the customer waited in queues, in seconds.
    pub(crate) queued_for: Option<i64>,
    /// Who started it, as agents see the id.
    pub(crate) started_by: String,
    next_event: u64,
}

/// How many events a thread may have; the platform states no number.
const MAX_EVENTS: usize = 10_000;
/// How many threads a chat may have.
const MAX_THREADS: usize = 10_000;

impl Chat {
    pub(crate) fn member(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.id == id)
    }

    pub(crate) fn member_mut(&mut self, id: &str) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.id == id)
    }

    /// Whether this user takes part now.
    pub(crate) fn has_present(&self, id: &str) -> bool {
        self.member(id).is_some_and(|member| member.present)
    }

    pub(crate) fn customer_id(&self) -> Option<&str> {
        self.members.iter().find(|member| member.kind == Kind::Customer).map(|member| member.id.as_str())
    }

    /// The agents and bots that take part now.
    pub(crate) fn agents(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(|member| member.kind == Kind::Agent && member.present)
    }

    /// Adds somebody, or brings them back.
    pub(crate) fn join(&mut self, id: &str, kind: Kind, visibility: Visibility, now: Timestamp) {
        match self.member_mut(id) {
            Some(member) => {
                member.present = true;
                member.visibility = visibility;
            }
            None => self.members.push(Member {
                id: id.to_owned(),
                kind,
                present: true,
                visibility,
                seen_up_to: Some(now),
            }),
        }
        if let Some(thread) = self.active_mut()
            && !thread.user_ids.iter().any(|user| user == id)
        {
            thread.user_ids.push(id.to_owned());
        }
    }

    pub(crate) fn leave(&mut self, id: &str) {
        if let Some(member) = self.member_mut(id) {
            member.present = false;
        }
    }

    /// Whether the chat goes on although nobody is online.
    pub(crate) fn is_continuous(&self) -> bool {
        let value = self.properties.get("routing").and_then(|values| values.get("continuous"));
        value == Some(&PropertyValue::Boolean(true))
    }

    pub(crate) fn is_active(&self) -> bool {
        self.active().is_some()
    }

    pub(crate) fn active(&self) -> Option<&Thread> {
        self.threads.last().filter(|thread| thread.active)
    }

    pub(crate) fn active_mut(&mut self) -> Option<&mut Thread> {
        self.threads.last_mut().filter(|thread| thread.active)
    }

    /// The active thread, or the documented error.
    pub(crate) fn require_active(&mut self) -> Result<&mut Thread, ApiError> {
        let id = self.id.clone();
        self.active_mut().ok_or_else(|| {
            ApiError::new(
                ErrorType::ChatInactive,
                format!("chat `{id}` is inactive: resume it with `resume_chat` first"),
            )
        })
    }

    pub(crate) fn thread(&self, id: &str) -> Result<&Thread, ApiError> {
        let thread = self.threads.iter().find(|thread| thread.id == id);
        thread.ok_or_else(|| ApiError::not_found(format!("chat `{}` has no thread `{id}`", self.id)))
    }

    /// The ids of the threads before and after a thread.
    pub(crate) fn neighbours<Id: for<'a> From<&'a str>>(&self, thread: &Thread) -> (Option<Id>, Option<Id>) {
        let at = self.threads.iter().position(|other| other.id == thread.id);
        let id = |at: Option<usize>| Some(Id::from(&self.threads.get(at?)?.id));
        (id(at.and_then(|at| at.checked_sub(1))), id(at.and_then(|at| at.checked_add(1))))
    }

    pub(crate) fn thread_mut(&mut self, id: &str) -> Result<&mut Thread, ApiError> {
        let chat = &self.id;
        let thread = self.threads.iter_mut().find(|thread| thread.id == id);
        thread.ok_or_else(|| ApiError::not_found(format!("chat `{chat}` has no thread `{id}`")))
    }

    /// Marks what there is as seen by `user`.
    pub(crate) fn see(&mut self, user: &str, up_to: Timestamp) {
        if let Some(member) = self.member_mut(user) {
            member.seen_up_to = Some(member.seen_up_to.map_or(up_to, |seen| seen.max(up_to)));
        }
    }

    /// When the last thread began: what lists of chats are sorted by.
    pub(crate) fn last_activity(&self) -> Timestamp {
        self.threads.last().map_or(self.created_at, |thread| thread.created_at)
    }

    pub(crate) fn add_thread(&mut self, thread: Thread) -> Result<(), ApiError> {
        if self.threads.len() >= MAX_THREADS {
            return Err(ApiError::limit(format!("chat `{}` has {MAX_THREADS} threads", self.id)));
        }
        self.threads.push(thread);
        Ok(())
    }
}

impl Thread {
    pub(crate) fn new(id: String, created_at: Timestamp, started_by: &str, group_ids: Vec<i64>) -> Self {
        Self {
            id,
            created_at,
            ended_at: None,
            active: true,
            user_ids: Vec::new(),
            events: Vec::new(),
            properties: Properties::new(),
            tags: Vec::new(),
            group_ids,
            queue: None,
            queued_for: None,
            started_by: started_by.to_owned(),
            next_event: 0,
        }
    }

    /// An id for the next event: `<thread>_<n>`.
    pub(crate) fn next_event_id(&mut self) -> EventId {
        self.next_event += 1;
        EventId::from(format!("{}_{}", self.id, self.next_event))
    }

    pub(crate) fn push(&mut self, event: Event) -> Result<(), ApiError> {
        if self.events.len() >= MAX_EVENTS {
            return Err(ApiError::limit(format!("thread `{}` has {MAX_EVENTS} events", self.id)));
        }
        self.events.push(event);
        Ok(())
    }

    pub(crate) fn event_mut(&mut self, id: &str) -> Result<&mut Event, ApiError> {
        let thread = &self.id;
        let event = self.events.iter_mut().find(|event| event_id(event) == id);
        event.ok_or_else(|| ApiError::not_found(format!("thread `{thread}` has no event `{id}`")))
    }

    pub(crate) fn end(&mut self, now: Timestamp) {
        self.active = false;
        self.ended_at = Some(now);
        self.leave_queue(now);
    }

    pub(crate) fn leave_queue(&mut self, now: Timestamp) {
        if let Some(queue) = self.queue.take() {
            let since = queue.queued_at.unwrap_or(now);
            let waited = now.duration_since(since).as_secs().max(0);
            self.queued_for = Some(self.queued_for.unwrap_or(0) + waited);
        }
    }

    /// Adds a message of the system, such as that somebody joined.
    pub(crate) fn announce(
        &mut self,
        now: Timestamp,
        kind: SystemMessageType,
        text: &str,
        variables: &[(&str, &str)],
    ) -> Event {
        let mut message = SystemMessageEvent::new(self.next_event_id(), now, kind);
        message.visibility = Some(Visibility::All);
        message.text = Some(text.to_owned());
        message.text_vars = Some(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect::<TextVars>(),
        );
        let event = Event::SystemMessage(message);
        // A thread that is full keeps what it has: that it ended is said by `active`.
        let _ = self.push(event.clone());
        event
    }
}

/// Calls `$body` with the struct of whichever known kind the event is.
macro_rules! each_event {
    ($event:expr, $inner:ident => $body:expr, $unknown:expr) => {
        match $event {
            Event::File($inner) => $body,
            Event::Form($inner) => $body,
            Event::FilledForm($inner) => $body,
            Event::Message($inner) => $body,
            Event::RichMessage($inner) => $body,
            Event::Custom($inner) => $body,
            Event::SystemMessage($inner) => $body,
            _ => $unknown,
        }
    };
}

pub(crate) fn event_id(event: &Event) -> &str {
    each_event!(event, inner => inner.id.as_str(), UNKNOWN)
}

pub(crate) fn event_created_at(event: &Event) -> Timestamp {
    each_event!(event, inner => inner.created_at, Timestamp::UNIX_EPOCH)
}

pub(crate) fn event_visibility(event: &Event) -> &Visibility {
    each_event!(event, inner => inner.visibility.as_ref(), None).unwrap_or(&Visibility::All)
}

pub(crate) fn event_properties(event: &mut Event) -> Option<&mut Properties> {
    each_event!(event, inner => Some(inner.properties.get_or_insert_with(Properties::new)), None)
}

/// Who wrote it; the system's messages have no author.
pub(crate) fn event_author(event: &Event) -> Option<&str> {
    match event {
        Event::File(event) => Some(event.author_id.as_str()),
        Event::Form(event) => event.author_id.as_ref().map(AsRef::as_ref),
        Event::FilledForm(event) => Some(event.author_id.as_str()),
        Event::Message(event) => Some(event.author_id.as_str()),
        Event::RichMessage(event) => Some(event.author_id.as_str()),
        Event::Custom(event) => Some(event.author_id.as_str()),
        _ => None,
    }
}

/// Every text of an event in which a search looks.
pub(crate) fn event_text(event: &Event) -> String {
    fn gather(value: &Value, into: &mut String) {
        match value {
            Value::String(text) => {
                into.push_str(text);
                into.push('\n');
            }
            Value::Array(items) => items.iter().for_each(|item| gather(item, into)),
            Value::Object(fields) => fields
                .iter()
                .filter(|(name, _)| {
                    matches!(
                        name.as_str(),
                        "text"
                            | "title"
                            | "subtitle"
                            | "fields"
                            | "elements"
                            | "answer"
                            | "answers"
                            | "label"
                            | "name"
                    )
                })
                .for_each(|(_, field)| gather(field, into)),
            _ => {}
        }
    }
    let mut text = String::new();
    if let Ok(value) = serde_json::to_value(event) {
        gather(&value, &mut text);
    }
    text
}

impl State {
    pub(crate) fn chat(&self, id: &str) -> Result<&Chat, ApiError> {
        self.chats.get(id).ok_or_else(|| ApiError::not_found(format!("there is no chat `{id}`")))
    }

    pub(crate) fn chat_mut(&mut self, id: &str) -> Result<&mut Chat, ApiError> {
        self.chats.get_mut(id).ok_or_else(|| ApiError::not_found(format!("there is no chat `{id}`")))
    }

    /// Adds a chat; if there are too many, the oldest goes, those that have ended first.
    pub(crate) fn insert_chat(&mut self, chat: Chat) {
        while self.chats.len() >= self.max_chats {
            let oldest = self.chats.values().min_by_key(|chat| (chat.is_active(), chat.last_activity()));
            let Some(id) = oldest.map(|chat| chat.id.clone()) else { break };
            self.chats.remove(&id);
        }
        self.chats.insert(chat.id.clone(), chat);
        self.bound_customers();
    }

    /// Customers without chats go when there are far more customers than chats.
    pub(crate) fn bound_customers(&mut self) {
        let limit = self.max_chats.saturating_mul(2).max(1_000);
        if self.customers.len() <= limit {
            return;
        }
        let in_chats: std::collections::BTreeSet<&str> =
            self.chats.values().filter_map(Chat::customer_id).collect();
        let mut idle: Vec<(Timestamp, String)> = self
            .customers
            .values()
            .filter(|customer| !in_chats.contains(customer.id.as_str()))
            .map(|customer| (customer.created_at, customer.id.clone()))
            .collect();
        idle.sort();
        // Down to nine tenths, so that this is not done for every customer anew.
        let surplus = self.customers.len().saturating_sub(limit - limit / 10);
        let gone: std::collections::BTreeSet<String> =
            idle.into_iter().take(surplus).map(|(_, id)| id).collect();
        self.customers.retain(|id, _| !gone.contains(id));
        self.tokens.forget_customers(&gone);
    }

    /// The active chats of an agent or bot.
    pub(crate) fn load(&self, worker: &str) -> usize {
        self.chats.values().filter(|chat| chat.is_active() && chat.has_present(worker)).count()
    }
}
