//! Rows of the table of operations: sends a request, given as JSON, by the client's own method.

use std::{future::Future, pin::Pin};

use livechat_client::{Error, LiveChat, Response};

use crate::shape::read;

/// The organization in whose name customers' operations are called.
pub const ORGANIZATION_ID: &str = "2b5b0bd4-6d3a-4b55-9f3e-7f2f4f0c9a10";

/// A method of the client.
#[derive(Debug, Clone, Copy)]
pub struct Call {
    /// The API, as `Api::as_str` has it.
    pub api: &'static str,
    /// The action.
    pub action: &'static str,
    /// Sends a request that is given as JSON. An error is told with its source.
    pub send: fn(LiveChat, String) -> Answer,
}

/// Whether the request could be read and the answer too.
pub type Answer = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// The outcome of a call, without its value.
pub(crate) fn told<T>(outcome: Result<Response<T>, Error>) -> Result<(), String> {
    outcome.map(drop).map_err(|error| format!("{error:?}"))
}

/// The clients by the names of their APIs.
pub(crate) mod clients {
    use livechat_client::{AccountsApi, AgentApi, ConfigurationApi, CustomerApi, LiveChat, ReportsApi};

    pub(crate) fn agent(livechat: &LiveChat) -> AgentApi {
        livechat.agent()
    }

    pub(crate) fn customer(livechat: &LiveChat) -> CustomerApi {
        livechat.customer(super::ORGANIZATION_ID)
    }

    pub(crate) fn configuration(livechat: &LiveChat) -> ConfigurationApi {
        livechat.configuration()
    }

    pub(crate) fn reports(livechat: &LiveChat) -> ReportsApi {
        livechat.reports()
    }

    pub(crate) fn accounts(livechat: &LiveChat) -> AccountsApi {
        livechat.accounts().in_group(super::ORGANIZATION_ID, 3)
    }
}

/// A row: `call!(agent "list_chats" list_chats(ListChats))`.
macro_rules! call {
    ($api:ident $action:literal $method:ident($request:ty)) => {
        $crate::call::row!($api $action $method($request))
    };
}
pub(crate) use call;

/// A row of a batch: the method takes the items of the request.
macro_rules! batch {
    ($api:ident $action:literal $method:ident($request:ty)) => {
        $crate::call::row!($api $action $method($request).requests)
    };
}
pub(crate) use batch;

macro_rules! row {
    ($api:ident $action:literal $method:ident($request:ty) $(.$items:ident)?) => {
        $crate::call::Call {
            api: stringify!($api),
            action: $action,
            send: |livechat, json| {
                Box::pin(async move {
                    let request: $request = $crate::call::request(&json)?;
                    let client = $crate::call::clients::$api(&livechat);
                    $crate::call::told(client.$method(&request$(.$items)?).await)
                })
            },
        }
    };
}
pub(crate) use row;

pub(crate) fn request<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, String> {
    read(json)
}
