//! A LiveChat in which everything exists that the specs' examples name, under the ids that they name it by.
//!
//! It is built by calls, as anybody would; then the ids that the mock made up are replaced in its snapshot by the examples'.

use livechat_client::{Credentials, LiveChat};
use livechat_mock::MockServer;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use wire_tests::{CALLS, ORGANIZATION_ID};

/// The token of an agent with every scope.
pub(crate) const AGENT_TOKEN: &str = "dal:a-token";
/// The token of the customer.
pub(crate) const CUSTOMER_TOKEN: &str = "dal:a-customers-token";

const CLIENT_ID: &str = "7d3e1b0c9f8a4e2db6c5a4f3e2d1c0b9";
const OTHER_CLIENT_ID: &str = "3f1d7c0a9be24e0c8d55a1b2c3d4e5f6";

/// A server that has the scene.
pub(crate) async fn start() -> MockServer {
    static SNAPSHOT: OnceCell<String> = OnceCell::const_new();
    let snapshot = SNAPSHOT.get_or_init(build).await;
    MockServer::builder().restore(snapshot.as_bytes()).start().await.unwrap()
}

/// A client of a server, with this token.
pub(crate) fn client(server: &MockServer, token: &str) -> LiveChat {
    LiveChat::builder(Credentials::bearer(token))
        .api_url(server.url())
        .accounts_url(server.url())
        .system_proxy(false)
        .no_rate_limit()
        .build()
        .unwrap()
}

async fn send(livechat: &LiveChat, api: &str, action: &str, request: Value) {
    let call = CALLS.iter().find(|call| call.api == api && call.action == action).unwrap();
    let outcome = (call.send)(livechat.clone(), request.to_string()).await;
    assert_eq!(outcome, Ok(()), "{api} {action} {request}");
}

async fn build() -> String {
    let start = "2024-03-11T09:00:00Z".parse().unwrap();
    let server = MockServer::builder().stopped_at(start).start().await.unwrap();
    // The calls of customers name the organization of the examples: it is put in before the first of them.
    let snapshot = String::from_utf8(server.snapshot().unwrap()).unwrap();
    let snapshot = snapshot.replace(&server.tokens().organization_id, ORGANIZATION_ID);
    let server = MockServer::builder().restore(snapshot).start().await.unwrap();
    let tokens = server.tokens();
    let agent = client(&server, &tokens.agent);
    set_up(&agent, &tokens.client_id).await;
    talk(&agent, &client(&server, &tokens.customer), &tokens.client_id).await;
    let code = server.authorization_code(&["chats--all:rw"]);
    let access_token = server.token_with_scopes(&["chats--all:rw"]);
    let snapshot = String::from_utf8(server.snapshot().unwrap()).unwrap();
    let state: Value = serde_json::from_str(&snapshot).unwrap();
    let text = |pointer: &str| state.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let key = |field: &str| state[field].as_object().unwrap().keys().next().unwrap().clone();
    let chat = key("chats");
    let names = [
        (tokens.agent.clone(), AGENT_TOKEN),
        (tokens.customer.clone(), CUSTOMER_TOKEN),
        (tokens.customer_id.clone(), "1f6c3c1e-0d0c-4f0e-9a44-3b0a5b1f8d21"),
        (tokens.client_id.clone(), CLIENT_ID),
        (tokens.bot_id.clone(), "e04b6d1f83a94c7fb5a2d90c617e38af"),
        (text(&format!("/bots/{}/secret", tokens.bot_id)), "kept-by-the-application"),
        (key("bot_templates"), "e04b6d1f83a94c7fb5a2d90c617e38af"),
        (text(&format!("/chats/{chat}/threads/0/id")), "TH7W2KD90C"),
        (chat, "QJ4T8ZP1LX"),
        (text("/auto_accesses/0/id"), "4b7715a0ce9d4f6e8f1032d5c6a79b80"),
        (text("/auto_accesses/1/id"), "9d2f60c1b7e84a53a1c0f7d3e6b85412"),
        (text("/webhooks/0/id"), "hk29xv0d7q4m1s8t"),
        (code, "fra:c0de-for-one-use"),
        (access_token, "fra:an-access-token"),
    ];
    names.iter().fold(snapshot, |snapshot, (made_up, example)| snapshot.replace(made_up, example))
}

