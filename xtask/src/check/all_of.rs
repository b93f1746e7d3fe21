//! Objects put together of parts: each part is an object, and each property stands in one of them.

use std::collections::HashMap;

use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Model, Named, Schema, Shape};

pub(super) fn check(model: &Model, errors: &Diagnostics) {
    for named in &model.schemas {
        let Shape::AllOf(parts) = &named.schema.shape else { continue };
        for part in parts {
            is_object(model, part, errors);
        }
        one_part_each(model, named, parts, errors);
        if parts.is_empty() {
            let message = format!("`{}` is made of nothing", named.name);
            errors.report(Code::AllOfPart, named.place, message, "list its parts under `allOf`");
        }
    }
}

fn is_object(model: &Model, part: &Schema, errors: &Diagnostics) {
    if !matches!(model.resolve(part).shape, Shape::Object(_) | Shape::AllOf(_)) {
        let help = "`allOf` puts objects together: each part is an object, or a $ref to one";
        errors.report(Code::AllOfPart, part.place, "this part of an allOf is no object", help);
    }
}

/// What two parts say of one property would contradict each other sooner or later.
fn one_part_each(model: &Model, named: &Named, parts: &[Schema], errors: &Diagnostics) {
    let mut known: HashMap<&str, &Schema> = HashMap::new();
    for part in parts {
        for property in model.properties(part) {
            let Some(other) = known.insert(&property.name, part) else { continue };
            let place = if matches!(part.shape, Shape::Ref(_)) { part.place } else { property.place };
            let message = format!("two parts of `{}` have the property `{}`", named.name, property.name);
            let help = format!("{} has it, too: keep one of them", name_of(model, other));
            errors.report(Code::DuplicateProperty, place, message, help);
        }
    }
}

fn name_of(model: &Model, part: &Schema) -> String {
    match &part.shape {
        Shape::Ref(reference) => format!("`{}`", model.name(reference)),
        _ => "a part before".to_owned(),
    }
}
