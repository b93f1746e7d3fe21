//! How the value of a field is read: as its type's `Deserialize` says, but for instants, which have a reader of their own, and for
//! lists and maps, whose errors have the place of the item.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use jiff::{Timestamp, civil::Date};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Number, Value};

use crate::{
    Empty, Secret,
    error_path::{self, Part},
    instant::Instant,
};

/// A type that a field may have.
pub(crate) trait Read<'de>: Deserialize<'de> {
    /// Reads a value.
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

macro_rules! as_deserialized {
    ($($value:ty),* $(,)?) => { $(impl<'de> Read<'de> for $value {})* };
}

as_deserialized!(String, bool, i64, u32, f64, Number, Value, Secret, Empty);

#[cfg(test)]
as_deserialized!(u8);

/// Reads by [`Read`].
pub(crate) struct As<T>(PhantomData<T>);

impl<T> As<T> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, T: Read<'de>> DeserializeSeed<'de> for As<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        T::read(deserializer)
    }
}

/// A value of a type that only its user knows.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Foreign<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Read<'de> for Foreign<T> {}

impl<'de> Read<'de> for Timestamp {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Instant)
    }
}

impl<'de> Read<'de> for Date {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Day)
    }
}

struct Day;

impl Visitor<'_> for Day {
    type Value = Date;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a date: a string such as `2024-03-11`")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Date, E> {
        text.parse().map_err(|error| {
            E::custom(format_args!("invalid value: string {text:?}, expected a date: {error}"))
        })
    }
}

impl<'de, T: Read<'de>> Read<'de> for Option<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(Maybe(PhantomData))
    }
}

/// Reads a value that may be `null`.
struct Maybe<T>(PhantomData<T>);

impl<'de, T: Read<'de>> Visitor<'de> for Maybe<T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("option")
    }

    fn visit_none<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        T::read(deserializer).map(Some)
    }
}

impl<'de, T: Read<'de>> Read<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(List(PhantomData))
    }
}

struct List<T>(PhantomData<T>);

impl<'de, T: Read<'de>> Visitor<'de> for List<T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list
            .next_element_seed(As::new())
            .map_err(|error| error_path::at::<A, _>(Part::Item(items.len()), error))?
        {
            items.push(item);
        }
        Ok(items)
    }
}

impl<'de, T: Read<'de>> Read<'de> for BTreeMap<String, T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

struct Entries<T>(PhantomData<T>);

impl<'de, T: Read<'de>> Visitor<'de> for Entries<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<BTreeMap<String, T>, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            match map.next_value_seed(As::new()) {
                Ok(value) => entries.insert(key, value),
                Err(error) => return Err(error_path::at::<A, _>(Part::Field(&key), error)),
            };
        }
        Ok(entries)
    }
}
