//! Conveniences on generated types, written by hand: what a program asks of any event or user, whatever its kind, and values
//! made of what it has at hand.

#[cfg(any(feature = "agent", feature = "customer", feature = "webhooks"))]
mod events;
mod pairs;
#[cfg(feature = "reports")]
mod reports;
#[cfg(any(feature = "agent", feature = "customer", feature = "webhooks"))]
mod users;

pub use pairs::*;
