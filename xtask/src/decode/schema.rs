//! Reads schemas and names the traps that the generators would fall into.

use std::collections::{HashMap, HashSet};

use serde_json::Number;

use super::fields::{Fields, each_once, list, mapping, reference, text, texts, wrong_type};
use super::url;
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::{
    Enum, IntegerFormat, Limits, Property, Ref, Schema, SchemaId, Shape, StringFormat, Tagged,
};
use crate::suggest::did_you_mean;
use crate::yaml::{Key, Kind, Node, Scalar};

/// Where a schema stands: what may be written depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// Under `components.schemas`: it has a name.
    Named,
    /// A part of an `allOf`: an object without a name of its own.
    Part,
    /// The value of a property, the items of a list, a body.
    Inline,
    /// The value of a property whose enum of one value may be a union's tag.
    Property,
}

/// Reads a schema.
pub(super) fn read(node: &Node, position: Position, errors: &Diagnostics) -> Option<Schema> {
    if let Some(reference) = reference(node, errors) {
        return Some(Schema::bare(reference.place, Shape::Ref(reference)));
    }
    let mut fields = Fields::of(node, "a schema", errors)?;
    let place = fields.place();
    refuse_traps(&mut fields, errors);
    let shape = read_shape(&mut fields, position, place, errors);
    let schema = Schema {
        place,
        title: fields.text("title"),
        description: fields.text("description").unwrap_or_default(),
        shape: shape?,
        default: fields.get("default").map(Node::to_json),
        limits: read_limits(&mut fields, errors),
        example: fields.get("example").map(Node::to_json),
        url: read_url(&mut fields, errors),
        deprecated: fields.flag("deprecated"),
        secret: fields.optional_flag("x-secret"),
        aliases: fields.texts("x-aliases").into_iter().map(|(alias, _)| alias).collect(),
    };
    fields.finish();
    Some(schema)
}

/// The link of `externalDocs`.
pub(super) fn read_url(fields: &mut Fields<'_>, errors: &Diagnostics) -> Option<String> {
    read_external_docs(fields.get("externalDocs")?, errors)
}

/// The link that stands there.
pub(super) fn read_external_docs(node: &Node, errors: &Diagnostics) -> Option<String> {
    let mut inner = Fields::of(node, "externalDocs", errors)?;
    let url = url::require_page(&mut inner, "url", errors);
    inner.text("description");
    inner.finish();
    url
}

fn refuse_traps(fields: &mut Fields<'_>, errors: &Diagnostics) {
    if let Some(node) = fields.refuse("nullable") {
        let help = "v3.5 documents no null: a value that may be absent is one that `required` does not name";
        errors.report(Code::Nullable, node.place, "`nullable` has no meaning in these specs", help);
    }
    if let Some(node) = fields.refuse("anyOf") {
        let help = "use `oneOf` with a `discriminator`, or `allOf` to put objects together";
        errors.report(Code::AnyOf, node.place, "`anyOf` does not say what a value is", help);
    }
}

fn read_shape(
    fields: &mut Fields<'_>,
    position: Position,
    place: Place,
    errors: &Diagnostics,
) -> Option<Shape> {
    match fields.optional_flag("x-any") {
        Some(true) => return Some(Shape::Any),
        None if fields.get("x-any").is_some() => return None, // it is no truth value, which has been said
        _ => {}
    }
    if let Some(node) = fields.get("allOf") {
        return read_all_of(node, position, errors);
    }
    if let Some(node) = fields.get("oneOf") {
        return read_union(fields, node, position, errors);
    }
    let Some(node) = fields.expect("type") else {
        no_type(fields, place, errors);
        return None;
    };
    let format = fields.get("format");
    let format_text = format.and_then(|node| text(node, "format", errors));
    let format = (format_text.as_deref(), format.map_or(place, |node| node.place));
    let kind = read_type(node, errors)?;
    if !matches!(kind, Type::String | Type::Integer) {
        read_format(format, &[], (), errors);
    }
    match kind {
        Type::String => read_string(fields, format, position, errors),
        Type::Integer => {
            Some(Shape::Integer(read_format(format, INTEGER_FORMATS, IntegerFormat::Int64, errors)))
        }
        Type::Number => Some(Shape::Number),
        Type::Boolean => Some(Shape::Boolean),
        Type::Array => {
            let items = read(fields.require("items")?, Position::Inline, errors)?;
            Some(Shape::Array(Box::new(items)))
        }
        Type::Object => read_object(fields, position, errors),
    }
}

