//! The bytes of a file: they travel in a multipart body, and JSON has no place for them.

use super::places::Places;
use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Model, Schema, Shape, StringFormat};

pub(super) fn check(model: &Model, places: &Places<'_>, errors: &Diagnostics) {
    let roots: Vec<&Schema> = model.typed_schemas().collect();
    let reached = model.reached(roots.iter().copied());
    for schema in roots.into_iter().chain(reached.iter().map(|id| &model.named(*id).schema)) {
        schema.walk(&mut |schema| {
            if matches!(schema.shape, Shape::String(StringFormat::Binary)) {
                let place = places.value(schema.place, "format");
                let help = "only the one part of a `multipart/form-data` body is `format: binary`; JSON carries the URL of a file, or text";
                errors.report(Code::BinaryInJson, place, "JSON cannot carry the bytes of a file", help);
            }
        });
    }
}
