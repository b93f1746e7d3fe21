//! Moments in the future, however far.

use std::time::Duration;

use tokio::time::Instant;

/// The moment after this long; decades away where the clock has no such moment.
pub(crate) fn after(wait: Duration) -> Instant {
    const DECADES: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    let now = Instant::now();
    now.checked_add(wait.min(DECADES)).unwrap_or(now)
}
