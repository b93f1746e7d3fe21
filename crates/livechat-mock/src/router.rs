//! What the router does by itself, with what it tells of it: giving chats to agents who are free, and taking them from those who are gone.

use livechat_types::{
    shared::{
        Event, GroupId, IncomingEvent, Queue, SystemMessageType, ThreadId, TransferEnd, TransferReason,
    },
    webhooks::{ChatTransferredWebhook, TransferQueue},
};

use crate::{
    actions::Call,
    error::ApiError,
    state::routing::{Assigned, Routed},
};

/// How somebody who works here goes away.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gone {
    Deleted,
    SignedOut,
}

/// Gives waiting chats to agents who have become free: a chat that leaves the queue is transferred by the router.
pub(crate) fn serve_queue(call: &mut Call<'_>) {
    for Assigned { chat, agent, message } in call.state.serve_queue(call.now) {
        // It was assigned just now, so it is active.
        let _ = tell(call, &chat, Some(message), TransferReason::Assigned, Some(&agent));
    }
}

/// Somebody is gone: chats of customers that have no other agent pass to the next, or wait for one.
pub(crate) fn leave_chats(call: &mut Call<'_>, worker: &str, name: &str, gone: Gone) -> Result<(), ApiError> {
    let chats = call.state.chats.values().filter(|chat| chat.is_active() && chat.has_present(worker));
    for id in chats.map(|chat| chat.id.clone()).collect::<Vec<_>>() {
        let chat = call.state.chat_mut(&id)?;
        chat.leave(worker);
        if chat.agents().next().is_some() || chat.customer_id().is_none() {
            continue;
        }
        let group_ids = chat.group_ids.clone();
        match call.state.route(&group_ids, &[]) {
            Routed::To(next) => pass(call, &id, name, &next, gone)?,
            Routed::Queued | Routed::Offline => wait(call, &id, name, gone)?,
        }
    }
    Ok(())
}

fn pass(call: &mut Call<'_>, id: &str, name: &str, next: &str, gone: Gone) -> Result<(), ApiError> {
    let now = call.now;
    let new_name = call.state.worker(next).map_or_else(String::new, |worker| worker.name.to_owned());
    let kind = match gone {
        Gone::Deleted => SystemMessageType::RoutingAssignedDeleted,
        Gone::SignedOut => SystemMessageType::RoutingAssignedRemotelySignedOut,
    };
    let text = format!("{new_name} takes the chat over from {name}");
    let variables = [("agent_added", new_name.as_str()), ("agent_removed", name)];
    let assigned = call.state.assign_with(id, next, now, kind, &text, &variables);
    tell(call, id, assigned.map(|assigned| assigned.message), TransferReason::Assigned, Some(next))
}

fn wait(call: &mut Call<'_>, id: &str, name: &str, gone: Gone) -> Result<(), ApiError> {
    let now = call.now;
    let place = call.state.queue_place(now);
    let kind = match gone {
        Gone::Deleted => SystemMessageType::RoutingUnassignedDeleted,
        Gone::SignedOut => SystemMessageType::RoutingUnassignedRemotelySignedOut,
    };
    let thread = call.state.chat_mut(id)?.require_active()?;
    thread.queue = Some(place);
    let text = format!("The chat waits for somebody else than {name}");
    let message = thread.announce(now, kind, &text, &[("agent", name)]);
    tell(call, id, Some(message), TransferReason::Unassigned, None)
}

/// Tells of an active chat that the router transferred, and of the message that it wrote into it.
fn tell(
    call: &mut Call<'_>,
    id: &str,
    message: Option<Event>,
    reason: TransferReason,
    agent: Option<&str>,
) -> Result<(), ApiError> {
    let webhook = transferred(call, id, reason, agent)?;
    if let (Some(message), Some(thread)) = (message, webhook.thread_id.clone()) {
        call.emit_by_router(id, IncomingEvent::new(id, thread, message));
    }
    call.emit_by_router(id, webhook);
    Ok(())
}

/// What the webhook says of an active chat that was transferred, as it stands now.
pub(crate) fn transferred(
    call: &mut Call<'_>,
    id: &str,
    reason: TransferReason,
    agent: Option<&str>,
) -> Result<ChatTransferredWebhook, ApiError> {
    let chat = call.state.chat_mut(id)?;
    let mut end = TransferEnd::new();
    end.group_ids = Some(chat.group_ids.iter().map(|&group| GroupId::from(group)).collect());
    end.agent_ids = agent.map(|agent| vec![agent.into()]);
    let thread = chat.require_active()?;
    let mut webhook = ChatTransferredWebhook::new(id, reason, end);
    webhook.thread_id = Some(ThreadId::from(thread.id.as_str()));
    webhook.queue = thread.queue.as_ref().map(place);
    Ok(webhook)
}

fn place(queue: &Queue) -> TransferQueue {
    let mut place = TransferQueue::new(queue.position, queue.wait_time);
    place.queued_at_us = queue.queued_at;
    place
}
