//! What becomes of answers, good and bad.

use std::time::Duration;

use http::StatusCode;
use livechat_client::{ErrorKind, Lifecycle, layers::Retry};

use crate::support::{CHAT, DEACTIVATE_CHAT, GET_CHAT, Nothing, Script, Server, Token};

/// The error of an action that is not repeated, for one scripted answer.
async fn error_of(script: Script) -> livechat_client::Error {
    let server = Server::start([script]).await;
    // Long enough for large answers on a busy machine; only servers that stall use it up.
    let builder = server.builder().retry(Retry::never()).attempt_timeout(Duration::from_millis(500));
    let client = builder.build().unwrap();
    let error = client.agent().send(&DEACTIVATE_CHAT).await.unwrap_err();
    assert_eq!(server.received().len(), 1);
    error
}

#[tokio::test]
async fn a_documented_error_keeps_all_that_the_server_said() {
    let body = r#"{"error":{"type":"misdirected","message":"Wrong region","data":{"region":"fra"}}}"#;
    let error = error_of(Script::status(421, &[("X-Server", "a1"), ("Retry-After", "3")], body)).await;
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.status(), Some(StatusCode::MISDIRECTED_REQUEST));
    assert_eq!(error.error_type().unwrap().as_str(), "misdirected");
    assert_eq!(error.message(), Some("Wrong region"));
    assert_eq!(error.data().unwrap()["region"], "fra");
    assert_eq!(error.raw_body().unwrap(), body);
    assert_eq!(error.headers().unwrap()["x-server"], "a1");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3)));
    assert_eq!(error.action(), Some("deactivate_chat"));
    let id = error.request_id().unwrap();
    assert_eq!(
        error.to_string(),
        format!(
            "deactivate_chat: the server answered 421 Misdirected Request: misdirected: Wrong region (request {id})"
        )
    );
}

#[tokio::test]
async fn the_kind_follows_the_documented_type_and_then_the_status() {
    for (status, error_type, kind) in [
        (400, "validation", ErrorKind::Api),
        (401, "authentication", ErrorKind::Auth),
        (403, "authorization", ErrorKind::Auth),
        (400, "too_many_requests", ErrorKind::RateLimit),
        (413, "entity_too_large", ErrorKind::TooLarge),
    ] {
        assert_eq!(error_of(Script::error(status, error_type)).await.kind(), kind, "{error_type}");
    }
    assert_eq!(error_of(Script::status(401, &[], "")).await.kind(), ErrorKind::Auth);
    assert!(error_of(Script::status(413, &[], "<html>")).await.is_too_large());
    assert!(error_of(Script::status(404, &[], "")).await.is_not_found());
    assert!(error_of(Script::error(400, "group_not_found")).await.is_not_found());
}

#[tokio::test]
async fn a_proxys_html_keeps_its_status_and_body() {
    let html = "<html><h1>502 Bad Gateway</h1></html>";
    let error = error_of(Script::status(502, &[("Content-Type", "text/html")], html)).await;
    assert_eq!(error.kind(), ErrorKind::Api);
    assert!(error.is_server_error());
    assert_eq!(error.raw_body().unwrap(), html);
    assert!(error.to_string().contains("502 Bad Gateway with a body of 37 bytes (text/html)"), "{error}");
}

