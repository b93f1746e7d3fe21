//! Examples in Rust, made of the spec's examples in JSON: what a reader copies, and what the compiler checks.

use std::collections::BTreeSet;

use serde_json::Value;

use super::code;
use super::rust_types::{Kind, branch_name};
use crate::model::{Action, IntegerFormat, Model, Schema, Shape, StringFormat};
use crate::{lower, name};

/// A statement that makes what a call takes.
pub(super) struct Example {
    /// `let request = …;`, over as many lines as it takes.
    pub statement: String,
    /// What it needs beside the API's types, as `use` lines.
    pub uses: BTreeSet<&'static str>,
}

/// The request of an action.
pub(super) fn request(model: &Model, action: &Action) -> Option<Example> {
    let mut writer = Writer { model, uses: BTreeSet::new() };
    let expression = writer.exact(&action.request.schema, action.request.example.as_ref()?)?;
    writer.finish(&expression)
}

/// The requests in a batch's example.
pub(super) fn batch(model: &Model, action: &Action, single: &Action) -> Option<Example> {
    let mut writer = Writer { model, uses: BTreeSet::new() };
    let requests = action.request.example.as_ref()?.get("requests")?.as_array()?;
    let items = list(requests, |item| writer.exact(&single.request.schema, item))?;
    writer.finish(&format!("[{items}]"))
}

/// The items of a list, each as an expression.
fn list<'v>(values: &'v [Value], mut item: impl FnMut(&'v Value) -> Option<String>) -> Option<String> {
    Some(values.iter().map(&mut item).collect::<Option<Vec<_>>>()?.join(", "))
}

/// Writes expressions and notes what they need.
struct Writer<'a> {
    model: &'a Model,
    uses: BTreeSet<&'static str>,
}

impl<'a> Writer<'a> {
    fn finish(self, expression: &str) -> Option<Example> {
        let statement = code::statement(&format!("let request = {expression};"))?;
        Some(Example { statement, uses: self.uses })
    }

    /// An expression of exactly the schema's type.
    fn exact(&mut self, schema: &'a Schema, value: &Value) -> Option<String> {
        match &schema.shape {
            Shape::Ref(reference) => {
                let named = self.model.named(reference.target);
                self.named(&named.name, &named.schema, value)
            }
            Shape::String(_) if schema.secret == Some(true) => {
                self.uses.insert("use livechat_client::types::Secret;");
                Some(format!("Secret::from({value})"))
            }
            Shape::String(StringFormat::DateTime | StringFormat::Date) => Some(format!("{value}.parse()?")),
            Shape::String(_) | Shape::Enum(_) => Some(format!("{value}.to_owned()")),
            Shape::Integer(IntegerFormat::Int64 | IntegerFormat::Uint32) | Shape::Boolean => {
                Some(value.to_string())
            }
            Shape::Number => Some(format!("{:?}", value.as_f64()?)),
            Shape::Array(items) => {
                Some(format!("vec![{}]", list(value.as_array()?, |item| self.exact(items, item))?))
            }
            Shape::Map(inner) => {
                self.uses.insert("use std::collections::BTreeMap;");
                let mut entries = Vec::new();
                for (key, value) in value.as_object()? {
                    entries.push(format!("({key:?}.to_owned(), {})", self.exact(inner, value)?));
                }
                Some(format!("BTreeMap::from([{}])", entries.join(", ")))
            }
            Shape::Any => {
                self.uses.insert("use serde_json::json;");
                Some(format!("json!({value})"))
            }
            Shape::Object(_) | Shape::AllOf(_) | Shape::Tagged(_) | Shape::ByType(_) => None,
        }
    }

    /// An expression of the type that a named schema becomes.
    fn named(&mut self, ident: &str, schema: &'a Schema, value: &Value) -> Option<String> {
        match Kind::of(schema) {
            Kind::Struct => self.structure(ident, schema, value),
            Kind::StringEnum(found) => {
                let text = value.as_str()?;
                let known = found.values.iter().any(|(value, _)| value == text);
                known.then(|| format!("{ident}::{}", name::variant(text)))
            }
            Kind::StringId | Kind::IntegerId => Some(format!("{ident}::from({value})")),
            Kind::Tagged(_) => Some(format!("{ident}::from({})", self.convertible(schema, value)?)),
            Kind::ByType(branches) => self.by_type(ident, branches, value),
            Kind::Alias => self.exact(schema, value),
        }
    }

    /// An expression that an `impl Into<…>` argument of the schema's type takes.
    fn convertible(&mut self, schema: &'a Schema, value: &Value) -> Option<String> {
        match &self.model.resolve(schema).shape {
            Shape::String(StringFormat::Text | StringFormat::Binary) | Shape::Integer(_) => {
                Some(value.to_string())
            }
            // A named string is an id, whatever its format.
            Shape::String(_) if matches!(schema.shape, Shape::Ref(_)) => Some(value.to_string()),
            Shape::Tagged(tagged) => {
                let branch = tagged.branch(value)?;
                let named = self.model.named(branch.target);
                self.structure(&named.name, &named.schema, value)
            }
            _ => self.exact(schema, value),
        }
    }

    /// An expression that the argument for a field takes.
    fn argument(&mut self, schema: &'a Schema, value: &Value) -> Option<String> {
        // Only a list that is written as one has an argument that takes any iterator; the name of a list takes just that.
        let Shape::Array(items) = &schema.shape else { return self.convertible(schema, value) };
        let one_type = matches!(
            self.model.resolve(items).shape,
            Shape::String(_) | Shape::Integer(_) | Shape::Object(_) | Shape::AllOf(_) | Shape::Enum(_)
        );
        let items = list(value.as_array()?, |item| {
            if one_type { self.convertible(items, item) } else { self.exact(items, item) }
        });
        Some(format!("[{}]", items?))
    }

    /// `Name::new(required, …).optional(…)`
    fn structure(&mut self, ident: &str, schema: &'a Schema, value: &Value) -> Option<String> {
        let fields = value.as_object()?;
        let mut required = Vec::new();
        let mut setters = String::new();
        for property in lower::fields(self.model, schema) {
            match (property.required, fields.get(&property.name)) {
                (true, value) => required.push(self.argument(&property.schema, value?)?),
                (false, Some(value)) => {
                    let (name, value) =
                        (name::field_ident(&property.name), self.argument(&property.schema, value)?);
                    setters.push_str(&format!(".{name}({value})"));
                }
                (false, None) => {}
            }
        }
        Some(format!("{ident}::new({}){setters}", required.join(", ")))
    }

    fn by_type(&mut self, ident: &str, branches: &'a [Schema], value: &Value) -> Option<String> {
        let branch = self.model.branch_of(branches, value)?;
        let value = match branch.shape {
            Shape::Number => format!("{value}.into()"),
            _ => self.exact(branch, value)?,
        };
        Some(format!("{ident}::{}({value})", branch_name(self.model, branch)))
    }
}
