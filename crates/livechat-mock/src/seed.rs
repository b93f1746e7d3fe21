//! Demo data: more agents and groups, tags, customers, and a month of chats with transcripts, so that reports and archives show something.

use jiff::{SignedDuration, Timestamp, civil::Weekday, tz::TimeZone};
use livechat_types::shared::{
    ChosenOption, Event, FilledFormEvent, FilledFormField, FormAnswer, FormFieldType, Geolocation,
    GroupMembership, MessageEvent, Properties, PropertyValue, RoutingPriority, RoutingStatus,
    SystemMessageType, Tag, UserId, Visibility, Visit,
};

use crate::state::{
    State,
    chats::{Chat, Kind, Thread},
    people::{Customer, Group, Status},
    setup::{AGENT, OWNER, SECOND_AGENT, new_agent},
};

const DAYS: i64 = 30;
const CHATS: u64 = 240;
const CUSTOMERS: u64 = 60;

const PEOPLE: [(&str, &str, i64); 4] = [
    ("ines@example.com", "Ines Moreau", 2),
    ("jonas@example.com", "Jonas Berg", 2),
    ("kira@example.com", "Kira Sato", 3),
    ("leo@example.com", "Leo Costa", 1),
];
const GROUPS: [(i64, &str); 2] = [(2, "Support"), (3, "Billing")];
const TAGS: [(&str, i64); 6] =
    [("shipping", 0), ("refund", 0), ("invoice", 3), ("bug report", 2), ("sales lead", 1), ("spam", 0)];
const FIRST_NAMES: [&str; 12] =
    ["Amara", "Bela", "Chidi", "Dana", "Emil", "Farah", "Gita", "Hugo", "Iris", "Jun", "Kofi", "Lena"];
const LAST_NAMES: [&str; 10] =
    ["Adler", "Brandt", "Castro", "Dubois", "Eriksen", "Fontana", "Green", "Haddad", "Ito", "Jansen"];
const PLACES: [(&str, &str, &str); 6] = [
    ("Poland", "PL", "Wroclaw"),
    ("United States", "US", "Boston"),
    ("Germany", "DE", "Leipzig"),
    ("Japan", "JP", "Osaka"),
    ("Brazil", "BR", "Recife"),
    ("Norway", "NO", "Bergen"),
];

/// What is talked about: the tag, and what customer and agent say in turn.
const TALKS: [(&str, &[&str]); 6] = [
    (
        "shipping",
        &[
            "Hi, where is my parcel? The order is a week old.",
            "Let me look it up. Could you tell me the order's number?",
            "It is 48213.",
            "Thank you. It left the depot this morning and should be with you tomorrow.",
            "Great, thanks!",
        ],
    ),
    (
        "refund",
        &[
            "I would like to return the lamp, it arrived broken.",
            "I am sorry to hear that. I have opened a return for you; the label is in your mailbox.",
            "And the refund?",
            "You will have it within five days after the lamp is here.",
        ],
    ),
    (
        "invoice",
        &[
            "Our invoice has the wrong address on it.",
            "What should it say?",
            "Harbour Street 12, the rest is right.",
            "Done. The new invoice is in your account.",
        ],
    ),
    (
        "bug report",
        &[
            "The export button does nothing since this morning.",
            "Thanks for telling us. Which browser do you use?",
            "Firefox.",
            "We can see it too, and a fix is on its way.",
            "Good to know.",
        ],
    ),
    (
        "sales lead",
        &[
            "Do you have a discount for teams?",
            "We do, from ten seats on. How many people are you?",
            "Fourteen.",
            "Then it is 15 percent. Shall I send you an offer?",
            "Yes please.",
        ],
    ),
    ("spam", &["Buy cheap watches today"]),
];

