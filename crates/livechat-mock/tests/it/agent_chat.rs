//! The Agent Chat API keeps state by the documented rules.

use serde_json::json;

use crate::support::{Mock, text};

#[tokio::test]
async fn a_chat_is_started_written_in_tagged_ended_and_found_in_the_archives() {
    let mock = Mock::start().await;
    let (chat, thread) = mock.chat().await;
    let sent = mock
        .agent("send_event", json!({"chat_id": chat, "event": {"type": "message", "text": "How can I help?", "custom_id": "c1"}}))
        .await
        .ok();
    assert_eq!(sent["event_id"], format!("{thread}_2"));
    mock.configuration("create_tag", json!({"name": "refund", "group_ids": [0]})).await.ok();
    mock.agent("tag_thread", json!({"chat_id": chat, "thread_id": thread, "tag": "refund"})).await.ok();
    mock.agent("deactivate_chat", json!({"id": chat})).await.ok();

    let archived =
        mock.agent("list_archives", json!({"filters": {"tags": {"values": ["refund"]}}})).await.ok();
    assert_eq!(archived["found_chats"], 1);
    let found = &archived["chats"][0];
    assert_eq!(found["thread"]["active"], false);
    assert_eq!(found["thread"]["tags"], json!(["refund"]));
    let events = found["thread"]["events"].as_array().unwrap();
    let kinds: Vec<_> = events.iter().map(|event| text(&event["type"])).collect();
    assert_eq!(kinds, ["message", "message", "system_message"]);
    assert_eq!(events[1]["custom_id"], "c1");
    assert_eq!(events[1]["author_id"], "owner@example.com");
}

#[tokio::test]
async fn a_chat_that_has_ended_takes_events_only_after_it_was_resumed() {
    let mock = Mock::start().await;
    let (chat, first) = mock.chat().await;
    mock.agent("deactivate_chat", json!({"id": chat})).await.ok();
    let event = json!({"chat_id": chat, "event": {"type": "message", "text": "late"}});
    assert_eq!(mock.agent("send_event", event.clone()).await.error(), "chat_inactive");
    let resumed = mock.agent("resume_chat", json!({"chat": {"id": chat}})).await.ok();
    assert_ne!(resumed["thread_id"], first);
    assert_eq!(mock.agent("resume_chat", json!({"chat": {"id": chat}})).await.error(), "validation");
    mock.agent("send_event", event).await.ok();

    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    assert_eq!(read["thread"]["id"], resumed["thread_id"]);
    assert_eq!(read["thread"]["previous_thread_id"], first);
    let threads = mock.agent("list_threads", json!({"chat_id": chat, "sort_order": "asc"})).await.ok();
    assert_eq!(threads["threads"][0]["id"], first);
    assert_eq!(threads["found_threads"], 2);
}

#[tokio::test]
async fn every_kind_of_event_is_kept_as_it_was_sent() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let url = upload(&mock, "/v3.5/agent/action/upload_file", "photo.png", "image/png").await;
    let events = [
        json!({"type": "file", "url": url, "alternative_text": "a photo"}),
        json!({"type": "form", "form_id": "1", "fields": [{"type": "name", "id": "2", "label": "Name"}]}),
        json!({"type": "filled_form", "form_id": "1", "fields": [{"type": "name", "id": "2", "label": "Name", "answer": "Ada"}]}),
        json!({"type": "rich_message", "template_id": "cards", "elements": [{"title": "Pick", "buttons": [
            {"type": "message", "value": "yes", "text": "Yes", "postback_id": "yes", "user_ids": []}]}]}),
        json!({"type": "custom", "content": {"any": ["thing"]}}),
        json!({"type": "system_message", "system_message_type": "agent_joined", "text": "joined"}),
        json!({"type": "message", "text": "only for us", "visibility": "agents"}),
    ];
    for event in &events {
        mock.agent("send_event", json!({"chat_id": chat, "event": event})).await.ok();
    }
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    let kept = &read["thread"]["events"].as_array().unwrap()[1..];
    for (sent, kept) in events.iter().zip(kept) {
        for (name, value) in sent.as_object().unwrap() {
            assert_eq!(&kept[name], value, "{name} of {sent}");
        }
    }
    let summary = mock.agent("list_chats", json!({})).await.ok();
    let last = &summary["chats_summary"][0]["last_event_per_type"];
    assert_eq!(last["message"]["event"]["text"], "only for us");
    assert_eq!(last.as_object().unwrap().len(), 7);
}

