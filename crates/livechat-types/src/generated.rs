//! The seam before the generated code: what the rest of the crate needs of it, and which lints do not apply to it.
//!
//! `cargo xtask regen` owns everything below `generated/`; it never writes this file.

#[rustfmt::skip]
// Documentation and variants follow the vendor's texts and sizes, not our taste.
#[allow(
clippy::doc_markdown, // names such as `LiveChat` or `chat_id` stand in prose
clippy::large_enum_variant, // a union is as large as its largest variant: boxing would cost an allocation an event
clippy::must_use_candidate, // constructors say it themselves
clippy::new_without_default, // a value that has a default derives it
clippy::too_many_arguments, // only behind `construct`: a value of all that must be there
clippy::wildcard_imports, // a file of impls uses everything of the file that it belongs to
    reason = "generated code"
)]
pub(crate) mod v3_5;
