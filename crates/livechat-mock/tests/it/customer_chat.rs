//! The Customer Chat API shows a customer their own part.

use serde_json::json;

use crate::support::{Mock, text};

#[tokio::test]
async fn a_customers_chat_is_routed_to_an_agent_and_seen_from_both_sides() {
    let mock = Mock::start().await;
    let events = json!([{"type": "message", "text": "Hello?"}]);
    let started = mock.customer("start_chat", json!({"chat": {"thread": {"events": events}}})).await.ok();
    let chat = text(&started["chat_id"]);
    assert_eq!(started["event_ids"].as_array().unwrap().len(), 1);
    assert_eq!(mock.customer("start_chat", json!({})).await.error(), "limit_reached");
    let seen = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    let agent =
        seen["users"].as_array().unwrap().iter().find(|user| user["type"] == "agent").unwrap().clone();
    let token = mock.server.token_of(agent["id"].as_str().unwrap(), &["chats--access:rw"]);
    let say = |text: &str, visibility: &str| json!({"chat_id": chat, "event": {"type": "message", "text": text, "visibility": visibility}});
    mock.agent_as(&token, "send_event", say("Hi!", "all")).await.ok();
    mock.agent_as(&token, "send_event", say("a whisper", "agents")).await.ok();

    let own = mock.customer("get_chat", json!({"chat_id": chat})).await.ok();
    let said = own["thread"]["events"].to_string();
    assert!(said.contains("Hello?") && said.contains("Hi!") && !said.contains("whisper"), "{said}");
    assert!(!own.to_string().contains("@example.com"), "an e-mail address of an agent shows: {own}");
    assert!(!said.contains("visibility"));
    let shown = own["users"].as_array().unwrap().iter().find(|user| user["type"] == "agent").unwrap();
    assert_eq!(shown["name"], agent["name"]);
    assert_eq!(shown["id"].as_str().unwrap().len(), 32);
}

#[tokio::test]
async fn another_customers_chat_cannot_be_read() {
    let mock = Mock::start().await;
    let started = mock.customer("start_chat", json!({})).await.ok();
    let tokens = mock.server.tokens();
    let body = json!({"grant_type": "agent_token", "client_id": tokens.client_id});
    let other = text(&mock.post("/v2/customer/token", &tokens.agent, body).await.ok()["access_token"]);
    let read = json!({"chat_id": started["chat_id"]});
    assert_eq!(mock.customer_as(&other, "get_chat", read).await.error(), "authorization");
    assert_eq!(mock.customer_as(&other, "list_chats", json!({})).await.ok()["total_chats"], 0);
}

#[tokio::test]
async fn an_ended_chat_takes_events_that_are_attached_to_its_last_thread() {
    let mock = Mock::start().await;
    let started = mock.customer("start_chat", json!({})).await.ok();
    let chat = text(&started["chat_id"]);
    mock.customer("deactivate_chat", json!({"id": chat})).await.ok();
    let event = json!({"chat_id": chat, "event": {"type": "message", "text": "one more thing"}});
    assert_eq!(mock.customer("send_event", event.clone()).await.error(), "chat_inactive");
    let mut attached = event;
    attached["attach_to_last_thread"] = true.into();
    mock.customer("send_event", attached).await.ok();
    let resumed = mock.customer("resume_chat", json!({"chat": {"id": chat}})).await.ok();
    let threads = mock.customer("list_threads", json!({"chat_id": chat})).await.ok();
    assert_eq!(threads["threads"][0]["id"], resumed["thread_id"]);
    assert_eq!(threads["found_threads"], 2);
    let summary = mock.customer("list_chats", json!({})).await.ok();
    assert_eq!(summary["chats_summary"][0]["active"], true);
}

#[tokio::test]
async fn auto_access_decides_the_groups_of_a_customers_chat() {
    let mock = Mock::start().await;
    let rule = json!({"access": {"groups": [1]}, "conditions": {"domain": {"values": [{"value": "shop.example.org", "exact_match": true}]}}});
    mock.configuration("add_auto_access", rule).await.ok();
    let page = json!({"page_url": "https://shop.example.org/lamps", "group_id": 0, "session_fields": []});
    mock.customer("check_goals", page).await.ok();
    let started = mock.customer("start_chat", json!({})).await.ok();
    let chat = mock.agent("get_chat", json!({"chat_id": started["chat_id"]})).await.ok();
    assert_eq!(chat["access"]["group_ids"], json!([1]));
}

