//! Finds in a value what the types keep without knowing it, for those who must refuse it: servers and tests.

use std::{
    cell::RefCell,
    fmt::{self, Display},
};

use serde::ser::{self, Serialize, Serializer};

use crate::UNKNOWN;

/// A value that the types do not know, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownAt {
    /// Its path, such as `chat.users[1].type`; empty for the whole value.
    pub path: String,
    /// The value as JSON.
    pub json: String,
}

/// Every unknown value in a value, in order.
///
/// ```
/// use livechat_types::{agent::ListChats, unknown_values};
///
/// let found = unknown_values(&ListChats::new().sort_order("sideways"))?;
/// assert_eq!((found[0].path.as_str(), found[0].json.as_str()), ("sort_order", "\"sideways\""));
/// # Ok::<(), livechat_types::Unserializable>(())
/// ```
///
/// # Errors
/// A value that cannot be serialized; the types of this crate always can.
pub fn unknown_values<T: Serialize + ?Sized>(value: &T) -> Result<Vec<UnknownAt>, Unserializable> {
    let found = RefCell::default();
    value.serialize(Walk { path: String::new(), found: &found })?;
    Ok(found.into_inner())
}

/// Why a value cannot be serialized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unserializable(String);

impl Display for Unserializable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Unserializable {}

impl ser::Error for Unserializable {
    fn custom<T: Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

type Walked = Result<(), Unserializable>;

/// Walks through a value, writes nothing, and knows where it is.
struct Walk<'a> {
    path: String,
    found: &'a RefCell<Vec<UnknownAt>>,
}

impl<'a> Walk<'a> {
    fn field(&self, name: &str) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Self { path, found: self.found }
    }

    fn item(&self, index: usize) -> Self {
        Self { path: format!("{}[{index}]", self.path), found: self.found }
    }

    fn list(self) -> List<'a> {
        List { walk: self, index: 0 }
    }

    fn object(self) -> Object<'a> {
        Object { walk: self, key: String::new() }
    }
}

struct List<'a> {
    walk: Walk<'a>,
    index: usize,
}

struct Object<'a> {
    walk: Walk<'a>,
    key: String,
}

macro_rules! known {
    ($($method:ident($value:ty)),* $(,)?) => {
        $(fn $method(self, _: $value) -> Walked { Ok(()) })*
    };
}

impl<'a> Serializer for Walk<'a> {
    type Ok = ();
    type Error = Unserializable;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Object<'a>;

    known! {
        serialize_bool(bool), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_f32(f32),
        serialize_f64(f64), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]),
        serialize_unit_struct(&'static str),
    }

    fn serialize_none(self) -> Walked {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Walked {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Walked {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Walked {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Walked {
        if name == UNKNOWN {
            let json = serde_json::to_string(value).map_err(ser::Error::custom)?;
            self.found.borrow_mut().push(UnknownAt { path: self.path, json });
            return Ok(());
        }
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Walked {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, Unserializable> {
        Ok(self.list())
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'a>, Unserializable> {
        Ok(self.list())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>, Unserializable> {
        Ok(self.list())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<List<'a>, Unserializable> {
        Ok(self.list())
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object<'a>, Unserializable> {
        Ok(self.object())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Object<'a>, Unserializable> {
        Ok(self.object())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Object<'a>, Unserializable> {
        Ok(self.object())
    }
}

macro_rules! list {
    ($($part:ident :: $method:ident),*) => {
        $(impl ser::$part for List<'_> {
            type Ok = ();
            type Error = Unserializable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Walked {
                value.serialize(self.walk.item(self.index))?;
                self.index += 1;
                Ok(())
            }

            fn end(self) -> Walked {
                Ok(())
            }
        })*
    };
}
list!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

macro_rules! object {
    ($($part:ident),*) => {
        $(impl ser::$part for Object<'_> {
            type Ok = ();
            type Error = Unserializable;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Walked {
                value.serialize(self.walk.field(key))
            }

            fn end(self) -> Walked {
                Ok(())
            }
        })*
    };
}
object!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Object<'_> {
    type Ok = ();
    type Error = Unserializable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Walked {
        let key = serde_json::to_value(key).map_err(ser::Error::custom)?;
        self.key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Walked {
        value.serialize(self.walk.field(&self.key))
    }

    fn end(self) -> Walked {
        Ok(())
    }
}
