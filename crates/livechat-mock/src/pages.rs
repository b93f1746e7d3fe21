//! Pagination: page ids that say where to go on, and lists cut by them. A page id carries the first request, so the mock
//! remembers none of them, and something new in the list moves no page.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use livechat_types::shared::{PageId, SortOrder};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::error::ApiError;

/// How long a page id is good.
const LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 30);

/// What a list is sorted by: a time (or a number) and, where that is equal, an id.
pub(crate) type Key = (i64, String);

/// Where a page begins.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Cursor {
    /// The last item before the page, or the first after it.
    key: Key,
    backward: bool,
}

/// A page id before it is made opaque.
#[derive(Serialize, Deserialize)]
struct Token {
    action: String,
    request: Value,
    cursor: Cursor,
    at: Timestamp,
    /// Told from a page id that somebody made up.
    check: String,
}

/// A request for a page, with what the first request of its list asked for.
pub(crate) struct Paging<R> {
    pub(crate) request: R,
    action: &'static str,
    cursor: Option<Cursor>,
    now: Timestamp,
    /// Whether the list begins with the newest whatever the order: then the first page is the last in ascending order.
    pub(crate) from_newest: bool,
}

/// A page of a list.
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) total: i64,
    pub(crate) next: Option<PageId>,
    pub(crate) previous: Option<PageId>,
}

impl<R: Serialize + DeserializeOwned> Paging<R> {
    /// Begins a list, or goes on with it: with a page id nothing else may be set, which `others` says.
    pub(crate) fn begin(
        action: &'static str,
        now: Timestamp,
        request: R,
        page_id: Option<&PageId>,
        others: bool,
    ) -> Result<Self, ApiError> {
        let Some(page_id) = page_id else {
            return Ok(Self { request, action, cursor: None, now, from_newest: false });
        };
        if others {
            return Err(ApiError::validation(
                "`page_id` cannot be used along with `filters`, `limit` or `sort_order`: they are remembered from the first request",
            ));
        }
        let token = read(page_id.as_str()).filter(|token| token.action == action);
        let token = token.ok_or_else(|| ApiError::validation("`page_id`: no such page"))?;
        if now.duration_since(token.at) > LIFETIME {
            return Err(ApiError::validation("`page_id`: the page id has expired; begin again without it"));
        }
        let request = serde_json::from_value(token.request)
            .map_err(|_| ApiError::validation("`page_id`: no such page"))?;
        Ok(Self { request, action, cursor: Some(token.cursor), now, from_newest: false })
    }

    /// Cuts the page out of all items.
    pub(crate) fn cut<T>(
        &self,
        mut items: Vec<(Key, T)>,
        order: Option<&SortOrder>,
        limit: usize,
    ) -> Page<T> {
        let ascending = order == Some(&SortOrder::Asc);
        let before = |one: &Key, other: &Key| if ascending { one < other } else { one > other };
        items.sort_by(|(one, _), (other, _)| if ascending { one.cmp(other) } else { other.cmp(one) });
        let count = items.len();
        let start = match &self.cursor {
            None if ascending && self.from_newest => count.saturating_sub(limit),
            None => 0,
            Some(Cursor { key, backward: false }) => items.partition_point(|(item, _)| !before(key, item)),
            Some(Cursor { key, backward: true }) => {
                items.partition_point(|(item, _)| before(item, key)).saturating_sub(limit)
            }
        };
        let end = start.saturating_add(limit).min(count);
        let page: Vec<_> = items.drain(start..end).collect();
        let next = page.last().filter(|_| end < count).and_then(|(key, _)| self.id(key, false));
        let previous = page.first().filter(|_| start > 0).and_then(|(key, _)| self.id(key, true));
        Page {
            items: page.into_iter().map(|(_, item)| item).collect(),
            total: i64::try_from(count).unwrap_or(i64::MAX),
            next,
            previous,
        }
    }

    fn id(&self, key: &Key, backward: bool) -> Option<PageId> {
        let request = serde_json::to_value(&self.request).ok()?;
        let mut token = Token {
            action: self.action.to_owned(),
            request,
            cursor: Cursor { key: key.clone(), backward },
            at: self.now,
            check: String::new(),
        };
        token.check = checksum(&token)?;
        Some(PageId::from(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&token).ok()?)))
    }
}

fn checksum(token: &Token) -> Option<String> {
    let parts = (&token.action, &token.request, &token.cursor, &token.at);
    Some(crate::ids::digest(&serde_json::to_string(&parts).ok()?))
}

fn read(page_id: &str) -> Option<Token> {
    let token: Token = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(page_id).ok()?).ok()?;
    (checksum(&token)? == token.check).then_some(token)
}

/// The limit that is asked for, if it is within the documented ones.
pub(crate) fn limit(asked: Option<u32>, default: u32, max: u32) -> Result<usize, ApiError> {
    let limit = asked.unwrap_or(default);
    if (1..=max).contains(&limit) {
        return Ok(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    Err(ApiError::validation(format!("`limit`: must be between 1 and {max}")))
}

#[cfg(test)]
mod tests {
    use super::{Key, Paging};
    use jiff::{SignedDuration, Timestamp};
    use livechat_types::{
        agent::ListChats,
        shared::{PageId, SortOrder},
    };

    fn begin(page_id: Option<&PageId>, now: Timestamp) -> Result<Paging<ListChats>, crate::error::ApiError> {
        Paging::begin("list_chats", now, ListChats::new(), page_id, false)
    }

    fn items(numbers: std::ops::Range<i64>) -> Vec<(Key, i64)> {
        numbers.map(|number| ((number, String::new()), number)).collect()
    }

    #[test]
    fn pages_lead_forward_and_back_and_new_items_move_none() {
        let now = Timestamp::UNIX_EPOCH;
        let order = Some(&SortOrder::Asc);
        let first = begin(None, now).unwrap().cut(items(0..10), order, 4);
        assert_eq!(first.items, [0, 1, 2, 3]);
        assert!(first.previous.is_none());
        let second = begin(first.next.as_ref(), now).unwrap().cut(items(-5..10), order, 4);
        assert_eq!(second.items, [4, 5, 6, 7]);
        let third = begin(second.next.as_ref(), now).unwrap().cut(items(-5..10), order, 4);
        assert_eq!(third.items, [8, 9]);
        assert!(third.next.is_none());
        let back = begin(second.previous.as_ref(), now).unwrap().cut(items(0..10), order, 4);
        assert_eq!(back.items, [0, 1, 2, 3]);
        let newest = begin(None, now).unwrap().cut(items(0..10), None, 3);
        assert_eq!(newest.items, [9, 8, 7]);
    }

    #[test]
    fn a_page_id_expires_and_cannot_be_made_up() {
        let now = Timestamp::UNIX_EPOCH;
        let next = begin(None, now).unwrap().cut(items(0..3), None, 1).next.unwrap();
        assert!(begin(Some(&next), now + SignedDuration::from_hours(24 * 31)).is_err());
        assert!(begin(Some(&PageId::from("nonsense")), now).is_err());
        let other = Paging::begin("list_archives", now, ListChats::new(), Some(&next), false);
        assert!(other.is_err(), "a page id is good for its own action only");
    }
}
