//! What every request knows of itself: its action's name, route, transports, scopes and answer.

use serde::{Serialize, de::DeserializeOwned};

/// A request that can be sent over HTTPS: a value that knows its action.
///
/// One generic function over this trait is a whole client: the URL, the verb, the media type and the type of the answer are data.
///
/// ```
/// # #[cfg(feature = "agent")] {
/// use livechat_types::{Action, agent::ListChats};
///
/// assert_eq!(ListChats::INFO.name, "list_chats");
/// assert_eq!(ListChats::INFO.http.unwrap().path, "/v3.5/agent/action/list_chats");
/// # }
/// ```
pub trait Action: Serialize + Send + Sync {
    /// The action's description.
    const INFO: &'static ActionInfo;
    /// What the server answers.
    type Response: DeserializeOwned + Send + 'static;
}

/// A request that can be sent over WebSocket (the RTM API).
pub trait RtmAction: Serialize + Send + Sync {
    /// The action's description.
    const INFO: &'static ActionInfo;
    /// The payload of the server's answer.
    type Response: DeserializeOwned + Send + 'static;
}

/// What the documentation says of an action, as plain data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActionInfo {
    /// The API that has the action.
    pub api: Api,
    /// The action's documented name, such as `list_chats` or `chats/duration`.
    pub name: &'static str,
    /// Where the action is over HTTPS; `None` where it exists over WebSocket only.
    pub http: Option<Http>,
    /// Over which transports this very request and answer exist.
    pub transports: &'static [Transport],
    /// The scopes that the token needs.
    pub scopes: Scopes,
    /// Whether it may be sent again when it is unknown whether the server got it.
    pub repeatable: Repeatable,
    /// How the answer is paginated, if it is.
    pub pagination: Option<Pagination>,
    /// The action that each item of this batch performs.
    pub batch_of: Option<&'static str>,
    /// Whether the request must be authorized.
    pub authorization: Authorization,
    /// Whether the documentation calls the action deprecated.
    pub deprecated: bool,
    /// The vendor's page and heading.
    pub docs: &'static str,
}

impl ActionInfo {
    /// A description with the rarer facts absent; used by the generated tables.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(api: Api, name: &'static str, docs: &'static str) -> Self {
        Self {
            api,
            name,
            http: None,
            transports: &[],
            scopes: Scopes::None,
            repeatable: Repeatable::Never,
            pagination: None,
            batch_of: None,
            authorization: Authorization::Required,
            deprecated: false,
            docs,
        }
    }
}

/// An API of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Api {
    /// Agent Chat API.
    Agent,
    /// Customer Chat API.
    Customer,
    /// Configuration API.
    Configuration,
    /// Reports API.
    Reports,
    /// Accounts: OAuth and customer tokens.
    Accounts,
}

impl Api {
    /// The API's short name: `agent`, `customer`, `configuration`, `reports` or `accounts`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Customer => "customer",
            Self::Configuration => "configuration",
            Self::Reports => "reports",
            Self::Accounts => "accounts",
        }
    }
}

/// Where an action is over HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Http {
    /// The verb.
    pub method: Method,
    /// The path, with its leading slash and without host and query.
    pub path: &'static str,
    /// How the request travels.
    pub content: Content,
    /// Query parameters whose values the client holds, such as `organization_id`: they are no fields of the request.
    pub client_parameters: &'static [&'static str],
}

impl Http {
    /// A route; used by the generated tables.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        method: Method,
        path: &'static str,
        content: Content,
        client_parameters: &'static [&'static str],
    ) -> Self {
        Self { method, path, content, client_parameters }
    }
}

/// An HTTP verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `DELETE`
    Delete,
}

impl Method {
    /// The verb in capitals.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }
}

/// How a request travels over HTTPS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Content {
    /// As a JSON body.
    Json,
    /// As query parameters.
    Query,
    /// As a multipart body with one file.
    Multipart,
    /// As a form-encoded body.
    Form,
}

/// A way to reach an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Transport {
    /// HTTPS.
    Web,
    /// WebSocket.
    Rtm,
}

/// Whether a request must be authorized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Authorization {
    /// It must be.
    Required,
    /// It depends on the request: some of the action's requests must be, others need not.
    Optional,
    /// It need not be.
    None,
}

/// The scopes that a token needs for an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scopes {
    /// No scope is needed.
    None,
    /// Any one of these is enough.
    Any(&'static [&'static str]),
    /// All of these are needed.
    All(&'static [&'static str]),
    /// These are listed; the documentation does not say whether one is enough.
    Listed(&'static [&'static str]),
}

impl Scopes {
    /// The scopes' names.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Any(names) | Self::All(names) | Self::Listed(names) => names,
        }
    }
}

/// Whether a request may be sent twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeatable {
    /// Twice does what once does.
    Always,
    /// Twice does what once does if the request carries a `custom_id`.
    WithCustomId,
    /// Twice may do more than once.
    Never,
}

/// How an answer is paginated: the names of its fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pagination {
    /// The list of items.
    pub items: &'static str,
    /// The id of the next page; absent on the last page.
    pub next: &'static str,
    /// The id of the previous page, where there is one.
    pub previous: Option<&'static str>,
    /// The (often estimated) number of all items.
    pub total: Option<&'static str>,
}

impl Pagination {
    /// Names; used by the generated tables.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        items: &'static str,
        next: &'static str,
        previous: Option<&'static str>,
        total: Option<&'static str>,
    ) -> Self {
        Self { items, next, previous, total }
    }
}
