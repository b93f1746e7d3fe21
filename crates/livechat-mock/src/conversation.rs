//! What agents and customers do alike in chats: starting, resuming, ending, writing. Both chat APIs are built on it.

use jiff::Timestamp;
use livechat_types::{
    agent::NewEvent,
    shared::{
        CustomEvent, Event, EventId, FileEvent, FilledFormEvent, FilledFormField, FormEvent, FormField,
        IncomingEvent, MessageEvent, NewFilledFormField, NewFormField, Properties, PropertyValue,
        RichMessageButton, RichMessageButtonType, RichMessageEvent, SystemMessageEvent, SystemMessageType,
        ThreadId, Visibility,
    },
    webhooks::{IncomingChatWebhook, WebhookPayload},
};

use crate::{
    actions::{Call, agent::check_groups},
    error::ApiError,
    router,
    state::{
        access::Who,
        chats::{Chat, Kind, Thread, event_author, event_id},
        limits,
        properties::{Location, merge},
        routing::Routed,
    },
    views,
};
use livechat_types::shared::ErrorType;

/// How many bytes of UTF-8 a message's text may have.
const MAX_TEXT: usize = 16 * 1024;

/// What a chat or thread begins with.
#[derive(Default)]
pub(crate) struct Beginning {
    pub(crate) properties: Option<Properties>,
    pub(crate) group_ids: Option<Vec<i64>>,
    pub(crate) users: Vec<(String, Kind)>,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) thread_properties: Option<Properties>,
    pub(crate) active: bool,
    pub(crate) continuous: Option<bool>,
}

impl Beginning {
    /// What a request begins with that says only how; active unless it says otherwise.
    pub(crate) fn new(active: Option<bool>, continuous: Option<bool>) -> Self {
        Self { active: active.unwrap_or(true), continuous, ..Self::default() }
    }
}

/// What was begun.
pub(crate) struct Begun {
    pub(crate) chat_id: String,
    pub(crate) thread_id: String,
    /// `None` if there were no initial events.
    pub(crate) event_ids: Option<Vec<EventId>>,
}

/// Starts a chat.
pub(crate) fn start(call: &mut Call<'_>, beginning: Beginning) -> Result<Begun, ApiError> {
    let now = call.now;
    check_beginning(call, &beginning)?;
    let group_ids = groups_of(call, beginning.group_ids.as_deref());
    let route = find_agent(call, &beginning, false, &group_ids)?;
    let chat = Chat {
        id: call.state.ids.short(),
        created_at: now,
        members: Vec::new(),
        properties: source_properties(call),
        group_ids,
        followers: Vec::new(),
        threads: Vec::new(),
    };
    let id = chat.id.clone();
    call.state.insert_chat(chat);
    match begin_thread(call, &id, beginning, route) {
        Ok(begun) => Ok(begun),
        Err(error) => {
            // A chat that could not be started leaves nothing behind.
            call.state.chats.remove(&id);
            Err(error)
        }
    }
}

/// Starts a new thread in a chat that has ended.
pub(crate) fn resume(call: &mut Call<'_>, id: &str, beginning: Beginning) -> Result<Begun, ApiError> {
    let chat = call.state.visible_chat(&call.caller, id)?;
    if chat.is_active() {
        return Err(ApiError::validation(format!("chat `{id}` is active already")));
    }
    let was_continuous = chat.is_continuous();
    check_beginning(call, &beginning)?;
    let group_ids = groups_of(call, beginning.group_ids.as_deref());
    let route = find_agent(call, &beginning, was_continuous, &group_ids)?;
    let before = call.state.chat(id)?.clone();
    let chat = call.state.chat_mut(id)?;
    chat.group_ids = group_ids;
    // A chat is followed until it is reactivated.
    chat.followers.clear();
    for member in &mut chat.members {
        member.present = member.kind == Kind::Customer;
    }
    match begin_thread(call, id, beginning, route) {
        Ok(begun) => Ok(begun),
        Err(error) => {
            *call.state.chat_mut(id)? = before;
            Err(error)
        }
    }
}

