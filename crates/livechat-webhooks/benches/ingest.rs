//! How fast webhooks are taken in: a bare handler that drops the body, beside services with the inbox, in one run.
//!
//! ```text
//! cargo bench -p livechat-webhooks --features axum,construct,inbox
//! ```
//!
//! Each service is loaded twice: by as many requests as it answers, for the rate; and by 1,000 requests a second, for the time
//! until an answer. Clients and services share the machine's cores. Rounds of all services alternate, and the median counts.

use std::{
    future::Future,
    path::PathBuf,
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, routing::post};
use livechat_webhooks::{
    BoxError, Handlers, TestWebhook, Verifier, WebhookService,
    axum::router,
    inbox::{Durability, Inbox, SqliteStore},
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};

const ROUNDS: usize = 5;
const CONNECTIONS: usize = 512;
const REQUESTS: usize = 40_000;
const STEADY_RATE: u64 = 1_000;
const STEADY_REQUESTS: usize = 3_000;

const NAMES: [&str; 4] =
    ["bare", "verified and decoded", "inbox, survives a crash", "inbox, survives a power loss"];

/// The service of a name, and the inbox behind it.
fn service(name: &str, file: &PathBuf) -> Result<(Router, Option<Inbox>), BoxError> {
    let verifier = Verifier::new("keep-me");
    let durability = match name {
        "bare" => return Ok((Router::new().route("/", post(|body: Bytes| async move { drop(body) })), None)),
        "verified and decoded" => {
            return Ok((router("/", WebhookService::new(verifier, Handlers::new())), None));
        }
        "inbox, survives a crash" => Durability::Crash,
        _ => Durability::PowerLoss,
    };
    let inbox = Inbox::builder(SqliteStore::open_with(file, durability)?).start(Handlers::new());
    Ok((router("/", WebhookService::new(verifier, inbox.clone())), Some(inbox)))
}

/// A request with a message of its own, about as long as real ones are.
fn request(number: usize) -> Vec<u8> {
    let event = json!({
        "id": format!("TH7W2KD90C_{number}"), "type": "message", "text": "May I return a lamp without its box? ".repeat(6),
        "author_id": "5f0a2c94-7b31-4d6e-8c57-91d0e4b6a238", "created_at": "2024-05-06T12:04:09.250000Z",
        "visibility": "all", "properties": {"source": {"client_id": "7d3e1b0c9f8a4e2db6c5a4f3e2d1c0b9"}},
    });
    let payload = json!({"chat_id": format!("C{}", number % 500), "thread_id": "TH7W2KD90C", "event": event});
    let data = json!({"chat_properties": {"routing": {"continuous": true}}, "chat_presence_user_ids": ["ada@example.com"]});
    let body = TestWebhook::of_json("keep-me", "incoming_event", payload).additional_data(data).body();
    format!("POST / HTTP/1.1\r\nHost: bench\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// Sends a request and waits for its answer.
async fn exchange(connection: &mut TcpStream, request: &[u8]) -> Result<Duration, BoxError> {
    let start = Instant::now();
    connection.write_all(request).await?;
    let mut answer = [0; 512];
    let length = connection.read(&mut answer).await?;
    let answer = answer.get(..length).unwrap_or_default();
    if answer.starts_with(b"HTTP/1.1 200 ") && answer.ends_with(b"\r\n\r\n") {
        Ok(start.elapsed())
    } else {
        Err(String::from_utf8_lossy(answer).into())
    }
}

/// Answers a second when every connection sends as fast as it is answered.
async fn rate(port: u16, requests: &[Vec<u8>]) -> Result<f64, BoxError> {
    let start = Instant::now();
    each(requests.chunks(requests.len().div_ceil(CONNECTIONS)), |part: Vec<Vec<u8>>| async move {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).await?;
        connection.set_nodelay(true)?;
        for request in part {
            exchange(&mut connection, &request).await?;
        }
        Ok(())
    })
    .await?;
    #[expect(clippy::cast_precision_loss, reason = "a number of requests is small")]
    Ok(requests.len() as f64 / start.elapsed().as_secs_f64())
}

/// The times until an answer, sorted, when requests come at a steady rate.
async fn times(port: u16, requests: &[Vec<u8>]) -> Result<Vec<Duration>, BoxError> {
    let connections = 16;
    let pause = Duration::from_micros(1_000_000 * connections as u64 / STEADY_RATE);
    let parts = requests.chunks(requests.len().div_ceil(connections));
    let mut times: Vec<_> = each(parts, move |part: Vec<Vec<u8>>| async move {
        let mut connection = TcpStream::connect(("127.0.0.1", port)).await?;
        connection.set_nodelay(true)?;
        let mut times = Vec::new();
        let mut ticks = interval(pause);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        for request in part {
            ticks.tick().await;
            times.push(exchange(&mut connection, &request).await?);
        }
        Ok(times)
    })
    .await?
    .into_iter()
    .flatten()
    .collect();
    times.sort_unstable();
    Ok(times)
}

/// Runs a task for each part, side by side.
async fn each<'a, T: Send + 'static, F>(
    parts: impl Iterator<Item = &'a [Vec<u8>]>,
    task: impl Fn(Vec<Vec<u8>>) -> F,
) -> Result<Vec<T>, BoxError>
where
    F: Future<Output = Result<T, BoxError>> + Send + 'static,
{
    let mut tasks = JoinSet::new();
    for part in parts {
        tasks.spawn(task(part.to_vec()));
    }
    tasks.join_all().await.into_iter().collect()
}

/// The CPU time of this process, clients included, in seconds; only Linux tells it.
///
/// Unlike the rates, it is hardly changed by what else the machine is doing.
fn cpu_time() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let ticks = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(2);
    ticks.map(|ticks| ticks.parse::<f64>().ok()).sum::<Option<f64>>().map(|ticks| ticks / 100.0)
}

