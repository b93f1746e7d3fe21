//! How the Customer Chat API shows chats: no e-mail addresses, and nothing that only agents see.

use std::collections::BTreeMap;

use livechat_types::{
    customer::{self, Agent, AgentCard, Chat, ChatSummary, Customer, Event, LastEvent, Thread, User},
    shared::{self, UserId, UserType, Visibility},
};
use serde_json::Value;

use super::agent::access;
use crate::state::{
    State,
    chats::{self, Kind, Member, event_visibility},
    people::{Worker, public_id},
};

/// An event, unless only agents see it.
pub(crate) fn event(event: &shared::Event) -> Option<Event> {
    if *event_visibility(event) == Visibility::Agents {
        return None;
    }
    let mut value = serde_json::to_value(event).ok()?;
    let fields = value.as_object_mut()?;
    fields.remove("visibility");
    if let Some(Value::String(author)) = fields.get_mut("author_id") {
        *author = public_id(author);
    }
    serde_json::from_value(value).ok()
}

fn events(thread: &chats::Thread) -> Vec<Event> {
    thread.events.iter().filter_map(event).collect()
}

fn user_ids(chat: &chats::Chat, thread: &chats::Thread) -> Vec<UserId> {
    let hidden = |id: &str| chat.member(id).is_some_and(|member| member.visibility == Visibility::Agents);
    thread.user_ids.iter().filter(|id| !hidden(id)).map(|id| UserId::from(public_id(id))).collect()
}

/// A thread with the events that the customer sees.
pub(crate) fn thread(chat: &chats::Chat, thread: &chats::Thread) -> Thread {
    let mut view = Thread::new(thread.id.as_str(), thread.active, user_ids(chat, thread), thread.created_at);
    view.events = Some(events(thread));
    view.properties = Some(thread.properties.clone());
    view.access = Some(access(&thread.group_ids));
    view.queue.clone_from(&thread.queue);
    (view.previous_thread_id, view.next_thread_id) = chat.neighbours(thread);
    view
}

/// A chat with one of its threads, or with none.
pub(crate) fn chat(state: &State, chat: &chats::Chat, with: Option<&chats::Thread>) -> Chat {
    let mut view = Chat::new(chat.id.as_str(), users(state, chat));
    view.thread = with.map(|with| thread(chat, with));
    view.access = Some(access(&chat.group_ids));
    view.properties = Some(chat.properties.clone());
    view
}

/// A chat in short.
pub(crate) fn summary(state: &State, chat: &chats::Chat) -> ChatSummary {
    let mut view = ChatSummary::new(chat.id.as_str(), users(state, chat), chat.is_active());
    if let Some(thread) = chat.threads.last() {
        view.last_thread_id = Some(thread.id.as_str().into());
        view.last_thread_created_at = Some(thread.created_at);
    }
    view.last_event_per_type = Some(last_events(chat));
    view.properties = Some(chat.properties.clone());
    view.access = Some(access(&chat.group_ids));
    view
}

fn last_events(chat: &chats::Chat) -> BTreeMap<String, LastEvent> {
    let mut last = BTreeMap::new();
    for thread in &chat.threads {
        for event in events(thread) {
            last.insert(
                event.kind().to_owned(),
                LastEvent::new(thread.id.as_str(), thread.created_at, event),
            );
        }
    }
    last
}

fn users(state: &State, chat: &chats::Chat) -> Vec<User> {
    let seen = chat.members.iter().filter(|member| member.visibility != Visibility::Agents);
    seen.map(|member| user(state, member)).collect()
}

fn user(state: &State, member: &Member) -> User {
    if member.kind == Kind::Customer {
        let mut view = Customer::new(member.id.as_str(), member.present);
        view.events_seen_up_to = member.seen_up_to;
        if let Some(known) = state.customers.get(&member.id) {
            view.name.clone_from(&known.name);
            view.email.clone_from(&known.email);
            view.email_verified = Some(false);
            view.avatar.clone_from(&known.avatar);
            view.session_fields = known.session_fields_if_set();
        }
        return view.into();
    }
    let worker = state.worker(&member.id);
    let id = public_id(&member.id);
    let name = worker.as_ref().map_or(id.as_str(), |worker| worker.name);
    let mut view = Agent::new(id.as_str(), name, member.present);
    view.avatar = worker.as_ref().and_then(|worker| worker.avatar).map(str::to_owned);
    view.job_title = worker.as_ref().and_then(|worker| worker.job_title).map(str::to_owned);
    view.events_seen_up_to = member.seen_up_to;
    view.into()
}

/// An agent as shown before there is a chat.
pub(crate) fn card(worker: &Worker<'_>) -> AgentCard {
    let mut view = AgentCard::new(worker.public_id(), worker.name);
    view.r#type = Some(UserType::Agent);
    view.avatar = worker.avatar.map(str::to_owned);
    view.job_title = worker.job_title.map(str::to_owned);
    view.is_bot = Some(worker.is_bot);
    view
}

/// The customer about themselves.
pub(crate) fn own(state: &State, id: &str) -> customer::GetCustomerResponse {
    let mut view = customer::GetCustomerResponse::new(id, UserType::Customer);
    if let Some(known) = state.customers.get(id) {
        view.name.clone_from(&known.name);
        view.email.clone_from(&known.email);
        view.avatar.clone_from(&known.avatar);
        view.session_fields = known.session_fields_if_set();
    }
    view.statistics = Some(super::agent::statistics(state, id));
    view
}
