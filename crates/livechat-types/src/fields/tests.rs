//! How objects are read: held against what serde derives.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

mod derived {
    use super::{BTreeMap, Deserialize, Serialize};

    #[derive(Debug, Serialize, Deserialize)]
    pub(super) struct Thread {
        pub(super) id: String,
        pub(super) active: Option<bool>,
    }

    #[derive(Debug, Serialize, Deserialize)]
    pub(super) struct Chat {
        pub(super) id: String,
        #[serde(rename = "type")]
        pub(super) kind: u8,
        pub(super) thread: Option<Thread>,
        #[serde(alias = "properites")]
        pub(super) properties: Option<BTreeMap<String, Vec<i64>>>,
    }
}

#[derive(Debug, Serialize)]
struct Thread {
    id: String,
    active: Option<bool>,
}

fields! { Thread {
    id: required "id",
    active: optional "active",
} }

#[derive(Debug, Serialize)]
struct Chat {
    id: String,
    #[serde(rename = "type")]
    kind: u8,
    thread: Option<Thread>,
    properties: Option<BTreeMap<String, Vec<i64>>>,
}

fields! { Chat {
    id: required "id",
    kind: required "type",
    thread: optional "thread",
    properties: optional "properties" | "properites",
} }

#[derive(Debug, PartialEq, Serialize)]
struct GetLicenseInfo {}

fields! { GetLicenseInfo {} }

/// What every reader makes of a text: the value or the error, and the path of the error.
fn readings<T: DeserializeOwned + Serialize>(text: &str) -> Vec<Result<Value, String>> {
    fn shown<T: Serialize, E: ToString>(read: Result<T, E>) -> Result<Value, String> {
        read.map(|value| serde_json::to_value(value).unwrap()).map_err(|error| error.to_string())
    }
    let mut readings = vec![
        shown(serde_json::from_str::<T>(text)),
        shown(serde_json::from_slice::<T>(text.as_bytes())),
        shown(serde_json::from_reader::<_, T>(text.as_bytes())),
        shown(serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_str(text))),
    ];
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        readings.push(shown(T::deserialize(&value)));
        readings.push(shown(serde_path_to_error::deserialize::<_, T>(value.clone())));
        readings.push(shown(serde_json::from_value::<T>(value)));
    }
    readings
}

fn assert_reads_as_derived(text: &str) {
    assert_eq!(readings::<Chat>(text), readings::<derived::Chat>(text), "{text}");
}

const ENTRIES: [&str; 4] = [
    r#""id": "QJ4T8ZP1LX""#,
    r#""type": 7"#,
    r#""thread": {"id": "TH7W2KD90C", "active": true}"#,
    r#""properties": {"score": [1, 2]}"#,
];

/// Every order of the entries.
fn orders(entries: &[&str]) -> Vec<Vec<String>> {
    if entries.is_empty() {
        return vec![Vec::new()];
    }
    (0..entries.len())
        .flat_map(|first| {
            let rest: Vec<&str> = entries
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != first)
                .map(|(_, entry)| *entry)
                .collect();
            orders(&rest).into_iter().map(move |mut order| {
                order.insert(0, entries[first].to_owned());
                order
            })
        })
        .collect()
}

#[test]
fn every_order_of_fields_reads_as_derived() {
    for order in orders(&ENTRIES) {
        let text = format!("{{{}}}", order.join(", "));
        assert!(serde_json::from_str::<Chat>(&text).is_ok(), "{text}");
        assert_reads_as_derived(&text);
    }
}

#[test]
fn every_subset_of_fields_reads_as_derived() {
    for subset in 0..1 << ENTRIES.len() {
        let kept: Vec<&str> =
            (0..ENTRIES.len()).filter(|i| subset & (1 << i) != 0).map(|i| ENTRIES[i]).collect();
        assert_reads_as_derived(&format!("{{{}}}", kept.join(", ")));
    }
}

