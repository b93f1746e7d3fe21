//! Webhooks of an application, brought to a declared set.

use livechat_client::{
    ErrorKind,
    types::configuration::{
        RegisterWebhook, WebhookAction, WebhookAdditionalData, WebhookFilters, WebhookSourceType, WebhookType,
    },
    webhooks::{Step, WebhookSet},
};
use serde_json::Value;

use crate::support::{Script, Server};

const NEW: &str = "https://new.example.com/?key=hunter2";

fn declared(action: WebhookAction, url: &str) -> RegisterWebhook {
    RegisterWebhook::new(action, "hunter3", url, "client-1", WebhookType::License)
}

fn registered(id: &str, action: &str, url: &str) -> Value {
    serde_json::json!({
        "id": id, "action": action, "url": url, "owner_client_id": "client-1", "type": "license",
    })
}

fn list(webhooks: &[Value]) -> Script {
    Script::ok(&serde_json::to_string(webhooks).unwrap())
}

/// The actions that the server was asked for, with what they were asked with.
fn asked(server: &Server) -> Vec<String> {
    let received = server.received();
    received
        .iter()
        .map(|request| {
            let action = request.line().split(['/', ' ']).rev().nth(2).unwrap().to_owned();
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            let which = body.get("id").or(body.get("url")).and_then(Value::as_str).unwrap_or("");
            format!("{action} {which}").trim().to_owned()
        })
        .collect()
}

