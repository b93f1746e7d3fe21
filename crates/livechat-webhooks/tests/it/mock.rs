//! Real deliveries: a made-up LiveChat sends webhooks over HTTP, and the handlers get them typed.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use livechat_client::{
    Credentials, LiveChat,
    types::{
        agent::{DeactivateChat, SendEvent, StartChat, TagThread},
        configuration::{CreateTag, RegisterWebhook, WebhookAction, WebhookAdditionalData, WebhookType},
    },
    webhooks::WebhookSet,
};
use livechat_mock::MockServer;
use livechat_webhooks::{
    Context, Delivery, Destination, Handlers, Verified, Verifier, WebhookService,
    axum::router,
    inbox::{Inbox, SqliteStore},
    types::{shared::WebhookId, webhooks::WebhookPayload},
};
use tokio::net::TcpListener;

use crate::support::SECRET;

/// A LiveChat whose webhooks are registered to a service.
struct Wired {
    mock: MockServer,
    livechat: LiveChat,
    ids: Vec<WebhookId>,
}

/// Starts a LiveChat and a service, and registers the service's webhooks by the configuration API.
async fn wire<const N: usize>(
    destination: impl Destination,
    secret: &str,
    actions: [WebhookAction; N],
) -> Wired {
    let mock = MockServer::builder().webhook_retries([Duration::ZERO; 3]).start().await.unwrap();
    let livechat = LiveChat::builder(Credentials::bearer(mock.tokens().agent))
        .api_url(mock.url())
        .accounts_url(mock.url())
        .build()
        .unwrap();
    let app = router("/livechat", WebhookService::new(Verifier::new(SECRET), destination));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/livechat", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client_id = mock.tokens().client_id;
    let declared = actions.map(|action| {
        RegisterWebhook::new(action, secret, &*url, &*client_id, WebhookType::License)
            .additional_data([WebhookAdditionalData::ChatPresenceUserIds])
    });
    let set = WebhookSet::new(&*client_id, declared).enabled();
    let ids = set.plan(&livechat.configuration()).await.unwrap().carry_out().await.unwrap();
    Wired { mock, livechat, ids }
}

/// What the handlers got.
type Got = Arc<Mutex<Vec<(WebhookPayload, Context<()>)>>>;

fn keeping(got: &Got) -> Handlers {
    let got = Arc::clone(got);
    Handlers::new().otherwise(move |payload, context| {
        got.lock().unwrap().push((payload, context));
        async { Ok(()) }
    })
}

#[tokio::test]
async fn what_livechat_delivers_reaches_the_handlers_typed_and_in_order() {
    let got = Got::default();
    let inbox = Inbox::builder(SqliteStore::in_memory().unwrap()).start(keeping(&got));
    let actions = [
        WebhookAction::IncomingChat,
        WebhookAction::IncomingEvent,
        WebhookAction::ThreadTagged,
        WebhookAction::ChatDeactivated,
    ];
    let Wired { mock, livechat, ids } = wire(inbox.clone(), SECRET, actions).await;
    let agent = livechat.agent();
    livechat.configuration().create_tag(&CreateTag::new("shipping").group_ids([0])).await.unwrap();
    let chat = agent.start_chat(&StartChat::new().continuous(true)).await.unwrap().into_inner();
    agent.send_event(&SendEvent::new(&chat.chat_id, "Good morning!")).await.unwrap();
    agent.tag_thread(&TagThread::new(&chat.chat_id, &chat.thread_id, "shipping")).await.unwrap();
    agent.deactivate_chat(&DeactivateChat::new(&chat.chat_id)).await.unwrap();
    mock.webhooks_settled().await;
    inbox.idle().await.unwrap();

    assert!(mock.webhooks().iter().all(|webhook| webhook.taken && webhook.attempts == 1));
    let got = got.lock().unwrap();
    let payload = |wanted: &str| &got.iter().find(|(payload, _)| payload.action() == wanted).expect(wanted).0;
    assert!(
        matches!(payload("incoming_chat"), WebhookPayload::IncomingChat(it) if it.chat.id == chat.chat_id)
    );
    assert!(matches!(payload("thread_tagged"), WebhookPayload::ThreadTagged(it) if it.tag == "shipping"));
    assert!(
        matches!(payload("chat_deactivated"), WebhookPayload::ChatDeactivated(it) if it.thread_id == chat.thread_id)
    );
    let WebhookPayload::IncomingEvent(said) = payload("incoming_event") else { panic!() };
    assert_eq!(said.event.text(), Some("Good morning!"));
    for (_, context) in got.iter() {
        assert!(ids.contains(&context.webhook_id));
        assert_eq!(context.organization_id.as_str(), mock.tokens().organization_id);
        assert!(context.additional_data.as_ref().is_some_and(|data| data.chat_presence_user_ids.is_some()));
    }
}

/// Takes nothing the first two times.
struct Stubborn(Arc<Mutex<u32>>, Handlers);

impl Destination for Stubborn {
    fn deliver(&self, webhook: Verified) -> impl Future<Output = Delivery> + Send {
        let refusals = {
            let mut calls = self.0.lock().unwrap();
            *calls += 1;
            *calls
        };
        let handled: Pin<Box<dyn Future<Output = Delivery> + Send>> = match refusals {
            1 => Box::pin(async { Delivery::Unavailable("the disk is full".into()) }),
            2 => Box::pin(async { Delivery::Failed("the CRM is away".into()) }),
            _ => Box::pin(self.1.deliver(webhook)),
        };
        handled
    }
}

#[tokio::test]
async fn what_is_not_taken_is_delivered_again() {
    let got = Got::default();
    let destination = Stubborn(Arc::default(), keeping(&got));
    let Wired { mock, livechat, .. } = wire(destination, SECRET, [WebhookAction::IncomingChat]).await;
    livechat.agent().start_chat(&StartChat::new().continuous(true)).await.unwrap();
    mock.webhooks_settled().await;
    let delivered = mock.webhooks();
    assert_eq!((delivered.len(), delivered[0].attempts, delivered[0].taken), (1, 3, true));
    assert_eq!(got.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_was_registered_with_another_secret_touches_nothing() {
    let got = Got::default();
    let Wired { mock, livechat, .. } = wire(keeping(&got), "another", [WebhookAction::IncomingChat]).await;
    livechat.agent().start_chat(&StartChat::new().continuous(true)).await.unwrap();
    mock.webhooks_settled().await;
    let delivered = mock.webhooks();
    assert_eq!((delivered.len(), delivered[0].attempts, delivered[0].taken), (1, 4, false));
    assert!(got.lock().unwrap().is_empty());
}
