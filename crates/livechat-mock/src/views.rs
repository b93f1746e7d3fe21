//! Chats and people as the two chat APIs show them: agents see everything, customers their own part.

pub(crate) mod agent;
pub(crate) mod customer;
