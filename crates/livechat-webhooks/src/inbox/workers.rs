//! The workers of an inbox: one takes entries out of the store, the others handle them.

use std::{
    future::{Future as _, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, atomic::Ordering},
    task::Poll,
    time::Duration,
};

use tokio::{sync::OwnedSemaphorePermit, task::JoinSet, time::timeout};

use super::{Entry, EntryId, Outcome, ROOM, Shared, Store, turns::Turns};
use crate::{BoxError, Handlers, Verified, Webhook, handlers::Permanent};

/// How much of an error is kept with an entry.
const LONGEST_ERROR: usize = 4096;

/// A webhook on its way to its handler. Its place in memory is free again when it is dropped.
struct Job {
    id: EntryId,
    failed: u32,
    webhook: Webhook,
    _room: OwnedSemaphorePermit,
}

/// Hands out what is due until the inbox is closed, then waits for the handlers at work.
pub(super) async fn run<T, S>(shared: Arc<Shared<T>>, handlers: Arc<Handlers<S>>)
where
    T: Store,
    S: Clone + Send + Sync + 'static,
{
    let turns = Arc::new(Turns::new());
    let mut workers = JoinSet::new();
    for _ in 0..shared.settings.concurrency {
        workers.spawn(work(Arc::clone(&shared), Arc::clone(&handlers), Arc::clone(&turns)));
    }
    while let Some(room) = room(&shared).await {
        let pause = match shared.store.claim(room).await {
            Ok(claimed) if claimed.entries.is_empty() => {
                let longest = shared.settings.poll_interval;
                claimed.next.map_or(longest, |next| next.min(longest))
            }
            Ok(claimed) => {
                for entry in claimed.entries {
                    hand_out(&shared, &turns, entry).await;
                }
                continue;
            }
            Err(error) => {
                tracing::error!(%error, "the inbox cannot be read");
                shared.settings.poll_interval
            }
        };
        // Whether the time is over or something came, the store is asked.
        let _ = timeout(pause, something_comes(&shared)).await;
    }
    turns.end();
    while workers.join_next().await.is_some() {}
}

/// Waits until something was stored, here or by others who share the store.
async fn something_comes<T: Store>(shared: &Shared<T>) {
    let (mut here, mut elsewhere) = (pin!(shared.wake.notified()), pin!(shared.store.changed()));
    poll_fn(|context| match here.as_mut().poll(context) {
        Poll::Pending => elsewhere.as_mut().poll(context),
        ready @ Poll::Ready(()) => ready,
    })
    .await;
}

/// Waits until a good part of the room is free, so that the store is not asked for single entries; none if the inbox is closed.
async fn room<T>(shared: &Shared<T>) -> Option<usize> {
    drop(shared.room.acquire_many(ROOM / 4).await.ok()?);
    Some(shared.room.available_permits())
}

/// Lets an entry wait for its turn.
async fn hand_out<T: Store>(shared: &Arc<Shared<T>>, turns: &Turns<Job>, entry: Entry) {
    let Entry { id, failed, body } = entry;
    let webhook = match Verified::stored(&body).and_then(Verified::decode) {
        Ok(webhook) => webhook,
        Err(error) => return settle(shared, id, Outcome::Dead { error: error.to_string() }).await,
    };
    // Only this task takes room, so there is some, unless the inbox is closed: then the entry waits in the store.
    let Ok(room) = Arc::clone(&shared.room).try_acquire_owned() else { return };
    turns.add(webhook.chat_id().cloned(), Job { id, failed, webhook, _room: room });
}

/// Handles what has its turn, until the inbox is closed.
async fn work<T, S>(shared: Arc<Shared<T>>, handlers: Arc<Handlers<S>>, turns: Arc<Turns<Job>>)
where
    T: Store,
    S: Clone + Send + Sync + 'static,
{
    while let Some((_turn, job)) = turns.next().await {
        if shared.closing.load(Ordering::Acquire) {
            return;
        }
        let Job { id, failed, webhook, _room } = job;
        let action = webhook.action().to_owned();
        let attempt = failed.saturating_add(1);
        let outcome =
            match attempt_in_time(&handlers, webhook, attempt, shared.settings.handler_timeout).await {
                Ok(()) => Outcome::Done,
                Err(failed) => failure(&shared, id, attempt, &action, failed),
            };
        settle(&shared, id, outcome).await;
    }
}

/// Why a handler failed.
struct Failed {
    error: String,
    permanent: bool,
}

impl Failed {
    fn new(error: &BoxError) -> Self {
        let text = error.to_string().chars().take(LONGEST_ERROR).collect();
        Self { error: text, permanent: error.is::<Permanent>() }
    }
}

/// Calls a handler. Its panic is its failure, and ends nothing else: also when its values are dropped, or its error is shown.
async fn attempt_in_time<S>(
    handlers: &Handlers<S>,
    webhook: Webhook,
    attempt: u32,
    time: Duration,
) -> Result<(), Failed>
where
    S: Clone + Send + Sync + 'static,
{
    // Whatever is the handler's lives and ends in here.
    let mut handling = pin!(async {
        match timeout(time, async { handlers.attempt(webhook, attempt).await }).await {
            Ok(handled) => handled.map_err(|error| Failed::new(&error)),
            Err(_) => Err(Failed::new(&format!("the handler took longer than {time:?}").into())),
        }
    });
    poll_fn(|context| {
        caught(|| handling.as_mut().poll(context)).unwrap_or_else(|panic| Poll::Ready(Err(panic)))
    })
    .await
}

/// A panic as a failure.
fn caught<T>(call: impl FnOnce() -> T) -> Result<T, Failed> {
    // What the handler left half done is the handler's own: nothing of the inbox is touched inside.
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| {
        let said = panic.downcast_ref::<&str>().copied();
        let said = said.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Failed::new(&format!("the handler panicked: {}", said.unwrap_or("it did not say why")).into())
    })
}

fn failure<T>(shared: &Shared<T>, id: EntryId, attempt: u32, action: &str, failed: Failed) -> Outcome {
    let Failed { error, permanent } = failed;
    let pause = if permanent { None } else { shared.settings.retry.pause(attempt, id) };
    match pause {
        Some(after) => {
            tracing::warn!(id = id.0, action, attempt, ?after, %error, "a webhook was not handled, and will be tried again");
            Outcome::Retry { after, error }
        }
        None => {
            tracing::error!(id = id.0, action, attempt, %error, "a webhook is given up");
            Outcome::Dead { error }
        }
    }
}

async fn settle<T: Store>(shared: &Shared<T>, id: EntryId, outcome: Outcome) {
    let retry = matches!(outcome, Outcome::Retry { .. });
    if let Err(error) = shared.store.settle(id, outcome).await {
        tracing::error!(id = id.0, %error, "the inbox cannot be written: the webhook will be handled again");
    }
    shared.settled.notify_waiters();
    if retry {
        shared.wake.notify_one();
    }
}
