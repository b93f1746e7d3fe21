//! Turns YAML trees into what the dialect of `spec/README.md` says they mean, strictly: an unknown key is a mistake.

mod differences;
mod entry;
mod fields;
mod operation;
mod root;
mod schema;
mod security;
mod url;

use serde_json::Value;

use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::{
    Content, Docs, Method, Pagination, Parameter, Payload, Ref, Repeatable, SHARED, Schema, Scopes, Transport,
};
use crate::read::Sources;
use crate::yaml::{EMPTY_HELP, Key, Node};

pub(crate) use differences::{Difference, read as read_differences};
use fields::Fields;
pub(crate) use fields::one_of;
pub(crate) use root::Root;
pub(crate) use security::Security;

/// What one spec file holds; references are not followed yet.
#[derive(Debug, Default)]
pub(crate) struct SpecFile {
    /// The file's index in the sources.
    pub file: usize,
    /// What a file of schemas only is about.
    pub description: Option<String>,
    /// Present in an `openapi.yaml`.
    pub root: Option<Root>,
    /// Path items: in a root document the key is the URL's path.
    pub paths: Vec<(Key, Entry<Vec<Operation>>)>,
    /// Named schemas.
    pub schemas: Vec<(Key, Schema)>,
    /// Named responses.
    pub responses: Vec<(Key, ErrorResponse)>,
    /// Named parameters.
    pub parameters: Vec<(Key, Parameter)>,
    /// RTM actions.
    pub rtm: Vec<(Key, Entry<RtmEntry>)>,
    /// Pushes.
    pub pushes: Vec<(Key, Entry<MessageEntry>)>,
    /// Webhooks.
    pub webhooks: Vec<(Key, Entry<MessageEntry>)>,
    /// Documented data structures.
    pub structures: Vec<(Key, Entry<MessageEntry>)>,
}

impl SpecFile {
    /// Whether there is nothing in it that could become anything.
    fn declares_nothing(&self) -> bool {
        self.root.is_none()
            && self.paths.is_empty()
            && self.schemas.is_empty()
            && self.responses.is_empty()
            && self.parameters.is_empty()
            && [&self.pushes, &self.webhooks, &self.structures].iter().all(|list| list.is_empty())
            && self.rtm.is_empty()
    }
}

/// Something that stands here or is referred to.
#[derive(Debug)]
pub(crate) enum Entry<T> {
    /// `{$ref: …}`
    Ref(Ref),
    /// The thing itself.
    Here(T),
}

impl<T> Entry<T> {
    /// The reference, if it is one.
    #[must_use]
    pub(crate) fn reference(&self) -> Option<&Ref> {
        match self {
            Self::Ref(reference) => Some(reference),
            Self::Here(_) => None,
        }
    }
}

/// What operations and `x-rtm` entries have in common, as written.
#[derive(Debug)]
pub(crate) struct Head {
    pub place: Place,
    pub tag: (String, Place),
    pub docs: Docs,
    pub scopes: (Scopes, Place),
    pub pagination: Option<(Pagination, Place)>,
    pub repeatable: Repeatable,
    pub deprecated: bool,
}

/// An operation as written.
#[derive(Debug)]
pub(crate) struct Operation {
    pub head: Head,
    pub method: Method,
    pub id: (String, Place),
    pub action: Option<String>,
    pub transports: Vec<Transport>,
    pub batch_of: Option<(String, Place)>,
    pub security: Security,
    pub parameters: Vec<Entry<Parameter>>,
    pub body: Option<(Content, Payload)>,
    pub response: Option<Payload>,
    pub response_description: String,
    pub errors: Vec<(String, Ref)>,
}

/// An error response as written.
#[derive(Debug)]
pub(crate) struct ErrorResponse {
    pub description: String,
    pub payload: Payload,
}

/// An `x-rtm` entry as written.
#[derive(Debug)]
pub(crate) struct RtmEntry {
    pub head: Head,
    pub request: Payload,
    pub response: Option<Payload>,
}

/// An `x-pushes`, `x-webhooks` or `x-structures` entry as written.
#[derive(Debug)]
pub(crate) struct MessageEntry {
    pub place: Place,
    pub docs: Docs,
    pub payload: Payload,
    pub additional_data: Option<Payload>,
}

