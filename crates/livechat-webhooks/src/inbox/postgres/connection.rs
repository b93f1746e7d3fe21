//! A connection that is made again when it broke, and its prepared statements.

use std::{
    collections::HashMap,
    future::{Future, poll_fn},
    hash::{BuildHasher, RandomState},
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{sync::Notify, task::JoinSet, time::timeout};
use tokio_postgres::{
    AsyncMessage, Client, Config, Row, Socket, Statement,
    tls::{MakeTlsConnect, TlsConnect},
    types::ToSql,
};

use crate::BoxError;

/// How long the database may take for an answer: `LiveChat` waits for ours about ten seconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// What every connection is told. One that is given up may be so for us alone: its server must not go on waiting, with locks that others
/// wait for. And whoever has waited for a lock must see what those did who had it before.
fn greeting() -> String {
    format!(
        "SET statement_timeout = {0}; SET idle_in_transaction_session_timeout = {0};
        SET default_transaction_isolation = 'read committed';",
        PATIENCE.as_millis()
    )
}

/// A connection, and the task that reads it, which ends with this.
type Connected = (Client, JoinSet<()>);

type Connecting = Pin<Box<dyn Future<Output = Result<Connected, tokio_postgres::Error>> + Send>>;

/// Makes connections; whatever TLS they have.
#[derive(Clone)]
pub(super) struct Connector(Arc<dyn Fn() -> Connecting + Send + Sync>);

impl Connector {
    /// Connections as configured. What they are notified of goes to `ears`.
    pub(super) fn new<T>(mut config: Config, tls: T, ears: Arc<Ears>) -> Self
    where
        T: MakeTlsConnect<Socket, Stream: Send, TlsConnect: Send> + Clone + Send + Sync + 'static,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        if config.get_connect_timeout().is_none() {
            // Where one of several does not answer, the next has its turn while there is time.
            let servers = config.get_hosts().len().max(config.get_hostaddrs().len());
            let parts = u32::try_from(servers).unwrap_or(u32::MAX).saturating_add(1);
            config.connect_timeout(PATIENCE / parts);
        }
        Self(Arc::new(move || {
            let (config, tls, ears) = (config.clone(), tls.clone(), Arc::clone(&ears));
            Box::pin(async move {
                let (client, mut connection) = config.connect(tls).await?;
                let mut reading = JoinSet::new();
                reading.spawn(async move {
                    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
                        match message {
                            Ok(AsyncMessage::Notification(notification)) => ears.hear(notification.payload()),
                            Ok(_) => {}
                            Err(error) => {
                                tracing::warn!(
                                    error = told(&error),
                                    "the inbox lost its connection to PostgreSQL"
                                );
                                return;
                            }
                        }
                    }
                });
                Ok((client, reading))
            })
        }))
    }
}

/// Hears of what other processes store.
pub(super) struct Ears {
    /// The schema of the tables: everyone who uses the database hears what is told in it.
    schema: OnceLock<String>,
    /// What this process is called. It does not listen to itself.
    name: i64,
    heard: Arc<Notify>,
}

impl Ears {
    /// With a name that no other process has. What is heard is told to `heard`.
    pub(super) fn new(heard: Arc<Notify>) -> Self {
        // The keys of a hash map are the random numbers that the standard library has.
        let name = RandomState::new().hash_one(std::process::id()).cast_signed();
        Self { schema: OnceLock::new(), name, heard }
    }

    /// What this process is called in the database. It is not the database that says so: one that crashed, or a replica that took its
    /// place, may have forgotten whom it gave a number to, and give it to another.
    pub(super) fn name(&self) -> i64 {
        self.name
    }

    /// Sets where the tables are. Before, nothing is heard.
    pub(super) fn listen_for(&self, schema: String) {
        let _ = self.schema.set(schema);
    }

    /// How this process tells the others that something is left for them.
    pub(super) fn announcement(&self) -> String {
        format!("{} {}", self.name, self.schema.get().map_or("", String::as_str))
    }

