//! Requests: bodies and parameters that can be sent as written.

use std::collections::BTreeSet;

use super::{places::Places, values::fits};
use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Action, Content, Http, Method, Model, Parameter, Repeatable, Shape, StringFormat};

pub(super) fn check(model: &Model, action: &Action, errors: &Diagnostics) {
    let Some(http) = &action.http else { return };
    multipart(model, action, http, errors);
    holes(action, http, errors);
    custom_id(model, action, errors);
    let mut known = BTreeSet::new();
    for parameter in &http.parameters {
        self::parameter(model, http, parameter, errors);
        if !known.insert(&parameter.name) {
            let message = format!("`{}` has two parameters `{}`", action.id, parameter.name);
            errors.report(
                Code::UnsupportedParameter,
                action.place,
                message,
                "keep one of them, or correct the other",
            );
        }
    }
}

fn multipart(model: &Model, action: &Action, http: &Http, errors: &Diagnostics) {
    if http.content != Content::Multipart {
        return;
    }
    let properties = model.properties(&action.request.schema);
    let good = matches!(properties.as_slice(), [only] if matches!(only.schema.shape, Shape::String(StringFormat::Binary)));
    if !good {
        let message = "this multipart body cannot be sent";
        let help = "a multipart body has exactly one property, `type: string, format: binary`";
        errors.report(Code::UnsupportedMediaType, action.request.schema.place, message, help);
    }
}

/// What is recognised by its `custom_id` must be able to carry one.
fn custom_id(model: &Model, action: &Action, errors: &Diagnostics) {
    if action.repeatable != Repeatable::WithCustomId {
        return;
    }
    let request = &action.request.schema;
    let inside = model.reached([request]);
    let schemas = inside.iter().map(|id| &model.named(*id).schema).chain([request]);
    if !schemas.flat_map(|schema| model.properties(schema)).any(|property| property.name == "custom_id") {
        let message = format!("nothing in the request of `{}` has a `custom_id`", action.id);
        let help = "write `x-repeatable: always` if a second request changes nothing, or leave it out";
        errors.report(Code::UnknownValue, action.place, message, help);
    }
}

/// Each hole of the path is filled by a parameter of that name.
fn holes(action: &Action, http: &Http, errors: &Diagnostics) {
    let holes = http.path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap_or(rest));
    for hole in holes {
        if !http.parameters.iter().any(|parameter| parameter.in_path && parameter.name == hole) {
            let message = format!("no parameter of `{}` fills `{{{hole}}}` in {}", action.id, http.path);
            let help = format!("add a parameter `name: {hole}, in: path, x-client-parameter: true`");
            errors.report(Code::UnsupportedParameter, action.place, message, help);
        }
    }
}

fn parameter(model: &Model, http: &Http, parameter: &Parameter, errors: &Diagnostics) {
    let Parameter { name, place, schema, .. } = parameter;
    let scalar = matches!(
        model.resolve(schema).shape,
        Shape::String(_) | Shape::Enum(_) | Shape::Integer(_) | Shape::Number | Shape::Boolean
    );
    if !scalar {
        let message = format!("the parameter `{name}` is no scalar");
        let help =
            "a query parameter is a string, number or boolean: write its parts as parameters of their own";
        errors.report(Code::UnsupportedParameter, schema.place, message, help);
    }
    if parameter.in_path && !http.path.contains(&format!("{{{name}}}")) {
        let message = format!("the path {} has no `{{{name}}}`", http.path);
        errors.report(Code::UnsupportedParameter, *place, message, "write `in: query`, or correct the path");
    }
    if http.method == Method::Post && !parameter.client {
        let message = format!("`{name}` is a parameter of a request that has a body");
        let help =
            "make it a property of the body, or `x-client-parameter: true` if the client holds its value";
        errors.report(Code::UnsupportedParameter, *place, message, help);
    }
}

/// The examples of parameters: those that are no field of the request's type have no other check.
pub(super) fn check_examples(model: &Model, places: &Places<'_>, action: &Action, errors: &Diagnostics) {
    for Parameter { name, place, schema, example, client, required, .. } in action.parameters() {
        let Some(example) = example else {
            if *required && !client {
                let message = format!("the required parameter `{name}` has no example");
                let help = "add `example:` with a realistic one, made up for this project";
                errors.report(Code::MissingDescription, *place, message, help);
            }
            continue;
        };
        if let Err(mismatch) = fits(model, schema, example) {
            let message = format!("the example of `{name}` does not fit its schema: {mismatch}");
            let place = places.inside(places.value(*place, "example"), &mismatch.steps());
            errors.report(Code::InvalidExample, place, message, "correct the example or the schema");
        }
    }
}
