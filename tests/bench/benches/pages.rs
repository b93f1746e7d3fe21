//! Paging through an archive: processor time for each event, and memory while a million events are written as JSON lines.
//!
//! With `page`, it pages through and prints the processor time for an event in nanoseconds; with `stream N`, it streams N events and prints the most memory that it ever had; with `serve`, it serves the archive of
//! 100,000 events to another program, until its input ends.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot go on has to stop"
)]

mod shared;

use std::io::{BufWriter, Read as _, Write as _};
use std::process::Command;
use std::sync::Arc;

use bench::archive;
use bench::measure::{Goal, Row, nanoseconds, percentile, processor_time, report, time};
use livechat_client::layers::RateLimit;
use livechat_client::types::agent::{Event, ListArchives};
use livechat_client::{Credentials, LiveChat};

use shared::server;

/// A page has 20 chats with 50 events each.
const CHATS: usize = 20;
const EVENTS: usize = 50;

/// The archive that is paged through.
const ARCHIVE: usize = 100_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["stream", events, ..] => println!("{}", stream(events.parse().unwrap())),
        ["serve", ..] => serve(),
        ["page", ..] => println!("{}", page_through_often()),
        _ => compare(),
    }
}

fn compare() {
    let each = page_through_often();
    let (small, large) = (child(10_000), child(1_000_000));
    report(&[
        Row {
            what: "page through an archive of 100,000 events: processor time for an event".into(),
            against: "–".into(),
            ours: time(each),
            theirs: String::new(),
            result: each / 1e3,
            unit: "µs",
            goal: Goal::None,
        },
        Row {
            what: "memory while streaming 1,000,000 archived events to JSON lines".into(),
            against: "10,000 events".into(),
            ours: format!("{large:.1} MB"),
            theirs: format!("{small:.1} MB"),
            result: large - small,
            unit: "MB more",
            goal: Goal::AtMost(5.0),
        },
    ]);
}

/// The most memory that a process of its own had while it streamed so many events, in MB.
fn child(events: usize) -> f64 {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).args(["stream", &events.to_string()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

/// The processor time for an event, the best of some runs.
fn page_through_often() -> f64 {
    let run = |_| {
        let mut messages = 0;
        let time = page_through(ARCHIVE, |event| messages += usize::from(matches!(event, Event::Message(_))));
        assert!(messages > 0);
        time
    };
    percentile((0..5).map(run).collect(), 0.0)
}

fn stream(events: usize) -> f64 {
    let mut output = BufWriter::new(std::fs::File::create("/dev/null").unwrap());
    page_through(events, |event| {
        serde_json::to_writer(&mut output, event).unwrap();
        output.write_all(b"\n").unwrap();
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1e3
}

/// Serves pages with `next_page_id` until so many events were given out.
fn archive_server(events: usize) -> std::net::SocketAddr {
    let last = events / (CHATS * EVENTS);
    // Ten pages that differ; all but the last name the page after them, by a number of fixed width.
    let pages: Vec<String> =
        (0..10).map(|seed| archive::page_of(seed, CHATS, EVENTS, Some("@@@@@@@@"))).collect();
    server::start(Arc::new(move |page| {
        let body = &pages[page % pages.len()];
        let body = if page + 1 == last {
            body.replace(r#","next_page_id":"@@@@@@@@""#, "")
        } else {
            body.replace("@@@@@@@@", &format!("{:08}", page + 1))
        };
        server::answer(&body)
    }))
}

/// Pages through an archive and shows each event to `see`; the processor time for one event in nanoseconds.
#[expect(clippy::cast_precision_loss, reason = "the counts are small")]
fn page_through(events: usize, mut see: impl FnMut(&Event)) -> f64 {
    let address = archive_server(events);
    let livechat = LiveChat::builder(Credentials::personal_access_token("account", "token"))
        .api_url(format!("http://{address}"))
        .system_proxy(false)
        .rate_limit(RateLimit::per_minute(100_000_000))
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let start = processor_time();
    let mut read = 0;
    runtime.block_on(async {
        let mut chats = livechat.agent().items(&ListArchives::new().limit(20));
        while let Some(chat) = chats.try_next().await.unwrap() {
            for event in chat.thread.iter().flat_map(|thread| thread.events.iter().flatten()) {
                see(event);
                read += 1;
            }
        }
    });
    assert_eq!(read, events);
    nanoseconds(processor_time().saturating_sub(start)) / events as f64
}

fn serve() {
    println!("{}", archive_server(ARCHIVE));
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}
