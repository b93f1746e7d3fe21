//! Values told apart by their JSON type, in and out.

use std::marker::PhantomData;

use serde::{Serialize, de::Visitor};
use serde_json::{Number, Value, json};

use super::Json;
use crate::{UnknownJson, fields::fields};

#[derive(Debug, Clone, PartialEq, Serialize)]
struct FilledFormOption {
    id: String,
}

fields! { FilledFormOption {
    id: required "id",
} }

#[derive(Debug, Clone, PartialEq)]
enum PropertyValue {
    String(String),
    Integer(i64),
    Boolean(bool),
    Unknown(UnknownJson),
}

json_union! { PropertyValue {
    string => String(String),
    integer => Integer(i64),
    boolean => Boolean(bool),
} }

#[derive(Debug, Clone, PartialEq)]
enum Answer {
    Number(Number),
    Options(Vec<FilledFormOption>),
    Option(FilledFormOption),
    Unknown(UnknownJson),
}

json_union! { Answer {
    number => Number(Number),
    array => Options(Vec<FilledFormOption>),
    object => Option(FilledFormOption),
} }

fn read<T: serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) -> T {
    let read = serde_json::from_str::<T>(text).unwrap();
    assert_eq!(serde_json::from_reader::<_, T>(text.as_bytes()).unwrap(), read);
    assert_eq!(serde_json::from_value::<T>(serde_json::from_str(text).unwrap()).unwrap(), read);
    read
}

#[test]
fn the_json_type_settles_the_variant() {
    assert_eq!(read::<PropertyValue>("\"\\u0061\""), "a".to_owned().into());
    assert_eq!(read::<PropertyValue>("-3"), (-3).into());
    assert_eq!(read::<PropertyValue>("9223372036854775807"), i64::MAX.into());
    assert_eq!(read::<PropertyValue>("false"), false.into());
    let option = FilledFormOption { id: "1".to_owned() };
    assert_eq!(read::<Answer>(r#"{"id": "1"}"#), option.clone().into());
    assert_eq!(read::<Answer>(r#"[{"id": "1"}]"#), vec![option].into());
    assert_eq!(read::<Answer>("1.5"), Number::from_f64(1.5).unwrap().into());
    assert_eq!(read::<Answer>("-7"), Number::from(-7).into());
    assert_eq!(read::<Answer>("18446744073709551615"), Number::from(u64::MAX).into());
}

#[test]
fn every_value_is_written_as_it_came() {
    let texts = [
        "null",
        "true",
        "\"\"",
        "0",
        "-9223372036854775808",
        "18446744073709551615",
        "1.0",
        "1e300",
        "[]",
        "[null,[1]]",
        r#"{"id":"1"}"#,
        "{}",
    ];
    for text in texts {
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_value(read::<PropertyValue>(text)).unwrap(), value);
        if text != "{}" && text != "[null,[1]]" {
            assert_eq!(serde_json::to_value(read::<Answer>(text)).unwrap(), value);
        }
    }
}

#[test]
fn other_json_types_are_kept() {
    for text in ["null", "1.0", "18446744073709551615", "[1]", r#"{"a":{}}"#] {
        let PropertyValue::Unknown(kept) = read(text) else { panic!("{text}") };
        assert_eq!(kept.as_value(), &serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(kept.clone().into_value(), *kept.as_value());
    }
    for text in ["null", "true", "\"a\""] {
        assert!(matches!(read::<Answer>(text), Answer::Unknown(_)), "{text}");
    }
}

#[test]
fn a_null_is_kept_whatever_the_reader_calls_it() {
    let null = Json::<PropertyValue>(PhantomData).visit_none::<serde_json::Error>().unwrap();
    assert_eq!(null, read("null"));
}

#[test]
fn a_bad_value_of_a_known_type_is_an_error_at_its_place() {
    let mut reader = serde_json::Deserializer::from_str(r#"[[{"id": "1"}, {"id": 2}]]"#);
    let error = serde_path_to_error::deserialize::<_, Vec<Answer>>(&mut reader).unwrap_err();
    assert_eq!(error.path().to_string(), "[0][1].id");
    let error = serde_json::from_value::<Answer>(json!({})).unwrap_err();
    assert_eq!(error.to_string(), "missing field `id`");
}

#[test]
fn a_string_becomes_a_value_whether_it_is_given_or_lent() {
    assert_eq!(PropertyValue::from("a"), PropertyValue::String("a".to_owned()));
    assert_eq!(PropertyValue::from("a".to_owned()), PropertyValue::from("a"));
}
