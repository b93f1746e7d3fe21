//! Settings of a server, and its start.

use std::{
    io,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::Duration,
};

use jiff::{Timestamp, civil::Date};
use tokio::net::TcpListener;

use super::{
    Fresh, MockServer, OnRequest, RecordedRequest, Shared, connection,
    delivery::{Deliveries, Schedule},
    faults::Faults,
    log::Log,
    rate_limit::RateLimit,
};
use crate::{
    routes::Routes,
    seed,
    state::{Clock, State},
};

/// Until when v3.5 is in its legacy stage, as the `Legacy` header says. The platform names no date in its documentation.
const LEGACY_UNTIL: Date = jiff::civil::date(2027, 1, 31);

/// Settings of a [`MockServer`]; what is not set has the value that the documentation states, where it states one.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use livechat_mock::MockServer;
///
/// // A month of chats, and no more than 60 requests a minute with one token.
/// let server = MockServer::builder().seed(42).rate_limit(60).start().await?;
/// # drop(server);
/// # std::io::Result::Ok(()) }).unwrap();
/// ```
#[must_use = "nothing starts before `start`"]
pub struct MockServerBuilder {
    port: u16,
    seed: Option<u64>,
    rate_limit: Option<u32>,
    max_chats: usize,
    region: String,
    legacy_until: Option<Date>,
    stopped_at: Option<Timestamp>,
    schedule: Schedule,
    head_timeout: Duration,
    body_timeout: Duration,
    snapshot: Option<Vec<u8>>,
    on_request: Option<OnRequest>,
}

impl std::fmt::Debug for MockServerBuilder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("MockServerBuilder").field("port", &self.port).finish_non_exhaustive()
    }
}

impl MockServerBuilder {
    pub(super) fn new() -> Self {
        Self {
            port: 0,
            seed: None,
            rate_limit: None,
            max_chats: 10_000,
            region: "dal".to_owned(),
            legacy_until: Some(LEGACY_UNTIL),
            stopped_at: None,
            schedule: Schedule::documented(),
            head_timeout: Duration::from_secs(30),
            body_timeout: Duration::from_secs(15),
            snapshot: None,
            on_request: None,
        }
    }

    /// The port to listen on; 0, the default, takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Fills the license with agents, groups, customers and a month of chats. The same seed makes the same data.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// How many requests a minute each token may make. Without it there is no limit; the platform's is about 180.
    pub fn rate_limit(mut self, requests_per_minute: u32) -> Self {
        self.rate_limit = Some(requests_per_minute);
        self
    }

    /// How many chats are kept, 10,000 by default: the oldest that have ended go first, and customers without chats with them.
    pub fn max_chats(mut self, chats: usize) -> Self {
        self.max_chats = chats;
        self
    }

    /// The region, `dal` by default; a token of another one gets `misdirected_request`.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = region.into();
        self
    }

    /// The date in the `Legacy` header; `None` sends none, as a version in its stable stage does.
    pub fn legacy_until(mut self, date: Option<Date>) -> Self {
        self.legacy_until = date;
        self
    }

    /// Stops the clock: it moves on by a microsecond with each reading, and by [`MockServer::advance`]. Then the same calls
    /// have the same answers.
    pub fn stopped_at(mut self, time: Timestamp) -> Self {
        self.stopped_at = Some(time);
        self
    }

    /// How long a receiver of webhooks may take to answer: 10 seconds by default.
    pub fn webhook_timeout(mut self, timeout: Duration) -> Self {
        self.schedule.timeout = timeout;
        self
    }

    /// After how long a webhook that was not taken is sent again, and how often: three times within a minute by default.
    pub fn webhook_retries(mut self, after: impl Into<Vec<Duration>>) -> Self {
        self.schedule.retries = after.into();
        self
    }

    /// How long a connection may stay open without a whole head of a request: 30 seconds by default.
    pub fn head_timeout(mut self, timeout: Duration) -> Self {
        self.head_timeout = timeout;
        self
    }

    /// How long the body of a request may take to arrive, and an answer may wait to be taken: 15 seconds by default.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }

    /// Goes on from a [`snapshot`](MockServer::snapshot).
    pub fn restore(mut self, snapshot: impl Into<Vec<u8>>) -> Self {
        self.snapshot = Some(snapshot.into());
        self
    }

    /// Calls this after each request, for example to print a line.
    pub fn on_request(mut self, call: impl Fn(&RecordedRequest) + Send + Sync + 'static) -> Self {
        self.on_request = Some(Box::new(call));
        self
    }

    /// Starts the server.
    ///
    /// It fails if the port is taken or the snapshot cannot be read.
    pub async fn start(self) -> io::Result<MockServer> {
        let Self { seed, region, stopped_at, max_chats, .. } = self;
        let fresh: Fresh = match &self.snapshot {
            None => Box::new(move || {
                let clock = Clock::new(stopped_at);
                let mut state = State::new(seed.unwrap_or(0), &region, clock, max_chats);
                state.ready_made();
                if seed.is_some() {
                    seed::fill(&mut state);
                }
                state
            }),
            Some(snapshot) => {
                let mut state: State = serde_json::from_slice(snapshot).map_err(|error| {
                    io::Error::new(io::ErrorKind::InvalidData, format!("the snapshot: {error}"))
                })?;
                state.max_chats = max_chats.max(1);
                Box::new(move || state.clone())
            }
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (deliveries, dispatcher) = Deliveries::new(self.schedule);
        let shared = Arc::new(Shared {
            state: Mutex::new(fresh()),
            fresh,
            routes: Routes::new(),
            limits: RateLimit::new(self.rate_limit),
            faults: Faults::default(),
            log: Log::default(),
            deliveries,
            legacy_until: self.legacy_until,
            head_timeout: self.head_timeout,
            body_timeout: self.body_timeout,
            on_request: self.on_request,
        });
        let task = tokio::spawn(connection::serve(listener, Arc::clone(&shared), dispatcher));
        Ok(MockServer { url, shared, task })
    }
}
