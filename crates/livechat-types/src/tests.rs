//! What holds for all types of the crate.

use std::fmt::Debug;

use crate::{
    ActionInfo, AnyPayload, Empty, PushEnvelope, RtmRequest, RtmResponse, Secret, Unknown, UnknownJson,
    UnknownPayload, UnknownValue, WebhookEnvelope,
};

#[test]
fn every_type_goes_from_thread_to_thread_and_has_debug() {
    fn assert<T: Send + Sync + 'static + Debug>() {}

    assert::<ActionInfo>();
    assert::<AnyPayload>();
    assert::<Empty>();
    assert::<PushEnvelope<AnyPayload>>();
    assert::<RtmRequest<'static, Empty>>();
    assert::<RtmResponse<Empty, UnknownJson>>();
    assert::<Secret>();
    assert::<Unknown>();
    assert::<UnknownJson>();
    assert::<UnknownPayload>();
    assert::<UnknownValue>();
    assert::<WebhookEnvelope<AnyPayload>>();
}
