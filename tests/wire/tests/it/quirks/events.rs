//! Traps of events.

use livechat_types::{
    agent::{NewEvent, NewMessage},
    customer,
    shared::{Event, FilledFormField, FormAnswer, FormField, RichMessageElement},
};
use serde_json::{Value, json};

use super::{fails, json_of, kept, passes};

/// An event with these fields beside those of every event.
fn event(kind: &str, own: &Value) -> Value {
    let mut event = json!({"id": "e1", "type": kind, "created_at": "2024-03-11T09:14:02.35Z"});
    if kind != "system_message" {
        event["author_id"] = "ada@example.com".into();
    }
    event.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    event
}

fn kinds() -> [(&'static str, Value); 7] {
    [
        (
            "file",
            json!({"name": "a.pdf", "url": "https://cdn.example.com/a.pdf", "content_type": "application/pdf"}),
        ),
        ("form", json!({"form_id": "f1", "fields": []})),
        ("filled_form", json!({"form_id": "f1", "fields": []})),
        ("message", json!({"text": "Hi"})),
        ("rich_message", json!({"template_id": "cards"})),
        ("custom", json!({})),
        ("system_message", json!({"system_message_type": "agent_left"})),
    ]
}

#[test]
fn there_are_seven_kinds_of_events() {
    for (kind, own) in kinds() {
        let agents: Event = kept(&event(kind, &own));
        let customers: customer::Event = kept(&event(kind, &own));
        assert_eq!((agents.kind(), customers.kind()), (kind, kind));
        assert!(
            !matches!(agents, Event::Unknown(_)) && !matches!(customers, customer::Event::Unknown(_)),
            "{kind}"
        );
    }
    assert!(matches!(kept(&event("system", &json!({"text": "v3.6"}))), Event::Unknown(_)));
}

#[test]
fn system_messages_have_no_author() {
    let least = json!({"id": "e1", "type": "system_message", "created_at": "2024-03-11T09:14:02.35Z", "system_message_type": "agent_left"});
    kept::<Event>(&least);
    kept::<customer::Event>(&least);
    let more = event(
        "system_message",
        &json!({"system_message_type": "agent_left", "text": "Ada left", "text_vars": {"agent": "Ada"}, "visibility": "all"}),
    );
    kept::<Event>(&more);
    let form = json!({"id": "e1", "type": "form", "created_at": "2024-03-11T09:14:02.35Z", "form_id": "f1", "fields": []});
    kept::<customer::Event>(&form);
}

#[test]
fn agents_see_visibility_and_customers_recipients() {
    let message = event("message", &json!({"text": "Hi"}));
    kept::<Event>(&message);
    kept::<customer::Event>(&message);
    kept::<Event>(&event("message", &json!({"text": "Hi", "visibility": "agents"})));
    kept::<customer::Event>(&event("message", &json!({"text": "Hi", "recipients": "all"})));
    for recipients in [json!({"recipients": "all"}), json!({})] {
        let mut form = json!({"type": "filled_form", "form_id": "f1", "fields": []});
        form.as_object_mut().unwrap().extend(recipients.as_object().unwrap().clone());
        passes("customer-web", "send_event", "request", &json!({"chat_id": "c", "event": form}));
    }
}

#[test]
fn what_is_sent_lacks_what_the_server_makes() {
    assert_eq!(json_of(&NewEvent::from(NewMessage::new("Hi"))), json!({"type": "message", "text": "Hi"}));
    let sent = [
        json!({"type": "file", "url": "https://cdn.example.com/a.pdf", "custom_id": "c1"}),
        json!({"type": "form", "form_id": "f1", "fields": []}),
        json!({"type": "system_message", "system_message_type": "agent_left", "text": "Ada left"}),
    ];
    for event in sent {
        passes("agent-web", "send_event", "request", &json!({"chat_id": "c", "event": event}));
    }
    let made =
        json!({"chat_id": "c", "event": {"type": "message", "text": "Hi", "author_id": "ada@example.com"}});
    fails("agent-web", "send_event", "request", &made, "`event.author_id`");
}

#[test]
fn a_file_that_is_no_image_has_no_dimensions() {
    let file =
        json!({"name": "a.pdf", "url": "https://cdn.example.com/a.pdf", "content_type": "application/pdf"});
    kept::<Event>(&event("file", &file));
    let image = json!({
        "name": "a.png", "url": "https://cdn.example.com/a.png", "content_type": "image/png", "size": 9, "width": 3, "height": 3,
        "thumbnail_url": "https://cdn.example.com/t.png", "thumbnail2x_url": "https://cdn.example.com/t2.png", "alternative_text": "dot"
    });
    kept::<Event>(&event("file", &image));
}

#[test]
fn a_rich_message_may_have_little_in_it() {
    let elements = json!([
        {},
        {"title": "Parcels", "subtitle": "Where they are", "image": {"url": "https://cdn.example.com/p.png"}},
        {"buttons": [{"text": "Track", "postback_id": "track", "user_ids": []}]}
    ]);
    kept::<Vec<RichMessageElement>>(&elements);
    kept::<Event>(&event("rich_message", &json!({"template_id": "quick_replies", "elements": elements})));
    let lacking = json!([{"buttons": [{"postback_id": "track", "user_ids": []}]}]);
    let error = serde_json::from_value::<Vec<RichMessageElement>>(lacking).unwrap_err().to_string();
    assert!(error.contains("missing field `text`"), "{error}");
}

#[test]
fn templates_and_buttons_are_open_sets() {
    for template in ["cards", "sticker", "quick_replies", "ecommerce"] {
        let Event::RichMessage(message) = kept(&event("rich_message", &json!({"template_id": template})))
        else {
            panic!("{template} is no rich message")
        };
        assert_eq!(message.template_id.is_known(), template != "ecommerce");
    }
    for kind in ["webview", "message", "url", "phone", "hologram"] {
        let button = json!({
            "text": "Go", "type": kind, "value": "v", "postback_id": "p", "user_ids": ["1f6c"], "webview_height": "full", "target": "new"
        });
        let elements: Vec<RichMessageElement> = kept(&json!([{"buttons": [button]}]));
        let buttons = elements[0].buttons.as_ref().unwrap();
        assert_eq!(buttons[0].r#type.as_ref().unwrap().is_known(), kind != "hologram");
    }
}

#[test]
fn there_are_two_kinds_of_postbacks() {
    let own = [json!({}), json!({"type": "message", "value": "Yes"})];
    for own in own {
        let mut postback = json!({"id": "track", "thread_id": "t", "event_id": "e0"});
        postback.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        kept::<Event>(&event("message", &json!({"text": "Yes", "postback": postback})));
    }
    let toggled = json!({"chat_id": "c", "thread_id": "t", "event_id": "e1", "postback": {"id": "track", "toggled": true}});
    passes("agent-web", "send_rich_message_postback", "request", &toggled);
    let mut message = toggled;
    message["user_id"] = "1f6c3c1e".into();
    passes("agent-rtm", "incoming_rich_message_postback", "push", &message);
    passes("webhooks", "incoming_rich_message_postback", "webhook", &message);
}

#[test]
fn an_answer_is_a_text_or_an_option_or_several() {
    let field = |kind: &str, name: &str, answer: Value| {
        let mut field = json!({"type": kind, "id": "f1", "label": "What?"});
        field[name] = answer;
        field
    };
    let fields = json!([
        field("name", "answer", json!("Nadia")),
        field("question", "answer", json!("")),
        field("radio", "answer", json!({"id": "0", "label": "This"})),
        field("select", "answer", json!({"id": "1", "label": "That"})),
        field("group_chooser", "answer", json!({"id": "2", "group_id": 3, "label": "Sales"})),
        field("checkbox", "answers", json!([{"id": "0", "label": "This"}, {"id": "1", "label": "That"}])),
        field("checkbox_for_email", "answer", json!(true)),
        {"type": "email", "id": "f1", "label": "Not answered"}
    ]);
    kept::<Event>(&event("filled_form", &json!({"form_id": "f1", "fields": fields})));
    kept::<Vec<FilledFormField>>(&fields);
}

#[test]
fn a_form_of_an_old_chat_has_no_ids() {
    let fields = json!([{"type": "name", "label": "Who are you?", "answer": "Nadia"}, {"type": "email", "label": "Where?"}]);
    let form = event("filled_form", &json!({"fields": fields}));
    kept::<Event>(&form);
    kept::<customer::Event>(&form);
    let empty =
        event("form", &json!({"form_id": "f1", "fields": [{"type": "name", "label": "Who are you?"}]}));
    kept::<Event>(&empty);
    kept::<customer::Event>(&empty);
    let thread = json!({"id": "t", "active": false, "user_ids": [], "created_at": "2019-10-11T09:40:59Z", "events": [form]});
    let page = json!({"chats": [{"id": "c", "users": [], "thread": thread}]});
    passes("agent-web", "list_archives", "response", &page);
    for field in [json!({"type": "name", "id": "f1"}), json!({"label": "Who?", "id": "f1"})] {
        assert!(serde_json::from_value::<FilledFormField>(field).is_err());
    }
}

#[test]
fn a_box_that_was_ticked_is_a_boolean() {
    let field: FilledFormField =
        kept(&json!({"type": "checkbox_for_email", "id": "f1", "label": "News?", "answer": false}));
    assert_eq!(field.answer, Some(FormAnswer::Ticked(false)));
}

#[test]
fn fields_of_forms_may_be_required_and_have_options() {
    let fields = json!([
        {"type": "name", "id": "f1", "label": "Name", "required": true},
        {"type": "group_chooser", "id": "f2", "label": "Where?", "options": [{"id": "0", "label": "Sales", "group_id": 3}]},
        {"type": "subject", "id": "f3", "label": "What?"}
    ]);
    kept::<Vec<FormField>>(&fields);
    let template = json!({"enabled": true, "form": {"id": "t1", "fields": [
        {"type": "header", "id": "h1", "label": "Welcome"},
        {"type": "radio", "id": "f2", "label": "Why?", "required": false, "options": [{"id": "0", "label": "Because"}]}
    ]}});
    passes("customer-web", "get_form", "response", &template);
}

#[test]
fn the_type_of_a_form_is_any_string() {
    for form_type in ["prechat", "postchat", "ask_for_email", "quiz"] {
        kept::<Event>(&event("form", &json!({"form_id": "f1", "form_type": form_type, "fields": []})));
        kept::<Event>(&event("filled_form", &json!({"form_id": "f1", "form_type": form_type, "fields": []})));
    }
    passes("customer-web", "get_form", "request", &json!({"group_id": 0, "type": "postchat"}));
    passes("customer-rtm", "get_form", "request", &json!({"group_id": 0, "type": "ticket"}));
    fails(
        "customer-web",
        "get_form",
        "request",
        &json!({"group_id": 0, "type": "ticket"}),
        "`type` is not known",
    );
    passes("agent-web", "list_archives", "request", &json!({"filters": {"forms": [{"type": "pre_chat"}]}}));
}

#[test]
fn custom_content_is_any_json() {
    for content in [json!({"a": [1]}), json!([null, 2.5]), json!("text"), json!(7), json!(false)] {
        kept::<Event>(&event("custom", &json!({"content": content})));
        kept::<customer::Event>(&event("custom", &json!({"content": content})));
        let multicast = json!({"recipients": {"agents": {"all": true}}, "content": content});
        passes("agent-web", "multicast", "request", &multicast);
    }
    fails("agent-web", "multicast", "request", &json!({"recipients": {}}), "`content`");
    kept::<Event>(&event("custom", &json!({})));
}

#[test]
fn a_form_is_an_event_to_agents_and_customers() {
    let own = json!({"form_id": "f1", "fields": [{"type": "email", "id": "f2", "label": "Address"}]});
    assert!(matches!(kept(&event("form", &own)), Event::Form(_)));
    assert!(matches!(kept(&event("form", &own)), customer::Event::Form(_)));
}
