//! Reports are counted from the chats there are.

use livechat_mock::MockServer;
use serde_json::{Value, json};

use crate::support::{Mock, text};

const NAMES: [&str; 13] = [
    "chats/duration",
    "chats/tags",
    "chats/total_chats",
    "chats/ratings",
    "chats/ranking",
    "chats/engagement",
    "chats/greetings_conversion",
    "chats/forms",
    "chats/response_time",
    "chats/first_response_time",
    "agents/availability",
    "agents/performance",
    "tags/chat_usage",
];

#[tokio::test]
async fn a_report_counts_what_happened() {
    let start = "2026-03-02T10:00:00Z".parse().unwrap();
    let mock = Mock::with(MockServer::builder().stopped_at(start)).await;
    mock.configuration("create_tag", json!({"name": "refund", "group_ids": [0]})).await.ok();
    let hours = |hours: u64| mock.server.advance(std::time::Duration::from_secs(3_600 * hours));
    for day in 0..2 {
        let started = mock
            .customer(
                "start_chat",
                json!({"chat": {"thread": {"events": [{"type": "message", "text": "Hi"}]}}}),
            )
            .await
            .ok();
        let (chat, thread) = (text(&started["chat_id"]), text(&started["thread_id"]));
        mock.server.advance(std::time::Duration::from_secs(30));
        let seen = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
        let agent =
            seen["users"].as_array().unwrap().iter().find(|user| user["type"] == "agent").unwrap().clone();
        let token = mock.server.token_of(agent["id"].as_str().unwrap(), &["chats--all:rw"]);
        mock.agent_as(
            &token,
            "send_event",
            json!({"chat_id": chat, "event": {"type": "message", "text": "Hello"}}),
        )
        .await
        .ok();
        mock.agent("tag_thread", json!({"chat_id": chat, "thread_id": thread, "tag": "refund"})).await.ok();
        let rating = json!({"chat_id": chat, "thread_id": thread, "properties": {"rating": {"score": day}}});
        mock.customer("update_thread_properties", rating).await.ok();
        mock.customer("deactivate_chat", json!({"id": chat})).await.ok();
        hours(24);
    }
    let range = json!({"filters": {"from": "2026-03-02T00:00:00Z", "to": "2026-03-04T23:59:59Z"}});
    let total = mock.report("chats/total_chats", range.clone()).await;
    assert_eq!(total["total"], 2);
    assert_eq!(
        total["records"],
        json!({"2026-03-02": {"total": 1}, "2026-03-03": {"total": 1}, "2026-03-04": {}})
    );
    let ratings = mock.report("chats/ratings", range.clone()).await;
    assert_eq!(ratings["records"]["2026-03-02"], json!({"chats": 1, "bad": 1}));
    assert_eq!(ratings["records"]["2026-03-03"], json!({"chats": 1, "good": 1}));
    let first = mock.report("chats/first_response_time", range.clone()).await;
    assert_eq!(first["records"]["2026-03-02"], json!({"count": 1, "first_response_time": 30.0}));
    assert_eq!(mock.report("tags/chat_usage", range.clone()).await["records"], json!({"refund": 2}));
    let performance = mock.report("agents/performance", range.clone()).await;
    assert_eq!(performance["summary"]["chats_count"], 2);
    let monthly =
        mock.report("chats/tags", json!({"distribution": "month", "filters": range["filters"]})).await;
    assert_eq!(monthly["records"], json!({"2026-03": {"refund": 2}}));
    let none = json!({"filters": {"from": "2026-03-02T00:00:00Z", "to": "2026-03-04T23:59:59Z", "tags": {"exclude_values": ["refund"]}}});
    assert_eq!(mock.report("chats/total_chats", none).await["total"], 0);
}

