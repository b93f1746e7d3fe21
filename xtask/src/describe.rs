//! The model as JSON, for tools that should not have to resolve references: `cargo xtask model`.

use serde_json::{Map, Value, json};

use crate::model::{
    Action, Content, Document, IntegerFormat, Message, Model, Parameter, Property, Schema, Scopes, Shape,
    StringFormat,
};

/// One document with all actions, pushes, webhooks and error types, each field a row.
#[must_use]
pub fn describe(model: &Model) -> Value {
    let actions: Vec<Value> = model
        .documents
        .iter()
        .flat_map(|document| document.actions.iter().map(|action| describe_action(model, document, action)))
        .collect();
    let pushes: Vec<Value> = model
        .documents
        .iter()
        .flat_map(|document| document.pushes.iter().map(|push| describe_push(model, document, push)))
        .collect();
    let webhooks: Vec<Value> = model
        .documents
        .iter()
        .flat_map(|document| document.webhooks.iter().map(|webhook| describe_webhook(model, webhook)))
        .collect();
    let errors: Map<String, Value> = model
        .documents
        .iter()
        .filter(|document| !document.errors.is_empty())
        .map(|document| (document.api.clone(), json!(document.error_names())))
        .collect();
    json!({
        "version": model.version,
        "actions": actions,
        "pushes": pushes,
        "webhooks": webhooks,
        "errors": errors,
    })
}

fn describe_action(model: &Model, document: &Document, action: &Action) -> Value {
    let transports: Vec<&str> = action.transports.iter().map(|transport| transport.key()).collect();
    let combinator = match &action.scopes {
        Scopes::Any(_) => json!("any"),
        Scopes::All(_) => json!("all"),
        Scopes::None | Scopes::Listed(_) => Value::Null,
    };
    let is_query = action.http.as_ref().is_some_and(|http| http.content == Content::Query);
    let request = if is_query { Vec::new() } else { rows(model, &action.request.schema) };
    let mut described = json!({
        "api": document.api,
        "name": action.name,
        "transports": transports,
        "http": Value::Null,
        "scopes": action.scopes.names(),
        "scopes_combinator": combinator,
        "deprecated": action.deprecated,
        "request": request,
        "response": describe_response(model, action),
        "pagination": action.pagination.is_some(),
        "batch_of": action.batch_of,
    });
    if let (Some(http), Some(described)) = (&action.http, described.as_object_mut()) {
        let method = http.method.key().to_uppercase();
        described.insert(
            "http".into(),
            json!({"method": method, "path": http.path, "content_type": http.content.media_type()}),
        );
        let query: Vec<Value> =
            http.parameters.iter().map(|parameter| describe_parameter(model, parameter)).collect();
        described.insert("query".into(), json!(query));
    }
    described
}

fn describe_parameter(model: &Model, parameter: &Parameter) -> Value {
    let mut row = Map::new();
    row.insert("name".into(), json!(parameter.name));
    row.insert("type".into(), json!(type_name(model, &parameter.schema)));
    row.insert("required".into(), json!(parameter.required));
    said(model, &parameter.schema, &mut row);
    Value::Object(row)
}

fn describe_response(model: &Model, action: &Action) -> Value {
    let Some(response) = &action.response else { return json!({"kind": "empty", "fields": []}) };
    let kind = match model.resolve(&response.schema).shape {
        Shape::Array(_) => "array",
        Shape::Map(_) => "map",
        _ => "object",
    };
    json!({"kind": kind, "fields": rows(model, &response.schema)})
}

fn describe_push(model: &Model, document: &Document, push: &Message) -> Value {
    json!({"api": document.api, "name": push.name, "fields": rows(model, &push.payload.schema)})
}

fn describe_webhook(model: &Model, webhook: &Message) -> Value {
    let additional: Vec<&str> = webhook
        .additional_data
        .iter()
        .flat_map(|payload| model.properties(&payload.schema))
        .map(|property| property.name.as_str())
        .collect();
    json!({"name": webhook.name, "fields": rows(model, &webhook.payload.schema), "additional_data": additional})
}

/// The rows of everything inside a schema; the root itself has none.
fn rows(model: &Model, schema: &Schema) -> Vec<Value> {
    let mut rows = Rows::default();
    rows.inside(model, schema, "");
    rows.list.into_iter().map(|(_, row)| Value::Object(row)).collect()
}

#[derive(Default)]
struct Rows {
    list: Vec<(String, Map<String, Value>)>,
}

impl Rows {
    /// Adds the rows below `path`.
    fn inside(&mut self, model: &Model, schema: &Schema, path: &str) {
        match &model.resolve(schema).shape {
            Shape::Array(items) => self.field(model, items, &format!("{path}[]"), true),
            Shape::Map(inner) => self.field(model, inner, &join(path, "{}"), true),
            Shape::Object(_) | Shape::AllOf(_) => {
                for property in model.properties(model.resolve(schema)) {
                    self.field(model, &property.schema, &join(path, &property.name), property.required);
                }
            }
            Shape::Tagged(tagged) => {
                let mut variants: Vec<&Schema> =
                    tagged.one_of.iter().map(|reference| &model.named(reference.target).schema).collect();
                variants.dedup_by_key(|schema| schema.place);
                self.variants(model, &variants, path);
            }
            Shape::ByType(branches) => {
                for branch in branches {
                    self.inside(model, branch, path);
                }
            }
            _ => {}
        }
    }

