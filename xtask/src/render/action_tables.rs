//! What each action of an API knows of itself, as data: constants, and the traits that name them.

use std::collections::BTreeMap;

use heck::{ToShoutySnakeCase, ToUpperCamelCase};

use super::imports::{Imports, RTM, When};
use super::rust_types::{answer_type, rust_type};
use super::{Output, docs, rust_file, spec_folder};
use crate::model::{
    Action, Authorization, Content, Document, ERROR_TYPE, Http, Method, Model, Named, Repeatable, SHARED,
    Scopes, Transport,
};
use crate::name;

/// The actions of an API.
pub(super) fn render(model: &Model, document: &Document, folder: &str) -> Output {
    let mut imports = Imports::default();
    let (mut rows, mut constants, mut implementations) = (String::new(), String::new(), String::new());
    for (action, name) in document.actions.iter().zip(const_names(document)) {
        let (when, cfg) = if is_rtm_only(action) { (When::Rtm, RTM) } else { (When::Always, "") };
        let row_cfg = if cfg.is_empty() { String::new() } else { format!("    {cfg}") };
        rows.push_str(&format!("{row_cfg}    &{name},\n"));
        let doc = docs::comment(&docs::markdown(&docs::sentence(&action.docs.summary)));
        let constant = Constant { when, imports: &mut imports, lines: String::new() };
        constants.push_str(&format!("{doc}{cfg}{}\n", constant.render(document, action, &name)));
        implementations.push_str(&implement(model, action, &name, &mut imports));
    }
    imports.add(When::Always, "crate", "ActionInfo");
    let table = format!(
        "/// All actions of this API, in the documentation's order.\n\
         pub const ALL: &[&ActionInfo] = &[\n{rows}];\n"
    );
    let errors = error_table(document, &mut imports);
    rust_file(
        format!("{folder}/actions.rs"),
        &spec_folder(model, Some(&document.folder)),
        "What each action of this API knows of itself.",
        &[&imports.render(), &table, &errors, &constants, &implementations],
    )
}

/// Whether an action exists behind the feature `rtm` only.
fn is_rtm_only(action: &Action) -> bool {
    action.http.is_none()
}

/// The constant of each action; one that is another thing over WebSocket says so.
fn const_names(document: &Document) -> impl Iterator<Item = String> {
    let mut namesakes: BTreeMap<&str, usize> = BTreeMap::new();
    for action in &document.actions {
        *namesakes.entry(&action.id).or_default() += 1;
    }
    document.actions.iter().map(move |action| {
        let has_namesake = namesakes.get(action.id.as_str()).is_some_and(|count| *count > 1);
        let prefix = if is_rtm_only(action) && has_namesake { "RTM_" } else { "" };
        format!("{prefix}{}", action.id.to_shouty_snake_case())
    })
}

/// Where a named type stands, seen from a module beside those of the categories.
#[expect(clippy::unnecessary_wraps, reason = "what `Imports::add_type` asks")]
pub(super) fn place(named: &Named) -> Option<String> {
    let parent = if named.folder == SHARED { "crate::shared" } else { "super" };
    Some(format!("{parent}::{}", name::module(&named.stem)))
}

/// A constant while it is written: what differs from `ActionInfo::new`, a line each.
struct Constant<'a> {
    when: When,
    imports: &'a mut Imports,
    lines: String,
}

