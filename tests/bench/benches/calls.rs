//! One call on loopback over a connection that is kept, with every layer on, against bare reqwest with the same types.
//!
//! With `ours N M` or `bare N M`, it makes N calls by one of the two, M at once, for a profiler to look at.
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

/// How many turns each client has.
const TURNS: usize = 60;

/// How calls are made in a turn.
#[derive(Clone, Copy)]
struct Load {
    name: &'static str,
    at_once: usize,
    /// How many follow each other, in each of those that are at once.
    in_a_row: usize,
    goal: Goal,
}

const LOADS: [Load; 3] = [
    Load { name: "1 in flight", at_once: 1, in_a_row: 256, goal: Goal::AtMost(1.05) },
    Load { name: "64 in flight", at_once: 64, in_a_row: 16, goal: Goal::AtMost(1.05) },
    // The timers of the first calls are set while the runtime has none: it is woken for each.
    Load { name: "64 at once after a rest", at_once: 64, in_a_row: 1, goal: Goal::None },
];

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
    /// The latency that 99 % of a turn's calls did not exceed.
    tails: Vec<f64>,
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
    if let [client @ ("ours" | "bare"), count, at_once] =
        arguments.iter().map(String::as_str).collect::<Vec<_>>()[..]
    {
        let client = &clients[usize::from(client == "bare")];
        let at_once = at_once.parse().unwrap();
        let in_a_row = count.parse::<usize>().unwrap().div_ceil(at_once);
        let load = Load { at_once, in_a_row, ..LOADS[0] };
        return runtime.block_on(turn(client, load, &mut Times::default()));
    }
    let mut rows = Vec::new();
    for load in LOADS {
        rows.extend(runtime.block_on(compare(&clients, load)));
    }
    rows.push(runtime.block_on(allocations(&clients)));
    report(&rows);
}

async fn compare(clients: &[Client; 2], load: Load) -> Vec<Row> {
    let mut times = [Times::default(), Times::default()];
    for client in clients {
        turn(client, load, &mut Times::default()).await;
    }
    for round in 0..TURNS {
        for index in [round % 2, (round + 1) % 2] {
            turn(&clients[index], load, &mut times[index]).await;
        }
    }
    let [ours, bare] = times;
    let row = |what: &str, ours: Vec<f64>, bare: Vec<f64>, goal| {
        let (ours, bare) = (percentile(ours, 0.25), percentile(bare, 0.25));
        Row {
            what: format!("one call on loopback, {}, {what}", load.name),
            against: "bare reqwest".into(),
            ours: time(ours),
            theirs: time(bare),
            result: ours / bare,
            unit: "× the time",
            goal,
        }
    };
    vec![
        row("mean", ours.turns, bare.turns, load.goal),
        row("p99", ours.tails, bare.tails, load.goal),
        row("processor time", ours.processor, bare.processor, Goal::None),
    ]
}

/// Makes calls.
#[expect(clippy::cast_precision_loss, reason = "the counts are small")]
async fn turn(client: &Client, load: Load, times: &mut Times) {
    let (start, processor) = (Instant::now(), processor_time());
    let mut tasks = JoinSet::new();
    for _ in 0..load.at_once {
        let client = client.clone();
        tasks.spawn(async move {
            let request = ListArchives::new().limit(100);
            let mut latencies: Vec<Duration> = Vec::with_capacity(load.in_a_row);
            for _ in 0..load.in_a_row {
                let start = Instant::now();
                client.call(&request).await;
                latencies.push(start.elapsed());
            }
            latencies
        });
    }
    let latencies = tasks.join_all().await.into_iter().flatten().map(nanoseconds).collect();
    let calls = (load.at_once * load.in_a_row) as f64;
    times.tails.push(percentile(latencies, 0.99));
    times.turns.push(nanoseconds(start.elapsed()) / calls);
    times.processor.push(nanoseconds(processor_time().saturating_sub(processor)) / calls);
}

/// How often a call allocates. The server, which is in this process too, has its memory already.
#[expect(clippy::cast_precision_loss, reason = "the counts are small")]
async fn allocations(clients: &[Client; 2]) -> Row {
    const CALLS: usize = 128;
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
