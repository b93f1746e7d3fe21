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
    let body = json!({"grant_type": "cookie", "client_id": tokens.client_id, "organization_id": tokens.organization_id});
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
    let body = json!({"grant_type": "cookie", "client_id": tokens.client_id});
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
