//! Which type stands for which documented message, and how messages are round-tripped: what the wire tests share.

mod call;
mod compare;
mod generated;
mod shape;
mod written;

pub use call::{Answer, Call, ORGANIZATION_ID};
pub use compare::compare;
pub use generated::{
    EXAMPLES,
    calls::CALLS,
    samples::{FIELD_ALIASES, SHAPES, VALUE_ALIASES},
};
pub use shape::{Shape, find, round_trip_as};
pub use written::{Written, write};
