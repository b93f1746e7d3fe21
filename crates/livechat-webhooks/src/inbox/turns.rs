//! Whose turn it is: that of the oldest job whose chat is not at work.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use livechat_types::shared::ChatId;
use tokio::sync::Notify;

/// Jobs that wait for their turn. Those of one chat are done one after the other, and hold up no other chat.
pub(super) struct Turns<T> {
    waiting: Mutex<Waiting<T>>,
    /// Something is ready, or nothing ever will be.
    changed: Notify,
}

struct Waiting<T> {
    /// Jobs are numbered as they come.
    next: u64,
    /// What can be done now, the oldest first.
    ready: BTreeMap<u64, (Option<ChatId>, T)>,
    /// Every chat that has a job ready or at work, with those that come after it.
    chats: HashMap<ChatId, VecDeque<(u64, T)>>,
    ended: bool,
}

/// A job's turn. When it is dropped, it is the turn of the next job of that chat.
pub(super) struct Turn<'a, T> {
    turns: &'a Turns<T>,
    chat: Option<ChatId>,
}

impl<T> Turns<T> {
    pub(super) fn new() -> Self {
        let waiting = Waiting { next: 0, ready: BTreeMap::new(), chats: HashMap::new(), ended: false };
        Self { waiting: Mutex::new(waiting), changed: Notify::new() }
    }

    /// Adds a job, of a chat or of none.
    pub(super) fn add(&self, chat: Option<ChatId>, job: T) {
        let mut waiting = self.waiting();
        let number = waiting.next;
        waiting.next += 1;
        if let Some(chat) = &chat {
            if let Some(behind) = waiting.chats.get_mut(chat) {
                return behind.push_back((number, job));
            }
            waiting.chats.insert(chat.clone(), VecDeque::new());
        }
        waiting.ready.insert(number, (chat, job));
        drop(waiting);
        self.changed.notify_one();
    }

    /// Waits for a job whose turn it is; none after the end.
    pub(super) async fn next(&self) -> Option<(Turn<'_, T>, T)> {
        loop {
            // What changes from here on is not missed.
            let changed = self.changed.notified();
            {
                let mut waiting = self.waiting();
                if waiting.ended {
                    return None;
                }
                if let Some((_, (chat, job))) = waiting.ready.pop_first() {
                    if !waiting.ready.is_empty() {
                        // Several that came at once may have woken only one of those who wait.
                        self.changed.notify_one();
                    }
                    return Some((Turn { turns: self, chat }, job));
                }
            }
            changed.await;
        }
    }

    /// Ends it: what waits has no turn any more.
    pub(super) fn end(&self) {
        self.waiting().ended = true;
        self.changed.notify_waiters();
    }

    /// No user's code runs while it is locked, so a panic elsewhere leaves it as it should be.
    fn waiting(&self) -> MutexGuard<'_, Waiting<T>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        let Some(chat) = self.chat.take() else { return };
        let mut waiting = self.turns.waiting();
        match waiting.chats.get_mut(&chat).and_then(VecDeque::pop_front) {
            Some((number, job)) => {
                waiting.ready.insert(number, (Some(chat), job));
                drop(waiting);
                self.turns.changed.notify_one();
            }
            None => drop(waiting.chats.remove(&chat)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::Future, pin::pin, task::Context, task::Poll, task::Waker};

    use livechat_types::shared::ChatId;

    use super::{Turn, Turns};

    /// The next job, if there is one at once.
    fn next<'a>(turns: &'a Turns<&'static str>) -> Option<(Turn<'a, &'static str>, &'static str)> {
        match pin!(turns.next()).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(next) => next,
            Poll::Pending => None,
        }
    }

    fn turns(jobs: &[(&str, &'static str)]) -> Turns<&'static str> {
        let turns = Turns::new();
        for (chat, job) in jobs {
            turns.add((!chat.is_empty()).then(|| ChatId::from(*chat)), *job);
        }
        turns
    }

    #[test]
    fn one_after_the_other_jobs_are_done_as_they_came() {
        let turns = turns(&[("A", "a1"), ("A", "a2"), ("", "none"), ("B", "b1"), ("A", "a3")]);
        let done: Vec<_> = std::iter::from_fn(|| next(&turns).map(|(_, job)| job)).collect();
        assert_eq!(done, ["a1", "a2", "none", "b1", "a3"]);
        assert!(turns.waiting().chats.is_empty());
    }

    #[test]
    fn a_chat_that_is_at_work_holds_up_only_itself() {
        let turns = turns(&[("A", "a1"), ("A", "a2"), ("B", "b1"), ("", "one"), ("", "other"), ("B", "b2")]);
        let (at_work, _) = next(&turns).unwrap();
        let done: Vec<_> = std::iter::from_fn(|| next(&turns).map(|(_, job)| job)).collect();
        assert_eq!(done, ["b1", "one", "other", "b2"]);
        drop(at_work);
        assert_eq!(next(&turns).unwrap().1, "a2");
        assert!(next(&turns).is_none());
    }

    #[tokio::test]
    async fn everyone_who_waits_gets_a_turn_however_many_jobs_come_at_once() {
        let turns = turns(&[]);
        let (mut one, mut other) = (pin!(turns.next()), pin!(turns.next()));
        let context = &mut Context::from_waker(Waker::noop());
        assert!(one.as_mut().poll(context).is_pending() && other.as_mut().poll(context).is_pending());
        turns.add(Some("A".into()), "a1");
        turns.add(Some("A".into()), "a2");
        turns.add(None, "b");
        let (held, job) = one.await.unwrap();
        assert_eq!((job, other.await.unwrap().1), ("a1", "b"));
        drop(held);
        assert_eq!(turns.next().await.unwrap().1, "a2");
    }

    #[tokio::test]
    async fn after_the_end_nobody_waits_and_nothing_has_a_turn() {
        let turns = turns(&[]);
        let mut waits = pin!(turns.next());
        assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        turns.end();
        turns.add(None, "late");
        assert!(waits.await.is_none());
        assert!(turns.next().await.is_none());
    }
}
