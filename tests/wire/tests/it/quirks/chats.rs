//! Traps of chats, threads and properties.

use livechat_types::{
    agent, customer,
    shared::{self, PropertyValue},
};
use serde_json::{Value, json};

use super::{fails, json_of, kept, passes};

fn thread() -> Value {
    json!({"id": "TH7W2KD90C", "active": true, "created_at": "2024-03-11T09:14:02.35Z", "user_ids": []})
}

#[test]
fn a_chat_has_one_thread_or_several() {
    let one = json!({"id": "QJ4T8ZP1LX", "users": [], "thread": thread()});
    let several = json!({"id": "QJ4T8ZP1LX", "users": [], "threads": [thread(), thread()]});
    let none = json!({"id": "QJ4T8ZP1LX", "users": []});
    for api in ["agent", "customer"] {
        let (web, structures) = (format!("{api}-web"), format!("{api}-structures"));
        passes(&web, "get_chat", "response", &one);
        passes(&web, "get_chat", "response", &none);
        passes(&structures, "chat", "structure", &several);
    }
}

#[test]
fn a_misspelt_key_is_read_and_written_right() {
    let properties = json!({"routing": {"continuous": true}});
    let with = |object: Value, name: &str| {
        let mut object = object;
        object[name] = properties.clone();
        object
    };
    let chat = json!({"id": "QJ4T8ZP1LX", "users": []});
    let summary = json!({"id": "QJ4T8ZP1LX", "users": [], "active": true});
    let read: shared::Chat = serde_json::from_value(with(chat.clone(), "properites")).unwrap();
    assert_eq!(json_of(&read), with(chat.clone(), "properties"));
    let read: shared::ChatSummary = serde_json::from_value(with(chat.clone(), "properites")).unwrap();
    assert_eq!(json_of(&read), with(chat, "properties"));
    let read: customer::ChatSummary = serde_json::from_value(with(summary.clone(), "properites")).unwrap();
    assert_eq!(json_of(&read), with(summary, "properties"));
    let read: customer::Thread = serde_json::from_value(with(thread(), "properites")).unwrap();
    assert_eq!(json_of(&read), with(thread(), "properties"));
}

#[test]
fn summaries_differ_between_agents_and_customers() {
    let at = "2024-03-11T09:14:02.35Z";
    let agents = json!({
        "id": "QJ4T8ZP1LX", "users": [], "is_followed": true,
        "last_thread_summary": {"id": "t", "created_at": at, "user_ids": [], "active": true, "access": {"group_ids": [0]}}
    });
    kept::<shared::ChatSummary>(&agents);
    // As a login shows it.
    let less =
        json!({"id": "c", "users": [], "last_thread_summary": {"id": "t", "created_at": at, "user_ids": []}});
    kept::<shared::ChatSummary>(&less);
    let event = json!({"id": "e", "type": "message", "created_at": at, "author_id": "u", "text": "Hi"});
    let customers = json!({
        "id": "c", "users": [], "active": false, "last_thread_id": "t", "last_thread_created_at": at,
        "last_event_per_type": {"message": {"thread_id": "t", "thread_order": 3, "thread_created_at": at, "event": event}}
    });
    kept::<customer::ChatSummary>(&customers);
}

#[test]
fn a_last_event_may_be_out_of_reach() {
    let at = "2024-03-11T09:14:02.35Z";
    let summary = |last: Value| {
        let mut last = last;
        last["thread_id"] = "t".into();
        last["thread_created_at"] = at.into();
        json!({"id": "c", "users": [], "last_event_per_type": {"message": last}})
    };
    let event = json!({"id": "e", "type": "message", "created_at": at, "author_id": "u", "text": "Hi"});
    kept::<shared::ChatSummary>(&summary(json!({"event": event})));
    let hidden: shared::ChatSummary =
        kept(&summary(json!({"event": {"restricted_access": "not your group"}})));
    let last = &hidden.last_event_per_type.unwrap()["message"];
    assert!(matches!(last.event, Some(shared::RestrictableEvent::Restricted(_))));
    kept::<shared::ChatSummary>(&summary(json!({"restricted_access": "not your group"})));
}

#[test]
fn a_restricted_thread_may_have_events() {
    let mut thread = thread();
    thread["restricted_access"] = "not your group".into();
    kept::<shared::Thread>(&thread);
    thread["events"] = json!([]);
    kept::<shared::Thread>(&thread);
}

#[test]
fn a_thread_needs_little() {
    kept::<shared::Thread>(&thread());
    let mut more = thread();
    more["queues_duration"] = 12.into();
    more["tags"] = json!(["vip"]);
    more["queue"] = json!({"position": 1, "wait_time": 30, "queued_at": "2024-03-11T09:14:02.35Z"});
    for name in
        ["previous_thread_id", "next_thread_id", "previous_accessible_thread_id", "next_accessible_thread_id"]
    {
        more[name] = "TH0".into();
    }
    kept::<shared::Thread>(&more);
}

#[test]
fn access_has_three_shapes() {
    kept::<shared::Chat>(&json!({"id": "c", "users": [], "access": {"group_ids": [0]}}));
    let rule =
        json!({"access": {"groups": [3]}, "conditions": {"domain": {"values": [{"value": "example.org"}]}}});
    passes("configuration", "add_auto_access", "request", &rule);
    let definition = json!({"theme": {
        "type": "string", "access": {"chat": {"agent": ["read", "write"]}, "group": {"customer": ["read"]}}
    }});
    passes("configuration", "list_properties", "response", &definition);
}

