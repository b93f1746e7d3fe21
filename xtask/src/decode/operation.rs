//! Reads operations: what OpenAPI has of them, and what the `x-` keys add.

use super::fields::{Fields, each_once, list, mapping, reference, text, texts};
use super::schema::{self, Position};
use super::security;
use super::{Entry, ErrorResponse, Head, Operation, example, one_of};
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::{
    Content, Docs, Method, Pagination, Parameter, Payload, Ref, Repeatable, Scopes, Transport,
};
use crate::yaml::{Kind, Node, Scalar};

/// The operations of one path.
pub(super) fn read_path_item(node: &Node, errors: &Diagnostics) -> Option<Vec<Operation>> {
    let mut fields = Fields::of(node, "a path", errors)?;
    let mut operations = Vec::new();
    for method in [Method::Get, Method::Post, Method::Delete] {
        if let Some(node) = fields.get(method.key()) {
            operations.extend(read_operation(node, method, errors));
        }
    }
    fields.finish();
    Some(operations)
}

fn read_operation(node: &Node, method: Method, errors: &Diagnostics) -> Option<Operation> {
    let mut fields = Fields::of(node, "an operation", errors)?;
    let id = fields.require("operationId");
    let id = id.and_then(|node| Some((text(node, "operationId", errors)?, node.place)));
    let head = read_head(&mut fields, errors);
    let transports = read_transports(&mut fields, errors);
    let batch_of = fields.get("x-batch-of");
    let batch_of = batch_of.and_then(|node| Some((text(node, "x-batch-of", errors)?, node.place)));
    let parameters = fields.get("parameters").map(|node| read_parameters(node, errors)).unwrap_or_default();
    let body = read_body(&mut fields, method, errors);
    let responses = fields.require("responses").map(|node| read_responses(node, errors)).unwrap_or_default();
    let action = read_action(&mut fields, errors);
    let security = security::read(&mut fields, errors);
    let body = body?;
    fields.finish();
    Some(Operation {
        head: head?,
        method,
        id: id?,
        action,
        transports,
        batch_of,
        security,
        parameters,
        body,
        response: responses.success,
        response_description: responses.description,
        errors: responses.errors,
    })
}

/// The body, which a POST has and nothing else; `None` if it is not as it should be.
#[expect(
    clippy::option_option,
    reason = "one is whether there is a body, the other whether it could be read"
)]
fn read_body(
    fields: &mut Fields<'_>,
    method: Method,
    errors: &Diagnostics,
) -> Option<Option<(Content, Payload)>> {
    if method == Method::Post {
        let Some(node) = fields.expect("requestBody") else {
            let help =
                "add `requestBody` with a schema; an action without parameters has one with no properties";
            errors.report(
                Code::MissingKey,
                fields.place(),
                "a POST operation lacks the key `requestBody`",
                help,
            );
            return None;
        };
        return read_body_of_post(node, errors).map(Some);
    }
    if let Some(node) = fields.get("requestBody") {
        let help = "write its fields as `parameters`, `in: query`";
        errors.report(Code::UnknownKey, node.place, "only a POST has a body", help);
    }
    Some(None)
}

/// The documented name, where it is no `operationId`: words with `/` between them.
fn read_action(fields: &mut Fields<'_>, errors: &Diagnostics) -> Option<String> {
    let node = fields.get("x-action")?;
    let name = text(node, "x-action", errors)?;
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    if !name.split('/').all(is_word) {
        let help = "write it as the documentation does, like `chats/duration`";
        errors.report(Code::InvalidName, node.place, format!("`{name}` is no name of an action"), help);
    }
    Some(name)
}

/// What operations and `x-rtm` entries have in common.
pub(super) fn read_head(fields: &mut Fields<'_>, errors: &Diagnostics) -> Option<Head> {
    let tag = read_tag(fields, errors);
    let docs = read_docs(fields, true, errors);
    let scopes = read_scopes(fields, errors);
    let pagination = read_pagination(fields, errors);
    let repeatable = read_repeatable(fields, errors);
    let deprecated = fields.flag("deprecated");
    Some(Head { place: fields.place(), tag: tag?, docs, scopes, pagination, repeatable, deprecated })
}