/// The parameters of the Reports API: without a time zone, and agents of none, `filters.from` says which it is.
#[tokio::test]
async fn a_day_begins_where_the_filter_says_unless_a_time_zone_is_named() {
    let late = "2026-03-03T03:00:00Z".parse().unwrap();
    let mock = Mock::with(MockServer::builder().stopped_at(late)).await;
    mock.customer("start_chat", json!({})).await.ok();
    let filters = json!({"from": "2026-03-02T00:00:00-05:00", "to": "2026-03-03T23:59:59-05:00"});
    let there = mock.report("chats/total_chats", json!({"filters": filters})).await;
    assert_eq!(there["records"], json!({"2026-03-02": {"total": 1}, "2026-03-03": {}}));
    let named = json!({"filters": filters, "timezone": "UTC"});
    let here = mock.report("chats/total_chats", named).await;
    assert_eq!(here["records"]["2026-03-03"], json!({"total": 1}));
    let available = mock.report("agents/availability", json!({"filters": filters})).await;
    assert_eq!(available["records"].as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn every_report_shows_something_of_the_seed() {
    let mock = Mock::with(MockServer::builder().seed(42)).await;
    for name in NAMES {
        let report = mock.report(name, json!({})).await;
        let filled = match &report["records"] {
            Value::Object(records) => records.values().any(|record| *record != json!({})),
            Value::Array(records) => !records.is_empty(),
            _ => false,
        };
        assert!(filled, "{name}: {report}");
    }
}

#[tokio::test]
async fn a_report_is_the_same_by_get() {
    let mock =
        Mock::with(MockServer::builder().seed(42).stopped_at("2026-03-10T10:00:00Z".parse().unwrap())).await;
    let body = json!({"distribution": "day", "filters": {
        "from": "2026-03-01T00:00:00+00:00", "to": "2026-03-09T00:00:00+00:00",
        "groups": {"values": [0, 2]}, "properties": {"routing": {"continuous": {"values": [true]}}},
    }});
    let posted = mock.report("chats/total_chats", body).await;
    let query = "distribution=day&filters.from=2026-03-01T00:00:00%2B00:00&filters.to=2026-03-09T00:00:00%2B00:00\
                 &filters.groups.values=0&filters.groups.values=2&filters.properties[routing][continuous].values=true";
    let got =
        mock.get(&format!("/v3.5/reports/chats/total_chats?{query}"), &mock.server.tokens().agent).await.ok();
    assert_eq!(got, posted);
    assert!(got["total"].as_i64().unwrap() > 0);
}

#[tokio::test]
async fn filters_hold_exactly_one_pair_of_times() {
    let mock = Mock::start().await;
    let token = mock.server.token_with_scopes(&["reports_read"]);
    for filters in [
        json!({}),
        json!({"from": "2026-03-01T00:00:00Z"}),
        json!({"from": "soon", "to": "later"}),
        json!({"from": "2026-03-02T00:00:00Z", "to": "2026-03-01T00:00:00Z"}),
        json!({"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z", "greetings": {"from": "2026-03-01T00:00:00Z", "to": "2026-03-02T00:00:00Z"}}),
    ] {
        let answer = mock.post("/v3.5/reports/chats/duration", &token, json!({"filters": filters})).await;
        assert_eq!(answer.error(), "validation", "{filters}");
    }
    let without = mock.server.token_with_scopes(&["chats--all:ro"]);
    assert_eq!(mock.post("/v3.5/reports/chats/duration", &without, json!({})).await.error(), "authorization");
}

#[tokio::test]
async fn the_same_seed_makes_the_same_license() {
    let start: jiff::Timestamp = "2026-03-10T10:00:00Z".parse().unwrap();
    let seeded = async |seed| {
        let mock = Mock::with(MockServer::builder().seed(seed).stopped_at(start)).await;
        (mock.server.tokens(), mock.agent("list_archives", json!({"limit": 100})).await.text)
    };
    let (one, two, other) = (seeded(7).await, seeded(7).await, seeded(8).await);
    assert_eq!(one.0, two.0);
    // The page ids carry the time of their call, which is the same as well.
    assert_eq!(one.1, two.1);
    assert_ne!(one.1, other.1);
}
