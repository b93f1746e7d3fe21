//! What becomes of a webhook in the inbox.

use std::{collections::HashMap, time::Duration};

use livechat_webhooks::{
    Delivery, Destination, Handlers, TestWebhook, Verified, Verifier,
    inbox::{Duplicates, Inbox, InboxBuilder, Retry, SqliteStore, Status, Store},
    permanent,
};
use serde_json::json;

use crate::{
    stores::{Stores, on_each_store},
    support::{SECRET, Seen, chat_deactivated},
};

on_each_store! {
    what_was_taken_is_handled_and_then_gone
    a_handler_that_fails_panics_or_hangs_is_called_again
    a_handler_whose_values_or_errors_panic_stops_nobody
    what_fails_too_often_or_for_good_is_a_dead_letter_that_can_be_revived
    a_webhook_that_this_version_cannot_read_is_kept_and_not_sent_again
    the_same_event_is_handled_once_and_the_same_state_each_time
    webhooks_of_a_chat_are_handled_one_after_the_other_in_their_order
    a_slow_handler_holds_up_its_own_chat_alone
    more_webhooks_than_fit_into_memory_are_all_handled
    after_a_shutdown_nothing_is_taken_and_what_waits_is_handled_by_the_next
    a_shutdown_that_is_called_off_or_called_twice_still_waits_for_the_handlers
}

async fn builder<S: Stores>(stores: &S) -> InboxBuilder<S::Store> {
    Inbox::builder(stores.open().await).retry(Retry::default().first(Duration::ZERO))
}

fn verified(body: &str) -> Verified {
    Verifier::new(SECRET).verify(body.as_bytes()).unwrap()
}

async fn deliver(inbox: &Inbox<impl Store>, body: &str) {
    let delivery = inbox.deliver(verified(body)).await;
    assert!(matches!(delivery, Delivery::Taken), "{delivery:?}");
}

/// Handlers that note the chat and the attempt.
fn noting(seen: &Seen) -> Handlers<Seen> {
    Handlers::with_state(seen.clone()).on_chat_deactivated(|event, context| async move {
        context.state.add(format!("{} {}", event.chat_id, context.attempt));
        Ok(())
    })
}

async fn what_was_taken_is_handled_and_then_gone(stores: impl Stores) {
    let seen = Seen::default();
    let inbox = builder(&stores).await.start(noting(&seen));
    deliver(&inbox, &chat_deactivated("C1")).await;
    deliver(&inbox, &chat_deactivated("C2")).await;
    inbox.idle().await.unwrap();
    let mut seen = seen.take();
    seen.sort();
    assert_eq!(seen, ["C1 1", "C2 1"]);
    assert_eq!(inbox.status().await.unwrap(), Status::new(0, 0));
}

async fn a_handler_that_fails_panics_or_hangs_is_called_again(stores: impl Stores) {
    let seen = Seen::default();
    let handlers = Handlers::with_state(seen.clone()).on_chat_deactivated(|event, context| async move {
        context.state.add(format!("{} {}", event.chat_id, context.attempt));
        match (event.chat_id.as_str(), context.attempt) {
            ("FAILS", 1) => Err("not yet".into()),
            ("PANICS", 1) => panic!("a handler's bug"),
            ("HANGS", 1) => std::future::pending().await,
            _ => Ok(()),
        }
    });
    let inbox = builder(&stores).await.handler_timeout(Duration::from_millis(50)).start(handlers);
    for chat_id in ["FAILS", "PANICS", "HANGS"] {
        deliver(&inbox, &chat_deactivated(chat_id)).await;
        inbox.idle().await.unwrap();
        assert_eq!(seen.take(), [format!("{chat_id} 1"), format!("{chat_id} 2")]);
    }
    assert_eq!(inbox.status().await.unwrap(), Status::new(0, 0));
}

/// Panics when it is dropped.
struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        panic!("a bug in dropping");
    }
}

/// An error that panics when it is shown.
#[derive(Debug)]
struct Unshowable;

