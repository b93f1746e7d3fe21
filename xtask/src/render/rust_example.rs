//! Examples in Rust, made of the spec's examples in JSON: what a reader copies, and what the compiler checks.

use heck::ToUpperCamelCase;
use serde_json::Value;

use super::types::branch_name;
use crate::model::{Action, IntegerFormat, Model, Schema, Shape, StringFormat};
use crate::{lower, name};

/// The expression of an action's request, printed over as many lines as it takes.
pub(super) fn request(model: &Model, action: &Action) -> Option<String> {
    let example = action.request.example.as_ref()?;
    statement(&exact(model, &action.request.schema, example)?)
}

/// The expression of the requests in a batch's example.
pub(super) fn batch(model: &Model, action: &Action, single: &Action) -> Option<String> {
    let requests = action.request.example.as_ref()?.get("requests")?.as_array()?;
    let items = requests.iter().map(|item| exact(model, &single.request.schema, item));
    statement(&format!("[{}]", items.collect::<Option<Vec<_>>>()?.join(", ")))
}

/// `let request = …;`, formatted.
fn statement(expression: &str) -> Option<String> {
    let file = syn::parse_str(&format!("fn example() {{ let request = {expression}; }}")).ok()?;
    let printed = prettyplease::unparse(&file);
    let lines: Vec<&str> = printed.lines().collect();
    let inner = lines.get(1..lines.len().checked_sub(1)?)?;
    Some(inner.iter().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>().join("\n"))
}

/// An expression of exactly the schema's type.
fn exact(model: &Model, schema: &Schema, value: &Value) -> Option<String> {
    match &schema.shape {
        Shape::Ref(reference) => {
            let named = model.named(reference.target);
            let ident = &named.name;
            match &named.schema.shape {
                Shape::Object(_) | Shape::AllOf(_) => structure(model, ident, &named.schema, value),
                Shape::Enum(found) => {
                    let text = value.as_str()?;
                    let known = found.values.iter().any(|(value, _)| value == text);
                    known.then(|| format!("{ident}::{}", name::variant(text)))
                }
                Shape::String(_) | Shape::Integer(_) if named.schema.secret != Some(true) => {
                    Some(format!("{ident}::from({value})"))
                }
                Shape::Tagged(_) => Some(format!("{ident}::from({})", convertible(model, schema, value)?)),
                Shape::ByType(branches) => by_type(model, ident, branches, value),
                _ => exact(model, &named.schema, value),
            }
        }
        Shape::String(_) if schema.secret == Some(true) => Some(format!("Secret::from({value})")),
        Shape::String(StringFormat::DateTime | StringFormat::Date) => Some(format!("{value}.parse()?")),
        Shape::String(_) | Shape::Enum(_) => Some(format!("{value}.to_owned()")),
        Shape::Integer(IntegerFormat::Int64 | IntegerFormat::Uint32) | Shape::Boolean => {
            Some(value.to_string())
        }
        Shape::Number => Some(format!("{:?}", value.as_f64()?)),
        Shape::Array(items) => {
            let items = value.as_array()?.iter().map(|item| exact(model, items, item));
            Some(format!("vec![{}]", items.collect::<Option<Vec<_>>>()?.join(", ")))
        }
        Shape::Map(inner) => {
            let entries = value
                .as_object()?
                .iter()
                .map(|(key, value)| Some(format!("({key:?}.to_owned(), {})", exact(model, inner, value)?)));
            Some(format!("BTreeMap::from([{}])", entries.collect::<Option<Vec<_>>>()?.join(", ")))
        }
        Shape::Any => Some(format!("json!({value})")),
        Shape::Object(_) | Shape::AllOf(_) | Shape::Tagged(_) | Shape::ByType(_) => None,
    }
}

/// An expression that an `impl Into<…>` argument of the schema's type takes.
fn convertible(model: &Model, schema: &Schema, value: &Value) -> Option<String> {
    let resolved = model.resolve(schema);
    match &resolved.shape {
        Shape::String(StringFormat::Text | StringFormat::Binary) => Some(value.to_string()),
        // A named string is an id, whatever its format.
        Shape::String(_) if matches!(schema.shape, Shape::Ref(_)) => Some(value.to_string()),
        Shape::Integer(_) => Some(value.to_string()),
        Shape::Tagged(tagged) => {
            let found = value.get(&tagged.tag).and_then(Value::as_str);
            let branch = match found {
                Some(tag) => tagged.branches.iter().find(|(value, _)| value == tag).map(|(_, branch)| branch),
                None => tagged.absent.as_ref(),
            }?;
            let named = model.named(branch.target);
            structure(model, &named.name, &named.schema, value)
        }
        _ => exact(model, schema, value),
    }
}

/// An expression that the argument for a field takes.
fn argument(model: &Model, schema: &Schema, value: &Value) -> Option<String> {
    match &schema.shape {
        // Only a list that is written as one has an argument that takes any iterator; the name of a list takes just that.
        Shape::Array(items) => {
            let one_type = matches!(
                model.resolve(items).shape,
                Shape::String(_) | Shape::Integer(_) | Shape::Object(_) | Shape::AllOf(_) | Shape::Enum(_)
            );
            let items = value.as_array()?.iter().map(|item| {
                if one_type { convertible(model, items, item) } else { exact(model, items, item) }
            });
            Some(format!("[{}]", items.collect::<Option<Vec<_>>>()?.join(", ")))
        }
        _ => convertible(model, schema, value),
    }
}

/// `Name::new(required, …).optional(…)`
fn structure(model: &Model, ident: &str, schema: &Schema, value: &Value) -> Option<String> {
    let fields = value.as_object()?;
    let tag = lower::tag_of(model, schema).map(|(tag, _)| tag);
    let mut required = Vec::new();
    let mut setters = String::new();
    for property in model.properties(schema) {
        if tag.as_ref() == Some(&property.name) {
            continue;
        }
        let value = fields.get(&property.name);
        let expression = value.map(|value| argument(model, &property.schema, value));
        match (property.required, expression) {
            (true, Some(expression)) => required.push(expression?),
            (true, None) => return None,
            (false, Some(expression)) => {
                setters.push_str(&format!(".{}({})", name::field_ident(&property.name), expression?));
            }
            (false, None) => {}
        }
    }
    Some(format!("{ident}::new({}){setters}", required.join(", ")))
}

fn by_type(model: &Model, ident: &str, branches: &[Schema], value: &Value) -> Option<String> {
    let branch = branches.iter().find(|branch| {
        matches!(
            (&model.resolve(branch).shape, value),
            (Shape::String(_) | Shape::Enum(_), Value::String(_))
                | (Shape::Integer(_) | Shape::Number, Value::Number(_))
                | (Shape::Boolean, Value::Bool(_))
                | (Shape::Array(_), Value::Array(_))
                | (Shape::Object(_) | Shape::AllOf(_) | Shape::Map(_) | Shape::Tagged(_), Value::Object(_))
        )
    })?;
    if matches!(branch.shape, Shape::Number) {
        return Some(format!("{ident}::{}({value}.into())", branch_name(branch)));
    }
    Some(format!("{ident}::{}({})", branch_name(branch).to_upper_camel_case(), exact(model, branch, value)?))
}
