//! An agent logs in by a browser, on loopback: `cargo run -p livechat-client --example oauth_login`.
//!
//! It needs an application of the Developer Console: `LIVECHAT_CLIENT_ID`, `LIVECHAT_CLIENT_SECRET` if it is a server-side one, and
//! `LIVECHAT_REDIRECT_URI` if its redirect URI is not `http://127.0.0.1:3000/callback`. Without the first, the example lets itself in
//! to a mock.

use std::time::Duration;

use livechat_client::{
    Credentials, LiveChat,
    oauth::{Application, AuthorizationRequest, OAuthTokens},
    types::agent::GetLicenseInfo,
};
use livechat_mock::MockServer;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    time::timeout,
};

mod support;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let Some(client_id) = support::variable("LIVECHAT_CLIENT_ID") else {
        let mock = support::start_mock("LIVECHAT_CLIENT_ID").await?;
        let livechat = support::at(&mock, LiveChat::builder(Credentials::none())).build()?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let redirect_uri = format!("http://{}/callback", listener.local_addr()?);
        let application = Application::new(&livechat, mock.tokens().client_id, redirect_uri);
        return log_in(&livechat, application, &listener, Some(&mock)).await;
    };
    let livechat = LiveChat::new(Credentials::none())?;
    let redirect_uri = support::variable("LIVECHAT_REDIRECT_URI");
    let redirect_uri = redirect_uri.unwrap_or_else(|| "http://127.0.0.1:3000/callback".to_owned());
    let address: http::Uri = redirect_uri.parse()?;
    let listener =
        TcpListener::bind(address.authority().ok_or("the redirect URI has no host")?.as_str()).await?;
    let mut application = Application::new(&livechat, client_id, redirect_uri);
    if let Some(secret) = support::variable("LIVECHAT_CLIENT_SECRET") {
        application = application.client_secret(secret);
    }
    log_in(&livechat, application, &listener, None).await
}

async fn log_in(
    livechat: &LiveChat,
    application: Application,
    listener: &TcpListener,
    mock: Option<&MockServer>,
) -> support::Result {
    let request = application.authorize()?;
    println!("open this in a browser:\n  {}\n", request.url());
    if let Some(mock) = mock {
        let_in(mock, &request, listener).await?;
    }
    let redirect = redirected(listener).await?;
    let tokens = application.exchange(&request, &redirect).await?;
    println!("logged in as {}, with the scopes {}", tokens.account_id, tokens.scope);

    // From here on tokens renew themselves. A program that is to stay logged in keeps the refresh token, in a safe place.
    let provider = OAuthTokens::from_details(application.clone(), &tokens)?;
    let livechat = livechat.with_credentials(Credentials::provided(tokens.account_id.as_str(), provider));
    let license = livechat.agent().get_license_info(&GetLicenseInfo::new()).await?;
    println!("the license is {}, good until {}", license.license_id, license.expires_at);

    application.revoke(&tokens.access_token).await?;
    println!("logged out");
    Ok(())
}

/// Waits until the browser comes back, and returns where to.
async fn redirected(listener: &TcpListener) -> support::Result<String> {
    loop {
        let (mut browser, _) = listener.accept().await?;
        // Nothing but the first line is of interest, and no honest one is longer. Browsers also connect without asking for anything.
        let mut line = String::new();
        let mut reader = BufReader::new((&mut browser).take(8 * 1024));
        if timeout(Duration::from_secs(2), reader.read_line(&mut line)).await.is_err() {
            continue;
        }
        let target = line.split(' ').nth(1).unwrap_or_default();
        // What browsers ask for besides, such as an icon, has no state.
        let found = target.contains("state=");
        let (status, text) = if found {
            ("200 OK", "You can close this page.")
        } else {
            ("404 Not Found", "There is nothing here.")
        };
        let head =
            format!("HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n", text.len());
        browser.write_all(format!("{head}Connection: close\r\n\r\n{text}").as_bytes()).await?;
        if found {
            return Ok(target.to_owned());
        }
    }
}

/// On the mock: what a browser does once the agent has consented.
async fn let_in(
    mock: &MockServer,
    request: &AuthorizationRequest,
    listener: &TcpListener,
) -> support::Result {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("code", &mock.authorization_code(&["chats--all:ro", "customers:ro"]));
    query.append_pair("state", request.state().expose());
    let mut server = TcpStream::connect(listener.local_addr()?).await?;
    let line = format!("GET /callback?{} HTTP/1.1\r\nHost: localhost\r\n\r\n", query.finish());
    server.write_all(line.as_bytes()).await?;
    Ok(())
}
