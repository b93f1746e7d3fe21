//! Which bodies are webhooks, and what is said of those that are not.

use livechat_webhooks::{ErrorKind, Secrets, TestWebhook, Verifier, types::webhooks::WebhookPayload};
use serde_json::{Value, json};

use crate::support::{EXAMPLES, SECRET, body, chat_deactivated};

fn verifier() -> Verifier {
    Verifier::new(SECRET)
}

fn refused(body: impl AsRef<[u8]>) -> (ErrorKind, u16) {
    let error = verifier().read(body.as_ref()).expect_err("the body should be refused");
    (error.kind(), error.status())
}

/// A body that says that a chat ended, with something replaced in its text.
fn altered(from: &str, to: &str) -> String {
    let body = chat_deactivated("QJ4T8ZP1LX");
    assert!(body.contains(from), "{body} has no {from}");
    body.replacen(from, to, 1)
}

#[test]
fn every_example_is_read_as_its_action_and_keeps_its_payload() {
    assert_eq!(EXAMPLES.len(), 37);
    for example in EXAMPLES.iter() {
        let webhook = verifier().read(body(example).as_bytes()).unwrap();
        assert_eq!(webhook.action(), example["action"]);
        assert!(!matches!(webhook.payload, WebhookPayload::Unknown(_)), "{}", webhook.action());
        assert_eq!(json!(webhook.payload), example["payload"]);
        let data = webhook.additional_data.as_ref().map(|data| json!(data));
        assert_eq!(data.as_ref(), example.get("additional_data"));
    }
}

#[test]
fn an_action_that_is_not_known_is_a_webhook_like_any_other() {
    // The documentation's own samples of `auto_accesses_updated` say `auto_access_added`.
    for action in ["auto_access_added", "create_group", "chat_teleported", ""] {
        let payload = json!([{"id": 1, "status": "updated"}]);
        let body = TestWebhook::of_json(SECRET, action, payload.clone()).body();
        let webhook = verifier().read(body.as_bytes()).unwrap();
        let WebhookPayload::Unknown(unknown) = webhook.payload else { panic!("{action} is known") };
        assert_eq!((unknown.action(), unknown.as_value()), (action, &payload));
    }
}

#[test]
fn fields_that_are_not_known_pass_and_stay_in_the_body() {
    let body =
        altered("{", r#"{"traceparent": [{"a": null}], "#).replace(r#""chat_id""#, r#""new": 7, "chat_id""#);
    let webhook = verifier().read(body.as_bytes()).unwrap();
    assert_eq!(webhook.action(), "chat_deactivated");
    let kept: Value = serde_json::from_str(webhook.body()).unwrap();
    assert_eq!((&kept["traceparent"], &kept["payload"]["new"]), (&json!([{"a": null}]), &json!(7)));
}

#[test]
fn the_order_of_the_envelope_and_white_space_do_not_matter() {
    let body = r#"
        {"payload" : {"chat_id": "QJ4T8ZP1LX", "thread_id": "TH7W2KD90C"} , "additional_data": null,
         "secret\u005fkey": "keep\u002dme", "action": "chat\u005fdeactivated", "webhook_id": "w", "organization_id": "o"}
    "#;
    let webhook = verifier().read(body.as_bytes()).unwrap();
    assert!(
        matches!(&webhook.payload, WebhookPayload::ChatDeactivated(event) if event.chat_id == "QJ4T8ZP1LX")
    );
    assert_eq!(webhook.additional_data, None);
    let kept: Value = serde_json::from_str(webhook.body()).unwrap();
    assert_eq!(kept["secret_key"], "");
}

#[test]
fn the_body_is_kept_without_its_secret_wherever_that_stood() {
    for example in EXAMPLES.iter() {
        let body = body(example);
        let webhook = verifier().verify(body.as_bytes()).unwrap();
        assert!(!webhook.body().contains(SECRET));
        let mut expected: Value = serde_json::from_str(&body).unwrap();
        expected["secret_key"] = json!("");
        assert_eq!(serde_json::from_str::<Value>(webhook.body()).unwrap(), expected);
        let payload: Value = serde_json::from_str(webhook.payload().unwrap()).unwrap();
        assert_eq!(payload, example["payload"]);
        let data = webhook.additional_data().map(|data| serde_json::from_str::<Value>(data).unwrap());
        assert_eq!(data.as_ref(), example.get("additional_data"));
    }
}

#[test]
fn a_body_that_is_no_json_object_is_malformed() {
    let whole = chat_deactivated("QJ4T8ZP1LX");
    for length in 0..whole.len() {
        let truncated = &whole[..length];
        assert_eq!(refused(truncated), (ErrorKind::Malformed, 400), "{truncated}");
    }
    for body in ["null", "7", "\"text\"", "[]", "{}{}", "{} x", "{\"a\": 1,}", "\u{feff}{}", "{'a': 1}"] {
        assert_eq!(refused(body), (ErrorKind::Malformed, 400), "{body}");
    }
}

#[test]
fn a_body_that_is_not_utf_8_is_malformed_also_where_nothing_is_read() {
    let body = altered("QJ4T8ZP1LX", "QJ4T8ZP1\0X");
    let mut bytes = body.replace('\0', "?").into_bytes();
    let place = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[place] = 0xff;
    assert_eq!(refused(&bytes), (ErrorKind::Malformed, 400));
    bytes.truncate(place);
    assert_eq!(refused(&bytes), (ErrorKind::Malformed, 400));
}

#[test]
fn a_body_over_the_limit_is_too_large_and_one_at_the_limit_is_not() {
    let body = chat_deactivated("QJ4T8ZP1LX");
    let tight = verifier().with_max_bytes(body.len());
    assert!(tight.read(body.as_bytes()).is_ok());
    let error = tight.read(format!("{body} ").as_bytes()).unwrap_err();
    assert_eq!((error.kind(), error.status()), (ErrorKind::TooLarge, 413));
    assert_eq!(refused(vec![b' '; Verifier::MAX_BYTES + 1]), (ErrorKind::TooLarge, 413));
}

#[test]
fn a_body_that_is_nested_too_deeply_is_refused_whatever_it_is() {
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        TestWebhook::of_json(SECRET, "unknown", json!("HERE"))
            .body()
            .replace("\"HERE\"", &format!("{open}{close}"))
    };
    assert!(verifier().read(nested(99).as_bytes()).is_ok());
    assert_eq!(refused(nested(100)), (ErrorKind::TooDeep, 400));
    assert_eq!(refused(nested(400_000)), (ErrorKind::TooDeep, 400));
    assert_eq!(refused("[".repeat(400_000)), (ErrorKind::TooDeep, 400));
    assert_eq!(refused("{\"a\":".repeat(100_000)), (ErrorKind::TooDeep, 400));
}

