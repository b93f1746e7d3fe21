//! Chat access and chat users: transferring chats, adding and removing users.

use livechat_types::{
    Empty,
    agent::{
        AddUserToChat, RemoveUserFromChat, TransferChat, TransferTarget, TransferTargetId, TransferTargetType,
    },
    shared::{ErrorType, IncomingEvent, SystemMessageType, ThreadId, TransferReason, UserType, Visibility},
    webhooks::{UserAddedToChatWebhook, UserRemovedFromChatWebhook},
};

use crate::{
    actions::Call,
    conversation,
    error::ApiError,
    router,
    state::{
        access::{Caller, Who},
        chats::Kind,
        outbox::user_type,
        routing::Routed,
    },
    views,
};

/// Where a transfer goes to.
struct Destination {
    group_ids: Vec<i64>,
    /// `Some` if agents were named.
    agents: Option<Vec<String>>,
}

pub(crate) fn transfer_chat(call: &mut Call<'_>, request: TransferChat) -> Result<Empty, ApiError> {
    let id = request.id.as_str();
    call.state.visible_chat(&call.caller, id)?;
    call.state.chat_mut(id)?.require_active()?;
    call.state.require_presence(&call.caller, id, request.ignore_requester_presence)?;
    let to = destination(call, id, request.target.as_ref())?;
    let route = find(call, id, &to);
    let may_wait = request.ignore_agents_availability == Some(true);
    if !matches!(route, Routed::To(_)) && !may_wait {
        let (kind, message) = match &to.agents {
            Some(_) => (ErrorType::AgentOffline, "none of the agents can take the chat"),
            None => (ErrorType::AgentOffline, "no agent of the groups can take the chat"),
        };
        return Err(ApiError::new(kind, format!("{message}: set `ignore_agents_availability` to queue it")));
    }
    move_chat(call, id, &to, route)
}

fn destination(call: &Call<'_>, id: &str, target: Option<&TransferTarget>) -> Result<Destination, ApiError> {
    let current = call.state.chat(id)?.group_ids.clone();
    let Some(target) = target else { return Ok(Destination { group_ids: current, agents: None }) };
    if target.ids.is_empty() {
        return Err(ApiError::validation("`target.ids`: at least one"));
    }
    let wrong = || ApiError::validation("`target.ids`: numbers for groups, strings for agents");
    match target.r#type {
        TransferTargetType::Group => {
            let ids = target.ids.iter().map(|id| match id {
                TransferTargetId::Group(group) => Ok(group.get()),
                _ => Err(wrong()),
            });
            let group_ids = ids.collect::<Result<Vec<_>, _>>()?;
            super::check_groups(call, &group_ids)?;
            Ok(Destination { group_ids, agents: None })
        }
        _ => {
            let ids = target.ids.iter().map(|id| match id {
                TransferTargetId::Agent(agent) => Ok(agent.as_str().to_owned()),
                _ => Err(wrong()),
            });
            let agents = ids.collect::<Result<Vec<_>, _>>()?;
            for agent in &agents {
                if call.state.worker(agent).is_none() {
                    return Err(ApiError::not_found(format!("`target.ids`: there is no agent `{agent}`")));
                }
                if !call.state.shares_group(agent, &current) {
                    let message = format!("agent `{agent}` has no access to the groups of the chat");
                    return Err(ApiError::new(ErrorType::MissingAccess, message));
                }
            }
            Ok(Destination { group_ids: current, agents: Some(agents) })
        }
    }
}

fn find(call: &Call<'_>, id: &str, to: &Destination) -> Routed {
    let present: Vec<String> = call
        .state
        .chats
        .get(id)
        .map(|chat| chat.agents().map(|member| member.id.clone()).collect())
        .unwrap_or_default();
    match &to.agents {
        Some(agents) => {
            let free = agents.iter().find(|agent| {
                call.state.worker(agent).is_some_and(|worker| worker.status.accepts_chats())
                    && !present.contains(*agent)
            });
            free.map_or(Routed::Offline, |agent| Routed::To(agent.clone()))
        }
        None => call.state.route(&to.group_ids, &present),
    }
}

