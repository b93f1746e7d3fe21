//! Schemas: unions that can be told apart, descriptions, secrets.

use std::collections::BTreeSet;

use heck::ToSnakeCase;

use crate::diagnostics::{Code, Diagnostics};
use crate::model::{JsonType, Model, Named, Property, Schema, Shape, Tagged};

pub(super) fn check(model: &Model, errors: &Diagnostics) {
    for named in &model.schemas {
        if named.schema.description.is_empty() {
            let message = format!("the schema `{}` has no description", named.name);
            let help = "say what it is in a sentence: it becomes the documentation of a type";
            errors.report(Code::MissingDescription, named.place, message, help);
        }
        match &named.schema.shape {
            Shape::Object(_) | Shape::AllOf(_) => one_tag(model, named, errors),
            Shape::Tagged(tagged) => tagged_union(model, named, tagged, errors),
            Shape::ByType(branches) => by_type(model, branches, named, errors),
            _ => {}
        }
        named.schema.walk(&mut |schema| {
            if let Shape::Object(properties) = &schema.shape {
                for property in properties {
                    self::property(model, property, named, errors);
                }
            }
        });
    }
}

fn property(model: &Model, property: &Property, named: &Named, errors: &Diagnostics) {
    let schema = &property.schema;
    let is_tag = matches!(&schema.shape, Shape::Enum(found) if found.is_tag);
    if schema.description.is_empty() && !matches!(schema.shape, Shape::Ref(_)) && !is_tag {
        let message = format!("the property `{}` of `{}` has no description", property.name, named.name);
        let help = "say its meaning, unit and limits, and what its absence means";
        errors.report(Code::MissingDescription, property.place, message, help);
    }
    if is_tag && !property.required {
        let message = format!("`{}` has one value, and may be absent", property.name);
        let help =
            "an enum of one value tells a union's variant: name it in `required`, or move it to a named enum";
        errors.report(Code::InlineEnum, property.place, message, help);
    }
    secret(model, property, errors);
}

/// What looks like a secret says whether it is one; what says so is text.
fn secret(model: &Model, property: &Property, errors: &Diagnostics) {
    let (name, schema) = (&property.name, &property.schema);
    let is_text = |schema| matches!(model.resolve(schema).shape, Shape::String(_));
    if schema.secret.is_some() && !is_text(schema) {
        let message = format!("`{name}` is no string and cannot be a secret");
        errors.report(Code::SecretUnmarked, property.place, message, "remove `x-secret`");
    }
    let (text, is_list) = match &model.resolve(schema).shape {
        Shape::Array(items) => (&**items, true),
        _ => (schema, false),
    };
    let is_said = text.secret.or(model.resolve(text).secret).is_some();
    if is_said || !is_text(text) || !looks_secret(name) {
        return;
    }
    let (message, help) = if is_list {
        (
            format!("the items of `{name}` look like secrets and do not say whether they are"),
            "add `x-secret: true` to the items; or `x-secret: false` if they are none",
        )
    } else {
        (
            format!("`{name}` looks like a secret and does not say whether it is one"),
            "add `x-secret: true`; its value is then never shown in logs. `x-secret: false` if it is none",
        )
    };
    errors.report(Code::SecretUnmarked, property.place, message, help);
}

fn looks_secret(name: &str) -> bool {
    let is_secret = |word: &str| matches!(word.trim_end_matches('s'), "secret" | "token" | "password");
    name.to_snake_case().split('_').any(is_secret)
}

/// A variant writes one tag; a second enum of one value would lose its meaning.
fn one_tag(model: &Model, named: &Named, errors: &Diagnostics) {
    let is_tag = |property: &&Property| matches!(&property.schema.shape, Shape::Enum(found) if found.is_tag);
    for second in model.properties(&named.schema).into_iter().filter(is_tag).skip(1) {
        let message = format!("`{}` is a second tag of `{}`", second.name, named.name);
        let help = "only one property of an object has an enum of one value: move this one to a named enum";
        errors.report(Code::InlineEnum, second.place, message, help);
    }
}

