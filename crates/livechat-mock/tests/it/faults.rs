//! Faults on demand, the log, and the mock's own endpoints.

use std::time::Duration;

use http::StatusCode;
use livechat_mock::{Fault, MockServer};
use serde_json::json;

use crate::support::Mock;

#[tokio::test]
async fn an_error_is_answered_as_often_as_asked_for() {
    let mock = Mock::start().await;
    mock.server.inject(Fault::error("too_many_requests").on("list_chats").times(2).retry_after(3));
    for _ in 0..2 {
        let answer = mock.agent("list_chats", json!({})).await;
        assert_eq!(
            (answer.status, answer.error().as_str()),
            (StatusCode::TOO_MANY_REQUESTS, "too_many_requests")
        );
        assert_eq!(answer.headers["retry-after"], "3");
    }
    mock.agent("list_chats", json!({})).await.ok();
}

#[tokio::test]
async fn a_connection_is_reset_and_an_answer_breaks_off() {
    let mock = Mock::start().await;
    let token = mock.server.tokens().agent;
    let request = || mock.request("POST", "/v3.5/agent/action/start_chat", &token, "{}");
    mock.server.inject(Fault::reset().on("agent/start_chat"));
    assert!(mock.try_send(request()).await.is_err());
    mock.server.clear_faults();
    assert_eq!(
        mock.agent("list_chats", json!({})).await.ok()["found_chats"],
        0,
        "a reset request is not carried out"
    );
    mock.server.inject(Fault::truncate().times(1));
    assert!(mock.try_send(request()).await.is_err());
    assert_eq!(mock.agent("list_chats", json!({})).await.ok()["found_chats"], 1, "a truncated one is");
}

#[tokio::test]
async fn every_kind_of_fault_can_be_asked_for_over_http_to_begin_and_end_after_some_calls() {
    let mock = Mock::start().await;
    let token = mock.server.tokens().agent;
    let call = || mock.request("POST", "/v3.5/agent/action/list_chats", &token, "{}");
    for (fault, breaks_off) in [
        (json!({"fault": "latency", "milliseconds": 1}), false),
        (
            json!({"fault": "error", "type": "service_unavailable", "message": "later", "retry_after": 1}),
            false,
        ),
        (json!({"fault": "raw", "status": 502, "content_type": "text/html", "body": "<h1>"}), false),
        (json!({"fault": "reset"}), true),
        (json!({"fault": "truncate"}), true),
    ] {
        let mut limited = fault.clone();
        let more = json!({"action": "agent/list_chats", "after": 1, "times": 2});
        limited.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        mock.post("/_mock/faults", "", limited.clone()).await.ok();
        assert_eq!(mock.get("/_mock/faults", "").await.ok()["faults"], json!([limited]));
        mock.agent("get_license_info", json!({})).await.ok();
        mock.agent("list_chats", json!({})).await.ok();
        for _ in 0..2 {
            let answer = mock.try_send(call()).await;
            assert_eq!(answer.is_err(), breaks_off, "{fault}");
            let fails = fault["fault"] == "error" || fault["fault"] == "raw";
            assert!(answer.is_err() || answer.unwrap().status.is_server_error() == fails, "{fault}");
        }
        mock.agent("list_chats", json!({})).await.ok();
        assert_eq!(mock.get("/_mock/faults", "").await.ok()["faults"], json!([]), "it has ended");
    }
    let misspelt = json!({"fault": "reset", "aktion": "list_chats"});
    assert_eq!(mock.post("/_mock/faults", "", misspelt).await.status, StatusCode::BAD_REQUEST);
    let no_answer = json!({"fault": "raw", "status": 100, "content_type": "text/plain", "body": ""});
    assert_eq!(mock.post("/_mock/faults", "", no_answer).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
#[should_panic(expected = "no action over HTTPS is named `send_evnt`")]
async fn a_fault_that_can_never_happen_fails_the_test_that_asks_for_it() {
    Mock::start().await.server.inject(Fault::reset().on("send_evnt"));
}

#[tokio::test]
async fn a_proxys_page_and_a_late_answer_can_be_had() {
    let mock = Mock::start().await;
    mock.server.inject(Fault::latency(Duration::from_millis(1)));
    mock.server.inject(Fault::raw(StatusCode::BAD_GATEWAY, "text/html", "<h1>Bad gateway</h1>").times(1));
    let answer = mock.agent("list_chats", json!({})).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::BAD_GATEWAY, "<h1>Bad gateway</h1>"));
    assert_eq!(answer.headers["content-type"], "text/html");
    mock.agent("list_chats", json!({})).await.ok();
}

