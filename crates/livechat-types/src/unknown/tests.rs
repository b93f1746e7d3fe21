//! What is kept of what nobody knows yet.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    AnyPayload, Payload, PushEnvelope, Unknown, UnknownJson, UnknownPayload, UnknownValue, fields::fields,
    json_union::json_union, payload::payload_union, string_enum::string_enum, tagged::tagged_union,
};

#[derive(Debug, PartialEq)]
enum SortOrder {
    Asc,
    Unknown(UnknownValue),
}
string_enum! { SortOrder { Asc = "asc" } }

#[derive(Debug)]
enum PropertyValue {
    Integer(i64),
    Unknown(UnknownJson),
}
json_union! { PropertyValue { integer => Integer(i64) } }

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "message")]
struct MessageEvent {
    order: SortOrder,
    value: PropertyValue,
}
fields! { MessageEvent {
    order: required "order",
    value: required "value",
} }

#[derive(Debug)]
enum Event {
    Message(MessageEvent),
    Unknown(Unknown),
}
tagged_union! { Event, "type", "message" => Message(MessageEvent) }

#[derive(Debug)]
enum Push {
    IncomingEvents(Vec<Event>),
    Unknown(UnknownPayload),
}
payload_union! { Push, "incoming_events" => IncomingEvents(Vec<Event>) }

fn push(action: &str, payload: &Value) -> PushEnvelope<Push> {
    serde_json::from_value(json!({"action": action, "payload": payload})).unwrap()
}

#[test]
fn a_serializer_finds_every_unknown_value() {
    let known = json!({"type": "message", "order": "asc", "value": 1});
    assert_eq!(unknown_values(&push("incoming_events", &json!([known]))), [""; 0]);

    let payload = json!([known, {"type": "message", "order": "desc", "value": [2]}, {"type": "poll"}]);
    assert_eq!(
        unknown_values(&push("incoming_events", &payload)),
        [r#""desc""#, "[2]", r#"{"type":"poll"}"#]
    );
    assert_eq!(unknown_values(&push("incoming_poll", &json!({"a": 1}))), [r#"{"a":1}"#]);
}

#[test]
fn json_shows_nothing_of_the_newtype() {
    let payload = json!([{"type": "message", "order": "desc", "value": [2]}, {"type": "poll"}]);
    assert_eq!(serde_json::to_value(&push("incoming_events", &payload).payload).unwrap(), payload);
    assert_eq!(serde_json::to_string(&push("x", &payload).payload).unwrap(), payload.to_string());
}

#[test]
fn any_payload_is_not_unknown() {
    let any = AnyPayload { action: "x".to_owned(), payload: json!(1) };
    assert_eq!(Payload::action(&any), "x");
    assert_eq!(unknown_values(&any), [""; 0]);
}

/// The JSON of every unknown value in a value, in order.
fn unknown_values<T: Serialize>(value: &T) -> Vec<String> {
    let found = crate::unknown_values(value).unwrap();
    found.into_iter().map(|unknown| unknown.json).collect()
}
