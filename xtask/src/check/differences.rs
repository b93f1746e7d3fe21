//! Differences from the documentation: each is of a known kind, and of something that the specs have.

use std::collections::BTreeSet;

use crate::decode::{Difference, one_of};
use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Action, Message, Model, Payload, Shape, Transport};
use crate::suggest::did_you_mean;

/// The kinds of differences, and whether the field that a place ends with is one of the specs.
const RULES: &[(&str, bool)] = &[
    ("missing-field", false),
    ("sample-missing-required", true),
    ("sample-unknown-field", false),
    ("sample-wrong-enum", true),
    ("sample-wrong-type", true),
    ("undocumented-field", true),
    ("wrong-default", true),
    ("wrong-deprecated", true),
    ("wrong-enum", true),
    ("wrong-format", true),
    ("wrong-limit", true),
    ("wrong-pagination", true),
    ("wrong-required", true),
    ("wrong-scopes", true),
    ("wrong-transports", true),
    ("wrong-type", true),
];

/// The parts of the documentation that a place begins with.
const GROUPS: &[(&str, Group)] = &[
    ("accounts", Group { api: "accounts", entries: Entries::Actions(Transport::Web) }),
    ("agent-pushes", Group { api: "agent", entries: Entries::Pushes }),
    ("agent-rtm", Group { api: "agent", entries: Entries::Actions(Transport::Rtm) }),
    ("agent-web", Group { api: "agent", entries: Entries::Actions(Transport::Web) }),
    ("configuration", Group { api: "configuration", entries: Entries::Actions(Transport::Web) }),
    ("customer-pushes", Group { api: "customer", entries: Entries::Pushes }),
    ("customer-rtm", Group { api: "customer", entries: Entries::Actions(Transport::Rtm) }),
    ("customer-web", Group { api: "customer", entries: Entries::Actions(Transport::Web) }),
    ("reports", Group { api: "reports", entries: Entries::Actions(Transport::Web) }),
    ("webhooks", Group { api: "webhooks", entries: Entries::Webhooks }),
];

#[derive(Clone, Copy)]
struct Group {
    api: &'static str,
    entries: Entries,
}

#[derive(Clone, Copy)]
enum Entries {
    Actions(Transport),
    Pushes,
    Webhooks,
}

/// An action, push or webhook: its name, and what it carries by the part of the documentation that shows it.
type Entry<'a> = (&'a str, Vec<(&'static str, &'a Payload)>);

pub(super) fn check(model: &Model, stated: &[Difference], errors: &Diagnostics) {
    for difference in stated {
        let (rule, place) = &difference.rule;
        let has_field = one_of(rule, *place, "rule of a difference", RULES, errors);
        let (at, place) = &difference.at;
        if let Err((message, help)) = exists(model, at, has_field.unwrap_or(false)) {
            errors.report(Code::InvalidDifference, *place, message, help);
        }
    }
}

/// What is wrong with a place `group entry part path`, or `group *path` for all of a group, and the way out.
fn exists(model: &Model, at: &str, has_field: bool) -> Result<(), (String, String)> {
    let mut words = at.split(' ');
    let (group, rest) = (words.next().unwrap_or_default(), words.collect::<Vec<_>>());
    let Some((_, found)) = GROUPS.iter().find(|(name, _)| *name == group) else {
        let names = GROUPS.iter().map(|(name, _)| *name);
        let help = did_you_mean(group, names.clone(), || names.collect::<Vec<_>>().join(", "));
        return Err((format!("`{group}` is no part of the documentation"), help));
    };
    let entries = entries(model, *found);
    let (name, part, path) = match rest.as_slice() {
        [path] if path.starts_with('*') => ("*", None, *path),
        [name] => (*name, None, ""),
        [name, part, path] => (*name, Some(*part), *path),
        _ => {
            let help = "write `agent-web get_customer response present`, or `agent-web *access.group_ids`";
            return Err((format!("`{at}` is no place in the documentation"), help.into()));
        }
    };
    let named: Vec<&Entry<'_>> = entries.iter().filter(|(known, _)| matches(name, known)).collect();
    if named.is_empty() {
        let help = did_you_mean(name, entries.iter().map(|(name, _)| *name), || {
            "name an action, push or webhook, with `*` for any text in it".to_owned()
        });
        return Err((format!("`{group}` has no `{name}`"), help));
    }
    let payloads = named.iter().flat_map(|(_, payloads)| payloads);
    let payloads: Vec<&Payload> = payloads
        .filter(|(known, _)| part.is_none_or(|part| part == *known))
        .map(|(_, payload)| *payload)
        .collect();
    if payloads.is_empty() {
        let help = "an action has `request` and `response`, a push or webhook `payload`";
        return Err((format!("`{name}` has no `{}`", part.unwrap_or_default()), help.into()));
    }
    if has_field { fields_exist(model, &payloads, path) } else { Ok(()) }
}

/// Whether each name of a path is that of some property in what is carried.
fn fields_exist(model: &Model, payloads: &[&Payload], path: &str) -> Result<(), (String, String)> {
    let known = property_names(model, payloads);
    let names = path.split('.').map(|name| name.replace("[]", "").replace("{}", ""));
    for name in names.filter(|name| name.contains(char::is_alphanumeric)) {
        if !known.iter().any(|known| matches(&name, known)) {
            let help = did_you_mean(&name, known.iter().copied(), || {
                "correct the path, or remove the row: the difference is gone".to_owned()
            });
            return Err((format!("nothing there has a property `{name}`"), help));
        }
    }
    Ok(())
}

fn property_names<'a>(model: &'a Model, payloads: &[&'a Payload]) -> BTreeSet<&'a str> {
    let roots = payloads.iter().map(|payload| &payload.schema);
    let reached = model.reached(roots);
    let mut names = BTreeSet::new();
    for id in reached {
        model.named(id).schema.walk(&mut |schema| {
            if let Shape::Object(properties) = &schema.shape {
                names.extend(properties.iter().map(|property| property.name.as_str()));
            }
        });
    }
    names
}

fn entries(model: &Model, group: Group) -> Vec<Entry<'_>> {
    let mut all = Vec::new();
    for document in model.documents.iter().filter(|document| document.api == group.api) {
        match group.entries {
            Entries::Actions(transport) => {
                let actions = document.actions.iter().filter(|action| action.transports.contains(&transport));
                all.extend(actions.map(action));
            }
            Entries::Pushes => all.extend(document.pushes.iter().map(message)),
            Entries::Webhooks => all.extend(document.webhooks.iter().map(message)),
        }
    }
    all
}

fn action(action: &Action) -> Entry<'_> {
    let response = action.response.as_ref().map(|response| ("response", response));
    (&action.name, std::iter::once(("request", &action.request)).chain(response).collect())
}

fn message(message: &Message) -> Entry<'_> {
    let data = message.additional_data.as_ref().map(|data| ("additional_data", data));
    (&message.name, std::iter::once(("payload", &message.payload)).chain(data).collect())
}

/// Whether a text is what a pattern says, in which `*` stands for any text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        let Some((_, after)) = text.split_once(part) else { return false };
        text = after;
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text) in
            [("a", "a"), ("a*", "a"), ("agent_*ed", "agent_created"), ("*b*d", "abcd"), ("*", "")]
        {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a", "ab"), ("a*a", "a"), ("agent_*ed", "bot_created"), ("*b*d", "adcb")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }
}
