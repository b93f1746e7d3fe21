//! Traps of the Customer Chat API.

use serde_json::json;

use super::{fails, passes};

#[test]
fn a_configuration_may_lack_what_is_off() {
    let mut dynamic = json!({
        "group_id": 0, "client_limit_exceeded": false, "domain_allowed": true, "config_version": "5e0b",
        "localization_version": "91f2", "language": "pl"
    });
    passes("customer-web", "get_dynamic_configuration", "response", &dynamic);
    dynamic["organization_id"] = "o1".into();
    dynamic["online_group_ids"] = json!([0, 3]);
    passes("customer-web", "get_dynamic_configuration", "response", &dynamic);
    passes("customer-web", "get_form", "response", &json!({"enabled": false}));
    let configuration =
        json!({"buttons": [], "integrations": {}, "properties": {"group": {}, "license": {}}});
    passes("customer-web", "get_configuration", "response", &configuration);
}

#[test]
fn a_link_may_have_no_preview() {
    passes("customer-web", "get_url_info", "response", &json!({}));
    let whole = json!({
        "title": "Parcels", "description": "Where they are", "image_url": "https://cdn.example.com/p.png",
        "image_original_url": "https://shop.example.org/p.png", "image_width": 200, "image_height": 100, "url": "https://shop.example.org"
    });
    passes("customer-web", "get_url_info", "response", &whole);
    passes("customer-rtm", "get_url_info", "response", &whole);
}

#[test]
fn a_predicted_agent_comes_with_a_yes_or_no() {
    let answer =
        json!({"agent": {"id": "d6f1", "name": "Ada", "type": "agent", "is_bot": false}, "queue": false});
    passes("customer-web", "get_predicted_agent", "response", &answer);
    for kind in ["group_offline", "group_unavailable"] {
        assert!(livechat_types::shared::ErrorType::from(kind).is_known(), "{kind}");
    }
}

#[test]
fn side_storage_goes_out_as_it_came_in() {
    let storage = json!({"customer_side_storage": {"greetings": "[7]", "seen": "yes"}});
    passes("customer-rtm", "customer_side_storage_updated", "push", &storage);
    let mut login = storage;
    login["token"] = "Bearer fra:t".into();
    passes("customer-rtm", "login", "request", &login);
}

#[test]
fn a_page_needs_its_address_only_when_it_changes() {
    for page in [json!({"title": "Parcels"}), json!({"url": "https://shop.example.org"})] {
        passes("customer-rtm", "login", "request", &json!({"token": "Bearer fra:t", "customer_page": page}));
    }
    passes("customer-rtm", "update_customer_page", "request", &json!({"url": "https://shop.example.org"}));
    fails("customer-rtm", "update_customer_page", "request", &json!({"title": "Parcels"}), "`url`");
}

#[test]
fn a_greeting_is_a_message_with_an_agent() {
    let at = "2024-03-11T09:14:02.35Z";
    let events = [
        json!({"type": "message", "id": "e1", "created_at": at, "author_id": "d6f1", "text": "Hi"}),
        json!({"type": "rich_message", "id": "e1", "created_at": at, "author_id": "d6f1", "template_id": "cards", "elements": []}),
    ];
    for event in events {
        let mut greeting = json!({
            "id": 7, "unique_id": "G1", "displayed_first_time": true, "agent": {"id": "d6f1", "name": "Ada"}, "event": event
        });
        passes("customer-rtm", "incoming_greeting", "push", &greeting);
        greeting["addon"] = "unread_message_badge".into();
        greeting["subtype"] = "announcement".into();
        greeting["is_exit_intent"] = false.into();
        passes("customer-rtm", "incoming_greeting", "push", &greeting);
        greeting["accepted"] = false.into();
        let login = json!({"customer": {"id": "1f6c"}, "has_active_thread": false, "greeting": greeting});
        passes("customer-rtm", "login", "response", &login);
    }
    passes("customer-rtm", "greeting_accepted", "push", &json!({"unique_id": "G1"}));
}

#[test]
fn online_groups_have_two_names() {
    let login = json!({
        "customer": {"id": "1f6c"}, "has_active_thread": true, "chats": [{"chat_id": "c", "has_unread_events": true}],
        "__priv_dynamic_config": {"online_groups_ids": [0, 3]}
    });
    passes("customer-rtm", "login", "response", &login);
}
