//! The client against a server on loopback that misbehaves on purpose, and against answers from memory while time is paused.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the helpers of the tests may fail the tests"
)]

#[cfg(feature = "accounts")]
mod accounts;
mod answers;
#[cfg(feature = "configuration")]
mod batches;
#[cfg(feature = "cache")]
mod caches;
#[cfg(all(feature = "accounts", feature = "configuration", feature = "customer"))]
mod customer_tokens;
mod drops;
#[cfg(feature = "accounts")]
mod oauth;
mod packed;
mod pages;
mod rate_limits;
mod regions;
mod requests;
mod retries;
mod settings;
mod support;
mod tokens;
mod traces;
mod uploads;
#[cfg(feature = "configuration")]
mod webhooks;