#[test]
fn a_field_of_the_envelope_that_stands_twice_is_refused() {
    let fields = ["webhook_id", "secret_key", "action", "organization_id", "payload"];
    for field in fields {
        for second in ["\"keep-me\"", "7", "null", "{}"] {
            let body = altered("{", &format!("{{\"{field}\": {second}, "));
            assert_eq!(refused(body), (ErrorKind::DuplicateField, 400), "{field}");
        }
    }
    let spelled_differently = altered("{", "{\"secret\\u005fkey\": \"keep-me\", ");
    assert_eq!(refused(spelled_differently), (ErrorKind::DuplicateField, 400));
    let in_the_payload = altered("\"chat_id\"", "\"chat_id\": \"other\", \"chat_id\"");
    assert_eq!(refused(in_the_payload), (ErrorKind::Payload, 400));
}

#[test]
fn a_missing_secret_is_unauthorized_and_so_is_every_wrong_one() {
    let missing = altered("\"secret_key\":\"keep-me\",", "");
    assert_eq!(refused(missing), (ErrorKind::MissingSecret, 401));
    for wrong in
        ["\"\"", "\"keep-m\"", "\"keep-me \"", "\"Keep-me\"", "null", "7", "true", "{}", "[\"keep-me\"]"]
    {
        assert_eq!(refused(altered("\"keep-me\"", wrong)), (ErrorKind::WrongSecret, 401), "{wrong}");
    }
}

#[test]
fn nothing_else_is_looked_at_before_the_secret_is_accepted() {
    let bodies = [
        r#"{"secret_key": "wrong"}"#,
        r#"{"secret_key": "wrong", "action": 7, "webhook_id": [], "organization_id": null}"#,
        r#"{"secret_key": "wrong", "action": "chat_deactivated", "payload": {"chat_id": 7}}"#,
    ];
    for body in bodies {
        assert_eq!(refused(body), (ErrorKind::WrongSecret, 401), "{body}");
        assert_ne!(refused(body.replace("wrong", SECRET)), (ErrorKind::WrongSecret, 401), "{body}");
    }
}

#[test]
fn an_envelope_without_what_it_must_have_is_named() {
    for field in ["webhook_id", "organization_id", "action"] {
        let mut body: Value = serde_json::from_str(&chat_deactivated("QJ4T8ZP1LX")).unwrap();
        for broken in [Some(json!(7)), Some(json!(null)), None] {
            match broken {
                Some(value) => body[field] = value,
                None => drop(body.as_object_mut().unwrap().remove(field)),
            }
            let error = verifier().read(body.to_string().as_bytes()).unwrap_err();
            assert_eq!((error.kind(), error.status()), (ErrorKind::Envelope, 400));
            assert!(error.to_string().contains(field), "{error}");
        }
    }
}

