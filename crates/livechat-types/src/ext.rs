//! Conveniences on generated types, written by hand: what a program asks of any event or user, whatever its kind.

#[cfg(any(feature = "agent", feature = "customer", feature = "webhooks"))]
mod events;
#[cfg(any(feature = "agent", feature = "customer", feature = "webhooks"))]
mod users;
