//! What `tracing` is told.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use livechat_client::{AccessToken, Credentials, TokenFuture, TokenProvider, layers::Retry};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::support::{CHAT, GET_CHAT, Script, Server, in_memory};

type Fields = BTreeMap<String, String>;

/// Keeps the spans and events of this crate.
#[derive(Clone, Default)]
struct Recorder {
    next: Arc<AtomicU64>,
    spans: Arc<Mutex<BTreeMap<u64, (String, Fields)>>>,
    events: Arc<Mutex<Vec<Fields>>>,
}

struct Collect<'a>(&'a mut Fields);

impl Visit for Collect<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("livechat_client")
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut fields = Fields::new();
        attributes.record(&mut Collect(&mut fields));
        let id = self.next.fetch_add(1, Ordering::SeqCst) + 1;
        self.spans.lock().unwrap().insert(id, (attributes.metadata().name().to_owned(), fields));
        span::Id::from_u64(id)
    }

    fn record(&self, span: &span::Id, values: &span::Record<'_>) {
        let mut spans = self.spans.lock().unwrap();
        values.record(&mut Collect(&mut spans.get_mut(&span.into_u64()).unwrap().1));
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::new();
        event.record(&mut Collect(&mut fields));
        self.events.lock().unwrap().push(fields);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

impl Recorder {
    fn spans(&self, name: &str) -> Vec<Fields> {
        let spans = self.spans.lock().unwrap();
        spans.values().filter(|(known, _)| known == name).map(|(_, fields)| fields.clone()).collect()
    }

    fn everything(&self) -> String {
        format!("{:?} {:?}", self.spans.lock().unwrap(), self.events.lock().unwrap())
    }
}

#[tokio::test]
async fn a_call_has_a_span_and_so_has_each_attempt_and_none_shows_a_secret() {
    let recorder = Recorder::default();
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let server = Server::start([Script::error(500, "internal"), Script::ok(CHAT)]).await;
    let retry = Retry::new().backoff(std::time::Duration::ZERO, std::time::Duration::ZERO);
    let response = server.builder().retry(retry).build().unwrap().agent().send(&GET_CHAT).await.unwrap();

    let [call] = &recorder.spans("livechat.call")[..] else { panic!() };
    assert_eq!(call["livechat.action"], "get_chat");
    assert_eq!(call["livechat.api"], "agent");
    assert_eq!(call["livechat.request_id"], response.request_id());
    assert_eq!(call["http.response.status_code"], "200");

    let [first, second] = &recorder.spans("livechat.attempt")[..] else {
        panic!("{}", recorder.everything())
    };
    assert_eq!(first["otel.name"], "POST /v3.5/agent/action/get_chat");
    assert_eq!(first["otel.kind"], "client");
    assert_eq!(first["http.request.method"], "POST");
    assert_eq!(first["server.address"], "127.0.0.1");
    assert!(first["url.full"].ends_with("/v3.5/agent/action/get_chat"));
    assert!(first["url.full"].contains(&first["server.port"]));
    assert_eq!(first["http.response.status_code"], "500");
    assert_eq!(first["error.type"], "internal");
    assert_eq!(first.get("http.request.resend_count"), None);
    assert_eq!(second["http.request.resend_count"], "1");
    assert_eq!(second["http.response.status_code"], "200");
    assert_eq!(second.get("error.type"), None);
    assert!(!recorder.everything().contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_time_is_over_says_so_whatever_it_waited_for() {
    struct Silent;
    impl TokenProvider for Silent {
        fn access_token(&self) -> TokenFuture<'_> {
            Box::pin(std::future::pending())
        }
    }
    let recorder = Recorder::default();
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let client = in_memory(|_| unreachable!()).build().unwrap();
    let client = client.with_credentials(Credentials::provided("silent", Silent));
    client.agent().send(&GET_CHAT).await.unwrap_err();
    let [call] = &recorder.spans("livechat.call")[..] else { panic!("{}", recorder.everything()) };
    assert_eq!((&*call["error.type"], &*call["otel.status_code"]), ("Timeout", "ERROR"));
}

#[cfg(feature = "customer")]
#[tokio::test]
async fn the_query_is_not_recorded_since_it_may_hold_tokens() {
    let recorder = Recorder::default();
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let server = Server::start([Script::ok("{}")]).await;
    let request = crate::support::GetConfiguration { group_id: 0, test: None };
    server.client().customer("hunter2").send(&request).await.unwrap();
    assert!(server.received()[0].line().contains("hunter2"));
    assert_eq!(recorder.spans("livechat.attempt").len(), 1);
    assert!(!recorder.everything().contains("hunter2"));
}

#[tokio::test]
async fn a_legacy_version_is_warned_of_once() {
    let recorder = Recorder::default();
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let legacy = || Script::status(200, &[("Legacy", "2027-01-31")], CHAT);
    let server = Server::start([legacy(), legacy()]).await;
    let agent = server.client().agent();
    agent.send(&GET_CHAT).await.unwrap();
    agent.send(&GET_CHAT).await.unwrap();
    let events = recorder.events.lock().unwrap();
    let warnings: Vec<_> = events.iter().filter(|event| event.contains_key("until")).collect();
    let [warning] = &warnings[..] else { panic!("{warnings:?}") };
    assert_eq!(warning["version"], "v3.5");
    assert_eq!(warning["until"], "2027-01-31");
}

/// Gives tokens that all have the secret in them.
struct Secretive;

impl TokenProvider for Secretive {
    fn access_token(&self) -> TokenFuture<'_> {
        Box::pin(async { Ok(AccessToken::new("dal:hunter2")) })
    }
}

#[tokio::test]
async fn whatever_happens_to_a_call_no_span_event_or_error_shows_a_secret() {
    let recorder = Recorder::default();
    let _guard = tracing::subscriber::set_default(recorder.clone());
    let misdirected = r#"{"error":{"type":"misdirected_request","data":{"region":"fra"}}}"#;
    let echoed = r#"{"error":{"type":"validation","message":"no"},"seen":"Bearer dal:hunter2"}"#;
    let script = || {
        [
            Script::error(401, "authentication"),
            Script::status(400, &[], misdirected),
            Script::status(429, &[("Retry-After", "0")], "hunter2"),
            Script::error(500, "internal"),
            Script::raw("hunter2"),
            Script::ok(r#"{"id":"hunter2","users":[{"id":"hunter2","present":"hunter2"}]}"#),
            Script::status(400, &[("Set-Cookie", "__lc_cst=hunter2")], echoed),
            Script::status(502, &[("Content-Type", "text/html")], "<p>Authorization: Bearer dal:hunter2"),
        ]
    };
    let basic = Credentials::personal_access_token("account", "dal:hunter2");
    for credentials in [Credentials::provided("test", Secretive), Credentials::bearer("dal:hunter2"), basic] {
        let server = Server::start(script()).await;
        let retry = Retry::new().backoff(std::time::Duration::ZERO, std::time::Duration::ZERO);
        let client = server.builder_for(credentials).retry(retry).no_rate_limit().build().unwrap();
        let mut shown = format!("{client:?} {:?}", client.agent());
        while server.received().len() < script().len() {
            let error = client.agent().send(&GET_CHAT).await.unwrap_err();
            write!(shown, " {error} {error:?} {:?}", std::error::Error::source(&error)).unwrap();
        }
        shown += &recorder.everything();
        assert!(shown.contains("livechat.attempt") && shown.contains("get_chat"));
        // The personal access token travels as base64.
        for secret in ["hunter2", "YWNjb3Vud", "ZGFsOmh1bnRlcjI"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
