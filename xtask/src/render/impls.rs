//! What people do not read: constructors, setters, and the macros that read and write values.

use syn::{Fields, ItemStruct};

use super::rust_types::{Argument, Kind, argument, article, branch_name, branch_type, in_option};
use super::structs::Role;
use super::{code, docs};
use crate::lower;
use crate::model::{Enum, JsonType, Model, Named, Ref, Schema, Tagged};
use crate::name;

/// The macro that reads and writes what a named schema becomes.
pub(super) fn macro_of(kind: &Kind<'_>) -> Option<&'static str> {
    match kind {
        Kind::Struct => Some("fields"),
        Kind::StringEnum(_) => Some("string_enum"),
        Kind::StringId => Some("string_id"),
        Kind::IntegerId => Some("integer_id"),
        Kind::Tagged(_) => Some("tagged_union"),
        Kind::ByType(_) => Some("json_union"),
        Kind::Alias => None,
    }
}

/// The call of that macro for everything that is no struct; empty for what needs none.
pub(super) fn of_kind(model: &Model, named: &Named, kind: &Kind<'_>) -> String {
    match kind {
        Kind::StringEnum(found) => of_enum(named, found),
        Kind::StringId => format!("string_id!({});\n", named.name),
        Kind::IntegerId => format!("integer_id!({});\n", named.name),
        Kind::Tagged(tagged) => of_tagged(model, named, tagged),
        Kind::ByType(branches) => of_json_types(model, named, branches),
        Kind::Struct | Kind::Alias => String::new(),
    }
}

/// `fields! { … }`: one line a field.
pub(super) fn fields(model: &Model, named: &Named) -> String {
    let properties = lower::fields(model, &named.schema);
    if properties.is_empty() {
        return format!("fields! {{\n    {} {{}}\n}}\n", named.name);
    }
    let mut text = format!("fields! {{\n    {} {{\n", named.name);
    for property in properties {
        let field = name::field_ident(&property.name);
        let presence = if property.required { "required" } else { "optional" };
        let spellings: Vec<String> = std::iter::once(&property.name)
            .chain(&property.schema.aliases)
            .map(|name| format!("{name:?}"))
            .collect();
        text.push_str(&format!("        {field}: {presence} {},\n", spellings.join(" | ")));
    }
    text.push_str("    }\n}\n");
    text
}

/// The `impl` block of a struct.
pub(super) fn constructors(item: &ItemStruct, role: Role) -> String {
    let Fields::Named(fields) = &item.fields else { return String::new() };
    let parts: Vec<(String, &syn::Type)> = fields
        .named
        .iter()
        .filter_map(|field| Some((field.ident.as_ref()?.to_string(), &field.ty)))
        .collect();
    let mut methods = vec![new_function(&item.ident.to_string(), &parts, role)];
    if role != Role::Received {
        let setters = fields.named.iter().filter_map(|field| {
            let (name, ty) = (field.ident.as_ref()?.to_string(), in_option(&field.ty)?);
            Some(setter(&name, ty, &meaning(field), role))
        });
        methods.extend(setters);
    }
    let printed: Vec<String> = methods.iter().map(|method| code::method(method)).collect();
    format!("impl {} {{\n{}}}\n", item.ident, printed.join("\n"))
}

fn new_function(name: &str, parts: &[(String, &syn::Type)], role: Role) -> String {
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
    let with = match (arguments.len(), values.len()) {
        (0, 0) => ", which has no fields",
        (0, _) => " with nothing set",
        (some, all) if some == all => " with all its fields",
        _ => " with its required fields",
    };
    let must_use = must_use(role);
    let doc = format!("Creates {} `{name}`{with}.", article(name));
    format!(
        "#[doc = \" {doc}\"] {must_use} pub fn new({}) -> Self {{ Self {{ {} }} }}",
        arguments.join(", "),
        values.join(", ")
    )
}

/// What only programs make says it of the whole type. What the server sends may be left.
fn must_use(role: Role) -> &'static str {
    match role {
        Role::Request | Role::Part => "",
        Role::Exchanged | Role::Received => "#[must_use]",
    }
}

/// The first sentence that a field says of itself.
fn meaning(field: &syn::Field) -> String {
    let lines = field.attrs.iter().filter_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(syn::MetaNameValue { value: syn::Expr::Lit(value), .. }) => match &value.lit {
            syn::Lit::Str(line) if attribute.path().is_ident("doc") => Some(line.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    let text: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    docs::first_sentence(&text.join(" ")).to_owned()
}

fn setter(field: &str, ty: &syn::Type, meaning: &str, role: Role) -> String {
    let Argument { takes, value } = argument(field, ty);
    let (shown, must_use) = (field.trim_start_matches("r#"), must_use(role));
    let said = match meaning {
        "" => ".".to_owned(),
        meaning => format!(": {}", docs::lower_first(meaning)),
    };
    let doc = docs::lines(&format!("Sets [`{shown}`](Self#structfield.{shown}){said}"));
    let doc: String = doc.iter().map(|line| format!("#[doc = {line:?}] ")).collect();
    format!(
        "{doc}{must_use} \
         pub fn {field}(mut self, {field}: {takes}) -> Self {{ self.{field} = Some({value}); self }}"
    )
}

/// `string_enum! { … }`
fn of_enum(named: &Named, found: &Enum) -> String {
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
fn of_tagged(model: &Model, named: &Named, tagged: &Tagged) -> String {
    let mut text = format!("tagged_union! {{\n    {}, {:?},\n", named.name, tagged.tag);
    for (value, reference) in &tagged.branches {
        text.push_str(&format!("    {value:?} => {},\n", branch(model, named, reference)));
    }
    if let Some(absent) = &tagged.absent {
        text.push_str(&format!("    ; absent => {}\n", branch(model, named, absent)));
    }
    text.push_str("}\n");
    text
}

/// `Variant(Type)`
fn branch(model: &Model, union: &Named, reference: &Ref) -> String {
    let ty = model.name(reference);
    format!("{}({ty})", name::branch(&union.name, ty))
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
fn of_json_types(model: &Model, named: &Named, branches: &[Schema]) -> String {
    let mut text = format!("json_union! {{\n    {} {{\n", named.name);
    for branch in branches {
        // The checks let no branch pass that has not one type.
        let kind = model.json_type(branch).unwrap_or(JsonType::Object).as_str();
        let (variant, ty) = (branch_name(model, branch), branch_type(model, branch));
        text.push_str(&format!("        {kind} => {variant}({ty}),\n"));
    }
    text.push_str("    }\n}\n");
    text
}
