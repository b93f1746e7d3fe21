//! How the Agent Chat API and the webhooks show chats, threads and users.

use std::collections::BTreeMap;

use livechat_types::shared::{
    self, Access, Chat, ChatSummary, CustomerStatistics, Event, GroupId, LastEvent, RestrictableEvent,
    Thread, ThreadSummary, User, UserId, Visibility,
};

use crate::state::{
    State,
    access::Caller,
    chats::{self, Kind, Member},
    people::Customer,
};

pub(crate) fn access(group_ids: &[i64]) -> Access {
    let mut access = Access::new();
    access.group_ids = Some(group_ids.iter().map(|&group| GroupId::from(group)).collect());
    access
}

fn user_ids(ids: &[String]) -> Vec<UserId> {
    ids.iter().map(|id| UserId::from(id.as_str())).collect()
}

/// A thread with its events.
pub(crate) fn thread(chat: &chats::Chat, thread: &chats::Thread) -> Thread {
    let mut view =
        Thread::new(thread.id.as_str(), thread.active, user_ids(&thread.user_ids), thread.created_at);
    view.events = Some(thread.events.clone());
    view.properties = Some(thread.properties.clone());
    view.access = Some(access(&thread.group_ids));
    view.tags = Some(thread.tags.clone()).filter(|tags| !tags.is_empty());
    view.queue.clone_from(&thread.queue);
    view.queues_duration = thread.queued_for;
    (view.previous_thread_id, view.next_thread_id) = chat.neighbours(thread);
    view
}

/// A chat with one of its threads, or with none.
pub(crate) fn chat(state: &State, caller: &Caller, chat: &chats::Chat, with: Option<&chats::Thread>) -> Chat {
    let mut view = Chat::new(chat.id.as_str(), users(state, chat));
    view.properties = Some(chat.properties.clone());
    view.access = Some(access(&chat.group_ids));
    view.is_followed = Some(is_followed(caller, chat));
    view.thread = with.map(|with| thread(chat, with));
    view
}

/// Members follow their chats without asking to.
fn is_followed(caller: &Caller, chat: &chats::Chat) -> bool {
    chat.has_present(caller.id()) || chat.followers.iter().any(|follower| follower == caller.id())
}

/// A chat in short.
pub(crate) fn summary(state: &State, caller: &Caller, chat: &chats::Chat) -> ChatSummary {
    let mut view = ChatSummary::new(chat.id.as_str(), users(state, chat));
    view.last_thread_summary = chat.threads.last().map(|thread| {
        let mut summary =
            ThreadSummary::new(thread.id.as_str(), thread.created_at, user_ids(&thread.user_ids));
        summary.properties = Some(thread.properties.clone());
        summary.active = Some(thread.active);
        summary.access = Some(access(&thread.group_ids));
        summary.queue.clone_from(&thread.queue);
        summary
    });
    view.last_event_per_type = Some(last_events(chat));
    view.properties = Some(chat.properties.clone());
    view.access = Some(access(&chat.group_ids));
    view.is_followed = Some(is_followed(caller, chat));
    view
}

fn last_events(chat: &chats::Chat) -> BTreeMap<String, LastEvent> {
    let mut last = BTreeMap::new();
    for thread in &chat.threads {
        for event in &thread.events {
            let mut entry = LastEvent::new(thread.id.as_str(), thread.created_at);
            entry.event = restrictable(event);
            last.insert(event.kind().to_owned(), entry);
        }
    }
    last
}

fn restrictable(event: &Event) -> Option<RestrictableEvent> {
    Some(match event.clone() {
        Event::File(event) => event.into(),
        Event::Form(event) => event.into(),
        Event::FilledForm(event) => event.into(),
        Event::Message(event) => event.into(),
        Event::RichMessage(event) => event.into(),
        Event::Custom(event) => event.into(),
        Event::SystemMessage(event) => event.into(),
        _ => return None,
    })
}

/// Everybody who takes part or did.
pub(crate) fn users(state: &State, chat: &chats::Chat) -> Vec<User> {
    chat.members.iter().map(|member| user(state, member)).collect()
}

/// One member. Somebody who was deleted since keeps the id for a name.
pub(crate) fn user(state: &State, member: &Member) -> User {
    if member.kind == Kind::Customer {
        let mut view = state
            .customers
            .get(&member.id)
            .map_or_else(|| shared::Customer::new(member.id.as_str()), |known| customer(state, known));
        view.present = Some(member.present);
        view.events_seen_up_to = member.seen_up_to;
        return view.into();
    }
    let worker = state.worker(&member.id);
    let name = worker.as_ref().map_or(member.id.as_str(), |worker| worker.name);
    let mut view = shared::Agent::new(member.id.as_str(), name);
    view.email = worker.as_ref().and_then(|worker| worker.email()).map(str::to_owned);
    view.avatar = worker.as_ref().and_then(|worker| worker.avatar).map(str::to_owned);
    view.present = Some(member.present);
    view.events_seen_up_to = member.seen_up_to;
    view.visibility = Some(member.visibility.clone());
    view.into()
}

/// A customer with what the chats say of them.
pub(crate) fn customer(state: &State, customer: &Customer) -> shared::Customer {
    let mut view = shared::Customer::new(customer.id.as_str());
    view.name.clone_from(&customer.name);
    view.email.clone_from(&customer.email);
    view.email_verified = Some(false);
    view.avatar.clone_from(&customer.avatar);
    view.last_visit.clone_from(&customer.visit);
    view.session_fields = customer.session_fields_if_set();
    view.agent_last_event_created_at = customer.agent_last_event;
    view.customer_last_event_created_at = customer.own_last_event;
    view.created_at = Some(customer.created_at);
    view.statistics = Some(statistics(state, &customer.id));
    view
}

/// What is counted of a customer.
pub(crate) fn statistics(state: &State, customer: &str) -> CustomerStatistics {
    let chats: Vec<_> = state.chats.values().filter(|chat| chat.customer_id() == Some(customer)).collect();
    let count = |number: usize| Some(i64::try_from(number).unwrap_or(i64::MAX));
    let mut view = CustomerStatistics::new();
    view.chats_count = count(chats.len());
    view.threads_count = count(chats.iter().map(|chat| chat.threads.len()).sum());
    let visited = state.customers.get(customer).is_some_and(|customer| customer.visit.is_some());
    view.visits_count = Some(i64::from(visited));
    view
}

/// Whether somebody with this visibility may write what only agents see.
pub(crate) fn may_write(member: &Member, visibility: &Visibility) -> bool {
    member.visibility != Visibility::Agents || *visibility == Visibility::Agents
}
