//! How one sample is checked.

use livechat_types::{
    ActionInfo, Content, PushEnvelope, WebhookEnvelope, accounts, agent, configuration, customer, reports,
    shared::ErrorResponse, webhooks,
};
use serde_json::{Map, Value};
use wire_tests::{SHAPES, Shape, find, round_trip_as};

use crate::samples::{
    collection::Sample,
    known::{ALIASES, repair},
};

/// What became of a sample.
pub(crate) enum Outcome {
    Checked {
        in_envelope: bool,
        /// What was put right before.
        repaired: Vec<&'static str>,
    },
    Skipped(String),
    /// What is wrong, with the places.
    Failed(Vec<String>),
}

type Errors = Result<(), Vec<String>>;

/// Checks a sample against the row of the table that it stands for.
pub(crate) fn check(sample: &Sample) -> Outcome {
    if let Some(missing) = sample.missing {
        return Outcome::Skipped(missing.to_owned());
    }
    let rows = match sample.kind.as_str() {
        "template" => return Outcome::Skipped("it shows a form, not a message".to_owned()),
        "error" if sample.api == "auth" => {
            return done(round_trip_as::<accounts::AccountsError>(&sample.text));
        }
        "error" => return done(round_trip_as::<ErrorResponse>(&sample.text)),
        _ => rows(sample),
    };
    match rows.as_slice() {
        [] => Outcome::Skipped(why_unknown(sample)),
        [shape] => check_as(sample, shape),
        several => check_as_one_of(sample, several),
    }
}

fn done(errors: Errors) -> Outcome {
    match errors {
        Ok(()) => Outcome::Checked { in_envelope: false, repaired: Vec::new() },
        Err(errors) => Outcome::Failed(errors),
    }
}

/// The rows that a sample may stand for: mostly one.
fn rows(sample: &Sample) -> Vec<&'static Shape> {
    let alias = ALIASES.iter().find(|alias| (alias.api, alias.action) == (&*sample.api, &*sample.action));
    let (api, action) = alias.map_or((&*sample.api, &*sample.action), |alias| alias.row);
    if let Some(shape) = find(api, action, &sample.kind) {
        return vec![shape];
    }
    // Some pages name an action by its address alone.
    let api = if api == "auth" { "accounts" } else { api };
    if let Some(info) = action_at(sample) {
        return find(api, info.name, &sample.kind).into_iter().collect();
    }
    let of_kind = SHAPES.iter().filter(|shape| shape.api == api && shape.kind == sample.kind);
    match api {
        // The answers on the pages about authorization stand under headings, not under actions.
        "accounts" => of_kind.collect(),
        "reports" => of_kind.filter(|shape| shape.action.split('/').nth(1) == Some(&sample.action)).collect(),
        _ => Vec::new(),
    }
}

fn why_unknown(sample: &Sample) -> String {
    if SHAPES.iter().any(|shape| shape.api == sample.api) {
        format!("v3.5 documents no {} `{}` in {}", sample.kind, sample.action, sample.api)
    } else {
        format!("`{}` is no API of v3.5", sample.api)
    }
}

/// All actions.
pub(crate) fn actions() -> impl Iterator<Item = &'static ActionInfo> {
    use accounts::actions::ALL as ACCOUNTS;
    use agent::actions::ALL as AGENT;
    use configuration::actions::ALL as CONFIGURATION;
    use customer::actions::ALL as CUSTOMER;
    use reports::actions::ALL as REPORTS;
    [AGENT, CUSTOMER, CONFIGURATION, REPORTS, ACCOUNTS].into_iter().flatten().copied()
}

/// The action whose address the sample shows.
fn action_at(sample: &Sample) -> Option<&'static ActionInfo> {
    let (url, verb) = (sample.url.as_ref()?, sample.verb.as_ref()?);
    let path = url.split_once("://")?.1.split(['?', '#']).next()?;
    let path = path.get(path.find('/')?..)?.trim_end_matches('/');
    let same = |part: (&str, &str)| part.0 == part.1 || part.0.starts_with('{');
    actions().find(|info| {
        info.http.as_ref().is_some_and(|http| {
            http.method.as_str() == verb
                && http.path.split('/').count() == path.split('/').count()
                && http.path.split('/').zip(path.split('/')).all(same)
        })
    })
}

