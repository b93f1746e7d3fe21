//! The HTTP text of one request per operation, and the mock's answer to it.
//!
//! Each operation sends the example of its spec by the client's own method, over loopback, to a mock in which everything exists
//! that the examples name: first for the example of the answer, then for the answer that the mock itself gives. Both must be
//! read. The text is what the mock's log has of the request; in place of a token the log has the scheme alone, and that the
//! token itself was sent is shown by the mock's own answer.

use std::fmt::Write as _;

use livechat_client::{LiveChat, UploadFile};
use livechat_mock::{Fault, MockServer, RecordedRequest};
use livechat_types::{Api, agent, customer};
use wire_tests::{CALLS, Call, ORGANIZATION_ID};

use crate::{
    samples::{Sample, examples},
    scene::{self, AGENT_TOKEN, CUSTOMER_TOKEN},
};

/// Examples that presuppose what another example does: it is sent before.
const BEFORE: &[(&str, &str, &str)] = &[
    ("agent", "resume_chat", "deactivate_chat"),
    // Whoever takes part in an active chat cannot unfollow it.
    ("agent", "unfollow_chat", "deactivate_chat"),
    ("agent", "remove_user_from_chat", "add_user_to_chat"),
    ("agent", "untag_thread", "tag_thread"),
    ("customer", "start_chat", "deactivate_chat"),
    ("customer", "resume_chat", "deactivate_chat"),
    ("configuration", "create_agent", "delete_agent"),
    ("configuration", "register_property", "unregister_property"),
    ("configuration", "create_tag", "delete_tag"),
];

/// Examples that the mock refuses, with the documented error, and why it cannot do otherwise.
const REFUSED: &[(&str, &str, &str)] = &[
    // Greetings are sent over WebSocket alone.
    ("customer", "accept_greeting", "greeting_not_found"),
    ("customer", "cancel_greeting", "greeting_not_found"),
    // The agent of the token is the owner, who cannot be suspended.
    ("configuration", "request_agent_unsuspension", "validation"),
];

/// The requests so far, without what differs from run to run.
fn received(server: &MockServer) -> String {
    let text = server.requests().iter().map(plain).collect();
    server.clear_requests();
    text
}

/// A request without the headers that say nothing of the action.
fn plain(request: &RecordedRequest) -> String {
    let mut text = format!("{} {}", request.method, request.path);
    if !request.query.is_empty() {
        write!(text, "?{}", request.query).unwrap();
    }
    text.push('\n');
    let mut headers: Vec<_> = request.headers.iter().filter(|(name, _)| !is_dull(name)).collect();
    headers.sort_unstable();
    for (name, value) in headers {
        writeln!(text, "{name}: {value}").unwrap();
    }
    if !request.body.is_empty() {
        let body = String::from_utf8(request.body.to_vec()).unwrap();
        write!(text, "\n{}\n", body.replace("\r\n", "\n")).unwrap();
    }
    text
}

fn is_dull(name: &str) -> bool {
    matches!(
        name,
        "host"
            | "user-agent"
            | "content-length"
            | "transfer-encoding"
            | "x-request-id"
            | "accept-encoding"
            | "connection"
    )
}

/// The example of a message, if it has one.
fn example(examples: &[Sample], api: &str, action: &str, kind: &str) -> Option<String> {
    let apis = [api.to_owned(), format!("{api}-web")];
    let found =
        |sample: &&Sample| apis.contains(&sample.api) && sample.action == action && sample.kind == kind;
    examples.iter().find(found).map(|sample| sample.text.clone())
}

/// Makes the mock answer its next request with an example.
fn answer_once(server: &MockServer, body: String) {
    server.inject(Fault::raw(http::StatusCode::OK, "application/json", body).times(1));
}

/// A client for whoever calls an action.
fn client_for(server: &MockServer, call: &Call) -> LiveChat {
    let is_customers = call.api == "customer" || call.action == "revoke_customer_token";
    scene::client(server, if is_customers { CUSTOMER_TOKEN } else { AGENT_TOKEN })
}

