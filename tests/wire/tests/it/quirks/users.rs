//! Traps of users.

use livechat_types::{agent, customer, shared, webhooks};
use serde_json::{Value, json};

use super::{fails, json_of, kept, passes};

#[test]
fn users_are_told_apart_by_their_type() {
    let users = json!([
        {"type": "agent", "id": "ada@example.com", "name": "Ada", "email": "ada@example.com", "present": true, "visibility": "all"},
        {"type": "customer", "id": "1f6c3c1e", "present": false},
        {"type": "ghost", "id": "?", "transparent": true}
    ]);
    let users: Vec<shared::User> = kept(&users);
    assert!(matches!(
        &users[..],
        [shared::User::Agent(_), shared::User::Customer(_), shared::User::Unknown(_)]
    ));
    let users = json!([
        {"type": "agent", "id": "d6f1c0de", "name": "Ada", "job_title": "Host", "present": true},
        {"type": "customer", "id": "1f6c3c1e", "present": true},
        {"type": "ghost"}
    ]);
    let users: Vec<customer::User> = kept(&users);
    assert!(matches!(
        &users[..],
        [customer::User::Agent(_), customer::User::Customer(_), customer::User::Unknown(_)]
    ));
}

#[test]
fn some_users_stand_without_type_or_presence() {
    let login = json!({"customer": {"id": "1f6c3c1e", "name": "Nadia"}, "has_active_thread": false});
    passes("customer-rtm", "login", "response", &login);
    let greeting = |agent: &Value| {
        json!({
            "id": 7, "unique_id": "G1", "displayed_first_time": true, "agent": agent,
            "event": {"type": "message", "id": "e1", "created_at": "2024-03-11T09:14:02.35Z", "author_id": "d6f1", "text": "Hi"}
        })
    };
    let agents = [
        json!({"id": "d6f1", "name": "Ada", "avatar": "a.png", "is_bot": false}),
        json!({"id": "d6f1", "name": "Ada", "type": "agent", "job_title": "Host"}),
    ];
    for agent in agents {
        passes("customer-rtm", "incoming_greeting", "push", &greeting(&agent));
        passes("customer-web", "get_predicted_agent", "response", &json!({"agent": agent, "queue": false}));
    }
}

#[test]
fn an_agent_may_lack_visibility() {
    kept::<shared::User>(&json!({"type": "agent", "id": "ada@example.com", "name": "Ada", "present": true}));
    let profile = json!({
        "type": "agent", "id": "ada@example.com", "name": "Ada", "email": "ada@example.com", "permission": "owner",
        "routing_status": "offline"
    });
    passes("agent-structures", "myProfile", "structure", &profile);
}

#[test]
fn a_customer_needs_nothing_but_an_id() {
    let least = json!({"type": "customer", "id": "1f6c3c1e"});
    kept::<shared::User>(&least);
    passes("agent-rtm", "incoming_customer", "push", &least);
    let more = json!({
        "type": "customer", "id": "1f6c3c1e", "followed": false, "online": true, "group_ids": [3], "state": "browsing",
        "statistics": {"chats_count": 1}
    });
    kept::<shared::User>(&more);
    let one = json!({"type": "customer", "id": "1f6c3c1e", "chat_ids": ["QJ4T8ZP1LX"]});
    passes("agent-web", "get_customer", "response", &one);
}

#[test]
fn private_fields_are_read_and_others_passed_over() {
    let customer = json!({"type": "customer", "id": "1f6c3c1e", "__priv_lc2_customer_id": "S1.7"});
    kept::<shared::User>(&customer);
    passes("agent-web", "get_customer", "response", &customer);
    let unknown = json!({"type": "customer", "id": "1f6c3c1e", "__priv_mood": "glad"});
    let read: shared::User = serde_json::from_value(unknown).unwrap();
    assert_eq!(json_of(&read), json!({"type": "customer", "id": "1f6c3c1e"}));
}

#[test]
fn an_avatar_is_any_string() {
    let user = |avatar| json!({"type": "agent", "id": "ada@example.com", "name": "Ada", "avatar": avatar});
    for avatar in ["cdn.example.com/faces/ada.png", "https://cdn.example.com/ada.png", ""] {
        kept::<shared::User>(&user(avatar));
    }
}

#[test]
fn coordinates_are_strings_and_optional() {
    let visit =
        |place| json!({"started_at": "2024-03-11T09:14:02Z", "ip": "<somewhere>", "geolocation": place});
    kept::<shared::Visit>(&visit(json!({"latitude": "51.1", "longitude": "17.03", "city": "Wroclaw"})));
    kept::<shared::Visit>(&visit(json!({})));
    kept::<shared::User>(&json!({"type": "customer", "id": "1f6c3c1e", "last_visit": {"ip": "<somewhere>"}}));
}

#[test]
fn session_fields_keep_order_and_repetition() {
    let fields = json!([{"z": "1"}, {"a": "2"}, {"z": "3"}]);
    passes("agent-web", "create_customer", "request", &json!({"session_fields": fields}));
    passes("customer-web", "set_customer_session_fields", "request", &json!({"session_fields": fields}));
    kept::<shared::SessionFields>(&fields);
}

#[test]
fn an_update_holds_only_what_was_set() {
    let update = agent::UpdateCustomer::new("1f6c3c1e").name("Nadia");
    assert_eq!(json_of(&update), json!({"id": "1f6c3c1e", "name": "Nadia"}));
    assert_eq!(json_of(&customer::UpdateCustomer::new().email("")), json!({"email": ""}));
}

#[test]
fn a_customer_is_asked_for_by_id_or_not_at_all() {
    passes("agent-web", "get_customer", "request", &json!({"id": "1f6c3c1e"}));
    fails("agent-web", "get_customer", "request", &json!({}), "`id`");
    assert_eq!(json_of(&customer::GetCustomer::new()), json!({}));
    passes("customer-web", "get_customer", "response", &json!({"id": "1f6c3c1e", "type": "customer"}));
}

#[test]
fn webhooks_about_users_may_say_their_type() {
    let removed =
        json!({"chat_id": "c", "user_id": "ada@example.com", "user_type": "agent", "reason": "manual"});
    kept::<webhooks::UserRemovedFromChatWebhook>(&removed);
    passes(
        "webhooks",
        "user_removed_from_chat",
        "webhook",
        &json!({"chat_id": "c", "user_id": "u", "reason": "manual"}),
    );
    passes(
        "agent-rtm",
        "user_removed_from_chat",
        "push",
        &json!({"chat_id": "c", "user_id": "u", "reason": "manual"}),
    );
    let user = json!({"type": "agent", "id": "ada@example.com", "name": "Ada"});
    for kind in [Some("agent"), None] {
        let mut added = json!({"chat_id": "c", "user": user, "reason": "manual"});
        if let Some(kind) = kind {
            added["user_type"] = kind.into();
        }
        passes("webhooks", "user_added_to_chat", "webhook", &added);
    }
}
