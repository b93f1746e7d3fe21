//! Traps of the Reports API.

use livechat_types::{
    Scopes,
    reports::{self, AgentsDistribution, ChatsDistribution, DurationReport, OffsetDateTime},
};
use serde_json::{Map, Value, json};

use super::{fails, kept, passes};

fn report(records: Value) -> Value {
    Map::from_iter([("records".to_owned(), records)]).into()
}

#[test]
fn records_have_the_shape_of_their_report() {
    let day = |record: Value| report(json!({"2024-03-11": record}));
    let shapes = [
        ("chats/duration", day(json!({"count": 2, "duration": 61, "agents_chatting_duration": 40}))),
        ("chats/total_chats", day(json!({"total": 2, "continuous": 1}))),
        ("chats/ratings", day(json!({"chats": 3, "good": 2, "bad": 1}))),
        ("chats/engagement", day(json!({"started_by_agent": 2}))),
        ("chats/response_time", day(json!({"count": 2, "response_time": 12.5}))),
        ("chats/first_response_time", day(json!({"count": 2, "first_response_time": 12.5}))),
        ("agents/availability", day(json!({"hours": 7.5}))),
        ("chats/tags", day(json!({"vip": 2, "refund": 1}))),
        ("chats/greetings_conversion", day(json!({"7": {"displayed": 5, "accepted": 2}}))),
        ("chats/ranking", report(json!({"ada@example.com": {"total": 3, "good": 2, "score": 0.66}}))),
        (
            "agents/performance",
            report(json!({"ada@example.com": {"chats_count": 3, "logged_in_time": 3600}})),
        ),
        ("tags/chat_usage", report(json!({"vip": 2}))),
        ("chats/forms", report(json!([{"form_id": "f1", "count": 2, "fields": []}]))),
    ];
    assert_eq!(shapes.len(), reports::actions::ALL.len());
    for (action, report) in shapes {
        passes("reports", action, "response", &report);
    }
}

#[test]
fn records_have_any_key() {
    for key in ["2024-03-11", "2024-03", "2024", "11", "2024-03-11 10"] {
        kept::<DurationReport>(&json!({"records": {key: {"count": 1}}}));
    }
    let hours = json!({"records": {"08": {"minutes": 30.5}, "09": {"hours": 1}}});
    passes("reports", "agents/availability", "response", &hours);
}

#[test]
fn a_day_may_be_empty() {
    let empty = report(json!({"2024-03-11": {}}));
    for info in reports::actions::ALL {
        match info.name {
            "chats/forms" => passes("reports", info.name, "response", &report(json!([]))),
            "tags/chat_usage" => passes("reports", info.name, "response", &report(json!({}))),
            name => passes("reports", name, "response", &empty),
        }
    }
    passes("reports", "chats/ratings", "response", &report(json!({"2024-03-11": {"chats": 1, "good": 1}})));
}

#[test]
fn a_report_may_say_its_name() {
    for info in reports::actions::ALL {
        let records = if info.name == "chats/forms" { json!([]) } else { json!({}) };
        let mut report = report(records);
        passes("reports", info.name, "response", &report);
        report["name"] = "some-report".into();
        passes("reports", info.name, "response", &report);
    }
}

#[test]
fn totals_are_counts_except_of_hours() {
    let with_total = |total: Value| json!({"total": total, "records": {}});
    passes("reports", "chats/duration", "response", &with_total(json!(12)));
    fails("reports", "chats/duration", "response", &with_total(json!(12.5)), "`total`");
    passes("reports", "agents/availability", "response", &with_total(json!(12.5)));
    passes("reports", "agents/availability", "response", &with_total(json!(12)));
    let summary = json!({"summary": {"chats_count": 3, "first_response_time": 7.25}, "records": {}});
    passes("reports", "agents/performance", "response", &summary);
    let total = report(json!({"2024-03-11": {"total": 4}}));
    passes("reports", "chats/engagement", "response", &total);
}

#[test]
fn times_are_fractions_that_may_be_whole() {
    for hours in [json!(0), json!(7), json!(7.5)] {
        passes(
            "reports",
            "agents/availability",
            "response",
            &report(json!({"2024-03-11": {"hours": hours}})),
        );
    }
    for time in [json!(7), json!(7.25)] {
        let record = report(json!({"2024-03-11": {"count": 1, "response_time": time}}));
        passes("reports", "chats/response_time", "response", &record);
        let record = report(json!({"2024-03-11": {"count": 1, "duration": time}}));
        passes("reports", "chats/duration", "response", &record);
    }
}

#[test]
fn distributions_differ_between_reports() {
    for distribution in ["hour", "day", "day-hours", "month", "year"] {
        assert!(ChatsDistribution::from(distribution).is_known(), "{distribution}");
        let is_for_agents = matches!(distribution, "hour" | "day");
        assert_eq!(AgentsDistribution::from(distribution).is_known(), is_for_agents, "{distribution}");
    }
    passes("reports", "chats/ranking", "request", &json!({"distribution": "day"}));
    fails("reports", "tags/chat_usage", "request", &json!({"distribution": "day"}), "`distribution`");
}

#[test]
fn every_report_needs_the_one_scope() {
    for info in reports::actions::ALL {
        assert_eq!(info.scopes.names(), ["reports_read"], "{}", info.name);
        assert_ne!(info.scopes, Scopes::None);
    }
}

#[test]
fn addresses_name_a_resource_and_a_report() {
    for info in reports::actions::ALL {
        assert_eq!(info.http.unwrap().path, format!("/v3.5/reports/{}", info.name));
    }
    let resources: Vec<_> =
        reports::actions::ALL.iter().map(|info| info.name.split('/').next().unwrap()).collect();
    let count = |resource| resources.iter().filter(|found| **found == resource).count();
    assert_eq!((count("chats"), count("agents"), count("tags")), (10, 2, 1));
}

#[test]
fn a_time_keeps_its_offset() {
    let time = "2024-03-11T00:00:00+01:00";
    assert_eq!(OffsetDateTime::from(time).as_ref(), time);
}
