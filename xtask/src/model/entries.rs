//! The documents, and what they declare: actions, pushes, webhooks, documented data structures.

use serde_json::Value;

use super::Schema;
use crate::diagnostics::Place;

/// One API: a root document and its categories.
#[derive(Debug, Clone)]
pub struct Document {
    /// The API's short name.
    pub api: String,
    /// Its folder under the version.
    pub folder: String,
    /// Title and description.
    pub title: String,
    /// What the API is for.
    pub description: String,
    /// Where it is served.
    pub servers: Vec<(String, String)>,
    /// Security schemes, as written.
    pub security_schemes: Value,
    /// What security applies unless an operation says otherwise, as written.
    pub security: Value,
    /// The documentation's categories, in its order.
    pub categories: Vec<Category>,
    /// Operations and RTM actions, in the root document's order.
    pub actions: Vec<Action>,
    /// What the server sends over WebSocket.
    pub pushes: Vec<Message>,
    /// What the server posts.
    pub webhooks: Vec<Message>,
    /// The data structures that the documentation shows by themselves.
    pub structures: Vec<Message>,
    /// The error types that the API documents, and where each stands.
    pub errors: Vec<(String, Place)>,
    /// Where `x-api` stands.
    pub api_place: Place,
}

/// A category of the documentation.
#[derive(Debug, Clone)]
pub struct Category {
    /// The name of its tag and file.
    pub name: String,
    /// What it is about.
    pub description: String,
    /// Where it stands.
    pub place: Place,
}

/// Summary, description and link of an entry.
#[derive(Debug, Clone, Default)]
pub struct Docs {
    /// One line.
    pub summary: String,
    /// What a user must know; may be empty.
    pub description: String,
    /// The vendor's page and heading.
    pub url: String,
}

/// An action: an HTTP operation or an RTM action.
#[derive(Debug, Clone)]
pub struct Action {
    /// The documented name.
    pub name: String,
    /// The name in `snake_case`, unique in its document and transport.
    pub id: String,
    /// Where it stands.
    pub place: Place,
    /// Its category.
    pub category: String,
    /// Its documentation.
    pub docs: Docs,
    /// How it travels over HTTPS; `None` for an `x-rtm` entry.
    pub http: Option<Http>,
    /// The transports for which this entry stands.
    pub transports: Vec<Transport>,
    /// The scopes that it needs.
    pub scopes: Scopes,
    /// Whether it may be sent twice.
    pub repeatable: Repeatable,
    /// The names of its answer's parts, if it is paginated.
    pub pagination: Option<Pagination>,
    /// The action of each item, if it is a batch.
    pub batch_of: Option<String>,
    /// Whether it needs authorization.
    pub authorization: Authorization,
    /// What it says of authorization itself, as written.
    pub security: Option<Value>,
    /// What the answer `"200"` means.
    pub response_description: String,
    /// The error responses: status, index into the responses of the model.
    pub errors: Vec<(String, usize)>,
    /// Whether the documentation calls it deprecated.
    pub deprecated: bool,
    /// What is sent.
    pub request: Payload,
    /// What is answered; `None` if nothing.
    pub response: Option<Payload>,
    /// Where its keys stand.
    pub places: ActionPlaces,
}

/// Where the keys of an action stand, for messages about them.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the keys of spec/README.md")]
pub struct ActionPlaces {
    pub tags: Place,
    pub scopes: Place,
    pub pagination: Place,
    pub batch_of: Place,
}

/// How an action travels over HTTPS.
#[derive(Debug, Clone)]
pub struct Http {
    /// `get`, `post` or `delete`.
    pub method: Method,
    /// The path.
    pub path: String,
    /// The media type of the request.
    pub content: Content,
    /// The query parameters, those that the client holds included.
    pub parameters: Vec<Parameter>,
}

impl Http {
    /// Whether the request's own fields stand in the query.
    #[must_use]
    pub fn is_query(&self) -> bool {
        self.content == Content::Query && self.method != Method::Post
    }
}

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Method {
    Get,
    Post,
    Delete,
}

impl Method {
    /// The key of a path item.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Delete => "delete",
        }
    }
}

/// How a request's fields travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Content {
    Json,
    Query,
    Multipart,
    Form,
}

impl Content {
    /// The media type; `None` for query parameters.
    #[must_use]
    pub fn media_type(self) -> Option<&'static str> {
        match self {
            Self::Json => Some("application/json"),
            Self::Multipart => Some("multipart/form-data"),
            Self::Form => Some("application/x-www-form-urlencoded"),
            Self::Query => None,
        }
    }
}

