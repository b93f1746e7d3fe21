//! The unions of what a server sends by name: an API's pushes, the webhooks.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;

use super::imports::{Imports, When};
use super::rust_types::rust_type;
use super::{Output, action_tables, docs, rust_file, spec_folder};
use crate::model::{Document, Message, Model, Payload};

/// A union in a module of its own.
pub(super) struct MessageUnion {
    /// The module.
    pub module: &'static str,
    /// When it is compiled, as the inside of `#[cfg(…)]`.
    pub cfg: Option<String>,
    /// Its file.
    pub output: Output,
}

/// The union of webhooks.
const WEBHOOK: &str = "WebhookPayload";

/// The unions of an API.
pub(super) fn render(model: &Model, document: &Document, folder: &str) -> Vec<MessageUnion> {
    let title = &document.title;
    let pushes =
        format!("What the {title} sends over WebSocket without being asked, told apart by `action`.");
    let webhooks = "What a webhook carries, told apart by `action`.";
    let rtm = Some("feature = \"rtm\"".to_owned());
    let all = [
        ("push", rtm, "Push", pushes.as_str(), &document.pushes),
        ("webhook", None, WEBHOOK, webhooks, &document.webhooks),
    ];
    all.into_iter()
        .filter(|(.., messages)| !messages.is_empty())
        .map(|(module, cfg, name, about, messages)| {
            let mut imports = Imports::default();
            let code = union(model, document, (name, about), messages, &mut imports)
                + &envelope(model, document, name, &mut imports);
            let (path, from) = (format!("{folder}/{module}.rs"), spec_folder(model, Some(&document.folder)));
            MessageUnion { module, cfg, output: rust_file(path, &from, about, &[&imports.render(), &code]) }
        })
        .collect()
}

/// The code of a union.
fn union(
    model: &Model,
    document: &Document,
    (union, about): (&str, &str),
    messages: &[Message],
    imports: &mut Imports,
) -> String {
    imports.add(When::Always, "crate", "UnknownPayload");
    imports.add(When::Always, "crate::macros", "payload_union");
    let (mut variants, mut rows) = (String::new(), String::new());
    for Message { name, docs, payload, .. } in messages {
        imports.add_type(When::Always, model, &payload.schema, action_tables::place(document));
        let variant = format!("{}({})", name.to_upper_camel_case(), rust_type(model, &payload.schema));
        let summary = docs::markdown(&docs::sentence(&docs.summary));
        let said = format!("{}\n\n[Documentation]({})", docs::first_sentence(&summary), docs.url);
        variants.push_str(&format!("{}    {variant},\n", docs::comment_inside(&said)));
        rows.push_str(&format!("    {name:?} => {variant},\n"));
    }
    let unknown =
        docs::comment_inside("An action that this version does not know; its payload is kept whole.");
    format!(
        "{}#[derive(Debug, Clone, PartialEq)]\n#[non_exhaustive]\npub enum {union} {{\n\
         {variants}{unknown}    Unknown(UnknownPayload),\n}}\n\n\
         payload_union! {{\n    {union},\n{rows}}}\n",
        docs::comment(about)
    )
}

/// The whole message, where something comes beside its payload that is the same for all: the name of that type.
fn envelope(model: &Model, document: &Document, payload: &str, imports: &mut Imports) -> String {
    let beside: Vec<&Payload> =
        document.webhooks.iter().filter_map(|message| message.additional_data.as_ref()).collect();
    let types: BTreeSet<String> = beside.iter().map(|data| rust_type(model, &data.schema)).collect();
    let (Some(data), 1, true) = (beside.first(), types.len(), payload == WEBHOOK) else {
        return String::new();
    };
    imports.add(When::Always, "crate", "WebhookEnvelope");
    imports.add_type(When::Always, model, &data.schema, action_tables::place(document));
    let about = "A webhook as it comes: the whole body of the request, its payload and additional data typed. \
                 [`WebhookEnvelope`] has an example.\n\n\
                 Reading one does not verify it: `secret_key` is as it came. The crate `livechat-webhooks` compares the \
                 key first, and its own `Webhook` is what is left without it.";
    let ty = rust_type(model, &data.schema);
    format!("\n{}pub type Webhook = WebhookEnvelope<{payload}, {ty}>;\n", docs::comment(about))
}
