//! Answers that are kept: the configuration of a chat widget.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use livechat_client::{
    Credentials, CustomerApi, LiveChatBuilder,
    layers::{Answer, Cache, Request},
    types::customer::{GetConfiguration, GetDynamicConfiguration, GetLocalization},
};
use tokio::time::sleep;

use crate::support::{answer, in_memory};

const CONFIGURATION: &str = r#"{"buttons":[],"integrations":{},"properties":{"group":{},"license":{}}}"#;
const DYNAMIC: &str = r#"{"group_id":3,"client_limit_exceeded":false,"domain_allowed":true,"config_version":"c1","localization_version":"l1","language":"pl"}"#;

/// A client in memory, and how many requests came through to its server.
fn client(reply: fn(&str, usize) -> Answer, cache: Cache) -> (LiveChatBuilder, Arc<AtomicUsize>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let builder = in_memory(move |request: Request| {
        let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
        reply(request.uri().path(), number)
    });
    (builder.layer(cache), count)
}

fn good(path: &str, _: usize) -> Answer {
    match path.rsplit('/').next().unwrap() {
        "get_configuration" => answer(200, &[("set-cookie", "a=b"), ("x-server", "s1")], CONFIGURATION),
        "get_localization" => answer(200, &[], r#"{"hello":"cześć"}"#),
        _ => answer(200, &[], DYNAMIC),
    }
}

fn customer(builder: LiveChatBuilder) -> CustomerApi {
    builder.build().unwrap().customer("2b5b0bd4")
}

#[tokio::test(start_paused = true)]
async fn a_version_is_asked_for_once_a_day() {
    let (builder, count) = client(good, Cache::new());
    let customer = customer(builder);
    let request = GetConfiguration::new(3, "c1");
    let first = customer.get_configuration(&request).await.unwrap();
    let again = customer.get_configuration(&request).await.unwrap();
    assert_eq!(*first, *again);
    assert_eq!(count.load(Ordering::SeqCst), 1);
    assert_ne!(first.request_id(), again.request_id());
    assert_eq!(again.headers()["x-server"], "s1");
    assert!(first.headers().contains_key("set-cookie") && !again.headers().contains_key("set-cookie"));
    sleep(Duration::from_secs(24 * 60 * 60)).await;
    customer.get_configuration(&request).await.unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn another_version_group_language_or_organization_is_another_answer() {
    let (builder, count) = client(good, Cache::new());
    let livechat = builder.build().unwrap();
    let customer = livechat.customer("2b5b0bd4");
    for _ in 0..2 {
        for request in
            [GetConfiguration::new(3, "c1"), GetConfiguration::new(3, "c2"), GetConfiguration::new(4, "c1")]
        {
            customer.get_configuration(&request).await.unwrap();
        }
        for language in ["pl", "en"] {
            let phrases = customer.get_localization(&GetLocalization::new(3, language, "l1")).await.unwrap();
            assert_eq!(phrases["hello"], "cześć");
        }
        livechat.customer("other").get_configuration(&GetConfiguration::new(3, "c1")).await.unwrap();
    }
    assert_eq!(count.load(Ordering::SeqCst), 6);
}

#[tokio::test(start_paused = true)]
async fn what_changes_often_is_kept_only_as_long_as_asked_for() {
    let request = GetDynamicConfiguration::new();
    let (builder, count) = client(good, Cache::new());
    let fresh = customer(builder);
    fresh.get_dynamic_configuration(&request).await.unwrap();
    fresh.get_dynamic_configuration(&request).await.unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 2);
    let (builder, count) = client(good, Cache::new().dynamic_for(Duration::from_secs(10)));
    let kept = customer(builder);
    for wait in [0, 9, 1] {
        sleep(Duration::from_secs(wait)).await;
        kept.get_dynamic_configuration(&request).await.unwrap();
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn of_many_calls_one_asks_and_if_it_is_dropped_another_does() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    let service = tower::service_fn(move |request: Request| {
        counted.fetch_add(1, Ordering::SeqCst);
        async move {
            sleep(Duration::from_secs(1)).await;
            Ok::<_, std::io::Error>(good(request.uri().path(), 0))
        }
    });
    let builder = in_memory(|_| unreachable!()).transport(service).layer(Cache::new());
    let customer = customer(builder);
    let mut calls: Vec<_> = (0..50)
        .map(|_| {
            let customer = customer.clone();
            tokio::spawn(async move {
                customer.get_configuration(&GetConfiguration::new(3, "c1")).await.map(drop)
            })
        })
        .collect();
    sleep(Duration::from_millis(500)).await;
    let first = calls.remove(0);
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn clones_of_the_layer_and_all_credentials_share_what_is_kept_for_as_long_as_is_said() {
    let cache = Cache::new().max_age(Duration::from_secs(60));
    let ((one, first), (other, second)) = (client(good, cache.clone()), client(good, cache));
    let (one, other) = (one.build().unwrap(), other.build().unwrap());
    let others = other.with_credentials(Credentials::bearer("dal:other"));
    let request = GetConfiguration::new(3, "c1");
    for wait in [59, 1] {
        for livechat in [&one, &other, &others] {
            livechat.customer("2b5b0bd4").get_configuration(&request).await.unwrap();
        }
        assert_eq!((first.load(Ordering::SeqCst), second.load(Ordering::SeqCst)), (1, 0));
        sleep(Duration::from_secs(wait)).await;
    }
    others.customer("2b5b0bd4").get_configuration(&request).await.unwrap();
    assert_eq!(second.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn failures_are_not_kept() {
    let reply = |path: &str, number: usize| match number {
        1 => answer(400, &[], r#"{"error":{"type":"validation","message":"no such version"}}"#),
        _ => good(path, number),
    };
    let (builder, count) = client(reply, Cache::new());
    let customer = customer(builder);
    let request = GetConfiguration::new(3, "c1");
    assert!(customer.get_configuration(&request).await.unwrap_err().is_validation());
    for _ in 0..2 {
        customer.get_configuration(&request).await.unwrap();
    }
    assert_eq!(count.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_json_is_not_kept_whatever_its_status() {
    // The page of a proxy, and an answer that lacks its end.
    for wrong in ["<html>Log in to the network</html>", "", r#"{"buttons":["#] {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = count.clone();
        let builder = in_memory(move |request: Request| match counted.fetch_add(1, Ordering::SeqCst) {
            0 => answer(200, &[], wrong),
            number => good(request.uri().path(), number),
        });
        let customer = customer(builder.layer(Cache::new()));
        let request = GetConfiguration::new(3, "c1");
        assert!(customer.get_configuration(&request).await.unwrap_err().is_decode(), "{wrong}");
        for _ in 0..2 {
            customer.get_configuration(&request).await.unwrap();
        }
        assert_eq!(count.load(Ordering::SeqCst), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_kept_without_the_room_that_it_came_in() {
    struct Room(Arc<str>);
    impl AsRef<[u8]> for Room {
        fn as_ref(&self) -> &[u8] {
            self.0.as_bytes()
        }
    }
    let room: Arc<str> = CONFIGURATION.into();
    let server = room.clone();
    let builder = in_memory(move |_| Answer::new(Bytes::from_owner(Room(server.clone()))));
    let before = Arc::strong_count(&room);
    let customer = customer(builder.layer(Cache::new()));
    let request = GetConfiguration::new(3, "c1");
    drop(customer.get_configuration(&request).await.unwrap());
    assert_eq!(Arc::strong_count(&room), before);
    assert_eq!(customer.get_configuration(&request).await.unwrap().body(), CONFIGURATION);
}

#[tokio::test(start_paused = true)]
async fn no_more_is_kept_than_there_is_room_for() {
    let (builder, count) = client(good, Cache::new().max_bytes(1_000));
    let customer = customer(builder);
    // About 200 bytes each.
    for version in 0..100 {
        customer.get_configuration(&GetConfiguration::new(3, version.to_string())).await.unwrap();
    }
    for version in 0..100 {
        customer.get_configuration(&GetConfiguration::new(3, version.to_string())).await.unwrap();
    }
    let asked = count.load(Ordering::SeqCst);
    assert!((194..200).contains(&asked), "{asked}");
}
