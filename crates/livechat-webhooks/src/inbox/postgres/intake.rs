//! The connection that stores: everything that waits, by one statement.

use std::collections::HashSet;

use livechat_types::shared::ChatId;
use tokio::sync::mpsc;

use super::connection::{Connection, Connector};
use crate::{
    BoxError,
    inbox::{
        Appended, Duplicates, Fingerprint, NewEntry,
        requests::{Answer, LARGEST_BATCH, Request},
    },
};

/// How many bytes of bodies one statement takes, so that its memory is bounded.
const LARGEST_BYTES: usize = 16 << 20;

/// A server may be set up to acknowledge what it has not written. A stricter setting than `on` stays.
const GREETING: &str = "SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off'";

/// Fingerprints are taken in their order, so that two processes that store the same ones wait for each other instead of forever.
/// One that another process is just storing is waited for: the answer is right whether that one commits or not.
const APPEND: &str = "
    WITH incoming AS (
        SELECT * FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[])
            WITH ORDINALITY AS incoming (fingerprint, chat_id, action, body, place)
    ), fresh AS (
        INSERT INTO livechat_inbox_seen AS seen (fingerprint, at)
            SELECT fingerprint, statement_timestamp() FROM incoming WHERE fingerprint IS NOT NULL ORDER BY fingerprint
            ON CONFLICT (fingerprint) DO UPDATE SET at = excluded.at
                WHERE seen.at < excluded.at - make_interval(secs => $5)
            RETURNING fingerprint
    ), stored AS (
        INSERT INTO livechat_inbox_entry (due, chat_id, action, body)
            SELECT statement_timestamp(), chat_id, action, body FROM incoming
            WHERE fingerprint IS NULL OR fingerprint IN (SELECT fingerprint FROM fresh)
            ORDER BY place
    )
    SELECT fingerprint FROM fresh";

/// Stores what comes in.
pub(super) struct Intake {
    connection: Connection,
    /// Told of what was stored, so that it tells other processes: if this connection did, their commits would wait for each other.
    keeper: mpsc::Sender<Request>,
}

impl Intake {
    pub(super) fn new(connector: Connector, keeper: mpsc::Sender<Request>) -> Self {
        Self { connection: Connection::new(connector, GREETING), keeper }
    }

    /// Stores what comes in until it is told to end.
    pub(super) async fn serve(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut waiting = Vec::with_capacity(LARGEST_BATCH);
        while requests.recv_many(&mut waiting, LARGEST_BATCH).await > 0 {
            let mut batch = Batch::default();
            let mut closing = None;
            for request in waiting.drain(..) {
                match request {
                    Request::Append(entry, answer) => batch.add(entry, answer),
                    Request::Close(closed) => closing = Some(closed),
                    // The rest goes to the keeper.
                    _ => {}
                }
                if batch.bytes > LARGEST_BYTES {
                    std::mem::take(&mut batch).commit(&mut self).await;
                }
            }
            batch.commit(&mut self).await;
            if let Some(closed) = closing {
                drop(requests);
                let _ = closed.send(());
                return;
            }
        }
    }
}

/// Entries that are stored together.
#[derive(Default)]
struct Batch {
    entries: Vec<NewEntry>,
    /// In the order of the entries.
    answers: Vec<(Option<Fingerprint>, Answer<Appended>)>,
    /// Who sent the same again while it waited; they get their answer when the first is stored.
    again: Vec<Answer<Appended>>,
    fingerprints: HashSet<Fingerprint>,
    bytes: usize,
}

impl Batch {
    fn add(&mut self, entry: NewEntry, answer: Answer<Appended>) {
        if entry.unless_seen.is_some_and(|fingerprint| !self.fingerprints.insert(fingerprint)) {
            return self.again.push(answer);
        }
        self.bytes += entry.body.len();
        self.answers.push((entry.unless_seen, answer));
        self.entries.push(entry);
    }

    async fn commit(self, intake: &mut Intake) {
        if self.entries.is_empty() {
            return;
        }
        // Whoever asked may be gone; what was done remains done.
        match store(&mut intake.connection, &self.entries).await {
            Ok(fresh) => {
                // Before anyone asks for it. If the keeper is too busy, the others ask by themselves.
                let _ = intake.keeper.try_send(Request::NoteStored);
                for (fingerprint, answer) in self.answers {
                    let stored = fingerprint.is_none_or(|fingerprint| fresh.contains(&fingerprint));
                    let appended = if stored { Appended::Stored } else { Appended::Duplicate };
                    let _ = answer.send(Ok(appended));
                }
                self.again.into_iter().for_each(|answer| drop(answer.send(Ok(Appended::Duplicate))));
            }
            Err(error) => {
                let error = format!("the inbox cannot be written: {error}");
                tracing::error!(error);
                let answers = self.answers.into_iter().map(|(_, answer)| answer).chain(self.again);
                answers.for_each(|answer| drop(answer.send(Err(error.clone()))));
            }
        }
    }
}

/// Stores entries whose fingerprints are all different. Returns those fingerprints that were not seen before.
async fn store(connection: &mut Connection, entries: &[NewEntry]) -> Result<HashSet<Fingerprint>, BoxError> {
    let fingerprints: Vec<_> =
        entries.iter().map(|entry| entry.unless_seen.map(|it| it.0.to_be_bytes().to_vec())).collect();
    let chat_ids: Vec<_> = entries.iter().map(|entry| entry.chat_id().map(|id| indexable(&id))).collect();
    let actions: Vec<_> = entries.iter().map(|entry| storable(&entry.action)).collect();
    let bodies: Vec<_> = entries.iter().map(|entry| entry.body.as_str()).collect();
    let window = Duplicates::WINDOW.as_secs_f64();
    let rows = connection.query(APPEND, &[&fingerprints, &chat_ids, &actions, &bodies, &window]).await?;
    let fingerprint = |row: tokio_postgres::Row| {
        let bytes: Vec<u8> = row.try_get(0)?;
        Ok(Fingerprint(u128::from_be_bytes(bytes.try_into().map_err(|_| "a fingerprint has 16 bytes")?)))
    };
    rows.into_iter().map(fingerprint).collect()
}

/// What stands for a chat: an index holds some 2700 bytes. Chats that begin alike are kept in order as if they were one.
fn indexable(chat_id: &ChatId) -> String {
    storable(&chat_id.as_str().chars().take(500).collect::<String>())
}

/// A text that `PostgreSQL` stores: it takes no zeros, which JSON may have as `\u0000`. A body has them escaped.
pub(super) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
