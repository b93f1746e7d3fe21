//! One call on loopback over a connection that is kept, with every layer on, against bare reqwest with the same types.
//!
//! With `ours N` or `bare N`, it makes so many calls by one of the two, one after the other, for a profiler to look at.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on has to stop"
)]

mod shared;

use std::alloc::System;
use std::time::{Duration, Instant};

use bench::archive;
use bench::measure::{Goal, Row, nanoseconds, percentile, processor_time, report, time};
use livechat_client::layers::RateLimit;
use livechat_client::types::agent::{ListArchives, ListArchivesResponse};
use livechat_client::{Credentials, LiveChat};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::task::JoinSet;

use shared::server;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many turns each client has, and how many calls a turn.
const TURNS: usize = 60;
const CALLS: usize = 128;

/// Either client.
#[derive(Clone)]
enum Client {
    Ours(LiveChat),
    Bare(reqwest::Client, String),
}

impl Client {
    async fn call(&self, request: &ListArchives) -> ListArchivesResponse {
        match self {
            Self::Ours(livechat) => livechat.agent().list_archives(request).await.unwrap().into_inner(),
            Self::Bare(client, url) => {
                let request = client.post(url).basic_auth("account", Some("token")).json(request);
                let answer = request.send().await.unwrap().error_for_status().unwrap();
                serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
            }
        }
    }
}

/// What the calls of a turn took.
#[derive(Default)]
struct Times {
    /// The latency of each call.
    latencies: Vec<f64>,
    /// The time of each turn, for one call.
    turns: Vec<f64>,
    /// The processor time of each turn, for one call.
    processor: Vec<f64>,
}

fn main() {
    let body = archive::page_of(3, 1, 10, None);
    println!("answers of {} bytes", body.len());
    let answer = server::answer(&body);
    let address = server::start(std::sync::Arc::new(move |_| std::sync::Arc::clone(&answer)));
    let ours = LiveChat::builder(Credentials::personal_access_token("account", "token"))
        .api_url(format!("http://{address}"))
        .system_proxy(false)
        // All the work of the limiter, and no waiting.
        .rate_limit(RateLimit::per_minute(100_000_000))
        .build()
        .unwrap();
    let bare = reqwest::Client::builder().no_proxy().build().unwrap();
    let clients =
        [Client::Ours(ours), Client::Bare(bare, format!("http://{address}/v3.5/agent/action/list_archives"))];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [client @ ("ours" | "bare"), count, ..] =
        arguments.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        return runtime.block_on(profile(&clients[usize::from(client == "bare")], count.parse().unwrap()));
    }
    let mut rows = Vec::new();
    for at_once in [1, 64] {
        rows.extend(runtime.block_on(compare(&clients, at_once)));
    }
    rows.push(runtime.block_on(allocations(&clients)));
    report(&rows);
}

async fn profile(client: &Client, count: usize) {
    let request = ListArchives::new().limit(100);
    for _ in 0..count {
        client.call(&request).await;
    }
}

async fn compare(clients: &[Client; 2], at_once: usize) -> Vec<Row> {
    let mut times = [Times::default(), Times::default()];
    for client in clients {
        turn(client, at_once, &mut Times::default()).await;
    }
    for round in 0..TURNS {
        for index in [round % 2, (round + 1) % 2] {
            turn(&clients[index], at_once, &mut times[index]).await;
        }
    }
    let [ours, bare] = times;
    let row = |what: &str, ours: f64, bare: f64, goal| Row {
        what: format!("one call on loopback, {at_once} in flight, {what}"),
        against: "bare reqwest".into(),
        ours: time(ours),
        theirs: time(bare),
        result: ours / bare,
        unit: "× the time",
        goal,
    };
    vec![
        row("mean", percentile(ours.turns, 0.25), percentile(bare.turns, 0.25), Goal::AtMost(1.05)),
        row("p99", percentile(ours.latencies, 0.99), percentile(bare.latencies, 0.99), Goal::AtMost(1.05)),
        row("processor time", percentile(ours.processor, 0.25), percentile(bare.processor, 0.25), Goal::None),
    ]
}

/// Makes calls, so many at once.
#[expect(clippy::cast_precision_loss, reason = "the counts are small")]
async fn turn(client: &Client, at_once: usize, times: &mut Times) {
    let (start, processor) = (Instant::now(), processor_time());
    let mut tasks = JoinSet::new();
    for _ in 0..at_once {
        let client = client.clone();
        tasks.spawn(async move {
            let request = ListArchives::new().limit(100);
            let mut latencies: Vec<Duration> = Vec::with_capacity(CALLS);
            for _ in 0..CALLS / at_once {
                let start = Instant::now();
                client.call(&request).await;
                latencies.push(start.elapsed());
            }
            latencies
        });
    }
    let latencies = tasks.join_all().await.into_iter().flatten();
    times.latencies.extend(latencies.map(nanoseconds));
    times.turns.push(nanoseconds(start.elapsed()) / CALLS as f64);
    times.processor.push(nanoseconds(processor_time().saturating_sub(processor)) / CALLS as f64);
}

/// How often a call allocates. The server, which is in this process too, has its memory already.
#[expect(clippy::cast_precision_loss, reason = "the counts are small")]
async fn allocations(clients: &[Client; 2]) -> Row {
    let request = ListArchives::new().limit(100);
    let mut counts = [0.0; 2];
    for (client, count) in clients.iter().zip(&mut counts) {
        client.call(&request).await;
        let region = Region::new(ALLOCATOR);
        for _ in 0..CALLS {
            client.call(&request).await;
        }
        let change = region.change();
        *count = (change.allocations + change.reallocations) as f64 / CALLS as f64;
    }
    let [ours, bare] = counts;
    Row {
        what: "allocations in a call".into(),
        against: "bare reqwest".into(),
        ours: format!("{ours:.1}"),
        theirs: format!("{bare:.1}"),
        result: ours - bare,
        unit: "more",
        goal: Goal::AtMost(10.0),
    }
}
