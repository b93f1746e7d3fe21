//! Names: good Rust names, unique where they meet.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::{Document, Model, Named, SchemaId, Shape};
use crate::name;

/// Names that the prelude or the generated code itself uses.
const TAKEN: &[&str] = &[
    "Self",
    "Option",
    "Into",
    "IntoIterator",
    "Vec",
    "String",
    "Box",
    "Result",
    "Ok",
    "Err",
    "Some",
    "None",
    "Default",
    "BTreeMap",
    "Value",
    "Serialize",
    "Timestamp",
    "Date",
    "Secret",
    "Number",
    "Unknown",
    "UnknownJson",
    "UnknownPayload",
    "UnknownValue",
    "Action",
    "ActionInfo",
    "RtmAction",
    "Api",
    "Http",
    "Method",
    "Content",
    "Transport",
    "Scopes",
    "Repeatable",
    "Pagination",
    "Authorization",
    "Empty",
    "Items",
    "Outcomes",
    "Paged",
    "Pages",
    "Response",
    "Push",
    "WebhookPayload",
];

/// Fields that Rust keeps for itself even as raw identifiers, and the name of constructors.
const NO_FIELDS: &[&str] = &["self", "super", "crate", "new"];

/// Methods that every client of an API has, or one of them has by hand: no operation can have their names.
pub const CLIENT_METHODS: &[&str] = &[
    "send",
    "send_raw",
    "upload",
    "batch",
    "pages",
    "pages_from",
    "items",
    "items_from",
    "livechat",
    "author_id",
    "organization_id",
    "in_group",
    "with_cookies",
    "clone",
    "fmt",
];

/// Modules that the generator adds to those of an API's files.
const MODULES: &[&str] = &["actions", "push", "webhook"];

pub(super) fn check(model: &Model, errors: &Diagnostics) {
    for named in &model.schemas {
        let pascal = named.name.to_upper_camel_case();
        if !name::is_word(&named.name) {
            let message = format!("`{}` is no name of a type", named.name);
            let help = "a name is PascalCase: ASCII letters and digits, a letter first";
            errors.report(Code::InvalidName, named.place, message, help);
        } else if pascal != named.name {
            let message = format!("`{}` is not PascalCase", named.name);
            errors.report(Code::InvalidName, named.place, message, format!("name it `{pascal}`"));
        }
        if TAKEN.contains(&named.name.as_str()) {
            let message = format!("`{}` is a name of Rust's own, or of the generated code", named.name);
            let help = "choose a name that says what it is in a chat";
            errors.report(Code::InvalidName, named.place, message, help);
        }
        fields(model, named, errors);
        variants(model, named, errors);
    }
    modules(model, errors);
    for document in &model.documents {
        entries(document, errors);
        methods(document, errors);
        let reached = model.reached(document.schemas().chain(model.failures(document)));
        one_name_each(model, &document.folder, reached, errors);
    }
}

fn one_name_each(
    model: &Model,
    folder: &str,
    reached: impl IntoIterator<Item = SchemaId>,
    errors: &Diagnostics,
) {
    let mut known: BTreeMap<&str, SchemaId> = BTreeMap::new();
    for id in reached {
        let named = model.named(id);
        if let Some(other) = known.insert(&named.name, id) {
            let other = model.named(other);
            let message = format!("the document `{folder}` has two schemas named `{}`", named.name);
            let help = format!("the other one stands in {}/{}.yaml: rename one", other.folder, other.stem);
            errors.report(Code::DuplicateName, named.place, message, help);
        }
    }
}

/// Operations become methods, pushes and webhooks variants.
fn entries(document: &Document, errors: &Diagnostics) {
    let entry = |what: &str, found: &str, place: Place| {
        let snake = found.to_snake_case();
        if !name::is_word(&snake) || name::is_keyword(&snake) {
            let message = format!("the {what} `{found}` becomes no good name");
            let help =
                "a name is snake_case: ASCII letters, digits and `_`, a letter first, no word of Rust's own";
            errors.report(Code::InvalidName, place, message, help);
        } else if snake != found {
            let message = format!("the {what} `{found}` is not snake_case");
            let help = format!("write `{snake}`, and `x-action` of an operation for the documented name");
            errors.report(Code::InvalidName, place, message, help);
        }
    };
    for action in &document.actions {
        let what = if action.http.is_some() { "operationId" } else { "RTM action" };
        entry(what, &action.id, action.place);
    }
    document.pushes.iter().for_each(|push| entry("push", &push.name, push.place));
    document.webhooks.iter().for_each(|webhook| entry("webhook", &webhook.name, webhook.place));
}

/// Operations, and the streams of those that have pages, become methods of one client.
fn methods(document: &Document, errors: &Diagnostics) {
    let operations = || document.actions.iter().filter(|action| action.http.is_some());
    let ids: BTreeSet<&str> = operations().map(|action| action.id.as_str()).collect();
    for action in operations() {
        let id = &action.id;
        if CLIENT_METHODS.contains(&id.as_str()) {
            let message = format!("the operationId `{id}` is a method that a client of an API has by hand");
            let help = "choose another, and write the documented name in `x-action`";
            errors.report(Code::NameClash, action.place, message, help);
        }
        for suffix in ["stream", "pages"].into_iter().filter(|_| action.pagination.is_some()) {
            let method = format!("{id}_{suffix}");
            if ids.contains(method.as_str()) {
                let message = format!(
                    "the pages of `{id}` are read by the method `{method}`, which is an operationId too"
                );
                let help = format!(
                    "give the operation `{method}` another, and write the documented name in `x-action`"
                );
                errors.report(Code::NameClash, action.place, message, help);
            }
        }
    }
}

