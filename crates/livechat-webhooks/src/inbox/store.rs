//! What an inbox needs of a store.

use std::{
    future::Future,
    time::{Duration, SystemTime},
};

use livechat_types::shared::ChatId;

use super::Fingerprint;
use crate::{BoxError, Verified};

/// Where an inbox keeps webhooks.
///
/// The inbox calls it from many tasks at once; a store that commits what comes together in one transaction serves it best.
///
/// A store that several machines share must hand an entry to one of them at a time, and to another one if the first does not settle
/// it within some time. [`SqliteStore`](super::SqliteStore) belongs to one process, so that what is claimed is free again
/// when the process ends.
pub trait Store: Send + Sync + 'static {
    /// Stores an entry, unless its fingerprint was stored within the last [`Duplicates::WINDOW`](super::Duplicates::WINDOW).
    ///
    /// When it returns, the entry must survive whatever the store promises to survive. When it fails, the entry must not be taken
    /// for a duplicate when it comes again.
    fn append(&self, entry: NewEntry) -> impl Future<Output = Result<Appended, BoxError>> + Send;

    /// Hands out entries that are due and not handed out already, at most `limit`, the longest due first.
    ///
    /// When it fails, nothing may be handed out: what the inbox does not hear of, it does not settle. The inbox waits for the answer.
    fn claim(&self, limit: usize) -> impl Future<Output = Result<Claimed, BoxError>> + Send;

    /// Returns when others who share the store have stored something, so that it is asked at once. It may return for nothing, and too
    /// seldom: the store is asked every [`poll_interval`](super::InboxBuilder::poll_interval) anyway.
    ///
    /// Unless it is said otherwise, nobody shares it.
    fn changed(&self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }

    /// Notes what became of an entry that was handed out.
    ///
    /// It may return before that is durable: after a crash the entry is handled again.
    fn settle(&self, id: EntryId, outcome: Outcome) -> impl Future<Output = Result<(), BoxError>> + Send;

    /// Counts what is stored, with everything that was settled before.
    fn status(&self) -> impl Future<Output = Result<Status, BoxError>> + Send;

    /// Entries that were given up, at most `limit`, the oldest first.
    fn dead_letters(&self, limit: usize) -> impl Future<Output = Result<Vec<DeadLetter>, BoxError>> + Send;

    /// Makes a dead letter due, as if it had just come. Returns whether there was one.
    fn revive(&self, id: EntryId) -> impl Future<Output = Result<bool, BoxError>> + Send;

    /// Deletes a dead letter. Returns whether there was one.
    fn discard(&self, id: EntryId) -> impl Future<Output = Result<bool, BoxError>> + Send;

    /// Makes durable what is not yet, and ends. Everything fails afterwards.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// What an entry is known by in its store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub i64);

/// A webhook to be stored.
#[derive(Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// What happened, for people who look into the store.
    pub action: String,
    /// The body, without its secret.
    pub body: String,
    /// Nothing is stored if this was stored a short while ago.
    pub unless_seen: Option<Fingerprint>,
}

impl NewEntry {
    /// The chat that the webhook is about, if it is about one; what cannot be read is about none.
    ///
    /// It reads the body: for stores that several machines share, to keep the webhooks of a chat in order.
    #[must_use]
    pub fn chat_id(&self) -> Option<ChatId> {
        let webhook = Verified::stored(&self.body).and_then(Verified::decode).ok()?;
        webhook.chat_id().cloned()
    }
}

/// What became of a webhook to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// It is stored.
    Stored,
    /// It was stored before.
    Duplicate,
}

/// Entries to be handled.
#[derive(Debug)]
pub struct Claimed {
    /// The entries, in the order in which they are due.
    pub entries: Vec<Entry>,
    /// How long it is until the next one is due, if one is known.
    pub next: Option<Duration>,
}

/// A stored webhook to be handled.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is known by.
    pub id: EntryId,
    /// How often a handler failed.
    pub failed: u32,
    /// The body, without its secret.
    pub body: String,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was handled, and can be deleted.
    Done,
    /// A handler failed; it is due again after a pause.
    Retry {
        /// The pause.
        after: Duration,
        /// What the handler said.
        error: String,
    },
    /// It is given up, and becomes a dead letter.
    Dead {
        /// Why.
        error: String,
    },
}

/// How much is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Status {
    /// Webhooks that are to be handled, including those at work and those that wait for another attempt.
    pub waiting: u64,
    /// Webhooks that were given up.
    pub dead: u64,
}

impl Status {
    /// So many that wait, and so many that were given up.
    #[must_use]
    pub fn new(waiting: u64, dead: u64) -> Self {
        Self { waiting, dead }
    }
}

/// A webhook that was given up.
#[derive(Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// What it is known by.
    pub id: EntryId,
    /// What happened.
    pub action: String,
    /// When it came.
    pub received: SystemTime,
    /// How often it was handled.
    pub attempts: u32,
    /// Why it was given up.
    pub error: String,
    /// The body, without its secret.
    pub body: String,
}

/// Bodies have what customers wrote, so logs do not get them by accident.
macro_rules! debug_without_body {
    ($type:ident { $($field:ident),+ }) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut shown = formatter.debug_struct(stringify!($type));
                $(shown.field(stringify!($field), &self.$field);)+
                shown.finish_non_exhaustive()
            }
        }
    };
}

debug_without_body!(NewEntry { action, unless_seen });
debug_without_body!(Entry { id, failed });
debug_without_body!(DeadLetter { id, action, received, attempts, error });
