//! Tokens of customers and bots that renew themselves.

use std::sync::Arc;

use livechat_client::{
    BotTokens, Credentials, CustomerCookies, CustomerTokens, Error, ErrorKind, LiveChat, TokenProvider as _,
    types::{configuration::IssueBotToken, customer::GetCustomer},
};
use serde_json::{Value, json};

use crate::{
    accounts::CUSTOMER,
    support::{CHAT, GET_CHAT, Script, Server},
};

fn client(server: &Server) -> LiveChat {
    server.builder_for(Credentials::none()).build().unwrap()
}

/// A customer's token, with the cookies that know the customer again.
fn with_cookies(cid: &str, cst: &str) -> Script {
    let cookies = [format!("__lc_cid={cid}; Path=/v2/customer; HttpOnly"), format!("__lc_cst={cst}; Secure")];
    Script::status(200, &[("Set-Cookie", &cookies[0]), ("Set-Cookie", &cookies[1])], CUSTOMER)
}

fn bodies(server: &Server) -> Vec<Value> {
    server.received().iter().map(|request| serde_json::from_slice(&request.body).unwrap()).collect()
}

#[tokio::test]
async fn cookies_make_the_next_token_that_of_the_same_customer() {
    let server = Server::start([with_cookies("1f6c3c1e", "k1"), with_cookies("1f6c3c1e", "k2")]).await;
    let tokens = CustomerTokens::by_cookie(&client(&server), "client-1", "2b5b0bd4", "https://app.example");
    assert_eq!((tokens.customer_id(), tokens.customer_cookies()), (None, None));
    drop(tokens.access_token().await.unwrap());
    assert_eq!(tokens.customer_id().unwrap().as_str(), "1f6c3c1e");
    assert_eq!(tokens.customer_cookies(), Some(CustomerCookies::new("1f6c3c1e", "k1")));
    drop(tokens.access_token().await.unwrap());
    assert_eq!(tokens.customer_cookies(), Some(CustomerCookies::new("1f6c3c1e", "k2")));
    let received = server.received();
    assert_eq!(received[0].line(), "POST /v2/customer/token HTTP/1.1");
    assert_eq!(received[0].header("cookie"), None);
    assert_eq!(received[1].header("cookie"), Some("__lc_cid=1f6c3c1e; __lc_cst=k1"));
    let body = json!({
        "grant_type": "cookie", "client_id": "client-1", "response_type": "token",
        "organization_id": "2b5b0bd4", "redirect_uri": "https://app.example",
    });
    assert_eq!(bodies(&server), [body.clone(), body]);
}

