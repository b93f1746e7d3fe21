//! What typify makes of the bundled document of the agent API, untouched: unions are untagged enums there.
//!
//! `cargo xtask bench` writes the code anew each time. It holds what an archive page reaches, and no more.
#![allow(
    missing_docs,
    rustdoc::all,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    reason = "what is measured is the code as typify prints it"
)]

include!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/bench/typify_alone.rs"));
