//! What people do not read: constructors, setters, and the macros that read and write values.

use syn::{Fields, ImplItemFn, Item, ItemStruct};

use super::rust_types::{Argument, argument, in_option, rust_type};
use crate::lower;
use crate::model::{Enum, Model, Named, Schema, Shape, Tagged};
use crate::name;

/// Whether a struct is made by programs or only received by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// It is part of a request.
    Sent,
    /// Only the server makes it.
    Received,
}

/// The `impl` block and the reader of a struct.
pub(super) fn of_struct(model: &Model, named: &Named, item: &ItemStruct, direction: Direction) -> String {
    let mut text = constructors(item, direction);
    text.push_str(&reader(model, named));
    text
}

/// `fields! { … }`: one line a field.
fn reader(model: &Model, named: &Named) -> String {
    let tag = lower::tag_of(model, &named.schema).map(|(tag, _)| tag);
    let mut text = format!("fields! {{\n    {} {{\n", named.name);
    for property in model.properties(&named.schema) {
        if tag.as_ref() == Some(&property.name) {
            continue;
        }
        let field = name::field_ident(&property.name);
        let instant = rust_type(&property.schema) == "Timestamp";
        let presence = match (property.required, instant) {
            (true, false) => "required",
            (false, false) => "optional",
            (true, true) => "instant",
            (false, true) => "optional_instant",
        };
        let spellings: Vec<String> = std::iter::once(&property.name)
            .chain(&property.schema.aliases)
            .map(|name| format!("{name:?}"))
            .collect();
        text.push_str(&format!("        {field}: {presence} {},\n", spellings.join(" | ")));
    }
    text.push_str("    }\n}\n");
    text
}

fn constructors(item: &ItemStruct, direction: Direction) -> String {
    let Fields::Named(fields) = &item.fields else { return String::new() };
    let parts: Vec<(String, &syn::Type)> = fields
        .named
        .iter()
        .filter_map(|field| Some((field.ident.as_ref()?.to_string(), &field.ty)))
        .collect();
    let mut methods = vec![new_function(&parts)];
    if direction == Direction::Sent {
        methods.extend(parts.iter().filter_map(|(field, ty)| Some(setter(field, in_option(ty)?))));
    }
    let printed: Vec<String> = methods.iter().map(|method| print_method(method)).collect();
    let cfg = if direction == Direction::Received { "#[cfg(feature = \"construct\")]\n" } else { "" };
    format!("{cfg}impl {} {{\n{}}}\n\n", item.ident, printed.join("\n"))
}

fn new_function(parts: &[(String, &syn::Type)]) -> String {
    let mut arguments = Vec::new();
    let mut values = Vec::new();
    for (field, ty) in parts {
        if in_option(ty).is_some() {
            values.push(format!("{field}: None"));
        } else {
            let Argument { takes, value } = argument(field, ty);
            arguments.push(format!("{field}: {takes}"));
            values.push(if value == *field { field.clone() } else { format!("{field}: {value}") });
        }
    }
    let doc = match (arguments.len(), values.len()) {
        (0, 0) => "A value without fields.",
        (0, _) => "A value with nothing set.",
        (some, all) if some == all => "A value of all its fields.",
        _ => "A value of the fields that must be there; the others are not set.",
    };
    format!(
        "#[doc = \" {doc}\"] #[must_use] pub fn new({}) -> Self {{ Self {{ {} }} }}",
        arguments.join(", "),
        values.join(", ")
    )
}

fn setter(field: &str, ty: &syn::Type) -> String {
    let Argument { takes, value } = argument(field, ty);
    let shown = field.trim_start_matches("r#");
    format!(
        "#[doc = \" Sets [`{shown}`](Self#structfield.{shown}).\"] #[must_use] \
         pub fn {field}(mut self, {field}: {takes}) -> Self {{ self.{field} = Some({value}); self }}"
    )
}

/// A method as it stands in an `impl` block.
pub(super) fn print_method(method: &str) -> String {
    let parsed: Result<ImplItemFn, _> = syn::parse_str(method);
    let Ok(method) = parsed else {
        // What is rendered here is made of checked names and types; the compiler will show what is wrong.
        return format!("    {method}\n");
    };
    let block: Item = syn::parse_quote! { impl Owner { #method } };
    let file = syn::File { frontmatter: None, shebang: None, attrs: Vec::new(), items: vec![block] };
    let printed = prettyplease::unparse(&file);
    let lines: Vec<&str> = printed.lines().collect();
    let inner = lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().map(|line| format!("{line}\n")).collect()
}

/// `string_enum! { … }`
pub(super) fn of_enum(named: &Named, found: &Enum) -> String {
    let mut text = format!("string_enum! {{\n    {} {{\n", named.name);
    for (value, _) in &found.values {
        text.push_str(&format!("        {} = {value:?},\n", name::variant(value)));
    }
    text.push_str("    }\n");
    if !found.aliases.is_empty() {
        text.push_str("    alias {\n");
        for (alias, value) in &found.aliases {
            text.push_str(&format!("        {alias:?} => {},\n", name::variant(value)));
        }
        text.push_str("    }\n");
    }
    text.push_str("}\n");
    text
}

/// `tagged_union! { … }`
pub(super) fn of_tagged(model: &Model, named: &Named, tagged: &Tagged) -> String {
    let mut text = format!("tagged_union! {{\n    {}, {:?},\n", named.name, tagged.tag);
    for (value, reference) in &tagged.branches {
        let variant = super::types::variant_name(model, named, reference);
        let ty = &model.named(reference.target).name;
        text.push_str(&format!("    {value:?} => {variant}({ty}),\n"));
    }
    if let Some(absent) = &tagged.absent {
        let variant = super::types::variant_name(model, named, absent);
        text.push_str(&format!("    ; absent => {variant}({})\n", model.named(absent.target).name));
    }
    text.push_str("}\n");
    text
}

/// `json_schema! { … }`
pub(super) fn of_json_schema(name: &str, parts: &[String], schema: &serde_json::Value) -> String {
    let text = format!("{schema:#}");
    let mut hashes = "#".to_owned();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("json_schema! {{\n    {name}, [{}], r{hashes}\"{text}\"{hashes}\n}}\n", parts.join(", "))
}

/// `json_union! { … }`
pub(super) fn of_json_types(model: &Model, named: &Named, branches: &[Schema]) -> String {
    let mut text = format!("json_union! {{\n    {} {{\n", named.name);
    for branch in branches {
        let kind = match &model.resolve(branch).shape {
            Shape::String(_) | Shape::Enum(_) => "string",
            Shape::Integer(_) => "integer",
            Shape::Number => "number",
            Shape::Boolean => "boolean",
            Shape::Array(_) => "array",
            _ => "object",
        };
        let variant = super::types::branch_name(branch);
        text.push_str(&format!("        {kind} => {variant}({}),\n", super::rust_types::branch_type(branch)));
    }
    text.push_str("    }\n}\n");
    text
}
