//! Names: good Rust names, unique where they meet.

use std::collections::BTreeMap;

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::{Model, SchemaId, Shape};

/// Names that the prelude or the generated code itself uses.
const TAKEN: &[&str] = &[
    "Self", "Option", "Vec", "String", "Box", "Result", "Ok", "Err", "Some", "None", "Default", "BTreeMap",
    "Value",
];

pub(super) fn check(model: &Model, errors: &Diagnostics) {
    for named in &model.schemas {
        if named.name.to_upper_camel_case() != named.name || !named.name.is_ascii() {
            let message = format!("`{}` is not PascalCase", named.name);
            let help = format!("name it `{}`", named.name.to_upper_camel_case());
            errors.report(Code::InvalidName, named.place, message, help);
        }
        if TAKEN.contains(&named.name.as_str()) {
            let message = format!("`{}` is a name of Rust's own", named.name);
            errors.report(
                Code::InvalidName,
                named.place,
                message,
                "choose a name that says what it is in a chat",
            );
        }
        fields(model, &named.schema.shape, errors);
        variants(&named.schema.shape, named.place, errors);
    }
    for document in &model.documents {
        let reached = model.reached(document.payloads().map(|payload| &payload.schema));
        one_name_each(model, &document.folder, reached, errors);
    }
}

fn one_name_each(
    model: &Model,
    folder: &str,
    reached: impl IntoIterator<Item = SchemaId>,
    errors: &Diagnostics,
) {
    let mut known: BTreeMap<&str, SchemaId> = BTreeMap::new();
    for id in reached {
        let named = model.named(id);
        if let Some(other) = known.insert(&named.name, id) {
            let other = model.named(other);
            let message = format!("the document `{folder}` has two schemas named `{}`", named.name);
            let help = format!("the other one stands in {}/{}.yaml: rename one", other.folder, other.stem);
            errors.report(Code::DuplicateName, named.place, message, help);
        }
    }
}

/// Two properties must not become the same field.
fn fields(model: &Model, shape: &Shape, errors: &Diagnostics) {
    let (Shape::Object(_) | Shape::AllOf(_)) = shape else { return };
    let schema = crate::decode::bare_schema(Place { file: 0, start: 0, end: 0 }, shape.clone());
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for property in model.properties(&schema) {
        let field = crate::name::field(&property.name);
        if field.trim_matches('_').is_empty() || !property.name.is_ascii() {
            let message = format!("`{}` becomes no good field name", property.name);
            errors.report(
                Code::InvalidName,
                property.place,
                message,
                "property names are ASCII, with a letter at least",
            );
        }
        if let Some(other) = known.insert(field.clone(), property.name.clone()) {
            let message = format!("`{}` and `{other}` both become the field `{field}`", property.name);
            let help = "rename one by adding it to the exceptions in xtask/src/name.rs";
            errors.report(Code::NameClash, property.place, message, help);
        }
    }
}

/// Two values must not become the same variant.
fn variants(shape: &Shape, place: Place, errors: &Diagnostics) {
    let names: Vec<(String, String)> = match shape {
        Shape::Enum(found) => {
            found.values.iter().map(|(value, _)| (value.clone(), crate::name::variant(value))).collect()
        }
        Shape::ByType(branches) => branches
            .iter()
            .filter_map(|branch| branch.title.clone())
            .map(|title| (title.clone(), title.to_snake_case().to_upper_camel_case()))
            .collect(),
        _ => return,
    };
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    for (value, variant) in &names {
        if variant == "Unknown" {
            let message = format!("`{value}` becomes the variant `Unknown`, which stands for unknown values");
            errors.report(Code::NameClash, place, message, "add an exception to xtask/src/name.rs");
        }
        if let Some(other) = known.insert(variant, value) {
            let message = format!("`{value}` and `{other}` both become the variant `{variant}`");
            errors.report(Code::NameClash, place, message, "add an exception to xtask/src/name.rs");
        }
    }
}
