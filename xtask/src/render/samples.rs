//! The wire tests' tables: which Rust type stands for which documented message, which method sends which action; and the
//! specs' own examples.

use serde_json::{Value, json};

use super::rust_types::rust_type;
use super::{MARK, Output, places, rust_file, spec_folder};
use crate::model::{Document, Message, Model, Payload, SHARED, Schema, Shape, Transport};

/// The tables and the examples.
pub(super) fn render(model: &Model) -> Vec<Output> {
    let entries: Vec<Entry<'_>> = model.documents.iter().flat_map(entries).collect();
    let examples: Vec<Value> = entries.iter().filter_map(Entry::example).collect();
    let examples = json!({"generated": MARK, "examples": examples});
    let path = |name: &str| format!("{}/{name}", places::SAMPLES);
    let from = spec_folder(model, None);
    let about_shapes = "Which type stands for which message of the documentation: API, action, kind.";
    let about_calls =
        "Which method of the client sends which action. Those that take a file are not among them.";
    let uses = |names: &str| format!("use livechat_types as types;\n\nuse crate::{names};\n");
    let uses_shapes = uses("shape::{Shape, rtm_request, rtm_response, shape, wrapped}");
    let uses_calls = uses("call::{Call, batch, call}");
    let (shapes, aliases) = (shapes(model, &entries), aliases(model));
    vec![
        rust_file(path("samples.rs"), &from, about_shapes, &[&uses_shapes, &shapes, &aliases]),
        rust_file(path("calls.rs"), &from, about_calls, &[&uses_calls, &calls(model)]),
        Output { path: path("examples.json"), text: format!("{examples:#}\n") },
    ]
}

/// The table of messages.
fn shapes(model: &Model, entries: &[Entry<'_>]) -> String {
    let rows: String = entries.iter().map(|entry| format!("    {},\n", entry.row(model))).collect();
    format!("/// One row a message.\npub static SHAPES: &[Shape] = &[\n{rows}];\n")
}

/// The table of operations.
fn calls(model: &Model) -> String {
    let mut rows = String::new();
    for document in &model.documents {
        let api = &document.api;
        for action in &document.actions {
            if action.is_upload() || !action.transports.contains(&Transport::Web) {
                continue;
            }
            let request = qualified(model, &action.request.schema, api);
            // The method of a batch takes its items.
            let row = if action.batch_of.is_some() { "batch" } else { "call" };
            rows.push_str(&format!("    {row}!({api} {:?} {}({request})),\n", action.name, action.id));
        }
    }
    format!("/// One row a method.\npub static CALLS: &[Call] = &[\n{rows}];\n")
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
        _ => rust_type(model, schema),
    }
}

fn entries<'a>(document: &'a Document) -> Vec<Entry<'a>> {
    let mut all = Vec::new();
    let unit = document.api.as_str();
    for action in &document.actions {
        let is_upload = action.is_upload();
        for transport in &action.transports {
            let api = sample_api(document, *transport);
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
    let structures = if document.has_rtm() { format!("{unit}-structures") } else { unit.to_owned() };
    messages(&document.structures, structures, "structure");
    all
}

/// The name by which collections of samples know an API and transport.
fn sample_api(document: &Document, transport: Transport) -> String {
    match (document.has_rtm(), transport) {
        (true, Transport::Web) => format!("{}-web", document.api),
        (true, Transport::Rtm) => format!("{}-rtm", document.api),
        (false, _) => document.api.clone(),
    }
}

/// Spellings that are read and never written: a round trip may change them, and nothing else.
fn aliases(model: &Model) -> String {
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut values: Vec<(String, String)> = Vec::new();
    for named in &model.schemas {
        named.schema.walk(&mut |schema| match &schema.shape {
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
