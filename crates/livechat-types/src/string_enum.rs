//! Open sets of strings: enums that keep a value that they do not know.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer, Serialize, Serializer,
    de::{Error, Visitor},
};

use crate::unknown::UnknownValue;

/// Gives an enum of unit variants and `Unknown(UnknownValue)` its strings.
///
/// ```text
/// string_enum! { SortOrder {
///     Asc = "asc",
///     Desc = "desc",
/// } alias {
///     "ascending" => Asc,
/// } }
/// ```
///
/// An alias is read and never written.
macro_rules! string_enum {
    ($name:ident { $($variant:ident = $value:literal),* $(,)? } $(alias { $($alias:literal => $target:ident),* $(,)? })?) => {
        impl $name {
            /// Every known value, in the documentation's order.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The value as it stands in JSON.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unknown(value) => value.as_str(),
                }
            }

            /// Whether this version knows the value.
            #[must_use]
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Unknown(_))
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    $($($alias => Self::$target,)*)?
                    _ => Self::Unknown($crate::unknown::UnknownValue::new(value)),
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(value: ::std::string::String) -> Self {
                Self::from(value.as_str())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(Self::from(value))
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    Self::Unknown(value) => $crate::string_enum::write_unknown(value, serializer),
                    known => serializer.serialize_str(known.as_str()),
                }
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::string_enum::read(deserializer, stringify!($name))
            }
        }

        impl<'de> $crate::read::Read<'de> for $name {}
    };
}
pub(crate) use string_enum;

/// Writes a value that is not known. Programs mostly send known ones, so this is kept out of their way.
#[cold]
#[inline(never)]
pub(crate) fn write_unknown<S: Serializer>(value: &UnknownValue, serializer: S) -> Result<S::Ok, S::Error> {
    value.serialize(serializer)
}

/// Reads a string and makes a value of it, without owning the string first.
pub(crate) fn read<'de, T, D>(deserializer: D, name: &'static str) -> Result<T, D::Error>
where
    T: for<'a> From<&'a str>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_str(Text { name, value: PhantomData })
}

struct Text<T> {
    name: &'static str,
    value: PhantomData<T>,
}

impl<T: for<'a> From<&'a str>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a string: {}", self.name)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        Ok(T::from(value))
    }
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macros are for public types")]
mod tests;
