//! Schemas: what a value is, what is said of it, and what can be told from that without following references.

use serde_json::Value;

use crate::diagnostics::Place;

/// Identifies a named schema of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaId(pub usize);

impl SchemaId {
    /// Stands in a reference until it is linked.
    pub const UNLINKED: Self = Self(usize::MAX);
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

impl Schema {
    /// A schema about which nothing is known but its place and shape.
    #[must_use]
    pub fn bare(place: Place, shape: Shape) -> Self {
        Self {
            place,
            title: None,
            description: String::new(),
            shape,
            default: None,
            limits: Limits::default(),
            example: None,
            url: None,
            deprecated: false,
            secret: None,
            aliases: Vec::new(),
        }
    }

    /// Calls `visit` with each schema that stands here, this one included, without following references.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Schema)) {
        visit(self);
        match &self.shape {
            Shape::Array(inner) | Shape::Map(inner) => inner.walk(visit),
            Shape::Object(properties) => properties.iter().for_each(|property| property.schema.walk(visit)),
            Shape::AllOf(parts) | Shape::ByType(parts) => parts.iter().for_each(|part| part.walk(visit)),
            _ => {}
        }
    }

    /// The references that stand here.
    #[must_use]
    pub fn references(&self) -> Vec<&Ref> {
        let mut found = Vec::new();
        self.walk(&mut |inner| match &inner.shape {
            Shape::Ref(reference) => found.push(reference),
            Shape::Tagged(tagged) => found.extend(tagged.references()),
            _ => {}
        });
        found
    }

    /// Calls `visit` with each reference that stands here, to change it.
    pub fn each_reference(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        match &mut self.shape {
            Shape::Ref(reference) => visit(reference),
            Shape::Array(inner) | Shape::Map(inner) => inner.each_reference(visit),
            Shape::Object(properties) => {
                for property in properties {
                    property.schema.each_reference(visit);
                }
            }
            Shape::AllOf(parts) | Shape::ByType(parts) => {
                for part in parts {
                    part.each_reference(visit);
                }
            }
            Shape::Tagged(Tagged { one_of, branches, absent, .. }) => {
                let branches = branches.iter_mut().map(|(_, reference)| reference);
                one_of.iter_mut().chain(branches).chain(absent).for_each(visit);
            }
            _ => {}
        }
    }
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
    /// All references of the union.
    fn references(&self) -> impl Iterator<Item = &Ref> {
        self.one_of.iter().chain(self.variants())
    }

    /// The variants: one for each value of the tag, then that of objects without it.
    pub fn variants(&self) -> impl Iterator<Item = &Ref> {
        self.branches.iter().map(|(_, reference)| reference).chain(&self.absent)
    }

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
