//! Reads values that had to be buffered, and says where in them an error is.
//!
//! Whoever tracks the path of a reader does not see into a buffer: so the error itself begins with the path.

use std::{fmt, vec};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor},
    forward_to_deserialize_any,
};
use serde_json::{Value, map};

/// Reads the value that was buffered for `key`.
pub(crate) fn buffered<'de, V: DeserializeSeed<'de>, E: serde::de::Error>(
    key: &str,
    value: Value,
    seed: V,
) -> Result<V::Value, E> {
    seed.deserialize(Buffered(value)).map_err(|error| E::custom(error.below(key)))
}

struct Buffered(Value);

impl<'de> Deserializer<'de> for Buffered {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(Fields { fields: fields.into_iter(), pending: None }),
            Value::Array(items) => visitor.visit_seq(Items { items: items.into_iter(), index: 0 }),
            scalar => scalar.deserialize_any(visitor).map_err(Error::custom),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

struct Fields {
    fields: map::IntoIter,
    pending: Option<(String, Value)>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.pending = self.fields.next();
        match &self.pending {
            Some((name, _)) => seed.deserialize(name.as_str().into_deserializer()).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some((name, value)) = self.pending.take() else {
            return Err(Error::custom("a value was asked for before its key"));
        };
        seed.deserialize(Buffered(value)).map_err(|error| error.below(&name))
    }
}

struct Items {
    items: vec::IntoIter<Value>,
    index: usize,
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let index = self.index;
        self.index += 1;
        seed.deserialize(Buffered(item)).map(Some).map_err(|error| error.below(&format!("[{index}]")))
    }
}

/// What is wrong, and where in the buffered value.
#[derive(Debug)]
struct Error {
    path: String,
    message: String,
}

impl Error {
    /// The same error, seen from one level up.
    fn below(self, part: &str) -> Self {
        let Self { path, message } = self;
        let dot = if path.is_empty() || path.starts_with('[') { "" } else { "." };
        Self { path: format!("{part}{dot}{path}"), message }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => formatter.write_str(&self.message),
            path => write!(formatter, "`{path}`: {}", self.message),
        }
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { path: String::new(), message: message.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, marker::PhantomData};

    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    fn read<'de, T: Deserialize<'de>>(value: Value) -> Result<T, serde_json::Error> {
        buffered("payload", value, PhantomData)
    }

    #[test]
    fn an_error_begins_with_the_path_to_the_value() {
        type Nested = BTreeMap<String, Vec<BTreeMap<String, u8>>>;
        let error = read::<Nested>(json!({"a": [{}, {"b": 1, "c": "x"}]})).unwrap_err().to_string();
        assert_eq!(error, "`payload.a[1].c`: invalid type: string \"x\", expected u8");
        let error = read::<u8>(json!([])).unwrap_err().to_string();
        assert_eq!(error, "`payload`: invalid type: sequence, expected u8");
    }

    #[test]
    fn a_value_is_read_as_if_it_had_not_been_buffered() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Id(String);

        let value = json!({"a": [1, -1, 1.5, 18_446_744_073_709_551_615_u64, true, null, "x", {}]});
        assert_eq!(read::<Value>(value.clone()).unwrap(), value);
        assert_eq!(read::<Option<Id>>(json!("x")).unwrap(), Some(Id("x".to_owned())));
        assert_eq!(read::<Option<Id>>(Value::Null).unwrap(), None);
    }
}