#[tokio::test]
async fn without_an_agent_there_is_a_queue_or_an_error() {
    let mock = Mock::start().await;
    for (agent, status) in [
        ("agent@example.com", "not_accepting_chats"),
        ("sales@example.com", "not_accepting_chats"),
        ("owner@example.com", "accepting_chats"),
    ] {
        mock.agent("set_routing_status", json!({"agent_id": agent, "status": status})).await.ok();
    }
    mock.configuration("update_agent", json!({"id": "owner@example.com", "max_chats_count": 0})).await.ok();
    assert_eq!(mock.customer("get_predicted_agent", json!({})).await.ok()["queue"], true);
    let started = mock.customer("start_chat", json!({})).await.ok();
    let chat = mock.customer("get_chat", json!({"chat_id": started["chat_id"]})).await.ok();
    assert_eq!(chat["thread"]["queue"]["position"], 1);
    mock.customer("deactivate_chat", json!({"id": started["chat_id"]})).await.ok();
    mock.agent("set_routing_status", json!({"status": "not_accepting_chats"})).await.ok();
    assert_eq!(mock.customer("start_chat", json!({})).await.error(), "groups_offline");
    assert_eq!(mock.customer("get_predicted_agent", json!({})).await.error(), "group_offline");
    let statuses = mock.customer("list_group_statuses", json!({"all": true})).await.ok();
    assert_eq!(statuses["groups_status"], json!({"0": "offline", "1": "offline"}));
}

#[tokio::test]
async fn the_organization_must_be_named_and_known() {
    let mock = Mock::start().await;
    let token = mock.server.tokens().customer;
    let none = mock.post("/v3.5/customer/action/list_chats", &token, json!({})).await;
    assert_eq!(none.error(), "validation");
    let other = mock.post("/v3.5/customer/action/list_chats?organization_id=x", &token, json!({})).await;
    assert_eq!(other.error(), "license_not_found");
}

#[tokio::test]
async fn the_widgets_configuration_is_read_without_a_token() {
    let mock = Mock::start().await;
    let organization = mock.server.tokens().organization_id;
    let get = async |action: &str, query: &str| {
        mock.get(&format!("/v3.5/customer/action/{action}?organization_id={organization}&{query}"), "").await
    };
    let dynamic = get("get_dynamic_configuration", "group_id=1&test=true").await.ok();
    assert_eq!((&dynamic["group_id"], &dynamic["online_group_ids"]), (&json!(1), &json!([0, 1])));
    get("get_configuration", "group_id=0&version=1.0.0").await.ok();
    get("get_localization", "group_id=0&language=en&version=1").await.ok();
    assert_eq!(get("get_configuration", "group_id=one&version=1").await.error(), "validation");
    assert_eq!(get("get_configuration", "group_id=9&version=1").await.error(), "group_not_found");
    mock.configuration(
        "update_license_properties",
        json!({"properties": {"chats": {"queue.enabled": true}, "test": {"bool_property": true}}}),
    )
    .await
    .ok();
    // Customers read only what they have access to.
    assert_eq!(get("list_license_properties", "").await.ok(), json!({"test": {"bool_property": true}}));
    assert_eq!(get("list_group_properties", "id=1").await.ok(), json!({}));
}

#[tokio::test]
async fn customers_change_themselves_and_are_kept_out_by_a_ban() {
    let mock = Mock::start().await;
    assert_eq!(mock.customer("update_customer", json!({})).await.error(), "validation");
    mock.customer("update_customer", json!({"name": "Nia"})).await.ok();
    mock.customer("set_customer_session_fields", json!({"session_fields": [{"a": "1"}]})).await.ok();
    let own = mock.customer("get_customer", json!({})).await.ok();
    assert_eq!((&own["name"], &own["session_fields"]), (&json!("Nia"), &json!([{"a": "1"}])));
    let id = mock.server.tokens().customer_id;
    mock.agent("ban_customer", json!({"id": id, "ban": {"days": 2}})).await.ok();
    assert_eq!(mock.customer("get_customer", json!({})).await.error(), "customer_banned");
    mock.server.advance(std::time::Duration::from_secs(2 * 24 * 60 * 60));
    mock.customer("get_customer", json!({})).await.ok();
}

#[tokio::test]
async fn the_rest_answers_as_documented() {
    let mock = Mock::start().await;
    let form = mock.customer("get_form", json!({"group_id": 0, "type": "prechat"})).await.ok();
    assert_eq!((&form["enabled"], &form["form"]["fields"][0]["type"]), (&json!(true), &json!("header")));
    mock.customer("get_url_info", json!({"url": "https://example.org/a"})).await.ok();
    let greeting = json!({"greeting_id": 7, "unique_id": "u"});
    assert_eq!(mock.customer("accept_greeting", greeting).await.error(), "greeting_not_found");
    assert_eq!(
        mock.customer("request_email_verification", json!({"callback_uri": "https://a.example"}))
            .await
            .error(),
        "validation"
    );
    assert_eq!(mock.customer("list_group_statuses", json!({})).await.error(), "validation");
    let started = mock.customer("start_chat", json!({})).await.ok();
    let chat = &started["chat_id"];
    mock.customer("send_sneak_peek", json!({"chat_id": chat, "sneak_peek_text": "I am typ"})).await.ok();
    mock.customer("mark_events_as_seen", json!({"chat_id": chat, "seen_up_to": "2026-03-01T10:00:00+01:00"}))
        .await
        .ok();
    mock.customer("update_chat_properties", json!({"id": chat, "properties": {"rating": {"score": 1}}}))
        .await
        .ok();
}
