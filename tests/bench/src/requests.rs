//! Requests that programs send most, as ours and as structs that a user would write by hand.

use std::collections::BTreeMap;

use jiff::Timestamp;
use livechat_types::agent::{
    AgentsFilter, ArchivesFilters, ListArchives, NewMessage, SendEvent, SetRoutingStatus, UpdateCustomer,
};
use serde::Serialize;
use serde_json::{Error, Value};

/// One request of each kind that is measured.
#[derive(Debug)]
pub struct Ours {
    archives: ListArchives,
    event: SendEvent,
    customer: UpdateCustomer,
    status: SetRoutingStatus,
}

/// The same requests, written by hand.
#[derive(Debug)]
pub struct ByHand {
    archives: Archives,
    event: SentEvent,
    customer: Customer,
    status: Status,
}

#[derive(Debug, Serialize)]
struct Archives {
    #[serde(skip_serializing_if = "Option::is_none")]
    filters: Option<Filters>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort_order: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

/// Every documented filter, since ours has them all; the types of those that are not set matter little.
#[derive(Debug, Default, Serialize)]
struct Filters {
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_ids: Option<Vec<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agents: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thread_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<BTreeMap<String, BTreeMap<String, Value>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tags: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sales: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    goals: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forms: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event_types: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    greetings: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_response: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_countries: Option<Choice>,
}

/// What one of is asked for, or none of.
#[derive(Debug, Default, Serialize)]
struct Choice {
    #[serde(skip_serializing_if = "Option::is_none")]
    exists: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exclude_values: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    require_every_value: Option<bool>,
}

#[derive(Debug, Serialize)]
struct SentEvent {
    chat_id: String,
    event: Message,
}

#[derive(Debug, Serialize)]
struct Message {
    r#type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    custom_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    visibility: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<BTreeMap<String, BTreeMap<String, Value>>>,
    text: String,
}

#[derive(Debug, Serialize)]
struct Customer {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avatar: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_fields: Option<Vec<BTreeMap<String, String>>>,
}

#[derive(Debug, Serialize)]
struct Status {
    status: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<String>,
}

const TEXT: &str =
    "Your parcel left the depot this morning and will be with you by Friday. Thank you for waiting!";
const CUSTOMER: &str = "1f6c3c1e-0d0c-4f0e-9a44-3b0a5b1f8d21";
const FROM: Timestamp = Timestamp::constant(1_709_294_400, 0);
const TO: Timestamp = Timestamp::constant(1_711_972_799, 123_456_000);

fn session() -> Vec<BTreeMap<String, String>> {
    let field = |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
    vec![field("cart", "4 items"), field("plan", "basic")]
}

/// Stands for itself, as in a client, where each request is written at another place.
#[inline(never)]
fn to_json(request: &impl Serialize) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(request)
}

impl Ours {
    /// The requests.
    #[must_use]
    pub fn new() -> Self {
        let filters = ArchivesFilters::new()
            .query("refund")
            .from(FROM)
            .to(TO)
            .group_ids([3, 7])
            .agents(AgentsFilter::new().values(["ada@example.com", "grace@example.com"]));
        Self {
            archives: ListArchives::new().filters(filters).page_id("cGFnZS0y").limit(100),
            event: SendEvent::new(
                "QJ4T8ZP1LX",
                NewMessage::new(TEXT).custom_id("order-2041-note-7").visibility("all"),
            ),
            customer: UpdateCustomer::new(CUSTOMER)
                .name("Nadia Lund")
                .email("nadia@example.org")
                .session_fields(session()),
            status: SetRoutingStatus::new("accepting_chats").agent_id("ada@example.com"),
        }
    }

    /// The requests as JSON, one after the other.
    pub fn encode(&self) -> Result<[Vec<u8>; 4], Error> {
        Ok([
            to_json(&self.archives)?,
            to_json(&self.event)?,
            to_json(&self.customer)?,
            to_json(&self.status)?,
        ])
    }
}

impl Default for Ours {
    fn default() -> Self {
        Self::new()
    }
}

impl ByHand {
    /// The requests.
    #[must_use]
    pub fn new() -> Self {
        let filters = Filters {
            query: Some("refund".into()),
            from: Some(FROM),
            to: Some(TO),
            group_ids: Some(vec![3, 7]),
            agents: Some(Choice {
                values: Some(vec!["ada@example.com".into(), "grace@example.com".into()]),
                ..Choice::default()
            }),
            ..Filters::default()
        };
        Self {
            archives: Archives {
                filters: Some(filters),
                page_id: Some("cGFnZS0y".into()),
                sort_order: None,
                limit: Some(100),
            },
            event: SentEvent {
                chat_id: "QJ4T8ZP1LX".into(),
                event: Message {
                    r#type: "message",
                    custom_id: Some("order-2041-note-7".into()),
                    visibility: Some("all".into()),
                    properties: None,
                    text: TEXT.into(),
                },
            },
            customer: Customer {
                id: CUSTOMER.into(),
                name: Some("Nadia Lund".into()),
                email: Some("nadia@example.org".into()),
                avatar: None,
                session_fields: Some(session()),
            },
            status: Status { status: "accepting_chats".into(), agent_id: Some("ada@example.com".into()) },
        }
    }

    /// The requests as JSON, one after the other.
    pub fn encode(&self) -> Result<[Vec<u8>; 4], Error> {
        Ok([
            to_json(&self.archives)?,
            to_json(&self.event)?,
            to_json(&self.customer)?,
            to_json(&self.status)?,
        ])
    }
}

impl Default for ByHand {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_write_the_same_bytes() {
        let texts = |encoded: [Vec<u8>; 4]| encoded.map(|bytes| String::from_utf8(bytes).unwrap());
        assert_eq!(texts(Ours::new().encode().unwrap()), texts(ByHand::new().encode().unwrap()));
    }
}