#[test]
fn a_field_that_stands_twice_is_an_error_as_derived() {
    let whole = ENTRIES.join(", ");
    for entry in ENTRIES.iter().copied().chain([r#""properites": {}"#, r#""thread": null"#]) {
        let text = format!("{{{whole}, {entry}}}");
        let error = serde_json::from_str::<Chat>(&text).unwrap_err().to_string();
        assert!(error.starts_with("duplicate field"), "{error}");
        assert_reads_as_derived(&text);
    }
    assert_reads_as_derived(r#"{"thread": null, "thread": null}"#);
    assert_reads_as_derived(r#"{"properites": {}, "properites": {}}"#);
}

#[test]
fn unknown_fields_are_skipped_as_derived() {
    for unknown in [r#""x": 1"#, r#""x": {"id": [{}]}, "x": null"#, r#""": "\u0000""#] {
        for at in 0..=ENTRIES.len() {
            let mut entries = ENTRIES.to_vec();
            entries.insert(at, unknown);
            let text = format!("{{{}}}", entries.join(", "));
            assert!(serde_json::from_str::<Chat>(&text).is_ok(), "{text}");
            assert_reads_as_derived(&text);
        }
    }
}

#[test]
fn a_wrong_value_is_an_error_at_its_path_as_derived() {
    for wrong in ["null", "true", "-1", "256", "1.5", r#""text""#, r#"{"id": 3}"#, r#"{"score": [1, "two"]}"#]
    {
        for at in 0..ENTRIES.len() {
            let (name, _) = ENTRIES[at].split_once(':').unwrap();
            let mut entries = ENTRIES.map(str::to_owned);
            entries[at] = format!("{name}: {wrong}");
            let text = format!("{{{}}}", entries.join(", "));
            let ours: Vec<_> = readings::<Chat>(&text).into_iter().map(in_words_of_derive).collect();
            let derived = readings::<derived::Chat>(&text);
            // An error of ours has its path by every reader; a derived one, where `serde_path_to_error` adds it.
            let path = match (&derived[TRACKED], &derived[0]) {
                (Err(tracked), Err(plain)) => tracked.strip_suffix(plain.as_str()).unwrap_or_default(),
                _ => "",
            };
            let with_path =
                |error: String| if error.starts_with(path) { error } else { format!("{path}{error}") };
            let expected: Vec<_> =
                derived.iter().cloned().map(|reading| reading.map_err(with_path)).collect();
            assert_eq!(ours, expected, "{text}");
        }
    }
}

/// Which of the readings `serde_path_to_error` tracks.
const TRACKED: usize = 3;

/// The errors differ only in what they call the object that they expected, and in the signs around the path.
fn in_words_of_derive(reading: Result<Value, String>) -> Result<Value, String> {
    reading.map_err(|error| {
        let error = error.replace("an object: Thread", "struct Thread");
        match error.strip_prefix('`').and_then(|error| error.split_once("`: ")) {
            Some((path, error)) => format!("{path}: {error}"),
            None => error,
        }
    })
}

#[test]
fn an_error_has_the_path_of_the_nested_field() {
    let text = r#"[{"id": "a", "type": 1}, {"id": "b", "type": 1, "thread": {"id": false}}]"#;
    let mut reader = serde_json::Deserializer::from_str(text);
    let error = serde_path_to_error::deserialize::<_, Vec<Chat>>(&mut reader).unwrap_err();
    assert_eq!(error.path().to_string(), "[1].thread.id");
    assert!(error.inner().to_string().starts_with("invalid type: boolean `false`, expected a string"));
}

#[test]
fn a_missing_field_is_named_in_the_order_of_the_struct() {
    let error = serde_json::from_str::<Chat>("{}").unwrap_err().to_string();
    assert!(error.starts_with("missing field `id`"), "{error}");
    let error = serde_json::from_str::<Chat>(r#"{"id": "a"}"#).unwrap_err().to_string();
    assert!(error.starts_with("missing field `type`"), "{error}");
}

#[test]
fn null_is_absence_where_a_field_is_optional_and_an_error_where_it_is_required() {
    let chat: Chat = serde_json::from_value(json!({"id": "a", "type": 1, "thread": null})).unwrap();
    assert!(chat.thread.is_none());
    let error = serde_json::from_value::<Chat>(json!({"id": null, "type": 1})).unwrap_err().to_string();
    assert_eq!(error, "`id`: invalid type: null, expected a string");
}

#[test]
fn what_is_no_object_is_an_error_that_names_the_struct() {
    for (text, found) in [
        ("[]", "sequence"),
        (r#"["a", 1, null, null]"#, "sequence"),
        ("null", "null"),
        ("3", "integer `3`"),
        (r#""Chat""#, r#"string "Chat""#),
    ] {
        let expected = format!("invalid type: {found}, expected an object: Chat");
        let error = serde_json::from_str::<Chat>(text).unwrap_err().to_string();
        assert!(error.starts_with(&expected), "{error}");
        let value: Value = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::from_value::<Chat>(value).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_struct_without_fields_reads_any_object() {
    assert_eq!(serde_json::from_str::<GetLicenseInfo>("{}").unwrap(), GetLicenseInfo {});
    assert_eq!(serde_json::from_str::<GetLicenseInfo>(r#"{"a": {"b": []}}"#).unwrap(), GetLicenseInfo {});
    assert!(serde_json::from_str::<GetLicenseInfo>("[]").is_err());
}

#[test]
fn the_tag_that_a_struct_writes_is_skipped_when_it_is_read() {
    #[derive(Debug, PartialEq, Serialize)]
    #[serde(tag = "type", rename = "message")]
    struct MessageEvent {
        text: String,
    }
    fields! { MessageEvent {
        text: required "text",
    } }

    let event = MessageEvent { text: "hello".to_owned() };
    let text = serde_json::to_string(&event).unwrap();
    assert_eq!(text, r#"{"type":"message","text":"hello"}"#);
    assert_eq!(serde_json::from_str::<MessageEvent>(&text).unwrap(), event);
    assert_eq!(serde_json::from_str::<MessageEvent>(r#"{"text":"hello"}"#).unwrap(), event);
}

#[test]
fn a_struct_of_64_fields_reads_its_last_field_and_names_it_when_missing() {
    macro_rules! wide {
        ($($field:ident)*; $last:ident) => {
            struct Wide { $($field: Option<u8>,)* $last: u8 }
            fields! { Wide { $($field: optional "a",)* $last: required "last" } }
            impl Wide {
                fn sum(&self) -> u8 {
                    self.$last $(+ self.$field.unwrap_or(0))*
                }
            }
        };
    }
    wide! {
        a0 a1 a2 a3 a4 a5 a6 a7 a8 a9 b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 c0 c1 c2 c3 c4 c5 c6 c7 c8 c9 d0 d1 d2 d3 d4 d5 d6 d7
        d8 d9 e0 e1 e2 e3 e4 e5 e6 e7 e8 e9 f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 g0 g1 g2; last
    }

    // The fields before the last share one name, so only the first of them is ever filled.
    assert_eq!(serde_json::from_str::<Wide>(r#"{"last": 3, "a": 4}"#).unwrap().sum(), 7);
    let error = serde_json::from_str::<Wide>("{}").err().unwrap().to_string();
    assert!(error.starts_with("missing field `last`"), "{error}");
}

#[test]
fn a_struct_that_is_flattened_beside_a_map_leaves_the_map_what_it_does_not_know() {
    #[derive(Debug, Serialize, Deserialize)]
    struct Whole {
        #[serde(flatten)]
        chat: Chat,
        #[serde(flatten)]
        more: BTreeMap<String, Value>,
    }

    let text = format!(r#"{{{}, "mood": ["glad"]}}"#, ENTRIES.join(", "));
    let whole: Whole = serde_json::from_str(&text).unwrap();
    assert_eq!(whole.more, BTreeMap::from([("mood".to_owned(), json!(["glad"]))]));
    // As text: a `Value` would keep one of two equal names.
    let written = serde_json::to_string(&whole).unwrap();
    assert_eq!(written.matches("properties").count(), 1, "{written}");
    let whole: Whole = serde_json::from_str(r#"{"id": "a", "type": 1, "properites": {}}"#).unwrap();
    assert_eq!(whole.more, BTreeMap::new());
}
