//! Tagged unions: the tag first, last, unknown and absent.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{Unknown, fields::fields};

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename = "message")]
struct MessageEvent {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_id: Option<String>,
}

fields! { MessageEvent {
    text: required "text",
    custom_id: optional "custom_id",
} }

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename = "file")]
struct FileEvent {
    url: String,
}

fields! { FileEvent {
    url: required "url",
} }

#[derive(Debug, Clone, PartialEq, Serialize)]
struct PlainEvent {
    note: String,
}

fields! { PlainEvent {
    note: required "note",
} }

#[derive(Debug, Clone, PartialEq)]
enum Event {
    Message(MessageEvent),
    File(FileEvent),
    Unknown(Unknown),
}

tagged_union! { Event, "type",
    "message" => Message(MessageEvent),
    "file" => File(FileEvent),
}

#[derive(Debug, Clone, PartialEq)]
enum Entry {
    Message(MessageEvent),
    Plain(PlainEvent),
    Unknown(Unknown),
}

tagged_union! { Entry, "type",
    "message" => Message(MessageEvent),
    ; absent => Plain(PlainEvent)
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Thread {
    events: Vec<Event>,
}

fields! { Thread {
    events: required "events",
} }

fn message(text: &str) -> MessageEvent {
    MessageEvent { text: text.to_owned(), custom_id: None }
}

/// Reads by every reader; all agree.
fn read<T: DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) -> T {
    let read = serde_json::from_str::<T>(text).unwrap();
    assert_eq!(serde_json::from_slice::<T>(text.as_bytes()).unwrap(), read);
    assert_eq!(serde_json::from_reader::<_, T>(text.as_bytes()).unwrap(), read);
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!(T::deserialize(&value).unwrap(), read);
    assert_eq!(serde_json::from_value::<T>(value).unwrap(), read);
    read
}

/// The path and the text of the error, without the position that some readers add.
fn error<T: DeserializeOwned>(text: &str) -> (String, String) {
    let mut reader = serde_json::Deserializer::from_str(text);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut reader) else { panic!("{text} was read") };
    let message = error.inner().to_string();
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    (error.path().to_string(), message)
}

