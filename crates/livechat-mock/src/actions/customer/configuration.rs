//! What a chat widget is configured by.

use std::collections::BTreeMap;

use livechat_types::{
    customer::{
        ConfigurationProperties, GetConfiguration, GetConfigurationResponse, GetDynamicConfiguration,
        GetDynamicConfigurationResponse, GetLocalization, Localization, WidgetButton, WidgetButtonType,
    },
    shared::{ErrorType, GroupId, RoutingStatus},
};

use crate::{actions::Call, error::ApiError};

/// The version that is given out for the configuration and the localization.
const VERSION: &str = "1.0.0";

fn check_group(call: &Call<'_>, id: i64) -> Result<(), ApiError> {
    if call.state.groups.contains_key(&id) {
        return Ok(());
    }
    Err(ApiError::new(ErrorType::GroupNotFound, format!("there is no group {id}")))
}

pub(crate) fn get_dynamic_configuration(
    call: &mut Call<'_>,
    request: GetDynamicConfiguration,
) -> Result<GetDynamicConfigurationResponse, ApiError> {
    let id = request.group_id.map_or(0, GroupId::get);
    check_group(call, id)?;
    let language = call.state.groups.get(&id).map_or("en", |group| group.language_code.as_str());
    let mut response = GetDynamicConfigurationResponse::new(id, false, true, VERSION, VERSION, language);
    response.organization_id = Some(call.state.organization.id.as_str().into());
    let online = call.state.groups.keys().copied();
    let online: Vec<GroupId> = online
        .filter(|&group| call.state.group_status(group) == RoutingStatus::AcceptingChats)
        .map(GroupId::from)
        .collect();
    response.online_group_ids = Some(online).filter(|online| !online.is_empty());
    Ok(response)
}

pub(crate) fn get_configuration(
    call: &mut Call<'_>,
    request: GetConfiguration,
) -> Result<GetConfigurationResponse, ApiError> {
    let id = request.group_id.get();
    check_group(call, id)?;
    let group = call.state.group_properties.get(&id).cloned().unwrap_or_default();
    let properties = ConfigurationProperties::new(group, call.state.license_properties.clone());
    let button = WidgetButton::new("chat", WidgetButtonType::Text, "Chat with us", "Leave a message");
    let mut response = GetConfigurationResponse::new([button], BTreeMap::new(), properties);
    response.prechat_form = Some(super::other::form(&livechat_types::customer::SurveyType::Prechat));
    Ok(response)
}

pub(crate) fn get_localization(
    call: &mut Call<'_>,
    request: GetLocalization,
) -> Result<Localization, ApiError> {
    check_group(call, request.group_id.get())?;
    let phrases = [
        ("Welcome_to_LiveChat", "Welcome to our chat"),
        ("Start_the_chat", "Start the chat"),
        ("Type_your_message", "Type your message here"),
        ("Agents_not_available", "Nobody can chat at the moment"),
    ];
    Ok(phrases.into_iter().map(|(key, text)| (key.to_owned(), text.to_owned())).collect())
}
