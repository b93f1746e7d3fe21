//! Traps of pagination, filters, and what is not sent.

use livechat_types::{
    agent::{GetChat, ListArchives, ListChats, ListThreads, SetRoutingStatus, TransferChat},
    configuration::ListBots,
    customer,
    shared::RoutingStatus,
};
use serde_json::{Value, json};

use super::{fails, info, json_of, kept, passes};

#[test]
fn the_id_of_a_page_is_sent_alone() {
    assert_eq!(json_of(&ListChats::new().page_id("p2")), json!({"page_id": "p2"}));
    assert_eq!(
        json_of(&ListThreads::new("QJ4T8ZP1LX").page_id("p2")),
        json!({"chat_id": "QJ4T8ZP1LX", "page_id": "p2"})
    );
    assert_eq!(json_of(&ListArchives::new().page_id("p2")), json!({"page_id": "p2"}));
}

#[test]
fn no_default_is_sent() {
    assert_eq!(json_of(&ListChats::new()), json!({}));
    assert_eq!(json_of(&customer::ListChats::new()), json!({}));
    assert_eq!(json_of(&GetChat::new("QJ4T8ZP1LX")), json!({"chat_id": "QJ4T8ZP1LX"}));
    assert_eq!(json_of(&TransferChat::new("QJ4T8ZP1LX")), json!({"id": "QJ4T8ZP1LX"}));
    assert_eq!(json_of(&SetRoutingStatus::new(RoutingStatus::Offline)), json!({"status": "offline"}));
    assert_eq!(json_of(&ListBots::new()), json!({}));
    assert_eq!(json_of(&customer::GetDynamicConfiguration::new()), json!({}));
}

#[test]
fn the_first_and_the_last_page_have_no_neighbour() {
    let pages = [json!({}), json!({"next_page_id": "p2"}), json!({"previous_page_id": "p1"})];
    for links in pages {
        let page = |own: Value| {
            let mut page = own;
            page.as_object_mut().unwrap().extend(links.as_object().unwrap().clone());
            page
        };
        passes("agent-web", "list_chats", "response", &page(json!({"chats_summary": [], "found_chats": 0})));
        passes("agent-web", "list_threads", "response", &page(json!({"threads": [], "found_threads": 0})));
        passes("agent-web", "list_archives", "response", &page(json!({"chats": [], "found_chats": 0})));
        passes(
            "agent-web",
            "list_customers",
            "response",
            &page(json!({"customers": [], "total_customers": 0})),
        );
        passes(
            "customer-web",
            "list_chats",
            "response",
            &page(json!({"chats_summary": [], "total_chats": 0})),
        );
        passes("customer-web", "list_threads", "response", &page(json!({"threads": [], "found_threads": 0})));
    }
}

#[test]
fn each_list_has_its_own_names_for_items_and_totals() {
    let names = |api, action| {
        let pagination = info(api, action).pagination.unwrap();
        (pagination.items, pagination.total.unwrap())
    };
    assert_eq!(names("agent", "list_chats"), ("chats_summary", "found_chats"));
    assert_eq!(names("agent", "list_threads"), ("threads", "found_threads"));
    assert_eq!(names("agent", "list_archives"), ("chats", "found_chats"));
    assert_eq!(names("agent", "list_customers"), ("customers", "total_customers"));
    assert_eq!(names("customer", "list_chats"), ("chats_summary", "total_chats"));
    assert_eq!(names("customer", "list_threads"), ("threads", "found_threads"));
    let limited = json!({"customers": [], "total_customers": 90000, "limited_customers": 10000});
    passes("agent-web", "list_customers", "response", &limited);
}

#[test]
fn threads_of_customers_have_no_filters() {
    let request = json!({"chat_id": "QJ4T8ZP1LX", "filters": {"from": "2024-03-11T09:14:02.350000Z"}});
    passes("agent-web", "list_threads", "request", &request);
    fails("customer-web", "list_threads", "request", &request, "`filters`");
    let request = json!({"chat_id": "QJ4T8ZP1LX", "min_events_count": 20});
    assert_eq!(json_of(&ListThreads::new("QJ4T8ZP1LX").min_events_count(20_u32)), request);
    passes("customer-web", "list_threads", "request", &request);
}

#[test]
fn archives_are_filtered_by_thread_over_https_only() {
    let request = json!({"filters": {"thread_ids": ["TH7W2KD90C"]}});
    passes("agent-web", "list_archives", "request", &request);
    fails("agent-rtm", "list_archives", "request", &request, "`filters.thread_ids`");
}