fn check_as_one_of(sample: &Sample, shapes: &[&Shape]) -> Outcome {
    let mut errors = Vec::new();
    for shape in shapes {
        match check_as(sample, shape) {
            Outcome::Failed(found) => {
                errors.extend(
                    found.iter().map(|error| format!("as a {} of {}: {error}", shape.kind, shape.action)),
                );
            }
            checked => return checked,
        }
    }
    Outcome::Failed(errors)
}

fn check_as(sample: &Sample, shape: &Shape) -> Outcome {
    let text = match query(sample) {
        Ok(text) => text.unwrap_or_else(|| sample.text.clone()),
        Err(errors) => return Outcome::Failed(errors),
    };
    let repaired = repair(&sample.api, &sample.action, &sample.kind, &text);
    let (text, repaired) = repaired.unwrap_or((text, Vec::new()));
    match check_text(sample, shape, &text) {
        Ok(in_envelope) => Outcome::Checked { in_envelope, repaired },
        Err(errors) => Outcome::Failed(errors),
    }
}

/// Says whether the text has an envelope.
fn check_text(sample: &Sample, shape: &Shape, text: &str) -> Result<bool, Vec<String>> {
    let value: Value = serde_json::from_str(text).map_err(|error| vec![error.to_string()])?;
    let is_enveloped = sample.is_enveloped || sample.kind == "webhook" && value.get("webhook_id").is_some();
    if !is_enveloped {
        return shape.round_trip(text).map(|()| false);
    }
    let nothing = Value::Object(Map::new());
    let payload = value.get("payload").unwrap_or(&nothing).to_string();
    both(shape.round_trip(&payload), envelope(sample, shape, text)).map(|()| true)
}

fn both(message: Errors, envelope: Errors) -> Errors {
    match (message, envelope) {
        (Ok(()), Err(errors)) => {
            Err(errors.into_iter().map(|error| format!("in its envelope: {error}")).collect())
        }
        // What is wrong with the message is wrong in the envelope as well.
        (message, _) => message,
    }
}

fn envelope(sample: &Sample, shape: &Shape, text: &str) -> Errors {
    match (sample.kind.as_str(), sample.api.as_str()) {
        ("push", "agent-rtm") => round_trip_as::<PushEnvelope<agent::Push>>(text),
        ("push", "customer-rtm") => round_trip_as::<PushEnvelope<customer::Push>>(text),
        ("webhook", _) => {
            round_trip_as::<WebhookEnvelope<webhooks::WebhookPayload, webhooks::AdditionalData>>(text)
        }
        _ => shape.round_trip_envelope(text),
    }
}

/// The request that the query of the sample's address makes, where the action takes its parameters there.
fn query(sample: &Sample) -> Result<Option<String>, Vec<String>> {
    let Some((http, (_, query))) = action_at(sample)
        .and_then(|info| info.http.as_ref())
        .zip(sample.url.as_ref().and_then(|url| url.split_once('?')))
    else {
        return Ok(None);
    };
    let own = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| !http.client_parameters.contains(&&**name))
        .map(|(name, value)| (name.into_owned(), parameter(&value)));
    let own: Map<String, Value> = own.collect();
    if http.content == Content::Query {
        return Ok(Some(Value::Object(own).to_string()));
    }
    let errors: Vec<String> =
        own.keys().map(|name| format!("`{name}` is no parameter of the address")).collect();
    if errors.is_empty() { Ok(None) } else { Err(errors) }
}

/// A parameter's value: a number or a boolean if it reads as one.
fn parameter(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(value @ (Value::Number(_) | Value::Bool(_))) => value,
        _ => text.into(),
    }
}
