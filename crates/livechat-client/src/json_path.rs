//! Where in a JSON document reading failed: the path of the value at a position.
//!
//! A reader that notes its path while it reads is one more reader for each type of an answer, compiled into every program that awaits one.
//! The position of the error is there without it, and the path of a position can be told without knowing any type.

use std::fmt::Write as _;

/// An array or object that is open at the position, and what in it is being read.
enum Open<'a> {
    Array(usize),
    Object(Option<&'a [u8]>),
}

/// The path of what a reader was at, such as `chats[3].users`, when it failed with this error; empty for the document itself.
pub(crate) fn of_error(json: &[u8], error: &serde_json::Error) -> String {
    let end = offset(json, error.line(), error.column());
    // What was read ahead of the field that says what it is, is checked right after that field, and such an error begins with a path
    // of its own: it follows that of the object.
    let message = error.to_string();
    let read_ahead = message.strip_prefix('`').and_then(|rest| rest.split_once('`'));
    let read_ahead = read_ahead.is_some_and(|(_, rest)| rest.starts_with(": "));
    path(json.get(..end).unwrap_or(json), read_ahead)
}

/// How many bytes come before a position, whose line counts from 1, and whose column is the number of the line's bytes.
fn offset(json: &[u8], line: usize, column: usize) -> usize {
    let before: usize =
        json.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    before + column
}

/// The path of the value that the document's beginning ends in, or that begins behind it.
fn path(read: &[u8], read_ahead: bool) -> String {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut rest = read;
    let mut after_text = false;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        after_text = match (first, open.last_mut()) {
            (b'"', top) => {
                let (text, behind) = text(rest);
                rest = behind;
                match top {
                    Some(Open::Object(key @ None)) => {
                        *key = Some(text);
                        false
                    }
                    _ => true,
                }
            }
            (byte, _) if byte.is_ascii_whitespace() => after_text,
            (byte, top) => {
                match (byte, top) {
                    (b'{', _) => open.push(Open::Object(None)),
                    (b'[', _) => open.push(Open::Array(0)),
                    (b'}' | b']', _) => drop(open.pop()),
                    (b',', Some(Open::Array(index))) => *index += 1,
                    (b',', Some(Open::Object(key))) => *key = None,
                    _ => {}
                }
                false
            }
        };
    }
    if let Some(Open::Object(key)) = open.last_mut().filter(|_| read_ahead && after_text) {
        *key = None;
    }
    shown(&open)
}

/// A string up to its closing quote, without its first, and what follows.
fn text(rest: &[u8]) -> (&[u8], &[u8]) {
    let mut escaped = false;
    let end = rest.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    });
    let end = end.unwrap_or(rest.len());
    (rest.get(..end).unwrap_or_default(), rest.get(end + 1..).unwrap_or_default())
}

