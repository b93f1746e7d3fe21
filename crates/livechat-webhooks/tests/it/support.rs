//! Webhooks of every action, and what is needed to send them.

use std::sync::{Arc, LazyLock, Mutex};

use livechat_webhooks::TestWebhook;
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "keep-me";

/// An example of each action, from the specs: `{action, payload, additional_data?}`.
pub(crate) static EXAMPLES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let text = include_str!("../../../../tests/wire/src/generated/examples.json");
    let all: Value = serde_json::from_str(text).unwrap();
    let of_kind = |kind| {
        let examples = all["examples"].as_array().unwrap().iter();
        examples.filter(move |example| example["api"] == "webhooks" && example["kind"] == kind)
    };
    let example = |webhook: &Value| {
        let mut example = json!({"action": webhook["action"], "payload": as_written(&webhook["payload"])});
        if let Some(more) = of_kind("additional_data").find(|more| more["action"] == webhook["action"]) {
            example["additional_data"] = more["payload"].clone();
        }
        example
    };
    of_kind("webhook").map(example).collect()
});

/// The same value with times as the types write them: without zeros at the end.
fn as_written(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            text.parse::<jiff::Timestamp>().map_or_else(|_| value.clone(), |time| json!(time))
        }
        Value::Array(items) => items.iter().map(as_written).collect(),
        Value::Object(fields) => fields.iter().map(|(key, value)| (key.clone(), as_written(value))).collect(),
        other => other.clone(),
    }
}

/// A body of an example.
pub(crate) fn body(example: &Value) -> String {
    let action = example["action"].as_str().unwrap();
    let webhook = TestWebhook::of_json(SECRET, action, example["payload"].clone());
    match example.get("additional_data") {
        Some(data) => webhook.additional_data(data).body(),
        None => webhook.body(),
    }
}

/// A body that says that a chat ended.
pub(crate) fn chat_deactivated(chat_id: &str) -> String {
    let event = livechat_webhooks::types::shared::ChatDeactivated::new(chat_id, "TH7W2KD90C");
    TestWebhook::new(SECRET, event).body()
}

/// What handlers saw.
#[derive(Clone, Default)]
pub(crate) struct Seen(Arc<Mutex<Vec<String>>>);

impl Seen {
    pub(crate) fn add(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}