impl std::fmt::Display for Unshowable {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        panic!("a bug in showing");
    }
}

impl std::error::Error for Unshowable {}

async fn a_handler_whose_values_or_errors_panic_stops_nobody(stores: impl Stores) {
    let seen = Seen::default();
    let handlers = Handlers::with_state(seen.clone()).on_chat_deactivated(|event, context| async move {
        context.state.add(format!("{} {}", event.chat_id, context.attempt));
        match (event.chat_id.as_str(), context.attempt) {
            ("DROPPED", 1) => drop(Panics),
            ("STOPPED", 1) => {
                let _held = Panics;
                std::future::pending::<()>().await;
            }
            ("SHOWN", 1) => return Err(Unshowable.into()),
            _ => {}
        }
        Ok(())
    });
    let inbox =
        builder(&stores).await.concurrency(1).handler_timeout(Duration::from_millis(50)).start(handlers);
    for chat_id in ["DROPPED", "STOPPED", "SHOWN"] {
        deliver(&inbox, &chat_deactivated(chat_id)).await;
        inbox.idle().await.unwrap();
        assert_eq!(seen.take(), [format!("{chat_id} 1"), format!("{chat_id} 2")]);
    }
}

async fn what_fails_too_often_or_for_good_is_a_dead_letter_that_can_be_revived(stores: impl Stores) {
    let seen = Seen::default();
    let handlers = Handlers::with_state(seen.clone()).on_chat_deactivated(|event, context| async move {
        context.state.add(event.chat_id.as_str());
        Err(if event.chat_id == "HOPELESS" { permanent("never") } else { "again".into() })
    });
    let retry = Retry::default().first(Duration::ZERO).attempts(3);
    let inbox = builder(&stores).await.retry(retry).start(handlers);
    for chat_id in ["OFTEN", "HOPELESS"] {
        deliver(&inbox, &chat_deactivated(chat_id)).await;
        inbox.idle().await.unwrap();
    }
    assert_eq!(seen.take(), ["OFTEN", "OFTEN", "OFTEN", "HOPELESS"]);
    let letters = inbox.dead_letters(10).await.unwrap();
    let found: Vec<_> = letters.iter().map(|letter| (letter.attempts, &*letter.error)).collect();
    assert_eq!(found, [(3, "again"), (1, "never")]);
    assert!(letters[0].body.contains("OFTEN") && !letters[0].body.contains(SECRET));

    assert!(inbox.revive(letters[1].id).await.unwrap());
    inbox.idle().await.unwrap();
    assert_eq!(seen.take(), ["HOPELESS"]);
    assert!(inbox.discard(letters[1].id).await.unwrap());
    assert!(!inbox.discard(letters[1].id).await.unwrap());
    assert_eq!(inbox.status().await.unwrap(), Status::new(0, 1));
}

async fn a_webhook_that_this_version_cannot_read_is_kept_and_not_sent_again(stores: impl Stores) {
    let inbox = builder(&stores).await.start(Handlers::new());
    deliver(&inbox, &TestWebhook::of_json(SECRET, "chat_deactivated", json!({"chat_id": 7})).body()).await;
    inbox.idle().await.unwrap();
    let letters = inbox.dead_letters(10).await.unwrap();
    assert!(letters[0].error.contains("`payload.chat_id`"), "{}", letters[0].error);
}

