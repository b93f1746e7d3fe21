//! The word that somebody probably meant.

/// The nearest of some known words, if it is near enough for a slip of the keyboard: a third of the word, as rustc has it.
#[must_use]
pub(crate) fn closest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = word.chars().count().max(3) / 3;
    let folded = |known: &str| known.eq_ignore_ascii_case(word);
    known
        .into_iter()
        .map(|known| {
            let distance = if folded(known) { 0 } else { strsim::damerau_levenshtein(word, known) };
            (distance, known)
        })
        .filter(|(distance, known)| *distance <= limit && *distance < known.chars().count())
        .min()
        .map(|(_, known)| known)
}

/// "did you mean …?", or what to do if nothing is near.
#[must_use]
pub(crate) fn did_you_mean<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    closest(word, known).map_or_else(otherwise, |known| format!("did you mean `{known}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_a_long_word_is_recognised_and_another_short_word_is_not() {
        assert_eq!(closest("descripton", ["title", "description"]), Some("description"));
        assert_eq!(closest("put", ["get", "post", "delete"]), None);
        assert_eq!(closest("Agent", ["Event", "Chat"]), None);
        assert_eq!(closest("ChatID", ["ChatId", "Chat"]), Some("ChatId"), "capitals are no distance");
    }

    #[test]
    fn a_word_that_would_have_to_change_wholly_is_not_meant() {
        assert_eq!(closest("x", ["y"]), None);
        assert_eq!(closest("", ["a"]), None);
    }
}