#[tokio::test]
async fn a_form_is_not_taken_without_the_ids_of_its_fields() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    for kind in ["form", "filled_form"] {
        let event = json!({"type": kind, "form_id": "1", "fields": [{"type": "name", "label": "Name"}]});
        let send = json!({"chat_id": chat, "event": event});
        assert_eq!(mock.agent("send_event", send).await.error(), "validation", "{kind}");
    }
}

/// Uploads a few bytes and returns their url.
async fn upload(mock: &Mock, path: &str, name: &str, content_type: &str) -> String {
    let body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {content_type}\r\n\r\nbytes\r\n--b--\r\n"
    );
    let mut request = mock.request("POST", path, &mock.server.tokens().agent, body);
    request.headers_mut().insert("content-type", "multipart/form-data; boundary=b".parse().unwrap());
    text(&mock.send(request).await.ok()["url"])
}

#[tokio::test]
async fn a_rich_message_remembers_who_pressed_its_button() {
    let mock = Mock::start().await;
    let (chat, thread) = mock.chat().await;
    let message = json!({"type": "rich_message", "template_id": "cards", "elements": [{"buttons": [
        {"type": "message", "value": "yes", "text": "Yes", "postback_id": "yes", "user_ids": []}]}]});
    let sent = mock.agent("send_event", json!({"chat_id": chat, "event": message})).await.ok();
    let postback = |id: &str, toggled: bool| json!({"chat_id": chat, "thread_id": thread, "event_id": sent["event_id"], "postback": {"id": id, "toggled": toggled}});
    mock.agent("send_rich_message_postback", postback("yes", true)).await.ok();
    assert_eq!(mock.agent("send_rich_message_postback", postback("no", true)).await.error(), "not_found");
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    let button = &read["thread"]["events"][1]["elements"][0]["buttons"][0];
    assert_eq!(button["user_ids"], json!(["owner@example.com"]));
}

#[tokio::test]
async fn pages_are_followed_in_both_directions_and_new_chats_move_none() {
    let mock = Mock::start().await;
    let mut started = Vec::new();
    for _ in 0..7 {
        started.push(mock.chat().await.0);
    }
    let ids = |page: &serde_json::Value| -> Vec<String> {
        page["chats_summary"].as_array().unwrap().iter().map(|chat| text(&chat["id"])).collect()
    };
    let first = mock.agent("list_chats", json!({"limit": 3, "sort_order": "asc"})).await.ok();
    assert_eq!(ids(&first), started[..3]);
    assert!(first.get("previous_page_id").is_none());
    mock.chat().await;
    let second = mock.agent("list_chats", json!({"page_id": first["next_page_id"]})).await.ok();
    assert_eq!(ids(&second), started[3..6]);
    let back = mock.agent("list_chats", json!({"page_id": second["previous_page_id"]})).await.ok();
    assert_eq!(ids(&back), started[..3]);
    let last = mock.agent("list_chats", json!({"page_id": second["next_page_id"]})).await.ok();
    assert_eq!(last["chats_summary"].as_array().unwrap().len(), 2);
    assert!(last.get("next_page_id").is_none());
}

#[tokio::test]
async fn a_page_id_stands_alone_and_expires_after_a_month() {
    let mock = Mock::start().await;
    for _ in 0..3 {
        mock.chat().await;
    }
    let page = mock.agent("list_archives", json!({"limit": 1})).await.ok();
    let with_filters = json!({"page_id": page["next_page_id"], "filters": {"query": "hello"}});
    assert_eq!(mock.agent("list_archives", with_filters).await.error(), "validation");
    let next = json!({"page_id": page["next_page_id"]});
    mock.agent("list_archives", next.clone()).await.ok();
    mock.server.advance(std::time::Duration::from_secs(31 * 24 * 60 * 60));
    assert_eq!(mock.agent("list_archives", next).await.error(), "validation");
}

