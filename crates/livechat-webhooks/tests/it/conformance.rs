//! What every store must do: the same tests for all of them.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use livechat_webhooks::inbox::{Appended, Entry, EntryId, Fingerprint, NewEntry, Outcome, Status, Store};

use crate::stores::{Stores, on_each_store};

on_each_store! {
    entries_are_handed_out_once_in_the_order_in_which_they_were_stored
    what_is_stored_side_by_side_is_all_stored_and_once_each
    a_failed_entry_is_due_again_after_its_pause_and_not_before
    what_was_given_up_can_be_seen_revived_and_discarded
    what_was_seen_is_not_stored_again_also_after_a_restart
    of_the_same_that_comes_side_by_side_one_is_stored
    a_restart_hands_out_what_was_not_settled
    what_was_settled_is_counted_at_once
    texts_come_back_as_they_were
    after_its_end_everything_fails
}

fn entry(body: &str) -> NewEntry {
    NewEntry { action: "tested".to_owned(), body: body.to_owned(), unless_seen: None }
}

async fn append(store: &impl Store, bodies: &[&str]) {
    for body in bodies {
        assert_eq!(store.append(entry(body)).await.unwrap(), Appended::Stored);
    }
}

async fn append_once(store: &impl Store, body: &str, fingerprint: u128) -> Appended {
    let unless_seen = Some(Fingerprint(fingerprint));
    store.append(NewEntry { unless_seen, ..entry(body) }).await.unwrap()
}

async fn claim(store: &impl Store, limit: usize) -> Vec<Entry> {
    store.claim(limit).await.unwrap().entries
}

async fn bodies(store: &impl Store) -> Vec<String> {
    claim(store, 100).await.into_iter().map(|entry| entry.body).collect()
}

/// What is handed out next: what is due at once may be a moment away, but not so many questions.
async fn next(store: &impl Store) -> Entry {
    for _ in 0..5_000 {
        if let Some(entry) = claim(store, 1).await.pop() {
            return entry;
        }
    }
    panic!("nothing is handed out");
}

fn retry(after: Duration) -> Outcome {
    Outcome::Retry { after, error: "not yet".to_owned() }
}

async fn entries_are_handed_out_once_in_the_order_in_which_they_were_stored(stores: impl Stores) {
    let store = stores.open().await;
    append(&store, &["a", "b", "c"]).await;
    let first: Vec<_> = claim(&store, 2).await.into_iter().map(|entry| entry.body).collect();
    assert_eq!(first, ["a", "b"]);
    append(&store, &["d"]).await;
    assert_eq!(bodies(&store).await, ["c", "d"]);
    assert!(bodies(&store).await.is_empty());
}

async fn what_is_stored_side_by_side_is_all_stored_and_once_each(stores: impl Stores) {
    let store = Arc::new(stores.open().await);
    let appends: Vec<_> = (0..500)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { append(&*store, &[&number.to_string()]).await })
        })
        .collect();
    for append in appends {
        append.await.unwrap();
    }
    let entries = claim(&*store, 1000).await;
    assert_eq!(entries.len(), 500);
    let different = |it: BTreeSet<String>| it.len();
    assert_eq!(different(entries.iter().map(|entry| entry.body.clone()).collect()), 500);
    assert_eq!(different(entries.iter().map(|entry| entry.id.0.to_string()).collect()), 500);
}

async fn a_failed_entry_is_due_again_after_its_pause_and_not_before(stores: impl Stores) {
    let store = stores.open().await;
    append(&store, &["now", "later", "never"]).await;
    let entries = claim(&store, 100).await;
    let pauses = [Duration::ZERO, Duration::from_secs(3600), Duration::MAX];
    for (entry, pause) in entries.iter().zip(pauses) {
        assert_eq!(entry.failed, 0);
        store.settle(entry.id, retry(pause)).await.unwrap();
    }
    let again = next(&store).await;
    assert_eq!((again.id, again.failed, &*again.body), (entries[0].id, 1, "now"));
    let claimed = store.claim(100).await.unwrap();
    assert!(claimed.entries.is_empty());
    let pause = claimed.next.unwrap();
    assert!((3500..=3600).contains(&pause.as_secs()), "{pause:?}");
    assert_eq!(store.status().await.unwrap(), Status::new(3, 0));
}

