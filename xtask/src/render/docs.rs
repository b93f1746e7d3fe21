//! Documentation comments: what the specs say, made safe for rustdoc and wrapped.

use serde_json::Value;

pub(super) use super::markdown::markdown;
use super::markdown::{Fence, is_item};
use crate::model::{Action, Authorization, Schema, Scopes, Shape, Transport};

/// How wide a line of documentation is, without its indentation and slashes.
const WIDTH: usize = 96;

/// `//!` lines.
pub(super) fn inner(text: &str) -> String {
    lines(text).iter().map(|line| format!("//!{line}\n")).collect()
}

/// `///` lines.
pub(super) fn comment(text: &str) -> String {
    lines(text).iter().map(|line| format!("///{line}\n")).collect()
}

/// `///` lines of a variant.
pub(super) fn comment_inside(text: &str) -> String {
    lines(text).iter().map(|line| format!("    ///{line}\n")).collect()
}

/// The lines of a documentation comment, for `#[doc]` attributes: each starts with a space, as people write.
pub(super) fn lines(text: &str) -> Vec<String> {
    wrap(text).into_iter().map(|line| if line.is_empty() { line } else { format!(" {line}") }).collect()
}

/// What a field says: its meaning, then its default and limits.
pub(super) fn field(schema: &Schema, resolved: &Schema) -> String {
    let mut text =
        markdown(if schema.description.is_empty() { &resolved.description } else { &schema.description });
    let facts = facts(schema);
    if !facts.is_empty() {
        text.push_str("\n\n");
        text.push_str(&facts);
    }
    if schema.deprecated {
        text.push_str("\n\nDeprecated by the vendor.");
    }
    text
}

