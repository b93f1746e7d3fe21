//! What the documentation says, linked and checked: the one thing that all outputs are made from.

mod entries;
mod schema;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diagnostics::Place;
use crate::read::Sources;

pub use entries::*;
pub use schema::*;

/// The folder of what several documents use.
pub const SHARED: &str = "shared";

/// The APIs in the order in which outputs name them.
pub const APIS: &[&str] = &["agent", "customer", "configuration", "reports", "accounts", "webhooks"];

/// The shared enum that names all scopes.
pub const SCOPE: &str = "Scope";

/// The shared enum that names all types of error.
pub const ERROR_TYPE: &str = "ErrorType";

/// The shared id that envelopes, which are written by hand, have in them.
pub const ENVELOPE_ID: &str = "OrganizationId";

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
        let mut found = Vec::new();
        self.collect_properties(schema, &mut BTreeSet::new(), &mut found);
        found
    }

    /// A schema that is a part in several ways is looked at once; if two have a property, which the checks refuse, the later
    /// one stands for it.
    fn collect_properties<'a>(
        &'a self,
        schema: &'a Schema,
        seen: &mut BTreeSet<SchemaId>,
        found: &mut Vec<&'a Property>,
    ) {
        match &schema.shape {
            Shape::Object(properties) if found.is_empty() => found.extend(properties),
            Shape::Object(properties) => {
                for property in properties {
                    match found.iter_mut().find(|known| known.name == property.name) {
                        Some(known) => *known = property,
                        None => found.push(property),
                    }
                }
            }
            Shape::Ref(reference) if seen.insert(reference.target) => {
                self.collect_properties(&self.named(reference.target).schema, seen, found);
            }
            Shape::AllOf(parts) => {
                for part in parts {
                    self.collect_properties(part, seen, found);
                }
            }
            _ => {}
        }
    }

    /// All schemas that can be reached from `roots`, in ascending order.
    pub fn reached<'a>(&self, roots: impl IntoIterator<Item = &'a Schema>) -> BTreeSet<SchemaId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<SchemaId> =
            roots.into_iter().flat_map(Schema::references).map(|reference| reference.target).collect();
        while let Some(id) = open.pop() {
            if id != SchemaId::UNLINKED && found.insert(id) {
                open.extend(self.named(id).schema.references().iter().map(|reference| reference.target));
            }
        }
        found
    }

    /// The types of the errors that a document's actions answer with.
    pub fn failures<'a>(&'a self, document: &'a Document) -> impl Iterator<Item = &'a Schema> {
        let errors = document.actions.iter().flat_map(|action| &action.errors);
        errors.filter_map(|(_, index)| Some(&self.responses.get(*index)?.payload.schema))
    }

    /// The types of all that travels as JSON, as a form or in a query, of each message and parameter; the body of an upload is
    /// none of them.
    pub fn typed_schemas(&self) -> impl Iterator<Item = &Schema> {
        let actions = self.actions().flat_map(Action::typed_payloads);
        let messages = self.documents.iter().flat_map(Document::messages).flat_map(Message::payloads);
        let responses = self.responses.iter().map(|response| &response.payload);
        let parameters = self.actions().flat_map(Action::parameters).map(|parameter| &parameter.schema);
        actions.chain(messages).chain(responses).map(|payload| &payload.schema).chain(parameters)
    }

    /// All schemas that become types: what is only a part of an `allOf` lives on in the types made of it.
    #[must_use]
    pub fn types(&self) -> BTreeSet<SchemaId> {
        let mut open: Vec<SchemaId> = self
            .typed_schemas()
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
            schema.references().into_iter().map(|reference| reference.target).collect()
        };
        match &schema.shape {
            Shape::AllOf(_) => {
                self.properties(schema).into_iter().flat_map(|property| direct(&property.schema)).collect()
            }
            _ => direct(schema).into_iter().collect(),
        }
    }
}
