//! What the documentation says, linked and checked: the one thing that all outputs are made from.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diagnostics::Place;
use crate::read::Sources;

/// The folder of what several documents use.
pub const SHARED: &str = "shared";

/// The shared enum that names all scopes.
pub const SCOPE: &str = "Scope";

/// The shared enum that names all types of error.
pub const ERROR_TYPE: &str = "ErrorType";

/// The specs of one API version.
#[derive(Debug)]
pub struct Model {
    /// The version, such as `3.5`.
    pub version: String,
    /// The files that the places point into.
    pub sources: Sources,
    /// Every named schema; a [`SchemaId`] is an index into it.
    pub schemas: Vec<Named>,
    /// The APIs, in a fixed order.
    pub documents: Vec<Document>,
    /// All files, in the order in which they were read.
    pub files: Vec<FileInfo>,
    /// The named error responses.
    pub responses: Vec<NamedResponse>,
}

/// An error response that operations refer to.
#[derive(Debug, Clone)]
pub struct NamedResponse {
    /// Its name under `components.responses`.
    pub name: String,
    /// What it means.
    pub description: String,
    /// Its body.
    pub payload: Payload,
}

/// Identifies a named schema of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaId(pub usize);

impl SchemaId {
    /// Stands in a reference until it is linked.
    pub const UNLINKED: Self = Self(usize::MAX);
}

/// A spec file and its schemas.
#[derive(Debug, Clone)]
pub struct FileInfo {
    /// Its index in the sources.
    pub file: usize,
    /// The folder that it stands in, such as `agent-chat` or `shared`.
    pub folder: String,
    /// Its name without `.yaml`: the documentation's category.
    pub stem: String,
    /// What the file is about, if it is no category.
    pub description: Option<String>,
    /// Its schemas, in the order in which they stand there.
    pub schemas: Vec<SchemaId>,
}

/// A schema with a name.
#[derive(Debug, Clone)]
pub struct Named {
    /// Its name, in `PascalCase`.
    pub name: String,
    /// Where the name stands.
    pub place: Place,
    /// The folder of its file.
    pub folder: String,
    /// The stem of its file.
    pub stem: String,
    /// What it is.
    pub schema: Schema,
}

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
    /// The error types that the API documents.
    pub errors: Vec<String>,
    /// Where `x-api` stands.
    pub api_place: Place,
    /// Where each of the error types stands.
    pub error_places: Vec<Place>,
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
    /// The error responses: status, index into [`Model::responses`].
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

/// A schema.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Where it stands.
    pub place: Place,
    /// Its title: the variant's name in a union of JSON types.
    pub title: Option<String>,
    /// Its meaning.
    pub description: String,
    /// Its shape.
    pub shape: Shape,
    /// What the server assumes when it is absent.
    pub default: Option<Value>,
    /// The documented limits.
    pub limits: Limits,
    /// An example, as written.
    pub example: Option<Value>,
    /// The vendor's page and heading.
    pub url: Option<String>,
    /// Whether the documentation calls it deprecated.
    pub deprecated: bool,
    /// Whether its value is never shown; `None` if nothing is said.
    pub secret: Option<bool>,
    /// Other spellings of a property's name.
    pub aliases: Vec<String>,
}

/// Documented limits.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the keywords of OpenAPI")]
pub struct Limits {
    pub minimum: Option<serde_json::Number>,
    pub maximum: Option<serde_json::Number>,
    pub max_items: Option<u64>,
    pub max_length: Option<u64>,
}

impl Limits {
    /// The keywords of OpenAPI and JSON schema, with the limits that there are.
    #[must_use]
    pub fn keywords(&self) -> [(&'static str, Option<Value>); 4] {
        [
            ("minimum", self.minimum.clone().map(Value::Number)),
            ("maximum", self.maximum.clone().map(Value::Number)),
            ("maxItems", self.max_items.map(Value::from)),
            ("maxLength", self.max_length.map(Value::from)),
        ]
    }
}

/// A reference to a named schema.
#[derive(Debug, Clone)]
pub struct Ref {
    /// As written.
    pub text: String,
    /// Where.
    pub place: Place,
    /// What it refers to, once linked.
    pub target: SchemaId,
}

/// What a schema is.
#[derive(Debug, Clone)]
pub enum Shape {
    /// A named schema.
    Ref(Ref),
    /// Text.
    String(StringFormat),
    /// A whole number.
    Integer(IntegerFormat),
    /// A number.
    Number,
    /// A truth value.
    Boolean,
    /// Any JSON value.
    Any,
    /// An open set of strings.
    Enum(Enum),
    /// A list.
    Array(Box<Schema>),
    /// An object with free keys.
    Map(Box<Schema>),
    /// An object.
    Object(Vec<Property>),
    /// An object made of others.
    AllOf(Vec<Schema>),
    /// Objects told apart by a property.
    Tagged(Tagged),
    /// Values told apart by their JSON type.
    ByType(Vec<Schema>),
}

/// The format of a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum StringFormat {
    Text,
    DateTime,
    Date,
    Binary,
}

