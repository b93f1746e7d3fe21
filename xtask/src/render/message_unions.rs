//! The unions of what a server sends by name: an API's pushes, the webhooks.

use heck::ToUpperCamelCase;

use super::imports::{Imports, When};
use super::rust_types::rust_type;
use super::{Output, action_tables, docs, rust_file, spec_folder};
use crate::model::{Document, Message, Model};

/// A union in a module of its own.
pub(super) struct MessageUnion {
    /// The module.
    pub module: &'static str,
    /// When it is compiled, as the inside of `#[cfg(…)]`.
    pub cfg: Option<String>,
    /// Its file.
    pub output: Output,
}

/// The unions of an API.
pub(super) fn render(model: &Model, document: &Document, folder: &str) -> Vec<MessageUnion> {
    let title = &document.title;
    let pushes =
        format!("What the {title} sends over WebSocket without being asked, told apart by `action`.");
    let webhooks = "What a webhook carries, told apart by `action`.";
    let rtm = Some("feature = \"rtm\"".to_owned());
    let all = [
        ("push", rtm, "Push", pushes.as_str(), &document.pushes),
        ("webhook", None, "WebhookPayload", webhooks, &document.webhooks),
    ];
    all.into_iter()
        .filter(|(.., messages)| !messages.is_empty())
        .map(|(module, cfg, name, about, messages)| {
            let (uses, code) = union(model, document, (name, about), messages);
            let (path, from) = (format!("{folder}/{module}.rs"), spec_folder(model, Some(&document.folder)));
            MessageUnion { module, cfg, output: rust_file(path, &from, about, &[&uses, &code]) }
        })
        .collect()
}

/// The `use` lines and the code of a union.
fn union(
    model: &Model,
    document: &Document,
    (union, about): (&str, &str),
    messages: &[Message],
) -> (String, String) {
    let mut imports = Imports::default();
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
    let code = format!(
        "{}#[derive(Debug, Clone, PartialEq)]\n#[non_exhaustive]\npub enum {union} {{\n\
         {variants}{unknown}    Unknown(UnknownPayload),\n}}\n\n\
         payload_union! {{\n    {union},\n{rows}}}\n",
        docs::comment(about)
    );
    (imports.render(), code)
}