#[test]
fn forms_are_filtered_by_a_list_whose_items_differ_over_websocket() {
    let forms = json!({"filters": {"forms": [{"type": "pre_chat", "values": ["f2:1"]}, {"type": "post_chat", "exists": true}]}});
    passes("agent-web", "list_archives", "request", &forms);
    passes("reports", "chats/duration", "request", &forms);
    fails("agent-rtm", "list_archives", "request", &forms, "`filters.forms[0].values`");
    let old = json!({"filters": {"forms": [{"type": "post_chat", "answer_id": "f2:1"}]}});
    passes("agent-rtm", "list_archives", "request", &old);
    fails("agent-web", "list_archives", "request", &old, "`filters.forms[0].answer_id`");
}

#[test]
fn groups_in_filters_have_the_spelling_of_their_place() {
    let groups = json!({"values": [0, 3]});
    let filters = json!({"filters": {
        "group_ids": [3],
        "forms": [{"groups": groups}], "greetings": {"groups": groups}, "agent_response": {"first": true, "groups": groups}
    }});
    passes("agent-web", "list_archives", "request", &filters);
    passes("agent-web", "list_chats", "request", &json!({"filters": {"group_ids": [3]}}));
    let filters = json!({"filters": {"groups": {"exclude_values": [3], "require_every_value": true}}});
    passes("reports", "chats/duration", "request", &filters);
    passes("reports", "agents/performance", "request", &json!({"filters": {"groups": {"values": [3]}}}));
}

#[test]
fn a_filter_holds_only_what_was_set() {
    let one = [
        json!({"exists": false}),
        json!({"values": ["vip"]}),
        json!({"exclude_values": ["vip"], "require_every_value": true}),
    ];
    for tags in one {
        passes("agent-web", "list_archives", "request", &json!({"filters": {"tags": tags}}));
        passes("reports", "chats/duration", "request", &json!({"filters": {"tags": tags}}));
    }
    // The values of a property are of the property's type.
    for values in [json!(["a", "b"]), json!([1, 2]), json!([true])] {
        let filters = json!({"filters": {"properties": {"routing": {"continuous": {"values": values}}}}});
        passes("agent-web", "list_chats", "request", &filters);
        passes("agent-web", "list_archives", "request", &filters);
        passes("reports", "chats/duration", "request", &filters);
    }
    let filters = json!({"filters": {"event_types": {"exists": true}}});
    fails("agent-web", "list_archives", "request", &filters, "`filters.event_types.exists`");
}

#[test]
fn customers_are_filtered_by_texts_numbers_and_ranges() {
    let filters = json!({"filters": {
        "country": {"values": ["Poland"]}, "email": {"exclude_values": ["nadia@example.org"]},
        "chat_group_ids": {"values": [0, 3]}, "chats_count": {"gte": 2, "lt": 9}, "visits_count": {"eq": 1},
        "created_at": {"gt": "2024-03-11T09:14:02.350000Z", "lte": "2024-03-12T00:00:00Z"}
    }});
    for sort_by in ["created_at", "threads_count", "visits_count", "agent_last_event", "customer_last_event"]
    {
        let mut request = filters.clone();
        request["sort_by"] = sort_by.into();
        passes("agent-web", "list_customers", "request", &request);
    }
}

#[test]
fn a_report_may_take_its_time_from_the_greetings() {
    let times = json!({"from": "2024-03-01T00:00:00+01:00", "to": "2024-03-11T23:59:59+01:00"});
    let request = json!({"distribution": "day", "filters": {"greetings": times}});
    passes("reports", "chats/greetings_conversion", "request", &request);
    // The offset says in which zone the days of a report begin: it is sent as it was set.
    let request: livechat_types::reports::ChatsDuration = kept(&json!({"filters": times}));
    assert_eq!(json_of(&request)["filters"], times);
    passes("reports", "chats/duration", "request", &json!({}));
}

#[test]
fn highlights_without_tags_are_not_the_same_as_none() {
    let on: ListArchives = kept(&json!({"highlights": {}}));
    assert!(on.highlights.is_some());
    assert!(ListArchives::new().highlights.is_none());
    let tags = json!({"highlights": {"pre_tag": "<b>", "post_tag": "</b>"}});
    passes("agent-web", "list_archives", "request", &tags);
}
