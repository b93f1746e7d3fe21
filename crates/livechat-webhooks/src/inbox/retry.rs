//! When a webhook whose handler failed is tried again.

use std::time::Duration;

use super::EntryId;

/// When a webhook whose handler failed is tried again, and how often.
///
/// The pause doubles with each failure, and is a little different for each webhook, so that those that failed together do not
/// come back together. As it stands, the attempts spread over about an hour.
///
/// ```
/// use std::time::Duration;
/// use livechat_webhooks::inbox::Retry;
///
/// let patient = Retry::default().attempts(40).longest(Duration::from_secs(3600));
/// # let _ = patient;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retry {
    attempts: u32,
    first: Duration,
    longest: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 15, first: Duration::from_secs(1), longest: Duration::from_secs(600) }
    }
}

impl Retry {
    /// Sets how often a webhook is handled before it is given up; at least once.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts.max(1);
        self
    }

    /// Sets the pause after the first failure.
    #[must_use]
    pub fn first(mut self, pause: Duration) -> Self {
        self.first = pause;
        self
    }

    /// Sets the longest pause.
    #[must_use]
    pub fn longest(mut self, pause: Duration) -> Self {
        self.longest = pause;
        self
    }

    /// The pause after so many failed attempts; none when no further attempt is made.
    pub(crate) fn pause(&self, failed: u32, id: EntryId) -> Option<Duration> {
        if failed >= self.attempts {
            return None;
        }
        let doubled = 2_u32.saturating_pow(failed.saturating_sub(1));
        let pause = self.first.saturating_mul(doubled).min(self.longest);
        // Between three quarters and the whole; neighbouring ids lie far apart.
        let spread = id.0.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56;
        let spread = u32::try_from(spread).unwrap_or_default();
        Some(pause / 4 * 3 + pause / 4 / 256 * spread)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Retry;
    use crate::inbox::EntryId;

    #[test]
    fn pauses_double_up_to_the_longest_and_end_after_the_last_attempt() {
        let retry = Retry::default().attempts(6).longest(Duration::from_secs(4));
        let pauses: Vec<_> = (1..=6).map(|failed| retry.pause(failed, EntryId(0))).collect();
        let whole: Vec<_> = [750, 1500, 3000, 3000, 3000].map(|ms| Some(Duration::from_millis(ms))).into();
        assert_eq!(pauses[..5], whole);
        assert_eq!(pauses[5], None);
    }

    #[test]
    fn pauses_of_webhooks_that_failed_together_differ_and_stay_within_bounds() {
        let pauses: Vec<_> = (0..8).filter_map(|id| Retry::default().pause(1, EntryId(id))).collect();
        let (least, most) = (Duration::from_millis(750), Duration::from_secs(1));
        assert!(pauses.iter().all(|pause| (least..=most).contains(pause)), "{pauses:?}");
        assert!(pauses.windows(2).all(|pair| pair[0] != pair[1]), "{pauses:?}");
    }

    #[test]
    fn no_number_of_attempts_overflows_the_pause() {
        let retry = Retry::default().attempts(u32::MAX);
        assert!(retry.pause(u32::MAX - 1, EntryId(i64::MIN)) <= Some(Duration::from_secs(600)));
    }
}
