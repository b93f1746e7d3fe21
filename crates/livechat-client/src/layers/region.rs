//! The layer that sends requests to the right region.

use http::{HeaderName, HeaderValue};
use livechat_types::shared::ErrorType;
use tower::Layer;

use super::stage::{Answer, HttpService, Request, Stage, Step};
use crate::{ApiError, Call, Result};

/// The header that names a region.
const REGION: HeaderName = HeaderName::from_static("x-region");

/// Names the region of the credentials in `X-Region`, if it is known; follows a `misdirected_request` to the region that the
/// server names, once, and remembers it for all later calls with the same credentials.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Region;

impl<S> Layer<S> for Region {
    type Service = Stage<Self, S>;

    fn layer(&self, rest: S) -> Self::Service {
        Stage::new(self.clone(), rest)
    }
}

impl Step for Region {
    async fn run<S: HttpService>(&self, request: &mut Request, rest: &S) -> Result<Answer> {
        let Some(call) = request.extensions().get::<Call>().cloned() else {
            return rest.send(request).await;
        };
        let sent = call.credentials().region();
        if let Some(region) = &sent {
            request.headers_mut().insert(REGION, region.clone());
        }
        let answer = rest.send(request).await?;
        let Some(region) = right_region(&answer).filter(|region| Some(region) != sent.as_ref()) else {
            return Ok(answer);
        };
        tracing::debug!(action = call.action().name, ?region, "the server names another region");
        call.credentials().set_region(region.clone());
        if request.body().is_spent() {
            return Ok(answer);
        }
        request.headers_mut().insert(REGION, region);
        rest.send(request).await
    }
}

/// The region that a `misdirected_request` names.
fn right_region(answer: &Answer) -> Option<HeaderValue> {
    let error = ApiError::of(answer).filter(|error| *error.error_type() == ErrorType::MisdirectedRequest)?;
    let region = error.data()?.get("region")?.as_str().filter(|region| !region.is_empty())?;
    HeaderValue::try_from(region).ok()
}
