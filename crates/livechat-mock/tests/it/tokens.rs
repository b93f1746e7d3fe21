//! The accounts endpoints issue, tell of and revoke tokens.

use http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Answer, Mock, text};

async fn form(mock: &Mock, body: String) -> Answer {
    let mut request = mock.request("POST", "/v2/token", "", body);
    request.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    mock.send(request).await
}

#[tokio::test]
async fn a_code_becomes_tokens_which_are_refreshed_and_revoked() {
    let mock = Mock::start().await;
    let client = mock.server.tokens().client_id;
    let code = mock.server.authorization_code(&["chats--all:ro"]);
    let exchange =
        format!("grant_type=authorization_code&code={code}&client_id={client}&redirect_uri=http%3A%2F%2Fa");
    let first = form(&mock, exchange.clone()).await.ok();
    assert_eq!((&first["expires_in"], &first["token_type"]), (&json!(28800), &json!("Bearer")));
    assert_eq!(first["scope"], "chats--all:ro");
    let other =
        form(&mock, format!("grant_type=client_credentials&client_id={client}&client_secret=hunter2")).await;
    assert_eq!(other.json()["oauth_exception"], "unsupported_grant_type");
    assert!(!other.json().to_string().contains("hunter2"), "a secret is not echoed");
    let again = form(&mock, exchange).await;
    assert_eq!(
        (again.status, &again.json()["oauth_exception"]),
        (StatusCode::BAD_REQUEST, &json!("invalid_grant"))
    );

    let access = text(&first["access_token"]);
    mock.agent_as(&access, "list_chats", json!({})).await.ok();
    let info = mock.get("/v2/info", &access).await.ok();
    assert_eq!(info["account_id"], mock.server.tokens().account_id);
    let refresh = text(&first["refresh_token"]);
    let second = form(&mock, format!("grant_type=refresh_token&refresh_token={refresh}&client_id={client}"))
        .await
        .ok();
    assert_eq!(mock.agent_as(&access, "list_chats", json!({})).await.error(), "authentication");
    let access = text(&second["access_token"]);
    mock.send(mock.request("DELETE", &format!("/v2/token?code={access}"), "", "")).await.ok();
    assert_eq!(mock.agent_as(&access, "list_chats", json!({})).await.error(), "authentication");
}

/// What the sign-in page redirects to.
async fn sign_in(mock: &Mock, query: &str) -> Answer {
    let client = mock.server.tokens().client_id;
    mock.get(
        &format!(
            "/?response_type=code&client_id={client}&redirect_uri=https%3A%2F%2Fapp.example%2Fback&{query}"
        ),
        "",
    )
    .await
}

/// The code in the address that the page redirects to.
fn code(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.text);
    let location = answer.headers["location"].to_str().unwrap();
    let query = location.strip_prefix("https://app.example/back?").unwrap();
    let (_, code) = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "code").unwrap();
    code.into_owned()
}

async fn exchange(mock: &Mock, code: &str, extra: Value) -> Answer {
    let mut body = json!({"grant_type": "authorization_code", "code": code, "client_id": mock.server.tokens().client_id,
        "redirect_uri": "https://app.example/back"});
    body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    mock.post("/v2/token", "", body).await
}

fn exception(answer: &Answer) -> String {
    assert!(answer.status.is_client_error(), "{}", answer.text);
    text(&answer.json()["oauth_exception"])
}

/// The example of RFC 7636.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str =
    "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

#[tokio::test]
async fn a_code_is_exchanged_with_the_verifier_of_its_challenge_alone() {
    let mock = Mock::start().await;
    for (challenge, wrong) in [
        (CHALLENGE.to_owned(), json!({"code_verifier": VERIFIER.replace('d', "e")})),
        (CHALLENGE.to_owned(), json!({})),
        // Without a method the challenge is the verifier itself.
        (
            format!("code_challenge={VERIFIER}"),
            json!({"code_verifier": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}),
        ),
    ] {
        let signed_in = sign_in(&mock, &challenge).await;
        assert_eq!(
            exception(&exchange(&mock, &code(&signed_in), wrong).await),
            "invalid_grant",
            "{challenge}"
        );
        let signed_in = sign_in(&mock, &challenge).await;
        exchange(&mock, &code(&signed_in), json!({"code_verifier": VERIFIER})).await.ok();
    }
}

