//! What each action of an API knows of itself, as data: constants, and the traits that name them, a file for each category.

use heck::{ToShoutySnakeCase, ToUpperCamelCase};

use super::imports::{Imports, RTM, WIDTH, When};
use super::rust_types::{answer_type, rust_type};
use super::{Output, by_category, docs, rust_file, spec_folder};
use crate::model::{
    Action, Authorization, Category, Content, Document, ERROR_TYPE, Http, Method, Model, Named, Repeatable,
    SHARED, Scopes, Transport,
};
use crate::name;

/// The actions of an API: the list of all, and the constants of each category.
pub(super) fn render(model: &Model, document: &Document, folder: &str) -> Vec<Output> {
    let mut imports = Imports::default();
    imports.add(When::Always, "crate", "ActionInfo");
    let mut rows = String::new();
    for action in &document.actions {
        let cfg = if is_rtm_only(action) { format!("    {RTM}") } else { String::new() };
        rows.push_str(&format!("{cfg}    &{},\n", const_name(document, action)));
    }
    let table = format!(
        "/// All actions of this API, in the documentation's order.\n\
         pub const ALL: &[&ActionInfo] = &[\n{rows}];\n"
    );
    let errors = error_table(document, &mut imports);
    let (mut declared, mut used) = (String::new(), String::new());
    let mut outputs = Vec::new();
    for (category, actions) in by_category(document, &document.actions.iter().collect::<Vec<_>>()) {
        let module = name::module(&category.name);
        let cfg = if actions.iter().all(|action| is_rtm_only(action)) { RTM } else { "" };
        declared.push_str(&format!("{cfg}mod {module};\n"));
        used.push_str(&format!("{cfg}pub use self::{module}::*;\n"));
        let path = format!("{folder}/actions/{module}.rs");
        outputs.push(constants(model, document, category, &actions, path));
    }
    let from = spec_folder(model, Some(&document.folder));
    let about = "What each action of this API knows of itself.";
    let sections = [declared.as_str(), &used, &imports.render(), &table, &errors];
    outputs.push(rust_file(format!("{folder}/actions.rs"), &from, about, &sections));
    outputs
}

/// The constants of a category's actions, and the traits that name them.
fn constants(
    model: &Model,
    document: &Document,
    category: &Category,
    actions: &[&Action],
    path: String,
) -> Output {
    let all_rtm = actions.iter().all(|action| is_rtm_only(action));
    let mut imports = Imports::default();
    let (mut constants, mut implementations) = (String::new(), String::new());
    for action in actions {
        // A file that is all behind the feature says so where it is declared.
        let (when, cfg) = if is_rtm_only(action) && !all_rtm { (When::Rtm, RTM) } else { (When::Always, "") };
        let name = const_name(document, action);
        let doc = docs::comment(&docs::markdown(&docs::sentence(&action.docs.summary)));
        let constant = Constant { when, imports: &mut imports, lines: String::new() };
        constants.push_str(&format!("{doc}{cfg}{}\n", constant.render(document, action, &name)));
        let over_rtm = if all_rtm { (When::Always, "") } else { (When::Rtm, RTM) };
        implementations.push_str(&implement(model, document, action, &name, over_rtm, &mut imports));
    }
    imports.add(When::Always, "crate", "ActionInfo");
    let from = spec_folder(model, Some(&document.folder));
    let about = format!("What each action of the category `{}` knows of itself.", category.name);
    rust_file(path, &from, &about, &[&imports.render(), &constants, &implementations])
}

/// Whether an action exists behind the feature `rtm` only.
fn is_rtm_only(action: &Action) -> bool {
    action.http.is_none()
}

/// The constant of an action; one that is another thing over WebSocket says so.
fn const_name(document: &Document, action: &Action) -> String {
    let namesakes = document.actions.iter().filter(|other| other.id == action.id).count();
    let prefix = if is_rtm_only(action) && namesakes > 1 { "RTM_" } else { "" };
    format!("{prefix}{}", action.id.to_shouty_snake_case())
}

