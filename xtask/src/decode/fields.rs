//! Strict access to a mapping: what is not asked for is unknown, and unknown keys are mistakes.

use std::collections::HashSet;

use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::{Ref, SchemaId};
use crate::suggest::{closest, did_you_mean};
use crate::yaml::{Key, Kind, Node, Scalar};

/// The keys of one mapping while they are read.
pub(super) struct Fields<'a> {
    what: &'static str,
    place: Place,
    entries: &'a [(Key, Node)],
    asked: Vec<&'static str>,
    refused: Vec<&'static str>,
    /// Unknown keys that were taken for one that is missing: they have been reported.
    misspelt: Vec<&'a str>,
    errors: &'a Diagnostics,
}

impl<'a> Fields<'a> {
    /// Begins to read a mapping; anything else is a mistake.
    pub(super) fn of(node: &'a Node, what: &'static str, errors: &'a Diagnostics) -> Option<Self> {
        let Kind::Mapping(entries) = &node.kind else {
            wrong_type(node, what, "a mapping", errors);
            return None;
        };
        let place = entries.first().map_or(node.place, |(key, _)| key.place);
        Some(Self {
            what,
            place,
            entries,
            asked: Vec::new(),
            refused: Vec::new(),
            misspelt: Vec::new(),
            errors,
        })
    }

