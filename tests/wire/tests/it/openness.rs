//! What nobody knows yet is kept; what is known must be right.

use livechat_types::{
    Empty, PushEnvelope, RtmResponse, WebhookEnvelope, agent, customer,
    shared::{self, Chat, ErrorDetails, Event, Thread},
    webhooks,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// Reads JSON as a client does, and says where it failed.
fn read<T: DeserializeOwned>(json: &Value) -> Result<T, String> {
    let text = json.to_string();
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize(&mut deserializer).map_err(|error| error.to_string())
}

fn kept<T: Serialize + DeserializeOwned>(json: &Value) -> T {
    let value: T = read(json).unwrap();
    assert_eq!(&serde_json::to_value(&value).unwrap(), json);
    value
}

fn hologram() -> Value {
    json!({
        "id": "TH7W2KD90C_2",
        "created_at": "2024-03-11T09:15:02.35Z",
        "type": "hologram",
        "depth": {"layers": [1, 2.5, null], "focus": "near"},
        "text": ["not", "a", "string"]
    })
}

fn message() -> Value {
    json!({
        "id": "TH7W2KD90C_1",
        "type": "message",
        "created_at": "2024-03-11T09:14:02.35Z",
        "visibility": "all",
        "author_id": "ada@example.com",
        "text": "Hi"
    })
}

fn thread(events: &[Value]) -> Value {
    json!({
        "id": "TH7W2KD90C",
        "active": true,
        "created_at": "2024-03-11T09:14:02.35Z",
        "user_ids": ["ada@example.com"],
        "events": events
    })
}

fn assert_is_hologram(event: &Event) {
    let Event::Unknown(event) = event else { panic!("{event:?}") };
    assert_eq!(event.kind(), "hologram");
    assert_eq!(Value::Object(event.as_object().clone()), hologram());
}

#[test]
fn an_event_of_an_unknown_type_is_kept_whole_in_a_thread() {
    let thread: Thread = kept(&thread(&[message(), hologram()]));
    assert_is_hologram(&thread.events.unwrap()[1]);
}

#[test]
fn an_event_of_an_unknown_type_is_kept_whole_in_a_chat() {
    let chat: Chat =
        kept(&json!({"id": "QJ4T8ZP1LX", "users": [], "thread": thread(&[hologram(), message()])}));
    assert_is_hologram(&chat.thread.unwrap().events.unwrap()[0]);
}

#[test]
fn an_event_of_an_unknown_type_is_kept_whole_in_a_push() {
    let payload = json!({"chat_id": "QJ4T8ZP1LX", "thread_id": "TH7W2KD90C", "event": hologram()});
    let envelope = json!({"version": "3.5", "action": "incoming_event", "type": "push", "payload": payload});
    let push: PushEnvelope<agent::Push> = kept(&envelope);
    let agent::Push::IncomingEvent(incoming) = push.payload else { panic!("{push:?}") };
    assert_is_hologram(&incoming.event);

    let push: PushEnvelope<customer::Push> = kept(&envelope);
    let customer::Push::IncomingEvent(incoming) = push.payload else { panic!("{push:?}") };
    let customer::Event::Unknown(event) = incoming.event else { panic!("{incoming:?}") };
    assert_eq!(Value::Object(event.into_object()), hologram());
}

#[test]
fn an_event_of_an_unknown_type_is_kept_whole_in_a_webhook() {
    let webhook: WebhookEnvelope<webhooks::WebhookPayload> = kept(&json!({
        "webhook_id": "w1",
        "secret_key": "s1",
        "organization_id": "o1",
        "action": "incoming_event",
        "payload": {"chat_id": "QJ4T8ZP1LX", "thread_id": "TH7W2KD90C", "event": hologram()},
        "additional_data": {}
    }));
    let webhooks::WebhookPayload::IncomingEvent(incoming) = webhook.payload else { panic!("{webhook:?}") };
    assert_is_hologram(&incoming.event);
}

/// What is said of a chat whose thread has this event after a good one.
fn error_of(event: &str) -> String {
    let text = format!(
        r#"{{"id": "QJ4T8ZP1LX", "users": [], "thread": {{
            "id": "TH7W2KD90C", "active": true, "created_at": "2024-03-11T09:14:02.35Z", "user_ids": [],
            "events": [{}, {event}]
        }}}}"#,
        message()
    );
    let mut deserializer = serde_json::Deserializer::from_str(&text);
    serde_path_to_error::deserialize::<_, Chat>(&mut deserializer).unwrap_err().to_string()
}