/// The format of an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum IntegerFormat {
    Int64,
    Uint32,
}

/// An open set of strings.
#[derive(Debug, Clone, Default)]
pub struct Enum {
    /// The known values and their meanings.
    pub values: Vec<(String, String)>,
    /// Other spellings: what is read, what it stands for.
    pub aliases: Vec<(String, String)>,
    /// Whether the property that has it is the tag of a union's variant.
    pub is_tag: bool,
}

/// A property of an object.
#[derive(Debug, Clone)]
pub struct Property {
    /// Its name on the wire.
    pub name: String,
    /// Where its name stands.
    pub place: Place,
    /// Whether it is always there.
    pub required: bool,
    /// Its type.
    pub schema: Schema,
}

/// A union of objects that a property tells apart.
#[derive(Debug, Clone)]
pub struct Tagged {
    /// The property's name.
    pub tag: String,
    /// The tag's values and their variants; several values may share a variant.
    pub branches: Vec<(String, Ref)>,
    /// The variant of objects without the tag.
    pub absent: Option<Ref>,
    /// All references of the `oneOf`, as written.
    pub one_of: Vec<Ref>,
}

impl Tagged {
    /// The branch of a value; `None` if its tag is unknown.
    #[must_use]
    pub fn branch(&self, value: &Value) -> Option<&Ref> {
        match value.get(&self.tag).and_then(Value::as_str) {
            Some(tag) => self.branches.iter().find(|(value, _)| value == tag).map(|(_, branch)| branch),
            None => self.absent.as_ref(),
        }
    }
}

/// A JSON type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum JsonType {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl JsonType {
    /// Its name in a JSON schema.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// That of a value.
    #[must_use]
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(number) if number.is_f64() => Self::Number,
            Value::Number(_) => Self::Integer,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

impl Model {
    /// The one JSON type of a schema's values, if they have one.
    #[must_use]
    pub fn json_type(&self, schema: &Schema) -> Option<JsonType> {
        match &self.resolve(schema).shape {
            Shape::String(_) | Shape::Enum(_) => Some(JsonType::String),
            Shape::Integer(_) => Some(JsonType::Integer),
            Shape::Number => Some(JsonType::Number),
            Shape::Boolean => Some(JsonType::Boolean),
            Shape::Array(_) => Some(JsonType::Array),
            Shape::Object(_) | Shape::AllOf(_) | Shape::Map(_) | Shape::Tagged(_) => Some(JsonType::Object),
            Shape::Any | Shape::ByType(_) | Shape::Ref(_) => None,
        }
    }

