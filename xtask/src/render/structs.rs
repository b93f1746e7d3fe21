//! The structs of a unit: typify makes them, a pass over its syntax tree makes them read as if a person had.

use std::collections::BTreeMap;

use schemars::schema::Schema as JsonSchema;
use syn::visit_mut::{self, VisitMut};
use syn::{Fields, Item, ItemStruct, parse_quote};
use typify_impl::{TypeSpace, TypeSpaceImpl, TypeSpaceSettings};

use super::{docs, made_by};
use crate::diagnostics::{Code, Diagnostics};
use crate::lower;
use crate::model::{Model, Named, SchemaId};
use crate::name;

/// The structs of a unit, by name.
pub(super) fn structs(
    model: &Model,
    unit: &str,
    ids: &[SchemaId],
    errors: &Diagnostics,
) -> BTreeMap<String, ItemStruct> {
    let (own, foreign) = lower::structs(model, ids);
    made_by(errors, &format!("typify cannot make the types of `{unit}`"), || typify(&own, &foreign))
}

fn typify(
    own: &[(String, serde_json::Value)],
    foreign: &[String],
) -> Result<BTreeMap<String, ItemStruct>, String> {
    let mut settings = TypeSpaceSettings::default();
    settings.with_map_type("::std::collections::BTreeMap");
    let nothing = || std::iter::empty::<TypeSpaceImpl>();
    for (name, rust) in lower::BUILT_IN {
        settings.with_replacement(name, rust, nothing());
    }
    for name in foreign {
        settings.with_replacement(name, name, nothing());
    }
    let mut space = TypeSpace::new(&settings);
    let known = lower::BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).chain(foreign.iter().cloned());
    let placeholders = known.map(|name| (name, JsonSchema::Bool(true)));
    let mut definitions: Vec<(String, JsonSchema)> = placeholders.collect();
    for (name, schema) in own {
        let schema = serde_json::from_value(schema.clone()).map_err(|error| format!("{name}: {error}"))?;
        definitions.push((name.clone(), schema));
    }
    space.add_ref_types(definitions).map_err(|error| error.to_string())?;
    let file: syn::File = syn::parse2(space.to_stream()).map_err(|error| error.to_string())?;
    let structs = file.items.into_iter().filter_map(|item| match item {
        Item::Struct(item) => Some((item.ident.to_string(), item)),
        _ => None,
    });
    Ok(structs.collect())
}

/// A struct with the spec's order, our attributes and the model's words.
pub(super) fn finish(
    model: &Model,
    named: &Named,
    made: &ItemStruct,
    doc: &str,
    role: Role,
    errors: &Diagnostics,
) -> ItemStruct {
    let mut item = made.clone();
    Shorten.visit_item_struct_mut(&mut item);
    let tag = lower::tag_of(model, &named.schema);
    let no_required = model.properties(&named.schema).iter().all(|property| !property.required);
    let doc = docs::lines(doc);
    item.attrs = parse_quote!(#(#[doc = #doc])*);
    if no_required && tag.is_none() {
        item.attrs.push(parse_quote!(#[derive(Debug, Clone, PartialEq, Default, Serialize)]));
    } else {
        item.attrs.push(parse_quote!(#[derive(Debug, Clone, PartialEq, Serialize)]));
    }
    if let Some((tag, value)) = &tag {
        item.attrs.push(parse_quote!(#[serde(tag = #tag, rename = #value)]));
    }
    item.attrs.push(parse_quote!(#[non_exhaustive]));
    match role {
        Role::Request => {
            item.attrs.push(parse_quote!(#[must_use = "a request does nothing until it is sent"]));
        }
        Role::Part => item.attrs.push(parse_quote!(#[must_use])),
        Role::Exchanged | Role::Received => {}
    }
    order_fields(model, named, &mut item, errors);
    item
}

/// What a struct is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is sent by itself.
    Request,
    /// It is part of a request, and never comes from the server.
    Part,
    /// It is part of a request, and comes from the server, too.
    Exchanged,
    /// Only the server makes it.
    Received,
}

/// The name on the wire of a field that typify made: that of `#[serde(rename = …)]`, or the field's own.
fn wire_name(field: &syn::Field) -> String {
    let own = || field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
    field.attrs.iter().find_map(rename).unwrap_or_else(own)
}

fn rename(attribute: &syn::Attribute) -> Option<String> {
    let mut name = None;
    if attribute.path().is_ident("serde") {
        let read = attribute.parse_nested_meta(|meta| {
            let Ok(value) = meta.value() else { return Ok(()) };
            let text: syn::LitStr = value.parse()?;
            if meta.path.is_ident("rename") {
                name = Some(text.value());
            }
            Ok(())
        });
        read.ok()?; // a field that is not found by its name is reported
    }
    name
}

fn order_fields(model: &Model, named: &Named, item: &mut ItemStruct, errors: &Diagnostics) {
    let Fields::Named(fields) = &mut item.fields else {
        // typify makes `struct Name {}` with braces; a unit struct would have no fields to order.
        return;
    };
    let mut by_name: BTreeMap<String, syn::Field> =
        std::mem::take(&mut fields.named).into_iter().map(|field| (wire_name(&field), field)).collect();
    for property in lower::fields(model, &named.schema) {
        let Some(mut field) = by_name.remove(&property.name) else {
            let message = format!("typify made no field of `{}` in `{}`", property.name, named.name);
            errors.report(Code::NotGenerated, property.place, message, "see xtask/src/lower.rs");
            continue;
        };
        let ident = name::field_ident(&property.name);
        field.ident = syn::parse_str(&ident).ok();
        let doc = docs::lines(&docs::field(&property.schema, model.resolve(&property.schema)));
        field.attrs = parse_quote!(#(#[doc = #doc])*);
        let wire = &property.name;
        let renamed = *wire != name::field(wire);
        match (renamed, property.required) {
            (true, true) => field.attrs.push(parse_quote!(#[serde(rename = #wire)])),
            (true, false) => field
                .attrs
                .push(parse_quote!(#[serde(rename = #wire, skip_serializing_if = "Option::is_none")])),
            (false, false) => {
                field.attrs.push(parse_quote!(#[serde(skip_serializing_if = "Option::is_none")]));
            }
            (false, true) => {}
        }
        fields.named.push(field);
    }
}

/// `::std::option::Option` becomes `Option`, and so on.
struct Shorten;

impl VisitMut for Shorten {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        if path.leading_colon.is_some()
            && let Some(last) = path.segments.last().cloned()
        {
            path.leading_colon = None;
            path.segments = std::iter::once(last).collect();
        }
    }
}
