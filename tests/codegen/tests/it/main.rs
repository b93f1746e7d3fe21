//! What `cargo xtask regen` makes of specs, good and wrong, and the rules that the tree keeps.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]
#![expect(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::format_collect,
    reason = "the tree's own names; a few lines of text"
)]

mod diagnostics;
mod drift;
mod layers;
mod mutations;
mod renders;
mod support;
mod surface;
mod tidy;
mod traps;