async fn the_same_event_is_handled_once_and_the_same_state_each_time(stores: impl Stores) {
    let seen = Seen::default();
    let handlers = || {
        Handlers::with_state(seen.clone()).otherwise(|payload, context| async move {
            context.state.add(payload.action());
            Ok(())
        })
    };
    let status = |agent_id: &str, status| {
        let payload = json!({"agent_id": agent_id, "status": status});
        TestWebhook::of_json(SECRET, "routing_status_set", payload).body()
    };
    let expected = [(Duplicates::OfWhatHappensOnce, 1, 3), (Duplicates::All, 1, 2), (Duplicates::None, 2, 3)];
    for (duplicates, events, states) in expected {
        let inbox = builder(&stores).await.duplicates(duplicates).start(handlers());
        // Each time about another chat and agent: what was seen before is known also to the next inbox.
        let name = format!("{duplicates:?}");
        let ended = chat_deactivated(&name);
        let (accepting, not_accepting) =
            (status(&name, "accepting_chats"), status(&name, "not_accepting_chats"));
        for body in [&ended, &ended, &accepting, &not_accepting, &accepting] {
            deliver(&inbox, body).await;
        }
        inbox.idle().await.unwrap();
        inbox.shutdown().await;
        let seen = seen.take();
        let count = |action| seen.iter().filter(|seen| *seen == action).count();
        let counts = (count("chat_deactivated"), count("routing_status_set"));
        assert_eq!(counts, (events, states), "{duplicates:?}");
    }
}

async fn webhooks_of_a_chat_are_handled_one_after_the_other_in_their_order(stores: impl Stores) {
    let seen = Seen::default();
    let handlers = Handlers::with_state(seen.clone()).on_thread_tagged(|event, context| async move {
        context.state.add(format!("{} < {}", event.chat_id, event.tag));
        for _ in 0..event.tag.len() * 7 % 5 {
            tokio::task::yield_now().await;
        }
        context.state.add(format!("{} > {}", event.chat_id, event.tag));
        Ok(())
    });
    let inbox = builder(&stores).await.start(handlers);
    for number in 0..50 {
        for chat in 0..10 {
            let payload =
                json!({"chat_id": format!("C{chat}"), "thread_id": "T", "tag": format!("{number}")});
            deliver(&inbox, &TestWebhook::of_json(SECRET, "thread_tagged", payload).body()).await;
        }
    }
    inbox.idle().await.unwrap();
    let mut by_chat: HashMap<String, Vec<String>> = HashMap::new();
    for line in seen.take() {
        let (chat, what) = line.split_once(' ').unwrap();
        by_chat.entry(chat.to_owned()).or_default().push(what.to_owned());
    }
    let expected: Vec<_> =
        (0..50).flat_map(|number| [format!("< {number}"), format!("> {number}")]).collect();
    assert_eq!(by_chat.len(), 10);
    assert!(by_chat.values().all(|lines| *lines == expected));
}

async fn a_slow_handler_holds_up_its_own_chat_alone(stores: impl Stores) {
    let (handled, mut handling) = tokio::sync::mpsc::unbounded_channel();
    let (open, gate) = tokio::sync::watch::channel(false);
    let handlers = Handlers::with_state((handled, gate)).on_chat_deactivated(|event, context| async move {
        let (handled, mut gate) = context.state;
        if event.chat_id.as_str().starts_with("SLOW") {
            gate.wait_for(|open| *open).await?;
        }
        handled.send(event.chat_id.into_string())?;
        Ok(())
    });
    let inbox = builder(&stores).await.duplicates(Duplicates::None).concurrency(2).start(handlers);
    let others: Vec<_> = (0..50).map(|number| format!("C{number}")).collect();
    for chat_id in ["SLOW", "SLOW"].into_iter().chain(others.iter().map(String::as_str)) {
        deliver(&inbox, &chat_deactivated(chat_id)).await;
    }
    for chat_id in &others {
        assert_eq!(handling.recv().await.as_ref(), Some(chat_id));
    }
    open.send(true).unwrap();
    inbox.idle().await.unwrap();
    assert_eq!([handling.recv().await.unwrap(), handling.recv().await.unwrap()], ["SLOW", "SLOW"]);
}

async fn more_webhooks_than_fit_into_memory_are_all_handled(stores: impl Stores) {
    let seen = Seen::default();
    let (handling, gate) = tokio::sync::watch::channel(false);
    let handlers =
        Handlers::with_state((seen.clone(), gate)).on_chat_deactivated(|event, context| async move {
            let (seen, mut gate) = context.state;
            gate.wait_for(|open| *open).await?;
            seen.add(event.chat_id.as_str());
            Ok(())
        });
    let inbox = builder(&stores).await.start(handlers);
    let deliveries: Vec<_> = (0..3000)
        .map(|number| {
            let inbox = inbox.clone();
            tokio::spawn(async move { deliver(&inbox, &chat_deactivated(&format!("C{number}"))).await })
        })
        .collect();
    for delivery in deliveries {
        delivery.await.unwrap();
    }
    assert_eq!(inbox.status().await.unwrap().waiting, 3000);
    handling.send(true).unwrap();
    inbox.idle().await.unwrap();
    assert_eq!(seen.take().len(), 3000);
    inbox.shutdown().await;
}

