//! Traps of webhooks.

use std::collections::BTreeSet;

use livechat_types::{
    Payload, WebhookEnvelope, agent,
    configuration::WebhookAction,
    webhooks::{AdditionalData, WebhookPayload},
};
use serde_json::{Value, json};

use super::{fails, kept, passes};

type Webhook = WebhookEnvelope<WebhookPayload, AdditionalData>;

fn webhook(action: &str, payload: &Value) -> Value {
    json!({"webhook_id": "w1", "secret_key": "s", "action": action, "organization_id": "o1", "payload": payload})
}

fn chat_deactivated() -> Value {
    webhook("chat_deactivated", &json!({"chat_id": "c", "thread_id": "t"}))
}

#[test]
fn additional_data_may_be_full_empty_or_absent() {
    assert_eq!(kept::<Webhook>(&chat_deactivated()).additional_data, None);
    for data in [
        json!({}),
        json!({"chat_presence_user_ids": ["ada@example.com"]}),
        json!({"chat_properties": {"routing": {"pinned": true}}, "chat_presence_user_ids": []}),
    ] {
        let mut webhook = chat_deactivated();
        webhook["additional_data"] = data;
        assert!(kept::<Webhook>(&webhook).additional_data.is_some());
    }
    let mut without_key = chat_deactivated();
    without_key.as_object_mut().unwrap().remove("secret_key");
    let error = serde_json::from_value::<Webhook>(without_key).unwrap_err().to_string();
    assert!(error.contains("`secret_key`"), "{error}");
}

#[test]
fn actions_have_the_names_of_what_happened() {
    for action in
        ["group_created", "group_deleted", "group_updated", "tag_created", "tag_deleted", "tag_updated"]
    {
        assert!(WebhookPayload::ACTIONS.contains(&action), "{action}");
        assert!(WebhookAction::from(action).is_known(), "{action}");
    }
    for wrong in ["create_group", "delete_group", "update_group", "create_tag", "delete_tag", "update_tag"] {
        assert!(!WebhookPayload::ACTIONS.contains(&wrong), "{wrong}");
    }
    let registered: BTreeSet<&str> = WebhookAction::KNOWN.iter().map(WebhookAction::as_str).collect();
    assert_eq!(registered, WebhookPayload::ACTIONS.iter().copied().collect());
}

#[test]
fn an_old_name_of_an_action_is_unknown_and_kept() {
    let old: Webhook = kept(&webhook("auto_access_added", &json!([{"id": "r1"}])));
    assert!(matches!(&old.payload, WebhookPayload::Unknown(_)));
    assert_eq!(old.payload.action(), "auto_access_added");
}

#[test]
fn a_webhook_wraps_the_customer_that_a_push_does_not() {
    let customer = json!({"type": "customer", "id": "1f6c3c1e"});
    passes("agent-rtm", "incoming_customer", "push", &customer);
    passes("webhooks", "incoming_customer", "webhook", &json!({"customer": customer}));
    fails("webhooks", "incoming_customer", "webhook", &customer, "`customer`");
}

#[test]
fn additional_data_is_read_with_every_action() {
    for (action, payload) in [
        ("routing_status_set", json!({"agent_id": "a", "status": "offline"})),
        ("incoming_customer", json!({"customer": {"type": "customer", "id": "1f6c3c1e"}})),
        ("agent_deleted", json!({"id": "a"})),
    ] {
        let mut webhook = webhook(action, &payload);
        webhook["additional_data"] = json!({"chat_properties": {}});
        assert!(kept::<Webhook>(&webhook).additional_data.unwrap().chat_properties.is_some(), "{action}");
    }
}

#[test]
fn the_filter_by_agents_is_any_json() {
    for agents in [json!({"values": ["ada@example.com"]}), json!(["ada@example.com"])] {
        let request = json!({
            "action": "routing_status_set", "secret_key": "s", "url": "https://hooks.example.org", "owner_client_id": "7d3e",
            "type": "license", "filters": {"agent_ids": agents}
        });
        passes("configuration", "register_webhook", "request", &request);
    }
    let names = json!([{"action": "agent_deleted", "filters": ["agent_ids"], "additional_data": []}, {"action": "tag_created"}]);
    passes("configuration", "list_webhook_names", "response", &names);
}

#[test]
fn some_webhooks_have_no_push_and_some_pushes_no_webhook() {
    let pushes: BTreeSet<&str> = agent::Push::ACTIONS.iter().copied().collect();
    let webhooks: BTreeSet<&str> = WebhookPayload::ACTIONS.iter().copied().collect();
    assert_eq!(
        webhooks.difference(&pushes).copied().collect::<Vec<_>>(),
        ["customer_session_fields_updated"]
    );
    assert_eq!(pushes.difference(&webhooks).count(), 16);
}

#[test]
fn a_listed_webhook_has_no_key() {
    let listed = |filters: Value| {
        json!([{
            "id": "w1", "url": "https://hooks.example.org", "description": "", "action": "incoming_event",
            "owner_client_id": "7d3e", "type": "bot", "filters": filters
        }])
    };
    for filters in [
        json!({}),
        json!({"author_type": "customer", "only_my_chats": true, "source_type": ["my_client", "system"]}),
        json!({"chat_presence": {"my_bots": true, "user_ids": {"exclude_values": ["ada@example.com"]}}}),
        json!({"chat_presence": {"user_ids": {"values": ["ada@example.com"]}}}),
    ] {
        passes("configuration", "list_webhooks", "response", &listed(filters));
    }
}
