//! What is kept of what nobody knows yet.

use std::{cell::RefCell, fmt::Display};

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq, SerializeStruct},
};
use serde_json::{Value, json};

use super::UNKNOWN;
use crate::{
    AnyPayload, Payload, PushEnvelope, Unknown, UnknownJson, UnknownPayload, UnknownValue, fields::fields,
    json_union::json_union, payload::payload_union, string_enum::string_enum, tagged::tagged_union,
};

#[derive(Debug, PartialEq)]
enum SortOrder {
    Asc,
    Unknown(UnknownValue),
}
string_enum! { SortOrder { Asc = "asc" } }

#[derive(Debug)]
enum PropertyValue {
    Integer(i64),
    Unknown(UnknownJson),
}
json_union! { PropertyValue { integer => Integer(i64) } }

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "message")]
struct MessageEvent {
    order: SortOrder,
    value: PropertyValue,
}
fields! { MessageEvent {
    order: required "order",
    value: required "value",
} }

#[derive(Debug)]
enum Event {
    Message(MessageEvent),
    Unknown(Unknown),
}
tagged_union! { Event, "type", "message" => Message(MessageEvent) }

#[derive(Debug)]
enum Push {
    IncomingEvents(Vec<Event>),
    Unknown(UnknownPayload),
}
payload_union! { Push, "incoming_events" => IncomingEvents(Vec<Event>) }

fn push(action: &str, payload: &Value) -> PushEnvelope<Push> {
    serde_json::from_value(json!({"action": action, "payload": payload})).unwrap()
}

#[test]
fn a_serializer_of_ones_own_finds_every_unknown_value() {
    let known = json!({"type": "message", "order": "asc", "value": 1});
    assert_eq!(unknown_values(&push("incoming_events", &json!([known]))), [""; 0]);

    let payload = json!([known, {"type": "message", "order": "desc", "value": [2]}, {"type": "poll"}]);
    assert_eq!(
        unknown_values(&push("incoming_events", &payload)),
        [r#""desc""#, "[2]", r#"{"type":"poll"}"#]
    );
    assert_eq!(unknown_values(&push("incoming_poll", &json!({"a": 1}))), [r#"{"a":1}"#]);
}

#[test]
fn json_shows_nothing_of_the_newtype() {
    let payload = json!([{"type": "message", "order": "desc", "value": [2]}, {"type": "poll"}]);
    assert_eq!(serde_json::to_value(&push("incoming_events", &payload).payload).unwrap(), payload);
    assert_eq!(serde_json::to_string(&push("x", &payload).payload).unwrap(), payload.to_string());
}

#[test]
fn any_payload_is_not_unknown() {
    let any = AnyPayload { action: "x".to_owned(), payload: json!(1) };
    assert_eq!(Payload::action(&any), "x");
    assert_eq!(unknown_values(&any), [""; 0]);
}

/// The JSON of every unknown value in a value, in order.
fn unknown_values<T: Serialize>(value: &T) -> Vec<String> {
    let found = RefCell::default();
    value.serialize(Finder(&found)).unwrap();
    found.into_inner()
}

/// Walks through a value and notes the unknown ones.
#[derive(Clone, Copy)]
struct Finder<'a>(&'a RefCell<Vec<String>>);

type Walked = Result<(), std::fmt::Error>;

macro_rules! scalars {
    ($($method:ident $scalar:ty),*) => { $(fn $method(self, _: $scalar) -> Walked { Ok(()) })* };
}

impl Serializer for Finder<'_> {
    type Ok = ();
    type Error = std::fmt::Error;
    type SerializeSeq = Self;
    type SerializeTuple = serde::ser::Impossible<(), std::fmt::Error>;
    type SerializeTupleStruct = serde::ser::Impossible<(), std::fmt::Error>;
    type SerializeTupleVariant = serde::ser::Impossible<(), std::fmt::Error>;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = serde::ser::Impossible<(), std::fmt::Error>;

    scalars! {
        serialize_bool bool, serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64, serialize_u8 u8,
        serialize_u16 u16, serialize_u32 u32, serialize_u64 u64, serialize_f32 f32, serialize_f64 f64,
        serialize_char char, serialize_str &str, serialize_bytes &[u8], serialize_unit_struct &'static str
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(self, name: &'static str, value: &T) -> Walked {
        if name == UNKNOWN {
            self.0.borrow_mut().push(serde_json::to_string(value).unwrap());
        }
        value.serialize(self)
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Walked {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Walked {
        value.serialize(self)
    }

    fn serialize_none(self) -> Walked {
        Ok(())
    }

    fn serialize_unit(self) -> Walked {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Walked {
        Ok(())
    }

    fn collect_str<T: ?Sized + Display>(self, _: &T) -> Walked {
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Self::Error> {
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Self::Error> {
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Self::Error> {
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Self::Error> {
        Err(std::fmt::Error)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Self::Error> {
        Err(std::fmt::Error)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Self::Error> {
        Err(std::fmt::Error)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Self::Error> {
        Err(std::fmt::Error)
    }
}

impl SerializeSeq for Finder<'_> {
    type Ok = ();
    type Error = std::fmt::Error;

    fn serialize_element<T: ?Sized + Serialize>(&mut self, value: &T) -> Walked {
        value.serialize(*self)
    }

    fn end(self) -> Walked {
        Ok(())
    }
}

impl SerializeMap for Finder<'_> {
    type Ok = ();
    type Error = std::fmt::Error;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Walked {
        key.serialize(*self)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Walked {
        value.serialize(*self)
    }

    fn end(self) -> Walked {
        Ok(())
    }
}

impl SerializeStruct for Finder<'_> {
    type Ok = ();
    type Error = std::fmt::Error;

    fn serialize_field<T: ?Sized + Serialize>(&mut self, _: &'static str, value: &T) -> Walked {
        value.serialize(*self)
    }

    fn end(self) -> Walked {
        Ok(())
    }
}
