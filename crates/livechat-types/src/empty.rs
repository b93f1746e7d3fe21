//! The answer of an action that returns nothing.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};

/// The answer of an action that returns nothing: `{}`.
///
/// It is read from any object, so that an action may begin to return something, and from `null`.
///
/// ```
/// use livechat_types::Empty;
///
/// assert_eq!(serde_json::from_str::<Empty>("{}").unwrap(), Empty::default());
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct Empty {}

impl<'de> Deserialize<'de> for Empty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Nothing)
    }
}

struct Nothing;

impl<'de> Visitor<'de> for Nothing {
    type Value = Empty;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Empty, E> {
        Ok(Empty {})
    }

    /// What readers of some other formats, such as CBOR, call a null.
    fn visit_none<E: Error>(self) -> Result<Empty, E> {
        self.visit_unit()
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Empty, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Empty {})
    }
}

#[cfg(test)]
mod tests {
    use serde::de::Visitor;
    use serde_json::Value;

    use super::{Empty, Nothing};

    #[test]
    fn nothing_is_read_from_any_object_and_from_null() {
        for text in ["{}", r#"{"a": [{}], "b": null}"#, "null"] {
            assert_eq!(serde_json::from_str::<Empty>(text).unwrap(), Empty {}, "{text}");
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::from_value::<Empty>(value).unwrap(), Empty {}, "{text}");
        }
        assert_eq!(Nothing.visit_none::<serde_json::Error>().unwrap(), Empty {});
    }

    #[test]
    fn nothing_is_read_from_no_other_value() {
        for text in ["[]", "0", "false", "\"\""] {
            let error = serde_json::from_str::<Empty>(text).unwrap_err().to_string();
            assert!(error.contains("expected an object or null"), "{error}");
        }
    }

    #[test]
    fn nothing_is_written_as_an_empty_object() {
        assert_eq!(serde_json::to_string(&Empty {}).unwrap(), "{}");
    }
}
