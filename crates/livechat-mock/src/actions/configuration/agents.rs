//! Agents.

use livechat_types::{
    Empty,
    configuration::{
        Agent, AgentField, ApproveAgent, AssignableRole, CreateAgent, CreateAgentResponse, DeleteAgent,
        GetAgent, ListAgents, ListedAgent, LoginStatus, RequestAgentUnsuspension, SuspendAgent,
        UnsuspendAgent, UpdateAgent,
    },
    shared::{
        AgentApproved, AgentCreated, AgentDeleted, AgentRole, AgentSuspended, AgentUnsuspended, AgentUpdated,
        RoutingStatus,
    },
};

use super::{already_exists, check_max_chats, check_memberships, scheduler};
use crate::{
    actions::Call,
    error::ApiError,
    router::{self, Gone},
    state::{limits, people, setup::new_agent},
};

/// Most chats at a time that an agent may be set to.
const MAX_CHATS: u32 = 20;

pub(crate) fn create_agent(
    call: &mut Call<'_>,
    request: CreateAgent,
) -> Result<CreateAgentResponse, ApiError> {
    let id = request.id.as_str();
    if !id.contains('@') {
        return Err(ApiError::validation("`id`: an agent's id is an e-mail address"));
    }
    if call.state.agents.contains_key(id) {
        return Err(already_exists(format!("there is an agent `{id}` already")));
    }
    limits::check("agents", call.state.agents.len(), limits::AGENTS)?;
    check_max_chats(request.max_chats_count, MAX_CHATS)?;
    check_memberships(call, request.groups.as_ref())?;
    check_right(call, &request)?;
    let account_id = call.state.ids.uuid();
    let role = request.role.as_ref().map_or(AgentRole::Normal, |role| role.as_str().into());
    let mut agent = new_agent(id, &request.name, role, account_id, call.now);
    agent.avatar = request.avatar;
    agent.login_status = request.login_status.unwrap_or(LoginStatus::NotAcceptingChats);
    agent.job_title = request.job_title;
    agent.mobile = request.mobile;
    agent.max_chats_count = request.max_chats_count.unwrap_or(6);
    // Only with this scope agents need not wait.
    let waits = !call.caller.has("subscription.lc:rw");
    agent.awaiting_approval = request.awaiting_approval.unwrap_or(waits);
    agent.groups = request.groups.unwrap_or_default();
    agent.notifications = request.notifications.unwrap_or_default();
    agent.email_subscriptions = request.email_subscriptions.unwrap_or_default();
    agent.work_scheduler =
        request.work_scheduler.map(|work| scheduler(work.timezone, work.schedule)).transpose()?;
    let webhook = created(&agent);
    call.state.agents.insert(id.to_owned(), agent);
    call.emit(webhook);
    Ok(CreateAgentResponse::new(request.id))
}

/// Footnotes of the documentation: approval and roles above `normal` need scopes of their own.
fn check_right(call: &Call<'_>, request: &CreateAgent) -> Result<(), ApiError> {
    let elevated = matches!(request.role, Some(AssignableRole::Administrator | AssignableRole::Viceowner));
    if elevated && !call.caller.has("accounts.roles.lc--all:rw") {
        return Err(ApiError::authorization(
            "`role`: above `normal`, the scope `accounts.roles.lc--all:rw` is needed",
        ));
    }
    if request.awaiting_approval == Some(false) && !call.caller.has("subscription.lc:rw") {
        return Err(ApiError::authorization(
            "`awaiting_approval`: `false` needs the scope `subscription.lc:rw`",
        ));
    }
    Ok(())
}

/// The webhook tells everything, also what is empty.
fn created(agent: &people::Agent) -> AgentCreated {
    let mut webhook = AgentCreated::new(agent.id.as_str(), agent.name.as_str(), agent.awaiting_approval);
    webhook.role = Some(agent.role.clone());
    webhook.groups = Some(agent.groups.clone());
    webhook.notifications = Some(agent.notifications.clone());
    webhook.email_subscriptions = Some(agent.email_subscriptions.clone());
    webhook.work_scheduler.clone_from(&agent.work_scheduler);
    webhook.avatar = Some(agent.avatar.clone().unwrap_or_default());
    webhook.job_title = Some(agent.job_title.clone().unwrap_or_default());
    webhook.mobile = Some(agent.mobile.clone().unwrap_or_default());
    webhook.max_chats_count = Some(i64::from(agent.max_chats_count));
    webhook
}