impl Constant<'_> {
    fn render(mut self, document: &Document, action: &Action, name: &str) -> String {
        if let Some(http) = &action.http {
            self.http(http);
        }
        let transports: Vec<&str> = action
            .transports
            .iter()
            .map(|transport| match transport {
                Transport::Web => "Transport::Web",
                Transport::Rtm => "Transport::Rtm",
            })
            .collect();
        self.line(&["Transport"], &format!("transports: &[{}]", transports.join(", ")));
        self.scopes(&action.scopes);
        match action.repeatable {
            Repeatable::Always => self.line(&["Repeatable"], "repeatable: Repeatable::Always"),
            Repeatable::WithCustomId => self.line(&["Repeatable"], "repeatable: Repeatable::WithCustomId"),
            Repeatable::Never => {}
        }
        if let Some(pagination) = &action.pagination {
            let (items, next) = (&pagination.items, &pagination.next);
            let (previous, total) = (&pagination.previous, &pagination.total);
            let pagination = format!("Pagination::new({items:?}, {next:?}, {previous:?}, {total:?})");
            self.line(&["Pagination"], &format!("pagination: Some({pagination})"));
        }
        if let Some(single) = &action.batch_of {
            self.line(&[], &format!("batch_of: Some({single:?})"));
        }
        match action.authorization {
            Authorization::Required => {}
            Authorization::Optional => {
                self.line(&["Authorization"], "authorization: Authorization::Optional");
            }
            Authorization::None => self.line(&["Authorization"], "authorization: Authorization::None"),
        }
        if action.deprecated {
            self.line(&[], "deprecated: true");
        }
        self.need(&["Api"]);
        format!(
            "pub const {name}: ActionInfo = ActionInfo {{\n{}    ..ActionInfo::new(\n        \
             Api::{},\n        {:?},\n        {:?},\n    )\n}};\n",
            self.lines,
            document.api.to_upper_camel_case(),
            action.name,
            action.docs.url
        )
    }

    fn http(&mut self, http: &Http) {
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
        let held = http.parameters.iter().filter(|parameter| parameter.client);
        let held = quoted(held.map(|parameter| &parameter.name));
        let (path, names) = (&http.path, ["Http", "Method", "Content"]);
        let http = format!("Http::new(Method::{method}, {path:?}, Content::{content}, &[{held}])");
        self.line(&names, &format!("http: Some({http})"));
    }

    fn scopes(&mut self, scopes: &Scopes) {
        let variant = match scopes {
            Scopes::None => return,
            Scopes::Any(_) => "Any",
            Scopes::All(_) => "All",
            Scopes::Listed(_) => "Listed",
        };
        self.line(&["Scopes"], &format!("scopes: Scopes::{variant}(&[{}])", quoted(scopes.names())));
    }

    fn line(&mut self, names: &[&str], line: &str) {
        self.need(names);
        self.lines.push_str(&format!("    {line},\n"));
    }

    fn need(&mut self, names: &[&str]) {
        for name in names {
            self.imports.add(self.when, "crate", name);
        }
    }
}

fn quoted<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

/// The traits that an action's request has. A file to upload is no value that is written as JSON.
fn implement(model: &Model, action: &Action, name: &str, imports: &mut Imports) -> String {
    let request = rust_type(model, &action.request.schema);
    let response = answer_type(model, action);
    let mut text = String::new();
    let over_https = action.http.is_some() && !action.is_upload();
    let over_rtm = action.transports.contains(&Transport::Rtm);
    let traits = [(over_https, When::Always, "", "Action"), (over_rtm, When::Rtm, RTM, "RtmAction")];
    for (_, when, cfg, name_of_trait) in traits.into_iter().filter(|(has, ..)| *has) {
        imports.add(when, "crate", name_of_trait);
        action.payloads().for_each(|payload| imports.add_type(when, model, &payload.schema, place));
        if action.response.is_none() {
            imports.add(when, "crate", "Empty");
        }
        text.push_str(&format!(
            "{cfg}impl {name_of_trait} for {request} {{\n    \
             const INFO: &'static ActionInfo = &{name};\n    type Response = {response};\n}}\n\n"
        ));
    }
    text
}

/// The types of error that an API documents; empty if it documents none.
fn error_table(document: &Document, imports: &mut Imports) -> String {
    if document.errors.is_empty() {
        return String::new();
    }
    imports.add(When::Always, "crate::shared", ERROR_TYPE);
    let rows = document.errors.iter().map(|value| format!("    ErrorType::{},\n", name::variant(value)));
    let rows: String = rows.collect();
    format!(
        "/// The types of error that the documentation of this API lists.\n\
         pub const ERROR_TYPES: &[ErrorType] = &[\n{rows}];\n"
    )
}
