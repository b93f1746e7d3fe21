//! A layer of one's own, which counts and times calls: `cargo run -p livechat-client --example metrics_layer`.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use livechat_client::{
    Call,
    layers::{Answer, HttpService, Request, Stage, Step},
    types::agent::{GetChat, ListArchives, ListChats},
};
use tower::Layer;

mod support;

/// Calls by the name of their action. Clones share the numbers.
#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<BTreeMap<&'static str, Numbers>>>);

#[derive(Clone, Default)]
struct Numbers {
    calls: u32,
    failures: u32,
    time: Duration,
}

impl<S> Layer<S> for Metrics {
    type Service = Stage<Self, S>;

    fn layer(&self, rest: S) -> Self::Service {
        Stage::new(self.clone(), rest)
    }
}

impl Step for Metrics {
    async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> livechat_client::Result<Answer> {
        let action = request.extensions().get::<Call>().map_or("unknown", |call| call.action().name);
        let start = Instant::now();
        let outcome = rest.send(request).await;
        // Layers see answers as they come: an error of the API is an answer here.
        let failed = !outcome.as_ref().is_ok_and(|answer| answer.status().is_success());

        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers = all.entry(action).or_default();
        numbers.calls += 1;
        numbers.failures += u32::from(failed);
        numbers.time += start.elapsed();
        outcome
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let metrics = Metrics::default();
    // `layer` stands around whole calls, with their retries and waits; `attempt_layer` around each request.
    let account = support::Account::open_with(|builder| builder.layer(metrics.clone())).await?;
    let agent = account.livechat.agent();

    agent.list_chats(&ListChats::new()).await?;
    let mut pages = agent.list_archives_pages(&ListArchives::new().limit(100));
    while pages.try_next().await?.is_some() {}
    if let Err(error) = agent.get_chat(&GetChat::new("NO_SUCH_CHAT")).await {
        println!("as expected: {error}\n");
    }

    println!("{:<20} {:>6} {:>9} {:>12}", "action", "calls", "failures", "mean time");
    for (action, Numbers { calls, failures, time }) in
        &*metrics.0.lock().unwrap_or_else(PoisonError::into_inner)
    {
        println!(
            "{action:<20} {calls:>6} {failures:>9} {:>9.1} ms",
            time.as_secs_f64() * 1e3 / f64::from(*calls)
        );
    }
    Ok(())
}
