//! Reads objects into structs through one visitor that all structs share.
//!
//! `derive(Deserialize)` writes two visitors and some hundred lines for each struct, and compiling them is most of the time
//! that a crate of types takes to build. Here a struct adds one short function: the names of its fields are data, and its
//! fields are read into a tuple of slots whose types the compiler infers from the struct itself.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, Expected, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor},
};

use crate::{
    error_path::{self, Part},
    read::{As, Read},
};

/// The names of each field on the wire: the documented one first, then other spellings that are accepted.
pub(crate) type Names = &'static [&'static [&'static str]];

/// The names of all fields in one list, which is how serde asks for them, and those of each field.
pub(crate) type Known = (&'static [&'static str], Names);

/// What an object's fields are called on the wire, with the other spellings that are accepted.
macro_rules! known {
    ($($name:literal $(| $alias:literal)*),* $(,)?) => {
        (&[$($name $(, $alias)*),*], &[$(&[$name $(, $alias)*]),*])
    };
}
pub(crate) use known;

/// Implements `Deserialize` for a struct, one field a line.
///
/// A line is the field, whether it must be there, its name on the wire and other accepted spellings. The type of an `optional`
/// field is an `Option`, and `null` is the same as absence.
///
/// ```text
/// fields! { ListThreads {
///     chat_id: required "chat_id",
///     sort_order: optional "sort_order",
///     properties: optional "properties" | "properites",
/// } }
/// ```
///
/// Unknown fields are skipped, so a tag that the struct writes by `#[serde(tag = "…")]` is skipped as well. A field that stands
/// twice is an error, as it is to `derive`. A struct has at most 64 fields: with more, the compiler says that `Slots` is not
/// implemented.
macro_rules! fields {
    ($object:ident { $($field:ident : $presence:ident $name:literal $(| $alias:literal)*),* $(,)? }) => {
        impl<'de> ::serde::Deserialize<'de> for $object {
            #[allow(irrefutable_let_patterns, reason = "where every field is optional, no pattern can fail")]
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                let ($($crate::fields::presence::$presence($field),)*) = $crate::fields::read(
                    deserializer,
                    stringify!($object),
                    $crate::fields::known!($($name $(| $alias)*),*),
                )?
                else {
                    return Err($crate::fields::incomplete(stringify!($object)));
                };
                Ok(Self { $($field),* })
            }
        }

        impl<'de> $crate::read::Read<'de> for $object {}
    };
}
pub(crate) use fields;

/// Reads an object into slots, one for each field. Those of required fields are full, or the error names the first that is not.
///
/// It is asked for as a struct, since what a user's struct reads by `#[serde(flatten)]` is then taken out of what its other
/// fields get.
pub(crate) fn read<'de, S: Slots<'de>, D: Deserializer<'de>>(
    deserializer: D,
    object: &'static str,
    (keys, names): Known,
) -> Result<S, D::Error> {
    deserializer.deserialize_struct(object, keys, Object { name: object, names, slots: PhantomData })
}

/// What `fields!` says of a required field without a value. `read` has named the field before.
pub(crate) fn incomplete<E: Error>(object: &'static str) -> E {
    E::custom(format_args!("a required field of {object} is missing"))
}

/// Places for the values of an object's fields: a tuple with one slot for each field.
pub(crate) trait Slots<'de>: Sized {
    /// The slots that must be filled, one bit for each.
    const REQUIRED: u64;

    /// No value read yet.
    fn empty() -> Self;

    /// Reads the value that comes next in `map` into the slot at `index`, if there is one.
    fn fill<A: MapAccess<'de>>(&mut self, index: usize, map: &mut A) -> Result<(), A::Error>;
}

/// A place for a field's value. It knows the value's type alone, so that structs share its code.
pub(crate) trait Slot<'de>: Sized {
    /// Whether it must be filled.
    const REQUIRED: bool;

    /// No value read yet.
    fn empty() -> Self;

    /// Reads the value that comes next in `map`.
    fn fill<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error>;
}

/// The slots' patterns, by the words that `fields!` has for them.
pub(crate) mod presence {
    pub(crate) use super::Optional as optional;
    pub(crate) use Option::Some as required;
}

/// The slot of a field that must be there.
impl<'de, T: Read<'de>> Slot<'de> for Option<T> {
    const REQUIRED: bool = true;

    fn empty() -> Self {
        None
    }

    fn fill<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        *self = Some(map.next_value_seed(As::new())?);
        Ok(())
    }
}

/// The slot of a field that may be absent or `null`.
pub(crate) struct Optional<T>(pub(crate) Option<T>);

impl<'de, T: Read<'de>> Slot<'de> for Optional<T> {
    const REQUIRED: bool = false;

    fn empty() -> Self {
        Self(None)
    }

    fn fill<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<(), A::Error> {
        self.0 = map.next_value_seed(As::new())?;
        Ok(())
    }
}

impl<'de> Slots<'de> for () {
    const REQUIRED: u64 = 0;

    fn empty() -> Self {}

    fn fill<A: MapAccess<'de>>(&mut self, _index: usize, _map: &mut A) -> Result<(), A::Error> {
        Ok(())
    }
}

