//! Reads whole JSON documents, and says where they cannot be read.
//!
//! That a document is text is seen once for the whole of it, which takes less time than to check each string when it is read. All reading
//! goes through here: a program then has one reader of each type compiled into it, and not one for bytes and one for text.

use std::{marker::PhantomData, str::Utf8Error};

use serde::de::{DeserializeOwned, DeserializeSeed};
use serde_json::{Deserializer, Value};

mod path;

/// Why a document cannot be read, and where in it.
pub(crate) struct Unreadable {
    pub(crate) path: String,
    pub(crate) what: String,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Reads a document.
pub(crate) fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, Unreadable> {
    read_by(PhantomData, json)
}

/// Reads a document by a seed.
pub(crate) fn read_by<'de, S: DeserializeSeed<'de>>(
    seed: S,
    json: &'de [u8],
) -> Result<S::Value, Unreadable> {
    let text = std::str::from_utf8(json).map_err(|error| Unreadable::no_text(json, error))?;
    let mut reader = Deserializer::from_str(text);
    let value = seed.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| {
        let (path, mut what) = path::of_error(json, &error);
        // The reader counts what it has read: that is nothing where the document begins.
        if let Some(before) = what.strip_suffix(" column 0") {
            what = format!("{before} column 1");
        }
        Unreadable { path, what, line: error.line(), column: error.column().max(1) }
    })
}

/// A document of any kind, if it is one.
pub(crate) fn value(json: &[u8]) -> Option<Value> {
    serde_json::from_str(std::str::from_utf8(json).ok()?).ok()
}

impl Unreadable {
    /// What is no UTF-8.
    fn no_text(json: &[u8], error: Utf8Error) -> Self {
        let text = json.get(..error.valid_up_to()).unwrap_or_default();
        let lines = || text.split(|byte| *byte == b'\n');
        let (line, column) = (lines().count(), lines().next_back().map_or(0, <[u8]>::len));
        let what = format!("a byte that is not UTF-8 at line {line} column {column}");
        Self { path: path::of_position(text), what, line, column }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_document_of_another_kind_is_wrong_from_its_first_column_on() {
        let unreadable = read::<BTreeMap<String, u8>>(b"[]").map(drop).unwrap_err();
        assert_eq!((unreadable.line, unreadable.column), (1, 1));
        assert!(unreadable.what.ends_with(" at line 1 column 1"), "{}", unreadable.what);
    }
}
