//! Traps of words that mean several things, and of what is absent, empty or null.

use livechat_types::{
    agent::{self, ResumeChat, ResumedChat},
    configuration::{AssignableRole, LoginStatus, UpdateAutoAccess},
    shared::{AgentRole, RoutingStatus},
};
use serde_json::{Value, json};

use super::{fails, json_of, passes};

#[test]
fn a_routing_status_is_read_in_both_spellings() {
    for (spelling, status) in [
        ("accepting_chats", RoutingStatus::AcceptingChats),
        ("accepting chats", RoutingStatus::AcceptingChats),
        ("not_accepting_chats", RoutingStatus::NotAcceptingChats),
        ("not accepting chats", RoutingStatus::NotAcceptingChats),
        ("offline", RoutingStatus::Offline),
    ] {
        assert_eq!(RoutingStatus::from(spelling), status);
        let webhook = json!({"agent_id": "ada@example.com", "status": spelling});
        passes("webhooks", "routing_status_set", "webhook", &webhook);
    }
    assert_eq!(RoutingStatus::AcceptingChats.as_str(), "accepting_chats");
    // The Configuration API writes its own with spaces.
    assert_eq!(LoginStatus::from("not_accepting_chats").as_str(), "not accepting chats");
}

#[test]
fn groups_have_one_status_for_agents_and_one_for_customers() {
    let statuses =
        json!({"groups": [{"id": 0, "status": "accepting_chats"}, {"id": 3, "status": "offline"}]});
    passes("agent-rtm", "groups_status_updated", "push", &statuses);
    fails("customer-rtm", "groups_status_updated", "push", &statuses, "`groups[0].status` is not known");
    let statuses =
        json!({"groups": [{"id": 0, "status": "online"}, {"id": 3, "status": "online_for_queue"}]});
    passes("customer-rtm", "groups_status_updated", "push", &statuses);
    let map = json!({"groups_status": {"0": "online", "3": "online_for_queue", "4": "offline"}});
    passes("customer-web", "list_group_statuses", "response", &map);
    passes("customer-web", "list_group_statuses", "response", &json!({"groups_status": {}}));
    for request in [json!({"all": true}), json!({"group_ids": [3]})] {
        passes("customer-web", "list_group_statuses", "request", &request);
    }
    let group = json!({"id": 3, "name": "Sales", "language_code": "pl", "routing_status": "offline"});
    passes("configuration", "get_group", "response", &group);
}

#[test]
fn groups_is_a_name_of_five_shapes() {
    let member = json!({"id": "ada@example.com", "name": "Ada", "groups": [{"id": 3, "priority": "first"}]});
    passes("configuration", "create_agent", "request", &member);
    let rule = json!({"access": {"groups": [3]}, "conditions": {}});
    passes("configuration", "add_auto_access", "request", &rule);
    let status = json!({"groups": [{"id": 3, "status": "offline"}]});
    passes("agent-rtm", "groups_status_updated", "push", &status);
    let multicast = json!({"recipients": {"agents": {"groups": [3]}}, "content": 1});
    passes("agent-web", "multicast", "request", &multicast);
    passes("reports", "chats/tags", "request", &json!({"filters": {"groups": {"values": [3]}}}));
}

#[test]
fn fields_is_a_name_of_two_shapes() {
    for action in ["get_agent", "get_bot"] {
        passes("configuration", action, "request", &json!({"id": "a", "fields": ["groups", "job_title"]}));
    }
    passes("configuration", "get_group", "request", &json!({"id": 3, "fields": ["agent_priorities"]}));
    let event = json!({"type": "filled_form", "form_id": "f1", "fields": [{"type": "name", "id": "f2", "label": "Name", "answer": "Nadia"}]});
    passes("agent-web", "send_event", "request", &json!({"chat_id": "c", "event": event}));
}

#[test]
fn type_is_a_name_of_many_sets() {
    passes(
        "agent-web",
        "transfer_chat",
        "request",
        &json!({"id": "c", "target": {"type": "group", "ids": [3]}}),
    );
    let multicast = json!({"recipients": {}, "content": 1, "type": "anything at all"});
    passes("agent-web", "multicast", "request", &multicast);
    let property =
        json!({"name": "theme", "owner_client_id": "7d3e", "type": "tokenized_string", "access": {}});
    passes("configuration", "register_property", "request", &property);
    let user = json!({"chat_id": "c", "user_id": "u", "user_type": "agent"});
    passes("agent-web", "remove_user_from_chat", "request", &user);
}

#[test]
fn a_multicast_may_have_a_type_and_an_author() {
    for own in [json!({}), json!({"type": "news", "author_id": "ada@example.com"})] {
        let mut push = json!({"content": {"a": 1}});
        push.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        passes("agent-rtm", "incoming_multicast", "push", &push);
        passes("customer-rtm", "incoming_multicast", "push", &push);
    }
    let customers = json!({"recipients": {"customers": {"ids": ["1f6c"]}}, "content": 1});
    fails("agent-web", "multicast", "request", &customers, "`recipients.customers`");
}

