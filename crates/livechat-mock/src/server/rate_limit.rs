//! How many requests each token may make; knows tokens only as text.

use std::{collections::BTreeMap, sync::Mutex};

use jiff::{SignedDuration, Timestamp};

use super::lock;

/// The span that requests are counted in.
const WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// How many tokens are counted before those that have been quiet are forgotten.
const MAX_TOKENS: usize = 10_000;

/// Counts requests by token.
#[derive(Debug)]
pub(super) struct RateLimit {
    per_window: Option<u32>,
    counts: Mutex<BTreeMap<String, (Timestamp, u32)>>,
}

impl RateLimit {
    pub(super) fn new(per_window: Option<u32>) -> Self {
        Self { per_window, counts: Mutex::new(BTreeMap::new()) }
    }

    /// Counts a request; if there were too many, after how many seconds the next is welcome.
    pub(super) fn count(&self, token: &str, now: Timestamp) -> Result<(), u64> {
        let Some(limit) = self.per_window else { return Ok(()) };
        let mut counts = lock(&self.counts);
        if counts.len() >= MAX_TOKENS {
            counts.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
            // So many tokens at once, and none of them quiet: they begin anew.
            if counts.len() >= MAX_TOKENS {
                counts.clear();
            }
        }
        let (since, count) = counts.entry(token.to_owned()).or_insert((now, 0));
        let passed = now.duration_since(*since);
        if passed >= WINDOW {
            (*since, *count) = (now, 0);
        }
        if *count < limit {
            *count += 1;
            return Ok(());
        }
        let left = (WINDOW - passed).as_secs().max(0);
        Err(u64::try_from(left).unwrap_or(0) + 1)
    }

    pub(super) fn clear(&self) {
        lock(&self.counts).clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{RateLimit, WINDOW};
    use jiff::Timestamp;

    #[test]
    fn each_token_has_its_own_count_which_begins_anew_after_a_minute() {
        let limit = RateLimit::new(Some(2));
        let start = Timestamp::UNIX_EPOCH;
        assert_eq!([limit.count("a", start), limit.count("a", start)], [Ok(()), Ok(())]);
        assert_eq!(limit.count("a", start + WINDOW / 2), Err(31));
        assert_eq!(limit.count("b", start), Ok(()));
        assert_eq!(limit.count("a", start + WINDOW), Ok(()));
    }
}
