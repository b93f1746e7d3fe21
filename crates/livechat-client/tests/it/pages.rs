//! Lists, page by page and item by item.

use std::{pin::Pin, time::Duration};

use futures_core::Stream;
use livechat_client::{
    ErrorKind, Items, Paged, Pages,
    layers::{RateLimit, Request},
    types::{Action, ActionInfo, Api, Content, Http, Method, Pagination, Repeatable},
};
use serde::{Deserialize, Serialize};

use tokio::time::timeout;

use crate::support::{CHAT, GET_CHAT, Script, Server, answer, in_memory};

#[derive(Debug, Serialize)]
struct ListThreads {
    chat_id: &'static str,
    limit: u32,
}

const LIST_THREADS: ListThreads = ListThreads { chat_id: "QJ4T8ZP1LX", limit: 2 };

#[derive(Debug, Deserialize)]
struct ListThreadsResponse {
    threads: Vec<Thread>,
    #[serde(default)]
    found_threads: u32,
    next_page_id: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Thread {
    id: String,
}

impl Action for ListThreads {
    const INFO: &'static ActionInfo = &{
        let mut info = ActionInfo::new(Api::Agent, "list_threads", "");
        info.http = Some(Http::new(Method::Post, "/v3.5/agent/action/list_threads", Content::Json, &[]));
        info.repeatable = Repeatable::Always;
        info.pagination = Some(Pagination::new("threads", "next_page_id", None, Some("found_threads")));
        info
    };
    type Response = ListThreadsResponse;
}

impl Paged for ListThreads {
    type Item = Thread;

    fn next_page_id(page: &ListThreadsResponse) -> Option<&str> {
        page.next_page_id.as_deref()
    }
}

const PAGES: [&str; 3] = [
    r#"{"found_threads":5,"next_page_id":"p2","threads":[{"id":"a"},{"id":"b"}]}"#,
    r#"{"threads":[],"found_threads":5,"next_page_id":"p3","previous_page_id":"p1"}"#,
    r#"{"threads":[{"id":"c"}],"previous_page_id":"p2"}"#,
];

fn pages() -> [Script; 3] {
    PAGES.map(Script::ok)
}

fn bodies(server: &Server) -> Vec<String> {
    server.received().iter().map(crate::support::Received::text).collect()
}

const FIRST: &str = r#"{"chat_id":"QJ4T8ZP1LX","limit":2}"#;

