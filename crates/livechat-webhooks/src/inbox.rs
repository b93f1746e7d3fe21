//! The inbox: webhooks are stored, then acknowledged, then handled, until they are handled or given up.
//!
//! LiveChat waits about ten seconds for an answer and forgets a webhook after about a minute of retries. So a service that
//! must miss nothing stores each webhook, answers, and does the work afterwards:
//!
//! ```no_run
//! use livechat_webhooks::{
//!     Handlers, Verifier, WebhookService,
//!     inbox::{Inbox, SqliteStore},
//! };
//!
//! # async fn receive() -> Result<(), livechat_webhooks::BoxError> {
//! let handlers = Handlers::new().on_incoming_chat(|event, context| async move {
//!     println!("chat {}, attempt {}", event.chat.id, context.attempt);
//!     Ok(())
//! });
//! let inbox = Inbox::builder(SqliteStore::open("webhooks.sqlite")?).start(handlers);
//! let service = WebhookService::new(Verifier::new("keep-me"), inbox.clone());
//! // … serve it; when the server has stopped:
//! inbox.shutdown().await;
//! # let _ = service;
//! # Ok(())
//! # }
//! ```
//!
//! # What is guaranteed
//!
//! **At least once.** A webhook that was answered with 200 is handled until a handler succeeds, or it is among the dead letters;
//! a crash at any moment changes nothing of that. If the process stops after a handler has succeeded and before that is stored,
//! the webhook is handled again: a handler must bear that.
//!
//! **Nothing is acknowledged that is not stored.** If the store fails (a full disk), the answer is 503 and LiveChat sends it again.
//!
//! **Order.** Webhooks of one chat are handled one after the other, in the order in which they arrived; those of different chats
//! side by side. A webhook that failed is tried again later, and those after it do not wait for it. LiveChat itself may deliver
//! in another order than things happened.
//!
//! **Duplicates** are dropped where that is safe, see [`Duplicates`].
//!
//! **Failures** are tried again after a growing pause, see [`Retry`]. What fails too often, fails for good
//! ([`permanent`](crate::permanent)) or cannot be read by this version becomes a dead letter: it stays in the store, with the
//! last error, until [`revive`](Inbox::revive) or [`discard`](Inbox::discard). A handler that ends the process, say by a stack that overflows,
//! has not failed: nobody is left to count that, and the next start calls it again.
//!
//! **Secrets** are not stored. What customers wrote is: protect the file as you protect a database of chats.
//!
//! # Stores
//!
//! | | [`SqliteStore`] | `PostgresStore` (feature `postgres`) |
//! |---|---|---|
//! | for | one process on one machine; it holds a lock on its file | any number of processes on any number of machines |
//! | at least once | yes | yes |
//! | what a crash of the process costs | nothing: the next start takes up what was at work | nothing: others, or the next start, take it up within 40 seconds: the lease of 30, and up to 10 until they look |
//! | what the loss of power costs | nothing, or the last seconds with [`Durability::Crash`] | what a commit of the database survives |
//! | order within a chat | that of arrival | that of arrival by the database's clock, also across processes; of two that arrive at two processes at once, either may be first |
//! | duplicates | found | found by all processes together |
//! | a webhook, or a chat, is at work twice at the same time | never | only if a process is cut off from the database for longer than its lease, and still alive; or if the database crashes and forgets what was handed out in its last moments |
//!
//! The same tests hold for both. Another database can be a store as well: implement [`Store`].

mod duplicates;
#[cfg(feature = "postgres")]
mod postgres;
mod requests;
mod retry;
mod sqlite;
mod store;
mod turns;
mod workers;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, Semaphore, watch},
    time::timeout,
};

use crate::{BoxError, Delivery, Destination, Handlers, Verified};

pub use duplicates::{Duplicates, Fingerprint};
#[cfg(feature = "postgres")]
pub use postgres::{PostgresSettings, PostgresStore};
pub use retry::Retry;
pub use sqlite::{Durability, SqliteStore};
pub use store::{Appended, Claimed, DeadLetter, Entry, EntryId, NewEntry, Outcome, Status, Store};
/// The library of [`PostgresStore`]: its configuration and its connectors for TLS are parts of that one's.
#[cfg(feature = "postgres")]
pub use tokio_postgres;

/// Stores webhooks, acknowledges them, and has them handled. See the [module](self) for what it guarantees.
///
/// It is a handle: clones are the same inbox. It goes on when all handles are dropped; [`shutdown`](Self::shutdown) ends it.
pub struct Inbox<T = SqliteStore>(Arc<Shared<T>>);

/// What the handles and the workers share.
struct Shared<T> {
    store: T,
    settings: Settings,
    /// Something was stored, or the inbox is to end.
    wake: Notify,
    /// A webhook was handled, put off or given up.
    settled: Notify,
    /// One permit for each webhook that may be in memory.
    room: Arc<Semaphore>,
    closing: AtomicBool,
    /// Whether the workers have ended.
    ended: watch::Receiver<bool>,
}

#[derive(Debug, Clone)]
struct Settings {
    concurrency: usize,
    handler_timeout: Duration,
    retry: Retry,
    duplicates: Duplicates,
    poll_interval: Duration,
}

/// How many webhooks are in memory at most.
const ROOM: u32 = 1024;

/// The settings of an [`Inbox`].
#[derive(Debug)]
pub struct InboxBuilder<T> {
    store: T,
    settings: Settings,
}