#[test]
fn a_payload_that_is_not_what_its_action_carries_is_an_error_with_its_path() {
    let text = |body: String| verifier().read(body.as_bytes()).unwrap_err().to_string();
    let wrong_type = text(altered("\"TH7W2KD90C\"", "7"));
    assert!(
        wrong_type.contains("`chat_deactivated`") && wrong_type.contains("`payload.thread_id`"),
        "{wrong_type}"
    );

    let body = TestWebhook::of_json(SECRET, "auto_accesses_updated", json!([{"id": []}])).body();
    assert!(text(body.clone()).contains("`payload[0].id`"), "{}", text(body));

    let body = TestWebhook::of_json(SECRET, "chat_deactivated", json!({"chat_id": "c", "thread_id": "t"}));
    let body = body.additional_data(json!({"chat_presence_user_ids": 7})).body();
    assert!(text(body.clone()).contains("`additional_data.chat_presence_user_ids`"), "{}", text(body));
}

#[test]
fn an_absent_payload_is_an_empty_object() {
    let body = r#"{"secret_key": "keep-me", "action": "new", "webhook_id": "w", "organization_id": "o"}"#;
    let webhook = verifier().read(body.as_bytes()).unwrap();
    let WebhookPayload::Unknown(unknown) = webhook.payload else { panic!() };
    assert_eq!(unknown.as_value(), &json!({}));
}

#[test]
fn several_secrets_are_accepted_and_can_be_replaced_while_clones_are_in_use() {
    let verifier = Verifier::new(Secrets::from_iter(["old", "new"]));
    let clone = verifier.clone();
    let accepted = |secret: &str| {
        let body = chat_deactivated("QJ4T8ZP1LX").replace(SECRET, secret);
        clone.read(body.as_bytes()).is_ok()
    };
    assert!(accepted("old") && accepted("new") && !accepted("newer"));
    verifier.replace_secrets(Secrets::from_iter(["new", "newer"]));
    assert!(!accepted("old") && accepted("new") && accepted("newer"));
}

#[test]
fn a_registration_with_secrets_of_its_own_accepts_no_others() {
    let secrets = Secrets::new().accept("all").accept_for("w1", "own").accept_for("w1", "next");
    let verifier = Verifier::new(secrets);
    let accepted = |webhook_id: &str, secret: &str| {
        let event = livechat_webhooks::types::shared::ChatDeactivated::new("c", "t");
        let body = TestWebhook::new(secret, event).webhook_id(webhook_id).body();
        verifier.read(body.as_bytes()).is_ok()
    };
    assert!(accepted("w1", "own") && accepted("w1", "next") && accepted("w2", "all"));
    assert!(!accepted("w1", "all") && !accepted("w2", "own"));
}

#[test]
fn without_a_secret_or_with_an_empty_one_nothing_is_accepted() {
    let body = chat_deactivated("c").replace(SECRET, "");
    for secrets in [Secrets::new(), Secrets::from(""), Secrets::new().accept_for("hk29xv0d7q4m1s8t", "")] {
        let error = Verifier::new(secrets).read(body.as_bytes()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WrongSecret);
    }
}

#[test]
fn no_secret_shows_in_errors_debug_output_or_bodies() {
    let right = Verifier::new("right-secret");
    let mut shown = vec![format!("{right:?}")];
    let mut bodies = vec![chat_deactivated("c").replace(SECRET, "wrong-secret")];
    bodies.push(r#"{"secret_key": "right-secret"}"#.to_owned());
    bodies.push(r#"{"secret_key": "right-secret", "secret_key": "wrong-secret"}"#.to_owned());
    bodies.push(r#"{"secret_key": "right-secret", "action": "chat_deactivated", "webhook_id": 1"#.to_owned());
    bodies.push(chat_deactivated("c").replace(SECRET, "right-secret").replace("\"TH7W2KD90C\"", "7"));
    for body in bodies {
        let error = right.read(body.as_bytes()).unwrap_err();
        shown.extend([error.to_string(), format!("{error:?}"), error.answer().to_owned()]);
    }
    let body = chat_deactivated("c").replace(SECRET, "right-secret");
    let verified = right.verify(body.as_bytes()).unwrap();
    shown.extend([format!("{verified:?}"), verified.body().to_owned()]);
    shown.push(format!("{:?}", verified.decode().unwrap()));
    for text in shown {
        assert!(!text.contains("right-secret") && !text.contains("wrong-secret"), "{text}");
    }
}

#[test]
fn an_id_of_a_stranger_is_shortened_and_escaped_in_the_log() {
    let body = json!({"secret_key": "x", "webhook_id": format!("a\nb{}", "c".repeat(1000))}).to_string();
    let error = verifier().read(body.as_bytes()).unwrap_err().to_string();
    assert!(error.contains(r"a\nb") && error.len() < 200, "{error}");
}
