//! The rest: statuses of groups, forms, greetings, the predicted agent, goals.

use livechat_types::{
    Empty,
    customer::{
        AcceptGreeting, CancelGreeting, CheckGoals, Form, FormItem, FormItemType, GetForm, GetFormResponse,
        GetPredictedAgent, GetPredictedAgentResponse, GetUrlInfo, GetUrlInfoResponse, ListGroupStatuses,
        ListGroupStatusesResponse, MarkEventsAsSeen, RequestEmailVerification, SurveyType,
    },
    shared::{ErrorType, FormOption},
};

use crate::{
    actions::{
        Call,
        agent::{customers::check_fields, other::mark},
    },
    error::ApiError,
    state::routing::Routed,
    views,
};

/// Groups that do not exist are left out.
pub(crate) fn list_group_statuses(
    call: &mut Call<'_>,
    request: ListGroupStatuses,
) -> Result<ListGroupStatusesResponse, ApiError> {
    let all = request.all.unwrap_or(false);
    if !all && request.group_ids.is_none() {
        return Err(ApiError::validation("one of `all` and `group_ids` is required"));
    }
    let asked = request.group_ids.unwrap_or_default();
    let groups = call.state.groups.keys().filter(|id| all || asked.iter().any(|group| group.get() == **id));
    let statuses = groups.map(|&id| (id.to_string(), call.state.customer_group_status(id)));
    Ok(ListGroupStatusesResponse::new(statuses.collect()))
}

pub(crate) fn check_goals(call: &mut Call<'_>, request: CheckGoals) -> Result<Empty, ApiError> {
    check_fields(Some(&request.session_fields))?;
    call.state.check_groups(&[request.group_id.get()])?;
    let (id, now) = (call.caller.id().to_owned(), call.now);
    call.state.customer_entry(&id, now).page_url = Some(request.page_url);
    Ok(Empty::default())
}

pub(crate) fn get_form(call: &mut Call<'_>, request: GetForm) -> Result<GetFormResponse, ApiError> {
    call.state.check_groups(&[request.group_id.get()])?;
    let mut response = GetFormResponse::new(true);
    response.form = Some(form(&request.r#type));
    Ok(response)
}

/// A small form of its kind.
pub(crate) fn form(kind: &SurveyType) -> Form {
    let mut items = vec![FormItem::new(FormItemType::Header, "Tell us a little about yourself")];
    let field = |id: &str, kind: FormItemType, label: &str, required: bool| {
        let mut item = FormItem::new(kind, label);
        item.id = Some(id.to_owned());
        item.required = Some(required);
        item
    };
    if *kind == SurveyType::Postchat {
        let mut rating = field("2", FormItemType::Radio, "Was this chat helpful?", false);
        rating.options = Some(vec![FormOption::new("0", "Yes"), FormOption::new("1", "No")]);
        items.push(rating);
    } else {
        items.push(field("2", FormItemType::Name, "Name", true));
        items.push(field("3", FormItemType::Email, "E-mail", true));
    }
    let mut form = Form::new(items);
    form.id = Some(if *kind == SurveyType::Postchat { "2" } else { "1" }.to_owned());
    form
}

pub(crate) fn get_predicted_agent(
    call: &mut Call<'_>,
    _: GetPredictedAgent,
) -> Result<GetPredictedAgentResponse, ApiError> {
    let known = call.state.customers.get(call.caller.id());
    let groups = known.and_then(|customer| call.state.auto_access(customer)).unwrap_or_else(|| vec![0]);
    let (agent, queue) = match call.state.route(&groups, &[]) {
        Routed::Offline => return Err(ApiError::new(ErrorType::GroupOffline, "Group is offline")),
        Routed::To(agent) => (Some(agent), false),
        Routed::Queued => {
            let first = call.state.workers().find(|worker| worker.status.accepts_chats());
            (first.map(|worker| worker.id.to_owned()), true)
        }
    };
    let worker = agent.and_then(|agent| call.state.worker(&agent));
    let worker =
        worker.ok_or_else(|| ApiError::new(ErrorType::GroupUnavailable, "No agent available for group"))?;
    Ok(GetPredictedAgentResponse::new(views::customer::card(&worker), queue))
}

/// The mock calls nobody: the answer is made of the url alone.
pub(crate) fn get_url_info(_: &mut Call<'_>, request: GetUrlInfo) -> Result<GetUrlInfoResponse, ApiError> {
    if !request.url.starts_with("http://") && !request.url.starts_with("https://") {
        return Err(ApiError::validation("`url`: must begin with http:// or https://"));
    }
    let mut response = GetUrlInfoResponse::new();
    let host = request.url.split('/').nth(2).unwrap_or_default().to_owned();
    response.title = Some(host);
    response.url = Some(request.url);
    Ok(response)
}

pub(crate) fn mark_events_as_seen(call: &mut Call<'_>, request: MarkEventsAsSeen) -> Result<Empty, ApiError> {
    call.state.visible_chat(&call.caller, request.chat_id.as_str())?;
    mark(call, request.chat_id.as_str(), request.seen_up_to)
}

/// Greetings are sent over WebSocket alone, so there is none to accept.
pub(crate) fn accept_greeting(_: &mut Call<'_>, request: AcceptGreeting) -> Result<Empty, ApiError> {
    Err(no_greeting(request.unique_id.as_str()))
}

pub(crate) fn cancel_greeting(_: &mut Call<'_>, request: CancelGreeting) -> Result<Empty, ApiError> {
    Err(no_greeting(request.unique_id.as_str()))
}

fn no_greeting(id: &str) -> ApiError {
    ApiError::new(ErrorType::GreetingNotFound, format!("no greeting `{id}` was sent to this customer"))
}

pub(crate) fn request_email_verification(
    call: &mut Call<'_>,
    request: RequestEmailVerification,
) -> Result<Empty, ApiError> {
    if !request.callback_uri.starts_with("http") {
        return Err(ApiError::validation("`callback_uri`: must be a url"));
    }
    let email = call.state.customers.get(call.caller.id()).and_then(|customer| customer.email.clone());
    if email.is_none() {
        return Err(ApiError::validation("the customer has no e-mail address to verify"));
    }
    Ok(Empty::default())
}
