//! Messages whose payload is what their action says: pushes, webhooks, and requests and responses over WebSocket.
//!
//! The action stands beside the payload, before or after it. A payload that comes first is buffered until the action is known;
//! otherwise it is streamed. A payload that is absent is read as an empty object.

use std::{borrow::Cow, fmt, iter, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapDeserializer},
};
use serde_json::{Map, Value};

use crate::{
    RtmAction, Secret,
    error_path::{self, Part},
    fields::{self, Key, Known, Names, Optional, Seen, Slots, known},
    read::Foreign,
    shared::{AgentId, ErrorDetails, OrganizationId, WebhookId},
    tagged::Selector,
    unknown::UnknownPayload,
};

/// Correlates a request with its answer; the client chooses it.
type RequestId = String;

/// Implements the reading and writing of an enum of newtype variants and `Unknown(UnknownPayload)`.
///
/// ```text
/// payload_union! { Push,
///     "incoming_chat" => IncomingChat(IncomingChat),
///     "chat_deactivated" => ChatDeactivated(ChatDeactivated),
/// }
/// ```
///
/// The enum is the payload alone: it is read inside an envelope, which has the action, and written without it.
macro_rules! payload_union {
    ($union:ident, $($action:literal => $variant:ident($payload:ty)),+ $(,)?) => {
        impl $union {
            /// The action that the payload belongs to.
            #[must_use]
            pub fn action(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $action,)+
                    Self::Unknown(unknown) => unknown.action(),
                }
            }
        }

        impl $crate::Payload for $union {
            const NAME: &'static str = stringify!($union);
            const ACTIONS: &'static [&'static str] = &[$($action),+];

            fn action(&self) -> &str {
                self.action()
            }

            fn read<'de, D: ::serde::Deserializer<'de>>(
                action: ::std::borrow::Cow<'static, str>,
                payload: D,
            ) -> ::std::result::Result<Self, D::Error> {
                match &*action {
                    $($action => <$payload as $crate::read::Read>::read(payload).map(Self::$variant),)+
                    _ => $crate::payload::read_unknown(action, payload).map(Self::Unknown),
                }
            }
        }

        impl ::serde::Serialize for $union {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(payload) => payload.serialize(serializer),)+
                    Self::Unknown(unknown) => unknown.serialize(serializer),
                }
            }
        }

        $(
            impl ::std::convert::From<$payload> for $union {
                fn from(payload: $payload) -> Self {
                    Self::$variant(payload)
                }
            }
        )+
    };
}
pub(crate) use payload_union;

/// The payloads of one family of messages: what each action carries.
///
/// The enums of pushes and webhooks are such families, one for each API; [`AnyPayload`] takes every action as it comes.
pub trait Payload: Sized {
    /// The family's name, for errors.
    const NAME: &'static str;
    /// The actions that have a variant.
    const ACTIONS: &'static [&'static str];

    /// The action that the payload belongs to.
    fn action(&self) -> &str;

    /// Reads the payload of an action. An action that is not known is no error: its payload is kept.
    fn read<'de, D: Deserializer<'de>>(action: Cow<'static, str>, payload: D) -> Result<Self, D::Error>;
}

/// Keeps the payload of an unknown action.
pub(crate) fn read_unknown<'de, D: Deserializer<'de>>(
    action: Cow<'static, str>,
    payload: D,
) -> Result<UnknownPayload, D::Error> {
    Value::deserialize(payload).map(|payload| UnknownPayload::new(action, payload))
}

/// The payload of any action, not looked into: for code that passes messages on.
#[derive(Debug, Clone, PartialEq)]
pub struct AnyPayload {
    /// The action that the payload belongs to.
    pub action: String,
    /// The payload.
    pub payload: Value,
}

impl Payload for AnyPayload {
    const NAME: &'static str = "AnyPayload";
    const ACTIONS: &'static [&'static str] = &[];

    fn action(&self) -> &str {
        &self.action
    }

    fn read<'de, D: Deserializer<'de>>(action: Cow<'static, str>, payload: D) -> Result<Self, D::Error> {
        Ok(Self { action: action.into_owned(), payload: Value::deserialize(payload)? })
    }
}

impl Serialize for AnyPayload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.payload.serialize(serializer)
    }
}

