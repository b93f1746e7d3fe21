//! Operations, RTM actions, pushes, webhooks: names, categories, scopes, pagination, examples.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};

use super::{top_of, values::fits};
use crate::diagnostics::{Code, Diagnostics};
use crate::link::APIS;
use crate::model::{Action, Content, Document, ERROR_TYPE, Model, Payload, SCOPE, Shape, StringFormat};

pub(super) fn check(model: &Model, errors: &Diagnostics) {
    for document in &model.documents {
        if !APIS.contains(&document.api.as_str()) {
            let message = format!("`{}` is no API that the generator knows", document.api);
            let help = format!("`x-api` is one of {}", APIS.join(", "));
            errors.report(Code::UnknownValue, top_of(document.file), message, help);
        }
        unique_ids(document, errors);
        categories(model, document, errors);
        for action in &document.actions {
            self::action(model, document, action, errors);
        }
        error_types(model, document, errors);
        let messages = document.pushes.iter().chain(&document.webhooks).chain(&document.structures);
        for message in messages {
            message.payloads().for_each(|payload| example(model, payload, &message.name, errors));
        }
    }
}

fn unique_ids(document: &Document, errors: &Diagnostics) {
    let mut ids = BTreeSet::new();
    let mut routes = BTreeSet::new();
    for action in &document.actions {
        for transport in &action.transports {
            if !ids.insert((&action.id, *transport)) {
                let message = format!("two operations have the operationId `{}`", action.id);
                let help = "an operationId is the action's documented name, once per document and transport";
                errors.report(Code::DuplicateOperationId, action.place, message, help);
            }
        }
        if action.id.to_snake_case() != action.id {
            let message = format!("the operationId `{}` is not snake_case", action.id);
            let help =
                format!("write `{}`, and `x-action` for the documented name", action.id.to_snake_case());
            errors.report(Code::InvalidName, action.place, message, help);
        }
        if let Some(http) = &action.http
            && !routes.insert((http.method, &http.path))
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

/// The vocabulary is one: tag, file and module have the same name.
fn categories(model: &Model, document: &Document, errors: &Diagnostics) {
    for action in &document.actions {
        let stem = model.sources.get(action.place.file).map_or("", |source| source.stem.as_str());
        if !document.categories.iter().any(|category| category.name == action.category) {
            let message = format!("the root document has no tag `{}`", action.category);
            let help = "add it to `tags` of openapi.yaml, or correct it";
            errors.report(Code::UnknownTag, action.place, message, help);
        } else if action.http.is_some() && stem != action.category {
            let message =
                format!("`{}` has the tag `{}` and stands in {stem}.yaml", action.id, action.category);
            let help = format!("move it to {}.yaml: a category is a file", action.category);
            errors.report(Code::UnknownTag, action.place, message, help);
        }
    }
}

fn action(model: &Model, document: &Document, action: &Action, errors: &Diagnostics) {
    request_name(model, action, errors);
    multipart(model, action, errors);
    pagination(model, action, errors);
    for scope in action.scopes.names() {
        if !is_value(model, SCOPE, scope) {
            let message = format!("`{scope}` is no known scope");
            let help = "add it to `Scope` in shared/scopes.yaml, or correct it";
            errors.report(Code::UnknownScope, action.place, message, help);
        }
    }
    if let Some(single) = &action.batch_of
        && !document.actions.iter().any(|other| other.id == *single)
    {
        let message = format!("`{}` is a batch of `{single}`, which does not exist", action.id);
        errors.report(
            Code::UnknownBatchAction,
            action.place,
            message,
            "name the single action's operationId",
        );
    }
    action.payloads().for_each(|payload| example(model, payload, &action.id, errors));
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
    }
}

fn multipart(model: &Model, action: &Action, errors: &Diagnostics) {
    if action.http.as_ref().is_none_or(|http| http.content != Content::Multipart) {
        return;
    }
    let properties = model.properties(&action.request.schema);
    let good = matches!(properties.as_slice(), [only] if matches!(only.schema.shape, Shape::String(StringFormat::Binary)));
    if !good {
        let help = "a multipart body has exactly one property, `type: string, format: binary`";
        errors.report(
            Code::UnsupportedMediaType,
            action.request.schema.place,
            "this multipart body cannot be sent",
            help,
        );
    }
}

fn pagination(model: &Model, action: &Action, errors: &Diagnostics) {
    let Some(pagination) = &action.pagination else { return };
    let properties =
        action.response.as_ref().map(|response| model.properties(&response.schema)).unwrap_or_default();
    let names = [
        Some(&pagination.items),
        Some(&pagination.next),
        pagination.previous.as_ref(),
        pagination.total.as_ref(),
    ];
    for name in names.into_iter().flatten() {
        if !properties.iter().any(|property| property.name == *name) {
            let message = format!("the answer of `{}` has no property `{name}`", action.id);
            let help = "`x-pagination` names properties of the response";
            errors.report(Code::PaginationField, action.place, message, help);
        }
    }
    if !model.properties(&action.request.schema).iter().any(|property| property.name == "page_id") {
        let message = format!("the request of `{}` has no property `page_id`", action.id);
        errors.report(Code::PaginationField, action.place, message, "a paginated request takes a `page_id`");
    }
}

fn error_types(model: &Model, document: &Document, errors: &Diagnostics) {
    for name in document.errors.iter().filter(|name| !is_value(model, ERROR_TYPE, name)) {
        let message = format!("`{name}` is no known type of error");
        let help = "add it to `ErrorType` in shared/errors.yaml, or correct it";
        errors.report(Code::UnknownErrorType, top_of(document.file), message, help);
    }
}

fn is_value(model: &Model, name: &str, value: &str) -> bool {
    let found = model.shared(name).map(|id| &model.named(id).schema.shape);
    matches!(found, Some(Shape::Enum(found)) if found.values.iter().any(|(known, _)| known == value))
}

fn example(model: &Model, payload: &Payload, name: &str, errors: &Diagnostics) {
    let (Some(example), Some(place)) = (&payload.example, payload.example_place) else { return };
    let result = fits(model, &payload.schema, example);
    if let Err(mismatch) = result {
        let message = format!("the example of `{name}` does not fit its schema: {mismatch}");
        errors.report(Code::InvalidExample, place, message, "correct the example or the schema");
    }
}
