//! Answers that travel packed by gzip.

use std::io::Write as _;

use flate2::{Compression, write::GzEncoder};
use http::StatusCode;
use livechat_client::{ErrorKind, layers::Retry};

use crate::support::{CHAT, DEACTIVATE_CHAT, GET_CHAT, Nothing, Script, Server};

fn pack(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// An answer of these bytes, which are said to be packed.
fn packed(status: u16, encoding: &str, body: &[u8]) -> Script {
    let head = format!(
        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Encoding: {encoding}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    Script::raw([head.as_bytes(), body].concat())
}

/// The error of one such answer, without retries.
async fn error_of(script: Script) -> livechat_client::Error {
    let server = Server::start([script]).await;
    let client = server.builder().retry(Retry::never()).max_response_bytes(100_000).build().unwrap();
    client.agent().send(&GET_CHAT).await.unwrap_err()
}

#[tokio::test]
async fn a_packed_answer_is_asked_for_and_unpacked_and_its_headers_say_so_no_longer() {
    for encoding in ["gzip", "GZIP", "x-gzip"] {
        let server = Server::start([packed(200, encoding, &pack(CHAT.as_bytes()))]).await;
        let response = server.client().agent().send(&GET_CHAT).await.unwrap();
        assert_eq!(server.received()[0].header("accept-encoding"), Some("gzip"));
        assert_eq!(response.users[0].id, "a@b.c");
        assert_eq!(response.body(), CHAT);
        assert_eq!(response.headers().get("content-encoding"), None);
        assert_eq!(response.headers().get("content-length"), None);
        assert_eq!(response.headers()["content-type"], "application/json");
    }
}

#[tokio::test]
async fn raw_access_gives_the_bytes_that_were_packed() {
    let server = Server::start([packed(200, "gzip", &pack(b" not \xFF JSON"))]).await;
    assert_eq!(server.client().agent().send_raw(&GET_CHAT).await.unwrap().body(), &b" not \xFF JSON"[..]);
}

#[tokio::test]
async fn an_answer_in_several_packed_parts_is_one() {
    let parts = [pack(&CHAT.as_bytes()[..20]), pack(&CHAT.as_bytes()[20..])].concat();
    let server = Server::start([packed(200, "gzip", &parts)]).await;
    assert_eq!(server.client().agent().send(&GET_CHAT).await.unwrap().body(), CHAT);
}

#[tokio::test]
async fn a_packed_answer_that_comes_byte_by_byte_is_unpacked() {
    let script = packed(200, "gzip", &pack(CHAT.as_bytes())).byte_by_byte();
    let server = Server::start([script]).await;
    assert_eq!(server.client().agent().send(&GET_CHAT).await.unwrap().body(), CHAT);
}

#[tokio::test]
async fn an_empty_answer_may_say_how_it_would_be_packed() {
    let server = Server::start([packed(200, "gzip", b""), packed(200, "gzip", &pack(b""))]).await;
    for _ in 0..2 {
        assert_eq!(server.client().agent().send(&DEACTIVATE_CHAT).await.unwrap().into_inner(), Nothing {});
    }
}

#[tokio::test]
async fn an_error_that_came_packed_says_what_it_would_have_said() {
    let body = pack(br#"{"error":{"type":"not_found","message":"No such chat"}}"#);
    let error = error_of(packed(404, "gzip", &body)).await;
    assert!(error.is_not_found());
    assert_eq!(error.message(), Some("No such chat"));
}

#[tokio::test]
async fn what_is_packed_and_cut_off_is_a_transport_error_that_keeps_what_came() {
    let text = format!("{CHAT}{}", " ".repeat(50_000));
    let whole = pack(text.as_bytes());
    // The checksum, half of the content, and all but the beginning are missing.
    for length in [whole.len() - 4, whole.len() / 2, 5] {
        let error = error_of(packed(200, "gzip", &whole[..length])).await;
        assert!(error.is_transport(), "{error:?}");
        assert_eq!(error.status(), Some(StatusCode::OK));
        assert!(text.as_bytes().starts_with(error.raw_body().unwrap()));
    }
    assert!(
        error_of(packed(200, "gzip", &whole[..whole.len() - 4])).await.raw_body().unwrap().len() > 50_000
    );
}

#[tokio::test]
async fn what_is_said_to_be_packed_and_is_not_is_a_transport_error() {
    let error = error_of(packed(200, "gzip", CHAT.as_bytes())).await;
    assert!(error.is_transport());
    assert!(error.to_string().contains("packed by gzip"), "{error}");
    let mut damaged = pack(CHAT.as_bytes());
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    assert!(error_of(packed(200, "gzip", &damaged)).await.is_transport());
}

#[tokio::test]
async fn a_damaged_answer_is_asked_for_again_if_that_is_safe() {
    let whole = pack(CHAT.as_bytes());
    let script = || [packed(200, "gzip", &whole[..20]), packed(200, "gzip", &whole)];
    let server = Server::start(script()).await;
    let retry = Retry::new().backoff(std::time::Duration::ZERO, std::time::Duration::ZERO);
    let agent = server.builder().retry(retry).build().unwrap().agent();
    assert_eq!(agent.send(&GET_CHAT).await.unwrap().body(), CHAT);
}

#[tokio::test]
async fn a_little_that_unpacks_to_much_stops_at_the_limit() {
    let body = pack(&vec![b'x'; 100_000_000]);
    assert!(body.len() < 100_000, "{}", body.len());
    let error = error_of(packed(200, "gzip", &body)).await;
    assert_eq!(error.kind(), ErrorKind::TooLarge);
    assert!(error.to_string().contains("more than 100000 bytes"), "{error}");
    assert!(error.raw_body().unwrap().len() <= 100_000);
    // What is as large as allowed is fine.
    let whole = format!("{CHAT}{}", " ".repeat(100_000 - CHAT.len()));
    let server = Server::start([packed(200, "gzip", &pack(whole.as_bytes()))]).await;
    let client = server.builder().max_response_bytes(100_000).build().unwrap();
    assert_eq!(client.agent().send(&GET_CHAT).await.unwrap().body().len(), 100_000);
}

#[tokio::test]
async fn a_layer_may_ask_for_something_else_and_gets_what_the_server_sends() {
    let server = Server::start([packed(200, "br", CHAT.as_bytes())]).await;
    let ask = tower::util::MapRequestLayer::new(|mut request: livechat_client::layers::Request| {
        request.headers_mut().insert("accept-encoding", http::HeaderValue::from_static("br"));
        request
    });
    let client = server.builder().layer(ask).build().unwrap();
    let response = client.agent().send_raw(&GET_CHAT).await.unwrap();
    assert_eq!(server.received()[0].header("accept-encoding"), Some("br"));
    assert_eq!(response.headers()["content-encoding"], "br");
    assert_eq!(response.body(), CHAT);
}
