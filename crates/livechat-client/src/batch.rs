//! Batches: many requests of one action in one call, each with an outcome of its own.

use std::{fmt, marker::PhantomData};

use livechat_types::{Action, ActionInfo};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};
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
        // An error within is then one at this place in the answer.
        deserializer.deserialize_map(Outcome(PhantomData))
    }
}

/// Reads an outcome whole, to see which of the two it is.
struct Outcome<T>(PhantomData<T>);

impl<'de, T: DeserializeOwned> Visitor<'de> for Outcome<T> {
    type Value = Item<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the outcome of a request")
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Item<T>, M::Error> {
        let value = Value::deserialize(MapAccessDeserializer::new(map))?;
        let outcome = match value.get("error").filter(|error| !error.is_null()) {
            Some(error) => ApiError::deserialize(error).map(Err),
            None => T::deserialize(value).map(Ok),
        };
        outcome.map(Item).map_err(serde::de::Error::custom)
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
