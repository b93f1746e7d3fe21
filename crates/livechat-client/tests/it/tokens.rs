//! Tokens that a provider gets, once for many.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use livechat_client::{
    AccessToken, AgentApi, Credentials, ErrorKind, LiveChat, TokenFuture, TokenProvider, UploadFile,
    layers::Request,
};
use tokio::time::{Instant, sleep};

use crate::support::{
    CHAT, DEACTIVATE_CHAT, GET_CHAT, Nothing, Script, Server, UPLOAD_FILE, answer, in_memory,
};

/// Gives `fra:token-1`, `fra:token-2`, …, each after a second.
#[derive(Default)]
struct Counting {
    begun: AtomicUsize,
    ended: AtomicUsize,
    lifetime: Option<Duration>,
    /// Which of them fail or panic.
    fails: Option<usize>,
    panics: Option<usize>,
}

impl TokenProvider for Counting {
    fn access_token(&self) -> TokenFuture<'_> {
        let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
        Box::pin(async move {
            sleep(Duration::from_secs(1)).await;
            self.ended.fetch_add(1, Ordering::SeqCst);
            assert_ne!(self.panics, Some(number), "as told");
            if self.fails == Some(number) {
                return Err("the vault is sealed".into());
            }
            let token = AccessToken::new(format!("fra:token-{number}"));
            Ok(match self.lifetime {
                Some(lifetime) => token.expires_in(lifetime),
                None => token,
            })
        })
    }
}

fn token(request: &Request) -> String {
    request.headers()["authorization"].to_str().unwrap().trim_start_matches("Bearer fra:").to_owned()
}

