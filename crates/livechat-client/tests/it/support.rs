//! A server that answers from a script, and actions to send it.

use std::{
    collections::VecDeque,
    fmt::Write as _,
    sync::{Arc, LazyLock, Mutex},
};

use livechat_client::{
    Credentials, Error, LiveChat, LiveChatBuilder,
    layers::{Answer, Request},
    types::{Action, ActionInfo, Api, Authorization, Content, Http, Method, Repeatable},
};
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tracing::{Dispatch, subscriber::NoSubscriber};

/// Keeps `tracing` aware of more than one subscriber from the first client on.
///
/// With a single one, it asks the subscriber of whichever thread comes first whether an event matters, and keeps that answer for the
/// one test that listens.
fn know_subscribers() {
    static SILENT: LazyLock<[Dispatch; 2]> =
        LazyLock::new(|| [(); 2].map(|()| Dispatch::new(NoSubscriber::new())));
    LazyLock::force(&SILENT);
}

/// What the server does with one request.
#[derive(Debug, Clone)]
pub(crate) struct Script {
    bytes: Vec<u8>,
    /// How many bytes are written at a time.
    piece: usize,
    /// Whether the connection stays open, silent, after the bytes.
    stall: bool,
}

impl Script {
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), piece: usize::MAX, stall: false }
    }

    pub(crate) fn status(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let mut head =
            format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            head.push_str("Content-Type: application/json\r\n");
        }
        for (name, value) in headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        Self::raw(format!("{head}\r\n{body}"))
    }

    pub(crate) fn ok(body: &str) -> Self {
        Self::status(200, &[], body)
    }

    pub(crate) fn error(status: u16, error_type: &str) -> Self {
        Self::status(
            status,
            &[],
            &format!(r#"{{"error":{{"type":"{error_type}","message":"from the script"}}}}"#),
        )
    }

    /// One chunk, and one write, for each byte of the body.
    pub(crate) fn chunked(body: &str) -> Self {
        let mut text =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                .to_owned();
        for character in body.chars() {
            write!(text, "1\r\n{character}\r\n").unwrap();
        }
        text.push_str("0\r\n\r\n");
        Self::raw(text).byte_by_byte()
    }

    pub(crate) fn byte_by_byte(self) -> Self {
        Self { piece: 1, ..self }
    }

    pub(crate) fn then_stall(self) -> Self {
        Self { stall: true, ..self }
    }

    pub(crate) fn stall() -> Self {
        Self::raw("").then_stall()
    }
}

/// A request as the server got it.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// Whether the body came to its end.
    pub(crate) complete: bool,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

pub(crate) struct Server {
    address: String,
    received: Arc<Mutex<Vec<Received>>>,
    script: Arc<Mutex<VecDeque<Script>>>,
}

impl Server {
    /// Serves the script, one entry a request; a request beyond it gets status 599.
    pub(crate) async fn start(script: impl IntoIterator<Item = Script>) -> Self {
        know_subscribers();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            received: Arc::default(),
            script: Arc::new(Mutex::new(script.into_iter().collect())),
        };
        let (received, script) = (server.received.clone(), server.script.clone());
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, received.clone(), script.clone()));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        self.address.clone()
    }

    pub(crate) fn builder(&self) -> LiveChatBuilder {
        self.builder_for(Credentials::bearer("dal:hunter2"))
    }

    pub(crate) fn builder_for(&self, credentials: Credentials) -> LiveChatBuilder {
        LiveChat::builder(credentials).api_url(&self.address).accounts_url(&self.address).system_proxy(false)
    }

    pub(crate) fn client(&self) -> LiveChat {
        self.builder().build().unwrap()
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn serve(
    mut socket: TcpStream,
    received: Arc<Mutex<Vec<Received>>>,
    script: Arc<Mutex<VecDeque<Script>>>,
) {
    let mut buffer = Vec::new();
    let Some(end) = read_head(&mut socket, &mut buffer).await else { return };
    let rest = buffer.split_off(end);
    let mut request =
        Received { head: String::from_utf8(buffer).unwrap(), body: Vec::new(), complete: false };
    let next = script.lock().unwrap().pop_front();
    let next = next.unwrap_or_else(|| Script::status(599, &[], "the script is over"));
    (request.body, request.complete) = read_body(&mut socket, rest, &request).await;
    received.lock().unwrap().push(request);
    for piece in next.bytes.chunks(next.piece.min(next.bytes.len().max(1))) {
        if socket.write_all(piece).await.is_err() {
            return;
        }
    }
    if next.stall {
        std::future::pending::<()>().await;
    }
    let _ = socket.shutdown().await;
}

async fn read_head(socket: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<usize> {
    loop {
        if let Some(at) = buffer.windows(4).position(|window| window == b"\r\n\r\n") {
            return Some(at + 4);
        }
        if socket.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}

/// The body, and whether it came whole.
async fn read_body(socket: &mut TcpStream, mut bytes: Vec<u8>, request: &Received) -> (Vec<u8>, bool) {
    let chunked = request.header("transfer-encoding").is_some();
    let length: usize = request.header("content-length").map_or(0, |value| value.parse().unwrap());
    loop {
        let whole = if chunked { bytes.ends_with(b"0\r\n\r\n") } else { bytes.len() >= length };
        if whole {
            return (if chunked { unchunk(&bytes) } else { bytes }, true);
        }
        if !matches!(socket.read_buf(&mut bytes).await, Ok(read) if read > 0) {
            return (bytes, false);
        }
    }
}

fn unchunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let line = bytes.windows(2).position(|window| window == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            return whole;
        }
        whole.extend_from_slice(&bytes[line + 2..line + 2 + size]);
        bytes = &bytes[line + 2 + size + 2..];
    }
}

/// Describes an action for the tests below.
const fn info(
    api: Api,
    name: &'static str,
    method: Method,
    path: &'static str,
    content: Content,
    parameters: &'static [&'static str],
    repeatable: Repeatable,
) -> ActionInfo {
    let mut info = ActionInfo::new(api, name, "");
    info.http = Some(Http::new(method, path, content, parameters));
    info.repeatable = repeatable;
    info
}

