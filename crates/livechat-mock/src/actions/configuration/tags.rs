//! Tags, whose names are their keys.

use livechat_types::{
    Empty,
    configuration::{CreateTag, DeleteTag, ListTags, UpdateTag},
    shared::{Tag, TagDeleted, TagUpdated},
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
    call.state.check_groups(groups.iter().map(|group| group.get()).collect::<Vec<_>>().iter())?;
    let tag = Tag::new(request.name, groups, call.now, call.caller.id());
    call.state.tags.push(tag.clone());
    call.emit(tag);
    Ok(Empty::default())
}

fn position(call: &Call<'_>, name: &str) -> Result<usize, ApiError> {
    let index = call.state.tags.iter().position(|tag| tag.name == name);
    index.ok_or_else(|| ApiError::not_found(format!("there is no tag \"{name}\" (its case counts)")))
}

pub(crate) fn delete_tag(call: &mut Call<'_>, request: DeleteTag) -> Result<Empty, ApiError> {
    let index = position(call, &request.name)?;
    call.state.tags.remove(index);
    call.emit(TagDeleted::new(request.name));
    Ok(Empty::default())
}

pub(crate) fn list_tags(call: &mut Call<'_>, request: ListTags) -> Result<Vec<Tag>, ApiError> {
    let wanted = request.filters.map(|filters| filters.group_ids);
    let tags = call.state.tags.iter().filter(|tag| {
        wanted.as_ref().is_none_or(|wanted| tag.group_ids.iter().any(|group| wanted.contains(group)))
    });
    Ok(tags.cloned().collect())
}

pub(crate) fn update_tag(call: &mut Call<'_>, request: UpdateTag) -> Result<Empty, ApiError> {
    let index = position(call, &request.name)?;
    let mut webhook = TagUpdated::new(request.name);
    if let Some(groups) = request.group_ids {
        call.state.check_groups(groups.iter().map(|group| group.get()).collect::<Vec<_>>().iter())?;
        if let Some(tag) = call.state.tags.get_mut(index) {
            tag.group_ids.clone_from(&groups);
        }
        webhook.group_ids = Some(groups);
    }
    call.emit(webhook);
    Ok(Empty::default())
}
