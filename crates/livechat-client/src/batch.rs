//! Batches: many requests of one action in one call, each with an outcome of its own.

use livechat_types::{Action, ActionInfo};
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{ApiError, Error, ErrorKind, LiveChat, Response, Result, encode, livechat, livechat::Context};

/// The outcome of each request of a batch, in the order of the requests.
pub type Outcomes<T> = Vec<Result<T, ApiError>>;

#[derive(Serialize)]
struct Requests<'a, A> {
    requests: &'a [A],
}

#[derive(Deserialize)]
#[serde(bound = "T: DeserializeOwned")]
struct Responses<T> {
    responses: Vec<Item<T>>,
}

/// What the action returns, or an error.
struct Item<T>(Result<T, ApiError>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Item<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if let Some(error) = value.get("error") {
            return ApiError::deserialize(error)
                .map(|error| Self(Err(error)))
                .map_err(serde::de::Error::custom);
        }
        T::deserialize(value).map(|value| Self(Ok(value))).map_err(serde::de::Error::custom)
    }
}

impl LiveChat {
    /// Sends requests of one action in one call of its batch action.
    pub(crate) async fn batch<A: Action>(
        &self,
        batch: &'static ActionInfo,
        requests: &[A],
        context: &Context,
    ) -> Result<Response<Outcomes<A::Response>>> {
        if batch.batch_of != Some(A::INFO.name) {
            let message = format!("the action is no batch of `{}`", A::INFO.name);
            return Err(Error::build(message).with_action(batch.name));
        }
        let encoded = livechat::route(batch).and_then(|http| encode::request(http, &Requests { requests }));
        let response = self.dispatch(batch, encoded, context).await?;
        let response: Response<Responses<A::Response>> = livechat::decode(batch, response)?;
        if response.responses.len() != requests.len() {
            let message = format!(
                "{} requests were answered by {} responses",
                requests.len(),
                response.responses.len()
            );
            return Err(Error::new(ErrorKind::Decode, message)
                .with_action(batch.name)
                .with_request_id(response.request_id())
                .with_attempts(response.attempts())
                .with_answer(response.status(), response.headers().clone(), response.body().clone()));
        }
        Ok(response.map(|body| body.responses.into_iter().map(|item| item.0).collect()))
    }
}
