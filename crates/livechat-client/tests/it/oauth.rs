//! OAuth 2.1: letting an application in, and tokens that renew themselves.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use livechat_client::{
    AgentApi, Credentials, Error, ErrorKind, LiveChat,
    oauth::{Application, AuthorizationRequest, OAuthTokens},
    types::{Secret, accounts::TokenDetails},
};
use tokio::time::sleep;

use crate::{
    accounts::AGENT,
    support::{CHAT, GET_CHAT, Script, Server, answer, in_memory},
};

const REDIRECT: &str = "http://127.0.0.1:3000/callback";

fn client(server: &Server) -> LiveChat {
    server.builder_for(Credentials::none()).build().unwrap()
}

fn application(server: &Server) -> Application {
    Application::new(&client(server), "client-1", REDIRECT).client_secret("hunter2")
}

/// The tokens that one answer has: `refresh` is left out where it is empty.
fn tokens(access: &str, refresh: &str, expires_in: i32) -> Script {
    let refresh = if refresh.is_empty() { String::new() } else { format!(r#""refresh_token":"{refresh}","#) };
    Script::ok(&format!(
        r#"{{"access_token":"{access}","account_id":"6c1a52e0","expires_in":{expires_in},{refresh}"organization_id":"2b5b0bd4","scope":"","token_type":"Bearer"}}"#
    ))
}

/// A request that waits for the state `s1`.
async fn waiting() -> AuthorizationRequest {
    application(&Server::start([]).await).resume("s1", "v1")
}

#[tokio::test]
async fn the_browser_is_sent_to_the_accounts_service_with_state_and_challenge() {
    let server = Server::start([]).await;
    let request = application(&server)
        .scopes(["chats--all:ro", "customers:ro"])
        .prompt_consent()
        .resume("s1", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(
        request.url(),
        format!(
            "{}/?response_type=code&client_id=client-1&redirect_uri=http%3A%2F%2F127.0.0.1%3A3000%2Fcallback&state=s1&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&scope=chats--all%3Aro%2Ccustomers%3Aro&prompt=consent",
            server.url()
        )
    );
    assert!(!request.url().contains("hunter2"));
    let (one, other) = (application(&server).authorize().unwrap(), application(&server).authorize().unwrap());
    assert_ne!(one.state(), other.state());
    assert_ne!(one.code_verifier(), other.code_verifier());
}

#[tokio::test]
async fn a_code_is_exchanged_with_the_verifier_and_the_secret() {
    let server = Server::start([Script::ok(AGENT)]).await;
    let application = application(&server);
    let request = application.resume("s1", "v1");
    let tokens =
        application.exchange(&request, &format!("{REDIRECT}?code=dal%3Ac1&state=s1#x")).await.unwrap();
    assert_eq!(tokens.access_token.expose(), "fra:agent-1");
    let [request] = &server.received()[..] else { panic!() };
    assert_eq!(request.line(), "POST /v2/token HTTP/1.1");
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let mut fields: Vec<_> =
        form_urlencoded::parse(&request.body).map(|(name, value)| format!("{name}={value}")).collect();
    fields.sort();
    assert_eq!(
        fields,
        [
            "client_id=client-1",
            "client_secret=hunter2",
            "code=dal:c1",
            "code_verifier=v1",
            "grant_type=authorization_code",
            &format!("redirect_uri={REDIRECT}"),
        ]
    );
}

#[tokio::test]
async fn a_redirect_that_does_not_answer_the_request_is_refused() {
    let request = waiting().await;
    assert_eq!(request.code("code=c1&state=s1").unwrap().expose(), "c1");
    for redirect in [
        "code=c1&state=s2",
        "code=c1",
        "state=s1",
        REDIRECT,
        "",
        "code=c1&state=s1&state=s2",
        "code=c2&code=c1&state=s1",
        "oauth_exception=access_denied&state=s2",
        "#code=c1&state=s1",
    ] {
        let error = request.code(redirect).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth, "{redirect}");
        assert!(error.error_type().is_none(), "{redirect}");
        assert!(!format!("{error} {error:?}").contains("c1"), "{error}");
    }
}

#[tokio::test]
async fn a_refusal_that_comes_by_redirect_is_an_error_with_its_type() {
    let request = waiting().await;
    for redirect in [
        "?oauth_exception=access_denied&exception_details=too_many_redirects&state=s1",
        "?identity_exception=access_denied&exception_details=too_many_redirects",
        "?error=access_denied&error_description=too_many_redirects&state=s1",
    ] {
        let error = request.code(redirect).unwrap_err();
        assert_eq!(error.error_type().unwrap().as_str(), "access_denied", "{redirect}");
        assert_eq!(error.message(), Some("too_many_redirects"));
        assert!(error.is_authorization() && error.kind() == ErrorKind::Auth);
    }
}

#[tokio::test]
async fn tokens_are_revoked_and_validated_by_a_header_that_no_log_of_addresses_has() {
    let server = Server::start([Script::ok("{}"), Script::ok(AGENT)]).await;
    let application = application(&server);
    application.revoke(&Secret::from("refresh-1")).await.unwrap();
    application.validate(&Secret::from("fra:agent-1")).await.unwrap();
    let received = server.received();
    let seen: Vec<_> =
        received.iter().map(|request| (request.line(), request.header("authorization").unwrap())).collect();
    assert_eq!(
        seen,
        [("DELETE /v2/token HTTP/1.1", "Bearer refresh-1"), ("GET /v2/info HTTP/1.1", "Bearer fra:agent-1")]
    );
}

/// A client whose tokens renew themselves.
fn agent(server: &Server, provider: OAuthTokens) -> AgentApi {
    client(server).with_credentials(Credentials::provided("6c1a52e0", provider)).agent()
}

#[tokio::test]
async fn the_first_token_is_used_as_long_as_it_lasts_and_then_each_refresh_token_once() {
    let server = Server::start([
        tokens("fra:one", "refresh-1", 28800),
        Script::ok(CHAT),
        Script::error(401, "authentication"),
        // Too short to be used twice.
        tokens("fra:two", "refresh-2", 20),
        Script::ok(CHAT),
        tokens("fra:three", "", 20),
        Script::ok(CHAT),
        tokens("fra:four", "", 28800),
        Script::ok(CHAT),
    ])
    .await;
    let application = application(&server);
    let first = application.exchange(&application.resume("s", "v"), "code=c&state=s").await.unwrap();
    let agent = agent(&server, OAuthTokens::from_details(application, &first).unwrap());
    for _ in 0..4 {
        agent.send(&GET_CHAT).await.unwrap();
    }
    let received = server.received();
    let used: Vec<_> = received.iter().filter_map(|request| request.header("authorization")).collect();
    assert_eq!(
        used,
        ["Bearer fra:one", "Bearer fra:one", "Bearer fra:two", "Bearer fra:three", "Bearer fra:four"]
    );
    let refreshed: Vec<_> = received
        .iter()
        .filter_map(|request| {
            form_urlencoded::parse(&request.body)
                .find(|(name, _)| name == "refresh_token")
                .map(|(_, value)| value.into_owned())
        })
        .collect();
    assert_eq!(refreshed, ["refresh-1", "refresh-2", "refresh-2"], "a server-side application keeps its own");
}

#[tokio::test(start_paused = true)]
async fn a_first_token_that_expired_before_its_first_use_is_not_sent() {
    let sent: Arc<Mutex<Vec<String>>> = Arc::default();
    let note = sent.clone();
    let builder = in_memory(move |request| {
        let token = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
        note.lock().unwrap().push(token.unwrap_or_default());
        answer(200, &[], if request.uri().path() == "/v2/token" { AGENT } else { CHAT })
    });
    let livechat = builder.build().unwrap().with_credentials(Credentials::none());
    let first: TokenDetails = serde_json::from_str(&AGENT.replace("fra:agent-1", "fra:first")).unwrap();
    let application = Application::new(&livechat, "client-1", REDIRECT);
    let provider = OAuthTokens::from_details(application, &first).unwrap();
    sleep(Duration::from_secs(28800)).await;
    let livechat = livechat.with_credentials(Credentials::provided("6c1a52e0", provider));
    livechat.agent().send(&GET_CHAT).await.unwrap();
    assert_eq!(*sent.lock().unwrap(), ["", "Bearer fra:agent-1"]);
}

#[tokio::test]
async fn a_new_refresh_token_is_stored_before_the_access_token_is_used_and_again_if_that_failed() {
    let server = Server::start([tokens("fra:two", "refresh-2", 28800), Script::ok(CHAT)]).await;
    let stored: Arc<Mutex<Vec<String>>> = Arc::default();
    let (store, broken) = (stored.clone(), Arc::new(AtomicBool::new(true)));
    let provider =
        OAuthTokens::from_refresh_token(application(&server), "refresh-1").on_refresh(move |tokens| {
            let (store, broken) = (store.clone(), broken.clone());
            async move {
                store.lock().unwrap().push(tokens.refresh_token.unwrap().expose().to_owned());
                if broken.swap(false, Ordering::SeqCst) { Err("the disk is full".into()) } else { Ok(()) }
            }
        });
    let agent = agent(&server, provider);
    let error = agent.send(&GET_CHAT).await.unwrap_err();
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the disk is full");
    assert_eq!(server.received().len(), 1, "the token was not used");
    agent.send(&GET_CHAT).await.unwrap();
    assert_eq!(*stored.lock().unwrap(), ["refresh-2", "refresh-2"]);
    assert_eq!(server.received().len(), 2, "and not refreshed again");
}

#[tokio::test]
async fn many_waiting_calls_refresh_once() {
    let script = std::iter::once(tokens("fra:two", "refresh-2", 28800))
        .chain(std::iter::repeat_n(Script::ok(CHAT), 20));
    let server = Server::start(script).await;
    let agent = agent(&server, OAuthTokens::from_refresh_token(application(&server), "refresh-1"));
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let agent = agent.clone();
            tokio::spawn(async move { agent.send(&GET_CHAT).await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let refreshes =
        server.received().iter().filter(|request| request.line().starts_with("POST /v2/token")).count();
    assert_eq!(refreshes, 1);
}

#[tokio::test]
async fn a_refresh_token_that_is_over_is_an_auth_error_that_says_so() {
    let refusal = r#"{"error":"invalid_grant","error_description":"expired"}"#;
    let server = Server::start([Script::status(400, &[], refusal)]).await;
    let error = agent(&server, OAuthTokens::from_refresh_token(application(&server), "refresh-1"))
        .send(&GET_CHAT)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("invalid_grant: expired"), "{source}");
}

#[tokio::test]
async fn a_refresh_token_that_is_over_can_be_told_from_an_accounts_service_that_is_down() {
    let over = Script::status(400, &[], r#"{"error":"invalid_grant","error_description":"used up"}"#);
    let server = Server::start([over, Script::status(502, &[], "<html>")]).await;
    let provider = OAuthTokens::from_refresh_token(application(&server), "refresh-1");
    let agent = agent(&server, provider);
    let (over, down) = (agent.send(&GET_CHAT).await.unwrap_err(), agent.send(&GET_CHAT).await.unwrap_err());
    assert!(over.kind() == ErrorKind::Auth && down.kind() == ErrorKind::Auth);
    assert!(over.is_authentication() && !down.is_authentication());
    let cause: &Error = std::error::Error::source(&down).unwrap().downcast_ref().unwrap();
    assert!(cause.is_server_error(), "{cause}");
}

#[tokio::test]
async fn tokens_without_a_refresh_token_cannot_renew_themselves() {
    let server = Server::start([tokens("fra:one", "", 28800)]).await;
    let application = application(&server);
    let first = application.exchange(&application.resume("s", "v"), "code=c&state=s").await.unwrap();
    assert_eq!(OAuthTokens::from_details(application, &first).unwrap_err().kind(), ErrorKind::Build);
}

#[tokio::test]
async fn no_secret_of_an_application_is_shown() {
    let application = application(&Server::start([]).await);
    let request = application.resume("sesame", "verified");
    let tokens = OAuthTokens::from_refresh_token(application.clone(), "refresh-1");
    let shown = format!("{application:?} {request:?} {tokens:?}");
    for secret in ["hunter2", "sesame", "verified", "refresh-1"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