/// Agents, groups and all that is configured.
async fn set_up(agent: &LiveChat, client_id: &str) {
    for number in 2..=8 {
        let group =
            json!({"name": format!("Group {number}"), "agent_priorities": {"owner@example.com": "normal"}});
        send(agent, "configuration", "create_group", group).await;
    }
    for (id, name) in [("ada@example.com", "Ada Lindqvist"), ("ravi@example.com", "Ravi Menon")] {
        let groups = json!([{"id": 3, "priority": "normal"}, {"id": 8, "priority": "normal"}]);
        send(agent, "configuration", "create_agent", json!({"id": id, "name": name, "groups": groups})).await;
    }
    for name in ["billing", "damaged_parcel"] {
        send(agent, "configuration", "create_tag", json!({"name": name, "group_ids": [3, 8]})).await;
    }
    let everyone = json!({"agent": ["read", "write"], "customer": ["read", "write"]});
    let access = json!({"chat": everyone, "thread": everyone, "event": everyone, "license": everyone, "group": everyone});
    for owner in [client_id, OTHER_CLIENT_ID] {
        for (name, kind) in [
            ("order_number", "int"),
            ("paid", "bool"),
            ("escalated", "bool"),
            ("translated_from", "string"),
            ("theme", "string"),
            ("loyalty_level", "int"),
        ] {
            let named = json!({"name": name, "owner_client_id": owner});
            let with = |extra: Value| {
                let mut request = named.clone();
                request.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
                request
            };
            let definition = with(json!({"type": kind, "access": access}));
            send(agent, "configuration", "register_property", definition).await;
            // Others' can be written once they are published; then they cannot be unregistered any more.
            if owner == OTHER_CLIENT_ID {
                let published = with(json!({"access_type": ["read", "write"]}));
                send(agent, "configuration", "publish_property", published).await;
            }
        }
    }
    for page in ["/no/", "/da/"] {
        let rule = json!({"access": {"groups": [3]}, "conditions": {"url": {"values": [{"value": page}]}}});
        send(agent, "configuration", "add_auto_access", rule).await;
    }
    let template = json!({"name": "Parcel tracker", "owner_client_id": client_id});
    send(agent, "configuration", "create_bot_template", template).await;
    let webhook = json!({"action": "chat_deactivated", "secret_key": "kept-between-us", "url": "https://hooks.example.com/livechat",
        "type": "license", "owner_client_id": client_id});
    send(agent, "configuration", "register_webhook", webhook).await;
}

/// A chat of the customer and the owner, whose sixth event is a message with buttons.
async fn talk(agent: &LiveChat, customer: &LiveChat, client_id: &str) {
    let profile = json!({"name": "Nadia Osei", "email": "nadia@example.org"});
    send(customer, "customer", "update_customer", profile).await;
    let message = |text: &str| json!({"type": "message", "text": text});
    let chat = json!({"access": {"group_ids": [3]}, "thread": {"events": [message("Where is my parcel?")]}});
    send(customer, "customer", "start_chat", json!({"chat": chat})).await;
    let id = chat_id(agent).await;
    for text in ["What does it look like?", "It is a grey box", "One moment"] {
        send(agent, "agent", "send_event", json!({"chat_id": id, "event": message(text)})).await;
    }
    let button =
        |id: &str| json!({"type": "message", "value": id, "text": id, "postback_id": id, "user_ids": []});
    let buttons = json!([{"buttons": [button("confirm_order"), button("track_parcel")]}]);
    let rich = json!({"type": "rich_message", "template_id": "cards", "elements": buttons});
    send(agent, "agent", "send_event", json!({"chat_id": id, "event": rich})).await;
    let properties = json!({client_id: {"theme": "dark"}});
    send(agent, "configuration", "update_license_properties", json!({"properties": properties})).await;
    send(agent, "configuration", "update_group_properties", json!({"group_id": 3, "properties": properties}))
        .await;
}

async fn chat_id(agent: &LiveChat) -> String {
    let chats = agent.agent().list_chats(&livechat_types::agent::ListChats::new()).await.unwrap();
    chats.into_inner().chats_summary[0].id.to_string()
}