/// Reads all files that have a tree.
pub(crate) fn decode_all(
    sources: &Sources,
    parse: impl Fn(usize) -> Option<Node>,
    errors: &Diagnostics,
) -> Vec<SpecFile> {
    sources
        .iter()
        .filter(|(file, _)| Some(*file) != sources.differences())
        .filter_map(|(file, source)| {
            let is_shared = source.folder == SHARED;
            let is_root = source.stem == ROOT && !is_shared;
            Some(decode(file, is_root, is_shared, &parse(file)?, errors))
        })
        .collect()
}

/// The name of a root document, without `.yaml`.
const ROOT: &str = "openapi";

/// Reads one file's tree.
pub(crate) fn decode(
    file: usize,
    is_root: bool,
    is_shared: bool,
    node: &Node,
    errors: &Diagnostics,
) -> SpecFile {
    let mut spec = SpecFile { file, ..SpecFile::default() };
    let before = errors.len();
    let Some(mut fields) = Fields::of(node, "a spec file", errors) else { return spec };
    if is_root {
        spec.root = root::read(&mut fields, errors);
    }
    spec.description = fields.text("x-description");
    if let Some(components) = fields.get("components") {
        read_components(components, is_root, &mut spec, errors);
    }
    if !is_shared {
        if let Some(node) = fields.get("paths") {
            spec.paths = entries(node, "paths", errors, |node, _| operation::read_path_item(node, errors));
            if is_root {
                spec.paths.iter().for_each(|(key, _)| url::check_path(key, errors));
            }
        }
        if let Some(node) = fields.get("x-rtm") {
            spec.rtm = entries(node, "x-rtm", errors, |node, _| entry::read_rtm(node, errors));
        }
        for (key, with_additional_data, list) in
            [("x-pushes", false, &mut spec.pushes), ("x-webhooks", true, &mut spec.webhooks)]
        {
            if let Some(node) = fields.get(key) {
                *list = entries(node, key, errors, |node, _| {
                    entry::read_message(node, with_additional_data, errors)
                });
            }
        }
        if let Some(node) = fields.get("x-structures") {
            spec.structures =
                entries(node, "x-structures", errors, |node, _| entry::read_structure(node, errors));
        }
    }
    fields.finish();
    if spec.declares_nothing() && errors.len() == before {
        errors.report(Code::EmptyFile, node.place, "this file declares nothing", EMPTY_HELP);
    }
    spec
}

fn read_components(node: &Node, is_root: bool, spec: &mut SpecFile, errors: &Diagnostics) {
    let Some(mut fields) = Fields::of(node, "components", errors) else { return };
    if let Some(schemas) = fields.get("schemas") {
        for (key, node) in fields::mapping(schemas, "schemas", errors) {
            if let Some(schema) = schema::read(node, schema::Position::Named, errors) {
                spec.schemas.push((key.clone(), schema));
            }
        }
    }
    if let Some(responses) = fields.get("responses") {
        for (key, node) in fields::mapping(responses, "responses", errors) {
            if let Some(response) = operation::read_error_response(node, errors) {
                spec.responses.push((key.clone(), response));
            }
        }
    }
    if let Some(parameters) = fields.get("parameters") {
        for (key, node) in fields::mapping(parameters, "parameters", errors) {
            if let Some(parameter) = operation::read_parameter(node, errors) {
                spec.parameters.push((key.clone(), parameter));
            }
        }
    }
    // A head with a mistake of its own leaves no root; its components are read all the same.
    if is_root && let Some(node) = fields.get("securitySchemes") {
        let schemes = security::read_schemes(node, errors);
        if let Some(root) = &mut spec.root {
            root.schemes = schemes;
        }
    }
    fields.finish();
}

/// Reads a mapping whose values are things or references to things.
fn entries<T>(
    node: &Node,
    what: &'static str,
    errors: &Diagnostics,
    read: impl Fn(&Node, &Key) -> Option<T>,
) -> Vec<(Key, Entry<T>)> {
    let mut all = Vec::new();
    for (key, node) in fields::mapping(node, what, errors) {
        let entry = match fields::reference(node, errors) {
            Some(reference) => Some(Entry::Ref(reference)),
            None => read(node, key).map(Entry::Here),
        };
        all.extend(entry.map(|entry| (key.clone(), entry)));
    }
    all
}

/// An example as JSON, with its place.
fn example(node: Option<&Node>) -> (Option<Value>, Option<Place>) {
    (node.map(Node::to_json), node.map(|node| node.place))
}
