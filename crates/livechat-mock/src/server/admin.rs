//! What a program in any language can ask of the mock itself: faults, the log, tokens, the clock, a fresh start.

use http::{Method, StatusCode, request::Parts};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Fault, RecordedRequest, Shared};

/// Where the endpoints are.
pub(super) const PREFIX: &str = "/_mock/";

/// Fields that are not known are errors here: a misspelt setting must not pass for one that works.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewToken {
    #[serde(default)]
    agent: Option<String>,
    #[serde(default)]
    scopes: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u32,
}

/// Answers a request for the mock itself.
pub(super) fn answer(shared: &Shared, parts: &Parts, path: &str, body: &[u8]) -> (StatusCode, Vec<u8>) {
    let result = perform(shared, &parts.method, path.strip_prefix(PREFIX).unwrap_or_default(), body);
    let (status, value) = match result {
        Ok(value) => (StatusCode::OK, value),
        Err((status, message)) => (status, json!({"error": {"type": "validation", "message": message}})),
    };
    (status, serde_json::to_vec(&value).unwrap_or_default())
}

fn perform(shared: &Shared, method: &Method, what: &str, body: &[u8]) -> Result<Value, (StatusCode, String)> {
    match (method.as_str(), what) {
        ("GET", "tokens") => Ok(tokens(shared)),
        ("POST", "tokens") => {
            let wanted: NewToken = read(body)?;
            let agent = wanted.agent.unwrap_or_else(|| crate::state::setup::OWNER.to_owned());
            Ok(json!({"token": shared.token_with_scopes(&agent, scopes(wanted.scopes))}))
        }
        ("POST", "codes") => {
            let wanted: NewToken = read(body)?;
            Ok(json!({"code": shared.authorization_code(scopes(wanted.scopes))}))
        }
        ("GET", "faults") => Ok(json!({"faults": shared.faults.all()})),
        ("POST", "faults") => {
            shared.faults.add(fault(shared, body)?);
            Ok(json!({}))
        }
        ("DELETE", "faults") => {
            shared.faults.clear();
            Ok(json!({}))
        }
        ("GET", "requests") => {
            let requests: Vec<Value> = shared.log.all().iter().map(show).collect();
            Ok(json!({"requests": requests}))
        }
        ("DELETE", "requests") => {
            shared.log.clear();
            Ok(json!({}))
        }
        ("GET", "webhooks") => {
            let done = shared.deliveries.done();
            let done: Vec<Value> = done
                .iter()
                .map(|webhook| {
                    json!({
                        "webhook_id": webhook.webhook_id, "action": webhook.action, "url": webhook.url,
                        "attempts": webhook.attempts, "taken": webhook.taken,
                    })
                })
                .collect();
            Ok(json!({"webhooks": done}))
        }
        ("POST", "clock") => {
            let advance: Advance = read(body)?;
            shared.state().clock.advance(jiff::SignedDuration::from_secs(i64::from(advance.seconds)));
            Ok(json!({}))
        }
        ("POST", "reset") => {
            shared.reset();
            Ok(json!({}))
        }
        _ => Err((
            StatusCode::NOT_FOUND,
            "there are: tokens (GET, POST), codes (POST), faults (GET, POST, DELETE), requests (GET, DELETE), \
             webhooks (GET), clock (POST), reset (POST)"
                .to_owned(),
        )),
    }
}

fn scopes(asked: Option<Vec<String>>) -> Vec<String> {
    asked.unwrap_or_else(|| crate::state::tokens::all_scopes().into_iter().collect())
}

fn read<T: for<'de> Deserialize<'de>>(body: &[u8]) -> Result<T, (StatusCode, String)> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
}

/// A fault. Its kinds have fields of their own, which keeps serde from refusing those that are none.
fn fault(shared: &Shared, body: &[u8]) -> Result<Fault, (StatusCode, String)> {
    const FIELDS: &[&str] = &[
        "fault",
        "action",
        "after",
        "times",
        "milliseconds",
        "type",
        "message",
        "retry_after",
        "status",
        "content_type",
        "body",
    ];
    let fields: serde_json::Map<String, Value> = read(body)?;
    if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
        let message = format!("`{unknown}` is no field of a fault: there are {}", FIELDS.join(", "));
        return Err((StatusCode::BAD_REQUEST, message));
    }
    let fault: Fault = read(body)?;
    match fault.slip(&shared.routes) {
        Some(reason) => Err((StatusCode::BAD_REQUEST, reason)),
        None => Ok(fault),
    }
}

fn tokens(shared: &Shared) -> Value {
    let tokens = shared.tokens();
    json!({
        "account_id": tokens.account_id, "personal": tokens.personal, "agent": tokens.agent,
        "customer": tokens.customer, "customer_id": tokens.customer_id, "bot": tokens.bot, "bot_id": tokens.bot_id,
        "organization_id": tokens.organization_id, "client_id": tokens.client_id,
    })
}

fn show(request: &RecordedRequest) -> Value {
    let headers: serde_json::Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    json!({
        "action": request.action, "method": request.method, "path": request.path, "query": request.query,
        "headers": headers, "body": request.json(), "user": request.user, "status": request.status,
        "error": request.error,
    })
}
