//! The store as its users see it: what is stored is there after a restart, and nothing twice.

use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::oneshot::{self, error::TryRecvError};

use super::{Answer, Appended, Batch, Durability, EntryId, Outcome, Request, Tables, unopened};
use crate::inbox::NewEntry;

fn append(body: &str, answer: Answer<Appended>) -> Request {
    let (action, body) = ("tested".to_owned(), body.to_owned());
    Request::Append(NewEntry { action, body, unless_seen: None }, answer)
}

fn tables() -> Tables {
    Tables::open(Connection::open_in_memory().unwrap(), Durability::Crash).unwrap()
}

#[test]
fn what_was_settled_is_settled_also_if_the_disk_was_full_at_first() {
    let (mut tables, mut batch) = (tables(), Batch::default());
    for number in 1..=3 {
        batch.add(append(&number.to_string(), oneshot::channel().0));
    }
    batch.commit(&mut tables);
    assert_eq!(tables.claim(10).unwrap().entries.len(), 3);

    let pages: i64 = tables.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    tables.connection.execute_batch(&format!("PRAGMA max_page_count = {pages}")).unwrap();
    let (answer, mut answered) = oneshot::channel();
    let retry = Outcome::Retry { after: Duration::from_secs(3600), error: "no".to_owned() };
    batch.add(append(&"x".repeat(100_000), answer));
    batch.add(Request::Settle(EntryId(1), retry));
    batch.add(Request::Settle(EntryId(2), Outcome::Dead { error: "no".to_owned() }));
    batch.add(Request::Settle(EntryId(3), Outcome::Done));
    batch.commit(&mut tables);
    assert!(answered.try_recv().unwrap().unwrap_err().contains("full"));
    assert_eq!(tables.status().unwrap().dead, 0);

    batch.commit(&mut tables);
    let status = tables.status().unwrap();
    assert_eq!((status.waiting, status.dead), (1, 1));
    assert!(tables.claim(10).unwrap().next.is_some_and(|next| next > Duration::from_secs(3500)));
}

#[test]
fn a_file_that_is_open_already_is_refused_with_the_reason() {
    let path = std::env::temp_dir().join(format!("livechat-inbox-twice-{}.sqlite", std::process::id()));
    let first = Tables::open(Connection::open(&path).unwrap(), Durability::Crash).unwrap();
    let second = Connection::open(&path).unwrap();
    second.busy_timeout(Duration::ZERO).unwrap();
    let error = Tables::open(second, Durability::Crash).map(drop).unwrap_err();
    let message = unopened(&path, &error);
    assert!(message.ends_with(": it is open already, here or in another process"), "{message}");
    drop(first);
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn nothing_is_acknowledged_before_its_transaction() {
    let (mut tables, mut batch) = (tables(), Batch::default());
    let (answer, mut answered) = oneshot::channel();
    batch.add(append("a", answer));
    assert_eq!(answered.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(tables.status().unwrap().waiting, 0);
    batch.commit(&mut tables);
    assert_eq!(answered.try_recv(), Ok(Ok(Appended::Stored)));
    assert_eq!(tables.status().unwrap().waiting, 1);
}

#[test]
fn what_was_handled_is_deleted_when_nothing_comes_in_or_someone_looks() {
    let (mut tables, mut batch) = (tables(), Batch::default());
    for number in 1..=4 {
        batch.add(append(&number.to_string(), oneshot::channel().0));
    }
    batch.commit(&mut tables);
    let waiting = |tables: &Tables| tables.status().unwrap().waiting;

    batch.add(Request::Settle(EntryId(1), Outcome::Done));
    batch.add(append("5", oneshot::channel().0));
    batch.commit(&mut tables);
    assert_eq!(waiting(&tables), 5);

    batch.add(Request::Settle(EntryId(2), Outcome::Done));
    batch.commit(&mut tables);
    assert_eq!(waiting(&tables), 3);

    batch.add(Request::Settle(EntryId(3), Outcome::Done));
    batch.add(append("6", oneshot::channel().0));
    batch.add(Request::Status(oneshot::channel().0));
    batch.commit(&mut tables);
    assert_eq!(waiting(&tables), 3);
}

#[test]
fn what_was_handled_side_by_side_is_deleted_and_what_stands_between_is_kept() {
    let (mut tables, mut batch) = (tables(), Batch::default());
    for number in 1..=8 {
        batch.add(append(&number.to_string(), oneshot::channel().0));
    }
    batch.commit(&mut tables);
    let retry = Outcome::Retry { after: Duration::from_secs(3600), error: "no".to_owned() };
    batch.add(Request::Settle(EntryId(3), retry));
    for id in [7, 2, 1, 4, 6] {
        batch.add(Request::Settle(EntryId(id), Outcome::Done));
    }
    batch.commit(&mut tables);
    let mut left = tables.connection.prepare("SELECT id FROM entry ORDER BY id").unwrap();
    let left: Vec<i64> = left.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(left, [3, 5, 8]);
}
