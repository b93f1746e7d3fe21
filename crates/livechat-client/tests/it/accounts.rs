//! The accounts service: what its requests are authorized with, and what its errors say.

use livechat_client::{
    Credentials, ErrorKind,
    types::accounts::{
        CookieGrant, CustomerGrantType, GetTokenInfo, IssueCustomerToken, IssueGroupCustomerToken,
        RevokeCustomerToken, RevokeToken,
    },
};

use crate::support::{Script, Server};

/// A token's description.
pub(crate) const AGENT: &str = r#"{"access_token":"fra:agent-1","account_id":"6c1a52e0","expires_in":28800,"organization_id":"2b5b0bd4","refresh_token":"refresh-2","scope":"chats--all:ro","token_type":"Bearer"}"#;
/// A customer's token.
pub(crate) const CUSTOMER: &str =
    r#"{"access_token":"fra:customer-1","entity_id":"1f6c3c1e","expires_in":28800,"token_type":"Bearer"}"#;

#[tokio::test]
async fn optional_authorization_is_sent_if_there_is_one_and_the_request_has_no_token_of_its_own() {
    let server = Server::start([AGENT; 3].map(Script::ok)).await;
    let accounts = server.client().accounts();
    accounts.get_token_info(&GetTokenInfo::new()).await.unwrap();
    accounts.get_token_info(&GetTokenInfo::new().code("dal:another")).await.unwrap();
    let without = server.client().with_credentials(Credentials::none()).accounts();
    without.get_token_info(&GetTokenInfo::new().code("dal:another")).await.unwrap();
    let received = server.received();
    let sent: Vec<_> = received.iter().map(|request| request.header("authorization")).collect();
    assert_eq!(sent, [Some("Bearer dal:hunter2"), None, None]);
    assert_eq!(received[1].line(), "GET /v2/info?code=dal%3Aanother HTTP/1.1");
    assert_eq!(received[1].header("x-region"), None, "the other token's region is not known");
}

#[tokio::test]
async fn a_token_named_in_the_query_is_revoked_and_not_the_clients_own() {
    let server = Server::start([Script::ok("{}"), Script::ok("")]).await;
    let accounts = server.client().accounts();
    accounts.revoke_token(&RevokeToken::new().code("refresh-1")).await.unwrap();
    accounts.revoke_token(&RevokeToken::new()).await.unwrap();
    let received = server.received();
    assert_eq!(received[0].line(), "DELETE /v2/token?code=refresh-1 HTTP/1.1");
    assert_eq!(received[0].header("authorization"), None);
    assert_eq!(received[1].line(), "DELETE /v2/token HTTP/1.1");
    assert_eq!(received[1].header("authorization"), Some("Bearer dal:hunter2"));
}

#[tokio::test]
async fn required_authorization_that_is_missing_is_an_error_and_nothing_is_sent() {
    let server = Server::start([]).await;
    let accounts = server.builder_for(Credentials::none()).build().unwrap().accounts();
    let error = accounts.revoke_customer_token(&RevokeCustomerToken::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(!error.may_have_reached_server());
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn a_groups_token_is_asked_for_at_its_path() {
    let server = Server::start([Script::ok(CUSTOMER)]).await;
    let accounts = server.builder_for(Credentials::none()).build().unwrap().accounts();
    let request = IssueGroupCustomerToken::new(CustomerGrantType::Cookie, "client-1");
    let error = accounts.issue_group_customer_token(&request).await.unwrap_err();
    assert!(error.to_string().contains("`organization_id`"), "{error}");
    accounts.in_group("2b5b0bd4", 3).issue_group_customer_token(&request).await.unwrap();
    assert_eq!(server.received()[0].line(), "POST /v2/customer/2b5b0bd4/3/token HTTP/1.1");
}

#[tokio::test]
async fn errors_of_the_accounts_service_have_type_message_and_data() {
    let bodies = [
        (400, r#"{"error":"invalid_grant","error_description":"used up"}"#),
        (401, r#"{"oauth_exception":"unauthorized","exception_description":"used up"}"#),
        (403, r#"{"identity_exception":"access_denied","description":"used up"}"#),
        (400, r#"{"error":"invalid_request","invalid_fields":{"code":"too short"}}"#),
    ];
    let server = Server::start(bodies.map(|(status, body)| Script::status(status, &[], body))).await;
    let accounts = server.client().accounts();
    let request: IssueCustomerToken = CookieGrant::new("client-1", "2b5b0bd4").into();
    let mut errors = Vec::new();
    for _ in bodies {
        errors.push(accounts.issue_customer_token(&request).await.unwrap_err());
    }
    let types: Vec<_> = errors.iter().map(|error| error.error_type().unwrap().as_str()).collect();
    assert_eq!(types, ["invalid_grant", "unauthorized", "access_denied", "invalid_request"]);
    assert!(errors[..3].iter().all(|error| error.kind() == ErrorKind::Auth));
    assert!(errors[..3].iter().all(|error| error.message() == Some("used up")));
    assert!(errors[0].is_authentication() && errors[1].is_authentication());
    assert!(errors[2].is_authorization() && !errors[2].is_authentication());
    assert_eq!(errors[3].kind(), ErrorKind::Api);
    assert_eq!(errors[3].data().unwrap()["invalid_fields"]["code"], "too short");
}
