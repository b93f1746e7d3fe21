//! The region of requests.

use livechat_client::Credentials;

use crate::support::{CHAT, DEACTIVATE_CHAT, GET_CHAT, Script, Server};

fn misdirected(region: &str) -> Script {
    let body =
        r#"{"error":{"type":"misdirected_request","message":"Wrong region","data":{"region":"REGION"}}}"#;
    Script::status(400, &[], &body.replace("REGION", region))
}

/// The region of each request; empty where there is none.
fn regions(server: &Server) -> Vec<String> {
    server
        .received()
        .iter()
        .map(|request| request.header("x-region").unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn the_region_comes_from_the_token_or_is_given_or_is_unknown() {
    let server = Server::start([Script::ok(CHAT), Script::ok(CHAT), Script::ok(CHAT)]).await;
    for credentials in [
        Credentials::bearer("fra-a:x"),
        Credentials::personal_access_token("id", "x").in_region("fra"),
        Credentials::bearer("x"),
    ] {
        server.client().with_credentials(credentials).agent().send(&GET_CHAT).await.unwrap();
    }
    assert_eq!(regions(&server), ["fra-a", "fra", ""]);
}

#[tokio::test]
async fn a_misdirected_request_goes_once_to_the_region_that_the_server_names_which_is_remembered() {
    // Also for an action that is not safe to repeat: the server did not carry it out.
    let server = Server::start([misdirected("fra"), Script::ok(""), Script::ok("")]).await;
    let agent = server.client().agent();
    agent.send(&DEACTIVATE_CHAT).await.unwrap();
    agent.send(&DEACTIVATE_CHAT).await.unwrap();
    assert_eq!(regions(&server), ["dal", "fra", "fra"]);
}

#[tokio::test]
async fn servers_that_send_a_request_to_and_fro_are_not_followed_for_ever() {
    let server = Server::start([misdirected("fra"), misdirected("dal"), misdirected("fra")]).await;
    let error = server.client().agent().send(&GET_CHAT).await.unwrap_err();
    assert!(error.is_misdirected());
    assert_eq!(error.data().unwrap()["region"], "dal");
    assert_eq!(regions(&server), ["dal", "fra"]);
}

#[tokio::test]
async fn a_region_that_the_request_was_already_in_or_that_no_header_can_carry_is_not_followed() {
    for region in ["dal", "", r"a\nb"] {
        let server = Server::start([misdirected(region), Script::ok(CHAT)]).await;
        assert!(server.client().agent().send(&GET_CHAT).await.unwrap_err().is_misdirected());
        assert_eq!(server.received().len(), 1);
    }
}
