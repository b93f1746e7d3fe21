//! The wire tests' tables: which Rust type stands for which documented message, which method sends which action; and the
//! specs' own examples.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::rust_types::rust_type;
use super::{MARK, Output, head, places};
use crate::model::{Document, Message, Model, Payload, SHARED, Schema, Shape, Transport};

/// The tables and the examples.
pub(super) fn render(model: &Model) -> Vec<Output> {
    let entries: Vec<Entry<'_>> = model.documents.iter().flat_map(entries).collect();
    let examples: Vec<Value> = entries.iter().filter_map(Entry::example).collect();
    let examples = json!({"generated": MARK, "examples": examples});
    let outputs = [
        ("samples.rs", shapes(model, &entries)),
        ("calls.rs", calls(model)),
        ("examples.json", format!("{examples:#}\n")),
    ];
    outputs.map(|(name, text)| Output { path: format!("{}/{name}", places::SAMPLES), text }).into()
}

/// The table of messages.
fn shapes(model: &Model, entries: &[Entry<'_>]) -> String {
    let mut text = head(
        &format!("spec/v{}", model.version),
        "Which type stands for which message of the documentation: API, action, kind.",
    );
    text.push_str("use livechat_types as types;\n\n");
    text.push_str("use crate::shape::{Shape, rtm_request, rtm_response, shape, wrapped};\n\n");
    text.push_str("/// One row a message.\npub static SHAPES: &[Shape] = &[\n");
    for entry in entries {
        let _ = writeln!(text, "    {},", entry.row(model));
    }
    text.push_str("];\n\n");
    text.push_str(&aliases(model));
    text
}

/// The table of operations.
fn calls(model: &Model) -> String {
    let mut text = head(
        &format!("spec/v{}", model.version),
        "Which method of the client sends which action. Those that take a file are not among them.",
    );
    text.push_str("use livechat_types as types;\n\nuse crate::call::{Call, batch, call};\n\n");
    text.push_str("/// One row a method.\npub static CALLS: &[Call] = &[\n");
    for document in &model.documents {
        let api = &document.api;
        for action in &document.actions {
            if action.is_upload() || !action.transports.contains(&Transport::Web) {
                continue;
            }
            let request = qualified(model, &action.request.schema, api);
            // The method of a batch takes its items.
            let row = if action.batch_of.is_some() { "batch" } else { "call" };
            let _ = writeln!(text, "    {row}!({api} {:?} {}({request})),", action.name, action.id);
        }
    }
    text.push_str("];\n");
    text
}

struct Entry<'a> {
    api: String,
    action: String,
    kind: &'static str,
    /// What is sent or comes; `None` where that is nothing.
    payload: Option<&'a Payload>,
    unit: &'a str,
}

impl Entry<'_> {
    /// A row of the table.
    fn row(&self, model: &Model) -> String {
        let (api, action, kind) = (&self.api, &self.action, self.kind);
        let payload = |payload: &Payload| qualified(model, &payload.schema, self.unit);
        let ty = self.payload.map_or_else(|| "types::Empty".to_owned(), payload);
        match (kind, self.payload.and_then(|payload| payload.key.as_ref())) {
            (_, Some(key)) => format!("wrapped::<{ty}>({api:?}, {action:?}, {kind:?}, {key:?})"),
            ("request" | "response", None) if api.ends_with("-rtm") => {
                format!("rtm_{kind}::<{ty}>({api:?}, {action:?})")
            }
            _ => format!("shape::<{ty}>({api:?}, {action:?}, {kind:?})"),
        }
    }

    fn example(&self) -> Option<Value> {
        let payload = self.payload?;
        let example = payload.example.clone()?;
        let example = match &payload.key {
            Some(key) => json!({key: example}),
            None => example,
        };
        Some(json!({"api": self.api, "action": self.action, "kind": self.kind, "payload": example}))
    }
}

/// A type with its path.
fn qualified(model: &Model, schema: &Schema, unit: &str) -> String {
    match &schema.shape {
        Shape::Ref(reference) => {
            let named = model.named(reference.target);
            let module = if named.folder == SHARED { SHARED } else { unit };
            format!("types::{module}::{}", named.name)
        }
        Shape::Array(items) => format!("Vec<{}>", qualified(model, items, unit)),
        Shape::Map(inner) => format!("std::collections::BTreeMap<String, {}>", qualified(model, inner, unit)),
        _ => rust_type(schema),
    }
}

fn entries<'a>(document: &'a Document) -> Vec<Entry<'a>> {
    let mut all = Vec::new();
    let unit = document.api.as_str();
    for action in &document.actions {
        let is_upload = action.is_upload();
        for transport in &action.transports {
            let api = sample_api(unit, *transport);
            let mut add = |kind, payload| {
                all.push(Entry { api: api.clone(), action: action.name.clone(), kind, payload, unit });
            };
            if !is_upload {
                add("request", Some(&action.request));
            }
            add("response", action.response.as_ref());
        }
    }
    let mut messages = |list: &'a [Message], api: String, kind: &'static str| {
        for message in list {
            let additional = message.additional_data.as_ref().map(|payload| ("additional_data", payload));
            for (kind, payload) in [(kind, &message.payload)].into_iter().chain(additional) {
                let (api, action) = (api.clone(), message.name.clone());
                all.push(Entry { api, action, kind, payload: Some(payload), unit });
            }
        }
    };
    messages(&document.pushes, format!("{unit}-rtm"), "push");
    messages(&document.webhooks, unit.to_owned(), "webhook");
    let structures = if has_rtm(unit) { format!("{unit}-structures") } else { unit.to_owned() };
    messages(&document.structures, structures, "structure");
    all
}

fn has_rtm(unit: &str) -> bool {
    matches!(unit, "agent" | "customer")
}

/// The name by which collections of samples know an API and transport.
fn sample_api(unit: &str, transport: Transport) -> String {
    match (has_rtm(unit), transport) {
        (true, Transport::Web) => format!("{unit}-web"),
        (true, Transport::Rtm) => format!("{unit}-rtm"),
        (false, _) => unit.to_owned(),
    }
}

/// Spellings that are read and never written: a round trip may change them, and nothing else.
fn aliases(model: &Model) -> String {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut values: Vec<(String, String)> = Vec::new();
    for named in &model.schemas {
        Model::walk(&named.schema, &mut |schema| match &schema.shape {
            Shape::Object(properties) => {
                for property in properties {
                    let aliases = property.schema.aliases.iter();
                    fields.extend(aliases.map(|alias| (alias.clone(), property.name.clone())));
                }
            }
            Shape::Enum(found) => values.extend(found.aliases.iter().cloned()),
            _ => {}
        });
    }
    let table = |name: &str, doc: &str, mut rows: Vec<(String, String)>| {
        rows.sort();
        rows.dedup();
        let rows: String = rows.iter().map(|(from, to)| format!("    ({from:?}, {to:?}),\n")).collect();
        format!("/// {doc}\npub static {name}: &[(&str, &str)] = &[\n{rows}];\n")
    };
    let mut text = table("FIELD_ALIASES", "Other spellings of fields, and what is written instead.", fields);
    text.push('\n');
    text.push_str(&table("VALUE_ALIASES", "Other spellings of values, and what is written instead.", values));
    text
}
