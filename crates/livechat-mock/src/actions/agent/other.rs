//! The rest: marking as seen, typing, multicast, the license, agents for a transfer.

use jiff::SignedDuration;
use livechat_types::{
    Empty,
    agent::{
        AgentForTransfer, GetLicenseInfo, GetLicenseInfoResponse, ListAgentsForTransfer, MarkEventsAsSeen,
        Multicast, SendTypingIndicator,
    },
    shared::EventsMarkedAsSeen,
};

use crate::{actions::Call, error::ApiError};

pub(crate) fn get_license_info(
    call: &mut Call<'_>,
    _: GetLicenseInfo,
) -> Result<GetLicenseInfoResponse, ApiError> {
    let organization = &call.state.organization;
    let expires_at = call.now.saturating_add(SignedDuration::from_hours(24 * 365)).unwrap_or(call.now);
    let id = organization.license_id.to_string();
    Ok(GetLicenseInfoResponse::new(id, expires_at, organization.created_at, false))
}

pub(crate) fn mark_events_as_seen(call: &mut Call<'_>, request: MarkEventsAsSeen) -> Result<Empty, ApiError> {
    let id = request.chat_id.as_str();
    call.state.visible_chat(&call.caller, id)?;
    mark(call, id, request.seen_up_to)
}

/// Notes that the caller has seen the events up to a time.
pub(crate) fn mark(call: &mut Call<'_>, id: &str, up_to: jiff::Timestamp) -> Result<Empty, ApiError> {
    let user = call.caller.id().to_owned();
    call.state.chat_mut(id)?.see(&user, up_to);
    call.emit_about(id, EventsMarkedAsSeen::new(user, id, up_to));
    Ok(Empty::default())
}

pub(crate) fn send_typing_indicator(
    call: &mut Call<'_>,
    request: SendTypingIndicator,
) -> Result<Empty, ApiError> {
    let id = request.chat_id.as_str();
    call.state.visible_chat(&call.caller, id)?;
    call.state.chat_mut(id)?.require_active()?;
    Ok(Empty::default())
}

pub(crate) fn multicast(call: &mut Call<'_>, request: Multicast) -> Result<Empty, ApiError> {
    let agents = request.recipients.agents;
    let named =
        agents.is_some_and(|agents| agents.all.is_some() || agents.ids.is_some() || agents.groups.is_some());
    if !named {
        return Err(ApiError::validation("`recipients.agents`: at least one of `all`, `ids` and `groups`"));
    }
    let _ = call;
    Ok(Empty::default())
}

/// Those who are not offline, whoever has the fewest chats first.
pub(crate) fn list_agents_for_transfer(
    call: &mut Call<'_>,
    request: ListAgentsForTransfer,
) -> Result<Vec<AgentForTransfer>, ApiError> {
    let chat = call.state.visible_chat(&call.caller, request.chat_id.as_str())?;
    let online = call.state.workers().filter(|worker| {
        worker.status.is_online()
            && !chat.has_present(worker.id)
            && call.state.shares_group(worker.id, &chat.group_ids)
    });
    // Only chats with customers count.
    let load = |id: &str| {
        let chats = call.state.chats.values();
        chats.filter(|chat| chat.is_active() && chat.has_present(id) && chat.customer_id().is_some()).count()
    };
    let mut agents: Vec<_> = online.map(|worker| (load(worker.id), worker.id)).collect();
    agents.sort_unstable();
    let view = |(load, id)| AgentForTransfer::new(id, i64::try_from(load).unwrap_or(i64::MAX));
    Ok(agents.into_iter().map(view).collect())
}
