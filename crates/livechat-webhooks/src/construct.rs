//! Webhooks made by hand, as LiveChat would send them: for tests.

use livechat_types::{
    AnyPayload, Secret, WebhookEnvelope,
    shared::{OrganizationId, WebhookId},
    webhooks::WebhookPayload,
};
use serde::Serialize;
use serde_json::{Value, json};

/// A webhook to be sent to a receiver under test.
///
/// ```
/// use livechat_types::{shared::ChatDeactivated, webhooks::WebhookPayload};
/// use livechat_webhooks::{TestWebhook, Verifier};
///
/// let body = TestWebhook::new("keep-me", ChatDeactivated::new("QJ4T8ZP1LX", "TH7W2KD90C")).body();
///
/// let webhook = Verifier::new("keep-me").read(body.as_bytes())?;
/// assert!(matches!(webhook.payload, WebhookPayload::ChatDeactivated(_)));
/// # Ok::<(), livechat_webhooks::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct TestWebhook(WebhookEnvelope<AnyPayload, Value>);

impl TestWebhook {
    /// A webhook with a payload, which says what its action is.
    #[must_use]
    pub fn new(secret_key: impl Into<Secret>, payload: impl Into<WebhookPayload>) -> Self {
        let payload = payload.into();
        Self::of_json(secret_key, payload.action(), json!(payload))
    }

    /// A webhook with a payload of any JSON, be the action known or not.
    #[must_use]
    pub fn of_json(secret_key: impl Into<Secret>, action: impl Into<String>, payload: Value) -> Self {
        let payload = AnyPayload { action: action.into(), payload };
        Self(WebhookEnvelope::new(
            "hk29xv0d7q4m1s8t",
            secret_key,
            "2b5b0bd4-6d3a-4b55-9f3e-7f2f4f0c9a10",
            payload,
        ))
    }

    /// Sets the registration.
    #[must_use]
    pub fn webhook_id(mut self, webhook_id: impl Into<WebhookId>) -> Self {
        self.0.webhook_id = webhook_id.into();
        self
    }

    /// Sets the organization.
    #[must_use]
    pub fn organization_id(mut self, organization_id: impl Into<OrganizationId>) -> Self {
        self.0.organization_id = organization_id.into();
        self
    }

    /// Sets what is sent along: [`AdditionalData`](livechat_types::webhooks::AdditionalData), or any JSON.
    #[must_use]
    pub fn additional_data(mut self, data: impl Serialize) -> Self {
        self.0.additional_data = Some(json!(data));
        self
    }

    /// The body of the request.
    ///
    /// # Panics
    ///
    /// It does not: what it writes has been JSON before.
    #[must_use]
    pub fn body(&self) -> String {
        #[expect(
            clippy::expect_used,
            reason = "an envelope of JSON values has string keys and no failing parts"
        )]
        serde_json::to_string(&self.0).expect("a webhook of JSON values can be written")
    }
}
