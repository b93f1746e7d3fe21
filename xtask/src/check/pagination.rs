//! Pages: what `x-pagination` names is in the answer, and of the type that a page needs.

use super::places::Places;
use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Action, JsonType, Model};
use crate::suggest::did_you_mean;

pub(super) fn check(model: &Model, places: &Places<'_>, action: &Action, errors: &Diagnostics) {
    let Some(pagination) = &action.pagination else { return };
    let properties =
        action.response.as_ref().map(|response| model.properties(&response.schema)).unwrap_or_default();
    let names = [
        ("items", Some(&pagination.items), JsonType::Array, "the list that a page holds"),
        ("next", Some(&pagination.next), JsonType::String, "the text that the next page is asked for by"),
        (
            "previous",
            pagination.previous.as_ref(),
            JsonType::String,
            "the text that the page before is asked for by",
        ),
        ("total", pagination.total.as_ref(), JsonType::Integer, "how many items all pages have"),
    ];
    for (key, name, expected, meaning) in names {
        let Some(name) = name else { continue };
        let found = properties.iter().find(|property| property.name == *name);
        let (message, help) = match found.map(|property| model.json_type(&property.schema)) {
            Some(Some(found)) if found == expected => continue,
            Some(_) => (
                format!("the property `{name}` of the answer of `{}` is no {}", action.id, expected.as_str()),
                format!("`{key}` names {meaning}"),
            ),
            None => (
                format!("the answer of `{}` has no property `{name}`", action.id),
                did_you_mean(name, properties.iter().map(|property| property.name.as_str()), || {
                    "`x-pagination` names properties of the response".to_owned()
                }),
            ),
        };
        let place = places.value(action.places.pagination, key);
        errors.report(Code::PaginationField, place, message, help);
    }
    if !model.properties(&action.request.schema).iter().any(|property| property.name == "page_id") {
        let message = format!("the request of `{}` has no property `page_id`", action.id);
        let help = "a paginated request takes a `page_id`";
        errors.report(Code::PaginationField, action.places.pagination, message, help);
    }
}
