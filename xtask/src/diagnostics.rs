//! What a maintainer is told when a spec is wrong: a stable code, the place, the source line and the way out.

use std::cell::RefCell;
use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::read::Sources;

/// A stretch of a spec file, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The file, as an index into [`Sources`].
    pub file: usize,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal,)+) => {
        /// The stable name of a kind of mistake.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// All codes.
            pub const ALL: &'static [Code] = &[$(Code::$name),+];

            /// The code in kebab-case, as it is printed.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Code::$name => $code,)+
                }
            }
        }
    };
}

codes! {
    /// There is no spec where one was looked for.
    NoSpec = "no-spec",
    /// A file cannot be read from the disk.
    UnreadableFile = "unreadable-file",
    /// A file is not UTF-8.
    InvalidUtf8 = "invalid-utf8",
    /// A file holds nothing.
    EmptyFile = "empty-file",
    /// The file of differences is missing.
    NoDifferences = "no-differences",
    /// The marks of a merge that was not finished.
    MergeConflict = "merge-conflict",
    /// A file is larger than the limit.
    FileTooLarge = "file-too-large",
    /// The text is no YAML.
    YamlSyntax = "yaml-syntax",
    /// The nesting is deeper than the limit.
    TooDeep = "too-deep",
    /// An anchor or an alias.
    AnchorOrAlias = "anchor-or-alias",
    /// A YAML tag such as `!!str`.
    YamlTag = "yaml-tag",
    /// A merge key `<<`.
    MergeKey = "merge-key",
    /// More than one YAML document in a file.
    SeveralDocuments = "several-documents",
    /// A key that YAML reads as something else than a string.
    KeyNotAString = "key-not-a-string",
    /// A key that stands twice in one mapping.
    DuplicateKey = "duplicate-key",

    /// A key that the dialect does not know.
    UnknownKey = "unknown-key",
    /// A key that must stand there and does not.
    MissingKey = "missing-key",
    /// A value of another kind than expected.
    WrongType = "wrong-type",
    /// A word that is none of those allowed.
    UnknownValue = "unknown-value",
    /// An address that a browser or a client could not open.
    InvalidUrl = "invalid-url",
    /// A path that cannot be put behind a server's address as it stands.
    InvalidPath = "invalid-path",
    /// A summary of several lines, or with a dot at its end.
    InvalidSummary = "invalid-summary",
    /// A difference from the documentation that is stated badly.
    InvalidDifference = "invalid-difference",
    /// Another version of OpenAPI than 3.0.3.
    OpenapiVersion = "openapi-version",

    /// A `$ref` that is not `file.yaml#/…`.
    InvalidRef = "invalid-ref",
    /// A `$ref` to something that is not there.
    DanglingRef = "dangling-ref",
    /// A `$ref` into another API's folder.
    ForeignRef = "foreign-ref",
    /// Schemas that refer to each other in a circle.
    RefCycle = "ref-cycle",
    /// A schema that nothing refers to.
    UnusedComponent = "unused-component",
    /// An operation, push or webhook that no root document lists.
    UnreachedEntry = "unreached-entry",
    /// A file or folder that nothing reads.
    UnreachedFile = "unreached-file",
    /// Two schemas of one document with the same name.
    DuplicateName = "duplicate-name",
    /// A name that becomes no good Rust name.
    InvalidName = "invalid-name",
    /// Two names that become the same Rust name.
    NameClash = "name-clash",

    /// Two operations of one document with the same `operationId`.
    DuplicateOperationId = "duplicate-operation-id",
    /// Two operations with the same path and method.
    DuplicateRoute = "duplicate-route",
    /// A request schema that is not named after its operation.
    RequestName = "request-name",
    /// A body with several media types.
    SeveralMediaTypes = "several-media-types",
    /// A media type that cannot be sent.
    UnsupportedMediaType = "unsupported-media-type",
    /// A response other than `"200"`, `4XX`, `5XX`.
    UnsupportedResponse = "unsupported-response",
    /// A JSON response without a schema.
    MissingResponseSchema = "missing-response-schema",
    /// A parameter that cannot be sent.
    UnsupportedParameter = "unsupported-parameter",
    /// A tag that the root document does not list, or a file named differently.
    UnknownTag = "unknown-tag",
    /// A paginated operation whose response lacks a field that `x-pagination` names.
    PaginationField = "pagination-field",
    /// A batch of an action that does not exist.
    UnknownBatchAction = "unknown-batch-action",
    /// A security scheme that the root document does not declare.
    UnknownSecurityScheme = "unknown-security-scheme",
    /// A scope that `Scope` does not list.
    UnknownScope = "unknown-scope",
    /// An error type that `ErrorType` does not list.
    UnknownErrorType = "unknown-error-type",

    /// A schema that states no type.
    MissingSchemaType = "missing-schema-type",
    /// `nullable`.
    Nullable = "nullable",
    /// An object with properties that has no name.
    InlineObject = "inline-object",
    /// An enum that has no name.
    InlineEnum = "inline-enum",
    /// A union that has no name.
    InlineUnion = "inline-union",
    /// `anyOf`.
    AnyOf = "any-of",
    /// `additionalProperties: false`, or beside properties.
    AdditionalProperties = "additional-properties",
    /// A union whose branches nothing tells apart.
    UnionWithoutTag = "union-without-tag",
    /// A branch of a tagged union that does not state its tag's value.
    UnionBranchTag = "union-branch-tag",
    /// A branch of a union that is no object, or has the JSON type of another branch.
    UnionBranchType = "union-branch-type",
    /// A discriminator whose mapping and branches differ.
    UnionMapping = "union-mapping",
    /// A part of an `allOf` that is no object.
    AllOfPart = "all-of-part",
    /// A property that two parts of an `allOf` have.
    DuplicateProperty = "duplicate-property",
    /// A required name that is no property.
    RequiredNotAProperty = "required-not-a-property",
    /// A `required` that says nothing, or something twice.
    InvalidRequired = "invalid-required",
    /// The bytes of a file where JSON or a form is sent or received.
    BinaryInJson = "binary-in-json",
    /// An enum that holds something else than strings, or a value twice.
    InvalidEnum = "invalid-enum",
    /// A default that does not fit its schema.
    InvalidDefault = "invalid-default",
    /// A limit that makes no sense where it stands.
    InvalidLimit = "invalid-limit",
    /// A property that looks like a secret and does not say whether it is one.
    SecretUnmarked = "secret-unmarked",
    /// A description is missing.
    MissingDescription = "missing-description",
    /// An example that its schema does not accept.
    InvalidExample = "invalid-example",

    /// The generators refuse what the checks let pass: a gap in the checks.
    GeneratorRefused = "generator-refused",
    /// Something that is declared and reached no output: a gap in the renderers.
    NotGenerated = "not-generated",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One mistake in a spec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its kind.
    pub code: Code,
    /// What is wrong, in one sentence that names the thing.
    pub message: String,
    /// Where; `None` if it is in no file.
    pub place: Option<Place>,
    /// The way out.
    pub help: String,
}

