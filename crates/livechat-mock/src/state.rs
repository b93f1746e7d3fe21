//! Everything that the mock remembers, in one value: plain data and pure functions on it, without HTTP.
//!
//! The value is written to and read from the snapshot file as it stands.

pub(crate) mod access;
pub(crate) mod chats;
mod default_properties;
pub(crate) mod limits;
pub(crate) mod outbox;
pub(crate) mod people;
pub(crate) mod properties;
pub(crate) mod routing;
pub(crate) mod setup;
pub(crate) mod tokens;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use livechat_types::{
    configuration::{AutoAccess, PropertyDefinition},
    shared::{Properties, Tag},
};
use serde::{Deserialize, Serialize};

use crate::ids::Ids;
use chats::Chat;
use outbox::{Outbox, Webhook};
use people::{Agent, Bot, BotTemplate, Customer, Group};
use setup::ReadyMade;
use tokens::Tokens;

/// What the mock remembers.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) organization: Organization,
    pub(crate) agents: BTreeMap<String, Agent>,
    pub(crate) bots: BTreeMap<String, Bot>,
    pub(crate) bot_templates: BTreeMap<String, BotTemplate>,
    pub(crate) groups: BTreeMap<i64, Group>,
    pub(crate) customers: BTreeMap<String, Customer>,
    pub(crate) chats: BTreeMap<String, Chat>,
    pub(crate) tags: Vec<Tag>,
    /// Client id, then name.
    pub(crate) definitions: BTreeMap<String, BTreeMap<String, PropertyDefinition>>,
    pub(crate) license_properties: Properties,
    pub(crate) group_properties: BTreeMap<i64, Properties>,
    pub(crate) auto_accesses: Vec<AutoAccess>,
    pub(crate) webhooks: Vec<Webhook>,
    /// The clients whose webhooks are switched off on the license.
    pub(crate) webhooks_disabled_for: Vec<String>,
    /// The urls that `upload_file` gave out, and what stands behind them.
    pub(crate) files: BTreeMap<String, File>,
    pub(crate) tokens: Tokens,
    /// The ready-made tokens, once they were issued.
    pub(crate) ready: Option<ReadyMade>,
    pub(crate) ids: Ids,
    pub(crate) clock: Clock,
    #[serde(skip)]
    pub(crate) outbox: Outbox,
    /// How many chats may be kept; the oldest that have ended go first.
    pub(crate) max_chats: usize,
    /// How many requests there were; says when to count what there is.
    #[serde(skip)]
    requests: u32,
}

/// The organization and its license.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Organization {
    pub(crate) id: String,
    pub(crate) license_id: i64,
    pub(crate) region: String,
    pub(crate) created_at: Timestamp,
    /// The application that the ready-made tokens belong to.
    pub(crate) client_id: String,
}

/// A file that was uploaded; its content is not kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) content_type: String,
    pub(crate) size: i64,
    pub(crate) created_at: Timestamp,
    /// A file that no event uses expires after a day.
    pub(crate) used: bool,
}

/// The time, which never stands still between two readings and can be moved forward.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Clock {
    /// A stopped clock moves only by being read and advanced; another follows the machine's.
    stopped: bool,
    ahead: SignedDuration,
    last: Timestamp,
}

impl Clock {
    pub(crate) fn new(stopped_at: Option<Timestamp>) -> Self {
        let last = stopped_at.and_then(|time| time.checked_sub(RESOLUTION).ok()).unwrap_or(Timestamp::MIN);
        Self { stopped: stopped_at.is_some(), ahead: SignedDuration::ZERO, last }
    }

    /// The time now, at least a microsecond after any that was told before: timestamps order what happened.
    pub(crate) fn now(&mut self) -> Timestamp {
        let after_last = self.last.saturating_add(RESOLUTION).unwrap_or(self.last);
        self.last = if self.stopped {
            after_last
        } else {
            let now = Timestamp::now();
            micros(now.saturating_add(self.ahead).unwrap_or(now)).max(after_last)
        };
        self.last
    }

    pub(crate) fn advance(&mut self, by: SignedDuration) {
        if self.stopped {
            self.last = self.last.saturating_add(by).unwrap_or(self.last);
        } else {
            self.ahead = self.ahead.saturating_add(by);
        }
    }
}

/// The platform's resolution.
const RESOLUTION: SignedDuration = SignedDuration::from_micros(1);

fn micros(time: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(time.as_microsecond()).unwrap_or(time)
}

/// How many files are remembered.
const MAX_FILES: usize = 1_000;

impl State {
    /// An organization without chats: an owner, two agents, two groups, a bot and its application.
    pub(crate) fn new(seed: u64, region: &str, clock: Clock, max_chats: usize) -> Self {
        let mut ids = Ids::new(seed);
        let mut clock = clock;
        let now = clock.now();
        let organization = Organization {
            id: ids.uuid(),
            license_id: 10_000_000 + i64::try_from(ids.below(1_000_000)).unwrap_or(0),
            region: region.to_owned(),
            created_at: now.saturating_sub(SignedDuration::from_hours(24 * 365)).unwrap_or(now),
            client_id: ids.hex(),
        };
        let mut state = Self {
            organization,
            agents: BTreeMap::new(),
            bots: BTreeMap::new(),
            bot_templates: BTreeMap::new(),
            groups: BTreeMap::new(),
            customers: BTreeMap::new(),
            chats: BTreeMap::new(),
            tags: Vec::new(),
            definitions: BTreeMap::new(),
            license_properties: Properties::new(),
            group_properties: BTreeMap::new(),
            auto_accesses: Vec::new(),
            webhooks: Vec::new(),
            webhooks_disabled_for: Vec::new(),
            files: BTreeMap::new(),
            tokens: Tokens::default(),
            ready: None,
            ids,
            clock,
            outbox: Outbox::default(),
            max_chats: max_chats.max(1),
            requests: 0,
        };
        state.found(now);
        state
    }

    pub(crate) fn now(&mut self) -> Timestamp {
        self.clock.now()
    }

    /// Remembers a file that was uploaded, for as long as there is room.
    pub(crate) fn remember_file(&mut self, url: String, file: File) {
        while self.files.len() >= MAX_FILES {
            let Some(oldest) =
                self.files.iter().min_by_key(|(_, file)| file.created_at).map(|(url, _)| url.clone())
            else {
                break;
            };
            self.files.remove(&oldest);
        }
        self.files.insert(url, file);
    }
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn a_stopped_clock_still_tells_each_time_once() {
        let start: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        let mut clock = Clock::new(Some(start));
        let (one, two) = (clock.now(), clock.now());
        assert_eq!(one, start);
        assert!(two > one);
        clock.advance(SignedDuration::from_hours(1));
        assert_eq!(
            clock.now().duration_since(two),
            SignedDuration::from_hours(1) + SignedDuration::from_micros(1)
        );
    }
}
