//! The Configuration API keeps state by the documented rules.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::support::Mock;

#[tokio::test]
async fn agents_are_created_changed_suspended_and_deleted() {
    let mock = Mock::start().await;
    let new = json!({"id": "nora@example.com", "name": "Nora", "role": "administrator", "groups": [{"id": 1, "priority": "first"}], "max_chats_count": 3});
    mock.configuration("create_agent", new.clone()).await.ok();
    assert_eq!(mock.configuration("create_agent", new).await.error(), "already_exists");
    let read = |fields: Value| json!({"id": "nora@example.com", "fields": fields});
    let plain = mock.configuration("get_agent", read(json!([]))).await.ok();
    assert_eq!(
        (&plain["role"], &plain["login_status"]),
        (&json!("administrator"), &json!("not accepting chats"))
    );
    assert!(plain.get("groups").is_none(), "fields are given where they are asked for");
    mock.configuration("update_agent", json!({"id": "nora@example.com", "job_title": "Lead"})).await.ok();
    mock.configuration("suspend_agent", json!({"id": "nora@example.com"})).await.ok();
    let full = mock
        .configuration("get_agent", read(json!(["groups", "job_title", "suspended", "max_chats_count"])))
        .await
        .ok();
    assert_eq!(full["groups"], json!([{"id": 1, "priority": "first"}]));
    assert_eq!(
        (&full["job_title"], &full["suspended"], &full["max_chats_count"]),
        (&json!("Lead"), &json!(true), &json!(3))
    );
    let suspended = mock.configuration("list_agents", json!({"filters": {"suspended": true}})).await.ok();
    assert_eq!(suspended.as_array().unwrap().len(), 1);
    mock.configuration("delete_agent", json!({"id": "nora@example.com"})).await.ok();
    assert_eq!(mock.configuration("get_agent", read(json!([]))).await.error(), "not_found");
    assert_eq!(
        mock.configuration("delete_agent", json!({"id": "owner@example.com"})).await.error(),
        "validation"
    );
}

#[tokio::test]
async fn a_batch_answers_each_item_in_its_place() {
    let mock = Mock::start().await;
    let requests = json!([
        {"id": "one@example.com", "name": "One"},
        {"id": "owner@example.com", "name": "Again"},
        {"id": "two@example.com", "name": "Two"},
    ]);
    let answer = mock.configuration("batch_create_agents", json!({"requests": requests})).await.ok();
    assert_eq!(answer["responses"][0], json!({"id": "one@example.com"}));
    assert_eq!(answer["responses"][1]["error"]["type"], "already_exists");
    assert_eq!(answer["responses"][2], json!({"id": "two@example.com"}));
    let gone = json!({"requests": [{"id": "one@example.com"}, {"id": "nobody@example.com"}]});
    let answer = mock.configuration("batch_delete_agents", gone).await.ok();
    assert_eq!(answer["responses"][0], json!({}));
    assert_eq!(answer["responses"][1]["error"]["type"], "not_found");
}

#[tokio::test]
async fn groups_say_who_belongs_to_them() {
    let mock = Mock::start().await;
    let nobody = json!({"name": "Empty", "agent_priorities": {"agent@example.com": "last"}});
    assert_eq!(mock.configuration("create_group", nobody).await.error(), "validation");
    let new =
        json!({"name": "VIP", "language_code": "de", "agent_priorities": {"agent@example.com": "normal"}});
    let id = mock.configuration("create_group", new).await.ok()["id"].clone();
    let fields = json!(["agent_priorities", "routing_status"]);
    let read = mock.configuration("get_group", json!({"id": id, "fields": fields})).await.ok();
    assert_eq!(read["agent_priorities"], json!({"agent@example.com": "normal"}));
    assert_eq!(read["routing_status"], "accepting_chats");
    let priorities = json!({"sales@example.com": "normal"});
    mock.configuration("update_group", json!({"id": id, "agent_priorities": priorities})).await.ok();
    let agent =
        mock.configuration("get_agent", json!({"id": "agent@example.com", "fields": ["groups"]})).await.ok();
    assert!(agent["groups"].as_array().unwrap().iter().all(|group| group["id"] != id));
    mock.configuration("delete_group", json!({"id": id})).await.ok();
    assert_eq!(mock.configuration("get_group", json!({"id": id})).await.error(), "group_not_found");
}

