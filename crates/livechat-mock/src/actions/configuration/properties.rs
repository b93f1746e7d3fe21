//! Definitions of properties, and properties of the license and of groups.

use std::collections::BTreeMap;

use livechat_types::{
    Empty,
    configuration::{
        DeleteGroupProperties, DeleteLicenseProperties, GroupProperties, ListGroupsProperties,
        ListLicenseProperties, ListProperties, PropertyAccess, PropertyDefinition, PropertyType,
        PublishProperty, RegisterProperty, UnregisterProperty, UpdateGroupProperties,
        UpdateLicenseProperties,
    },
    shared::{ErrorType, Properties},
};

use super::already_exists;
use crate::{
    actions::Call,
    error::ApiError,
    state::{
        limits,
        properties::{Location, check_value, merge, remove, select},
    },
};

pub(crate) fn register_property(call: &mut Call<'_>, request: RegisterProperty) -> Result<Empty, ApiError> {
    check_access(&request.access)?;
    if request.range.is_some() && request.r#type != PropertyType::Int {
        return Err(ApiError::validation("`range`: only for properties of type `int`"));
    }
    let has_default = request.access.license.is_some() || request.access.group.is_some();
    if request.default_value.is_some() && !has_default {
        return Err(ApiError::validation("`default_value`: only with the locations `license` and `group`"));
    }
    let mut definition = PropertyDefinition::new(request.r#type, request.access);
    definition.description = request.description;
    definition.range = request.range;
    for value in request.domain.iter().flatten() {
        check_value(&request.name, value, &definition)?;
    }
    definition.domain = request.domain;
    if let Some(value) = &request.default_value {
        check_value(&request.name, value, &definition)?;
    }
    definition.default_value = request.default_value;
    let count = call.state.definitions.values().map(BTreeMap::len).sum();
    limits::check("definitions of properties", count, limits::DEFINITIONS)?;
    let owned = call.state.definitions.entry(request.owner_client_id.into_string()).or_default();
    if owned.contains_key(&request.name) {
        return Err(already_exists(format!("property `{}` is registered already", request.name)));
    }
    owned.insert(request.name, definition);
    Ok(Empty::default())
}

/// At least one location, and in each at least one user.
fn check_access(access: &PropertyAccess) -> Result<(), ApiError> {
    let locations = [&access.chat, &access.thread, &access.event, &access.license, &access.group];
    let mut set = locations.into_iter().flatten().peekable();
    if set.peek().is_none() || set.any(|users| users.agent.is_none() && users.customer.is_none()) {
        return Err(ApiError::validation(
            "`access`: at least one location, and in each `agent` or `customer`",
        ));
    }
    Ok(())
}

fn definition<'a>(
    call: &'a mut Call<'_>,
    owner: &str,
    name: &str,
) -> Result<&'a mut PropertyDefinition, ApiError> {
    let definition = call.state.definitions.get_mut(owner).and_then(|owned| owned.get_mut(name));
    definition.ok_or_else(|| ApiError::not_found(format!("the application has no property `{name}`")))
}

pub(crate) fn unregister_property(
    call: &mut Call<'_>,
    request: UnregisterProperty,
) -> Result<Empty, ApiError> {
    if definition(call, request.owner_client_id.as_str(), &request.name)?.public_access.is_some() {
        let message = format!("property `{}` is published: it cannot be unregistered any more", request.name);
        return Err(ApiError::validation(message));
    }
    if let Some(owned) = call.state.definitions.get_mut(request.owner_client_id.as_str()) {
        owned.remove(&request.name);
        if owned.is_empty() {
            call.state.definitions.remove(request.owner_client_id.as_str());
        }
    }
    Ok(Empty::default())
}

pub(crate) fn publish_property(call: &mut Call<'_>, request: PublishProperty) -> Result<Empty, ApiError> {
    definition(call, request.owner_client_id.as_str(), &request.name)?.public_access =
        Some(request.access_type);
    Ok(Empty::default())
}

pub(crate) fn list_properties(
    call: &mut Call<'_>,
    request: ListProperties,
) -> Result<BTreeMap<String, PropertyDefinition>, ApiError> {
    Ok(call.state.definitions.get(request.owner_client_id.as_str()).cloned().unwrap_or_default())
}

