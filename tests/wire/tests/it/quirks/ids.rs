//! Traps of identifiers and times.

use livechat_types::{agent, shared};
use serde_json::json;

use super::{fails, json_of, kept, passes};

#[test]
fn the_id_of_a_chat_has_the_name_of_its_action() {
    let id = json!({"id": "QJ4T8ZP1LX"});
    for action in ["deactivate_chat", "follow_chat", "unfollow_chat", "transfer_chat"] {
        passes("agent-web", action, "request", &id);
    }
    passes("customer-web", "deactivate_chat", "request", &id);
    passes("agent-web", "resume_chat", "request", &json!({"chat": id}));
    let properties = json!({"id": "QJ4T8ZP1LX", "properties": {}});
    for action in ["update_chat_properties", "delete_chat_properties"] {
        passes("agent-web", action, "request", &properties);
        passes("customer-web", action, "request", &properties);
    }
    let access = json!({"id": "QJ4T8ZP1LX", "access": {"group_ids": [0]}});
    passes("agent-rtm", "chat_access_updated", "push", &access);
    passes("webhooks", "chat_access_updated", "webhook", &access);
    passes("agent-web", "get_chat", "request", &json!({"chat_id": "QJ4T8ZP1LX"}));
    fails("agent-web", "get_chat", "request", &id, "`chat_id`");
}

#[test]
fn the_id_of_a_customer_has_four_names() {
    let id = json!({"id": "1f6c3c1e"});
    passes("agent-web", "get_customer", "request", &id);
    passes("agent-web", "ban_customer", "request", &json!({"id": "1f6c3c1e", "ban": {"days": 2}}));
    passes(
        "agent-rtm",
        "customer_left",
        "push",
        &json!({"id": "1f6c3c1e", "left_at": "2024-03-11T09:14:02Z"}),
    );
    let customer_id = json!({"customer_id": "1f6c3c1e"});
    passes("agent-web", "create_customer", "response", &customer_id);
    passes("agent-rtm", "customer_banned", "push", &json!({"customer_id": "1f6c3c1e", "ban": {"days": 2}}));
    let user =
        json!({"chat_id": "QJ4T8ZP1LX", "user_id": "1f6c3c1e", "user_type": "customer", "visibility": "all"});
    passes("agent-web", "add_user_to_chat", "request", &user);
    let token = json!({"access_token": "fra:t", "entity_id": "1f6c3c1e", "expires_in": 28800, "token_type": "Bearer"});
    passes("accounts", "issue_customer_token", "response", &token);
}

#[test]
fn the_id_of_a_group_has_the_name_of_its_action() {
    passes("configuration", "update_group_properties", "request", &json!({"group_id": 3, "properties": {}}));
    passes("configuration", "delete_group_properties", "request", &json!({"id": 3, "properties": {}}));
    passes("configuration", "list_groups_properties", "request", &json!({"group_ids": [3]}));
    passes("customer-web", "list_group_properties", "request", &json!({"id": 3}));
}

#[test]
fn an_agent_is_an_address_to_agents_and_a_code_to_customers() {
    let agent = json!({"id": "ada@example.com", "type": "agent", "name": "Ada", "email": "ada@example.com", "present": true, "visibility": "all"});
    kept::<shared::User>(&agent);
    let agent =
        json!({"id": "d6f1c0de", "type": "agent", "name": "Ada", "job_title": "Host", "present": true});
    kept::<livechat_types::customer::User>(&agent);
}

#[test]
fn ids_of_groups_are_numbers_except_as_keys_and_in_limits() {
    let multicast = |groups| json!({"recipients": {"agents": {"groups": groups}}, "content": {}});
    passes("agent-web", "multicast", "request", &multicast(json!([0, 3])));
    fails("agent-web", "multicast", "request", &multicast(json!(["3"])), "`recipients.agents.groups[0]`");
    let target = |kind: &str, ids| json!({"id": "QJ4T8ZP1LX", "target": {"type": kind, "ids": ids}});
    passes("agent-web", "transfer_chat", "request", &target("group", json!([0, 3])));
    passes("agent-web", "transfer_chat", "request", &target("agent", json!(["ada@example.com"])));
    let statuses = json!({"groups_status": {"0": "online", "3": "offline"}});
    passes("customer-web", "list_group_statuses", "response", &statuses);
    let limits = json!([
        {"resource": "groups_per_agent", "limit_balance": -2, "id": "ada@example.com"},
        {"resource": "group_chooser_groups", "limit_balance": 1, "id": "0"},
        {"resource": "groups", "limit_balance": 4},
        {"resource": "groups", "limit_balance": 4, "id": "3"}
    ]);
    passes("configuration", "check_product_limits_for_plan", "response", &limits);
    kept::<shared::Access>(&json!({"group_ids": [0]}));
}

#[test]
fn the_id_of_a_license_is_a_string() {
    let license = json!({
        "license_id": "10402", "expires_at": "2030-01-01T00:00:00Z", "created_at": "2020-01-01T00:00:00Z", "in_trial": false
    });
    passes("agent-web", "get_license_info", "response", &license);
    kept::<agent::License>(&json!({"id": "10402", "organization_id": "o1"}));
}

