//! Archives: searching all threads.

use livechat_types::{
    agent::{ArchivesFilters, FormFilterType, GroupsFilter, Highlights, ListArchives, ListArchivesResponse},
    shared::{Chat, Event, ThreadId},
};

use crate::{
    actions::Call,
    error::ApiError,
    pages::{Paging, limit},
    search::{Choice, Forms, Greetings, Response, Search, property_choices},
    state::chats,
    views,
};

use super::chats::{MAX_GROUPS, thread_key};

/// Most thread ids that a filter takes.
const MAX_THREADS: usize = 20;

pub(crate) fn list_archives(
    call: &mut Call<'_>,
    request: ListArchives,
) -> Result<ListArchivesResponse, ApiError> {
    let others = request.filters.is_some() || request.limit.is_some() || request.sort_order.is_some();
    check(&request)?;
    let page_id = request.page_id.clone();
    let paging = Paging::begin("agent.list_archives", call.now, request, page_id.as_ref(), others)?;
    let request = &paging.request;
    let limit = limit(request.limit, 10, 100)?;
    let filters = request.filters.as_ref();
    let wanted = filters.and_then(|filters| filters.thread_ids.as_ref());
    let search = search(filters)?;
    let mut found = Vec::new();
    for chat in call.state.chats.values() {
        for thread in chat.threads.iter().filter(|thread| call.state.may_read(&call.caller, chat, thread)) {
            let meant = match wanted {
                Some(ids) => ids.iter().any(|id| *id == thread.id.as_str()),
                None => search.holds(call.state, chat, thread),
            };
            if meant {
                found.push((thread_key(thread), (chat, thread)));
            }
        }
    }
    let limit = wanted.map_or(limit, |_| MAX_THREADS);
    let page = paging.cut(found, request.sort_order.as_ref(), limit);
    let query = filters.and_then(|filters| filters.query.as_deref());
    let chats = page.items.into_iter().map(|(chat, thread)| {
        let mut view = archived(call, chat, thread);
        if let (Some(highlights), Some(query)) = (&request.highlights, query) {
            highlight(&mut view, highlights, query);
        }
        view
    });
    let mut response = ListArchivesResponse::new(chats.collect::<Vec<_>>());
    response.found_chats = Some(page.total);
    response.next_page_id = page.next;
    response.previous_page_id = page.previous;
    Ok(response)
}

/// A chat with one thread, which here also names its neighbours that may be read.
fn archived(call: &Call<'_>, chat: &chats::Chat, thread: &chats::Thread) -> Chat {
    let mut view = views::agent::chat(call.state, &call.caller, chat, Some(thread));
    if let Some(shown) = &mut view.thread {
        let readable = |other: &&chats::Thread| call.state.may_read(&call.caller, chat, other);
        let id = |other: &chats::Thread| ThreadId::from(other.id.as_str());
        let mut halves = chat.threads.splitn(2, |other| other.id == thread.id);
        shown.previous_accessible_thread_id =
            halves.next().and_then(|before| before.iter().rfind(readable)).map(id);
        shown.next_accessible_thread_id = halves.next().and_then(|after| after.iter().find(readable)).map(id);
    }
    view
}

fn check(request: &ListArchives) -> Result<(), ApiError> {
    if let Some(highlights) = &request.highlights
        && highlights.pre_tag.is_some() != highlights.post_tag.is_some()
    {
        return Err(ApiError::validation(
            "`highlights`: `pre_tag` and `post_tag` come together or not at all",
        ));
    }
    let Some(filters) = &request.filters else { return Ok(()) };
    if filters.group_ids.as_ref().is_some_and(|groups| groups.len() > MAX_GROUPS) {
        return Err(ApiError::validation(format!("`filters.group_ids`: at most {MAX_GROUPS}")));
    }
    let Some(ids) = &filters.thread_ids else { return Ok(()) };
    if ids.len() > MAX_THREADS {
        return Err(ApiError::validation(format!("`filters.thread_ids`: at most {MAX_THREADS}")));
    }
    let alone = *filters == ArchivesFilters::new().thread_ids(ids.clone());
    if !alone || request.limit.is_some() || request.sort_order.is_some() {
        return Err(ApiError::validation(
            "`filters.thread_ids` cannot be used along with other filters or pagination",
        ));
    }
    Ok(())
}

macro_rules! choice {
    ($place:literal, $filter:expr) => {
        Choice::new(
            $place,
            $filter.exists,
            $filter.values.as_deref(),
            $filter.exclude_values.as_deref(),
            $filter.require_every_value,
        )?
    };
}

