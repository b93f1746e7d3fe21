//! Who gets a chat and when, and what the system writes into it about that.

use serde_json::{Value, json};

use crate::support::{Mock, text};

/// Nobody takes chats but these, one each.
async fn only(mock: &Mock, takers: &[&str]) {
    for agent in ["owner@example.com", "agent@example.com", "sales@example.com"] {
        let status = if takers.contains(&agent) { "accepting_chats" } else { "not_accepting_chats" };
        mock.agent("set_routing_status", json!({"agent_id": agent, "status": status})).await.ok();
        mock.configuration("update_agent", json!({"id": agent, "max_chats_count": 1})).await.ok();
    }
}

/// A token of a new customer.
async fn customer(mock: &Mock) -> String {
    let ready = mock.server.tokens();
    let grant = json!({"grant_type": "agent_token", "client_id": ready.client_id, "response_type": "token"});
    text(&mock.post("/v2/customer/token", &ready.agent, grant).await.ok()["access_token"])
}

async fn queue(mock: &Mock, chat: &Value) -> Value {
    mock.agent("get_chat", json!({"chat_id": chat["chat_id"]})).await.ok()["thread"]["queue"].clone()
}

/// The last message of the system in a chat: its type and variables.
async fn said(mock: &Mock, chat: &str) -> (String, Value) {
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    let events = read["thread"]["events"].as_array().unwrap().clone();
    let last = events.iter().rfind(|event| event["type"] == "system_message").unwrap();
    (text(&last["system_message_type"]), last["text_vars"].clone())
}

/// Ban Customer ends the customer's chats at once: their agents are free for those who wait.
#[tokio::test]
async fn a_ban_frees_the_agent_for_whoever_waits() {
    let mock = Mock::start().await;
    only(&mock, &["agent@example.com"]).await;
    let banned = mock.customer("start_chat", json!({})).await.ok();
    let waiting = mock.customer_as(&customer(&mock).await, "start_chat", json!({})).await.ok();
    assert_eq!(queue(&mock, &waiting).await["position"], 1);
    let ban = json!({"id": mock.server.tokens().customer_id, "ban": {"days": 3}});
    mock.agent("ban_customer", ban).await.ok();
    assert_eq!(queue(&mock, &waiting).await, Value::Null);
    let (kind, variables) = said(&mock, banned["chat_id"].as_str().unwrap()).await;
    assert_eq!((kind.as_str(), &variables["duration"]), ("customer_banned", &json!("3")));
}

/// The reference of system messages: chats of whoever is deleted or logged out pass to the next, or wait.
#[tokio::test]
async fn the_chats_of_whoever_is_gone_pass_to_the_next_or_wait() {
    let mock = Mock::start().await;
    only(&mock, &["sales@example.com"]).await;
    let started = mock.customer("start_chat", json!({})).await.ok();
    only(&mock, &["sales@example.com", "agent@example.com"]).await;
    mock.configuration("suspend_agent", json!({"id": "sales@example.com"})).await.ok();
    let names = json!({"agent_added": "Adam Agent", "agent_removed": "Sara Sales"});
    let chat = started["chat_id"].as_str().unwrap();
    assert_eq!(said(&mock, chat).await, ("routing.assigned_remotely_signed_out".to_owned(), names));
    mock.configuration("delete_agent", json!({"id": "agent@example.com"})).await.ok();
    let name = json!({"agent": "Adam Agent"});
    assert_eq!(said(&mock, chat).await, ("routing.unassigned_deleted".to_owned(), name));
    assert_eq!(queue(&mock, &started).await["position"], 1);
}

/// An agent gets as many chats as `max_chats_count` says, from the time that it says so.
#[tokio::test]
async fn whoever_may_have_more_chats_gets_one_that_waits() {
    let mock = Mock::start().await;
    only(&mock, &["agent@example.com"]).await;
    mock.customer("start_chat", json!({})).await.ok();
    let waiting = mock.customer_as(&customer(&mock).await, "start_chat", json!({})).await.ok();
    assert_eq!(queue(&mock, &waiting).await["position"], 1);
    mock.configuration("update_agent", json!({"id": "agent@example.com", "max_chats_count": 2})).await.ok();
    assert_eq!(queue(&mock, &waiting).await, Value::Null);
}

