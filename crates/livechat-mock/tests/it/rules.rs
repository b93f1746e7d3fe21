//! Rules that the documentation states in a sentence each.

use serde_json::{Value, json};

use crate::support::{Mock, text};

fn ids(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| text(&item[field])).collect()
}

#[tokio::test]
async fn agents_for_a_transfer_are_those_online_and_whoever_has_the_fewest_chats_comes_first() {
    let mock = Mock::start().await;
    let created = mock.agent("create_customer", json!({"name": "Ada"})).await.ok();
    let users = json!([{"id": created["customer_id"], "type": "customer"}, {"id": "agent@example.com", "type": "agent"}]);
    mock.agent("start_chat", json!({"chat": {"users": users}})).await.ok();
    let without_customer = json!([{"id": "sales@example.com", "type": "agent"}]);
    mock.agent("start_chat", json!({"chat": {"users": without_customer}})).await.ok();
    let (chat, _) = mock.chat().await;
    mock.agent(
        "set_routing_status",
        json!({"agent_id": "sales@example.com", "status": "not_accepting_chats"}),
    )
    .await
    .ok();
    // Nora has not been online yet.
    let nora = json!({"id": "nora@example.com", "name": "Nora", "groups": [{"id": 1, "priority": "normal"}]});
    mock.configuration("create_agent", nora).await.ok();
    let found = mock.agent("list_agents_for_transfer", json!({"chat_id": chat})).await.ok();
    assert_eq!(ids(&found, "agent_id"), ["sales@example.com", "agent@example.com"]);
    assert_eq!((&found[0]["total_active_chats"], &found[1]["total_active_chats"]), (&json!(0), &json!(1)));
}

/// Add User to Chat: by `X-Author-Id` a bot comes into a chat of a group that it is not part of.
#[tokio::test]
async fn a_bot_comes_into_the_chats_that_its_agent_sees() {
    let mock = Mock::start().await;
    let in_sales = json!({"chat": {"access": {"group_ids": [1]}}});
    let chat = mock.agent("start_chat", in_sales).await.ok()["chat_id"].clone();
    let bot = mock.server.tokens().bot_id;
    let body = json!({"chat_id": chat, "user_id": bot, "user_type": "agent", "visibility": "all"});
    assert_eq!(
        mock.agent_as(&mock.server.tokens().bot, "add_user_to_chat", body.clone()).await.error(),
        "missing_access"
    );
    let add = async |agent: &str| {
        let token = mock.server.token_of(agent, &["chats--access:rw"]);
        let mut request =
            mock.request("POST", "/v3.5/agent/action/add_user_to_chat", &token, body.to_string());
        request.headers_mut().insert("x-author-id", bot.parse().unwrap());
        mock.send(request).await
    };
    mock.configuration("create_agent", json!({"id": "nora@example.com", "name": "Nora"})).await.ok();
    assert_eq!(add("nora@example.com").await.error(), "missing_access");
    add("sales@example.com").await.ok();
}

/// Groups in the Configuration API: `groups--my` is for those that the requester belongs to.
#[tokio::test]
async fn groups_of_others_need_a_scope_for_all() {
    let mock = Mock::start().await;
    let own = mock.server.token_of("sales@example.com", &["groups--my:rw"]);
    let priorities = json!({"name": "Night", "agent_priorities": {"agent@example.com": "normal"}});
    let other = mock.configuration("create_group", priorities).await.ok();
    let by = async |action: &str, body: Value| {
        mock.post(&format!("/v3.5/configuration/action/{action}"), &own, body).await
    };
    by("get_group", json!({"id": 1})).await.ok();
    by("update_group", json!({"id": 1, "name": "Shop"})).await.ok();
    for action in ["get_group", "update_group", "delete_group"] {
        assert_eq!(by(action, json!({"id": other["id"]})).await.error(), "authorization", "{action}");
    }
    by("delete_group", json!({"id": 1})).await.ok();
}

