//! The HTTP text of one request per operation, as a server on loopback gets it.
//!
//! Each operation sends the example of its spec by the client's own method, and the server answers with the example of the answer,
//! which must be read.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use livechat_client::{Credentials, LiveChat, UploadFile};
use livechat_types::{Api, agent, customer};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use wire_tests::{CALLS, ORGANIZATION_ID};

use crate::samples::{Sample, examples};

/// A server that keeps the text of each request, and answers all of them alike.
struct Server {
    address: String,
    answer: Arc<Mutex<String>>,
    received: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            answer: Arc::default(),
            received: Arc::default(),
        };
        let (answer, received) = (server.answer.clone(), server.received.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, answer.clone(), received.clone()));
            }
        });
        server
    }

    fn client(&self) -> LiveChat {
        LiveChat::builder(Credentials::bearer("dal:a-token"))
            .api_url(&self.address)
            .accounts_url(&self.address)
            .system_proxy(false)
            .no_rate_limit()
            .build()
            .unwrap()
    }

    /// What the server answers from now on.
    fn answer(&self, body: &str) {
        body.clone_into(&mut self.answer.lock().unwrap());
    }

    /// The requests since the last time, without what differs from run to run.
    fn received(&self) -> String {
        std::mem::take(&mut *self.received.lock().unwrap()).iter().map(|request| plain(request)).collect()
    }
}

async fn serve(mut socket: TcpStream, answer: Arc<Mutex<String>>, received: Arc<Mutex<Vec<String>>>) {
    let mut bytes = Vec::new();
    while !is_whole(&bytes) {
        if !matches!(socket.read_buf(&mut bytes).await, Ok(read) if read > 0) {
            return;
        }
    }
    received.lock().unwrap().push(String::from_utf8(bytes).unwrap());
    let body = answer.lock().unwrap().clone();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let _ = socket.write_all(format!("{head}{body}").as_bytes()).await;
    let _ = socket.shutdown().await;
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    match length {
        Some(length) => body.len() >= length,
        None => !head.contains("transfer-encoding: chunked") || body.ends_with("0\r\n\r\n"),
    }
}

/// A request without the headers that say nothing of the action.
fn plain(request: &str) -> String {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    let mut text = format!("{}\n", lines.next().unwrap().trim_end_matches(" HTTP/1.1"));
    let mut headers: Vec<&str> = lines.filter(|line| !is_dull(line)).collect();
    headers.sort_unstable();
    for header in headers {
        text.push_str(header);
        text.push('\n');
    }
    if !body.is_empty() {
        write!(text, "\n{}\n", body.replace("\r\n", "\n")).unwrap();
    }
    text
}

fn is_dull(header: &str) -> bool {
    let name = header.split(':').next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        name.as_str(),
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

/// Sends the example of every operation of an API and returns the requests as a server got them.
async fn requests(api: Api) -> String {
    let server = Server::start().await;
    let livechat = server.client();
    let examples = examples();
    let mut text = String::new();
    for call in CALLS.iter().filter(|call| call.api == api.as_str()) {
        let request = example(&examples, call.api, call.action, "request").unwrap();
        server.answer(&example(&examples, call.api, call.action, "response").unwrap_or_default());
        let outcome = (call.send)(livechat.clone(), request).await;
        assert_eq!(outcome, Ok(()), "{} {}", call.api, call.action);
        writeln!(text, "### {}\n\n{}", call.action, server.received()).unwrap();
    }
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

#[tokio::test]
async fn uploads() {
    let server = Server::start().await;
    let livechat = server.client();
    let file = || UploadFile::from_bytes("notes.txt", "two\nlines").content_type("text/plain");
    let examples = examples();

    server.answer(&example(&examples, "agent", "upload_file", "response").unwrap());
    let answer: agent::UploadFileResponse = livechat.agent().upload_file(file()).await.unwrap().into_inner();
    assert!(answer.url.starts_with("https://"));
    let agent = without_boundary(&server.received());

    server.answer(&example(&examples, "customer", "upload_file", "response").unwrap());
    let customer = livechat.customer(ORGANIZATION_ID).upload_file(file()).await.unwrap();
    let answer: customer::UploadFileResponse = customer.into_inner();
    assert!(answer.url.starts_with("https://"));
    let customer = without_boundary(&server.received());

    insta::assert_snapshot!(format!(
        "### agent upload_file\n\n{agent}\n### customer upload_file\n\n{customer}"
    ));
}

fn without_boundary(request: &str) -> String {
    let (_, rest) = request.split_once("boundary=").unwrap();
    let boundary = rest.lines().next().unwrap();
    request.replace(boundary, "<boundary>")
}