async fn after_a_shutdown_nothing_is_taken_and_what_waits_is_handled_by_the_next(stores: impl Stores) {
    let seen = Seen::default();
    let (started, mut starting) = tokio::sync::mpsc::unbounded_channel();
    let (handling, gate) = tokio::sync::watch::channel(false);
    let handlers = Handlers::with_state((seen.clone(), started, gate)).on_chat_deactivated(
        |event, context| async move {
            let (seen, started, mut gate) = context.state;
            started.send(())?;
            gate.wait_for(|open| *open).await?;
            seen.add(format!("first {}", event.chat_id));
            Ok(())
        },
    );
    let inbox = builder(&stores).await.concurrency(1).start(handlers);
    deliver(&inbox, &chat_deactivated("C1")).await;
    starting.recv().await.unwrap();
    deliver(&inbox, &chat_deactivated("C2")).await;

    let closing = tokio::spawn({
        let inbox = inbox.clone();
        async move { inbox.shutdown().await }
    });
    while !matches!(inbox.deliver(verified(&chat_deactivated("C3"))).await, Delivery::Unavailable(_)) {
        tokio::task::yield_now().await;
    }
    handling.send(true).unwrap();
    closing.await.unwrap();
    assert_eq!(seen.take(), ["first C1"]);
    assert!(inbox.status().await.is_err());

    let inbox = builder(&stores).await.start(noting(&seen));
    inbox.idle().await.unwrap();
    let mut handled = seen.take();
    handled.retain(|line| line != "C3 1"); // it may have been taken before the inbox was closed
    assert_eq!(handled, ["C2 1"]);
    inbox.shutdown().await;
}

async fn a_shutdown_that_is_called_off_or_called_twice_still_waits_for_the_handlers(stores: impl Stores) {
    let (started, mut starting) = tokio::sync::mpsc::unbounded_channel();
    let (handling, gate) = tokio::sync::watch::channel(false);
    let handlers = Handlers::with_state((started, gate)).on_chat_deactivated(|_, context| async move {
        let (started, mut gate) = context.state;
        started.send(())?;
        gate.wait_for(|open| *open).await?;
        Ok(())
    });
    let inbox = builder(&stores).await.start(handlers);
    deliver(&inbox, &chat_deactivated("C1")).await;
    starting.recv().await.unwrap();

    let called_off = tokio::time::timeout(Duration::ZERO, inbox.shutdown()).await;
    assert!(called_off.is_err());
    let twice = async { tokio::join!(inbox.shutdown(), inbox.shutdown()) };
    let opening = async {
        // The store still answers: it is not closed before the handler has ended.
        assert_eq!(inbox.status().await.unwrap(), Status::new(1, 0));
        handling.send(true).unwrap();
    };
    tokio::join!(twice, opening);
    assert!(inbox.status().await.is_err());
    let inbox = builder(&stores).await.start(Handlers::new());
    assert_eq!(inbox.status().await.unwrap(), Status::new(0, 0));
    inbox.shutdown().await;
}

#[test]
fn a_file_that_is_no_database_is_named_in_the_error() {
    let path = std::env::temp_dir().join(format!("livechat-inbox-text-{}.sqlite", std::process::id()));
    std::fs::write(&path, "this is no database, but some text that is longer than a header").unwrap();
    let error = SqliteStore::open(&path).unwrap_err().to_string();
    assert!(error.contains(path.to_str().unwrap()) && error.contains("not a database"), "{error}");
    std::fs::remove_file(path).unwrap();
}