    /// Where the mapping starts.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// The value of a key that may be absent.
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'a Node> {
        self.asked.push(key);
        self.entries.iter().find(|(known, _)| known.name == key).map(|(_, node)| node)
    }

    /// The value of a key that the caller refuses with words of its own.
    pub(super) fn refuse(&mut self, key: &'static str) -> Option<&'a Node> {
        self.refused.push(key);
        self.entries.iter().find(|(known, _)| known.name == key).map(|(_, node)| node)
    }

    /// The value of a key whose absence the caller reports: a key that is nearly it is taken for it, so that one
    /// slip earns one message.
    pub(super) fn expect(&mut self, key: &'static str) -> Option<&'a Node> {
        if let Some(found) = self.get(key) {
            return Some(found);
        }
        let is_slip = |name: &str| !self.asked.contains(&name) && closest(name, [key]).is_some();
        let (slip, node) = self.entries.iter().find(|(known, _)| is_slip(&known.name))?;
        self.misspelt.push(&slip.name);
        let message = format!("{} has no key `{}`", self.what, slip.name);
        self.errors.report(Code::UnknownKey, slip.place, message, format!("did you mean `{key}`?"));
        Some(node)
    }

    /// The value of a key that must be there.
    pub(super) fn require(&mut self, key: &'static str) -> Option<&'a Node> {
        let found = self.expect(key);
        if found.is_none() {
            let message = format!("{} lacks the key `{key}`", self.what);
            self.errors.report(
                Code::MissingKey,
                self.place,
                message,
                format!("add `{key}:`; spec/README.md says what it holds"),
            );
        }
        found
    }

    /// The text of a key that may be absent.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let node = self.get(key)?;
        text(node, key, self.errors)
    }

    /// The text of a key that must be there.
    pub(super) fn require_text(&mut self, key: &'static str) -> Option<String> {
        let node = self.require(key)?;
        text(node, key, self.errors)
    }

    /// The truth value of a key; absent is false.
    pub(super) fn flag(&mut self, key: &'static str) -> bool {
        self.optional_flag(key).unwrap_or(false)
    }

    /// The truth value of a key that may be absent.
    pub(super) fn optional_flag(&mut self, key: &'static str) -> Option<bool> {
        let node = self.get(key)?;
        match node.scalar() {
            Some(Scalar::Boolean(value)) => Some(value),
            _ => {
                wrong_type(node, key, "true or false", self.errors);
                None
            }
        }
    }

    /// The texts of a key that holds a list; absent is empty.
    pub(super) fn texts(&mut self, key: &'static str) -> Vec<(String, Place)> {
        self.get(key).map(|node| texts(node, key, self.errors)).unwrap_or_default()
    }

    /// Ends the reading: every key that was not asked for is unknown.
    pub(super) fn finish(self) {
        for (key, _) in self.entries {
            let name = key.name.as_str();
            let known = self.asked.contains(&name) || self.refused.contains(&name);
            if !known && !self.misspelt.contains(&name) {
                let message = format!("{} has no key `{}`", self.what, key.name);
                self.errors.report(Code::UnknownKey, key.place, message, suggest(&key.name, &self.asked));
            }
        }
    }
}

/// The entries of a mapping with free keys.
pub(super) fn mapping<'a>(node: &'a Node, what: &'static str, errors: &Diagnostics) -> &'a [(Key, Node)] {
    match &node.kind {
        Kind::Mapping(entries) => entries,
        _ => {
            wrong_type(node, what, "a mapping", errors);
            &[]
        }
    }
}

/// The items of a list.
pub(super) fn list<'a>(node: &'a Node, what: &'static str, errors: &Diagnostics) -> &'a [Node] {
    match &node.kind {
        Kind::Sequence(items) => items,
        _ => {
            wrong_type(node, what, "a list", errors);
            &[]
        }
    }
}

/// A text.
pub(super) fn text(node: &Node, what: &'static str, errors: &Diagnostics) -> Option<String> {
    let found = node.as_str().map(without_last_break);
    if found.is_none() {
        wrong_type(node, what, "a string", errors);
    }
    found
}

/// A text of several lines ends in a line break, which says nothing; nor does a text of spaces alone.
fn without_last_break(text: &str) -> String {
    if text.trim().is_empty() { String::new() } else { text.trim_end_matches('\n').to_owned() }
}

/// A list of texts.
pub(super) fn texts(node: &Node, what: &'static str, errors: &Diagnostics) -> Vec<(String, Place)> {
    let read = |item: &Node| match item.as_str() {
        Some(text) => Some((without_last_break(text), item.place)),
        None => {
            wrong_type(item, &format!("an item of `{what}`"), "a string", errors);
            None
        }
    };
    list(node, what, errors).iter().filter_map(read).collect()
}

/// The same texts without those that stand there a second time, which `twice` reports.
pub(super) fn each_once(
    mut texts: Vec<(String, Place)>,
    twice: impl Fn(&str, Place),
) -> Vec<(String, Place)> {
    let mut known = HashSet::new();
    texts.retain(|(text, place)| {
        let is_new = known.insert(text.clone());
        if !is_new {
            twice(text, *place);
        }
        is_new
    });
    texts
}

/// `{$ref: …}`, if that is what this is.
pub(super) fn reference(node: &Node, errors: &Diagnostics) -> Option<Ref> {
    let target = node.get("$ref")?;
    if let Kind::Mapping(entries) = &node.kind {
        for (key, _) in entries.iter().filter(|(key, _)| key.name != "$ref") {
            let message = format!("`{}` stands beside a $ref, where OpenAPI ignores it", key.name);
            let help =
                "write `allOf: [{$ref: …}]` and put it beside that, or move it to the schema referred to";
            errors.report(Code::UnknownKey, key.place, message, help);
        }
    }
    let text = match target.scalar() {
        Some(Scalar::Null) => {
            let help = "write the reference in quotes: without them `#` begins a comment";
            errors.report(
                Code::WrongType,
                target.place,
                "`$ref` must be a string, and this is nothing",
                help,
            );
            String::new()
        }
        _ => text(target, "$ref", errors).unwrap_or_default(),
    };
    Some(Ref { text, place: target.place, target: SchemaId::UNLINKED })
}

/// Reports a value of another kind than expected.
pub(super) fn wrong_type(node: &Node, what: &str, expected: &str, errors: &Diagnostics) {
    let what = if what.contains(' ') { what.to_owned() } else { format!("`{what}`") };
    let message = format!("{what} must be {expected}, and this is {}", node.describe());
    let help = match expected {
        "a string" if node.scalar().is_none() => "write one text; no list and no mapping".to_owned(),
        "a string" if node.scalar() == Some(Scalar::Null) => "write the text, or remove the key".to_owned(),
        "a string" => "write it in quotes".to_owned(),
        "a mapping" => "write `key: value` lines, indented by two spaces".to_owned(),
        "a list" => "write `- ` items, or `[a, b]`".to_owned(),
        other if matches!(node.kind, Kind::Scalar { plain: false, .. }) => {
            format!("write {other}, without quotes")
        }
        other => format!("write {other}"),
    };
    errors.report(Code::WrongType, node.place, message, help);
}

/// The value for a word out of a fixed set; anything else is a mistake.
pub(crate) fn one_of<T: Copy>(
    word: &str,
    place: Place,
    what: &str,
    known: &[(&str, T)],
    errors: &Diagnostics,
) -> Option<T> {
    let found = known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    if found.is_none() {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let message = format!("`{word}` is no {what}");
        errors.report(Code::UnknownValue, place, message, suggest(word, &names));
    }
    found
}

/// Keys of OpenAPI that look like others and mean something else.
const OTHERS: &[&str] = &["minLength", "minItems", "minProperties", "maxProperties"];

fn suggest(word: &str, known: &[&str]) -> String {
    let slip = if OTHERS.contains(&word) { "" } else { word };
    did_you_mean(slip, known.iter().copied(), || {
        let mut names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        names.sort();
        names.dedup();
        if names.is_empty() {
            "nothing may stand here: remove it".to_owned()
        } else {
            format!("what may stand here: {}", names.join(", "))
        }
    })
}
