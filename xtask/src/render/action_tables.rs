//! What each action knows of itself, as data; and the unions of what a server sends by name.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToShoutySnakeCase, ToUpperCamelCase};

use super::rust_types::rust_type;
use super::types::{first_sentence, imports, print_item};
use super::{Output, docs, head};
use crate::model::{
    Action, Authorization, Content, Document, ERROR_TYPE, Message, Method, Model, Payload, Repeatable,
    SHARED, Schema, Scopes, Transport,
};
use crate::name;

/// The actions of an API; `None` if it has none.
pub(super) fn render(model: &Model, document: &Document, folder: &str) -> Option<Output> {
    if document.actions.is_empty() {
        return None;
    }
    let from = format!("spec/v{}/{}", model.version, document.folder);
    let mut text = head(&from, "What each action of this API knows of itself.");
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut body = String::new();
    let names: Vec<String> = document.actions.iter().map(|action| const_name(document, action)).collect();
    for (action, name) in document.actions.iter().zip(&names) {
        let cfg = if is_rtm_only(action) { "#[cfg(feature = \"rtm\")]\n" } else { "" };
        body.push_str(&format!(
            "/// {}\n{cfg}{}\n",
            docs::markdown(&docs::sentence(&action.docs.summary)),
            constant(document, action, name)
        ));
    }
    for (action, name) in document.actions.iter().zip(&names) {
        body.push_str(&implementations(action, name));
        for payload in typed_payloads(action) {
            need(model, &payload.schema, &mut needs);
        }
    }
    for name in [
        "ActionInfo",
        "Api",
        "Authorization",
        "Http",
        "Method",
        "Content",
        "Transport",
        "Scopes",
        "Repeatable",
        "Pagination",
        "Action",
        "Empty",
    ] {
        if super::types::has_word(&body, name) {
            needs.entry("crate".into()).or_default().insert(name.into());
        }
    }
    needs.entry("crate".into()).or_default().insert("ActionInfo".into());
    let mut tail = all_table(document, &names);
    if !document.errors.is_empty() {
        needs.entry("crate::shared".into()).or_default().insert(ERROR_TYPE.into());
        tail.push_str(&error_table(document));
    }
    let (plain, rtm) = split_rtm(model, document, needs);
    text.push_str(&imports(&plain));
    if super::types::has_word(&body, "RtmAction") {
        text.push_str("#[cfg(feature = \"rtm\")]\nuse crate::RtmAction;\n");
    }
    text.push_str(&rtm.iter().map(|line| format!("#[cfg(feature = \"rtm\")]\n{line}")).collect::<String>());
    text.push('\n');
    text.push_str(&tail);
    text.push('\n');
    text.push_str(body.trim_end());
    text.push('\n');
    Some(Output { path: format!("{folder}/actions.rs"), text })
}

/// The payloads that an implementation names: a file to upload is no value that is written as JSON.
fn typed_payloads(action: &Action) -> impl Iterator<Item = &Payload> {
    action.payloads().filter(|_| !action.is_upload())
}

/// Whether an action exists behind the feature `rtm` only.
fn is_rtm_only(action: &Action) -> bool {
    action.http.is_none()
}

/// The constant of an action; one that is another thing over WebSocket says so.
fn const_name(document: &Document, action: &Action) -> String {
    let has_namesake = document.actions.iter().filter(|other| other.id == action.id).count() > 1;
    let prefix = if is_rtm_only(action) && has_namesake { "RTM_" } else { "" };
    format!("{prefix}{}", action.id.to_shouty_snake_case())
}

