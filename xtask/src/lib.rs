//! Reads the specs under `spec/` and writes the crates under `crates/`: `cargo xtask regen` and its relatives.
//!
//! The pipeline is a page of calls in [`regen`]; each pass is a module. See ARCHITECTURE.md.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "text is put together piece by piece; the plain form reads best, and it is not what the time goes to"
)]

pub mod bench;
pub mod bundle;
pub mod check;
pub mod ci;
mod decode;
pub mod describe;
pub mod diagnostics;
pub mod flags;
pub mod instructions;
mod link;
mod lower;
pub mod model;
mod name;
pub mod read;
pub mod regen;
pub mod render;
pub mod settle;
mod suggest;
mod yaml;

/// The API version that the specs under `spec/` describe, and the folder that they stand in.
pub const VERSION: &str = "3.5";
