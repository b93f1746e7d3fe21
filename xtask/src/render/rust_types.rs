//! The Rust type of a schema where our own emitter needs it, and how arguments of that type are taken.

use heck::ToUpperCamelCase;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

use crate::model::{Action, Enum, IntegerFormat, Model, Schema, Shape, StringFormat, Tagged};

/// What a named schema becomes.
pub(super) enum Kind<'a> {
    /// A struct.
    Struct,
    /// An open enum of strings.
    StringEnum(&'a Enum),
    /// A newtype over a string.
    StringId,
    /// A newtype over an integer.
    IntegerId,
    /// An open enum of objects that a property tells apart.
    Tagged(&'a Tagged),
    /// An open enum of values that their JSON type tells apart.
    ByType(&'a [Schema]),
    /// Another name of a type.
    Alias,
}

impl<'a> Kind<'a> {
    /// What the schema under a name becomes.
    pub(super) fn of(schema: &'a Schema) -> Self {
        match &schema.shape {
            Shape::Object(_) | Shape::AllOf(_) => Self::Struct,
            Shape::Enum(found) => Self::StringEnum(found),
            Shape::String(format) if !is_secret(schema) && *format != StringFormat::Binary => Self::StringId,
            Shape::Integer(_) => Self::IntegerId,
            Shape::Tagged(tagged) => Self::Tagged(tagged),
            Shape::ByType(branches) => Self::ByType(branches),
            _ => Self::Alias,
        }
    }
}

/// The Rust type of a value, as written in generated code.
pub(super) fn rust_type(model: &Model, schema: &Schema) -> String {
    match &schema.shape {
        Shape::Ref(reference) => model.name(reference).to_owned(),
        Shape::Integer(IntegerFormat::Uint32) => "u32".into(),
        Shape::Integer(IntegerFormat::Int64) => "i64".into(),
        Shape::Number => "f64".into(),
        Shape::Boolean => "bool".into(),
        Shape::Array(items) => format!("Vec<{}>", rust_type(model, items)),
        Shape::Map(inner) => format!("BTreeMap<String, {}>", rust_type(model, inner)),
        _ => library_type(schema).map_or("String", |(_, name)| name).to_owned(),
    }
}

/// The type of a library, or of the types crate's own, that stands for a schema: its module and name.
pub(super) fn library_type(schema: &Schema) -> Option<(&'static str, &'static str)> {
    match &schema.shape {
        Shape::String(_) if is_secret(schema) => Some(("crate", "Secret")),
        Shape::String(StringFormat::DateTime) => Some(("jiff", "Timestamp")),
        Shape::String(StringFormat::Date) => Some(("jiff::civil", "Date")),
        Shape::Map(_) => Some(("std::collections", "BTreeMap")),
        Shape::Any | Shape::Object(_) | Shape::AllOf(_) | Shape::Tagged(_) | Shape::ByType(_) => {
            Some(("serde_json", "Value"))
        }
        _ => None,
    }
}

fn is_secret(schema: &Schema) -> bool {
    schema.secret == Some(true)
}

/// The Rust type of what an action answers.
pub(super) fn answer_type(model: &Model, action: &Action) -> String {
    action.response.as_ref().map_or_else(|| "Empty".to_owned(), |payload| rust_type(model, &payload.schema))
}

/// The article of a type's name.
pub(super) fn article(name: &str) -> &'static str {
    // `User` begins like `you`.
    let is_vowel = name.starts_with(['A', 'E', 'I', 'O', 'U']) && !name.starts_with("Us");
    if is_vowel { "an" } else { "a" }
}

/// The variant of a branch that is told apart by its JSON type.
pub(super) fn branch_name(model: &Model, branch: &Schema) -> String {
    match (&branch.title, &branch.shape) {
        (Some(title), _) => title.to_upper_camel_case(),
        (None, Shape::Ref(reference)) => model.name(reference).to_owned(),
        _ => "Other".into(), // the checks let no branch pass that has neither
    }
}

/// The Rust type of a branch of a union by JSON type: numbers are kept as they are written.
pub(super) fn branch_type(model: &Model, schema: &Schema) -> String {
    match schema.shape {
        Shape::Number => "Number".into(),
        _ => rust_type(model, schema),
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
    match first_argument(ty).filter(|_| has_name(ty, &["Vec"])) {
        Some(item) if is_plain(item) => Argument {
            takes: format!("impl IntoIterator<Item = {}>", text(item)),
            value: format!("{field}.into_iter().collect()"),
        },
        Some(item) => Argument {
            takes: format!("impl IntoIterator<Item = impl Into<{}>>", text(item)),
            value: format!("{field}.into_iter().map(Into::into).collect()"),
        },
        None if is_plain(ty) => Argument { takes: text(ty), value: field.to_owned() },
        None => Argument { takes: format!("impl Into<{}>", text(ty)), value: format!("{field}.into()") },
    }
}

/// Whether a value is taken as it is: a conversion would only blur what is wanted.
fn is_plain(ty: &Type) -> bool {
    has_name(ty, &["bool", "i64", "u32", "f64", "Timestamp", "Date", "Value", "BTreeMap", "Vec"])
}

/// What stands in an `Option`, if this is one.
pub(super) fn in_option(ty: &Type) -> Option<&Type> {
    first_argument(ty).filter(|_| has_name(ty, &["Option"]))
}

/// The first type argument, `T` of `Vec<T>`.
pub(super) fn first_argument(ty: &Type) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &last_segment(ty)?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

/// Whether the last segment of a type's path is one of these.
fn has_name(ty: &Type, names: &[&str]) -> bool {
    last_segment(ty).is_some_and(|segment| names.iter().any(|name| segment.ident == name))
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match ty {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// A type as text, without the spaces of a token stream.
pub(super) fn text(ty: &Type) -> String {
    quote::quote!(#ty).to_string().replace(' ', "").replace(',', ", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(ty: &str) -> (String, String) {
        let ty = syn::parse_str(ty).expect("a type");
        let Argument { takes, value } = argument("x", &ty);
        (takes, value)
    }

    #[test]
    fn an_argument_is_general_for_text_and_lists_and_plain_for_the_rest() {
        let pair = |takes: &str, value: &str| (takes.to_owned(), value.to_owned());
        assert_eq!(taken("ChatId"), pair("impl Into<ChatId>", "x.into()"));
        assert_eq!(taken("u32"), pair("u32", "x"));
        assert_eq!(taken("BTreeMap<String, Value>"), pair("BTreeMap<String, Value>", "x"));
        assert_eq!(taken("Vec<u32>"), pair("impl IntoIterator<Item = u32>", "x.into_iter().collect()"));
        assert_eq!(
            taken("Vec<ChatId>"),
            pair("impl IntoIterator<Item = impl Into<ChatId>>", "x.into_iter().map(Into::into).collect()")
        );
    }

    #[test]
    fn what_stands_in_an_option_is_found() {
        let inner = |ty: &str| in_option(&syn::parse_str(ty).expect("a type")).map(text);
        assert_eq!(inner("Option<Vec<String>>").as_deref(), Some("Vec<String>"));
        assert_eq!(inner("Vec<String>"), None);
        assert_eq!(inner("String"), None);
    }
}