#[tokio::test]
async fn auto_access_rules_keep_an_order() {
    let mock = Mock::start().await;
    let mut ids = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let rule = json!({"access": {"groups": [1]}, "description": name, "conditions": {"url": {"values": [{"value": name}]}}});
        ids.push(mock.configuration("add_auto_access", rule).await.ok()["id"].clone());
    }
    // The documentation's own example: C moves before B.
    mock.configuration("update_auto_access", json!({"id": ids[2], "next_id": ids[1]})).await.ok();
    let order = |rules: &Value| -> String {
        rules.as_array().unwrap().iter().map(|rule| rule["description"].as_str().unwrap()).collect()
    };
    let rules = mock.configuration("list_auto_accesses", json!({})).await.ok();
    assert_eq!(order(&rules), "acbd");
    assert_eq!(rules[0]["next_id"], ids[2]);
    assert_eq!(rules[3]["next_id"], "");
    mock.configuration("update_auto_access", json!({"id": ids[0], "next_id": ""})).await.ok();
    mock.configuration("update_auto_access", json!({"id": ids[3], "description": "D"})).await.ok();
    let rules = mock.configuration("list_auto_accesses", json!({})).await.ok();
    assert_eq!(order(&rules), "cbDa", "without next_id a rule stays where it is");
    let none = json!({"access": {"groups": [1]}, "conditions": {}});
    assert_eq!(mock.configuration("add_auto_access", none).await.error(), "validation");
}

#[tokio::test]
async fn bots_and_templates_belong_to_an_application() {
    let mock = Mock::start().await;
    let client = mock.server.tokens().client_id;
    let bot = mock.configuration("create_bot", json!({"name": "Greeter", "max_chats_count": 501})).await;
    assert_eq!(bot.error(), "validation");
    let bot = mock.configuration("create_bot", json!({"name": "Greeter"})).await.ok();
    let read =
        mock.configuration("get_bot", json!({"id": bot["id"], "fields": ["max_chats_count"]})).await.ok();
    assert_eq!((&read["owner_client_id"], &read["max_chats_count"]), (&json!(client), &json!(6)));
    mock.configuration("update_bot", json!({"id": bot["id"], "name": "Guide"})).await.ok();
    let secret = mock.configuration("reset_bot_secret", json!({"id": bot["id"]})).await.ok();
    assert_ne!(secret["secret"], bot["secret"]);
    let all = mock.configuration("list_bots", json!({"all": true})).await.ok();
    assert!(all.as_array().unwrap().iter().any(|bot| bot["name"] == "Guide"));
    mock.configuration("delete_bot", json!({"id": bot["id"]})).await.ok();

    for _ in 0..5 {
        mock.configuration("create_bot_template", json!({"name": "T", "owner_client_id": client})).await.ok();
    }
    let sixth =
        mock.configuration("create_bot_template", json!({"name": "T", "owner_client_id": client})).await;
    assert_eq!(sixth.error(), "limit_reached");
    let templates = mock.configuration("list_bot_templates", json!({"owner_client_id": client})).await.ok();
    let id = &templates[0]["id"];
    mock.configuration("update_bot_template", json!({"id": id, "name": "U", "owner_client_id": client}))
        .await
        .ok();
    mock.configuration("reset_bot_template_secret", json!({"id": id, "owner_client_id": client})).await.ok();
    mock.configuration("delete_bot_template", json!({"id": id, "owner_client_id": client})).await.ok();
}

