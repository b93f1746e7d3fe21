//! The rate limit, with time paused.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use livechat_client::{
    AgentApi, Credentials, ErrorKind, LiveChat, LiveChatBuilder,
    layers::{Allowance, RateLimit, RateLimitStore, Request, Retry, StoreFuture, Take},
};
use tokio::time::{Instant, sleep};

use crate::support::{GET_CHAT, answer, in_memory, numbered};

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

/// When each request was sent, by its number.
type Sent = Arc<Mutex<Vec<(usize, Instant)>>>;

fn number(request: &Request) -> usize {
    let body: serde_json::Value = serde_json::from_slice(request.body().as_bytes().unwrap()).unwrap();
    usize::try_from(body["number"].as_u64().unwrap()).unwrap()
}

/// A patient client that notes what it sends, and when.
fn noting(limit: RateLimit) -> (LiveChat, Sent) {
    let sent = Sent::default();
    let note = sent.clone();
    let builder = in_memory(move |request| {
        note.lock().unwrap().push((number(&request), Instant::now()));
        answer(200, &[], "")
    });
    (builder.timeout(HOUR).rate_limit(limit.max_wait(HOUR)).build().unwrap(), sent)
}

fn assert_within_limit(sent: &[(usize, Instant)], limit: usize, window: Duration) {
    for pair in sent.windows(limit + 1) {
        let time = pair[limit].1 - pair[0].1;
        assert!(time >= window, "{} requests within {time:?}", limit + 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_tasks_keep_to_the_limit_use_all_of_it_and_go_in_order() {
    let (client, sent) = noting(RateLimit::per_minute(180));
    let start = Instant::now();
    let tasks: Vec<_> = (0..1000)
        .map(|index| {
            let agent = client.agent();
            tokio::spawn(async move { agent.send(&numbered(index)).await.map(drop) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let sent = sent.lock().unwrap();
    assert_within_limit(&sent, 180, MINUTE);
    assert!(sent.iter().map(|(number, _)| *number).eq(0..1000));
    // The first 180 at once, the last 100 when five windows are over: anything less is allowance not used.
    let ideal = MINUTE * 5;
    let taken = sent.last().unwrap().1 - start;
    assert!(ideal >= taken.mul_f64(0.99), "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn arrivals_at_any_time_keep_to_the_limit_and_to_their_order_while_others_are_dropped() {
    let (client, sent) = noting(RateLimit::new(7, Duration::from_secs(10)));
    // A fixed sequence that looks like chance.
    let mut state: u64 = 42;
    let mut next = move |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) % bound
    };
    let mut tasks = Vec::new();
    for index in 0..400 {
        let agent = client.agent();
        tasks.push(tokio::spawn(async move { agent.send(&numbered(index)).await.map(drop) }));
        sleep(Duration::from_millis(next(1500))).await;
        if next(4) == 0 {
            let chosen = usize::try_from(next(tasks.len() as u64)).unwrap();
            tasks[chosen].abort();
        }
    }
    let mut done = 0;
    for task in tasks {
        done += usize::from(task.await.is_ok());
    }
    let sent = sent.lock().unwrap();
    assert!(done > 250, "{done}");
    assert!(sent.len() >= done);
    assert_within_limit(&sent, 7, Duration::from_secs(10));
    assert!(sent.is_sorted_by_key(|(number, _)| *number));
}

#[tokio::test(start_paused = true)]
async fn who_comes_at_the_moment_a_place_is_free_does_not_overtake_who_waits_for_it() {
    let (client, sent) = noting(RateLimit::per_minute(1));
    let start = Instant::now();
    let send_at = |time, number| {
        let agent = client.agent();
        tokio::spawn(async move {
            sleep(time).await;
            agent.send(&numbered(number)).await.map(drop)
        })
    };
    // The latest is the first to fall asleep, so it is the first to wake when the minute is over.
    for task in [send_at(MINUTE, 2), send_at(Duration::ZERO, 0), send_at(Duration::from_secs(1), 1)] {
        task.await.unwrap().unwrap();
    }
    assert_eq!(*sent.lock().unwrap(), [(0, start), (1, start + MINUTE), (2, start + MINUTE * 2)]);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_waiter_uses_nothing() {
    let (client, sent) = noting(RateLimit::per_minute(1));
    let start = Instant::now();
    client.agent().send(&numbered(0)).await.unwrap();
    let agent = client.agent();
    let dropped: Vec<_> = (1..10)
        .map(|index| {
            let agent = agent.clone();
            tokio::spawn(async move { agent.send(&numbered(index)).await.map(drop) })
        })
        .collect();
    sleep(Duration::from_secs(1)).await;
    for task in &dropped {
        task.abort();
    }
    agent.send(&numbered(10)).await.unwrap();
    assert_eq!(*sent.lock().unwrap(), [(0, start), (10, start + MINUTE)]);
}

#[tokio::test(start_paused = true)]
async fn calls_that_nobody_polls_hold_back_no_other() {
    let (client, sent) = noting(RateLimit::per_minute(1));
    let start = Instant::now();
    client.agent().send(&numbered(0)).await.unwrap();
    // The first has its turn, the second waits for it, and both are left lying: as in a `select!`, or in a buffer of futures.
    let agent = client.agent();
    let (first, second) = (numbered(1), numbered(2));
    let mut parked = [Box::pin(agent.send(&first)), Box::pin(agent.send(&second))];
    for call in &mut parked {
        assert!(std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_pending())).await);
    }
    let (third, fourth) = (numbered(3), numbered(4));
    let (third, fourth) = tokio::join!(agent.send(&third), agent.send(&fourth));
    assert!(third.is_ok() && fourth.is_ok());
    for call in parked {
        call.await.unwrap();
    }
    let sent = sent.lock().unwrap();
    assert_within_limit(&sent, 1, MINUTE);
    let order: Vec<_> = sent.iter().map(|(number, _)| *number).collect();
    assert_eq!(order, [0, 3, 4, 1, 2]);
    assert!(sent[4].1 - start < MINUTE * 4 + Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_would_be_too_long_fails_at_once_and_says_how_long() {
    let client = in_memory(|_| answer(200, &[], ""))
        .rate_limit(RateLimit::per_minute(1).max_wait(Duration::from_secs(5)))
        .build()
        .unwrap();
    client.agent().send(&numbered(0)).await.unwrap();
    let start = Instant::now();
    let error = client.agent().send(&numbered(1)).await.unwrap_err();
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(error.kind(), ErrorKind::RateLimit);
    assert!(error.is_rate_limited());
    assert!(!error.may_have_reached_server());
    assert_eq!(error.retry_after(), Some(MINUTE));
    assert!(error.to_string().contains("the limit of 1 requests in 60s is used up"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_turn_is_waited_for_a_minute_and_no_longer() {
    for (window, waits) in [(MINUTE, true), (MINUTE + Duration::from_millis(1), false)] {
        let builder = in_memory(|_| answer(200, &[], "")).timeout(HOUR).rate_limit(RateLimit::new(1, window));
        let agent = builder.build().unwrap().agent();
        agent.send(&numbered(0)).await.unwrap();
        assert_eq!(agent.send(&numbered(1)).await.is_ok(), waits);
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_call_bounds_the_wait() {
    let client = in_memory(|_| answer(200, &[], ""))
        .timeout(Duration::from_secs(3))
        .rate_limit(RateLimit::per_minute(1))
        .build()
        .unwrap();
    client.agent().send(&numbered(0)).await.unwrap();
    assert!(client.agent().send(&numbered(1)).await.unwrap_err().is_rate_limited());
}

/// A client whose first `refusals` requests are refused with these headers, and the times of all requests.
fn refusing(
    refusals: usize,
    headers: &'static [(&'static str, &'static str)],
) -> (LiveChatBuilder, Arc<Mutex<Vec<Instant>>>) {
    let times: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let note = times.clone();
    let builder = in_memory(move |_| {
        let mut times = note.lock().unwrap();
        times.push(Instant::now());
        if times.len() <= refusals { answer(429, headers, "") } else { answer(200, &[], "") }
    });
    (builder.timeout(HOUR), times)
}

#[tokio::test(start_paused = true)]
async fn a_refusal_pauses_the_token_for_as_long_as_the_server_asks() {
    let (builder, times) = refusing(1, &[("retry-after", "7")]);
    let client = builder.retry(Retry::never()).build().unwrap();
    let start = Instant::now();
    let error = client.agent().send(&numbered(0)).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    client.agent().send(&numbered(1)).await.unwrap();
    assert_eq!(*times.lock().unwrap(), [start, start + Duration::from_secs(7)]);
}

#[tokio::test(start_paused = true)]
async fn refusals_without_a_time_pause_longer_and_longer() {
    let (builder, times) = refusing(4, &[]);
    let client = builder.retry(Retry::never()).build().unwrap();
    for index in 0..5 {
        let _ = client.agent().send(&numbered(index)).await;
    }
    let times = times.lock().unwrap();
    let pauses: Vec<_> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    assert_eq!(pauses, [1, 2, 4, 8]);
}

#[tokio::test(start_paused = true)]
async fn a_wait_of_no_time_is_none_and_the_pauses_grow_all_the_same() {
    for after in ["0", "Wed, 21 Oct 2015 07:28:00 GMT"] {
        let headers: &[_] = Box::leak(Box::new([("retry-after", after)]));
        let (builder, times) = refusing(4, headers);
        let client = builder.retry(Retry::never()).build().unwrap();
        for index in 0..5 {
            let _ = client.agent().send(&numbered(index)).await;
        }
        let times = times.lock().unwrap();
        let pauses: Vec<_> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8], "{after}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_absurd_wait_does_not_shut_a_token_out_for_good() {
    // A moment where seconds are meant, and a date by a clock that is wrong.
    for after in ["1796000000", "18446744073709551615", "Sat, 21 Oct 2215 07:28:00 GMT"] {
        let headers: &[_] = Box::leak(Box::new([("retry-after", after)]));
        let (builder, _) = refusing(1, headers);
        let client = builder.retry(Retry::never()).build().unwrap();
        client.agent().send(&numbered(0)).await.unwrap_err();
        sleep(Duration::from_secs(3539)).await;
        assert!(client.agent().send(&numbered(1)).await.unwrap_err().is_rate_limited(), "{after}");
        sleep(Duration::from_secs(61)).await;
        client.agent().send(&numbered(2)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn an_accepted_request_ends_the_growth_of_pauses() {
    let times: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let note = times.clone();
    let builder = in_memory(move |_| {
        let mut times = note.lock().unwrap();
        times.push(Instant::now());
        if times.len() == 3 { answer(200, &[], "") } else { answer(429, &[], "") }
    });
    let client = builder.timeout(HOUR).retry(Retry::never()).build().unwrap();
    for index in 0..5 {
        let _ = client.agent().send(&numbered(index)).await;
    }
    let times = times.lock().unwrap();
    let pauses: Vec<_> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    assert_eq!(pauses, [1, 2, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_a_request_sent_before_a_pause_does_not_end_the_growth() {
    let times: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let note = times.clone();
    // The second request is sent beside the first, and accepted while the pause for the first is under way.
    let service = tower::service_fn(move |_: Request| {
        let number = {
            let mut times = note.lock().unwrap();
            times.push(Instant::now());
            times.len()
        };
        async move {
            sleep(Duration::from_millis(if number == 2 { 500 } else { 100 })).await;
            Ok::<_, std::io::Error>(answer(if number == 2 { 200 } else { 429 }, &[], ""))
        }
    });
    let builder = in_memory(|_| unreachable!()).transport(service).retry(Retry::never());
    let agent = builder.build().unwrap().agent();
    let send = async |index| agent.send(&numbered(index)).await;
    let (first, second) = tokio::join!(send(0), send(1));
    assert!(first.is_err() && second.is_ok());
    for index in 2..4 {
        send(index).await.unwrap_err();
    }
    let times = times.lock().unwrap();
    let pauses: Vec<_> = times.windows(2).map(|pair| (pair[1] - pair[0]).as_secs()).collect();
    assert_eq!(pauses, [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_pause_holds_back_who_waits_already_and_no_other_token() {
    let sent = Sent::default();
    let note = sent.clone();
    let service = tower::service_fn(move |request: Request| {
        let number = number(&request);
        note.lock().unwrap().push((number, Instant::now()));
        async move {
            sleep(Duration::from_secs(1)).await;
            let refusal = answer(429, &[("retry-after", "30")], "");
            Ok::<_, std::io::Error>(if number == 0 { refusal } else { answer(200, &[], "") })
        }
    });
    let limit = RateLimit::new(1, Duration::from_secs(10));
    let builder = in_memory(|_| unreachable!()).transport(service).rate_limit(limit).retry(Retry::never());
    let client = builder.build().unwrap();
    let other = client.with_credentials(Credentials::bearer("dal:other")).agent();
    let agent = client.agent();
    let start = Instant::now();
    let call = async |agent: &AgentApi, after, index| {
        sleep(Duration::from_secs(after)).await;
        agent.send(&numbered(index)).await
    };
    let (refused, waited, late) = tokio::join!(call(&agent, 0, 0), call(&agent, 0, 1), call(&other, 5, 2));
    assert!(refused.is_err() && waited.is_ok() && late.is_ok());
    let at = |seconds| start + Duration::from_secs(seconds);
    assert_eq!(*sent.lock().unwrap(), [(0, at(0)), (2, at(5)), (1, at(31))]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_is_sent_again_after_the_pause() {
    let (builder, times) = refusing(2, &[("retry-after", "30")]);
    builder.build().unwrap().agent().send(&numbered(0)).await.unwrap();
    let times = times.lock().unwrap();
    assert_eq!(times.len(), 3);
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] >= Duration::from_secs(30)));
}

#[tokio::test(start_paused = true)]
async fn each_token_has_an_allowance_of_its_own_and_clients_may_share_one() {
    let limit = RateLimit::per_minute(1).max_wait(Duration::ZERO);
    let build = || in_memory(|_| answer(200, &[], "")).rate_limit(limit.clone()).build().unwrap();
    let client = build();
    client.agent().send(&numbered(0)).await.unwrap();
    client.with_credentials(Credentials::bearer("dal:other")).agent().send(&numbered(1)).await.unwrap();
    assert!(build().agent().send(&numbered(2)).await.unwrap_err().is_rate_limited());
    assert!(
        client.with_credentials(Credentials::bearer("dal:hunter2")).agent().send(&numbered(3)).await.is_err()
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_token_used_is_remembered_however_many_others_come() {
    let limit = RateLimit::per_minute(1).max_wait(Duration::ZERO);
    let client = in_memory(|_| answer(200, &[], "")).rate_limit(limit).build().unwrap();
    for used in [false, true] {
        for index in 0..200 {
            let credentials = Credentials::bearer(format!("dal:{index}"));
            let outcome = client.with_credentials(credentials).agent().send(&numbered(index)).await;
            assert_eq!(outcome.is_err(), used, "{index}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_limit_nothing_waits() {
    let client = in_memory(|_| answer(200, &[], "")).no_rate_limit().build().unwrap();
    let start = Instant::now();
    for index in 0..500 {
        client.agent().send(&numbered(index)).await.unwrap();
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn the_usual_limit_is_180_a_minute() {
    let client = in_memory(|_| answer(200, &[], "")).build().unwrap();
    let start = Instant::now();
    for index in 0..181 {
        client.agent().send(&numbered(index)).await.unwrap();
        assert_eq!(start.elapsed(), if index < 180 { Duration::ZERO } else { MINUTE });
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_of_ones_own_decides_and_hears_of_refusals() {
    #[derive(Default)]
    struct Store {
        taken: AtomicUsize,
        pauses: Mutex<BTreeMap<String, Duration>>,
    }
    impl RateLimitStore for Store {
        fn take<'a>(&'a self, _: &'a str, allowance: Allowance) -> StoreFuture<'a, Take> {
            assert_eq!((allowance.requests, allowance.window), (3, MINUTE));
            let second = self.taken.fetch_add(1, Ordering::SeqCst) == 0;
            Box::pin(
                async move { Ok(if second { Take::Wait(Duration::from_secs(2)) } else { Take::Granted }) },
            )
        }
        fn pause<'a>(&'a self, key: &'a str, time: Duration) -> StoreFuture<'a, ()> {
            self.pauses.lock().unwrap().insert(key.to_owned(), time);
            Box::pin(
                async move { if key == "account:broken" { Err("the store is gone".into()) } else { Ok(()) } },
            )
        }
    }
    let store = Arc::new(Store::default());
    let limit = RateLimit::per_minute(3).store(store.clone());
    let (builder, times) = refusing(2, &[("retry-after", "9")]);
    let client = builder.retry(Retry::never()).rate_limit(limit).build().unwrap();
    let start = Instant::now();
    let client = client.with_credentials(Credentials::personal_access_token("id", "pat"));
    client.agent().send(&GET_CHAT).await.unwrap_err();
    assert_eq!(*times.lock().unwrap(), [start + Duration::from_secs(2)]);
    assert_eq!(store.pauses.lock().unwrap()["account:id"], Duration::from_secs(9));
    let client = client.with_credentials(Credentials::personal_access_token("broken", "pat"));
    let error = client.agent().send(&GET_CHAT).await.unwrap_err();
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the store is gone");
    assert_eq!(error.status().unwrap(), 429, "what the server said is kept");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(9)));
}
