//! The seam before the generated tables. `cargo xtask regen` owns everything below `generated/`; it never writes this file.

#[rustfmt::skip]
pub(crate) mod calls;
#[rustfmt::skip]
pub(crate) mod samples;

/// The examples of the specs: `{"examples": [{"api", "action", "kind", "payload"}, …]}`.
pub static EXAMPLES: &str = include_str!("generated/examples.json");
