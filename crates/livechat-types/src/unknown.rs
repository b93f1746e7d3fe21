//! What the server sent and this version does not know: kept whole, and written back as it came.
//!
//! Each is an opaque type that only a reader makes, so an unknown value never equals a known one. When a later version learns
//! the value, code that compared `as_str()` or `kind()` goes on working.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// The name of the newtype as which every unknown value is serialized: `serialize_newtype_struct(UNKNOWN, …)`.
///
/// In JSON a newtype is what it holds, so nothing of this shows there. A [`Serializer`] of your own sees the name, and so finds
/// every unknown value anywhere in a value: that is how a strict check of recorded traffic is written.
/// `unknown_values`, under the feature `construct`, is one that is ready.
pub const UNKNOWN: &str = "Unknown";

/// A string that is none of an enum's known values.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnknownValue(Box<str>);

impl UnknownValue {
    /// Only for a string that the enum does not know.
    pub(crate) fn new(value: impl Into<Box<str>>) -> Self {
        Self(value.into())
    }

    /// The string as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for UnknownValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl Serialize for UnknownValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(UNKNOWN, &self.0)
    }
}

/// An object whose tag says that it is of none of a union's known kinds.
#[derive(Debug, Clone, PartialEq)]
pub struct Unknown {
    kind: Box<str>,
    object: Map<String, Value>,
}

impl Unknown {
    /// Only for a tag that the union does not know; `object` has it too.
    pub(crate) fn new(kind: impl Into<Box<str>>, object: Map<String, Value>) -> Self {
        Self { kind: kind.into(), object }
    }

    /// The tag: what the object says that it is.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// A field of the object.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&Value> {
        self.object.get(field)
    }

    /// The whole object, its tag included.
    #[must_use]
    pub fn as_object(&self) -> &Map<String, Value> {
        &self.object
    }

    /// The whole object, its tag included.
    #[must_use]
    pub fn into_object(self) -> Map<String, Value> {
        self.object
    }
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(UNKNOWN, &self.object)
    }
}

/// The payload of a push or webhook whose action is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownPayload {
    action: Box<str>,
    payload: Value,
}

impl UnknownPayload {
    /// Only for an action that the union does not know.
    pub(crate) fn new(action: impl Into<Box<str>>, payload: Value) -> Self {
        Self { action: action.into(), payload }
    }

    /// The action that stands beside the payload.
    #[must_use]
    pub fn action(&self) -> &str {
        &self.action
    }

    /// The payload, whatever JSON it is.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.payload
    }

    /// The payload, whatever JSON it is.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.payload
    }
}

impl Serialize for UnknownPayload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(UNKNOWN, &self.payload)
    }
}

/// A value of a JSON type that is none of a union's known ones.
#[derive(Debug, Clone, PartialEq)]
pub struct UnknownJson(Value);

impl UnknownJson {
    /// Only for a JSON type that the union does not know.
    pub(crate) fn new(value: Value) -> Self {
        Self(value)
    }

    /// The value as it came.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// The value as it came.
    #[must_use]
    pub fn into_value(self) -> Value {
        self.0
    }
}

impl Serialize for UnknownJson {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(UNKNOWN, &self.0)
    }
}

#[cfg(test)]
#[expect(unreachable_pub, dead_code, reason = "the macros are for public types")]
mod tests;
