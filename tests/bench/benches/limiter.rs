//! The limiter under saturation: many tasks on one token, in minutes that pass as fast as the tasks can go.
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has to stop")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bench::measure::{Goal, Row, report};
use livechat_client::layers::{Answer, RateLimit, Request};
use livechat_client::types::agent::ListChats;
use livechat_client::{Credentials, LiveChat};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// LiveChat's allowance for a token.
const ALLOWANCE: usize = 180;
const WINDOW: Duration = Duration::from_secs(60);

/// As many tasks as eight busy processes have.
const TASKS: usize = 8 * 32;

/// How many windows are filled.
const WINDOWS: usize = 20;

#[expect(clippy::cast_precision_loss, reason = "the counts are small")]
fn main() {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let sent = runtime.block_on(saturate());
    let over = worst_window(&sent).saturating_sub(ALLOWANCE);
    let used = 100.0 * sent.len() as f64 / (ALLOWANCE * WINDOWS) as f64;
    let row = |what: &str, ours: String, result, unit, goal| Row {
        what: format!("limiter under saturation, {TASKS} tasks, {WINDOWS} minutes: {what}"),
        against: "180 in any minute".into(),
        ours,
        theirs: String::new(),
        result,
        unit,
        goal,
    };
    report(&[
        row("allowance used", format!("{} requests", sent.len()), used, "%", Goal::AtLeast(99.0)),
        row(
            "requests over it in the worst minute",
            over.to_string(),
            over as f64,
            "requests",
            Goal::AtMost(0.0),
        ),
    ]);
}

/// Sends as much as the limiter lets through, and notes when each request went out.
async fn saturate() -> Vec<Instant> {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&sent);
    let transport = tower::service_fn(move |_: Request| {
        log.lock().unwrap().push(Instant::now());
        async { Ok::<_, std::io::Error>(Answer::new(r#"{"chats_summary":[],"found_chats":0}"#.into())) }
    });
    let livechat = LiveChat::builder(Credentials::bearer("token"))
        .transport(transport)
        .rate_limit(RateLimit::new(u32::try_from(ALLOWANCE).unwrap(), WINDOW).max_wait(WINDOW * 60))
        .timeout(WINDOW * 60)
        .build()
        .unwrap();
    let end = Instant::now() + WINDOW * u32::try_from(WINDOWS).unwrap();
    let mut tasks = JoinSet::new();
    for _ in 0..TASKS {
        let livechat = livechat.clone();
        tasks.spawn(async move {
            while Instant::now() < end {
                let call = async { livechat.agent().list_chats(&ListChats::new()).await };
                let _ = tokio::time::timeout_at(end, call).await;
            }
        });
    }
    tasks.join_all().await;
    let sent = sent.lock().unwrap();
    sent.iter().copied().filter(|at| *at < end).collect()
}

/// The most requests in any window.
fn worst_window(sent: &[Instant]) -> usize {
    let in_window = |start: &Instant| sent.iter().filter(|at| *at >= start && **at < *start + WINDOW).count();
    sent.iter().map(in_window).max().unwrap_or_default()
}
