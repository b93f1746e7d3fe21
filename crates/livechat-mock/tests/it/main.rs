//! The mock over loopback, by a client that knows nothing of it.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the helpers of the tests may fail the tests"
)]

mod support;

mod agent_chat;
mod browsers;
mod configuration;
mod customer_chat;
mod errors;
mod faults;
mod hardening;
mod memory;
mod program;
mod reports;
mod routing;
mod rules;
mod tokens;
mod webhooks;