#[tokio::test]
async fn a_code_is_good_once_and_only_with_its_redirect_uri() {
    let mock = Mock::start().await;
    let signed_in = sign_in(&mock, "state=s%26t").await;
    assert!(signed_in.headers["location"].to_str().unwrap().ends_with("&state=s%26t"));
    exchange(&mock, &code(&signed_in), json!({})).await.ok();
    assert_eq!(exception(&exchange(&mock, &code(&signed_in), json!({})).await), "invalid_grant");
    let elsewhere = json!({"redirect_uri": "https://app.example/back/"});
    let signed_in = sign_in(&mock, "").await;
    assert_eq!(exception(&exchange(&mock, &code(&signed_in), elsewhere).await), "invalid_grant");
    let signed_in = sign_in(&mock, "").await;
    mock.server.advance(std::time::Duration::from_secs(5 * 60));
    assert_eq!(exception(&exchange(&mock, &code(&signed_in), json!({})).await), "invalid_grant");
}

#[tokio::test]
async fn the_sign_in_page_says_what_is_wrong() {
    let mock = Mock::start().await;
    let client = mock.server.tokens().client_id;
    for (query, error) in [
        ("response_type=code&client_id=x&redirect_uri=https://a", "unauthorized_client".to_owned()),
        ("response_type=code&client_id=CLIENT&redirect_uri=a", "unauthorized_client".to_owned()),
        (
            "response_type=dance&client_id=CLIENT&redirect_uri=https://a",
            "unsupported_response_type".to_owned(),
        ),
        ("response_type=code&client_id=CLIENT&redirect_uri=https://a&scope=fly", "invalid_scope".to_owned()),
        (
            "response_type=code&client_id=CLIENT&redirect_uri=https://a&code_challenge=x",
            "invalid_request".to_owned(),
        ),
    ] {
        let answer = mock.get(&format!("/?{}", query.replace("CLIENT", &client)), "").await;
        assert_eq!(exception(&answer), error, "{query}");
    }
}

#[tokio::test]
async fn refresh_tokens_rotate_only_without_a_client_secret() {
    let mock = Mock::start().await;
    let client = mock.server.tokens().client_id;
    let signed_in = sign_in(&mock, "scope=chats--all:ro").await;
    let first = exchange(&mock, &code(&signed_in), json!({})).await.ok();
    assert_eq!(first["scope"], "chats--all:ro");
    let refresh = async |token: &Value, extra: Value| {
        let mut body = json!({"grant_type": "refresh_token", "refresh_token": token, "client_id": client});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        mock.post("/v2/token", "", body).await
    };
    let kept = refresh(&first["refresh_token"], json!({"client_secret": "s"})).await.ok();
    assert_eq!(kept["refresh_token"], first["refresh_token"]);
    assert_ne!(kept["access_token"], first["access_token"]);
    let rotated = refresh(&first["refresh_token"], json!({})).await.ok();
    assert_ne!(rotated["refresh_token"], first["refresh_token"]);
    assert_eq!(exception(&refresh(&first["refresh_token"], json!({})).await), "unauthorized_client");
    let other = json!({"client_id": "someone"});
    assert_eq!(exception(&refresh(&rotated["refresh_token"], other).await), "invalid_client");
}

#[tokio::test]
async fn an_identity_transfer_is_bound_to_its_code_challenge() {
    let mock = Mock::start().await;
    let tokens = mock.server.tokens();
    for (verifier, status) in [("wrong", 400), (VERIFIER, 200)] {
        let body =
            json!({"bearer_type": "customer", "client_id": tokens.client_id, "code_challenge": VERIFIER});
        let transfer = mock.post("/v2/customer/identity_transfer", &tokens.customer, body).await.ok();
        let exchange = json!({"grant_type": "identity_token", "client_id": tokens.client_id,
            "code": transfer["identity_transfer_token"], "code_verifier": verifier});
        assert_eq!(mock.post("/v2/customer/token", "", exchange).await.status, status, "{verifier}");
    }
}

#[tokio::test]
async fn an_access_token_expires() {
    let mock = Mock::start().await;
    let client = mock.server.tokens().client_id;
    let code = mock.server.authorization_code(&["chats--all:ro"]);
    let body = json!({"grant_type": "authorization_code", "code": code, "client_id": client, "redirect_uri": "http://a"});
    let token = text(&mock.post("/v2/token", "", body).await.ok()["access_token"]);
    mock.agent_as(&token, "list_chats", json!({})).await.ok();
    mock.server.advance(std::time::Duration::from_secs(28_800));
    assert_eq!(mock.agent_as(&token, "list_chats", json!({})).await.error(), "authentication");
}

