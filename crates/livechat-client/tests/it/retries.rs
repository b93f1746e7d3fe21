//! What is sent again, and what is not.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use livechat_client::{
    AgentApi, Error, ErrorKind, Result, UploadFile,
    layers::{RateLimit, Retry},
};
use tokio::time::Instant;

use crate::support::{
    CHAT, DEACTIVATE_CHAT, GET_CHAT, Nothing, Script, SendEvent, Server, UPLOAD_FILE, answer, in_memory,
};

/// Retries without waits, and without a pause after a 429.
fn agent(server: &Server) -> AgentApi {
    let retry = Retry::new().backoff(Duration::ZERO, Duration::ZERO);
    let builder = server.builder().retry(retry).no_rate_limit().attempt_timeout(Duration::from_millis(200));
    builder.build().unwrap().agent()
}

/// What a script makes of the three kinds of action: how often each was sent.
async fn attempts(script: &Script) -> [usize; 3] {
    async fn count(script: &Script, send: impl AsyncFn(&AgentApi) -> Result<(), Error>) -> usize {
        let server = Server::start([script.clone(), Script::ok(CHAT)]).await;
        let outcome = send(&agent(&server)).await;
        assert_eq!(outcome.is_ok(), server.received().len() == 2);
        server.received().len()
    }
    let with_id = SendEvent { number: 1, custom_id: Some("1") };
    [
        count(script, async |agent| agent.send(&GET_CHAT).await.map(drop)).await,
        count(script, async |agent| agent.send(&with_id).await.map(drop)).await,
        count(script, async |agent| agent.send(&DEACTIVATE_CHAT).await.map(drop)).await,
    ]
}

#[tokio::test]
async fn a_refusal_for_the_number_of_requests_is_repeated_for_all_actions() {
    assert_eq!(attempts(&Script::status(429, &[], "")).await, [2, 2, 2]);
    assert_eq!(attempts(&Script::status(429, &[("Retry-After", "0")], "")).await, [2, 2, 2]);
    assert_eq!(attempts(&Script::error(400, "too_many_requests")).await, [2, 2, 2]);
}

#[tokio::test]
async fn a_server_error_is_repeated_only_for_what_is_safe() {
    assert_eq!(attempts(&Script::error(500, "internal")).await, [2, 2, 1]);
    assert_eq!(attempts(&Script::error(400, "request_timeout")).await, [2, 2, 1]);
    assert_eq!(attempts(&Script::status(502, &[("Content-Type", "text/html")], "<html>")).await, [2, 2, 1]);
    assert_eq!(attempts(&Script::status(503, &[("Retry-After", "0")], "")).await, [2, 2, 1]);
}

