//! Customers, as agents manage them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use livechat_types::{
    Empty,
    agent::{
        BanCustomer, CreateCustomer, CreateCustomerResponse, CustomerSortKey, CustomersFilters,
        DateRangeFilter, GetCustomer, GetCustomerResponse, ListCustomers, ListCustomersResponse, RangeFilter,
        UpdateCustomer,
    },
    shared::{SessionFields, SystemMessageType},
    webhooks::{ActiveChat, CustomerSessionFieldsUpdated, IncomingCustomerWebhook},
};

use crate::{
    actions::Call,
    conversation,
    error::ApiError,
    pages::{Key, Paging, limit},
    router,
    search::Choice,
    state::{State, chats::Chat, limits, people::Customer},
    views,
};

pub(crate) fn get_customer(
    call: &mut Call<'_>,
    request: GetCustomer,
) -> Result<GetCustomerResponse, ApiError> {
    let known = customer(call.state, request.id.as_str())?;
    let view = views::agent::customer(call.state, known);
    let mut response = GetCustomerResponse::new(view.id);
    response.name = view.name;
    response.email = view.email;
    response.email_verified = view.email_verified;
    response.avatar = view.avatar;
    response.last_visit = view.last_visit;
    response.session_fields = view.session_fields;
    response.statistics = view.statistics;
    response.agent_last_event_created_at = view.agent_last_event_created_at;
    response.customer_last_event_created_at = view.customer_last_event_created_at;
    response.created_at = view.created_at;
    let chats = call.state.chats.values().filter(|chat| chat.customer_id() == Some(request.id.as_str()));
    response.chat_ids =
        Some(chats.map(|chat| chat.id.as_str().into()).collect()).filter(|chats: &Vec<_>| !chats.is_empty());
    Ok(response)
}

fn customer<'a>(state: &'a State, id: &str) -> Result<&'a Customer, ApiError> {
    state.customers.get(id).ok_or_else(|| ApiError::not_found(format!("there is no customer `{id}`")))
}

pub(crate) fn list_customers(
    call: &mut Call<'_>,
    request: ListCustomers,
) -> Result<ListCustomersResponse, ApiError> {
    let others = request.filters.is_some()
        || request.limit.is_some()
        || request.sort_order.is_some()
        || request.sort_by.is_some();
    let page_id = request.page_id.clone();
    let paging = Paging::begin("agent.list_customers", call.now, request, page_id.as_ref(), others)?;
    let request = &paging.request;
    let limit = limit(request.limit, 10, 100)?;
    let wanted = Wanted::new(request.filters.as_ref())?;
    let by_customer = chats_by_customer(call.state);
    let chats_of =
        |customer: &Customer| by_customer.get(customer.id.as_str()).map(Vec::as_slice).unwrap_or_default();
    let found = call.state.customers.values().filter(|customer| wanted.holds(customer, chats_of(customer)));
    let sort_by = request.sort_by.as_ref();
    let items = found.map(|customer| (sort_key(customer, chats_of(customer), sort_by), customer)).collect();
    let page = paging.cut(items, request.sort_order.as_ref(), limit);
    let views = page.items.into_iter().map(|customer| views::agent::customer(call.state, customer));
    let total = i64::try_from(call.state.customers.len()).unwrap_or(i64::MAX);
    let mut response = ListCustomersResponse::new(views.collect::<Vec<_>>(), total);
    response.limited_customers = Some(page.total).filter(|_| request.filters.is_some());
    response.next_page_id = page.next;
    response.previous_page_id = page.previous;
    Ok(response)
}

/// Gathered once: to look for every customer's chats anew would be slow.
fn chats_by_customer(state: &State) -> BTreeMap<&str, Vec<&Chat>> {
    let mut chats = BTreeMap::<&str, Vec<&Chat>>::new();
    for chat in state.chats.values() {
        if let Some(customer) = chat.customer_id() {
            chats.entry(customer).or_default().push(chat);
        }
    }
    chats
}

fn sort_key(customer: &Customer, chats: &[&Chat], by: Option<&CustomerSortKey>) -> Key {
    let time = |time: Option<Timestamp>| time.map_or(i64::MIN, Timestamp::as_microsecond);
    let number = match by {
        Some(CustomerSortKey::ThreadsCount) => {
            i64::try_from(chats.iter().map(|chat| chat.threads.len()).sum::<usize>()).unwrap_or(i64::MAX)
        }
        Some(CustomerSortKey::VisitsCount) => i64::from(customer.visit.is_some()),
        Some(CustomerSortKey::AgentLastEvent) => time(customer.agent_last_event),
        Some(CustomerSortKey::CustomerLastEvent) => time(customer.own_last_event),
        _ => time(Some(customer.created_at)),
    };
    // Who have the same number are sorted by the time that they were created.
    (number, format!("{:020}{}", customer.created_at.as_microsecond(), customer.id))
}

