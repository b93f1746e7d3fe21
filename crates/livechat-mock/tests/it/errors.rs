//! Wrong requests get the documented errors.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::StatusCode;
use serde_json::json;

use crate::support::Mock;
use livechat_mock::MockServer;

const LIST_CHATS: &str = "/v3.5/agent/action/list_chats";

#[tokio::test]
async fn an_unknown_action_and_an_unknown_version_are_told_apart() {
    let mock = Mock::start().await;
    let unknown = mock.agent("dance", json!({})).await;
    assert_eq!((unknown.status, unknown.error().as_str()), (StatusCode::NOT_FOUND, "not_found"));
    let token = mock.server.tokens().agent;
    let old = mock.post("/v3.3/agent/action/list_chats", &token, json!({})).await;
    assert_eq!(old.error(), "unsupported_version");
}

#[tokio::test]
async fn the_version_may_stand_in_a_header() {
    let mock = Mock::start().await;
    let mut request = mock.request("POST", "/agent/action/list_chats", &mock.server.tokens().agent, "{}");
    request.headers_mut().insert("x-api-version", "3.5".parse().unwrap());
    mock.send(request).await.ok();
}

#[tokio::test]
async fn a_wrong_method_says_which_is_right() {
    let mock = Mock::start().await;
    let answer = mock.get(LIST_CHATS, &mock.server.tokens().agent).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers["allow"], "POST");
}

#[tokio::test]
async fn a_wrong_content_type_is_refused() {
    let mock = Mock::start().await;
    let mut request = mock.request("POST", LIST_CHATS, &mock.server.tokens().agent, "{}");
    request.headers_mut().insert("content-type", "text/plain".parse().unwrap());
    let answer = mock.send(request).await;
    assert_eq!((answer.status, answer.error().as_str()), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "validation"));
}

#[tokio::test]
async fn the_error_names_the_field_that_is_wrong() {
    let mock = Mock::start().await;
    for (action, body, named) in [
        ("get_chat", json!({}), "chat_id"),
        ("get_chat", json!({"chat_id": 7}), "`chat_id`"),
        ("start_chat", json!({"chat": {"users": [{"id": "a"}]}}), "`chat.users[0]`"),
        ("start_chat", json!({"chat": {"users": [{"id": "a", "type": "robot"}]}}), "`chat.users[0].type`"),
        ("list_chats", json!({"sort_order": "up"}), "`sort_order`"),
        ("list_chats", json!({"limit": 101}), "`limit`"),
        ("list_chats", json!({"limit": -1}), "`limit`"),
        ("list_archives", json!({"filters": {"tags": {"exists": true, "values": ["a"]}}}), "`filters.tags`"),
        ("list_threads", json!({"chat_id": "x", "limit": 2, "min_events_count": 3}), "min_events_count"),
    ] {
        let answer = mock.agent(action, body.clone()).await;
        assert_eq!(answer.error(), "validation", "{action} {body}");
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text.contains(named), "{action} {body}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused() {
    let mock = Mock::start().await;
    let token = mock.server.tokens().agent;
    for body in ["{", "[1,", "nonsense", "{\"limit\": 1} trailing", "\u{feff}{}"] {
        let answer = mock.send(mock.request("POST", LIST_CHATS, &token, body)).await;
        assert_eq!(answer.error(), "validation", "{body}");
    }
    mock.send(mock.request("POST", LIST_CHATS, &token, "")).await.ok();
}

#[tokio::test]
async fn tokens_must_be_known_and_of_the_right_kind() {
    let mock = Mock::start().await;
    let tokens = mock.server.tokens();
    for token in ["", "dal:nonsense", tokens.personal.as_str()] {
        let answer = mock.agent_as(token, "list_chats", json!({})).await;
        assert_eq!((answer.status, answer.error().as_str()), (StatusCode::UNAUTHORIZED, "authentication"));
    }
    assert_eq!(mock.agent_as(&tokens.customer, "list_chats", json!({})).await.error(), "authorization");
    assert_eq!(mock.customer_as(&tokens.agent, "list_chats", json!({})).await.error(), "authorization");
    let mut request = mock.request("POST", LIST_CHATS, "", "{}");
    let basic = base64(&format!("{}:{}", tokens.account_id, tokens.personal));
    request.headers_mut().insert("authorization", format!("Basic {basic}").parse().unwrap());
    mock.send(request).await.ok();
    let mut request = mock.request("POST", LIST_CHATS, "", "{}");
    let basic = base64(&format!("someone:{}", tokens.personal));
    request.headers_mut().insert("authorization", format!("Basic {basic}").parse().unwrap());
    assert_eq!(mock.send(request).await.error(), "authentication");
}

fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let mock = Mock::start().await;
    let token = mock.server.token_with_scopes(&["chats--all:ro"]);
    mock.agent_as(&token, "list_chats", json!({})).await.ok();
    let answer = mock.agent_as(&token, "start_chat", json!({})).await;
    assert_eq!((answer.status, answer.error().as_str()), (StatusCode::FORBIDDEN, "authorization"));
    assert!(answer.text.contains("chats--all:rw"), "{}", answer.text);
}

#[tokio::test]
async fn a_token_of_another_region_is_sent_there() {
    let mock = Mock::with(MockServer::builder().region("fra")).await;
    assert!(mock.server.tokens().agent.starts_with("fra:"));
    let answer = mock.agent_as("dal:anything", "list_chats", json!({})).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::MISDIRECTED_REQUEST, "misdirected_request")
    );
    assert_eq!(answer.json()["error"]["data"]["region"], "dal");
}

#[tokio::test]
async fn too_many_requests_with_one_token_must_wait() {
    let mock = Mock::with(MockServer::builder().rate_limit(2)).await;
    let token = mock.server.token_with_scopes(&["chats--all:ro"]);
    for _ in 0..2 {
        mock.agent_as(&token, "list_chats", json!({})).await.ok();
    }
    let answer = mock.agent_as(&token, "list_chats", json!({})).await;
    assert_eq!(
        (answer.status, answer.error().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "too_many_requests")
    );
    let seconds: u64 = answer.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    mock.agent("list_chats", json!({})).await.ok();
    mock.server.advance(std::time::Duration::from_secs(seconds));
    mock.agent_as(&token, "list_chats", json!({})).await.ok();
}

#[tokio::test]
async fn a_version_in_its_legacy_stage_says_so() {
    let mock = Mock::start().await;
    let answer = mock.agent("list_chats", json!({})).await;
    assert_eq!(answer.headers["legacy"].len(), "2027-01-31".len());
    let mock = Mock::with(MockServer::builder().legacy_until(None)).await;
    assert!(mock.agent("list_chats", json!({})).await.headers.get("legacy").is_none());
}
