//! Traps of authorization.

use livechat_types::{
    Content,
    accounts::{CustomerTokenDetails, IssueCustomerToken, IssueToken},
};
use serde_json::json;

use super::{info, kept};

#[test]
fn a_customers_token_is_got_by_three_grants() {
    let cookie = json!({"grant_type": "cookie", "client_id": "7d3e", "organization_id": "o1"});
    assert!(matches!(kept(&cookie), IssueCustomerToken::CookieGrant(_)));
    let agent = json!({"grant_type": "agent_token", "client_id": "7d3e", "entity_id": "1f6c", "response_type": "token"});
    assert!(matches!(kept(&agent), IssueCustomerToken::AgentTokenGrant(_)));
    let identity = json!({"grant_type": "identity_token", "client_id": "7d3e", "code": "fra:c0de"});
    assert!(matches!(kept(&identity), IssueCustomerToken::IdentityTokenGrant(_)));
    let http = info("accounts", "issue_customer_token").http.unwrap();
    assert_eq!((http.path, http.content), ("/v2/customer/token", Content::Json));

    let mut details =
        json!({"access_token": "fra:t", "entity_id": "1f6c", "expires_in": 28800, "token_type": "Bearer"});
    kept::<CustomerTokenDetails>(&details);
    details["client_id"] = "7d3e".into();
    kept::<CustomerTokenDetails>(&details);
    details["organization_id"] = "o1".into();
    kept::<CustomerTokenDetails>(&details);
}

#[test]
fn a_code_is_exchanged_as_a_form() {
    assert_eq!(info("accounts", "issue_token").http.unwrap().content, Content::Form);
    let code = json!({"grant_type": "authorization_code", "code": "fra:c0de", "client_id": "7d3e", "redirect_uri": "https://app.example.com"});
    assert!(matches!(kept(&code), IssueToken::AuthorizationCodeGrant(_)));
    let refresh = json!({"grant_type": "refresh_token", "refresh_token": "r1", "client_id": "7d3e", "client_secret": "s1"});
    assert!(matches!(kept(&refresh), IssueToken::RefreshTokenGrant(_)));
}
