//! Envelopes: the payload before the action, after it, and unknown.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::{
    ActionInfo, AnyPayload, Api, Empty, PushEnvelope, RtmAction, RtmRequest, RtmResponse, Secret,
    UnknownPayload, WebhookEnvelope, fields::fields,
};

#[derive(Debug, Clone, PartialEq, Serialize)]
struct ChatUnfollowed {
    chat_id: String,
}

fields! { ChatUnfollowed {
    chat_id: required "chat_id",
} }

#[derive(Debug, Clone, PartialEq)]
enum Push {
    ChatUnfollowed(ChatUnfollowed),
    AgentsUpdated(Vec<u8>),
    CustomerPageUpdated(Empty),
    Unknown(UnknownPayload),
}

payload_union! { Push,
    "chat_unfollowed" => ChatUnfollowed(ChatUnfollowed),
    "agents_updated" => AgentsUpdated(Vec<u8>),
    "customer_page_updated" => CustomerPageUpdated(Empty),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct PlatformError {
    kind: String,
}

fields! { PlatformError {
    kind: required "type",
} }

type Response = RtmResponse<ChatUnfollowed, PlatformError>;

fn unfollowed() -> Push {
    ChatUnfollowed { chat_id: "QJ4T8ZP1LX".to_owned() }.into()
}

/// Every rotation of an object's entries, as texts.
fn rotations(entries: &[&str]) -> Vec<String> {
    (0..entries.len())
        .map(|first| {
            let mut entries = entries.to_vec();
            entries.rotate_left(first);
            format!("{{{}}}", entries.join(", "))
        })
        .collect()
}

/// Reads by every reader; all agree.
fn read<T: DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) -> T {
    let read = serde_json::from_str::<T>(text).unwrap();
    assert_eq!(serde_json::from_reader::<_, T>(text.as_bytes()).unwrap(), read);
    assert_eq!(serde_json::from_value::<T>(serde_json::from_str(text).unwrap()).unwrap(), read);
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
fn a_push_reads_in_every_order() {
    let entries = [
        r#""version": "3.5""#,
        r#""request_id": "req-17""#,
        r#""action": "chat_unfollowed""#,
        r#""type": "push""#,
        r#""extra": {"payload": 1}"#,
        r#""payload": {"chat_id": "QJ4T8ZP1LX"}"#,
    ];
    let reversed: Vec<&str> = entries.iter().rev().copied().collect();
    for text in rotations(&entries).into_iter().chain(rotations(&reversed)) {
        let push: PushEnvelope<Push> = read(&text);
        assert_eq!(push.version.as_deref(), Some("3.5"), "{text}");
        assert_eq!(push.request_id.as_deref(), Some("req-17"), "{text}");
        assert_eq!(push.payload, unfollowed(), "{text}");
    }
}

#[test]
fn a_push_is_written_with_its_action_and_type() {
    let push = PushEnvelope::new(unfollowed());
    let written = serde_json::to_value(&push).unwrap();
    let expected = json!({
        "version": "3.5", "action": "chat_unfollowed", "type": "push", "payload": {"chat_id": "QJ4T8ZP1LX"},
    });
    assert_eq!(written, expected);
    assert_eq!(read::<PushEnvelope<Push>>(&written.to_string()), push);
}

#[test]
fn a_payload_may_be_an_array() {
    for text in rotations(&[r#""action": "agents_updated""#, r#""payload": [1, 2]"#]) {
        assert_eq!(read::<PushEnvelope<Push>>(&text).payload, Push::AgentsUpdated(vec![1, 2]));
    }
}

#[test]
fn the_payload_of_an_unknown_action_is_kept_whatever_it_is() {
    for payload in ["null", "3", "\"a\"", "[{}]", r#"{"a": {"b": [null]}}"#] {
        let payload_entry = format!(r#""payload": {payload}"#);
        for text in rotations(&[r#""action": "chat_floated""#, &payload_entry]) {
            let push = read::<PushEnvelope<Push>>(&text).payload;
            assert_eq!(push.action(), "chat_floated");
            let Push::Unknown(unknown) = push else { panic!("{text}") };
            assert_eq!(unknown.action(), "chat_floated");
            assert_eq!(unknown.as_value(), &serde_json::from_str::<Value>(payload).unwrap());
            assert_eq!(serde_json::to_value(&unknown).unwrap(), unknown.into_value());
        }
    }
}

#[test]
fn an_absent_payload_is_an_empty_object() {
    let text = r#"{"action": "customer_page_updated"}"#;
    assert_eq!(read::<PushEnvelope<Push>>(text).payload, Push::from(Empty::default()));
    let push = read::<PushEnvelope<AnyPayload>>(r#"{"action": "x"}"#);
    assert_eq!(push.payload, AnyPayload { action: "x".to_owned(), payload: json!({}) });
    assert_eq!(error::<PushEnvelope<Push>>(r#"{"action": "chat_unfollowed"}"#).1, "missing field `chat_id`");
}

#[test]
fn a_bad_payload_is_an_error_at_its_path() {
    let text = r#"{"action": "chat_unfollowed", "payload": {"chat_id": 1}}"#;
    let expected = "invalid type: integer `1`, expected a string";
    assert_eq!(error::<PushEnvelope<Push>>(text), ("payload.chat_id".to_owned(), expected.to_owned()));

    let text = r#"{"payload": {"chat_id": 1}, "action": "chat_unfollowed"}"#;
    assert_eq!(error::<PushEnvelope<Push>>(text).1, format!("`payload.chat_id`: {expected}"));
}

#[test]
fn a_bad_envelope_is_an_error_that_says_what_is_wrong() {
    for (text, expected) in [
        ("[]", "invalid type: sequence, expected an object: a push"),
        ("{}", "missing field `action`"),
        (r#"{"payload": {}}"#, "missing field `action`"),
        (r#"{"action": 1}"#, "invalid type: integer `1`, expected a string: the `action` of Push"),
        (r#"{"action": "x", "type": "response"}"#, "`type` is `response`, not `push`"),
        (r#"{"action": "x", "action": "x"}"#, "duplicate field `action`"),
        (r#"{"action": "x", "payload": 1, "payload": 1}"#, "duplicate field `payload`"),
        (r#"{"payload": 1, "action": "x", "payload": 1}"#, "duplicate field `payload`"),
        (r#"{"version": null, "version": "3.5", "action": "x"}"#, "duplicate field `version`"),
    ] {
        assert_eq!(error::<PushEnvelope<Push>>(text).1, expected, "{text}");
    }
}

const WEBHOOK: [&str; 6] = [
    r#""webhook_id": "hk29xv0d7q4m1s8t""#,
    r#""secret_key": "keep-me""#,
    r#""action": "chat_unfollowed""#,
    r#""organization_id": "2b5b0bd4""#,
    r#""payload": {"chat_id": "QJ4T8ZP1LX"}"#,
    r#""additional_data": {"chat_presence_user_ids": []}"#,
];

#[test]
fn a_webhook_reads_in_every_order_and_is_written_whole() {
    for text in rotations(&WEBHOOK) {
        let webhook: WebhookEnvelope<Push> = read(&text);
        assert_eq!(webhook.payload, unfollowed());
        assert_eq!(webhook.secret_key, Secret::from("keep-me"));
        assert_eq!(serde_json::to_value(&webhook).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
    }
}

#[test]
fn a_webhook_that_is_flattened_beside_a_map_leaves_the_map_what_it_does_not_know() {
    #[derive(serde::Deserialize)]
    struct Whole {
        #[serde(flatten)]
        webhook: WebhookEnvelope<Push>,
        #[serde(flatten)]
        more: Map<String, Value>,
    }

    let whole: Whole = serde_json::from_str(&format!(r#"{{{}, "attempt": 2}}"#, WEBHOOK.join(", "))).unwrap();
    assert_eq!(whole.webhook.payload, unfollowed());
    assert_eq!(Value::from(whole.more), json!({"attempt": 2}));
}

#[test]
fn additional_data_may_be_absent_or_empty() {
    let text = format!("{{{}}}", WEBHOOK[..5].join(", "));
    let webhook: WebhookEnvelope<Push> = read(&text);
    assert_eq!(webhook, WebhookEnvelope::new("hk29xv0d7q4m1s8t", "keep-me", "2b5b0bd4", unfollowed()));
    let text = format!(r#"{{{}, "additional_data": {{}}}}"#, WEBHOOK[..5].join(", "));
    assert_eq!(read::<WebhookEnvelope<Push>>(&text).additional_data, Some(Map::new()));
    assert_eq!(read::<WebhookEnvelope<Push, Empty>>(&text).additional_data, Some(Empty::default()));
}

#[test]
fn a_bad_value_of_a_users_own_type_is_an_error_at_its_path() {
    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Presence {
        #[serde(rename = "state")]
        _state: State,
    }
    #[derive(Debug, PartialEq, serde::Deserialize)]
    enum State {
        Online,
    }

    for (data, expected) in [
        (r#"{"state": "Asleep"}"#, "unknown variant `Asleep`, expected `Online`"),
        (r#"{"state": "Online", "since": 1}"#, "unknown field `since`, expected `state`"),
    ] {
        let text = format!(r#"{{{}, "additional_data": {data}}}"#, WEBHOOK[..5].join(", "));
        let error = serde_json::from_str::<WebhookEnvelope<Push, Presence>>(&text).unwrap_err().to_string();
        assert!(error.starts_with(&format!("`additional_data`: {expected}")), "{error}");
    }
}

#[test]
fn a_webhook_without_its_secret_is_an_error() {
    let text = format!("{{{}}}", WEBHOOK.join(", ")).replace("secret_key", "secret");
    assert_eq!(error::<WebhookEnvelope<Push>>(&text).1, "missing field `secret_key`");
}

#[test]
fn a_webhook_does_not_show_its_secret() {
    let webhook: WebhookEnvelope<Push> = read(&format!("{{{}}}", WEBHOOK.join(", ")));
    assert!(!format!("{webhook:?}").contains("keep-me"));
}

#[derive(Serialize)]
struct ListChats {
    limit: u8,
}

impl RtmAction for ListChats {
    const INFO: &'static ActionInfo = &ActionInfo::new(Api::Agent, "list_chats", "");
    type Response = Empty;
}

#[test]
fn a_request_is_written_with_what_was_set() {
    let payload = ListChats { limit: 5 };
    let request = RtmRequest::new(&payload);
    assert_eq!(serde_json::to_string(&request).unwrap(), r#"{"action":"list_chats","payload":{"limit":5}}"#);
    let request = request.version("3.5").request_id("req-17").author_id("bot");
    assert_eq!(
        serde_json::to_string(&request).unwrap(),
        r#"{"version":"3.5","request_id":"req-17","action":"list_chats","payload":{"limit":5},"author_id":"bot"}"#
    );
}

#[test]
fn a_response_is_what_the_action_returns_or_an_error() {
    let entries = [r#""request_id": "req-17""#, r#""action": "unfollow_chat""#, r#""type": "response""#];
    let ok = [r#""success": true"#, r#""payload": {"chat_id": "QJ4T8ZP1LX"}"#];
    for text in rotations(&[&entries[..], &ok[..]].concat()) {
        let response: Response = read(&text);
        assert_eq!(response.request_id.as_deref(), Some("req-17"));
        assert_eq!(response.action, "unfollow_chat");
        assert_eq!(response.payload, Ok(ChatUnfollowed { chat_id: "QJ4T8ZP1LX".to_owned() }));
        assert_eq!(serde_json::to_value(&response).unwrap(), serde_json::from_str::<Value>(&text).unwrap());
    }
    let failed =
        [r#""success": false"#, r#""payload": {"error": {"type": "not_found", "message": "no chat"}}"#];
    for text in rotations(&[&entries[..], &failed[..]].concat()) {
        assert_eq!(
            read::<Response>(&text).payload,
            Err(PlatformError { kind: "not_found".to_owned() }),
            "{text}"
        );
    }
}

#[test]
fn a_failed_response_is_written_with_its_error() {
    let error = json!({"type": "internal"});
    let response = RtmResponse::<Empty, Value>::new(None, "ping", Err(error.clone()));
    let written = serde_json::to_value(&response).unwrap();
    assert_eq!(written["success"], false);
    assert_eq!(written["payload"], json!({"error": error}));
    assert_eq!(read::<RtmResponse<Empty, Value>>(&written.to_string()), response);
}

#[test]
fn a_bad_response_is_an_error_that_says_what_is_wrong() {
    for (text, path, expected) in [
        (r#"{"action": "x"}"#, ".", "missing field `success`"),
        (r#"{"success": true}"#, ".", "missing field `action`"),
        (
            r#"{"success": "yes", "action": "x"}"#,
            "success",
            "invalid type: string \"yes\", expected a boolean",
        ),
        (r#"{"success": true, "action": "x"}"#, ".", "missing field `chat_id`"),
        (r#"{"success": false, "action": "x", "payload": {}}"#, "payload", "missing field `error`"),
        (
            r#"{"success": false, "action": "x", "payload": {"error": {}}}"#,
            "payload.error",
            "missing field `type`",
        ),
        (
            r#"{"success": true, "action": "x", "payload": {"chat_id": "a"}, "type": "push"}"#,
            ".",
            "`type` is `push`, not `response`",
        ),
    ] {
        assert_eq!(error::<Response>(text), (path.to_owned(), expected.to_owned()), "{text}");
    }
}

#[test]
fn a_response_without_payload_is_what_an_action_returns_that_returns_nothing() {
    let response: RtmResponse<Empty, PlatformError> = read(r#"{"action": "logout", "success": true}"#);
    assert_eq!(response.payload, Ok(Empty::default()));
}
