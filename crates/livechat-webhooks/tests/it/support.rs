//! Webhooks of every action, and what is needed to send them.

use std::sync::{Arc, LazyLock, Mutex};

use livechat_webhooks::TestWebhook;
use serde_json::Value;

pub(crate) const SECRET: &str = "keep-me";

/// An example of each action: `{action, payload, additional_data?}`. Times stand as they are written: without zeros at the end.
pub(crate) static EXAMPLES: LazyLock<Vec<Value>> =
    LazyLock::new(|| serde_json::from_str(include_str!("webhooks.json")).unwrap());

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
