//! What cannot be read is named with its whole path and the value, whoever reads it.

use std::{fmt::Debug, io};

use livechat_types::{
    PushEnvelope, RtmResponse, WebhookEnvelope,
    agent::{self, AgentForTransfer, ListArchivesResponse, ListChats},
    configuration::{CreateAgent, Group},
    reports::TotalChatsReport,
    shared::{Chat, ErrorDetails, Event, Thread},
    webhooks::{Webhook, WebhookPayload},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, error::Category};

const CREATED: &str = r#""created_at": "2024-03-11T09:14:02Z""#;

/// An event: what it has beside its id and date.
fn event(rest: &str) -> String {
    format!(r#"{{"id": "e", "author_id": "a", {CREATED}, {rest}}}"#)
}

fn thread(events: &str) -> String {
    format!(r#"{{"id": "t", "active": true, {CREATED}, "user_ids": [], "events": [{events}]}}"#)
}

fn chat(rest: &str) -> String {
    format!(r#"{{"id": "c", "users": [], {rest}}}"#)
}

/// Reads by every reader: the error has this path, and these words begin its message.
fn fails<T: DeserializeOwned + Debug>(text: &str, path: &str, words: &str) {
    let expected = format!("`{path}`: {words}");
    let value: Value = serde_json::from_str(text).unwrap();
    let errors = [
        serde_json::from_str::<T>(text).unwrap_err(),
        serde_json::from_slice::<T>(text.as_bytes()).unwrap_err(),
        serde_json::from_reader::<_, T>(text.as_bytes()).unwrap_err(),
        serde_json::from_value::<T>(value.clone()).unwrap_err(),
        T::deserialize(&value).unwrap_err(),
    ];
    for error in errors {
        let message = error.to_string();
        assert!(message.starts_with(&expected), "{message}, not {expected}");
        assert_eq!(error.classify(), Category::Data, "{message}");
        assert_eq!(message.contains(" at line 1 column "), error.line() > 0, "{message}");
        assert!(message.matches(" at line ").count() <= 1, "{message}");
    }

    let mut reader = serde_json::Deserializer::from_str(text);
    let tracked = serde_path_to_error::deserialize::<_, T>(&mut reader).unwrap_err().to_string();
    // The path of a value that was buffered stands behind that of the buffer: the steps are the same.
    let steps =
        tracked.trim_start_matches('`').replace(": `", ".").replacen("`: ", ": ", 1).replace(".[", "[");
    assert!(steps.starts_with(&format!("{path}: {words}")), "{tracked}, not {expected}");
}

#[test]
fn a_field_of_a_struct() {
    fails::<ListChats>(r#"{"limit": -1}"#, "limit", "invalid value: integer `-1`, expected u32");
    fails::<ListChats>(
        r#"{"filters": {"include_active": "no"}}"#,
        "filters.include_active",
        "invalid type: string \"no\"",
    );
}

#[test]
fn a_field_that_is_missing_is_named_at_the_object_that_lacks_it() {
    let without_text = event(r#""type": "message""#);
    fails::<Thread>(&thread(&without_text), "events[0]", "missing field `text`");
    let error = serde_json::from_str::<Thread>("{}").unwrap_err().to_string();
    assert!(error.starts_with("missing field `id`"), "{error}");
}

#[test]
fn a_field_that_stands_twice_is_named_at_its_object() {
    fails_in_text::<Chat>(&chat(r#""thread": {"id": "t", "id": "t"}"#), "`thread`: duplicate field `id`");
    let twice = event(r#""type": "message", "type": "message", "text": "a""#);
    fails_in_text::<Thread>(&thread(&twice), "`events[0]`: duplicate field `type`");
}

/// What a `Value` cannot say, since it has each field once.
fn fails_in_text<T: DeserializeOwned + Debug>(text: &str, words: &str) {
    let error = serde_json::from_str::<T>(text).unwrap_err().to_string();
    assert!(error.starts_with(words), "{error}, not {words}");
}

#[test]
fn a_known_event_with_a_bad_field_wherever_its_type_stands() {
    let good = event(r#""type": "message", "text": "Hi""#);
    let words = "invalid type: integer `5`, expected a string";
    for bad in [r#""type": "message", "text": 5"#, r#""text": 5, "type": "message""#] {
        fails::<Event>(&event(bad), "text", words);
        let page = format!(
            r#"{{"chats": [{}], "found_chats": 1}}"#,
            chat(&format!(r#""thread": {}"#, thread(&format!("{good}, {}", event(bad)))))
        );
        fails::<ListArchivesResponse>(&page, "chats[0].thread.events[1].text", words);
    }
}

#[test]
fn what_is_deep_in_an_event_wherever_its_type_stands() {
    let elements = r#""elements": [{}, {"buttons": [{"text": 5}]}]"#;
    for bad in [
        format!(r#""type": "rich_message", "template_id": "cards", {elements}"#),
        format!(r#""template_id": "cards", {elements}, "type": "rich_message""#),
    ] {
        fails::<Thread>(
            &thread(&event(&bad)),
            "events[0].elements[1].buttons[0].text",
            "invalid type: integer `5`",
        );
    }
}

#[test]
fn an_event_without_a_type_or_with_a_wrong_one() {
    fails::<Thread>(&thread(&event(r#""text": "Hi""#)), "events[0]", "missing field `type`");
    let words = "invalid type: integer `5`, expected a string: the `type` of Event";
    fails::<Thread>(&thread(&event(r#""type": 5"#)), "events[0].type", words);
}

#[test]
fn an_item_of_a_list() {
    fails::<Thread>(
        r#"{"id": "t", "active": true, "user_ids": ["a", "b", {}]}"#,
        "user_ids[2]",
        "invalid type: map, expected a string",
    );
    fails::<CreateAgent>(
        r#"{"id": "a", "name": "A", "groups": [{"id": 1, "priority": "first"}, {"id": "2"}]}"#,
        "groups[1].id",
        "invalid type: string \"2\", expected an integer: GroupId",
    );
}

#[test]
fn a_value_of_a_map() {
    fails::<Chat>(
        &chat(r#""properties": {"score": {"value": 1}, "routing": 5}"#),
        "properties.routing",
        "invalid type: integer `5`, expected a map",
    );
    fails::<Group>(
        r#"{"id": 1, "name": "G", "language_code": "en", "agent_priorities": {"a@example.com": 7}}"#,
        "agent_priorities.a@example.com",
        "invalid type: integer `7`, expected a string: RoutingPriority",
    );
    fails::<TotalChatsReport>(
        r#"{"total": 1, "records": {"2024-03-11": {"total": "one"}}}"#,
        "records.2024-03-11.total",
        "invalid type: string \"one\"",
    );
}

#[test]
fn an_enum_that_is_no_string() {
    fails::<ListChats>(
        r#"{"sort_order": 5}"#,
        "sort_order",
        "invalid type: integer `5`, expected a string: SortOrder",
    );
    fails::<ListChats>(
        r#"{"sort_order": {}}"#,
        "sort_order",
        "invalid type: map, expected a string: SortOrder",
    );
}

#[test]
fn an_instant_that_is_none() {
    let text = r#"{"id": "t", "active": true, "user_ids": [], "created_at": "2024-02-30T09:14:02Z"}"#;
    let words = "invalid value: string \"2024-02-30T09:14:02Z\", expected an instant: ";
    fails::<Thread>(text, "created_at", words);
    fails::<Chat>(&chat(&format!(r#""thread": {text}"#)), "thread.created_at", words);
    fails::<Thread>(
        r#"{"id": "t", "active": true, "user_ids": [], "created_at": 1710148442}"#,
        "created_at",
        "invalid type: integer `1710148442`, expected a timestamp string",
    );
}

#[test]
fn the_payload_of_a_push_before_and_after_its_action() {
    let action = r#""action": "chat_deactivated""#;
    let payload = r#""payload": {"chat_id": 7, "thread_id": "t"}"#;
    for text in [format!("{{{action}, {payload}}}"), format!("{{{payload}, {action}}}")] {
        fails::<PushEnvelope<agent::Push>>(
            &text,
            "payload.chat_id",
            "invalid type: integer `7`, expected a string",
        );
    }
    let action = r#""action": "queue_positions_updated""#;
    let payload = r#""payload": [{"chat_id": "c", "thread_id": "t", "queue": 3}]"#;
    for text in [format!("{{{action}, {payload}}}"), format!("{{{payload}, {action}}}")] {
        fails::<PushEnvelope<agent::Push>>(&text, "payload[0].queue", "invalid type: integer `3`");
    }
}

#[test]
fn the_payload_and_the_additional_data_of_a_webhook() {
    let head = r#""webhook_id": "w", "secret_key": "s", "organization_id": "o""#;
    let action = r#""action": "incoming_event""#;
    let payload =
        |event: &str| format!(r#""payload": {{"chat_id": "c", "thread_id": "t", "event": {event}}}"#);
    let bad = payload(&event(r#""type": "message", "text": 5"#));
    for text in [format!("{{{head}, {action}, {bad}}}"), format!("{{{bad}, {head}, {action}}}")] {
        fails::<Webhook>(&text, "payload.event.text", "invalid type: integer `5`, expected a string");
    }
    let good = payload(&event(r#""type": "message", "text": "Hi""#));
    let text = format!(r#"{{{head}, {action}, {good}, "additional_data": {{"chat_properties": 5}}}}"#);
    fails::<Webhook>(&text, "additional_data.chat_properties", "invalid type: integer `5`, expected a map");
}

#[test]
fn a_secret_that_is_none_does_not_show_the_strings_around_it() {
    let text = r#"{"webhook_id": 5, "secret_key": "keep-me", "organization_id": "o", "action": "x"}"#;
    fails::<WebhookEnvelope<WebhookPayload>>(text, "webhook_id", "invalid type: integer `5`");
    let text = r#"{"secret_key": ["keep-me"], "webhook_id": "w", "organization_id": "o", "action": "x"}"#;
    fails::<WebhookEnvelope<WebhookPayload>>(
        text,
        "secret_key",
        "invalid type: sequence, expected a string: Secret",
    );
    let error = serde_json::from_str::<WebhookEnvelope<WebhookPayload>>(text).unwrap_err().to_string();
    assert!(!error.contains("keep-me"), "{error}");
}

#[test]
fn the_answer_over_websocket_and_its_error() {
    type Answer = RtmResponse<Chat, ErrorDetails>;

    let head = r#""action": "get_chat", "type": "response""#;
    let (ok, failed) = (r#""success": true"#, r#""success": false"#);
    let bad = format!(r#""payload": {}"#, chat(r#""thread": {"id": 5}"#));
    for text in [format!("{{{head}, {ok}, {bad}}}"), format!("{{{bad}, {ok}, {head}}}")] {
        fails::<Answer>(&text, "payload.thread.id", "invalid type: integer `5`, expected a string: ThreadId");
    }
    let bad = r#""payload": {"error": {"type": "not_found", "message": 5}}"#;
    for text in [format!("{{{head}, {failed}, {bad}}}"), format!("{{{bad}, {failed}, {head}}}")] {
        fails::<Answer>(&text, "payload.error.message", "invalid type: integer `5`, expected a string");
    }
}

#[test]
fn an_answer_that_is_a_list_is_named_from_its_items_on() {
    let text = r#"[{"agent_id": 5}]"#;
    let error = serde_json::from_str::<Vec<AgentForTransfer>>(text).unwrap_err().to_string();
    assert!(error.starts_with("`agent_id`: invalid type: integer `5`"), "{error}");
}

#[test]
fn an_error_of_the_text_stays_one() {
    let text = thread(&event(r#""type": "message", "text": "Hi""#));
    let value: Thread = serde_json::from_str(&text).unwrap();
    assert_eq!(value.id, "t");
    for end in 1..text.len() {
        let error = serde_json::from_str::<Thread>(&text[..end]).unwrap_err();
        assert_eq!(error.classify(), Category::Eof, "{error}");
    }
    for wrong in ["Hi\u{1}", "\\x", "Hi\", oops"] {
        let error = serde_json::from_str::<Thread>(&text.replace("Hi", wrong)).unwrap_err();
        assert_eq!(error.classify(), Category::Syntax, "{error}");
    }
}

#[test]
fn an_error_of_the_connection_stays_one() {
    struct Cut<'a>(&'a [u8]);

    impl io::Read for Cut<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.split_first() {
                Some((byte, rest)) => {
                    buffer[0] = *byte;
                    self.0 = rest;
                    Ok(1)
                }
                None => Err(io::ErrorKind::ConnectionReset.into()),
            }
        }
    }

    let text = thread(&event(r#""type": "message", "text": "Hi""#));
    for end in 1..text.len() {
        let error = serde_json::from_reader::<_, Thread>(Cut(&text.as_bytes()[..end])).unwrap_err();
        assert_eq!(error.io_error_kind(), Some(io::ErrorKind::ConnectionReset), "{error}");
    }
}
