//! What the clients of the APIs do with any action. It stands behind `generated`, so that rustdoc shows the actions themselves first.

use bytes::Bytes;
#[cfg(any(feature = "agent", feature = "customer", feature = "configuration"))]
use livechat_types::ActionInfo;
use livechat_types::{Action, Api};
#[cfg(any(feature = "agent", feature = "customer"))]
use serde::de::DeserializeOwned;

#[cfg(feature = "configuration")]
use crate::Outcomes;
#[cfg(any(feature = "agent", feature = "customer"))]
use crate::{Items, Paged, Pages, UploadFile, pages::First};
use crate::{LiveChat, Response, Result};

macro_rules! any_action {
    ($feature:literal $name:ident $api:ident) => {
        /// Any action of this API: what the methods of single actions are one call of, for when the action is a type parameter of yours.
        #[cfg(feature = $feature)]
        impl crate::$name {
            /// The API that this is a client of.
            pub const API: Api = Api::$api;

            /// Sends any action of this API; the named methods are one call of this each.
            pub async fn send<A: Action>(&self, request: &A) -> Result<Response<A::Response>> {
                self.livechat.send(request, &self.context).await
            }

            /// Sends any action of this API, and leaves the answer as its bytes: what the server wrote, unpacked where it came packed by gzip
            /// (see [`Response::body`]), and not read in any way. `Debug` of these bytes shows what secrets are in them.
            pub async fn send_raw<A: Action>(&self, request: &A) -> Result<Response<Bytes>> {
                self.livechat.send_raw(request, &self.context).await
            }

            /// The client that this is a part of.
            #[must_use]
            pub fn livechat(&self) -> &LiveChat {
                &self.livechat
            }
        }
    };
}

any_action! { "agent" AgentApi Agent }
any_action! { "customer" CustomerApi Customer }
any_action! { "configuration" ConfigurationApi Configuration }
any_action! { "reports" ReportsApi Reports }
any_action! { "accounts" AccountsApi Accounts }

macro_rules! any_list {
    ($feature:literal $name:ident) => {
        /// Any list that comes in pages.
        #[cfg(feature = $feature)]
        impl crate::$name {
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
        }
    };
}

any_list! { "agent" AgentApi }
any_list! { "customer" CustomerApi }

macro_rules! any_upload {
    ($feature:literal $name:ident) => {
        /// Any upload.
        #[cfg(feature = $feature)]
        impl crate::$name {
            /// Sends a file; a named method is one call of this.
            pub async fn upload<R: DeserializeOwned>(
                &self,
                info: &'static ActionInfo,
                file: UploadFile,
            ) -> Result<Response<R>> {
                self.livechat.upload(info, file, &self.context).await
            }
        }
    };
}

any_upload! { "agent" AgentApi }
any_upload! { "customer" CustomerApi }

/// Any batch.
#[cfg(feature = "configuration")]
impl crate::ConfigurationApi {
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
}
