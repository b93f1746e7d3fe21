//! The settings of a client, as its server notices them.

use std::{fmt::Write as _, time::Duration};

use livechat_client::{Credentials, LiveChat, UploadFile, layers::Retry, types::Api};
use tokio::net::{TcpSocket, TcpStream};

use crate::support::{CHAT, GET_CHAT, Nothing, Script, Server, UPLOAD_FILE};

#[tokio::test]
async fn each_api_can_have_an_address_of_its_own_with_a_path_before_the_documented_one() {
    let (agent, other) = (Server::start([Script::ok(CHAT)]).await, Server::start([Script::ok("{}")]).await);
    let client = agent
        .builder()
        .base_url(Api::Agent, format!("{}/proxy/eu/", agent.url()))
        .base_url(Api::Customer, other.url())
        .build()
        .unwrap();
    assert_eq!(client.base_url(Api::Agent), format!("{}/proxy/eu", agent.url()));
    client.agent().send(&GET_CHAT).await.unwrap();
    assert_eq!(agent.received()[0].line(), "POST /proxy/eu/v3.5/agent/action/get_chat HTTP/1.1");
    #[cfg(feature = "customer")]
    {
        let request = crate::support::GetConfiguration { group_id: 3, test: None };
        client.customer("org").send(&request).await.unwrap();
        assert_eq!(
            other.received()[0].line(),
            "GET /v3.5/customer/action/get_configuration?organization_id=org&group_id=3 HTTP/1.1"
        );
    }
}

#[tokio::test]
async fn the_program_names_itself_to_the_server() {
    let server = Server::start([Script::ok(CHAT)]).await;
    server.builder().user_agent("sync/1.4").build().unwrap().agent().send(&GET_CHAT).await.unwrap();
    assert!(server.received()[0].header("user-agent").unwrap().starts_with("sync/1.4 livechat-client/"));
}

#[tokio::test]
async fn a_proxy_of_ones_own_gets_the_requests_and_no_message_shows_its_password() {
    let server = Server::start([Script::ok(CHAT), Script::ok(CHAT)]).await;
    let proxy = server.url().replace("http://", "http://me:hunter3@");
    let builder = || LiveChat::builder(Credentials::bearer("dal:x")).api_url("http://livechat.test");
    let client = builder().proxy(proxy.clone()).build().unwrap();
    client.agent().send(&GET_CHAT).await.unwrap();
    // That the environment's proxy is not used says nothing of this one.
    builder().proxy(proxy).system_proxy(false).build().unwrap().agent().send(&GET_CHAT).await.unwrap();
    assert_eq!(server.received().len(), 2);
    for request in server.received() {
        assert_eq!(request.line(), "POST http://livechat.test/v3.5/agent/action/get_chat HTTP/1.1");
        assert_eq!(request.header("proxy-authorization"), Some("Basic bWU6aHVudGVyMw=="));
    }

    let unreachable = builder().proxy("http://me:hunter3@127.0.0.1:1").retry(Retry::never());
    let mut shown = format!("{unreachable:?} {client:?}");
    let error = unreachable.build().unwrap().agent().send(&GET_CHAT).await.unwrap_err();
    write!(shown, "{error:?} {:?}", std::error::Error::source(&error)).unwrap();
    let error = builder().proxy("http://me:hunter3@a b").build().unwrap_err();
    write!(shown, "{error} {error:?}").unwrap();
    assert!(error.to_string().contains("proxy"), "{error}");
    assert!(!shown.contains("hunter3"), "{shown}");
}

#[tokio::test]
async fn an_upload_has_a_time_limit_of_its_own() {
    let short = Duration::from_millis(50);
    let server = Server::start([Script::stall(), Script::ok("")]).await;
    // The limit of other requests would be over at once.
    let builder = server.builder().attempt_timeout(Duration::ZERO).retry(Retry::never());
    let agent = builder.upload_timeout(short).build().unwrap().agent();
    let file = || UploadFile::from_bytes("a", "hello");
    assert!(agent.upload::<Nothing>(&UPLOAD_FILE, file()).await.unwrap_err().is_timeout());
    assert!(server.received()[0].complete);
    let builder = server.builder().attempt_timeout(Duration::ZERO);
    builder.build().unwrap().agent().upload::<Nothing>(&UPLOAD_FILE, file()).await.unwrap();
}

/// An address where connections are not taken: its queue is full.
#[cfg(target_os = "linux")]
async fn full() -> (String, impl Sized) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = tokio::time::timeout(Duration::from_millis(50), TcpStream::connect(address)).await
    {
        waiting.push(stream);
    }
    (format!("http://{address}"), (listener, waiting))
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_server_that_takes_no_connection_in_time_surely_did_not_get_the_request() {
    let (address, _keep) = full().await;
    let server = Server::start([]).await;
    let builder = server.builder().api_url(address).retry(Retry::never());
    let client = builder.connect_timeout(Duration::from_millis(50)).build().unwrap();
    let error = client.agent().send(&GET_CHAT).await.unwrap_err();
    assert!(error.is_transport(), "{error:?}");
    assert!(!error.may_have_reached_server());
}

#[cfg(feature = "reqwest_0_13")]
#[tokio::test]
async fn a_reqwest_client_of_ones_own_sends_the_requests() {
    let server = Server::start([Script::ok(CHAT)]).await;
    // What reqwest wants of a program that makes a client by itself; another test may have done so before.
    #[cfg(feature = "rustls")]
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = http::HeaderMap::new();
    headers.insert("x-mine", http::HeaderValue::from_static("1"));
    let own = reqwest::Client::builder().no_proxy().default_headers(headers).build().unwrap();
    server.builder().reqwest_client(own).build().unwrap().agent().send(&GET_CHAT).await.unwrap();
    assert_eq!(server.received()[0].header("x-mine"), Some("1"));

    // Silent before the answer, and within it.
    let begun = Script::raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{").then_stall();
    let server = Server::start([Script::stall(), begun]).await;
    let own = reqwest::Client::builder().no_proxy().timeout(Duration::from_millis(100)).build().unwrap();
    let agent = server.builder().reqwest_client(own).retry(Retry::never()).build().unwrap().agent();
    for _ in 0..2 {
        assert!(agent.send(&GET_CHAT).await.unwrap_err().is_timeout());
    }
}
