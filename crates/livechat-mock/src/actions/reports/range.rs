//! The time that a report spans, and the keys that its records have. Knows nothing of chats.

use jiff::{
    RoundMode, SignedDuration, Timestamp, ToSpan, Unit, ZonedDateTime, ZonedDateTimeRound, civil::DateTime,
    fmt::temporal::Pieces, tz::TimeZone,
};
use livechat_types::reports::OffsetDateTime;

use crate::error::ApiError;

/// What a report without filters spans.
const DEFAULT: SignedDuration = SignedDuration::from_hours(24 * 7);
/// How many records without chats a report lists; of more, only those with chats are.
const MAX_KEYS: usize = 10_000;

/// A span of time, cut into pieces.
pub(super) struct Range {
    from: Timestamp,
    to: Timestamp,
    zone: TimeZone,
    cut: Cut,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cut {
    Hour,
    Day,
    /// The hours of the day, whichever the day.
    DayHours,
    Month,
    Year,
}

/// The instant that a filter names, at the offset that it is written with.
pub(super) fn instant(place: &str, time: &OffsetDateTime) -> Result<ZonedDateTime, ApiError> {
    let text = time.as_str();
    let wrong =
        || ApiError::validation(format!("`{place}`: \"{text}\" is no time as `2024-03-04T00:00:00+01:00`"));
    let at: Timestamp = text.parse().map_err(|_| wrong())?;
    let offset = Pieces::parse(text).ok().and_then(|pieces| pieces.to_numeric_offset()).ok_or_else(wrong)?;
    Ok(at.to_zoned_datetime(TimeZone::fixed(offset)))
}

impl Range {
    /// Without a time zone that is named, the offset of `from` decides what a day is: the mock's agents have no zone of their own.
    pub(super) fn new(
        now: Timestamp,
        distribution: &str,
        timezone: Option<&str>,
        from: Option<ZonedDateTime>,
        to: Option<ZonedDateTime>,
    ) -> Result<Self, ApiError> {
        let zone = match (timezone, &from) {
            (Some(name), _) => TimeZone::get(name)
                .map_err(|_| ApiError::validation(format!("`timezone`: there is no time zone \"{name}\"")))?,
            (None, Some(from)) => from.time_zone().clone(),
            (None, None) => TimeZone::UTC,
        };
        let cut = match distribution {
            "hour" => Cut::Hour,
            "day-hours" => Cut::DayHours,
            "month" => Cut::Month,
            "year" => Cut::Year,
            _ => Cut::Day,
        };
        let to = to.map_or(now, |to| to.timestamp());
        let from = from.map_or_else(|| to.saturating_sub(DEFAULT).unwrap_or(to), |from| from.timestamp());
        if from > to {
            return Err(ApiError::validation("`filters`: `from` is after `to`"));
        }
        Ok(Self { from, to, zone, cut })
    }

    pub(super) fn contains(&self, time: Timestamp) -> bool {
        self.from <= time && time <= self.to
    }

    pub(super) fn cuts_hours(&self) -> bool {
        self.cut == Cut::Hour
    }

    /// The record that a time belongs to. The documentation shows the keys of days alone.
    pub(super) fn key(&self, time: Timestamp) -> String {
        self.text(self.zone.to_datetime(time))
    }

    fn text(&self, time: DateTime) -> String {
        let date = time.date();
        match self.cut {
            Cut::Day => date.to_string(),
            Cut::Hour => format!("{date} {:02}", time.hour()),
            Cut::DayHours => format!("{:02}", time.hour()),
            Cut::Month => format!("{:04}-{:02}", date.year(), date.month()),
            Cut::Year => format!("{:04}", date.year()),
        }
    }

    /// The pieces: when each begins and ends.
    pub(super) fn pieces(&self) -> Vec<(String, Timestamp, Timestamp)> {
        let mut pieces = Vec::new();
        let unit = match self.cut {
            Cut::Hour | Cut::DayHours => Unit::Hour,
            _ => Unit::Day,
        };
        let step = if unit == Unit::Hour { 1.hour() } else { 1.day() };
        let mut start = self.from;
        while start <= self.to && pieces.len() < MAX_KEYS {
            let time = start.to_zoned_datetime(self.zone.clone());
            let begin = if unit == Unit::Hour {
                time.round(ZonedDateTimeRound::new().smallest(unit).mode(RoundMode::Trunc))
            } else {
                time.start_of_day()
            };
            let end = begin.and_then(|begin| begin.checked_add(step));
            let Ok(end) = end.map(|zoned| zoned.timestamp()) else { break };
            if end <= start {
                break;
            }
            pieces.push((self.key(start), start, end.min(self.to)));
            start = end;
        }
        if start <= self.to {
            return Vec::new();
        }
        pieces
    }

    /// The keys of all records; none if they would be too many.
    pub(super) fn keys(&self) -> Vec<String> {
        self.pieces().into_iter().map(|(key, _, _)| key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, instant};
    use jiff::Timestamp;

    fn range(distribution: &str, zone: &str, from: &str, to: &str) -> Range {
        let time = |text: &str| Some(instant("from", &text.into()).unwrap());
        let zone = Some(zone).filter(|zone| !zone.is_empty());
        Range::new(Timestamp::UNIX_EPOCH, distribution, zone, time(from), time(to)).unwrap()
    }

    #[test]
    fn without_a_time_zone_the_offset_of_from_decides_what_a_day_is() {
        let range = range("day", "", "2024-03-04T00:00:00-05:00", "2024-03-05T23:59:59-05:00");
        assert_eq!(range.keys(), ["2024-03-04", "2024-03-05"]);
        assert_eq!(range.key("2024-03-05T04:59:59Z".parse().unwrap()), "2024-03-04");
    }

    #[test]
    fn days_are_those_of_the_time_zone_also_where_the_clock_is_changed() {
        let range = range("day", "Europe/Oslo", "2024-03-30T22:30:00Z", "2024-03-31T22:30:00Z");
        assert_eq!(range.keys(), ["2024-03-30", "2024-03-31", "2024-04-01"]);
        assert_eq!(range.key("2024-03-31T21:59:59Z".parse().unwrap()), "2024-03-31");
    }

    #[test]
    fn a_span_of_centuries_lists_no_empty_records() {
        assert!(range("hour", "UTC", "1900-01-01T00:00:00Z", "2100-01-01T00:00:00Z").keys().is_empty());
    }

    #[test]
    fn a_time_zone_must_exist() {
        let now = Timestamp::UNIX_EPOCH;
        assert!(Range::new(now, "day", Some("Mars/Olympus"), None, None).is_err());
    }
}