async fn what_was_given_up_can_be_seen_revived_and_discarded(stores: impl Stores) {
    let store = stores.open().await;
    append(&store, &["a", "b"]).await;
    let ids: Vec<_> = claim(&store, 100).await.into_iter().map(|entry| entry.id).collect();
    for id in [ids[1], ids[0]] {
        store.settle(id, Outcome::Dead { error: "hopeless".to_owned() }).await.unwrap();
    }
    assert_eq!(store.status().await.unwrap(), Status::new(0, 2));
    assert_eq!(store.dead_letters(1).await.unwrap().len(), 1);
    let letters = store.dead_letters(100).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.id).collect::<Vec<_>>(), ids);
    let letter = &letters[0];
    let shown = (&*letter.action, letter.attempts, &*letter.error, &*letter.body);
    assert_eq!(shown, ("tested", 1, "hopeless", "a"));
    assert!(letter.received.elapsed().unwrap() < Duration::from_secs(600));

    assert!(store.revive(ids[0]).await.unwrap());
    assert!(!store.revive(ids[0]).await.unwrap());
    assert!(!store.discard(ids[0]).await.unwrap());
    let revived = next(&store).await;
    assert_eq!((revived.id, revived.failed), (ids[0], 0));
    assert!(store.discard(ids[1]).await.unwrap());
    assert!(!store.discard(ids[1]).await.unwrap());
    assert!(!store.revive(EntryId(i64::MAX)).await.unwrap());
    assert_eq!(store.status().await.unwrap(), Status::new(1, 0));
}

async fn what_was_seen_is_not_stored_again_also_after_a_restart(stores: impl Stores) {
    let store = stores.open().await;
    assert_eq!(append_once(&store, "a", 7).await, Appended::Stored);
    assert_eq!(append_once(&store, "a", 7).await, Appended::Duplicate);
    store.close().await;
    let store = stores.open().await;
    assert_eq!(append_once(&store, "a", 7).await, Appended::Duplicate);
    assert_eq!(append_once(&store, "b", u128::MAX).await, Appended::Stored);
    assert_eq!(bodies(&store).await, ["a", "b"]);
}

async fn of_the_same_that_comes_side_by_side_one_is_stored(stores: impl Stores) {
    let store = Arc::new(stores.open().await);
    let appends: Vec<_> = (0..200_u128)
        .map(|number| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { append_once(&*store, "same", number % 2).await })
        })
        .collect();
    let mut taken = 0;
    for append in appends {
        taken += usize::from(append.await.unwrap() == Appended::Stored);
    }
    assert_eq!(taken, 2);
    assert_eq!(bodies(&*store).await, ["same", "same"]);
}

async fn a_restart_hands_out_what_was_not_settled(stores: impl Stores) {
    let store = stores.open().await;
    append(&store, &["a", "b", "c", "d"]).await;
    let entries = claim(&store, 3).await;
    store.settle(entries[1].id, Outcome::Done).await.unwrap();
    store.settle(entries[2].id, retry(Duration::from_secs(3600))).await.unwrap();
    store.close().await;
    let store = stores.open().await;
    assert_eq!(bodies(&store).await, ["a", "d"]);
    assert_eq!(store.status().await.unwrap(), Status::new(3, 0));
}

async fn what_was_settled_is_counted_at_once(stores: impl Stores) {
    let store = stores.open().await;
    append(&store, &["a", "b", "c"]).await;
    assert_eq!(store.status().await.unwrap(), Status::new(3, 0));
    let entries = claim(&store, 100).await;
    assert_eq!(store.status().await.unwrap(), Status::new(3, 0));
    store.settle(entries[0].id, Outcome::Done).await.unwrap();
    assert_eq!(store.status().await.unwrap(), Status::new(2, 0));
    store.settle(entries[1].id, Outcome::Dead { error: String::new() }).await.unwrap();
    assert_eq!(store.status().await.unwrap(), Status::new(1, 1));
    // What is not there cannot be settled, and that is no harm.
    store.settle(EntryId(i64::MAX), Outcome::Done).await.unwrap();
    assert_eq!(store.status().await.unwrap(), Status::new(1, 1));
}

async fn texts_come_back_as_they_were(stores: impl Stores) {
    let store = stores.open().await;
    let texts =
        ["", "zażółć 🦀 \u{2028}", r#"{"escaped": "\u0000 \ud83e\udd80 \ud800"}"#, "'; DROP TABLE entry; --"];
    append(&store, &texts).await;
    let large = "x".repeat(1 << 20);
    append(&store, &[&large]).await;
    assert_eq!(bodies(&store).await, [&texts[..], &[&large]].concat());

    // Names that no program would choose, but which JSON can say.
    let odd = NewEntry { action: "a\0b".to_owned(), ..entry("odd") };
    assert_eq!(store.append(odd).await.unwrap(), Appended::Stored);
    let id = next(&store).await.id;
    store.settle(id, Outcome::Dead { error: "it said \0".to_owned() }).await.unwrap();
    let letter = store.dead_letters(1).await.unwrap().remove(0);
    assert!(letter.action.starts_with('a') && letter.error.starts_with("it said"));
}

async fn after_its_end_everything_fails(stores: impl Stores) {
    let store = stores.open().await;
    append(&store, &["a"]).await;
    store.close().await;
    store.close().await;
    assert!(store.append(entry("b")).await.is_err());
    assert!(store.claim(1).await.is_err());
    assert!(store.settle(EntryId(1), Outcome::Done).await.is_err());
    assert!(store.status().await.is_err());
    assert!(store.dead_letters(1).await.is_err());
    assert!(store.revive(EntryId(1)).await.is_err());
    assert!(store.discard(EntryId(1)).await.is_err());
}