    fn hear(&self, announcement: &str) {
        if let Some((name, schema)) = announcement.split_once(' ')
            && name.parse() != Ok(self.name)
            && self.schema.get().is_some_and(|own| own == schema)
        {
            self.heard.notify_one();
        }
    }
}

/// Waits for the database, no longer than it may take.
async fn in_time<T>(answer: impl Future<Output = Result<T, BoxError>>) -> Result<T, BoxError> {
    let late = || format!("PostgreSQL did not answer within {PATIENCE:?}").into();
    timeout(PATIENCE, answer).await.unwrap_or_else(|_| Err(late()))
}

/// What an error says. The details of the server's errors are left out: they show rows, and rows have what customers wrote.
fn told(error: &tokio_postgres::Error) -> String {
    let said = error.as_db_error().map(|error| format!("{} ({})", error.message(), error.code().code()));
    let caused = || std::error::Error::source(error).map(|cause| format!("{error}: {cause}"));
    said.or_else(caused).unwrap_or_else(|| error.to_string())
}

/// A parameter of a statement.
pub(super) type Parameter<'a> = &'a (dyn ToSql + Sync);

/// A connection that is made again when it broke.
pub(super) struct Connection {
    connector: Connector,
    /// What every new connection is told.
    greeting: &'static str,
    open: Option<Open>,
}

struct Open {
    client: Client,
    prepared: HashMap<&'static str, Statement>,
    in_transaction: bool,
    _reading: JoinSet<()>,
}

impl Connection {
    pub(super) fn new(connector: Connector, greeting: &'static str) -> Self {
        Self { connector, greeting, open: None }
    }

    /// Runs a statement, which is prepared the first time.
    ///
    /// What was not answered in time leaves a connection in a state that nobody knows, so a new one is made.
    pub(super) async fn query(
        &mut self,
        statement: &'static str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, BoxError> {
        let rows = in_time(async { self.open().await?.query(statement, parameters).await }).await;
        if rows.is_err() {
            self.open = None;
        }
        rows
    }

    /// Runs statements without parameters.
    pub(super) async fn run(&mut self, statements: &str) -> Result<(), BoxError> {
        let done = in_time(async { self.open().await?.run(statements).await }).await;
        if done.is_err() {
            self.open = None;
        }
        done
    }

    /// Begins a transaction. What follows until its end is part of it, or fails: it never goes on over another connection.
    pub(super) async fn begin(&mut self, statements: &str) -> Result<(), BoxError> {
        self.run(statements).await?;
        self.in_transaction(true);
        Ok(())
    }

    /// Commits what was begun. If it fails, nobody knows whether it is done.
    pub(super) async fn commit(&mut self) -> Result<(), BoxError> {
        self.run("COMMIT").await?;
        self.in_transaction(false);
        Ok(())
    }

    fn in_transaction(&mut self, is: bool) {
        if let Some(open) = &mut self.open {
            open.in_transaction = is;
        }
    }

    async fn open(&mut self) -> Result<&mut Open, BoxError> {
        let open = match self.open.take() {
            Some(open) if !open.client.is_closed() => open,
            Some(open) if open.in_transaction => return Err("the connection broke in a transaction".into()),
            _ => self.connect().await?,
        };
        Ok(self.open.insert(open))
    }

    async fn connect(&self) -> Result<Open, BoxError> {
        let (client, reading) = (self.connector.0)().await.map_err(|error| told(&error))?;
        let open = Open { client, prepared: HashMap::new(), in_transaction: false, _reading: reading };
        open.run(&(greeting() + self.greeting)).await?;
        Ok(open)
    }
}

impl Open {
    async fn query(
        &mut self,
        statement: &'static str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, BoxError> {
        let prepared = match self.prepared.get(statement) {
            Some(prepared) => prepared.clone(),
            None => {
                let prepared = self.client.prepare(statement).await.map_err(|error| told(&error))?;
                self.prepared.insert(statement, prepared.clone());
                prepared
            }
        };
        Ok(self.client.query(&prepared, parameters).await.map_err(|error| told(&error))?)
    }

    async fn run(&self, statements: &str) -> Result<(), BoxError> {
        Ok(self.client.batch_execute(statements).await.map_err(|error| told(&error))?)
    }
}