/// Imports that only WebSocket needs stand behind its feature.
fn split_rtm(
    model: &Model,
    document: &Document,
    needs: BTreeMap<String, BTreeSet<String>>,
) -> (BTreeMap<String, BTreeSet<String>>, Vec<String>) {
    let web = document.actions.iter().filter(|action| !is_rtm_only(action));
    let mut web_needs = BTreeMap::new();
    web.flat_map(typed_payloads).for_each(|payload| need(model, &payload.schema, &mut web_needs));
    let mut plain = needs;
    let mut rtm = BTreeMap::new();
    for (module, names) in &mut plain {
        if module.starts_with("super") || module.starts_with("crate::shared") {
            let kept = web_needs.get(module).cloned().unwrap_or_default();
            let moved: BTreeSet<String> =
                names.iter().filter(|name| !kept.contains(*name) && *name != ERROR_TYPE).cloned().collect();
            names.retain(|name| !moved.contains(name));
            if !moved.is_empty() {
                rtm.insert(module.clone(), moved);
            }
        }
    }
    plain.retain(|_, names| !names.is_empty());
    let mut lines = Vec::new();
    for (module, names) in rtm {
        lines.push(imports(&BTreeMap::from([(module, names)])));
    }
    (plain, lines)
}

/// The names that a payload's type needs, by module.
pub(super) fn need(model: &Model, schema: &Schema, needs: &mut BTreeMap<String, BTreeSet<String>>) {
    for reference in Model::references(schema) {
        let target = model.named(reference.target);
        let module = if target.folder == SHARED {
            format!("crate::shared::{}", name::module(&target.stem))
        } else {
            format!("super::{}", name::module(&target.stem))
        };
        needs.entry(module).or_default().insert(target.name.clone());
    }
    if rust_type(schema).contains("BTreeMap") {
        needs.entry("std::collections".into()).or_default().insert("BTreeMap".into());
    }
}

fn constant(document: &Document, action: &Action, name: &str) -> String {
    let mut lines = Vec::new();
    if let Some(http) = &action.http {
        let method = match http.method {
            Method::Get => "Get",
            Method::Post => "Post",
            Method::Delete => "Delete",
        };
        let content = match http.content {
            Content::Json => "Json",
            Content::Query => "Query",
            Content::Multipart => "Multipart",
            Content::Form => "Form",
        };
        let held: Vec<String> = http
            .parameters
            .iter()
            .filter(|parameter| parameter.client)
            .map(|parameter| format!("{:?}", parameter.name))
            .collect();
        lines.push(format!(
            "http: Some(Http::new(Method::{method}, {:?}, Content::{content}, &[{}])),",
            http.path,
            held.join(", ")
        ));
    }
    let transports: Vec<&str> = action
        .transports
        .iter()
        .map(|transport| match transport {
            Transport::Web => "Transport::Web",
            Transport::Rtm => "Transport::Rtm",
        })
        .collect();
    lines.push(format!("transports: &[{}],", transports.join(", ")));
    let scopes =
        |names: &[String]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    match &action.scopes {
        Scopes::None => {}
        Scopes::Any(names) => lines.push(format!("scopes: Scopes::Any(&[{}]),", scopes(names))),
        Scopes::All(names) => lines.push(format!("scopes: Scopes::All(&[{}]),", scopes(names))),
        Scopes::Listed(names) => lines.push(format!("scopes: Scopes::Listed(&[{}]),", scopes(names))),
    }
    match action.repeatable {
        Repeatable::Always => lines.push("repeatable: Repeatable::Always,".into()),
        Repeatable::WithCustomId => lines.push("repeatable: Repeatable::WithCustomId,".into()),
        Repeatable::Never => {}
    }
    if let Some(pagination) = &action.pagination {
        lines.push(format!(
            "pagination: Some(Pagination::new({:?}, {:?}, {:?}, {:?})),",
            pagination.items, pagination.next, pagination.previous, pagination.total
        ));
    }
    if let Some(single) = &action.batch_of {
        lines.push(format!("batch_of: Some({single:?}),"));
    }
    match action.authorization {
        Authorization::Required => {}
        Authorization::Optional => lines.push("authorization: Authorization::Optional,".into()),
        Authorization::None => lines.push("authorization: Authorization::None,".into()),
    }
    if action.deprecated {
        lines.push("deprecated: true,".into());
    }
    let fields: String = lines.iter().map(|line| format!("    {line}\n")).collect();
    format!(
        "pub const {name}: ActionInfo = ActionInfo {{\n{fields}    ..ActionInfo::new(\n        Api::{},\n        {:?},\n        {:?},\n    )\n}};\n",
        document.api.to_upper_camel_case(),
        action.name,
        action.docs.url
    )
}

