//! The store that needs nothing else: a `SQLite` file, written by one thread, many webhooks to a transaction.

mod tables;

use std::{path::Path, sync::Arc, thread};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use self::tables::{Change, Changed, Tables};
use super::{
    Appended, EntryId, Outcome,
    requests::{Answer, LARGEST_BATCH, QUEUE, Request, Requests, store_by_requests},
};
use crate::BoxError;

/// What acknowledged webhooks survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Durability {
    /// The end of the process at any moment, and of the machine: every webhook is on the disk before it is acknowledged. Those that were
    /// handled in the last moments may be handled again.
    #[default]
    PowerLoss,
    /// The end of the process at any moment; not that of the machine, which may lose the last seconds. Much faster on slow disks.
    Crash,
}

/// A store in a `SQLite` file.
///
/// One thread owns the database. It takes all requests that wait and commits them together, so that the price of a commit is
/// shared by all webhooks that come at the same time (group commit).
///
/// The file belongs to one process at a time: another one cannot open it, not even to read, until the first has ended, whatever way
/// it ends. Beside the file stands one with `-wal` at its end, which is part of the database.
pub struct SqliteStore(Requests);

store_by_requests!(SqliteStore);

impl SqliteStore {
    /// Opens a file, or makes it, to survive the loss of power.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, BoxError> {
        Self::open_with(path, Durability::default())
    }

    /// Opens a file, or makes it.
    pub fn open_with(path: impl AsRef<Path>, durability: Durability) -> Result<Self, BoxError> {
        let path = path.as_ref();
        let tables =
            Connection::open(path).map_err(Into::into).and_then(|file| Tables::open(file, durability));
        Self::start(tables.map_err(|error| unopened(path, &error))?)
    }

    /// A store in memory, for tests: it ends with the process.
    pub fn in_memory() -> Result<Self, BoxError> {
        Self::start(Tables::open(Connection::open_in_memory()?, Durability::Crash)?)
    }

    fn start(tables: Tables) -> Result<Self, BoxError> {
        let (requests, receiver) = mpsc::channel(QUEUE);
        thread::Builder::new().name("livechat-inbox".to_owned()).spawn(move || serve(tables, receiver))?;
        Ok(Self(Requests::new(requests.clone(), requests, Arc::default())))
    }
}

fn unopened(path: &Path, error: &BoxError) -> String {
    let code = error.downcast_ref().and_then(rusqlite::Error::sqlite_error_code);
    let busy = code == Some(rusqlite::ErrorCode::DatabaseBusy);
    let hint = if busy { ": it is open already, here or in another process" } else { "" };
    format!("the inbox {} cannot be opened: {error}{hint}", path.display())
}

/// Where the answer to a change goes.
enum Answering {
    Append(Answer<Appended>),
    Found(Answer<bool>),
    Nobody,
}

/// The thread: takes what waits, commits it as one transaction, answers, and only then reads.
///
/// What is read after the commit is committed: nothing is handed out that could still be rolled back.
fn serve(mut tables: Tables, mut requests: mpsc::Receiver<Request>) {
    let mut batch = Batch::default();
    let mut waiting = Vec::with_capacity(LARGEST_BATCH);
    while requests.blocking_recv_many(&mut waiting, LARGEST_BATCH) > 0 {
        waiting.drain(..).for_each(|request| batch.add(request));
        batch.commit(&mut tables);
        let reads = std::mem::take(&mut batch.reads);
        if let Some(closed) = reads.into_iter().find_map(|request| read(&mut tables, request)) {
            drop(tables);
            let _ = closed.send(());
            return;
        }
    }
    batch.commit(&mut tables);
}

/// Requests that are served together.
#[derive(Default)]
struct Batch {
    changes: Vec<Change>,
    answers: Vec<Answering>,
    /// What was handled and is to be deleted. Nobody waits for it, so while webhooks come in it is collected: many entries that stand
    /// side by side are deleted by one statement.
    done: Vec<EntryId>,
    reads: Vec<Request>,
    appends: bool,
}

impl Batch {
    fn add(&mut self, request: Request) {
        let (change, answer) = match request {
            Request::Append(entry, answer) => {
                self.appends = true;
                (Change::Append(entry), Answering::Append(answer))
            }
            Request::Settle(id, Outcome::Done) => return self.done.push(id),
            Request::Settle(id, outcome) => (Change::Settle(id, outcome), Answering::Nobody),
            Request::Revive(id, answer) => (Change::Revive(id), Answering::Found(answer)),
            Request::Discard(id, answer) => (Change::Discard(id), Answering::Found(answer)),
            read => return self.reads.push(read),
        };
        self.changes.push(change);
        self.answers.push(answer);
    }

    /// Whether what was handled is deleted now: when it is much, when nothing came in, when someone looks.
    fn deletes(&self) -> bool {
        let looks = self.reads.iter().any(|read| !matches!(read, Request::Claim(..)));
        self.done.len() >= LARGEST_BATCH || !self.appends || looks
    }

    fn commit(&mut self, tables: &mut Tables) {
        if self.deletes() {
            self.done.sort_unstable();
            for run in self.done.chunk_by(|one, next| next.0 - one.0 == 1) {
                if let (Some(first), Some(last)) = (run.first(), run.last()) {
                    self.changes.push(Change::Done(*first, *last));
                }
            }
            self.done.clear();
        }
        self.appends = false;
        let mut answers = self.answers.drain(..);
        match tables.commit(&self.changes) {
            Ok(results) => {
                self.changes.clear();
                for (answer, changed) in answers.zip(results) {
                    answer.give(changed);
                }
            }
            Err(error) => {
                let error = format!("the inbox cannot be written: {error}");
                tracing::error!(error);
                answers.by_ref().for_each(|answer| answer.fail(&error));
                drop(answers);
                // Nobody waits for what was settled, so it is kept for the next transaction.
                self.changes.retain(|change| !change.is_awaited());
                self.answers.resize_with(self.changes.len(), || Answering::Nobody);
            }
        }
    }
}

impl Answering {
    /// Whoever asked may be gone; what was done remains done.
    fn give(self, changed: Changed) {
        match (self, changed) {
            (Self::Append(answer), Changed::Stored) => drop(answer.send(Ok(Appended::Stored))),
            (Self::Append(answer), _) => drop(answer.send(Ok(Appended::Duplicate))),
            (Self::Found(answer), changed) => drop(answer.send(Ok(changed == Changed::Stored))),
            (Self::Nobody, _) => {}
        }
    }

    fn fail(self, error: &str) {
        match self {
            Self::Append(answer) => drop(answer.send(Err(error.to_owned()))),
            Self::Found(answer) => drop(answer.send(Err(error.to_owned()))),
            Self::Nobody => {}
        }
    }
}

/// Answers a request that changes nothing. One to close is returned.
fn read(tables: &mut Tables, request: Request) -> Option<oneshot::Sender<()>> {
    let text = |error: BoxError| format!("the inbox cannot be read: {error}");
    match request {
        Request::Claim(limit, answer) => drop(answer.send(tables.claim(limit).map_err(text))),
        Request::Status(answer) => drop(answer.send(tables.status().map_err(text))),
        Request::DeadLetters(limit, answer) => drop(answer.send(tables.dead_letters(limit).map_err(text))),
        Request::Close(closed) => return Some(closed),
        #[cfg(feature = "postgres")]
        Request::NoteStored => {}
        // Changes are not sent here.
        Request::Append(..) | Request::Settle(..) | Request::Revive(..) | Request::Discard(..) => {}
    }
    None
}

#[cfg(test)]
mod tests;