/// Tags in the Configuration API: `tags--groups` is for tags of the groups that the requester is assigned to.
#[tokio::test]
async fn tags_of_other_groups_need_a_scope_for_all() {
    let mock = Mock::start().await;
    let priorities = json!({"name": "Night", "agent_priorities": {"agent@example.com": "normal"}});
    let other = mock.configuration("create_group", priorities).await.ok()["id"].clone();
    mock.configuration("create_tag", json!({"name": "night", "group_ids": [other]})).await.ok();
    let own = mock.server.token_of("sales@example.com", &["tags--groups:rw"]);
    let by = async |action: &str, body: Value| {
        mock.post(&format!("/v3.5/configuration/action/{action}"), &own, body).await
    };
    by("create_tag", json!({"name": "shop", "group_ids": [1]})).await.ok();
    for (action, body) in [
        ("create_tag", json!({"name": "late", "group_ids": [1, other]})),
        ("update_tag", json!({"name": "shop", "group_ids": [other]})),
        ("update_tag", json!({"name": "night", "group_ids": [1]})),
        ("delete_tag", json!({"name": "night"})),
    ] {
        assert_eq!(by(action, body.clone()).await.error(), "authorization", "{action} {body}");
    }
    assert_eq!(ids(&by("list_tags", json!({})).await.ok(), "name"), ["shop"]);
    by("delete_tag", json!({"name": "shop"})).await.ok();
}

/// Create Agent in the Configuration API: without `subscription.lc:rw`, new agents wait for approval.
#[tokio::test]
async fn agents_wait_for_approval_unless_the_requester_may_spare_them() {
    let mock = Mock::start().await;
    let token = mock.server.token_with_scopes(&["accounts--all:rw"]);
    let create = async |token: &str, id: &str| {
        let body = json!({"id": id, "name": "Nora"});
        mock.post("/v3.5/configuration/action/create_agent", token, body).await.ok();
        let read = json!({"id": id, "fields": ["awaiting_approval"]});
        mock.configuration("get_agent", read).await.ok()["awaiting_approval"].clone()
    };
    assert_eq!(create(&token, "nora@example.com").await, true);
    assert_eq!(create(&mock.server.tokens().agent, "noor@example.com").await, false);
}

#[tokio::test]
async fn a_published_property_cannot_be_unregistered() {
    let mock = Mock::start().await;
    let named = json!({"name": "level", "owner_client_id": mock.server.tokens().client_id});
    let with = |extra: Value| {
        let mut body = named.clone();
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let definition = with(json!({"type": "int", "access": {"chat": {"agent": ["read"]}}}));
    mock.configuration("register_property", definition).await.ok();
    mock.configuration("publish_property", with(json!({"access_type": ["read"]}))).await.ok();
    assert_eq!(mock.configuration("unregister_property", named.clone()).await.error(), "validation");
}

#[tokio::test]
async fn a_property_that_is_not_set_has_its_default_value() {
    let mock = Mock::start().await;
    let client = mock.server.tokens().client_id;
    let access = json!({"agent": ["read", "write"], "customer": ["read"]});
    let definition = json!({"name": "level", "owner_client_id": client, "type": "int", "default_value": 1,
        "access": {"license": access, "group": access}});
    mock.configuration("register_property", definition).await.ok();
    let level = |value: i64| json!({client.as_str(): {"level": value}});
    assert_eq!(mock.configuration("list_license_properties", json!({})).await.ok(), level(1));
    mock.configuration("update_license_properties", json!({"properties": level(2)})).await.ok();
    assert_eq!(mock.configuration("list_license_properties", json!({})).await.ok(), level(2));
    let groups = mock.configuration("list_groups_properties", json!({"group_ids": [1]})).await.ok();
    assert_eq!(groups[0]["properties"], level(1));
    let path = format!(
        "/v3.5/customer/action/list_group_properties?organization_id={}&id=1",
        mock.server.tokens().organization_id
    );
    assert_eq!(mock.get(&path, "").await.ok(), level(1));
}

#[tokio::test]
async fn a_bots_token_cannot_be_revoked() {
    let mock = Mock::start().await;
    let token = mock.server.tokens().bot;
    let answer = mock.send(mock.request("DELETE", &format!("/v2/token?code={token}"), "", "")).await;
    assert_eq!(answer.json()["oauth_exception"], "invalid_request");
    mock.agent_as(&token, "list_chats", json!({})).await.ok();
}

#[tokio::test]
async fn to_change_chats_of_other_groups_it_takes_more_than_the_right_to_read_them() {
    let mock = Mock::start().await;
    let billing = json!({"name": "Billing", "agent_priorities": {"owner@example.com": "normal"}});
    let group = mock.configuration("create_group", billing).await.ok();
    let started =
        mock.agent("start_chat", json!({"chat": {"access": {"group_ids": [group["id"]]}}})).await.ok();
    let reader = mock.server.token_of("sales@example.com", &["chats--all:ro", "chats--access:rw"]);
    mock.agent_as(&reader, "get_chat", json!({"chat_id": started["chat_id"]})).await.ok();
    let close = json!({"id": started["chat_id"], "ignore_requester_presence": true});
    assert_eq!(mock.agent_as(&reader, "deactivate_chat", close.clone()).await.error(), "missing_access");
    let writer = mock.server.token_of("sales@example.com", &["chats--all:rw"]);
    mock.agent_as(&writer, "deactivate_chat", close).await.ok();
}

#[tokio::test]
async fn a_chat_is_followed_until_it_is_reactivated() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let other = mock.server.token_of("agent@example.com", &["chats--all:rw"]);
    mock.agent_as(&other, "follow_chat", json!({"id": chat})).await.ok();
    let is_followed = async || {
        let read = mock.agent_as(&other, "get_chat", json!({"chat_id": chat})).await.ok();
        read["is_followed"] == true
    };
    assert!(is_followed().await);
    mock.agent("deactivate_chat", json!({"id": chat})).await.ok();
    assert!(is_followed().await);
    mock.agent("resume_chat", json!({"chat": {"id": chat}})).await.ok();
    assert!(!is_followed().await);
}