    fn field(&mut self, model: &Model, schema: &Schema, path: &str, required: bool) {
        let mut row = Map::new();
        row.insert("path".into(), json!(path));
        row.insert("type".into(), json!(type_name(model, schema)));
        row.insert("required".into(), json!(required));
        said(model, schema, &mut row);
        self.list.push((path.to_owned(), row));
        self.inside(model, schema, path);
    }

    /// The fields of all variants stand merged at the same path.
    fn variants(&mut self, model: &Model, variants: &[&Schema], path: &str) {
        let each: Vec<Rows> = variants
            .iter()
            .map(|variant| {
                let mut rows = Rows::default();
                let properties: Vec<&Property> = model.properties(variant);
                for property in properties {
                    rows.field(model, &property.schema, &join(path, &property.name), property.required);
                }
                rows
            })
            .collect();
        let mut order: Vec<&str> = Vec::new();
        for (name, _) in each.iter().flat_map(|rows| &rows.list) {
            if !order.contains(&name.as_str()) {
                order.push(name);
            }
        }
        for name in order {
            let direct =
                !name.strip_prefix(path).unwrap_or(name).trim_start_matches('.').contains(['.', '[', '{']);
            let found: Vec<&Map<String, Value>> = each
                .iter()
                .filter_map(|rows| rows.list.iter().find(|(known, _)| known == name).map(|(_, row)| row))
                .collect();
            self.list.push((name.to_owned(), merge(&found, direct && found.len() < each.len())));
        }
    }
}

/// One row of several variants' rows.
fn merge(rows: &[&Map<String, Value>], absent_in_some: bool) -> Map<String, Value> {
    let Some((first, rest)) = rows.split_first() else { return Map::new() };
    let mut merged = (*first).clone();
    let required = !absent_in_some && rows.iter().all(|row| row.get("required") == Some(&json!(true)));
    let mut types: Vec<&str> = Vec::new();
    for name in rows.iter().filter_map(|row| row.get("type")?.as_str()).flat_map(|names| names.split('|')) {
        if !types.contains(&name) {
            types.push(name);
        }
    }
    let types = types.join("|");
    merged.insert("required".into(), json!(required));
    merged.insert("type".into(), json!(types));
    for key in ["default", "min", "max", "max_items", "max_length", "format"] {
        if rest.iter().any(|row| row.get(key) != first.get(key)) {
            merged.remove(key);
        }
    }
    let enums: Vec<&Vec<Value>> = rows.iter().filter_map(|row| row.get("enum")?.as_array()).collect();
    merged.remove("enum");
    if enums.len() == rows.len() {
        let mut united: Vec<&Value> = Vec::new();
        for value in enums.into_iter().flatten() {
            if !united.contains(&value) {
                united.push(value);
            }
        }
        merged.insert("enum".into(), json!(united));
    }
    merged
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// What the documentation says of a field beside its type.
fn said(model: &Model, schema: &Schema, row: &mut Map<String, Value>) {
    let inner = model.resolve(schema);
    let limits = [
        ("min", &schema.limits.minimum, &inner.limits.minimum),
        ("max", &schema.limits.maximum, &inner.limits.maximum),
    ];
    if let Shape::Enum(found) = &inner.shape {
        let values: Vec<&str> = found.values.iter().map(|(value, _)| value.as_str()).collect();
        row.insert("enum".into(), json!(values));
    }
    if let Some(default) = schema.default.as_ref().or(inner.default.as_ref()) {
        row.insert("default".into(), default.clone());
    }
    for (key, own, inner) in limits {
        if let Some(limit) = own.as_ref().or(inner.as_ref()) {
            row.insert(key.into(), Value::Number(limit.clone()));
        }
    }
    for (key, limit) in [
        ("max_items", schema.limits.max_items.or(inner.limits.max_items)),
        ("max_length", schema.limits.max_length.or(inner.limits.max_length)),
    ] {
        if let Some(limit) = limit {
            row.insert(key.into(), json!(limit));
        }
    }
    if matches!(inner.shape, Shape::String(StringFormat::DateTime)) {
        row.insert("format".into(), json!("date-time"));
    }
}

fn type_name(model: &Model, schema: &Schema) -> String {
    match &model.resolve(schema).shape {
        Shape::String(StringFormat::Binary) => "binary".into(),
        Shape::String(_) | Shape::Enum(_) => "string".into(),
        Shape::Integer(IntegerFormat::Int64 | IntegerFormat::Uint32) => "integer".into(),
        Shape::Number => "number".into(),
        Shape::Boolean => "boolean".into(),
        Shape::Array(_) => "array".into(),
        Shape::Map(_) => "map".into(),
        Shape::Any => "any".into(),
        Shape::Object(_) | Shape::AllOf(_) | Shape::Tagged(_) | Shape::Ref(_) => "object".into(),
        Shape::ByType(branches) => {
            let names: Vec<String> = branches.iter().map(|branch| type_name(model, branch)).collect();
            names.join("|")
        }
    }
}
