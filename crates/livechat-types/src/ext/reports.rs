//! Instants as the bounds of reports.

use jiff::{Timestamp, ZonedDateTime, tz::TimeZone};

use crate::reports::OffsetDateTime;

/// In UTC: where the request names no time zone, days and hours are cut by it.
impl From<Timestamp> for OffsetDateTime {
    fn from(time: Timestamp) -> Self {
        (&time.to_zoned_datetime(TimeZone::UTC)).into()
    }
}

/// With the offset that the time zone has at that time, to the microsecond. The name of the time zone goes into `timezone`.
impl From<&ZonedDateTime> for OffsetDateTime {
    fn from(time: &ZonedDateTime) -> Self {
        time.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string().into()
    }
}

/// As by reference.
impl From<ZonedDateTime> for OffsetDateTime {
    fn from(time: ZonedDateTime) -> Self {
        (&time).into()
    }
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, tz::TimeZone};

    use crate::reports::OffsetDateTime;

    #[test]
    fn a_zoned_time_keeps_its_offset_and_an_instant_is_in_utc() {
        let time: Timestamp = "2026-03-01T08:00:00.123456789Z".parse().unwrap();
        let zoned = time.to_zoned_datetime(TimeZone::fixed(jiff::tz::offset(-5)));
        assert_eq!(OffsetDateTime::from(&zoned).as_str(), "2026-03-01T03:00:00.123456-05:00");
        assert_eq!(OffsetDateTime::from(zoned).as_str(), "2026-03-01T03:00:00.123456-05:00");
        assert_eq!(OffsetDateTime::from(time).as_str(), "2026-03-01T08:00:00.123456+00:00");
    }
}