#[tokio::test]
async fn auto_access_decides_on_a_resumed_chat_unless_the_customer_names_groups() {
    let mock = Mock::start().await;
    let started = mock.customer("start_chat", json!({})).await.ok();
    let chat = &started["chat_id"];
    let rule = json!({"access": {"groups": [1]}, "conditions": {"url": {"values": [{"value": "shop"}]}}});
    mock.configuration("add_auto_access", rule).await.ok();
    let page = json!({"page_url": "https://shop.example.org", "group_id": 0, "session_fields": []});
    mock.customer("check_goals", page).await.ok();
    let groups =
        async || mock.agent("get_chat", json!({"chat_id": chat})).await.ok()["access"]["group_ids"].clone();
    for (access, expected) in [(json!({}), json!([1])), (json!({"access": {"group_ids": [0]}}), json!([0]))] {
        mock.customer("deactivate_chat", json!({"id": chat})).await.ok();
        let mut resumed = access;
        resumed["id"] = chat.clone();
        mock.customer("resume_chat", json!({"chat": resumed})).await.ok();
        assert_eq!(groups().await, expected);
    }
}

#[tokio::test]
async fn whoever_is_there_for_agents_alone_writes_for_agents_alone() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let join = json!({"chat_id": chat, "user_id": "agent@example.com", "user_type": "agent", "visibility": "agents"});
    mock.agent("add_user_to_chat", join).await.ok();
    let other = mock.server.token_of("agent@example.com", &["chats--all:rw"]);
    let say = |visibility: &str| json!({"chat_id": chat, "event": {"type": "message", "text": "hi", "visibility": visibility}});
    assert_eq!(mock.agent_as(&other, "send_event", say("all")).await.error(), "authorization");
    mock.agent_as(&other, "send_event", say("agents")).await.ok();
}

#[tokio::test]
async fn a_chat_is_resumed_for_everyone_unless_its_access_is_named() {
    let mock = Mock::start().await;
    let of_sales = json!({"access": {"group_ids": [1]}});
    let started = mock.agent("start_chat", json!({"chat": of_sales})).await.ok();
    let chat = &started["chat_id"];
    mock.agent("deactivate_chat", json!({"id": chat})).await.ok();
    mock.agent("resume_chat", json!({"chat": {"id": chat}})).await.ok();
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    assert_eq!(read["access"]["group_ids"], json!([0]));
    assert_eq!(read["thread"]["access"]["group_ids"], json!([0]));
}

#[tokio::test]
async fn only_customers_are_told_that_a_group_is_not_found_agents_that_something_is_not() {
    let mock = Mock::start().await;
    let nowhere = json!({"chat": {"access": {"group_ids": [99]}}});
    assert_eq!(mock.agent("start_chat", nowhere.clone()).await.error(), "not_found");
    assert_eq!(mock.customer("start_chat", nowhere).await.error(), "group_not_found");
}

