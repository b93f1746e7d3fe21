//! A webhook whose secret was right and whose payload is not read yet, and the same one read.

use std::{borrow::Cow, fmt, marker::PhantomData, ops::Range};

use livechat_types::{
    Payload,
    shared::{ChatId, OrganizationId, WebhookId},
    webhooks::{AdditionalData, WebhookPayload},
};
use serde::{Deserializer, de::DeserializeSeed};
use serde_json::value::RawValue;
use serde_path_to_error::Track;

use crate::{Context, Error, ErrorKind, head::Head};

/// Where a part of the body stands in it.
pub(crate) type Place = Option<Range<usize>>;

/// Where the parts of a webhook's body stand that are not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Places {
    pub(crate) payload: Place,
    pub(crate) additional_data: Place,
}

impl Places {
    /// The same places after `cut` was replaced by `length` bytes.
    fn after(self, cut: &Range<usize>, length: usize) -> Self {
        let moved = |place: Range<usize>| {
            if place.start < cut.start {
                return place;
            }
            let moved = |at: usize| at - (cut.end - cut.start) + length;
            moved(place.start)..moved(place.end)
        };
        Self { payload: self.payload.map(moved), additional_data: self.additional_data.map(moved) }
    }
}

/// A webhook whose secret was right; its payload is not read yet.
///
/// [`Verifier::verify`](crate::Verifier::verify) makes it. Its body is kept as it came, but for the secret key, which is blank.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified {
    webhook_id: WebhookId,
    organization_id: OrganizationId,
    action: String,
    body: String,
    places: Places,
}

/// What stands for the secret key in a body that was checked.
const BLANK: &str = "\"\"";

impl Verified {
    /// Reads the envelope, and blanks the secret key, which stands at `secret_key`.
    pub(crate) fn new(text: &str, head: &Head<'_>, secret_key: Place) -> Result<Self, Error> {
        let (webhook_id, organization_id, action) = (
            string("webhook_id", head.webhook_id)?,
            string("organization_id", head.organization_id)?,
            string("action", head.action)?,
        );
        let mut places = Places::of(text, head);
        let mut body = String::with_capacity(text.len());
        let mut rest = 0;
        if let Some(cut) = secret_key {
            body.push_str(text.get(..cut.start).unwrap_or_default());
            body.push_str(BLANK);
            rest = cut.end;
            places = places.after(&cut, BLANK.len());
        }
        body.push_str(text.get(rest..).unwrap_or_default());
        Ok(Self {
            webhook_id: webhook_id.into(),
            organization_id: organization_id.into(),
            action,
            body,
            places,
        })
    }

    /// Finds the parts of a body that was checked before and stored.
    #[cfg(feature = "inbox")]
    pub(crate) fn stored(body: &str) -> Result<Self, Error> {
        Self::new(body, &Head::find_again(body)?, None)
    }

    /// The webhook's registration.
    #[must_use]
    pub fn webhook_id(&self) -> &WebhookId {
        &self.webhook_id
    }

    /// The organization where it happened.
    #[must_use]
    pub fn organization_id(&self) -> &OrganizationId {
        &self.organization_id
    }

    /// What happened. It may be an action that this version does not know.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The body as it came, but for the secret key, which is the empty string.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The body as it came, but for the secret key.
    #[must_use]
    pub fn into_body(self) -> String {
        self.body
    }

    /// The payload as text, if there is one.
    #[must_use]
    pub fn payload(&self) -> Option<&str> {
        self.part(&self.places.payload)
    }

    /// The additional data as text, if there is any.
    #[must_use]
    pub fn additional_data(&self) -> Option<&str> {
        self.part(&self.places.additional_data)
    }

    fn part(&self, place: &Place) -> Option<&str> {
        self.body.get(place.clone()?)
    }

    /// Reads the payload and the additional data.
    pub fn decode(self) -> Result<Webhook, Error> {
        let payload = decode(self.payload().unwrap_or("{}"), &self.action, "payload", Action(&self.action))?;
        let additional_data = match self.additional_data() {
            Some(text) => {
                decode(text, &self.action, "additional_data", PhantomData::<Option<AdditionalData>>)?
            }
            None => None,
        };
        let Self { webhook_id, organization_id, body, .. } = self;
        Ok(Webhook { webhook_id, organization_id, payload, additional_data, body })
    }
}

/// The body has what customers wrote, so logs do not get it by accident.
impl fmt::Debug for Verified {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Verified")
            .field("webhook_id", &self.webhook_id)
            .field("organization_id", &self.organization_id)
            .field("action", &self.action)
            .finish_non_exhaustive()
    }
}