#[tokio::test]
async fn an_agents_token_makes_customers_and_a_personal_one_does_not() {
    let mock = Mock::start().await;
    let tokens = mock.server.tokens();
    let body = json!({"grant_type": "agent_token", "client_id": tokens.client_id, "response_type": "token"});
    let made = mock.post("/v2/customer/token", &tokens.agent, body.clone()).await.ok();
    let customer = text(&made["access_token"]);
    let own = mock.customer_as(&customer, "get_customer", json!({})).await.ok();
    assert_eq!(own["id"], made["entity_id"]);
    let info = mock.get("/v2/customer/info", &customer).await.ok();
    assert_eq!(info["entity_id"], made["entity_id"]);

    let mut same = body.clone();
    same["entity_id"] = made["entity_id"].clone();
    assert_eq!(
        mock.post("/v2/customer/token", &tokens.agent, same).await.ok()["entity_id"],
        made["entity_id"]
    );
    // The customer that is named must exist.
    let mut unknown = body.clone();
    unknown["entity_id"] = "5d1f8a60-2f7c-4d0b-9a3e-0c6b7e9f1a24".into();
    for path in ["/v2/customer/token", &format!("/v2/customer/{}/1/token", tokens.organization_id)] {
        let refused = mock.post(path, &tokens.agent, unknown.clone()).await;
        assert_eq!(refused.json()["oauth_exception"], "resource_not_found", "{path}");
    }
    let without = mock.server.token_with_scopes(&["chats--all:rw"]);
    let refused = mock.post("/v2/customer/token", &without, body.clone()).await;
    assert_eq!(
        (refused.status, &refused.json()["oauth_exception"]),
        (StatusCode::FORBIDDEN, &json!("access_denied"))
    );
    let nobody = mock.post("/v2/customer/token", "", body).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    mock.send(mock.request("DELETE", "/v2/customer/token", &customer, "")).await.ok();
    assert_eq!(mock.customer_as(&customer, "get_customer", json!({})).await.error(), "authentication");
}

#[tokio::test]
async fn a_cookie_brings_a_customer_back() {
    let mock = Mock::start().await;
    let tokens = mock.server.tokens();
    let body = json!({"grant_type": "cookie", "client_id": tokens.client_id, "organization_id": tokens.organization_id,
        "redirect_uri": "https://app.example"});
    let first = mock.post("/v2/customer/token", "", body.clone()).await;
    let cookies: Vec<String> = first
        .headers
        .get_all("set-cookie")
        .iter()
        .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned())
        .collect();
    assert_eq!(cookies.len(), 2);
    let mut request = mock.request("POST", "/v2/customer/token", "", body.to_string());
    request.headers_mut().insert("cookie", cookies.join("; ").parse().unwrap());
    assert_eq!(mock.send(request).await.ok()["entity_id"], first.ok()["entity_id"]);
    let stranger = mock.post("/v2/customer/token", "", body).await.ok();
    assert_ne!(stranger["entity_id"], first.ok()["entity_id"]);
}

#[tokio::test]
async fn an_identity_is_carried_over_once() {
    let mock = Mock::start().await;
    let tokens = mock.server.tokens();
    let body = json!({"bearer_type": "customer", "client_id": tokens.client_id});
    let transfer = mock.post("/v2/customer/identity_transfer", &tokens.customer, body).await.ok();
    let exchange = json!({"grant_type": "identity_token", "client_id": tokens.client_id, "code": transfer["identity_transfer_token"]});
    let got = mock.post("/v2/customer/token", "", exchange.clone()).await.ok();
    assert_eq!(got["entity_id"], tokens.customer_id);
    let again = mock.post("/v2/customer/token", "", exchange).await;
    assert_eq!(again.json()["oauth_exception"], "invalid_grant");
}

#[tokio::test]
async fn a_group_has_customers_of_its_own() {
    let mock = Mock::start().await;
    let tokens = mock.server.tokens();
    let path = |group: i64| format!("/v2/customer/{}/{group}/token", tokens.organization_id);
    let body =
        json!({"grant_type": "cookie", "client_id": tokens.client_id, "redirect_uri": "https://app.example"});
    let got: Value = mock.post(&path(1), "", body.clone()).await.ok();
    assert!(got["entity_id"].is_string());
    assert_eq!(mock.post(&path(99), "", body).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_bot_gets_a_token_by_its_secret() {
    let mock = Mock::start().await;
    let tokens = mock.server.tokens();
    let bot = mock
        .configuration("create_bot", json!({"name": "Greeter", "owner_client_id": tokens.client_id}))
        .await
        .ok();
    let mut body = json!({
        "bot_id": bot["id"], "bot_secret": bot["secret"], "client_id": tokens.client_id,
        "organization_id": tokens.organization_id,
    });
    let token = mock.configuration("issue_bot_token", body.clone()).await.ok();
    let token = text(&token["token"]);
    mock.agent_as(&token, "set_routing_status", json!({"status": "accepting_chats"})).await.ok();
    body["bot_secret"] = "wrong".into();
    assert_eq!(mock.configuration("issue_bot_token", body).await.error(), "authentication");
}
