//! What the crates cost, side by side with what else could do the same work.
//!
//! `cargo xtask bench` runs every benchmark, gathers their rows and writes the table. One benchmark alone runs by
//! `cargo bench --package bench --bench types`.

pub mod archive;
pub mod flat;
pub mod measure;
pub mod requests;
#[cfg(feature = "typify")]
pub mod typify_alone;
