//! Tags, whose names are their keys.

use livechat_types::{
    Empty,
    configuration::{CreateTag, DeleteTag, ListTags, UpdateTag},
    shared::{GroupId, Tag, TagDeleted, TagUpdated},
};

use super::already_exists;
use crate::{actions::Call, error::ApiError, state::limits};

/// Names are told apart whatever their case; everywhere else the case counts.
pub(crate) fn create_tag(call: &mut Call<'_>, request: CreateTag) -> Result<Empty, ApiError> {
    if request.name.is_empty() {
        return Err(ApiError::validation("`name`: must not be empty"));
    }
    let name = request.name.to_lowercase();
    if let Some(tag) = call.state.tags.iter().find(|tag| tag.name.to_lowercase() == name) {
        return Err(already_exists(format!("there is a tag \"{}\" already", tag.name)));
    }
    limits::check("tags", call.state.tags.len(), limits::TAGS)?;
    let groups = request.group_ids.unwrap_or_default();
    check_groups(call, &groups)?;
    let tag = Tag::new(request.name, groups, call.now, call.caller.id());
    call.state.tags.push(tag.clone());
    call.emit(tag);
    Ok(Empty::default())
}

/// The groups exist, and without a scope for all the requester belongs to each of them.
fn check_groups(call: &Call<'_>, groups: &[GroupId]) -> Result<(), ApiError> {
    for group in groups {
        call.state.check_groups(&[group.get()])?;
    }
    check_scope(call, groups)
}

fn check_scope(call: &Call<'_>, groups: &[GroupId]) -> Result<(), ApiError> {
    let other = |group: &&GroupId| !call.state.shares_group(call.caller.id(), &[group.get()]);
    match groups.iter().find(other) {
        Some(group) if !call.caller.has("tags--all:rw") => {
            let message = format!(
                "the requester does not belong to group {group}: its tags need the scope `tags--all:rw`"
            );
            Err(ApiError::authorization(message))
        }
        _ => Ok(()),
    }
}

/// Where a tag is that the requester may change.
fn changeable(call: &Call<'_>, name: &str) -> Result<usize, ApiError> {
    let index = position(call, name)?;
    check_scope(call, call.state.tags.get(index).map_or(&[], |tag| tag.group_ids.as_slice()))?;
    Ok(index)
}

fn position(call: &Call<'_>, name: &str) -> Result<usize, ApiError> {
    let index = call.state.tags.iter().position(|tag| tag.name == name);
    index.ok_or_else(|| ApiError::not_found(format!("there is no tag \"{name}\" (its case counts)")))
}

pub(crate) fn delete_tag(call: &mut Call<'_>, request: DeleteTag) -> Result<Empty, ApiError> {
    let index = changeable(call, &request.name)?;
    call.state.tags.remove(index);
    call.emit(TagDeleted::new(request.name));
    Ok(Empty::default())
}

pub(crate) fn list_tags(call: &mut Call<'_>, request: ListTags) -> Result<Vec<Tag>, ApiError> {
    let wanted = request.filters.map(|filters| filters.group_ids);
    let all = call.caller.has("tags--all:ro");
    let own = |group: &GroupId| call.state.shares_group(call.caller.id(), &[group.get()]);
    let tags = call.state.tags.iter().filter(|tag| all || tag.group_ids.iter().any(own)).filter(|tag| {
        wanted.as_ref().is_none_or(|wanted| tag.group_ids.iter().any(|group| wanted.contains(group)))
    });
    Ok(tags.cloned().collect())
}

pub(crate) fn update_tag(call: &mut Call<'_>, request: UpdateTag) -> Result<Empty, ApiError> {
    let index = changeable(call, &request.name)?;
    let mut webhook = TagUpdated::new(request.name);
    if let Some(groups) = request.group_ids {
        check_groups(call, &groups)?;
        if let Some(tag) = call.state.tags.get_mut(index) {
            tag.group_ids.clone_from(&groups);
        }
        webhook.group_ids = Some(groups);
    }
    call.emit(webhook);
    Ok(Empty::default())
}
