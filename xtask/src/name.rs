//! Names of the documentation as Rust names. What a rule gets wrong is corrected in one table here, and nowhere else.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// Values whose variant a rule would name badly: value, variant.
const VARIANTS: &[(&str, &str)] = &[];

/// The field of a property: `type` becomes `r#type`, without the `r#` here.
#[must_use]
pub(crate) fn field(property: &str) -> String {
    property.trim_start_matches('_').to_snake_case()
}

/// The field of a property as it stands in code: keywords are raw identifiers.
#[must_use]
pub(crate) fn field_ident(property: &str) -> String {
    let field = field(property);
    if syn::parse_str::<syn::Ident>(&field).is_ok() { field } else { format!("r#{field}") }
}

/// The variant of an enum's value.
#[must_use]
pub(crate) fn variant(value: &str) -> String {
    if let Some((_, name)) = VARIANTS.iter().find(|(known, _)| *known == value) {
        return (*name).to_owned();
    }
    let name = value.replace(|c: char| !c.is_ascii_alphanumeric(), "_").to_upper_camel_case();
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("N{name}") } else { name }
}

/// The variant of a tagged union's branch: its name without the union's, `Event::Message` for `MessageEvent`.
#[must_use]
pub(crate) fn branch(union: &str, branch: &str) -> String {
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
pub(crate) fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Whether Rust keeps the word for itself.
#[must_use]
pub(crate) fn is_keyword(name: &str) -> bool {
    is_word(name) && syn::parse_str::<syn::Ident>(name).is_err()
}

/// The module of a category.
#[must_use]
pub(crate) fn module(stem: &str) -> String {
    stem.to_snake_case()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_snake_case_and_a_keyword_is_raw() {
        assert_eq!(field("lastVisit"), "last_visit");
        assert_eq!(field("_id"), "id");
        assert_eq!((field("type"), field_ident("type")), ("type".into(), "r#type".into()));
        assert_eq!(field_ident("thumbnail2x_url"), "thumbnail2x_url");
    }

    #[test]
    fn a_variant_is_a_word_whatever_the_value_has_in_it() {
        assert_eq!(variant("accepting_chats"), "AcceptingChats");
        assert_eq!(variant("chats--all:ro"), "ChatsAllRo");
        assert_eq!(variant("5xx"), "N5xx");
    }

    #[test]
    fn a_branch_loses_what_it_has_in_common_with_its_union() {
        assert_eq!(branch("Event", "MessageEvent"), "Message");
        assert_eq!(branch("RestrictableEvent", "RestrictedEvent"), "Restricted");
        assert_eq!(branch("NewEvent", "NewFileEvent"), "File");
        assert_eq!(branch("Event", "Event"), "Event", "nothing would be left");
        assert_eq!(branch("Event", "UnknownEvent"), "UnknownEvent", "`Unknown` has a meaning of its own");
    }

    #[test]
    fn words_and_keywords_are_told_apart() {
        assert!(is_word("chat_2") && !is_word("2_chats") && !is_word("chat-id") && !is_word(""));
        assert!(is_keyword("type") && !is_keyword("kind"));
    }
}
