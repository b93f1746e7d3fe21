//! Holds the model to the rules of the dialect, so that the generators meet nothing that they cannot digest.

mod all_of;
mod binary;
mod chains;
mod differences;
mod entries;
mod limits;
mod names;
mod pagination;
mod places;
mod requests;
mod schemas;
mod values;

use std::collections::BTreeSet;

use crate::decode::Difference;
use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Document, ERROR_TYPE, Model, SCOPE, SchemaId};
pub use names::CLIENT_METHODS;
use places::Places;

/// Reports everything that is wrong with a linked model.
pub(crate) fn check(model: &Model, stated: &[Difference], errors: &Diagnostics) {
    if !chains::check(model, errors) {
        return; // every other check follows references to their end
    }
    let before = errors.len();
    let places = Places::new(&model.sources);
    schemas::check(model, errors);
    limits::check(model, &places, errors);
    all_of::check(model, errors);
    binary::check(model, &places, errors);
    names::check(model, errors);
    if errors.len() == before {
        entries::check_examples(model, &places, errors); // against a wrong schema, an example would only add to the noise
    }
    entries::check(model, &places, errors);
    differences::check(model, stated, errors);
    unused(model, errors);
}

/// Every schema must be reached by some document.
fn unused(model: &Model, errors: &Diagnostics) {
    let used = everything_reached(model);
    for (index, named) in model.schemas.iter().enumerate() {
        if !used.contains(&SchemaId(index)) {
            let message = format!("nothing refers to the schema `{}`", named.name);
            let help = "refer to it where it belongs, or remove it";
            errors.report(Code::UnusedComponent, named.place, message, help);
        }
    }
}

fn everything_reached(model: &Model) -> BTreeSet<SchemaId> {
    let responses = model.responses.iter().map(|response| &response.payload.schema);
    let mut reached = model.reached(model.documents.iter().flat_map(Document::schemas).chain(responses));
    reached.extend([SCOPE, ERROR_TYPE].iter().filter_map(|name| model.shared(name)));
    reached
}
