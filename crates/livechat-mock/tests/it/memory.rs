//! Whatever is called however often, the mock remembers a bounded amount: counted in what it holds.

use std::time::Duration;

use livechat_mock::MockServer;
use serde_json::{Value, json};

use crate::support::{Mock, text};

const MAX_CHATS: usize = 10;

/// What the mock holds, as its snapshot has it.
fn held(mock: &Mock) -> Value {
    serde_json::from_slice(&mock.server.snapshot().unwrap()).unwrap()
}

fn count(list: &Value) -> usize {
    list.as_array().map(Vec::len).or(list.as_object().map(serde_json::Map::len)).unwrap()
}

/// The events of all chats.
fn events(held: &Value) -> usize {
    let chats = held["chats"].as_object().unwrap().values();
    let threads = chats.flat_map(|chat| chat["threads"].as_array().unwrap());
    threads.map(|thread| count(&thread["events"])).sum()
}

#[tokio::test]
async fn chats_threads_and_events_are_bounded() {
    let mock = Mock::with(MockServer::builder().max_chats(MAX_CHATS)).await;
    let message = json!({"type": "message", "text": "on and on"});
    for _ in 0..5 * MAX_CHATS {
        let (chat, _) = mock.chat().await;
        for _ in 0..40 {
            mock.agent("send_event", json!({"chat_id": chat, "event": message})).await.ok();
        }
        mock.agent("deactivate_chat", json!({"id": chat})).await.ok();
        assert!(count(&held(&mock)["chats"]) <= MAX_CHATS);
    }
    // One chat that is written in without end, and resumed again and again.
    let (chat, _) = mock.chat().await;
    for _ in 0..8 {
        for _ in 0..150 {
            mock.agent("send_event", json!({"chat_id": chat, "event": message})).await.ok();
        }
        mock.agent("deactivate_chat", json!({"id": chat})).await.ok();
        mock.agent("resume_chat", json!({"chat": {"id": chat}})).await.ok();
    }
    let held = held(&mock);
    assert!(held["chats"][&chat].is_object(), "the chat that is written in stays");
    // A hundred for each chat, and what comes between two counts.
    assert!(events(&held) <= 100 * MAX_CHATS + 400, "{}", events(&held));
    assert!(count(&held["chats"]) < MAX_CHATS, "the others had to go");
}

#[tokio::test]
async fn customers_cookies_and_tokens_are_bounded() {
    let mock = Mock::with(MockServer::builder().max_chats(MAX_CHATS)).await;
    let tokens = mock.server.tokens();
    let body = json!({"grant_type": "cookie", "client_id": tokens.client_id, "organization_id": tokens.organization_id,
        "redirect_uri": "https://app.example"});
    for _ in 0..1_500 {
        mock.post("/v2/customer/token", "", body.clone()).await.ok();
    }
    for _ in 0..100 {
        let code = mock.server.authorization_code(&["chats--all:ro"]);
        let grant = json!({"grant_type": "authorization_code", "code": code, "client_id": tokens.client_id, "redirect_uri": "http://a"});
        mock.post("/v2/token", "", grant).await.ok();
    }
    let held = held(&mock);
    assert!(count(&held["customers"]) <= 1_001, "{}", count(&held["customers"]));
    assert!(count(&held["tokens"]["cookies"]) <= 1_001);
    // Those of customers, the ready-made ones, and 25 of the owner.
    assert!(count(&held["tokens"]["access"]) <= 1_001 + 4 + 25, "{}", count(&held["tokens"]["access"]));
    assert_eq!(count(&held["tokens"]["refresh"]), 25);
    assert_eq!(count(&held["tokens"]["codes"]), 0);
    mock.agent("list_chats", json!({})).await.ok();
}

#[tokio::test]
async fn tokens_and_codes_that_are_never_used_are_bounded() {
    let mock = Mock::with(MockServer::builder().max_chats(MAX_CHATS)).await;
    for _ in 0..10_500 {
        let _ = mock.server.token_with_scopes(&["chats--all:ro"]);
        let _ = mock.server.authorization_code(&[]);
    }
    let held = held(&mock);
    assert!(count(&held["tokens"]["access"]) <= 10_000);
    assert!(count(&held["tokens"]["codes"]) <= 10_000);
    mock.agent("list_chats", json!({})).await.ok();
}