fn tagged_union(model: &Model, named: &Named, tagged: &Tagged, errors: &Diagnostics) {
    let listed: BTreeSet<_> = tagged.one_of.iter().map(|reference| reference.target).collect();
    let mapped: BTreeSet<_> = tagged.branches.iter().map(|(_, reference)| reference.target).collect();
    for reference in &tagged.one_of {
        let is_absent = tagged.absent.as_ref().is_some_and(|absent| absent.target == reference.target);
        if !mapped.contains(&reference.target) && !is_absent {
            let message = format!("`mapping` has no value for the branch `{}`", reference.text);
            let help = format!("add `<value of {}>: \"{}\"` to `mapping`", tagged.tag, reference.text);
            errors.report(Code::UnionMapping, reference.place, message, help);
        }
    }
    for reference in tagged.variants().filter(|reference| !listed.contains(&reference.target)) {
        let message = format!("`{}` is no branch of `{}`", reference.text, named.name);
        errors.report(Code::UnionMapping, reference.place, message, "add it to `oneOf`");
    }
    for (value, reference) in &tagged.branches {
        let branch = model.named(reference.target);
        if !matches!(branch.schema.shape, Shape::Object(_) | Shape::AllOf(_)) {
            let message = format!("the branch `{}` is no object", branch.name);
            let help =
                "a tagged union tells objects apart; scalars are told apart by type, without discriminator";
            errors.report(Code::UnionBranchType, reference.place, message, help);
            continue;
        }
        let properties = model.properties(&branch.schema);
        let tag = properties.iter().find(|property| property.name == tagged.tag);
        let states = match tag.map(|property| (&property.schema.shape, property.required)) {
            Some((Shape::Enum(found), true)) => {
                found.values.iter().map(|(value, _)| value.as_str()).collect()
            }
            _ => Vec::new(),
        };
        if states != [value.as_str()] {
            let message = format!("`{}` does not state its tag `{}: {value}`", branch.name, tagged.tag);
            let help = format!(
                "give it the required property `{}: {{type: string, enum: [{value}]}}`, or correct `mapping`",
                tagged.tag
            );
            errors.report(Code::UnionBranchTag, branch.place, message, help);
        }
    }
}

fn by_type(model: &Model, branches: &[Schema], named: &Named, errors: &Diagnostics) {
    let mut known: Vec<JsonType> = Vec::new();
    if branches.is_empty() {
        let message = format!("the union `{}` has no branches", named.name);
        errors.report(Code::UnionBranchType, named.place, message, "list them under `oneOf`");
    }
    let objects = branches.iter().filter(|branch| model.json_type(branch) == Some(JsonType::Object)).count();
    if objects > 1 {
        let message = format!("nothing tells the objects of the union `{}` apart", named.name);
        let help = "add a `discriminator` with `propertyName` and `mapping`";
        errors.report(Code::UnionWithoutTag, named.place, message, help);
        return;
    }
    for branch in branches {
        let Some(kind) = model.json_type(branch) else {
            let help = "a branch is a string, integer, number, boolean, array or object";
            errors.report(Code::UnionBranchType, branch.place, "this branch has no single JSON type", help);
            continue;
        };
        let kind = if kind == JsonType::Integer { JsonType::Number } else { kind };
        if known.contains(&kind) {
            let message = format!("two branches of `{}` are a JSON {}", named.name, kind.as_str());
            errors.report(Code::UnionBranchType, branch.place, message, "nothing tells them apart: keep one");
        }
        known.push(kind);
        if branch.description.is_empty() && model.resolve(branch).description.is_empty() {
            let help =
                "say in a sentence what the value then means: it becomes the documentation of a variant";
            errors.report(Code::MissingDescription, branch.place, "this branch has no description", help);
        }
        if branch.title.is_none() && !matches!(branch.shape, Shape::Ref(_)) {
            let help = "add `title:` in PascalCase: it becomes the variant's name";
            errors.report(Code::MissingKey, branch.place, "this branch has no `title`", help);
        }
    }
}