#[tokio::test]
async fn a_broken_connection_is_repeated_only_for_what_is_safe() {
    assert_eq!(attempts(&Script::raw("")).await, [2, 2, 1]);
    assert_eq!(attempts(&Script::raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")).await, [2, 2, 1]);
    assert_eq!(attempts(&Script::stall()).await, [2, 2, 1]);
}

#[tokio::test]
async fn the_clients_own_mistakes_are_never_repeated() {
    assert_eq!(attempts(&Script::error(400, "validation")).await, [1, 1, 1]);
    assert_eq!(attempts(&Script::error(404, "not_found")).await, [1, 1, 1]);
    assert_eq!(attempts(&Script::status(501, &[], "")).await, [1, 1, 1]);
}

#[tokio::test]
async fn an_event_without_custom_id_is_not_sent_twice() {
    let server = Server::start([Script::error(500, "internal"), Script::ok("")]).await;
    let error = agent(&server).send(&SendEvent { number: 1, custom_id: None }).await.unwrap_err();
    assert_eq!(error.attempts(), 1);
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_not_asked_for_again() {
    let server = Server::start([Script::ok("[]"), Script::ok(CHAT)]).await;
    assert!(agent(&server).send(&GET_CHAT).await.unwrap_err().is_decode());
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn every_outcome_says_how_often_the_request_was_sent() {
    let again = || Script::error(500, "internal");
    let script =
        [again(), Script::ok("[]"), again(), again(), Script::ok(CHAT), Script::error(404, "not_found")];
    let server = Server::start(script).await;
    let agent = agent(&server);
    let unreadable = agent.send(&GET_CHAT).await.unwrap_err();
    assert!(unreadable.is_decode());
    assert_eq!(unreadable.attempts(), 2);
    assert_eq!(agent.send(&GET_CHAT).await.unwrap().attempts(), 3);
    assert_eq!(agent.send(&GET_CHAT).await.unwrap_err().attempts(), 1);
    // Nothing was sent: the client has no credentials.
    let client = server.builder_for(livechat_client::Credentials::none()).build().unwrap();
    assert_eq!(client.agent().send(&GET_CHAT).await.unwrap_err().status(), None);
    let unsent = client.agent().author_id("a\nb").send(&GET_CHAT).await.unwrap_err();
    assert_eq!(unsent.attempts(), 0);
}

#[tokio::test]
async fn attempts_end_and_the_last_failure_is_told() {
    let server = Server::start((0..9).map(|index| Script::error(500 + index, "internal"))).await;
    let error = agent(&server).send(&GET_CHAT).await.unwrap_err();
    assert_eq!(server.received().len(), 4);
    assert_eq!(error.attempts(), 4);
    assert_eq!(error.status().unwrap(), 503);
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_tried_again_for_all_actions() {
    let server = Server::start([]).await;
    let retry = Retry::new().backoff(Duration::ZERO, Duration::ZERO);
    let client = server.builder().api_url("http://127.0.0.1:1").retry(retry).build().unwrap();
    assert_eq!(client.agent().send(&DEACTIVATE_CHAT).await.unwrap_err().attempts(), 4);
}

#[tokio::test]
async fn the_request_id_and_the_body_are_the_same_over_all_attempts() {
    let server = Server::start([Script::error(500, "internal"), Script::raw(""), Script::ok(CHAT)]).await;
    let response = agent(&server).send(&GET_CHAT).await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 3);
    for request in received {
        assert_eq!(request.header("x-request-id"), Some(response.request_id()));
        assert_eq!(request.text(), r#"{"chat_id":"QJ4T8ZP1LX"}"#);
    }
}

#[tokio::test]
async fn an_upload_of_bytes_can_be_refused_and_sent_again_and_a_stream_cannot() {
    let script = || [Script::status(429, &[], ""), Script::ok("")];
    let server = Server::start(script()).await;
    let bytes = UploadFile::from_bytes("a", "hello");
    agent(&server).upload::<Nothing>(&UPLOAD_FILE, bytes).await.unwrap();
    let received = server.received();
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].body, received[1].body);

    let server = Server::start(script()).await;
    let stream = UploadFile::from_reader("a", &b"hello"[..]);
    assert!(agent(&server).upload::<Nothing>(&UPLOAD_FILE, stream).await.unwrap_err().is_rate_limited());
    assert_eq!(server.received().len(), 1);
}

/// A client whose every answer is this one, and how many requests it got.
fn always(
    status: u16,
    headers: &'static [(&'static str, &'static str)],
    retry: Retry,
    timeout: Duration,
) -> (AgentApi, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    let builder = in_memory(move |_| {
        counter.fetch_add(1, Ordering::SeqCst);
        answer(status, headers, "")
    });
    (builder.retry(retry).no_rate_limit().timeout(timeout).build().unwrap().agent(), count)
}

#[tokio::test(start_paused = true)]
async fn waits_grow_up_to_their_bound_and_differ() {
    let retry = Retry::new().max_attempts(8).backoff(Duration::from_secs(1), Duration::from_secs(4));
    let (agent, count) = always(503, &[], retry, Duration::from_secs(1000));
    let mut totals = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        agent.send(&GET_CHAT).await.unwrap_err();
        totals.push(start.elapsed());
    }
    assert_eq!(count.load(Ordering::SeqCst), 40);
    // 1 + 2 + 4 + 4 + 4 + 4 + 4 at most, a random part of each.
    assert!(totals.iter().all(|total| *total <= Duration::from_secs(23)), "{totals:?}");
    assert!(totals.iter().any(|total| *total >= Duration::from_secs(4)), "{totals:?}");
    totals.dedup();
    assert!(totals.len() > 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_past_the_deadline_is_not_begun() {
    let (agent, count) = always(503, &[("retry-after", "3600")], Retry::new(), Duration::from_secs(60));
    let start = Instant::now();
    let error = agent.send(&GET_CHAT).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
}

#[tokio::test(start_paused = true)]
async fn what_an_attempt_may_have_done_is_not_forgotten_for_a_later_one_that_was_never_sent() {
    for (status, reached) in [(503, true), (429, false)] {
        // The second attempt has no place within the limit.
        let client = in_memory(move |_| answer(status, &[("retry-after", "0")], ""))
            .rate_limit(RateLimit::per_minute(1).max_wait(Duration::ZERO))
            .build()
            .unwrap();
        let error = client.agent().send(&GET_CHAT).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimit, 1));
        assert_eq!(error.may_have_reached_server(), reached, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_absurd_wait_is_an_error_and_no_panic() {
    let (agent, _) = always(429, &[("retry-after", "18446744073709551615")], Retry::new(), Duration::MAX);
    assert_eq!(agent.send(&GET_CHAT).await.unwrap_err().retry_after(), Some(Duration::from_secs(u64::MAX)));
}

#[tokio::test(start_paused = true)]
async fn the_budget_keeps_many_failing_calls_from_multiplying() {
    let (agent, count) = always(500, &[], Retry::new().budget(10, 10), Duration::from_secs(60));
    for _ in 0..100 {
        agent.send(&GET_CHAT).await.unwrap_err();
    }
    // 100 calls, 10 retries at once and a tenth for each call.
    let count = count.load(Ordering::SeqCst);
    assert!((115..=120).contains(&count), "{count}");
}
