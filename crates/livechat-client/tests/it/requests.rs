//! What a request looks like on the wire.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use livechat_client::{Credentials, ErrorKind, LiveChat};

use crate::support::{
    CHAT, DEACTIVATE_CHAT, GET_CHAT, GetConfiguration, Nothing, Script, Server, Token, answer, in_memory,
};

#[tokio::test]
async fn a_json_request_has_its_route_headers_and_body() {
    let server = Server::start([Script::ok(CHAT)]).await;
    let response = server.client().agent().send(&GET_CHAT).await.unwrap();
    assert_eq!(response.users[0].id, "a@b.c");
    let [request] = &server.received()[..] else { panic!() };
    assert_eq!(request.line(), "POST /v3.5/agent/action/get_chat HTTP/1.1");
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert_eq!(request.header("authorization"), Some("Bearer dal:hunter2"));
    assert_eq!(request.header("x-request-id"), Some(response.request_id()));
    assert!(request.header("user-agent").unwrap().starts_with("livechat-client/"));
    assert_eq!(request.text(), r#"{"chat_id":"QJ4T8ZP1LX"}"#);
}

#[tokio::test]
async fn a_bot_can_be_the_author() {
    let server = Server::start([Script::ok(""), Script::ok("")]).await;
    let agent = server.client().agent();
    agent.author_id("bot-1").send(&DEACTIVATE_CHAT).await.unwrap();
    agent.send(&DEACTIVATE_CHAT).await.unwrap();
    let authors: Vec<_> =
        server.received().iter().map(|request| request.header("x-author-id").map(str::to_owned)).collect();
    assert_eq!(authors, [Some("bot-1".to_owned()), None]);
    let error = agent.author_id("bot\n1").send(&DEACTIVATE_CHAT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Build);
}

#[cfg(feature = "customer")]
#[tokio::test]
async fn parameters_travel_in_the_query_after_the_organization_and_without_credentials() {
    let server = Server::start([Script::ok("{}")]).await;
    let customer = server.client().customer("2b5b0bd4-6d3a-4b55-9f3e-7f2f4f0c9a10");
    customer.send(&GetConfiguration { group_id: 0, test: Some(true) }).await.unwrap();
    let [request] = &server.received()[..] else { panic!() };
    assert_eq!(
        request.line(),
        "GET /v3.5/customer/action/get_configuration?organization_id=2b5b0bd4-6d3a-4b55-9f3e-7f2f4f0c9a10&group_id=0&test=true HTTP/1.1"
    );
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.header("content-type"), None);
    assert_eq!(request.text(), "");
}

#[tokio::test]
async fn a_parameter_that_the_client_does_not_hold_is_an_error_and_nothing_is_sent() {
    let server = Server::start([]).await;
    let error =
        server.client().agent().send(&GetConfiguration { group_id: 0, test: None }).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Build);
    assert!(
        error.to_string().starts_with("get_configuration: the action needs `organization_id`"),
        "{error}"
    );
    assert!(!error.may_have_reached_server());
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_form_is_form_encoded() {
    let server = Server::start([Script::status(400, &[], r#"{"oauth_exception":"invalid_grant"}"#)]).await;
    let error = server
        .client()
        .agent()
        .send(&Token { grant_type: "refresh_token", code: "a b&c" })
        .await
        .unwrap_err();
    assert_eq!(error.error_type().unwrap().as_str(), "invalid_grant");
    let [request] = &server.received()[..] else { panic!() };
    assert_eq!(request.line(), "POST /v2/token HTTP/1.1");
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(request.text(), "code=a+b%26c&grant_type=refresh_token");
}

#[tokio::test]
async fn a_call_that_needs_credentials_fails_without_them_before_it_is_sent() {
    let server = Server::start([]).await;
    let client = server.builder_for(Credentials::none()).build().unwrap();
    let error = client.agent().send(&GET_CHAT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn other_credentials_can_be_given_to_the_same_client() {
    let server = Server::start([Script::ok(CHAT)]).await;
    let client = server.client().with_credentials(Credentials::personal_access_token("id", "pat"));
    client.agent().send(&GET_CHAT).await.unwrap();
    assert_eq!(server.received()[0].header("authorization"), Some("Basic aWQ6cGF0"));
}

#[tokio::test]
async fn debug_shows_no_secret() {
    let server = Server::start([]).await;
    let client = server.client();
    let shown = format!("{client:?} {:?} {:?}", client.agent(), server.builder());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[tokio::test]
async fn a_layer_of_ones_own_sees_calls_and_its_error_is_kept() {
    use livechat_client::layers::Request;
    let server = Server::start([Script::ok(CHAT)]).await;
    let set = tower::util::MapRequestLayer::new(|mut request: Request| {
        request.headers_mut().insert("x-mine", http::HeaderValue::from_static("1"));
        request
    });
    server.builder().layer(set).build().unwrap().agent().send(&GET_CHAT).await.unwrap();
    assert_eq!(server.received()[0].header("x-mine"), Some("1"));

    let client = LiveChat::builder(Credentials::bearer("x"))
        .transport(tower::service_fn(async |_: Request| Err::<livechat_client::layers::Answer, _>("no")))
        .build()
        .unwrap();
    let error = client.agent().send(&DEACTIVATE_CHAT).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Layer);
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no");
}

#[tokio::test(start_paused = true)]
async fn a_layer_sees_calls_and_an_attempt_layer_each_request_as_it_is_sent_the_last_one_added_first() {
    use livechat_client::layers::Request;
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    // Notes its name, and whether the request says by then who calls.
    let noting = |name: &'static str| {
        let seen = seen.clone();
        tower::util::MapRequestLayer::new(move |request: Request| {
            let signed = if request.headers().contains_key("authorization") { " signed" } else { "" };
            seen.lock().unwrap().push(format!("{name}{signed}"));
            request
        })
    };
    let sent = Arc::new(AtomicUsize::new(0));
    let server = in_memory(move |_| {
        answer(if sent.fetch_add(1, Ordering::SeqCst) == 0 { 503 } else { 200 }, &[], CHAT)
    });
    let builder = server.attempt_layer(noting("inner attempt")).layer(noting("inner call"));
    let builder = builder.layer(noting("outer call")).attempt_layer(noting("outer attempt"));
    builder.build().unwrap().agent().send(&GET_CHAT).await.unwrap();
    let attempt = ["outer attempt signed", "inner attempt signed"];
    assert_eq!(*seen.lock().unwrap(), [["outer call", "inner call"], attempt, attempt].concat());
}

#[test]
fn clients_cross_threads_and_calls_too() {
    fn is_send<T: Send>(_: &T) {}
    fn is_shared<T: Clone + Send + Sync + 'static>() {}
    is_shared::<LiveChat>();
    let client = LiveChat::new(Credentials::bearer("x")).unwrap();
    let agent = client.agent();
    is_send(&agent.send(&GET_CHAT));
    let upload = agent
        .upload::<Nothing>(&crate::support::UPLOAD_FILE, livechat_client::UploadFile::from_bytes("a", "a"));
    is_send(&upload);
}
