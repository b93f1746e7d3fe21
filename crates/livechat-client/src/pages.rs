//! Lists that come in pages: page after page, or item after item.

use std::{
    collections::VecDeque,
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use livechat_types::{Action, ActionInfo, Pagination};
use serde::{
    Serialize,
    de::{DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor},
};
use tokio::task::{JoinError, JoinHandle};
use tracing::{Instrument as _, instrument::WithSubscriber as _};

use crate::{
    Error, ErrorKind, LiveChat, Response, Result,
    encode::{self, Encoded},
    json,
    livechat::{self, Context as CallContext},
};

/// An action whose answer is a page of a list.
pub trait Paged: Action {
    /// What the list is of.
    type Item: DeserializeOwned + Send + 'static;

    /// The page after this one; `None` after the last.
    fn next_page_id(page: &Self::Response) -> Option<&str>;
}

/// The pages of a list, one answer after the other.
///
/// It ends after the last page, and after a failure: [`next_page_id`](Self::next_page_id) then still names the page that failed, from
/// which the list can be resumed within a month. Dropping [`try_next`](Self::try_next) loses no page: one that was asked for comes in a task of
/// its own, and is given out when it is asked for again. Dropping the list ends that.
#[must_use = "a list is read only as far as it is asked for"]
pub struct Pages<A> {
    pages: RawPages,
    action: PhantomData<fn() -> A>,
}

/// The items of a list, across its pages; the next page is asked for when the items of the last are used up.
///
/// ```no_run
/// # #[cfg(feature = "agent")]
/// # async fn example(livechat: livechat_client::LiveChat) -> livechat_client::Result<()> {
/// use livechat_client::types::agent::ListChats;
///
/// let mut chats = livechat.agent().list_chats_stream(&ListChats::new());
/// while let Some(chat) = chats.try_next().await? {
///     println!("{}", chat.id);
/// }
/// # Ok(())
/// # }
/// ```
///
/// It ends after the last item, and after a failure: [`next_page_id`](Self::next_page_id) then still names the page that failed.
#[must_use = "a list is read only as far as it is asked for"]
pub struct Items<A: Paged> {
    pages: RawPages,
    ready: VecDeque<A::Item>,
}

impl<A: Paged> Pages<A> {
    pub(crate) fn new(livechat: LiveChat, context: CallContext, first: First<'_, A>) -> Self {
        Self { pages: RawPages::new(livechat, context, first), action: PhantomData }
    }

    /// The next page, or `None` after the last.
    pub async fn try_next(&mut self) -> Result<Option<Response<A::Response>>> {
        poll_fn(|context| self.poll_page(context)).await.transpose()
    }

    /// The id of the page that comes next, from which the list can be resumed; `None` before the first page and after the last.
    #[must_use]
    pub fn next_page_id(&self) -> Option<&str> {
        self.pages.page_id.as_deref()
    }

    fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Response<A::Response>>>> {
        let Some(page) = ready!(self.pages.poll_next(context)) else { return Poll::Ready(None) };
        Poll::Ready(Some(page.and_then(|page| {
            let value: A::Response = self.pages.read(&page, |body, _| json::read(body))?;
            self.pages.proceed(A::next_page_id(&value).map(str::to_owned), &page)?;
            Ok(page.map(|_| value))
        })))
    }
}

impl<A: Paged> Items<A> {
    pub(crate) fn new(livechat: LiveChat, context: CallContext, first: First<'_, A>) -> Self {
        Self { pages: RawPages::new(livechat, context, first), ready: VecDeque::new() }
    }

    /// The next item, or `None` after the last.
    pub async fn try_next(&mut self) -> Result<Option<A::Item>> {
        poll_fn(|context| self.poll_item(context)).await.transpose()
    }

    /// The id of the page after the items that are at hand, from which the list can be resumed; `None` before the first page and after the last.
    #[must_use]
    pub fn next_page_id(&self) -> Option<&str> {
        self.pages.page_id.as_deref()
    }

    fn poll_item(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<A::Item>>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(Ok(item)));
            }
            let Some(page) = ready!(self.pages.poll_next(context)) else { return Poll::Ready(None) };
            match page.and_then(|page| {
                let (items, next) = self.pages.read(&page, |body, names| {
                    json::read_by(ItemsAndNext { names, item: PhantomData }, body)
                })?;
                self.pages.proceed(next, &page)?;
                Ok(items)
            }) {
                Ok(items) => self.ready = items,
                Err(error) => return Poll::Ready(Some(Err(error))),
            }
        }
    }
}

impl<A: Paged> Stream for Pages<A> {
    type Item = Result<Response<A::Response>>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_page(context)
    }
}

impl<A: Paged> Stream for Items<A> {
    type Item = Result<A::Item>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(context)
    }
}

// The items move freely: nothing points into them.
impl<A: Paged> Unpin for Items<A> {}

impl<A: Paged> fmt::Debug for Pages<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("action", &A::INFO.name)
            .field("next_page_id", &self.next_page_id())
            .finish_non_exhaustive()
    }
}

impl<A: Paged> fmt::Debug for Items<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items")
            .field("action", &A::INFO.name)
            .field("ready", &self.ready.len())
            .field("next_page_id", &self.next_page_id())
            .finish_non_exhaustive()
    }
}

