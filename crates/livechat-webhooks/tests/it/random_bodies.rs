//! Bodies that nobody would write: no panic, and nothing gets past the secret.

use std::time::{Duration, Instant};

use livechat_webhooks::Verifier;
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::Value;

use crate::support::{EXAMPLES, SECRET, body};

/// One change to a text, at a place that is a part of its length.
#[derive(Debug, Clone)]
enum Change {
    Cut(u16),
    Byte(u16, u8),
    Insert(u16, String),
    Repeat(u16, u16),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let token = prop_oneof![
        "[\\[\\]{}:,\"\\\\]",
        Just("\"secret_key\":\"keep-me\",".to_owned()),
        Just("\"action\":\"incoming_event\",".to_owned()),
        Just("null".to_owned()),
        Just("1e999".to_owned()),
        Just("\\ud800".to_owned()),
        Just("[".repeat(200)),
    ];
    let change = prop_oneof![
        any::<u16>().prop_map(Change::Cut),
        (any::<u16>(), any::<u8>()).prop_map(|(place, byte)| Change::Byte(place, byte)),
        (any::<u16>(), token).prop_map(|(place, token)| Change::Insert(place, token)),
        (any::<u16>(), any::<u16>()).prop_map(|(from, to)| Change::Repeat(from, to)),
    ];
    proptest::collection::vec(change, 0..4)
}

fn apply(mut bytes: Vec<u8>, changes: Vec<Change>) -> Vec<u8> {
    for change in changes {
        let at = |place: u16| usize::from(place) * bytes.len() / 65_536;
        match change {
            Change::Cut(place) => bytes.truncate(at(place)),
            Change::Byte(place, byte) => {
                let place = at(place);
                bytes.splice(place..(place + 1).min(bytes.len()), [byte]);
            }
            Change::Insert(place, token) => {
                let place = at(place);
                bytes.splice(place..place, token.into_bytes());
            }
            Change::Repeat(from, to) => {
                let (from, to) = (at(from.min(to)), at(from.max(to)));
                let part = bytes[from..to].to_vec();
                bytes.splice(to..to, part);
            }
        }
    }
    bytes
}

/// What must hold for any body.
fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let Ok(verified) = Verifier::new(SECRET).verify(bytes) else { return Ok(()) };
    // It must not panic, whatever it says.
    let _ = verified.clone().decode();
    // What is accepted has the grammar of JSON. A value that no reader takes (`1e999`, half a surrogate pair) is found where it is read.
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return Ok(()) };
    prop_assert_eq!(&value["secret_key"], SECRET);
    prop_assert_eq!(&value["action"], verified.action());
    prop_assert_eq!(&value["webhook_id"], verified.webhook_id().as_str());
    let mut kept: Value = serde_json::from_str(verified.body()).expect("what is kept is JSON");
    prop_assert_eq!(kept["secret_key"].take(), "");
    let mut sent = value;
    sent["secret_key"].take();
    prop_assert_eq!(kept, sent);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_refused_or_are_a_webhook(bytes in proptest::collection::vec(any::<u8>(), 0..256)) {
        check(&bytes)?;
    }

    #[test]
    fn a_webhook_with_changes_is_refused_or_is_a_webhook(which in 0_usize..37, changes in changes()) {
        check(&apply(body(&EXAMPLES[which]).into_bytes(), changes))?;
    }

    #[test]
    fn no_secret_but_the_right_one_is_accepted(secret in "[ -~]{0,12}") {
        let body = body(&EXAMPLES[1]).replace("\"keep-me\"", &serde_json::to_string(&secret).unwrap());
        let accepted = Verifier::new(SECRET).verify(body.as_bytes()).is_ok();
        prop_assert_eq!(accepted, secret == SECRET);
    }
}

/// Searches for as long as it is told, ten minutes if it is not, from another start each time:
///
/// ```text
/// LIVECHAT_SEARCH_SECONDS=600 cargo test -p livechat-webhooks --features axum,construct,inbox --test it -- --ignored --nocapture random_bodies
/// ```
#[test]
#[ignore = "it searches for ten minutes"]
fn no_body_that_can_be_found_in_ten_minutes_makes_the_reader_panic() {
    let seconds = std::env::var("LIVECHAT_SEARCH_SECONDS").map_or(600, |seconds| seconds.parse().unwrap());
    let end = Instant::now() + Duration::from_secs(seconds);
    let changed = (0_usize..37, changes())
        .prop_map(|(which, changes)| apply(body(&EXAMPLES[which]).into_bytes(), changes));
    let random = proptest::collection::vec(any::<u8>(), 0..256);
    let bodies = prop_oneof![9 => changed, 1 => random];
    let mut tried = 0_u64;
    while Instant::now() < end {
        let config = ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() };
        TestRunner::new(config).run(&bodies, |bytes| check(&bytes)).unwrap();
        tried += 1000;
    }
    println!("{tried} bodies in {seconds} s");
}

/// Few for every day; `PROPTEST_CASES` makes it a long search.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(512)
}