#[tokio::test]
async fn what_is_missing_is_registered_and_what_is_too_much_is_not_any_more() {
    let server = Server::start([
        list(&[
            registered("w1", "incoming_chat", "https://old.example.com"),
            registered("w2", "incoming_event", NEW),
            registered("w3", "tag_created", NEW),
        ]),
        Script::ok(r#"{"license_webhooks_enabled":false}"#),
        Script::ok(r#"{"id":"w4"}"#),
        Script::ok("{}"),
        Script::ok("{}"),
        Script::ok("{}"),
    ])
    .await;
    let set = WebhookSet::new(
        "client-1",
        [declared(WebhookAction::IncomingEvent, NEW), declared(WebhookAction::IncomingChat, NEW)],
    );
    let plan = set.enabled().plan(&server.client().configuration()).await.unwrap();
    assert_eq!(
        plan.to_string(),
        "webhooks of client-1: 1 to register, 2 to unregister, 1 to keep\n\
         + incoming_chat (license) to https://new.example.com/?…\n\
         - incoming_chat (license) to https://old.example.com, webhook w1\n\
         - tag_created (license) to https://new.example.com/?…, webhook w3\n\
         ! switch the license's webhooks on\n"
    );
    assert_eq!(asked(&server), ["list_webhooks", "get_license_webhooks_state"], "a dry run changes nothing");
    assert!(!format!("{plan} {plan:?}").contains("hunter3"));
    let ids = plan.carry_out().await.unwrap();
    assert_eq!(ids.iter().map(AsRef::<str>::as_ref).collect::<Vec<_>>(), ["w4"]);
    assert_eq!(
        asked(&server)[2..],
        [
            format!("register_webhook {NEW}"),
            "unregister_webhook w1".into(),
            "unregister_webhook w3".into(),
            "enable_license_webhooks".into()
        ]
    );
}

#[tokio::test]
async fn a_set_that_is_registered_already_leaves_nothing_to_do_however_it_is_spelled() {
    let mut stored = registered("w1", "incoming_event", NEW);
    stored["additional_data"] = serde_json::json!(["chat_presence_user_ids", "chat_properties"]);
    stored["filters"] = serde_json::json!({"source_type": ["system", "my_client"], "only_my_chats": false});
    stored["description"] = "".into();
    let server = Server::start([list(&[stored]), Script::ok(r#"{"license_webhooks_enabled":true}"#)]).await;
    let webhook = declared(WebhookAction::IncomingEvent, NEW)
        .additional_data([WebhookAdditionalData::ChatProperties, WebhookAdditionalData::ChatPresenceUserIds])
        .filters(WebhookFilters::new().source_type([WebhookSourceType::MyClient, WebhookSourceType::System]));
    let set = WebhookSet::new("client-1", [webhook]).enabled();
    let plan = set.plan(&server.client().configuration()).await.unwrap();
    assert!(plan.is_empty(), "{plan}");
    assert_eq!(plan.kept().len(), 1);
    assert!(plan.carry_out().await.unwrap().is_empty());
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn a_webhook_that_differs_in_any_respect_is_replaced() {
    let url = "https://hooks.example.com";
    let base = registered("w1", "incoming_event", url);
    let differing = [
        ("url", serde_json::json!("https://hooks.example.com/")),
        ("type", serde_json::json!("bot")),
        ("description", serde_json::json!("another")),
        ("additional_data", serde_json::json!(["chat_properties"])),
        ("filters", serde_json::json!({"only_my_chats": true})),
        ("filters", serde_json::json!({"chat_presence": {"user_ids": {"values": ["a"]}}})),
    ];
    for (field, value) in differing {
        let mut stored = base.clone();
        stored[field] = value;
        let server = Server::start([list(&[stored])]).await;
        let set = WebhookSet::new("client-1", [declared(WebhookAction::IncomingEvent, url)]);
        let plan = set.plan(&server.client().configuration()).await.unwrap();
        assert!(matches!(plan.steps(), [Step::Register(_), Step::Unregister(_)]), "{field}: {plan}");
    }
}

#[tokio::test]
async fn secret_keys_are_renewed_on_demand_and_no_action_ever_has_more_webhooks_than_allowed() {
    let urls = ["https://a.example.com", "https://b.example.com", "https://c.example.com"];
    let stored: Vec<_> =
        urls.iter().zip(["w1", "w2", "w3"]).map(|(url, id)| registered(id, "incoming_chat", url)).collect();
    let server = Server::start([list(&stored)]).await;
    let set =
        WebhookSet::new("client-1", urls.map(|url| declared(WebhookAction::IncomingChat, url))).renewed();
    let plan = set.plan(&server.client().configuration()).await.unwrap();
    let mut count = 3;
    for step in plan.steps() {
        match step {
            Step::Register(_) => count += 1,
            Step::Unregister(_) => count -= 1,
            other => panic!("{other}"),
        }
        assert!((2..=3).contains(&count), "{plan}");
    }
    assert_eq!(plan.steps().len(), 6);
}

#[tokio::test]
async fn the_same_webhook_twice_is_two_webhooks() {
    let server = Server::start([list(&[registered("w1", "incoming_chat", NEW)])]).await;
    let twice = [declared(WebhookAction::IncomingChat, NEW), declared(WebhookAction::IncomingChat, NEW)];
    let plan = WebhookSet::new("client-1", twice).plan(&server.client().configuration()).await.unwrap();
    assert_eq!((plan.steps().len(), plan.kept().len()), (1, 1));
}

#[tokio::test]
async fn a_step_that_fails_stops_the_plan_and_names_the_action() {
    let server =
        Server::start([list(&[]), Script::ok(r#"{"id":"w1"}"#), Script::error(400, "validation")]).await;
    let webhooks = [WebhookAction::IncomingChat, WebhookAction::IncomingEvent, WebhookAction::TagCreated]
        .map(|action| declared(action, NEW));
    let plan = WebhookSet::new("client-1", webhooks).plan(&server.client().configuration()).await.unwrap();
    let error = plan.carry_out().await.unwrap_err();
    assert_eq!(error.action(), Some("register_webhook"));
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn a_webhook_of_another_application_is_an_error_before_anything_is_asked() {
    let server = Server::start([]).await;
    let webhooks = [declared(WebhookAction::IncomingChat, NEW)];
    let error =
        WebhookSet::new("client-2", webhooks).plan(&server.client().configuration()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Build);
    assert!(error.to_string().contains("`client-1`") && error.to_string().contains("`client-2`"), "{error}");
    assert!(server.received().is_empty());
}
