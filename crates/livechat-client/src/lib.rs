//! An async client of the LiveChat v3.5 web APIs.
//!
//! ```no_run
//! # #[cfg(feature = "agent")]
//! # async fn example() -> livechat_client::Result<()> {
//! use livechat_client::{Credentials, LiveChat, types::agent::ListChats};
//!
//! let livechat = LiveChat::new(Credentials::personal_access_token("6c1a52e0-…", "dal:…"))?;
//! let page = livechat.agent().list_chats(&ListChats::new()).await?;
//! println!("{} chats", page.found_chats);
//! # Ok(())
//! # }
//! ```
//!
//! - [`LiveChat`] is the client; [`LiveChatBuilder`] has its settings.
//! - Each API has a client of its own, such as `AgentApi`, with one method per action.
//! - A request is a value of `livechat-types`; the answer is a [`Response`] around another such value.
//! - Whatever goes wrong is one [`Error`].
//! - What happens between a call and the network is a stack of [`layers`], to which yours can be added.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `agent`, `customer`, `configuration`, `reports`, `accounts` | yes | one API each |
//! | `rtm` | yes | in [`types`], what the chosen APIs have over WebSocket only: pushes, and actions such as `login`; this crate sends none of it |
//! | `webhooks` | yes | `types::webhooks`, what webhooks carry; and `configuration`, with which `livechat_client::webhooks` registers them |
//! | `rustls` | yes | TLS by rustls with ring, and the operating system's trusted roots |
//! | `cache` | | `layers::Cache`, which keeps the configuration and the phrases of chat widgets |
//! | `native-tls` | | TLS by the operating system's own library; choose it without the default features |
//! | `reqwest_0_13` | | `LiveChatBuilder::reqwest_client`, for a reqwest client of one's own |
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(all(any(feature = "agent", feature = "customer"), feature = "configuration")),
    allow(
        dead_code,
        unused_imports,
        reason = "with fewer APIs, some of the runtime has no user: lists, uploads, batches"
    )
)]

mod apis;
mod batch;
mod body;
#[cfg(feature = "configuration")]
mod bot_tokens;
mod builder;
mod call;
mod clock;
mod credentials;
#[cfg(feature = "accounts")]
mod customer_tokens;
mod encode;
mod error;
mod generated;
mod generic;
mod json;
pub mod layers;
mod lifecycle;
mod livechat;
#[cfg(feature = "accounts")]
pub mod oauth;
mod pages;
mod random;
mod response;
mod tokens;
mod upload;
#[cfg(feature = "configuration")]
pub mod webhooks;

#[cfg(feature = "accounts")]
pub use crate::apis::AccountsApi;
#[cfg(feature = "agent")]
pub use crate::apis::AgentApi;
#[cfg(feature = "configuration")]
pub use crate::apis::ConfigurationApi;
#[cfg(feature = "customer")]
pub use crate::apis::CustomerApi;
#[cfg(feature = "reports")]
pub use crate::apis::ReportsApi;
#[cfg(feature = "configuration")]
pub use crate::bot_tokens::BotTokens;
#[cfg(feature = "accounts")]
pub use crate::customer_tokens::{CustomerCookies, CustomerTokens};
pub use crate::{
    batch::Outcomes,
    body::Body,
    builder::LiveChatBuilder,
    call::Call,
    credentials::Credentials,
    error::{ApiError, BoxError, Error, ErrorKind, Result},
    lifecycle::Lifecycle,
    livechat::LiveChat,
    pages::{Items, Paged, Pages},
    response::Response,
    tokens::{AccessToken, TokenFuture, TokenProvider},
    upload::{MAX_UPLOAD, UploadFile},
};
pub use livechat_types::{self as types, shared::ErrorType};

/// The README of the workspace: its example compiles.
#[cfg(all(doctest, feature = "agent"))]
#[doc = include_str!("../../../README.md")]
struct Workspace;

/// The examples of the README compile.
#[cfg(all(doctest, feature = "agent"))]
#[doc = include_str!("../README.md")]
struct Readme;
