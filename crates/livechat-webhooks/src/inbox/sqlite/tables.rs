//! The tables of the `SQLite` store, and what is done to them.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, Row, params};

use super::Durability;
use crate::{
    BoxError,
    inbox::{
        Claimed, DeadLetter, Duplicates, Entry, EntryId, Fingerprint, NewEntry, Outcome, Status,
        duplicates::Recent,
    },
};

/// Which tables the file has; another number is a file of another version.
const VERSION: i64 = 1;

/// An entry is due at a time, in milliseconds; a dead letter never is. `seen` is what duplicates are recognized by after a restart: a
/// row has the fingerprints of one transaction, one after the other, and the id of its first entry.
///
/// Rows of both tables are added at the end, which is what `SQLite` does fastest. No id is used twice while the process runs.
const TABLES: &str = "
    CREATE TABLE entry (
        id INTEGER PRIMARY KEY,
        due INTEGER,
        failed INTEGER NOT NULL,
        received INTEGER NOT NULL,
        action TEXT NOT NULL,
        error TEXT,
        body TEXT NOT NULL
    ) STRICT;
    CREATE INDEX entry_due ON entry (due) WHERE due IS NOT NULL;
    CREATE INDEX entry_dead ON entry (id) WHERE due IS NULL;
    CREATE TABLE seen (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, fingerprints BLOB NOT NULL) STRICT;
    PRAGMA user_version = 1;
";

/// What is after the entry handed out last. Its end is where the reader stops: a `LIMIT` that is a parameter would have `SQLite` plan
/// the statement anew each time.
const CLAIM: &str = "SELECT id, due, failed, body FROM entry
    WHERE due IS NOT NULL AND (due, id) > (?1, ?2) ORDER BY due, id";

/// How many expired fingerprints are deleted at a time.
const EXPIRED: usize = 256;

/// The database, and what is known of it in memory.
pub(super) struct Tables {
    pub(super) connection: Connection,
    durability: Durability,
    /// Whether a commit is on the disk when it returns.
    syncs: bool,
    /// The id of the next entry.
    next_id: i64,
    /// The entry that was handed out last, by when it was due and its id: what is after it has not been handed out.
    handed_out: (i64, i64),
    /// What the machine's clock said when it was opened, and when that was: nothing else counts, so that whoever sets the clock changes
    /// neither the order nor a pause.
    opened: (i64, Instant),
    recent: Recent,
    /// Up to which id fingerprints have expired that are still in the table, and how many commits that has been so.
    expired: Option<i64>,
    commits: usize,
}

/// A change to be committed.
pub(super) enum Change {
    Append(NewEntry),
    Settle(EntryId, Outcome),
    /// All entries from the first to the last were handled.
    Done(EntryId, EntryId),
    Revive(EntryId),
    Discard(EntryId),
}

impl Change {
    /// Whether somebody waits for it. What was settled, nobody does: if that is lost with the power, it is handled again.
    pub(super) fn is_awaited(&self) -> bool {
        !matches!(self, Self::Settle(..) | Self::Done(..))
    }
}

/// Whether a change changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changed {
    Stored,
    Nothing,
}

