//! What is answered to a request, by the service and by the extractors.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::FromRef,
    http::{Method, Request, Response, header},
    routing::post,
};
use http_body::Frame;
use http_body_util::BodyExt;
use livechat_webhooks::{
    BoxError, Delivery, Destination, Handlers, Verified, Verifier, Webhook, WebhookService, axum::router,
};
use tower_service::Service;

use crate::support::{SECRET, Seen, chat_deactivated};

fn handlers(seen: &Seen) -> Handlers<Seen> {
    Handlers::with_state(seen.clone())
        .on_chat_deactivated(|event, context| async move {
            context.state.add(event.chat_id.as_str());
            if event.chat_id == "FAILS" { Err("it fails".into()) } else { Ok(()) }
        })
        .otherwise(|payload, context| async move {
            context.state.add(payload.action());
            Ok(())
        })
}

fn service(seen: &Seen) -> WebhookService<Handlers<Seen>> {
    WebhookService::new(Verifier::new(SECRET).with_max_bytes(2000), handlers(seen))
}

/// The answer's status and text.
async fn answer<S, R>(service: &mut S, method: Method, body: Body) -> (u16, String)
where
    S: Service<Request<Body>, Response = Response<R>, Error = Infallible>,
    R: http_body::Body<Data = Bytes, Error: std::fmt::Debug>,
{
    let request = Request::builder().method(method).uri("/livechat").body(body).unwrap();
    let response = service.call(request).await.unwrap();
    let status = response.status().as_u16();
    let text = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(text.to_vec()).unwrap())
}

async fn status_of(seen: &Seen, body: impl Into<Body>) -> u16 {
    answer(&mut service(seen), Method::POST, body.into()).await.0
}

#[tokio::test]
async fn a_webhook_that_was_handled_is_answered_with_200_and_nothing() {
    let seen = Seen::default();
    let body = Body::from(chat_deactivated("C1"));
    assert_eq!(answer(&mut service(&seen), Method::POST, body).await, (200, String::new()));
    let unknown = chat_deactivated("C1").replace("chat_deactivated", "chat_teleported");
    assert_eq!(status_of(&seen, unknown).await, 200);
    assert_eq!(seen.take(), ["C1", "chat_teleported"]);
}

#[tokio::test]
async fn a_handler_that_fails_makes_livechat_send_it_again() {
    let seen = Seen::default();
    let (status, text) =
        answer(&mut service(&seen), Method::POST, Body::from(chat_deactivated("FAILS"))).await;
    assert_eq!(status, 500);
    assert!(!text.contains("it fails"), "what went wrong is nobody else's business: {text}");
}

#[tokio::test]
async fn what_is_refused_has_its_status_and_touches_nothing() {
    let seen = Seen::default();
    let genuine = chat_deactivated("C1");
    let cases = [
        (400, String::new()),
        (400, genuine[..60].to_owned()),
        (400, genuine.replace("\"C1\"", "7")),
        (400, genuine.replacen('{', "{\"action\":\"incoming_chat\",", 1)),
        (400, genuine.replace("\"C1\"", &"[".repeat(500))),
        (401, genuine.replace(SECRET, "wrong")),
        (401, genuine.replace("secret_key", "secret")),
        (413, genuine.replace("C1", &"C".repeat(2000))),
    ];
    for (status, body) in cases {
        assert_eq!(status_of(&seen, body.clone()).await, status, "{body}");
    }
    assert!(seen.take().is_empty());
}

#[tokio::test]
async fn only_post_is_allowed_and_the_answer_says_so() {
    let seen = Seen::default();
    for method in [Method::GET, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS] {
        let request = Request::builder().method(method).body(Body::from(chat_deactivated("C1"))).unwrap();
        let response = Service::call(&mut service(&seen), request).await.unwrap();
        assert_eq!(response.status(), 405);
        assert_eq!(response.headers()[header::ALLOW], "POST");
    }
    assert!(seen.take().is_empty());
}

/// A body that sends its parts, and then what `end` says.
struct Parts {
    parts: Vec<&'static str>,
    end: End,
}

enum End {
    Never,
    Broken,
}

impl http_body::Body for Parts {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match (self.parts.pop(), &self.end) {
            (Some(part), _) => Poll::Ready(Some(Ok(Frame::data(Bytes::from(part))))),
            (None, End::Never) => Poll::Pending,
            (None, End::Broken) => Poll::Ready(Some(Err("connection reset".into()))),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_end_is_waited_for_no_longer_than_allowed() {
    let body = Parts { parts: vec!["{"], end: End::Never };
    assert_eq!(status_of(&Seen::default(), Body::new(body)).await, 408);
}

#[tokio::test]
async fn a_body_of_unknown_length_is_read_no_further_than_allowed() {
    let part: &str = Box::leak(" ".repeat(1500).into_boxed_str());
    let body = Parts { parts: vec![part; 2], end: End::Never };
    assert_eq!(status_of(&Seen::default(), Body::new(body)).await, 413);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_a_bad_request() {
    let body = Parts { parts: vec!["{"], end: End::Broken };
    assert_eq!(status_of(&Seen::default(), Body::new(body)).await, 400);
}

struct Full;

impl Destination for Full {
    async fn deliver(&self, _webhook: Verified) -> Delivery {
        Delivery::Unavailable("no space left".into())
    }
}

#[tokio::test]
async fn what_cannot_be_taken_over_is_answered_with_503() {
    let mut service = WebhookService::new(Verifier::new(SECRET), Full);
    let (status, text) = answer(&mut service, Method::POST, Body::from(chat_deactivated("C1"))).await;
    assert_eq!(status, 503);
    assert!(!text.contains("no space left"), "{text}");
}

#[tokio::test]
async fn the_router_serves_its_path() {
    let seen = Seen::default();
    let mut app: Router = router("/livechat", service(&seen));
    assert_eq!(answer(&mut app, Method::POST, Body::from(chat_deactivated("C1"))).await.0, 200);
    assert_eq!(answer(&mut app, Method::GET, Body::empty()).await.0, 405);
    let mut elsewhere: Router = router("/elsewhere", service(&seen));
    assert_eq!(answer(&mut elsewhere, Method::POST, Body::from(chat_deactivated("C1"))).await.0, 404);
    assert_eq!(seen.take(), ["C1"]);
}

#[derive(Clone)]
struct App {
    verifier: Verifier,
    seen: Seen,
}

impl FromRef<App> for Verifier {
    fn from_ref(app: &App) -> Self {
        app.verifier.clone()
    }
}

#[tokio::test]
async fn extractors_hand_over_genuine_webhooks_and_answer_the_rest() {
    async fn receive(axum::extract::State(app): axum::extract::State<App>, webhook: Webhook) {
        app.seen.add(webhook.action());
    }

    let verifier = Verifier::new(SECRET).with_max_bytes(2000);
    let seen = Seen::default();
    let app = App { verifier, seen: seen.clone() };
    let mut app: Router = Router::new().route("/livechat", post(receive)).with_state(app);
    let genuine = chat_deactivated("C1");
    let cases = [
        (200, genuine.clone()),
        (400, genuine.replace("\"C1\"", "7")),
        (401, genuine.replace(SECRET, "wrong")),
        (413, genuine.replace("C1", &"C".repeat(2000))),
    ];
    for (status, body) in cases {
        assert_eq!(answer(&mut app, Method::POST, Body::from(body)).await.0, status);
    }
    assert_eq!(seen.take(), ["chat_deactivated"]);
}