    /// The branch for a value's JSON type; an integer is a number, too.
    #[must_use]
    pub fn branch_of<'a>(&self, branches: &'a [Schema], value: &Value) -> Option<&'a Schema> {
        let of_value = JsonType::of(value);
        branches.iter().find(|branch| {
            self.json_type(branch).is_some_and(|kind| {
                kind == of_value || (kind == JsonType::Number && of_value == JsonType::Integer)
            })
        })
    }

    /// The named schema with this id.
    ///
    /// # Panics
    /// If the id is of another model; ids of a linked model are always good.
    #[must_use]
    #[expect(clippy::indexing_slicing, reason = "linking gives out only ids of this list")]
    pub fn named(&self, id: SchemaId) -> &Named {
        &self.schemas[id.0]
    }

    /// The name of what a linked reference leads to.
    #[must_use]
    pub fn name(&self, reference: &Ref) -> &str {
        &self.named(reference.target).name
    }

    /// The actions of all APIs.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.documents.iter().flat_map(|document| &document.actions)
    }

    /// Follows references until the schema is no reference.
    #[must_use]
    pub fn resolve<'a>(&'a self, mut schema: &'a Schema) -> &'a Schema {
        while let Shape::Ref(reference) = &schema.shape {
            schema = &self.named(reference.target).schema;
        }
        schema
    }

    /// All properties of an object, those of the parts of an `allOf` included, in order; empty for anything else.
    #[must_use]
    pub fn properties<'a>(&'a self, schema: &'a Schema) -> Vec<&'a Property> {
        match &schema.shape {
            Shape::Object(properties) => properties.iter().collect(),
            Shape::Ref(reference) => self.properties(&self.named(reference.target).schema),
            Shape::AllOf(parts) => {
                let mut all: Vec<&Property> = Vec::new();
                for property in parts.iter().flat_map(|part| self.properties(part)) {
                    match all.iter().position(|known| known.name == property.name) {
                        // The checks refuse this; until then one of the two stands for the property.
                        Some(at) => {
                            all.remove(at);
                            all.insert(at, property);
                        }
                        None => all.push(property),
                    }
                }
                all
            }
            _ => Vec::new(),
        }
    }

    /// Calls `visit` with each schema in `schema`, itself included, without following references.
    pub fn walk<'a>(schema: &'a Schema, visit: &mut dyn FnMut(&'a Schema)) {
        visit(schema);
        match &schema.shape {
            Shape::Array(inner) | Shape::Map(inner) => Self::walk(inner, visit),
            Shape::Object(properties) => {
                for property in properties {
                    Self::walk(&property.schema, visit);
                }
            }
            Shape::AllOf(parts) | Shape::ByType(parts) => {
                for part in parts {
                    Self::walk(part, visit);
                }
            }
            _ => {}
        }
    }

    /// All schemas that can be reached from `roots`, in ascending order.
    pub fn reached<'a>(&self, roots: impl IntoIterator<Item = &'a Schema>) -> BTreeSet<SchemaId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<SchemaId> =
            roots.into_iter().flat_map(Self::references).map(|reference| reference.target).collect();
        while let Some(id) = open.pop() {
            if id != SchemaId::UNLINKED && found.insert(id) {
                open.extend(
                    Self::references(&self.named(id).schema).iter().map(|reference| reference.target),
                );
            }
        }
        found
    }

    /// The types of the errors that a document's actions answer with.
    pub fn failures<'a>(&'a self, document: &'a Document) -> impl Iterator<Item = &'a Schema> {
        let errors = document.actions.iter().flat_map(|action| &action.errors);
        errors.filter_map(|(_, index)| Some(&self.responses.get(*index)?.payload.schema))
    }

    /// All schemas that become types: what is only a part of an `allOf` lives on in the types made of it.
    #[must_use]
    pub fn types(&self) -> BTreeSet<SchemaId> {
        let actions = self.actions().flat_map(Action::typed_payloads);
        let messages = self.documents.iter().flat_map(Document::messages).flat_map(Message::payloads);
        let responses = self.responses.iter().map(|response| &response.payload);
        let payloads = actions.chain(messages).chain(responses).map(|payload| &payload.schema);
        let parameters = self.actions().flat_map(Action::parameters).map(|parameter| &parameter.schema);
        let mut open: Vec<SchemaId> = payloads
            .chain(parameters)
            .flat_map(|schema| self.references_of_fields(schema))
            .chain([SCOPE, ERROR_TYPE].iter().filter_map(|name| self.shared(name)))
            .collect();
        let mut found = BTreeSet::new();
        while let Some(id) = open.pop() {
            if id != SchemaId::UNLINKED && found.insert(id) {
                open.extend(self.references_of_fields(&self.named(id).schema));
            }
        }
        found
    }

    /// The schema with this name in the shared files, such as `Scope`.
    #[must_use]
    pub fn shared(&self, name: &str) -> Option<SchemaId> {
        let found = self.schemas.iter().position(|named| named.folder == SHARED && named.name == name);
        found.map(SchemaId)
    }

    /// The schemas that a type's own code names: those of its fields, of the parts of its `allOf`, of its branches.
    #[must_use]
    pub fn references_of_fields(&self, schema: &Schema) -> BTreeSet<SchemaId> {
        let direct = |schema: &Schema| -> Vec<SchemaId> {
            Self::references(schema).into_iter().map(|reference| reference.target).collect()
        };
        match &schema.shape {
            Shape::AllOf(_) => {
                self.properties(schema).into_iter().flat_map(|property| direct(&property.schema)).collect()
            }
            _ => direct(schema).into_iter().collect(),
        }
    }

    /// The references that stand in a schema.
    #[must_use]
    pub fn references(schema: &Schema) -> Vec<&Ref> {
        let mut found = Vec::new();
        Self::walk(schema, &mut |inner| match &inner.shape {
            Shape::Ref(reference) => found.push(reference),
            Shape::Tagged(tagged) => {
                found.extend(&tagged.one_of);
                found.extend(tagged.branches.iter().map(|(_, reference)| reference));
                found.extend(&tagged.absent);
            }
            _ => {}
        });
        found
    }
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
