//! The JSON schemas of the types, behind the feature `schemars`: what the spec says of each, with references to other types.

use serde_json::{Map, Value, json};

use super::impls::of_json_schema;
use super::rust_types::Kind;
use crate::model::{Enum, IntegerFormat, Model, Named, Property, Schema, Shape, StringFormat};

/// The implementation for a named type; `None` for what is only another name of a type.
pub(super) fn of_type(model: &Model, named: &Named, kind: &Kind<'_>) -> Option<String> {
    if matches!(kind, Kind::Alias) {
        return None;
    }
    let mut parts: Vec<String> = model
        .references_of_fields(&named.schema)
        .into_iter()
        .map(|id| model.named(id).name.clone())
        .collect();
    parts.sort();
    parts.dedup();
    let schema = match kind {
        Kind::Struct => described(&named.schema, object(model, &model.properties(&named.schema))),
        _ => value(model, &named.schema),
    };
    Some(of_json_schema(&named.name, &parts, &schema))
}

fn object(model: &Model, properties: &[&Property]) -> Map<String, Value> {
    let required: Vec<&str> = properties
        .iter()
        .filter(|property| property.required)
        .map(|property| property.name.as_str())
        .collect();
    let all: Map<String, Value> =
        properties.iter().map(|property| (property.name.clone(), value(model, &property.schema))).collect();
    let mut out =
        Map::from_iter([("type".into(), json!("object")), ("properties".into(), Value::Object(all))]);
    if !required.is_empty() {
        out.insert("required".into(), json!(required));
    }
    out
}

/// A schema where it is used; a reference names a type.
fn value(model: &Model, schema: &Schema) -> Value {
    let shape = match &schema.shape {
        Shape::Ref(reference) => one("$ref", json!(model.name(reference))),
        Shape::String(format) => string(*format),
        Shape::Integer(IntegerFormat::Int64) => of_kind("integer", Some("int64")),
        Shape::Integer(IntegerFormat::Uint32) => of_kind("integer", Some("uint32")),
        Shape::Number => of_kind("number", None),
        Shape::Boolean => of_kind("boolean", None),
        Shape::Any => Map::new(),
        Shape::Enum(found) => string_enum(found),
        Shape::Array(items) => {
            Map::from_iter([("type".into(), json!("array")), ("items".into(), value(model, items))])
        }
        Shape::Map(inner) => Map::from_iter([
            ("type".into(), json!("object")),
            ("additionalProperties".into(), value(model, inner)),
        ]),
        Shape::Object(properties) => object(model, &properties.iter().collect::<Vec<_>>()),
        Shape::AllOf(parts) => one("allOf", parts.iter().map(|part| value(model, part)).collect()),
        Shape::ByType(branches) => one("anyOf", branches.iter().map(|branch| value(model, branch)).collect()),
        Shape::Tagged(tagged) => {
            let branches = tagged.one_of.iter().map(|branch| json!({"$ref": model.name(branch)}));
            one("anyOf", branches.collect())
        }
    };
    described(schema, shape)
}

fn one(key: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(key.to_owned(), value)])
}

fn of_kind(kind: &str, format: Option<&str>) -> Map<String, Value> {
    let mut out = one("type", json!(kind));
    out.extend(format.map(|format| ("format".to_owned(), json!(format))));
    out
}

fn string(format: StringFormat) -> Map<String, Value> {
    match format {
        StringFormat::Text | StringFormat::Binary => of_kind("string", None),
        StringFormat::DateTime => of_kind("string", Some("date-time")),
        StringFormat::Date => of_kind("string", Some("date")),
    }
}

/// A tag has one value and no other. An open set of strings may have others: they stand as examples.
fn string_enum(found: &Enum) -> Map<String, Value> {
    let values: Vec<&str> = found.values.iter().map(|(value, _)| value.as_str()).collect();
    let mut out = of_kind("string", None);
    match (found.is_tag, values.first()) {
        (true, Some(only)) => out.insert("const".into(), json!(only)),
        _ => out.insert("examples".into(), json!(values)),
    };
    out
}

/// Adds the meaning, the default and the limits.
fn described(schema: &Schema, mut shape: Map<String, Value>) -> Value {
    let said = [
        ("description", (!schema.description.is_empty()).then(|| json!(schema.description))),
        ("default", schema.default.clone()),
    ];
    let deprecated = ("deprecated", schema.deprecated.then(|| json!(true)));
    let all = said.into_iter().chain(schema.limits.keywords()).chain([deprecated]);
    shape.extend(all.filter_map(|(key, value)| Some((key.to_owned(), value?))));
    Value::Object(shape)
}
