//! Registrations of webhooks, and whether the license's are sent.

use livechat_types::{
    Empty,
    configuration::{
        DisableLicenseWebhooks, EnableLicenseWebhooks, GetLicenseWebhooksState, LicenseWebhooksState,
        ListWebhookNames, ListWebhooks, RegisterWebhook, RegisterWebhookResponse, UnregisterWebhook, Webhook,
        WebhookAction, WebhookAdditionalData, WebhookDefinition, WebhookFilterName,
    },
    shared::ErrorType,
};

use super::owner;
use crate::{
    actions::Call,
    error::ApiError,
    state::{limits, outbox},
};

/// Most registrations of one action by one application.
const MAX_PER_ACTION: usize = 3;
/// Longest url, in characters.
const MAX_URL: usize = 500;

pub(crate) fn register_webhook(
    call: &mut Call<'_>,
    request: RegisterWebhook,
) -> Result<RegisterWebhookResponse, ApiError> {
    check(&request)?;
    let same = call.state.webhooks.iter().filter(|webhook| {
        webhook.registration.action == request.action
            && webhook.registration.owner_client_id == request.owner_client_id
    });
    if same.count() >= MAX_PER_ACTION {
        let message = format!("an application has at most {MAX_PER_ACTION} webhooks of the same action");
        return Err(ApiError::new(ErrorType::LimitReached, message));
    }
    limits::check("webhooks", call.state.webhooks.len(), limits::WEBHOOKS)?;
    let id = call.state.ids.hex();
    call.state.webhooks.push(outbox::Webhook { id: id.clone(), registration: request });
    Ok(RegisterWebhookResponse::new(id))
}

fn check(request: &RegisterWebhook) -> Result<(), ApiError> {
    let url = &request.url;
    if url.chars().count() > MAX_URL || !(url.starts_with("http://") || url.starts_with("https://")) {
        return Err(ApiError::validation(format!(
            "`url`: an http or https url of at most {MAX_URL} characters"
        )));
    }
    let no_data = matches!(request.action, WebhookAction::AgentDeleted | WebhookAction::IncomingCustomer);
    if no_data && request.additional_data.as_ref().is_some_and(|data| !data.is_empty()) {
        return Err(ApiError::validation(format!(
            "`additional_data`: not for the action `{}`",
            request.action
        )));
    }
    let Some(filters) = &request.filters else { return Ok(()) };
    if filters.author_type.is_some() && !outbox::has_authors(&request.action) {
        return Err(ApiError::validation(
            "`filters.author_type`: only for `incoming_event` and `event_updated`",
        ));
    }
    let users = filters.chat_presence.as_ref().and_then(|presence| presence.user_ids.as_ref());
    if users.is_some_and(|users| users.values.is_some() && users.exclude_values.is_some()) {
        return Err(ApiError::validation(
            "`filters.chat_presence.user_ids`: either `values` or `exclude_values`",
        ));
    }
    Ok(())
}

pub(crate) fn list_webhooks(call: &mut Call<'_>, request: ListWebhooks) -> Result<Vec<Webhook>, ApiError> {
    let owned = call
        .state
        .webhooks
        .iter()
        .filter(|webhook| webhook.registration.owner_client_id == request.owner_client_id);
    let view = |webhook: &outbox::Webhook| {
        let registered = &webhook.registration;
        let mut view = Webhook::new(
            webhook.id.as_str(),
            registered.url.as_str(),
            registered.action.clone(),
            registered.owner_client_id.clone(),
            registered.r#type.clone(),
        );
        view.description.clone_from(&registered.description);
        view.additional_data.clone_from(&registered.additional_data);
        view.filters.clone_from(&registered.filters);
        view
    };
    Ok(owned.map(view).collect())
}

pub(crate) fn unregister_webhook(call: &mut Call<'_>, request: UnregisterWebhook) -> Result<Empty, ApiError> {
    let count = call.state.webhooks.len();
    call.state.webhooks.retain(|webhook| {
        request.id != webhook.id.as_str() || webhook.registration.owner_client_id != request.owner_client_id
    });
    if call.state.webhooks.len() == count {
        return Err(ApiError::not_found(format!("the application has no webhook `{}`", request.id)));
    }
    Ok(Empty::default())
}

pub(crate) fn list_webhook_names(
    _: &mut Call<'_>,
    request: ListWebhookNames,
) -> Result<Vec<WebhookDefinition>, ApiError> {
    if request.version.as_deref().is_some_and(|version| version != "3.5") {
        return Err(ApiError::new(ErrorType::UnsupportedVersion, "`version`: this server knows 3.5 alone"));
    }
    Ok(WebhookAction::KNOWN.iter().map(definition).collect())
}

/// What can be asked for with an action.
fn definition(action: &WebhookAction) -> WebhookDefinition {
    use WebhookAction as A;
    use WebhookFilterName as F;
    let configuration = ["agent_", "bot_", "group_", "tag_", "auto_accesses_"];
    let is_configuration = configuration.iter().any(|prefix| action.as_str().starts_with(prefix));
    let filters = match action {
        A::IncomingEvent | A::EventUpdated => {
            vec![F::ChatPresence, F::AuthorType, F::OnlyMyChats, F::SourceType]
        }
        A::RoutingStatusSet => vec![F::AgentIds, F::SourceType],
        A::IncomingCustomer => vec![F::SourceType],
        A::CustomerSessionFieldsUpdated => vec![F::ChatPresence, F::SourceType],
        _ if is_configuration => vec![F::SourceType],
        _ => vec![F::ChatPresence, F::OnlyMyChats, F::SourceType],
    };
    let mut view = WebhookDefinition::new(action.clone());
    view.filters = Some(filters);
    if !is_configuration && *action != A::IncomingCustomer {
        view.additional_data =
            Some(vec![WebhookAdditionalData::ChatProperties, WebhookAdditionalData::ChatPresenceUserIds]);
    }
    view
}

pub(crate) fn enable_license_webhooks(
    call: &mut Call<'_>,
    request: EnableLicenseWebhooks,
) -> Result<Empty, ApiError> {
    let client = owner(call, request.owner_client_id.as_ref())?;
    call.state.webhooks_disabled_for.retain(|disabled| *disabled != client);
    Ok(Empty::default())
}

pub(crate) fn disable_license_webhooks(
    call: &mut Call<'_>,
    request: DisableLicenseWebhooks,
) -> Result<Empty, ApiError> {
    let client = owner(call, request.owner_client_id.as_ref())?;
    if !call.state.webhooks_disabled_for.contains(&client) {
        let count = call.state.webhooks_disabled_for.len();
        limits::check("applications without webhooks", count, limits::DISABLED_WEBHOOKS)?;
        call.state.webhooks_disabled_for.push(client);
    }
    Ok(Empty::default())
}

pub(crate) fn get_license_webhooks_state(
    call: &mut Call<'_>,
    request: GetLicenseWebhooksState,
) -> Result<LicenseWebhooksState, ApiError> {
    let client = owner(call, request.owner_client_id.as_ref())?;
    Ok(LicenseWebhooksState::new(!call.state.webhooks_disabled_for.contains(&client)))
}
