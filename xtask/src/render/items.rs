//! The types that people read and typify does not make: open enums, newtypes, aliases.

use std::collections::BTreeSet;

use super::docs::{self, comment, comment_inside, first_sentence, lower_first};
use super::rust_types::{Kind, branch_name, branch_type, rust_type};
use crate::model::{Enum, Model, Named, Schema, Tagged};
use crate::name;

const OPEN_ENUM: &str = "#[derive(Debug, Clone, PartialEq)]\n#[non_exhaustive]\n";
const KEY: &str = "Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord";

/// The type of a named schema that is no struct; empty for a struct.
pub(super) fn item(model: &Model, named: &Named, kind: &Kind<'_>) -> String {
    let (doc, name) = (comment(&docs::named(&named.schema)), &named.name);
    match kind {
        Kind::Struct => String::new(),
        Kind::StringEnum(found) => {
            let variants = string_variants(found);
            format!("{doc}#[derive({KEY})]\n#[non_exhaustive]\npub enum {name} {{\n{variants}}}\n")
        }
        Kind::StringId => format!("{doc}#[derive({KEY})]\npub struct {name}(pub(super) String);\n"),
        Kind::IntegerId => {
            let key = KEY.replacen("Clone", "Clone, Copy", 1);
            format!("{doc}#[derive({key})]\npub struct {name}(pub(super) i64);\n")
        }
        Kind::Tagged(tagged) => {
            format!("{doc}{OPEN_ENUM}pub enum {name} {{\n{}}}\n", tagged_variants(model, name, tagged))
        }
        Kind::ByType(branches) => {
            format!("{doc}{OPEN_ENUM}pub enum {name} {{\n{}}}\n", variants_by_type(model, branches))
        }
        Kind::Alias => format!("{doc}pub type {name} = {};\n", rust_type(model, &named.schema)),
    }
}

fn string_variants(found: &Enum) -> String {
    let mut text = String::new();
    for (value, meaning) in &found.values {
        let meaning = docs::markdown(&docs::sentence(meaning));
        text.push_str(&comment_inside(&format!("`{value}`: {}", lower_first(&meaning))));
        text.push_str(&format!("    {},\n", name::variant(value)));
    }
    text.push_str(&comment_inside("A value that this version does not know; it is kept as it is."));
    text + "    Unknown(UnknownValue),\n"
}

fn tagged_variants(model: &Model, union: &str, tagged: &Tagged) -> String {
    let mut text = String::new();
    let mut seen = BTreeSet::new();
    for reference in tagged.variants().filter(|reference| seen.insert(reference.target)) {
        let target = model.named(reference.target);
        text.push_str(&comment_inside(first_sentence(&docs::markdown(&target.schema.description))));
        text.push_str(&format!("    {}({}),\n", name::branch(union, &target.name), target.name));
    }
    let unknown = format!("An object whose `{}` this version does not know; it is kept whole.", tagged.tag);
    text.push_str(&comment_inside(&unknown));
    text + "    Unknown(Unknown),\n"
}

fn variants_by_type(model: &Model, branches: &[Schema]) -> String {
    let mut text = String::new();
    for branch in branches {
        let said = [&branch.description, &model.resolve(branch).description];
        let said = said.into_iter().find(|said| !said.is_empty()).map_or("", String::as_str);
        text.push_str(&comment_inside(first_sentence(&docs::markdown(said))));
        text.push_str(&format!("    {}({}),\n", branch_name(model, branch), branch_type(model, branch)));
    }
    let unknown = "A value of a JSON type that this version does not expect; it is kept as it is.";
    text.push_str(&comment_inside(unknown));
    text + "    Unknown(UnknownJson),\n"
}