impl<T: Store> Inbox<T> {
    /// Settings of an inbox with this store.
    #[must_use]
    pub fn builder(store: T) -> InboxBuilder<T> {
        let settings = Settings {
            concurrency: 16,
            handler_timeout: Duration::from_secs(300),
            retry: Retry::default(),
            duplicates: Duplicates::default(),
            poll_interval: Duration::from_secs(1),
        };
        InboxBuilder { store, settings }
    }

    /// Stores a webhook; when this returns, it is safe.
    pub async fn store(&self, webhook: Verified) -> Result<Appended, BoxError> {
        let Shared { store, settings, wake, closing, .. } = &*self.0;
        if closing.load(Ordering::Acquire) {
            return Err("the inbox is closed".into());
        }
        let unless_seen = settings.duplicates.fingerprint(&webhook);
        let action = webhook.action().to_owned();
        let appended = store.append(NewEntry { action, body: webhook.into_body(), unless_seen }).await?;
        if appended == Appended::Stored {
            wake.notify_one();
        }
        Ok(appended)
    }

    /// How many webhooks wait, and how many were given up.
    pub async fn status(&self) -> Result<Status, BoxError> {
        self.0.store.status().await
    }

    /// Webhooks that were given up, the oldest first.
    pub async fn dead_letters(&self, limit: usize) -> Result<Vec<DeadLetter>, BoxError> {
        self.0.store.dead_letters(limit).await
    }

    /// Has a webhook that was given up handled again, with all attempts. Returns whether there was such a dead letter.
    pub async fn revive(&self, id: EntryId) -> Result<bool, BoxError> {
        let revived = self.0.store.revive(id).await?;
        self.0.wake.notify_one();
        Ok(revived)
    }

    /// Deletes a webhook that was given up. Returns whether there was such a dead letter.
    pub async fn discard(&self, id: EntryId) -> Result<bool, BoxError> {
        self.0.store.discard(id).await
    }

    /// Waits until nothing waits to be handled, retries included.
    pub async fn idle(&self) -> Result<(), BoxError> {
        loop {
            let settled = self.0.settled.notified();
            if self.status().await?.waiting == 0 {
                return Ok(());
            }
            // Another process may settle what is in a shared store, and tells nobody.
            let _ = timeout(self.0.settings.poll_interval, settled).await;
        }
    }

    /// Ends the inbox: nothing more is taken, handlers at work finish, the store is closed. What was not handled waits in the store.
    ///
    /// It takes as long as the handlers at work; until then, no other process gets what this one had taken and not begun. Whoever stops waiting for it may call it again: the store is not closed before they ended.
    pub async fn shutdown(&self) {
        let Shared { store, wake, room, closing, ended, .. } = &*self.0;
        closing.store(true, Ordering::Release);
        room.close();
        wake.notify_one();
        if let Err(error) = ended.clone().wait_for(|ended| *ended).await {
            tracing::error!(%error, "the workers of the inbox ended badly");
        }
        store.close().await;
    }
}

impl<T: Store> Destination for Inbox<T> {
    async fn deliver(&self, webhook: Verified) -> Delivery {
        match self.store(webhook).await {
            Ok(_) => Delivery::Taken,
            Err(error) => Delivery::Unavailable(error),
        }
    }
}

impl<T: Store> InboxBuilder<T> {
    /// Sets how many webhooks are handled side by side; 16 unless it is said otherwise. Those of one chat never are.
    ///
    /// A slow handler holds up its own chat alone, unless that many webhooks of it come meanwhile (some 700) that they fill the memory that
    /// is for all. With one at a time, everything is handled in the order of its arrival.
    #[must_use]
    pub fn concurrency(mut self, webhooks: usize) -> Self {
        self.settings.concurrency = webhooks.max(1);
        self
    }

    /// Sets how long a handler may take; five minutes unless it is said otherwise. One that takes longer is stopped, and counts as failed.
    ///
    /// It is stopped where it awaits. One that blocks its thread cannot be, and holds up whatever else runs on that thread.
    #[must_use]
    pub fn handler_timeout(mut self, timeout: Duration) -> Self {
        self.settings.handler_timeout = timeout;
        self
    }

    /// Sets when failures are tried again.
    #[must_use]
    pub fn retry(mut self, retry: Retry) -> Self {
        self.settings.retry = retry;
        self
    }

    /// Sets which duplicates are dropped.
    #[must_use]
    pub fn duplicates(mut self, duplicates: Duplicates) -> Self {
        self.settings.duplicates = duplicates;
        self
    }

    /// Sets how often the store is asked for what others put into it; one second unless it is said otherwise.
    #[must_use]
    pub fn poll_interval(mut self, interval: Duration) -> Self {
        self.settings.poll_interval = interval;
        self
    }

    /// Starts the workers, on the tokio runtime that this is called on.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn start<S>(self, handlers: Handlers<S>) -> Inbox<T>
    where
        S: Clone + Send + Sync + 'static,
    {
        let (end, ended) = watch::channel(false);
        let shared = Arc::new(Shared {
            store: self.store,
            settings: self.settings,
            wake: Notify::new(),
            settled: Notify::new(),
            room: Arc::new(Semaphore::new(ROOM as usize)),
            closing: AtomicBool::new(false),
            ended,
        });
        let workers = workers::run(Arc::clone(&shared), Arc::new(handlers));
        tokio::spawn(async move {
            workers.await;
            end.send_replace(true);
        });
        Inbox(shared)
    }
}

// Derived, it would ask for `T: Clone`.
impl<T> Clone for Inbox<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: fmt::Debug> fmt::Debug for Inbox<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Inbox")
            .field("store", &self.0.store)
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}
