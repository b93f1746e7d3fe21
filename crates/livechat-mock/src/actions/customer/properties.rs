//! Properties that customers set and read.

use livechat_types::{
    Empty,
    configuration::{PropertyAccessType, PropertyDefinition},
    customer::{
        DeleteChatProperties, DeleteEventProperties, DeleteThreadProperties, ListGroupProperties,
        ListLicenseProperties, UpdateChatProperties, UpdateEventProperties, UpdateThreadProperties,
    },
    shared::{ErrorType, Properties, PropertyNames},
};

use crate::{
    actions::Call,
    error::ApiError,
    property_changes::{Target, delete, update},
    state::properties::{Location, select},
};

fn change(call: &mut Call<'_>, target: Target<'_>, properties: &Properties) -> Result<Empty, ApiError> {
    call.state.visible_chat(&call.caller, target.chat)?;
    update(call, target, properties)?;
    Ok(Empty::default())
}

fn take(call: &mut Call<'_>, target: Target<'_>, names: &PropertyNames) -> Result<Empty, ApiError> {
    call.state.visible_chat(&call.caller, target.chat)?;
    delete(call, target, names)?;
    Ok(Empty::default())
}

macro_rules! on_chat {
    ($($name:ident($request:ty) => $perform:ident;)*) => {
        $(pub(crate) fn $name(call: &mut Call<'_>, request: $request) -> Result<Empty, ApiError> {
            let target = Target { chat: request.id.as_str(), thread: None, event: None };
            $perform(call, target, &request.properties)
        })*
    };
}
on_chat! {
    update_chat_properties(UpdateChatProperties) => change;
    delete_chat_properties(DeleteChatProperties) => take;
}

macro_rules! on_thread {
    ($($name:ident($request:ty) => $perform:ident;)*) => {
        $(pub(crate) fn $name(call: &mut Call<'_>, request: $request) -> Result<Empty, ApiError> {
            let thread = Some(request.thread_id.as_str());
            let target = Target { chat: request.chat_id.as_str(), thread, event: None };
            $perform(call, target, &request.properties)
        })*
    };
}
on_thread! {
    update_thread_properties(UpdateThreadProperties) => change;
    delete_thread_properties(DeleteThreadProperties) => take;
}

macro_rules! on_event {
    ($($name:ident($request:ty) => $perform:ident;)*) => {
        $(pub(crate) fn $name(call: &mut Call<'_>, request: $request) -> Result<Empty, ApiError> {
            let (thread, event) = (Some(request.thread_id.as_str()), Some(request.event_id.as_str()));
            let target = Target { chat: request.chat_id.as_str(), thread, event };
            $perform(call, target, &request.properties)
        })*
    };
}
on_event! {
    update_event_properties(UpdateEventProperties) => change;
    delete_event_properties(DeleteEventProperties) => take;
}

pub(crate) fn list_license_properties(
    call: &mut Call<'_>,
    request: ListLicenseProperties,
) -> Result<Properties, ApiError> {
    let access = |definition: &PropertyDefinition| definition.access.license.clone();
    let (namespace, name) = (request.namespace.as_deref(), request.name.as_deref());
    let all = call.state.with_defaults(&call.state.license_properties, Location::License);
    Ok(readable(call, &all, namespace, name, access))
}

pub(crate) fn list_group_properties(
    call: &mut Call<'_>,
    request: ListGroupProperties,
) -> Result<Properties, ApiError> {
    let id = request.id.get();
    if !call.state.groups.contains_key(&id) {
        return Err(ApiError::new(ErrorType::GroupNotFound, format!("there is no group {id}")));
    }
    let access = |definition: &PropertyDefinition| definition.access.group.clone();
    let (namespace, name) = (request.namespace.as_deref(), request.name.as_deref());
    let all = call.state.group_properties.get(&id).cloned().unwrap_or_default();
    let all = call.state.with_defaults(&all, Location::Group);
    Ok(readable(call, &all, namespace, name, access))
}

/// Only those properties that customers may read.
fn readable(
    call: &Call<'_>,
    all: &Properties,
    namespace: Option<&str>,
    name: Option<&str>,
    access: impl Fn(&PropertyDefinition) -> Option<livechat_types::configuration::PropertyUserAccess>,
) -> Properties {
    let mut found = select(all, namespace, |other| name.is_none_or(|name| name == other));
    for (namespace, values) in &mut found {
        values.retain(|name, _| {
            call.state.definition(namespace, name).is_none_or(|definition| {
                let rights = access(definition).and_then(|users| users.customer);
                rights.is_some_and(|rights| rights.contains(&PropertyAccessType::Read))
            })
        });
    }
    found.retain(|_, values| !values.is_empty());
    found
}