/// Without a scope for all applications, only the properties of one's own.
fn check_namespaces<'a>(
    call: &Call<'_>,
    all: &str,
    namespaces: impl IntoIterator<Item = &'a String>,
) -> Result<(), ApiError> {
    if call.caller.has(all) {
        return Ok(());
    }
    match namespaces.into_iter().find(|namespace| **namespace != call.caller.client_id) {
        None => Ok(()),
        Some(other) => Err(ApiError::authorization(format!("namespace `{other}` needs the scope `{all}`"))),
    }
}

pub(crate) fn update_license_properties(
    call: &mut Call<'_>,
    request: UpdateLicenseProperties,
) -> Result<Empty, ApiError> {
    check_namespaces(call, "properties.license.value--all:rw", request.properties.keys())?;
    call.state.check_properties(&call.caller, Location::License, &request.properties)?;
    limits::check_properties(&call.state.license_properties, &request.properties)?;
    merge(&mut call.state.license_properties, &request.properties);
    Ok(Empty::default())
}

pub(crate) fn list_license_properties(
    call: &mut Call<'_>,
    request: ListLicenseProperties,
) -> Result<Properties, ApiError> {
    let prefix = request.name_prefix.unwrap_or_default();
    let all = call.caller.has("properties.license.value--all:ro");
    let own = call.caller.client_id.as_str();
    let namespace = request.namespace.as_deref();
    let there = call.state.with_defaults(&call.state.license_properties, Location::License);
    let mut found = select(&there, namespace, |name| name.starts_with(&prefix));
    found.retain(|namespace, _| all || namespace == own);
    Ok(found)
}

pub(crate) fn delete_license_properties(
    call: &mut Call<'_>,
    request: DeleteLicenseProperties,
) -> Result<Empty, ApiError> {
    check_namespaces(call, "properties.license.value--all:rw", request.properties.keys())?;
    call.state.check_deletion(&call.caller, Location::License, &request.properties)?;
    remove(&mut call.state.license_properties, &request.properties);
    Ok(Empty::default())
}

fn check_group(call: &Call<'_>, id: i64) -> Result<(), ApiError> {
    if call.state.groups.contains_key(&id) {
        return Ok(());
    }
    Err(ApiError::new(ErrorType::GroupNotFound, format!("there is no group {id}")))
}

pub(crate) fn update_group_properties(
    call: &mut Call<'_>,
    request: UpdateGroupProperties,
) -> Result<Empty, ApiError> {
    let id = request.group_id.get();
    check_group(call, id)?;
    check_namespaces(call, "properties.group.value--all:rw", request.properties.keys())?;
    call.state.check_properties(&call.caller, Location::Group, &request.properties)?;
    let there = call.state.group_properties.entry(id).or_default();
    limits::check_properties(there, &request.properties)?;
    merge(there, &request.properties);
    Ok(Empty::default())
}

/// No ids mean all groups.
pub(crate) fn list_groups_properties(
    call: &mut Call<'_>,
    request: ListGroupsProperties,
) -> Result<Vec<GroupProperties>, ApiError> {
    let prefix = request.name_prefix.unwrap_or_default();
    let ids: Vec<i64> = if request.group_ids.is_empty() {
        call.state.groups.keys().copied().collect()
    } else {
        request.group_ids.iter().map(|group| group.get()).collect()
    };
    for &id in &ids {
        check_group(call, id)?;
    }
    let none = Properties::new();
    let view = |id: i64| {
        let all = call.state.group_properties.get(&id).unwrap_or(&none);
        let all = call.state.with_defaults(all, Location::Group);
        let found = select(&all, request.namespace.as_deref(), |name| name.starts_with(&prefix));
        GroupProperties::new(id, found)
    };
    Ok(ids.into_iter().map(view).collect())
}

pub(crate) fn delete_group_properties(
    call: &mut Call<'_>,
    request: DeleteGroupProperties,
) -> Result<Empty, ApiError> {
    let id = request.id.get();
    check_group(call, id)?;
    check_namespaces(call, "properties.group.value--all:rw", request.properties.keys())?;
    call.state.check_deletion(&call.caller, Location::Group, &request.properties)?;
    if let Some(properties) = call.state.group_properties.get_mut(&id) {
        remove(properties, &request.properties);
    }
    Ok(Empty::default())
}
