//! The tables: what a change does to them, and what stands there afterwards.

use std::time::Duration;

use rusqlite::{Connection, StatementStatus};

use super::{CLAIM, Change, Changed, Tables};
use crate::inbox::{Durability, EntryId, Fingerprint, NewEntry, Outcome};

fn tables() -> Tables {
    Tables::open(Connection::open_in_memory().unwrap(), Durability::Crash).unwrap()
}

fn append(body: &str) -> Change {
    Change::Append(NewEntry { action: "tested".to_owned(), body: body.to_owned(), unless_seen: None })
}

fn append_once(body: &str, fingerprint: u128) -> Change {
    let unless_seen = Some(Fingerprint(fingerprint));
    Change::Append(NewEntry { action: "tested".to_owned(), body: body.to_owned(), unless_seen })
}

fn claim(tables: &mut Tables) -> Vec<(i64, String)> {
    let claimed = tables.claim(100).unwrap();
    claimed.entries.into_iter().map(|entry| (entry.id.0, entry.body)).collect()
}

fn bodies(tables: &mut Tables) -> Vec<String> {
    claim(tables).into_iter().map(|(_, body)| body).collect()
}

fn retry(id: i64, after: Duration) -> Change {
    Change::Settle(EntryId(id), Outcome::Retry { after, error: "no".to_owned() })
}

#[test]
fn entries_are_handed_out_once_in_the_order_in_which_they_came() {
    let mut tables = tables();
    tables.commit(&[append("a"), append("b")]).unwrap();
    tables.commit(&[append("c")]).unwrap();
    assert_eq!(tables.claim(2).unwrap().entries.len(), 2);
    tables.commit(&[append("d")]).unwrap();
    assert_eq!(bodies(&mut tables), ["c", "d"]);
    assert!(bodies(&mut tables).is_empty());
}

#[test]
fn a_failed_entry_is_due_again_after_its_pause_and_not_before() {
    let mut tables = tables();
    tables.commit(&[append("now"), append("later"), append("last")]).unwrap();
    assert_eq!(claim(&mut tables).len(), 3);
    tables.commit(&[retry(1, Duration::ZERO), retry(2, Duration::from_secs(3600))]).unwrap();

    // One millisecond later at most, so that it is after what was handed out: so many questions take longer.
    let entry = (0..100_000).find_map(|_| tables.claim(100).unwrap().entries.pop()).unwrap();
    assert_eq!((entry.id, entry.failed), (EntryId(1), 1));
    let claimed = tables.claim(100).unwrap();
    assert!(claimed.entries.is_empty());
    assert!(claimed.next.unwrap() > Duration::from_secs(3590));
    assert_eq!(tables.status().unwrap().waiting, 3);
}

#[test]
fn what_was_given_up_can_be_seen_revived_and_discarded() {
    let mut tables = tables();
    tables.commit(&[append("a"), append("b")]).unwrap();
    assert_eq!(claim(&mut tables).len(), 2);
    let dead = |id| Change::Settle(EntryId(id), Outcome::Dead { error: "hopeless".to_owned() });
    tables.commit(&[dead(1), dead(2)]).unwrap();
    assert_eq!(tables.status().unwrap().dead, 2);
    let letters = tables.dead_letters(1).unwrap();
    assert_eq!((letters[0].id, &*letters[0].error, &*letters[0].body), (EntryId(1), "hopeless", "a"));

    let (revive, discard) = (Change::Revive(EntryId(1)), Change::Discard(EntryId(2)));
    assert_eq!(tables.commit(&[revive, discard]).unwrap(), [Changed::Stored; 2]);
    let (revive, discard) = (Change::Revive(EntryId(1)), Change::Discard(EntryId(1)));
    assert_eq!(tables.commit(&[revive, discard]).unwrap(), [Changed::Nothing; 2]);
    assert_eq!(tables.dead_letters(10).unwrap(), []);
    assert!((0..100_000).any(|_| bodies(&mut tables) == ["a"]));
}

