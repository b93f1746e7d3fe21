//! Makes from the model what the generators can digest.
//!
//! typify and progenitor read JSON schemas and see more in them than the specs mean: a default becomes a field that is always
//! sent, a limit a type that refuses what the server sends, an optional list one that cannot be cleared. So all that is taken out
//! here; it stays in the model, which the documentation is made from. Everything with a name that is no struct is left to our own
//! emitter: the generators see only the name.
#![expect(
    clippy::indexing_slicing,
    reason = "writing `value[\"key\"]` of a JSON object inserts the key; it cannot panic"
)]

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::model::{
    Action, Document, IntegerFormat, Model, Named, Property, Schema, SchemaId, Shape, StringFormat,
};

/// The schemas that typify knows by name only, beside the named ones: name and Rust type.
pub(crate) const BUILT_IN: &[(&str, &str)] = &[
    ("BuiltInTimestamp", "Timestamp"),
    ("BuiltInDate", "Date"),
    ("BuiltInSecret", "Secret"),
    ("BuiltInValue", "Value"),
    ("BuiltInU32", "u32"),
    ("BuiltInI64", "i64"),
];

/// Whether a named schema becomes a struct.
#[must_use]
pub(crate) fn is_struct(named: &Named) -> bool {
    matches!(named.schema.shape, Shape::Object(_) | Shape::AllOf(_))
}

/// The JSON schemas of a unit's structs, by name, and the names of everything else that they refer to.
#[must_use]
pub(crate) fn structs(model: &Model, ids: &[SchemaId]) -> (Vec<(String, Value)>, Vec<String>) {
    let own: Vec<&Named> = ids.iter().map(|id| model.named(*id)).filter(|named| is_struct(named)).collect();
    let lowered = own.iter().map(|named| (named.name.clone(), object(model, named))).collect();
    let names: BTreeSet<&str> = own.iter().map(|named| named.name.as_str()).collect();
    let foreign: BTreeSet<&str> = own
        .iter()
        .flat_map(|named| model.properties(&named.schema))
        .flat_map(|property| property.schema.references())
        .map(|reference| model.name(reference))
        .filter(|name| !names.contains(name))
        .collect();
    (lowered, foreign.into_iter().map(str::to_owned).collect())
}

/// The property that holds a variant's tag, and the tag's value.
#[must_use]
pub(crate) fn tag_of(model: &Model, schema: &Schema) -> Option<(String, String)> {
    model.properties(schema).into_iter().find_map(|property| match &property.schema.shape {
        Shape::Enum(found) if found.is_tag => {
            Some((property.name.clone(), found.values.first().map(|(value, _)| value.clone())?))
        }
        _ => None,
    })
}

/// The properties that become a struct's fields: all but a variant's tag.
#[must_use]
pub(crate) fn fields<'a>(model: &'a Model, schema: &'a Schema) -> Vec<&'a Property> {
    let mut fields = model.properties(schema);
    if let Some((tag, _)) = tag_of(model, schema) {
        fields.retain(|property| property.name != tag);
    }
    fields
}

/// An object without its tag, defaults, limits and examples.
fn object(model: &Model, named: &Named) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for property in fields(model, &named.schema) {
        let mut schema = value(model, &property.schema);
        if property.required {
            required.push(property.name.clone());
        } else if let Some(kind) =
            schema.get("type").cloned().filter(|kind| kind == "array" || kind == "object")
        {
            // An absent list and an empty list are two things: typify makes one of them unless null is allowed.
            schema["type"] = json!([kind, "null"]);
        }
        properties.insert(property.name.clone(), schema);
    }
    if properties.is_empty() {
        // Without this, typify sees an object with free keys.
        return json!({"type": "object", "additionalProperties": false});
    }
    json!({"type": "object", "properties": properties, "required": required})
}

/// A reference to a named schema or a built-in one.
fn definition(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

/// The schema of a value inside an object.
fn value(model: &Model, schema: &Schema) -> Value {
    match &schema.shape {
        Shape::String(_) if schema.secret == Some(true) => definition("BuiltInSecret"),
        Shape::String(StringFormat::DateTime) => definition("BuiltInTimestamp"),
        Shape::String(StringFormat::Date) => definition("BuiltInDate"),
        Shape::String(StringFormat::Text | StringFormat::Binary) | Shape::Enum(_) => {
            json!({"type": "string"})
        }
        Shape::Integer(IntegerFormat::Uint32) => definition("BuiltInU32"),
        Shape::Integer(IntegerFormat::Int64) => definition("BuiltInI64"),
        Shape::Number => json!({"type": "number"}),
        Shape::Boolean => json!({"type": "boolean"}),
        Shape::Array(items) => json!({"type": "array", "items": value(model, items)}),
        Shape::Map(inner) => json!({"type": "object", "additionalProperties": value(model, inner)}),
        Shape::Ref(reference) => definition(model.name(reference)),
        // The checks let only named ones pass, and these are references where they are used.
        Shape::Any | Shape::Object(_) | Shape::AllOf(_) | Shape::Tagged(_) | Shape::ByType(_) => {
            definition("BuiltInValue")
        }
    }
}

/// The document that progenitor sees: each action is one POST with one named request and at most one named response.
#[must_use]
pub(crate) fn operations(document: &Document, actions: &[(&Action, String, Option<String>)]) -> Value {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for (action, request, response) in actions {
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let mut answer = json!({"description": "The answer."});
        if let Some(response) = response {
            answer["content"] = json!({"application/json": {"schema": reference(response)}});
            schemas.insert(response.clone(), json!({"type": "object"}));
        }
        schemas.insert(request.clone(), json!({"type": "object"}));
        let operation = json!({
            "operationId": action.id,
            "requestBody": {"required": true, "content": {"application/json": {"schema": reference(request)}}},
            "responses": {"200": answer},
        });
        paths.insert(format!("/{}", action.id), json!({"post": operation}));
    }
    json!({
        "openapi": "3.0.3",
        "info": {"title": document.title, "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}
