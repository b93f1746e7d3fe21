//! The customer's own chats.

use livechat_types::{
    Empty,
    customer::{
        Chat, DeactivateChat, GetChat, ListChats, ListChatsResponse, ListThreads, ListThreadsResponse,
        NewThread, ResumeChat, ResumeChatResponse, StartChat, StartChatResponse,
    },
    shared::{Access, Properties},
};

use super::events::for_agents;
use crate::{
    actions::{
        Call,
        agent::chats::{check_thread_limits, enough_threads, thread_key},
    },
    conversation::{self, Beginning},
    error::ApiError,
    pages::{Paging, limit},
    views,
};

pub(crate) fn list_chats(call: &mut Call<'_>, request: ListChats) -> Result<ListChatsResponse, ApiError> {
    let others = request.limit.is_some() || request.sort_order.is_some();
    let page_id = request.page_id.clone();
    let paging = Paging::begin("customer.list_chats", call.now, request, page_id.as_ref(), others)?;
    let limit = limit(paging.request.limit, 10, 25)?;
    let own = call.state.chats.values().filter(|chat| call.state.may_see(&call.caller, chat));
    let items = own.map(|chat| ((chat.last_activity().as_microsecond(), chat.id.clone()), chat)).collect();
    let page = paging.cut(items, paging.request.sort_order.as_ref(), limit);
    let summaries = page.items.into_iter().map(|chat| views::customer::summary(call.state, chat));
    let mut response = ListChatsResponse::new(page.total, summaries.collect::<Vec<_>>());
    response.next_page_id = page.next;
    response.previous_page_id = page.previous;
    Ok(response)
}

pub(crate) fn list_threads(
    call: &mut Call<'_>,
    request: ListThreads,
) -> Result<ListThreadsResponse, ApiError> {
    check_thread_limits(request.min_events_count, request.limit.is_some(), false)?;
    let others = request.limit.is_some() || request.sort_order.is_some();
    let page_id = request.page_id.clone();
    let chat_id = request.chat_id.clone();
    let mut paging = Paging::begin("customer.list_threads", call.now, request, page_id.as_ref(), others)?;
    paging.request.chat_id = chat_id;
    paging.from_newest = paging.request.min_events_count.is_some();
    let request = &paging.request;
    let limit = limit(request.limit, 3, 100)?;
    let chat = call.state.visible_chat(&call.caller, request.chat_id.as_str())?;
    let limit =
        request.min_events_count.map_or(limit, |count| enough_threads(chat.threads.iter().rev(), count));
    let items = chat.threads.iter().map(|thread| (thread_key(thread), thread)).collect();
    let page = paging.cut(items, request.sort_order.as_ref(), limit);
    let threads = page.items.into_iter().map(|thread| views::customer::thread(chat, thread));
    let mut response = ListThreadsResponse::new(threads.collect::<Vec<_>>(), page.total);
    response.next_page_id = page.next;
    response.previous_page_id = page.previous;
    Ok(response)
}

pub(crate) fn get_chat(call: &mut Call<'_>, request: GetChat) -> Result<Chat, ApiError> {
    let chat = call.state.visible_chat(&call.caller, request.chat_id.as_str())?;
    let thread = match &request.thread_id {
        Some(id) => Some(chat.thread(id.as_str())?),
        None => chat.threads.last(),
    };
    Ok(views::customer::chat(call.state, chat, thread))
}

pub(crate) fn start_chat(call: &mut Call<'_>, request: StartChat) -> Result<StartChatResponse, ApiError> {
    // A customer talks in one chat at a time.
    let own =
        |chat: &&crate::state::chats::Chat| chat.customer_id() == Some(call.caller.id()) && chat.is_active();
    if let Some(chat) = call.state.chats.values().find(own) {
        return Err(ApiError::limit(format!("the customer has an active chat already: `{}`", chat.id)));
    }
    let mut beginning = Beginning::new(request.active, request.continuous);
    if let Some(chat) = request.chat {
        fill(&mut beginning, chat.properties, chat.access, chat.thread)?;
    }
    let (now, id) = (call.now, call.caller.id().to_owned());
    call.state.customer_entry(&id, now);
    let begun = conversation::start(call, beginning)?;
    let mut response = StartChatResponse::new(begun.chat_id, begun.thread_id);
    response.event_ids = begun.event_ids;
    Ok(response)
}

pub(crate) fn resume_chat(call: &mut Call<'_>, request: ResumeChat) -> Result<ResumeChatResponse, ApiError> {
    let mut beginning = Beginning::new(request.active, request.continuous);
    let chat = request.chat;
    fill(&mut beginning, chat.properties, chat.access, chat.thread)?;
    let begun = conversation::resume(call, chat.id.as_str(), beginning)?;
    let mut response = ResumeChatResponse::new(begun.thread_id);
    response.event_ids = begun.event_ids;
    Ok(response)
}

fn fill(
    beginning: &mut Beginning,
    properties: Option<Properties>,
    access: Option<Access>,
    thread: Option<NewThread>,
) -> Result<(), ApiError> {
    beginning.properties = properties;
    beginning.group_ids = access
        .and_then(|access| access.group_ids)
        .map(|groups| groups.into_iter().map(livechat_types::shared::GroupId::get).collect());
    if let Some(thread) = thread {
        for event in thread.events.unwrap_or_default() {
            beginning.events.push(for_agents(event)?);
        }
        beginning.thread_properties = thread.properties;
    }
    Ok(())
}

pub(crate) fn deactivate_chat(call: &mut Call<'_>, request: DeactivateChat) -> Result<Empty, ApiError> {
    call.state.visible_chat(&call.caller, request.id.as_str())?;
    conversation::deactivate(call, request.id.as_str())?;
    Ok(Empty::default())
}