/// Default and limits, in one line.
fn facts(schema: &Schema) -> String {
    let mut facts = Vec::new();
    if let Some(default) = &schema.default {
        let shown = match default {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        facts.push(if shown.is_empty() {
            "Default: empty.".to_owned()
        } else {
            format!("Default: `{shown}`.")
        });
    }
    match (&schema.limits.minimum, &schema.limits.maximum) {
        (Some(minimum), Some(maximum)) => facts.push(format!("From {minimum} to {maximum}.")),
        (Some(minimum), None) => facts.push(format!("At least {minimum}.")),
        (None, Some(maximum)) => facts.push(format!("At most {maximum}.")),
        (None, None) => {}
    }
    if let Some(limit) = schema.limits.max_items {
        facts.push(at_most(limit, "item"));
    }
    if let Some(limit) = schema.limits.max_length {
        facts.push(at_most(limit, "character"));
    }
    facts.join(" ")
}

fn at_most(limit: u64, what: &str) -> String {
    let plural = if limit == 1 { "" } else { "s" };
    format!("At most {limit} {what}{plural}.")
}

/// What a type says: its meaning and where the vendor documents it.
pub(super) fn named(schema: &Schema) -> String {
    let mut text = markdown(&schema.description);
    if let Shape::Array(_) | Shape::Map(_) = schema.shape {
        let facts = facts(schema);
        if !facts.is_empty() {
            text.push_str("\n\n");
            text.push_str(&facts);
        }
    }
    if let Some(url) = &schema.url {
        text.push_str(&format!("\n\n[Documentation]({url})"));
    }
    text
}

/// What a request says: what its action does, how it travels, what it needs and returns, an example.
pub(super) fn request(action: &Action, answer: &str) -> String {
    let mut text = about(action, Some(answer));
    if let Some(example) = &action.request.example {
        text.push_str(&format!("\n\nAs JSON:\n\n```json\n{example:#}\n```"));
    }
    text
}

/// What an operation says: what it does, how it travels, what it needs.
pub(super) fn action(action: &Action) -> String {
    about(action, None)
}

fn about(action: &Action, answer: Option<&str>) -> String {
    let mut text = markdown(&sentence(&action.docs.summary));
    if !action.docs.description.is_empty() {
        text.push_str("\n\n");
        text.push_str(&markdown(&action.docs.description));
    }
    if action.deprecated {
        text.push_str("\n\nDeprecated by the vendor.");
    }
    text.push_str("\n\n");
    text.push_str(&format!("- Action: `{}`, over {}\n", action.name, transports(action)));
    if let Some(answer) = answer {
        text.push_str(&format!("- Answer: {answer}\n"));
    }
    text.push_str(&format!("- Scopes: {}\n", scopes(&action.scopes)));
    match action.authorization {
        Authorization::Required => {}
        Authorization::Optional => text.push_str("- Authorization: not needed by every request\n"),
        Authorization::None => text.push_str("- Authorization: not needed\n"),
    }
    text + &format!("- [Documentation]({})", action.docs.url)
}

fn transports(action: &Action) -> String {
    let names: Vec<&str> = action
        .transports
        .iter()
        .map(|transport| match transport {
            Transport::Web => "HTTPS",
            Transport::Rtm => "WebSocket",
        })
        .collect();
    names.join(" and ")
}

fn scopes(scopes: &Scopes) -> String {
    let list = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match scopes {
        Scopes::None => "none".into(),
        Scopes::Any(names) | Scopes::All(names) | Scopes::Listed(names) if names.len() == 1 => list(names),
        Scopes::Any(names) => format!("any of {}", list(names)),
        Scopes::All(names) => format!("all of {}", list(names)),
        Scopes::Listed(names) => format!("{} (which of them are enough is not documented)", list(names)),
    }
}

/// A summary with its final dot.
pub(super) fn sentence(summary: &str) -> String {
    if summary.ends_with(['.', '!', '?']) { summary.to_owned() } else { format!("{summary}.") }
}

/// The first sentence of a text, with its dot.
pub(super) fn first_sentence(text: &str) -> &str {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    match paragraph.find(". ") {
        Some(end) => paragraph.get(..=end).unwrap_or(paragraph),
        None => paragraph,
    }
}

/// A sentence that goes on after a colon; names and abbreviations stay as they are.
pub(super) fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let stays = |c: char| c.is_uppercase() || c.is_numeric();
    let rest_is_small = !chars.clone().skip(1).take_while(|c| *c != ' ').any(stays);
    match chars.next() {
        Some(first) if rest_is_small => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// Breaks paragraphs into lines; lists keep their items, code keeps its lines.
fn wrap(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut indent = String::new();
    let mut fence: Option<Fence<'_>> = None;
    for line in text.trim().lines() {
        if let Some(open) = &fence {
            lines.push(line.to_owned());
            if open.closes(line) {
                fence = None;
            }
            continue;
        }
        fence = Fence::opening(line);
        if fence.is_some() || line.starts_with('|') || line.starts_with('#') {
            flush(&mut lines, &mut paragraph, &indent);
            lines.push(line.to_owned());
        } else if line.trim().is_empty() {
            flush(&mut lines, &mut paragraph, &indent);
            if lines.last().is_some_and(|last| !last.is_empty()) {
                lines.push(String::new());
            }
        } else {
            let text = line.trim_start();
            if is_item(line) {
                flush(&mut lines, &mut paragraph, &indent);
                let bullet = text.split(' ').next().unwrap_or_default();
                indent = " ".repeat(bullet.len() + 1);
            } else if paragraph.is_empty() && !line.starts_with("  ") {
                indent.clear();
            } else if paragraph.is_empty() {
                // A further paragraph of an item.
                paragraph.push_str(&indent);
            }
            if !paragraph.trim().is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(text);
        }
    }
    flush(&mut lines, &mut paragraph, &indent);
    lines
}

fn flush(lines: &mut Vec<String>, paragraph: &mut String, indent: &str) {
    let text = paragraph.trim_start();
    let mut line = paragraph.get(..paragraph.len() - text.len()).unwrap_or_default().to_owned();
    for word in text.split(' ') {
        // A bullet stays with its first word, however long that is, and no other word may look like one at a line's start.
        let breakable = !line.trim().is_empty() && !is_bullet(line.trim()) && !is_sign(word);
        if breakable && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::take(&mut line));
            line.push_str(indent);
            line.push_str(word);
        } else {
            if !line.trim().is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    if !line.trim().is_empty() {
        lines.push(line);
    }
    paragraph.clear();
}

/// Whether a word alone begins an item of a list.
fn is_bullet(word: &str) -> bool {
    !word.contains(' ') && is_item(&format!("{word} "))
}

/// Whether a word at the start of a line would begin something else than text: a list, a heading, a table.
fn is_sign(word: &str) -> bool {
    is_bullet(word) || word.starts_with(['#', '|', '>'])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a comment without their leading space.
    fn wrapped(text: &str) -> Vec<String> {
        lines(text).into_iter().map(|line| line.strip_prefix(' ').unwrap_or(&line).to_owned()).collect()
    }

    #[test]
    fn paragraphs_are_joined_and_broken_within_the_width() {
        let text = format!("One\ntwo.\n\n\n{}", "word ".repeat(40));
        let lines = wrapped(&text);
        assert_eq!(lines.get(..2), Some(&["One two.".to_owned(), String::new()][..]));
        assert_eq!(lines.len(), 5, "one blank line, and the long paragraph over three lines: {lines:?}");
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{lines:?}");
    }

    #[test]
    fn an_item_of_a_list_goes_on_under_its_text() {
        let word = "x".repeat(60);
        assert_eq!(
            wrapped(&format!("Either\n- {word} {word}\n- or\n  this\n\nAfter.")),
            ["Either", &format!("- {word}"), &format!("  {word}"), "- or this", "", "After."]
        );
    }

    #[test]
    fn a_bullet_stays_with_its_first_word_however_long_that_is() {
        let url = format!("[Documentation](https://example.com/{})", "x".repeat(WIDTH));
        assert_eq!(wrapped(&format!("- {url}")), [format!("- {url}")]);
    }

    #[test]
    fn code_and_tables_keep_their_lines() {
        let text = "```json\n{\n  \"a\": 1\n}\n```\n| a | b |\n| - | - |";
        assert_eq!(wrapped(text), text.lines().collect::<Vec<_>>());
    }

    #[test]
    fn a_numbered_item_and_its_paragraphs_keep_their_place() {
        let word = "x".repeat(60);
        assert_eq!(
            wrapped(&format!("1. {word} {word}\n2. two\n\n   more\n\nAfter.")),
            [&format!("1. {word}"), &format!("   {word}"), "2. two", "", "   more", "", "After."]
        );
    }

    #[test]
    fn a_line_does_not_break_before_what_would_begin_a_list_or_a_heading() {
        let word = "x".repeat(95);
        for sign in ["-", "*", "+", "1.", "#", "> a", "| a"] {
            let first = sign.split(' ').next().unwrap_or_default();
            let lines = wrapped(&format!("{word} {sign} y"));
            assert!(lines.first().is_some_and(|line| line.ends_with(first)), "{lines:?}");
        }
    }

    #[test]
    fn code_keeps_its_lines_whatever_marks_it() {
        for text in
            ["```text\na  b\n- c\n```", "~~~text\n```\n~~~", "- item\n\n  ```text\n  x\n\n\n  y\n  ```"]
        {
            assert_eq!(wrapped(text), text.lines().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_first_sentence_ends_at_its_dot_or_paragraph() {
        assert_eq!(first_sentence("It ends. Then more."), "It ends.");
        assert_eq!(first_sentence("Version 3.5 is old\n\nMore."), "Version 3.5 is old");
    }

    #[test]
    fn a_limit_of_one_is_singular() {
        assert_eq!(at_most(1, "item"), "At most 1 item.");
        assert_eq!(at_most(2, "item"), "At most 2 items.");
    }

    #[test]
    fn after_a_colon_words_are_small_and_names_stay() {
        assert_eq!(lower_first("The agent."), "the agent.");
        assert_eq!(lower_first("A chat."), "a chat.");
        assert_eq!(lower_first("URL of it."), "URL of it.");
        assert_eq!(lower_first("LiveChat itself."), "LiveChat itself.");
        assert_eq!(lower_first(""), "");
    }
}
