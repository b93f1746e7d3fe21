//! What all kinds of event have in common; texts as events to send.

use jiff::Timestamp;

use crate::Unknown;

/// `always`, `maybe` and `never` say whether a kind of event has an author.
macro_rules! event_accessors {
    ($module:path, [$($variant:ident: $author:ident),+ $(,)?]) => {
        const _: () = {
            use $module as events;

            impl events::Event {
                /// Identifies the event; `None` only for an event of an unknown kind that has no id.
                #[must_use]
                pub fn id(&self) -> Option<&str> {
                    match self {
                        $(Self::$variant(event) => Some(event.id.as_str()),)+
                        Self::Unknown(event) => text(event, "id"),
                    }
                }

                /// The id that the author gave the event, if they gave one.
                #[must_use]
                pub fn custom_id(&self) -> Option<&str> {
                    match self {
                        $(Self::$variant(event) => event.custom_id.as_deref(),)+
                        Self::Unknown(event) => text(event, "custom_id"),
                    }
                }

                /// When the server received the event; `None` only for an event of an unknown kind that does not say.
                #[must_use]
                pub fn created_at(&self) -> Option<Timestamp> {
                    match self {
                        $(Self::$variant(event) => Some(event.created_at),)+
                        Self::Unknown(event) => text(event, "created_at")?.parse().ok(),
                    }
                }

                /// The id of the user who made the event. Events that LiveChat makes have none.
                #[must_use]
                pub fn author_id(&self) -> Option<&str> {
                    match self {
                        $(Self::$variant(event) => event_accessors!(@$author event),)+
                        Self::Unknown(event) => text(event, "author_id"),
                    }
                }

                /// What can be read: the text of a message or of a system message.
                #[must_use]
                pub fn text(&self) -> Option<&str> {
                    match self {
                        Self::Message(message) => Some(&message.text),
                        Self::SystemMessage(message) => message.text.as_deref(),
                        Self::Unknown(event) => text(event, "text"),
                        _ => None,
                    }
                }
            }
        };
    };
    (@always $event:ident) => { Some($event.author_id.as_str()) };
    (@maybe $event:ident) => { $event.author_id.as_ref().map(AsRef::as_ref) };
    (@never $event:ident) => {{ let _ = $event; None }};
}

/// A text is a message to send.
macro_rules! texts_as_messages {
    ($module:path) => {
        const _: () = {
            use $module as events;

            impl From<&str> for events::NewMessage {
                fn from(text: &str) -> Self {
                    Self::new(text)
                }
            }

            impl From<String> for events::NewMessage {
                fn from(text: String) -> Self {
                    Self::new(text)
                }
            }

            impl From<&str> for events::NewEvent {
                fn from(text: &str) -> Self {
                    Self::Message(text.into())
                }
            }

            impl From<String> for events::NewEvent {
                fn from(text: String) -> Self {
                    Self::Message(text.into())
                }
            }
        };
    };
}

event_accessors! { crate::shared::events, [
    File: always, Form: maybe, FilledForm: always, Message: always, RichMessage: always, Custom: always, SystemMessage: never,
] }

#[cfg(feature = "customer")]
event_accessors! { crate::customer::events, [
    File: always, Form: maybe, FilledForm: always, Message: always, RichMessage: always, Custom: always, SystemMessage: never,
] }

#[cfg(feature = "agent")]
texts_as_messages! { crate::agent::events }

#[cfg(feature = "customer")]
texts_as_messages! { crate::customer::events }

fn text<'a>(event: &'a Unknown, field: &str) -> Option<&'a str> {
    event.get(field)?.as_str()
}

#[cfg(test)]
mod tests {
    use crate::shared::Event;

    fn event(text: &str) -> Event {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_message_tells_its_author_text_and_time() {
        let message = event(
            r#"{"type": "message", "id": "TH7_1", "author_id": "ada@example.com", "text": "Hello",
                "created_at": "2026-03-01T08:00:00.000001Z"}"#,
        );
        assert_eq!(message.id(), Some("TH7_1"));
        assert_eq!(message.author_id(), Some("ada@example.com"));
        assert_eq!(message.text(), Some("Hello"));
        assert_eq!(message.created_at().unwrap().to_string(), "2026-03-01T08:00:00.000001Z");
        assert_eq!(message.custom_id(), None);
    }

    #[test]
    fn a_system_message_has_no_author() {
        let message = event(
            r#"{"type": "system_message", "id": "TH7_2", "system_message_type": "routing.idle", "text": "Idle",
                "created_at": "2026-03-01T08:00:00Z"}"#,
        );
        assert_eq!((message.author_id(), message.text()), (None, Some("Idle")));
    }

    #[test]
    fn an_event_of_an_unknown_kind_tells_what_it_has() {
        let event = event(r#"{"type": "hologram", "id": "TH7_3", "created_at": "2026-03-01T08:00:00Z"}"#);
        assert_eq!(event.kind(), "hologram");
        assert_eq!(event.id(), Some("TH7_3"));
        assert!(event.created_at().is_some());
        assert_eq!(event.author_id(), None);
    }

    #[cfg(feature = "agent")]
    #[test]
    fn a_text_is_sent_as_a_message() {
        let request = crate::agent::SendEvent::new("QJ4T8ZP1LX", "Hello");
        let json = serde_json::to_value(&request).unwrap();
        assert_eq!(
            json,
            serde_json::json!({"chat_id": "QJ4T8ZP1LX", "event": {"type": "message", "text": "Hello"}})
        );
    }
}
