//! Open enums: known values, unknown ones, other spellings.

use std::{collections::BTreeMap, convert::Infallible};

use crate::UnknownValue;

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum RoutingStatus {
    AcceptingChats,
    Offline,
    Unknown(UnknownValue),
}

string_enum! { RoutingStatus {
    AcceptingChats = "accepting_chats",
    Offline = "offline",
} alias {
    "accepting chats" => AcceptingChats,
} }

#[derive(Debug, Clone, PartialEq, Eq)]
enum SortOrder {
    Asc,
    Unknown(UnknownValue),
}

string_enum! { SortOrder { Asc = "asc" } }

#[test]
fn a_known_value_reads_as_its_variant_and_writes_as_it_came() {
    for value in RoutingStatus::KNOWN {
        assert!(value.is_known());
        let text = serde_json::to_string(value).unwrap();
        assert_eq!(text, format!("\"{value}\""));
        assert_eq!(&serde_json::from_str::<RoutingStatus>(&text).unwrap(), value);
        assert_eq!(
            &value.as_str().parse::<RoutingStatus>().unwrap_or_else(|never: Infallible| match never {}),
            value
        );
    }
    assert_eq!(RoutingStatus::KNOWN, [RoutingStatus::AcceptingChats, RoutingStatus::Offline]);
    assert_eq!(SortOrder::from("asc").as_ref(), "asc");
    assert!(SortOrder::Asc.is_known());
    assert_eq!(SortOrder::KNOWN, [SortOrder::Asc]);
}

#[test]
fn an_unknown_value_is_kept_and_equals_no_known_one() {
    let away: RoutingStatus = serde_json::from_str("\"away\"").unwrap();
    assert!(!away.is_known());
    assert_eq!(away.as_str(), "away");
    assert_eq!(format!("{away:?}"), r#"Unknown("away")"#);
    assert_eq!(serde_json::to_string(&away).unwrap(), "\"away\"");
    assert_eq!(away, RoutingStatus::from("away".to_owned()));
    assert!(!RoutingStatus::KNOWN.contains(&away));
    assert!(matches!(SortOrder::from("ASC"), SortOrder::Unknown(value) if value.as_str() == "ASC"));
}

#[test]
fn an_alias_is_read_and_not_written() {
    let status: RoutingStatus = serde_json::from_str("\"accepting chats\"").unwrap();
    assert_eq!(status, RoutingStatus::AcceptingChats);
    assert_eq!(status.to_string(), "accepting_chats");
}

#[test]
fn every_reader_reads_an_escaped_value() {
    let text = r#""offl\u0069ne""#;
    assert_eq!(serde_json::from_str::<RoutingStatus>(text).unwrap(), RoutingStatus::Offline);
    assert_eq!(serde_json::from_reader::<_, RoutingStatus>(text.as_bytes()).unwrap(), RoutingStatus::Offline);
    assert_eq!(serde_json::from_value::<RoutingStatus>("offline".into()).unwrap(), RoutingStatus::Offline);
}

#[test]
fn a_value_is_the_key_of_a_map() {
    let text = r#"{"offline":1,"away":2}"#;
    let counts: BTreeMap<RoutingStatus, u8> = serde_json::from_str(text).unwrap();
    assert_eq!(counts[&RoutingStatus::Offline], 1);
    assert_eq!(serde_json::to_string(&counts).unwrap(), text);
}

#[test]
fn what_is_no_string_is_an_error_that_names_the_enum() {
    let error = serde_json::from_str::<RoutingStatus>("null").unwrap_err().to_string();
    assert!(error.starts_with("invalid type: null, expected a string: RoutingStatus"), "{error}");
}

#[test]
fn display_pads() {
    assert_eq!(format!("{:>5}|{:<5}|", SortOrder::Asc, SortOrder::from("x")), "  asc|x    |");
}
