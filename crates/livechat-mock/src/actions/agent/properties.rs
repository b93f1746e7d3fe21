//! Properties of chats, threads and events, and tags of threads.

use livechat_types::{
    Empty,
    agent::{
        DeleteChatProperties, DeleteEventProperties, DeleteThreadProperties, TagThread, UntagThread,
        UpdateChatProperties, UpdateEventProperties, UpdateThreadProperties,
    },
    shared::{Properties, PropertyNames, ThreadTagged, ThreadUntagged},
};

use crate::{
    actions::Call,
    error::ApiError,
    property_changes::{Target, delete, update},
};

pub(crate) fn update_chat_properties(
    call: &mut Call<'_>,
    request: UpdateChatProperties,
) -> Result<Empty, ApiError> {
    change(call, request.id.as_str(), None, None, &request.properties)
}

pub(crate) fn update_thread_properties(
    call: &mut Call<'_>,
    request: UpdateThreadProperties,
) -> Result<Empty, ApiError> {
    change(call, request.chat_id.as_str(), Some(request.thread_id.as_str()), None, &request.properties)
}

pub(crate) fn update_event_properties(
    call: &mut Call<'_>,
    request: UpdateEventProperties,
) -> Result<Empty, ApiError> {
    let event = Some(request.event_id.as_str());
    change(call, request.chat_id.as_str(), Some(request.thread_id.as_str()), event, &request.properties)
}

pub(crate) fn delete_chat_properties(
    call: &mut Call<'_>,
    request: DeleteChatProperties,
) -> Result<Empty, ApiError> {
    take(call, request.id.as_str(), None, None, &request.properties)
}

pub(crate) fn delete_thread_properties(
    call: &mut Call<'_>,
    request: DeleteThreadProperties,
) -> Result<Empty, ApiError> {
    take(call, request.chat_id.as_str(), Some(request.thread_id.as_str()), None, &request.properties)
}

pub(crate) fn delete_event_properties(
    call: &mut Call<'_>,
    request: DeleteEventProperties,
) -> Result<Empty, ApiError> {
    let event = Some(request.event_id.as_str());
    take(call, request.chat_id.as_str(), Some(request.thread_id.as_str()), event, &request.properties)
}

fn change(
    call: &mut Call<'_>,
    chat: &str,
    thread: Option<&str>,
    event: Option<&str>,
    properties: &Properties,
) -> Result<Empty, ApiError> {
    call.state.visible_chat(&call.caller, chat)?;
    update(call, Target { chat, thread, event }, properties)?;
    Ok(Empty::default())
}

fn take(
    call: &mut Call<'_>,
    chat: &str,
    thread: Option<&str>,
    event: Option<&str>,
    names: &PropertyNames,
) -> Result<Empty, ApiError> {
    call.state.visible_chat(&call.caller, chat)?;
    delete(call, Target { chat, thread, event }, names)?;
    Ok(Empty::default())
}

/// The tag must exist, in this very spelling, and have a group in common with the thread; one without groups has none.
pub(crate) fn tag_thread(call: &mut Call<'_>, request: TagThread) -> Result<Empty, ApiError> {
    let (id, thread_id, tag) = (request.chat_id, request.thread_id, request.tag);
    let chat = call.state.visible_chat(&call.caller, id.as_str())?;
    let known = call.state.tags.iter().find(|known| known.name == tag);
    let known = known.ok_or_else(|| ApiError::validation(format!("`tag`: there is no tag \"{tag}\"")))?;
    let groups = &chat.thread(thread_id.as_str())?.group_ids;
    // Group 0 is everyone.
    let shared = |group: i64| group == 0 || groups.contains(&0) || groups.contains(&group);
    if !known.group_ids.iter().any(|group| shared(group.get())) {
        return Err(ApiError::validation(format!("`tag`: tag \"{tag}\" is not of the groups of the thread")));
    }
    let thread = call.state.chat_mut(id.as_str())?.thread_mut(thread_id.as_str())?;
    if thread.tags.contains(&tag) {
        return Ok(Empty::default());
    }
    thread.tags.push(tag.clone());
    call.emit_about(id.clone().as_str(), ThreadTagged::new(id, thread_id, tag));
    Ok(Empty::default())
}

pub(crate) fn untag_thread(call: &mut Call<'_>, request: UntagThread) -> Result<Empty, ApiError> {
    let (id, thread_id, tag) = (request.chat_id, request.thread_id, request.tag);
    call.state.visible_chat(&call.caller, id.as_str())?;
    let thread = call.state.chat_mut(id.as_str())?.thread_mut(thread_id.as_str())?;
    let count = thread.tags.len();
    thread.tags.retain(|other| *other != tag);
    if thread.tags.len() == count {
        return Err(ApiError::not_found(format!("thread `{thread_id}` has no tag \"{tag}\"")));
    }
    call.emit_about(id.clone().as_str(), ThreadUntagged::new(id, thread_id, tag));
    Ok(Empty::default())
}