/// Create Bot: once its routing status is set, a bot is there for chats; in a group of which nothing is said, by its default priority.
#[tokio::test]
async fn a_bot_without_groups_takes_chats_by_its_default_priority() {
    let mock = Mock::start().await;
    let bot = async |priority: &str| {
        let body = json!({"name": priority, "default_group_priority": priority});
        let bot = mock.configuration("create_bot", body).await.ok();
        let online = json!({"agent_id": bot["id"], "status": "accepting_chats"});
        mock.agent("set_routing_status", online).await.ok();
        bot["id"].clone()
    };
    bot("supervisor").await;
    bot("last").await;
    let first = bot("first").await;
    let started = mock.customer("start_chat", json!({})).await.ok();
    let read = mock.agent("get_chat", json!({"chat_id": started["chat_id"]})).await.ok();
    let users: Vec<&Value> = read["users"].as_array().unwrap().iter().map(|user| &user["id"]).collect();
    assert!(users.contains(&&first), "{users:?}");
    let in_sales = json!({"chat": {"access": {"group_ids": [1]}}});
    let other = mock.customer_as(&customer(&mock).await, "start_chat", in_sales).await.ok();
    let read = mock.agent("get_chat", json!({"chat_id": other["chat_id"]})).await.ok();
    assert!(read["users"].as_array().unwrap().iter().all(|user| user["id"] != first), "it is not of group 1");
}

/// Resume Chat: `continuous` that is unset leaves the mode as it was, and a continuous chat needs nobody online.
#[tokio::test]
async fn a_continuous_chat_is_resumed_though_nobody_is_online() {
    let mock = Mock::start().await;
    only(&mock, &[]).await;
    let started = mock.customer("start_chat", json!({"continuous": true})).await.ok();
    mock.customer("deactivate_chat", json!({"id": started["chat_id"]})).await.ok();
    let chat = json!({"id": started["chat_id"]});
    let not = mock.customer("resume_chat", json!({"chat": chat, "continuous": false})).await;
    assert_eq!(not.error(), "groups_offline");
    mock.customer("resume_chat", json!({"chat": chat})).await.ok();
    assert_eq!(queue(&mock, &started).await["position"], 1);
}

/// The reference of system messages: their types and variables, and that of a chat's first agent none tells.
#[tokio::test]
async fn messages_of_the_system_name_who_did_what_to_whom() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let [olivia, adam, sales] = ["Olivia Owner", "Adam Agent", "sales@example.com"];
    let named =
        |user: &str| json!({"chat_id": chat, "user_id": user, "user_type": "agent", "visibility": "all"});
    mock.agent("add_user_to_chat", named("agent@example.com")).await.ok();
    let both = json!({"initiator": olivia, "agent": adam});
    assert_eq!(said(&mock, &chat).await, ("agent_added".to_owned(), both.clone()));
    mock.agent("remove_user_from_chat", named("agent@example.com")).await.ok();
    assert_eq!(said(&mock, &chat).await, ("agent_removed".to_owned(), both));
    let own = mock.server.token_of(sales, &["chats--all:rw"]);
    mock.agent_as(&own, "add_user_to_chat", named(sales)).await.ok();
    assert_eq!(said(&mock, &chat).await, ("agent_joined".to_owned(), json!({"agent": "Sara Sales"})));
    mock.agent_as(&own, "remove_user_from_chat", named(sales)).await.ok();
    assert_eq!(said(&mock, &chat).await, ("agent_left".to_owned(), json!({"agent": "Sara Sales"})));
    mock.agent("remove_user_from_chat", named("owner@example.com")).await.ok();
    let mut alone = named(sales);
    alone["ignore_requester_presence"] = json!(true);
    mock.agent("add_user_to_chat", alone).await.ok();
    assert_eq!(said(&mock, &chat).await.0, "agent_left", "no message tells of the first agent");
    let target = json!({"type": "agent", "ids": ["agent@example.com"]});
    let transfer = json!({"id": chat, "target": target, "ignore_requester_presence": true});
    mock.agent("transfer_chat", transfer).await.ok();
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    let events = read["thread"]["events"].as_array().unwrap().clone();
    let told = events.iter().find(|event| event["system_message_type"] == "chat_transferred").unwrap();
    assert_eq!(told["text_vars"], json!({"initiator": olivia, "targets": adam}));
}

/// Update Customer: what an agent changes of a customer stands in the customer's active chats.
#[tokio::test]
async fn a_customers_new_name_is_told_of_in_active_chats() {
    let mock = Mock::start().await;
    let id = mock.server.tokens().customer_id;
    let started = mock.customer("start_chat", json!({})).await.ok();
    mock.agent("update_customer", json!({"id": id, "name": "Nia"})).await.ok();
    let (kind, variables) = said(&mock, started["chat_id"].as_str().unwrap()).await;
    let both = json!({"initiator": "Olivia Owner", "customer_name": "Nia"});
    assert_eq!((kind.as_str(), variables), ("customer_updated", both));
}
