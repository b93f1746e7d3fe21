//! Writes each API out as one self-contained OpenAPI document, for Redoc, Swagger UI and other tools: `cargo xtask bundle`.
#![expect(
    clippy::indexing_slicing,
    reason = "writing `value[\"key\"]` of a JSON object inserts the key; it cannot panic"
)]

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::model::{
    Action, Document, Enum, Http, IntegerFormat, Message, Model, Parameter, Payload, Property, Repeatable,
    Schema, SchemaId, Scopes, Shape, StringFormat, Tagged,
};

/// The bundled document of each API: its short name, its text as JSON.
#[must_use]
pub fn bundle(model: &Model) -> Vec<(String, String)> {
    model
        .documents
        .iter()
        .map(|document| (document.api.clone(), format!("{:#}\n", bundle_one(model, document))))
        .collect()
}

fn bundle_one(model: &Model, document: &Document) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for action in &document.actions {
        let Some(http) = &action.http else { continue };
        let path = paths.entry(http.path.clone()).or_insert_with(|| json!({}));
        if let Some(path) = path.as_object_mut() {
            path.insert(http.method.key().into(), operation(model, action));
        }
    }
    let servers: Vec<Value> = named(&document.servers, "url", |(url, description)| (url, description));
    let tags = named(&document.categories, "name", |category| (&category.name, &category.description));
    let mut bundled = json!({
        "openapi": "3.0.3",
        "info": {"title": document.title, "description": document.description, "version": model.version},
        "x-api": document.api,
        "servers": servers,
        "tags": tags,
        "paths": paths,
        "components": components(model, document),
    });
    extend(
        &mut bundled,
        [("security", document.security.clone()), ("x-errors", json!(document.error_names()))],
    );
    extend(&mut bundled, extensions(model, document));
    bundled
}

/// What has a name of some kind, and a description.
fn named<T>(list: &[T], kind: &str, of: impl Fn(&T) -> (&String, &String)) -> Vec<Value> {
    let row = |thing| {
        let (name, description) = of(thing);
        json!({kind: name, "description": description})
    };
    list.iter().map(row).collect()
}