#[tokio::test]
async fn items_come_across_pages_and_later_requests_carry_the_page_id_alone() {
    let server = Server::start(pages()).await;
    let mut items = server.client().agent().items(&LIST_THREADS);
    assert_eq!(items.next_page_id(), None);
    let mut ids = Vec::new();
    while let Some(thread) = items.try_next().await.unwrap() {
        ids.push(thread.id);
    }
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(items.try_next().await.unwrap(), None);
    assert_eq!(bodies(&server), [FIRST, r#"{"page_id":"p2"}"#, r#"{"page_id":"p3"}"#]);
}

#[tokio::test]
async fn pages_come_one_by_one_and_are_asked_for_only_when_wanted() {
    let server = Server::start(pages()).await;
    let mut pages = server.client().agent().pages(&LIST_THREADS);
    assert!(server.received().is_empty());
    let page = pages.try_next().await.unwrap().unwrap();
    assert_eq!((page.threads.len(), page.found_threads), (2, 5));
    assert_eq!(page.body(), PAGES[0]);
    assert_eq!(pages.next_page_id(), Some("p2"));
    assert_eq!(server.received().len(), 1);
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_some());
    assert!(pages.try_next().await.unwrap().is_none());
    assert_eq!(pages.next_page_id(), None);
}

#[tokio::test]
async fn a_list_can_be_resumed_from_a_page() {
    let [_, second, third] = pages();
    let server = Server::start([second.clone(), third.clone(), second, third]).await;
    let agent = server.client().agent();
    let mut items = agent.items_from::<ListThreads>("p2");
    assert_eq!(items.next_page_id(), Some("p2"));
    assert_eq!(items.try_next().await.unwrap().unwrap().id, "c");
    let mut pages = agent.pages_from::<ListThreads>("p2");
    assert!(pages.try_next().await.unwrap().unwrap().threads.is_empty());
    assert_eq!(bodies(&server)[0], r#"{"page_id":"p2"}"#);
}

#[tokio::test]
async fn after_a_failure_the_list_ends_and_says_where_to_resume() {
    let [first, second, _] = pages();
    let server = Server::start([first, second, Script::error(400, "validation")]).await;
    let mut items = server.client().agent().items(&LIST_THREADS);
    items.try_next().await.unwrap().unwrap();
    items.try_next().await.unwrap().unwrap();
    assert!(items.try_next().await.unwrap_err().is_validation());
    assert_eq!(items.try_next().await.unwrap(), None);
    assert_eq!(items.next_page_id(), Some("p3"));
}

#[tokio::test]
async fn a_wrong_item_is_named_by_its_path() {
    let server =
        Server::start([Script::ok(r#"{"threads":[{"id":"a"},{"id":1}],"next_page_id":"p2"}"#)]).await;
    let mut items = server.client().agent().items(&LIST_THREADS);
    let error = items.try_next().await.unwrap_err();
    assert_eq!(error.json_path(), Some("threads[1].id"));
    assert_eq!(error.action(), Some("list_threads"));
    assert_eq!(error.attempts(), 1);
    assert_eq!(items.try_next().await.unwrap(), None);
}

#[tokio::test]
async fn a_page_without_its_list_is_an_error() {
    let server = Server::start([Script::ok("{}")]).await;
    let error = server.client().agent().items(&LIST_THREADS).try_next().await.unwrap_err();
    assert!(error.to_string().contains("missing field `threads`"), "{error}");
}

#[tokio::test]
async fn a_page_that_names_itself_as_the_next_is_an_error_and_no_endless_list() {
    let server = Server::start([Script::ok(PAGES[0]), Script::ok(PAGES[0])]).await;
    let mut pages = server.client().agent().pages(&LIST_THREADS);
    pages.try_next().await.unwrap().unwrap();
    assert_eq!(pages.try_next().await.unwrap_err().kind(), ErrorKind::Decode);
    assert!(pages.try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_are_an_error_and_no_endless_list() {
    let names = |next| format!(r#"{{"threads":[{{"id":"a"}}],"next_page_id":"{next}"}}"#);
    // Two pages lead to a circle of three.
    let circle = ["p1", "p2", "p3", "p4", "p2"].into_iter().chain(["p3", "p4", "p2"].into_iter().cycle());
    let server = Server::start(circle.take(30).map(|next| Script::ok(&names(next)))).await;
    let mut pages = server.client().agent().pages(&LIST_THREADS);
    let mut read = 0;
    let error = loop {
        match pages.try_next().await {
            Ok(page) => read += usize::from(page.is_some()),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("circle"), "{error}");
    assert!(read < 12, "{read}");
    assert!(pages.try_next().await.unwrap().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_page_that_nobody_waits_for_any_more_holds_no_other_call_back() {
    let client = in_memory(|request: Request| {
        answer(200, &[], if request.uri().path().ends_with("list_threads") { PAGES[0] } else { CHAT })
    });
    let limit = RateLimit::per_minute(1).max_wait(Duration::from_secs(150));
    let agent = client.timeout(Duration::from_secs(180)).rate_limit(limit).build().unwrap().agent();
    let mut pages = agent.pages(&LIST_THREADS);
    pages.try_next().await.unwrap().unwrap();
    // The second page waits for its turn, and whoever asked for it does something else meanwhile.
    timeout(Duration::from_secs(1), pages.try_next()).await.unwrap_err();
    agent.send(&GET_CHAT).await.unwrap();
    // It came meanwhile, and is there also after the time that its call had.
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(timeout(Duration::ZERO, pages.try_next()).await.unwrap().is_err(), "it names itself");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_dropped_gives_up_its_turn() {
    let client = in_memory(|request: Request| {
        answer(200, &[], if request.uri().path().ends_with("list_threads") { PAGES[0] } else { CHAT })
    });
    let agent = client.rate_limit(RateLimit::per_minute(1)).build().unwrap().agent();
    agent.send(&GET_CHAT).await.unwrap();
    let start = tokio::time::Instant::now();
    let mut pages = agent.pages(&LIST_THREADS);
    timeout(Duration::from_secs(1), pages.try_next()).await.unwrap_err();
    drop(pages);
    agent.send(&GET_CHAT).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(60));
}

#[test]
fn a_page_whose_runtime_ended_is_an_error_and_one_whose_layer_panics_goes_on_to_panic() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let silent = in_memory(|_| unreachable!()).transport(tower::service_fn(|_: Request| {
        std::future::pending::<Result<livechat_client::layers::Answer, std::io::Error>>()
    }));
    let mut pages = silent.build().unwrap().agent().pages(&LIST_THREADS);
    runtime().block_on(async { timeout(Duration::ZERO, pages.try_next()).await.unwrap_err() });
    let error = runtime().block_on(pages.try_next()).unwrap_err();
    assert!(error.is_transport() && error.may_have_reached_server());
    assert!(runtime().block_on(pages.try_next()).unwrap().is_none());

    let mut pages = in_memory(|_| panic!("as told")).build().unwrap().agent().pages(&LIST_THREADS);
    let lost =
        runtime().block_on(async { tokio::spawn(async move { pages.try_next().await.map(drop) }).await });
    assert!(lost.unwrap_err().is_panic());
}

#[tokio::test]
async fn waiting_for_a_page_can_be_given_up_and_taken_up_again() {
    let server = Server::start(pages()).await;
    let mut items = server.client().agent().items(&LIST_THREADS);
    // Polled once, then dropped: the request is on its way.
    let once =
        std::future::poll_fn(|context| std::task::Poll::Ready(Pin::new(&mut items).poll_next(context))).await;
    assert!(once.is_pending());
    assert_eq!(items.try_next().await.unwrap().unwrap().id, "a");
    assert_eq!(server.received().len(), 1);
}

#[test]
fn lists_are_streams_that_move_freely_between_threads() {
    fn check<S: Stream + Unpin + Send + 'static>() {}
    check::<Pages<ListThreads>>();
    check::<Items<ListThreads>>();
}
