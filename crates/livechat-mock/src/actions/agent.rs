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

/// The groups exist. The page of this API lists no `group_not_found`, as those of the others do.
pub(crate) fn check_groups(call: &Call<'_>, groups: &[i64]) -> Result<(), ApiError> {
    call.state.check_groups(groups).map_err(|error| ApiError::not_found(error.details.message))
}
