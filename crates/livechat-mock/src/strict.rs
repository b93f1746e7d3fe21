//! Finds in a request that was read the values that the API does not know; the types keep them, a server must refuse them.

use std::fmt::{self, Display};

use livechat_types::UNKNOWN;
use serde::ser::{self, Serialize, Serializer};

/// The place and text of the first unknown value in `request`, for a message.
pub(crate) fn unknown_value<T: Serialize>(request: &T) -> Option<String> {
    match request.serialize(Walk) {
        Ok(()) => None,
        Err(found) => Some(format!("`{}`: unknown value {}", found.path, found.value)),
    }
}

/// Stops the walk; it is no failure, but the way to hand up what was found.
#[derive(Debug)]
struct Found {
    path: String,
    value: String,
}

impl Found {
    fn below(mut self, place: &str) -> Self {
        self.path = match self.path.as_str() {
            "" => place.to_owned(),
            path if path.starts_with('[') => format!("{place}{path}"),
            path => format!("{place}.{path}"),
        };
        self
    }
}

impl Display for Found {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.value)
    }
}

impl std::error::Error for Found {}

impl ser::Error for Found {
    fn custom<T: Display>(message: T) -> Self {
        Self { path: String::new(), value: message.to_string() }
    }
}

/// Walks through a value and writes nothing.
#[derive(Clone, Copy)]
struct Walk;

struct Sequence(usize);

struct Object {
    key: String,
}

macro_rules! known {
    ($($method:ident($value:ty)),* $(,)?) => {
        $(fn $method(self, _: $value) -> Result<(), Found> { Ok(()) })*
    };
}

impl Serializer for Walk {
    type Ok = ();
    type Error = Found;
    type SerializeSeq = Sequence;
    type SerializeTuple = Sequence;
    type SerializeTupleStruct = Sequence;
    type SerializeTupleVariant = Sequence;
    type SerializeMap = Object;
    type SerializeStruct = Object;
    type SerializeStructVariant = Object;

    known! {
        serialize_bool(bool), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_f32(f32),
        serialize_f64(f64), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]),
        serialize_unit_struct(&'static str),
    }

    fn serialize_none(self) -> Result<(), Found> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Found> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Found> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Found> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Found> {
        if name == UNKNOWN {
            let value = serde_json::to_string(value).map_err(ser::Error::custom)?;
            return Err(Found { path: String::new(), value });
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Found> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Sequence, Found> {
        Ok(Sequence(0))
    }

    fn serialize_tuple(self, _: usize) -> Result<Sequence, Found> {
        Ok(Sequence(0))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Sequence, Found> {
        Ok(Sequence(0))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Sequence, Found> {
        Ok(Sequence(0))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object, Found> {
        Ok(Object { key: String::new() })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object, Found> {
        Ok(Object { key: String::new() })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Object, Found> {
        Ok(Object { key: String::new() })
    }
}

impl Sequence {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Found> {
        value.serialize(Walk).map_err(|found| found.below(&format!("[{}]", self.0)))?;
        self.0 += 1;
        Ok(())
    }
}

macro_rules! sequence {
    ($($part:ident :: $method:ident),*) => {
        $(impl ser::$part for Sequence {
            type Ok = ();
            type Error = Found;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Found> {
                self.item(value)
            }

            fn end(self) -> Result<(), Found> {
                Ok(())
            }
        })*
    };
}
sequence!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! object {
    ($($part:ident),*) => {
        $(impl ser::$part for Object {
            type Ok = ();
            type Error = Found;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Found> {
                value.serialize(Walk).map_err(|found| found.below(key))
            }

            fn end(self) -> Result<(), Found> {
                Ok(())
            }
        })*
    };
}
object!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Object {
    type Ok = ();
    type Error = Found;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Found> {
        let key = serde_json::to_value(key).map_err(ser::Error::custom)?;
        self.key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Found> {
        value.serialize(Walk).map_err(|found| found.below(&self.key))
    }

    fn end(self) -> Result<(), Found> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::unknown_value;
    use livechat_types::agent::StartChat;

    fn find(body: &str) -> Option<String> {
        unknown_value(&serde_json::from_str::<StartChat>(body).unwrap())
    }

    #[test]
    fn an_unknown_value_is_found_with_its_place() {
        let found =
            find(r#"{"chat": {"users": [{"id": "a", "type": "agent"}, {"id": "b", "type": "robot"}]}}"#);
        assert_eq!(found.unwrap(), "`chat.users[1].type`: unknown value \"robot\"");
        let found = find(r#"{"chat": {"properties": {"routing": {"idle": [1]}}}}"#);
        assert_eq!(found.unwrap(), "`chat.properties.routing.idle`: unknown value [1]");
    }

    #[test]
    fn known_values_are_no_finding() {
        assert_eq!(find(r#"{"active": true, "chat": {"users": [{"id": "a", "type": "customer"}]}}"#), None);
    }
}
