//! Values that are read before it is known what they are for: what an object has before its tag.
//!
//! Most are strings, and most of these stand in the input as they are. Such a string is borrowed, so nothing is allocated for it
//! until the reader that knows its use takes it.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
        value::{BorrowedStrDeserializer, MapAccessDeserializer, SeqAccessDeserializer},
    },
    forward_to_deserialize_any,
};
use serde_json::Value;

/// A value of unknown use.
#[derive(Debug, PartialEq)]
pub(crate) enum Early<'de> {
    /// A string of the input.
    Text(&'de str),
    /// Anything else.
    Other(Value),
}

impl Default for Early<'_> {
    fn default() -> Self {
        Self::Text("")
    }
}

impl<'de> Early<'de> {
    /// Reads the value as what it turned out to be.
    pub(crate) fn read<V: DeserializeSeed<'de>, E: Error>(self, seed: V) -> Result<V::Value, E> {
        match self {
            Self::Text(text) => seed.deserialize(Text::<E> { text, error: PhantomData }),
            Self::Other(value) => seed.deserialize(value).map_err(E::custom),
        }
    }
}

impl<'de> Deserialize<'de> for Early<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

/// Keeps a string of the input, and makes a `Value` of anything else, as `Value` does.
struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Early<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any JSON value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Early<'de>, E> {
        Ok(Early::Text(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Early<'de>, E> {
        other(text.into_deserializer())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Early<'de>, E> {
        other(text.into_deserializer())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Early<'de>, E> {
        other(value.into_deserializer())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Early<'de>, E> {
        other(value.into_deserializer())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Early<'de>, E> {
        other(value.into_deserializer())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Early<'de>, E> {
        other(value.into_deserializer())
    }

    fn visit_unit<E: Error>(self) -> Result<Early<'de>, E> {
        Ok(Early::Other(Value::Null))
    }

    /// What readers of some other formats, such as CBOR, call a null.
    fn visit_none<E: Error>(self) -> Result<Early<'de>, E> {
        self.visit_unit()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Early<'de>, A::Error> {
        other(SeqAccessDeserializer::new(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Early<'de>, A::Error> {
        other(MapAccessDeserializer::new(entries))
    }
}

fn other<'de, D: Deserializer<'de>>(value: D) -> Result<Early<'de>, D::Error> {
    Value::deserialize(value).map(Early::Other)
}

/// A string as a JSON reader would give it: also where it may be absent, and where it is one of a set.
struct Text<'de, E> {
    text: &'de str,
    error: PhantomData<E>,
}

impl<'de, E: Error> Deserializer<'de> for Text<'de, E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_borrowed_str(self.text)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, E> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, E> {
        BorrowedStrDeserializer::new(self.text).deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::json;

    use super::*;

    fn read<T: DeserializeOwned>(early: Early<'_>) -> Result<T, serde_json::Error> {
        early.read(PhantomData)
    }

    #[test]
    fn a_string_of_the_input_is_borrowed_and_anything_else_is_kept_as_it_is() {
        assert_eq!(serde_json::from_str::<Early<'_>>("\"plain\"").unwrap(), Early::Text("plain"));
        assert_eq!(serde_json::from_str::<Early<'_>>("\"\\u0061\"").unwrap(), Early::Other(json!("a")));
        for text in
            ["null", "true", "1", "-1", "1.5", "18446744073709551615", "1e300", "[1, \"a\"]", "{\"a\": {}}"]
        {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::from_str::<Early<'_>>(text).unwrap(), Early::Other(value), "{text}");
        }
    }

    #[test]
    fn a_null_is_one_whatever_the_reader_calls_it() {
        assert_eq!(Any.visit_none::<serde_json::Error>().unwrap(), Early::Other(Value::Null));
    }

    #[test]
    fn a_string_is_read_as_if_it_had_not_been_read_early() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Id(String);

        #[derive(Debug, PartialEq, Deserialize)]
        enum Color {
            Red,
        }

        assert_eq!(read::<Value>(Early::Text("x")).unwrap(), json!("x"));
        assert_eq!(read::<Option<Id>>(Early::Text("x")).unwrap(), Some(Id("x".to_owned())));
        assert_eq!(read::<Color>(Early::Text("Red")).unwrap(), Color::Red);
        assert_eq!(read::<char>(Early::Text("x")).unwrap(), 'x');
        serde::de::IgnoredAny::deserialize(Text::<serde_json::Error> { text: "x", error: PhantomData })
            .unwrap();
    }
}
