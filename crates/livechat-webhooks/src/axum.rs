//! axum 0.8: the service as a router, and webhooks as arguments of handlers.
//!
//! The service is the shorter way, because it takes a handler for each action and any [`Destination`]:
//!
//! ```
//! use livechat_webhooks::{Handlers, Verifier, WebhookService, axum::router};
//!
//! let handlers = Handlers::new().on_chat_deactivated(|event, _context| async move {
//!     println!("chat {} is over", event.chat_id);
//!     Ok(())
//! });
//! let app: axum::Router = router("/livechat", WebhookService::new(Verifier::new("keep-me"), handlers));
//! # let _ = app;
//! ```
//!
//! In an application that has its own way of handlers and state, [`Webhook`] and [`Verified`] are extractors; the state must
//! give a [`Verifier`]:
//!
//! ```
//! use axum::{Router, extract::FromRef, routing::post};
//! use livechat_webhooks::{Verifier, Webhook};
//!
//! #[derive(Clone)]
//! struct App { verifier: Verifier }
//!
//! impl FromRef<App> for Verifier {
//!     fn from_ref(app: &App) -> Self {
//!         app.verifier.clone()
//!     }
//! }
//!
//! async fn receive(webhook: Webhook) {
//!     println!("{} in {}", webhook.action(), webhook.organization_id);
//! }
//!
//! let app: Router = Router::new()
//!     .route("/livechat", post(receive))
//!     .with_state(App { verifier: Verifier::new("keep-me") });
//! # let _ = app;
//! ```
//!
//! The extractors keep the verifier's limit instead of axum's own, and five seconds for the body.

use ::axum::{
    Router,
    body::Body,
    extract::{FromRef, FromRequest, Request},
    response::{IntoResponse, Response},
};

use crate::{
    Destination, Error, Verified, Verifier, Webhook, WebhookService,
    service::{self, BODY_TIMEOUT},
};

/// A router with the service at `path`.
///
/// It is `Router::new().route_service(path, service)`.
pub fn router<S, D>(path: &str, service: WebhookService<D>) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    D: Destination,
{
    Router::new().route_service(path, service)
}

impl<S> FromRequest<S> for Verified
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let verifier = Verifier::from_ref(state);
        let body = service::read(request.into_body(), verifier.max_bytes(), BODY_TIMEOUT).await?;
        verifier.verify(&body)
    }
}

impl<S> FromRequest<S> for Webhook
where
    S: Send + Sync,
    Verifier: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        Verified::from_request(request, state).await?.decode()
    }
}

/// The status that fits, and a line without details; the details are logged.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        service::refused(&self).map(Body::from)
    }
}