/// The filters of `list_customers`.
#[derive(Default)]
struct Wanted {
    country: Choice,
    email: Choice,
    name: Choice,
    id: Choice,
    groups: Choice,
    filters: Option<CustomersFilters>,
}

impl Wanted {
    fn new(filters: Option<&CustomersFilters>) -> Result<Self, ApiError> {
        let Some(filters) = filters else { return Ok(Self::default()) };
        let mut wanted = Self { filters: Some(filters.clone()), ..Self::default() };
        for (place, filter, slot) in [
            ("filters.country", &filters.country, &mut wanted.country),
            ("filters.email", &filters.email, &mut wanted.email),
            ("filters.name", &filters.name, &mut wanted.name),
        ] {
            if let Some(filter) = filter {
                let (values, exclude) = (filter.values.as_deref(), filter.exclude_values.as_deref());
                *slot = Choice::new(place, None, values, exclude, None)?;
            }
        }
        if let Some(filter) = &filters.customer_id {
            let (values, exclude) = (filter.values.as_deref(), filter.exclude_values.as_deref());
            wanted.id = Choice::new("filters.customer_id", None, values, exclude, None)?;
        }
        if let Some(filter) = &filters.chat_group_ids {
            let (values, exclude) = (filter.values.as_deref(), filter.exclude_values.as_deref());
            if values.or(exclude).is_some_and(|groups| groups.len() > 40) {
                return Err(ApiError::validation("`filters.chat_group_ids`: at most 40"));
            }
            wanted.groups = Choice::new("filters.chat_group_ids", None, values, exclude, None)?;
        }
        Ok(wanted)
    }

    fn holds(&self, customer: &Customer, chats: &[&Chat]) -> bool {
        let Some(filters) = &self.filters else { return true };
        let place = customer.visit.as_ref().and_then(|visit| visit.geolocation.as_ref());
        let country: Vec<&String> =
            place.into_iter().flat_map(|place| [&place.country, &place.country_code]).flatten().collect();
        let list = |text: &Option<String>| text.iter().cloned().collect::<Vec<_>>();
        let groups: Vec<String> = chats.iter().flat_map(|chat| &chat.group_ids).map(i64::to_string).collect();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        self.country.holds(&country)
            && self.email.holds(&list(&customer.email))
            && self.name.holds(&list(&customer.name))
            && self.id.holds(&[&customer.id])
            && self.groups.holds(&groups)
            && in_range(filters.chats_count.as_ref(), count(chats.len()))
            && in_range(
                filters.threads_count.as_ref(),
                count(chats.iter().map(|chat| chat.threads.len()).sum()),
            )
            && in_range(filters.visits_count.as_ref(), i64::from(customer.visit.is_some()))
            && in_dates(filters.created_at.as_ref(), Some(customer.created_at))
            && in_dates(filters.agent_last_event_created_at.as_ref(), customer.agent_last_event)
            && in_dates(filters.customer_last_event_created_at.as_ref(), customer.own_last_event)
            && (filters.include_customers_without_chats != Some(false) || !chats.is_empty())
    }
}

fn in_range(range: Option<&RangeFilter>, value: i64) -> bool {
    range.is_none_or(|range| {
        range.lte.is_none_or(|bound| value <= bound)
            && range.lt.is_none_or(|bound| value < bound)
            && range.gte.is_none_or(|bound| value >= bound)
            && range.gt.is_none_or(|bound| value > bound)
            && range.eq.is_none_or(|bound| value == bound)
    })
}

fn in_dates(range: Option<&DateRangeFilter>, value: Option<Timestamp>) -> bool {
    let (Some(range), Some(value)) = (range, value) else { return range.is_none() };
    range.lte.is_none_or(|bound| value <= bound)
        && range.lt.is_none_or(|bound| value < bound)
        && range.gte.is_none_or(|bound| value >= bound)
        && range.gt.is_none_or(|bound| value > bound)
        && range.eq.is_none_or(|bound| value == bound)
}

pub(crate) fn create_customer(
    call: &mut Call<'_>,
    request: CreateCustomer,
) -> Result<CreateCustomerResponse, ApiError> {
    check_fields(request.session_fields.as_ref())?;
    let id = call.state.ids.uuid();
    let mut customer = Customer::new(id.clone(), call.now);
    customer.name = request.name;
    customer.email = request.email;
    customer.avatar = request.avatar;
    customer.session_fields = request.session_fields.unwrap_or_default();
    let view = views::agent::customer(call.state, &customer);
    call.state.customers.insert(id.clone(), customer);
    call.state.bound_customers();
    call.emit(IncomingCustomerWebhook::new(view));
    Ok(CreateCustomerResponse::new(id))
}

pub(crate) fn update_customer(call: &mut Call<'_>, request: UpdateCustomer) -> Result<Empty, ApiError> {
    let id = request.id.as_str();
    if !is_uuid(id) {
        return Err(ApiError::validation("`id`: must be a UUID of version 4"));
    }
    let (name, email) = (request.name.clone(), request.email.clone());
    change(call, id, request.name, request.email, request.avatar, request.session_fields)?;
    announce_change(call, id, name.as_deref(), email.as_deref())?;
    Ok(Empty::default())
}

