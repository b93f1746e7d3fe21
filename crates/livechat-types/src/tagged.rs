//! Unions of objects told apart by a field, their tag: enums that keep an object whose tag they do not know.
//!
//! Only what stands before the tag is buffered; the rest is streamed into the variant. A known tag settles the variant: a bad
//! field is then an error of that field, never a reason to try another variant.

use std::{borrow::Cow, fmt, marker::PhantomData, mem};

use serde::{
    Deserialize, Deserializer,
    de::{
        DeserializeSeed, Error, IntoDeserializer, MapAccess, Visitor,
        value::{BorrowedStrDeserializer, MapAccessDeserializer},
    },
};
use serde_json::{Map, Value};

use crate::{
    early::Early,
    error_path::{self, Part},
    unknown::Unknown,
};

/// Implements the reading and writing of an enum of newtype variants and `Unknown(Unknown)`.
///
/// ```text
/// tagged_union! { Event, "type",
///     "message" => Message(MessageEvent),
///     "file" => File(FileEvent),
///     ; absent => Plain(PlainEvent)
/// }
/// ```
///
/// `absent`, which may be left out with its `;`, is the variant of objects without a tag. The enum writes what its variants
/// write: a variant's struct writes its own tag.
macro_rules! tagged_union {
    ($union:ident, $tag:literal, $($kind:literal => $variant:ident($object:ty)),+ $(,)?) => {
        tagged_union! { @shared $union, $tag, {} $($kind => $variant($object),)+ }

        impl $union {
            #[doc = concat!("What the object is: its `", $tag, "`.")]
            #[must_use]
            pub fn kind(&self) -> &str {
                match self {
                    $(Self::$variant(_) => $kind,)+
                    Self::Unknown(unknown) => unknown.kind(),
                }
            }
        }
    };
    (
        $union:ident, $tag:literal, $($kind:literal => $variant:ident($object:ty)),+ $(,)?
        ; absent => $absent:ident($plain:ty) $(,)?
    ) => {
        tagged_union! { @shared $union, $tag, { $absent($plain) } $($kind => $variant($object),)+ }

        impl $union {
            #[doc = concat!("What the object is: its `", $tag, "`; `None` where it has none.")]
            #[must_use]
            pub fn kind(&self) -> Option<&str> {
                match self {
                    $(Self::$variant(_) => Some($kind),)+
                    Self::$absent(_) => None,
                    Self::Unknown(unknown) => Some(unknown.kind()),
                }
            }
        }
    };
    (
        @shared $union:ident, $tag:literal, { $($absent:ident($plain:ty))? }
        $($kind:literal => $variant:ident($object:ty),)+
    ) => {
        impl $crate::tagged::TaggedUnion for $union {
            const NAME: &'static str = stringify!($union);
            const TAG: &'static str = $tag;
            const KINDS: &'static [&'static str] = &[$($kind),+];

            fn read<'de, D: ::serde::Deserializer<'de>>(
                kind: ::std::borrow::Cow<'static, str>,
                object: D,
            ) -> ::std::result::Result<Self, D::Error> {
                match &*kind {
                    $($kind => <$object as ::serde::Deserialize>::deserialize(object).map(Self::$variant),)+
                    _ => $crate::tagged::read_unknown($tag, kind, object).map(Self::Unknown),
                }
            }

            $(
                fn read_without_tag<'de, D: ::serde::Deserializer<'de>>(
                    object: D,
                ) -> ::std::result::Result<Self, D::Error> {
                    <$plain as ::serde::Deserialize>::deserialize(object).map(Self::$absent)
                }
            )?
        }

        impl<'de> ::serde::Deserialize<'de> for $union {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> ::std::result::Result<Self, D::Error> {
                $crate::tagged::read(deserializer)
            }
        }

        impl<'de> $crate::read::Read<'de> for $union {}

        impl ::serde::Serialize for $union {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> ::std::result::Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(object) => object.serialize(serializer),)+
                    $(Self::$absent(object) => object.serialize(serializer),)?
                    Self::Unknown(unknown) => unknown.serialize(serializer),
                }
            }
        }

        $(
            impl ::std::convert::From<$object> for $union {
                fn from(object: $object) -> Self {
                    Self::$variant(object)
                }
            }
        )+
        $(
            impl ::std::convert::From<$plain> for $union {
                fn from(object: $plain) -> Self {
                    Self::$absent(object)
                }
            }
        )?
    };
}
pub(crate) use tagged_union;

