//! Groups.

use std::collections::BTreeMap;

use livechat_types::{
    Empty,
    configuration::{
        CreateGroup, CreateGroupResponse, DeleteGroup, GetGroup, Group, GroupField, ListGroups, UpdateGroup,
    },
    shared::{ErrorType, GroupCreated, GroupDeleted, GroupUpdated, RoutingPriority},
};

use crate::{
    actions::Call,
    error::ApiError,
    router,
    state::{limits, people},
};

/// Longest name of a group, in characters.
const MAX_NAME: usize = 180;

pub(crate) fn create_group(
    call: &mut Call<'_>,
    request: CreateGroup,
) -> Result<CreateGroupResponse, ApiError> {
    check_name(&request.name)?;
    limits::check("groups", call.state.groups.len(), limits::GROUPS)?;
    check_priorities(call, &request.agent_priorities)?;
    let id = call.state.groups.keys().next_back().map_or(0, |last| last + 1);
    let language_code = request.language_code.unwrap_or_else(|| "en".to_owned());
    let group = people::Group { name: request.name.clone(), language_code: language_code.clone() };
    call.state.groups.insert(id, group);
    call.state.set_priorities(id, &request.agent_priorities);
    call.emit(GroupCreated::new(id, request.name, language_code, request.agent_priorities));
    Ok(CreateGroupResponse::new(id))
}

/// A group that the requester does not belong to needs a scope for all; everyone belongs to group 0.
fn check_scope(call: &Call<'_>, id: i64, all: &str) -> Result<(), ApiError> {
    if call.caller.has(all) || call.state.shares_group(call.caller.id(), &[id]) {
        return Ok(());
    }
    let message = format!("the requester does not belong to group {id}: the scope `{all}` is needed");
    Err(ApiError::authorization(message))
}

fn check_name(name: &str) -> Result<(), ApiError> {
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(ApiError::validation(format!("`name`: 1 to {MAX_NAME} characters")));
    }
    Ok(())
}

/// A group has somebody to take its chats.
fn check_priorities(call: &Call<'_>, priorities: &BTreeMap<String, RoutingPriority>) -> Result<(), ApiError> {
    for id in priorities.keys() {
        if call.state.worker(id).is_none() {
            return Err(ApiError::not_found(format!("`agent_priorities`: there is no agent `{id}`")));
        }
    }
    if priorities.values().any(|priority| *priority == RoutingPriority::Normal) {
        return Ok(());
    }
    Err(ApiError::validation("`agent_priorities`: at least one agent with priority `normal`"))
}

fn no_group(id: i64) -> ApiError {
    ApiError::new(ErrorType::GroupNotFound, format!("there is no group {id}"))
}

pub(crate) fn update_group(call: &mut Call<'_>, request: UpdateGroup) -> Result<Empty, ApiError> {
    let id = request.id.get();
    if !call.state.groups.contains_key(&id) {
        return Err(no_group(id));
    }
    check_scope(call, id, "groups--all:rw")?;
    if let Some(name) = &request.name {
        check_name(name)?;
    }
    let mut webhook = GroupUpdated::new(id);
    if let Some(priorities) = request.agent_priorities {
        check_priorities(call, &priorities)?;
        call.state.set_priorities(id, &priorities);
        webhook.agent_priorities = Some(priorities);
    }
    let group = call.state.groups.get_mut(&id).ok_or_else(|| no_group(id))?;
    if let Some(name) = request.name {
        group.name.clone_from(&name);
        webhook.name = Some(name);
    }
    if let Some(language) = request.language_code {
        group.language_code.clone_from(&language);
        webhook.language_code = Some(language);
    }
    call.emit(webhook);
    router::serve_queue(call);
    Ok(Empty::default())
}

pub(crate) fn delete_group(call: &mut Call<'_>, request: DeleteGroup) -> Result<Empty, ApiError> {
    let id = request.id.get();
    if id == 0 {
        return Err(ApiError::validation("group 0 cannot be deleted"));
    }
    if !call.state.groups.contains_key(&id) {
        return Err(no_group(id));
    }
    check_scope(call, id, "groups--all:rw")?;
    call.state.groups.remove(&id);
    call.state.set_priorities(id, &BTreeMap::new());
    call.state.group_properties.remove(&id);
    call.emit(GroupDeleted::new(id));
    Ok(Empty::default())
}

fn view(call: &Call<'_>, id: i64, group: &people::Group, fields: Option<&Vec<GroupField>>) -> Group {
    let mut view = Group::new(id, group.name.as_str());
    view.language_code = Some(group.language_code.clone());
    for field in fields.into_iter().flatten() {
        match field {
            GroupField::AgentPriorities => view.agent_priorities = Some(call.state.priorities(id)),
            GroupField::RoutingStatus => view.routing_status = Some(call.state.group_status(id)),
            _ => {}
        }
    }
    view
}

pub(crate) fn list_groups(call: &mut Call<'_>, request: ListGroups) -> Result<Vec<Group>, ApiError> {
    let fields = request.fields.as_ref();
    Ok(call.state.groups.iter().map(|(&id, group)| view(call, id, group, fields)).collect())
}

pub(crate) fn get_group(call: &mut Call<'_>, request: GetGroup) -> Result<Group, ApiError> {
    let id = request.id.get();
    let group = call.state.groups.get(&id).ok_or_else(|| no_group(id))?;
    check_scope(call, id, "groups--all:ro")?;
    Ok(view(call, id, group, request.fields.as_ref()))
}