#[tokio::test]
async fn requests_are_recorded_without_their_tokens() {
    let mock = Mock::start().await;
    mock.agent("get_chat", json!({"chat_id": "none"})).await;
    let recorded = &mock.server.requests_for("get_chat")[0];
    assert_eq!(recorded.json(), json!({"chat_id": "none"}));
    assert_eq!((recorded.status, recorded.error.as_deref()), (404, Some("not_found")));
    assert_eq!(recorded.user, "owner@example.com");
    assert_eq!(recorded.header("Authorization"), Some("Bearer"));
    assert!(!format!("{recorded:?}").contains(&mock.server.tokens().agent));
    mock.server.clear_requests();
    assert!(mock.server.requests().is_empty());
}

#[tokio::test]
async fn everything_can_be_asked_for_over_http() {
    let mock = Mock::start().await;
    let tokens = mock.get("/_mock/tokens", "").await.ok();
    assert_eq!(tokens["agent"], mock.server.tokens().agent);
    let token = mock.post("/_mock/tokens", "", json!({"scopes": ["chats--all:ro"]})).await.ok();
    let token = token["token"].as_str().unwrap();
    mock.post(
        "/_mock/faults",
        "",
        json!({"fault": "error", "type": "internal", "action": "list_chats", "times": 1}),
    )
    .await
    .ok();
    assert_eq!(mock.get("/_mock/faults", "").await.ok()["faults"][0]["type"], "internal");
    assert_eq!(mock.agent_as(token, "list_chats", json!({})).await.error(), "internal");
    assert_eq!(mock.agent_as(token, "start_chat", json!({})).await.error(), "authorization");
    let requests = mock.get("/_mock/requests", "").await.ok();
    assert_eq!(requests["requests"][1]["error"], "authorization");
    assert_eq!(
        mock.post("/_mock/faults", "", json!({"fault": "dance"})).await.status,
        StatusCode::BAD_REQUEST
    );
    let misspelt = json!({"fault": "error", "type": "to_many_requests"});
    assert_eq!(mock.post("/_mock/faults", "", misspelt).await.status, StatusCode::BAD_REQUEST);
    mock.post("/_mock/clock", "", json!({"seconds": 60})).await.ok();
    assert!(mock.post("/_mock/codes", "", json!({})).await.ok()["code"].is_string());
    mock.post("/_mock/reset", "", json!({})).await.ok();
    assert_eq!(mock.agent_as(token, "list_chats", json!({})).await.error(), "authentication");
    assert_eq!(mock.get("/_mock/tokens", "").await.ok(), tokens, "the ready-made tokens are the same again");
}

#[tokio::test]
async fn a_snapshot_is_gone_on_from() {
    let mock = Mock::with(MockServer::builder().seed(3)).await;
    let (chat, _) = mock.chat().await;
    let (tokens, snapshot) = (mock.server.tokens(), mock.server.snapshot().unwrap());
    drop(mock);
    let mock = Mock::with(MockServer::builder().restore(snapshot.clone())).await;
    assert_eq!(mock.server.tokens(), tokens);
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    assert_eq!(read["thread"]["events"][0]["text"], "hello");
    mock.agent("deactivate_chat", json!({"id": chat})).await.ok();
    mock.server.reset();
    let read = mock.agent("get_chat", json!({"chat_id": chat})).await.ok();
    assert_eq!(read["thread"]["active"], true, "only what happened since the start is forgotten");
    let half = &snapshot[..snapshot.len() / 2];
    let error = MockServer::builder().restore(half).start().await.unwrap_err();
    assert!(error.to_string().starts_with("the snapshot: "), "{error}");
}

#[tokio::test]
async fn a_dropped_server_listens_no_more() {
    let mock = Mock::start().await;
    let address = mock.server.url().strip_prefix("http://").unwrap().to_owned();
    drop(mock);
    // The task ends when the runtime next gets to it.
    tokio::task::yield_now().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}