fn search(filters: Option<&ArchivesFilters>) -> Result<Search, ApiError> {
    let Some(filters) = filters else { return Ok(Search::default()) };
    let mut search = Search {
        query: filters.query.clone(),
        from: filters.from,
        to: filters.to,
        groups: Choice::of_values(filters.group_ids.as_deref()),
        properties: property_choices(filters.properties.as_ref())?,
        ..Search::default()
    };
    if let Some(filter) = &filters.agents {
        search.agents = choice!("filters.agents", filter);
    }
    if let Some(filter) = &filters.tags {
        search.tags = choice!("filters.tags", filter);
    }
    if let Some(filter) = &filters.customer_countries {
        search.countries = choice!("filters.customer_countries", filter);
    }
    for (place, filter, slot) in [
        ("filters.sales", &filters.sales, &mut search.sales),
        ("filters.goals", &filters.goals, &mut search.goals),
    ] {
        if let Some(filter) = filter {
            let texts = |values: &Vec<_>| values.iter().map(crate::search::property_text).collect::<Vec<_>>();
            let (values, exclude) =
                (filter.values.as_ref().map(texts), filter.exclude_values.as_ref().map(texts));
            let every = filter.require_every_value;
            *slot = Choice::new(place, filter.exists, values.as_deref(), exclude.as_deref(), every)?;
        }
    }
    if let Some(filter) = &filters.event_types {
        let (values, exclude) = (filter.values.as_deref(), filter.exclude_values.as_deref());
        search.event_types =
            Choice::new("filters.event_types", None, values, exclude, filter.require_every_value)?;
    }
    search.forms = forms(filters);
    search.greetings = filters.greetings.as_ref().map(|filter| Greetings {
        from: filter.from,
        to: filter.to,
        ids: Choice {
            exists: filter.exists,
            ..Choice::lenient(filter.values.as_deref(), filter.exclude_values.as_deref())
        },
        groups: groups(filter.groups.as_ref()),
    });
    search.response = filters.agent_response.as_ref().map(|filter| Response {
        exists: filter.exists,
        first: filter.first.unwrap_or(false),
        agents: filter.agents.as_ref().map_or_else(Choice::default, |agents| {
            Choice::lenient(agents.values.as_deref(), agents.exclude_values.as_deref())
        }),
        groups: groups(filter.groups.as_ref()),
    });
    Ok(search)
}

fn forms(filters: &ArchivesFilters) -> Vec<Forms> {
    let forms = filters.forms.iter().flatten();
    forms
        .map(|filter| Forms {
            form_type: filter.r#type.as_ref().map(|form| match form {
                FormFilterType::PreChat => "prechat".to_owned(),
                FormFilterType::PostChat => "postchat".to_owned(),
                other => other.to_string(),
            }),
            from: filter.from,
            to: filter.to,
            answers: Choice {
                exists: filter.exists,
                ..Choice::lenient(filter.values.as_deref(), filter.exclude_values.as_deref())
            },
            groups: groups(filter.groups.as_ref()),
        })
        .collect()
}

fn groups(filter: Option<&GroupsFilter>) -> Choice {
    filter.map_or_else(Choice::default, |groups| {
        Choice::lenient(groups.values.as_deref(), groups.exclude_values.as_deref())
    })
}

/// Puts tags around what the query found in messages.
fn highlight(chat: &mut Chat, highlights: &Highlights, query: &str) {
    let before = highlights.pre_tag.as_deref().unwrap_or("<em>");
    let after = highlights.post_tag.as_deref().unwrap_or("</em>");
    let events = chat.thread.iter_mut().filter_map(|thread| thread.events.as_mut()).flatten();
    for event in events {
        if let Event::Message(message) = event {
            message.text = mark(&message.text, query, before, after);
        }
    }
}

fn mark(text: &str, query: &str, before: &str, after: &str) -> String {
    let (lower, query) = (text.to_lowercase(), query.to_lowercase());
    // Lowering may move bytes in some alphabets; there the text stays as it is.
    if query.is_empty() || lower.len() != text.len() {
        return text.to_owned();
    }
    let mut marked = String::new();
    let mut rest = 0;
    for (start, found) in lower.match_indices(&query) {
        let (Some(between), Some(found)) = (text.get(rest..start), text.get(start..start + found.len()))
        else {
            return text.to_owned();
        };
        marked.push_str(between);
        marked.push_str(before);
        marked.push_str(found);
        marked.push_str(after);
        rest = start + found.len();
    }
    marked.push_str(text.get(rest..).unwrap_or_default());
    marked
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn every_match_is_marked_whatever_its_case() {
        assert_eq!(mark("Refund the refund", "refund", "<b>", "</b>"), "<b>Refund</b> the <b>refund</b>");
        assert_eq!(mark("İstanbul", "i", "<b>", "</b>"), "İstanbul");
    }
}