/// Exactly one tag: the category.
fn read_tag(fields: &mut Fields<'_>, errors: &Diagnostics) -> Option<(String, Place)> {
    let node = fields.expect("tags");
    let (count, place) = match node {
        Some(Node { kind: Kind::Sequence(items), place }) => (items.len(), *place),
        Some(node) => {
            list(node, "tags", errors); // which says what it should be
            return None;
        }
        None => (0, fields.place()),
    };
    if count == 1 {
        return texts(node?, "tags", errors).pop();
    }
    let message = format!("this entry has {count} tags");
    errors.report(Code::UnknownTag, place, message, "give it exactly one: the category that it stands in");
    None
}

/// Summary, description and link.
pub(super) fn read_docs(fields: &mut Fields<'_>, required: bool, errors: &Diagnostics) -> Docs {
    let place = fields.place();
    let mut wanted = |key| if required { fields.expect(key) } else { fields.get(key) };
    let (summary_node, docs_node) = (wanted("summary"), wanted("externalDocs"));
    let summary = summary_node.and_then(|node| read_summary(node, errors)).unwrap_or_default();
    let description = fields.text("description").unwrap_or_default();
    let url = docs_node.and_then(|node| schema::read_external_docs(node, errors)).unwrap_or_default();
    for (key, node) in [("summary", summary_node), ("externalDocs", docs_node)] {
        if required && node.is_none() {
            let message = format!("this entry lacks `{key}`");
            let help = "say in one line what it does, and link the vendor's page and heading";
            errors.report(Code::MissingDescription, place, message, help);
        }
    }
    Docs { summary, description, url }
}

/// One line that becomes the first of a documentation comment, and an entry of a table.
fn read_summary(node: &Node, errors: &Diagnostics) -> Option<String> {
    let summary = node.as_str().map(str::to_owned);
    let summary = summary.or_else(|| text(node, "summary", errors))?;
    let why = if summary.trim().is_empty() {
        "is empty"
    } else if summary.contains(['\n', '\r']) {
        "has several lines"
    } else if summary.ends_with(['.', ' ']) {
        "ends in a dot or a space"
    } else {
        return Some(summary);
    };
    let help = "say in one line what it does, without a dot at the end: `Lists the threads of a chat`";
    errors.report(Code::InvalidSummary, node.place, format!("this summary {why}"), help);
    Some(summary)
}

/// The scopes; none if the key is absent.
fn read_scopes(fields: &mut Fields<'_>, errors: &Diagnostics) -> (Scopes, Place) {
    let place = fields.place();
    let Some(node) = fields.get("x-scopes") else { return (Scopes::None, place) };
    let Some(mut inner) = Fields::of(node, "x-scopes", errors) else { return (Scopes::None, place) };
    let (place, before) = (node.place, errors.len());
    let mut names = |key| {
        let names = each_once(inner.texts(key), |name, place| {
            let message = format!("the scope `{name}` stands twice");
            errors.report(Code::UnknownScope, place, message, "keep one of them, or correct the other");
        });
        names.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
    };
    let (any, all, listed) = (names("any"), names("all"), names("listed"));
    inner.finish();
    let scopes = match (any.is_empty(), all.is_empty(), listed.is_empty()) {
        (false, true, true) => Scopes::Any(any),
        (true, false, true) => Scopes::All(all),
        (true, true, false) => Scopes::Listed(listed),
        _ if errors.len() > before => Scopes::None,
        _ => {
            let help = "write one of `any: […]`, `all: […]`, `listed: […]`, or leave `x-scopes` out";
            errors.report(Code::UnknownValue, place, "x-scopes must say one thing", help);
            Scopes::None
        }
    };
    (scopes, place)
}

fn read_transports(fields: &mut Fields<'_>, errors: &Diagnostics) -> Vec<Transport> {
    const KNOWN: &[(&str, Transport)] = &[("web", Transport::Web), ("rtm", Transport::Rtm)];
    let Some(node) = fields.require("x-transports") else { return vec![Transport::Web] };
    let before = errors.len();
    let transports: Vec<Transport> = list(node, "x-transports", errors)
        .iter()
        .filter_map(|item| {
            one_of(&text(item, "x-transports", errors)?, item.place, "transport", KNOWN, errors)
        })
        .collect();
    let good = matches!(transports.as_slice(), [Transport::Web] | [Transport::Web, Transport::Rtm]);
    if errors.len() == before && !good {
        let help = "write `[web]` or `[web, rtm]`; what exists over WebSocket only stands under `x-rtm`, without a path";
        errors.report(Code::UnknownValue, node.place, "an operation with a path exists over HTTPS", help);
    }
    transports
}