#[test]
fn what_was_seen_is_not_stored_again_also_after_a_restart() {
    let folder = Folder::new("seen");
    let mut tables = folder.tables();
    assert_eq!(
        tables.commit(&[append_once("a", 7), append_once("a", 7)]).unwrap(),
        [Changed::Stored, Changed::Nothing]
    );
    assert_eq!(tables.commit(&[append_once("a", 7)]).unwrap(), [Changed::Nothing]);
    drop(tables);
    let mut tables = folder.tables();
    assert_eq!(
        tables.commit(&[append_once("a", 7), append_once("b", 8)]).unwrap(),
        [Changed::Nothing, Changed::Stored]
    );
    assert_eq!(bodies(&mut tables), ["a", "b"]);
}

#[test]
fn what_could_not_be_stored_is_no_duplicate_when_it_comes_again() {
    let mut tables = tables();
    let pages: i64 = tables.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    tables.connection.execute_batch(&format!("PRAGMA max_page_count = {pages}")).unwrap();
    let large = "x".repeat(100_000);
    let error = tables.commit(&[append_once("small", 6), append_once(&large, 7)]).unwrap_err();
    assert!(error.to_string().contains("full"), "{error}");
    assert_eq!(tables.status().unwrap().waiting, 0);

    tables.connection.execute_batch("PRAGMA max_page_count = 100000").unwrap();
    assert_eq!(
        tables.commit(&[append_once("small", 6), append_once(&large, 7)]).unwrap(),
        [Changed::Stored; 2]
    );
    assert_eq!(bodies(&mut tables), ["small", &large]);
}

#[test]
fn a_clock_that_is_set_back_changes_no_order() {
    let mut tables = tables();
    tables.opened.0 = i64::MAX / 2;
    tables.commit(&[append("a")]).unwrap();
    assert_eq!(bodies(&mut tables), ["a"]);
    tables.opened.0 = 0;
    tables.commit(&[append("b"), append("c")]).unwrap();
    tables.opened.0 = i64::MAX / 2;
    assert_eq!(bodies(&mut tables), ["b", "c"]);
}

#[test]
fn what_was_stored_under_a_clock_that_was_ahead_is_not_put_off_nor_remembered_for_as_long() {
    let folder = Folder::new("ahead");
    let mut tables = folder.tables();
    tables.commit(&[append_once("a", 7)]).unwrap();
    assert_eq!(bodies(&mut tables), ["a"]);
    tables.commit(&[retry(1, Duration::from_secs(1))]).unwrap();
    let a_year_ahead = "UPDATE entry SET due = due + 31536000000, received = received + 31536000000;
        UPDATE seen SET at = at + 31536000000";
    tables.connection.execute_batch(a_year_ahead).unwrap();
    drop(tables);

    let mut tables = folder.tables();
    assert_eq!(bodies(&mut tables), ["a"]);
    assert_eq!(tables.commit(&[append_once("a", 7)]).unwrap(), [Changed::Nothing]);
    tables.opened.0 += super::window() + 1;
    assert_eq!(tables.commit(&[append_once("a", 7)]).unwrap(), [Changed::Stored]);
}

#[test]
fn expired_fingerprints_leave_the_table_after_some_commits() {
    let mut tables = tables();
    tables.commit(&[append_once("old", 1)]).unwrap();
    tables.opened.0 += super::window() + 1;
    for number in 0..super::EXPIRED as u128 {
        tables.commit(&[append_once("new", 2 + number)]).unwrap();
    }
    let seen = "SELECT count(*) FROM seen WHERE id = 1";
    assert_eq!(tables.connection.query_row(seen, [], |row| row.get::<_, i64>(0)).unwrap(), 0);
    assert_eq!(tables.commit(&[append_once("old", 1)]).unwrap(), [Changed::Stored]);
}

#[test]
fn a_restart_hands_out_what_was_not_settled() {
    let folder = Folder::new("restart");
    let mut tables = folder.tables();
    tables.commit(&[append("a"), append("b"), append("c")]).unwrap();
    assert_eq!(claim(&mut tables).len(), 3);
    tables.commit(&[Change::Settle(EntryId(2), Outcome::Done)]).unwrap();
    drop(tables);
    assert_eq!(claim(&mut folder.tables()), [(1, "a".to_owned()), (3, "c".to_owned())]);
}

