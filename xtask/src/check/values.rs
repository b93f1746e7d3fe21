//! Whether a JSON value is what a schema says: for defaults and examples, which are ours and must be exact.

use std::fmt;

use serde_json::Value;

use super::places::Step;
use crate::model::{Enum, IntegerFormat, JsonType, Model, Schema, Shape, StringFormat, Tagged};
use crate::suggest::did_you_mean;

/// Where and why a value does not fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// From the innermost step to the outermost.
    steps: Vec<Step>,
    why: String,
}

impl Mismatch {
    /// The steps from the whole value to what does not fit.
    pub(super) fn steps(&self) -> Vec<Step> {
        self.steps.iter().rev().cloned().collect()
    }

    fn below(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return f.write_str(&self.why);
        }
        let path: String = self.steps.iter().rev().map(Step::to_string).collect();
        write!(f, "`{}`: {}", path.trim_start_matches('.'), self.why)
    }
}

/// Compares a value with a schema: unknown fields and values are mismatches too.
pub(super) fn fits(model: &Model, schema: &Schema, value: &Value) -> Result<(), Mismatch> {
    compare(model, schema, value)
}

fn mismatch(why: impl Into<String>) -> Result<(), Mismatch> {
    Err(Mismatch { steps: Vec::new(), why: why.into() })
}

fn expect(good: bool, what: &str, value: &Value) -> Result<(), Mismatch> {
    if good { Ok(()) } else { mismatch(format!("{what} is expected, and this is {value}")) }
}

fn compare(model: &Model, schema: &Schema, value: &Value) -> Result<(), Mismatch> {
    match &schema.shape {
        Shape::Any => {}
        Shape::Ref(reference) => compare(model, &model.named(reference.target).schema, value)?,
        Shape::Boolean => expect(value.is_boolean(), "true or false", value)?,
        Shape::Number => expect(value.is_number(), "a number", value)?,
        Shape::Integer(format) => integer(*format, value)?,
        Shape::String(format) => string(*format, value)?,
        Shape::Enum(found) => enum_value(found, value)?,
        Shape::Array(items) => {
            let Value::Array(values) = value else { return expect(false, "a list", value) };
            for (index, value) in values.iter().enumerate() {
                compare(model, items, value).map_err(|found| found.below(Step::Item(index)))?;
            }
        }
        Shape::Map(inner) => {
            let Value::Object(values) = value else { return expect(false, "an object", value) };
            for (key, value) in values {
                compare(model, inner, value).map_err(|found| found.below(Step::Value(key.clone())))?;
            }
        }
        Shape::Object(_) | Shape::AllOf(_) => object(model, schema, value)?,
        Shape::Tagged(union) => tagged(model, union, value)?,
        Shape::ByType(branches) => match model.branch_of(branches, value) {
            Some(branch) => compare(model, branch, value)?,
            None => {
                return mismatch(format!("no branch of the union is {}", JsonType::of(value).as_str()));
            }
        },
    }
    limits(schema, value)
}

fn integer(format: IntegerFormat, value: &Value) -> Result<(), Mismatch> {
    expect(value.is_i64(), "an integer", value)?;
    let small = value.as_i64().is_some_and(|number| u32::try_from(number).is_ok());
    let good = small || format != IntegerFormat::Uint32;
    expect(good, "an integer that is not below zero and has 32 bits", value)
}

fn string(format: StringFormat, value: &Value) -> Result<(), Mismatch> {
    let is = |good: fn(&str) -> bool| value.as_str().is_some_and(good);
    match format {
        StringFormat::Text | StringFormat::Binary => expect(value.is_string(), "a string", value),
        StringFormat::Date => expect(is(is_date), "a day like 2026-01-31", value),
        StringFormat::DateTime => {
            expect(is(is_date_time), "an instant like 2026-01-31T12:00:00.000000Z", value)
        }
    }
}

fn enum_value(found: &Enum, value: &Value) -> Result<(), Mismatch> {
    let Some(text) = value.as_str() else { return expect(false, "a string", value) };
    let names: Vec<&str> = found.values.iter().map(|(value, _)| value.as_str()).collect();
    if names.contains(&text) {
        return Ok(());
    }
    let help = did_you_mean(text, names.iter().copied(), || format!("the values are {}", names.join(", ")));
    mismatch(format!("{value} is no known value; {help}"))
}

fn tagged(model: &Model, union: &Tagged, value: &Value) -> Result<(), Mismatch> {
    let Value::Object(fields) = value else { return expect(false, "an object", value) };
    if let Some(branch) = union.branch(value) {
        return compare(model, &model.named(branch.target).schema, value);
    }
    let tags: Vec<&str> = union.branches.iter().map(|(value, _)| value.as_str()).collect();
    let all = || format!("the tags are {}", tags.join(", "));
    let Some(found) = fields.get(&union.tag) else {
        return mismatch(format!("the tag `{}` is missing; {}", union.tag, all()));
    };
    let help = did_you_mean(found.as_str().unwrap_or_default(), tags.iter().copied(), all);
    mismatch(format!("{found} is no known tag; {help}"))
        .map_err(|mismatch| mismatch.below(Step::Value(union.tag.clone())))
}

fn object(model: &Model, schema: &Schema, value: &Value) -> Result<(), Mismatch> {
    let Value::Object(values) = value else { return expect(false, "an object", value) };
    let properties = model.properties(schema);
    for (key, value) in values {
        let Some(property) = properties.iter().find(|property| property.name == *key) else {
            let names = properties.iter().map(|property| property.name.as_str());
            let help = did_you_mean(key, names, || "remove it, or add it to the schema".to_owned());
            return mismatch(format!("there is no such property; {help}"))
                .map_err(|found| found.below(Step::Key(key.clone())));
        };
        compare(model, &property.schema, value).map_err(|found| found.below(Step::Value(key.clone())))?;
    }
    match properties.iter().find(|property| property.required && !values.contains_key(&property.name)) {
        Some(missing) => mismatch(format!("the required property `{}` is missing", missing.name)),
        None => Ok(()),
    }
}

/// The limits that stand beside a type, or beside a reference to it.
fn limits(schema: &Schema, value: &Value) -> Result<(), Mismatch> {
    let number = |limit: &Option<serde_json::Number>| limit.as_ref().and_then(serde_json::Number::as_f64);
    let count = |limit: Option<u64>| limit.and_then(|limit| usize::try_from(limit).ok());
    let good = match value {
        Value::Number(value) => {
            let value = value.as_f64().unwrap_or_default();
            number(&schema.limits.minimum).is_none_or(|minimum| value >= minimum)
                && number(&schema.limits.maximum).is_none_or(|maximum| value <= maximum)
        }
        Value::String(text) => {
            count(schema.limits.max_length).is_none_or(|limit| text.chars().count() <= limit)
        }
        Value::Array(items) => count(schema.limits.max_items).is_none_or(|limit| items.len() <= limit),
        Value::Object(items) => count(schema.limits.max_items).is_none_or(|limit| items.len() <= limit),
        _ => true,
    };
    if good { Ok(()) } else { mismatch(format!("{value} is outside of the limits")) }
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
