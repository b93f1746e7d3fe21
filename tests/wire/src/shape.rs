//! Rows of the table of messages: reads a message into its type, writes it again, and compares.

use std::fmt::Debug;

use livechat_types::{RtmAction, RtmRequest, RtmResponse, shared::ErrorDetails};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};

use crate::{SHAPES, Written, compare, write};

/// Which type stands for a documented message.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// The API and transport: `agent-web`, `agent-rtm`, `agent-structures`, `reports`, …
    pub api: &'static str,
    /// The action, or the name of the structure.
    pub action: &'static str,
    /// `request`, `response`, `push`, `webhook`, `additional_data` or `structure`.
    pub kind: &'static str,
    /// The key of an object with one field, in which the documentation shows a structure.
    key: Option<&'static str>,
    message: RoundTrip,
    debug: fn(&str) -> Result<String, String>,
    envelope: Option<RoundTrip>,
}

/// Reads JSON into a type and writes it again; what cannot be read is told with its path.
type RoundTrip = fn(&str) -> Result<Written, String>;

/// What every message is.
pub(crate) trait Message: Serialize + DeserializeOwned + Debug {}
impl<T: Serialize + DeserializeOwned + Debug> Message for T {}

/// A message by itself.
pub(crate) const fn shape<T: Message>(api: &'static str, action: &'static str, kind: &'static str) -> Shape {
    Shape { api, action, kind, key: None, message: message::<T>, debug: debug::<T>, envelope: None }
}

/// A structure that is shown in an object with one field.
pub(crate) const fn wrapped<T: Message>(
    api: &'static str,
    action: &'static str,
    kind: &'static str,
    key: &'static str,
) -> Shape {
    Shape { key: Some(key), ..shape::<T>(api, action, kind) }
}

/// A request over WebSocket.
pub(crate) const fn rtm_request<T: RtmAction + Message>(api: &'static str, action: &'static str) -> Shape {
    Shape { envelope: Some(request::<T>), ..shape::<T>(api, action, "request") }
}

/// The answer to a request over WebSocket.
pub(crate) const fn rtm_response<T: Message>(api: &'static str, action: &'static str) -> Shape {
    Shape { envelope: Some(message::<RtmResponse<T, ErrorDetails>>), ..shape::<T>(api, action, "response") }
}

/// The row of a message.
#[must_use]
pub fn find(api: &str, action: &str, kind: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| (shape.api, shape.action, shape.kind) == (api, action, kind))
}

impl Shape {
    /// Whether the message travels in an envelope of its own type: over WebSocket, as a request or a response.
    #[must_use]
    pub fn has_envelope(&self) -> bool {
        self.envelope.is_some()
    }

    /// Round-trips a message by itself. The errors name the places.
    pub fn round_trip(&self, text: &str) -> Result<(), Vec<String>> {
        let Some(key) = self.key else { return round_trip(self.message, text) };
        let value: Value = serde_json::from_str(text).map_err(|error| vec![error.to_string()])?;
        match value.as_object() {
            Some(object) if object.len() == 1 && object.contains_key(key) => {
                let inner = object.get(key).map(Value::to_string).unwrap_or_default();
                round_trip(self.message, &inner)
            }
            _ => Err(vec![format!("it is no object with the one field `{key}`")]),
        }
    }

    /// How a message shows in logs.
    pub fn debug(&self, text: &str) -> Result<String, String> {
        (self.debug)(text)
    }

    /// Round-trips a message in its envelope. The errors name the places.
    pub fn round_trip_envelope(&self, text: &str) -> Result<(), Vec<String>> {
        match self.envelope {
            Some(envelope) => round_trip(envelope, text),
            None => Err(vec![format!("a {} of {} has no envelope", self.kind, self.api)]),
        }
    }
}

/// Round-trips a text as any type: the errors say what is missing, added, changed, unknown or cannot be read.
pub fn round_trip_as<T: Serialize + DeserializeOwned>(text: &str) -> Result<(), Vec<String>> {
    round_trip(message::<T>, text)
}

/// As the text stands, and with the fields of every object in reverse: the order must not matter.
fn round_trip(by: RoundTrip, text: &str) -> Result<(), Vec<String>> {
    let read: Value = serde_json::from_str(text).map_err(|error| vec![error.to_string()])?;
    once(by, &read, text)?;
    once(by, &read, &reversed(&read)).map_err(|errors| {
        errors.into_iter().map(|error| format!("with its fields in another order: {error}")).collect()
    })
}

fn once(by: RoundTrip, read: &Value, text: &str) -> Result<(), Vec<String>> {
    let written = by(text).map_err(|error| vec![error])?;
    let mut errors = compare(read, &written.value);
    let unknown = written.unknown.iter();
    errors.extend(unknown.map(|(path, value)| format!("`{path}` is not known to the types: {value}")));
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

fn message<T: Serialize + DeserializeOwned>(text: &str) -> Result<Written, String> {
    let value: T = read(text)?;
    write(&value).map_err(|error| format!("it cannot be written: {error}"))
}

fn debug<T: Message>(text: &str) -> Result<String, String> {
    read::<T>(text).map(|value| format!("{value:#?}"))
}

fn request<T: RtmAction + DeserializeOwned>(text: &str) -> Result<Written, String> {
    let mut envelope: Map<String, Value> = read(text)?;
    let payload: T = read(&envelope.remove("payload").unwrap_or_default().to_string())?;
    let mut request = RtmRequest::new(&payload);
    let mut take = |field| envelope.remove(field)?.as_str().map(str::to_owned);
    request.version = take("version");
    request.request_id = take("request_id");
    request.author_id = take("author_id").map(Into::into);
    write(&request).map_err(|error| format!("it cannot be written: {error}"))
}

/// Reads JSON; an error names the place and what stands there.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let found = value_at(text, error.path());
        format!("`{}` cannot be read: {}; it is {found}", error.path(), error.inner())
    })?;
    json.end().map_err(|error| error.to_string())?;
    Ok(value)
}

/// What stands at a path, cut short where it is long.
fn value_at(text: &str, path: &Path) -> String {
    const SHOWN: usize = 200;

    let value: Value = serde_json::from_str(text).unwrap_or_default();
    let found = path.iter().try_fold(&value, |value, segment| match segment {
        Segment::Seq { index } => value.get(index),
        Segment::Map { key } => value.get(key),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    let mut shown = found.unwrap_or(&value).to_string();
    if let Some((end, _)) = shown.char_indices().nth(SHOWN) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

/// The same JSON with the fields of every object in reverse order.
fn reversed(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<String> = fields
                .iter()
                .rev()
                .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), reversed(value)))
                .collect();
            format!("{{{}}}", fields.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(reversed).collect();
            format!("[{}]", items.join(","))
        }
        scalar => scalar.to_string(),
    }
}