/// Nothing can be made of a schema without a type; its keys are known ones all the same.
fn no_type(fields: &mut Fields<'_>, place: Place, errors: &Diagnostics) {
    if fields.refuse("ref").is_some() {
        errors.report(Code::UnknownKey, place, "a schema has no key `ref`", "did you mean `$ref`?");
    } else if fields.refuse("anyOf").is_none() {
        let help = "state the `type`; `x-any: true` says that any JSON value may stand here";
        errors.report(Code::MissingSchemaType, place, "this schema has no `type`", help);
    }
    for key in ["properties", "required", "items", "additionalProperties", "enum", "format"] {
        fields.get(key);
    }
}

#[derive(Clone, Copy)]
enum Type {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
}

const TYPES: &[(&str, Type)] = &[
    ("string", Type::String),
    ("integer", Type::Integer),
    ("number", Type::Number),
    ("boolean", Type::Boolean),
    ("array", Type::Array),
    ("object", Type::Object),
];

/// The one type. OpenAPI 3.1 has lists of types and a type `null`: whoever is used to them is told what to write here.
fn read_type(node: &Node, errors: &Diagnostics) -> Option<Type> {
    let is_null = |node: &Node| matches!(&node.kind, Kind::Scalar { text, .. } if text == "null");
    let (code, message, help) = match &node.kind {
        Kind::Sequence(types) if types.iter().any(is_null) => {
            (Code::Nullable, "this type may be null", NO_NULL)
        }
        Kind::Scalar { .. } if is_null(node) => (Code::Nullable, "nothing but null would fit here", NO_NULL),
        Kind::Sequence(_) => {
            let help = "write one type; values of several JSON types are a named schema with `oneOf`";
            (Code::WrongType, "`type` must be one word, and this is a list", help)
        }
        _ => return super::one_of(&text(node, "type", errors)?, node.place, "type", TYPES, errors),
    };
    errors.report(code, node.place, message, help);
    None
}

const NO_NULL: &str = "v3.5 documents no null: state the type alone; a value that may be absent is one that `required` does not name";

const STRING_FORMATS: &[(&str, StringFormat)] =
    &[("date-time", StringFormat::DateTime), ("date", StringFormat::Date), ("binary", StringFormat::Binary)];

const INTEGER_FORMATS: &[(&str, IntegerFormat)] =
    &[("int64", IntegerFormat::Int64), ("uint32", IntegerFormat::Uint32)];

fn read_format<T: Copy>(
    (format, place): (Option<&str>, Place),
    known: &[(&str, T)],
    default: T,
    errors: &Diagnostics,
) -> T {
    format.and_then(|format| super::one_of(format, place, "format here", known, errors)).unwrap_or(default)
}

fn read_string(
    fields: &mut Fields<'_>,
    format: (Option<&str>, Place),
    position: Position,
    errors: &Diagnostics,
) -> Option<Shape> {
    match fields.get("enum") {
        None => Some(Shape::String(read_format(format, STRING_FORMATS, StringFormat::Text, errors))),
        Some(node) => {
            read_format(format, &[], (), errors);
            read_enum(fields, node, position, errors).map(Shape::Enum)
        }
    }
}

