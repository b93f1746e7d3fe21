//! What the benchmarks of the client share.

pub(crate) mod server;
