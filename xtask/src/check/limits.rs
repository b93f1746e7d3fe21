//! Limits, defaults and examples: they fit the type beside which they stand.

use super::{places::Places, values::fits};
use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Action, IntegerFormat, Model, Schema, Shape};

pub(super) fn check(model: &Model, places: &Places<'_>, errors: &Diagnostics) {
    let of_parameters = model.actions().flat_map(Action::parameters).map(|parameter| &parameter.schema);
    for schema in model.schemas.iter().map(|named| &named.schema).chain(of_parameters) {
        schema.walk(&mut |schema| {
            misplaced(schema, places, errors);
            range(schema, places, errors);
            values(model, schema, places, errors);
        });
    }
}

fn misplaced(schema: &Schema, places: &Places<'_>, errors: &Diagnostics) {
    let limits = &schema.limits;
    let numeric = matches!(schema.shape, Shape::Integer(_) | Shape::Number);
    let list = matches!(schema.shape, Shape::Array(_) | Shape::Map(_) | Shape::Ref(_));
    let text = matches!(schema.shape, Shape::String(_) | Shape::Ref(_));
    let misplaced = [
        ("minimum", limits.minimum.is_some() && !numeric),
        ("maximum", limits.maximum.is_some() && !numeric),
        ("maxItems", limits.max_items.is_some() && !list),
        ("maxLength", limits.max_length.is_some() && !text),
    ];
    for (key, _) in misplaced.iter().filter(|(_, wrong)| *wrong) {
        let message = format!("`{key}` says nothing about this type");
        let help = "minimum and maximum are for numbers, maxItems for lists, maxLength for strings";
        errors.report(Code::InvalidLimit, places.value(schema.place, key), message, help);
    }
}

/// A whole number has whole limits that its format can hold, the lower one first.
fn range(schema: &Schema, places: &Places<'_>, errors: &Diagnostics) {
    let limits = [("minimum", &schema.limits.minimum), ("maximum", &schema.limits.maximum)];
    for (key, limit) in limits {
        let (Shape::Integer(format), Some(limit)) = (&schema.shape, limit) else { continue };
        let (good, expected) = match format {
            IntegerFormat::Int64 => (limit.is_i64(), "a whole number of 64 bits"),
            IntegerFormat::Uint32 => (
                limit.as_i64().is_some_and(|limit| u32::try_from(limit).is_ok()),
                "a whole number of 32 bits that is not below zero",
            ),
        };
        if !good {
            let message = format!("the {key} of an integer is {limit}, which no such integer can be");
            let help = format!("write {expected}, or `type: number`");
            errors.report(Code::InvalidLimit, places.value(schema.place, key), message, help);
        }
    }
    let number = |limit: &Option<serde_json::Number>| limit.as_ref().and_then(serde_json::Number::as_f64);
    if let (Some(minimum), Some(maximum)) = (number(&schema.limits.minimum), number(&schema.limits.maximum))
        && minimum > maximum
    {
        let message = format!("the minimum {minimum} is above the maximum {maximum}");
        errors.report(
            Code::InvalidLimit,
            places.value(schema.place, "minimum"),
            message,
            "correct one of them",
        );
    }
}

fn values(model: &Model, schema: &Schema, places: &Places<'_>, errors: &Diagnostics) {
    let default = ("default", Code::InvalidDefault, &schema.default);
    for (key, code, value) in [default, ("example", Code::InvalidExample, &schema.example)] {
        let Some(value) = value else { continue };
        if let Err(mismatch) = fits(model, schema, value) {
            let message = format!("the {key} does not fit: {mismatch}");
            let place = places.inside(places.value(schema.place, key), &mismatch.steps());
            errors.report(code, place, message, format!("correct the {key} or the type"));
        }
    }
}
