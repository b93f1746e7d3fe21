//! Traps of transport: envelopes, statuses, addresses.

use std::collections::BTreeMap;

use livechat_types::{
    Authorization, Content, Empty, Method, PushEnvelope, RtmRequest, RtmResponse, Scopes,
    agent::{self, Ping, SetAwayStatus},
    configuration, customer,
    shared::{ErrorResponse, ErrorType},
};
use serde_json::json;
use wire_tests::{SHAPES, find};

use super::{info, json_of, kept, passes};
use crate::samples::actions;

fn returns_nothing(api: &str, action: &str) -> bool {
    let shape = find(api, action, "response").unwrap();
    shape.debug("{}").is_ok_and(|shown| shown == "Empty")
}

#[test]
fn actions_that_return_nothing_read_an_empty_object() {
    let mut counts = BTreeMap::new();
    for shape in SHAPES.iter().filter(|shape| shape.kind == "response") {
        if returns_nothing(shape.api, shape.action) {
            passes(shape.api, shape.action, "response", &json!({}));
            *counts.entry(shape.api).or_insert(0) += 1;
        }
    }
    let expected = [
        ("accounts", 2),
        ("agent-rtm", 23),
        ("agent-web", 21),
        ("configuration", 27),
        ("customer-rtm", 16),
        ("customer-web", 16),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
    for action in ["deactivate_chat", "update_customer"] {
        assert!(returns_nothing("agent-web", action), "{action}");
    }
    for action in ["update_license_properties", "update_group_properties"] {
        assert!(returns_nothing("configuration", action), "{action}");
    }
}

#[test]
fn actions_whose_answer_is_not_described_return_nothing() {
    assert!(returns_nothing("agent-web", "multicast"));
    assert!(returns_nothing("customer-rtm", "mark_events_as_seen"));
}

#[test]
fn some_answers_are_a_list_without_an_object_around_it() {
    let lists = [
        ("agent-web", "list_routing_statuses"),
        ("agent-web", "list_agents_for_transfer"),
        ("agent-rtm", "list_routing_statuses"),
        ("agent-rtm", "list_agents_for_transfer"),
        ("configuration", "list_agents"),
        ("configuration", "list_auto_accesses"),
        ("configuration", "list_bots"),
        ("configuration", "list_bot_templates"),
        ("configuration", "list_groups"),
        ("configuration", "list_groups_properties"),
        ("configuration", "list_tags"),
        ("configuration", "list_webhooks"),
        ("configuration", "list_webhook_names"),
        ("configuration", "list_channels"),
        ("configuration", "check_product_limits_for_plan"),
    ];
    for (api, action) in lists {
        passes(api, action, "response", &json!([]));
        assert!(find(api, action, "response").unwrap().round_trip("{}").is_err(), "{api} {action}");
    }
    let answer = json!({
        "action": "list_routing_statuses", "type": "response", "success": true,
        "payload": [{"agent_id": "ada@example.com", "status": "offline"}]
    });
    find("agent-rtm", "list_routing_statuses", "response")
        .unwrap()
        .round_trip_envelope(&answer.to_string())
        .unwrap();
}

#[test]
fn some_pushes_and_one_webhook_carry_a_list() {
    let change = json!([{"id": "rule1", "status": "deleted"}]);
    passes("agent-rtm", "auto_accesses_updated", "push", &change);
    passes("webhooks", "auto_accesses_updated", "webhook", &change);
    let position = json!({
        "chat_id": "QJ4T8ZP1LX", "thread_id": "TH7W2KD90C", "queue": {"position": 2, "wait_time": 90}
    });
    passes("agent-rtm", "queue_positions_updated", "push", &json!([position]));
    passes("customer-rtm", "queue_position_updated", "push", &position);
}

#[test]
fn some_answers_are_a_map_without_an_object_around_it() {
    let properties = json!({"7d3e1b0c": {"theme": "dark", "level": 3, "on": true}});
    passes("customer-web", "list_license_properties", "response", &properties);
    passes("customer-web", "list_group_properties", "response", &properties);
    passes("configuration", "list_license_properties", "response", &properties);
    let definitions = json!({"theme": {"type": "string", "access": {}}});
    passes("configuration", "list_properties", "response", &definitions);
    passes("customer-web", "get_localization", "response", &json!({"Start_chat": "Zacznij"}));
}

#[test]
fn five_actions_of_customers_are_get_and_the_rest_is_post() {
    let mut gets = Vec::new();
    for info in actions().filter(|info| info.api.as_str() != "accounts") {
        let Some(http) = info.http else { continue };
        match http.method {
            Method::Get => {
                assert_eq!(http.content, Content::Query, "{}", info.name);
                gets.push((info.api.as_str(), info.name));
            }
            method => assert_eq!(method, Method::Post, "{}", info.name),
        }
    }
    let expected = [
        "get_dynamic_configuration",
        "get_configuration",
        "get_localization",
        "list_license_properties",
        "list_group_properties",
    ];
    assert_eq!(gets, expected.map(|name| ("customer", name)));
    // Without parameters an object is sent all the same.
    assert_eq!(json_of(&agent::GetLicenseInfo::new()), json!({}));
}

#[test]
fn parameters_of_an_address_are_numbers_and_booleans() {
    let parameters =
        json!({"group_id": 3, "test": true, "url": "https://shop.example.org", "channel_type": "code"});
    passes("customer-web", "get_dynamic_configuration", "request", &parameters);
    passes("customer-web", "get_configuration", "request", &json!({"group_id": 3, "version": "5e0b8c1d"}));
    let parameters = json!({"group_id": 3, "language": "pl", "version": "91f2e3d4"});
    passes("customer-web", "get_localization", "request", &parameters);
}

#[test]
fn all_addresses_for_customers_and_no_others_name_the_organization() {
    for info in actions().filter(|info| info.api.as_str() != "accounts") {
        let Some(http) = info.http else { continue };
        let expected: &[&str] = if info.api.as_str() == "customer" { &["organization_id"] } else { &[] };
        assert_eq!(http.client_parameters, expected, "{}", info.name);
    }
}

#[test]
fn four_actions_need_no_authorization() {
    let free: Vec<_> = actions()
        .filter(|info| info.authorization == Authorization::None)
        .map(|info| (info.api.as_str(), info.name))
        .collect();
    let expected = [
        ("customer", "list_license_properties"),
        ("customer", "list_group_properties"),
        ("configuration", "list_webhook_names"),
        ("accounts", "issue_token"),
    ];
    assert_eq!(free, expected);
    assert_eq!(info("configuration", "issue_bot_token").scopes, Scopes::None);
}

#[test]
fn messages_over_websocket_are_read_in_any_order_of_their_fields() {
    let texts = [
        r#"{"request_id": "7", "action": "tag_thread", "type": "response", "success": true, "payload": {}}"#,
        r#"{"payload": {}, "success": true, "type": "response", "action": "tag_thread", "request_id": "7"}"#,
        r#"{"request_id": "7", "type": "response", "payload": {}, "action": "tag_thread", "success": true}"#,
    ];
    for text in texts {
        let response: RtmResponse<Empty> = serde_json::from_str(text).unwrap();
        assert_eq!(response.request_id.as_deref(), Some("7"), "{text}");
        assert_eq!(response.payload, Ok(Empty::default()), "{text}");
    }
    let texts = [
        r#"{"version": "3.5", "request_id": "7", "action": "greeting_canceled", "type": "push", "payload": {"unique_id": "G1"}}"#,
        r#"{"payload": {"unique_id": "G1"}, "action": "greeting_canceled"}"#,
    ];
    for text in texts {
        let push: PushEnvelope<customer::Push> = serde_json::from_str(text).unwrap();
        assert_eq!(push.payload.action(), "greeting_canceled", "{text}");
    }
}

#[test]
fn an_answer_keeps_the_action_that_it_names() {
    let text = r#"{"action": "<action>", "type": "response", "success": true, "payload": {"thread_id": "TH7W2KD90C"}}"#;
    let response: RtmResponse<agent::ResumeChatResponse> = serde_json::from_str(text).unwrap();
    assert_eq!(response.action, "<action>");
    assert_eq!(response.payload.unwrap().thread_id.as_ref(), "TH7W2KD90C");
}

#[test]
fn the_token_of_a_login_is_sent_as_it_is() {
    let login = agent::Login::new("Bearer fra:a-token");
    assert_eq!(json_of(&login), json!({"token": "Bearer fra:a-token"}));
    let login = customer::Login::new("Bearer fra:a-token");
    assert_eq!(json_of(&login), json!({"token": "Bearer fra:a-token"}));
}

#[test]
fn a_ping_has_no_parameters_and_no_result() {
    assert_eq!(json_of(&RtmRequest::new(&Ping::new())), json!({"action": "ping", "payload": {}}));
    for api in ["agent-rtm", "customer-rtm"] {
        assert!(returns_nothing(api, "ping"));
        let answer = r#"{"action": "ping", "type": "response", "success": true, "payload": {}}"#;
        find(api, "ping", "response").unwrap().round_trip_envelope(answer).unwrap();
    }
}

#[test]
fn a_request_over_websocket_may_name_its_author() {
    let request = SetAwayStatus::new(true);
    let request = RtmRequest::new(&request).request_id("7").author_id("5f1c0de").version("3.5");
    let expected = json!({
        "version": "3.5", "request_id": "7", "action": "set_away_status", "payload": {"away": true}, "author_id": "5f1c0de"
    });
    assert_eq!(json_of(&request), expected);
}

#[test]
fn a_login_chooses_pushes_by_version() {
    let login = json!({"token": "Bearer fra:a", "pushes": {"3.5": ["incoming_chat"], "3.6": ["all"]}});
    passes("agent-rtm", "login", "request", &login);
    passes("customer-rtm", "login", "request", &login);
    let push =
        json!({"version": "3.6", "action": "chat_painted", "type": "push", "payload": {"color": "red"}});
    assert_eq!(kept::<PushEnvelope<agent::Push>>(&push).version.as_deref(), Some("3.6"));
}

#[test]
fn each_item_of_a_batch_is_a_result_or_an_error() {
    let error = json!({"error": {"type": "validation", "message": "the address is in use"}});
    let answer = json!({"responses": [{"id": "ada@example.com"}, error, {"id": "lea@example.com"}]});
    let answer: configuration::BatchCreateAgentsResponse = kept(&answer);
    let outcomes: Vec<_> =
        answer.responses.iter().map(|item| (item.id.is_some(), item.error.is_some())).collect();
    assert_eq!(outcomes, [(true, false), (false, true), (true, false)]);

    let batches: Vec<_> = actions().filter_map(|info| Some((info.name, info.batch_of?))).collect();
    let expected = [
        ("batch_create_agents", "create_agent"),
        ("batch_update_agents", "update_agent"),
        ("batch_delete_agents", "delete_agent"),
        ("batch_suspend_agents", "suspend_agent"),
        ("batch_unsuspend_agents", "unsuspend_agent"),
        ("batch_approve_agents", "approve_agent"),
        ("batch_create_bots", "create_bot"),
        ("batch_update_bots", "update_bot"),
        ("batch_delete_bots", "delete_bot"),
    ];
    assert_eq!(batches, expected);
    for (batch, _) in expected.iter().filter(|(batch, _)| !batch.contains("create")) {
        passes("configuration", batch, "response", &json!({"responses": [{}, error]}));
    }
}

#[test]
fn errors_have_an_open_type_and_need_no_data() {
    let error = |kind: &str| json!({"error": {"type": kind, "message": "no"}});
    for kind in ["ownership_transfer", "transfer_ownership", "misdirected_request"] {
        assert!(kept::<ErrorResponse>(&error(kind)).error.r#type.is_known(), "{kind}");
    }
    let unknown = kept::<ErrorResponse>(&error("out_of_tea")).error.r#type;
    assert_eq!((unknown.as_str(), unknown.is_known()), ("out_of_tea", false));
    assert_ne!(unknown, ErrorType::Validation);
}

#[test]
fn a_region_is_any_string() {
    let error =
        json!({"error": {"type": "misdirected_request", "message": "no", "data": {"region": "fra-b"}}});
    kept::<ErrorResponse>(&error);
    let push = json!({"reason": "misdirected_connection", "data": {"region": "syd"}});
    passes("agent-rtm", "agent_disconnected", "push", &push);
    passes("customer-rtm", "customer_disconnected", "push", &push);
}