fn agent<'a>(call: &'a Call<'_>, id: &str) -> Result<&'a people::Agent, ApiError> {
    call.state.agents.get(id).ok_or_else(|| ApiError::not_found(format!("there is no agent `{id}`")))
}

fn agent_mut<'a>(call: &'a mut Call<'_>, id: &str) -> Result<&'a mut people::Agent, ApiError> {
    call.state.agents.get_mut(id).ok_or_else(|| ApiError::not_found(format!("there is no agent `{id}`")))
}

/// Other agents than oneself need a scope for all.
fn check_scope(call: &Call<'_>, id: &str, all: &[&str]) -> Result<(), ApiError> {
    if id == call.caller.id() || all.iter().any(|scope| call.caller.has(scope)) {
        return Ok(());
    }
    Err(ApiError::authorization(format!("other agents need one of the scopes `{}`", all.join("`, `"))))
}

/// Fills the fields that are given only where they are asked for; the two shapes of an agent share them.
macro_rules! fill {
    ($view:ident, $agent:ident, $fields:expr) => {
        for field in $fields.iter().flatten() {
            match field {
                AgentField::WorkScheduler => $view.work_scheduler.clone_from(&$agent.work_scheduler),
                AgentField::Groups => $view.groups = Some($agent.groups.clone()),
                AgentField::EmailSubscriptions => {
                    $view.email_subscriptions = Some($agent.email_subscriptions.clone())
                }
                AgentField::Notifications => $view.notifications = Some($agent.notifications.clone()),
                AgentField::JobTitle => $view.job_title = Some($agent.job_title.clone().unwrap_or_default()),
                AgentField::Mobile => $view.mobile = Some($agent.mobile.clone().unwrap_or_default()),
                AgentField::MaxChatsCount => $view.max_chats_count = Some(i64::from($agent.max_chats_count)),
                AgentField::Suspended => $view.suspended = Some($agent.suspended),
                AgentField::AwaitingApproval => $view.awaiting_approval = Some($agent.awaiting_approval),
                AgentField::LastLogout => $view.last_logout = $agent.last_logout,
                _ => {}
            }
        }
    };
}

pub(crate) fn get_agent(call: &mut Call<'_>, request: GetAgent) -> Result<Agent, ApiError> {
    let agent = agent(call, request.id.as_str())?;
    check_scope(call, &agent.id, &["agents--all:ro"])?;
    let mut view = Agent::new(
        agent.id.as_str(),
        agent.account_id.as_str(),
        agent.name.as_str(),
        agent.role.clone(),
        agent.login_status.clone(),
    );
    view.avatar.clone_from(&agent.avatar);
    fill!(view, agent, request.fields);
    Ok(view)
}

pub(crate) fn list_agents(call: &mut Call<'_>, request: ListAgents) -> Result<Vec<ListedAgent>, ApiError> {
    let filters = request.filters;
    let groups = filters.as_ref().and_then(|filters| filters.group_ids.as_ref());
    let suspended = filters.as_ref().and_then(|filters| filters.suspended);
    let found = call.state.agents.values().filter(|agent| {
        let memberships = &agent.groups;
        groups.is_none_or(|groups| memberships.iter().any(|membership| groups.contains(&membership.id)))
            && suspended.is_none_or(|suspended| suspended == agent.suspended)
    });
    let view = |agent: &people::Agent| {
        let mut view = ListedAgent::new(
            agent.id.as_str(),
            agent.account_id.as_str(),
            agent.name.as_str(),
            agent.role.clone(),
            agent.login_status.clone(),
        );
        view.avatar_path.clone_from(&agent.avatar);
        fill!(view, agent, request.fields);
        view
    };
    Ok(found.map(view).collect())
}