#[test]
fn a_known_event_with_a_bad_field_is_an_error_that_names_field_and_path() {
    let error =
        error_of(r#"{"id": "e2", "created_at": "2024-03-11T09:15:02Z", "type": "message", "text": 5}"#);
    assert!(
        error.starts_with("thread.events[1].text: invalid type: integer `5`, expected a string"),
        "{error}"
    );
}

#[test]
fn a_bad_field_that_stands_before_the_tag_is_named_with_its_path_too() {
    let error =
        error_of(r#"{"id": "e2", "created_at": "2024-03-11T09:15:02Z", "text": 5, "type": "message"}"#);
    assert!(error.starts_with("thread.events[1]: `text`: invalid type: integer `5`"), "{error}");
    let error = error_of(
        r#"{"template_id": "cards", "elements": [{}, {"buttons": [{"text": 5}]}], "id": "e2", "type": "rich_message"}"#,
    );
    assert!(error.starts_with("thread.events[1]: `elements[1].buttons[0].text`: invalid type"), "{error}");
}

#[test]
fn a_known_event_that_lacks_a_field_is_an_error_that_names_field_and_path() {
    let mut bad = message();
    bad.as_object_mut().unwrap().remove("text");
    let error = read::<Thread>(&thread(&[message(), bad])).unwrap_err();
    assert!(error.starts_with("events[1]: missing field `text`"), "{error}");
}

#[test]
fn an_event_without_a_type_is_an_error_that_says_so() {
    let mut bad = message();
    bad.as_object_mut().unwrap().remove("type");
    let error = read::<Thread>(&thread(&[bad])).unwrap_err();
    assert!(error.starts_with("events[0]") && error.contains("`type`"), "{error}");
}

#[test]
fn unknown_enum_values_are_kept_and_equal_no_known_one() {
    let mut event = message();
    event["visibility"] = "bots".into();
    let Event::Message(message) = kept(&event) else { panic!("no message") };
    let visibility = message.visibility.unwrap();
    assert_eq!(visibility.as_str(), "bots");
    assert!(!visibility.is_known());
    assert!(shared::Visibility::KNOWN.iter().all(|known| *known != visibility));
}

#[test]
fn unknown_fields_are_passed_over() {
    let mut with_more = thread(&[message()]);
    with_more["weather"] = json!({"sunny": true});
    with_more["events"][0]["mood"] = "glad".into();
    assert_eq!(read::<Thread>(&with_more).unwrap(), read::<Thread>(&thread(&[message()])).unwrap());
}

#[test]
fn a_push_with_an_unknown_action_is_kept_whole() {
    let push =
        json!({"version": "3.6", "action": "chat_painted", "type": "push", "payload": {"color": ["red"]}});
    let known: PushEnvelope<agent::Push> = kept(&push);
    assert_eq!(known.payload.action(), "chat_painted");
    let known: PushEnvelope<customer::Push> = kept(&push);
    let customer::Push::Unknown(unknown) = known.payload else { panic!("{known:?}") };
    assert_eq!(unknown.as_value(), &push["payload"]);
}

#[test]
fn a_webhook_with_an_unknown_action_is_kept_whole() {
    let webhook: WebhookEnvelope<webhooks::WebhookPayload> = kept(&json!({
        "webhook_id": "w1",
        "secret_key": "s1",
        "organization_id": "o1",
        "action": "chat_painted",
        "payload": [1, {"color": "red"}]
    }));
    assert_eq!(webhook.payload.action(), "chat_painted");
}

#[test]
fn a_known_push_with_a_bad_field_is_an_error_that_names_field_and_path() {
    let push = |first: &str, second: &str| format!(r#"{{{first}, "type": "push", {second}}}"#);
    let (action, payload) =
        (r#""action": "chat_deactivated""#, r#""payload": {"chat_id": 7, "thread_id": "TH7W2KD90C"}"#);
    for text in [push(action, payload), push(payload, action)] {
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        let error = serde_path_to_error::deserialize::<_, PushEnvelope<agent::Push>>(&mut deserializer)
            .unwrap_err()
            .to_string();
        assert!(error.contains("payload.chat_id"), "{error}");
        assert!(error.contains("invalid type: integer `7`, expected a string"), "{error}");
    }
}

#[test]
fn nothing_is_read_from_empty_bodies_of_every_spelling() {
    assert_eq!(read::<Empty>(&json!({})).unwrap(), Empty::default());
    assert_eq!(read::<Empty>(&Value::Null).unwrap(), Empty::default());
    let response: RtmResponse<Empty, ErrorDetails> =
        read(&json!({"request_id": "7", "action": "deactivate_chat", "type": "response", "success": true}))
            .unwrap();
    assert_eq!(response.payload, Ok(Empty::default()));
}

#[test]
fn an_object_with_no_required_fields_is_read_from_an_empty_one() {
    let nothing = json!({});
    let _ = kept::<agent::ListChats>(&nothing);
    let _ = kept::<agent::GetLicenseInfo>(&nothing);
    kept::<webhooks::AdditionalData>(&nothing);
    assert!(read::<Thread>(&nothing).unwrap_err().contains("missing field"));
}

#[test]
fn a_failed_request_over_websocket_is_read_as_its_error() {
    let response: RtmResponse<Chat, ErrorDetails> = kept(&json!({
        "request_id": "7",
        "action": "get_chat",
        "type": "response",
        "success": false,
        "payload": {"error": {"type": "not_found", "message": "Chat not found"}}
    }));
    assert_eq!(response.payload.unwrap_err().r#type, shared::ErrorType::NotFound);
}
