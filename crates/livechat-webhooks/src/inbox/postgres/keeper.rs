//! The connection that hands out and settles, and tells that this process is there.

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, SystemTime},
};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};
use tokio_postgres::Row;

use super::{
    connection::{Connection, Connector, Ears},
    intake::storable,
    tables::{self, first},
};
use crate::{
    BoxError,
    inbox::{
        Claimed, DeadLetter, Duplicates, Entry, EntryId, Outcome, Status,
        requests::{LARGEST_BATCH, Request},
    },
};

/// What a crash of the database makes it forget is handled again, so nothing here waits for its disk.
const GREETING: &str = "SET synchronous_commit = off; LISTEN livechat_inbox";

/// Tells the others, who use the same tables, if something is left for them.
const ANNOUNCE: &str = "SELECT pg_notify('livechat_inbox', $1) WHERE EXISTS (
    SELECT FROM livechat_inbox_entry WHERE owner IS NULL AND due IS NOT NULL AND due <= statement_timestamp())";

/// The longest pause until a retry: a time that a database can count to.
const LONGEST_PAUSE: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

const ALIVE: &str = "INSERT INTO livechat_inbox_owner (id, alive_until)
    VALUES ($1, statement_timestamp() + make_interval(secs => $2))
    ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until";

/// Processes that are no longer heard of.
const GONE: &str = "DELETE FROM livechat_inbox_owner WHERE alive_until < statement_timestamp()";

/// What an owner has that is not there is free. This is a statement of its own, since one that deletes owners does not see what those
/// claim while it runs. What another process frees and claims meanwhile has another owner by then, and stays as it is.
const FREE: &str = "
    UPDATE livechat_inbox_entry AS entry SET owner = NULL FROM (
        SELECT id, owner FROM livechat_inbox_entry
        WHERE owner IS NOT NULL AND owner NOT IN (SELECT id FROM livechat_inbox_owner)
    ) AS left_behind
    WHERE entry.id = left_behind.id AND entry.owner = left_behind.owner";

/// So many at a time that it takes no long time also after a long one; and not those that are being stored again, since whoever does that
/// takes them in another order, and the two might wait for each other.
const FORGET: &str = "DELETE FROM livechat_inbox_seen WHERE fingerprint IN (
    SELECT fingerprint FROM livechat_inbox_seen WHERE at < statement_timestamp() - make_interval(secs => $1)
    ORDER BY at LIMIT 100000 FOR UPDATE SKIP LOCKED)";

const LEAVE: &str = "
    WITH gone AS (DELETE FROM livechat_inbox_owner WHERE id = $1)
    UPDATE livechat_inbox_entry SET owner = NULL WHERE owner = $1";

/// One process at a time claims, so that each sees what the others have: of a chat, only one has webhooks. Those who use other tables in the
/// same database have a lock of their own.
const CLAIM_ALONE: &str = "BEGIN; SELECT pg_advisory_xact_lock(5207218116740116332 # 'livechat_inbox_entry'::regclass::oid::bigint);";

const CLAIM: &str = "
    WITH free AS (
        SELECT id FROM livechat_inbox_entry AS entry
        WHERE owner IS NULL AND due IS NOT NULL AND due <= statement_timestamp() AND NOT EXISTS (
            SELECT FROM livechat_inbox_entry AS other
            WHERE other.chat_id = entry.chat_id AND other.owner IS NOT NULL AND other.owner <> $1
        )
        ORDER BY due, id LIMIT $2 FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE livechat_inbox_entry AS entry SET owner = $1 FROM free WHERE entry.id = free.id
        RETURNING entry.id, entry.due, entry.failed, entry.body
    )
    SELECT id, failed, body FROM claimed ORDER BY due, id";

/// What this process has without knowing it: a claim was committed, and its answer lost. It asks when it has the lock, so that no claim
/// of its own can still be on its way.
const UNKNOWN: &str = "UPDATE livechat_inbox_entry SET owner = NULL WHERE owner = $1 AND id <> ALL($2)";

const NEXT: &str =
    "SELECT extract(epoch FROM min(due) - statement_timestamp())::double precision FROM livechat_inbox_entry
    WHERE owner IS NULL AND due IS NOT NULL AND due > statement_timestamp()";

/// What another process has by now is its matter. It may even be another entry: a replica that took the place of a database may give
/// again the ids that it had not heard of.
const DONE: &str = "DELETE FROM livechat_inbox_entry WHERE id = ANY($1) AND owner = $2";

/// Without a pause it is a dead letter.
const FAILED: &str = "
    UPDATE livechat_inbox_entry AS entry
    SET due = statement_timestamp() + make_interval(secs => failure.pause), owner = NULL,
        failed = entry.failed + 1, error = failure.error
    FROM unnest($1::bigint[], $2::double precision[], $3::text[]) AS failure (id, pause, error)
    WHERE entry.id = failure.id AND entry.owner = $4";

