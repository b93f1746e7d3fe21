//! The server: it listens on loopback, takes requests to their actions, and sends the webhooks that follow.

mod admin;
mod answer;
mod builder;
mod connection;
mod cors;
mod delivery;
mod faults;
mod log;
mod multipart;
mod rate_limit;
mod sign_in;

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, civil::Date};
use tokio::task::JoinHandle;

use crate::{
    routes::Routes,
    state::{State, setup::ReadyMade},
};

pub use builder::MockServerBuilder;
pub use delivery::DeliveredWebhook;
pub use faults::Fault;
pub use log::RecordedRequest;

use delivery::Deliveries;
use faults::Faults;
use log::Log;
use rate_limit::RateLimit;

/// A running LiveChat. It stops when it is dropped.
///
/// It runs on the Tokio runtime that it is started on, and answers while that runtime is not blocked: on one of a single thread, call it
/// with an async client.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use livechat_mock::MockServer;
///
/// let server = MockServer::start().await?;
/// assert!(server.url().starts_with("http://127.0.0.1:"));
/// let token = server.tokens().agent; // an agent's, with every scope
/// assert!(token.starts_with("dal:"));
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[derive(Debug)]
pub struct MockServer {
    url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

/// Tokens and ids that are there from the start.
///
/// The agent is the owner of the license, `owner@example.com`. None of the tokens expires.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadyTokens {
    /// The account of the personal access token: the user name beside it in `Basic` authorization.
    pub account_id: String,
    /// A personal access token of the agent, with every scope.
    pub personal: String,
    /// A bearer token of the agent, with every scope.
    pub agent: String,
    /// A bearer token of a customer.
    pub customer: String,
    /// The customer of that token.
    pub customer_id: String,
    /// A bearer token of a bot, with the scopes that such tokens have.
    pub bot: String,
    /// The bot of that token.
    pub bot_id: String,
    /// The organization: the Customer Chat API wants it in every query.
    pub organization_id: String,
    /// The application that the tokens belong to and that owns the bot.
    pub client_id: String,
}

impl std::fmt::Debug for ReadyTokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ReadyTokens")
            .field("account_id", &self.account_id)
            .field("customer_id", &self.customer_id)
            .field("bot_id", &self.bot_id)
            .field("organization_id", &self.organization_id)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Makes the state that a server starts with.
type Fresh = Box<dyn Fn() -> State + Send + Sync>;
/// What is called after each request.
type OnRequest = Box<dyn Fn(&RecordedRequest) + Send + Sync>;

/// What all connections work on.
struct Shared {
    state: Mutex<State>,
    /// How the state was made, to make it anew.
    fresh: Fresh,
    routes: Routes,
    limits: RateLimit,
    faults: Faults,
    log: Log,
    deliveries: Arc<Deliveries>,
    legacy_until: Option<Date>,
    head_timeout: Duration,
    body_timeout: Duration,
    on_request: Option<OnRequest>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Hands over what happened to the webhooks.
    fn deliver(&self, state: &mut State) {
        for delivery in state.outbox.drain(..) {
            self.deliveries.send(delivery);
        }
    }

    fn reset(&self) {
        *self.state() = (self.fresh)();
        self.limits.clear();
        self.faults.clear();
        self.log.clear();
        self.deliveries.clear();
    }

    fn tokens(&self) -> ReadyTokens {
        let mut state = self.state();
        let ready = match &state.ready {
            Some(ready) => ready.clone(),
            None => state.ready_made(),
        };
        let ReadyMade { account_id, personal, agent, customer, customer_id, bot, bot_id } = ready;
        let organization_id = state.organization.id.clone();
        let client_id = state.organization.client_id.clone();
        ReadyTokens {
            account_id,
            personal,
            agent,
            customer,
            customer_id,
            bot,
            bot_id,
            organization_id,
            client_id,
        }
    }

