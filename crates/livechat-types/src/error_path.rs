//! Says in an error where in the message it is: `` `thread.events[3].text`: invalid type: integer `5`, expected a string ``.
//!
//! Every reader of an object, a list or a map puts its own part before the path of an error that comes from inside. All of that
//! happens after an error: what can be read pays nothing for it. The position that a reader of JSON gives, such as `at line 1
//! column 80`, stays at the end of the message, where `serde_json` takes it up again.

use std::{any, fmt};

use serde::de::Error;

/// One step of a path.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    /// A field of an object.
    Field(&'a str),
    /// An item of a list.
    Item(usize),
}

impl fmt::Display for Part<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => formatter.write_str(name),
            Self::Item(index) => write!(formatter, "[{index}]"),
        }
    }
}

/// An error of the value at `part`, which was read through `A`: a map or a list of the reader.
#[cold]
#[inline(never)]
pub(crate) fn at<A, E: Error>(part: Part<'_>, error: E) -> E {
    if is_tracked::<A>() { error } else { below(part, error) }
}

/// The same for a value that had been buffered: whoever tracks the path that is read through `A` does not see into the buffer.
#[cold]
#[inline(never)]
pub(crate) fn at_buffered<A, E: Error>(part: Part<'_>, error: E) -> E {
    if is_tracked::<A>() { below(part, error) } else { error }
}

/// The same error, seen from one level up.
#[cold]
#[inline(never)]
pub(crate) fn below<E: Error>(part: Part<'_>, error: E) -> E {
    let message = error.to_string();
    match message.strip_prefix('`').filter(|inner| inner.contains("`: ")) {
        Some(inner) if inner.starts_with('[') => E::custom(format_args!("`{part}{inner}")),
        Some(inner) => E::custom(format_args!("`{part}.{inner}")),
        None if is_about_a_value(&message) => E::custom(format_args!("`{part}`: {message}")),
        None => error,
    }
}

/// Whether `serde_path_to_error` keeps the path already, so that it would stand there twice.
///
/// A type's name is meant for people and may change its form; then an error would have its path twice, and no more.
fn is_tracked<A>() -> bool {
    any::type_name::<A>().contains("serde_path_to_error::")
}

/// Whether an error is about a value, by the words with which serde and this crate begin one. Any other is about the text or
/// where it comes from; made anew, it would no longer be known as an error of syntax, of input that ended, or of IO.
fn is_about_a_value(message: &str) -> bool {
    let words = [
        "invalid type: ",
        "invalid value: ",
        "invalid length ",
        "unknown variant ",
        "unknown field ",
        "missing field ",
        "duplicate field ",
    ];
    words.iter().any(|words| message.starts_with(words))
}