/// Where a list begins.
pub(crate) enum First<'a, A> {
    /// With what the request asks for.
    Request(&'a A),
    /// With a page that an earlier answer named.
    Page(String),
}

/// A request for a page that an earlier answer named. The server refuses filters, limit and order beside it.
#[derive(Serialize)]
struct PageRequest<'a> {
    page_id: &'a str,
}

/// The pages as bytes: all that does not depend on the action's types.
struct RawPages {
    livechat: LiveChat,
    context: CallContext,
    info: &'static ActionInfo,
    /// The page that comes next, or that failed.
    page_id: Option<String>,
    /// A page that came next before; the distance to the following one doubles. In a circle, one of them comes next again.
    milestone: Option<String>,
    read: usize,
    state: State,
}

enum State {
    Idle(Result<Encoded>),
    Waiting(UnderWay),
    /// A page was given out, and what comes next is not known yet; or the list is over.
    Over,
}

/// A page that was asked for, in a task of its own: a call that its list alone could move on would stay in the queue of the rate limit while
/// nobody asks the list, and hold all others back.
struct UnderWay(JoinHandle<Result<Response<Bytes>>>);

impl UnderWay {
    fn begin(call: impl Future<Output = Result<Response<Bytes>>> + Send + 'static) -> Self {
        Self(tokio::spawn(call.in_current_span().with_current_subscriber()))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<Response<Bytes>>> {
        Pin::new(&mut self.0).poll(context).map(|page| page.unwrap_or_else(|lost| Err(ended(lost))))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Goes on with the panic of a layer; the error of a task whose runtime ended.
fn ended(lost: JoinError) -> Error {
    match lost.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(lost) => {
            let message = "the runtime in which the page was asked for has ended";
            Error::new(ErrorKind::Transport, message).with_source(lost).with_reached()
        }
    }
}

impl RawPages {
    fn new<A: Action>(livechat: LiveChat, context: CallContext, first: First<'_, A>) -> Self {
        let http = livechat::route(A::INFO);
        let (request, page_id) = match first {
            First::Request(request) => (http.and_then(|http| encode::request(http, request)), None),
            First::Page(id) => {
                (http.and_then(|http| encode::request(http, &PageRequest { page_id: &id })), Some(id))
            }
        };
        Self {
            livechat,
            context,
            info: A::INFO,
            page_id,
            milestone: None,
            read: 0,
            state: State::Idle(request),
        }
    }

    /// The next page as it came. [`proceed`](Self::proceed) must follow, or the list is over.
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Response<Bytes>>>> {
        loop {
            match &mut self.state {
                State::Over => return Poll::Ready(None),
                State::Waiting(page) => {
                    let page = ready!(page.poll(context));
                    self.state = State::Over;
                    return Poll::Ready(Some(page));
                }
                State::Idle(_) => {
                    let State::Idle(request) = std::mem::replace(&mut self.state, State::Over) else {
                        continue;
                    };
                    let (livechat, context, info) = (self.livechat.clone(), self.context.clone(), self.info);
                    let call = async move { livechat.dispatch(info, request, &context).await };
                    self.state = State::Waiting(UnderWay::begin(call));
                }
            }
        }
    }

    /// Reads a page with the names of its fields.
    fn read<T>(
        &self,
        page: &Response<Bytes>,
        read: impl FnOnce(&[u8], Pagination) -> Result<T, json::Unreadable>,
    ) -> Result<T> {
        let Some(names) = self.info.pagination else {
            return Err(Error::build("the action's answer has no pages").with_action(self.info.name));
        };
        read(livechat::json_of(page), names)
            .map_err(|unreadable| livechat::undecodable(unreadable, self.info, page))
    }

    /// Goes on to the page that the last one names.
    fn proceed(&mut self, next: Option<String>, page: &Response<Bytes>) -> Result<()> {
        let next = next.filter(|id| !id.is_empty());
        if next.is_some() && (next == self.page_id || next == self.milestone) {
            let message = "the page names as the next one a page that came before: the list is a circle";
            return Err(Error::new(ErrorKind::Decode, message)
                .with_action(self.info.name)
                .with_request_id(page.request_id())
                .with_attempts(page.attempts())
                .with_answer(page.status(), page.headers().clone(), page.body().clone()));
        }
        if let Some(id) = &next {
            let http = livechat::route(self.info)?;
            self.state = State::Idle(encode::request(http, &PageRequest { page_id: id }));
        }
        self.read += 1;
        if self.read.is_power_of_two() {
            self.milestone.clone_from(&next);
        }
        self.page_id = next;
        Ok(())
    }
}

/// Reads the items of a page and the id of the next one.
struct ItemsAndNext<T> {
    names: Pagination,
    item: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for ItemsAndNext<T> {
    type Value = (VecDeque<T>, Option<String>);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for ItemsAndNext<T> {
    type Value = (VecDeque<T>, Option<String>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a page with `{}`", self.names.items)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let (mut items, mut next) = (None, None);
        while let Some(key) = map.next_key::<String>()? {
            if key == self.names.items {
                items = Some(map.next_value()?);
            } else if key == self.names.next {
                next = map.next_value()?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok((items.ok_or_else(|| serde::de::Error::missing_field(self.names.items))?, next))
    }
}