/// Fills the state.
pub(crate) fn fill(state: &mut State) {
    let now = state.now();
    let start = now.saturating_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(now);
    add_people(state, start, now);
    let customers = add_customers(state, start);
    for number in 0..CHATS {
        let back = i64::try_from(state.ids.below(unsigned(24 * 60 * DAYS))).unwrap_or(0);
        let at = now.saturating_sub(SignedDuration::from_mins(back + 60)).unwrap_or(now);
        // The last few are still going on.
        let active = number + 3 >= CHATS;
        let at = if active { now.saturating_sub(SignedDuration::from_mins(20)).unwrap_or(now) } else { at };
        add_chat(state, &customers, at, active);
    }
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

fn add_people(state: &mut State, start: Timestamp, now: Timestamp) {
    for (id, name) in GROUPS {
        state.groups.insert(id, Group { name: name.to_owned(), language_code: "en".to_owned() });
    }
    for (id, name, group) in PEOPLE {
        let account = state.ids.uuid();
        let mut agent = new_agent(id, name, livechat_types::shared::AgentRole::Normal, account, start);
        agent.groups = [0, group].map(|group| GroupMembership::new(group, RoutingPriority::Normal)).to_vec();
        agent.job_title = Some("Support specialist".to_owned());
        state.agents.insert(id.to_owned(), agent);
    }
    if let Some(owner) = state.agents.get_mut(OWNER) {
        let more = GROUPS.map(|(id, _)| GroupMembership::new(id, RoutingPriority::Last));
        owner.groups.extend(more);
    }
    for agent in state.agents.values_mut() {
        agent.status = office_hours(start, now);
    }
    for (name, group) in TAGS {
        state.tags.push(Tag::new(name, [group], start, OWNER));
    }
}

/// Accepting chats on weekdays from nine to five, with a break at noon, and right now.
fn office_hours(start: Timestamp, now: Timestamp) -> Status {
    let mut status = Status::new(RoutingStatus::Offline, start);
    let mut day = TimeZone::UTC.to_datetime(start).date();
    for _ in 0..=DAYS {
        if !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            for (hour, next) in [
                (9, RoutingStatus::AcceptingChats),
                (12, RoutingStatus::NotAcceptingChats),
                (13, RoutingStatus::AcceptingChats),
                (17, RoutingStatus::Offline),
            ] {
                let time = TimeZone::UTC.to_timestamp(day.at(hour, 0, 0, 0));
                if let Ok(time) = time
                    && time > start
                    && time < now
                {
                    status.set(next, time);
                }
            }
        }
        let Ok(tomorrow) = day.tomorrow() else { break };
        day = tomorrow;
    }
    status.set(RoutingStatus::AcceptingChats, now);
    status
}

fn add_customers(state: &mut State, start: Timestamp) -> Vec<String> {
    let mut made = Vec::new();
    for _ in 0..CUSTOMERS {
        let id = state.ids.uuid();
        let first = state.ids.pick(&FIRST_NAMES).copied().unwrap_or_default();
        let last = state.ids.pick(&LAST_NAMES).copied().unwrap_or_default();
        let mut customer = Customer::new(id.clone(), start);
        customer.name = Some(format!("{first} {last}"));
        customer.email = Some(format!("{}.{}@example.org", first.to_lowercase(), last.to_lowercase()));
        let (country, code, city) = state.ids.pick(&PLACES).copied().unwrap_or_default();
        let mut place = Geolocation::new();
        place.country = Some(country.to_owned());
        place.country_code = Some(code.to_owned());
        place.city = Some(city.to_owned());
        let mut visit = Visit::new();
        visit.started_at = Some(start);
        visit.geolocation = Some(place);
        visit.user_agent = Some("Mozilla/5.0".to_owned());
        customer.visit = Some(visit);
        state.customers.insert(id.clone(), customer);
        made.push(id);
    }
    made
}

/// Who answers chats of a tag's group.
fn agent_for(state: &mut State, group: i64) -> &'static str {
    let people: Vec<&'static str> = PEOPLE
        .iter()
        .filter(|(_, _, own)| *own == group || group == 0)
        .map(|(id, _, _)| *id)
        .chain([AGENT, SECOND_AGENT].into_iter().filter(|_| group < 2))
        .collect();
    state.ids.pick(&people).copied().unwrap_or(OWNER)
}

fn add_chat(state: &mut State, customers: &[String], at: Timestamp, active: bool) {
    let Some(customer) = state.ids.pick(customers).cloned() else { return };
    let Some(&(tag, talk)) = state.ids.pick(&TALKS) else { return };
    let group = TAGS.iter().find(|(name, _)| *name == tag).map_or(0, |(_, group)| *group);
    let agent = agent_for(state, group);
    // A customer who comes again goes on in the same chat.
    let known = state
        .chats
        .values()
        .find(|chat| chat.customer_id() == Some(&customer) && !chat.is_active() && chat.last_activity() < at);
    let known = known.map(|chat| chat.id.clone());
    let id = known.unwrap_or_else(|| new_chat(state, at, group));
    let thread_id = state.ids.short();
    let by_agent = state.ids.chance(10);
    let Some(mut chat) = state.chats.remove(&id) else { return };
    let started_by = if by_agent { agent } else { customer.as_str() };
    let thread = Thread::new(thread_id, at, started_by, chat.group_ids.clone());
    if chat.add_thread(thread).is_ok() {
        chat.join(&customer, Kind::Customer, Visibility::All, at);
        chat.join(agent, Kind::Agent, Visibility::All, at);
        talk_it_through(state, &mut chat, (&customer, agent), talk, at, active);
        if !active {
            finish(state, &mut chat, agent, tag);
        }
    }
    state.insert_chat(chat);
}