fn check_beginning(call: &Call<'_>, beginning: &Beginning) -> Result<(), ApiError> {
    if let Some(groups) = &beginning.group_ids {
        if call.caller.is_worker() {
            check_groups(call, groups)?;
        } else {
            call.state.check_groups(groups)?;
        }
        if call.caller.is_worker()
            && !call.caller.has("chats--all:rw")
            && !call.state.shares_group(call.caller.id(), groups)
        {
            return Err(ApiError::new(ErrorType::MissingAccess, "no access to the groups of the new chat"));
        }
    }
    for properties in [&beginning.properties, &beginning.thread_properties].into_iter().flatten() {
        limits::check_properties(&Properties::new(), properties)?;
    }
    if let Some(properties) = &beginning.properties {
        call.state.check_properties(&call.caller, Location::Chat, properties)?;
    }
    if let Some(properties) = &beginning.thread_properties {
        call.state.check_properties(&call.caller, Location::Thread, properties)?;
    }
    check_users(call, beginning)
}

/// Up to four agents besides the requester, and one customer.
fn check_users(call: &Call<'_>, beginning: &Beginning) -> Result<(), ApiError> {
    let customers = beginning.users.iter().filter(|(_, kind)| *kind == Kind::Customer).count();
    let agents =
        beginning.users.iter().filter(|(id, kind)| *kind == Kind::Agent && id != call.caller.id()).count();
    if customers > 1 || agents > 4 {
        return Err(ApiError::validation("`chat.users`: at most 4 additional agents and 1 customer"));
    }
    for (id, kind) in &beginning.users {
        match kind {
            Kind::Agent if call.state.worker(id).is_none() => {
                return Err(ApiError::not_found(format!("`chat.users`: there is no agent `{id}`")));
            }
            Kind::Customer if !call.state.customers.contains_key(id) => {
                return Err(ApiError::not_found(format!("`chat.users`: there is no customer `{id}`")));
            }
            Kind::Customer if call.state.is_banned(id, call.now) => {
                return Err(ApiError::validation(format!("`chat.users`: customer `{id}` is banned")));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The groups that were asked for; for a customer those of an auto access rule; else everyone.
fn groups_of(call: &Call<'_>, asked: Option<&[i64]>) -> Vec<i64> {
    if let Some(asked) = asked.filter(|asked| !asked.is_empty()) {
        return asked.to_vec();
    }
    let customer = call.state.customers.get(call.caller.id()).filter(|_| call.caller.is_customer());
    customer.and_then(|customer| call.state.auto_access(customer)).unwrap_or_else(|| vec![0])
}

/// A customer's active chat is routed to an agent; one that an agent starts has its agent. A continuous chat waits for one, also
/// one that was continuous before and of which nothing else is said.
fn find_agent(
    call: &Call<'_>,
    beginning: &Beginning,
    was_continuous: bool,
    group_ids: &[i64],
) -> Result<Option<Routed>, ApiError> {
    if !call.caller.is_customer() || !beginning.active {
        return Ok(None);
    }
    match call.state.route(group_ids, &[]) {
        Routed::Offline if !beginning.continuous.unwrap_or(was_continuous) => {
            Err(ApiError::new(ErrorType::GroupsOffline, "Groups offline"))
        }
        Routed::Offline => Ok(Some(Routed::Queued)),
        found => Ok(Some(found)),
    }
}

/// Where the chat comes from: `only_my_chats` and reports look at it.
fn source_properties(call: &Call<'_>) -> Properties {
    let client = PropertyValue::String(call.caller.client_id.clone());
    let mut properties = Properties::new();
    properties.entry("source".to_owned()).or_default().insert("client_id".to_owned(), client);
    properties
}

fn begin_thread(
    call: &mut Call<'_>,
    id: &str,
    beginning: Beginning,
    route: Option<Routed>,
) -> Result<Begun, ApiError> {
    let now = call.now;
    let requester = call.caller.id().to_owned();
    let requester_kind = if call.caller.is_customer() { Kind::Customer } else { Kind::Agent };
    let place = matches!(route, Some(Routed::Queued)).then(|| call.state.queue_place(now));
    let thread_id = call.state.ids.short();
    let chat = call.state.chat_mut(id)?;
    merge(&mut chat.properties, &beginning.properties.unwrap_or_default());
    if let Some(continuous) = beginning.continuous {
        let routing = chat.properties.entry("routing".to_owned()).or_default();
        routing.insert("continuous".to_owned(), PropertyValue::Boolean(continuous));
    }
    let mut thread = Thread::new(thread_id.clone(), now, &requester, chat.group_ids.clone());
    thread.properties = beginning.thread_properties.unwrap_or_default();
    thread.queue = place;
    chat.add_thread(thread)?;
    let returning: Vec<_> = chat
        .members
        .iter()
        .filter(|member| member.kind == Kind::Customer)
        .map(|member| member.id.clone())
        .collect();
    for customer in returning {
        chat.join(&customer, Kind::Customer, Visibility::All, now);
    }
    chat.join(&requester, requester_kind, Visibility::All, now);
    for (user, kind) in &beginning.users {
        chat.join(user, *kind, Visibility::All, now);
    }
    if chat.members.iter().filter(|member| member.kind == Kind::Customer).count() > 1 {
        return Err(ApiError::validation(format!("chat `{id}` has a customer already")));
    }
    if let Some(Routed::To(agent)) = route {
        call.state.assign(id, &agent, now);
    }
    let event_ids = initial_events(call, id, beginning.events)?;
    let chat = call.state.chat_mut(id)?;
    chat.see(&requester, now);
    if !beginning.active
        && let Some(thread) = chat.active_mut()
    {
        thread.end(now);
    }
    announce_chat(call, id)?;
    Ok(Begun { chat_id: id.to_owned(), thread_id, event_ids })
}

/// The events that a chat begins with; their visibility is always `all`.
fn initial_events(
    call: &mut Call<'_>,
    id: &str,
    events: Vec<NewEvent>,
) -> Result<Option<Vec<EventId>>, ApiError> {
    if events.is_empty() {
        return Ok(None);
    }
    let mut ids = Vec::new();
    for new in events {
        let mut event = make_event(call, id, new)?;
        set_visibility(&mut event, Visibility::All);
        ids.push(EventId::from(event_id(&event)));
        last_thread(call, id)?.push(event)?;
    }
    Ok(Some(ids))
}

fn last_thread<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut Thread, ApiError> {
    let missing = || ApiError::new(ErrorType::ChatInactive, format!("chat `{id}` has no thread"));
    call.state.chat_mut(id)?.threads.last_mut().ok_or_else(missing)
}

fn announce_chat(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    let chat = call.state.chat(id)?;
    let view = views::agent::chat(call.state, &call.caller, chat, chat.threads.last());
    call.emit_about(id, WebhookPayload::IncomingChat(IncomingChatWebhook::new(view)));
    Ok(())
}

/// Ends the active thread at somebody's request.
pub(crate) fn deactivate(call: &mut Call<'_>, id: &str) -> Result<(), ApiError> {
    let (kind, name) = match &call.caller.who {
        Who::Customer(customer) => {
            let name = call.state.customers.get(customer).and_then(|customer| customer.name.clone());
            (SystemMessageType::ManualArchivedCustomer, name.unwrap_or_else(|| "Customer".to_owned()))
        }
        _ => {
            let name = call.state.worker(call.caller.id()).map(|worker| worker.name.to_owned());
            (SystemMessageType::ManualArchivedAgent, name.unwrap_or_else(|| call.caller.id().to_owned()))
        }
    };
    let variable = if call.caller.is_customer() { "customer" } else { "agent" };
    let user = call.caller.id().to_owned();
    end(call, id, kind, &format!("{name} closed the chat"), &[(variable, &name)], Some(&user))?;
    router::serve_queue(call);
    Ok(())
}

/// Ends the active thread with a message of the system. Its agents are free then; who waits is served by the router.
pub(crate) fn end(
    call: &mut Call<'_>,
    id: &str,
    kind: SystemMessageType,
    text: &str,
    variables: &[(&str, &str)],
    user: Option<&str>,
) -> Result<(), ApiError> {
    let thread_id = announce(call, id, kind, text, variables)?;
    let now = call.now;
    let chat = call.state.chat_mut(id)?;
    chat.require_active()?.end(now);
    for member in &mut chat.members {
        member.present = member.kind == Kind::Customer;
    }
    let mut ended = livechat_types::shared::ChatDeactivated::new(id, thread_id);
    ended.user_id = user.map(Into::into);
    call.emit_about(id, ended);
    Ok(())
}

/// Writes a message of the system into the active thread, whose id it answers, and tells of it.
pub(crate) fn announce(
    call: &mut Call<'_>,
    id: &str,
    kind: SystemMessageType,
    text: &str,
    variables: &[(&str, &str)],
) -> Result<ThreadId, ApiError> {
    let now = call.now;
    let thread = call.state.chat_mut(id)?.require_active()?;
    let thread_id = ThreadId::from(thread.id.as_str());
    let event = thread.announce(now, kind, text, variables);
    call.emit_about(id, IncomingEvent::new(id, thread_id.clone(), event));
    Ok(thread_id)
}

/// Writes an event into the active thread, or into the last one.
pub(crate) fn send(
    call: &mut Call<'_>,
    id: &str,
    new: NewEvent,
    into_ended: bool,
) -> Result<EventId, ApiError> {
    let now = call.now;
    let chat = call.state.chat_mut(id)?;
    if !into_ended {
        chat.require_active()?;
    }
    let event = make_event(call, id, new)?;
    let author = call.caller.id().to_owned();
    let thread = last_thread(call, id)?;
    thread.push(event.clone())?;
    let thread_id = thread.id.clone();
    let chat = call.state.chat_mut(id)?;
    chat.see(&author, now);
    let event_id = EventId::from(event_id(&event));
    note_author(call, id, &event, now);
    call.emit_about(id, IncomingEvent::new(id, thread_id, event));
    Ok(event_id)
}

/// When the customer and the agents last wrote.
fn note_author(call: &mut Call<'_>, id: &str, event: &Event, now: Timestamp) {
    let by_customer = call.caller.is_customer();
    let customer = call.state.chats.get(id).and_then(Chat::customer_id).map(str::to_owned);
    if event_author(event).is_none() {
        return;
    }
    if let Some(customer) = customer.and_then(|id| call.state.customers.get_mut(&id)) {
        let last = if by_customer { &mut customer.own_last_event } else { &mut customer.agent_last_event };
        *last = Some(now);
    }
}

/// Makes an event of what was sent: an id, a time, an author.
fn make_event(call: &mut Call<'_>, chat: &str, new: NewEvent) -> Result<Event, ApiError> {
    check_event(call, &new)?;
    let now = call.now;
    let id = last_thread(call, chat)?.next_event_id();
    let author = call.caller.id();
    let visibility = |asked: Option<Visibility>| Some(asked.unwrap_or(Visibility::All));
    Ok(match new {
        NewEvent::Message(new) => {
            let mut event = MessageEvent::new(id, now, author, new.text);
            event.custom_id = new.custom_id;
            event.visibility = visibility(new.visibility);
            event.properties = new.properties;
            event.postback = new.postback;
            event.into()
        }
        NewEvent::File(new) => {
            let mut event = file_event(call, id, &new.url)?;
            event.custom_id = new.custom_id;
            event.visibility = visibility(new.visibility);
            event.properties = new.properties;
            event.alternative_text = new.alternative_text.filter(|_| event.width.is_some());
            event.into()
        }
        NewEvent::Form(new) => {
            let mut event = FormEvent::new(id, now, new.form_id, new.fields.into_iter().map(field));
            event.custom_id = new.custom_id;
            event.visibility = visibility(new.visibility);
            event.properties = new.properties;
            event.author_id = Some(author.into());
            event.into()
        }
        NewEvent::FilledForm(new) => {
            let mut event = FilledFormEvent::new(id, now, author, new.fields.into_iter().map(filled_field));
            event.form_id = Some(new.form_id);
            event.custom_id = new.custom_id;
            event.visibility = visibility(new.visibility);
            event.properties = new.properties;
            event.into()
        }
        NewEvent::RichMessage(new) => {
            let mut event = RichMessageEvent::new(id, now, author, new.template_id);
            event.custom_id = new.custom_id;
            event.visibility = visibility(new.visibility);
            event.properties = new.properties;
            event.elements = new.elements;
            event.into()
        }
        NewEvent::Custom(new) => {
            let mut event = CustomEvent::new(id, now, author);
            event.custom_id = new.custom_id;
            event.visibility = visibility(new.visibility);
            event.properties = new.properties;
            event.content = new.content.map(|content| content.into_iter().collect());
            event.into()
        }
        NewEvent::SystemMessage(new) => {
            let mut event = SystemMessageEvent::new(id, now, new.system_message_type);
            event.custom_id = new.custom_id;
            event.visibility = visibility(new.visibility);
            event.text = new.text;
            event.text_vars = new.text_vars;
            event.into()
        }
        other => {
            return Err(ApiError::validation(format!("`event.type`: unknown value \"{}\"", other.kind())));
        }
    })
}

/// Where the platform keeps files.
const CDN: [&str; 2] = ["https://cdn.livechat-files.com/", "https://cdn.livechatinc.com/"];

/// A file must be on the platform's servers. One that was uploaded here must be used in a day; that makes it stay.
fn file_event(call: &mut Call<'_>, id: EventId, url: &str) -> Result<FileEvent, ApiError> {
    let now = call.now;
    let Some(file) = call.state.files.get_mut(url) else { return foreign_file(call, id, url) };
    if !file.used && now.duration_since(file.created_at) > jiff::SignedDuration::from_hours(24) {
        return Err(ApiError::validation("`event.url`: the file was uploaded more than 24 hours ago"));
    }
    file.used = true;
    let mut event =
        FileEvent::new(id, now, call.caller.id(), file.name.as_str(), url, file.content_type.as_str());
    if file.content_type.starts_with("image/") {
        event.size = Some(file.size);
        event.width = Some(640);
        event.height = Some(480);
        event.thumbnail_url = Some(format!("{url}?thumbnail=1"));
        event.thumbnail2x_url = Some(format!("{url}?thumbnail=2"));
    }
    Ok(event)
}

/// A field of a form as it comes back.
fn field(new: NewFormField) -> FormField {
    let mut field = FormField::new(new.r#type, new.label);
    field.id = Some(new.id);
    field.required = new.required;
    field.options = new.options;
    field
}

/// A field that was filled in, as it comes back.
fn filled_field(new: NewFilledFormField) -> FilledFormField {
    let mut field = FilledFormField::new(new.r#type, new.label);
    field.id = Some(new.id);
    field.answer = new.answer;
    field.answers = new.answers;
    field
}

/// A file of which nothing is known but its url.
fn foreign_file(call: &Call<'_>, id: EventId, url: &str) -> Result<FileEvent, ApiError> {
    if !CDN.iter().any(|cdn| url.starts_with(cdn)) {
        return Err(ApiError::validation("`event.url`: must be on LiveChat's servers: see `upload_file`"));
    }
    let name = url.rsplit('/').next().unwrap_or_default();
    Ok(FileEvent::new(id, call.now, call.caller.id(), name, url, "application/octet-stream"))
}

fn check_event(call: &Call<'_>, new: &NewEvent) -> Result<(), ApiError> {
    let properties = match new {
        NewEvent::File(new) => new.properties.as_ref(),
        NewEvent::Form(new) => new.properties.as_ref(),
        NewEvent::FilledForm(new) => new.properties.as_ref(),
        NewEvent::Message(new) => new.properties.as_ref(),
        NewEvent::RichMessage(new) => new.properties.as_ref(),
        NewEvent::Custom(new) => new.properties.as_ref(),
        _ => None,
    };
    if let Some(properties) = properties {
        call.state.check_properties(&call.caller, Location::Event, properties)?;
        limits::check_properties(&Properties::new(), properties)?;
    }
    let is_large = |new| serde_json::to_vec(new).is_ok_and(|json| json.len() > limits::EVENT_BYTES);
    if !matches!(new, NewEvent::Message(_)) && is_large(new) {
        return Err(ApiError::validation("`event`: at most 64 KB in all"));
    }
    match new {
        NewEvent::Message(message) if message.text.len() > MAX_TEXT => {
            Err(ApiError::validation("`event.text`: at most 16 KB"))
        }
        NewEvent::Message(message) => match &message.postback {
            Some(postback) if postback.r#type.is_some() != postback.value.is_some() => {
                Err(ApiError::validation("`event.postback`: `type` and `value` come together or not at all"))
            }
            _ => Ok(()),
        },
        NewEvent::RichMessage(message) => {
            let elements = message.elements.as_deref().unwrap_or_default();
            if elements.len() > 10 {
                return Err(ApiError::validation("`event.elements`: at most 10"));
            }
            elements.iter().filter_map(|element| element.buttons.as_deref()).try_for_each(check_buttons)
        }
        _ => Ok(()),
    }
}

fn check_buttons(buttons: &[RichMessageButton]) -> Result<(), ApiError> {
    if buttons.len() > 13 {
        return Err(ApiError::validation("`event.elements[].buttons`: at most 13"));
    }
    for button in buttons {
        if button.r#type.is_some() != button.value.is_some() {
            return Err(ApiError::validation(
                "`event.elements[].buttons`: `type` and `value` come together or not at all",
            ));
        }
        if button.r#type == Some(RichMessageButtonType::Webview) && button.webview_height.is_none() {
            return Err(ApiError::validation(
                "`event.elements[].buttons[].webview_height`: required of a `webview`",
            ));
        }
    }
    Ok(())
}

fn set_visibility(event: &mut Event, visibility: Visibility) {
    let slot = match event {
        Event::File(event) => &mut event.visibility,
        Event::Form(event) => &mut event.visibility,
        Event::FilledForm(event) => &mut event.visibility,
        Event::Message(event) => &mut event.visibility,
        Event::RichMessage(event) => &mut event.visibility,
        Event::Custom(event) => &mut event.visibility,
        Event::SystemMessage(event) => &mut event.visibility,
        _ => return,
    };
    *slot = Some(visibility);
}

/// What a new event's visibility is asked to be.
pub(crate) fn asked_visibility(new: &NewEvent) -> Visibility {
    let asked = match new {
        NewEvent::File(new) => &new.visibility,
        NewEvent::Form(new) => &new.visibility,
        NewEvent::FilledForm(new) => &new.visibility,
        NewEvent::Message(new) => &new.visibility,
        NewEvent::RichMessage(new) => &new.visibility,
        NewEvent::Custom(new) => &new.visibility,
        NewEvent::SystemMessage(new) => &new.visibility,
        _ => &None,
    };
    asked.clone().unwrap_or(Visibility::All)
}