#[tokio::test]
async fn kept_cookies_tell_the_customer_from_the_first_call_on_and_stay_if_none_are_set() {
    let server =
        Server::start([Script::ok(CUSTOMER), Script::ok(r#"{"id":"1f6c3c1e","type":"customer"}"#)]).await;
    let kept = CustomerCookies::new("1f6c3c1e", "k1");
    let tokens = Arc::new(
        CustomerTokens::by_cookie(&client(&server), "client-1", "2b5b0bd4", "https://app.example")
            .cookies(kept.clone()),
    );
    let customer = client(&server)
        .with_credentials(Credentials::provided("visitor", tokens.clone()))
        .customer("2b5b0bd4");
    customer.get_customer(&GetCustomer::new()).await.unwrap();
    let received = server.received();
    assert_eq!(received[0].header("cookie"), Some("__lc_cid=1f6c3c1e; __lc_cst=k1"));
    assert_eq!(received[1].header("authorization"), Some("Bearer fra:customer-1"));
    assert_eq!(received[1].header("cookie"), None, "the cookies are the accounts service's alone");
    assert_eq!(tokens.customer_cookies(), Some(kept));
}

#[tokio::test]
async fn an_agent_gets_tokens_for_one_customer_however_often() {
    let server = Server::start([Script::ok(CUSTOMER), Script::ok(CUSTOMER), Script::ok(CUSTOMER)]).await;
    let agent = server.client();
    let new = CustomerTokens::by_agent_token(&agent, "client-1").in_organization("2b5b0bd4");
    drop(new.access_token().await.unwrap());
    drop(new.access_token().await.unwrap());
    let known = CustomerTokens::by_agent_token(&agent, "client-1").for_customer("c2");
    drop(known.access_token().await.unwrap());
    let entities: Vec<_> = bodies(&server).iter().map(|body| body["entity_id"].clone()).collect();
    assert_eq!(entities, [Value::Null, json!("1f6c3c1e"), json!("c2")]);
    assert_eq!(bodies(&server)[0]["organization_id"], "2b5b0bd4");
    assert!(
        server.received().iter().all(|request| request.header("authorization") == Some("Bearer dal:hunter2"))
    );
}

#[tokio::test]
async fn a_transferred_identity_is_transferred_anew_for_each_further_token() {
    let transfer = r#"{"identity_transfer_token":"fra:transfer-2","expires_in":3600}"#;
    let server = Server::start([Script::ok(CUSTOMER), Script::ok(transfer), Script::ok(CUSTOMER)]).await;
    let tokens =
        CustomerTokens::by_identity_token(&client(&server), "client-1", "fra:transfer-1").code_verifier("v1");
    drop(tokens.access_token().await.unwrap());
    drop(tokens.access_token().await.unwrap());
    let grant = |code: &str| json!({"grant_type": "identity_token", "client_id": "client-1", "code": code});
    let mut first = grant("fra:transfer-1");
    first["code_verifier"] = json!("v1");
    let anew = json!({"bearer_type": "customer", "client_id": "client-1"});
    assert_eq!(bodies(&server), [first, anew, grant("fra:transfer-2")]);
    let received = server.received();
    let authorizations: Vec<_> = received.iter().map(|request| request.header("authorization")).collect();
    assert_eq!(authorizations, [None, Some("Bearer fra:customer-1"), None]);
}

#[tokio::test]
async fn an_identity_transfer_token_is_kept_over_failures_that_pass_and_dropped_when_refused() {
    let refusal = r#"{"oauth_exception":"invalid_grant","exception_description":"used"}"#;
    let server = Server::start([
        Script::status(400, &[], r#"{"oauth_exception":"server_error"}"#),
        Script::status(400, &[], refusal),
    ])
    .await;
    let tokens = CustomerTokens::by_identity_token(&client(&server), "client-1", "fra:transfer-1");
    tokens.access_token().await.unwrap_err();
    tokens.access_token().await.unwrap_err();
    assert_eq!(bodies(&server)[0], bodies(&server)[1]);
    let error = tokens.access_token().await.unwrap_err().to_string();
    assert!(error.contains("a new identity transfer token is needed"), "{error}");
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn a_customer_whose_last_token_is_over_needs_a_new_identity_transfer_token() {
    let server = Server::start([Script::ok(CUSTOMER), Script::error(401, "authentication")]).await;
    let tokens = CustomerTokens::by_identity_token(&client(&server), "client-1", "fra:transfer-1");
    drop(tokens.access_token().await.unwrap());
    let error = tokens.access_token().await.unwrap_err().downcast::<Error>().unwrap();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(error.to_string().contains("a new identity transfer token is needed"), "{error}");
    let refusal = std::error::Error::source(&error).unwrap().downcast_ref::<Error>().unwrap();
    assert_eq!(refusal.action(), Some("issue_identity_transfer_token"));
}

#[tokio::test]
async fn tokens_of_a_group_are_asked_for_at_its_path_whatever_the_grant() {
    let server = Server::start([CUSTOMER; 3].map(Script::ok)).await;
    let (none, agent) = (client(&server), server.client());
    for tokens in [
        CustomerTokens::by_cookie(&none, "client-1", "2b5b0bd4", "https://app.example"),
        CustomerTokens::by_agent_token(&agent, "client-1").for_customer("c2"),
        CustomerTokens::by_identity_token(&none, "client-1", "fra:transfer-1"),
    ] {
        drop(tokens.in_group("2b5b0bd4", 3).access_token().await.unwrap());
    }
    assert!(
        server
            .received()
            .iter()
            .all(|request| request.line() == "POST /v2/customer/2b5b0bd4/3/token HTTP/1.1")
    );
    let common =
        |grant: &str| json!({"grant_type": grant, "client_id": "client-1"}).as_object().unwrap().clone();
    let [mut cookie, mut agent, mut identity] =
        [common("cookie"), common("agent_token"), common("identity_token")];
    cookie.extend([
        ("response_type".into(), json!("token")),
        ("redirect_uri".into(), json!("https://app.example")),
    ]);
    agent.extend([("response_type".into(), json!("token")), ("entity_id".into(), json!("c2"))]);
    identity.extend([("code".into(), json!("fra:transfer-1"))]);
    assert_eq!(bodies(&server), [Value::Object(cookie), Value::Object(agent), Value::Object(identity)]);
}

#[tokio::test]
async fn a_bot_gets_a_new_token_when_the_server_refuses_the_last() {
    let token = |token: &str| Script::ok(&format!(r#"{{"token":"{token}"}}"#));
    let server = Server::start([
        token("bot-1"),
        Script::ok(CHAT),
        Script::error(401, "authentication"),
        token("bot-2"),
        Script::ok(CHAT),
    ])
    .await;
    let livechat = server.client();
    let request = IssueBotToken::new("bot", "client-1", "hunter3", "2b5b0bd4");
    let bot = BotTokens::new(&livechat, request);
    assert!(!format!("{bot:?}").contains("hunter3"));
    let agent = livechat.with_credentials(Credentials::provided("bot", bot)).agent();
    agent.send(&GET_CHAT).await.unwrap();
    agent.send(&GET_CHAT).await.unwrap();
    let received = server.received();
    let authorizations: Vec<_> =
        received.iter().map(|request| request.header("authorization").unwrap()).collect();
    assert_eq!(
        authorizations,
        ["Bearer dal:hunter2", "Bearer bot-1", "Bearer bot-1", "Bearer dal:hunter2", "Bearer bot-2"]
    );
    assert_eq!(received[0].line(), "POST /v3.5/configuration/action/issue_bot_token HTTP/1.1");
}

#[tokio::test]
async fn a_cookie_that_no_header_can_carry_is_an_error_that_does_not_show_it() {
    let server = Server::start([]).await;
    let cookies = CustomerCookies::new("1f6c3c1e", "hunter2\n");
    let tokens = CustomerTokens::by_cookie(&client(&server), "client-1", "2b5b0bd4", "https://app.example")
        .cookies(cookies.clone());
    let error = tokens.access_token().await.unwrap_err();
    let error = error.downcast::<livechat_client::Error>().unwrap();
    assert_eq!(error.kind(), ErrorKind::Build);
    assert!(!format!("{error} {error:?} {tokens:?} {cookies:?}").contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn a_bot_gets_a_new_token_shortly_before_24_hours_are_over() {
    use std::{sync::Mutex, time::Duration};

    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let note = seen.clone();
    let livechat = crate::support::in_memory(move |request| {
        let path = request.uri().path().rsplit('/').next().unwrap().to_owned();
        let answer = if path == "issue_bot_token" { r#"{"token":"bot-1"}"# } else { CHAT };
        note.lock().unwrap().push(path);
        crate::support::answer(200, &[], answer)
    })
    .build()
    .unwrap();
    let bot = BotTokens::new(&livechat, IssueBotToken::new("bot", "client-1", "hunter3", "2b5b0bd4"));
    let agent = livechat.with_credentials(Credentials::provided("bot", bot)).agent();
    for wait in [0, 86_300, 90] {
        tokio::time::sleep(Duration::from_secs(wait)).await;
        agent.send(&GET_CHAT).await.unwrap();
    }
    assert_eq!(
        *seen.lock().unwrap(),
        ["issue_bot_token", "get_chat", "get_chat", "issue_bot_token", "get_chat"]
    );
}
