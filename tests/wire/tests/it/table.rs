//! The table of messages and the tables of actions are complete.

use std::collections::{BTreeMap, BTreeSet};

use livechat_types::{Content, Payload, Transport, agent, customer, webhooks};
use wire_tests::{CALLS, SHAPES};

use crate::samples::{actions, examples};

fn rows(kind: &str) -> BTreeMap<&'static str, usize> {
    let mut rows = BTreeMap::new();
    for shape in SHAPES.iter().filter(|shape| shape.kind == kind) {
        *rows.entry(shape.api).or_default() += 1;
    }
    rows
}

fn names(api: &str, kind: &str) -> BTreeSet<&'static str> {
    SHAPES.iter().filter(|shape| (shape.api, shape.kind) == (api, kind)).map(|shape| shape.action).collect()
}

#[test]
fn every_message_of_the_documentation_has_a_row() {
    let responses = [
        ("accounts", 8),
        ("agent-rtm", 37),
        ("agent-web", 35),
        ("configuration", 63),
        ("customer-rtm", 28),
        ("customer-web", 33),
        ("reports", 13),
    ];
    assert_eq!(rows("response"), BTreeMap::from(responses));
    // The request of an upload is a file.
    let requests =
        responses.map(|(api, count)| (api, count - usize::from(matches!(api, "agent-web" | "customer-web"))));
    assert_eq!(rows("request"), BTreeMap::from(requests));
    assert_eq!(rows("push"), BTreeMap::from([("agent-rtm", 52), ("customer-rtm", 25)]));
    assert_eq!(rows("webhook"), BTreeMap::from([("webhooks", 37)]));
}

#[test]
fn no_row_stands_twice() {
    let keys: BTreeSet<_> = SHAPES.iter().map(|shape| (shape.api, shape.action, shape.kind)).collect();
    assert_eq!(keys.len(), SHAPES.len());
}

#[test]
fn every_action_describes_itself_once_per_transport() {
    let mut seen = BTreeSet::new();
    for info in actions() {
        assert!(!info.transports.is_empty(), "{} exists nowhere", info.name);
        assert_eq!(info.http.is_some(), info.transports.contains(&Transport::Web), "{}", info.name);
        for transport in info.transports {
            let key = (info.api.as_str(), info.name, format!("{transport:?}"));
            assert!(seen.insert(key), "{} {} stands twice", info.api.as_str(), info.name);
        }
        assert!(info.docs.starts_with("https://platform.text.com/docs/"), "{}: {}", info.name, info.docs);
    }
    let count = |transport: &str| seen.iter().filter(|(_, _, found)| found == transport).count();
    assert_eq!((count("Web"), count("Rtm")), (144 + 8, 65));
}

#[test]
fn every_action_has_rows_and_every_row_an_action() {
    let mut documented = BTreeSet::new();
    for info in actions() {
        for transport in info.transports {
            let api = match (info.api.as_str(), transport) {
                (api @ ("agent" | "customer"), Transport::Web) => format!("{api}-web"),
                (api @ ("agent" | "customer"), _) => format!("{api}-rtm"),
                (api, _) => api.to_owned(),
            };
            documented.insert((api, info.name));
        }
    }
    let answered = SHAPES.iter().filter(|shape| shape.kind == "response");
    let answered: BTreeSet<_> = answered.map(|shape| (shape.api.to_owned(), shape.action)).collect();
    assert_eq!(answered, documented);
}

#[test]
fn the_unions_of_pushes_and_webhooks_have_an_action_for_each_row() {
    let actions = |known: &'static [&'static str]| known.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(names("agent-rtm", "push"), actions(agent::Push::ACTIONS));
    assert_eq!(names("customer-rtm", "push"), actions(customer::Push::ACTIONS));
    assert_eq!(names("webhooks", "webhook"), actions(webhooks::WebhookPayload::ACTIONS));
}

#[test]
fn every_action_over_https_has_a_method_of_the_client() {
    let key = |api: &'static str, action: &'static str| (api, action);
    let methods: BTreeSet<_> = CALLS.iter().map(|call| key(call.api, call.action)).collect();
    let over_https =
        actions().filter(|info| info.http.is_some_and(|http| http.content != Content::Multipart));
    assert_eq!(methods.len(), CALLS.len());
    assert_eq!(methods, over_https.map(|info| key(info.api.as_str(), info.name)).collect());
}

#[test]
fn every_row_has_an_example_unless_nothing_is_answered() {
    let examples: Vec<_> =
        examples().into_iter().map(|sample| (sample.api, sample.action, sample.kind)).collect();
    for shape in SHAPES {
        let (api, action, kind) = (shape.api, shape.action, shape.kind);
        let has_example = examples.contains(&(api.to_owned(), action.to_owned(), kind.to_owned()));
        let is_nothing = shape.debug("{}").is_ok_and(|shown| shown == "Empty");
        assert!(has_example != (is_nothing && kind == "response"), "{kind} of {api} {action}");
    }
}
