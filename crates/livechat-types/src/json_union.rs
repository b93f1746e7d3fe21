//! Unions of values told apart by their JSON type: enums that keep a value of any other type.
//!
//! Nothing is buffered: the first character of a value settles the variant, and the value is read into it. A bad value of a
//! known type is an error, never a reason to try another variant.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{
        Error, IntoDeserializer, MapAccess, SeqAccess, Visitor,
        value::{BorrowedStrDeserializer, MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::Value;

use crate::unknown::UnknownJson;

/// Implements the reading and writing of an enum of newtype variants and `Unknown(UnknownJson)`.
///
/// ```text
/// json_union! { PropertyValue {
///     string => String(String),
///     integer => Integer(i64),
///     boolean => Boolean(bool),
/// } }
/// ```
///
/// The JSON types are `string`, `boolean`, `integer` (a whole number that fits `i64`), `number` (any, or any other, number),
/// `array` and `object`; the methods of `JsonUnion` have the same names. Read a `number` as `serde_json::Number`, which keeps it
/// as it is.
macro_rules! json_union {
    ($union:ident { $($json:ident => $variant:ident($value:ty)),+ $(,)? }) => {
        impl $crate::json_union::JsonUnion for $union {
            const NAME: &'static str = stringify!($union);

            fn unknown(value: $crate::unknown::UnknownJson) -> Self {
                Self::Unknown(value)
            }

            $(
                fn $json<'de, D: ::serde::Deserializer<'de>>(value: D) -> ::std::result::Result<Self, D::Error> {
                    <$value as $crate::read::Read>::read(value).map(Self::$variant)
                }
            )+
        }

        impl<'de> ::serde::Deserialize<'de> for $union {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::json_union::read(deserializer)
            }
        }

        impl<'de> $crate::read::Read<'de> for $union {}

        impl ::serde::Serialize for $union {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(value) => value.serialize(serializer),)+
                    Self::Unknown(value) => value.serialize(serializer),
                }
            }
        }

        $(
            impl ::std::convert::From<$value> for $union {
                fn from(value: $value) -> Self {
                    Self::$variant(value)
                }
            }

            json_union!(@borrowed $json $union $variant);
        )+
    };
    // A string may also be lent.
    (@borrowed string $union:ident $variant:ident) => {
        impl ::std::convert::From<&str> for $union {
            fn from(value: &str) -> Self {
                Self::$variant(value.into())
            }
        }
    };
    (@borrowed $json:ident $union:ident $variant:ident) => {};
}
pub(crate) use json_union;

/// A union by JSON type: how a value of each type is read. A type without a variant is kept as it is.
pub(crate) trait JsonUnion: Sized {
    /// The enum's name, for errors.
    const NAME: &'static str;

    /// The variant of values that have no other.
    fn unknown(value: UnknownJson) -> Self;

    /// Reads a string.
    fn string<'de, D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        keep(value)
    }

    /// Reads a boolean.
    fn boolean<'de, D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        keep(value)
    }

    /// Reads a whole number that fits `i64`.
    fn integer<'de, D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        Self::number(value)
    }

    /// Reads any other number, and every number where there is no variant for integers.
    fn number<'de, D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        keep(value)
    }

    /// Reads an array.
    fn array<'de, D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        keep(value)
    }

    /// Reads an object.
    fn object<'de, D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        keep(value)
    }
}

/// Reads a union.
pub(crate) fn read<'de, T: JsonUnion, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Json(PhantomData))
}

fn keep<'de, T: JsonUnion, D: Deserializer<'de>>(value: D) -> Result<T, D::Error> {
    Value::deserialize(value).map(UnknownJson::new).map(T::unknown)
}

struct Json<T>(PhantomData<T>);

impl<'de, T: JsonUnion> Visitor<'de> for Json<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a JSON value: {}", T::NAME)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        T::string(value.into_deserializer())
    }

    fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<T, E> {
        T::string(BorrowedStrDeserializer::new(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<T, E> {
        T::string(value.into_deserializer())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        T::boolean(value.into_deserializer())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        T::integer(value.into_deserializer())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => T::number(value.into_deserializer()),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        T::number(value.into_deserializer())
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::unknown(UnknownJson::new(Value::Null)))
    }

    /// What readers of some other formats, such as CBOR, call a null.
    fn visit_none<E: Error>(self) -> Result<T, E> {
        self.visit_unit()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        T::array(SeqAccessDeserializer::new(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<T, A::Error> {
        T::object(MapAccessDeserializer::new(entries))
    }
}

#[cfg(test)]
mod tests;
