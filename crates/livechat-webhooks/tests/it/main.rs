//! What a receiver of webhooks sees: bodies, handlers, answers, the inbox, crashes.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "the helpers of the tests may fail the tests"
)]

mod answers;
mod bodies;
mod conformance;
mod crash;
mod handlers;
mod inbox;
mod mock;
#[cfg(all(feature = "postgres", unix))]
mod postgres;
mod random_bodies;
mod stores;
mod support;
