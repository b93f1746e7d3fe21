//! A small HTTP client, and shorthands for the APIs.

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use livechat_mock::{MockServer, MockServerBuilder};
use serde_json::{Value, json};

/// A server, and a client that talks to it.
pub(crate) struct Mock {
    pub(crate) server: MockServer,
    client: Client<HttpConnector, Full<Bytes>>,
}

/// What was answered.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {:?}", self.text))
    }

    /// The type of the error that this must be.
    pub(crate) fn error(&self) -> String {
        assert_ne!(self.status, StatusCode::OK, "{}", self.text);
        self.json()["error"]["type"].as_str().unwrap_or_else(|| panic!("{}", self.text)).to_owned()
    }

    /// The result, which this must be.
    #[track_caller]
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text);
        self.json()
    }
}

impl Mock {
    pub(crate) async fn start() -> Self {
        Self::with(MockServer::builder()).await
    }

    pub(crate) async fn with(builder: MockServerBuilder) -> Self {
        let server = builder.start().await.unwrap();
        Self { server, client: Client::builder(TokioExecutor::new()).build_http() }
    }

    pub(crate) async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        self.try_send(request).await.unwrap()
    }

    /// Fails where the connection does.
    pub(crate) async fn try_send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Answer, Box<dyn std::error::Error + Send + Sync>> {
        let (parts, body) = self.client.request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        Ok(Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(body.to_vec())? })
    }

    /// A request that is to be sent.
    pub(crate) fn request(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: impl Into<Bytes>,
    ) -> Request<Full<Bytes>> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.server.url()));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = body.into();
        if method == "POST" {
            request = request.header("content-type", "application/json");
        }
        request.body(Full::new(body)).unwrap()
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.send(self.request("POST", path, token, body.to_string())).await
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(self.request("GET", path, token, "")).await
    }

    /// An action of the Agent Chat API by the owner.
    pub(crate) async fn agent(&self, action: &str, body: Value) -> Answer {
        self.agent_as(&self.server.tokens().agent, action, body).await
    }

    pub(crate) async fn agent_as(&self, token: &str, action: &str, body: Value) -> Answer {
        self.post(&format!("/v3.5/agent/action/{action}"), token, body).await
    }

    pub(crate) async fn configuration(&self, action: &str, body: Value) -> Answer {
        self.post(&format!("/v3.5/configuration/action/{action}"), &self.server.tokens().agent, body).await
    }

    /// An action of the Customer Chat API by the ready-made customer.
    pub(crate) async fn customer(&self, action: &str, body: Value) -> Answer {
        self.customer_as(&self.server.tokens().customer, action, body).await
    }

    pub(crate) async fn customer_as(&self, token: &str, action: &str, body: Value) -> Answer {
        let organization = self.server.tokens().organization_id;
        self.post(&format!("/v3.5/customer/action/{action}?organization_id={organization}"), token, body)
            .await
    }

    pub(crate) async fn report(&self, name: &str, body: Value) -> Value {
        self.post(&format!("/v3.5/reports/{name}"), &self.server.tokens().agent, body).await.ok()
    }

    /// A chat of the owner with one message in it; its id and its thread's.
    pub(crate) async fn chat(&self) -> (String, String) {
        let events = json!([{"type": "message", "text": "hello"}]);
        let started = self.agent("start_chat", json!({"chat": {"thread": {"events": events}}})).await.ok();
        (text(&started["chat_id"]), text(&started["thread_id"]))
    }
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no string: {value}")).to_owned()
}