fn shown(open: &[Open<'_>]) -> String {
    let mut path = String::new();
    for part in open {
        // Writing to a string cannot fail.
        let _ = match part {
            Open::Array(index) => write!(path, "[{index}]"),
            Open::Object(Some(key)) => {
                let dot = if path.is_empty() { "" } else { "." };
                write!(path, "{dot}{}", String::from_utf8_lossy(key))
            }
            Open::Object(None) => Ok(()),
        };
    }
    path
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, de::DeserializeOwned};
    use serde_json::{Value, json};

    use super::*;

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct List {
        count: u32,
        chats: Vec<Chat>,
        next: Option<Box<List>>,
    }

    #[derive(Deserialize)]
    #[expect(dead_code, reason = "only whether it can be read matters")]
    struct Chat {
        id: String,
        active: bool,
        pair: (i8, f64),
        tags: std::collections::BTreeMap<String, u8>,
    }

    fn list() -> Value {
        let chat = json!({"id": "a \"b\" \\", "active": true, "pair": [1, 2.5], "tags": {"x, y": 1, "{": 2}});
        json!({"count": 2, "chats": [chat, chat], "more": [{"a": "}"}], "next": {"count": 0, "chats": [chat], "next": null}})
    }

    /// Both paths of the error in a text: the one told from the position, and the one that a reader noted on its way.
    fn paths<T: DeserializeOwned>(text: &str) -> Option<(String, String)> {
        let error = serde_json::from_str::<T>(text).err()?;
        let mut reader = serde_json::Deserializer::from_str(text);
        let noted = serde_path_to_error::deserialize::<_, T>(&mut reader).err()?.path().to_string();
        let noted = if noted == "." { String::new() } else { noted };
        Some((of_error(text.as_bytes(), &error), noted))
    }

    /// Documents that each differ from this one in one value or in the lack of one field.
    fn spoilt(value: &Value) -> Vec<Value> {
        let mut others = vec![
            json!(null),
            json!(-1),
            json!("x"),
            json!([]),
            json!({}),
            json!([[0]]),
            json!({"a": {"b": 1}}),
        ];
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    others.extend(spoilt(item).into_iter().map(|item| {
                        let mut items = items.clone();
                        items[index] = item;
                        Value::Array(items)
                    }));
                }
            }
            Value::Object(fields) => {
                for (name, field) in fields {
                    let mut without = fields.clone();
                    without.remove(name);
                    others.push(Value::Object(without));
                    others.extend(spoilt(field).into_iter().map(|field| {
                        let mut fields = fields.clone();
                        fields.insert(name.clone(), field);
                        Value::Object(fields)
                    }));
                }
            }
            _ => {}
        }
        others
    }

    fn compare<T: DeserializeOwned>(value: &Value) -> usize {
        let mut compared = 0;
        for other in spoilt(value) {
            for text in [other.to_string(), format!("{other:#}")] {
                let Some((told, noted)) = paths::<T>(&text) else { continue };
                assert_eq!(told, noted, "{text}");
                compared += 1;
            }
        }
        compared
    }

    #[test]
    fn a_value_that_does_not_fit_has_the_path_that_a_reader_notes() {
        assert!(compare::<List>(&list()) > 300);
    }

    #[cfg(feature = "agent")]
    #[test]
    fn so_has_one_in_the_real_types_and_also_before_the_field_that_says_what_it_is() {
        let event = json!({"id": "E", "created_at": "2026-11-24T10:00:00.000000Z", "visibility": "all", "type": "message",
            "text": "a", "author_id": "b@c.d", "properties": {"0805e283": {"x": "y"}}});
        let last = json!({"author_id": "b@c.d", "created_at": "2026-11-24T10:00:00.000000Z", "id": "F", "text": "a", "type": "message"});
        let thread = json!({"id": "T", "active": false, "user_ids": ["b@c.d"], "created_at": "2026-11-24T10:00:00.000000Z",
            "events": [event, last, {"type": "new", "id": 1}]});
        let user = json!({"id": "b@c.d", "type": "agent", "present": true, "name": "B", "email": "b@c.d"});
        let page = json!({"chats": [{"id": "C", "users": [user], "thread": thread}], "found_chats": 1});
        assert!(serde_json::from_value::<livechat_types::agent::ListArchivesResponse>(page.clone()).is_ok());
        assert!(compare::<livechat_types::agent::ListArchivesResponse>(&page) > 300);
    }

    #[test]
    fn a_document_that_ends_early_has_the_path_of_its_last_value() {
        let text = list().to_string();
        for end in 1..text.len() {
            let Some((told, noted)) = paths::<List>(&text[..end]) else { continue };
            // What the reader cannot name.
            let noted = noted.trim_end_matches('?').trim_end_matches('.').to_owned();
            assert!(told.starts_with(&noted), "{}: {told}, {noted}", &text[..end]);
        }
    }

    #[test]
    fn a_position_outside_of_the_document_is_no_panic() {
        assert_eq!(offset(b"a\nbc", 9, 4), 8);
        for text in ["", "\"", "]]", "{,,", "\"\\", "[\"a\\\"", ":"] {
            path(text.as_bytes(), true);
        }
    }
}
