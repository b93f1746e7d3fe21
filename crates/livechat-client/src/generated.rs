//! The seam before the generated operations: one method for each action, on the API clients of [`apis`](crate::apis).
//!
//! `cargo xtask regen` owns everything below `generated/`; it never writes this file.

#[rustfmt::skip]
#[allow(
clippy::doc_markdown, // names such as `LiveChat` or `chat_id` stand in prose
    reason = "generated code"
)]
mod v3_5;