/// What the reader must know of a union.
pub(crate) trait TaggedUnion: Sized {
    /// The enum's name, for errors.
    const NAME: &'static str;
    /// The name of the tag.
    const TAG: &'static str;
    /// The values of the tag that have a variant.
    const KINDS: &'static [&'static str];

    /// Reads an object of this kind; its tag has been taken out.
    fn read<'de, D: Deserializer<'de>>(kind: Cow<'static, str>, object: D) -> Result<Self, D::Error>;

    /// Reads an object that has no tag.
    fn read_without_tag<'de, D: Deserializer<'de>>(_object: D) -> Result<Self, D::Error> {
        Err(D::Error::custom(format_args!(
            "missing field `{}`, which says what kind of {} the object is",
            Self::TAG,
            Self::NAME
        )))
    }
}

/// Reads a union.
pub(crate) fn read<'de, T: TaggedUnion, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(Union(PhantomData))
}

/// Keeps an object of unknown kind whole, its tag included.
pub(crate) fn read_unknown<'de, D: Deserializer<'de>>(
    tag: &'static str,
    kind: Cow<'static, str>,
    object: D,
) -> Result<Unknown, D::Error> {
    let mut object = Map::deserialize(object)?;
    object.insert(tag.to_owned(), Value::from(&*kind));
    Ok(Unknown::new(kind, object))
}

struct Union<T>(PhantomData<T>);

impl<'de, T: TaggedUnion> Visitor<'de> for Union<T> {
    type Value = T;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "an object with a `{}`: {}", T::TAG, T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut before = Vec::new();
        while let Some(key) = map.next_key_seed(Text)? {
            if &*key == T::TAG {
                let selector = Selector { key: T::TAG, of: T::NAME, known: T::KINDS };
                let kind = map
                    .next_value_seed(selector)
                    .map_err(|error| error_path::at::<A, _>(Part::Field(T::TAG), error))?;
                let mut rest = Rest { tag: T::TAG, before, next: 0, live: Some(map) };
                return T::read(kind, MapAccessDeserializer::new(&mut rest));
            }
            before.push((key, map.next_value()?));
        }
        let mut rest = Rest::<'_, A> { tag: T::TAG, before, next: 0, live: None };
        T::read_without_tag(MapAccessDeserializer::new(&mut rest))
    }
}

/// What an object has beside its tag: the entries that were buffered, then those still to come.
struct Rest<'de, A> {
    tag: &'static str,
    /// A value that was read again is no longer there.
    before: Vec<(Cow<'de, str>, Early<'de>)>,
    /// The index of the entry in `before` that comes next.
    next: usize,
    live: Option<A>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Rest<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        if let Some((key, _)) = self.before.get(self.next) {
            return seed.deserialize((&**key).into_deserializer()).map(Some);
        }
        match &mut self.live {
            Some(live) => live.next_key_seed(NotTag { tag: self.tag, seed }),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match (self.before.get_mut(self.next), &mut self.live) {
            (Some((key, value)), _) => {
                self.next += 1;
                mem::take(value)
                    .read(seed)
                    .map_err(|error| error_path::at_buffered::<A, _>(Part::Field(key), error))
            }
            (None, Some(live)) => live.next_value_seed(seed),
            (None, None) => Err(A::Error::custom("a value was asked for before its key")),
        }
    }
}

/// Hands a key on, unless it is the tag: two tags are two readings of one object, and each reader would choose its own.
struct NotTag<K> {
    tag: &'static str,
    seed: K,
}

impl<'de, K: DeserializeSeed<'de>> DeserializeSeed<'de> for NotTag<K> {
    type Value = K::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<K::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, K: DeserializeSeed<'de>> Visitor<'de> for NotTag<K> {
    type Value = K::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<K::Value, E> {
        if key == self.tag {
            return Err(E::duplicate_field(self.tag));
        }
        self.seed.deserialize(key.into_deserializer())
    }

    fn visit_borrowed_str<E: Error>(self, key: &'de str) -> Result<K::Value, E> {
        if key == self.tag {
            return Err(E::duplicate_field(self.tag));
        }
        self.seed.deserialize(BorrowedStrDeserializer::new(key))
    }
}

/// Reads a string, borrowed where the input allows it.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a field")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text))
    }
}

/// Reads the string that selects a variant; a known one is not copied.
pub(crate) struct Selector {
    /// The field that holds the string.
    pub(crate) key: &'static str,
    /// What the string is a kind of.
    pub(crate) of: &'static str,
    /// The strings that have a variant.
    pub(crate) known: &'static [&'static str],
}

impl<'de> DeserializeSeed<'de> for Selector {
    type Value = Cow<'static, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'static, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Selector {
    type Value = Cow<'static, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "a string: the `{}` of {}", self.key, self.of)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cow<'static, str>, E> {
        Ok(match self.known.iter().find(|known| **known == text) {
            Some(known) => Cow::Borrowed(known),
            None => Cow::Owned(text.to_owned()),
        })
    }
}

#[cfg(test)]
#[expect(unreachable_pub, reason = "the macros are for public types")]
mod tests;