/// The module of a named type, as files beside those of the categories name it.
pub(super) fn place(document: &Document) -> impl Fn(&Named) -> Option<String> {
    let api = document.api.as_str();
    move |named| {
        let unit = if named.folder == SHARED { SHARED } else { api };
        Some(format!("crate::{unit}::{}", name::module(&named.stem)))
    }
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
        let transports: Vec<&str> = action.transports.iter().map(|transport| in_code(*transport)).collect();
        self.list(&["Transport"], "transports: &[", &transports, "]");
        self.scopes(&action.scopes);
        match action.repeatable {
            Repeatable::Always => self.line(&["Repeatable"], "repeatable: Repeatable::Always"),
            Repeatable::WithCustomId => self.line(&["Repeatable"], "repeatable: Repeatable::WithCustomId"),
            Repeatable::Never => {}
        }
        if let Some(pagination) = &action.pagination {
            let (items, next) = (&pagination.items, &pagination.next);
            let (previous, total) = (&pagination.previous, &pagination.total);
            let names =
                [format!("{items:?}"), format!("{next:?}"), format!("{previous:?}"), format!("{total:?}")];
            self.list(&["Pagination"], "pagination: Some(Pagination::new(", &names, "))");
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
        let held = quoted(held.map(|parameter| &parameter.name)).join(", ");
        let parts = [
            format!("Method::{method}"),
            format!("{:?}", http.path),
            format!("Content::{content}"),
            format!("&[{held}]"),
        ];
        self.list(&["Http", "Method", "Content"], "http: Some(Http::new(", &parts, "))");
    }

    fn scopes(&mut self, scopes: &Scopes) {
        let variant = match scopes {
            Scopes::None => return,
            Scopes::Any(_) => "Any",
            Scopes::All(_) => "All",
            Scopes::Listed(_) => "Listed",
        };
        self.list(&["Scopes"], &format!("scopes: Scopes::{variant}(&["), &quoted(scopes.names()), "])");
    }

    /// A field whose value is a list of parts: on one line, or, where that is too long, a part a line.
    fn list(&mut self, names: &[&str], start: &str, parts: &[impl AsRef<str>], end: &str) {
        let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
        let line = format!("{start}{}{end}", parts.join(", "));
        if line.len() + "    ,".len() <= WIDTH {
            return self.line(names, &line);
        }
        let parts: String = parts.iter().map(|part| format!("        {part},\n")).collect();
        self.line(names, &format!("{start}\n{parts}    {end}"));
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

fn in_code(transport: Transport) -> &'static str {
    match transport {
        Transport::Web => "Transport::Web",
        Transport::Rtm => "Transport::Rtm",
    }
}

fn quoted<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    names.into_iter().map(|name| format!("{name:?}")).collect()
}

/// The traits that an action's request has. A file to upload is no value that is written as JSON.
fn implement(
    model: &Model,
    document: &Document,
    action: &Action,
    name: &str,
    (rtm, rtm_cfg): (When, &str),
    imports: &mut Imports,
) -> String {
    let request = rust_type(model, &action.request.schema);
    let response = answer_type(model, action);
    let mut text = String::new();
    let over_https = action.http.is_some() && !action.is_upload();
    let over_rtm = action.transports.contains(&Transport::Rtm);
    let traits = [(over_https, When::Always, "", "Action"), (over_rtm, rtm, rtm_cfg, "RtmAction")];
    for (_, when, cfg, name_of_trait) in traits.into_iter().filter(|(has, ..)| *has) {
        imports.add(when, "crate", name_of_trait);
        action.payloads().for_each(|payload| imports.add_type(when, model, &payload.schema, place(document)));
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
    let variants = document.error_names().into_iter().map(name::variant);
    let rows: String = variants.map(|variant| format!("    {ERROR_TYPE}::{variant},\n")).collect();
    format!(
        "/// The types of error that the documentation of this API lists.\n\
         pub const ERROR_TYPES: &[{ERROR_TYPE}] = &[\n{rows}];\n"
    )
}
