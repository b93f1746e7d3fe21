//! Where in a JSON document reading failed: the path of the value at a position.
//!
//! A reader that notes its path while it reads is one more reader for each type of an answer, compiled into every program that awaits one.
//! The position of the error is there without it, and the path of a position can be told without knowing any type.

/// An array or object that is open at the position, and what in it is being read.
enum Open<'a> {
    Array(usize),
    Object(Option<&'a [u8]>),
}

/// The path of what could not be read, such as `chats[3].users`, empty for the document itself; and what is wrong with it.
///
/// The types begin their errors with a path of their own: it leads also into what was read ahead of its time, but it begins at whatever was
/// read by them. Both paths together are the whole one.
pub(crate) fn of_error(json: &[u8], error: &serde_json::Error) -> (String, String) {
    let end = offset(json, error.line(), error.column());
    let to_position = path(json.get(..end).unwrap_or(json));
    let message = error.to_string();
    match message.strip_prefix('`').and_then(|rest| rest.split_once("`: ")) {
        Some((own, what)) => (shown(&joined(to_position, &parts(own))), what.to_owned()),
        None => (shown(&to_position), message),
    }
}

/// The path of the value that the document's beginning ends in.
pub(crate) fn of_position(read: &[u8]) -> String {
    shown(&path(read))
}

/// Puts a path in the place of where the other one goes on like it; behind it, if that is nowhere.
fn joined(mut path: Vec<String>, own: &[String]) -> Vec<String> {
    let alike = |start: usize| path.iter().skip(start).zip(own).take_while(|(a, b)| a == b).count();
    let mut best = (0, path.len());
    for start in 0..path.len() {
        if alike(start) > best.0 {
            best = (alike(start), start);
        }
    }
    path.truncate(best.1);
    path.extend_from_slice(own);
    path
}

/// The parts of a path: names, and numbers in brackets.
fn parts(path: &str) -> Vec<String> {
    let split = path.replace('[', ".[");
    split.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn shown(parts: &[String]) -> String {
    let mut path = String::new();
    for part in parts {
        if !path.is_empty() && !part.starts_with('[') {
            path.push('.');
        }
        path.push_str(part);
    }
    path
}

/// How deep a path is told: what can be read is no deeper, and what is skipped may be of any depth.
const DEEPEST: usize = 128;

/// How many bytes come before a position, whose line counts from 1, and whose column is the number of the line's bytes.
fn offset(json: &[u8], line: usize, column: usize) -> usize {
    let before: usize =
        json.split_inclusive(|byte| *byte == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    before + column
}

/// The path of the value that the document's beginning ends in, or that begins behind it.
fn path(read: &[u8]) -> Vec<String> {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut rest = read;
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match (first, open.last_mut()) {
            (b'"', top) => {
                let (text, behind) = text(rest);
                rest = behind;
                if let Some(Open::Object(key @ None)) = top {
                    *key = Some(text);
                }
            }
            (b'{', _) => open.push(Open::Object(None)),
            (b'[', _) => open.push(Open::Array(0)),
            (b'}' | b']', _) => drop(open.pop()),
            (b',', Some(Open::Array(index))) => *index += 1,
            (b',', Some(Open::Object(key))) => *key = None,
            _ => {}
        }
    }
    let part = |open: &Open<'_>| match open {
        Open::Array(index) => Some(format!("[{index}]")),
        Open::Object(key) => key.map(|key| String::from_utf8_lossy(key).into_owned()),
    };
    open.iter().take(DEEPEST).filter_map(part).collect()
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

    /// Both paths of the error in a text: the one told from the position, and the one that a reader noted on its way, with what the
    /// error itself says of the part that the reader could not see into.
    fn paths<T: DeserializeOwned>(text: &str) -> Option<(String, String)> {
        let error = serde_json::from_str::<T>(text).err()?;
        let mut reader = serde_json::Deserializer::from_str(text);
        let noted = serde_path_to_error::deserialize::<_, T>(&mut reader).err()?;
        let message = noted.inner().to_string();
        // What the reader cannot name is a question mark.
        let mut parts = parts(noted.path().to_string().trim_end_matches('?'));
        if let Some((own, _)) = message.strip_prefix('`').and_then(|rest| rest.split_once("`: ")) {
            parts.extend(super::parts(own));
        }
        Some((of_error(text.as_bytes(), &error).0, shown(&parts)))
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
            "text": "a", "author_id": "b@c.d", "properties": {"7d3e1b0c": {"x": "y"}}});
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
            assert!(told.starts_with(&noted), "{}: {told}, {noted}", &text[..end]);
        }
    }

    #[test]
    fn a_path_that_begins_within_another_replaces_its_end() {
        for (position, own, whole) in [
            (
                "chats[3].thread.events[2].type",
                "thread.events[2].created_at",
                "chats[3].thread.events[2].created_at",
            ),
            ("next.next.id", "next.id", "next.next.id"),
            ("chats[0]", "chats[0].id", "chats[0].id"),
            ("responses[1]", "id", "responses[1].id"),
            ("", "[0].id", "[0].id"),
        ] {
            assert_eq!(shown(&joined(parts(position), &parts(own))), whole);
        }
    }

    #[test]
    fn what_is_wrong_does_not_repeat_the_path() {
        let json = br#"{"a": 1}"#;
        let error = serde::de::Error::custom("`a.b`: invalid type at line 1 column 7");
        assert_eq!(of_error(json, &error), ("a.b".to_owned(), "invalid type at line 1 column 7".to_owned()));
    }

    #[test]
    fn a_position_outside_of_the_document_is_no_panic() {
        assert_eq!(offset(b"a\nbc", 9, 4), 8);
        for text in ["", "\"", "]]", "{,,", "\"\\", "[\"a\\\"", ":"] {
            path(text.as_bytes());
        }
    }
}