/// The entries that have no path.
fn extensions(model: &Model, document: &Document) -> [(&'static str, Value); 4] {
    let messages = |list: &[Message]| {
        list.iter().map(|message| (message.name.clone(), self::message(model, message))).collect()
    };
    let rtm = document.actions.iter().filter(|action| action.http.is_none());
    [
        ("x-rtm", rtm.map(|action| (action.name.clone(), rtm_action(model, action))).collect()),
        ("x-pushes", messages(&document.pushes)),
        ("x-webhooks", messages(&document.webhooks)),
        ("x-structures", messages(&document.structures)),
    ]
}

/// Adds the keys whose values are not empty.
fn extend(out: &mut Value, keys: impl IntoIterator<Item = (&'static str, Value)>) {
    for (key, value) in keys {
        let empty = value.is_null()
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_object().is_some_and(Map::is_empty);
        if !empty {
            out[key] = value;
        }
    }
}

fn components(model: &Model, document: &Document) -> Value {
    let used: Vec<usize> = (0..model.responses.len())
        .filter(|index| {
            document.actions.iter().flat_map(|action| &action.errors).any(|(_, error)| error == index)
        })
        .collect();
    let responses: Vec<_> = used.iter().filter_map(|index| model.responses.get(*index)).collect();
    let roots = document.schemas().chain(model.failures(document));
    let queries: BTreeSet<SchemaId> = document
        .actions
        .iter()
        .filter(|action| action.http.as_ref().is_some_and(Http::is_query))
        .filter_map(|action| match &action.request.schema.shape {
            Shape::Ref(reference) => Some(reference.target),
            _ => None,
        })
        .collect();
    let schemas: Map<String, Value> = model
        .reached(roots)
        .into_iter()
        .filter(|id| !queries.contains(id))
        .map(|id| (model.named(id).name.clone(), schema(model, &model.named(id).schema)))
        .collect();
    let responses: Map<String, Value> = responses
        .into_iter()
        .map(|response| {
            let content = json!({"application/json": media(model, &response.payload)});
            (response.name.clone(), json!({"description": response.description, "content": content}))
        })
        .collect();
    let mut all = json!({"schemas": schemas, "responses": responses});
    if !document.security_schemes.is_null() {
        all["securitySchemes"] = document.security_schemes.clone();
    }
    all
}

fn operation(model: &Model, action: &Action) -> Value {
    let mut out = described(action);
    out["operationId"] = json!(action.id);
    if action.name != action.id {
        out["x-action"] = json!(action.name);
    }
    let transports: Vec<&str> = action.transports.iter().map(|transport| transport.key()).collect();
    out["x-transports"] = json!(transports);
    if let Some(single) = &action.batch_of {
        out["x-batch-of"] = json!(single);
    }
    if let Some(security) = &action.security {
        out["security"] = security.clone();
    }
    if let Some(http) = &action.http {
        let parameters: Vec<Value> =
            http.parameters.iter().map(|parameter| self::parameter(model, parameter)).collect();
        if !parameters.is_empty() {
            out["parameters"] = json!(parameters);
        }
        if let Some(media_type) = http.content.media_type() {
            let content = json!({media_type: media(model, &action.request)});
            out["requestBody"] = json!({"required": true, "content": content});
        }
    }
    out["responses"] = responses(model, action);
    out
}

fn parameter(model: &Model, parameter: &Parameter) -> Value {
    let mut out = json!({
        "name": parameter.name,
        "in": if parameter.in_path { "path" } else { "query" },
        "description": parameter.description,
        "required": parameter.required,
        "schema": schema(model, &parameter.schema),
    });
    if let Some(example) = &parameter.example {
        out["example"] = example.clone();
    }
    if parameter.client {
        out["x-client-parameter"] = json!(true);
    }
    out
}

fn responses(model: &Model, action: &Action) -> Value {
    let mut success = json!({"description": action.response_description});
    if let Some(response) = &action.response {
        success["content"] = json!({"application/json": media(model, response)});
    }
    let mut out = json!({"200": success});
    for (status, index) in &action.errors {
        if let Some(response) = model.responses.get(*index) {
            out[status] = json!({"$ref": format!("#/components/responses/{}", response.name)});
        }
    }
    out
}

/// What operations and RTM actions have in common.
fn described(action: &Action) -> Value {
    let mut out = json!({
        "tags": [action.category],
        "summary": action.docs.summary,
        "description": action.docs.description,
        "externalDocs": {"url": action.docs.url},
    });
    match &action.scopes {
        Scopes::None => {}
        Scopes::Any(names) => out["x-scopes"] = json!({"any": names}),
        Scopes::All(names) => out["x-scopes"] = json!({"all": names}),
        Scopes::Listed(names) => out["x-scopes"] = json!({"listed": names}),
    }
    match action.repeatable {
        Repeatable::Always => out["x-repeatable"] = json!("always"),
        Repeatable::WithCustomId => out["x-repeatable"] = json!("with_custom_id"),
        Repeatable::Never => {}
    }
    if let Some(pagination) = &action.pagination {
        let names = [
            ("items", Some(&pagination.items)),
            ("next", Some(&pagination.next)),
            ("previous", pagination.previous.as_ref()),
            ("total", pagination.total.as_ref()),
        ];
        let names = names.into_iter().filter_map(|(key, name)| Some((key.to_owned(), json!(name?))));
        out["x-pagination"] = Value::Object(names.collect());
    }
    if action.deprecated {
        out["deprecated"] = json!(true);
    }
    out
}

fn rtm_action(model: &Model, action: &Action) -> Value {
    let mut out = described(action);
    out["request"] = media(model, &action.request);
    if let Some(response) = &action.response {
        out["response"] = media(model, response);
    }
    out
}

fn message(model: &Model, message: &Message) -> Value {
    let mut out = json!({"payload": media(model, &message.payload)});
    for (key, text) in [("summary", &message.docs.summary), ("description", &message.docs.description)] {
        if !text.is_empty() {
            out[key] = json!(text);
        }
    }
    if !message.docs.url.is_empty() {
        out["externalDocs"] = json!({"url": message.docs.url});
    }
    if let Some(additional) = &message.additional_data {
        out["additional_data"] = media(model, additional);
    }
    out
}

fn media(model: &Model, payload: &Payload) -> Value {
    let mut out = json!({"schema": schema(model, &payload.schema)});
    if let Some(example) = &payload.example {
        out["example"] = example.clone();
    }
    if let Some(key) = &payload.key {
        out["key"] = json!(key);
    }
    out
}

fn reference(model: &Model, id: SchemaId) -> Value {
    json!({"$ref": path(model, id)})
}

fn path(model: &Model, id: SchemaId) -> String {
    format!("#/components/schemas/{}", model.named(id).name)
}

/// A schema with references into the same document.
fn schema(model: &Model, schema: &Schema) -> Value {
    let mut out = shape(model, schema);
    let said = said(schema);
    if said.is_empty() {
        return out;
    }
    if out.get("$ref").is_some() {
        out = json!({"allOf": [out]}); // beside a $ref, OpenAPI 3.0 ignores everything
    }
    if let Some(out) = out.as_object_mut() {
        out.extend(said);
    }
    out
}

fn said(schema: &Schema) -> Map<String, Value> {
    let all = [
        ("title", schema.title.as_ref().map(|title| json!(title))),
        ("description", (!schema.description.is_empty()).then(|| json!(schema.description))),
        ("default", schema.default.clone()),
        ("example", schema.example.clone()),
        ("externalDocs", schema.url.as_ref().map(|url| json!({"url": url}))),
        ("deprecated", schema.deprecated.then(|| json!(true))),
        ("x-secret", schema.secret.map(|secret| json!(secret))),
        ("x-aliases", (!schema.aliases.is_empty()).then(|| json!(schema.aliases))),
    ];
    let all = all.into_iter().chain(schema.limits.keywords());
    all.filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

fn shape(model: &Model, schema: &Schema) -> Value {
    match &schema.shape {
        Shape::Ref(target) => reference(model, target.target),
        Shape::String(StringFormat::Text) => json!({"type": "string"}),
        Shape::String(StringFormat::DateTime) => json!({"type": "string", "format": "date-time"}),
        Shape::String(StringFormat::Date) => json!({"type": "string", "format": "date"}),
        Shape::String(StringFormat::Binary) => json!({"type": "string", "format": "binary"}),
        Shape::Integer(IntegerFormat::Int64) => json!({"type": "integer"}),
        Shape::Integer(IntegerFormat::Uint32) => json!({"type": "integer", "format": "uint32"}),
        Shape::Number => json!({"type": "number"}),
        Shape::Boolean => json!({"type": "boolean"}),
        Shape::Any => json!({"x-any": true}),
        Shape::Enum(found) => string_enum(found),
        Shape::Array(items) => json!({"type": "array", "items": self::schema(model, items)}),
        Shape::Map(inner) => json!({"type": "object", "additionalProperties": self::schema(model, inner)}),
        Shape::Object(properties) => object(model, properties),
        Shape::AllOf(parts) => json!({"allOf": schemas(model, parts)}),
        Shape::ByType(branches) => json!({"oneOf": schemas(model, branches)}),
        Shape::Tagged(union) => tagged(model, union),
    }
}

fn schemas(model: &Model, schemas: &[Schema]) -> Vec<Value> {
    schemas.iter().map(|schema| self::schema(model, schema)).collect()
}

fn object(model: &Model, properties: &[Property]) -> Value {
    let all = properties.iter().map(|property| (property.name.clone(), schema(model, &property.schema)));
    let mut out = json!({"type": "object", "properties": Value::Object(all.collect())});
    let required: Vec<&str> = properties
        .iter()
        .filter(|property| property.required)
        .map(|property| property.name.as_str())
        .collect();
    if !required.is_empty() {
        out["required"] = json!(required);
    }
    out
}

fn tagged(model: &Model, union: &Tagged) -> Value {
    let one_of: Vec<Value> = union.one_of.iter().map(|branch| reference(model, branch.target)).collect();
    let branches = union.branches.iter();
    let mapping: Map<String, Value> =
        branches.map(|(tag, branch)| (tag.clone(), json!(path(model, branch.target)))).collect();
    let mut out = json!({
        "oneOf": one_of,
        "discriminator": {"propertyName": union.tag, "mapping": mapping},
    });
    if let Some(absent) = &union.absent {
        out["x-discriminator-absent"] = reference(model, absent.target);
    }
    out
}

fn string_enum(found: &Enum) -> Value {
    let values: Vec<&str> = found.values.iter().map(|(value, _)| value.as_str()).collect();
    let mut out = json!({"type": "string", "enum": values});
    let meanings: Map<String, Value> = found
        .values
        .iter()
        .filter(|(_, meaning)| !meaning.is_empty())
        .map(|(value, meaning)| (value.clone(), json!(meaning)))
        .collect();
    if !meanings.is_empty() {
        out["x-enumDescriptions"] = Value::Object(meanings);
    }
    if !found.aliases.is_empty() {
        let aliases = found.aliases.iter().map(|(alias, value)| (alias.clone(), json!(value)));
        out["x-enum-aliases"] = Value::Object(aliases.collect());
    }
    out
}
