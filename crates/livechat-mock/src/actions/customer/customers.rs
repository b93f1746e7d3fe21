//! The customer about themselves.

use livechat_types::{
    Empty,
    customer::{GetCustomer, GetCustomerResponse, SetCustomerSessionFields, UpdateCustomer},
};

use crate::{
    actions::{
        Call,
        agent::customers::{change, check_fields, set_fields},
    },
    error::ApiError,
    views,
};

pub(crate) fn update_customer(call: &mut Call<'_>, request: UpdateCustomer) -> Result<Empty, ApiError> {
    let id = known(call);
    change(call, &id, request.name, request.email, request.avatar, request.session_fields)?;
    Ok(Empty::default())
}

pub(crate) fn set_customer_session_fields(
    call: &mut Call<'_>,
    request: SetCustomerSessionFields,
) -> Result<Empty, ApiError> {
    check_fields(Some(&request.session_fields))?;
    let id = known(call);
    set_fields(call, &id, request.session_fields);
    Ok(Empty::default())
}

pub(crate) fn get_customer(call: &mut Call<'_>, _: GetCustomer) -> Result<GetCustomerResponse, ApiError> {
    let id = known(call);
    Ok(views::customer::own(call.state, &id))
}

/// The caller's id; a customer who has a token is known from then on.
fn known(call: &mut Call<'_>) -> String {
    let (id, now) = (call.caller.id().to_owned(), call.now);
    call.state.customer_entry(&id, now);
    id
}