fn move_chat(call: &mut Call<'_>, id: &str, to: &Destination, route: Routed) -> Result<Empty, ApiError> {
    let now = call.now;
    let place = call.state.queue_place(now);
    let (name, targets) = (name_of(call, call.caller.id()), targets(call, to));
    let chat = call.state.chat_mut(id)?;
    let leaving: Vec<String> = chat.agents().map(|member| member.id.clone()).collect();
    for agent in &leaving {
        chat.leave(agent);
    }
    chat.group_ids.clone_from(&to.group_ids);
    let thread = chat.require_active()?;
    thread.group_ids.clone_from(&to.group_ids);
    let text = format!("{name} transferred the chat to {targets}");
    let variables = [("initiator", name.as_str()), ("targets", &targets)];
    let thread_id = conversation::announce(call, id, SystemMessageType::ChatTransferred, &text, &variables)?;
    let agent = match route {
        Routed::To(agent) => {
            if let Some(assigned) = call.state.assign(id, &agent, now) {
                call.emit_by_router(id, IncomingEvent::new(id, thread_id, assigned.message));
            }
            Some(agent)
        }
        Routed::Queued | Routed::Offline => {
            call.state.chat_mut(id)?.require_active()?.queue = Some(place);
            None
        }
    };
    let mut webhook = router::transferred(call, id, TransferReason::Manual, agent.as_deref())?;
    webhook.requester_id = Some(call.caller.id().into());
    call.emit_about(id, webhook);
    router::serve_queue(call);
    Ok(Empty::default())
}

/// What messages of the system call somebody.
fn name_of(call: &Call<'_>, id: &str) -> String {
    let worker = call.state.worker(id).map(|worker| worker.name.to_owned());
    let customer = || call.state.customers.get(id)?.name.clone();
    worker.or_else(customer).unwrap_or_else(|| id.to_owned())
}

/// What a message of the system calls the agents or groups that a chat is transferred to.
fn targets(call: &Call<'_>, to: &Destination) -> String {
    let group =
        |id: &i64| call.state.groups.get(id).map_or_else(|| id.to_string(), |group| group.name.clone());
    let names: Vec<String> = match &to.agents {
        Some(agents) => agents.iter().map(|agent| name_of(call, agent)).collect(),
        None => to.group_ids.iter().map(group).collect(),
    };
    names.join(", ")
}

pub(crate) fn add_user_to_chat(call: &mut Call<'_>, request: AddUserToChat) -> Result<Empty, ApiError> {
    let (id, user) = (request.chat_id.as_str(), request.user_id.as_str());
    let adds_itself = user == call.caller.id();
    // What an agent may see, the agent's bot may come into, though the chat is in no group of the bot.
    call.state
        .visible_chat(&agent_behind(call).filter(|_| adds_itself).unwrap_or(call.caller.clone()), id)?;
    call.state.chat_mut(id)?.require_active()?;
    // Whoever adds themselves cannot be there before.
    if !adds_itself {
        call.state.require_presence(&call.caller, id, request.ignore_requester_presence)?;
    }
    let kind = super::chats::kind(&request.user_type)?;
    check_addition(call, &request, kind)?;
    let now = call.now;
    let chat = call.state.chat_mut(id)?;
    let is_first = chat.agents().next().is_none();
    chat.join(user, kind, request.visibility.clone(), now);
    let member = chat.member(user).cloned();
    let Some(member) = member else { return Ok(Empty::default()) };
    let view = views::agent::user(call.state, &member);
    let thread = call.state.chat_mut(id)?.require_active()?;
    thread.leave_queue(now);
    let thread_id = ThreadId::from(thread.id.as_str());
    // Of the first agent no message tells.
    if kind == Kind::Customer || !is_first {
        announce_addition(call, id, user, kind)?;
    }
    let mut webhook = UserAddedToChatWebhook::new(id, view, "manual");
    webhook.thread_id = Some(thread_id);
    webhook.user_type = Some(user_type(kind));
    webhook.requester_id = Some(call.caller.id().into());
    call.emit_about(id, webhook);
    Ok(Empty::default())
}

