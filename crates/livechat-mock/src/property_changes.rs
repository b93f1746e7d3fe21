//! Setting and deleting properties of chats, threads and events: the same for agents and customers.

use livechat_types::shared::{
    ChatPropertiesDeleted, ChatPropertiesUpdated, EventPropertiesDeleted, EventPropertiesUpdated, Properties,
    PropertyNames, ThreadPropertiesDeleted, ThreadPropertiesUpdated,
};

use crate::{
    actions::Call,
    error::ApiError,
    state::{
        chats::event_properties,
        limits,
        properties::{Location, merge, remove},
    },
};

/// Whose properties: a chat's, of one of its threads, or of an event in it.
#[derive(Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) chat: &'a str,
    pub(crate) thread: Option<&'a str>,
    pub(crate) event: Option<&'a str>,
}

impl Target<'_> {
    fn location(&self) -> Location {
        match (self.thread, self.event) {
            (None, _) => Location::Chat,
            (Some(_), None) => Location::Thread,
            (Some(_), Some(_)) => Location::Event,
        }
    }

    fn properties<'s>(&self, call: &'s mut Call<'_>) -> Result<&'s mut Properties, ApiError> {
        let chat = call.state.chat_mut(self.chat)?;
        let Some(thread) = self.thread else { return Ok(&mut chat.properties) };
        let thread = chat.thread_mut(thread)?;
        let Some(event) = self.event else { return Ok(&mut thread.properties) };
        event_properties(thread.event_mut(event)?)
            .ok_or_else(|| ApiError::validation("`event_id`: the event has no properties"))
    }
}

pub(crate) fn update(
    call: &mut Call<'_>,
    target: Target<'_>,
    properties: &Properties,
) -> Result<(), ApiError> {
    call.state.check_properties(&call.caller, target.location(), properties)?;
    let there = target.properties(call)?;
    limits::check_properties(there, properties)?;
    merge(there, properties);
    let (chat, set) = (target.chat, properties.clone());
    match (target.thread, target.event) {
        (None, _) => call.emit_about(chat, ChatPropertiesUpdated::new(chat, set)),
        (Some(thread), None) => call.emit_about(chat, ThreadPropertiesUpdated::new(chat, thread, set)),
        (Some(thread), Some(event)) => {
            call.emit_about(chat, EventPropertiesUpdated::new(chat, thread, event, set));
        }
    }
    Ok(())
}

pub(crate) fn delete(call: &mut Call<'_>, target: Target<'_>, names: &PropertyNames) -> Result<(), ApiError> {
    call.state.check_deletion(&call.caller, target.location(), names)?;
    remove(target.properties(call)?, names);
    let (chat, gone) = (target.chat, names.clone());
    match (target.thread, target.event) {
        (None, _) => call.emit_about(chat, ChatPropertiesDeleted::new(chat, gone)),
        (Some(thread), None) => call.emit_about(chat, ThreadPropertiesDeleted::new(chat, thread, gone)),
        (Some(thread), Some(event)) => {
            call.emit_about(chat, EventPropertiesDeleted::new(chat, thread, event, gone));
        }
    }
    Ok(())
}