#[tokio::test]
async fn a_tag_and_a_thread_must_have_a_group_in_common() {
    let mock = Mock::start().await;
    let support = json!({"name": "Support", "agent_priorities": {"owner@example.com": "normal"}});
    let support = mock.configuration("create_group", support).await.ok()["id"].clone();
    for (name, groups) in
        [("nowhere", json!([])), ("sales", json!([1])), ("support", json!([support])), ("all", json!([0]))]
    {
        mock.configuration("create_tag", json!({"name": name, "group_ids": groups})).await.ok();
    }
    let started = mock.agent("start_chat", json!({"chat": {"access": {"group_ids": [1]}}})).await.ok();
    let move_on = json!({"id": started["chat_id"], "target": {"type": "group", "ids": [support]}, "ignore_agents_availability": true});
    let tag = async |name: &str| {
        let tag = json!({"chat_id": started["chat_id"], "thread_id": started["thread_id"], "tag": name});
        mock.agent("tag_thread", tag).await
    };
    for name in ["nowhere", "support"] {
        assert_eq!(tag(name).await.error(), "validation", "{name}");
    }
    tag("sales").await.ok();
    tag("all").await.ok();
    mock.agent("transfer_chat", move_on).await.ok();
    tag("support").await.ok();
    // The groups are those of the thread, not those that the chat has come to since.
    mock.agent("deactivate_chat", json!({"id": started["chat_id"], "ignore_requester_presence": true}))
        .await
        .ok();
    mock.agent("resume_chat", json!({"chat": {"id": started["chat_id"], "access": {"group_ids": [1]}}}))
        .await
        .ok();
    mock.configuration("create_tag", json!({"name": "late", "group_ids": [1]})).await.ok();
    assert_eq!(tag("late").await.error(), "validation");
}

#[tokio::test]
async fn only_bots_are_set_offline() {
    let mock = Mock::start().await;
    let set = |id: Option<&str>| json!({"status": "offline", "agent_id": id});
    assert_eq!(mock.agent("set_routing_status", set(Some("sales@example.com"))).await.error(), "validation");
    assert_eq!(mock.agent("set_routing_status", json!({"status": "offline"})).await.error(), "validation");
    mock.agent("set_routing_status", set(Some(&mock.server.tokens().bot_id))).await.ok();
}

#[tokio::test]
async fn buttons_have_their_type_and_value_together_and_a_webview_its_height() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let send = async |mut button: Value| {
        button["text"] = "Go".into();
        button["postback_id"] = "go".into();
        button["user_ids"] = json!([]);
        let event =
            json!({"type": "rich_message", "template_id": "cards", "elements": [{"buttons": [button]}]});
        mock.agent("send_event", json!({"chat_id": chat, "event": event})).await
    };
    let url = "https://example.org";
    for wrong in [json!({"type": "url"}), json!({"value": url}), json!({"type": "webview", "value": url})] {
        assert_eq!(send(wrong.clone()).await.error(), "validation", "{wrong}");
    }
    for right in [
        json!({}),
        json!({"type": "url", "value": url}),
        json!({"type": "webview", "value": url, "webview_height": "tall"}),
    ] {
        send(right).await.ok();
    }
}

#[tokio::test]
async fn a_file_may_be_anywhere_on_the_platforms_servers_and_nowhere_else() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let send = async |url: &str| {
        mock.agent("send_event", json!({"chat_id": chat, "event": {"type": "file", "url": url}})).await
    };
    send("https://cdn.livechat-files.com/api/file/lc/img/1/other.png").await.ok();
    for elsewhere in ["https://example.org/a.png", "https://cdn.livechat-files.com.example.org/a.png", ""] {
        assert_eq!(send(elsewhere).await.error(), "validation", "{elsewhere}");
    }
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    assert_eq!(read["thread"]["events"][1]["name"], "other.png");
}

#[tokio::test]
async fn a_customer_shows_only_what_was_set_and_chats_only_if_there_are_any() {
    let mock = Mock::start().await;
    let id = mock.agent("create_customer", json!({})).await.ok()["customer_id"].clone();
    let read = async || mock.agent("get_customer", json!({"id": id})).await.ok();
    for absent in ["name", "email", "avatar", "session_fields", "chat_ids", "last_visit"] {
        assert!(read().await.get(absent).is_none(), "{absent}");
    }
    assert!(mock.customer("get_customer", json!({})).await.ok().get("session_fields").is_none());
    mock.agent("update_customer", json!({"id": id, "session_fields": [{"a": "1"}]})).await.ok();
    mock.agent("start_chat", json!({"chat": {"users": [{"id": id, "type": "customer"}]}})).await.ok();
    let read = read().await;
    assert_eq!(
        (&read["session_fields"], read["chat_ids"].as_array().unwrap().len()),
        (&json!([{"a": "1"}]), 1)
    );
}