#[tokio::test]
async fn what_is_configured_is_refused_beyond_a_limit() {
    let mock = Mock::start().await;
    let more = async |action: &str, field: &str, body: fn(usize) -> Value, limit: usize| {
        let mut refused = None;
        for number in 0..=limit {
            let answer = mock.configuration(action, body(number)).await;
            if answer.status != http::StatusCode::OK {
                refused = Some(answer.error());
                break;
            }
        }
        assert_eq!(refused.as_deref(), Some("limit_reached"), "{action}");
        let held = held(&mock);
        let count = match field {
            "definitions" => held[field].as_object().unwrap().values().map(count).sum(),
            _ => count(&held[field]),
        };
        assert_eq!(count, limit, "{field}");
    };
    more("create_agent", "agents", |n| json!({"id": format!("{n}@example.org"), "name": "A"}), 400).await;
    let group =
        |n: usize| json!({"name": n.to_string(), "agent_priorities": {"owner@example.com": "normal"}});
    more("create_group", "groups", group, 80).await;
    more("create_tag", "tags", |n| json!({"name": n.to_string(), "group_ids": [0]}), 1_000).await;
    more("create_bot", "bots", |n| json!({"name": n.to_string()}), 400).await;
    let template = |n: usize| json!({"name": "T", "owner_client_id": format!("client-{n}")});
    more("create_bot_template", "bot_templates", template, 400).await;
    let rule = |_| json!({"access": {"groups": [1]}, "conditions": {"url": {"values": [{"value": "a"}]}}});
    more("add_auto_access", "auto_accesses", rule, 200).await;
    let hook = |n: usize| json!({"action": "incoming_chat", "secret_key": "s", "url": "http://127.0.0.1:9", "type": "license", "owner_client_id": n.to_string()});
    more("register_webhook", "webhooks", hook, 1_000).await;
    let definition = |n: usize| json!({"name": "p", "owner_client_id": format!("{n}"), "type": "int", "access": {"chat": {"agent": ["read"]}}});
    more("register_property", "definitions", definition, 1_000).await;
    let disable = |n: usize| json!({"owner_client_id": n.to_string()});
    more("disable_license_webhooks", "webhooks_disabled_for", disable, 1_000).await;
}

#[tokio::test]
async fn properties_of_one_thing_and_large_events_are_bounded() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let client = mock.server.tokens().client_id;
    let rights = json!({"agent": ["read", "write"]});
    for number in 0..600 {
        let name = format!("{}.{}", number / 10, number % 10);
        let definition = json!({"name": name, "owner_client_id": client, "type": "bool", "access": {"chat": rights, "license": rights}});
        mock.configuration("register_property", definition).await.ok();
    }
    let mut refused = None;
    for number in 0..60 {
        let values: serde_json::Map<String, Value> =
            (0..10).map(|value| (format!("{number}.{value}"), json!(true))).collect();
        let set = json!({"properties": {client.as_str(): values}});
        mock.configuration("update_license_properties", set.clone()).await;
        let on_chat = json!({"id": chat, "properties": set["properties"]});
        let answer = mock.agent("update_chat_properties", on_chat).await;
        refused = refused.or((answer.status != http::StatusCode::OK).then(|| answer.error()));
    }
    assert_eq!(refused.as_deref(), Some("limit_reached"));
    let held = held(&mock);
    assert!(count(&held["license_properties"][&client]) <= 500);
    assert!(count(&held["chats"][&chat]["properties"][&client]) <= 500);
    let large = json!({"type": "custom", "content": {"text": "x".repeat(65 * 1024)}});
    assert_eq!(
        mock.agent("send_event", json!({"chat_id": chat, "event": large})).await.error(),
        "validation"
    );
}

#[tokio::test]
async fn the_log_files_and_banned_customers_are_bounded() {
    let mock = Mock::start().await;
    let token = mock.server.tokens().agent;
    let upload = || {
        let body =
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nx\r\n--b--\r\n";
        let mut request = mock.request("POST", "/v3.5/agent/action/upload_file", &token, body);
        request.headers_mut().insert("content-type", "multipart/form-data; boundary=b".parse().unwrap());
        request.headers_mut().insert("x-padding", "x".repeat(30_000).parse().unwrap());
        request
    };
    for _ in 0..1_100 {
        mock.send(upload()).await.ok();
    }
    assert!(count(&held(&mock)["files"]) <= 1_000);
    // Of requests that are this long fewer than 1,000 fit.
    let bytes: usize =
        mock.server.requests().iter().map(|request| request.header("x-padding").unwrap().len()).sum();
    assert!((8 << 20..=16 << 20).contains(&bytes), "{bytes}");
    let mut refused = None;
    for number in 0..401 {
        let created = mock.agent("create_customer", json!({"name": number.to_string()})).await.ok();
        let ban = json!({"id": text(&created["customer_id"]), "ban": {"days": 1}});
        let answer = mock.agent("ban_customer", ban).await;
        refused = (answer.status != http::StatusCode::OK).then(|| answer.error());
    }
    assert_eq!(refused.as_deref(), Some("limit_reached"));
}

#[tokio::test]
async fn webhooks_that_are_done_are_bounded() {
    let mock = Mock::with(MockServer::builder().webhook_retries([Duration::ZERO; 0])).await;
    // Nobody listens at the discard port of loopback.
    let hook = json!({"action": "tag_created", "secret_key": "s", "url": "http://127.0.0.1:9/", "type": "license",
        "owner_client_id": mock.server.tokens().client_id});
    mock.configuration("register_webhook", hook).await.ok();
    for number in 0..1_000 {
        mock.configuration("create_tag", json!({"name": number.to_string(), "group_ids": [0]})).await.ok();
    }
    for number in 0..200 {
        mock.configuration("delete_tag", json!({"name": number.to_string()})).await.ok();
        mock.configuration("create_tag", json!({"name": number.to_string(), "group_ids": [0]})).await.ok();
    }
    mock.server.webhooks_settled().await;
    assert_eq!(mock.server.webhooks().len(), 1_000);
}
