//! Chats: listing, reading, starting, ending, following.

use livechat_types::{
    Empty,
    agent::{
        ChatMember, DeactivateChat, FollowChat, GetChat, ListChats, ListChatsResponse, ListThreads,
        ListThreadsResponse, NewThread, ResumeChat, ResumeChatResponse, StartChat, StartChatResponse,
        UnfollowChat,
    },
    shared::{Access, Chat, ErrorType, UserType},
};

use crate::{
    actions::Call,
    conversation::{self, Beginning},
    error::ApiError,
    pages::{Key, Paging, limit},
    search::property_choices,
    state::chats::{self, Kind},
    views,
};

/// Most group ids that a filter takes.
pub(crate) const MAX_GROUPS: usize = 200;

pub(crate) fn list_chats(call: &mut Call<'_>, request: ListChats) -> Result<ListChatsResponse, ApiError> {
    let others = request.filters.is_some() || request.limit.is_some() || request.sort_order.is_some();
    let page_id = request.page_id.clone();
    let paging = Paging::begin("agent.list_chats", call.now, request, page_id.as_ref(), others)?;
    let request = &paging.request;
    let limit = limit(request.limit, 10, 100)?;
    let filters = request.filters.as_ref();
    let groups: Option<Vec<i64>> = filters
        .and_then(|filters| filters.group_ids.as_ref())
        .map(|groups| groups.iter().map(|group| group.get()).collect());
    if groups.as_ref().is_some_and(|groups| groups.len() > MAX_GROUPS) {
        return Err(ApiError::validation(format!("`filters.group_ids`: at most {MAX_GROUPS}")));
    }
    let properties = property_choices(filters.and_then(|filters| filters.properties.as_ref()))?;
    let with_active = filters.and_then(|filters| filters.include_active).unwrap_or(true);
    let with_empty = filters.and_then(|filters| filters.include_chats_without_threads).unwrap_or(true);
    let found = call.state.chats.values().filter(|chat| {
        call.state.may_see(&call.caller, chat)
            && (with_active || !chat.is_active())
            && (with_empty || !chat.threads.is_empty())
            && groups.as_ref().is_none_or(|groups| chat.group_ids.iter().any(|group| groups.contains(group)))
            && properties.iter().all(|choice| choice.holds(&[&chat.properties]))
    });
    let page =
        paging.cut(found.map(|chat| (chat_key(chat), chat)).collect(), request.sort_order.as_ref(), limit);
    let summaries = page.items.into_iter().map(|chat| views::agent::summary(call.state, &call.caller, chat));
    let mut response = ListChatsResponse::new(summaries.collect::<Vec<_>>(), page.total);
    response.next_page_id = page.next;
    response.previous_page_id = page.previous;
    Ok(response)
}

fn chat_key(chat: &chats::Chat) -> Key {
    (chat.last_activity().as_microsecond(), chat.id.clone())
}

pub(crate) fn list_threads(
    call: &mut Call<'_>,
    request: ListThreads,
) -> Result<ListThreadsResponse, ApiError> {
    check_thread_limits(request.min_events_count, request.limit.is_some(), request.filters.is_some())?;
    let others = request.filters.is_some() || request.limit.is_some() || request.sort_order.is_some();
    let page_id = request.page_id.clone();
    let chat_id = request.chat_id.clone();
    let mut paging = Paging::begin("agent.list_threads", call.now, request, page_id.as_ref(), others)?;
    // The chat must be named with every page.
    paging.request.chat_id = chat_id;
    paging.from_newest = paging.request.min_events_count.is_some();
    let request = &paging.request;
    let limit = limit(request.limit, 3, 100)?;
    let chat = call.state.readable_chat(&call.caller, request.chat_id.as_str())?;
    let filters = request.filters.as_ref();
    let threads = chat.threads.iter().filter(|thread| {
        call.state.may_read(&call.caller, chat, thread)
            && filters
                .is_none_or(|filters| crate::search::within(thread.created_at, filters.from, filters.to))
    });
    let limit = request.min_events_count.map_or(limit, |count| enough_threads(threads.clone().rev(), count));
    let items: Vec<_> = threads.map(|thread| (thread_key(thread), thread)).collect();
    let page = paging.cut(items, request.sort_order.as_ref(), limit);
    let threads = page.items.into_iter().map(|thread| views::agent::thread(chat, thread));
    let mut response = ListThreadsResponse::new(threads.collect::<Vec<_>>(), page.total);
    response.next_page_id = page.next;
    response.previous_page_id = page.previous;
    Ok(response)
}

pub(crate) fn thread_key(thread: &chats::Thread) -> Key {
    (thread.created_at.as_microsecond(), thread.id.clone())
}

/// `min_events_count` excludes the other ways to limit the list.
pub(crate) fn check_thread_limits(
    min_events_count: Option<u32>,
    has_limit: bool,
    has_filters: bool,
) -> Result<(), ApiError> {
    match min_events_count {
        Some(_) if has_limit || has_filters => {
            Err(ApiError::validation("`min_events_count` cannot be used along with `limit` or `filters`"))
        }
        None | Some(1..=100) => Ok(()),
        Some(_) => Err(ApiError::validation("`min_events_count`: must be between 1 and 100")),
    }
}