fn read_enum(fields: &mut Fields<'_>, node: &Node, position: Position, errors: &Diagnostics) -> Option<Enum> {
    let meanings = fields.get("x-enumDescriptions");
    let aliases = fields.get("x-enum-aliases");
    let mut found = Enum { values: read_values(node, errors)?, ..Enum::default() };
    if position == Position::Property && found.values.len() == 1 {
        found.is_tag = true;
    } else if position != Position::Named {
        let help =
            "move it to `components.schemas`, under a name that says what the value is, and refer to it";
        errors.report(Code::InlineEnum, node.place, "this enum has no name", help);
        return None;
    } else if let Some(node) = meanings {
        read_meanings(node, &mut found, errors);
    } else {
        let help = "add `x-enumDescriptions: {value: meaning, …}` with every value";
        let message = "this enum does not say what its values mean";
        errors.report(Code::MissingDescription, node.place, message, help);
    }
    if let Some(node) = aliases {
        read_aliases(node, &mut found, errors);
    }
    Some(found)
}

/// The values of an enum, each once, without their meanings; `None` if it is no list, or one of something else than text.
fn read_values(node: &Node, errors: &Diagnostics) -> Option<Vec<(String, String)>> {
    let before = errors.len();
    let values = texts(node, "enum", errors);
    if errors.len() > before {
        return None;
    }
    if values.is_empty() {
        errors.report(Code::InvalidEnum, node.place, "this enum has no values", "list the documented values");
    }
    let values = each_once(values, |value, place| {
        let message = format!("the value `{value}` stands twice in this enum");
        errors.report(Code::InvalidEnum, place, message, "keep one of them");
    });
    Some(values.into_iter().map(|(value, _)| (value, String::new())).collect())
}

fn read_aliases(node: &Node, found: &mut Enum, errors: &Diagnostics) {
    let known: HashSet<&str> = found.values.iter().map(|(value, _)| value.as_str()).collect();
    for (key, node) in mapping(node, "x-enum-aliases", errors) {
        let Some(value) = text(node, "a value in `x-enum-aliases`", errors) else { continue };
        if !known.contains(value.as_str()) {
            let message = format!("`{}` stands for `{value}`, which is no value of this enum", key.name);
            errors.report(Code::InvalidEnum, node.place, message, "name a value of `enum`");
        }
        if known.contains(key.name.as_str()) {
            let message = format!("the alias `{}` is a value of this enum", key.name);
            errors.report(Code::InvalidEnum, key.place, message, "keep one of them");
        }
        found.aliases.push((key.name.clone(), value));
    }
}

fn read_meanings(node: &Node, found: &mut Enum, errors: &Diagnostics) {
    let before = errors.len();
    let mut values: HashMap<&str, &mut String> =
        found.values.iter_mut().map(|(value, meaning)| (value.as_str(), meaning)).collect();
    for (Key { name, place }, node) in mapping(node, "x-enumDescriptions", errors) {
        let Some(meaning) = text(node, "a meaning in `x-enumDescriptions`", errors) else { continue };
        if let Some(known) = values.get_mut(name.as_str()) {
            **known = meaning;
            continue;
        }
        let help = did_you_mean(name, values.keys().copied(), || {
            "add it to `enum`, or remove its description".to_owned()
        });
        let message = format!("`{name}` is described and is no value of this enum");
        errors.report(Code::InvalidEnum, *place, message, help);
    }
    if errors.len() > before {
        return; // a misspelt value is probably the one that seems to have no meaning
    }
    for (value, _) in found.values.iter().filter(|(_, meaning)| meaning.is_empty()) {
        let message = format!("the value `{value}` has no description");
        let help = "add it to `x-enumDescriptions`";
        errors.report(Code::MissingDescription, node.place, message, help);
    }
}