#[test]
fn reasons_are_open() {
    let push = |reason: Option<&str>| {
        let mut push = json!({"chat_id": "c", "transferred_to": {"agent_ids": ["a"]}});
        if let Some(reason) = reason {
            push["reason"] = reason.into();
        }
        push
    };
    for reason in ["manual", "inactive", "assigned", "unassigned", "other"] {
        passes("agent-rtm", "chat_transferred", "push", &push(Some(reason)));
    }
    passes("customer-rtm", "chat_transferred", "push", &push(None));
    let moved: agent::ChatTransferred = serde_json::from_value(push(Some("whim"))).unwrap();
    assert_eq!(moved.reason.as_str(), "whim");
    let added = json!({"chat_id": "c", "reason": "whim", "user_id": "u"});
    passes("agent-rtm", "user_removed_from_chat", "push", &added);
}

#[test]
fn both_spellings_of_a_wrong_region_are_known() {
    for reason in
        ["misdirected_request", "misdirected_connection", "connection_evicted", "access_token_revoked"]
    {
        passes("agent-rtm", "agent_disconnected", "push", &json!({"reason": reason}));
    }
    let customers = [
        "customer_temporarily_blocked",
        "service_temporarily_unavailable",
        "logged_out_remotely",
        "misdirected_connection",
        "connection_evicted",
        // Only LiveChat's own client names these.
        "customer_banned",
        "inactivity_timeout",
        "product_version_changed",
    ];
    for reason in customers {
        passes("customer-rtm", "customer_disconnected", "push", &json!({"reason": reason}));
    }
}

#[test]
fn an_owner_is_read_and_not_assigned() {
    assert_eq!(AgentRole::from("owner"), AgentRole::Owner);
    assert!(!AssignableRole::from("owner").is_known());
    for role in ["viceowner", "administrator", "normal"] {
        assert!(AssignableRole::from(role).is_known() && AgentRole::from(role).is_known(), "{role}");
    }
}

#[test]
fn an_empty_next_id_is_not_an_absent_one() {
    let rule = || UpdateAutoAccess::new("r1");
    assert_eq!(json_of(&rule()), json!({"id": "r1"}));
    assert_eq!(json_of(&rule().next_id("")), json!({"id": "r1", "next_id": ""}));
    assert_eq!(json_of(&rule().next_id("r2")), json!({"id": "r1", "next_id": "r2"}));
    let last =
        json!([{"id": "r1", "access": {"groups": [0]}, "conditions": {}, "next_id": "", "description": ""}]);
    passes("configuration", "list_auto_accesses", "response", &last);
}

#[test]
fn false_is_not_absence() {
    let resume = || ResumeChat::new(ResumedChat::new("c"));
    assert_eq!(json_of(&resume()), json!({"chat": {"id": "c"}}));
    assert_eq!(json_of(&resume().continuous(false)), json!({"chat": {"id": "c"}, "continuous": false}));
}

#[test]
fn null_is_read_as_absence_and_never_sent() {
    let read: agent::UpdateCustomer = serde_json::from_value(json!({"id": "1f6c", "name": null})).unwrap();
    assert_eq!(read, agent::UpdateCustomer::new("1f6c"));
    assert_eq!(json_of(&read), json!({"id": "1f6c"}));
    let required = serde_json::from_value::<agent::UpdateCustomer>(json!({"id": null}));
    assert!(required.is_err());
}

#[test]
fn what_was_created_may_have_empty_fields_and_what_was_updated_few() {
    let created = json!({
        "id": "ada@example.com", "name": "Ada", "role": "normal", "awaiting_approval": false, "groups": [], "notifications": [],
        "email_subscriptions": [], "job_title": "", "mobile": ""
    });
    let rules: [(&str, Value); 4] = [
        ("agent_created", created),
        ("agent_updated", json!({"id": "ada@example.com", "job_title": ""})),
        ("bot_updated", json!({"id": "5f1c0de"})),
        ("group_updated", json!({"id": 3, "name": "Sales"})),
    ];
    for (action, message) in rules {
        passes("agent-rtm", action, "push", &message);
        passes("webhooks", action, "webhook", &message);
    }
    let added = json!([{
        "id": "r1", "status": "added", "description": "", "next_id": "", "access": {"groups": [0]}, "conditions": {}
    }]);
    passes("agent-rtm", "auto_accesses_updated", "push", &added);
}

#[test]
fn an_empty_string_stays_one() {
    let channel = json!([{"channel_type": "code", "channel_subtype": "", "first_activity_timestamp": "2024-03-11T09:14:02Z"}]);
    passes("configuration", "list_channels", "response", &channel);
    let tag =
        json!([{"name": "vip", "group_ids": [], "created_at": "2024-03-11T09:14:02Z", "author_id": ""}]);
    passes("configuration", "list_tags", "response", &tag);
}
