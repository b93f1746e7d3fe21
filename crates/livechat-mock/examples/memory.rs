//! Measures how much memory the mock takes while many more chats are made than it keeps.
//!
//! ```text
//! cargo run --release --package livechat-mock --example memory -- 1000 50000
//! ```
//!
//! The first number is `--max-chats`, the second how many chats are made; each gets 20 messages of some 200 bytes, a customer of its
//! own, a tag and properties, and is closed. A table shows the resident memory of the process, which also holds the small client.

use std::{env, error::Error, io::Write};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use livechat_mock::MockServer;
use serde_json::{Value, json};

type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Calls the mock as its owner.
struct Caller {
    url: String,
    token: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl Caller {
    async fn call(&self, path: &str, body: Value) -> Result<Value> {
        let request = http::Request::post(format!("{}{path}", self.url))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json")
            .body(Full::new(Bytes::from(body.to_string())))?;
        let answer = self.client.request(request).await?;
        let is_success = answer.status().is_success();
        let body = answer.into_body().collect().await?.to_bytes();
        if is_success {
            Ok(serde_json::from_slice(&body)?)
        } else {
            Err(String::from_utf8_lossy(&body).into())
        }
    }

    /// A chat from its beginning to its end.
    async fn chat(&self) -> Result {
        const API: &str = "/v3.5/agent/action";
        let customer = self.call(&format!("{API}/create_customer"), json!({"name": "Somebody"})).await?;
        let users = json!([{"id": customer.get("customer_id"), "type": "customer"}]);
        let started = self.call(&format!("{API}/start_chat"), json!({"chat": {"users": users}})).await?;
        let (chat, thread) = (started.get("chat_id"), started.get("thread_id"));
        for _ in 0..20 {
            let event = json!({"type": "message", "text": "Where is my parcel? ".repeat(10)});
            self.call(&format!("{API}/send_event"), json!({"chat_id": chat, "event": event})).await?;
        }
        let tag = json!({"chat_id": chat, "thread_id": thread, "tag": "load"});
        self.call(&format!("{API}/tag_thread"), tag).await?;
        let properties = json!({"id": chat, "properties": {"test": {"int_property": 1}}});
        self.call(&format!("{API}/update_chat_properties"), properties).await?;
        self.call(&format!("{API}/deactivate_chat"), json!({"id": chat})).await?;
        Ok(())
    }
}

/// The resident memory in MiB, where the system tells it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result {
    let mut numbers = env::args().skip(1).map(|number| number.parse::<usize>());
    let max_chats = numbers.next().transpose()?.unwrap_or(1_000);
    let chats = numbers.next().transpose()?.unwrap_or(20_000);
    let server = MockServer::builder().max_chats(max_chats).start().await?;
    let caller = Caller {
        url: server.url().to_owned(),
        token: server.tokens().agent,
        client: Client::builder(TokioExecutor::new()).build_http(),
    };
    caller.call("/v3.5/configuration/action/create_tag", json!({"name": "load", "group_ids": [0]})).await?;
    let mut out = std::io::stdout();
    writeln!(out, "chats made   resident MiB   (at most {max_chats} are kept)")?;
    for number in 0..=chats {
        if number % (chats / 10).max(1) == 0 {
            let resident = resident().map_or_else(|| "unknown".to_owned(), |resident| resident.to_string());
            writeln!(out, "{number:>10}   {resident:>12}")?;
        }
        caller.chat().await?;
    }
    Ok(())
}
