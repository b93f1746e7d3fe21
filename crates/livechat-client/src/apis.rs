//! One client per API: the hand-written part. The methods, one per action, are generated.

use std::fmt;

use bytes::Bytes;
use livechat_types::{Action, ActionInfo, Api};
use serde::de::DeserializeOwned;

use crate::{
    Items, LiveChat, Outcomes, Paged, Pages, Response, Result, UploadFile, livechat::Context, pages::First,
};

macro_rules! api_client {
    ($(#[$docs:meta])* $feature:literal $name:ident $api:ident) => {
        $(#[$docs])*
        #[cfg(feature = $feature)]
        #[derive(Clone)]
        pub struct $name {
            livechat: LiveChat,
            context: Context,
        }

        #[cfg(feature = $feature)]
        impl $name {
            /// The API that this is a client of.
            pub const API: Api = Api::$api;

            /// Sends any action of this API; the named methods are one call of this each.
            pub async fn send<A: Action>(&self, request: &A) -> Result<Response<A::Response>> {
                self.livechat.send(request, &self.context).await
            }

            /// Sends any action of this API, and leaves the answer as its bytes: what the server wrote, unpacked where it came packed by gzip
            /// (see [`Response::body`]), and not read in any way.
            pub async fn send_raw<A: Action>(&self, request: &A) -> Result<Response<Bytes>> {
                self.livechat.send_raw(request, &self.context).await
            }

            /// Sends a file; a named method is one call of this.
            pub async fn upload<R: DeserializeOwned>(
                &self,
                info: &'static ActionInfo,
                file: UploadFile,
            ) -> Result<Response<R>> {
                self.livechat.upload(info, file, &self.context).await
            }

            /// Sends many requests of one action in one call of its batch action; the named methods are one call of this each.
            ///
            /// The server carries them out side by side, in no order. One may fail and the others not: each has an outcome of its own.
            pub async fn batch<A: Action>(
                &self,
                batch: &'static ActionInfo,
                requests: &[A],
            ) -> Result<Response<Outcomes<A::Response>>> {
                self.livechat.batch(batch, requests, &self.context).await
            }

            /// The pages of a list, from the one that the request asks for.
            pub fn pages<A: Paged>(&self, request: &A) -> Pages<A> {
                Pages::new(self.livechat.clone(), self.context.clone(), First::Request(request))
            }

            /// The pages of a list, from one that an earlier answer named.
            pub fn pages_from<A: Paged>(&self, page_id: impl Into<String>) -> Pages<A> {
                Pages::new(self.livechat.clone(), self.context.clone(), First::Page(page_id.into()))
            }

            /// The items of a list, from the page that the request asks for.
            pub fn items<A: Paged>(&self, request: &A) -> Items<A> {
                Items::new(self.livechat.clone(), self.context.clone(), First::Request(request))
            }

            /// The items of a list, from a page that an earlier answer named.
            pub fn items_from<A: Paged>(&self, page_id: impl Into<String>) -> Items<A> {
                Items::new(self.livechat.clone(), self.context.clone(), First::Page(page_id.into()))
            }

            /// The client that this is a part of.
            #[must_use]
            pub fn livechat(&self) -> &LiveChat {
                &self.livechat
            }
        }

        #[cfg(feature = $feature)]
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("livechat", &self.livechat)
                    .field("organization_id", &self.context.organization_id)
                    .field("author_id", &self.context.author_id)
                    .finish()
            }
        }
    };
}

api_client! {
    /// The Agent Chat API; see [`LiveChat::agent`].
    "agent" AgentApi Agent
}
api_client! {
    /// The Customer Chat API of one organization; see [`LiveChat::customer`].
    "customer" CustomerApi Customer
}
api_client! {
    /// The Configuration API; see [`LiveChat::configuration`].
    "configuration" ConfigurationApi Configuration
}
api_client! {
    /// The Reports API; see [`LiveChat::reports`].
    "reports" ReportsApi Reports
}
api_client! {
    /// The accounts service: OAuth and customer tokens; see [`LiveChat::accounts`].
    "accounts" AccountsApi Accounts
}

#[cfg(feature = "agent")]
impl AgentApi {
    /// The same client, with a bot as the author of what it does (the header `X-Author-Id`).
    #[must_use]
    pub fn author_id(&self, bot_id: impl AsRef<str>) -> Self {
        let author_id = Some(std::sync::Arc::from(bot_id.as_ref()));
        Self { livechat: self.livechat.clone(), context: Context { author_id, ..self.context.clone() } }
    }
}

#[cfg(feature = "customer")]
impl CustomerApi {
    /// The organization whose customers call.
    #[must_use]
    pub fn organization_id(&self) -> &str {
        self.context.organization_id.as_deref().unwrap_or_default()
    }
}

#[cfg(feature = "accounts")]
impl AccountsApi {
    /// The same client for one group of an organization: what
    /// [`issue_group_customer_token`](Self::issue_group_customer_token) needs to know.
    #[must_use]
    pub fn in_group(&self, organization_id: impl AsRef<str>, group_id: impl fmt::Display) -> Self {
        let organization_id = Some(std::sync::Arc::from(organization_id.as_ref()));
        let group_id = Some(std::sync::Arc::from(group_id.to_string()));
        let context = Context { organization_id, group_id, ..self.context.clone() };
        Self { livechat: self.livechat.clone(), context }
    }

    /// The same client for the customer whom these cookies tell: what
    /// [`issue_customer_token`](Self::issue_customer_token) knows a customer by with the grant `cookie`.
    ///
    /// [`CustomerTokens::by_cookie`](crate::CustomerTokens::by_cookie) keeps them by itself.
    #[must_use]
    pub fn with_cookies(&self, cookies: &crate::CustomerCookies) -> Self {
        let cookies = Some(std::sync::Arc::new(cookies.header()));
        Self { livechat: self.livechat.clone(), context: Context { cookies, ..self.context.clone() } }
    }
}

/// The APIs.
impl LiveChat {
    /// The Agent Chat API.
    #[cfg(feature = "agent")]
    #[must_use]
    pub fn agent(&self) -> AgentApi {
        AgentApi { livechat: self.clone(), context: Context::default() }
    }

    /// The Customer Chat API of an organization. It wants a customer's access token:
    /// see [`with_credentials`](LiveChat::with_credentials).
    #[cfg(feature = "customer")]
    #[must_use]
    pub fn customer(&self, organization_id: impl AsRef<str>) -> CustomerApi {
        let organization_id = Some(std::sync::Arc::from(organization_id.as_ref()));
        CustomerApi { livechat: self.clone(), context: Context { organization_id, ..Context::default() } }
    }

    /// The Configuration API.
    #[cfg(feature = "configuration")]
    #[must_use]
    pub fn configuration(&self) -> ConfigurationApi {
        ConfigurationApi { livechat: self.clone(), context: Context::default() }
    }

    /// The Reports API.
    #[cfg(feature = "reports")]
    #[must_use]
    pub fn reports(&self) -> ReportsApi {
        ReportsApi { livechat: self.clone(), context: Context::default() }
    }

    /// The accounts service.
    #[cfg(feature = "accounts")]
    #[must_use]
    pub fn accounts(&self) -> AccountsApi {
        AccountsApi { livechat: self.clone(), context: Context::default() }
    }
}
