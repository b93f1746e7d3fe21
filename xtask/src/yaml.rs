//! Reads YAML into a tree that knows where each thing stands; refuses the parts of YAML that surprise people.
//!
//! It works on the parser's events, not on a ready-made tree: that one recurses, and deep nesting would overflow the stack.

use std::collections::HashSet;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};
use serde_json::{Map, Number, Value};

use crate::diagnostics::{Code, Diagnostics, Place};
use crate::read::{EMPTY_HELP, Sources};

/// The deepest nesting that is accepted.
pub(crate) const MAX_DEPTH: usize = 64;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: Kind,
}

/// A YAML value.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A scalar: its text, and whether it stands without quotes.
    Scalar {
        /// The text after YAML's own unescaping.
        text: String,
        /// Whether it has no quotes, so that `3.5` is a number.
        plain: bool,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// Keys and values in the file's order.
    Mapping(Vec<(Key, Node)>),
}

/// A key of a mapping.
#[derive(Debug, Clone)]
pub(crate) struct Key {
    /// Its text.
    pub name: String,
    /// Where it stands.
    pub place: Place,
}

/// A scalar as YAML 1.2's core schema reads it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Scalar<'a> {
    /// Text.
    String(&'a str),
    /// A whole number.
    Integer(i64),
    /// Another number.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// `null` or nothing.
    Null,
}

impl Node {
    /// The scalar that this is, if it is one.
    #[must_use]
    pub(crate) fn scalar(&self) -> Option<Scalar<'_>> {
        match &self.kind {
            Kind::Scalar { text, plain } => Some(resolve(text, *plain)),
            Kind::Sequence(_) | Kind::Mapping(_) => None,
        }
    }

    /// The text that this is, if YAML reads it as text.
    #[must_use]
    pub(crate) fn as_str(&self) -> Option<&str> {
        match self.scalar() {
            Some(Scalar::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The value of a key, if this is a mapping that has it.
    #[must_use]
    pub(crate) fn get(&self, name: &str) -> Option<&Node> {
        match &self.kind {
            Kind::Mapping(entries) => entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node),
            _ => None,
        }
    }

    /// The same value as JSON.
    #[must_use]
    pub(crate) fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Scalar { text, plain } => match resolve(text, *plain) {
                Scalar::String(text) => Value::String(text.into()),
                Scalar::Integer(number) => Value::Number(number.into()),
                Scalar::Float(number) => Number::from_f64(number).map_or(Value::Null, Value::Number),
                Scalar::Boolean(value) => Value::Bool(value),
                Scalar::Null => Value::Null,
            },
            Kind::Sequence(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            Kind::Mapping(entries) => Value::Object(
                entries.iter().map(|(key, node)| (key.name.clone(), node.to_json())).collect::<Map<_, _>>(),
            ),
        }
    }

    /// What a person would call this value.
    #[must_use]
    pub(crate) fn describe(&self) -> &'static str {
        match &self.kind {
            Kind::Sequence(_) => "a list",
            Kind::Mapping(_) => "a mapping",
            Kind::Scalar { .. } => match self.scalar() {
                Some(Scalar::Integer(_)) => "an integer",
                Some(Scalar::Float(_)) => "a number",
                Some(Scalar::Boolean(_)) => "a boolean",
                Some(Scalar::Null) => "nothing",
                _ => "a string",
            },
        }
    }
}

fn resolve(text: &str, plain: bool) -> Scalar<'_> {
    if !plain {
        return Scalar::String(text);
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Boolean(true),
        "false" | "False" | "FALSE" => return Scalar::Boolean(false),
        _ => {}
    }
    if let Ok(number) = text.parse::<i64>() {
        return Scalar::Integer(number);
    }
    let numeric = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
        && text.chars().all(|c| c.is_ascii_digit() || "+-.eE".contains(c));
    match text.parse::<f64>() {
        Ok(number) if numeric && number.is_finite() => Scalar::Float(number),
        _ => Scalar::String(text),
    }
}

/// The tree of one file, or `None` if it has a mistake that leaves no tree.
pub(crate) fn parse(sources: &Sources, file: usize, errors: &Diagnostics) -> Option<Node> {
    let text = sources.get(file)?.text.as_str();
    if errors.mention(file) {
        return None; // the reader has said what is wrong with it
    }
    let mut builder = Builder { places: Places::new(text, file), errors, open: Vec::new(), root: None };
    let before = errors.len();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => {
                builder.event(event, span)?; // after a mistake, what follows would only repeat it
            }
            Err(error) => {
                builder.syntax_error(&error);
                return None;
            }
        }
    }
    if builder.root.is_none() {
        let message = "this file holds nothing but comments";
        errors.report(Code::EmptyFile, Place { file, start: 0, end: 0 }, message, EMPTY_HELP);
    }
    (errors.len() == before).then_some(builder.root).flatten()
}

