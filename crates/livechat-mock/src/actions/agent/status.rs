//! Routing statuses.

use livechat_types::{
    Empty,
    agent::{AgentRoutingStatus, ListRoutingStatuses, SetRoutingStatus},
    shared::{RoutingStatus, RoutingStatusSet},
};

use crate::{actions::Call, error::ApiError, router};

/// Whose status may be set depends on the scopes: one's own, every agent's, the bots of one's application, every bot's.
pub(crate) fn set_routing_status(call: &mut Call<'_>, request: SetRoutingStatus) -> Result<Empty, ApiError> {
    let own = call.caller.id().to_owned();
    let id = request.agent_id.as_ref().map_or(own.as_str(), |id| id.as_str()).to_owned();
    let worker = call.state.worker(&id);
    let worker = worker.ok_or_else(|| ApiError::not_found(format!("there is no agent `{id}`")))?;
    if !worker.is_bot && request.status == RoutingStatus::Offline {
        return Err(ApiError::validation(format!("`status`: `offline` is for bots, and `{id}` is none")));
    }
    let scope = match (worker.is_bot, id == own) {
        (false, true) => "agents--my:rw",
        (false, false) => "agents--all:rw",
        (true, _) => {
            let owner = call.state.bots.get(&id).map(|bot| bot.owner_client_id.as_str());
            if owner == Some(call.caller.client_id.as_str()) {
                "agents-bot--my:rw"
            } else {
                "agents-bot--all:rw"
            }
        }
    };
    let all = scope.replace("--my", "--all");
    if !call.caller.has(scope) && !call.caller.has(&all) {
        return Err(ApiError::authorization(format!(
            "the token lacks the scope `{scope}` that setting `{id}` needs"
        )));
    }
    let now = call.now;
    let changed = call.state.status_mut(&id).is_some_and(|status| status.set(request.status.clone(), now));
    if changed {
        call.emit(RoutingStatusSet::new(id, request.status));
        router::serve_queue(call);
    }
    Ok(Empty::default())
}

pub(crate) fn list_routing_statuses(
    call: &mut Call<'_>,
    request: ListRoutingStatuses,
) -> Result<Vec<AgentRoutingStatus>, ApiError> {
    let groups = request.filters.and_then(|filters| filters.group_ids);
    let wanted = |worker: &crate::state::people::Worker<'_>| {
        groups.as_ref().is_none_or(|groups| {
            groups.iter().any(|group| group.get() == 0 || worker.priority_in(group.get()).is_some())
        })
    };
    let workers = call.state.workers().filter(wanted);
    Ok(workers.map(|worker| AgentRoutingStatus::new(worker.id, worker.status.now.clone())).collect())
}
