//! The Customer Chat API, by the documentation's categories.

pub(crate) mod chats;
pub(crate) mod configuration;
pub(crate) mod customers;
pub(crate) mod events;
pub(crate) mod other;
pub(crate) mod properties;

use livechat_types::shared::ErrorType;

use super::Call;
use crate::error::ApiError;

/// Checks the organization, and that whoever is authorized is a customer who is not banned.
pub(crate) fn require_customer(call: &Call<'_>, authorized: bool) -> Result<(), ApiError> {
    match call.parameter("organization_id") {
        None => return Err(ApiError::validation("`organization_id`: required in the query")),
        Some(id) if id != call.state.organization.id => {
            return Err(ApiError::new(
                ErrorType::LicenseNotFound,
                format!("there is no organization `{id}`"),
            ));
        }
        Some(_) => {}
    }
    if !authorized {
        return Ok(());
    }
    if !call.caller.is_customer() {
        return Err(ApiError::authorization(
            "this API is for customers: get a customer's token from the accounts API",
        ));
    }
    if call.state.is_banned(call.caller.id(), call.now) {
        return Err(ApiError::new(ErrorType::CustomerBanned, "Customer is banned"));
    }
    Ok(())
}