/// Whether YAML reads a text as a number that has no decimal digits: `0x1F`, `0o17`, `.inf`, `.nan`.
fn is_odd_number(text: &str) -> bool {
    let unsigned = text.trim_start_matches(['+', '-']);
    let digits = |prefix: &str, radix: u32| {
        let digits = unsigned.strip_prefix(prefix);
        digits.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix)))
    };
    digits("0x", 16)
        || digits("0o", 8)
        || [".inf", ".nan"].iter().any(|word| unsigned.eq_ignore_ascii_case(word))
}

/// Whether a character shows nothing, or changes the direction of those behind it.
fn is_invisible(c: char) -> bool {
    let is_break = matches!(c, '\n' | '\t');
    c.is_control() && !is_break
        || matches!(c, '\u{200b}' | '\u{2028}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A collection that is still open.
struct Open {
    start: Place,
    items: Items,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<(Key, Node)>, key: Option<Key>, names: HashSet<String> },
}

struct Builder<'a> {
    places: Places<'a>,
    errors: &'a Diagnostics,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Builder<'_> {
    /// Takes in one event; `None` stops the reading of this file.
    fn event(&mut self, event: Event<'_>, span: Span) -> Option<()> {
        let place = self.places.place(span);
        match event {
            Event::Alias(_) => self.refuse_anchor(place),
            Event::Scalar(text, style, anchor, tag) => {
                self.plain_yaml(anchor, tag.is_some(), place)?;
                self.plain_text(&text, place)?;
                let plain = style == ScalarStyle::Plain;
                if plain && is_odd_number(&text) {
                    let message = format!("`{text}` is a number in YAML, and text to many who read it");
                    let help = "write a number in decimal digits, or a text in quotes";
                    self.errors.report(Code::YamlSyntax, place, message, help);
                    return None;
                }
                self.value(Node { place, kind: Kind::Scalar { text: text.into_owned(), plain } })
            }
            Event::SequenceStart(anchor, tag) => {
                self.plain_yaml(anchor, tag.is_some(), place)?;
                self.descend(place, Items::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.plain_yaml(anchor, tag.is_some(), place)?;
                self.descend(place, Items::Mapping { entries: Vec::new(), key: None, names: HashSet::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Open { start, items } = self.open.pop()?;
                let kind = match items {
                    Items::Sequence(items) => Kind::Sequence(items),
                    Items::Mapping { entries, .. } => Kind::Mapping(entries),
                };
                let end = place.end.max(start.end);
                self.value(Node { place: Place { end, ..start }, kind })
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                let help = "one file is one YAML document: move the rest into a file of its own";
                self.errors.report(Code::SeveralDocuments, place, "a second YAML document starts here", help);
                None
            }
            _ => Some(()),
        }
    }

    fn descend(&mut self, start: Place, items: Items) -> Option<()> {
        if self.open.len() >= MAX_DEPTH {
            self.too_deep(start);
            return None;
        }
        self.open.push(Open { start, items });
        Some(())
    }

    fn too_deep(&self, place: Place) {
        let message = format!("the nesting is deeper than {MAX_DEPTH} levels");
        self.errors.report(Code::TooDeep, place, message, "name inner schemas and refer to them by $ref");
    }

    fn refuse_anchor(&self, place: Place) -> Option<()> {
        let help = "specs use no anchors, aliases or merge keys: name the schema and refer to it by $ref";
        self.errors.report(Code::AnchorOrAlias, place, "an anchor or alias stands here", help);
        None
    }

    fn plain_yaml(&self, anchor: usize, tagged: bool, place: Place) -> Option<()> {
        if anchor != 0 {
            return self.refuse_anchor(place);
        }
        if tagged {
            let help = "remove the tag; quote a value to make it a string";
            self.errors.report(Code::YamlTag, place, "a YAML tag stands here", help);
            return None;
        }
        Some(())
    }

    /// Refuses what nobody sees: it would reach code and its documentation, where rustc refuses it, or would make two names of one.
    fn plain_text(&self, text: &str, place: Place) -> Option<()> {
        let Some(found) = text.chars().find(|c| is_invisible(*c)) else { return Some(()) };
        let written = self.places.text.get(place.start..place.end).and_then(|text| text.find(found));
        let start = place.start + written.unwrap_or(0);
        let end = if written.is_some() { start + found.len_utf8() } else { place.end };
        let message = format!("an invisible character stands in this text: U+{:04X}", u32::from(found));
        let help = "remove it; a line break of a text is `\\n`";
        self.errors.report(Code::YamlSyntax, Place { start, end, ..place }, message, help);
        None
    }

    /// Puts a finished value where it belongs.
    fn value(&mut self, node: Node) -> Option<()> {
        match self.open.last_mut().map(|open| &mut open.items) {
            None => self.root = Some(node),
            Some(Items::Sequence(items)) => items.push(node),
            Some(Items::Mapping { entries, key, names }) => match key.take() {
                Some(key) => entries.push((key, node)),
                None => *key = Some(read_key(&node, names, self.errors)?),
            },
        }
        Some(())
    }

    fn syntax_error(&self, error: &ScanError) {
        let at = self.places.offset(error.marker().line(), error.marker().col());
        let at = if error.info().contains("tab") { self.places.tab_near(at) } else { at };
        let place = Place { file: self.places.file, start: at, end: at };
        // The parser has a limit of its own, and looks ahead: its words for what we refuse are not a maintainer's.
        match error.info() {
            info if info.contains("recursion limit") => {
                self.too_deep(place);
                return;
            }
            info if info.contains("unknown anchor") => {
                self.refuse_anchor(place);
                return;
            }
            _ => {}
        }
        let help =
            "check the indentation (two spaces, no tabs), quotes and colons of this line and the one before";
        self.errors.report(Code::YamlSyntax, place, format!("this is no YAML: {}", error.info()), help);
    }
}

fn read_key(node: &Node, known: &mut HashSet<String>, errors: &Diagnostics) -> Option<Key> {
    let place = node.place;
    let Some(name) = node.as_str().map(str::to_owned) else {
        let message = format!("this key is {}, not a string", node.describe());
        errors.report(Code::KeyNotAString, place, message, "write the key in quotes, like \"200\"");
        return None;
    };
    if name == "<<" {
        let help = "specs use no merge keys: name the schema and refer to it by $ref or allOf";
        errors.report(Code::MergeKey, place, "a merge key stands here", help);
        return None;
    }
    if !known.insert(name.clone()) {
        let message = format!("the key `{name}` stands twice in this mapping");
        errors.report(Code::DuplicateKey, place, message, "keep one of them");
    }
    Some(Key { name, place })
}

/// Turns the parser's lines and columns, which count characters, into bytes.
struct Places<'a> {
    text: &'a str,
    file: usize,
    /// Where each line starts: its byte, and which character of the text that is.
    lines: Vec<(usize, usize)>,
    /// The byte of each [`STEP`]th character, so that no line is walked from its start, however long it is.
    steps: Vec<usize>,
}

/// How many characters are walked at most to find one.
const STEP: usize = 8;

impl<'a> Places<'a> {
    fn new(text: &'a str, file: usize) -> Self {
        let (mut lines, mut steps) = (vec![(0, 0)], Vec::new());
        for (count, (at, c)) in text.char_indices().enumerate() {
            if count % STEP == 0 {
                steps.push(at);
            }
            if c == '\n' {
                lines.push((at + 1, count + 1));
            }
        }
        Self { text, file, lines, steps }
    }

    fn offset(&self, line: usize, column: usize) -> usize {
        let Some((start, count)) = self.lines.get(line.saturating_sub(1)) else { return self.text.len() };
        let character = count + column;
        let step = self.steps.get(character / STEP).copied().unwrap_or(self.text.len()).max(*start);
        let rest = self.text.get(step..).unwrap_or_default();
        let skip = if step == *start { column } else { character % STEP };
        step + rest.char_indices().nth(skip).map_or(rest.len(), |(at, _)| at)
    }

    /// The tab that a mistake is about: behind the place where a text begins, or before the place where reading stopped.
    fn tab_near(&self, at: usize) -> usize {
        let (before, after) = self.text.split_at_checked(at).unwrap_or((self.text, ""));
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        let earlier = before.get(line..).and_then(|start| start.find('\t')).map(|tab| line + tab);
        earlier.or_else(|| Some(at + after.find('\t')?)).unwrap_or(at)
    }

    fn place(&self, span: Span) -> Place {
        let start = self.offset(span.start.line(), span.start.col());
        let end = self.offset(span.end.line(), span.end.col());
        Place { file: self.file, start, end: end.max(start) }
    }
}