fn string(name: &str, raw: Option<&RawValue>) -> Result<String, Error> {
    let Some(raw) = raw else {
        return Err(Error::new(ErrorKind::Envelope, format!("the envelope has no `{name}`")));
    };
    serde_json::from_str(raw.get())
        .map_err(|_| Error::new(ErrorKind::Envelope, format!("`{name}` of the envelope is not a string")))
}

/// Reads the payload of an action.
#[derive(Clone, Copy)]
struct Action<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Action<'_> {
    type Value = WebhookPayload;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<WebhookPayload, D::Error> {
        WebhookPayload::read(Cow::Owned(self.0.to_owned()), deserializer)
    }
}

/// Reads a part of a webhook; an error has the path to what is wrong.
///
/// To know the path costs more than to read, so it is looked for only after an error.
fn decode<'a, T>(
    text: &'a str,
    action: &str,
    part: &str,
    value: impl DeserializeSeed<'a, Value = T> + Copy,
) -> Result<T, Error> {
    let json = || serde_json::Deserializer::from_str(text);
    if let Ok(value) = value.deserialize(&mut json()) {
        return Ok(value);
    }
    let mut track = Track::new();
    let result = value.deserialize(serde_path_to_error::Deserializer::new(&mut json(), &mut track));
    result.map_err(|error| {
        let place = match track.path().to_string().as_str() {
            "." => part.to_owned(),
            path if path.starts_with('[') => format!("{part}{path}"),
            path => format!("{part}.{path}"),
        };
        Error::new(
            ErrorKind::Payload,
            format!("the webhook `{action}` cannot be read: at `{place}`: {error}"),
        )
    })
}

/// A webhook: what happened, typed.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Webhook {
    /// The webhook's registration.
    pub webhook_id: WebhookId,
    /// The organization where it happened.
    pub organization_id: OrganizationId,
    /// What happened.
    pub payload: WebhookPayload,
    /// What the registration asked to be sent along.
    pub additional_data: Option<AdditionalData>,
    body: String,
}

impl Webhook {
    /// The action's name, such as `incoming_chat`. It may be one that this version does not know.
    #[must_use]
    pub fn action(&self) -> &str {
        self.payload.action()
    }

    /// The body as it came, but for the secret key, which is the empty string.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The body as it came, but for the secret key.
    #[must_use]
    pub fn into_body(self) -> String {
        self.body
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Webhook")
            .field("webhook_id", &self.webhook_id)
            .field("organization_id", &self.organization_id)
            .field("payload", &self.payload)
            .field("additional_data", &self.additional_data)
            .finish_non_exhaustive()
    }
}

impl Webhook {
    /// The payload, and what else a handler is given.
    pub(crate) fn into_parts<S>(self, state: S, attempt: u32) -> (WebhookPayload, Context<S>) {
        let Self { webhook_id, organization_id, payload, additional_data, body } = self;
        (payload, Context { state, webhook_id, organization_id, additional_data, body, attempt })
    }
}

impl Webhook {
    /// The chat that it is about, if it is about one.
    #[must_use]
    pub fn chat_id(&self) -> Option<&ChatId> {
        use WebhookPayload as Is;

        match &self.payload {
            Is::IncomingChat(event) => Some(&event.chat.id),
            Is::ChatDeactivated(event) => Some(&event.chat_id),
            Is::ChatAccessUpdated(event) => Some(&event.id),
            Is::ChatTransferred(event) => Some(&event.chat_id),
            Is::UserAddedToChat(event) => Some(&event.chat_id),
            Is::UserRemovedFromChat(event) => Some(&event.chat_id),
            Is::IncomingEvent(event) => Some(&event.chat_id),
            Is::EventUpdated(event) => Some(&event.chat_id),
            Is::IncomingRichMessagePostback(event) => Some(&event.chat_id),
            Is::ChatPropertiesUpdated(event) => Some(&event.chat_id),
            Is::ChatPropertiesDeleted(event) => Some(&event.chat_id),
            Is::ThreadPropertiesUpdated(event) => Some(&event.chat_id),
            Is::ThreadPropertiesDeleted(event) => Some(&event.chat_id),
            Is::EventPropertiesUpdated(event) => Some(&event.chat_id),
            Is::EventPropertiesDeleted(event) => Some(&event.chat_id),
            Is::ThreadTagged(event) => Some(&event.chat_id),
            Is::ThreadUntagged(event) => Some(&event.chat_id),
            Is::EventsMarkedAsSeen(event) => Some(&event.chat_id),
            Is::CustomerSessionFieldsUpdated(event) => event.active_chat.as_ref().map(|chat| &chat.chat_id),
            _ => None,
        }
    }
}
