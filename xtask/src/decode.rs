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
use crate::read::{EMPTY_HELP, Sources};
use crate::yaml::{Key, Node};

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
            let role = match (source.folder.as_str(), source.stem.as_str()) {
                (SHARED, _) => Role::Shared,
                (_, ROOT) => Role::Root,
                _ => Role::Category,
            };
            Some(decode(file, role, &parse(file)?, errors))
        })
        .collect()
}

/// The name of a root document, without `.yaml`.
const ROOT: &str = "openapi";

/// What a file is: the keys that it may have depend on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    /// An `openapi.yaml`.
    Root,
    /// Another file of an API's folder.
    Category,
    /// A file of what several APIs use.
    Shared,
}

/// Reads one file's tree.
fn decode(file: usize, role: Role, node: &Node, errors: &Diagnostics) -> SpecFile {
    let mut spec = SpecFile { file, ..SpecFile::default() };
    let before = errors.len();
    let Some(mut fields) = Fields::of(node, "a spec file", errors) else { return spec };
    if role == Role::Root {
        spec.root = root::read(&mut fields, errors);
    }
    spec.description = fields.text("x-description");
    if let Some(components) = fields.get("components") {
        read_components(components, role, &mut spec, errors);
    }
    if role != Role::Shared {
        read_entries(&mut fields, role, &mut spec, errors);
    }
    fields.finish();
    if spec.declares_nothing() && errors.len() == before {
        errors.report(Code::EmptyFile, node.place, "this file declares nothing", EMPTY_HELP);
    }
    spec
}

/// What a root document lists and a category file has.
fn read_entries(fields: &mut Fields<'_>, role: Role, spec: &mut SpecFile, errors: &Diagnostics) {
    spec.paths = entries(fields, "paths", errors, operation::read_path_item);
    if role == Role::Root {
        spec.paths.iter().for_each(|(key, _)| url::check_path(key, errors));
    }
    spec.rtm = entries(fields, "x-rtm", errors, entry::read_rtm);
    spec.pushes = entries(fields, "x-pushes", errors, entry::read_push);
    spec.webhooks = entries(fields, "x-webhooks", errors, entry::read_webhook);
    spec.structures = entries(fields, "x-structures", errors, entry::read_structure);
}

fn read_components(node: &Node, role: Role, spec: &mut SpecFile, errors: &Diagnostics) {
    let Some(mut fields) = Fields::of(node, "components", errors) else { return };
    let named = |node: &Node, errors: &Diagnostics| schema::read(node, schema::Position::Named, errors);
    spec.schemas = things(&mut fields, "schemas", errors, named);
    spec.responses = things(&mut fields, "responses", errors, operation::read_error_response);
    spec.parameters = things(&mut fields, "parameters", errors, operation::read_parameter);
    // A head with a mistake of its own leaves no root; its components are read all the same.
    if role == Role::Root
        && let Some(node) = fields.get("securitySchemes")
    {
        let schemes = security::read_schemes(node, errors);
        if let Some(root) = &mut spec.root {
            root.schemes = schemes;
        }
    }
    fields.finish();
}

/// Reads the mapping under a key, if it is there: names and things.
fn things<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    errors: &Diagnostics,
    read: impl Fn(&Node, &Diagnostics) -> Option<T>,
) -> Vec<(Key, T)> {
    let found = fields.get(key).map(|node| fields::mapping(node, key, errors)).unwrap_or_default();
    found.iter().filter_map(|(key, node)| Some((key.clone(), read(node, errors)?))).collect()
}

/// The same, where a reference may stand instead of a thing.
fn entries<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    errors: &Diagnostics,
    read: impl Fn(&Node, &Diagnostics) -> Option<T>,
) -> Vec<(Key, Entry<T>)> {
    things(fields, key, errors, |node, errors| match fields::reference(node, errors) {
        Some(reference) => Some(Entry::Ref(reference)),
        None => read(node, errors).map(Entry::Here),
    })
}

/// An example as JSON, with its place.
fn example(node: Option<&Node>) -> (Option<Value>, Option<Place>) {
    (node.map(Node::to_json), node.map(|node| node.place))
}