fn read_object(fields: &mut Fields<'_>, position: Position, errors: &Diagnostics) -> Option<Shape> {
    let properties = fields.get("properties");
    let required = fields.get("required");
    if let Some(node) = fields.get("additionalProperties") {
        if let (Some(required), None) = (required, properties) {
            let help = "remove it; a key that is always there is a property";
            errors.report(Code::RequiredNotAProperty, required.place, "free keys cannot be required", help);
        }
        return read_map(node, properties, errors);
    }
    if !matches!(position, Position::Named | Position::Part) {
        let help =
            "move it to `components.schemas`, under a name that says what it is, and refer to it by $ref";
        errors.report(Code::InlineObject, fields.place(), "this object has no name", help);
        return None;
    }
    let required = required.filter(|_| properties.is_none_or(|node| matches!(node.kind, Kind::Mapping(_))));
    let mut all = Vec::new();
    for (key, node) in properties.map_or(&[][..], |node| mapping(node, "properties", errors)) {
        // One that has a mistake of its own counts all the same: a second mistake about `required` would mislead.
        let schema = read(node, Position::Property, errors);
        let schema = schema.unwrap_or_else(|| Schema::bare(key.place, Shape::Any));
        all.push(Property { name: key.name.clone(), place: key.place, required: false, schema });
    }
    if let Some(node) = required {
        mark_required(node, &mut all, errors);
    }
    Some(Shape::Object(all))
}

fn mark_required(node: &Node, properties: &mut [Property], errors: &Diagnostics) {
    let flags = properties.iter_mut().map(|Property { name, required, .. }| (name.as_str(), required));
    let mut flags: HashMap<&str, &mut bool> = flags.collect();
    let mut unknown = Vec::new();
    for (name, place) in read_required(node, errors) {
        match flags.get_mut(name.as_str()) {
            Some(required) => **required = true,
            None => unknown.push((name, place)),
        }
    }
    for (name, place) in unknown {
        let names: Vec<&str> = properties.iter().map(|property| property.name.as_str()).collect();
        let message = format!("`{name}` is required, and is no property of this object");
        let help = did_you_mean(&name, names.iter().copied(), || match names.as_slice() {
            [] => "add it to `properties`".to_owned(),
            names => format!("its properties are {}", names.join(", ")),
        });
        errors.report(Code::RequiredNotAProperty, place, message, help);
    }
}

/// The names of `required`, each once.
fn read_required(node: &Node, errors: &Diagnostics) -> Vec<(String, Place)> {
    if matches!(&node.kind, Kind::Sequence(items) if items.is_empty()) {
        let help = "remove `required`: nothing is required without it";
        errors.report(Code::InvalidRequired, node.place, "`required` names nothing", help);
    }
    each_once(texts(node, "required", errors), |name, place| {
        let message = format!("`{name}` stands twice in `required`");
        errors.report(Code::InvalidRequired, place, message, "keep one of them");
    })
}

fn read_map(node: &Node, properties: Option<&Node>, errors: &Diagnostics) -> Option<Shape> {
    if let Some(properties) = properties {
        let help = "unknown properties are always accepted: remove `additionalProperties`";
        let message = "an object has either properties or free keys";
        errors.report(Code::AdditionalProperties, properties.place, message, help);
        return None;
    }
    match node.scalar() {
        Some(Scalar::Boolean(false)) => {
            let help = "remove it: a field that LiveChat adds later must not break a program";
            let message = "`additionalProperties: false` would refuse fields of later versions";
            errors.report(Code::AdditionalProperties, node.place, message, help);
            None
        }
        Some(Scalar::Boolean(true)) => Some(Shape::Map(Box::new(Schema::bare(node.place, Shape::Any)))),
        _ => Some(Shape::Map(Box::new(read(node, Position::Inline, errors)?))),
    }
}

fn read_all_of(node: &Node, position: Position, errors: &Diagnostics) -> Option<Shape> {
    let items = list(node, "allOf", errors);
    if !matches!(node.kind, Kind::Sequence(_)) {
        return None;
    }
    if let [only] = items
        && let Some(reference) = reference(only, errors)
    {
        return Some(Shape::Ref(reference));
    }
    if position != Position::Named {
        let help =
            "move it to `components.schemas`, under a name that says what it is, and refer to it by $ref";
        errors.report(Code::InlineObject, node.place, "this object has no name", help);
        return None;
    }
    let parts = items.iter().map(|item| read(item, Position::Part, errors)).collect::<Option<Vec<_>>>()?;
    for part in &parts {
        if !matches!(part.shape, Shape::Ref(_) | Shape::Object(_)) {
            let help = "`allOf` puts objects together: each part is a $ref to an object, or an object";
            errors.report(Code::AllOfPart, part.place, "this part of an allOf is no object", help);
        }
    }
    Some(Shape::AllOf(parts))
}