fn new_chat(state: &mut State, at: Timestamp, group: i64) -> String {
    let id = state.ids.short();
    let mut properties = Properties::new();
    let client = PropertyValue::String(state.organization.client_id.clone());
    properties.entry("source".to_owned()).or_default().insert("client_id".to_owned(), client);
    if state.ids.chance(20) {
        let routing = properties.entry("routing".to_owned()).or_default();
        routing.insert("continuous".to_owned(), PropertyValue::Boolean(true));
    }
    state.insert_chat(Chat {
        id: id.clone(),
        created_at: at,
        members: Vec::new(),
        properties,
        group_ids: vec![group],
        followers: Vec::new(),
        threads: Vec::new(),
    });
    id
}

/// The transcript: a form at times, then the talk, a minute or so between the lines.
fn talk_it_through(
    state: &mut State,
    chat: &mut Chat,
    (customer, agent): (&str, &str),
    talk: &[&str],
    at: Timestamp,
    active: bool,
) {
    let mut time = at;
    let mut later = |state: &mut State, seconds: u64| {
        let pause = i64::try_from(5 + state.ids.below(seconds)).unwrap_or(5);
        time = time.saturating_add(SignedDuration::from_secs(pause)).unwrap_or(time);
        time
    };
    let greeted = state.ids.chance(30);
    let greeting = i64::try_from(1 + state.ids.below(3)).unwrap_or(1);
    let name = state.customers.get(customer).and_then(|customer| customer.name.clone()).unwrap_or_default();
    let with_form = state.ids.chance(40);
    let Some(thread) = chat.active_mut() else { return };
    if greeted {
        let greeting = PropertyValue::Integer(greeting);
        thread.properties.entry("lc2".to_owned()).or_default().insert("greeting_id".to_owned(), greeting);
    }
    if with_form {
        let event = prechat(thread, later(state, 5), customer, &name);
        let _ = thread.push(event);
    }
    let lines = if active { talk.get(..1).unwrap_or(talk) } else { talk };
    for (number, line) in lines.iter().enumerate() {
        let author = if number % 2 == 0 { customer } else { agent };
        let at = later(state, if number % 2 == 0 { 60 } else { 120 });
        let mut message = MessageEvent::new(thread.next_event_id(), at, author, *line);
        message.visibility = Some(Visibility::All);
        let _ = thread.push(message.into());
        if let Some(customer) = state.customers.get_mut(customer) {
            let last =
                if number % 2 == 0 { &mut customer.own_last_event } else { &mut customer.agent_last_event };
            *last = (*last).max(Some(at));
        }
    }
}

fn prechat(thread: &mut Thread, at: Timestamp, customer: &str, name: &str) -> Event {
    let mut who = FilledFormField::new(FormFieldType::Name, "Name");
    who.id = Some("2".to_owned());
    who.answer = Some(FormAnswer::Text(name.to_owned()));
    let mut new = FilledFormField::new(FormFieldType::Radio, "Are you a customer of ours?");
    new.id = Some("3".to_owned());
    let (id, label) = if name.len().is_multiple_of(2) { ("0", "Yes") } else { ("1", "No") };
    let option = ChosenOption::new(label).id(livechat_types::shared::OptionId::String(id.to_owned()));
    new.answer = Some(FormAnswer::Option(option));
    let mut form = FilledFormEvent::new(thread.next_event_id(), at, UserId::from(customer), [who, new]);
    form.form_id = Some("prechat-1".to_owned());
    form.form_type = Some("prechat".to_owned());
    form.visibility = Some(Visibility::All);
    form.into()
}

/// Tags, a rating at times, and the end.
fn finish(state: &mut State, chat: &mut Chat, agent: &str, tag: &str) {
    let (tagged, rated) = (state.ids.chance(70), state.ids.chance(35));
    let good = state.ids.chance(85);
    let pause = SignedDuration::from_secs(i64::try_from(20 + state.ids.below(200)).unwrap_or(20));
    let name = state.worker(agent).map_or_else(|| agent.to_owned(), |worker| worker.name.to_owned());
    let Some(thread) = chat.active_mut() else { return };
    if tagged {
        thread.tags.push(tag.to_owned());
    }
    if rated {
        let score = PropertyValue::Integer(i64::from(good));
        thread.properties.entry("rating".to_owned()).or_default().insert("score".to_owned(), score);
    }
    let last = thread.events.last().map_or(thread.created_at, crate::state::chats::event_created_at);
    let end = last.saturating_add(pause).unwrap_or(last);
    let text = format!("{name} closed the chat");
    thread.announce(end, SystemMessageType::ManualArchivedAgent, &text, &[("agent", &name)]);
    thread.end(end);
    chat.leave(agent);
}
