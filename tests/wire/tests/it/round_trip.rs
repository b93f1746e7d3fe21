//! The check of samples itself: what it lets pass, and what it does not.

use serde_json::{Value, json};
use wire_tests::{compare, find};

fn list_threads_response() -> Value {
    json!({
        "threads": [{
            "id": "TH7W2KD90C",
            "active": false,
            "created_at": "2024-03-11T09:14:02.350000Z",
            "user_ids": ["ada@example.com"],
            "events": [
                {"id": "TH7W2KD90C_1", "created_at": "2024-03-11T09:14:02.350000Z", "type": "message", "text": "Hi", "visibility": "all", "author_id": "ada@example.com"},
                {"id": "TH7W2KD90C_2", "created_at": "2024-03-11T09:15:02.350000Z", "type": "custom", "content": {"a": [1]}, "visibility": "all", "author_id": "ada@example.com"}
            ],
            "access": {"group_ids": [3]}
        }],
        "found_threads": 1
    })
}

/// What the check says of the sample after a change.
fn errors(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut sample = list_threads_response();
    change(&mut sample);
    let shape = find("agent-web", "list_threads", "response").unwrap();
    shape.round_trip(&sample.to_string()).err().unwrap_or_default()
}

#[test]
fn a_good_sample_passes() {
    assert_eq!(errors(|_| {}), Vec::<String>::new());
}

#[test]
fn a_field_that_the_type_lacks_is_named_with_its_path() {
    assert_eq!(
        errors(|sample| sample["threads"][0]["events"][0]["mood"] = "glad".into()),
        ["`threads[0].events[0].mood` was \"glad\", and is not written"]
    );
}

#[test]
fn a_required_field_that_the_sample_lacks_is_named_with_its_path() {
    let errors = errors(|sample| {
        sample["threads"][0]["events"][0].as_object_mut().unwrap().remove("created_at");
    });
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].contains("threads[0].events[0]") && errors[0].contains("`created_at`"), "{errors:?}");
}

#[test]
fn a_value_of_another_type_is_named_with_its_path() {
    let errors = errors(|sample| sample["threads"][0]["access"]["group_ids"][0] = "three".into());
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("`threads[0].access.group_ids[0]` cannot be read: "), "{errors:?}");
    assert!(errors[0].ends_with("; it is \"three\""), "{errors:?}");
}

#[test]
fn an_enum_value_that_the_spec_lacks_is_a_failure() {
    assert_eq!(
        errors(|sample| sample["threads"][0]["events"][0]["visibility"] = "bots".into()),
        ["`threads[0].events[0].visibility` is not known to the types: \"bots\""]
    );
}

#[test]
fn a_kind_of_object_that_the_spec_lacks_is_a_failure() {
    let errors = errors(|sample| sample["threads"][0]["events"][1]["type"] = "hologram".into());
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].starts_with("`threads[0].events[1]` is not known to the types: {"), "{errors:?}");
    assert!(errors[0].contains("\"type\":\"hologram\""), "{errors:?}");
}

#[test]
fn an_action_that_the_spec_lacks_is_a_failure() {
    let push =
        json!({"version": "3.5", "action": "chat_painted", "type": "push", "payload": {"color": "red"}});
    let errors = wire_tests::round_trip_as::<livechat_types::PushEnvelope<livechat_types::agent::Push>>(
        &push.to_string(),
    );
    assert_eq!(errors.unwrap_err(), [r#"`payload` is not known to the types: {"color":"red"}"#]);
}

#[test]
fn a_json_type_that_the_spec_lacks_is_a_failure() {
    let shape = find("agent-structures", "properties", "structure").unwrap();
    let properties = json!({"properties": {"routing": {"continuous": [true]}}});
    assert_eq!(
        shape.round_trip(&properties.to_string()).unwrap_err(),
        ["`routing.continuous` is not known to the types: [true]"]
    );
}

#[test]
fn numbers_are_compared_as_numbers() {
    assert!(compare(&json!({"a": 10}), &json!({"a": 10.0})).is_empty());
    assert!(compare(&json!([u64::MAX]), &json!([u64::MAX])).is_empty());
    assert_eq!(compare(&json!({"a": 10}), &json!({"a": 10.5})), ["`a` was 10, and is written as 10.5"]);
    assert_eq!(compare(&json!({"a": 10}), &json!({"a": "10"})), ["`a` was 10, and is written as \"10\""]);
    // As 64-bit floats these two are the same.
    assert!(!compare(&json!([9_007_199_254_740_993_u64]), &json!([9_007_199_254_740_992_u64])).is_empty());
}

#[test]
fn instants_are_compared_as_instants() {
    let at = |text: &str| json!({"at": text});
    assert!(compare(&at("2024-03-11T10:14:02.350000+01:00"), &at("2024-03-11T09:14:02.35Z")).is_empty());
    assert!(compare(&at("2024-03-11T09:14:02-00:00"), &at("2024-03-11T09:14:02Z")).is_empty());
    assert!(!compare(&at("2024-03-11T09:14:02.350000Z"), &at("2024-03-11T09:14:02.350001Z")).is_empty());
    // A day is no instant.
    assert!(!compare(&at("2024-03-11"), &at("2024-03-11T00:00:00Z")).is_empty());
}

#[test]
fn other_spellings_pass_and_nothing_else() {
    assert!(compare(&json!({"properites": {}}), &json!({"properties": {}})).is_empty());
    assert!(!compare(&json!({"properties": {}}), &json!({"properites": {}})).is_empty());
    assert!(!compare(&json!({"properites": {}, "properties": {}}), &json!({"properties": {}})).is_empty());
    assert!(compare(&json!(["accepting chats"]), &json!(["accepting_chats"])).is_empty());
    assert!(!compare(&json!(["Accepting chats"]), &json!(["accepting_chats"])).is_empty());
}

#[test]
fn what_is_added_or_absent_is_told() {
    assert_eq!(
        compare(&json!({"a": {"b": 1, "c.d": 2}, "e": [1]}), &json!({"a": {"b": 1, "f": null}, "e": []})),
        [
            "`a.\"c.d\"` was 2, and is not written",
            "`a.f` was not there, and is written as null",
            "`e` had 1 items, and is written with 0",
        ]
    );
}

#[test]
fn a_structure_that_is_shown_under_its_name_is_found_there_only() {
    let shape = find("agent-structures", "access", "structure").unwrap();
    shape.round_trip(r#"{"access": {"group_ids": [0, 3]}}"#).unwrap();
    for text in [r#"{"group_ids": [0, 3]}"#, r#"{"access": {"group_ids": []}, "more": 1}"#] {
        assert_eq!(
            shape.round_trip(text).unwrap_err(),
            ["it is no object with the one field `access`"],
            "{text}"
        );
    }
}