fn read_union(
    fields: &mut Fields<'_>,
    node: &Node,
    position: Position,
    errors: &Diagnostics,
) -> Option<Shape> {
    let discriminator = fields.get("discriminator");
    let absent = discriminator.and_then(|_| fields.get("x-discriminator-absent"));
    if position != Position::Named {
        let help =
            "move it to `components.schemas`, under a name that says what the value is, and refer to it";
        errors.report(Code::InlineUnion, node.place, "this union has no name", help);
        return None;
    }
    let branches = list(node, "oneOf", errors)
        .iter()
        .map(|item| read(item, Position::Inline, errors))
        .collect::<Option<Vec<_>>>()?;
    match discriminator {
        Some(node) => read_tagged(node, absent, branches, errors).map(Shape::Tagged),
        None => Some(Shape::ByType(branches)),
    }
}

fn read_tagged(
    discriminator: &Node,
    absent: Option<&Node>,
    branches: Vec<Schema>,
    errors: &Diagnostics,
) -> Option<Tagged> {
    let mut inner = Fields::of(discriminator, "discriminator", errors)?;
    let tag = inner.require_text("propertyName");
    let mapping_node = inner.require("mapping");
    inner.finish();
    let mut one_of = Vec::new();
    for branch in branches {
        match branch.shape {
            Shape::Ref(reference) => one_of.push(reference),
            _ => {
                let help = "give the branch a name in `components.schemas` and refer to it by $ref";
                let message = "a branch of a tagged union must be a $ref";
                errors.report(Code::UnionBranchType, branch.place, message, help);
            }
        }
    }
    let branch = |key: &Key, node: &Node| {
        let text = text(node, "a branch in `mapping`", errors)?;
        Some((key.name.clone(), Ref { text, place: node.place, target: SchemaId::UNLINKED }))
    };
    let mapping = mapping(mapping_node?, "mapping", errors).iter();
    let branches = mapping.filter_map(|(key, node)| branch(key, node)).collect();
    let absent = absent.and_then(|node| {
        let found = reference(node, errors);
        if found.is_none() {
            wrong_type(node, "x-discriminator-absent", "a $ref", errors);
        }
        found
    });
    Some(Tagged { tag: tag?, branches, absent, one_of })
}

fn read_limits(fields: &mut Fields<'_>, errors: &Diagnostics) -> Limits {
    let mut number = |key: &'static str| {
        let node = fields.get(key)?;
        match node.scalar() {
            Some(Scalar::Integer(value)) => Some(Number::from(value)),
            Some(Scalar::Float(value)) => Number::from_f64(value),
            _ => {
                wrong_type(node, key, "a number", errors);
                None
            }
        }
    };
    let (minimum, maximum) = (number("minimum"), number("maximum"));
    let mut count = |key: &'static str| {
        let node = fields.get(key)?;
        match node.scalar() {
            Some(Scalar::Integer(value)) if value >= 0 => u64::try_from(value).ok(),
            found => {
                let message = format!("`{key}` must be a whole number that is not below zero");
                let is_huge =
                    matches!(found, Some(Scalar::Float(value)) if value > 0.0 && value.fract() == 0.0);
                let help = if is_huge {
                    format!("write it in digits alone, at most {}", i64::MAX)
                } else {
                    "write how many there may be".to_owned()
                };
                errors.report(Code::InvalidLimit, node.place, message, help);
                None
            }
        }
    };
    let (max_items, max_length) = (count("maxItems"), count("maxLength"));
    Limits { minimum, maximum, max_items, max_length }
}
