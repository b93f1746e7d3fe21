//! Which webhooks are taken for repetitions of one that is stored already.

use std::{
    collections::{HashSet, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use crate::Verified;

/// Which webhooks are dropped because they were stored before.
///
/// LiveChat sends a webhook again when it saw no answer in time, with the same content; nothing in it says that it is a
/// repetition. Content alone cannot decide it: an agent who accepts chats, stops and accepts them again within a minute
/// causes two webhooks with the same content, and the second one matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Duplicates {
    /// Drops a webhook that has the same content as an earlier one if its action tells of something that happens only once, such as
    /// an event that was sent or a chat that ended. Webhooks that tell of a state, such as a status that was set, are all handled:
    /// nothing is lost, and to handle the same state twice does no harm.
    #[default]
    OfWhatHappensOnce,
    /// Drops every webhook that has the same content as an earlier one, also where that loses a change back to a state that was
    /// left less than [five minutes](Self::WINDOW) ago.
    All,
    /// Drops none.
    None,
}

/// Actions whose content names something that comes into being, ends or is said only once: with an id or a time of its own.
const ONCE: &[&str] = &[
    "incoming_chat",
    "chat_deactivated",
    "incoming_event",
    "events_marked_as_seen",
    "bot_created",
    "bot_deleted",
    "group_created",
    "group_deleted",
    "tag_created",
];

impl Duplicates {
    /// How long the content of a webhook is remembered: LiveChat's retries come within about a minute.
    pub const WINDOW: Duration = Duration::from_secs(300);

    /// What a webhook is recognized by, if repetitions of it are to be dropped.
    pub(crate) fn fingerprint(self, webhook: &Verified) -> Option<Fingerprint> {
        let drops = match self {
            Self::OfWhatHappensOnce => ONCE.contains(&webhook.action()),
            Self::All => true,
            Self::None => false,
        };
        drops.then(|| Fingerprint::of(webhook.body()))
    }
}

/// What a webhook's content is recognized by.
///
/// It is 128 bits of hash, with keys that are no secret: everyone who can send webhooks knows the secret key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub u128);

impl Fingerprint {
    fn of(content: &str) -> Self {
        let half = |salt: u8| {
            let mut hasher = DefaultHasher::new();
            salt.hash(&mut hasher);
            content.hash(&mut hasher);
            u128::from(hasher.finish())
        };
        Self(half(0) << 64 | half(1))
    }
}

/// The fingerprints of the last minutes, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    known: HashSet<Fingerprint>,
    order: VecDeque<(i64, i64, Fingerprint)>,
}

impl Recent {
    /// Remembers a fingerprint under an id and a time, unless it is known.
    pub(crate) fn add(&mut self, id: i64, at: i64, fingerprint: Fingerprint) -> bool {
        let new = self.known.insert(fingerprint);
        if new {
            self.order.push_back((id, at, fingerprint));
        }
        new
    }

    /// Forgets those from an id on: what was to be stored with them was not.
    pub(crate) fn forget_from(&mut self, id: i64) {
        while let Some((_, _, fingerprint)) = self.order.back().filter(|(last, _, _)| *last >= id) {
            self.known.remove(fingerprint);
            self.order.pop_back();
        }
    }

    /// Those from an id on, as bytes.
    pub(crate) fn from(&self, id: i64) -> Vec<u8> {
        let mut fingerprints: Vec<_> =
            self.order.iter().rev().take_while(|(last, _, _)| *last >= id).map(|(_, _, it)| it.0).collect();
        fingerprints.reverse();
        fingerprints.into_iter().flat_map(u128::to_be_bytes).collect()
    }

    /// Forgets those before a time, and returns the last one's id.
    pub(crate) fn expire(&mut self, before: i64) -> Option<i64> {
        let mut last = None;
        while let Some((id, _, fingerprint)) = self.order.front().filter(|(_, at, _)| *at < before) {
            self.known.remove(fingerprint);
            last = Some(*id);
            self.order.pop_front();
        }
        last
    }
}

#[cfg(test)]
mod tests {
    use livechat_types::{Payload, webhooks::WebhookPayload};

    use super::{Fingerprint, ONCE, Recent};

    #[test]
    fn what_happens_once_are_actions_that_exist() {
        assert!(ONCE.iter().all(|action| WebhookPayload::ACTIONS.contains(action)));
    }

    #[test]
    fn contents_have_different_fingerprints_and_equal_ones_the_same() {
        assert_eq!(Fingerprint::of("a"), Fingerprint::of("a"));
        assert_ne!(Fingerprint::of("a"), Fingerprint::of("b"));
        let fingerprint = Fingerprint::of("a").0;
        assert_ne!(fingerprint >> 64, fingerprint & u128::from(u64::MAX));
    }

    #[test]
    fn a_fingerprint_is_known_until_it_expires_or_is_taken_back() {
        let mut recent = Recent::default();
        assert!(recent.add(1, 100, Fingerprint(7)));
        assert!(recent.add(2, 200, Fingerprint(8)));
        assert!(!recent.add(3, 300, Fingerprint(7)));

        recent.forget_from(2);
        assert!(recent.add(4, 400, Fingerprint(8)));

        assert_eq!(recent.expire(100), None);
        assert_eq!(recent.expire(400), Some(1));
        assert!(recent.add(5, 500, Fingerprint(7)));
        assert!(!recent.add(6, 600, Fingerprint(8)));
    }
}
