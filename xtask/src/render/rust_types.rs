//! The Rust type of a schema where our own emitter needs it, and how arguments of that type are taken.

use syn::{GenericArgument, PathArguments, Type};

use crate::model::{IntegerFormat, Schema, Shape, StringFormat};

/// The Rust type of a value, as written in generated code.
pub(super) fn rust_type(schema: &Schema) -> String {
    match &schema.shape {
        Shape::Ref(reference) => reference.text.rsplit('/').next().unwrap_or_default().to_owned(),
        Shape::String(_) if schema.secret == Some(true) => "Secret".into(),
        Shape::String(StringFormat::DateTime) => "Timestamp".into(),
        Shape::String(StringFormat::Date) => "Date".into(),
        Shape::String(_) | Shape::Enum(_) => "String".into(),
        Shape::Integer(IntegerFormat::Uint32) => "u32".into(),
        Shape::Integer(IntegerFormat::Int64) => "i64".into(),
        Shape::Number => "f64".into(),
        Shape::Boolean => "bool".into(),
        Shape::Array(items) => format!("Vec<{}>", rust_type(items)),
        Shape::Map(inner) => format!("BTreeMap<String, {}>", rust_type(inner)),
        Shape::Any | Shape::Object(_) | Shape::AllOf(_) | Shape::Tagged(_) | Shape::ByType(_) => {
            "Value".into()
        }
    }
}

/// The Rust type of a branch of a union by JSON type: numbers are kept as they are written.
pub(super) fn branch_type(schema: &Schema) -> String {
    match schema.shape {
        Shape::Number => "Number".into(),
        _ => rust_type(schema),
    }
}

/// How a function takes a value of a type, and the expression that makes the value of the argument.
pub(super) struct Argument {
    /// The argument's type.
    pub takes: String,
    /// The value, from an argument with this name.
    pub value: String,
}

/// An argument for a field: as general as is convenient, as plain as is clear.
pub(super) fn argument(field: &str, ty: &Type) -> Argument {
    let (name, inner) = generic(ty);
    match name.as_str() {
        "bool" | "i64" | "u32" | "f64" | "Timestamp" | "Date" | "Value" | "BTreeMap" => {
            Argument { takes: text(ty), value: field.to_owned() }
        }
        "Vec" => match inner {
            Some(item) if is_plain(item) => Argument {
                takes: format!("impl IntoIterator<Item = {}>", text(item)),
                value: format!("{field}.into_iter().collect()"),
            },
            Some(item) => Argument {
                takes: format!("impl IntoIterator<Item = impl Into<{}>>", text(item)),
                value: format!("{field}.into_iter().map(Into::into).collect()"),
            },
            None => Argument { takes: text(ty), value: field.to_owned() },
        },
        _ => Argument { takes: format!("impl Into<{}>", text(ty)), value: format!("{field}.into()") },
    }
}

/// Whether a list's items are taken as they are.
fn is_plain(ty: &Type) -> bool {
    let plain = ["bool", "i64", "u32", "f64", "Timestamp", "Date", "Value", "BTreeMap", "Vec"];
    plain.contains(&generic(ty).0.as_str())
}

/// What stands in an `Option`, if this is one.
pub(super) fn in_option(ty: &Type) -> Option<&Type> {
    match generic(ty) {
        (name, Some(inner)) if name == "Option" => Some(inner),
        _ => None,
    }
}

/// The last segment of a path and its first type argument.
fn generic(ty: &Type) -> (String, Option<&Type>) {
    let Type::Path(path) = ty else { return (String::new(), None) };
    let Some(segment) = path.path.segments.last() else { return (String::new(), None) };
    let inner = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => Some(ty),
                _ => None,
            })
        }
        _ => None,
    };
    (segment.ident.to_string(), inner)
}

/// A type as text, without the spaces of a token stream.
pub(super) fn text(ty: &Type) -> String {
    quote::quote!(#ty).to_string().replace(' ', "").replace(',', ", ")
}
