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
        let known = request.extensions().get::<Call>().and_then(|call| call.credentials().region());
        if let Some(region) = known {
            request.headers_mut().insert(REGION, region);
        }
        let mut is_first = true;
        loop {
            let answer = rest.send(request).await?;
            if !is_first || !learn_region(request, &answer) {
                return Ok(answer);
            }
            is_first = false;
        }
    }
}

/// Remembers the region that an answer names, if it is another one than the request's; whether the request can go there.
fn learn_region(request: &mut Request, answer: &Answer) -> bool {
    let Some(region) = right_region(answer) else { return false };
    let Some(call) = request.extensions().get::<Call>() else { return false };
    if request.headers().get(REGION) == Some(&region) {
        return false;
    }
    tracing::debug!(action = call.action().name, ?region, "the server names another region");
    call.credentials().set_region(region.clone());
    request.headers_mut().insert(REGION, region);
    !request.body().is_spent()
}

/// The region that a `misdirected_request` names.
fn right_region(answer: &Answer) -> Option<HeaderValue> {
    let error = ApiError::of(answer).filter(|error| *error.error_type() == ErrorType::MisdirectedRequest)?;
    let region = error.data()?.get("region")?.as_str().filter(|region| !region.is_empty())?;
    HeaderValue::try_from(region).ok()
}