/// A message that the server sends over WebSocket of its own accord.
///
/// ```
/// use livechat_types::{AnyPayload, PushEnvelope};
///
/// let text = r#"{"version": "3.5", "action": "chat_unfollowed", "type": "push", "payload": {"chat_id": "QJ4T8ZP1LX"}}"#;
/// let push: PushEnvelope<AnyPayload> = serde_json::from_str(text).unwrap();
/// assert_eq!(push.payload.action, "chat_unfollowed");
/// assert_eq!(push.payload.payload["chat_id"], "QJ4T8ZP1LX");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PushEnvelope<P> {
    /// The version of the API that the payload is of.
    pub version: Option<String>,
    /// The request that caused the push. Only the requester sees it.
    pub request_id: Option<RequestId>,
    /// What happened.
    pub payload: P,
}

#[cfg(any(test, feature = "construct"))]
impl<P> PushEnvelope<P> {
    /// A push of version 3.5 that no request of the receiver caused.
    #[must_use]
    pub fn new(payload: P) -> Self {
        Self { version: Some("3.5".to_owned()), request_id: None, payload }
    }
}

impl<'de, P: Payload> Deserialize<'de> for PushEnvelope<P> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let known: Known = known!["action", "payload", "version", "request_id", "type"];
        let ((Optional(version), Optional(request_id), Optional(kind)), ByAction(payload)) =
            read(deserializer, "a push", known)?;
        check_type(kind, "push")?;
        Ok(Self { version, request_id, payload })
    }
}

impl<P: Payload + Serialize> Serialize for PushEnvelope<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(tag = "type", rename = "push")]
        struct Wire<'a, P> {
            #[serde(skip_serializing_if = "Option::is_none")]
            version: &'a Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            request_id: &'a Option<RequestId>,
            action: &'a str,
            payload: &'a P,
        }

        let Self { version, request_id, payload } = self;
        Wire { version, request_id, action: payload.action(), payload }.serialize(serializer)
    }
}

/// A webhook: a message that the server sends to a URL that was registered for its action.
///
/// `webhooks::Webhook` is one whose payload is typed. It serializes with its real secret key.
///
/// ```
/// # #[cfg(feature = "webhooks")] {
/// use livechat_types::Secret;
/// use livechat_types::webhooks::{Webhook, WebhookPayload};
///
/// let text = r#"{
///     "webhook_id": "hk29xv0d7q4m1s8t",
///     "secret_key": "keep-me",
///     "action": "chat_deactivated",
///     "organization_id": "2b5b0bd4-6d3a-4b55-9f3e-7f2f4f0c9a10",
///     "payload": {"chat_id": "QJ4T8ZP1LX", "thread_id": "TH7W2KD90C"},
///     "additional_data": {}
/// }"#;
/// let webhook: Webhook = serde_json::from_str(text).unwrap();
/// assert!(webhook.secret_key == Secret::from("keep-me"));
/// match webhook.payload {
///     WebhookPayload::ChatDeactivated(ended) => assert_eq!(ended.chat_id, "QJ4T8ZP1LX"),
///     other => println!("not handled here: {}", other.action()),
/// }
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WebhookEnvelope<P, A = Map<String, Value>> {
    /// The webhook's registration.
    pub webhook_id: WebhookId,
    /// The secret that the webhook was registered with: compare it before anything else is believed.
    pub secret_key: Secret,
    /// The organization where it happened.
    pub organization_id: OrganizationId,
    /// What happened.
    pub payload: P,
    /// What the registration asked to be sent along.
    pub additional_data: Option<A>,
}

#[cfg(any(test, feature = "construct"))]
impl<P, A> WebhookEnvelope<P, A> {
    /// A webhook without additional data.
    pub fn new(
        webhook_id: impl Into<WebhookId>,
        secret_key: impl Into<Secret>,
        organization_id: impl Into<OrganizationId>,
        payload: P,
    ) -> Self {
        Self {
            webhook_id: webhook_id.into(),
            secret_key: secret_key.into(),
            organization_id: organization_id.into(),
            payload,
            additional_data: None,
        }
    }
}

impl<'de, P: Payload, A: Deserialize<'de>> Deserialize<'de> for WebhookEnvelope<P, A> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let known: Known =
            known!["action", "payload", "webhook_id", "secret_key", "organization_id", "additional_data"];
        let (
            (Some(webhook_id), Some(secret_key), Some(organization_id), Optional(additional_data)),
            ByAction(payload),
        ) = read(deserializer, "a webhook", known)?
        else {
            return Err(fields::incomplete("a webhook"));
        };
        let additional_data = additional_data.map(|Foreign(data)| data);
        Ok(Self { webhook_id, secret_key, organization_id, payload, additional_data })
    }
}