/// Implements `Slots` for tuples of every length up to the given one.
macro_rules! slots {
    ([$($done:tt $Done:ident)*]) => { slots!(@tuple $($done $Done)*); };
    ([$($done:tt $Done:ident)*] $next:tt $Next:ident $($rest:tt)*) => {
        slots!(@tuple $($done $Done)*);
        slots!([$($done $Done)* $next $Next] $($rest)*);
    };
    (@tuple $($index:tt $Value:ident)*) => {
        impl<'de, $($Value: Slot<'de>),*> Slots<'de> for ($($Value,)*) {
            const REQUIRED: u64 = $(($Value::REQUIRED as u64) << $index)|*;

            fn empty() -> Self {
                ($($Value::empty(),)*)
            }

            fn fill<A: MapAccess<'de>>(&mut self, index: usize, map: &mut A) -> Result<(), A::Error> {
                match index {
                    $($index => self.$index.fill(map),)*
                    _ => Ok(()),
                }
            }
        }
    };
}

slots! { [0 T0]
    1 T1 2 T2 3 T3 4 T4 5 T5 6 T6 7 T7 8 T8 9 T9 10 T10 11 T11 12 T12 13 T13 14 T14 15 T15
    16 T16 17 T17 18 T18 19 T19 20 T20 21 T21 22 T22 23 T23 24 T24 25 T25 26 T26 27 T27 28 T28 29 T29 30 T30 31 T31
    32 T32 33 T33 34 T34 35 T35 36 T36 37 T37 38 T38 39 T39 40 T40 41 T41 42 T42 43 T43 44 T44 45 T45 46 T46 47 T47
    48 T48 49 T49 50 T50 51 T51 52 T52 53 T53 54 T54 55 T55 56 T56 57 T57 58 T58 59 T59 60 T60 61 T61 62 T62 63 T63
}

/// The visitor of every object.
struct Object<S> {
    name: &'static str,
    names: Names,
    slots: PhantomData<S>,
}

impl<'de, S: Slots<'de>> Visitor<'de> for Object<S> {
    type Value = S;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object: {}", self.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<S, A::Error> {
        Err(not_an_array(array, &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<S, A::Error> {
        let mut slots = S::empty();
        let mut seen = Seen::default();
        let mut next = 0;
        while let Some(index) = map.next_key_seed(KeyAfter { names: self.names, next })? {
            next = index + 1;
            if index < self.names.len() {
                seen.add(index, self.names)?;
                slots.fill(index, &mut map).map_err(|error| in_field::<A>(index, self.names, error))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        seen.check(S::REQUIRED, self.names)?;
        Ok(slots)
    }
}

/// The error of an array in the place of an object. It is read to its end, for the error's position tells which value is wrong: a
/// position within the array would be that of an element.
#[cold]
pub(crate) fn not_an_array<'de, A: SeqAccess<'de>>(mut array: A, expected: &dyn Expected) -> A::Error {
    loop {
        match array.next_element::<IgnoredAny>() {
            Ok(Some(IgnoredAny)) => {}
            Ok(None) => return A::Error::invalid_type(Unexpected::Seq, expected),
            Err(error) => return error,
        }
    }
}

/// The error of the field at `index`, with the field's name.
#[cold]
pub(crate) fn in_field<'de, A: MapAccess<'de>>(index: usize, names: Names, error: A::Error) -> A::Error {
    error_path::at::<A, _>(Part::Field(name(index, names)), error)
}

/// The fields seen so far, one bit for each.
#[derive(Default)]
pub(crate) struct Seen(u64);

impl Seen {
    /// Notes a field; one that was seen before is an error.
    pub(crate) fn add<E: Error>(&mut self, index: usize, names: Names) -> Result<(), E> {
        let bit = 1 << index;
        if self.0 & bit != 0 {
            return Err(E::duplicate_field(name(index, names)));
        }
        self.0 |= bit;
        Ok(())
    }

    /// The first required field that was not seen is an error.
    pub(crate) fn check<E: Error>(self, required: u64, names: Names) -> Result<(), E> {
        let missing = required & !self.0;
        if missing == 0 {
            return Ok(());
        }
        Err(E::missing_field(name(missing.trailing_zeros() as usize, names)))
    }
}

/// The documented name of the field at `index`.
fn name(index: usize, names: Names) -> &'static str {
    names.get(index).and_then(|names| names.first()).copied().unwrap_or_default()
}

/// Reads a key as its index among the known names; an unknown key has an index past them.
#[derive(Clone, Copy)]
pub(crate) struct Key(pub(crate) Names);

impl<'de> DeserializeSeed<'de> for Key {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        KeyAfter { names: self.0, next: 0 }.deserialize(deserializer)
    }
}

/// The same, searched from where the last key was found: objects tend to have their fields in the documented order.
#[derive(Clone, Copy)]
struct KeyAfter {
    names: Names,
    /// The index to begin at.
    next: usize,
}

impl<'de> DeserializeSeed<'de> for KeyAfter {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for KeyAfter {
    type Value = usize;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<usize, E> {
        // Mostly it is the next one, which is then all that is compared.
        if self.names.get(self.next).and_then(|names| names.first()).is_some_and(|name| *name == key) {
            return Ok(self.next);
        }
        let (before, after) = self.names.split_at_checked(self.next).unwrap_or((self.names, &[]));
        if let Some(index) = position(after, key) {
            return Ok(before.len() + index);
        }
        Ok(position(before, key).unwrap_or(self.names.len()))
    }
}

/// Where a key is among names. Few names have the same length and the same first letter, so only those are compared whole.
fn position(names: Names, key: &str) -> Option<usize> {
    let like = |name: &str| name.len() == key.len() && name.as_bytes().first() == key.as_bytes().first();
    names.iter().position(|names| names.iter().any(|name| like(name) && *name == key))
}

#[cfg(test)]
mod tests;