/// Collects mistakes, so that a maintainer sees all of them at once.
#[derive(Debug, Default)]
pub struct Diagnostics(RefCell<Vec<Diagnostic>>);

impl Diagnostics {
    /// Adds a mistake at a place.
    pub fn report(&self, code: Code, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.push(Diagnostic { code, place: Some(place), message: message.into(), help: help.into() });
    }

    /// Adds a mistake that may have no place.
    pub fn push(&self, mut diagnostic: Diagnostic) {
        diagnostic.message = escaped(diagnostic.message);
        diagnostic.help = escaped(diagnostic.help);
        self.0.borrow_mut().push(diagnostic);
    }

    /// Whether one of them is in this file.
    #[must_use]
    pub fn mention(&self, file: usize) -> bool {
        self.0.borrow().iter().any(|diagnostic| diagnostic.place.is_some_and(|place| place.file == file))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All mistakes, in the order of files and lines, each once.
    #[must_use]
    pub fn into_sorted(self) -> Vec<Diagnostic> {
        let mut all = self.0.into_inner();
        all.sort_by(|a, b| {
            (a.place, a.code.as_str(), &a.message).cmp(&(b.place, b.code.as_str(), &b.message))
        });
        all.dedup();
        all
    }
}

/// What is quoted from a spec must not break the message, and must be seen: a line break becomes `\\n`, a space without width
/// `\\u{200b}`.
fn escaped(text: String) -> String {
    if text.is_ascii() && !text.contains(char::is_control) {
        return text;
    }
    let escape = |c: char| match c {
        '\'' | '"' | '\\' => c.to_string(),
        _ => c.escape_debug().to_string(),
    };
    text.chars().map(escape).collect()
}

/// How many mistakes are shown: the first ones are usually the cause of thousands that follow.
pub const MAX_SHOWN: usize = 100;

/// The specs are wrong: nothing was written.
#[derive(Debug)]
pub struct SpecErrors {
    /// What is wrong, sorted.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the places point into.
    pub sources: Sources,
}

impl SpecErrors {
    /// The text for a terminal, without colours: one paragraph a mistake, then a line that counts them.
    #[must_use]
    pub fn render(&self) -> String {
        let mut out = String::new();
        for diagnostic in self.diagnostics.iter().take(MAX_SHOWN) {
            out.push_str(&render(diagnostic, &self.sources));
            out.push_str("\n\n");
        }
        let count = self.diagnostics.len();
        if count > MAX_SHOWN {
            out.push_str(&format!("These are the first {MAX_SHOWN}.\n"));
        }
        let (noun, verb) = if count == 1 { ("mistake", "is") } else { ("mistakes", "are") };
        out.push_str(&format!("There {verb} {count} {noun} in the specs. Nothing was written.\n"));
        out
    }
}

fn render(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let title = Level::ERROR.primary_title(diagnostic.message.as_str()).id(diagnostic.code.as_str());
    let source = diagnostic.place.and_then(|place| Some((place, sources.get(place.file)?)));
    let group = match source {
        Some((place, source)) => title.element(
            Snippet::source(source.text.as_str())
                .path(source.path.as_str())
                .annotation(AnnotationKind::Primary.span(clip(place, &source.text))),
        ),
        None => annotate_snippets::Group::with_title(title),
    };
    let group = group.element(Level::HELP.message(diagnostic.help.as_str()));
    Renderer::plain().term_width(120).render(&[group])
}

/// A place may span many lines: what is shown is its first line, on character boundaries.
fn clip(place: Place, text: &str) -> std::ops::Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (floor(place.start), floor(place.end));
    let line = text.get(start..end).unwrap_or_default();
    let length = line.find('\n').unwrap_or(line.len());
    start..start + line.get(..length).unwrap_or_default().trim_end().len()
}
