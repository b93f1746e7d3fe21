//! Each action reaches its handler, with its event.

use livechat_webhooks::{Context, Handlers, Verifier, types::shared::ChatId};
use serde::Serialize;
use serde_json::json;

use crate::support::{EXAMPLES, SECRET, Seen, body};

/// Notes which handler was called, and with what.
fn note(handler: &'static str, event: impl Serialize, context: &Context<Seen>) {
    context.state.add(json!([handler, event, context.additional_data]).to_string());
}

macro_rules! noting {
    ($seen:expr; $($method:ident)+) => {
        Handlers::with_state($seen)$(.$method(|event, context| async move {
            note(stringify!($method), event, &context);
            Ok(())
        }))+
    };
}

fn all(seen: &Seen) -> Handlers<Seen> {
    noting! { seen.clone();
        on_incoming_chat on_chat_deactivated on_chat_access_updated on_chat_transferred on_user_added_to_chat
        on_user_removed_from_chat on_incoming_event on_event_updated on_incoming_rich_message_postback
        on_chat_properties_updated on_chat_properties_deleted on_thread_properties_updated on_thread_properties_deleted
        on_event_properties_updated on_event_properties_deleted on_thread_tagged on_thread_untagged on_routing_status_set
        on_incoming_customer on_customer_session_fields_updated on_agent_created on_agent_approved on_agent_updated
        on_agent_suspended on_agent_unsuspended on_agent_deleted on_auto_accesses_updated on_bot_created on_bot_updated
        on_bot_deleted on_group_created on_group_deleted on_group_updated on_tag_created on_tag_deleted on_tag_updated
        on_events_marked_as_seen
    }
}

#[tokio::test]
async fn each_of_the_37_actions_reaches_the_handler_of_its_name_with_its_event() {
    let seen = Seen::default();
    let handlers = all(&seen);
    assert_eq!(handlers.actions().len(), 37);
    for example in EXAMPLES.iter() {
        let webhook = Verifier::new(SECRET).read(body(example).as_bytes()).unwrap();
        handlers.handle(webhook).await.unwrap();
        let method = format!("on_{}", example["action"].as_str().unwrap());
        let data = example.get("additional_data").cloned();
        assert_eq!(seen.take(), [json!([method, example["payload"], data]).to_string()]);
    }
}

#[tokio::test]
async fn what_has_no_handler_goes_to_otherwise_and_without_that_counts_as_handled() {
    let unknown = json!({"action": "chat_teleported", "payload": {}});
    let read = |example| Verifier::new(SECRET).read(body(example).as_bytes()).unwrap();
    let seen = Seen::default();
    let handlers = Handlers::with_state(seen.clone()).on_incoming_chat(|event, context| async move {
        note("on_incoming_chat", event, &context);
        Ok(())
    });
    handlers.handle(read(&EXAMPLES[1])).await.unwrap();
    handlers.handle(read(&unknown)).await.unwrap();
    assert!(seen.take().is_empty());

    let handlers = handlers.otherwise(|payload, context: Context<Seen>| async move {
        context.state.add(payload.action());
        Ok(())
    });
    for example in [&EXAMPLES[0], &EXAMPLES[1], &unknown] {
        handlers.handle(read(example)).await.unwrap();
    }
    let seen = seen.take();
    assert!(seen[0].contains("on_incoming_chat"));
    assert_eq!(seen[1..], ["chat_deactivated", "chat_teleported"]);
}

#[tokio::test]
async fn any_error_of_a_handler_is_passed_on() {
    let handlers = Handlers::new().on_chat_deactivated(|event, _context| async move {
        let _: u32 = event.chat_id.as_str().parse()?;
        Ok(())
    });
    let webhook = Verifier::new(SECRET).read(body(&EXAMPLES[1]).as_bytes()).unwrap();
    let error = handlers.handle(webhook).await.unwrap_err();
    assert_eq!(error.to_string(), "invalid digit found in string");
}

#[test]
fn webhooks_about_a_chat_know_it() {
    for example in EXAMPLES.iter() {
        let webhook = Verifier::new(SECRET).read(body(example).as_bytes()).unwrap();
        let payload = &example["payload"];
        let chat_id = [
            &payload["chat_id"],
            &payload["chat"]["id"],
            &payload["active_chat"]["chat_id"],
            if webhook.action() == "chat_access_updated" { &payload["id"] } else { &json!(null) },
        ];
        let chat_id = chat_id.iter().find_map(|id| id.as_str());
        assert_eq!(webhook.chat_id().map(ChatId::as_str), chat_id, "{}", webhook.action());
    }
}