#[tokio::test]
async fn a_customer_is_updated_by_a_uuid_of_version_4() {
    let mock = Mock::start().await;
    let id = text(&mock.agent("create_customer", json!({})).await.ok()["customer_id"]);
    mock.agent("update_customer", json!({"id": id, "name": "Ada"})).await.ok();
    let other = format!("{}1{}", &id[..14], &id[15..]);
    assert_eq!(
        mock.agent("update_customer", json!({"id": other, "name": "Ada"})).await.error(),
        "validation"
    );
}

#[tokio::test]
async fn customers_with_as_many_threads_are_sorted_by_when_they_were_created() {
    let mock = Mock::start().await;
    let mut created = Vec::new();
    for _ in 0..8 {
        created.push(text(&mock.agent("create_customer", json!({})).await.ok()["customer_id"]));
    }
    created.insert(0, mock.server.tokens().customer_id);
    for order in ["asc", "desc"] {
        let sorted = json!({"sort_by": "threads_count", "sort_order": order});
        let found = mock.agent("list_customers", sorted).await.ok();
        assert_eq!(ids(&found["customers"], "id"), created, "{order}");
        created.reverse();
    }
}

#[tokio::test]
async fn the_platforms_properties_are_set_by_whom_and_where_it_lets_them_be() {
    let mock = Mock::start().await;
    let started = mock.customer("start_chat", json!({})).await.ok();
    let (chat, thread) = (&started["chat_id"], &started["thread_id"]);
    let on_chat = |properties: Value| json!({"id": chat, "properties": properties});
    let on_thread =
        |properties: Value| json!({"chat_id": chat, "thread_id": thread, "properties": properties});
    let score = |score: i64| json!({"rating": {"score": score}});
    // Customers rate, agents read it.
    mock.customer("update_thread_properties", on_thread(score(1))).await.ok();
    assert_eq!(mock.agent("update_thread_properties", on_thread(score(0))).await.error(), "authorization");
    let gone = json!({"rating": ["score"]});
    assert_eq!(
        mock.agent("delete_thread_properties", on_thread(gone.clone())).await.error(),
        "authorization"
    );
    mock.customer("delete_thread_properties", on_thread(gone)).await.ok();
    // There are two scores, and both are numbers.
    assert_eq!(mock.customer("update_thread_properties", on_thread(score(2))).await.error(), "validation");
    // A chat is pinned in the chat, not in the thread.
    let pinned = json!({"routing": {"pinned": true}});
    mock.agent("update_chat_properties", on_chat(pinned.clone())).await.ok();
    assert_eq!(mock.agent("update_thread_properties", on_thread(pinned)).await.error(), "authorization");
    // What the platform counts itself is set by nobody.
    let sale = json!({"ecommerce": {"has_sale": true}});
    assert_eq!(mock.agent("update_thread_properties", on_thread(sale)).await.error(), "authorization");
    let more = json!({"limits": {"groups.base": 100}});
    assert_eq!(
        mock.configuration("update_license_properties", json!({"properties": more})).await.error(),
        "authorization"
    );
}

#[tokio::test]
async fn properties_that_nobody_registered_are_not_set_wherever_they_would_be() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    for unknown in [json!({"mine": {"level": 1}}), json!({"routing": {"level": 1}})] {
        let update = json!({"id": chat, "properties": unknown});
        assert_eq!(mock.agent("update_chat_properties", update).await.error(), "validation");
        let start = json!({"chat": {"properties": unknown}});
        assert_eq!(mock.agent("start_chat", start).await.error(), "validation");
        let event = json!({"type": "message", "text": "hi", "properties": unknown});
        let send = json!({"chat_id": chat, "event": event});
        assert_eq!(mock.agent("send_event", send).await.error(), "validation");
        let license = json!({"properties": unknown});
        assert_eq!(mock.configuration("update_license_properties", license).await.error(), "validation");
    }
}

#[tokio::test]
async fn a_misspelt_property_of_livechats_own_is_answered_by_the_names_that_there_are() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let update = json!({"id": chat, "properties": {"rating": {"stars": 1}}});
    let answer = mock.agent("update_chat_properties", update).await;
    let message = text(&answer.json()["error"]["message"]);
    assert!(message.ends_with("it is LiveChat's own, and has comment, score"), "{message}");
}

