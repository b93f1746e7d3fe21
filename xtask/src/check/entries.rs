//! Operations, RTM actions, pushes, webhooks: names, categories, scopes, pagination, examples.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;

use super::{pagination, places::Places, requests, values::fits};
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::{APIS, Action, Document, ERROR_TYPE, Model, Payload, SCOPE, SHARED, Shape};
use crate::suggest::did_you_mean;

pub(super) fn check(model: &Model, places: &Places<'_>, errors: &Diagnostics) {
    let mut apis = BTreeSet::new();
    let used = model.actions().filter(|action| !action.scopes.names().is_empty());
    let scopes = values(model, SCOPE, used.map(|action| action.places.scopes), errors);
    let used = model.documents.iter().flat_map(|document| &document.errors);
    let known_errors = values(model, ERROR_TYPE, used.map(|(_, place)| *place), errors);
    for document in &model.documents {
        if !apis.insert(&document.api) {
            let message = format!("another document is `{}`, too", document.api);
            errors.report(Code::UnknownValue, document.api_place, message, "an API is one folder");
        }
        if !APIS.contains(&document.api.as_str()) {
            let message = format!("`{}` is no API that the generator knows", document.api);
            let help = format!("`x-api` is one of {}", APIS.join(", "));
            errors.report(Code::UnknownValue, document.api_place, message, help);
        }
        unique_ids(document, errors);
        categories(model, document, errors);
        for action in &document.actions {
            self::action(model, places, document, action, errors);
            if let Some(known) = &scopes {
                self::scopes(action, known, errors);
            }
        }
        if let Some(known) = &known_errors {
            error_types(document, known, errors);
        }
        named_payloads(document).for_each(|(name, payload)| has_name(payload, name, errors));
    }
}

/// Every example must be what its schema says.
pub(super) fn check_examples(model: &Model, places: &Places<'_>, errors: &Diagnostics) {
    let responses = model.responses.iter().map(|response| (response.name.as_str(), &response.payload));
    for (name, payload) in model.documents.iter().flat_map(named_payloads).chain(responses) {
        example(model, places, payload, name, errors);
    }
    model.actions().for_each(|action| requests::check_examples(model, places, action, errors));
}

/// What the entries of a document carry, with their names.
fn named_payloads(document: &Document) -> impl Iterator<Item = (&str, &Payload)> {
    let actions = document.actions.iter();
    let of_actions =
        actions.flat_map(|action| action.payloads().map(|payload| (action.id.as_str(), payload)));
    let of_messages = document
        .messages()
        .flat_map(|message| message.payloads().map(|payload| (message.name.as_str(), payload)));
    of_actions.chain(of_messages)
}

fn unique_ids(document: &Document, errors: &Diagnostics) {
    let mut ids = BTreeSet::new();
    let mut names = BTreeSet::new();
    let mut routes = BTreeSet::new();
    for action in &document.actions {
        for transport in &action.transports {
            if !ids.insert((&action.id, *transport)) {
                let message = format!("two operations have the operationId `{}`", action.id);
                let help = "an operationId is the action's documented name, once per document and transport";
                errors.report(Code::DuplicateOperationId, action.place, message, help);
            }
        }
        for transport in &action.transports {
            if action.name != action.id && !names.insert((&action.name, *transport)) {
                let message = format!("two operations are the action `{}`", action.name);
                let help = "`x-action` is the action's documented name: correct one of them";
                errors.report(Code::DuplicateOperationId, action.place, message, help);
            }
        }
        if let Some(http) = &action.http
            && !routes.insert((http.method, without_names(&http.path)))
        {
            let message = format!("{} {} stands twice", http.method.key().to_uppercase(), http.path);
            errors.report(
                Code::DuplicateRoute,
                action.place,
                message,
                "one path and method is one operation",
            );
        }
    }
}