#[tokio::test]
async fn a_personal_token_must_name_the_application() {
    let mock = Mock::start().await;
    let tokens = mock.server.tokens();
    let basic = STANDARD.encode(format!("{}:{}", tokens.account_id, tokens.personal));
    let create = |body: Value| {
        let mut request = mock.request("POST", "/v3.5/configuration/action/create_bot", "", body.to_string());
        request.headers_mut().insert("authorization", format!("Basic {basic}").parse().unwrap());
        request
    };
    assert_eq!(mock.send(create(json!({"name": "B"}))).await.error(), "validation");
    mock.send(create(json!({"name": "B", "owner_client_id": tokens.client_id}))).await.ok();
}

#[tokio::test]
async fn properties_of_the_license_and_of_groups_are_merged() {
    let mock = Mock::start().await;
    let set = |properties: Value| json!({"properties": properties});
    mock.configuration(
        "update_license_properties",
        set(json!({"chats": {"queue.enabled": true, "queue.reopen_threshold": 5}})),
    )
    .await
    .ok();
    mock.configuration("update_license_properties", set(json!({"chats": {"queue.reopen_threshold": 6}})))
        .await
        .ok();
    let all = mock.configuration("list_license_properties", json!({"name_prefix": "queue."})).await.ok();
    assert_eq!(all, json!({"chats": {"queue.enabled": true, "queue.reopen_threshold": 6}}));
    mock.configuration("delete_license_properties", set(json!({"chats": ["queue.enabled"]}))).await.ok();
    let on_group = json!({"group_id": 1, "properties": {"chats": {"queue.routing_priority": 2}}});
    mock.configuration("update_group_properties", on_group).await.ok();
    let groups = mock.configuration("list_groups_properties", json!({"group_ids": []})).await.ok();
    assert_eq!(groups[1], json!({"id": 1, "properties": {"chats": {"queue.routing_priority": 2}}}));
    mock.configuration(
        "delete_group_properties",
        json!({"id": 1, "properties": {"chats": ["queue.routing_priority"]}}),
    )
    .await
    .ok();
}

#[tokio::test]
async fn definitions_of_properties_are_checked() {
    let mock = Mock::start().await;
    let client = mock.server.tokens().client_id;
    let define = |extra: Value| {
        let mut body = json!({"name": "p", "owner_client_id": client, "type": "string", "access": {"chat": {"agent": ["read"]}}});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    for wrong in [
        json!({"range": {"from": 1}}),
        json!({"default_value": "x"}),
        json!({"access": {}}),
        json!({"domain": [1]}),
    ] {
        assert_eq!(
            mock.configuration("register_property", define(wrong.clone())).await.error(),
            "validation",
            "{wrong}"
        );
    }
    mock.configuration("register_property", define(json!({}))).await.ok();
    assert_eq!(mock.configuration("register_property", define(json!({}))).await.error(), "already_exists");
    mock.configuration(
        "publish_property",
        json!({"name": "p", "owner_client_id": client, "access_type": ["read"]}),
    )
    .await
    .ok();
    let all = mock.configuration("list_properties", json!({"owner_client_id": client})).await.ok();
    assert_eq!(all["p"]["public_access"], json!(["read"]));
    mock.configuration("register_property", define(json!({"name": "q"}))).await.ok();
    mock.configuration("unregister_property", json!({"name": "q", "owner_client_id": client})).await.ok();
}

#[tokio::test]
async fn what_has_no_state_is_answered_too() {
    let mock = Mock::start().await;
    mock.configuration("list_channels", json!({})).await.ok();
    mock.configuration("get_product_source", json!({})).await.ok();
    let limits = mock.configuration("check_product_limits_for_plan", json!({"plan": "starter"})).await.ok();
    assert_eq!(limits[0]["resource"], "groups");
    let names = mock.post("/v3.5/configuration/action/list_webhook_names", "", json!({})).await.ok();
    assert_eq!(names.as_array().unwrap().len(), 37);
    let tags = mock.configuration("list_tags", json!({})).await.ok();
    assert_eq!(tags, json!([]));
}