/// The agent whose token a bot calls with.
fn agent_behind(call: &Call<'_>) -> Option<Caller> {
    let token = call.state.tokens.access.get(&call.caller.token)?;
    matches!(token.who, Who::Agent(_)).then(|| Caller { who: token.who.clone(), ..call.caller.clone() })
}

fn announce_addition(call: &mut Call<'_>, id: &str, user: &str, kind: Kind) -> Result<(), ApiError> {
    let (initiator, name) = (name_of(call, call.caller.id()), name_of(call, user));
    let joined = user == call.caller.id();
    let by = ("initiator", initiator.as_str());
    let added = format!("{initiator} added {name}");
    match kind {
        Kind::Agent if joined => {
            let text = format!("{name} came into the chat");
            conversation::announce(call, id, SystemMessageType::AgentJoined, &text, &[("agent", &name)])?
        }
        Kind::Agent => {
            conversation::announce(call, id, SystemMessageType::AgentAdded, &added, &[by, ("agent", &name)])?
        }
        Kind::Customer => {
            let variables = [by, ("customer", name.as_str())];
            conversation::announce(call, id, SystemMessageType::CustomerAdded, &added, &variables)?
        }
    };
    Ok(())
}

fn check_addition(call: &Call<'_>, request: &AddUserToChat, kind: Kind) -> Result<(), ApiError> {
    let (id, user) = (request.chat_id.as_str(), request.user_id.as_str());
    let chat = call.state.chat(id)?;
    if chat.has_present(user) {
        return Err(ApiError::validation(format!("`{user}` is in chat `{id}` already")));
    }
    if kind == Kind::Customer {
        if request.visibility != Visibility::All {
            return Err(ApiError::validation("`visibility`: a customer must be added with `all`"));
        }
        if !call.state.customers.contains_key(user) {
            return Err(ApiError::not_found(format!("there is no customer `{user}`")));
        }
        if chat.customer_id().is_some_and(|customer| customer != user) {
            return Err(ApiError::validation(format!("chat `{id}` has a customer already")));
        }
        return Ok(());
    }
    if call.state.worker(user).is_none() {
        return Err(ApiError::not_found(format!("there is no agent `{user}`")));
    }
    // A bot that adds itself need not belong to the group.
    let adds_itself = user == call.caller.id();
    if adds_itself || call.state.shares_group(user, &chat.group_ids) {
        return Ok(());
    }
    Err(ApiError::new(
        ErrorType::MissingAccess,
        format!("agent `{user}` has no access to the groups of the chat"),
    ))
}

pub(crate) fn remove_user_from_chat(
    call: &mut Call<'_>,
    request: RemoveUserFromChat,
) -> Result<Empty, ApiError> {
    let (id, user) = (request.chat_id.as_str(), request.user_id.as_str());
    call.state.visible_chat(&call.caller, id)?;
    call.state.chat_mut(id)?.require_active()?;
    call.state.require_presence(&call.caller, id, request.ignore_requester_presence)?;
    let chat = call.state.chat_mut(id)?;
    let member = chat.member(user).filter(|member| member.present).cloned();
    let member = member.ok_or_else(|| ApiError::not_found(format!("`{user}` is not in chat `{id}`")))?;
    if member.kind == Kind::Customer {
        return Err(ApiError::validation("a customer cannot be removed from a chat"));
    }
    chat.leave(user);
    let (initiator, name) = (name_of(call, call.caller.id()), name_of(call, user));
    let thread_id = if user == call.caller.id() {
        let text = format!("{name} went out of the chat");
        conversation::announce(call, id, SystemMessageType::AgentLeft, &text, &[("agent", &name)])?
    } else {
        let variables = [("initiator", initiator.as_str()), ("agent", &name)];
        let text = format!("{initiator} removed {name}");
        conversation::announce(call, id, SystemMessageType::AgentRemoved, &text, &variables)?
    };
    let mut webhook = UserRemovedFromChatWebhook::new(id, user, "manual");
    webhook.thread_id = Some(thread_id);
    webhook.user_type = Some(UserType::Agent);
    webhook.requester_id = Some(call.caller.id().into());
    call.emit_about(id, webhook);
    router::serve_queue(call);
    Ok(Empty::default())
}
