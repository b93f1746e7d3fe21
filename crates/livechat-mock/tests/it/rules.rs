//! Rules that the documentation states in a sentence each.

use serde_json::{Value, json};

use crate::support::{Mock, text};

fn ids(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| text(&item[field])).collect()
}

#[tokio::test]
async fn agents_for_a_transfer_are_those_online_and_whoever_has_the_fewest_chats_comes_first() {
    let mock = Mock::start().await;
    let created = mock.agent("create_customer", json!({"name": "Ada"})).await.ok();
    let users = json!([{"id": created["customer_id"], "type": "customer"}, {"id": "agent@example.com", "type": "agent"}]);
    mock.agent("start_chat", json!({"chat": {"users": users}})).await.ok();
    let without_customer = json!([{"id": "sales@example.com", "type": "agent"}]);
    mock.agent("start_chat", json!({"chat": {"users": without_customer}})).await.ok();
    let (chat, _) = mock.chat().await;
    mock.agent(
        "set_routing_status",
        json!({"agent_id": "sales@example.com", "status": "not_accepting_chats"}),
    )
    .await
    .ok();
    let found = mock.agent("list_agents_for_transfer", json!({"chat_id": chat})).await.ok();
    assert_eq!(ids(&found, "agent_id"), ["sales@example.com", "agent@example.com"]);
    assert_eq!((&found[0]["total_active_chats"], &found[1]["total_active_chats"]), (&json!(0), &json!(1)));
    mock.agent("set_routing_status", json!({"agent_id": "sales@example.com", "status": "offline"}))
        .await
        .ok();
    let found = mock.agent("list_agents_for_transfer", json!({"chat_id": chat})).await.ok();
    assert_eq!(ids(&found, "agent_id"), ["agent@example.com"]);
}

#[tokio::test]
async fn a_published_property_cannot_be_unregistered() {
    let mock = Mock::start().await;
    let named = json!({"name": "level", "owner_client_id": mock.server.tokens().client_id});
    let with = |extra: Value| {
        let mut body = named.clone();
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let definition = with(json!({"type": "int", "access": {"chat": {"agent": ["read"]}}}));
    mock.configuration("register_property", definition).await.ok();
    mock.configuration("publish_property", with(json!({"access_type": ["read"]}))).await.ok();
    assert_eq!(mock.configuration("unregister_property", named.clone()).await.error(), "validation");
}

#[tokio::test]
async fn a_property_that_is_not_set_has_its_default_value() {
    let mock = Mock::start().await;
    let client = mock.server.tokens().client_id;
    let access = json!({"agent": ["read", "write"], "customer": ["read"]});
    let definition = json!({"name": "level", "owner_client_id": client, "type": "int", "default_value": 1,
        "access": {"license": access, "group": access}});
    mock.configuration("register_property", definition).await.ok();
    let level = |value: i64| json!({client.as_str(): {"level": value}});
    assert_eq!(mock.configuration("list_license_properties", json!({})).await.ok(), level(1));
    mock.configuration("update_license_properties", json!({"properties": level(2)})).await.ok();
    assert_eq!(mock.configuration("list_license_properties", json!({})).await.ok(), level(2));
    let groups = mock.configuration("list_groups_properties", json!({"group_ids": [1]})).await.ok();
    assert_eq!(groups[0]["properties"], level(1));
    let path = format!(
        "/v3.5/customer/action/list_group_properties?organization_id={}&id=1",
        mock.server.tokens().organization_id
    );
    assert_eq!(mock.get(&path, "").await.ok(), level(1));
}

#[tokio::test]
async fn a_bots_token_cannot_be_revoked() {
    let mock = Mock::start().await;
    let token = mock.server.tokens().bot;
    let answer = mock.send(mock.request("DELETE", &format!("/v2/token?code={token}"), "", "")).await;
    assert_eq!(answer.json()["oauth_exception"], "invalid_request");
    mock.agent_as(&token, "list_chats", json!({})).await.ok();
}

#[tokio::test]
async fn to_change_chats_of_other_groups_it_takes_more_than_the_right_to_read_them() {
    let mock = Mock::start().await;
    let billing = json!({"name": "Billing", "agent_priorities": {"owner@example.com": "normal"}});
    let group = mock.configuration("create_group", billing).await.ok();
    let started =
        mock.agent("start_chat", json!({"chat": {"access": {"group_ids": [group["id"]]}}})).await.ok();
    let reader = mock.server.token_of("sales@example.com", &["chats--all:ro", "chats--access:rw"]);
    mock.agent_as(&reader, "get_chat", json!({"chat_id": started["chat_id"]})).await.ok();
    let close = json!({"id": started["chat_id"], "ignore_requester_presence": true});
    assert_eq!(mock.agent_as(&reader, "deactivate_chat", close.clone()).await.error(), "missing_access");
    let writer = mock.server.token_of("sales@example.com", &["chats--all:rw"]);
    mock.agent_as(&writer, "deactivate_chat", close).await.ok();
}

#[tokio::test]
async fn a_chat_is_followed_until_it_is_reactivated() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let other = mock.server.token_of("agent@example.com", &["chats--all:rw"]);
    mock.agent_as(&other, "follow_chat", json!({"id": chat})).await.ok();
    let is_followed = async || {
        let read = mock.agent_as(&other, "get_chat", json!({"chat_id": chat})).await.ok();
        read["is_followed"] == true
    };
    assert!(is_followed().await);
    mock.agent("deactivate_chat", json!({"id": chat})).await.ok();
    assert!(is_followed().await);
    mock.agent("resume_chat", json!({"chat": {"id": chat}})).await.ok();
    assert!(!is_followed().await);
}

#[tokio::test]
async fn auto_access_decides_on_a_resumed_chat_unless_the_customer_names_groups() {
    let mock = Mock::start().await;
    let started = mock.customer("start_chat", json!({})).await.ok();
    let chat = &started["chat_id"];
    let rule = json!({"access": {"groups": [1]}, "conditions": {"url": {"values": [{"value": "shop"}]}}});
    mock.configuration("add_auto_access", rule).await.ok();
    let page = json!({"page_url": "https://shop.example.org", "group_id": 0, "session_fields": []});
    mock.customer("check_goals", page).await.ok();
    let groups =
        async || mock.agent("get_chat", json!({"chat_id": chat})).await.ok()["access"]["group_ids"].clone();
    for (access, expected) in [(json!({}), json!([1])), (json!({"access": {"group_ids": [0]}}), json!([0]))] {
        mock.customer("deactivate_chat", json!({"id": chat})).await.ok();
        let mut resumed = access;
        resumed["id"] = chat.clone();
        mock.customer("resume_chat", json!({"chat": resumed})).await.ok();
        assert_eq!(groups().await, expected);
    }
}

#[tokio::test]
async fn whoever_is_there_for_agents_alone_writes_for_agents_alone() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let join = json!({"chat_id": chat, "user_id": "agent@example.com", "user_type": "agent", "visibility": "agents"});
    mock.agent("add_user_to_chat", join).await.ok();
    let other = mock.server.token_of("agent@example.com", &["chats--all:rw"]);
    let say = |visibility: &str| json!({"chat_id": chat, "event": {"type": "message", "text": "hi", "visibility": visibility}});
    assert_eq!(mock.agent_as(&other, "send_event", say("all")).await.error(), "authorization");
    mock.agent_as(&other, "send_event", say("agents")).await.ok();
}