const STATUS: &str = "SELECT count(due), count(*) - count(due) FROM livechat_inbox_entry";

const DEAD_LETTERS: &str =
    "SELECT id, action, received, failed, coalesce(error, ''), body FROM livechat_inbox_entry
    WHERE due IS NULL ORDER BY id LIMIT $1";

const REVIVE: &str = "UPDATE livechat_inbox_entry SET due = statement_timestamp(), failed = 0
    WHERE id = $1 AND due IS NULL RETURNING id";

const DISCARD: &str = "DELETE FROM livechat_inbox_entry WHERE id = $1 AND due IS NULL RETURNING id";

/// Hands out, settles, and tells that this process is there.
pub(super) struct Keeper {
    connection: Connection,
    lease: Duration,
    next_sign: Instant,
    ears: Arc<Ears>,
    /// Something was stored: what is left of it after this process took its part is for the others.
    stored: bool,
    /// What was handed out and is not settled.
    at_work: HashSet<i64>,
    /// Of so many claims in a row it is not known what they have claimed.
    unanswered: u32,
    /// What was handled and is to be deleted, and what failed. They stay until that has succeeded.
    done: Vec<i64>,
    failed: Vec<Failure>,
}

struct Failure {
    id: i64,
    pause: Option<f64>,
    error: String,
}

impl Keeper {
    pub(super) async fn start(
        connector: Connector,
        lease: Duration,
        ears: Arc<Ears>,
    ) -> Result<Self, BoxError> {
        let mut connection = Connection::new(connector, GREETING);
        ears.listen_for(tables::make(&mut connection).await?);
        let next_sign = Instant::now();
        let mut keeper = Self {
            connection,
            lease,
            next_sign,
            ears,
            stored: false,
            at_work: HashSet::new(),
            unanswered: 0,
            done: Vec::new(),
            failed: Vec::new(),
        };
        keeper.give_sign().await?;
        Ok(keeper)
    }

    /// Serves requests until it is told to end.
    pub(super) async fn serve(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut waiting = Vec::with_capacity(LARGEST_BATCH);
        loop {
            let some = timeout_at(self.next_sign, requests.recv_many(&mut waiting, LARGEST_BATCH)).await;
            if some == Ok(0) {
                return self.leave().await;
            }
            self.give_sign_in_time().await;
            // What was settled before it is asked for something is part of the answer; without that, there is none.
            waiting.retain_mut(|request| !self.notes(request));
            let settled = self.settle_again().await;
            for request in waiting.drain(..) {
                // Many slow answers may take longer than the lease.
                self.give_sign_in_time().await;
                if let Some(closed) = self.answer(request, settled.as_ref().err()).await {
                    drop(requests);
                    self.leave().await;
                    let _ = closed.send(());
                    return;
                }
            }
        }
    }

    fn owner(&self) -> i64 {
        self.ears.name()
    }

    /// Tells that this process is there, if it is time to.
    async fn give_sign_in_time(&mut self) {
        if self.next_sign <= Instant::now()
            && let Err(error) = self.give_sign().await
        {
            tracing::error!(%error, "the inbox cannot tell that it is there");
        }
    }

    /// Tells that this process is there, and sees who is not.
    async fn give_sign(&mut self) -> Result<(), BoxError> {
        self.next_sign = Instant::now() + self.lease / 3;
        let lease = self.lease.as_secs_f64();
        self.connection.query(ALIVE, &[&self.owner(), &lease]).await?;
        self.connection.query(GONE, &[]).await?;
        self.connection.query(FREE, &[]).await?;
        self.connection.query(FORGET, &[&Duplicates::WINDOW.as_secs_f64()]).await?;
        Ok(())
    }

    /// Leaves nothing behind that others would have to wait for.
    async fn leave(&mut self) {
        let settled = self.settle().await;
        if let Err(error) = settled.and(self.connection.query(LEAVE, &[&self.owner()]).await) {
            tracing::warn!(%error, "the inbox could not take leave: others wait until its lease ends");
        }
    }

    /// Notes what became of an entry, or that something was stored; nobody waits for that.
    fn notes(&mut self, request: &mut Request) -> bool {
        let (id, outcome) = match request {
            Request::Settle(id, outcome) => (id, outcome),
            Request::NoteStored => {
                self.stored = true;
                return true;
            }
            _ => return false,
        };
        self.at_work.remove(&id.0);
        let (pause, error) = match outcome {
            Outcome::Done => {
                self.done.push(id.0);
                return true;
            }
            Outcome::Retry { after, error } => (Some((*after).min(LONGEST_PAUSE).as_secs_f64()), error),
            Outcome::Dead { error } => (None, error),
        };
        self.failed.push(Failure { id: id.0, pause, error: storable(error) });
        true
    }