impl Tables {
    pub(super) fn open(connection: Connection, durability: Durability) -> Result<Self, BoxError> {
        // On macOS, what is written is on the disk only with a full sync; elsewhere there is no other.
        connection.execute_batch(
            "PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA fullfsync = ON;
             PRAGMA cache_size = -16384;",
        )?;
        connection.set_prepared_statement_cache_capacity(32);
        let version = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))?;
        let tables = "SELECT count(*) FROM sqlite_schema";
        let tables = connection.query_row(tables, [], |row| row.get::<_, i64>(0))?;
        match version {
            0 if tables > 0 => return Err("it has tables of another program".into()),
            0 => connection.execute_batch(&format!("BEGIN EXCLUSIVE; {TABLES} COMMIT;"))?,
            // Takes the lock now, so that a second process fails here and not at its first webhook.
            VERSION => connection.execute_batch("BEGIN EXCLUSIVE; COMMIT;")?,
            other => {
                return Err(format!(
                    "its tables are of version {other}, not {VERSION}: it is of another program, or of a later version of this one"
                )
                .into());
            }
        }
        let mut tables = Self {
            connection,
            durability,
            syncs: true,
            next_id: 1,
            handed_out: (i64::MIN, i64::MIN),
            opened: (wall_clock(), Instant::now()),
            recent: Recent::default(),
            expired: None,
            commits: 0,
        };
        tables.load()?;
        Ok(tables)
    }

    /// Takes up what an earlier process left.
    fn load(&mut self) -> Result<(), BoxError> {
        let now = self.now();
        let last =
            "SELECT max(ifnull((SELECT max(id) FROM entry), 0), ifnull((SELECT max(id) FROM seen), 0))";
        self.next_id = self.connection.query_row(last, [], |row| row.get::<_, i64>(0))? + 1;
        // Only a clock that was set back can have made new entries due in the future, or let any come from there.
        let set_back = "UPDATE entry SET due = ?1 WHERE due > ?1 AND (failed = 0 OR received > ?1)";
        self.connection.execute(set_back, [now])?;
        self.connection.execute("DELETE FROM seen WHERE at < ?1", [now - window()])?;
        let mut seen = self.connection.prepare("SELECT id, at, fingerprints FROM seen ORDER BY id")?;
        let mut rows = seen.query([])?;
        while let Some(row) = rows.next()? {
            let (id, at, fingerprints): (i64, i64, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            for fingerprint in fingerprints.chunks_exact(16).filter_map(|bytes| bytes.try_into().ok()) {
                self.recent.add(id, at.min(now), Fingerprint(u128::from_be_bytes(fingerprint)));
            }
        }
        Ok(())
    }

    fn now(&self) -> i64 {
        self.opened.0.saturating_add(millis(self.opened.1.elapsed()))
    }

    /// Makes all changes, or none.
    pub(super) fn commit(&mut self, changes: &[Change]) -> Result<Vec<Changed>, BoxError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        self.sync(self.durability == Durability::PowerLoss && changes.iter().any(Change::is_awaited))?;
        let first = self.next_id;
        let result = self.change_all(changes);
        if result.is_err() {
            self.recent.forget_from(first);
            if !self.connection.is_autocommit() {
                self.connection.execute_batch("ROLLBACK")?;
            }
        }
        result
    }

    /// Whether the next commit waits for the disk. If it does, what was committed before is on the disk, too.
    fn sync(&mut self, syncs: bool) -> rusqlite::Result<()> {
        if self.syncs != syncs {
            let level = if syncs { "FULL" } else { "NORMAL" };
            self.connection.pragma_update(None, "synchronous", level)?;
            self.syncs = syncs;
        }
        Ok(())
    }

    fn change_all(&mut self, changes: &[Change]) -> Result<Vec<Changed>, BoxError> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let now = self.now();
        let expired = self.expire(now)?;
        let first = self.next_id;
        let results = changes.iter().map(|change| self.change(change, now)).collect::<Result<Vec<_>, _>>()?;
        self.note_seen(first, now)?;
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        if expired {
            self.expired = None;
        }
        Ok(results)
    }

    fn change(&mut self, change: &Change, now: i64) -> rusqlite::Result<Changed> {
        match change {
            Change::Append(entry) => self.append(entry, now),
            Change::Settle(id, Outcome::Done) => self.delete(*id, *id),
            Change::Done(first, last) => self.delete(*first, *last),
            Change::Settle(id, Outcome::Retry { after, error }) => {
                let due = self.not_handed_out(now.saturating_add(millis(*after)));
                let retry = "UPDATE entry SET due = ?2, failed = failed + 1, error = ?3 WHERE id = ?1";
                self.run(retry, params![id.0, due, error])
            }
            Change::Settle(id, Outcome::Dead { error }) => {
                let dead = "UPDATE entry SET due = NULL, failed = failed + 1, error = ?2 WHERE id = ?1";
                self.run(dead, params![id.0, error])
            }
            Change::Revive(id) => {
                let due = self.not_handed_out(now);
                let revive = "UPDATE entry SET due = ?2, failed = 0 WHERE id = ?1 AND due IS NULL";
                self.run(revive, params![id.0, due])
            }
            Change::Discard(id) => self.run("DELETE FROM entry WHERE id = ?1 AND due IS NULL", params![id.0]),
        }
    }

    fn run(&self, statement: &str, parameters: impl rusqlite::Params) -> rusqlite::Result<Changed> {
        let rows = self.connection.prepare_cached(statement)?.execute(parameters)?;
        Ok(if rows == 0 { Changed::Nothing } else { Changed::Stored })
    }

    fn append(&mut self, entry: &NewEntry, now: i64) -> rusqlite::Result<Changed> {
        let id = self.next_id;
        if let Some(fingerprint) = entry.unless_seen
            && !self.recent.add(id, now, fingerprint)
        {
            return Ok(Changed::Nothing);
        }
        self.next_id += 1;
        // Its id is the highest, so that it is after the one handed out last also if both are due at the same time.
        let due = now.max(self.handed_out.0);
        let append =
            "INSERT INTO entry (id, due, failed, received, action, body) VALUES (?1, ?2, 0, ?3, ?4, ?5)";
        self.run(append, params![id, due, wall_clock(), entry.action, entry.body])
    }

    fn delete(&self, first: EntryId, last: EntryId) -> rusqlite::Result<Changed> {
        self.run("DELETE FROM entry WHERE id BETWEEN ?1 AND ?2", [first.0, last.0])
    }

    /// Writes down the fingerprints of a transaction whose first entry has this id.
    fn note_seen(&mut self, first: i64, now: i64) -> rusqlite::Result<()> {
        let fingerprints = self.recent.from(first);
        if fingerprints.is_empty() {
            return Ok(());
        }
        let seen = "INSERT INTO seen (id, at, fingerprints) VALUES (?1, ?2, ?3)";
        self.run(seen, params![first, now, fingerprints])?;
        Ok(())
    }

    /// A time at which an old entry is after the one handed out last.
    fn not_handed_out(&self, due: i64) -> i64 {
        due.max(self.handed_out.0.saturating_add(1))
    }

    /// Forgets fingerprints that have expired; deletes them once it is worth it. Returns whether it did.
    fn expire(&mut self, now: i64) -> rusqlite::Result<bool> {
        self.expired = self.recent.expire(now - window()).or(self.expired);
        self.commits += usize::from(self.expired.is_some());
        match self.expired {
            Some(last) if self.commits >= EXPIRED => {
                self.commits = 0;
                self.run("DELETE FROM seen WHERE id <= ?1", [last]).map(|_| true)
            }
            _ => Ok(false),
        }
    }

    /// Hands out what is due and after what was handed out last.
    pub(super) fn claim(&mut self, limit: usize) -> Result<Claimed, BoxError> {
        let now = self.now();
        let mut statement = self.connection.prepare_cached(CLAIM)?;
        let mut rows = statement.query([self.handed_out.0, self.handed_out.1])?;
        let mut claimed = Claimed { entries: Vec::new(), next: None };
        let mut last = self.handed_out;
        while let Some(row) = rows.next()? {
            let (id, due): (i64, i64) = (row.get(0)?, row.get(1)?);
            if due > now || claimed.entries.len() == limit {
                let pause = due.saturating_sub(now).max(0).unsigned_abs();
                claimed.next = Some(Duration::from_millis(pause));
                break;
            }
            claimed.entries.push(Entry { id: EntryId(id), failed: row.get(2)?, body: row.get(3)? });
            last = (due, id);
        }
        self.handed_out = last;
        Ok(claimed)
    }

    pub(super) fn status(&self) -> Result<Status, BoxError> {
        let count = |which: &str| -> rusqlite::Result<u64> {
            let count = format!("SELECT count(*) FROM entry WHERE due IS {which}");
            self.connection
                .prepare_cached(&count)?
                .query_row([], |row| row.get::<_, i64>(0))
                .map(i64::unsigned_abs)
        };
        Ok(Status { waiting: count("NOT NULL")?, dead: count("NULL")? })
    }

    pub(super) fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, BoxError> {
        let dead = "SELECT id, action, received, failed, ifnull(error, ''), body FROM entry
            WHERE due IS NULL ORDER BY id LIMIT ?1";
        let letter = |row: &Row<'_>| -> rusqlite::Result<_> {
            let received = Duration::from_millis(row.get::<_, i64>(2)?.unsigned_abs());
            Ok(DeadLetter {
                id: EntryId(row.get(0)?),
                action: row.get(1)?,
                received: UNIX_EPOCH + received,
                attempts: row.get(3)?,
                error: row.get(4)?,
                body: row.get(5)?,
            })
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let letters =
            self.connection.prepare_cached(dead)?.query_map([limit], letter)?.collect::<Result<_, _>>()?;
        Ok(letters)
    }
}

fn wall_clock() -> i64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn window() -> i64 {
    millis(Duplicates::WINDOW)
}

#[cfg(test)]
mod tests;