/// A client in memory that accepts the tokens that `accepts` says, and the tokens it saw.
fn client(
    provider: &Arc<Counting>,
    accepts: impl Fn(&str) -> bool + Clone + Send + Sync + 'static,
) -> (AgentApi, Arc<Mutex<Vec<String>>>) {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let note = seen.clone();
    let client: LiveChat = in_memory(move |request| {
        let token = token(&request);
        let accepted = accepts(&token);
        note.lock().unwrap().push(token);
        if accepted {
            answer(200, &[], CHAT)
        } else {
            answer(401, &[], r#"{"error":{"type":"authentication"}}"#)
        }
    })
    .no_rate_limit()
    .build()
    .unwrap();
    let client = client.with_credentials(Credentials::provided("test", provider.clone()));
    (client.agent(), seen)
}

#[tokio::test(start_paused = true)]
async fn many_waiting_calls_get_one_token() {
    let provider = Arc::new(Counting::default());
    let (agent, seen) = client(&provider, |_| true);
    let calls: Vec<_> = (0..1000)
        .map(|_| {
            let agent = agent.clone();
            tokio::spawn(async move { agent.send(&GET_CHAT).await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(provider.begun.load(Ordering::SeqCst), 1);
    assert!(seen.lock().unwrap().iter().all(|token| token == "token-1"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_replaced_once_for_all_and_each_call_is_sent_once_more() {
    let provider = Arc::new(Counting::default());
    let (agent, seen) = client(&provider, |token| token != "token-1");
    let calls: Vec<_> = (0..100)
        .map(|_| {
            let agent = agent.clone();
            // Also what is not safe to repeat: the server did not carry it out.
            tokio::spawn(async move { agent.send(&DEACTIVATE_CHAT).await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(provider.begun.load(Ordering::SeqCst), 2);
    let seen = seen.lock().unwrap();
    let with = |token: &str| seen.iter().filter(|seen| *seen == token).count();
    assert_eq!((with("token-1"), with("token-2")), (100, 100));
}

#[tokio::test(start_paused = true)]
async fn a_late_refusal_of_an_old_token_leaves_the_new_one_alone() {
    let provider = Arc::new(Counting::default());
    let requests = Arc::new(AtomicUsize::new(0));
    let service = tower::service_fn(move |request: Request| {
        // The second request learns late that its token, the first, is refused.
        let late = requests.fetch_add(1, Ordering::SeqCst) == 1;
        async move {
            if late {
                sleep(Duration::from_secs(10)).await;
            }
            let refused = answer(401, &[], "");
            Ok::<_, std::io::Error>(if token(&request) == "token-1" {
                refused
            } else {
                answer(200, &[], CHAT)
            })
        }
    });
    let credentials = Credentials::provided("test", provider.clone());
    let agent = LiveChat::builder(credentials).transport(service).build().unwrap().agent();
    let both = tokio::join!(agent.send(&GET_CHAT), agent.send(&GET_CHAT));
    assert!(both.0.is_ok() && both.1.is_ok());
    assert_eq!(provider.begun.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_refused_again_is_an_error_and_no_loop() {
    let provider = Arc::new(Counting::default());
    let (agent, seen) = client(&provider, |_| false);
    let error = agent.send(&GET_CHAT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.is_authentication());
    assert_eq!(*seen.lock().unwrap(), ["token-1", "token-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_replaced_shortly_before_it_expires() {
    let provider = Arc::new(Counting { lifetime: Some(Duration::from_secs(600)), ..Counting::default() });
    let (agent, seen) = client(&provider, |_| true);
    for wait in [0, 560, 20] {
        sleep(Duration::from_secs(wait)).await;
        agent.send(&GET_CHAT).await.unwrap();
    }
    assert_eq!(*seen.lock().unwrap(), ["token-1", "token-1", "token-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_is_carried_through_when_all_who_wait_are_dropped() {
    let provider = Arc::new(Counting::default());
    let (agent, seen) = client(&provider, |_| true);
    let waiting: Vec<_> = (0..3)
        .map(|_| {
            let agent = agent.clone();
            tokio::spawn(async move { agent.send(&GET_CHAT).await.map(drop) })
        })
        .collect();
    sleep(Duration::from_millis(500)).await;
    for task in waiting {
        task.abort();
    }
    let start = Instant::now();
    agent.send(&GET_CHAT).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_millis(500));
    assert_eq!(provider.begun.load(Ordering::SeqCst), 1);
    assert_eq!(provider.ended.load(Ordering::SeqCst), 1);
    assert_eq!(*seen.lock().unwrap(), ["token-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_token_ends_with_the_time_of_the_call_and_surely_nothing_was_sent() {
    let provider = Arc::new(Counting::default());
    let half_a_second = Duration::from_millis(500);
    let builder = in_memory(|_| answer(200, &[], CHAT)).timeout(half_a_second);
    let agent =
        builder.build().unwrap().with_credentials(Credentials::provided("test", provider.clone())).agent();
    let start = Instant::now();
    let error = agent.send(&GET_CHAT).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(start.elapsed(), half_a_second);
    assert_eq!(error.attempts(), 0);
    assert!(!error.may_have_reached_server());
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_fails_tells_all_who_wait_and_is_asked_again_by_the_next_call() {
    let provider = Arc::new(Counting { fails: Some(1), ..Counting::default() });
    let (agent, seen) = client(&provider, |_| true);
    let both = tokio::join!(agent.send(&GET_CHAT), agent.send(&GET_CHAT));
    for error in [both.0.unwrap_err(), both.1.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Auth);
        assert!(!error.may_have_reached_server());
        assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the vault is sealed");
    }
    agent.send(&GET_CHAT).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["token-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_still_lasts_is_used_while_its_successor_cannot_be_had() {
    let lifetime = Some(Duration::from_secs(60));
    let provider = Arc::new(Counting { lifetime, fails: Some(2), ..Counting::default() });
    let (agent, seen) = client(&provider, |_| true);
    agent.send(&GET_CHAT).await.unwrap();
    sleep(Duration::from_secs(45)).await;
    for _ in 0..2 {
        agent.send(&GET_CHAT).await.unwrap();
    }
    assert_eq!(*seen.lock().unwrap(), ["token-1", "token-1", "token-3"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_over_or_refused_is_not_used_however_the_provider_fails() {
    let lifetime = Some(Duration::from_secs(60));
    let provider = Arc::new(Counting { lifetime, fails: Some(2), ..Counting::default() });
    let (agent, seen) = client(&provider, |_| true);
    agent.send(&GET_CHAT).await.unwrap();
    // It ends while the provider is asked.
    sleep(Duration::from_millis(59_500)).await;
    assert_eq!(agent.send(&GET_CHAT).await.unwrap_err().kind(), ErrorKind::Auth);
    assert_eq!(*seen.lock().unwrap(), ["token-1"]);

    let provider = Arc::new(Counting { lifetime, fails: Some(2), ..Counting::default() });
    let (agent, seen) = client(&provider, |token| token != "token-1");
    assert_eq!(agent.send(&GET_CHAT).await.unwrap_err().kind(), ErrorKind::Auth);
    assert_eq!(*seen.lock().unwrap(), ["token-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_is_given_up_and_asked_again() {
    struct Hanging(Arc<AtomicUsize>);
    impl TokenProvider for Hanging {
        fn access_token(&self) -> TokenFuture<'_> {
            let first = self.0.fetch_add(1, Ordering::SeqCst) == 0;
            Box::pin(async move {
                if first {
                    std::future::pending::<()>().await;
                }
                Ok(AccessToken::new("fra:token"))
            })
        }
    }
    let asked = Arc::new(AtomicUsize::new(0));
    let credentials = Credentials::provided("test", Hanging(asked.clone()));
    let agent = in_memory(|_| answer(200, &[], CHAT)).build().unwrap().with_credentials(credentials).agent();
    let start = Instant::now();
    while agent.send(&GET_CHAT).await.is_err() {
        assert!(start.elapsed() < Duration::from_secs(3600));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_panics_harms_only_the_calls_that_wait_for_it() {
    let provider = Arc::new(Counting { panics: Some(1), ..Counting::default() });
    let (agent, seen) = client(&provider, |_| true);
    let error = agent.send(&GET_CHAT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    agent.send(&GET_CHAT).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["token-2"]);
}

#[tokio::test]
async fn a_refusal_and_then_success_is_one_call_with_two_tokens() {
    for refusal in [Script::error(401, "authentication"), Script::status(401, &[], "<html>")] {
        let server = Server::start([refusal, Script::ok(CHAT)]).await;
        let credentials = Credentials::provided("test", AtOnce(AtomicUsize::new(0)));
        let agent = server.builder_for(credentials).build().unwrap().agent();
        let response = agent.send(&GET_CHAT).await.unwrap();
        assert_eq!(response.attempts(), 2);
        let received = server.received();
        let header = |index: usize, name| received[index].header(name).unwrap();
        assert_eq!(
            [header(0, "authorization"), header(1, "authorization")],
            ["Bearer fra:x", "Bearer fra-a:x"]
        );
        assert_eq!(header(0, "x-request-id"), header(1, "x-request-id"));
    }
}

/// Gives a token of `fra`, then tokens of `fra-a`, at once.
struct AtOnce(AtomicUsize);
impl TokenProvider for AtOnce {
    fn access_token(&self) -> TokenFuture<'_> {
        let region = if self.0.fetch_add(1, Ordering::SeqCst) == 0 { "fra" } else { "fra-a" };
        Box::pin(async move { Ok(AccessToken::new(format!("{region}:x"))) })
    }
}

#[tokio::test]
async fn a_new_tokens_region_counts_until_the_server_names_another() {
    let misdirected = r#"{"error":{"type":"misdirected_request","data":{"region":"dal"}}}"#;
    let server = Server::start([
        Script::status(400, &[], misdirected),
        Script::ok(CHAT),
        Script::error(401, "authentication"),
        Script::ok(CHAT),
    ])
    .await;
    let credentials = Credentials::provided("test", AtOnce(AtomicUsize::new(0)));
    let agent = server.builder_for(credentials).build().unwrap().agent();
    agent.send(&GET_CHAT).await.unwrap();
    agent.send(&GET_CHAT).await.unwrap();
    let received = server.received();
    let regions: Vec<_> = received.iter().map(|request| request.header("x-region").unwrap()).collect();
    assert_eq!(regions, ["fra", "dal", "dal", "fra-a"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_stream_is_not_sent_again_but_the_next_call_has_a_new_token() {
    let provider = Arc::new(Counting::default());
    let (agent, seen) = client(&provider, |token| token != "token-1");
    let stream = UploadFile::from_reader("a", &b"hello"[..]);
    assert!(agent.upload::<Nothing>(&UPLOAD_FILE, stream).await.unwrap_err().is_authentication());
    agent.send(&GET_CHAT).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), ["token-1", "token-2"]);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_never_shown() {
    let provider = Arc::new(Counting::default());
    let credentials = Credentials::provided("test", provider.clone());
    let client = in_memory(|_| answer(200, &[], CHAT)).build().unwrap().with_credentials(credentials);
    client.agent().send(&GET_CHAT).await.unwrap();
    let shown = format!("{client:?} {:?}", AccessToken::new("fra:token-1"));
    assert!(!shown.contains("token-1"), "{shown}");
}