#[tokio::test]
async fn whoever_has_chats_access_sees_the_chats_of_their_groups_alone() {
    let mock = Mock::start().await;
    let started = mock.agent("start_chat", json!({"chat": {"access": {"group_ids": [0]}}})).await.ok();
    let general = text(&started["chat_id"]);
    mock.agent("deactivate_chat", json!({"id": general})).await.ok();
    let group = mock
        .configuration(
            "create_group",
            json!({"name": "Billing", "agent_priorities": {"owner@example.com": "normal"}}),
        )
        .await
        .ok();
    let started =
        mock.agent("start_chat", json!({"chat": {"access": {"group_ids": [group["id"]]}}})).await.ok();
    let billing = text(&started["chat_id"]);

    let sales = mock.server.token_of("sales@example.com", &["chats--access:rw"]);
    let seen = mock.agent_as(&sales, "list_chats", json!({})).await.ok();
    assert_eq!(seen["found_chats"], 1);
    assert_eq!(
        mock.agent_as(&sales, "get_chat", json!({"chat_id": billing})).await.error(),
        "missing_access"
    );
    let all = mock.server.token_of("sales@example.com", &["chats--all:ro"]);
    mock.agent_as(&all, "get_chat", json!({"chat_id": billing})).await.ok();
}

#[tokio::test]
async fn whoever_is_not_in_the_chat_must_say_so() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let other = mock.server.token_of("agent@example.com", &["chats--all:rw"]);
    let event = json!({"chat_id": chat, "event": {"type": "message", "text": "hi"}});
    assert_eq!(mock.agent_as(&other, "send_event", event.clone()).await.error(), "authorization");
    assert_eq!(mock.agent_as(&other, "deactivate_chat", json!({"id": chat})).await.error(), "authorization");
    let join =
        json!({"chat_id": chat, "user_id": "agent@example.com", "user_type": "agent", "visibility": "all"});
    mock.agent_as(&other, "add_user_to_chat", join).await.ok();
    mock.agent_as(&other, "send_event", event).await.ok();
    let leave = json!({"chat_id": chat, "user_id": "agent@example.com", "user_type": "agent"});
    mock.agent("remove_user_from_chat", leave).await.ok();
    mock.agent_as(&other, "deactivate_chat", json!({"id": chat, "ignore_requester_presence": true}))
        .await
        .ok();
}

#[tokio::test]
async fn a_chat_is_transferred_to_an_agent_a_group_or_a_queue() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let to_agent = json!({"id": chat, "target": {"type": "agent", "ids": ["agent@example.com"]}});
    mock.agent("transfer_chat", to_agent.clone()).await.ok();
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    let present: Vec<_> =
        read["users"].as_array().unwrap().iter().filter(|user| user["present"] == true).collect();
    assert_eq!(present.len(), 1);
    assert_eq!(present[0]["id"], "agent@example.com");

    for agent in ["owner@example.com", "agent@example.com", "sales@example.com"] {
        mock.agent("set_routing_status", json!({"agent_id": agent, "status": "not_accepting_chats"}))
            .await
            .ok();
    }
    let to_group =
        json!({"id": chat, "target": {"type": "group", "ids": [1]}, "ignore_requester_presence": true});
    assert_eq!(mock.agent("transfer_chat", to_group.clone()).await.error(), "agent_offline");
    let mut queued = to_group;
    queued["ignore_agents_availability"] = true.into();
    mock.agent("transfer_chat", queued).await.ok();
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    assert_eq!(read["access"]["group_ids"], json!([1]));
    assert_eq!(read["thread"]["queue"]["position"], 1);
    mock.agent("set_routing_status", json!({"agent_id": "sales@example.com", "status": "accepting_chats"}))
        .await
        .ok();
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    assert!(read["thread"].get("queue").is_none(), "the chat waits for an agent who is free");
    let wrong = json!({"id": chat, "target": {"type": "group", "ids": ["sales@example.com"]}, "ignore_requester_presence": true});
    assert_eq!(mock.agent("transfer_chat", wrong).await.error(), "validation");
}