#[tokio::test]
async fn html_with_status_200_is_a_decode_error_that_says_so() {
    let error =
        error_of(Script::status(200, &[("Content-Type", "text/html; charset=utf-8")], "<html>")).await;
    assert!(error.is_decode());
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert_eq!(error.raw_body().unwrap(), "<html>");
    assert!(error.to_string().contains("6 bytes (text/html), not JSON"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_an_error_and_not_followed() {
    let error = error_of(Script::status(302, &[("Location", "http://127.0.0.1:1/")], "")).await;
    assert_eq!(error.status(), Some(StatusCode::FOUND));
    assert!(error.to_string().contains("redirects are not followed"), "{error}");
}

#[tokio::test]
async fn an_empty_answer_and_an_empty_object_are_the_same() {
    let server = Server::start([Script::ok(""), Script::ok("{}"), Script::status(204, &[], "")]).await;
    let agent = server.client().agent();
    for _ in 0..3 {
        assert_eq!(agent.send(&DEACTIVATE_CHAT).await.unwrap().into_inner(), Nothing {});
    }
}

#[tokio::test]
async fn an_empty_answer_to_an_action_that_returns_something_says_what_is_missing() {
    let server = Server::start([Script::ok("")]).await;
    let error = server.client().agent().send(&GET_CHAT).await.unwrap_err();
    assert!(error.to_string().contains("an empty body, not JSON: missing field `id` (request "), "{error}");
    assert_eq!(error.line_and_column(), Some((1, 1)), "where the body would begin");
}

#[tokio::test]
async fn a_wrong_field_is_named_by_path_line_and_column() {
    let body =
        "{\"id\": \"x\",\n \"users\": [{\"id\": \"a\", \"present\": true}, {\"id\": \"b\", \"present\": 1}]}";
    let server = Server::start([Script::ok(body)]).await;
    let error = server.client().agent().send(&GET_CHAT).await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.json_path(), Some("users[1].present"));
    assert_eq!(error.line_and_column(), Some((2, 65)));
    assert_eq!(error.raw_body().unwrap(), body);
    assert!(
        error.to_string().contains("at `users[1].present`: invalid type: integer `1`, expected a boolean"),
        "{error}"
    );
}

#[tokio::test]
async fn an_answer_of_any_depth_is_an_error_with_a_path_of_some_length() {
    let error = error_of(Script::ok(&format!(r#"{{"new":{}"#, "[".repeat(1_000_000)))).await;
    assert!(error.is_decode());
    assert!(error.json_path().unwrap().starts_with("new[0][0]"));
    assert!(error.to_string().len() < 1_000, "{}", error.to_string().len());
}

#[tokio::test]
async fn bytes_that_are_no_text_are_named_by_path_line_and_column() {
    let body = [b"{\"id\": \"x\",\n \"users\": [{\"id\": \"caf".as_slice(), &[0xE9], b"\"}]}"].concat();
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
    let server = Server::start([Script::raw([head.into_bytes(), body.clone()].concat())]).await;
    let error = server.client().agent().send(&GET_CHAT).await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.json_path(), Some("users[0].id"));
    assert_eq!(error.line_and_column(), Some((2, 22)));
    assert_eq!(error.raw_body().unwrap(), &body);
    assert!(
        error.to_string().contains("at `users[0].id`: a byte that is not UTF-8 at line 2 column 22"),
        "{error}"
    );
}

#[tokio::test]
async fn truncated_json_keeps_status_and_body() {
    let server = Server::start([Script::ok(&CHAT[..20])]).await;
    let error = server.client().agent().send(&GET_CHAT).await.unwrap_err();
    assert!(error.is_decode());
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert_eq!(error.raw_body().unwrap(), &CHAT[..20]);
}

#[tokio::test]
async fn text_after_the_json_is_an_error() {
    let server = Server::start([Script::ok(&format!("{CHAT} {CHAT}"))]).await;
    assert!(server.client().agent().send(&GET_CHAT).await.unwrap_err().is_decode());
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_not_shown_since_it_may_be_secret() {
    let server = Server::start([Script::ok(r#"{"access_token":"dal:hunter2"}"#)]).await;
    let error = server.client().agent().send(&Token { grant_type: "a", code: "b" }).await.unwrap_err();
    assert_eq!(error.json_path(), Some("access_token"));
    let shown = format!("{error} {error:?} {:?}", std::error::Error::source(&error).map(ToString::to_string));
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn an_answer_that_comes_byte_by_byte_is_read() {
    let server = Server::start([Script::chunked(CHAT)]).await;
    assert_eq!(server.client().agent().send(&GET_CHAT).await.unwrap().id, "QJ4T8ZP1LX");
}

#[tokio::test]
async fn a_connection_that_ends_in_the_body_keeps_status_and_what_came() {
    let error = error_of(Script::raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":")).await;
    assert!(error.is_transport());
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert_eq!(error.raw_body().unwrap(), "{\"id\":");
    assert!(error.may_have_reached_server());
}

#[tokio::test]
async fn a_connection_that_ends_before_the_answer_is_a_transport_error() {
    let error = error_of(Script::raw("")).await;
    assert!(error.is_transport());
    assert!(error.may_have_reached_server());
    assert_eq!(error.status(), None);
}

#[tokio::test]
async fn garbage_in_place_of_http_is_a_transport_error() {
    let error = error_of(Script::raw(vec![0xAA; 1 << 20])).await;
    assert!(error.is_transport());
}

#[tokio::test]
async fn ten_megabytes_of_garbage_are_an_error_that_keeps_them_and_too_much_is_cut_off() {
    const TEN: usize = 10_000_000;
    let script = |length: usize| {
        let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        Script::raw([head.into_bytes(), vec![0xAA; length]].concat())
    };
    let error = error_of(script(TEN)).await;
    assert!(error.is_decode());
    assert_eq!(error.raw_body().unwrap().len(), TEN);
    assert!(error.to_string().len() < 300, "{error}");
    assert!(format!("{error:?}").len() < 1000);
    assert!(error_of(Script::raw(vec![0xAA; TEN])).await.is_transport());
    // The limit that a client has unless it is told another.
    let error = error_of(script(4 * TEN)).await;
    assert!(error.is_too_large());
    assert!(error.raw_body().unwrap().len() <= 32 * 1024 * 1024);
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_surely_did_not_get_the_request() {
    let server = Server::start([]).await;
    // Port 1 of loopback: nothing listens there.
    let client = server.builder().api_url("http://127.0.0.1:1").build().unwrap();
    let error = client.agent().send(&DEACTIVATE_CHAT).await.unwrap_err();
    assert!(error.is_transport());
    assert!(!error.may_have_reached_server());
}

#[cfg(feature = "customer")]
#[tokio::test]
async fn an_address_is_not_shown_since_its_query_may_hold_tokens() {
    use std::fmt::Write as _;

    let server = Server::start([Script::raw("garbage")]).await;
    for url in ["http://127.0.0.1:1".to_owned(), server.url()] {
        let client = server.builder().api_url(url).retry(Retry::never()).build().unwrap();
        let request = crate::support::GetConfiguration { group_id: 0, test: None };
        let error = client.customer("hunter2").send(&request).await.unwrap_err();
        assert!(error.is_transport());
        let mut shown = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            write!(shown, "{cause} {cause:?}").unwrap();
            source = cause.source();
        }
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test]
async fn a_silent_server_is_a_timeout() {
    let error = error_of(Script::stall()).await;
    assert!(error.is_timeout());
    assert_eq!(error.status(), None);
    assert!(error.may_have_reached_server());
}

#[tokio::test]
async fn a_server_that_falls_silent_in_the_body_is_a_timeout_that_keeps_what_came() {
    let error =
        error_of(Script::raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":").then_stall()).await;
    assert!(error.is_timeout());
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert_eq!(error.raw_body().unwrap(), "{\"id\":");
}

#[tokio::test]
async fn the_whole_call_has_a_limit_too() {
    let server = Server::start([Script::stall()]).await;
    let client = server.builder().timeout(Duration::from_millis(50)).build().unwrap();
    let error = client.agent().send(&DEACTIVATE_CHAT).await.unwrap_err();
    assert!(error.is_timeout());
    assert!(error.may_have_reached_server());
    assert!(error.to_string().contains("before the time of the whole call was over"), "{error}");
}

#[tokio::test]
async fn what_came_before_the_calls_own_limit_is_kept_too() {
    let begun = Script::raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":").then_stall();
    let server = Server::start([begun]).await;
    let client = server.builder().timeout(Duration::from_millis(200)).build().unwrap();
    let error = client.agent().send(&DEACTIVATE_CHAT).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!(error.raw_body().unwrap(), "{\"id\":");
}

#[tokio::test]
async fn an_answer_over_the_size_limit_is_not_read_to_its_end() {
    let server = Server::start([Script::ok(&"x".repeat(5_000_000))]).await;
    let client = server.builder().max_response_bytes(1000).build().unwrap();
    let error = client.agent().send(&DEACTIVATE_CHAT).await.unwrap_err();
    assert!(error.is_too_large());
    assert_eq!(error.status(), Some(StatusCode::OK));
    assert!(error.raw_body().unwrap().len() <= 1000);
}

#[tokio::test]
async fn a_legacy_version_says_until_when() {
    let server =
        Server::start([Script::status(200, &[("Legacy", "2027-01-31")], CHAT), Script::ok(CHAT)]).await;
    let agent = server.client().agent();
    let until = "2027-01-31".parse().unwrap();
    assert_eq!(agent.send(&GET_CHAT).await.unwrap().lifecycle(), Some(Lifecycle::Legacy { until }));
    assert_eq!(agent.send(&GET_CHAT).await.unwrap().lifecycle(), None);
}

#[tokio::test]
async fn the_bytes_stay_at_hand_and_can_be_had_alone() {
    let server = Server::start([Script::ok(CHAT), Script::ok(CHAT)]).await;
    let agent = server.client().agent();
    let response = agent.send(&GET_CHAT).await.unwrap();
    assert_eq!(response.body(), CHAT);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(agent.send_raw(&GET_CHAT).await.unwrap().into_inner(), CHAT);
}
