//! Reads the entries that have no path: RTM actions, pushes, webhooks, documented data structures.

use super::fields::{Fields, wrong_type};
use super::operation::{read_docs, read_head};
use super::schema::{self, Position};
use super::{MessageEntry, RtmEntry, example};
use crate::diagnostics::Diagnostics;
use crate::model::Payload;
use crate::yaml::Node;

/// An `x-rtm` entry.
pub(super) fn read_rtm(node: &Node, errors: &Diagnostics) -> Option<RtmEntry> {
    let mut fields = Fields::of(node, "an x-rtm entry", errors)?;
    let head = read_head(&mut fields, errors);
    let request = fields.require("request").and_then(|node| read_payload(node, errors));
    let response = fields.get("response").and_then(|node| read_payload(node, errors));
    fields.finish();
    Some(RtmEntry { head: head?, request: request?, response })
}

/// An `x-pushes` entry.
pub(super) fn read_push(node: &Node, errors: &Diagnostics) -> Option<MessageEntry> {
    read_message(Fields::of(node, "a push", errors)?, None, errors)
}

/// An `x-webhooks` entry: a push, and what may come beside its payload.
pub(super) fn read_webhook(node: &Node, errors: &Diagnostics) -> Option<MessageEntry> {
    let mut fields = Fields::of(node, "a webhook", errors)?;
    let additional_data = fields.get("additional_data").and_then(|node| read_payload(node, errors));
    read_message(fields, additional_data, errors)
}

fn read_message(
    mut fields: Fields<'_>,
    additional_data: Option<Payload>,
    errors: &Diagnostics,
) -> Option<MessageEntry> {
    let place = fields.place();
    let docs = read_docs(&mut fields, true, errors);
    let payload = fields.require("payload").and_then(|node| read_payload(node, errors));
    fields.finish();
    Some(MessageEntry { place, docs, payload: payload?, additional_data })
}

/// An `x-structures` entry.
pub(super) fn read_structure(node: &Node, errors: &Diagnostics) -> Option<MessageEntry> {
    let mut fields = Fields::of(node, "a data structure", errors)?;
    let place = fields.place();
    let docs = read_docs(&mut fields, false, errors);
    let payload = finish_payload(fields, errors)?;
    Some(MessageEntry { place, docs, payload, additional_data: None })
}

fn read_payload(node: &Node, errors: &Diagnostics) -> Option<Payload> {
    let fields = Fields::of(node, "a payload", errors)?;
    finish_payload(fields, errors)
}

fn finish_payload(mut fields: Fields<'_>, errors: &Diagnostics) -> Option<Payload> {
    let schema = fields.require("schema").and_then(|node| schema::read(node, Position::Inline, errors));
    let (example, example_place) = example(fields.require("example"));
    let key = fields.text("key");
    if let Some(node) = fields.get("key").filter(|_| key.as_deref() == Some("")) {
        wrong_type(node, "key", "a name", errors);
    }
    fields.finish();
    Some(Payload { schema: schema?, example, example_place, key })
}