#[tokio::test]
async fn properties_are_merged_and_deleted_by_name() {
    let mock = Mock::start().await;
    let (chat, thread) = mock.chat().await;
    let event = format!("{thread}_1");
    let set = json!({"test": {"int_property": 1, "string_property": "good"}});
    mock.agent("update_chat_properties", json!({"id": chat, "properties": set})).await.ok();
    mock.agent("update_thread_properties", json!({"chat_id": chat, "thread_id": thread, "properties": set}))
        .await
        .ok();
    let on_event = json!({"chat_id": chat, "thread_id": thread, "event_id": event, "properties": set});
    mock.agent("update_event_properties", on_event).await.ok();
    mock.agent("update_chat_properties", json!({"id": chat, "properties": {"test": {"int_property": 0}}}))
        .await
        .ok();
    let gone = json!({"test": ["string_property"]});
    mock.agent("delete_thread_properties", json!({"chat_id": chat, "thread_id": thread, "properties": gone}))
        .await
        .ok();

    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    assert_eq!(read["properties"]["test"], json!({"int_property": 0, "string_property": "good"}));
    assert_eq!(read["thread"]["properties"]["test"], json!({"int_property": 1}));
    assert_eq!(read["thread"]["events"][0]["properties"], set);
}

#[tokio::test]
async fn an_applications_properties_must_be_registered_and_fit() {
    let mock = Mock::start().await;
    let client = mock.server.tokens().client_id;
    let (chat, _) = mock.chat().await;
    let set =
        |value: serde_json::Value| json!({"id": chat, "properties": {client.as_str(): {"level": value}}});
    assert_eq!(mock.agent("update_chat_properties", set(json!(1))).await.error(), "validation");
    let definition = json!({
        "name": "level", "owner_client_id": client, "type": "int", "range": {"from": 1, "to": 3},
        "access": {"chat": {"agent": ["read", "write"], "customer": ["read"]}},
    });
    mock.configuration("register_property", definition).await.ok();
    mock.agent("update_chat_properties", set(json!(2))).await.ok();
    assert_eq!(mock.agent("update_chat_properties", set(json!(4))).await.error(), "validation");
    assert_eq!(mock.agent("update_chat_properties", set(json!("2"))).await.error(), "validation");
}

#[tokio::test]
async fn customers_are_created_changed_found_and_banned() {
    let mock = Mock::start().await;
    let created = mock
        .agent("create_customer", json!({"name": "Ada", "email": "ada@example.org", "session_fields": [{"plan": "pro"}, {"plan": "old"}]}))
        .await
        .ok();
    let id = &created["customer_id"];
    assert_eq!(mock.agent("update_customer", json!({"id": id})).await.error(), "validation");
    mock.agent("update_customer", json!({"id": id, "name": "Ada L."})).await.ok();
    let read = mock.agent("get_customer", json!({"id": id})).await.ok();
    assert_eq!(read["name"], "Ada L.");
    assert_eq!(read["session_fields"], json!([{"plan": "pro"}, {"plan": "old"}]));
    let by_mail = json!({"filters": {"email": {"values": ["ada@example.org"]}}});
    let found = mock.agent("list_customers", by_mail).await.ok();
    assert_eq!(found["limited_customers"], 1);
    assert_eq!(found["total_customers"], 2, "the ready-made one counts as well");

    let started =
        mock.agent("start_chat", json!({"chat": {"users": [{"id": id, "type": "customer"}]}})).await.ok();
    mock.agent("ban_customer", json!({"id": id, "ban": {"days": 1}})).await.ok();
    let read = mock.agent("get_chat", json!({"chat_id": started["chat_id"]})).await.ok();
    assert_eq!(read["thread"]["active"], false);
}

