//! How samples are judged: which row one stands for, what its envelope must be, what is skipped.

use super::{
    checks::{Outcome, check},
    collection::Sample,
};

fn sample(api: &str, action: &str, kind: &str, text: &str) -> Sample {
    let (api, action, kind) = (api.to_owned(), action.to_owned(), kind.to_owned());
    Sample { api, action, kind, text: text.to_owned(), ..Sample::default() }
}

fn at(verb: &str, url: &str, sample: Sample) -> Sample {
    Sample { verb: Some(verb.to_owned()), url: Some(url.to_owned()), ..sample }
}

#[track_caller]
fn is_checked(sample: &Sample) -> bool {
    match check(sample) {
        Outcome::Checked { in_envelope, .. } => in_envelope,
        Outcome::Skipped(why) => panic!("skipped: {why}"),
        Outcome::Failed(errors) => panic!("{errors:?}"),
    }
}

#[track_caller]
fn errors_of(sample: &Sample) -> String {
    match check(sample) {
        Outcome::Failed(errors) => errors.join("\n"),
        _ => panic!("it did not fail"),
    }
}

#[track_caller]
fn reason_of(sample: &Sample) -> String {
    match check(sample) {
        Outcome::Skipped(why) => why,
        _ => panic!("it was not skipped"),
    }
}

#[test]
fn an_envelope_is_checked_beside_its_message() {
    let response =
        r#"{"action": "get_chat", "type": "response", "success": true, "payload": {"id": "c", "users": []}}"#;
    let mut sample = sample("agent-rtm", "get_chat", "response", response);
    sample.is_enveloped = true;
    assert!(is_checked(&sample));
    sample.text = sample.text.replace("\"success\": true", "\"success\": true, \"mood\": \"glad\"");
    assert_eq!(errors_of(&sample), "in its envelope: `mood` was \"glad\", and is not written");
    sample.text = sample.text.replace("\"users\": []", "\"users\": {}");
    assert!(errors_of(&sample).contains("`users` cannot be read"));
}

#[test]
fn a_push_must_be_of_its_api() {
    let push = r#"{"action": "greeting_accepted", "type": "push", "payload": {"unique_id": "G1"}}"#;
    let mut push = sample("customer-rtm", "greeting_accepted", "push", push);
    push.is_enveloped = true;
    assert!(is_checked(&push));
    push.text = push.text.replace("greeting_accepted", "greeting_painted");
    assert_eq!(
        errors_of(&push),
        r#"in its envelope: `payload` is not known to the types: {"unique_id":"G1"}"#
    );
}

#[test]
fn a_webhook_is_known_by_its_envelope() {
    let envelope = r#"{"webhook_id": "w", "secret_key": "s", "organization_id": "o", "action": "agent_deleted", "payload": {"id": "a"}}"#;
    assert!(is_checked(&sample("webhooks", "agent_deleted", "webhook", envelope)));
    assert!(!is_checked(&sample("webhooks", "agent_deleted", "webhook", r#"{"id": "a"}"#)));
    let without_key = envelope.replace("\"secret_key\": \"s\", ", "");
    assert!(
        errors_of(&sample("webhooks", "agent_deleted", "webhook", &without_key)).contains("`secret_key`")
    );
}

#[test]
fn an_action_is_found_by_its_address() {
    let grant = r#"{"grant_type": "refresh_token", "refresh_token": "r", "client_id": "c"}"#;
    let token = sample("auth", "token", "request", grant);
    assert!(!is_checked(&at("POST", "https://accounts.example.com/v2/token", token.clone())));
    let errors = errors_of(&at("POST", "https://accounts.example.com/v2/customer/token", token));
    assert!(errors.contains("not known to the types"), "{errors}");
    let report = sample("reports", "tags", "request", "{}");
    assert!(!is_checked(&at("POST", "https://api.example.com/v3.5/reports/chats/tags", report)));
}

#[test]
fn an_answer_about_authorization_must_be_that_of_some_action() {
    let token = r#"{"identity_transfer_token": "fra:t", "expires_in": 3600}"#;
    assert!(!is_checked(&sample("auth", "step_1", "response", token)));
    let errors = errors_of(&sample("auth", "step_1", "response", r#"{"identity_transfer_token": "fra:t"}"#));
    assert!(errors.contains("as a response of issue_identity_transfer_token: "), "{errors}");
}

#[test]
fn the_query_of_an_address_is_a_request() {
    let request = |query: &str| {
        let url = format!("https://api.example.com/v3.5/customer/action/get_dynamic_configuration?{query}");
        at("GET", &url, sample("customer-web", "get_dynamic_configuration", "request", "{}"))
    };
    assert!(!is_checked(&request(
        "organization_id=o1&group_id=3&test=true&url=https%3A%2F%2Fshop.example.org"
    )));
    assert!(errors_of(&request("organization_id=o1&group_ids=3")).contains("`group_ids`"));
    let url = "https://api.example.com/v3.5/customer/action/list_chats?limit=3";
    let posted = at("POST", url, sample("customer-web", "list_chats", "request", "{}"));
    assert_eq!(errors_of(&posted), "`limit` is no parameter of the address");
}

#[test]
fn an_error_is_that_of_its_service() {
    let error = r#"{"error": {"type": "validation", "message": "no"}}"#;
    assert!(!is_checked(&sample("reports", "errors", "error", error)));
    let error = r#"{"error": "invalid_grant", "error_description": "no"}"#;
    assert!(!is_checked(&sample("auth", "errors", "error", error)));
    assert!(errors_of(&sample("reports", "errors", "error", error)).contains("`error`"));
}

#[test]
fn what_is_skipped_has_a_reason() {
    assert_eq!(
        reason_of(&sample("agent-web", "paint_chat", "request", "{}")),
        "v3.5 documents no request `paint_chat` in agent-web"
    );
    assert_eq!(reason_of(&sample("billing", "pay", "request", "{}")), "`billing` is no API of v3.5");
    assert_eq!(reason_of(&sample("agent-web", "errors", "template", "{}")), "it shows a form, not a message");
    let partly = Sample {
        missing: Some("only parts of it are shown"),
        ..sample("agent-web", "get_chat", "response", "")
    };
    assert_eq!(reason_of(&partly), "only parts of it are shown");
}

#[test]
fn a_slip_is_put_right_and_the_rest_is_still_checked() {
    let request = |more: &str| {
        sample("configuration", "create_bot_template", "request", &format!(r#"{{"name": "Bot"{more}}}"#))
    };
    let Outcome::Checked { repaired, .. } = check(&request("")) else { panic!("it was not checked") };
    assert_eq!(repaired.len(), 1);
    assert!(errors_of(&request(r#", "mood": "glad""#)).contains("`mood`"));
    let Outcome::Checked { repaired, .. } = check(&request(r#", "owner_client_id": "7d3e""#)) else {
        panic!("it was not checked")
    };
    assert!(repaired.is_empty());
}
