//! A connection that is made again when it broke, and its prepared statements.

use std::{
    collections::HashMap,
    future::{Future, poll_fn},
    hash::{BuildHasher, RandomState},
    pin::Pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{sync::Notify, time::timeout};
use tokio_postgres::{
    AsyncMessage, Client, Config, Row, Socket, Statement,
    tls::{MakeTlsConnect, TlsConnect},
    types::ToSql,
};

use crate::BoxError;

/// How long the database may take for an answer: `LiveChat` waits for ours about ten seconds.
const PATIENCE: Duration = Duration::from_secs(5);

type Connecting = Pin<Box<dyn Future<Output = Result<Client, tokio_postgres::Error>> + Send>>;

/// Makes connections; whatever TLS they have.
#[derive(Clone)]
pub(super) struct Connector(Arc<dyn Fn() -> Connecting + Send + Sync>);

impl Connector {
    /// Connections as configured. What they are notified of goes to `ears`.
    pub(super) fn new<T>(config: Config, tls: T, ears: Arc<Ears>) -> Self
    where
        T: MakeTlsConnect<Socket, Stream: Send, TlsConnect: Send> + Clone + Send + Sync + 'static,
        <T::TlsConnect as TlsConnect<Socket>>::Future: Send,
    {
        Self(Arc::new(move || {
            let (config, tls, ears) = (config.clone(), tls.clone(), Arc::clone(&ears));
            Box::pin(async move {
                let (client, mut connection) = config.connect(tls).await?;
                tokio::spawn(async move {
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
                Ok(client)
            })
        }))
    }

    pub(super) async fn connect(&self) -> Result<Client, BoxError> {
        in_time((self.0)()).await
    }
}

/// Hears of what other processes store.
pub(super) struct Ears {
    /// The schema of the tables: everyone who uses the database hears what is told in it.
    schema: OnceLock<String>,
    /// What this process calls itself when it speaks: it does not listen to itself.
    name: String,
    heard: Arc<Notify>,
}

impl Ears {
    /// With a name that no other process has. What is heard is told to `heard`.
    pub(super) fn new(heard: Arc<Notify>) -> Self {
        // The keys of a hash map are the random numbers that the standard library has.
        let name = format!("{:016x}", RandomState::new().hash_one(std::process::id()));
        Self { schema: OnceLock::new(), name, heard }
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
            && name != self.name
            && self.schema.get().is_some_and(|own| own == schema)
        {
            self.heard.notify_one();
        }
    }
}

/// Waits for the database, no longer than it may take.
async fn in_time<T>(answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, BoxError> {
    match timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(|error| told(&error).into()),
        Err(_) => Err(format!("PostgreSQL did not answer within {PATIENCE:?}").into()),
    }
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
        let rows = match self.open().await {
            Ok(open) => open.query(statement, parameters).await,
            Err(error) => Err(error),
        };
        if rows.is_err() {
            self.open = None;
        }
        rows
    }

    /// Runs statements without parameters.
    pub(super) async fn run(&mut self, statements: &str) -> Result<(), BoxError> {
        let done = match self.open().await {
            Ok(open) => in_time(open.client.batch_execute(statements)).await,
            Err(error) => Err(error),
        };
        if done.is_err() {
            self.open = None;
        }
        done
    }

    async fn open(&mut self) -> Result<&mut Open, BoxError> {
        if self.open.as_ref().is_some_and(|open| open.client.is_closed()) {
            self.open = None;
        }
        let open = match self.open.take() {
            Some(open) => open,
            None => {
                let client = self.connector.connect().await?;
                in_time(client.batch_execute(self.greeting)).await?;
                Open { client, prepared: HashMap::new() }
            }
        };
        Ok(self.open.insert(open))
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
                let prepared = in_time(self.client.prepare(statement)).await?;
                self.prepared.insert(statement, prepared.clone());
                prepared
            }
        };
        in_time(self.client.query(&prepared, parameters)).await
    }
}
