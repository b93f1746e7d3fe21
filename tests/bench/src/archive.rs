//! Archive pages as the server sends them: the same bytes each time, in a realistic mix.
//!
//! Keys stand in the order in which the documentation shows them, so the tag of an event comes after three others. A value is
//! written as text: a `serde_json::Value` would sort the keys.

use std::fmt::Write as _;

/// Numbers that look random and are the same on every machine (splitmix64).
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// The same seed makes the same numbers.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Whether something that happens `percent` times in a hundred happens.
    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// An id in capitals and digits.
    fn id(&mut self) -> String {
        const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let signs = (0..10).filter_map(|_| SIGNS.get(usize::try_from(self.below(36)).ok()?));
        signs.copied().map(char::from).collect()
    }

    fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-a{:03x}-{low:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low & 0xfff,
            low = low >> 16
        )
    }

    /// An instant, with microseconds; the last digit is no zero, so that every writer writes all six.
    fn instant(&mut self) -> String {
        let (day, hour, minute) = (1 + self.below(28), self.below(24), self.below(60));
        let (month, second, micros) =
            (1 + self.below(12), self.below(60), self.below(100_000) * 10 + 1 + self.below(9));
        format!("2024-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
    }

    /// Words of a chat, as JSON text without its quotes; some have escapes and letters beyond ASCII.
    fn words(&mut self, most: u64) -> String {
        const WORDS: &[&str] = &[
            "the",
            "parcel",
            "left",
            "our",
            "depot",
            "this",
            "morning",
            "thank",
            "you",
            "for",
            "waiting",
            "could",
            "I",
            "have",
            "order",
            "number",
            "please",
            "it",
            "has",
            "not",
            "arrived",
            "yet",
            "I'm",
            "afraid",
            "that",
            "is",
            "how",
            "long",
            "does",
            "delivery",
            "take",
            "to",
            "Zürich",
            "refund",
            "\\\"express\\\"",
            "account",
            "w\\u00f3w",
        ];
        let count = 3 + self.below(most);
        let words =
            (0..count).filter_map(|_| WORDS.get(usize::try_from(self.below(WORDS.len() as u64)).ok()?));
        words.copied().collect::<Vec<_>>().join(" ")
    }
}

