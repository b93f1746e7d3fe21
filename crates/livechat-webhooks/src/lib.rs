//! Receive [LiveChat](https://platform.text.com/docs)'s webhooks: verify, read, answer in time, lose none that you acknowledged.
//!
//! LiveChat posts a JSON object for everything that happens: `{webhook_id, secret_key, action, organization_id, payload, …}`.
//! There is no signature; the secret key in the body, chosen when the webhook was registered, is the only proof of where it comes
//! from. An answer other than 200 within about ten seconds means that it is sent again, up to three times within about a minute;
//! after that it is lost.
//!
//! ```
//! use livechat_types::webhooks::WebhookPayload;
//! use livechat_webhooks::Verifier;
//!
//! let verifier = Verifier::new("keep-me");
//! let body = br#"{
//!     "webhook_id": "hk29xv0d7q4m1s8t",
//!     "secret_key": "keep-me",
//!     "action": "incoming_event",
//!     "organization_id": "2b5b0bd4-6d3a-4b55-9f3e-7f2f4f0c9a10",
//!     "payload": {
//!         "chat_id": "QJ4T8ZP1LX",
//!         "thread_id": "TH7W2KD90C",
//!         "event": {
//!             "id": "TH7W2KD90C_1", "type": "message", "text": "Hello", "author_id": "ada@example.com",
//!             "created_at": "2024-05-06T12:04:09.250000Z", "visibility": "all"
//!         }
//!     }
//! }"#;
//!
//! match verifier.read(body) {
//!     Ok(webhook) => match webhook.payload {
//!         WebhookPayload::IncomingEvent(event) => println!("something was said in {}", event.chat_id),
//!         other => println!("acknowledged: {}", other.action()), // also what this version does not know
//!     },
//!     Err(error) => println!("answer {}: {error}", error.status()), // the text never has the secret in it
//! }
//! ```
//!
//! # What to choose
//!
//! | | what it does | feature |
//! |---|---|---|
//! | [`Verifier`] | bytes → a typed [`Webhook`], or an [`Error`] that has its HTTP status; any HTTP library, any runtime, none | |
//! | [`Handlers`] | a handler for each action, and one for the rest | |
#![cfg_attr(
    feature = "tower",
    doc = "| [`WebhookService`] | a tower service: reads the body within limits, verifies, hands over, answers | `tower` |"
)]
#![cfg_attr(
    not(feature = "tower"),
    doc = "| `WebhookService` | a tower service: reads the body within limits, verifies, hands over, answers | `tower` |"
)]
#![cfg_attr(feature = "axum", doc = "| [`axum`] | the service as a router, and extractors | `axum` |")]
#![cfg_attr(not(feature = "axum"), doc = "| `axum` | the service as a router, and extractors | `axum` |")]
#![cfg_attr(
    feature = "inbox",
    doc = "| [`inbox`] | webhooks are stored, then acknowledged, then handled, with retries and dead letters | `inbox` |"
)]
#![cfg_attr(
    not(feature = "inbox"),
    doc = "| `inbox` | webhooks are stored, then acknowledged, then handled, with retries and dead letters | `inbox` |"
)]
#![cfg_attr(
    feature = "construct",
    doc = "| [`TestWebhook`] | webhooks made by hand, for tests; outside of semver | `construct` |"
)]
#![cfg_attr(
    not(feature = "construct"),
    doc = "| `TestWebhook` | webhooks made by hand, for tests; outside of semver | `construct` |"
)]
//!
//! A handler that does more than a quick write should stand behind an inbox: LiveChat waits about ten seconds, and forgets after
//! about a minute.
//!
//! # How to be sent webhooks
//!
//! They are registered at LiveChat with an address, which it must reach by HTTPS, and with a secret key of your choice. `livechat-client` does it:
//! its `webhooks::WebhookSet` brings what is registered to what you declare. [`Handlers::actions`] lists the actions that you have handlers for.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "construct")]
mod construct;
mod destination;
mod error;
mod handlers;
mod head;
#[cfg(feature = "inbox")]
pub mod inbox;
mod secrets;
#[cfg(feature = "tower")]
mod service;
mod verified;
mod verifier;

/// Any error; what handlers may return.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[cfg(feature = "construct")]
pub use construct::TestWebhook;
pub use destination::{Delivery, Destination};
pub use error::{Error, ErrorKind};
pub use handlers::{Context, HandlerResult, Handlers, Handling, permanent};
pub use livechat_types as types;
pub use secrets::Secrets;
#[cfg(feature = "tower")]
pub use service::{Answering, WebhookService};
pub use verified::{Verified, Webhook};
pub use verifier::Verifier;

#[cfg(all(doctest, feature = "axum", feature = "inbox"))]
#[doc = include_str!("../README.md")]
struct Readme;