#[tokio::test]
async fn enough_events_are_of_the_latest_threads_in_either_order() {
    let mock = Mock::start().await;
    let started = mock.customer("start_chat", json!({})).await.ok();
    let chat = &started["chat_id"];
    let mut threads = vec![text(&started["thread_id"])];
    for _ in 0..3 {
        mock.customer("deactivate_chat", json!({"id": chat})).await.ok();
        let events = json!([{"type": "message", "text": "a"}, {"type": "message", "text": "b"}]);
        let resumed = json!({"chat": {"id": chat, "thread": {"events": events}}});
        threads.push(text(&mock.customer("resume_chat", resumed).await.ok()["thread_id"]));
    }
    let mut latest = threads.split_off(2);
    for order in ["asc", "desc"] {
        let asked = json!({"chat_id": chat, "min_events_count": 5, "sort_order": order});
        for page in [
            mock.agent("list_threads", asked.clone()).await.ok(),
            mock.customer("list_threads", asked.clone()).await.ok(),
        ] {
            assert_eq!(ids(&page["threads"], "id"), latest, "{order}");
        }
        latest.reverse();
    }
    let ascending = json!({"chat_id": chat, "min_events_count": 5, "sort_order": "asc"});
    let page = mock.agent("list_threads", ascending).await.ok();
    assert!(page.get("next_page_id").is_none());
    let before = json!({"chat_id": chat, "page_id": page["previous_page_id"]});
    assert_eq!(ids(&mock.agent("list_threads", before).await.ok()["threads"], "id"), threads);
}

#[tokio::test]
async fn whoever_has_access_to_a_chat_marks_its_events_as_seen() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let seen = json!({"chat_id": chat, "seen_up_to": "2026-03-01T10:00:00Z"});
    let other = mock.server.token_of("agent@example.com", &["chats--access:ro"]);
    mock.agent_as(&other, "mark_events_as_seen", seen.clone()).await.ok();
    mock.agent("deactivate_chat", json!({"id": chat})).await.ok();
    mock.agent("mark_events_as_seen", seen).await.ok();
}

#[tokio::test]
async fn agents_read_the_threads_of_their_groups_and_those_that_they_took_part_in() {
    let mock = Mock::start().await;
    let billing = json!({"name": "Billing", "agent_priorities": {"owner@example.com": "normal"}});
    let billing = mock.configuration("create_group", billing).await.ok()["id"].clone();
    let access = |group: &Value| json!({"group_ids": [group]});
    let started = mock.agent("start_chat", json!({"chat": {"access": access(&billing)}})).await.ok();
    let chat = &started["chat_id"];
    let mut threads = vec![started["thread_id"].clone()];
    for group in [json!(1), billing.clone(), json!(1), billing] {
        mock.agent("deactivate_chat", json!({"id": chat})).await.ok();
        let resumed =
            mock.agent("resume_chat", json!({"chat": {"id": chat, "access": access(&group)}})).await.ok();
        threads.push(resumed["thread_id"].clone());
    }
    // Sara is in group 1 alone, and the chat has moved on since.
    let sara = mock.server.token_of("sales@example.com", &["chats--access:ro"]);
    let listed = mock.agent_as(&sara, "list_threads", json!({"chat_id": chat})).await.ok();
    assert_eq!(listed["found_threads"], 2);
    assert_eq!(json!(ids(&listed["threads"], "id")), json!([threads[3], threads[1]]));
    let get = async |thread: &Value| {
        mock.agent_as(&sara, "get_chat", json!({"chat_id": chat, "thread_id": thread})).await
    };
    assert_eq!(get(&threads[1]).await.ok()["thread"]["id"], threads[1]);
    assert_eq!(get(&threads[2]).await.error(), "missing_access");
    let archives = mock.agent_as(&sara, "list_archives", json!({})).await.ok();
    assert_eq!(archives["found_chats"], 2);
    let latest = &archives["chats"][0]["thread"];
    assert_eq!((&latest["previous_thread_id"], &latest["next_thread_id"]), (&threads[2], &threads[4]));
    assert_eq!(latest["previous_accessible_thread_id"], threads[1]);
    assert!(latest.get("next_accessible_thread_id").is_none());
    let owner = mock.agent("list_archives", json!({})).await.ok();
    assert_eq!(owner["found_chats"], 5);
    assert_eq!(owner["chats"][1]["thread"]["next_accessible_thread_id"], threads[4]);
}