    /// A token of the agent with these scopes alone.
    fn token_with_scopes(&self, agent: &str, scopes: impl IntoIterator<Item = String>) -> String {
        let mut state = self.state();
        let now = state.now();
        let client = state.organization.client_id.clone();
        let who = crate::state::access::Who::Agent(agent.to_owned());
        let kind = crate::state::tokens::TokenKind::Bearer;
        state.issue(who, &client, scopes.into_iter().collect(), kind, None, now)
    }

    /// A code that `issue_token` exchanges, as if an agent had let an application in.
    fn authorization_code(&self, scopes: impl IntoIterator<Item = String>) -> String {
        let mut state = self.state();
        let now = state.now();
        state.issue_code(crate::state::setup::OWNER, scopes.into_iter().collect(), None, None, now)
    }
}

/// A lock whose data is whole also after a panic elsewhere: every change of it is one call that either happens or not.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MockServer {
    /// Starts a LiveChat on a free port: an organization with three agents, two groups and a bot, and no chats yet.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Settings for a start that differs.
    pub fn builder() -> MockServerBuilder {
        MockServerBuilder::new()
    }

    /// Where it listens, such as `http://127.0.0.1:40123`: the address of all APIs and of the accounts endpoints.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Tokens to begin with.
    #[must_use]
    pub fn tokens(&self) -> ReadyTokens {
        self.shared.tokens()
    }

    /// A bearer token of `owner@example.com` with these scopes alone. It does not expire.
    #[must_use]
    pub fn token_with_scopes(&self, scopes: &[&str]) -> String {
        self.token_of("owner@example.com", scopes)
    }

    /// A bearer token of another agent, such as `agent@example.com`, with these scopes alone. It does not expire.
    #[must_use]
    pub fn token_of(&self, agent: &str, scopes: &[&str]) -> String {
        self.shared.token_with_scopes(agent, scopes.iter().map(|&scope| scope.to_owned()))
    }

    /// An authorization code for the ready-made application, as if the owner had just let it in: `issue_token` exchanges it once,
    /// with any `redirect_uri` and any code verifier.
    ///
    /// Where these matter, send a browser (or a GET) to the mock as to the sign-in page, `/?response_type=code&client_id=…`: it
    /// redirects at once, and the code is good only with the same `redirect_uri` and the verifier of the code challenge.
    #[must_use]
    pub fn authorization_code(&self, scopes: &[&str]) -> String {
        self.shared.authorization_code(scopes.iter().map(|&scope| scope.to_owned()))
    }

    /// Makes requests fail. Faults that were injected first come first.
    ///
    /// # Panics
    ///
    /// If the fault could never happen: its action or its error is misspelt, or it is to happen no time.
    #[track_caller]
    pub fn inject(&self, fault: Fault) {
        let slip = fault.slip(&self.shared.routes);
        assert!(slip.is_none(), "{fault:?} can never happen: {}", slip.unwrap_or_default());
        self.shared.faults.add(fault);
    }

    /// Takes back all faults.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// The requests so far, oldest first. The last 1,000 are kept.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.log.all()
    }

    /// The requests for one action, such as `send_event` or `chats/duration`.
    #[must_use]
    pub fn requests_for(&self, action: &str) -> Vec<RecordedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| request.action.as_deref() == Some(action));
        requests
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.shared.log.clear();
    }

    /// The webhooks that were delivered or given up, in the order in which that happened. The last 1,000 are kept.
    #[must_use]
    pub fn webhooks(&self) -> Vec<DeliveredWebhook> {
        self.shared.deliveries.done()
    }

    /// Waits until no webhook is on its way or will be tried again.
    pub async fn webhooks_settled(&self) {
        self.shared.deliveries.settled().await;
    }

    /// Moves the clock forward: tokens and page ids expire, bans and rate limits end.
    pub fn advance(&self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.shared.state().clock.advance(by);
    }

    /// Forgets everything that happened since the start. The ready-made tokens are the same again.
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// The whole state as JSON, which [`MockServerBuilder::restore`] takes. It holds tokens and secrets.
    pub fn snapshot(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(&*self.shared.state())
    }
}

impl Drop for MockServer {
    fn drop(&mut self) {
        // The task owns the listener and all connections; they end with it.
        self.task.abort();
    }
}
