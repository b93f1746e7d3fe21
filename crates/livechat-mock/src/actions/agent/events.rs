//! Events: sending them, uploading files, postbacks of rich messages.

use livechat_types::{
    Empty,
    agent::{SendEvent, SendEventResponse, SendRichMessagePostback, UploadFileResponse},
    shared::{ChatId, Event, EventId, IncomingRichMessagePostback, RichMessagePostback, ThreadId},
};

use crate::{
    actions::{Call, Upload},
    conversation,
    error::ApiError,
    state::File,
    views::agent::may_write,
};
use livechat_types::shared::ErrorType;

/// How large a file may be.
const MAX_FILE: usize = 10 * 1024 * 1024;
/// What ends the names of programs.
const EXECUTABLE: [&str; 12] =
    ["exe", "bat", "cmd", "com", "msi", "scr", "sh", "ps1", "jar", "app", "dmg", "vbs"];

pub(crate) fn send_event(call: &mut Call<'_>, request: SendEvent) -> Result<SendEventResponse, ApiError> {
    let id = request.chat_id.as_str();
    call.state.visible_chat(&call.caller, id)?;
    call.state.chat_mut(id)?.require_active()?;
    let chat = call.state.require_presence(&call.caller, id, None)?;
    let asked = conversation::asked_visibility(&request.event);
    if chat.member(call.caller.id()).is_some_and(|member| !may_write(member, &asked)) {
        return Err(ApiError::authorization(
            "users with visibility `agents` cannot send events with visibility `all`",
        ));
    }
    Ok(SendEventResponse::new(conversation::send(call, id, request.event, false)?))
}

pub(crate) fn upload_file(call: &mut Call<'_>, upload: Upload) -> Result<UploadFileResponse, ApiError> {
    Ok(UploadFileResponse::new(keep(call, &upload)?))
}

/// Takes a file in and says where it is from now on.
pub(crate) fn keep(call: &mut Call<'_>, upload: &Upload) -> Result<String, ApiError> {
    if upload.content.len() > MAX_FILE {
        return Err(ApiError::new(ErrorType::EntityTooLarge, "Upload limit exceeded (10MB)."));
    }
    let ending =
        upload.name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    if EXECUTABLE.contains(&ending.as_str()) {
        return Err(ApiError::validation("`file`: executable files are refused"));
    }
    let name: String =
        upload.name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    let url = format!("https://cdn.livechat-files.com/api/file/lc/main/{}/{name}", call.state.ids.secret());
    let file = File {
        name: upload.name.clone(),
        content_type: upload.content_type.clone(),
        size: i64::try_from(upload.content.len()).unwrap_or(i64::MAX),
        created_at: call.now,
        used: false,
    };
    call.state.remember_file(url.clone(), file);
    Ok(url)
}

pub(crate) fn send_rich_message_postback(
    call: &mut Call<'_>,
    request: SendRichMessagePostback,
) -> Result<Empty, ApiError> {
    press(call, request.chat_id, request.thread_id, request.event_id, request.postback)
}

/// Presses a button of a rich message, and tells of it.
pub(crate) fn press(
    call: &mut Call<'_>,
    id: ChatId,
    thread: ThreadId,
    event: EventId,
    postback: RichMessagePostback,
) -> Result<Empty, ApiError> {
    call.state.visible_chat(&call.caller, id.as_str())?;
    toggle(call, id.as_str(), thread.as_str(), event.as_str(), &postback)?;
    // Webhooks tell of postbacks in active threads alone.
    if !call.state.chat(id.as_str())?.thread(thread.as_str())?.active {
        return Ok(Empty::default());
    }
    let user = call.caller.id().to_owned();
    let webhook = IncomingRichMessagePostback::new(user, id.clone(), thread, event, postback);
    call.emit_about(id.as_str(), webhook);
    Ok(Empty::default())
}

/// Notes on the buttons of a postback who has pressed them.
fn toggle(
    call: &mut Call<'_>,
    chat: &str,
    thread: &str,
    event: &str,
    postback: &RichMessagePostback,
) -> Result<(), ApiError> {
    let user = crate::state::people::public_id(call.caller.id());
    let user = if call.caller.is_customer() { user } else { call.caller.id().to_owned() };
    let chat = call.state.chat_mut(chat)?;
    let event = chat.thread_mut(thread)?.event_mut(event)?;
    let Event::RichMessage(message) = event else {
        return Err(ApiError::validation("`event_id`: the event is no rich message"));
    };
    let buttons =
        message.elements.iter_mut().flatten().filter_map(|element| element.buttons.as_mut()).flatten();
    let mut pressed: Vec<_> = buttons.filter(|button| button.postback_id == postback.id).collect();
    if pressed.is_empty() {
        return Err(ApiError::not_found(format!("the rich message has no postback `{}`", postback.id)));
    }
    for button in &mut pressed {
        button.user_ids.retain(|id| *id != user.as_str());
        if postback.toggled {
            button.user_ids.push(user.as_str().into());
        }
    }
    Ok(())
}