pub(crate) fn update_agent(call: &mut Call<'_>, request: UpdateAgent) -> Result<Empty, ApiError> {
    let id = request.id.as_str();
    agent(call, id)?;
    check_scope(call, id, &["agents--all:rw"])?;
    if request.role.is_some() && !call.caller.has("accounts.roles.lc--all:rw") {
        return Err(ApiError::authorization("`role`: needs the scope `accounts.roles.lc--all:rw`"));
    }
    check_max_chats(request.max_chats_count, MAX_CHATS)?;
    check_memberships(call, request.groups.as_ref())?;
    let work = request.work_scheduler.map(|work| scheduler(work.timezone, work.schedule)).transpose()?;
    let mut webhook = AgentUpdated::new(id);
    let agent = agent_mut(call, id)?;
    if agent.role == AgentRole::Owner && request.role.is_some() {
        return Err(ApiError::new(
            livechat_types::shared::ErrorType::OwnershipTransfer,
            "the owner's role cannot be changed",
        ));
    }
    if let Some(name) = request.name {
        agent.name.clone_from(&name);
        webhook.name = Some(name);
    }
    if let Some(role) = request.role {
        agent.role = role.as_str().into();
        webhook.role = Some(agent.role.clone());
    }
    if let Some(login_status) = request.login_status {
        agent.login_status = login_status;
    }
    if let Some(count) = request.max_chats_count {
        agent.max_chats_count = count;
        webhook.max_chats_count = Some(i64::from(count));
    }
    if work.is_some() {
        agent.work_scheduler.clone_from(&work);
        webhook.work_scheduler = work;
    }
    for (slot, told, value) in [
        (&mut agent.avatar, &mut webhook.avatar, request.avatar),
        (&mut agent.job_title, &mut webhook.job_title, request.job_title),
        (&mut agent.mobile, &mut webhook.mobile, request.mobile),
    ] {
        if value.is_some() {
            slot.clone_from(&value);
            *told = value;
        }
    }
    if let Some(groups) = request.groups {
        agent.groups.clone_from(&groups);
        webhook.groups = Some(groups);
    }
    if let Some(notifications) = request.notifications {
        agent.notifications.clone_from(&notifications);
        webhook.notifications = Some(notifications);
    }
    if let Some(subscriptions) = request.email_subscriptions {
        agent.email_subscriptions.clone_from(&subscriptions);
        webhook.email_subscriptions = Some(subscriptions);
    }
    call.emit(webhook);
    router::serve_queue(call);
    Ok(Empty::default())
}

pub(crate) fn delete_agent(call: &mut Call<'_>, request: DeleteAgent) -> Result<Empty, ApiError> {
    let id = request.id.as_str();
    let agent = agent(call, id)?;
    if agent.role == AgentRole::Owner {
        return Err(ApiError::validation("the owner of the license cannot be deleted"));
    }
    check_scope(call, id, &["agents--all:rw", "accounts--all:rw"])?;
    let gone = call.state.agents.remove(id);
    call.emit(AgentDeleted::new(request.id.clone()));
    let name = gone.map_or_else(String::new, |agent| agent.name);
    router::leave_chats(call, request.id.as_str(), &name, Gone::Deleted)?;
    Ok(Empty::default())
}

pub(crate) fn suspend_agent(call: &mut Call<'_>, request: SuspendAgent) -> Result<Empty, ApiError> {
    let now = call.now;
    let agent = agent_mut(call, request.id.as_str())?;
    if agent.role == AgentRole::Owner {
        return Err(ApiError::validation("the owner of the license cannot be suspended"));
    }
    agent.suspended = true;
    agent.last_logout = Some(now);
    agent.status.set(RoutingStatus::Offline, now);
    let name = agent.name.clone();
    call.emit(AgentSuspended::new(request.id.clone()));
    router::leave_chats(call, request.id.as_str(), &name, Gone::SignedOut)?;
    Ok(Empty::default())
}

pub(crate) fn unsuspend_agent(call: &mut Call<'_>, request: UnsuspendAgent) -> Result<Empty, ApiError> {
    agent_mut(call, request.id.as_str())?.suspended = false;
    call.emit(AgentUnsuspended::new(request.id));
    Ok(Empty::default())
}

pub(crate) fn request_agent_unsuspension(
    call: &mut Call<'_>,
    _: RequestAgentUnsuspension,
) -> Result<Empty, ApiError> {
    let suspended = call.state.agents.get(call.caller.id()).is_some_and(|agent| agent.suspended);
    if !suspended {
        return Err(ApiError::validation("the requester is not suspended"));
    }
    Ok(Empty::default())
}

pub(crate) fn approve_agent(call: &mut Call<'_>, request: ApproveAgent) -> Result<Empty, ApiError> {
    let agent = agent_mut(call, request.id.as_str())?;
    agent.awaiting_approval = false;
    call.emit(AgentApproved::new(request.id));
    Ok(Empty::default())
}
