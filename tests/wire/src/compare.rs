//! Compares what a type wrote with what it had read, as JSON.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::{Map, Number, Value};

use crate::{FIELD_ALIASES, VALUE_ALIASES};

/// Says where `written` is not what `read` was, one sentence for each place.
///
/// Numbers are compared as numbers, and two strings that name the same instant are the same. A spelling that is read and never
/// written may stand in `read` for the one that is written. Anything else that is missing, added or changed is a difference.
#[must_use]
pub fn compare(read: &Value, written: &Value) -> Vec<String> {
    let mut found = Vec::new();
    values("", read, written, &mut found);
    found
}

fn values(path: &str, read: &Value, written: &Value, found: &mut Vec<String>) {
    match (read, written) {
        (Value::Object(read), Value::Object(written)) => objects(path, read, written, found),
        (Value::Array(read), Value::Array(written)) => arrays(path, read, written, found),
        (Value::String(read), Value::String(written)) if same_text(read, written) => {}
        (Value::Number(read), Value::Number(written)) if same_number(read, written) => {}
        (read, written) if read == written => {}
        _ => found.push(format!("`{path}` was {read}, and is written as {written}")),
    }
}

fn objects(path: &str, read: &Map<String, Value>, written: &Map<String, Value>, found: &mut Vec<String>) {
    let mut expected: Vec<&str> = Vec::new();
    for (name, value) in read {
        let Some(name) = name_of(name, read, written) else {
            found.push(format!("`{}` was {value}, and is not written", below(path, name)));
            continue;
        };
        expected.push(name);
        if let Some(written) = written.get(name) {
            values(&below(path, name), value, written, found);
        }
    }
    for (name, value) in written {
        if !expected.contains(&name.as_str()) {
            found.push(format!("`{}` was not there, and is written as {value}", below(path, name)));
        }
    }
}

/// The name by which a field that was read is written.
fn name_of<'a>(name: &'a str, read: &Map<String, Value>, written: &Map<String, Value>) -> Option<&'a str> {
    if written.contains_key(name) {
        return Some(name);
    }
    let mut others = FIELD_ALIASES.iter().filter(|(alias, _)| *alias == name).map(|(_, other)| *other);
    others.find(|other| written.contains_key(*other) && !read.contains_key(*other))
}

fn arrays(path: &str, read: &[Value], written: &[Value], found: &mut Vec<String>) {
    if read.len() != written.len() {
        found.push(format!("`{path}` had {} items, and is written with {}", read.len(), written.len()));
    }
    for (index, (read, written)) in read.iter().zip(written).enumerate() {
        values(&format!("{path}[{index}]"), read, written, found);
    }
}

fn below(path: &str, name: &str) -> String {
    let mut path = path.to_owned();
    if !path.is_empty() {
        path.push('.');
    }
    // A name with a dot in it would read as two.
    let _ = if name.contains('.') { write!(path, "{name:?}") } else { write!(path, "{name}") };
    path
}

fn same_text(read: &str, written: &str) -> bool {
    let instant = |text: &str| text.parse::<Timestamp>().ok();
    read == written
        || VALUE_ALIASES.contains(&(read, written))
        || matches!((instant(read), instant(written)), (Some(read), Some(written)) if read == written)
}

fn same_number(read: &Number, written: &Number) -> bool {
    let whole = |number: &Number| number.as_i128();
    match (whole(read), whole(written)) {
        (Some(read), Some(written)) => read == written,
        // 10 and 10.0 are the same number.
        _ => read.as_f64() == written.as_f64(),
    }
}
