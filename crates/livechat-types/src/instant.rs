//! Reads instants in the one form that the platform writes, `2024-03-11T09:16:45.120000Z`, without a general parser.
//!
//! A page of the archives has more instants than events. Any other form, and every mistake, is left to jiff: it has the last word
//! on what an instant is.

use std::fmt;

use jiff::Timestamp;
use serde::de::{Error, Visitor};

/// Reads an instant.
pub(crate) struct Instant;

impl Visitor<'_> for Instant {
    type Value = Timestamp;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a timestamp string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
        match usual(text.as_bytes()) {
            Some(instant) => Ok(instant),
            None => text.parse().map_err(|error| {
                E::custom(format_args!("invalid value: string {text:?}, expected an instant: {error}"))
            }),
        }
    }
}

/// An instant in the usual form; `None` of anything that this reader does not know for sure.
fn usual(text: &[u8]) -> Option<Timestamp> {
    let &[
        y0,
        y1,
        y2,
        y3,
        b'-',
        m0,
        m1,
        b'-',
        d0,
        d1,
        b'T',
        h0,
        h1,
        b':',
        n0,
        n1,
        b':',
        s0,
        s1,
        ref rest @ ..,
    ] = text
    else {
        return None;
    };
    let (century, year, month, day) = (pair(y0, y1)?, pair(y2, y3)?, pair(m0, m1)?, pair(d0, d1)?);
    let (hour, minute, second) = (pair(h0, h1)?, pair(n0, n1)?, pair(s0, s1)?);
    // A 60th second is jiff's to judge.
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let nanosecond = match rest {
        b"Z" => 0,
        [b'.', digits @ .., b'Z'] => fraction(digits)?,
        _ => return None,
    };
    let days = days(century * 100 + year, month, day)?;
    let seconds = i64::from(hour * 3600 + minute * 60 + second);
    Timestamp::new(days * 86_400 + seconds, nanosecond).ok()
}

/// Two digits as a number.
fn pair(tens: u8, ones: u8) -> Option<i32> {
    Some(digit(tens)? * 10 + digit(ones)?)
}

fn digit(sign: u8) -> Option<i32> {
    sign.is_ascii_digit().then(|| i32::from(sign - b'0'))
}

/// One to nine digits behind the point as nanoseconds.
fn fraction(digits: &[u8]) -> Option<i32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    let read = digits.iter().try_fold(0, |sum, sign| Some(sum * 10 + digit(*sign)?))?;
    Some((digits.len()..9).fold(read, |sum, _| sum * 10))
}

/// The days from 1970 until a day of the Gregorian calendar, if there is such a day.
///
/// A year begins in March here, so that the leap day is its last: a month then begins where the months before it end, which a
/// straight line through five months of 153 days gives.
fn days(year: i32, month: i32, day: i32) -> Option<i64> {
    const TO_1970: i32 = 719_468;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if year < 1 || day < 1 || day > last {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let in_year = (153 * month + 2) / 5 + day - 1;
    let before = year * 365 + year / 4 - year / 100 + year / 400;
    Some(i64::from(before + in_year - TO_1970))
}

#[cfg(test)]
mod tests {
    use serde::de::{DeserializeOwned, DeserializeSeed};

    use super::*;
    use crate::read::As;

    fn jiff(text: &str) -> Option<Timestamp> {
        text.parse().ok()
    }

    #[test]
    fn every_day_of_the_calendar_is_the_day_that_jiff_reads() {
        let mut last = None;
        for year in 1..10_000 {
            for month in 0..14 {
                for day in [0, 1, 27, 28, 29, 30, 31, 32] {
                    let text = format!("{year:04}-{month:02}-{day:02}T12:34:56Z");
                    let read = usual(text.as_bytes());
                    assert_eq!(read, jiff(&text), "{text}");
                    assert!(read.is_none() || read > last, "{text}");
                    last = read.or(last);
                }
            }
        }
    }

    #[test]
    fn every_second_and_every_fraction_is_what_jiff_reads() {
        for second in 0..86_400 {
            let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
            let text = format!("2024-02-29T{hour:02}:{minute:02}:{second:02}.{:06}Z", second * 11_111);
            assert_eq!(usual(text.as_bytes()), jiff(&text), "{text}");
            assert!(usual(text.as_bytes()).is_some(), "{text}");
        }
        for digits in 1..10 {
            let text = format!("2024-02-29T12:34:56.{}Z", &"987654321"[..digits]);
            assert_eq!(usual(text.as_bytes()), jiff(&text), "{text}");
            assert!(usual(text.as_bytes()).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_read_of_a_spoilt_text_is_what_jiff_reads_of_it() {
        for text in [
            "2024-03-11T09:16:45.120000Z",
            "2023-12-31T23:59:59Z",
            "0001-01-01T00:00:00.5Z",
            "9999-12-31T23:59:59Z",
        ] {
            for place in 0..text.len() {
                for sign in " -+:.,0123456789TtZz/\u{e9}".chars() {
                    let replaced = format!("{}{sign}{}", &text[..place], &text[place + 1..]);
                    let inserted = format!("{}{sign}{}", &text[..place], &text[place..]);
                    let cut = text[..place].to_owned();
                    for spoilt in [replaced, inserted, cut] {
                        if let Some(read) = usual(spoilt.as_bytes()) {
                            assert_eq!(Some(read), jiff(&spoilt), "{spoilt}");
                        }
                    }
                }
            }
        }
    }

    /// What jiff reads a text as: the value, or the words of the error, which name the text.
    fn shown<T: DeserializeOwned + Into<Option<Timestamp>>>(text: &str) -> Result<Option<Timestamp>, String> {
        let named = |error: serde_json::Error| match serde_json::from_str::<String>(text) {
            Ok(instant) => format!("invalid value: string {instant:?}, expected an instant: {error}"),
            Err(_) => error.to_string(),
        };
        serde_json::from_str::<T>(text).map(Into::into).map_err(named)
    }

    #[test]
    fn an_instant_is_read_as_jiff_reads_it_errors_included() {
        for text in [
            "\"2024-03-11T09:16:45.120000Z\"",
            "\"2024-03-11T10:16:45.12+01:00\"",
            "\"2024-03-11t09:16:45z\"",
            "\"2024-03-11 09:16:45Z\"",
            "\"2024-03-11T09:16:60Z\"",
            "\"\\u0032024-03-11T09:16:45Z\"",
            "\"2024-02-30T09:16:45Z\"",
            "\"2024-03-11T24:16:45Z\"",
            "\"2024-03-11T09:16:45\"",
            "\"2024-03-11T09:16:45.Z\"",
            "\"2024-03-11T09:16:45.1234567890Z\"",
            "\"9999-12-31T23:59:59Z\"",
            "\"0000-01-01T00:00:00Z\"",
            "\"\"",
            "5",
            "[]",
            "null",
        ] {
            let reader = || serde_json::Deserializer::from_str(text);
            let words = |error: serde_json::Error| error.to_string();
            assert_eq!(
                As::<Timestamp>::new().deserialize(&mut reader()).map(Some).map_err(words),
                shown::<Timestamp>(text),
                "{text}"
            );
            assert_eq!(
                As::<Option<Timestamp>>::new().deserialize(&mut reader()).map_err(words),
                shown::<Option<Timestamp>>(text),
                "{text}"
            );
        }
    }
}