#[test]
fn where_a_chat_came_from_stands_in_three_places() {
    let from = json!({"group_ids": [1], "agent_ids": ["ada@example.com"]});
    let chat = json!({"id": "c", "users": []});
    passes(
        "agent-rtm",
        "incoming_chat",
        "push",
        &json!({"requester_id": "u", "chat": chat, "transferred_from": from}),
    );
    passes("agent-rtm", "incoming_chat", "push", &json!({"chat": chat}));
    passes("webhooks", "incoming_chat", "webhook", &json!({"chat": chat}));
    let mut inside = chat.clone();
    inside["transferred_from"] = from;
    passes("customer-rtm", "incoming_chat", "push", &json!({"chat": inside}));
    passes("customer-rtm", "incoming_chat", "push", &json!({"chat": chat}));
}

#[test]
fn a_queue_is_a_position_or_a_yes() {
    kept::<shared::Queue>(&json!({"position": 1, "wait_time": 30}));
    let predicted = json!({"agent": {"id": "d6f1", "name": "Ada"}, "queue": true});
    passes("customer-web", "get_predicted_agent", "response", &predicted);
}

#[test]
fn threads_are_deleted_by_time_or_by_tag() {
    let from = "2024-03-01T00:00:00Z";
    for push in [
        json!({"tag": "old"}),
        json!({"date_from": from}),
        json!({"date_from": from, "date_to": from, "tag": "old"}),
    ] {
        passes("agent-rtm", "threads_deleted", "push", &push);
    }
}

#[test]
fn a_new_chat_may_bring_users_and_events() {
    let users = json!({"chat": {"users": [{"id": "1f6c", "type": "customer"}, {"id": "ada@example.com", "type": "agent"}]}});
    passes("agent-web", "start_chat", "request", &users);
    passes("customer-rtm", "start_chat", "request", &users);
    fails("customer-web", "start_chat", "request", &users, "`chat.users`");
    let started = json!({"chat_id": "c", "thread_id": "t"});
    passes("agent-web", "start_chat", "response", &started);
    let mut with_events = started;
    with_events["event_ids"] = json!(["e1", "e2"]);
    passes("agent-web", "start_chat", "response", &with_events);
    assert_eq!(json_of(&agent::StartChat::new()), json!({}));
}

#[test]
fn some_answers_differ_over_websocket() {
    passes("agent-web", "unfollow_chat", "response", &json!({}));
    passes("agent-rtm", "unfollow_chat", "response", &json!({"chat_id": "c"}));
    let agents = |name: &str| json!([{"agent_id": "ada@example.com", name: 3}]);
    passes("agent-web", "list_agents_for_transfer", "response", &agents("total_active_chats"));
    passes("agent-rtm", "list_agents_for_transfer", "response", &agents("active_chats"));
}

#[test]
fn customers_may_attach_an_event_to_the_last_thread() {
    let send =
        json!({"chat_id": "c", "event": {"type": "message", "text": "Hi"}, "attach_to_last_thread": true});
    passes("customer-web", "send_event", "request", &send);
    fails("agent-web", "send_event", "request", &send, "`attach_to_last_thread`");
}

#[test]
fn properties_have_two_levels_and_names_with_dots() {
    let properties: shared::Properties = kept(&json!({
        "7d3e1b0c": {"order": 48213, "gift": false, "note": "fragile"},
        "chats": {"queue.routing_priority": 1}
    }));
    assert_eq!(properties["7d3e1b0c"]["order"], PropertyValue::Integer(48213));
    assert_eq!(properties["7d3e1b0c"]["gift"], PropertyValue::Boolean(false));
    assert_eq!(properties["chats"]["queue.routing_priority"], PropertyValue::Integer(1));
}

#[test]
fn deleted_properties_are_lists_of_names() {
    let names = json!({"7d3e1b0c": ["order", "gift"]});
    let ids = [
        ("chat", json!({"chat_id": "c"})),
        ("thread", json!({"chat_id": "c", "thread_id": "t"})),
        ("event", json!({"chat_id": "c", "thread_id": "t", "event_id": "e"})),
    ];
    for (what, mut message) in ids {
        message["properties"] = names.clone();
        let action = format!("{what}_properties_deleted");
        passes("agent-rtm", &action, "push", &message);
        passes("customer-rtm", &action, "push", &message);
        passes("webhooks", &action, "webhook", &message);
    }
    passes("agent-web", "delete_chat_properties", "request", &json!({"id": "c", "properties": names}));
    let values = json!({"id": "c", "properties": {"7d3e1b0c": {"order": 1}}});
    fails("agent-web", "delete_chat_properties", "request", &values, "`properties.7d3e1b0c`");
}

#[test]
fn changed_properties_may_be_none() {
    passes("agent-rtm", "chat_properties_updated", "push", &json!({"chat_id": "c", "properties": {}}));
    let one = json!({"chat_id": "c", "properties": {"routing": {"pinned": true}}});
    passes("agent-rtm", "chat_properties_updated", "push", &one);
}

#[test]
fn properties_stand_alone_or_under_their_name() {
    let properties = json!({"7d3e1b0c": {"theme": "dark"}});
    passes("configuration", "update_license_properties", "request", &json!({"properties": properties}));
    passes("configuration", "list_license_properties", "response", &properties);
    passes(
        "configuration",
        "list_groups_properties",
        "response",
        &json!([{"id": 3, "properties": properties}]),
    );
    passes("agent-structures", "properties", "structure", &json!({"properties": properties}));
}
