//! The first pass over a body: the fields of the envelope as text, nothing of them read yet.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{Error, ErrorKind};

/// How deep a body may be nested: deeper than anything that is sent, and less deep than what JSON readers refuse (128).
pub(crate) const MAX_DEPTH: usize = 100;

const NAMES: [&str; 6] =
    ["webhook_id", "secret_key", "action", "organization_id", "payload", "additional_data"];

/// The envelope's fields, each as the text that stands for it.
#[derive(Debug, Default)]
pub(crate) struct Head<'a> {
    pub(crate) webhook_id: Option<&'a RawValue>,
    pub(crate) secret_key: Option<&'a RawValue>,
    pub(crate) action: Option<&'a RawValue>,
    pub(crate) organization_id: Option<&'a RawValue>,
    pub(crate) payload: Option<&'a RawValue>,
    pub(crate) additional_data: Option<&'a RawValue>,
    /// A field that stands twice.
    duplicate: Option<&'static str>,
}

impl<'a> Head<'a> {
    /// Finds the fields. The text is one whole JSON object, not nested too deeply, in which each of them stands at most once.
    pub(crate) fn find(text: &'a str) -> Result<Self, Error> {
        if is_too_deep(text) {
            let message = format!("the body is nested deeper than {MAX_DEPTH} levels");
            return Err(Error::new(ErrorKind::TooDeep, message));
        }
        Self::find_again(text)
    }

    /// Finds the fields in a text whose depth is known to be allowed.
    pub(crate) fn find_again(text: &'a str) -> Result<Self, Error> {
        let head: Self = serde_json::from_str(text).map_err(|error| {
            Error::new(ErrorKind::Malformed, format!("the body is not a JSON object: {error}"))
        })?;
        match head.duplicate {
            Some(name) => {
                let message = format!("`{name}` stands twice in the envelope");
                Err(Error::new(ErrorKind::DuplicateField, message))
            }
            None => Ok(head),
        }
    }

    fn slot(&mut self, index: usize) -> Option<&mut Option<&'a RawValue>> {
        match index {
            0 => Some(&mut self.webhook_id),
            1 => Some(&mut self.secret_key),
            2 => Some(&mut self.action),
            3 => Some(&mut self.organization_id),
            4 => Some(&mut self.payload),
            5 => Some(&mut self.additional_data),
            _ => None,
        }
    }
}

/// Whether objects and lists are nested deeper than allowed, found without recursion, so that no input can exhaust the stack.
fn is_too_deep(text: &str) -> bool {
    // Most bodies have fewer brackets in all, and those are counted many bytes at a time.
    let brackets = text.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count();
    brackets > MAX_DEPTH && depth(text) > MAX_DEPTH
}

fn depth(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

impl<'de> Deserialize<'de> for Head<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeadVisitor)
    }
}

struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object: a webhook")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head<'de>, A::Error> {
        let mut head = Head::default();
        while let Some(index) = map.next_key_seed(Name)? {
            let Some(slot) = head.slot(index) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if slot.replace(map.next_value()?).is_some() {
                head.duplicate = NAMES.get(index).copied();
            }
        }
        Ok(head)
    }
}

/// A key, as its place in `NAMES`, or after its end. The reader has resolved escapes by then: `secret\u005fkey` is `secret_key`.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<usize, E> {
        Ok(NAMES.iter().position(|name| *name == key).unwrap_or(NAMES.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEPTH, depth, is_too_deep};

    #[test]
    fn depth_is_that_of_brackets_outside_of_strings() {
        assert_eq!(depth("7"), 0);
        assert_eq!(depth(r#"{"a": [{"b": {}}, []]}"#), 4);
        assert_eq!(depth(r#"{"[[[": "{{{\"[[", "c": "\\"}"#), 1);
        assert_eq!(depth("]]]]{"), 1);
    }

    #[test]
    fn many_brackets_side_by_side_are_not_deep() {
        assert!(!is_too_deep(&"[]".repeat(10 * MAX_DEPTH)));
        assert!(!is_too_deep(&format!("\"{}\"", "[".repeat(10 * MAX_DEPTH))));
        assert!(!is_too_deep(&"{".repeat(MAX_DEPTH)));
        assert!(is_too_deep(&"[".repeat(MAX_DEPTH + 1)));
    }
}
