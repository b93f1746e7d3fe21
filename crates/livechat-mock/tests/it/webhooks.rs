//! Registered webhooks are delivered, and tried again.

use std::{
    collections::VecDeque,
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use livechat_mock::{MockServer, MockServerBuilder};
use livechat_types::{WebhookEnvelope, webhooks::WebhookPayload};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};

use crate::support::{Mock, text};

/// Something that takes webhooks.
struct Receiver {
    url: String,
    bodies: Arc<Mutex<Vec<Value>>>,
    tasks: JoinSet<()>,
}

impl Receiver {
    /// Answers with these statuses in turn, and then with 200; a status of 0 never answers.
    async fn start(statuses: impl IntoIterator<Item = u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let statuses = Arc::new(Mutex::new(statuses.into_iter().collect::<VecDeque<_>>()));
        let mut tasks = JoinSet::new();
        let kept = Arc::clone(&bodies);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (bodies, statuses) = (Arc::clone(&kept), Arc::clone(&statuses));
                let service = service_fn(move |request: Request<Incoming>| {
                    let (bodies, statuses) = (Arc::clone(&bodies), Arc::clone(&statuses));
                    async move {
                        let body = request.into_body().collect().await.unwrap().to_bytes();
                        bodies.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
                        let status = statuses.lock().unwrap().pop_front().unwrap_or(200);
                        if status == 0 {
                            std::future::pending::<()>().await;
                        }
                        let response =
                            Response::builder().status(status).body(Full::new(Bytes::new())).unwrap();
                        Ok::<_, Infallible>(response)
                    }
                });
                connections.spawn(async move {
                    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { url, bodies, tasks }
    }

    fn got(&self) -> Vec<Value> {
        self.bodies.lock().unwrap().clone()
    }

    fn actions(&self) -> Vec<String> {
        self.got().iter().map(|body| text(&body["action"])).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.tasks.abort_all();
    }
}

fn quick() -> MockServerBuilder {
    MockServer::builder().webhook_retries([Duration::ZERO; 3])
}

async fn register(mock: &Mock, receiver: &Receiver, action: &str, extra: Value) -> String {
    let mut body = json!({
        "action": action, "secret_key": "keep-me", "url": receiver.url, "type": "license",
        "owner_client_id": mock.server.tokens().client_id,
    });
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    text(&mock.configuration("register_webhook", body).await.ok()["id"])
}

#[tokio::test]
async fn what_happens_in_a_chat_is_told_in_order() {
    let mock = Mock::with(quick()).await;
    let receiver = Receiver::start([]).await;
    let extra = json!({"additional_data": ["chat_properties", "chat_presence_user_ids"]});
    let id = register(&mock, &receiver, "incoming_event", extra).await;
    let (chat, thread) = mock.chat().await;
    for number in 0..5 {
        let event = json!({"type": "message", "text": number.to_string()});
        mock.agent("send_event", json!({"chat_id": chat, "event": event})).await.ok();
    }
    mock.server.webhooks_settled().await;
    let got = receiver.got();
    let texts: Vec<_> = got.iter().map(|body| text(&body["payload"]["event"]["text"])).collect();
    assert_eq!(texts, ["0", "1", "2", "3", "4"]);
    assert_eq!(got[0]["webhook_id"], id);
    assert_eq!(got[0]["secret_key"], "keep-me");
    assert_eq!(got[0]["organization_id"], mock.server.tokens().organization_id);
    assert_eq!(got[0]["payload"]["thread_id"], thread);
    assert_eq!(got[0]["additional_data"]["chat_presence_user_ids"], json!(["owner@example.com"]));
    assert!(got[0]["additional_data"]["chat_properties"]["source"].is_object());
}

#[tokio::test]
async fn every_webhook_is_of_its_documented_type() {
    let mock = Mock::with(quick()).await;
    let receiver = Receiver::start([]).await;
    let names = mock.post("/v3.5/configuration/action/list_webhook_names", "", json!({})).await.ok();
    for definition in names.as_array().unwrap() {
        register(&mock, &receiver, definition["action"].as_str().unwrap(), json!({})).await;
    }
    everything(&mock).await;
    mock.server.webhooks_settled().await;
    for body in receiver.got() {
        let webhook: WebhookEnvelope<WebhookPayload> = serde_json::from_value(body.clone()).unwrap();
        assert!(!matches!(webhook.payload, WebhookPayload::Unknown(_)), "{body}");
        assert_eq!(serde_json::to_value(&webhook).unwrap(), body, "something is not of the type");
    }
    let mut never: Vec<String> = names.as_array().unwrap().iter().map(|name| text(&name["action"])).collect();
    let told = receiver.actions();
    never.retain(|action| !told.contains(action));
    assert_eq!(never, ["chat_access_updated", "event_updated"], "no action causes these");
}

/// Does one of everything that a webhook tells of.
async fn everything(mock: &Mock) {
    let (chat, thread) = mock.chat().await;
    let event = format!("{thread}_1");
    let (set, gone) = (json!({"test": {"int_property": 1}}), json!({"test": ["int_property"]}));
    for (action, body) in [
        (
            "add_user_to_chat",
            json!({"chat_id": chat, "user_id": "agent@example.com", "user_type": "agent", "visibility": "all"}),
        ),
        (
            "remove_user_from_chat",
            json!({"chat_id": chat, "user_id": "agent@example.com", "user_type": "agent"}),
        ),
        ("update_chat_properties", json!({"id": chat, "properties": set})),
        ("delete_chat_properties", json!({"id": chat, "properties": gone})),
        ("update_thread_properties", json!({"chat_id": chat, "thread_id": thread, "properties": set})),
        ("delete_thread_properties", json!({"chat_id": chat, "thread_id": thread, "properties": gone})),
        (
            "update_event_properties",
            json!({"chat_id": chat, "thread_id": thread, "event_id": event, "properties": set}),
        ),
        (
            "delete_event_properties",
            json!({"chat_id": chat, "thread_id": thread, "event_id": event, "properties": gone}),
        ),
        ("mark_events_as_seen", json!({"chat_id": chat, "seen_up_to": "2026-03-01T10:00:00Z"})),
        ("set_routing_status", json!({"status": "not_accepting_chats"})),
    ] {
        mock.agent(action, body).await.ok();
    }
    mock.configuration("create_tag", json!({"name": "a", "group_ids": [0]})).await.ok();
    let tag = json!({"chat_id": chat, "thread_id": thread, "tag": "a"});
    mock.agent("tag_thread", tag.clone()).await.ok();
    mock.agent("untag_thread", tag).await.ok();
    let cards = json!({"type": "rich_message", "template_id": "cards", "elements": [{"buttons": [
        {"type": "message", "value": "yes", "text": "Yes", "postback_id": "yes", "user_ids": []}]}]});
    let rich = mock.agent("send_event", json!({"chat_id": chat, "event": cards})).await.ok();
    let postback = json!({"chat_id": chat, "thread_id": thread, "event_id": rich["event_id"], "postback": {"id": "yes", "toggled": true}});
    mock.agent("send_rich_message_postback", postback).await.ok();
    mock.agent("transfer_chat", json!({"id": chat, "target": {"type": "group", "ids": [1]}})).await.ok();
    mock.agent("deactivate_chat", json!({"id": chat, "ignore_requester_presence": true})).await.ok();
    let customer = mock.agent("create_customer", json!({"name": "Ada"})).await.ok();
    let change = json!({"id": customer["customer_id"], "session_fields": [{"a": "b"}]});
    // Without an active chat nobody is told.
    mock.agent("update_customer", change.clone()).await.ok();
    let users = json!([{"id": customer["customer_id"], "type": "customer"}]);
    mock.agent("start_chat", json!({"chat": {"users": users}})).await.ok();
    mock.agent("update_customer", change).await.ok();
    in_configuration(mock).await;
}

async fn in_configuration(mock: &Mock) {
    let id = json!({"id": "nora@example.com"});
    mock.configuration("create_agent", json!({"id": "nora@example.com", "name": "Nora"})).await.ok();
    mock.configuration("update_agent", json!({"id": "nora@example.com", "job_title": "Lead"})).await.ok();
    for action in ["approve_agent", "suspend_agent", "unsuspend_agent", "delete_agent"] {
        mock.configuration(action, id.clone()).await.ok();
    }
    let bot = mock.configuration("create_bot", json!({"name": "B"})).await.ok();
    mock.configuration("update_bot", json!({"id": bot["id"], "name": "C"})).await.ok();
    mock.configuration("delete_bot", json!({"id": bot["id"]})).await.ok();
    let group = mock
        .configuration(
            "create_group",
            json!({"name": "G", "agent_priorities": {"agent@example.com": "normal"}}),
        )
        .await
        .ok();
    mock.configuration("update_group", json!({"id": group["id"], "name": "H"})).await.ok();
    mock.configuration("delete_group", json!({"id": group["id"]})).await.ok();
    mock.configuration("update_tag", json!({"name": "a", "group_ids": [1]})).await.ok();
    mock.configuration("delete_tag", json!({"name": "a"})).await.ok();
    let rule = json!({"access": {"groups": [1]}, "conditions": {"url": {"values": [{"value": "a"}]}}});
    mock.configuration("add_auto_access", rule).await.ok();
}

#[tokio::test]
async fn postbacks_are_told_of_in_active_threads_alone() {
    let mock = Mock::with(quick()).await;
    let receiver = Receiver::start([]).await;
    register(&mock, &receiver, "incoming_rich_message_postback", json!({})).await;
    let (chat, thread) = mock.chat().await;
    let button = json!({"text": "Yes", "postback_id": "yes", "user_ids": []});
    let event = json!({"type": "rich_message", "template_id": "cards", "elements": [{"buttons": [button]}]});
    let sent = mock.agent("send_event", json!({"chat_id": chat, "event": event})).await.ok();
    let postback = |toggled: bool| json!({"chat_id": chat, "thread_id": thread, "event_id": sent["event_id"], "postback": {"id": "yes", "toggled": toggled}});
    mock.agent("send_rich_message_postback", postback(true)).await.ok();
    mock.agent("deactivate_chat", json!({"id": chat})).await.ok();
    mock.agent("send_rich_message_postback", postback(false)).await.ok();
    mock.server.webhooks_settled().await;
    let told: Vec<_> =
        receiver.got().iter().map(|body| body["payload"]["postback"]["toggled"].clone()).collect();
    assert_eq!(told, [true]);
}

#[tokio::test]
async fn a_webhook_that_is_not_taken_is_sent_again_up_to_three_times() {
    let mock = Mock::with(quick()).await;
    let receiver = Receiver::start([500, 302, 503, 404]).await;
    register(&mock, &receiver, "tag_created", json!({})).await;
    mock.configuration("create_tag", json!({"name": "a", "group_ids": []})).await.ok();
    mock.server.webhooks_settled().await;
    assert_eq!(receiver.got().len(), 4);
    let done = mock.server.webhooks();
    assert_eq!((done[0].attempts, done[0].taken, done[0].action.as_str()), (4, false, "tag_created"));
    mock.configuration("create_tag", json!({"name": "b", "group_ids": []})).await.ok();
    mock.server.webhooks_settled().await;
    assert_eq!((mock.server.webhooks()[1].attempts, mock.server.webhooks()[1].taken), (1, true));
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_is_given_up() {
    let mock = Mock::with(quick().webhook_timeout(Duration::ZERO)).await;
    let receiver = Receiver::start([0, 0, 0, 0]).await;
    register(&mock, &receiver, "tag_created", json!({})).await;
    mock.configuration("create_tag", json!({"name": "a", "group_ids": []})).await.ok();
    mock.server.webhooks_settled().await;
    assert!(!mock.server.webhooks()[0].taken);
}

/// Webhooks of chats: who gets a chat from the queue is told by `chat_transferred`, whose reason is `assigned`; nobody asked for it.
#[tokio::test]
async fn a_chat_that_leaves_the_queue_is_told_of() {
    let mock = Mock::with(quick()).await;
    let receiver = Receiver::start([]).await;
    register(&mock, &receiver, "chat_transferred", json!({"filters": {"source_type": ["system"]}})).await;
    register(&mock, &receiver, "incoming_event", json!({"filters": {"source_type": ["system"]}})).await;
    for agent in ["owner@example.com", "agent@example.com", "sales@example.com"] {
        mock.agent("set_routing_status", json!({"agent_id": agent, "status": "not_accepting_chats"}))
            .await
            .ok();
    }
    let started = mock.customer("start_chat", json!({"continuous": true})).await.ok();
    let back = json!({"agent_id": "sales@example.com", "status": "accepting_chats"});
    mock.agent("set_routing_status", back).await.ok();
    mock.server.webhooks_settled().await;
    let got = receiver.got();
    let told = |action: &str| got.iter().find(|body| body["action"] == action).unwrap()["payload"].clone();
    let (transfer, message) = (told("chat_transferred"), told("incoming_event"));
    assert_eq!((&transfer["chat_id"], &transfer["thread_id"]), (&started["chat_id"], &started["thread_id"]));
    assert_eq!((&transfer["reason"], &transfer["requester_id"]), (&json!("assigned"), &Value::Null));
    assert_eq!(transfer["transferred_to"]["agent_ids"], json!(["sales@example.com"]));
    assert_eq!(message["event"]["system_message_type"], "routing.assigned");
    assert_eq!(got.len(), 2);
}

/// `filters.author_type` of Register Webhook: what the system writes has no author.
#[tokio::test]
async fn a_filter_for_authors_lets_no_message_of_the_system_pass() {
    let mock = Mock::with(quick()).await;
    let receiver = Receiver::start([]).await;
    for author in ["customer", "agent"] {
        register(&mock, &receiver, "incoming_event", json!({"filters": {"author_type": author}})).await;
    }
    let started = mock.customer("start_chat", json!({})).await.ok();
    let event = json!({"type": "message", "text": "bye"});
    mock.customer("send_event", json!({"chat_id": started["chat_id"], "event": event})).await.ok();
    mock.customer("deactivate_chat", json!({"id": started["chat_id"]})).await.ok();
    mock.server.webhooks_settled().await;
    let got = receiver.got();
    assert_eq!((got.len(), &got[0]["payload"]["event"]["text"]), (1, &json!("bye")));
}

/// `auto_accesses_updated` tells of all changes, also of the rules that another one follows now.
#[tokio::test]
async fn a_rule_that_is_added_or_taken_away_changes_the_one_before_it() {
    let mock = Mock::with(quick()).await;
    let receiver = Receiver::start([]).await;
    register(&mock, &receiver, "auto_accesses_updated", json!({})).await;
    let rule = json!({"access": {"groups": [1]}, "conditions": {"url": {"values": [{"value": "a"}]}}});
    let mut added = Vec::new();
    for _ in 0..2 {
        added.push(mock.configuration("add_auto_access", rule.clone()).await.ok()["id"].clone());
    }
    mock.configuration("delete_auto_access", json!({"id": added[1]})).await.ok();
    mock.server.webhooks_settled().await;
    let got = receiver.got();
    let [first, second] = [&added[0], &added[1]];
    assert_eq!(got[1]["payload"][0], json!({"id": first, "next_id": second, "status": "updated"}));
    assert_eq!(got[1]["payload"][1]["status"], "added");
    let (moved, gone) = (
        json!({"id": first, "next_id": "", "status": "updated"}),
        json!({"id": second, "status": "deleted"}),
    );
    assert_eq!(got[2]["payload"], json!([moved, gone]));
}

/// `customer_session_fields_updated` is sent for each active chat that the customer has.
#[tokio::test]
async fn new_session_fields_are_told_of_for_each_active_chat() {
    let mock = Mock::with(quick()).await;
    let receiver = Receiver::start([]).await;
    register(&mock, &receiver, "customer_session_fields_updated", json!({})).await;
    let id = mock.server.tokens().customer_id;
    let chat = json!({"chat": {"users": [{"id": id, "type": "customer"}]}});
    for _ in 0..2 {
        mock.agent("start_chat", chat.clone()).await.ok();
    }
    mock.agent("update_customer", json!({"id": id, "session_fields": [{"plan": "gold"}]})).await.ok();
    mock.server.webhooks_settled().await;
    let got = receiver.got();
    assert_eq!(got.len(), 2);
    assert_ne!(got[0]["payload"]["active_chat"], got[1]["payload"]["active_chat"]);
}

#[tokio::test]
async fn filters_decide_what_is_sent() {
    let mock = Mock::with(quick()).await;
    let receiver = Receiver::start([]).await;
    register(&mock, &receiver, "incoming_event", json!({"filters": {"author_type": "customer"}})).await;
    let presence = json!({"filters": {"chat_presence": {"user_ids": {"values": ["agent@example.com"]}}}});
    register(&mock, &receiver, "thread_tagged", presence).await;
    let agents = json!({"filters": {"agent_ids": {"values": ["agent@example.com"]}}});
    register(&mock, &receiver, "routing_status_set", agents).await;
    mock.agent("set_routing_status", json!({"status": "not_accepting_chats"})).await.ok();
    let started = mock.customer("start_chat", json!({})).await.ok();
    let chat = &started["chat_id"];
    mock.customer(
        "send_event",
        json!({"chat_id": chat, "event": {"type": "message", "text": "from the customer"}}),
    )
    .await
    .ok();
    mock.agent(
        "add_user_to_chat",
        json!({"chat_id": chat, "user_id": "owner@example.com", "user_type": "agent", "visibility": "all"}),
    )
    .await;
    mock.agent(
        "send_event",
        json!({"chat_id": chat, "event": {"type": "message", "text": "from the agent"}}),
    )
    .await
    .ok();
    mock.server.webhooks_settled().await;
    assert_eq!(receiver.got().len(), 1);
    assert_eq!(receiver.got()[0]["payload"]["event"]["text"], "from the customer");
}

#[tokio::test]
async fn a_license_switches_its_webhooks_off_and_a_bot_by_being_offline() {
    let mock = Mock::with(quick()).await;
    let receiver = Receiver::start([]).await;
    register(&mock, &receiver, "tag_created", json!({})).await;
    register(&mock, &receiver, "tag_created", json!({"type": "bot"})).await;
    let tag = async |name: &str| {
        mock.configuration("create_tag", json!({"name": name, "group_ids": []})).await.ok();
        mock.server.webhooks_settled().await;
        receiver.got().len()
    };
    assert_eq!(tag("a").await, 1, "the bot is offline");
    mock.configuration("disable_license_webhooks", json!({})).await.ok();
    assert_eq!(
        mock.configuration("get_license_webhooks_state", json!({})).await.ok(),
        json!({"license_webhooks_enabled": false})
    );
    assert_eq!(tag("b").await, 1);
    let bot = mock.server.tokens().bot;
    mock.agent_as(&bot, "set_routing_status", json!({"status": "not_accepting_chats"})).await.ok();
    assert_eq!(tag("c").await, 2);
    mock.configuration("enable_license_webhooks", json!({})).await.ok();
    assert_eq!(tag("d").await, 4);
}

#[tokio::test]
async fn registrations_are_listed_without_their_secret_and_limited() {
    let mock = Mock::with(quick()).await;
    let receiver = Receiver::start([]).await;
    let client = mock.server.tokens().client_id;
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(register(&mock, &receiver, "tag_created", json!({"description": "tags"})).await);
    }
    let fourth = json!({"action": "tag_created", "secret_key": "s", "url": receiver.url, "type": "license", "owner_client_id": client});
    assert_eq!(mock.configuration("register_webhook", fourth).await.error(), "limit_reached");
    let listed = mock.configuration("list_webhooks", json!({"owner_client_id": client})).await;
    assert_eq!(listed.ok().as_array().unwrap().len(), 3);
    assert!(!listed.text.contains("keep-me"));
    let gone = json!({"id": ids[0], "owner_client_id": client});
    mock.configuration("unregister_webhook", gone.clone()).await.ok();
    assert_eq!(mock.configuration("unregister_webhook", gone).await.error(), "not_found");
    let filtered = json!({"action": "tag_created", "secret_key": "s", "url": receiver.url, "type": "license",
        "owner_client_id": client, "filters": {"author_type": "agent"}});
    assert_eq!(mock.configuration("register_webhook", filtered).await.error(), "validation");
}
