//! Serializes to JSON and notes every place at which a value stands that the types do not know.

use livechat_types::UNKNOWN;
use serde::{
    Serialize, Serializer,
    ser::{Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct},
};
use serde_json::{Error, Map, Value};

/// What a value is as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Written {
    /// The JSON.
    pub value: Value,
    /// What the types do not know, with its path, such as `events[1]`: enum values, kinds of objects, actions, JSON types.
    pub unknown: Vec<(String, Value)>,
}

/// Serializes a value.
pub fn write(value: &impl Serialize) -> Result<Written, Error> {
    let mut unknown = Vec::new();
    let value = value.serialize(Writer { path: String::new(), unknown: &mut unknown })?;
    Ok(Written { value, unknown })
}

/// A serializer that knows where it is.
struct Writer<'a> {
    path: String,
    unknown: &'a mut Vec<(String, Value)>,
}

impl Writer<'_> {
    fn at(&mut self, path: String) -> Writer<'_> {
        Writer { path, unknown: self.unknown }
    }

    fn field(&mut self, name: &str) -> Writer<'_> {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        self.at(path)
    }

    fn item(&mut self, index: usize) -> Writer<'_> {
        self.at(format!("{}[{index}]", self.path))
    }
}

macro_rules! scalars {
    ($($method:ident: $scalar:ty),* $(,)?) => {
        $(
            fn $method(self, value: $scalar) -> Result<Value, Error> {
                serde_json::value::Serializer.$method(value)
            }
        )*
    };
}

impl<'a> Serializer for Writer<'a> {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = Impossible<Value, Error>;
    type SerializeMap = Object<'a>;
    type SerializeStruct = Object<'a>;
    type SerializeStructVariant = Impossible<Value, Error>;

    scalars! {
        serialize_bool: bool, serialize_char: char, serialize_str: &str, serialize_bytes: &[u8],
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_u128: u128,
        serialize_f32: f32, serialize_f64: f64, serialize_unit_struct: &'static str,
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<Value, Error> {
        Ok(variant.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        let Writer { path, unknown } = self;
        let written = value.serialize(Writer { path: path.clone(), unknown: &mut *unknown })?;
        if name == UNKNOWN {
            unknown.push((path, written.clone()));
        }
        Ok(written)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        let value = value.serialize(self.field(variant))?;
        Ok(Map::from_iter([(variant.to_owned(), value)]).into())
    }

    fn serialize_seq(self, _length: Option<usize>) -> Result<List<'a>, Error> {
        Ok(List { writer: self, items: Vec::new() })
    }

    fn serialize_tuple(self, length: usize) -> Result<List<'a>, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _name: &'static str, length: usize) -> Result<List<'a>, Error> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeTupleVariant, Error> {
        Err(unexpected(name))
    }

    fn serialize_map(self, _length: Option<usize>) -> Result<Object<'a>, Error> {
        Ok(Object { writer: self, fields: Map::new(), key: None })
    }

    fn serialize_struct(self, _name: &'static str, length: usize) -> Result<Object<'a>, Error> {
        self.serialize_map(Some(length))
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        _index: u32,
        _variant: &'static str,
        _length: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        Err(unexpected(name))
    }
}

/// No type of the crates is serialized as an enum of tuples or structs.
fn unexpected(name: &str) -> Error {
    serde::ser::Error::custom(format_args!(
        "`{name}` is no JSON that the platform knows: a variant with fields"
    ))
}

struct List<'a> {
    writer: Writer<'a>,
    items: Vec<Value>,
}

impl List<'_> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let value = value.serialize(self.writer.item(self.items.len()))?;
        self.items.push(value);
        Ok(())
    }
}

macro_rules! list {
    ($($list:ident $method:ident),*) => {
        $(
            impl $list for List<'_> {
                type Ok = Value;
                type Error = Error;

                fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                    self.push(value)
                }

                fn end(self) -> Result<Value, Error> {
                    Ok(self.items.into())
                }
            }
        )*
    };
}
list! { SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field }

struct Object<'a> {
    writer: Writer<'a>,
    fields: Map<String, Value>,
    key: Option<String>,
}

impl Object<'_> {
    fn insert<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        let value = value.serialize(self.writer.field(name))?;
        match self.fields.insert(name.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(serde::ser::Error::custom(format_args!("the field `{name}` is written twice"))),
        }
    }
}

impl SerializeMap for Object<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        match key.serialize(serde_json::value::Serializer)? {
            Value::String(key) => self.key = Some(key),
            key => self.key = Some(key.to_string()),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().unwrap_or_default();
        self.insert(&key, value)
    }

    fn end(self) -> Result<Value, Error> {
        Ok(self.fields.into())
    }
}

impl SerializeStruct for Object<'_> {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.insert(name, value)
    }

    fn end(self) -> Result<Value, Error> {
        Ok(self.fields.into())
    }
}