/// The names of a paginated answer's parts.
fn read_pagination(fields: &mut Fields<'_>, errors: &Diagnostics) -> Option<(Pagination, Place)> {
    let node = fields.get("x-pagination")?;
    let mut inner = Fields::of(node, "x-pagination", errors)?;
    let (items, next) = (inner.require_text("items"), inner.require_text("next"));
    let (previous, total) = (inner.text("previous"), inner.text("total"));
    inner.finish();
    Some((Pagination { items: items?, next: next?, previous, total }, node.place))
}

/// Whether it may be sent twice.
fn read_repeatable(fields: &mut Fields<'_>, errors: &Diagnostics) -> Repeatable {
    const KNOWN: &[(&str, Repeatable)] =
        &[("always", Repeatable::Always), ("with_custom_id", Repeatable::WithCustomId)];
    fields
        .get("x-repeatable")
        .and_then(|node| {
            one_of(&text(node, "x-repeatable", errors)?, node.place, "repeatability", KNOWN, errors)
        })
        .unwrap_or(Repeatable::Never)
}

fn read_parameters(node: &Node, errors: &Diagnostics) -> Vec<Entry<Parameter>> {
    list(node, "parameters", errors)
        .iter()
        .filter_map(|node| match reference(node, errors) {
            Some(reference) => Some(Entry::Ref(reference)),
            None => read_parameter(node, errors).map(Entry::Here),
        })
        .collect()
}

/// A query parameter.
pub(super) fn read_parameter(node: &Node, errors: &Diagnostics) -> Option<Parameter> {
    let mut fields = Fields::of(node, "a parameter", errors)?;
    let place = fields.place();
    let name = fields.require_text("name");
    let position = fields.require("in");
    for key in ["style", "explode", "allowReserved", "content"] {
        if let Some(node) = fields.refuse(key) {
            let help = "parameters are plain scalars: remove it";
            errors.report(
                Code::UnsupportedParameter,
                node.place,
                format!("`{key}` cannot be sent as written"),
                help,
            );
        }
    }
    let description = fields.expect("description");
    let description = description.and_then(|node| text(node, "description", errors)).unwrap_or_default();
    if description.is_empty() {
        let message = "this parameter has no description";
        let help = "say its meaning, unit and limits, and what its absence means";
        errors.report(Code::MissingDescription, place, message, help);
    }
    let required = fields.flag("required");
    let client = fields.flag("x-client-parameter");
    let in_path = position.is_some_and(|node| is_in_path(node, client, errors));
    let example = fields.get("example").map(Node::to_json);
    let schema = fields.require("schema").and_then(|node| schema::read(node, Position::Inline, errors));
    fields.finish();
    Some(Parameter { name: name?, place, description, required, schema: schema?, client, in_path, example })
}

/// Whether a parameter stands in the path. It may if the client holds its value; all others stand in the query.
fn is_in_path(position: &Node, client: bool, errors: &Diagnostics) -> bool {
    let word = position.as_str();
    if word != Some("query") && (word != Some("path") || !client) {
        let message = "this parameter cannot be sent from here";
        let help = "write `in: query`, or `in: path` with `x-client-parameter: true`; credentials belong to the client";
        errors.report(Code::UnsupportedParameter, position.place, message, help);
    }
    word == Some("path")
}

const MEDIA_TYPES: &[(&str, Content)] = &[
    ("application/json", Content::Json),
    ("multipart/form-data", Content::Multipart),
    ("application/x-www-form-urlencoded", Content::Form),
];

/// The one media type of an answer: JSON.
fn read_json(node: &Node, errors: &Diagnostics) -> Option<Payload> {
    let (content, payload) = read_content(node, errors)?;
    if content != Content::Json {
        let help = "an answer is application/json, or has no `content`";
        errors.report(Code::UnsupportedMediaType, node.place, "this answer cannot be read", help);
    }
    Some(payload)
}

