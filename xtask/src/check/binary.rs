//! The bytes of a file: they travel in a multipart body, and JSON has no place for them.

use std::collections::BTreeSet;

use super::places::Places;
use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Action, Document, Message, Model, Schema, SchemaId, Shape, StringFormat};

pub(super) fn check(model: &Model, places: &Places<'_>, errors: &Diagnostics) {
    let actions = model.actions().flat_map(Action::typed_payloads);
    let messages = model.documents.iter().flat_map(Document::messages).flat_map(Message::payloads);
    let responses = model.responses.iter().map(|response| &response.payload);
    let payloads = actions.chain(messages).chain(responses).map(|payload| &payload.schema);
    let parameters = model.actions().flat_map(Action::parameters).map(|parameter| &parameter.schema);
    let roots: Vec<&Schema> = payloads.chain(parameters).collect();
    let reached: BTreeSet<SchemaId> = model.reached(roots.iter().copied());
    for schema in roots.into_iter().chain(reached.iter().map(|id| &model.named(*id).schema)) {
        Model::walk(schema, &mut |schema| {
            if matches!(schema.shape, Shape::String(StringFormat::Binary)) {
                let place = places.value(schema.place, "format");
                let help = "only the one part of a `multipart/form-data` body is `format: binary`; JSON carries the URL of a file, or text";
                errors.report(Code::BinaryInJson, place, "JSON cannot carry the bytes of a file", help);
            }
        });
    }
}
