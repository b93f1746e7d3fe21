//! The layers between a call and the network, each a [`tower::Layer`].
//!
//! A call passes them from the top down; what stands below [`Retry`] happens anew for each attempt:
//!
//! ```text
//! TraceCall        a span for the call
//! the deadline     ends the call when its time is over
//! layers added with LiveChatBuilder::layer, such as Cache (feature `cache`)
//! Retry            sends again what failed and may be repeated
//! Authorize        sets the Authorization header
//! Region           sets X-Region, follows the server to the right region
//! RateLimit        waits for the token's turn
//! TraceAttempt     a span for the attempt
//! layers added with LiveChatBuilder::attempt_layer
//! Transport        sends, reads and unpacks the whole answer
//! ```
//!
//! A layer sees an [`http::Request`] with a [`Body`](crate::Body) and an [`http::Response`] with all bytes of the answer, whatever
//! its status: errors of the API become [`Error`](crate::Error)s above all layers. The request's extensions hold its
//! [`Call`](crate::Call).
//!
//! A layer of one's own is any [`tower::Layer`], or a [`Step`] in a [`Stage`]:
//!
//! ```
//! use livechat_client::{Credentials, LiveChat, Result, layers::{Answer, HttpService, Request, Stage, Step}};
//!
//! /// Notes how large answers are.
//! #[derive(Clone)]
//! struct Sizes;
//!
//! impl Step for Sizes {
//!     async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> Result<Answer> {
//!         let answer = rest.send(request).await?;
//!         println!("{} bytes", answer.body().len());
//!         Ok(answer)
//!     }
//! }
//!
//! # fn main() -> Result<()> {
//! let livechat = LiveChat::builder(Credentials::bearer("dal:…"))
//!     .layer(tower::layer::layer_fn(|rest| Stage::new(Sizes, rest)))
//!     .build()?;
//! # Ok(())
//! # }
//! ```

mod authorize;
#[cfg(feature = "cache")]
mod cache;
mod deadline;
mod gathered;
mod rate_limit;
mod region;
mod retry;
mod stage;
mod trace;
mod transport;

#[cfg(feature = "cache")]
pub use self::cache::Cache;
pub use self::{
    authorize::Authorize,
    rate_limit::{Allowance, RateLimit, RateLimitStore, StoreFuture, Take},
    region::Region,
    retry::Retry,
    stage::{Answer, HttpService, Request, Stack, Stage, Step},
    trace::{TraceAttempt, TraceCall},
    transport::Transport,
};
pub(crate) use self::{deadline::Deadline, transport::Limits};