/// A file becomes a module.
fn modules(model: &Model, errors: &Diagnostics) {
    let mut known: BTreeMap<(&str, String), &str> = BTreeMap::new();
    for info in model.files.iter().filter(|info| !info.schemas.is_empty()) {
        let module = name::module(&info.stem);
        let place = Place { file: info.file, start: 0, end: 0 };
        if !name::is_word(&module) || name::is_keyword(&module) {
            let message = format!("`{}.yaml` becomes no good module", info.stem);
            let help = "a file's name is kebab-case: ASCII letters, digits and `-`, a letter first, no word of Rust's own";
            errors.report(Code::InvalidName, place, message, help);
        }
        if MODULES.contains(&module.as_str()) {
            let message = format!("`{}.yaml` becomes the module `{module}`, which is generated", info.stem);
            errors.report(Code::NameClash, place, message, "rename the file");
        }
        if let Some(other) = known.insert((&info.folder, module.clone()), &info.stem) {
            let message =
                format!("`{}.yaml` and `{other}.yaml` both become the module `{module}`", info.stem);
            errors.report(Code::NameClash, place, message, "rename one of them");
        }
    }
}

/// Two properties must not become the same field, nor be read by the same name.
fn fields(model: &Model, named: &Named, errors: &Diagnostics) {
    let (Shape::Object(_) | Shape::AllOf(_)) = named.schema.shape else { return };
    let properties = model.properties(&named.schema);
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let mut read: BTreeSet<&str> = properties.iter().map(|property| property.name.as_str()).collect();
    for property in properties {
        let field = name::field(&property.name);
        if !name::is_word(&field) || !property.name.is_ascii() || NO_FIELDS.contains(&field.as_str()) {
            let message = format!("`{}` becomes no good field", property.name);
            let help = format!(
                "a property's name is ASCII, with a letter before any digit, and not {}: a name that the documentation \
                 has all the same needs an exception in `field` of xtask/src/name.rs",
                NO_FIELDS.join(", ")
            );
            errors.report(Code::InvalidName, property.place, message, help);
        }
        if let Some(other) = known.insert(field.clone(), property.name.clone()) {
            let message = format!("`{}` and `{other}` both become the field `{field}`", property.name);
            let help =
                "if both are documented, `field` in xtask/src/name.rs needs an exception for one of them";
            errors.report(Code::NameClash, property.place, message, help);
        }
        for alias in &property.schema.aliases {
            if !read.insert(alias) {
                let message =
                    format!("the alias `{alias}` of `{}` is read as another property", property.name);
                let help = "an alias is a spelling that nothing else in this object has";
                errors.report(Code::NameClash, property.place, message, help);
            }
        }
    }
}

/// Two values or branches must not become the same variant.
fn variants(model: &Model, named: &Named, errors: &Diagnostics) {
    let way_out = match named.schema.shape {
        Shape::Enum(_) => "give it one in `VARIANTS` of xtask/src/name.rs, such as `(\"+1\", \"PlusOne\")`",
        Shape::ByType(_) => "give the branch another `title`",
        _ => "rename the schema of the branch",
    };
    let mut known: BTreeMap<&str, &str> = BTreeMap::new();
    let variants = names_of_variants(model, named);
    for (written, variant) in &variants {
        if !name::is_word(variant) || variant == "Self" {
            let message = format!("`{written}` becomes no good variant of `{}`", named.name);
            let help = "a variant's name is PascalCase: ASCII letters and digits, a letter first, not `Self`";
            errors.report(Code::InvalidName, named.place, message, format!("{help}: {way_out}"));
        }
        if variant == "Unknown" {
            let message =
                format!("`{written}` becomes the variant `Unknown`, which stands for unknown values");
            errors.report(Code::NameClash, named.place, message, way_out);
        }
        if let Some(other) = known.insert(variant, written) {
            let message = format!("`{written}` and `{other}` both become the variant `{variant}`");
            errors.report(Code::NameClash, named.place, message, way_out);
        }
    }
}

/// What stands in the spec, and the variant that it becomes.
fn names_of_variants(model: &Model, named: &Named) -> Vec<(String, String)> {
    match &named.schema.shape {
        Shape::Enum(found) => {
            found.values.iter().map(|(value, _)| (value.clone(), name::variant(value))).collect()
        }
        Shape::ByType(branches) => branches
            .iter()
            .filter_map(|branch| match (&branch.title, &branch.shape) {
                (Some(title), _) => Some((title.clone(), title.to_upper_camel_case())),
                (None, Shape::Ref(reference)) => {
                    let name = model.name(reference).to_owned();
                    Some((name.clone(), name))
                }
                _ => None,
            })
            .collect(),
        Shape::Tagged(tagged) => {
            let targets: BTreeSet<SchemaId> = tagged.variants().map(|reference| reference.target).collect();
            let branches = targets.into_iter().map(|id| model.named(id).name.clone());
            branches.map(|branch| (branch.clone(), name::branch(&named.name, &branch))).collect()
        }
        _ => Vec::new(),
    }
}
