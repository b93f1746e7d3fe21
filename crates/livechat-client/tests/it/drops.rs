//! Calls that are dropped at whatever point they are waiting at.

use std::{
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use livechat_client::{
    AccessToken, AgentApi, Credentials, LiveChat, TokenFuture, TokenProvider,
    layers::{RateLimit, Request, Retry},
};
use tokio::time::{Instant, sleep};

use crate::support::{CHAT, GET_CHAT, answer};

const MINUTE: Duration = Duration::from_secs(60);
const ALLOWED: usize = 3;

/// Gives a token after a while, and notes how many were being got at once.
#[derive(Default)]
struct Slow {
    begun: AtomicUsize,
    at_once: AtomicUsize,
}

impl TokenProvider for Slow {
    fn access_token(&self) -> TokenFuture<'_> {
        Box::pin(async {
            assert_eq!(self.at_once.fetch_add(1, Ordering::SeqCst), 0);
            let number = self.begun.fetch_add(1, Ordering::SeqCst);
            sleep(Duration::from_secs(1)).await;
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            Ok(AccessToken::new(format!("fra:{number}")).expires_in(Duration::from_secs(90)))
        })
    }
}

/// A client whose every call waits for a token that expires soon, for its turn, for the answer, after a failure for another attempt; and
/// when its requests were sent.
fn client(provider: &Arc<Slow>) -> (AgentApi, Arc<Mutex<Vec<Instant>>>) {
    let sent: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let note = sent.clone();
    let service = tower::service_fn(move |request: Request| {
        let refused = request.headers()["authorization"] == "Bearer fra:0";
        let number = {
            let mut sent = note.lock().unwrap();
            sent.push(Instant::now());
            sent.len()
        };
        async move {
            sleep(Duration::from_secs(2)).await;
            // The server accepts no first token, and fails once in five requests.
            let status = match number % 5 {
                _ if refused => 401,
                4 => 500,
                _ => 200,
            };
            Ok::<_, std::io::Error>(answer(status, &[], CHAT))
        }
    });
    let client = LiveChat::builder(Credentials::provided("test", provider.clone()))
        .transport(service)
        .timeout(MINUTE * 60)
        .rate_limit(RateLimit::new(u32::try_from(ALLOWED).unwrap(), MINUTE).max_wait(MINUTE * 60))
        .retry(Retry::new().backoff(Duration::from_secs(1), Duration::from_secs(4)))
        .build()
        .unwrap();
    (client.agent(), sent)
}

/// Calls, and gives up when the call has waited so many times; whether it came to its end before.
async fn call_for(agent: &AgentApi, waits: usize) -> bool {
    let mut call = pin!(agent.send(&GET_CHAT));
    let mut polls = 0;
    std::future::poll_fn(|context| {
        polls += 1;
        match call.as_mut().poll(context) {
            Poll::Ready(outcome) => Poll::Ready(outcome.is_ok()),
            Poll::Pending if polls > waits => Poll::Ready(false),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn whatever_a_dropped_call_was_waiting_for_the_others_go_on_within_the_limit() {
    let mut furthest = 0;
    for waits in 0..20 {
        let provider = Arc::new(Slow::default());
        let (agent, sent) = client(&provider);
        let mut tasks = tokio::task::JoinSet::new();
        // Every second call is dropped when it has waited so many times.
        for index in 0..12 {
            let agent = agent.clone();
            tasks.spawn(async move {
                (index, call_for(&agent, if index % 2 == 0 { waits } else { usize::MAX }).await)
            });
        }
        let outcomes = tasks.join_all().await;
        assert!(
            outcomes.iter().all(|(index, done)| *done || index % 2 == 0),
            "after {waits} waits: {outcomes:?}"
        );
        furthest = furthest.max(outcomes.iter().filter(|(index, done)| *done && index % 2 == 0).count());
        // Nobody holds a turn, a token or a place that is not used.
        assert!(call_for(&agent, usize::MAX).await);
        for times in sent.lock().unwrap().windows(ALLOWED + 1) {
            assert!(times[ALLOWED] - times[0] >= MINUTE, "after {waits} waits: {times:?}");
        }
        assert_eq!(provider.at_once.load(Ordering::SeqCst), 0);
    }
    // The last rounds dropped nothing any more: all points at which a call waits were among those before.
    assert_eq!(furthest, 6);
}
