//! Names of the documentation as Rust names. What a rule gets wrong is corrected in one table here, and nowhere else.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Values whose variant a rule would name badly: value, variant.
const VARIANTS: &[(&str, &str)] = &[];

/// The field of a property: `type` becomes `r#type`, without the `r#` here.
#[must_use]
pub fn field(property: &str) -> String {
    property.trim_start_matches('_').to_snake_case()
}

/// The field of a property as it stands in code: keywords are raw identifiers.
#[must_use]
pub fn field_ident(property: &str) -> String {
    let field = field(property);
    if syn::parse_str::<syn::Ident>(&field).is_ok() { field } else { format!("r#{field}") }
}

/// The variant of an enum's value.
#[must_use]
pub fn variant(value: &str) -> String {
    if let Some((_, name)) = VARIANTS.iter().find(|(known, _)| *known == value) {
        return (*name).to_owned();
    }
    let name = value.replace(|c: char| !c.is_ascii_alphanumeric(), "_").to_upper_camel_case();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("N{name}") } else { name }
}

/// The variant of a tagged union's branch: its name without the union's, `Event::Message` for `MessageEvent`.
#[must_use]
pub fn branch(union: &str, branch: &str) -> String {
    let words = |name: &str| -> Vec<String> { name.to_snake_case().split('_').map(str::to_owned).collect() };
    let (union_words, branch_words) = (words(union), words(branch));
    let leading = union_words.iter().zip(&branch_words).take_while(|(a, b)| a == b).count();
    let trailing =
        union_words.iter().rev().zip(branch_words.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = branch_words.len().saturating_sub(trailing);
    let short =
        branch_words.get(leading..end.max(leading)).unwrap_or_default().join("_").to_upper_camel_case();
    if short.is_empty() || matches!(short.as_str(), "Unknown" | "Self") { branch.to_owned() } else { short }
}

/// Whether a name is a word that code can have: ASCII letters, digits and `_`, a letter first.
#[must_use]
pub fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether Rust keeps the word for itself.
#[must_use]
pub fn is_keyword(name: &str) -> bool {
    is_word(name) && syn::parse_str::<syn::Ident>(name).is_err()
}

/// The module of a category.
#[must_use]
pub fn module(stem: &str) -> String {
    stem.to_snake_case()
}