#[test]
fn the_tag_settles_the_variant_wherever_it_stands() {
    let expected = Event::from(MessageEvent { text: "hello".to_owned(), custom_id: Some("c".to_owned()) });
    for text in [
        r#"{"type": "message", "text": "hello", "custom_id": "c"}"#,
        r#"{"text": "hello", "type": "message", "custom_id": "c"}"#,
        r#"{"custom_id": "c", "text": "hello", "type": "message"}"#,
        r#"{"x": {"y": [1]}, "custom_id": "c", "typ\u0065": "mess\u0061ge", "te\u0078t": "hello", "z": null}"#,
    ] {
        assert_eq!(read::<Event>(text), expected, "{text}");
    }
    assert_eq!(
        read::<Event>(r#"{"url": "u", "type": "file"}"#),
        Event::File(FileEvent { url: "u".to_owned() })
    );
}

#[test]
fn an_event_is_written_with_its_tag() {
    let event = Event::from(message("hello"));
    assert_eq!(serde_json::to_string(&event).unwrap(), r#"{"type":"message","text":"hello"}"#);
    assert_eq!(event.kind(), "message");
}

#[test]
fn an_object_of_unknown_kind_is_kept_whole() {
    for text in [
        r#"{"type": "carousel", "cards": [{"id": 1}], "n": 1.5}"#,
        r#"{"cards": [{"id": 1}], "type": "carousel", "n": 1.5}"#,
        r#"{"n": 1.5, "cards": [{"id": 1}], "type": "carousel"}"#,
    ] {
        let event: Event = read(text);
        assert_eq!(event.kind(), "carousel");
        assert_eq!(serde_json::to_value(&event).unwrap(), serde_json::from_str::<Value>(text).unwrap());
        let Event::Unknown(unknown) = event else { panic!("{text}") };
        assert_eq!(unknown.kind(), "carousel");
        assert_eq!(unknown.get("n"), Some(&json!(1.5)));
        assert_eq!(unknown.as_object()["type"], "carousel");
        assert_eq!(unknown.into_object().len(), 3);
    }
}

#[test]
fn an_object_without_tag_is_of_the_absent_variant_where_there_is_one() {
    let entry: Entry = read(r#"{"note": "n", "x": {}}"#);
    assert_eq!(entry, PlainEvent { note: "n".to_owned() }.into());
    assert_eq!(entry.kind(), None);
    assert_eq!(serde_json::to_string(&entry).unwrap(), r#"{"note":"n"}"#);
    assert_eq!(read::<Entry>(r#"{"text": "t", "type": "message"}"#).kind(), Some("message"));
    assert_eq!(read::<Entry>(r#"{"note": "n", "type": "other"}"#).kind(), Some("other"));
    assert_eq!(error::<Entry>("{}").1, "missing field `note`");
}

#[test]
fn an_object_without_tag_is_an_error_where_there_is_no_absent_variant() {
    for text in ["{}", r#"{"text": "hello"}"#] {
        let (path, message) = error::<Event>(text);
        assert_eq!(path, ".");
        assert_eq!(message, "missing field `type`, which says what kind of Event the object is");
    }
}

#[test]
fn a_tag_that_is_no_string_is_an_error_at_its_path() {
    for (text, found) in [
        (r#"{"events": [{"type": 3, "text": "a"}]}"#, "integer `3`"),
        (r#"{"events": [{"text": "a", "type": null}]}"#, "null"),
        (r#"{"events": [{"text": "a", "type": {"a": 1}}]}"#, "map"),
    ] {
        let (path, message) = error::<Thread>(text);
        assert_eq!(path, "events[0].type");
        assert_eq!(message, format!("invalid type: {found}, expected a string: the `type` of Event"));
    }
}

#[test]
fn a_bad_field_of_a_known_kind_is_an_error_at_its_path() {
    let good = r#"{"type": "message", "text": "a"}"#;
    let text = format!(r#"{{"events": [{good}, {good}, {good}, {{"type": "message", "text": 5}}]}}"#);
    let (path, message) = error::<Thread>(&text);
    assert_eq!(path, "events[3].text");
    assert_eq!(message, "invalid type: integer `5`, expected a string");

    let (path, message) = error::<Thread>(r#"{"events": [{"type": "file", "text": "a"}]}"#);
    assert_eq!(path, "events[0]");
    assert_eq!(message, "missing field `url`");
}

#[test]
fn a_bad_field_before_the_tag_is_an_error_that_names_it() {
    let (path, message) = error::<Thread>(r#"{"events": [{"text": 5, "type": "message"}]}"#);
    assert_eq!(path, "events[0]");
    assert_eq!(message, "`text`: invalid type: integer `5`, expected a string");
}

#[test]
fn a_second_tag_is_an_error_be_it_the_same_or_another() {
    for text in [
        r#"{"type": "message", "text": "a", "type": "file"}"#,
        r#"{"type": "message", "text": "a", "type": "message"}"#,
        r#"{"text": "a", "type": "message", "type": "message"}"#,
        r#"{"type": "carousel", "type": "message", "text": "a"}"#,
    ] {
        assert_eq!(error::<Event>(text).1, "duplicate field `type`", "{text}");
    }
}

#[test]
fn a_field_that_stands_before_and_after_the_tag_is_an_error() {
    let text = r#"{"text": "a", "type": "message", "text": "b"}"#;
    assert_eq!(error::<Event>(text).1, "duplicate field `text`");
}

#[test]
fn what_is_no_object_is_an_error_that_names_the_union() {
    for (text, found) in [("null", "null"), ("[]", "sequence"), ("\"message\"", "string \"message\"")] {
        let message = error::<Event>(text).1;
        assert_eq!(message, format!("invalid type: {found}, expected an object with a `type`: Event"));
    }
}

#[test]
fn a_text_that_ends_early_is_an_error_and_no_panic() {
    let text = r#"{"a": [1], "type": "message", "custom_id": "c", "text": "hello"}"#;
    for end in 0..text.len() {
        assert!(serde_json::from_str::<Event>(&text[..end]).is_err(), "{}", &text[..end]);
    }
}