/// A page of about `bytes` bytes, and how many events it has.
#[must_use]
pub fn page(seed: u64, bytes: usize) -> (String, usize) {
    let mut dice = Dice::new(seed);
    let mut text = String::with_capacity(bytes + bytes / 8);
    let mut events = 0;
    text.push_str(r#"{"chats":["#);
    while text.len() < bytes {
        if events > 0 {
            text.push(',');
        }
        events += chat(&mut dice, &mut text);
    }
    let _ = write!(text, r#"],"found_chats":{events},"next_page_id":"{}"}}"#, dice.id());
    (text, events)
}

/// A page of exactly `chats` chats with `events` events each, for servers of many pages.
#[must_use]
pub fn page_of(seed: u64, chats: usize, events: usize, next: Option<&str>) -> String {
    let mut dice = Dice::new(seed);
    let chats: Vec<String> = (0..chats)
        .map(|_| {
            let mut text = String::new();
            chat_of(&mut dice, &mut text, events);
            text
        })
        .collect();
    let next = next.map(|next| format!(r#","next_page_id":"{next}""#)).unwrap_or_default();
    format!(r#"{{"chats":[{}],"found_chats":1000{next}}}"#, chats.join(","))
}

/// A chat with one thread; returns how many events that has.
fn chat(dice: &mut Dice, text: &mut String) -> usize {
    let events = usize::try_from(6 + dice.below(24)).unwrap_or(6);
    chat_of(dice, text, events);
    events
}

fn chat_of(dice: &mut Dice, text: &mut String, events: usize) {
    let (chat, thread, customer) = (dice.id(), dice.id(), dice.uuid());
    let agents: Vec<String> =
        (0..=dice.below(2)).map(|_| format!("agent{}@example.com", dice.below(40))).collect();
    let agent = agents.first().map_or("agent0@example.com", String::as_str);
    let group = dice.below(9);
    let _ = write!(
        text,
        r#"{{"id":"{chat}","thread":{{"id":"{thread}","active":false,"user_ids":["{customer}","{agent}"],"events":["#
    );
    for number in 0..events {
        if number > 0 {
            text.push(',');
        }
        event(dice, text, &format!("{thread}_{}", number + 1), &customer, agent);
    }
    let _ = write!(
        text,
        r#"],"properties":{{"routing":{{"continuous":{},"referrer":"https://shop.example.com/{}"}},"rating":{{"score":{},"comment":"{}"}}}},"access":{{"group_ids":[{group}]}},"tags":["sale","{}"],"previous_thread_id":"{}","created_at":"{}","previous_accessible_thread_id":"{}"}},"users":["#,
        dice.chance(20),
        dice.id(),
        dice.below(2),
        dice.words(8),
        dice.words(1),
        dice.id(),
        dice.instant(),
        dice.id(),
    );
    self::customer(dice, text, &customer);
    for agent in &agents {
        let name = agent.split('@').next().unwrap_or(agent);
        let _ = write!(
            text,
            r#",{{"id":"{agent}","type":"agent","name":"{name}","email":"{agent}","present":{},"events_seen_up_to":"{}","avatar":"https://cdn.example.com/faces/{name}.png","visibility":"all"}}"#,
            dice.chance(30),
            dice.instant(),
        );
    }
    let _ = write!(
        text,
        r#"],"properties":{{"routing":{{"pinned":{}}}}},"access":{{"group_ids":[{group}]}},"is_followed":false}}"#,
        dice.chance(10)
    );
}

fn customer(dice: &mut Dice, text: &mut String, id: &str) {
    let _ = write!(
        text,
        r#"{{"id":"{id}","type":"customer","name":"Nadia {}","email":"nadia.{}@example.org","email_verified":true,"last_visit":{{"started_at":"{}","ended_at":"{}","referrer":"https://search.example.net/","ip":"198.51.100.{}","user_agent":"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36","geolocation":{{"latitude":"59.91","longitude":"10.75","country":"Norway","country_code":"NO","region":"Oslo","city":"Oslo","timezone":"Europe/Oslo"}},"last_pages":["#,
        dice.words(1),
        dice.id(),
        dice.instant(),
        dice.instant(),
        dice.below(255),
    );
    for number in 0..=dice.below(4) {
        let comma = if number > 0 { "," } else { "" };
        let _ = write!(
            text,
            r#"{comma}{{"opened_at":"{}","url":"https://shop.example.com/item/{}","title":"{}"}}"#,
            dice.instant(),
            dice.id(),
            dice.words(4),
        );
    }
    let _ = write!(
        text,
        r#"]}},"session_fields":[{{"cart":"{}"}},{{"plan":"basic"}}],"statistics":{{"chats_count":{},"threads_count":{},"visits_count":{},"page_views_count":{},"greetings_shown_count":{},"greetings_accepted_count":{}}},"agent_last_event_created_at":"{}","customer_last_event_created_at":"{}","created_at":"{}","present":false}}"#,
        dice.below(900),
        dice.below(9),
        dice.below(9),
        dice.below(90),
        dice.below(900),
        dice.below(9),
        dice.below(9),
        dice.instant(),
        dice.instant(),
        dice.instant(),
    );
}

/// An event: of a hundred, 62 are messages, 20 are reports of the system, and the others are shared by the other kinds.
fn event(dice: &mut Dice, text: &mut String, id: &str, customer: &str, agent: &str) {
    let author = if dice.chance(50) { customer } else { agent };
    let _ = write!(text, r#"{{"id":"{id}","created_at":"{}","visibility":"all","type":"#, dice.instant());
    match dice.below(100) {
        0..62 => message(dice, text, author),
        62..82 => system_message(dice, text, agent),
        82..88 => file(dice, text, author),
        88..91 => form(dice, text, agent),
        91..94 => filled_form(dice, text, customer),
        94..97 => rich_message(dice, text, agent),
        _ => custom(dice, text, author),
    }
    text.push('}');
}

fn message(dice: &mut Dice, text: &mut String, author: &str) {
    text.push_str(r#""message","#);
    if dice.chance(40) {
        let _ = write!(
            text,
            r#""properties":{{"lc2":{{"welcome_message":{}}},"7d3e1b0c9f8a4e2db6c5a4f3e2d1c0b9":{{"translated":"{}","confidence":{}}}}},"#,
            dice.chance(5),
            dice.words(6),
            dice.below(100),
        );
    }
    let _ = write!(text, r#""text":"{}","author_id":"{author}""#, dice.words(24));
}

fn system_message(dice: &mut Dice, text: &mut String, agent: &str) {
    let (kind, said) = match dice.below(4) {
        0 => ("routing.assigned_inactive", "was assigned, because the other agent had not replied"),
        1 => ("agent_joined", "joined the chat"),
        2 => ("manual_archived_agent", "closed the chat"),
        _ => ("chat_transferred", "transferred the chat"),
    };
    let _ = write!(
        text,
        r#""system_message","text":"{agent} {said}","system_message_type":"{kind}","text_vars":{{"agent":"{agent}","duration":"{}"}}"#,
        dice.below(60),
    );
}

fn file(dice: &mut Dice, text: &mut String, author: &str) {
    let name = dice.id();
    let _ = write!(
        text,
        r#""file","author_id":"{author}","name":"{name}.png","url":"https://cdn.example.com/files/{name}.png","thumbnail_url":"https://cdn.example.com/files/{name}-small.png","thumbnail2x_url":"https://cdn.example.com/files/{name}-middle.png","content_type":"image/png","size":{},"width":640,"height":480"#,
        dice.below(2_000_000),
    );
}

fn form(dice: &mut Dice, text: &mut String, agent: &str) {
    let _ = write!(
        text,
        r#""form","author_id":"{agent}","form_id":"{}","form_type":"prechat","fields":[{{"type":"name","id":"1","label":"Your name:","required":true}},{{"type":"radio","id":"2","label":"About","required":false,"options":[{{"id":"0","label":"An order"}},{{"id":"1","label":"Something else"}}]}}]"#,
        dice.id(),
    );
}

fn filled_form(dice: &mut Dice, text: &mut String, customer: &str) {
    let _ = write!(
        text,
        r#""filled_form","author_id":"{customer}","form_id":"{}","form_type":"prechat","fields":[{{"type":"name","id":"1","label":"Your name:","answer":"Nadia {}"}},{{"type":"radio","id":"2","label":"About","answer":{{"id":"0","label":"An order"}}}},{{"type":"checkbox","id":"3","label":"Agreed","answers":[{{"id":"0","label":"Yes"}}]}}]"#,
        dice.id(),
        dice.words(1),
    );
}

fn rich_message(dice: &mut Dice, text: &mut String, agent: &str) {
    let _ = write!(
        text,
        r#""rich_message","author_id":"{agent}","template_id":"cards","elements":[{{"title":"{}","subtitle":"{}","image":{{"name":"card.png","url":"https://cdn.example.com/cards/{}.png","content_type":"image/png","size":41213,"width":640,"height":320}},"buttons":[{{"text":"Yes","type":"message","value":"yes","postback_id":"send_yes","user_ids":["{}"]}},{{"text":"See","type":"url","value":"https://shop.example.com/","postback_id":"open","user_ids":[],"target":"new"}}]}}]"#,
        dice.words(3),
        dice.words(6),
        dice.id(),
        dice.uuid(),
    );
}

fn custom(dice: &mut Dice, text: &mut String, author: &str) {
    let _ = write!(
        text,
        r#""custom","author_id":"{author}","content":{{"cart":{{"total":{},"currency":"EUR","items":["{}","{}"]}}}}"#,
        dice.below(900),
        dice.id(),
        dice.id(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use livechat_types::agent::ListArchivesResponse;
    use serde_json::Value;

    #[test]
    fn a_page_is_read_whole_and_nothing_of_it_is_unknown() {
        let (page, events) = page(1, 200_000);
        let read: ListArchivesResponse =
            serde_json::from_str(&page).expect("the page follows the documentation");
        let found: usize =
            read.chats.iter().filter_map(|chat| chat.thread.as_ref()?.events.as_ref()).map(Vec::len).sum();
        assert_eq!(found, events);
        assert!(serde_json::to_value(&read).unwrap() == serde_json::from_str::<Value>(&page).unwrap());
        assert!(!format!("{read:?}").contains("Unknown"));
    }

    #[test]
    fn the_flat_structs_read_every_field_of_a_page() {
        let (page, _) = page(1, 200_000);
        let read: crate::flat::Page =
            serde_json::from_str(&page).expect("the page follows the documentation");
        assert!(serde_json::to_value(&read).unwrap() == serde_json::from_str::<Value>(&page).unwrap());
    }

    #[test]
    fn the_same_seed_makes_the_same_page() {
        assert_eq!(page(7, 10_000), page(7, 10_000));
        assert_ne!(page(7, 10_000), page(8, 10_000));
    }
}
