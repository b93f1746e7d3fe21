//! JSON schemas of the types, for `schemars`: what the specs say, word for word.

use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value};

/// Implements `JsonSchema` from the text of a schema in which `{"$ref": "Name"}` stands for the type with that name.
///
/// ```text
/// json_schema! { ListChats, [PageId, SortOrder], r#"{"type": "object", …}"# }
/// ```
macro_rules! json_schema {
    ($name:ident, [$($part:ident),* $(,)?], $text:literal) => {
        impl ::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                concat!(module_path!(), "::", stringify!($name)).into()
            }

            fn json_schema(generator: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                let parts: &[$crate::json_schema::Part] =
                    &[$((stringify!($part), |generator| generator.subschema_for::<$part>())),*];
                $crate::json_schema::link(generator, $text, parts)
            }
        }
    };
}
pub(crate) use json_schema;

/// A type that a schema refers to: its name and how its schema is had.
pub(crate) type Part = (&'static str, fn(&mut SchemaGenerator) -> Schema);

/// Reads a schema and replaces its references by those of the generator.
pub(crate) fn link(generator: &mut SchemaGenerator, text: &str, parts: &[Part]) -> Schema {
    let parts: Vec<(&str, Value)> =
        parts.iter().map(|(name, schema)| (*name, Value::from(schema(generator)))).collect();
    // The text is generated; a test reads all of them.
    let mut value = serde_json::from_str(text).unwrap_or_else(|_| Value::Object(Map::new()));
    replace(&mut value, &parts);
    Schema::try_from(value).unwrap_or_default()
}

fn replace(value: &mut Value, parts: &[(&str, Value)]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, parts)),
        Value::Object(fields) => {
            let name = fields.get("$ref").and_then(Value::as_str).map(str::to_owned);
            if let Some((_, schema)) = parts.iter().find(|(part, _)| Some(*part) == name.as_deref()) {
                fields.remove("$ref");
                if let Value::Object(schema) = schema {
                    // What stands beside a reference says more of this use of the type.
                    for (key, value) in schema {
                        fields.entry(key.clone()).or_insert_with(|| value.clone());
                    }
                }
            } else {
                fields.values_mut().for_each(|field| replace(field, parts));
            }
        }
        _ => {}
    }
}