fn implementations(action: &Action, name: &str) -> String {
    let request = rust_type(&action.request.schema);
    let response =
        action.response.as_ref().map_or_else(|| "Empty".to_owned(), |response| rust_type(&response.schema));
    let mut text = String::new();
    let is_upload = action.is_upload();
    let mut implement = |cfg: &str, name_of_trait: &str| {
        text.push_str(&format!(
            "{cfg}impl {name_of_trait} for {request} {{\n    const INFO: &'static ActionInfo = &{name};\n    type Response = {response};\n}}\n\n"
        ));
    };
    if action.http.is_some() && !is_upload {
        implement("", "Action");
    }
    if action.transports.contains(&Transport::Rtm) {
        implement("#[cfg(feature = \"rtm\")]\n", "RtmAction");
    }
    text
}

fn all_table(document: &Document, names: &[String]) -> String {
    let rows: String = document
        .actions
        .iter()
        .zip(names)
        .map(|(action, name)| {
            let cfg = if is_rtm_only(action) { "    #[cfg(feature = \"rtm\")]\n" } else { "" };
            format!("{cfg}    &{name},\n")
        })
        .collect();
    format!(
        "/// All actions of this API, in the documentation's order.\npub const ALL: &[&ActionInfo] = &[\n{rows}];\n"
    )
}

fn error_table(document: &Document) -> String {
    let rows: String =
        document.errors.iter().map(|value| format!("    ErrorType::{},\n", name::variant(value))).collect();
    format!(
        "\n/// The types of error that the documentation of this API lists.\npub const ERROR_TYPES: &[ErrorType] = &[\n{rows}];\n"
    )
}

/// The unions of an API's pushes and of the webhooks: module, condition, text.
pub(super) fn unions(model: &Model, document: &Document) -> Vec<(String, Option<String>, String)> {
    let mut all = Vec::new();
    if !document.pushes.is_empty() {
        let doc = format!(
            "What the {} sends over WebSocket without being asked, told apart by `action`.",
            document.title
        );
        let rtm = Some("feature = \"rtm\"".to_owned());
        all.push(("push".to_owned(), rtm, union(model, document, "Push", &doc, &document.pushes)));
    }
    if !document.webhooks.is_empty() {
        let doc = "What a webhook carries, told apart by `action`.";
        all.push((
            "webhook".to_owned(),
            None,
            union(model, document, "WebhookPayload", doc, &document.webhooks),
        ));
    }
    all
}

fn union(model: &Model, document: &Document, union: &str, doc: &str, messages: &[Message]) -> String {
    let from = format!("spec/v{}/{}", model.version, document.folder);
    let mut text = head(&from, doc);
    let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    needs.entry("crate".into()).or_default().insert("UnknownPayload".into());
    needs.entry("crate::macros".into()).or_default().insert("payload_union".into());
    let mut variants = Vec::new();
    let mut rows = String::new();
    for message in messages {
        need(model, &message.payload.schema, &mut needs);
        let variant = message.name.to_upper_camel_case();
        let ty = rust_type(&message.payload.schema);
        rows.push_str(&format!("    {:?} => {variant}({ty}),\n", message.name));
        let ident = syn::Ident::new(&variant, proc_macro2::Span::call_site());
        let ty: syn::Type = syn::parse_str(&ty).unwrap_or_else(|_| syn::parse_quote!(Value));
        let mut said = docs::lines(&docs::markdown(first_sentence(&docs::sentence(&message.docs.summary))));
        said.push(String::new());
        said.extend(docs::lines(&format!("[Documentation]({})", message.docs.url)));
        variants.push(quote::quote! { #(#[doc = #said])* #ident(#ty) });
    }
    text.push_str(&imports(&needs));
    text.push('\n');
    let ident = syn::Ident::new(union, proc_macro2::Span::call_site());
    let doc = docs::lines(doc);
    let item = syn::parse_quote! {
        #(#[doc = #doc])*
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum #ident {
            #(#variants,)*
            /// An action that this version does not know; its payload is kept whole.
            Unknown(UnknownPayload),
        }
    };
    text.push_str(&print_item(item));
    text.push_str(&format!("\npayload_union! {{\n    {union},\n{rows}}}\n"));
    text
}