/// What was measured in one round of one service.
struct Measured {
    /// Answers a second.
    rate: f64,
    /// Webhooks a second until all of them are handled.
    handled: f64,
    /// Microseconds of CPU for each webhook, handling and clients included.
    cpu: f64,
    times: Vec<Duration>,
}

async fn round(name: &str, first: usize) -> Result<Measured, BoxError> {
    let file = std::env::temp_dir().join(format!("livechat-ingest-{}.sqlite", std::process::id()));
    let (app, inbox) = service(name, &file)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let port = listener.local_addr()?.port();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });

    let requests: Vec<_> = (first..first + REQUESTS).map(request).collect();
    let (start, cpu) = (Instant::now(), cpu_time());
    let rate = rate(port, &requests).await?;
    if let Some(inbox) = &inbox {
        inbox.idle().await?;
    }
    #[expect(clippy::cast_precision_loss, reason = "a number of requests is small")]
    let count = REQUESTS as f64;
    let handled = count / start.elapsed().as_secs_f64();
    let cpu = cpu.zip(cpu_time()).map_or(f64::NAN, |(start, end)| (end - start) * 1e6 / count);
    let requests: Vec<_> =
        (first..first + STEADY_REQUESTS).map(|number| request(number + 10_000_000)).collect();
    let times = times(port, &requests).await?;

    server.abort();
    if let Some(inbox) = inbox {
        inbox.idle().await?;
        inbox.shutdown().await;
        std::fs::remove_file(&file)?;
    }
    Ok(Measured { rate, handled, cpu, times })
}

/// The value at a part of a sorted list.
fn at<T: Copy>(sorted: &[T], percent: usize) -> Option<T> {
    sorted.get((sorted.len() * percent / 100).min(sorted.len().saturating_sub(1))).copied()
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    // `cargo bench … -- inbox` measures those with the word in their name.
    let only = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
    let mut rounds = [const { Vec::new() }; NAMES.len()];
    for number in 0..ROUNDS {
        for (name, rounds) in NAMES.iter().zip(&mut rounds).filter(|(name, _)| name.contains(&only)) {
            rounds.push(round(name, number * REQUESTS).await?);
        }
    }
    println!(
        "{:<30} {:>10} {:>6} {:>10} {:>7} {:>6} {:>10} {:>10}",
        "", "answers/s", "ratio", "handled/s", "CPU µs", "ratio", "p50", "p99"
    );
    let mut bare = None;
    for (name, rounds) in NAMES.into_iter().zip(rounds).filter(|(_, rounds)| !rounds.is_empty()) {
        let median = |what: fn(&Measured) -> f64| {
            let mut values: Vec<_> = rounds.iter().map(what).collect();
            values.sort_by(f64::total_cmp);
            at(&values, 50).unwrap_or(f64::NAN)
        };
        let (rate, handled, cpu) =
            (median(|round| round.rate), median(|round| round.handled), median(|round| round.cpu));
        let mut times: Vec<_> = rounds.iter().flat_map(|round| round.times.iter().copied()).collect();
        times.sort_unstable();
        let (p50, p99) = (at(&times, 50).unwrap_or_default(), at(&times, 99).unwrap_or_default());
        let (bare_rate, bare_cpu) = *bare.get_or_insert((rate, cpu));
        println!(
            "{name:<30} {rate:>10.0} {:>6.2} {handled:>10.0} {cpu:>7.1} {:>6.2} {p50:>10.2?} {p99:>10.2?}",
            rate / bare_rate,
            bare_cpu / cpu
        );
    }
    Ok(())
}