impl<P: Payload + Serialize, A: Serialize> Serialize for WebhookEnvelope<P, A> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a, P, A> {
            webhook_id: &'a WebhookId,
            secret_key: &'a Secret,
            action: &'a str,
            organization_id: &'a OrganizationId,
            payload: &'a P,
            #[serde(skip_serializing_if = "Option::is_none")]
            additional_data: &'a Option<A>,
        }

        let Self { webhook_id, secret_key, organization_id, payload, additional_data } = self;
        let action = payload.action();
        Wire { webhook_id, secret_key, action, organization_id, payload, additional_data }
            .serialize(serializer)
    }
}

/// A request over WebSocket.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RtmRequest<'a, T> {
    /// The version of the API; absent, it is that of the connection.
    pub version: Option<String>,
    /// What the server's answer will carry, so that it can be told from others.
    pub request_id: Option<RequestId>,
    /// The bot in whose name it is done.
    pub author_id: Option<AgentId>,
    /// What is asked.
    pub payload: &'a T,
}

impl<'a, T: RtmAction> RtmRequest<'a, T> {
    /// A request with its payload alone.
    #[must_use]
    pub fn new(payload: &'a T) -> Self {
        Self { version: None, request_id: None, author_id: None, payload }
    }

    /// Sets what the server's answer will carry.
    #[must_use]
    pub fn request_id(mut self, request_id: impl Into<RequestId>) -> Self {
        self.request_id = Some(request_id.into());
        self
    }

    /// Sets the bot in whose name it is done.
    #[must_use]
    pub fn author_id(mut self, author_id: impl Into<AgentId>) -> Self {
        self.author_id = Some(author_id.into());
        self
    }

    /// Sets the version of the API; one lower than the connection's is refused.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }
}

impl<T: RtmAction> Serialize for RtmRequest<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Wire<'a, T> {
            #[serde(skip_serializing_if = "Option::is_none")]
            version: &'a Option<String>,
            #[serde(skip_serializing_if = "Option::is_none")]
            request_id: &'a Option<RequestId>,
            action: &'a str,
            payload: &'a T,
            #[serde(skip_serializing_if = "Option::is_none")]
            author_id: &'a Option<AgentId>,
        }

        let Self { version, request_id, author_id, payload } = self;
        Wire { version, request_id, action: T::INFO.name, payload: *payload, author_id }.serialize(serializer)
    }
}

/// The server's answer to a request over WebSocket: `T` is what the action returns, `E` the platform's error.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RtmResponse<T, E = ErrorDetails> {
    /// That of the request, if it had one.
    pub request_id: Option<RequestId>,
    /// The action that was asked for.
    pub action: String,
    /// What it returned, or why it failed.
    pub payload: Result<T, E>,
}

#[cfg(any(test, feature = "construct"))]
impl<T, E> RtmResponse<T, E> {
    /// An answer.
    pub fn new(request_id: Option<RequestId>, action: impl Into<String>, payload: Result<T, E>) -> Self {
        Self { request_id, action: action.into(), payload }
    }
}

impl<'de, T: Deserialize<'de>, E: Deserialize<'de>> Deserialize<'de> for RtmResponse<T, E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let known: Known = known!["success", "payload", "request_id", "action", "type"];
        let ((Optional(request_id), Some(action), Optional(kind)), BySuccess(payload)) =
            read(deserializer, "a response", known)?
        else {
            return Err(fields::incomplete("a response"));
        };
        check_type(kind, "response")?;
        Ok(Self { request_id, action, payload })
    }
}

impl<T: Serialize, E: Serialize> Serialize for RtmResponse<T, E> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(tag = "type", rename = "response")]
        struct Wire<'a, P> {
            #[serde(skip_serializing_if = "Option::is_none")]
            request_id: &'a Option<RequestId>,
            action: &'a str,
            success: bool,
            payload: P,
        }

        let Self { request_id, action, payload } = self;
        match payload {
            Ok(payload) => Wire { request_id, action, success: true, payload }.serialize(serializer),
            Err(error) => {
                Wire { request_id, action, success: false, payload: Failure { error } }.serialize(serializer)
            }
        }
    }
}

/// The payload of an answer that is an error.
#[derive(Serialize)]
struct Failure<E> {
    error: E,
}

impl<'de, E: Deserialize<'de>> Deserialize<'de> for Failure<E> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (Some(Foreign(error)),) = fields::read(deserializer, "the payload of an error", known!["error"])?
        else {
            return Err(fields::incomplete("the payload of an error"));
        };
        Ok(Self { error })
    }
}

/// A message's type, where it is given, must be the one that is read: a push is no answer.
fn check_type<E: Error>(found: Option<String>, expected: &str) -> Result<(), E> {
    match found {
        Some(found) if found != expected => {
            Err(E::custom(format_args!("`type` is `{found}`, not `{expected}`")))
        }
        _ => Ok(()),
    }
}

