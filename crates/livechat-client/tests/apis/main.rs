//! Each API by itself against the mock: what a feature promises is there whichever other features are chosen.

#![cfg(any(
    feature = "accounts",
    feature = "agent",
    feature = "configuration",
    feature = "customer",
    feature = "reports"
))]
#![expect(clippy::unwrap_used, reason = "the helpers of the tests may fail the tests")]

use livechat_client::{Credentials, LiveChat};
use livechat_mock::{MockServer, ReadyTokens};

/// A mock, and a client with one of its tokens.
async fn start(token: impl Fn(&ReadyTokens) -> String) -> (MockServer, LiveChat) {
    let server = MockServer::builder().seed(42).start().await.unwrap();
    let livechat = LiveChat::builder(Credentials::bearer(token(&server.tokens())))
        .api_url(server.url())
        .accounts_url(server.url())
        .system_proxy(false)
        .build()
        .unwrap();
    (server, livechat)
}

#[cfg(feature = "agent")]
#[tokio::test]
async fn agents_chat() {
    use livechat_client::types::agent::{GetChat, StartChat};

    let (_server, livechat) = start(|tokens| tokens.agent.clone()).await;
    let started = livechat.agent().start_chat(&StartChat::new()).await.unwrap();
    let chat = livechat.agent().get_chat(&GetChat::new(started.chat_id.clone())).await.unwrap();
    assert_eq!(chat.id, started.chat_id);
}

#[cfg(feature = "customer")]
#[tokio::test]
async fn customers_chat() {
    use livechat_client::types::customer::{GetChat, StartChat};

    let (server, livechat) = start(|tokens| tokens.customer.clone()).await;
    let customer = livechat.customer(server.tokens().organization_id);
    let started = customer.start_chat(&StartChat::new()).await.unwrap();
    let chat = customer.get_chat(&GetChat::new(started.chat_id.clone())).await.unwrap();
    assert_eq!(chat.id, started.chat_id);
}

#[cfg(feature = "configuration")]
#[tokio::test]
async fn agents_configure() {
    use livechat_client::types::configuration::{CreateTag, ListTags};

    let (_server, livechat) = start(|tokens| tokens.agent.clone()).await;
    livechat.configuration().create_tag(&CreateTag::new("lost parcel").group_ids([0])).await.unwrap();
    let tags = livechat.configuration().list_tags(&ListTags::new()).await.unwrap();
    assert!(tags.iter().any(|tag| tag.name == "lost parcel"), "{tags:?}");
}

#[cfg(feature = "reports")]
#[tokio::test]
async fn agents_read_reports() {
    use livechat_client::types::reports::ChatsTotalChats;

    let (_server, livechat) = start(|tokens| tokens.agent.clone()).await;
    let report = livechat.reports().chats_total_chats(&ChatsTotalChats::new()).await.unwrap();
    assert!(report.total > Some(0), "{report:?}");
}

#[cfg(feature = "accounts")]
#[tokio::test]
async fn tokens_tell_what_they_are() {
    use livechat_client::types::accounts::GetTokenInfo;

    let (server, livechat) = start(|tokens| tokens.agent.clone()).await;
    let info = livechat.accounts().get_token_info(&GetTokenInfo::new()).await.unwrap();
    assert_eq!(info.client_id, Some(server.tokens().client_id.into()));
}

#[cfg(feature = "webhooks")]
#[tokio::test]
async fn webhooks_are_registered_and_have_types() {
    use livechat_client::{
        types::{
            WebhookEnvelope,
            configuration::{RegisterWebhook, WebhookAction, WebhookType},
            webhooks::WebhookPayload,
        },
        webhooks::WebhookSet,
    };

    let (server, livechat) = start(|tokens| tokens.agent.clone()).await;
    let client_id = server.tokens().client_id;
    let url = "https://hooks.example.com/livechat";
    let webhook = RegisterWebhook::new(
        WebhookAction::TagDeleted,
        "secret",
        url,
        client_id.as_str(),
        WebhookType::License,
    );
    let plan = WebhookSet::new(client_id, [webhook]).plan(&livechat.configuration()).await.unwrap();
    plan.carry_out().await.unwrap();

    let body = r#"{"webhook_id":"hk1","secret_key":"secret","action":"tag_deleted","organization_id":"o1",
        "payload":{"name":"lost parcel"}}"#;
    let webhook: WebhookEnvelope<WebhookPayload> = serde_json::from_str(body).unwrap();
    assert!(matches!(webhook.payload, WebhookPayload::TagDeleted(_)), "{webhook:?}");
}

#[cfg(all(feature = "agent", feature = "rtm"))]
#[test]
fn pushes_have_types() {
    use livechat_client::types::{PushEnvelope, agent::Push};

    let body = r#"{"version":"3.5","action":"tag_deleted","type":"push","payload":{"name":"lost parcel"}}"#;
    let push: PushEnvelope<Push> = serde_json::from_str(body).unwrap();
    assert!(matches!(push.payload, Push::TagDeleted(_)), "{push:?}");
}
