//! Pages in a browser call the mock as programs do.

use http::{HeaderMap, StatusCode};
use serde_json::json;

use crate::support::Mock;

const PAGE: &str = "http://localhost:3000";

/// What a browser asks before it sends a request of a page.
async fn preflight(mock: &Mock, path: &str, method: &str) -> (StatusCode, HeaderMap) {
    let mut request = mock.request("OPTIONS", path, "", "");
    let headers = request.headers_mut();
    headers.insert("origin", PAGE.parse().unwrap());
    headers.insert("access-control-request-method", method.parse().unwrap());
    headers.insert("access-control-request-headers", "authorization,content-type".parse().unwrap());
    let answer = mock.send(request).await;
    (answer.status, answer.headers)
}

#[tokio::test]
async fn a_page_may_call_every_api_with_its_token() {
    let mock = Mock::start().await;
    for (path, method, allowed) in [
        ("/v3.5/customer/action/start_chat?organization_id=x", "POST", "POST"),
        ("/v3.5/agent/action/list_chats", "POST", "POST"),
        ("/v3.5/reports/chats/duration", "GET", "POST, GET"),
        ("/v2/token", "DELETE", "POST, DELETE"),
    ] {
        let (status, headers) = preflight(&mock, path, method).await;
        assert_eq!(status, StatusCode::NO_CONTENT, "{path}");
        assert_eq!(headers["access-control-allow-origin"], PAGE);
        assert_eq!(headers["access-control-allow-methods"], allowed);
        assert_eq!(headers["access-control-allow-headers"], "authorization,content-type");
    }
    assert!(mock.server.requests().is_empty(), "a question is no call");
}

#[tokio::test]
async fn a_page_may_read_answers_and_errors_and_is_recognized_by_cookies() {
    let mock = Mock::start().await;
    for (token, status) in
        [(mock.server.tokens().agent, StatusCode::OK), (String::new(), StatusCode::UNAUTHORIZED)]
    {
        let mut request = mock.request("POST", "/v3.5/agent/action/list_chats", &token, "{}");
        request.headers_mut().insert("origin", PAGE.parse().unwrap());
        let answer = mock.send(request).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.headers["access-control-allow-origin"], PAGE);
        assert_eq!(answer.headers["access-control-allow-credentials"], "true");
    }
    let plain = mock.agent("list_chats", json!({})).await;
    assert!(plain.headers.get("access-control-allow-origin").is_none());
}

#[tokio::test]
async fn the_mocks_own_settings_are_not_for_pages() {
    let mock = Mock::start().await;
    let mut request = mock.request("GET", "/_mock/tokens", "", "");
    request.headers_mut().insert("origin", PAGE.parse().unwrap());
    let answer = mock.send(request).await;
    assert!(answer.headers.get("access-control-allow-origin").is_none());
    let (status, headers) = preflight(&mock, "/_mock/tokens", "POST").await;
    assert!(status.is_client_error() && headers.get("access-control-allow-origin").is_none());
}

#[tokio::test]
async fn a_cookie_grant_says_where_the_browser_is_or_the_browser_does() {
    let mock = Mock::start().await;
    let tokens = mock.server.tokens();
    let grant = json!({"grant_type": "cookie", "client_id": tokens.client_id, "organization_id": tokens.organization_id});
    let path = "/v2/customer/token";
    let nowhere = mock.post(path, "", grant.clone()).await;
    assert_eq!(nowhere.json()["oauth_exception"], "invalid_request");
    let mut request = mock.request("POST", path, "", grant.to_string());
    request.headers_mut().insert("origin", PAGE.parse().unwrap());
    let by_page = mock.send(request).await;
    // What a browser needs to send the cookies with a page of another origin.
    let cookies: Vec<_> = by_page.headers.get_all("set-cookie").iter().collect();
    assert_eq!(cookies.len(), 2);
    assert!(cookies.iter().all(|cookie| cookie.to_str().unwrap().ends_with("; Secure; SameSite=None")));
    let mut named = grant;
    named["redirect_uri"] = PAGE.into();
    mock.post(path, "", named).await.ok();
}
