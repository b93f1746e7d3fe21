//! What an identifier is and does.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct ChatId(String);
string_id!(ChatId);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct GroupId(i64);
integer_id!(GroupId);

#[test]
fn a_string_id_is_made_of_a_string_and_compared_with_one() {
    let id = ChatId::from("QJ4T8ZP1LX");
    assert_eq!(id, "QJ4T8ZP1LX");
    assert_eq!(id, *"QJ4T8ZP1LX");
    assert_eq!(id, ChatId::from("QJ4T8ZP1LX".to_owned()));
    assert_eq!(id, ChatId::from(&"QJ4T8ZP1LX".to_owned()));
    assert_eq!(id, "QJ4T8ZP1LX".parse::<ChatId>().unwrap());
    assert_eq!(id.as_str(), id.as_ref());
    assert_eq!(format!("{id:>12}"), "  QJ4T8ZP1LX");
    assert_eq!(String::from(id.clone()), id.into_string());
}

#[test]
fn a_string_id_reads_from_every_reader_and_writes_as_a_string() {
    let text = r#""QJ4T8\u005aP1LX""#;
    let id = ChatId::from("QJ4T8ZP1LX");
    assert_eq!(serde_json::from_str::<ChatId>(text).unwrap(), id);
    assert_eq!(serde_json::from_reader::<_, ChatId>(text.as_bytes()).unwrap(), id);
    assert_eq!(serde_json::from_value::<ChatId>(json!("QJ4T8ZP1LX")).unwrap(), id);
    assert_eq!(serde_json::to_value(&id).unwrap(), json!("QJ4T8ZP1LX"));
}

#[test]
fn an_owned_string_becomes_an_id_without_a_copy() {
    let text = "QJ4T8ZP1LX".to_owned();
    let place = text.as_ptr();
    let id: ChatId = serde_json::from_value(Value::String(text)).unwrap();
    assert_eq!(id.as_str().as_ptr(), place);
}

#[test]
fn what_is_no_string_is_an_error_that_names_the_id() {
    let error = serde_json::from_str::<ChatId>("7").unwrap_err().to_string();
    assert!(error.starts_with("invalid type: integer `7`, expected a string: ChatId"), "{error}");
}

#[test]
fn a_map_by_string_ids_is_asked_with_a_string() {
    let text = r#"{"a":1,"b":2}"#;
    let sorted: BTreeMap<ChatId, u8> = serde_json::from_str(text).unwrap();
    assert_eq!(sorted.get("b"), Some(&2));
    assert_eq!(serde_json::to_string(&sorted).unwrap(), text);
    let hashed: HashMap<ChatId, u8> = serde_json::from_str(text).unwrap();
    assert_eq!(hashed.get("a"), Some(&1));
}

#[test]
fn an_integer_id_is_made_of_a_number_and_gives_it_back() {
    const ALL: GroupId = GroupId::new(0);
    assert_eq!(ALL.get(), 0);
    assert_eq!(i64::from(GroupId::from(-3)), -3);
    assert_eq!("12".parse::<GroupId>().unwrap(), GroupId::new(12));
    assert!("twelve".parse::<GroupId>().is_err());
    assert_eq!(format!("{:>3}", GroupId::new(7)), "  7");
}

#[test]
fn an_integer_id_reads_whole_numbers_only() {
    assert_eq!(serde_json::from_str::<GroupId>("9007199254740993").unwrap().get(), 9_007_199_254_740_993);
    assert_eq!(serde_json::from_str::<GroupId>("-9223372036854775808").unwrap().get(), i64::MIN);
    assert_eq!(serde_json::from_value::<GroupId>(json!(3)).unwrap().get(), 3);
    for (text, found) in [
        ("3.0", "invalid type: floating point `3.0`"),
        ("\"3\"", "invalid type: string \"3\""),
        ("9223372036854775808", "invalid value: integer `9223372036854775808`"),
    ] {
        let error = serde_json::from_str::<GroupId>(text).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{found}, expected an integer: GroupId")), "{error}");
    }
}

#[test]
fn a_map_by_integer_ids_has_its_keys_as_strings() {
    let text = r#"{"-1":"a","0":"b","12":"c"}"#;
    let names: BTreeMap<GroupId, String> = serde_json::from_str(text).unwrap();
    assert_eq!(names[&GroupId::new(12)], "c");
    assert_eq!(serde_json::to_string(&names).unwrap(), text);
    let value: Value = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::from_value::<BTreeMap<GroupId, String>>(value).unwrap(), names);
    let mut reader = serde_json::Deserializer::from_str(text);
    assert_eq!(serde_path_to_error::deserialize::<_, BTreeMap<GroupId, String>>(&mut reader).unwrap(), names);
}