#[tokio::test]
async fn archives_are_searched_by_what_stands_in_them() {
    let mock = Mock::start().await;
    for text in ["A refund please", "No refund, thanks", "Where is my parcel?"] {
        let events = json!([{"type": "message", "text": text}]);
        mock.agent("start_chat", json!({"chat": {"thread": {"events": events}}})).await.ok();
    }
    let found =
        mock.agent("list_archives", json!({"filters": {"query": "REFUND"}, "highlights": {}})).await.ok();
    assert_eq!(found["found_chats"], 2);
    assert_eq!(found["chats"][0]["thread"]["events"][0]["text"], "No <em>refund</em>, thanks");
    let ids: Vec<_> =
        found["chats"].as_array().unwrap().iter().map(|chat| chat["thread"]["id"].clone()).collect();
    let named = mock.agent("list_archives", json!({"filters": {"thread_ids": ids}})).await.ok();
    assert_eq!(named["found_chats"], 2);
    let both = json!({"filters": {"thread_ids": ids, "query": "refund"}});
    assert_eq!(mock.agent("list_archives", both).await.error(), "validation");
    let nobody = mock.agent("list_archives", json!({"filters": {"agents": {"exists": false}}})).await.ok();
    assert_eq!(nobody["found_chats"], 0);
}

#[tokio::test]
async fn tags_are_unique_whatever_their_case_and_used_by_their_case() {
    let mock = Mock::start().await;
    let (chat, thread) = mock.chat().await;
    mock.configuration("create_tag", json!({"name": "Refund", "group_ids": [0]})).await.ok();
    assert_eq!(
        mock.configuration("create_tag", json!({"name": "rEFUND", "group_ids": []})).await.error(),
        "already_exists"
    );
    let tag = |name: &str| json!({"chat_id": chat, "thread_id": thread, "tag": name});
    assert_eq!(mock.agent("tag_thread", tag("refund")).await.error(), "validation");
    mock.agent("tag_thread", tag("Refund")).await.ok();
    mock.agent("untag_thread", tag("Refund")).await.ok();
    assert_eq!(mock.agent("untag_thread", tag("Refund")).await.error(), "not_found");
}

#[tokio::test]
async fn a_bot_speaks_by_its_own_token_and_by_an_agents() {
    let mock = Mock::start().await;
    let (chat, _) = mock.chat().await;
    let tokens = mock.server.tokens();
    let join = json!({"chat_id": chat, "user_id": tokens.bot_id, "user_type": "agent", "visibility": "all"});
    mock.agent_as(&tokens.bot, "add_user_to_chat", join).await.ok();
    let event = json!({"chat_id": chat, "event": {"type": "message", "text": "beep"}});
    mock.agent_as(&tokens.bot, "send_event", event.clone()).await.ok();
    let mut request = mock.request("POST", "/v3.5/agent/action/send_event", &tokens.agent, event.to_string());
    request.headers_mut().insert("x-author-id", tokens.bot_id.parse().unwrap());
    mock.send(request).await.ok();
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    let events = read["thread"]["events"].as_array().unwrap();
    let by_bot = events.iter().filter(|event| event["author_id"] == tokens.bot_id.as_str()).count();
    assert_eq!(by_bot, 2);
}

#[tokio::test]
async fn the_license_and_the_statuses_are_read() {
    let mock = Mock::start().await;
    assert!(mock.agent("get_license_info", json!({})).await.ok()["license_id"].is_string());
    let statuses = mock.agent("list_routing_statuses", json!({"filters": {"group_ids": [1]}})).await.ok();
    assert_eq!(statuses.as_array().unwrap().len(), 3);
    let (chat, _) = mock.chat().await;
    let free = mock.agent("list_agents_for_transfer", json!({"chat_id": chat})).await.ok();
    assert_eq!(free.as_array().unwrap().len(), 2);
    mock.agent("follow_chat", json!({"id": chat})).await.ok();
    assert_eq!(mock.agent("unfollow_chat", json!({"id": chat})).await.error(), "validation");
    mock.agent("mark_events_as_seen", json!({"chat_id": chat, "seen_up_to": "2026-03-01T10:00:00Z"}))
        .await
        .ok();
    mock.agent("send_typing_indicator", json!({"chat_id": chat, "is_typing": true})).await.ok();
    assert_eq!(mock.agent("multicast", json!({"recipients": {}, "content": 1})).await.error(), "validation");
}
