//! Reads a request from text pairs (a query, a form), in which every value is text: each is taken for what the field wants.

use std::collections::BTreeMap;

use serde::{
    Deserializer,
    de::{
        Error as _, IntoDeserializer, Visitor,
        value::{Error, MapDeserializer, SeqDeserializer},
    },
    forward_to_deserialize_any,
};

/// What the pairs say, by the dots and brackets of their keys.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node {
    /// One value or several of one key.
    Values(Vec<String>),
    /// The keys below this one.
    Object(BTreeMap<String, Node>),
}

/// How deep keys may be nested.
const MAX_DEPTH: usize = 16;

impl Node {
    /// Reads `filters.agents.values=a` and `filters.properties[routing][continuous].values=true`; a key that stands twice has
    /// two values.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self, String> {
        let mut root = BTreeMap::new();
        for (key, value) in pairs {
            let path = path(key)?;
            let (Some((last, parents)), true) = (path.split_last(), path.len() <= MAX_DEPTH) else {
                return Err(format!("`{key}` is no name of a parameter"));
            };
            let mut object = &mut root;
            for parent in parents {
                let node = object.entry(parent.clone()).or_insert_with(|| Self::Object(BTreeMap::new()));
                let Self::Object(below) = node else {
                    return Err(format!("`{key}` is inside of a parameter that has a value"));
                };
                object = below;
            }
            match object.entry(last.clone()).or_insert_with(|| Self::Values(Vec::new())) {
                Self::Values(values) => values.push(value.clone()),
                Self::Object(_) => return Err(format!("`{key}` has a value and parameters inside")),
            }
        }
        Ok(Self::Object(root))
    }

    fn one<'de, T, V: Visitor<'de>>(
        self,
        visitor: V,
        want: &str,
        visit: fn(V, T) -> Result<V::Value, Error>,
    ) -> Result<V::Value, Error>
    where
        T: std::str::FromStr,
    {
        let text = self.text()?;
        match text.parse() {
            Ok(value) => visit(visitor, value),
            Err(_) => Err(Error::custom(format!("expected {want}, got {text:?}"))),
        }
    }

    fn text(self) -> Result<String, Error> {
        match self {
            Self::Values(mut values) if values.len() == 1 => Ok(values.pop().unwrap_or_default()),
            Self::Values(_) => Err(Error::custom("expected one value, got several")),
            Self::Object(_) => Err(Error::custom("expected a value, got parameters inside")),
        }
    }
}

/// The parts of a key: split at dots, where brackets keep what they hold together.
fn path(key: &str) -> Result<Vec<String>, String> {
    let mut parts = Vec::new();
    let mut rest = key;
    while !rest.is_empty() {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if let Some(inside) = rest.strip_prefix('[') {
            let (part, after) =
                inside.split_once(']').ok_or_else(|| format!("`{key}` lacks a closing bracket"))?;
            // `name[]` is the habit of repeating a key; it adds no level.
            if !part.is_empty() {
                parts.push(part.to_owned());
            }
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            let (part, after) = rest.split_at(end);
            parts.push(part.to_owned());
            rest = after;
        }
    }
    Ok(parts)
}

impl IntoDeserializer<'_, Error> for Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! parsed {
    ($($method:ident: $value:ty => $visit:ident, $want:literal;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.one::<$value, V>(visitor, $want, V::$visit)
        })*
    };
}

impl<'de> Deserializer<'de> for Node {
    type Error = Error;

    /// Asked by those that take what comes, such as the value of a property: numbers and booleans are taken for such.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Object(_) => self.deserialize_map(visitor),
            Self::Values(values) if values.len() != 1 => Self::Values(values).deserialize_seq(visitor),
            Self::Values(_) => {
                let text = self.text()?;
                match (text.parse::<i64>(), text.as_str()) {
                    (Ok(number), _) => visitor.visit_i64(number),
                    (_, "true") => visitor.visit_bool(true),
                    (_, "false") => visitor.visit_bool(false),
                    _ => visitor.visit_string(text),
                }
            }
        }
    }

    parsed! {
        deserialize_bool: bool => visit_bool, "`true` or `false`";
        deserialize_i64: i64 => visit_i64, "an integer";
        deserialize_i32: i32 => visit_i32, "an integer";
        deserialize_u64: u64 => visit_u64, "an integer that is not negative";
        deserialize_u32: u32 => visit_u32, "an integer that is not negative";
        deserialize_f64: f64 => visit_f64, "a number";
        deserialize_str: String => visit_string, "a string";
        deserialize_string: String => visit_string, "a string";
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.text()?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Values(values) => visitor
                .visit_seq(SeqDeserializer::new(values.into_iter().map(|value| Self::Values(vec![value])))),
            // `filters.forms.type=…`: a list of one object.
            object @ Self::Object(_) => visitor.visit_seq(SeqDeserializer::new(std::iter::once(object))),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Object(object) => visitor.visit_map(MapDeserializer::new(object.into_iter())),
            Self::Values(_) => Err(Error::custom("expected parameters inside, got a value")),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i128 u8 u16 u128 f32 char bytes byte_buf unit unit_struct tuple tuple_struct enum ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::Node;
    use livechat_types::{customer::GetDynamicConfiguration, reports::ChatsDuration};
    use serde::Deserialize;

    fn pairs(text: &str) -> Vec<(String, String)> {
        form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    #[test]
    fn a_value_is_taken_for_what_the_field_wants() {
        let node = Node::read(&pairs("group_id=7&test=true&url=12")).unwrap();
        let request = GetDynamicConfiguration::deserialize(node).unwrap();
        assert_eq!(request.group_id.unwrap().get(), 7);
        assert_eq!(request.test, Some(true));
        assert_eq!(request.url.as_deref(), Some("12"));
        let node = Node::read(&pairs("group_id=seven")).unwrap();
        assert!(GetDynamicConfiguration::deserialize(node).is_err());
    }

    #[test]
    fn dots_and_brackets_nest_and_repeated_keys_are_lists() {
        let text = "distribution=day&filters.agents.values=a@example.com&filters.agents.values=b@example.com\
                    &filters.properties[routing][queue.priority].values=true";
        let report = ChatsDuration::deserialize(Node::read(&pairs(text)).unwrap()).unwrap();
        let filters = report.filters.unwrap();
        assert_eq!(filters.agents.unwrap().values.unwrap().len(), 2);
        assert!(filters.properties.unwrap()["routing"].contains_key("queue.priority"));
    }

    #[test]
    fn a_key_is_a_value_or_an_object_and_never_both() {
        for text in ["a=1&a.b=2", "a.b=2&a=1", "a[b=1"] {
            assert!(Node::read(&pairs(text)).is_err(), "{text}");
        }
    }
}