#[test]
fn a_file_is_opened_by_one_at_a_time() {
    let folder = Folder::new("lock");
    let tables = folder.tables();
    let second = Connection::open(folder.file()).unwrap();
    second.busy_timeout(Duration::ZERO).unwrap();
    assert!(Tables::open(second, Durability::Crash).is_err());
    drop(tables);
    let _ = folder.tables();
}

#[test]
fn a_file_of_another_version_is_refused() {
    let connection = Connection::open_in_memory().unwrap();
    connection.execute_batch("PRAGMA user_version = 7").unwrap();
    let error = Tables::open(connection, Durability::Crash).err().unwrap();
    assert!(error.to_string().contains("version 7"), "{error}");
}

#[test]
fn a_file_of_another_program_is_left_as_it_is() {
    let folder = Folder::new("other");
    let other = || Connection::open(folder.file()).unwrap();
    other().execute_batch("CREATE TABLE customer (name TEXT)").unwrap();
    let error = Tables::open(other(), Durability::Crash).err().unwrap();
    assert!(error.to_string().contains("another program"), "{error}");
    let tables = "SELECT count(*) FROM sqlite_schema";
    assert_eq!(other().query_row(tables, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
}

#[test]
fn due_entries_are_found_by_the_index_alone() {
    let tables = tables();
    let mut plan = tables.connection.prepare(&format!("EXPLAIN QUERY PLAN {CLAIM}")).unwrap();
    let plan: Vec<String> =
        plan.query_map([1, 1], |row| row.get(3)).unwrap().collect::<Result<_, _>>().unwrap();
    assert_eq!(plan.len(), 1, "{plan:?}");
    assert!(plan[0].starts_with("SEARCH entry USING INDEX entry_due"), "{plan:?}");
}

#[test]
fn handing_out_is_planned_once_whatever_is_asked_for() {
    let mut tables = tables();
    tables.commit(&[append("a"), append("b"), append("c"), append("d")]).unwrap();
    for limit in [1, 2, 3] {
        tables.claim(limit).unwrap();
    }
    let statement = tables.connection.prepare_cached(CLAIM).unwrap();
    assert_eq!(statement.get_status(StatementStatus::Run), 3);
    assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
}

#[test]
fn a_commit_waits_for_the_disk_if_somebody_waits_for_it() {
    let syncs = |durability, change: Change| {
        let mut tables = Tables::open(Connection::open_in_memory().unwrap(), durability).unwrap();
        tables.commit(&[append("a")]).unwrap();
        tables.commit(&[change]).unwrap();
        tables.connection.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0)).unwrap() == 2
    };
    for change in [|| append("b"), || Change::Revive(EntryId(1)), || Change::Discard(EntryId(1))] {
        assert!(syncs(Durability::PowerLoss, change()));
        assert!(!syncs(Durability::Crash, change()));
    }
    assert!(!syncs(Durability::PowerLoss, Change::Done(EntryId(1), EntryId(1))));
    assert!(!syncs(Durability::PowerLoss, Change::Settle(EntryId(1), Outcome::Done)));
}

#[test]
fn no_more_is_handed_out_than_was_asked_for_and_what_is_left_is_due_at_once() {
    let mut tables = tables();
    tables.commit(&[append("a"), append("b")]).unwrap();
    let claimed = tables.claim(1).unwrap();
    assert_eq!((claimed.entries.len(), claimed.next), (1, Some(Duration::ZERO)));
    let claimed = tables.claim(1).unwrap();
    assert_eq!((claimed.entries.len(), claimed.next), (1, None));
}

/// A folder that is deleted in the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("livechat-inbox-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> std::path::PathBuf {
        self.0.join("inbox.sqlite")
    }

    fn tables(&self) -> Tables {
        Tables::open(Connection::open(self.file()).unwrap(), Durability::Crash).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
