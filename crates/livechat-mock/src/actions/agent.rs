//! The Agent Chat API, by the documentation's categories.

pub(crate) mod archives;
pub(crate) mod chat_users;
pub(crate) mod chats;
pub(crate) mod customers;
pub(crate) mod events;
pub(crate) mod other;
pub(crate) mod properties;
pub(crate) mod status;

use super::Call;
use crate::error::ApiError;

/// The Agent Chat API is for agents and bots.
pub(crate) fn require_worker(call: &Call<'_>) -> Result<(), ApiError> {
    if call.caller.is_worker() {
        return Ok(());
    }
    Err(ApiError::authorization("this API is for agents and bots; the token is a customer's"))
}