/// A path in which the holes have no names: two paths that differ in these are one route.
fn without_names(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

/// The vocabulary is one: tag, file and module have the same name.
fn categories(model: &Model, document: &Document, errors: &Diagnostics) {
    let before = errors.len();
    let mut known = BTreeSet::new();
    for category in &document.categories {
        if !known.insert(category.name.as_str()) {
            let message = format!("the tag `{}` stands twice", category.name);
            errors.report(
                Code::UnknownTag,
                category.place,
                message,
                "keep one of them, or correct the other",
            );
        }
        if model.sources.find(&document.folder, &category.name).is_none() {
            let message = format!("no file of this folder is named `{}.yaml`", category.name);
            let used = document.actions.iter().map(|action| action.category.as_str());
            let help = did_you_mean(&category.name, used, || {
                "a tag is a category, and a category is a file: write the file, or remove the tag".to_owned()
            });
            errors.report(Code::UnknownTag, category.place, message, help);
        }
    }
    if errors.len() > before {
        return; // every operation of a misspelt category would say so again
    }
    let mut told = BTreeSet::new();
    for action in &document.actions {
        let stem = model.sources.stem(action.place.file);
        if !known.contains(action.category.as_str()) {
            if !told.insert(&action.category) {
                continue; // every operation of a category that is not listed would say so again
            }
            let message = format!("the root document has no tag `{}`", action.category);
            let help = did_you_mean(&action.category, known.iter().copied(), || {
                "add it to `tags` of openapi.yaml, or correct it".to_owned()
            });
            errors.report(Code::UnknownTag, action.places.tags, message, help);
        } else if action.http.is_some() && stem != action.category {
            let message =
                format!("`{}` has the tag `{}` and stands in {stem}.yaml", action.id, action.category);
            let help = format!("move it to {}.yaml: a category is a file", action.category);
            errors.report(Code::UnknownTag, action.places.tags, message, help);
        }
    }
}

fn action(model: &Model, places: &Places<'_>, document: &Document, action: &Action, errors: &Diagnostics) {
    request_name(model, action, errors);
    requests::check(model, action, errors);
    pagination::check(model, places, action, errors);
    if let Some(single) = &action.batch_of
        && !document.actions.iter().any(|other| other.id == *single && other.id != action.id)
    {
        let message = format!("`{}` is a batch of `{single}`, which is no other action", action.id);
        errors.report(
            Code::UnknownBatchAction,
            action.places.batch_of,
            message,
            "name the single action's operationId",
        );
    }
}

fn scopes(action: &Action, known: &BTreeSet<&str>, errors: &Diagnostics) {
    for scope in action.scopes.names().iter().filter(|scope| !known.contains(scope.as_str())) {
        let message = format!("`{scope}` is no known scope");
        let help = did_you_mean(scope, known.iter().copied(), || {
            "add it to `Scope` in shared/scopes.yaml, or correct it".to_owned()
        });
        errors.report(Code::UnknownScope, action.places.scopes, message, help);
    }
}

fn request_name(model: &Model, action: &Action, errors: &Diagnostics) {
    let expected = match action.http {
        Some(_) => vec![action.id.to_upper_camel_case()],
        None => vec![action.id.to_upper_camel_case(), format!("Rtm{}", action.id.to_upper_camel_case())],
    };
    let found = match &action.request.schema.shape {
        Shape::Ref(reference) => model.named(reference.target).name.as_str(),
        _ => "",
    };
    if !expected.iter().any(|name| name == found) {
        let message = format!("the request of `{}` is not named after it", action.id);
        let help = format!("refer to a schema named `{}`", expected.join("` or `"));
        errors.report(Code::RequestName, action.request.schema.place, message, help);
    } else if let Shape::Ref(reference) = &action.request.schema.shape
        && !matches!(
            model.named(reference.target).schema.shape,
            Shape::Object(_) | Shape::AllOf(_) | Shape::Tagged(_)
        )
    {
        let message = format!("`{found}`, the request of `{}`, is no object of its own", action.id);
        let help = "a request is an object, an `allOf` of several parts, or a union with a `discriminator`";
        errors.report(Code::RequestName, model.named(reference.target).place, message, help);
    }
}

fn error_types(document: &Document, known: &BTreeSet<&str>, errors: &Diagnostics) {
    for (name, place) in document.errors.iter().filter(|(name, _)| !known.contains(name.as_str())) {
        let message = format!("`{name}` is no known type of error");
        let help = did_you_mean(name, known.iter().copied(), || {
            "add it to `ErrorType` in shared/errors.yaml, or correct it".to_owned()
        });
        errors.report(Code::UnknownErrorType, *place, message, help);
    }
}

/// The values of a shared enum; `None` if there is no such enum, which is reported once if its values are used.
fn values<'a>(
    model: &'a Model,
    name: &str,
    used: impl Iterator<Item = Place>,
    errors: &Diagnostics,
) -> Option<BTreeSet<&'a str>> {
    if let Some(Shape::Enum(found)) = model.shared(name).map(|id| &model.named(id).schema.shape) {
        return Some(found.values.iter().map(|(value, _)| value.as_str()).collect());
    }
    if let Some(first) = used.min() {
        let message =
            format!("no file of `{SHARED}` has the enum `{name}`, whose values stand here and elsewhere");
        let help = "write it, with every value that is used";
        errors.report(Code::DanglingRef, first, message, help);
    }
    None
}

fn has_name(payload: &Payload, name: &str, errors: &Diagnostics) {
    if !matches!(payload.schema.shape, Shape::Ref(_) | Shape::Array(_) | Shape::Map(_)) {
        let message = format!("what `{name}` carries has no name");
        let help = "refer to a schema of `components.schemas`, or write an array or a map of one";
        errors.report(Code::MissingResponseSchema, payload.schema.place, message, help);
    }
}

fn example(model: &Model, places: &Places<'_>, payload: &Payload, name: &str, errors: &Diagnostics) {
    let (Some(example), Some(place)) = (&payload.example, payload.example_place) else { return };
    if let Err(mismatch) = fits(model, &payload.schema, example) {
        let message = format!("the example of `{name}` does not fit its schema: {mismatch}");
        let place = places.inside(place, &mismatch.steps());
        errors.report(Code::InvalidExample, place, message, "correct the example or the schema");
    }
}
