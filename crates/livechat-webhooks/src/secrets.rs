//! The secret keys that are accepted: for all webhooks, or for one registration each.

use std::collections::HashMap;

use livechat_types::{Secret, shared::WebhookId};

/// The secret keys that are accepted.
///
/// A webhook has the secret that it was registered with. One secret for all registrations is enough; several are accepted while
/// one is being replaced by another; a registration may have secrets of its own, and then no others count for it.
///
/// ```
/// use livechat_webhooks::{Secrets, Verifier};
///
/// let secrets = Secrets::new()
///     .accept("the-new-one")
///     .accept("the-old-one")
///     .accept_for("hk29xv0d7q4m1s8t", "for-this-registration-alone");
/// let verifier = Verifier::new(secrets);
/// # let _ = verifier;
/// ```
///
/// An empty secret is never accepted, so that a variable that was not set opens no door.
#[derive(Debug, Clone, Default)]
pub struct Secrets {
    for_all: Vec<Secret>,
    for_one: HashMap<WebhookId, Vec<Secret>>,
}

impl Secrets {
    /// No secret yet: nothing is accepted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Accepts a secret for every registration that has none of its own.
    #[must_use]
    pub fn accept(mut self, secret: impl Into<Secret>) -> Self {
        self.for_all.push(secret.into());
        self
    }

    /// Accepts a secret for one registration, by its `webhook_id`.
    #[must_use]
    pub fn accept_for(mut self, webhook_id: impl Into<WebhookId>, secret: impl Into<Secret>) -> Self {
        self.for_one.entry(webhook_id.into()).or_default().push(secret.into());
        self
    }

    /// Whether the secret is accepted. Each candidate is compared in constant time, and all of them are compared.
    pub(crate) fn contains(&self, webhook_id: Option<&str>, secret: &Secret) -> bool {
        let own = webhook_id.and_then(|webhook_id| self.for_one.get(webhook_id));
        let candidates = own.unwrap_or(&self.for_all);
        let equal = candidates.iter().filter(|candidate| *candidate == secret).count();
        equal > 0 && !secret.expose().is_empty()
    }
}

impl From<Secret> for Secrets {
    fn from(secret: Secret) -> Self {
        Self::new().accept(secret)
    }
}

impl From<&str> for Secrets {
    fn from(secret: &str) -> Self {
        Self::new().accept(secret)
    }
}

impl From<String> for Secrets {
    fn from(secret: String) -> Self {
        Self::new().accept(secret)
    }
}

impl<T: Into<Secret>> FromIterator<T> for Secrets {
    fn from_iter<I: IntoIterator<Item = T>>(secrets: I) -> Self {
        secrets.into_iter().fold(Self::new(), Self::accept)
    }
}
