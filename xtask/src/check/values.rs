//! Whether a JSON value is what a schema says: for defaults and examples, which are ours and must be exact.

use std::fmt;

use serde_json::Value;

use crate::model::{IntegerFormat, JsonType, Model, Schema, Shape, StringFormat};

/// Where and why a value does not fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    path: String,
    why: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() { f.write_str(&self.why) } else { write!(f, "`{}`: {}", self.path, self.why) }
    }
}

/// Compares a value with a schema: unknown fields and values are mismatches too.
pub(super) fn fits(model: &Model, schema: &Schema, value: &Value) -> Result<(), Mismatch> {
    compare(model, schema, value, "")
}

fn mismatch(path: &str, why: impl Into<String>) -> Result<(), Mismatch> {
    Err(Mismatch { path: path.trim_start_matches('.').to_owned(), why: why.into() })
}

fn compare(model: &Model, schema: &Schema, value: &Value, path: &str) -> Result<(), Mismatch> {
    let expect = |good: bool, what: &str| {
        if good { Ok(()) } else { mismatch(path, format!("{what} is expected, and this is {value}")) }
    };
    match &schema.shape {
        Shape::Any => Ok(()),
        Shape::Ref(reference) => compare(model, &model.named(reference.target).schema, value, path),
        Shape::Boolean => expect(value.is_boolean(), "true or false"),
        Shape::Number => {
            expect(value.is_number(), "a number")?;
            range(schema, value, path)
        }
        Shape::Integer(format) => {
            expect(value.is_i64(), "an integer")?;
            let unsigned = *format == IntegerFormat::Uint32;
            let small = value.as_i64().is_some_and(|number| u32::try_from(number).is_ok());
            expect(!unsigned || small, "an integer that is not below zero and has 32 bits")?;
            range(schema, value, path)
        }
        Shape::String(format) => {
            let text = value.as_str();
            let text_is = |good: fn(&str) -> bool| text.is_some_and(good);
            match format {
                StringFormat::Text | StringFormat::Binary => expect(text.is_some(), "a string"),
                StringFormat::Date => expect(text_is(is_date), "a day like 2026-01-31"),
                StringFormat::DateTime => {
                    expect(text_is(is_date_time), "an instant like 2026-01-31T12:00:00.000000Z")
                }
            }
        }
        Shape::Enum(found) => {
            let names: Vec<&str> = found.values.iter().map(|(value, _)| value.as_str()).collect();
            let known = value.as_str().is_some_and(|text| names.contains(&text));
            expect(known, &format!("one of {}", names.join(", ")))
        }
        Shape::Array(items) => {
            let Value::Array(values) = value else { return expect(false, "a list") };
            let mut each = values.iter().enumerate();
            each.try_for_each(|(index, value)| compare(model, items, value, &format!("{path}[{index}]")))
        }
        Shape::Map(inner) => {
            let Value::Object(values) = value else { return expect(false, "an object") };
            values.iter().try_for_each(|(key, value)| compare(model, inner, value, &format!("{path}.{key}")))
        }
        Shape::Object(_) | Shape::AllOf(_) => object(model, schema, value, path),
        Shape::Tagged(tagged) => match tagged.branch(value) {
            Some(branch) => compare(model, &model.named(branch.target).schema, value, path),
            None => {
                let tags: Vec<&str> = tagged.branches.iter().map(|(value, _)| value.as_str()).collect();
                mismatch(path, format!("`{}` must be one of {}", tagged.tag, tags.join(", ")))
            }
        },
        Shape::ByType(branches) => match model.branch_of(branches, value) {
            Some(branch) => compare(model, branch, value, path),
            None => mismatch(path, format!("no branch of the union is {}", JsonType::of(value).as_str())),
        },
    }
}

fn object(model: &Model, schema: &Schema, value: &Value, path: &str) -> Result<(), Mismatch> {
    let Value::Object(values) = value else {
        return mismatch(path, format!("an object is expected, and this is {value}"));
    };
    let properties = model.properties(schema);
    for (key, value) in values {
        match properties.iter().find(|property| property.name == *key) {
            Some(property) => compare(model, &property.schema, value, &format!("{path}.{key}"))?,
            None => return mismatch(&format!("{path}.{key}"), "there is no such property"),
        }
    }
    match properties.iter().find(|property| property.required && !values.contains_key(&property.name)) {
        Some(missing) => mismatch(path, format!("the required property `{}` is missing", missing.name)),
        None => Ok(()),
    }
}

fn range(schema: &Schema, value: &Value, path: &str) -> Result<(), Mismatch> {
    let number = value.as_f64().unwrap_or_default();
    let limit = |limit: &Option<serde_json::Number>| limit.as_ref().and_then(serde_json::Number::as_f64);
    let below = limit(&schema.limits.minimum).is_some_and(|minimum| number < minimum);
    let above = limit(&schema.limits.maximum).is_some_and(|maximum| number > maximum);
    if below || above { mismatch(path, format!("{value} is outside of the limits")) } else { Ok(()) }
}

/// Digits where `0` stands in the pattern, the same character elsewhere.
fn follows(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text.chars().zip(pattern.chars()).all(|(c, p)| if p == '0' { c.is_ascii_digit() } else { c == p })
}

/// The number that some digits of a text are.
fn number(text: &str, digits: std::ops::Range<usize>) -> u32 {
    text.get(digits).and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

fn is_date(text: &str) -> bool {
    let (year, month, day) = (number(text, 0..4), number(text, 5..7), number(text, 8..10));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    follows(text, "0000-00-00") && (1..=12).contains(&month) && (1..=days).contains(&day)
}

fn is_date_time(text: &str) -> bool {
    let Some((head, tail)) = text.split_at_checked(19) else { return false };
    let (fraction, zone) = match tail.find(['Z', '+', '-']) {
        Some(at) => tail.split_at(at),
        None => return false,
    };
    let good_fraction = fraction.is_empty()
        || fraction
            .strip_prefix('.')
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit()));
    let good_zone = zone == "Z" || follows(zone, "+00:00") || follows(zone, "-00:00");
    let good_time = number(head, 11..13) < 24 && number(head, 14..16) < 60 && number(head, 17..19) < 60;
    let good_head = follows(head, "0000-00-00T00:00:00") && head.get(..10).is_some_and(is_date) && good_time;
    good_head && good_fraction && good_zone
}
