//! From bytes to a webhook whose sender knew the secret.

use std::{
    ops::Range,
    sync::{Arc, PoisonError, RwLock},
};

use livechat_types::Secret;
use serde_json::value::RawValue;

use crate::{
    Error, ErrorKind, Secrets, Verified, Webhook,
    head::Head,
    verified::{Place, Places},
};

/// Checks the size and the secret key of a body, and only then reads it.
///
/// There is no signature: `secret_key` in the body is all that tells a genuine webhook from a forged one. So a first pass finds
/// the envelope's fields without reading them; the secret is compared, in constant time; and nothing else of a body that fails
/// is looked at.
///
/// It is cheap to clone, and clones share their secrets.
///
/// ```
/// use livechat_types::webhooks::WebhookPayload;
/// use livechat_webhooks::Verifier;
///
/// let verifier = Verifier::new("keep-me");
/// let webhook = verifier.read(br#"{
///     "webhook_id": "hk29xv0d7q4m1s8t",
///     "secret_key": "keep-me",
///     "action": "chat_deactivated",
///     "organization_id": "2b5b0bd4-6d3a-4b55-9f3e-7f2f4f0c9a10",
///     "payload": {"chat_id": "QJ4T8ZP1LX", "thread_id": "TH7W2KD90C"}
/// }"#)?;
///
/// let WebhookPayload::ChatDeactivated(event) = webhook.payload else { panic!() };
/// assert_eq!(event.chat_id, "QJ4T8ZP1LX");
/// # Ok::<(), livechat_webhooks::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Verifier {
    secrets: Arc<RwLock<Secrets>>,
    max_bytes: usize,
}

impl Verifier {
    /// How large a body may be unless it is said otherwise: 1 MiB. A message has at most 16 kB of text.
    pub const MAX_BYTES: usize = 1 << 20;

    /// A verifier that accepts these secrets: a string, or [`Secrets`].
    #[must_use]
    pub fn new(secrets: impl Into<Secrets>) -> Self {
        Self { secrets: Arc::new(RwLock::new(secrets.into())), max_bytes: Self::MAX_BYTES }
    }

    /// Sets how large a body may be.
    #[must_use]
    pub fn with_max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    /// How large a body may be.
    #[must_use]
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Accepts other secrets from now on, in all clones: a rotation without a restart.
    pub fn replace_secrets(&self, secrets: impl Into<Secrets>) {
        *self.secrets.write().unwrap_or_else(PoisonError::into_inner) = secrets.into();
    }

    /// Checks a body and reads it.
    ///
    /// An action that this version does not know is no error: its payload is
    /// [`WebhookPayload::Unknown`](livechat_types::webhooks::WebhookPayload::Unknown), to be acknowledged.
    pub fn read(&self, body: &[u8]) -> Result<Webhook, Error> {
        self.verify(body)?.decode()
    }

    /// Checks a body and reads its envelope, not its payload: for code that stores webhooks first and reads them afterwards.
    pub fn verify(&self, body: &[u8]) -> Result<Verified, Error> {
        let text = self.text(body)?;
        let head = Head::find(text)?;
        let secret_key = head.secret_key.ok_or_else(|| {
            Error::new(
                ErrorKind::MissingSecret,
                "the body has no `secret_key`, so it is not known who sent it",
            )
        })?;
        self.check_secret(&head, secret_key)?;
        Verified::new(text, &head, place(text, Some(secret_key)))
    }

    fn text<'a>(&self, body: &'a [u8]) -> Result<&'a str, Error> {
        if body.len() > self.max_bytes {
            let (bytes, most) = (body.len(), self.max_bytes);
            let message = format!("the body has {bytes} bytes, more than the {most} that are allowed");
            return Err(Error::new(ErrorKind::TooLarge, message));
        }
        std::str::from_utf8(body)
            .map_err(|error| Error::new(ErrorKind::Malformed, format!("the body is not UTF-8: {error}")))
    }

    fn check_secret(&self, head: &Head<'_>, secret_key: &RawValue) -> Result<(), Error> {
        // What the reader would say of another type shows the value, so it is not asked.
        let Ok(secret_key) = serde_json::from_str::<Secret>(secret_key.get()) else {
            return Err(Error::new(ErrorKind::WrongSecret, "`secret_key` is not a string"));
        };
        let webhook_id = head.webhook_id.and_then(|raw| serde_json::from_str::<String>(raw.get()).ok());
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        if secrets.contains(webhook_id.as_deref(), &secret_key) {
            return Ok(());
        }
        let webhook = webhook_id.map_or_else(|| "a webhook without id".to_owned(), |id| shown(&id));
        let message = format!(
            "the `secret_key` of {webhook} is not accepted: compare it with the one that the webhook was registered with"
        );
        Err(Error::new(ErrorKind::WrongSecret, message))
    }
}

/// An id of an unknown sender for a log: no longer than ids are, and no control characters.
fn shown(webhook_id: &str) -> String {
    let start: String = webhook_id.chars().take(40).collect();
    format!("webhook {start:?}")
}

/// Where a part of the text stands in it.
pub(crate) fn place(text: &str, part: Option<&RawValue>) -> Place {
    let part = part?.get();
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    Some(Range { start, end: start + part.len() })
}

impl Places {
    pub(crate) fn of(text: &str, head: &Head<'_>) -> Self {
        Self { payload: place(text, head.payload), additional_data: place(text, head.additional_data) }
    }
}