#[test]
fn the_id_of_an_answer_is_a_string_or_a_number() {
    for id in [json!("2"), json!(2)] {
        let field = json!({
            "type": "group_chooser", "id": "f1", "label": "Where to?", "answer": {"id": id, "group_id": 3, "label": "Sales"}
        });
        kept::<shared::FilledFormField>(&field);
    }
    let report = json!({"records": [{
        "form_id": "f1", "count": 2,
        "fields": [{"field_id": "f2", "label": "Why?", "answers": [{"answer_id": 1, "label": "Just so", "count": 2}]}]
    }]});
    passes("reports", "chats/forms", "response", &report);
}

#[test]
fn no_id_has_to_be_a_uuid() {
    let event = |id: &str, author: &str| json!({"id": id, "type": "message", "created_at": "2024-03-11T09:14:02Z", "author_id": author, "text": "Hi"});
    kept::<shared::Event>(&event("TH7W2KD90C_4", "1f6c3c1e-0d0c-4f0e-9a443b0a5b1f8d21"));
    kept::<shared::Event>(&event("TH7W2KD90C", "not-a-uuid"));
    assert_eq!(json_of(&agent::UpdateCustomer::new("not-a-uuid")), json!({"id": "not-a-uuid"}));
    kept::<agent::License>(&json!({"id": "1", "organization_id": "zzzz-not-hexadecimal"}));
}

#[test]
fn a_greeting_has_a_number_and_each_showing_a_string() {
    let both = json!({"greeting_id": 7, "unique_id": "G1"});
    passes("customer-web", "accept_greeting", "request", &both);
    passes("customer-web", "cancel_greeting", "request", &json!({"unique_id": "G1"}));
    let page = json!({"customer_id": "1f6c3c1e", "visit_id": 41, "opened_at": "2024-03-11T09:14:02Z", "url": "https://shop.example.org"});
    passes("agent-rtm", "customer_page_updated", "push", &page);
}

#[test]
fn a_tag_is_its_name() {
    passes("configuration", "delete_tag", "request", &json!({"name": "Vip"}));
    passes("agent-web", "tag_thread", "request", &json!({"chat_id": "c", "thread_id": "t", "tag": "Vip"}));
    fails("configuration", "delete_tag", "request", &json!({"id": 3}), "`name`");
}

#[test]
fn instants_are_read_with_any_offset_and_fraction() {
    let instants = [
        "2024-03-11T09:14:02.350000Z",
        "2024-03-11T10:14:02.350000+01:00",
        "2024-03-11T09:14:02.35Z",
        "2024-03-11T09:14:02.350000-00:00",
    ];
    for at in instants {
        let request = json!({"chat_id": "c", "seen_up_to": at});
        let read: agent::MarkEventsAsSeen = serde_json::from_value(request).unwrap();
        assert_eq!(json_of(&read)["seen_up_to"], "2024-03-11T09:14:02.35Z", "{at}");
    }
    let channel = json!([{"channel_type": "code", "channel_subtype": "", "first_activity_timestamp": "2024-03-11T09:14:02Z"}]);
    passes("configuration", "list_channels", "response", &channel);
    let no_instant = json!({"chat_id": "c", "seen_up_to": "2024-13-11T09:14:02Z"});
    let error = serde_json::from_value::<agent::MarkEventsAsSeen>(no_instant).unwrap_err().to_string();
    assert!(error.contains("month"), "{error}");
}

#[test]
fn some_times_are_seconds_and_some_are_instants() {
    let typing = json!({"author_id": "ada@example.com", "timestamp": 1_710_148_442, "is_typing": true, "visibility": "all"});
    let push = json!({"chat_id": "c", "thread_id": "t", "typing_indicator": typing});
    passes("agent-rtm", "incoming_typing_indicator", "push", &push);
    let push = json!({"chat_id": "c", "thread_id": "t", "sneak_peek": {"author_id": "1f6c", "text": "We", "timestamp": 1_710_148_442}});
    passes("agent-rtm", "incoming_sneak_peek", "push", &push);
    let license = json!({
        "id": "1", "organization_id": "o1", "expiration_timestamp": 1_893_456_000, "creation_timestamp": 1_577_836_800
    });
    kept::<agent::License>(&license);
}

#[test]
fn days_and_hours_are_no_instants() {
    kept::<agent::License>(
        &json!({"id": "1", "organization_id": "o1", "website_last_activity": "2024-03-11"}),
    );
    let scheduler = json!({
        "timezone": "Europe/Lisbon", "schedule": [{"day": "monday", "enabled": true, "start": "08:30", "end": "24:00"}]
    });
    kept::<shared::WorkScheduler>(&scheduler);
    let record = json!({"records": {"2024-03-11": {"count": 1, "duration": 12}}});
    passes("reports", "chats/duration", "response", &record);
}

#[test]
fn a_property_may_exceed_32_bits() {
    kept::<shared::Properties>(&json!({"routing": {"last_transfer_timestamp": 71_234_567_890_i64}}));
}

#[test]
fn the_time_in_a_queue_has_two_names() {
    let push = |name: &str| {
        let mut queue = json!({"position": 2, "wait_time": 90});
        queue[name] = "2024-03-11T09:14:02.350000Z".into();
        json!({"chat_id": "c", "reason": "manual", "transferred_to": {"group_ids": [3]}, "queue": queue})
    };
    passes("agent-rtm", "chat_transferred", "push", &push("queued_at"));
    for name in ["queued_at_us", "queued_at"] {
        passes("webhooks", "chat_transferred", "webhook", &push(name));
    }
    kept::<shared::Queue>(&json!({"position": 2, "wait_time": 90}));
}