    /// Settles; on a new connection if the old one broke meanwhile.
    async fn settle_again(&mut self) -> Result<(), String> {
        if self.settle().await.is_ok() {
            return Ok(());
        }
        self.settle().await.map_err(|error| {
            tracing::error!(%error, "the inbox cannot be written: it will be tried again");
            format!("the inbox cannot be written: {error}")
        })
    }

    async fn settle(&mut self) -> Result<(), BoxError> {
        if !self.done.is_empty() {
            self.connection.query(DONE, &[&self.done, &self.owner()]).await?;
            self.done.clear();
        }
        if !self.failed.is_empty() {
            let ids: Vec<_> = self.failed.iter().map(|failure| failure.id).collect();
            let pauses: Vec<_> = self.failed.iter().map(|failure| failure.pause).collect();
            let errors: Vec<_> = self.failed.iter().map(|failure| failure.error.as_str()).collect();
            self.connection.query(FAILED, &[&ids, &pauses, &errors, &self.owner()]).await?;
            self.failed.clear();
        }
        Ok(())
    }

    /// Answers a request, if only with what failed before. One to close is returned.
    async fn answer(&mut self, request: Request, failed: Option<&String>) -> Option<oneshot::Sender<()>> {
        /// Whoever asked may be gone.
        macro_rules! answer {
            ($answer:expr, $call:expr) => {
                drop($answer.send(match failed {
                    Some(error) => Err(error.clone()),
                    None => $call.await.map_err(|error| format!("the inbox cannot be asked: {error}")),
                }))
            };
        }
        match request {
            Request::Claim(limit, answer) => answer!(answer, self.claim(limit)),
            Request::Status(answer) => answer!(answer, self.status()),
            Request::DeadLetters(limit, answer) => answer!(answer, self.dead_letters(limit)),
            Request::Revive(id, answer) => answer!(answer, self.found(REVIVE, id)),
            Request::Discard(id, answer) => answer!(answer, self.found(DISCARD, id)),
            Request::Close(closed) => return Some(closed),
            // These are not sent here, or were noted.
            Request::Append(..) | Request::Settle(..) | Request::NoteStored => {}
        }
        None
    }

    async fn claim(&mut self, limit: usize) -> Result<Claimed, BoxError> {
        let owner = self.owner();
        self.connection.begin(CLAIM_ALONE).await?;
        let unanswered = self.unanswered;
        self.unanswered = unanswered.saturating_add(1);
        // What was too much for the time is asked for in smaller parts.
        let limit = limit.checked_shr(unanswered).unwrap_or_default().max(1).min(limit);
        if unanswered > 0 {
            let at_work: Vec<_> = self.at_work.iter().copied().collect();
            self.connection.query(UNKNOWN, &[&owner, &at_work]).await?;
        }
        let rows = self.connection.query(CLAIM, &[&owner, &rows(limit)]).await?;
        if self.stored {
            self.connection.query(ANNOUNCE, &[&self.ears.announcement()]).await?;
        }
        self.connection.commit().await?;
        self.stored = false;
        let entry = |row: &Row| -> Result<Entry, BoxError> {
            let failed = row.try_get::<_, i32>(1)?;
            Ok(Entry { id: EntryId(row.try_get(0)?), failed: failed.unsigned_abs(), body: row.try_get(2)? })
        };
        let entries = rows.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        self.at_work.extend(entries.iter().map(|entry| entry.id.0));
        self.unanswered = 0;
        let next = if entries.is_empty() { self.next().await? } else { None };
        Ok(Claimed { entries, next })
    }

    async fn next(&mut self) -> Result<Option<Duration>, BoxError> {
        let seconds = first(&self.connection.query(NEXT, &[]).await?)?;
        Ok(seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()))
    }

    async fn status(&mut self) -> Result<Status, BoxError> {
        let rows = self.connection.query(STATUS, &[]).await?;
        let row = rows.first().ok_or("a count has a row")?;
        let count = |column| row.try_get::<_, i64>(column).map(i64::unsigned_abs);
        Ok(Status { waiting: count(0)?, dead: count(1)? })
    }

    async fn dead_letters(&mut self, limit: usize) -> Result<Vec<DeadLetter>, BoxError> {
        let found = self.connection.query(DEAD_LETTERS, &[&rows(limit)]).await?;
        let letter = |row: &Row| -> Result<DeadLetter, BoxError> {
            Ok(DeadLetter {
                id: EntryId(row.try_get(0)?),
                action: row.try_get(1)?,
                received: row.try_get::<_, SystemTime>(2)?,
                attempts: row.try_get::<_, i32>(3)?.unsigned_abs(),
                error: row.try_get(4)?,
                body: row.try_get(5)?,
            })
        };
        found.iter().map(letter).collect()
    }

    /// Whether a statement about one entry found it.
    async fn found(&mut self, statement: &'static str, id: EntryId) -> Result<bool, BoxError> {
        Ok(!self.connection.query(statement, &[&id.0]).await?.is_empty())
    }
}

fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
