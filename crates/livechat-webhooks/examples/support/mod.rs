//! What the examples share: a made-up LiveChat in the same process, its customers, and a server for webhooks.

use livechat_client::{
    Credentials, CustomerApi, CustomerTokens, LiveChat,
    types::{
        configuration::{RegisterWebhook, WebhookAction, WebhookAuthorType, WebhookFilters, WebhookType},
        customer,
        shared::ChatId,
    },
    webhooks::WebhookSet,
};
use livechat_mock::MockServer;
use livechat_webhooks::{Destination, Verifier, WebhookService, axum::router, inbox::Inbox};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// What an example returns.
pub(crate) type Result<T = ()> = std::result::Result<T, livechat_webhooks::BoxError>;

/// What the webhooks are registered with, and what they are known by when they come. In earnest it comes from the environment.
const SECRET: &str = "a secret of the two of us";

/// A made-up LiveChat. In earnest there is a real one, and a token for it: `LiveChat::new(Credentials::bearer(token))`.
pub(crate) struct MadeUp {
    mock: MockServer,
    pub(crate) livechat: LiveChat,
}

impl MadeUp {
    pub(crate) async fn start() -> Result<Self> {
        let mock = MockServer::start().await?;
        println!("a made-up LiveChat runs at {}", mock.url());
        let livechat = LiveChat::builder(Credentials::bearer(mock.tokens().agent))
            .api_url(mock.url())
            .accounts_url(mock.url())
            .build()?;
        Ok(Self { mock, livechat })
    }

    /// Has webhooks of these actions sent to a URL. Of events, only those of customers.
    pub(crate) async fn register<const N: usize>(&self, url: &str, actions: [WebhookAction; N]) -> Result {
        let client_id = self.mock.tokens().client_id;
        let declared = actions.map(|action| {
            let of_customers = action == WebhookAction::IncomingEvent;
            let webhook = RegisterWebhook::new(action, SECRET, url, &client_id, WebhookType::License);
            if !of_customers {
                return webhook;
            }
            webhook.filters(WebhookFilters::new().author_type(WebhookAuthorType::Customer))
        });
        let plan =
            WebhookSet::new(&client_id, declared).enabled().plan(&self.livechat.configuration()).await?;
        print!("{plan}");
        plan.carry_out().await?;
        Ok(())
    }

    /// A new customer on the website.
    pub(crate) async fn customer(&self, name: &'static str) -> Result<Customer> {
        let tokens = CustomerTokens::by_agent_token(&self.livechat, self.mock.tokens().client_id);
        let credentials = Credentials::provided(name, tokens);
        let api = self.livechat.with_credentials(credentials).customer(self.mock.tokens().organization_id);
        api.update_customer(&customer::UpdateCustomer::new().name(name)).await?;
        let chat_id =
            api.start_chat(&customer::StartChat::new().continuous(true)).await?.into_inner().chat_id;
        Ok(Customer { name, api, chat_id })
    }

    /// Waits until all webhooks have been delivered, or given up.
    pub(crate) async fn webhooks_settled(&self) {
        self.mock.webhooks_settled().await;
    }
}

/// A customer in a chat.
pub(crate) struct Customer {
    name: &'static str,
    api: CustomerApi,
    pub(crate) chat_id: ChatId,
}

impl Customer {
    pub(crate) async fn says(&self, text: &'static str) -> Result {
        println!("{} writes: {text}", self.name);
        self.api.send_event(&customer::SendEvent::new(&self.chat_id, text)).await?;
        Ok(())
    }
}

impl Customer {
    #[allow(dead_code, reason = "each example uses a part of this")]
    pub(crate) async fn leaves(&self) -> Result {
        println!("{} leaves", self.name);
        self.api.deactivate_chat(&customer::DeactivateChat::new(&self.chat_id)).await?;
        Ok(())
    }
}

/// Fails if a webhook was given up, with what its handler said.
pub(crate) async fn nothing_is_given_up(inbox: &Inbox) -> Result {
    match inbox.dead_letters(1).await?.first() {
        Some(letter) => Err(format!("`{}` was not handled: {}", letter.action, letter.error).into()),
        None => Ok(()),
    }
}

/// A server that hands webhooks over to a destination.
pub(crate) struct Server {
    pub(crate) url: String,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Server {
    pub(crate) async fn start(destination: impl Destination) -> Result<Self> {
        let app = router("/livechat", WebhookService::new(Verifier::new(SECRET), destination));
        // In earnest, LiveChat must reach it from outside, by https.
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/livechat", listener.local_addr()?);
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(
            axum::serve(listener, app).with_graceful_shutdown(async { drop(stopped.await) }).into_future(),
        );
        Ok(Self { url, stop, serving })
    }

    /// Finishes the requests at work and ends.
    pub(crate) async fn stop(self) -> Result {
        drop(self.stop);
        self.serving.await??;
        Ok(())
    }
}
