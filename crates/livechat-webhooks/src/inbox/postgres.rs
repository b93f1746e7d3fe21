//! The store for many machines: a `PostgreSQL` database.

mod connection;
mod intake;
mod keeper;
mod tables;

use std::{sync::Arc, time::Duration};

use tokio::sync::{Notify, mpsc};
use tokio_postgres::{
    Config, NoTls, Socket,
    tls::{MakeTlsConnect, TlsConnect},
};

use self::{
    connection::{Connector, Ears},
    intake::Intake,
    keeper::Keeper,
};
use super::requests::{QUEUE, Request, Requests, store_by_requests};
use crate::BoxError;

/// A store in a `PostgreSQL` database, which any number of processes on any number of machines share.
///
/// ```no_run
/// use livechat_webhooks::{Handlers, inbox::{Inbox, PostgresStore}};
///
/// # async fn receive() -> Result<(), livechat_webhooks::BoxError> {
/// let store = PostgresStore::connect("postgres://livechat@localhost/livechat").await?;
/// let inbox = Inbox::builder(store).start(Handlers::new());
/// # let _ = inbox;
/// # Ok(())
/// # }
/// ```
///
/// For TLS and other settings there is [`PostgresSettings`].
///
/// # What it guarantees
///
/// **At least once**, as every store. A webhook is committed before it is acknowledged; what the commit survives is the database's
/// matter (its disk, its replicas, `synchronous_commit`). A process that ends badly has its webhooks handled by the others after the
/// [lease](PostgresSettings::lease). So has one that is cut off from the database for so long, though it may still be at work on them. A
/// database that crashes may forget what it handed out a moment before: then it is handed out again.
///
/// **Order.** Webhooks of one chat are handled one after the other, in the order in which they were stored, also when several processes
/// store and handle them: while one has a webhook of a chat, no other gets one of that chat. Of two that were received by two
/// processes at the same moment, either may be the first.
///
/// **Duplicates** are found by all processes together.
///
/// # How it works
///
/// There are two connections. One stores: everything that waits goes into one statement, and is committed together. The other hands
/// out and settles; it does not wait for the disk, since what a crash of the database makes it forget is handled again.
///
/// A process takes what it has stored, unless it has much to do or another one is at work on the same chat. What it leaves it announces to
/// the others, by `NOTIFY` on the channel `livechat_inbox`, and they ask for it at once. An announcement that is lost costs no more than the
/// [`poll_interval`](super::InboxBuilder::poll_interval): then they ask anyway.
///
/// The database may take five seconds for an answer, connecting included. After that a webhook is answered with 503, and the server is
/// told by `statement_timeout` to give up as well. Sessions have settings, prepared statements and a `LISTEN`: a pooler between must leave each
/// connection its own (`PgBouncer`: `pool_mode = session`). The database's encoding must be UTF8.
///
/// The tables are `livechat_inbox_entry`, `livechat_inbox_seen`, `livechat_inbox_owner` and `livechat_inbox_version`, in the first schema of the
/// connection's `search_path`. They are made when they are missing; for a user who may not do that, make them from
/// [`TABLES`](Self::TABLES).
pub struct PostgresStore(Requests);

store_by_requests!(PostgresStore);

impl PostgresStore {
    /// The statements that make the tables.
    pub const TABLES: &str = tables::TABLES;

    /// Connects without TLS, by a URL or by `key=value` pairs.
    pub async fn connect(config: &str) -> Result<Self, BoxError> {
        PostgresSettings::new(config.parse()?).connect(NoTls).await
    }
}

/// The settings of a [`PostgresStore`].
#[derive(Clone)]
pub struct PostgresSettings {
    config: Config,
    lease: Duration,
}

impl PostgresSettings {
    /// Settings with this configuration of [`tokio_postgres`].
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config, lease: Duration::from_secs(30) }
    }

    /// Sets how long a process may not be heard of until others handle what it had begun; 30 seconds unless it is said otherwise.
    ///
    /// A process tells three times within its own lease that it is there. How long a handler takes does not matter.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease.max(Duration::from_millis(100));
        self
    }

    /// Connects, and makes the tables if they are missing. Call it on the tokio runtime that the inbox runs on.
    ///
    /// The connector is [`NoTls`], or one of `postgres-native-tls`, `tokio-postgres-rustls` and the like.
    pub async fn connect<T>(self, tls: T) -> Result<PostgresStore, BoxError>
    where
        T: MakeTlsConnect<Socket, Stream: Send, TlsConnect: Send> + Clone + Send + Sync + 'static,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        let heard = Arc::new(Notify::new());
        let ears = Arc::new(Ears::new(Arc::clone(&heard)));
        let connector = Connector::new(self.config, tls, Arc::clone(&ears));
        let keeper = Keeper::start(connector.clone(), self.lease, ears).await;
        let keeper = keeper.map_err(|error| format!("the inbox cannot be opened: {error}"))?;
        let (others, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(keeper.serve(receiver));
        let (appends, receiver) = mpsc::channel(QUEUE);
        tokio::spawn(Intake::new(connector, others.clone()).serve(receiver));
        Ok(PostgresStore(Requests::new(appends, others, heard)))
    }
}

/// The configuration may have a password.
impl std::fmt::Debug for PostgresSettings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PostgresSettings").field("lease", &self.lease).finish_non_exhaustive()
    }
}
