//! Events that a customer sends.

use livechat_types::{
    Empty, agent,
    customer::{
        EventRecipients, NewEvent, SendEvent, SendEventResponse, SendRichMessagePostback, SendSneakPeek,
        UploadFileResponse,
    },
    shared::Visibility,
};

use crate::{
    actions::{
        Call, Upload,
        agent::events::{keep, press},
    },
    conversation,
    error::ApiError,
};

/// The same event as the Agent Chat API has it.
pub(crate) fn for_agents(event: NewEvent) -> Result<agent::NewEvent, ApiError> {
    let recipients = match &event {
        NewEvent::Message(message) => message.recipients.as_ref(),
        NewEvent::FilledForm(form) => form.recipients.as_ref(),
        _ => None,
    };
    let visibility = match recipients {
        Some(EventRecipients::Agents) => Visibility::Agents,
        _ => Visibility::All,
    };
    let cannot = |_| ApiError::validation(format!("`event`: no event of type \"{}\"", event.kind()));
    let mut value = serde_json::to_value(&event).map_err(cannot)?;
    if let Some(fields) = value.as_object_mut() {
        fields.remove("recipients");
        fields.insert("visibility".to_owned(), visibility.as_str().into());
    }
    serde_json::from_value(value).map_err(cannot)
}

pub(crate) fn send_event(call: &mut Call<'_>, request: SendEvent) -> Result<SendEventResponse, ApiError> {
    let id = request.chat_id.as_str();
    call.state.visible_chat(&call.caller, id)?;
    let event = for_agents(request.event)?;
    let attach = request.attach_to_last_thread.unwrap_or(false);
    Ok(SendEventResponse::new(conversation::send(call, id, event, attach)?))
}

pub(crate) fn upload_file(call: &mut Call<'_>, upload: Upload) -> Result<UploadFileResponse, ApiError> {
    Ok(UploadFileResponse::new(keep(call, &upload)?))
}

pub(crate) fn send_rich_message_postback(
    call: &mut Call<'_>,
    request: SendRichMessagePostback,
) -> Result<Empty, ApiError> {
    press(call, request.chat_id, request.thread_id, request.event_id, request.postback)
}

pub(crate) fn send_sneak_peek(call: &mut Call<'_>, request: SendSneakPeek) -> Result<Empty, ApiError> {
    call.state.visible_chat(&call.caller, request.chat_id.as_str())?;
    call.state.chat_mut(request.chat_id.as_str())?.require_active()?;
    Ok(Empty::default())
}