async fn send_example(server: &MockServer, examples: &[Sample], call: &Call) -> Result<(), String> {
    let request = example(examples, call.api, call.action, "request").unwrap();
    (call.send)(client_for(server, call), request).await
}

/// What is wrong with the mock's own answer to the example: it must be read, or be the documented error.
async fn wrong_answer(examples: &[Sample], call: &Call) -> Option<String> {
    let server = scene::start().await;
    for (_, _, before) in BEFORE.iter().filter(|(api, action, _)| (*api, *action) == (call.api, call.action))
    {
        let before = CALLS.iter().find(|other| other.api == call.api && other.action == *before).unwrap();
        if let Err(error) = send_example(&server, examples, before).await {
            return Some(format!("{} {}: {} before it: {error}", call.api, call.action, before.action));
        }
    }
    let outcome = send_example(&server, examples, call).await;
    let refused = REFUSED.iter().find(|(api, action, _)| (*api, *action) == (call.api, call.action));
    let error = server.requests().last().and_then(|request| request.error.clone());
    let is_right = match refused {
        None => outcome.is_ok(),
        Some((_, _, documented)) => outcome.is_err() && error.as_deref() == Some(*documented),
    };
    (!is_right).then(|| format!("{} {}: {outcome:?}", call.api, call.action))
}

/// Sends the example of every operation of an API and returns the requests as the mock got them.
async fn requests(api: Api) -> String {
    let examples = examples();
    let server = scene::start().await;
    let mut text = String::new();
    let mut wrong = Vec::new();
    for call in CALLS.iter().filter(|call| call.api == api.as_str()) {
        answer_once(&server, example(&examples, call.api, call.action, "response").unwrap_or_default());
        let outcome = send_example(&server, &examples, call).await;
        assert_eq!(outcome, Ok(()), "{} {}", call.api, call.action);
        writeln!(text, "### {}\n\n{}", call.action, received(&server)).unwrap();
        wrong.extend(wrong_answer(&examples, call).await);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    text
}

#[tokio::test]
async fn agent_requests() {
    insta::assert_snapshot!(requests(Api::Agent).await);
}

#[tokio::test]
async fn customer_requests() {
    insta::assert_snapshot!(requests(Api::Customer).await);
}

#[tokio::test]
async fn configuration_requests() {
    insta::assert_snapshot!(requests(Api::Configuration).await);
}

#[tokio::test]
async fn reports_requests() {
    insta::assert_snapshot!(requests(Api::Reports).await);
}

#[tokio::test]
async fn accounts_requests() {
    insta::assert_snapshot!(requests(Api::Accounts).await);
}

#[test]
fn every_exception_is_one_of_a_call() {
    for (api, action, _) in BEFORE.iter().chain(REFUSED) {
        assert!(CALLS.iter().any(|call| (call.api, call.action) == (*api, *action)), "{api} {action}");
    }
}

#[tokio::test]
async fn uploads() {
    let server = scene::start().await;
    let file = || UploadFile::from_bytes("notes.txt", "two\nlines").content_type("text/plain");

    let livechat = scene::client(&server, AGENT_TOKEN);
    let answer: agent::UploadFileResponse = livechat.agent().upload_file(file()).await.unwrap().into_inner();
    assert!(answer.url.starts_with("https://"));
    let agent = without_boundary(&received(&server));

    let livechat = scene::client(&server, CUSTOMER_TOKEN);
    let customer = livechat.customer(ORGANIZATION_ID).upload_file(file()).await.unwrap();
    let answer: customer::UploadFileResponse = customer.into_inner();
    assert!(answer.url.starts_with("https://"));
    let customer = without_boundary(&received(&server));

    insta::assert_snapshot!(format!(
        "### agent upload_file\n\n{agent}\n### customer upload_file\n\n{customer}"
    ));
}

fn without_boundary(request: &str) -> String {
    let (_, rest) = request.split_once("boundary=").unwrap();
    let boundary = rest.lines().next().unwrap();
    request.replace(boundary, "<boundary>")
}