/// How many of the threads, the latest first, hold so many events.
pub(crate) fn enough_threads<'a>(threads: impl Iterator<Item = &'a chats::Thread>, events: u32) -> usize {
    let mut missing = i64::from(events);
    let latest = threads.take_while(|thread| {
        let needed = missing > 0;
        missing -= i64::try_from(thread.events.len()).unwrap_or(i64::MAX);
        needed
    });
    latest.count().max(1)
}

pub(crate) fn get_chat(call: &mut Call<'_>, request: GetChat) -> Result<Chat, ApiError> {
    let id = request.chat_id.as_str();
    let (chat, thread) = match &request.thread_id {
        Some(thread) => {
            let chat = call.state.readable_chat(&call.caller, id)?;
            let thread = chat.thread(thread.as_str())?;
            if !call.state.may_read(&call.caller, chat, thread) {
                let message = format!("no access to the groups of thread `{}`", thread.id);
                return Err(ApiError::new(ErrorType::MissingAccess, message));
            }
            (chat, Some(thread))
        }
        None => {
            let chat = call.state.visible_chat(&call.caller, id)?;
            (chat, chat.threads.last())
        }
    };
    Ok(views::agent::chat(call.state, &call.caller, chat, thread))
}

pub(crate) fn start_chat(call: &mut Call<'_>, request: StartChat) -> Result<StartChatResponse, ApiError> {
    let mut beginning = Beginning::new(request.active, request.continuous);
    if let Some(chat) = request.chat {
        fill(&mut beginning, chat.properties, chat.access, chat.users, chat.thread)?;
    }
    let begun = conversation::start(call, beginning)?;
    let mut response = StartChatResponse::new(begun.chat_id, begun.thread_id);
    response.event_ids = begun.event_ids;
    Ok(response)
}

pub(crate) fn resume_chat(call: &mut Call<'_>, request: ResumeChat) -> Result<ResumeChatResponse, ApiError> {
    let mut beginning = Beginning::new(request.active, request.continuous);
    let chat = request.chat;
    fill(&mut beginning, chat.properties, chat.access, chat.users, chat.thread)?;
    let begun = conversation::resume(call, chat.id.as_str(), beginning)?;
    let mut response = ResumeChatResponse::new(begun.thread_id);
    response.event_ids = begun.event_ids;
    Ok(response)
}

fn fill(
    beginning: &mut Beginning,
    properties: Option<livechat_types::shared::Properties>,
    access: Option<Access>,
    users: Option<Vec<ChatMember>>,
    thread: Option<NewThread>,
) -> Result<(), ApiError> {
    beginning.properties = properties;
    beginning.group_ids = access
        .and_then(|access| access.group_ids)
        .map(|groups| groups.into_iter().map(livechat_types::shared::GroupId::get).collect());
    for user in users.unwrap_or_default() {
        beginning.users.push((user.id.into_string(), kind(&user.r#type)?));
    }
    if let Some(thread) = thread {
        beginning.events = thread.events.unwrap_or_default();
        beginning.thread_properties = thread.properties;
    }
    Ok(())
}

pub(crate) fn kind(user_type: &UserType) -> Result<Kind, ApiError> {
    match user_type {
        UserType::Agent => Ok(Kind::Agent),
        UserType::Customer => Ok(Kind::Customer),
        other => Err(ApiError::validation(format!("unknown type of user \"{other}\""))),
    }
}

pub(crate) fn deactivate_chat(call: &mut Call<'_>, request: DeactivateChat) -> Result<Empty, ApiError> {
    let id = request.id.as_str();
    call.state.visible_chat(&call.caller, id)?;
    call.state.chat_mut(id)?.require_active()?;
    call.state.require_presence(&call.caller, id, request.ignore_requester_presence)?;
    conversation::deactivate(call, id)?;
    Ok(Empty::default())
}

pub(crate) fn follow_chat(call: &mut Call<'_>, request: FollowChat) -> Result<Empty, ApiError> {
    let id = request.id.as_str();
    call.state.visible_chat(&call.caller, id)?;
    let follower = call.caller.id().to_owned();
    let chat = call.state.chat_mut(id)?;
    if !chat.followers.contains(&follower) {
        chat.followers.push(follower);
    }
    Ok(Empty::default())
}

pub(crate) fn unfollow_chat(call: &mut Call<'_>, request: UnfollowChat) -> Result<Empty, ApiError> {
    let id = request.id.as_str();
    let chat = call.state.visible_chat(&call.caller, id)?;
    if chat.is_active() && chat.has_present(call.caller.id()) {
        return Err(ApiError::validation(format!("members of chat `{id}` cannot unfollow it")));
    }
    let follower = call.caller.id().to_owned();
    call.state.chat_mut(id)?.followers.retain(|other| *other != follower);
    Ok(Empty::default())
}
