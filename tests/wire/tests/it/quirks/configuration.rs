//! Traps of the Configuration API.

use livechat_types::{
    configuration::{BotTemplate, CreateBot, CreateTag, ListGroupsProperties, ListTags, NewWorkScheduler},
    shared::Scope,
};
use serde_json::{Value, json};
use wire_tests::{SHAPES, find};

use super::{fails, info, json_of, kept, passes};

#[test]
fn a_day_may_have_several_working_hours() {
    let schedule = json!([
        {"day": "monday", "enabled": true, "start": "08:00", "end": "12:00"},
        {"day": "monday", "enabled": true, "start": "13:00", "end": "17:30"}
    ]);
    for scheduler in
        [json!({"timezone": "Europe/Lisbon", "schedule": schedule}), json!({"schedule": schedule})]
    {
        let _ = kept::<NewWorkScheduler>(&scheduler);
        let request = json!({"id": "ada@example.com", "name": "Ada", "work_scheduler": scheduler});
        passes("configuration", "create_agent", "request", &request);
        passes("configuration", "update_agent", "request", &request);
    }
    let old =
        json!({"id": "ada@example.com", "work_scheduler": {"monday": {"start": "08:00", "end": "12:00"}}});
    fails("configuration", "update_agent", "request", &old, "`schedule`");
}

#[test]
fn an_agents_avatar_has_the_name_of_its_action() {
    let agent = |own: Value| {
        let mut agent = json!({
            "id": "ada@example.com", "account_id": "b7ef", "name": "Ada", "role": "owner", "login_status": "accepting chats"
        });
        agent.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        agent
    };
    passes("configuration", "get_agent", "response", &agent(json!({"avatar": "a.png"})));
    passes("configuration", "get_agent", "response", &agent(json!({})));
    let listed = agent(json!({"avatar_path": "a.png", "summaries": ["daily_summary"]}));
    passes("configuration", "list_agents", "response", &json!([listed]));
    kept::<BotTemplate>(&json!({"id": "5f1c", "name": "Bot", "avatar": "b.png"}));
}