/// The one media type of a body, its schema and example.
fn read_content(node: &Node, errors: &Diagnostics) -> Option<(Content, Payload)> {
    let entries = mapping(node, "content", errors);
    let [(key, media)] = entries else {
        let message = format!("this body has {} media types", entries.len());
        errors.report(Code::SeveralMediaTypes, node.place, message, "write one: what the client sends");
        return None;
    };
    let Some(content) = MEDIA_TYPES.iter().find(|(name, _)| *name == key.name).map(|(_, content)| *content)
    else {
        let known: Vec<&str> = MEDIA_TYPES.iter().map(|(name, _)| *name).collect();
        let message = format!("`{}` cannot be sent or read", key.name);
        errors.report(
            Code::UnsupportedMediaType,
            key.place,
            message,
            format!("the media types are {}", known.join(", ")),
        );
        return None;
    };
    let mut fields = Fields::of(media, "a media type", errors)?;
    let Some(schema) = fields.expect("schema") else {
        let help = "add `schema: {$ref: …}`; an answer without a body has no `content`";
        errors.report(Code::MissingResponseSchema, key.place, "this body has no schema", help);
        return None;
    };
    let schema = schema::read(schema, Position::Inline, errors);
    let wants_example = content == Content::Json;
    let found = if wants_example { fields.expect("example") } else { fields.get("example") };
    let (example, example_place) = example(found);
    if example.is_none() && wants_example {
        let help = "add `example:` with a realistic one, made up for this project";
        errors.report(Code::MissingDescription, key.place, "this body has no example", help);
    }
    fields.finish();
    Some((content, Payload { schema: schema?, example, example_place, key: None }))
}

fn read_body_of_post(node: &Node, errors: &Diagnostics) -> Option<(Content, Payload)> {
    let mut fields = Fields::of(node, "a request body", errors)?;
    if let Some(node) = fields.get("required").filter(|node| node.scalar() != Some(Scalar::Boolean(true))) {
        let help = "write `required: true`: a request always has a body, be it `{}`";
        errors.report(Code::WrongType, node.place, "`required` of a body must be true", help);
    }
    fields.text("description");
    let content = fields.require("content").and_then(|node| read_content(node, errors));
    fields.finish();
    content
}

#[derive(Default)]
struct Responses {
    /// Whether there is a `"200"`, be it with content or without.
    is_there: bool,
    success: Option<Payload>,
    description: String,
    errors: Vec<(String, Ref)>,
}

fn read_responses(node: &Node, errors: &Diagnostics) -> Responses {
    let mut found = Responses::default();
    let before = errors.len();
    for (key, node) in mapping(node, "responses", errors) {
        match key.name.as_str() {
            "200" => {
                found.is_there = true;
                let Some(mut fields) = Fields::of(node, "a response", errors) else { continue };
                found.description = fields.require_text("description").unwrap_or_default();
                found.success = fields.get("content").and_then(|node| read_json(node, errors));
                fields.finish();
            }
            "4XX" | "5XX" => match reference(node, errors) {
                Some(reference) => found.errors.push((key.name.clone(), reference)),
                None => errors.report(
                    Code::UnsupportedResponse,
                    key.place,
                    "an error response is described here",
                    "all errors have one shape: refer to ../shared/errors.yaml#/components/responses/Error",
                ),
            },
            other => errors.report(
                Code::UnsupportedResponse,
                key.place,
                format!("the response `{other}` cannot be told apart by the client"),
                "an operation has \"200\", 4XX and 5XX, nothing else",
            ),
        }
    }
    if errors.len() == before {
        all_are_there(&found, node.place, errors);
    }
    found
}

fn all_are_there(found: &Responses, place: Place, errors: &Diagnostics) {
    if !found.is_there {
        let help = "add `\"200\"`; without `content` if nothing is returned";
        errors.report(Code::UnsupportedResponse, place, "this operation has no response \"200\"", help);
    }
    for name in ["4XX", "5XX"] {
        if !found.errors.iter().any(|(known, _)| known == name) {
            let help =
                format!("add `{name}: {{$ref: \"../shared/errors.yaml#/components/responses/Error\"}}`");
            let message = format!("this operation has no response {name}");
            errors.report(Code::UnsupportedResponse, place, message, help);
        }
    }
}

/// A named error response.
pub(super) fn read_error_response(node: &Node, errors: &Diagnostics) -> Option<ErrorResponse> {
    let mut fields = Fields::of(node, "a response", errors)?;
    let description = fields.require_text("description")?;
    let payload = fields.require("content").and_then(|node| read_json(node, errors));
    fields.finish();
    Some(ErrorResponse { description, payload: payload? })
}