/// An action that is safe to repeat.
#[derive(Debug, Serialize)]
pub(crate) struct GetChat {
    pub(crate) chat_id: &'static str,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Chat {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) users: Vec<User>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) present: bool,
}

pub(crate) const GET_CHAT: GetChat = GetChat { chat_id: "QJ4T8ZP1LX" };
pub(crate) const CHAT: &str = r#"{"id":"QJ4T8ZP1LX","users":[{"id":"a@b.c","present":true}]}"#;

impl Action for GetChat {
    const INFO: &'static ActionInfo = &info(
        Api::Agent,
        "get_chat",
        Method::Post,
        "/v3.5/agent/action/get_chat",
        Content::Json,
        &[],
        Repeatable::Always,
    );
    type Response = Chat;
}

/// An action that may do more when it is repeated, and returns nothing.
#[derive(Debug, Serialize)]
pub(crate) struct DeactivateChat {
    pub(crate) id: &'static str,
}

pub(crate) const DEACTIVATE_CHAT: DeactivateChat = DeactivateChat { id: "QJ4T8ZP1LX" };

#[derive(Debug, PartialEq, Deserialize)]
pub(crate) struct Nothing {}

impl Action for DeactivateChat {
    const INFO: &'static ActionInfo = &info(
        Api::Agent,
        "deactivate_chat",
        Method::Post,
        "/v3.5/agent/action/deactivate_chat",
        Content::Json,
        &[],
        Repeatable::Never,
    );
    type Response = Nothing;
}

/// A customer's action whose parameters travel in the query, and that needs no credentials.
#[derive(Debug, Serialize)]
pub(crate) struct GetConfiguration {
    pub(crate) group_id: u32,
    pub(crate) test: Option<bool>,
}

impl Action for GetConfiguration {
    const INFO: &'static ActionInfo = &{
        let mut info = info(
            Api::Customer,
            "get_configuration",
            Method::Get,
            "/v3.5/customer/action/get_configuration",
            Content::Query,
            &["organization_id"],
            Repeatable::Always,
        );
        info.authorization = Authorization::None;
        info
    };
    type Response = Nothing;
}

/// An action whose request is a form.
#[derive(Debug, Serialize)]
pub(crate) struct Token {
    pub(crate) grant_type: &'static str,
    pub(crate) code: &'static str,
}

impl Action for Token {
    const INFO: &'static ActionInfo =
        &info(Api::Accounts, "token", Method::Post, "/v2/token", Content::Form, &[], Repeatable::Never);
    type Response = TokenResponse;
}

#[derive(Debug, Deserialize)]
pub(crate) struct TokenResponse {
    #[expect(dead_code, reason = "only that it cannot be read matters")]
    pub(crate) access_token: u32,
}

pub(crate) static UPLOAD_FILE: ActionInfo = info(
    Api::Agent,
    "upload_file",
    Method::Post,
    "/v3.5/agent/action/upload_file",
    Content::Multipart,
    &[],
    Repeatable::Never,
);

/// An action that carries a number, and `custom_id` if it has one.
#[derive(Debug, Serialize)]
pub(crate) struct SendEvent {
    pub(crate) number: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) custom_id: Option<&'static str>,
}

pub(crate) fn numbered(number: usize) -> SendEvent {
    SendEvent { number, custom_id: None }
}

impl Action for SendEvent {
    const INFO: &'static ActionInfo = &info(
        Api::Agent,
        "send_event",
        Method::Post,
        "/v3.5/agent/action/send_event",
        Content::Json,
        &[],
        Repeatable::WithCustomId,
    );
    type Response = Nothing;
}

/// A client that sends nothing: `answer` gets each request and makes its answer.
pub(crate) fn in_memory(
    answer: impl Fn(Request) -> Answer + Clone + Send + Sync + 'static,
) -> LiveChatBuilder {
    know_subscribers();
    let service = tower::service_fn(move |request| std::future::ready(Ok::<_, Error>(answer(request))));
    LiveChat::builder(Credentials::bearer("dal:hunter2")).transport(service)
}

/// An answer with a status and headers, and a body for it.
pub(crate) fn answer(status: u16, headers: &[(&'static str, &'static str)], body: &'static str) -> Answer {
    let mut answer = Answer::new(body.into());
    *answer.status_mut() = http::StatusCode::from_u16(status).unwrap();
    for (name, value) in headers {
        answer.headers_mut().insert(*name, http::HeaderValue::from_static(value));
    }
    answer
}
