//! LiveChat's v3.5 APIs as Rust types: requests, responses, pushes and webhooks, without any IO.
//!
//! The crate makes no calls and needs no runtime, so it fits under any HTTP or WebSocket library, and into a server that only
//! receives webhooks:
//!
//! ```
//! # #[cfg(feature = "webhooks")] {
//! use livechat_types::Secret;
//! use livechat_types::webhooks::{Webhook, WebhookPayload};
//!
//! let body = r#"{
//!     "webhook_id": "hk29xv0d7q4m1s8t",
//!     "secret_key": "keep-me",
//!     "action": "chat_deactivated",
//!     "organization_id": "2b5b0bd4-6d3a-4b55-9f3e-7f2f4f0c9a10",
//!     "payload": {"chat_id": "QJ4T8ZP1LX", "thread_id": "TH7W2KD90C"}
//! }"#;
//! let webhook: Webhook = serde_json::from_str(body)?;
//!
//! assert_eq!(webhook.secret_key, Secret::from("keep-me")); // compared in constant time
//! assert!(!format!("{webhook:?}").contains("keep-me")); // and never shown
//! let WebhookPayload::ChatDeactivated(ended) = &webhook.payload else { panic!("another action") };
//! assert_eq!(ended.chat_id, "QJ4T8ZP1LX");
//! # }
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # Tolerant reading, strict writing
//!
//! The platform grows while your program runs. So reading skips fields that this version does not know, and keeps values that
//! it does not know: an enum of strings keeps the string ([`UnknownValue`]), a union the whole object ([`Unknown`]), an
//! envelope the whole payload ([`UnknownPayload`]). Each is written back as it came, and none ever equals a known value.
//!
//! A field that was skipped is not written back. Whoever must lose nothing keeps the bytes beside the value: `livechat-client` has them
//! in `Response::body`, and alone by `send_raw`; `livechat-webhooks` has a webhook's text in `Verified::body`, but for the secret key. To
//! read a payload as nothing but JSON, take [`AnyPayload`]. To have the unknown fields of one object, flatten its struct beside a map:
//!
//! ```
//! # #[cfg(feature = "agent")] {
//! use livechat_types::agent::Chat;
//!
//! #[derive(serde::Serialize, serde::Deserialize)]
//! struct WholeChat {
//!     #[serde(flatten)]
//!     chat: Chat,
//!     #[serde(flatten)]
//!     unknown: serde_json::Map<String, serde_json::Value>,
//! }
//!
//! let whole: WholeChat = serde_json::from_str(r#"{"id": "QJ4T8ZP1LX", "users": [], "mood": "glad"}"#)?;
//! assert_eq!(whole.chat.id, "QJ4T8ZP1LX");
//! assert_eq!(serde_json::to_string(&whole)?, r#"{"id":"QJ4T8ZP1LX","users":[],"mood":"glad"}"#);
//! # }
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! What people write, such as a file of settings, is better read into types of your own that refuse what they do not know: here a
//! misspelt condition of a rule is skipped, and the rule is another one. Ask values that come from there whether they are known, as
//! `RoutingPriority::is_known`.
//!
//! What *is* known is read strictly. A message whose `text` is a number is an error that names the field and the value; it does
//! not become something else that happens to fit:
//!
//! ```
//! # #[cfg(feature = "agent")] {
//! use livechat_types::agent::Thread;
//!
//! let thread = r#"{"id": "TH7W2KD90C", "user_ids": ["ada@example.com"], "active": true, "events": [{"type": "message", "text": 5}]}"#;
//! let error = serde_json::from_str::<Thread>(thread).unwrap_err();
//! assert!(error.to_string().starts_with("`events[0].text`: invalid type: integer `5`, expected a string at line 1"));
//! # }
//! ```
//!
//! The path stands in the message whichever reader of `serde_json` it is that reads; under `serde_path_to_error`, which keeps it
//! apart, the message is without it. A reader of another format whose errors add words of their own has no path.
//!
//! # Ids and instants
//!
//! Each kind of id is a type of its own, so that none is given for another; each compares with a string, and so with another kind:
//!
//! ```
//! use livechat_types::shared::{AgentId, UserId};
//!
//! let (author, bot) = (UserId::from("ada@example.com"), AgentId::from("ada@example.com"));
//! assert!(author == bot.as_str());
//! ```
//!
//! Instants are `Timestamp`s of `jiff` 1, which writes and calculates with them. Filters of reports, where the offset matters, take its
//! `ZonedDateTime`s as well.
//!
//! Properties are maps within a map, and session fields maps within a list: [`properties`] and `session_fields` make them of pairs.
//!
//! # Requests know their action
//!
//! A request implements [`Action`]: its name, route, transports, scopes, and the type of its answer are constants of its type.
//! One generic function over `Action` is a client, a mock or a command line; over [`RtmAction`], the same over WebSocket.
//!
//! # Features
//!
//! - `agent`, `customer`, `configuration`, `reports`, `accounts`, `webhooks`: one API each, all on by default.
//! - `rtm` (on by default): what exists over WebSocket only, of the APIs that are chosen.
//! - `schemars`: the types implement `JsonSchema` of `schemars` 1, with the documentation's words and limits.
//! - `construct`: public constructors for what the server sends, for mocks and tests. It is outside of semver.

// With fewer APIs, some of the support code has no user.
#![cfg_attr(
    not(all(feature = "agent", feature = "customer", feature = "webhooks", feature = "rtm")),
    allow(
        dead_code,
        unreachable_pub,
        unused_imports,
        unused_macros,
        reason = "which parts are used depends on the features"
    )
)]

mod action;
mod early;
mod empty;
mod error_path;
mod ext;
mod fields;
mod generated;
mod id;
mod instant;
#[cfg(feature = "schemars")]
mod json_schema;
mod json_union;
mod payload;
mod read;
mod secret;
#[cfg(any(test, feature = "construct"))]
mod strict;
mod string_enum;
mod tagged;
mod unknown;

#[cfg(test)]
mod tests;

/// The macros that generated code calls.
mod macros {
    pub(crate) use crate::fields::fields;
    pub(crate) use crate::id::{integer_id, string_id};
    pub(crate) use crate::json_union::json_union;
    pub(crate) use crate::payload::payload_union;
    pub(crate) use crate::string_enum::string_enum;
    pub(crate) use crate::tagged::tagged_union;
}

pub use generated::v3_5::*;

pub use action::{
    Action, ActionInfo, Api, Authorization, Content, Http, Method, Pagination, Repeatable, RtmAction, Scopes,
    Transport,
};
pub use empty::Empty;
pub use ext::*;
pub use payload::{AnyPayload, Payload, PushEnvelope, RtmRequest, RtmResponse, WebhookEnvelope};
pub use secret::Secret;
#[cfg(any(test, feature = "construct"))]
pub use strict::{UnknownAt, Unserializable, unknown_values};
pub use unknown::{UNKNOWN, Unknown, UnknownJson, UnknownPayload, UnknownValue};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