/// A payload that is read by what stands in another field of its message.
trait Selected<'de>: Sized {
    /// What selects how the payload is read.
    type Selector: Clone;

    /// Reads what selects.
    fn selector<A: MapAccess<'de>>(map: &mut A) -> Result<Self::Selector, A::Error>;

    /// Reads the payload.
    fn read<D: Deserializer<'de>>(selector: Self::Selector, payload: D) -> Result<Self, D::Error>;
}

struct ByAction<P>(P);

impl<'de, P: Payload> Selected<'de> for ByAction<P> {
    type Selector = Cow<'static, str>;

    fn selector<A: MapAccess<'de>>(map: &mut A) -> Result<Self::Selector, A::Error> {
        map.next_value_seed(Selector { key: "action", of: P::NAME, known: P::ACTIONS })
    }

    fn read<D: Deserializer<'de>>(action: Self::Selector, payload: D) -> Result<Self, D::Error> {
        P::read(action, payload).map(Self)
    }
}

struct BySuccess<T, E>(Result<T, E>);

impl<'de, T: Deserialize<'de>, E: Deserialize<'de>> Selected<'de> for BySuccess<T, E> {
    type Selector = bool;

    fn selector<A: MapAccess<'de>>(map: &mut A) -> Result<bool, A::Error> {
        map.next_value()
    }

    fn read<D: Deserializer<'de>>(success: bool, payload: D) -> Result<Self, D::Error> {
        Ok(Self(if success {
            Ok(T::deserialize(payload)?)
        } else {
            Err(Failure::deserialize(payload)?.error)
        }))
    }
}

/// Reads a message. The first field is the one that selects, the second the payload; the others have slots.
fn read<'de, H: Slots<'de>, P: Selected<'de>, D: Deserializer<'de>>(
    deserializer: D,
    message: &'static str,
    (keys, names): Known,
) -> Result<(H, P), D::Error> {
    deserializer.deserialize_struct(message, keys, Message { name: message, names, parts: PhantomData })
}

const SELECTOR: usize = 0;
const PAYLOAD: usize = 1;
const SLOTS: usize = 2;

struct Message<H, P> {
    name: &'static str,
    names: Names,
    parts: PhantomData<(H, P)>,
}

impl<'de, H: Slots<'de>, P: Selected<'de>> Visitor<'de> for Message<H, P> {
    type Value = (H, P);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object: {}", self.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<(H, P), A::Error> {
        Err(fields::not_an_array(array, &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(H, P), A::Error> {
        let names = self.names;
        let mut slots = H::empty();
        let mut seen = Seen::default();
        let mut selector = None;
        let mut first = None;
        let mut payload = None;
        while let Some(index) = map.next_key_seed(Key(names))? {
            if index >= names.len() {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            seen.add(index, names)?;
            match index {
                SELECTOR => P::selector(&mut map).map(|read| selector = Some(read)),
                PAYLOAD => match &selector {
                    Some(selector) => map.next_value_seed(By::new(selector)).map(|read| payload = Some(read)),
                    None => map.next_value::<Value>().map(|read| first = Some(read)),
                },
                _ => slots.fill(index - SLOTS, &mut map),
            }
            .map_err(|error| fields::in_field::<A>(index, names, error))?;
        }
        seen.check(H::REQUIRED << SLOTS | 1 << SELECTOR, names)?;
        let Some(selector) = selector else { return Err(fields::incomplete(self.name)) };
        let payload = match (payload, first) {
            (Some(payload), _) => payload,
            (None, Some(first)) => P::read(selector, first)
                .map_err(|error| error_path::below(Part::Field("payload"), A::Error::custom(error)))?,
            (None, None) => P::read(selector, MapDeserializer::new(iter::empty::<(&str, &str)>()))?,
        };
        Ok((slots, payload))
    }
}

/// Reads a payload whose selector is known.
struct By<'a, 'de, P: Selected<'de>> {
    selector: &'a P::Selector,
    payload: PhantomData<(&'de (), P)>,
}

impl<'a, 'de, P: Selected<'de>> By<'a, 'de, P> {
    fn new(selector: &'a P::Selector) -> Self {
        Self { selector, payload: PhantomData }
    }
}

impl<'de, P: Selected<'de>> DeserializeSeed<'de> for By<'_, 'de, P> {
    type Value = P;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<P, D::Error> {
        P::read(self.selector.clone(), deserializer)
    }
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macros are for public types")]
mod tests;
