//! Bad input of every kind gets a documented error: never a 500, never a hang.

use std::time::Duration;

use http::StatusCode;
use livechat_mock::MockServer;
use livechat_types::{ActionInfo, accounts, agent, configuration, customer, reports};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::Mock;

fn operations() -> impl Iterator<Item = &'static ActionInfo> {
    let tables = [
        agent::actions::ALL,
        customer::actions::ALL,
        configuration::actions::ALL,
        reports::actions::ALL,
        accounts::actions::ALL,
    ];
    tables.into_iter().flatten().copied().filter(|info| info.http.is_some())
}

/// Bodies that no action wants, or that only some do.
fn bodies() -> Vec<String> {
    let long = "x".repeat(300_000);
    let mut bodies: Vec<String> = [
        "", "{", "[]", "null", "7", "\"text\"", "{}", "{\"a\":", "\u{0}", "{\"id\": {}}", "{\"id\": null}",
        "{\"page_id\": \"AAAA\"}", "{\"limit\": 0}", "{\"limit\": 1e99}", "{\"limit\": 18446744073709551616}",
        "{\"requests\": [{}, null, 1]}", "{\"requests\": []}", "{\"grant_type\": \"dance\"}",
        "{\"chat_id\": \"\", \"id\": \"\", \"thread_id\": \"\", \"event_id\": \"\"}",
        "{\"filters\": {\"from\": \"yesterday\"}}", "{\"filters\": {}}", "{\"timezone\": \"\"}",
        "{\"filters\": {\"from\": \"0001-01-01T00:00:00Z\", \"to\": \"9999-12-30T00:00:00Z\"}, \"distribution\": \"hour\"}",
        "{\"filters\": {\"from\": \"9999-01-01T00:00:00Z\", \"to\": \"9999-12-30T22:00:00.9Z\"}}",
        "{\"event\": {\"type\": \"message\"}}", "{\"event\": {\"type\": \"dance\"}, \"chat_id\": \"x\"}",
        "{\"chat\": {\"users\": [{\"id\": \"x\", \"type\": \"agent\"}]}}",
    ]
    .map(str::to_owned)
    .to_vec();
    bodies.push(format!("{{\"chat_id\": \"{long}\", \"id\": \"{long}\", \"name\": \"{long}\"}}"));
    bodies.push("[".repeat(50_000));
    bodies.push(format!("{{\"content\": {}1{}}}", "[".repeat(200), "]".repeat(200)));
    bodies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_operation_answers_a_500_or_an_undocumented_envelope() {
    let mock = Mock::with(MockServer::builder().seed(1)).await;
    let tokens = mock.server.tokens();
    for info in operations() {
        let http = info.http.unwrap();
        let path = http.path.replace("{organization_id}", &tokens.organization_id).replace("{group_id}", "1");
        let path = format!("{path}?organization_id={}", tokens.organization_id);
        let token = if info.api == livechat_types::Api::Customer { &tokens.customer } else { &tokens.agent };
        for body in bodies() {
            let answer = mock.send(mock.request(http.method.as_str(), &path, token, body.clone())).await;
            let shown: String = body.chars().take(80).collect();
            assert!(answer.status.as_u16() < 500, "{} {shown}: {}", info.name, answer.text);
            if answer.status != StatusCode::OK {
                let error = answer.json();
                let kind = error["error"]["type"].as_str().or(error["oauth_exception"].as_str());
                assert!(kind.is_some(), "{} {shown}: {}", info.name, answer.text);
            }
        }
    }
}

#[tokio::test]
async fn odd_queries_methods_and_paths_are_answered() {
    let mock = Mock::start().await;
    let tokens = mock.server.tokens();
    for path in [
        "/",
        "//",
        "/v3.5",
        "/v3.5/agent/action/",
        "/v3.5/agent/action/list_chats/",
        "/%00",
        "/v2/customer///token",
        "/_mock/",
        "/_mock/x",
    ] {
        for method in ["GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS", "PATCH"] {
            let answer = mock.send(mock.request(method, path, &tokens.agent, "")).await;
            assert!(answer.status.is_client_error(), "{method} {path}: {}", answer.status);
        }
    }
    for query in [
        "a=1&a.b=2",
        "filters[",
        "%ff=%ff",
        "filters.agents.values",
        &"a.".repeat(400),
        "distribution=day&filters.from=x",
    ] {
        let answer = mock.get(&format!("/v3.5/reports/chats/duration?{query}"), &tokens.agent).await;
        assert!(
            answer.status == StatusCode::OK || answer.error() == "validation",
            "{query}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let mock = Mock::start().await;
    let token = mock.server.tokens().agent;
    let body = format!("{{\"name\": \"{}\"}}", "x".repeat(3 * 1024 * 1024));
    let answer = mock.send(mock.request("POST", "/v3.5/agent/action/create_customer", &token, body)).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    let file = format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n{}\r\n--b--\r\n",
        "x".repeat(10 * 1024 * 1024 + 1)
    );
    let mut request = mock.request("POST", "/v3.5/agent/action/upload_file", &token, file);
    request.headers_mut().insert("content-type", "multipart/form-data; boundary=b".parse().unwrap());
    assert_eq!(mock.send(request).await.error(), "entity_too_large");
    let program =
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.EXE\"\r\n\r\nx\r\n--b--\r\n";
    let mut request = mock.request("POST", "/v3.5/agent/action/upload_file", &token, program);
    request.headers_mut().insert("content-type", "multipart/form-data; boundary=b".parse().unwrap());
    assert_eq!(mock.send(request).await.error(), "validation");
}

/// Sends raw bytes and reads until the server closes.
async fn raw(mock: &Mock, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(mock.server.url().strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_truncated_answer_has_its_head_and_half_of_its_body() {
    let mock = Mock::start().await;
    let token = mock.server.tokens().agent;
    let request = format!(
        "POST /v3.5/agent/action/get_license_info HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}"
    );
    mock.server.inject(livechat_mock::Fault::truncate().times(1));
    let truncated = raw(&mock, request.as_bytes()).await;
    let (head, body) = truncated.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200") && body.starts_with("{\"license_id\":"), "{truncated}");
    let length = head.to_ascii_lowercase().split_once("content-length: ").unwrap().1.to_owned();
    let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
    assert_eq!(body.len(), length / 2);
}

#[tokio::test]
async fn a_body_that_never_comes_ends_in_a_timeout() {
    let mock = Mock::with(MockServer::builder().body_timeout(Duration::ZERO)).await;
    let token = mock.server.tokens().agent;
    let head = format!(
        "POST /v3.5/agent/action/list_chats HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-length: 10\r\nconnection: close\r\n\r\n{{"
    );
    let answer = raw(&mock, head.as_bytes()).await;
    assert!(answer.contains("504") && answer.contains("request_timeout"), "{answer}");
}

#[tokio::test]
async fn whoever_never_reads_the_answers_is_not_waited_for() {
    let mock = Mock::with(MockServer::builder().body_timeout(Duration::from_millis(1))).await;
    let token = mock.server.tokens().agent;
    let request = format!(
        "POST /v3.5/configuration/action/list_webhook_names HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-length: 0\r\n\r\n"
    );
    let mut stream = TcpStream::connect(mock.server.url().strip_prefix("http://").unwrap()).await.unwrap();
    // The answers fill what the system holds for the connection; then the server ends it, and writing fails.
    let ended = async { while stream.write_all(request.as_bytes()).await.is_ok() {} };
    tokio::time::timeout(Duration::from_secs(60), ended).await.expect("the server waits for ever");
    mock.agent("list_chats", json!({})).await.ok();
}

#[tokio::test]
async fn a_head_that_never_ends_is_not_waited_for() {
    let mock = Mock::with(MockServer::builder().head_timeout(Duration::from_millis(1))).await;
    for start in ["", "POST /v3.5/agent/action/list_chats HTTP/1.1\r\nhost: a\r\nx-slow: "] {
        let answer = raw(&mock, start.as_bytes()).await;
        assert!(!answer.contains("200 OK"), "{start}: {answer}");
    }
}

/// A request for a list of chats, with more in its head.
fn list_chats(mock: &Mock, more: &str) -> String {
    let token = mock.server.tokens().agent;
    format!(
        "POST /v3.5/agent/action/list_chats HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\nconnection: close\r\n{more}\r\n"
    )
}

#[tokio::test]
async fn what_is_announced_as_too_large_is_not_waited_for() {
    let mock = Mock::start().await;
    let answer = raw(&mock, list_chats(&mock, "content-length: 1073741824\r\n").as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused_and_a_whole_one_answered_though_nothing_follows() {
    let mock = Mock::start().await;
    for (body, status) in [("{", "400"), ("{}", "200")] {
        let address = mock.server.url().strip_prefix("http://").unwrap().to_owned();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = list_chats(&mock, "content-length: 2\r\n") + body;
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{body}: {answer}");
    }
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let mock = Mock::start().await;
    let many = "x-more: a\r\n".repeat(200);
    let answer = raw(&mock, list_chats(&mock, &many).as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    let path = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "x".repeat(70_000));
    let answer = raw(&mock, path.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 414"), "{answer}");
    // The server may close before it has read everything: then nothing of its answer arrives.
    let mut stream = TcpStream::connect(mock.server.url().strip_prefix("http://").unwrap()).await.unwrap();
    let _ = stream.write_all(list_chats(&mock, &format!("x: {}\r\n", "y".repeat(2 << 20))).as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"));
    mock.agent("list_chats", json!({})).await.ok();
}

#[tokio::test]
async fn what_is_not_http_is_turned_away() {
    let mock = Mock::start().await;
    for bytes in [&b"\x16\x03\x01\x02\x00"[..], b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"] {
        let answer = raw(&mock, bytes).await;
        assert!(!answer.contains(" 500 "), "{answer}");
    }
    mock.agent("list_chats", json!({})).await.ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_connections_are_served_at_once() {
    let mock = Mock::start().await;
    let address = mock.server.url().strip_prefix("http://").unwrap().to_owned();
    let token = mock.server.tokens().agent;
    let mut streams = Vec::new();
    for _ in 0..1_000 {
        streams.push(TcpStream::connect(&address).await.unwrap());
    }
    let request = format!(
        "POST /v3.5/agent/action/list_chats HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 2\r\n\r\n{{}}"
    );
    for stream in &mut streams {
        stream.write_all(request.as_bytes()).await.unwrap();
    }
    for stream in &mut streams {
        let mut start = [0; 15];
        stream.read_exact(&mut start).await.unwrap();
        assert_eq!(&start, b"HTTP/1.1 200 OK");
    }
    assert_eq!(mock.server.requests().len(), 1_000);
}

#[tokio::test]
async fn no_more_chats_are_kept_than_allowed_and_the_oldest_ended_go_first() {
    let mock = Mock::with(MockServer::builder().max_chats(3)).await;
    let (active, _) = mock.chat().await;
    let mut ended = Vec::new();
    for _ in 0..4 {
        let (chat, _) = mock.chat().await;
        mock.agent("deactivate_chat", json!({"id": chat})).await.ok();
        ended.push(chat);
    }
    assert_eq!(mock.agent("list_chats", json!({})).await.ok()["found_chats"], 3);
    mock.agent("get_chat", json!({"chat_id": active})).await.ok();
    assert_eq!(mock.agent("get_chat", json!({"chat_id": ended[0]})).await.error(), "not_found");
    mock.agent("get_chat", json!({"chat_id": ended[3]})).await.ok();
}

#[tokio::test]
async fn a_chat_that_could_not_be_started_leaves_nothing_behind() {
    let mock = Mock::start().await;
    let long = "x".repeat(17 * 1024);
    for events in [
        json!([{"type": "file", "url": "https://elsewhere.example/a.png"}]),
        json!([{"type": "message", "text": long}]),
    ] {
        let answer = mock.agent("start_chat", json!({"chat": {"thread": {"events": events}}})).await;
        assert_eq!(answer.error(), "validation");
    }
    let chats: Value = mock.agent("list_chats", json!({})).await.ok();
    assert_eq!(chats["found_chats"], 0);
}