#[test]
fn the_owner_is_required_where_every_token_needs_it() {
    for action in ["create_bot_template", "list_bot_templates", "list_properties", "list_webhooks"] {
        let request = find("configuration", action, "request").unwrap();
        let errors = request.round_trip(r#"{"name": "Bot"}"#).unwrap_err();
        assert!(errors[0].contains("`owner_client_id`"), "{action}: {errors:?}");
    }
    for action in ["enable_license_webhooks", "disable_license_webhooks", "get_license_webhooks_state"] {
        passes("configuration", action, "request", &json!({}));
        passes("configuration", action, "request", &json!({"owner_client_id": "7d3e"}));
    }
    assert_eq!(json_of(&CreateBot::new("Bot")), json!({"name": "Bot"}));
    passes("configuration", "reset_bot_secret", "request", &json!({"id": "5f1c"}));
}

#[test]
fn fields_to_return_are_a_list_that_may_be_left_out() {
    for action in ["get_bot", "get_agent"] {
        passes("configuration", action, "request", &json!({"id": "5f1c"}));
        passes("configuration", action, "request", &json!({"id": "5f1c", "fields": []}));
    }
    passes("configuration", "list_bots", "request", &json!({"all": true, "fields": ["groups", "timezone"]}));
}

#[test]
fn actions_have_the_names_of_their_addresses() {
    let actions = [
        "list_auto_accesses",
        "enable_license_webhooks",
        "disable_license_webhooks",
        "get_product_source",
        "suspend_agent",
        "unsuspend_agent",
        "approve_agent",
        "check_product_limits_for_plan",
    ];
    for action in actions {
        let path = info("configuration", action).http.unwrap().path;
        assert_eq!(path, format!("/v3.5/configuration/action/{action}"));
    }
}

#[test]
fn scopes_off_the_scopes_page_are_known() {
    for scope in ["bots.templates:rw", "reports_read", "multicast:ro"] {
        assert!(Scope::from(scope).is_known(), "{scope}");
    }
    for action in crate::samples::actions() {
        for scope in action.scopes.names() {
            assert!(Scope::from(*scope).is_known(), "{scope} of {}", action.name);
        }
    }
}

#[test]
fn a_membership_needs_a_group_and_a_priority() {
    let groups = json!([{"id": 0, "priority": "normal"}, {"id": 3, "priority": "supervisor"}]);
    for (action, who) in [("create_bot", json!({"name": "Bot"})), ("update_bot", json!({"id": "5f1c"}))] {
        let mut request = who;
        passes("configuration", action, "request", &request);
        request["groups"] = groups.clone();
        passes("configuration", action, "request", &request);
        request["groups"] = json!([{"priority": "first"}]);
        fails("configuration", action, "request", &request, "`id`");
    }
}

#[test]
fn priorities_are_keyed_by_agent() {
    let priorities = json!({"ada@example.com": "normal", "5f1c": "last"});
    let request = json!({"name": "Sales", "language_code": "pl", "agent_priorities": priorities});
    passes("configuration", "create_group", "request", &request);
    let group = json!({"id": 3, "name": "Sales", "language_code": "pl", "agent_priorities": priorities});
    passes("configuration", "get_group", "response", &group);
}

#[test]
fn a_group_may_come_with_fields_that_were_not_asked_for() {
    let least = json!({"id": 3, "name": "Sales", "language_code": "pl"});
    let mut more = least.clone();
    more["routing_status"] = "accepting_chats".into();
    passes("configuration", "list_groups", "response", &json!([least, more]));
    passes("configuration", "get_group", "response", &least);
}

#[test]
fn secrets_of_bots_are_secret() {
    for (action, answer) in [
        ("create_bot", json!({"id": "5f1c", "secret": "keep-me"})),
        ("create_bot_template", json!({"id": "5f1c", "secret": "keep-me"})),
        ("reset_bot_secret", json!({"secret": "keep-me"})),
        ("reset_bot_template_secret", json!({"secret": "keep-me"})),
        ("issue_bot_token", json!({"token": "keep-me"})),
    ] {
        passes("configuration", action, "response", &answer);
        let shown = find("configuration", action, "response").unwrap().debug(&answer.to_string()).unwrap();
        assert!(!shown.contains("keep-me"), "{action}: {shown}");
    }
}

#[test]
fn an_empty_list_of_groups_is_sent() {
    assert_eq!(json_of(&ListGroupsProperties::new(Vec::<i64>::new())), json!({"group_ids": []}));
    assert_eq!(json_of(&CreateTag::new("vip")), json!({"name": "vip"}));
    passes("configuration", "create_tag", "request", &json!({"name": "vip", "group_ids": []}));
    passes("configuration", "update_tag", "request", &json!({"name": "vip", "group_ids": []}));
    assert_eq!(json_of(&ListTags::new()), json!({}));
    fails("configuration", "list_tags", "request", &json!({"filters": {}}), "`group_ids`");
}

#[test]
fn actions_of_older_versions_are_gone() {
    let gone = ["get_license_id", "get_organization_id", "list_auto_access", "enable_license_webhook"];
    assert!(SHAPES.iter().all(|shape| !gone.contains(&shape.action)));
}

#[test]
fn definitions_of_properties_are_keyed_by_name_alone() {
    let definitions = json!({
        "theme": {"type": "string", "description": "", "access": {"chat": {"agent": ["read"]}}, "public_access": ["read"]},
        "level": {"type": "int", "access": {}, "range": {"from": 1, "to": 5}, "domain": [1, 2], "default_value": 1}
    });
    passes("configuration", "list_properties", "response", &definitions);
}

#[test]
fn a_default_may_be_registered_for_any_place() {
    for (kind, default, domain) in [
        ("string", json!("dark"), json!(["dark", "light"])),
        ("int", json!(1), json!([1, 2])),
        ("bool", json!(true), json!([true])),
    ] {
        let request = json!({
            "name": "theme", "owner_client_id": "7d3e", "type": kind, "access": {"chat": {"customer": ["read", "write"]}},
            "domain": domain, "default_value": default
        });
        passes("configuration", "register_property", "request", &request);
    }
}

#[test]
fn configured_properties_are_keyed_by_place() {
    let answer = json!({"buttons": [], "integrations": {}, "properties": {"group": {}, "license": {"7d3e": {"theme": "dark"}}}});
    passes("customer-web", "get_configuration", "response", &answer);
}