/// Whether a request must be authorized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authorization {
    /// It must be.
    Required,
    /// Some requests of the action must be, others need not.
    Optional,
    /// It need not be.
    None,
}

/// A transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Transport {
    Web,
    Rtm,
}

impl Transport {
    /// The word of `x-transports`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Web => "web",
            Self::Rtm => "rtm",
        }
    }
}

/// The scopes of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scopes {
    /// None is needed.
    None,
    /// One of them.
    Any(Vec<String>),
    /// All of them.
    All(Vec<String>),
    /// The documentation does not say which.
    Listed(Vec<String>),
}

impl Scopes {
    /// Their names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        match self {
            Self::None => &[],
            Self::Any(names) | Self::All(names) | Self::Listed(names) => names,
        }
    }
}

/// Whether an action may be sent twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Repeatable {
    Always,
    WithCustomId,
    Never,
}

/// The names of a paginated answer's parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pagination {
    /// The list.
    pub items: String,
    /// The next page's id.
    pub next: String,
    /// The previous page's id.
    pub previous: Option<String>,
    /// How many there are on all pages.
    pub total: Option<String>,
}

/// A query parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// What it is for.
    pub description: String,
    /// Whether it must be sent.
    pub required: bool,
    /// Its type.
    pub schema: Schema,
    /// Whether the client holds its value.
    pub client: bool,
    /// Whether it stands in the path; otherwise in the query.
    pub in_path: bool,
    /// An example.
    pub example: Option<Value>,
}

/// A push, a webhook or a documented data structure.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its documented name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Its documentation.
    pub docs: Docs,
    /// What it carries.
    pub payload: Payload,
    /// What a webhook carries beside its payload.
    pub additional_data: Option<Payload>,
}

/// A schema in use, with an example.
#[derive(Debug, Clone)]
pub struct Payload {
    /// Its type.
    pub schema: Schema,
    /// An example, made up for this project.
    pub example: Option<Value>,
    /// Where the example stands.
    pub example_place: Option<Place>,
    /// The single key of the object that the documentation wraps it in, when it shows it by itself.
    pub key: Option<String>,
}
impl Action {
    /// Whether it sends a file: its request is then the runtime's upload type.
    #[must_use]
    pub fn is_upload(&self) -> bool {
        self.http.as_ref().is_some_and(|http| http.content == Content::Multipart)
    }

    /// All payloads of the action: the request's and the response's.
    pub fn payloads(&self) -> impl Iterator<Item = &Payload> {
        std::iter::once(&self.request).chain(&self.response)
    }

    /// The payloads that become types of their own: a file to upload is none of them.
    pub fn typed_payloads(&self) -> impl Iterator<Item = &Payload> {
        self.payloads().skip(usize::from(self.is_upload()))
    }

    /// The query parameters, those that the client holds included; none for an action without a path.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        self.http.as_ref().map_or(&[], |http| &http.parameters)
    }
}

impl Message {
    /// All payloads of the message.
    pub fn payloads(&self) -> impl Iterator<Item = &Payload> {
        std::iter::once(&self.payload).chain(&self.additional_data)
    }
}

impl Document {
    /// The document's entries that are no actions.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        self.pushes.iter().chain(&self.webhooks).chain(&self.structures)
    }

    /// The types of everything that the document's entries carry, and of their parameters.
    pub fn schemas(&self) -> impl Iterator<Item = &Schema> {
        let payloads =
            self.actions.iter().flat_map(Action::payloads).chain(self.messages().flat_map(Message::payloads));
        let parameters = self.actions.iter().flat_map(Action::parameters);
        payloads.map(|payload| &payload.schema).chain(parameters.map(|parameter| &parameter.schema))
    }

    /// The names of the error types that the API documents.
    #[must_use]
    pub fn error_names(&self) -> Vec<&str> {
        self.errors.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Whether the API can be used over WebSocket.
    #[must_use]
    pub fn has_rtm(&self) -> bool {
        self.actions.iter().any(|action| action.transports.contains(&Transport::Rtm))
    }

    /// The parameter that the API's client is made with: one that it holds for every action over HTTPS.
    #[must_use]
    pub fn client_parameter(&self) -> Option<&Parameter> {
        let mut actions = self.actions.iter().filter(|action| action.http.is_some());
        let held = |action: &'_ Action, name: &str| {
            action.parameters().iter().any(|parameter| parameter.client && parameter.name == name)
        };
        let first = actions.next()?.parameters().iter().find(|parameter| parameter.client)?;
        actions.all(|action| held(action, &first.name)).then_some(first)
    }
}