/// In active chats a message of the system tells of a new name or address that an agent has set.
fn announce_change(
    call: &mut Call<'_>,
    id: &str,
    name: Option<&str>,
    email: Option<&str>,
) -> Result<(), ApiError> {
    let initiator = call.state.worker(call.caller.id()).map_or_else(String::new, |own| own.name.to_owned());
    let set = [("customer_name", name), ("customer_email", email)];
    let set: Vec<(&str, &str)> = set.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
    if set.is_empty() {
        return Ok(());
    }
    let values = set.iter().map(|(_, value)| *value).collect::<Vec<_>>().join(", ");
    let text = format!("{initiator} changed the customer to {values}");
    let variables: Vec<_> = set.into_iter().chain([("initiator", initiator.as_str())]).collect();
    for chat in active_chats(call, id) {
        conversation::announce(call, &chat, SystemMessageType::CustomerUpdated, &text, &variables)?;
    }
    Ok(())
}

/// The chats that a customer takes part in now; an agent may have started several.
fn active_chats(call: &Call<'_>, customer: &str) -> Vec<String> {
    let chats = call.state.chats.values();
    let own = chats.filter(|chat| chat.customer_id() == Some(customer) && chat.is_active());
    own.map(|chat| chat.id.clone()).collect()
}

/// Whether the text is a UUID of version 4.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            14 => byte == b'4',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Changes what is given, of which there must be something.
pub(crate) fn change(
    call: &mut Call<'_>,
    id: &str,
    name: Option<String>,
    email: Option<String>,
    avatar: Option<String>,
    session_fields: Option<SessionFields>,
) -> Result<(), ApiError> {
    if name.is_none() && email.is_none() && avatar.is_none() && session_fields.is_none() {
        return Err(ApiError::validation("at least one of `name`, `email`, `avatar` and `session_fields`"));
    }
    check_fields(session_fields.as_ref())?;
    customer(call.state, id)?;
    if let Some(customer) = call.state.customers.get_mut(id) {
        for (slot, value) in
            [(&mut customer.name, name), (&mut customer.email, email), (&mut customer.avatar, avatar)]
        {
            if value.is_some() {
                *slot = value;
            }
        }
    }
    if let Some(fields) = session_fields {
        set_fields(call, id, fields);
    }
    Ok(())
}

/// Replaces the session fields and tells the webhooks.
pub(crate) fn set_fields(call: &mut Call<'_>, id: &str, fields: SessionFields) {
    if let Some(customer) = call.state.customers.get_mut(id) {
        customer.session_fields.clone_from(&fields);
    }
    // It is sent for each active chat that the customer has.
    for chat in active_chats(call, id) {
        let thread = call.state.chats.get(&chat).and_then(Chat::active);
        let mut webhook = CustomerSessionFieldsUpdated::new(id, fields.clone());
        webhook.active_chat = thread.map(|thread| ActiveChat::new(chat.as_str(), thread.id.as_str()));
        call.emit_about(&chat, webhook);
    }
}

/// Session fields are objects of one pair each, at most 100.
pub(crate) fn check_fields(fields: Option<&SessionFields>) -> Result<(), ApiError> {
    let Some(fields) = fields else { return Ok(()) };
    if fields.iter().map(BTreeMap::len).sum::<usize>() > 100 {
        return Err(ApiError::validation("`session_fields`: at most 100 keys"));
    }
    Ok(())
}

pub(crate) fn ban_customer(call: &mut Call<'_>, request: BanCustomer) -> Result<Empty, ApiError> {
    let id = request.id.as_str();
    customer(call.state, id)?;
    let days = request.ban.days;
    if days == 0 {
        return Err(ApiError::validation("`ban.days`: at least 1"));
    }
    let banned =
        call.state.customers.keys().filter(|other| *other != id && call.state.is_banned(other, call.now));
    limits::check("banned customers", banned.count(), limits::BANNED_CUSTOMERS)?;
    let until =
        call.now.saturating_add(SignedDuration::from_hours(24 * i64::from(days))).unwrap_or(Timestamp::MAX);
    if let Some(customer) = call.state.customers.get_mut(id) {
        customer.banned_until = Some(until);
    }
    let agent = call.state.worker(call.caller.id()).map_or_else(String::new, |own| own.name.to_owned());
    let duration = days.to_string();
    let text = format!("The chat ended: {agent} banned the customer for {duration} days");
    let variables = [("agent", agent.as_str()), ("duration", &duration)];
    for chat in active_chats(call, id) {
        conversation::end(call, &chat, SystemMessageType::CustomerBanned, &text, &variables, None)?;
    }
    router::serve_queue(call);
    Ok(Empty::default())
}
