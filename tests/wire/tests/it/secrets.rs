//! No message shows a secret in `Debug`.

use livechat_types::{WebhookEnvelope, webhooks::WebhookPayload};
use serde_json::Value;
use wire_tests::{EXAMPLES, find};

const SECRET: &str = "keep-this-to-yourself";

/// The fields that hold secrets, wherever they stand.
const FIELDS: &[&str] = &[
    "access_token",
    "bot_secret",
    "client_secret",
    "code",
    "code_challenge",
    "code_verifier",
    "identity_transfer_token",
    "refresh_token",
    "secret",
    "secret_key",
    "token",
];

/// Puts the secret into every such field and says how many there were.
fn plant(value: &mut Value) -> usize {
    match value {
        Value::Object(fields) => {
            let planted = fields.iter_mut().map(|(name, value)| match value {
                Value::String(text) if FIELDS.contains(&name.as_str()) => {
                    SECRET.clone_into(text);
                    1
                }
                value => plant(value),
            });
            planted.sum()
        }
        Value::Array(items) => items.iter_mut().map(plant).sum(),
        _ => 0,
    }
}

#[test]
fn debug_shows_no_secret_of_any_message() {
    let examples: Value = serde_json::from_str(EXAMPLES).unwrap();
    let mut seen = 0;
    for example in examples["examples"].as_array().unwrap() {
        let text = |field: &str| example[field].as_str().unwrap();
        let (api, action, kind) = (text("api"), text("action"), text("kind"));
        let mut payload = example["payload"].clone();
        if plant(&mut payload) == 0 {
            continue;
        }
        seen += 1;
        let shown = find(api, action, kind).unwrap().debug(&payload.to_string()).unwrap();
        assert!(!shown.contains(SECRET), "{kind} of {api} {action}: {shown}");
        assert!(shown.contains("Secret(redacted)"), "{kind} of {api} {action}: {shown}");
    }
    assert_eq!(seen, 20, "the number of examples with secrets");
}

#[test]
fn a_webhook_shows_no_key_and_writes_the_real_one() {
    let text = format!(
        r#"{{"webhook_id": "w1", "secret_key": "{SECRET}", "action": "chat_deactivated", "organization_id": "o1",
            "payload": {{"chat_id": "QJ4T8ZP1LX", "thread_id": "TH7W2KD90C"}}, "additional_data": {{}}}}"#
    );
    let webhook: WebhookEnvelope<WebhookPayload> = serde_json::from_str(&text).unwrap();
    assert!(!format!("{webhook:?} {webhook:#?}").contains(SECRET));
    assert_eq!(webhook.secret_key.expose(), SECRET);
    assert!(serde_json::to_string(&webhook).unwrap().contains(SECRET));
}
