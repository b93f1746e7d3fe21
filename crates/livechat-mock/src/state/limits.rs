//! How much of everything there may be, so that memory stays bounded whatever is called.
//!
//! What the documentation states for the largest plan is taken from there; for the rest it states nothing, and the numbers are the
//! mock's own.

use livechat_types::shared::Properties;

use super::{State, chats::Chat};
use crate::error::ApiError;

/// Agents: documented.
pub(crate) const AGENTS: usize = 400;
/// Groups: documented.
pub(crate) const GROUPS: usize = 80;
/// Auto access rules: documented.
pub(crate) const AUTO_ACCESSES: usize = 200;
/// Banned customers: documented.
pub(crate) const BANNED_CUSTOMERS: usize = 400;
/// Bots of all applications.
pub(crate) const BOTS: usize = 400;
/// Templates of bots of all applications.
pub(crate) const BOT_TEMPLATES: usize = 400;
/// Tags.
pub(crate) const TAGS: usize = 1_000;
/// Registered webhooks of all applications.
pub(crate) const WEBHOOKS: usize = 1_000;
/// Applications whose webhooks are switched off.
pub(crate) const DISABLED_WEBHOOKS: usize = 1_000;
/// Definitions of properties of all applications.
pub(crate) const DEFINITIONS: usize = 1_000;
/// Properties of one chat, thread, event, group or license.
pub(crate) const PROPERTIES: usize = 500;
/// Bytes of an event that is no plain message, as JSON.
pub(crate) const EVENT_BYTES: usize = 64 * 1024;
/// Events and threads that there may be for each chat that may be kept, on the average.
const ENTRIES_PER_CHAT: usize = 100;
/// After how many requests the events are counted.
const COUNT_EVERY: u32 = 64;

/// Refuses one more of what there are enough of.
pub(crate) fn check(what: &str, count: usize, max: usize) -> Result<(), ApiError> {
    if count < max {
        Ok(())
    } else {
        Err(ApiError::limit(format!("there are {max} {what} already, and no more may be added")))
    }
}

/// Refuses properties that would make too many of them.
pub(crate) fn check_properties(there: &Properties, more: &Properties) -> Result<(), ApiError> {
    let count =
        |properties: &Properties| properties.values().map(std::collections::BTreeMap::len).sum::<usize>();
    let known = |namespace: &String, name: &String| {
        there.get(namespace).is_some_and(|values| values.contains_key(name))
    };
    let added = more.iter().flat_map(|(namespace, values)| values.keys().map(move |name| (namespace, name)));
    let added = added.filter(|(namespace, name)| !known(namespace, name)).count();
    check("properties", (count(there) + added).saturating_sub(1), PROPERTIES)
}

/// How much a chat holds: a thread counts like an event.
fn entries(chat: &Chat) -> usize {
    chat.threads.iter().map(|thread| thread.events.len() + 1).sum()
}

impl State {
    /// Called after each request: now and then it counts the events, and lets the chats go that are too much.
    pub(crate) fn keep_bounds(&mut self) {
        self.requests = self.requests.wrapping_add(1);
        if self.requests.is_multiple_of(COUNT_EVERY) {
            self.bound_entries();
        }
    }

    /// If there are too many events, the oldest chats go, those that have ended first; one chat always stays.
    fn bound_entries(&mut self) {
        let limit = self.max_chats.saturating_mul(ENTRIES_PER_CHAT);
        let mut total: usize = self.chats.values().map(entries).sum();
        if total <= limit {
            return;
        }
        let mut oldest: Vec<_> = self
            .chats
            .values()
            .map(|chat| (chat.is_active(), chat.last_activity(), chat.id.clone(), entries(chat)))
            .collect();
        oldest.sort();
        oldest.pop();
        for (_, _, id, held) in oldest {
            if total <= limit {
                return;
            }
            self.chats.remove(&id);
            total -= held;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PROPERTIES, check_properties};
    use livechat_types::shared::{Properties, PropertyValue};

    fn numbered(range: std::ops::Range<usize>) -> Properties {
        let mut properties = Properties::new();
        let values = range.map(|number| (number.to_string(), PropertyValue::Boolean(true))).collect();
        properties.insert("routing".to_owned(), values);
        properties
    }

    #[test]
    fn setting_a_property_again_takes_no_room() {
        let full = numbered(0..PROPERTIES);
        assert!(check_properties(&Properties::new(), &full).is_ok());
        assert!(check_properties(&full, &numbered(0..10)).is_ok());
        assert!(check_properties(&full, &numbered(PROPERTIES..PROPERTIES + 1)).is_err());
        assert!(check_properties(&Properties::new(), &numbered(0..PROPERTIES + 1)).is_err());
    }
}
