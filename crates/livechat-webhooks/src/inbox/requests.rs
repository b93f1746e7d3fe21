//! How a store that works in a thread or task of its own is asked.

use std::sync::Arc;

use tokio::sync::{Notify, mpsc, oneshot};

use super::{Appended, Claimed, DeadLetter, EntryId, NewEntry, Outcome, Status};
use crate::BoxError;

/// How many requests are served together.
pub(super) const LARGEST_BATCH: usize = 1024;

/// How many requests may wait; more wait outside, each in its own task.
pub(super) const QUEUE: usize = 4096;

/// What a store is asked for, and where it answers.
pub(super) enum Request {
    Append(NewEntry, Answer<Appended>),
    Settle(EntryId, Outcome),
    /// Something was stored, which others that share the store may have to be told.
    #[cfg(feature = "postgres")]
    NoteStored,
    Revive(EntryId, Answer<bool>),
    Discard(EntryId, Answer<bool>),
    Claim(usize, Answer<Claimed>),
    Status(Answer<Status>),
    DeadLetters(usize, Answer<Vec<DeadLetter>>),
    Close(oneshot::Sender<()>),
}

pub(super) type Answer<T> = oneshot::Sender<Result<T, String>>;

/// The senders of requests: what is to be stored has a way of its own, which may be the same.
pub(super) struct Requests {
    appends: mpsc::Sender<Request>,
    others: mpsc::Sender<Request>,
    heard: Arc<Notify>,
}

impl Requests {
    /// `heard` is notified when others that share the store have stored something.
    pub(super) fn new(
        appends: mpsc::Sender<Request>,
        others: mpsc::Sender<Request>,
        heard: Arc<Notify>,
    ) -> Self {
        Self { appends, others, heard }
    }

    pub(super) async fn changed(&self) {
        self.heard.notified().await;
    }

    pub(super) async fn append(&self, entry: NewEntry) -> Result<Appended, BoxError> {
        ask(&self.appends, |answer| Request::Append(entry, answer)).await
    }

    pub(super) async fn ask<T>(&self, request: impl FnOnce(Answer<T>) -> Request) -> Result<T, BoxError> {
        ask(&self.others, request).await
    }

    pub(super) async fn tell(&self, request: Request) -> Result<(), BoxError> {
        send(&self.others, request).await
    }

    /// Has everything end that serves requests, after what was sent before.
    pub(super) async fn close(&self) {
        for way in [&self.appends, &self.others] {
            let (answer, answered) = oneshot::channel();
            if send(way, Request::Close(answer)).await.is_ok() {
                // Who serves drops the sender when it ends in another way: closed is closed.
                let _ = answered.await;
            }
        }
    }
}

/// Sends a request that is answered.
async fn ask<T>(
    way: &mpsc::Sender<Request>,
    request: impl FnOnce(Answer<T>) -> Request,
) -> Result<T, BoxError> {
    let (answer, answered) = oneshot::channel();
    send(way, request(answer)).await?;
    answered.await.map_err(|_| "the inbox was closed before it answered")?.map_err(Into::into)
}

async fn send(way: &mpsc::Sender<Request>, request: Request) -> Result<(), BoxError> {
    way.send(request).await.map_err(|_| "the inbox is closed".into())
}

/// Makes a struct around [`Requests`] a store that passes everything on.
macro_rules! store_by_requests {
    ($store:ident) => {
        impl $crate::inbox::Store for $store {
            async fn append(
                &self,
                entry: $crate::inbox::NewEntry,
            ) -> Result<$crate::inbox::Appended, $crate::BoxError> {
                self.0.append(entry).await
            }

            async fn claim(&self, limit: usize) -> Result<$crate::inbox::Claimed, $crate::BoxError> {
                self.0.ask(|answer| Request::Claim(limit, answer)).await
            }

            async fn changed(&self) {
                self.0.changed().await;
            }

            async fn settle(
                &self,
                id: $crate::inbox::EntryId,
                outcome: $crate::inbox::Outcome,
            ) -> Result<(), $crate::BoxError> {
                self.0.tell(Request::Settle(id, outcome)).await
            }

            async fn status(&self) -> Result<$crate::inbox::Status, $crate::BoxError> {
                self.0.ask(Request::Status).await
            }

            async fn dead_letters(
                &self,
                limit: usize,
            ) -> Result<Vec<$crate::inbox::DeadLetter>, $crate::BoxError> {
                self.0.ask(|answer| Request::DeadLetters(limit, answer)).await
            }

            async fn revive(&self, id: $crate::inbox::EntryId) -> Result<bool, $crate::BoxError> {
                self.0.ask(|answer| Request::Revive(id, answer)).await
            }

            async fn discard(&self, id: $crate::inbox::EntryId) -> Result<bool, $crate::BoxError> {
                self.0.ask(|answer| Request::Discard(id, answer)).await
            }

            async fn close(&self) {
                self.0.close().await;
            }
        }

        impl std::fmt::Debug for $store {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.debug_struct(stringify!($store)).finish_non_exhaustive()
            }
        }
    };
}

pub(super) use store_by_requests;
