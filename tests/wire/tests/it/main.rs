//! What the types and the client put on the wire and take from it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the helpers of the tests may fail the tests"
)]

mod errors;
mod http;
mod openness;
mod quirks;
mod round_trip;
mod samples;
mod scene;
mod secrets;
mod table;
