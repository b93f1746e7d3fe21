//! Makes the Markdown of a description safe for rustdoc, where code is compiled as a test and brackets are links to items.

/// The same text for rustdoc: code is `text` unless it says what it is, brackets and angle brackets are text unless they make a
/// link, and an address is a link.
pub(super) fn markdown(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    let mut prose: Vec<&str> = Vec::new();
    let mut lines = text.trim_end().lines().peekable();
    let (mut after_blank, mut in_list) = (true, false);
    while let Some(line) = lines.next() {
        if let Some(fence) = Fence::opening(line) {
            flush(&mut out, &mut prose);
            out.push(fence.line());
            let code = std::iter::from_fn(|| lines.next_if(|line| !fence.closes(line)));
            out.extend(code.map(str::to_owned));
            // A fence that is never closed ends with the text.
            lines.next();
            out.push(fence.closing());
        } else if line.starts_with("    ") && after_blank && !in_list {
            flush(&mut out, &mut prose);
            let is_code = |line: &&str| line.starts_with("    ") || line.trim().is_empty();
            let mut code: Vec<&str> = vec![line];
            code.extend(std::iter::from_fn(|| lines.next_if(is_code)));
            out.extend(fenced(&code));
        } else {
            if line.trim().is_empty() {
                flush(&mut out, &mut prose);
                out.push(String::new());
            } else {
                in_list = is_item(line) || in_list && line.starts_with(' ') || in_list && !after_blank;
                prose.push(line);
            }
            after_blank = line.trim().is_empty();
            continue;
        }
        after_blank = true;
    }
    flush(&mut out, &mut prose);
    out.join("\n")
}

fn flush(out: &mut Vec<String>, prose: &mut Vec<&str>) {
    if !prose.is_empty() {
        out.push(escape(&prose.join("\n")));
        prose.clear();
    }
}

/// Code that was marked by its indentation, between fences.
fn fenced(code: &[&str]) -> Vec<String> {
    let last = code.iter().rposition(|line| !line.trim().is_empty()).unwrap_or_default();
    let fence = code.iter().map(|line| run(line, '`').max(2)).max().unwrap_or_default() + 1;
    let fence = "`".repeat(fence);
    let lines = code.iter().take(last + 1).map(|line| line.get(4..).unwrap_or_default().to_owned());
    let blank = (last + 1 < code.len()).then(String::new);
    [format!("{fence}text")].into_iter().chain(lines).chain([fence]).chain(blank).collect()
}

/// The longest run of a sign in a line.
fn run(line: &str, sign: char) -> usize {
    line.split(|c| c != sign).map(str::len).max().unwrap_or_default()
}

/// Whether an item of a list begins here.
pub(super) fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_numbered = number.len() < line.len() && (number.starts_with(". ") || number.starts_with(") "));
    is_numbered || ["- ", "* ", "+ "].iter().any(|bullet| line.starts_with(bullet))
}

/// The line before code: three or more backticks or tildes, and what the code is.
#[derive(Debug, PartialEq)]
pub(super) struct Fence<'a> {
    indent: &'a str,
    marks: &'a str,
    language: &'a str,
}

impl<'a> Fence<'a> {
    /// The fence that begins at this line.
    pub(super) fn opening(line: &'a str) -> Option<Self> {
        let rest = line.trim_start();
        let mark = rest.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let language = rest.trim_start_matches(mark);
        let marks = rest.get(..rest.len() - language.len()).filter(|marks| marks.len() >= 3)?;
        let indent = line.get(..line.len() - rest.len())?;
        // Backticks behind backticks are code within a line.
        let is_fence = mark == '~' || !language.contains('`');
        is_fence.then_some(Self { indent, marks, language: language.trim() })
    }

    /// Whether a line ends the code.
    pub(super) fn closes(&self, line: &str) -> bool {
        line.trim().starts_with(self.marks) && line.trim().chars().all(|c| self.marks.starts_with(c))
    }

    /// The line as rustdoc should have it. What it does not know is not compiled; what names nothing, or Rust, would be.
    fn line(&self) -> String {
        let language = self.language.split([',', ' ']).next().unwrap_or_default();
        let is_rust = matches!(
            language,
            "" | "rust" | "ignore" | "no_run" | "should_panic" | "compile_fail" | "test_harness"
        ) || language.starts_with("edition");
        let language = if is_rust { "text" } else { language };
        format!("{}{}{language}", self.indent, self.marks)
    }

    fn closing(&self) -> String {
        format!("{}{}", self.indent, self.marks)
    }
}

/// Brackets outside of code are text, not HTML or links to items; an address outside of a link is a link.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let is_verbatim = match c {
            '`' => Some(code(rest)),
            '\\' => Some(1 + rest.chars().nth(1).map_or(0, char::len_utf8)),
            '<' => autolink(rest),
            '[' => link(rest),
            'h' if !out.ends_with(char::is_alphanumeric) => address(rest).inspect(|_| out.push('<')),
            _ => None,
        };
        match is_verbatim {
            Some(length) => {
                out.push_str(rest.get(..length).unwrap_or(rest));
                if c == 'h' {
                    out.push('>');
                }
                at += length;
            }
            None => {
                if matches!(c, '<' | '[') {
                    out.push('\\');
                }
                out.push(c);
                at += c.len_utf8();
            }
        }
    }
    out
}

/// The length of the code that begins here, or of its backticks if no others close it.
fn code(rest: &str) -> usize {
    let marks = rest.len() - rest.trim_start_matches('`').len();
    let mut at = marks;
    while let Some(start) = rest.get(at..).and_then(|rest| rest.find('`')) {
        let found = rest.get(at + start..).unwrap_or_default();
        let closing = found.len() - found.trim_start_matches('`').len();
        at += start + closing;
        if closing == marks {
            return at;
        }
    }
    marks
}

/// The length of `<https://…>`.
fn autolink(rest: &str) -> Option<usize> {
    let is_link = rest.starts_with("<http://") || rest.starts_with("<https://");
    let end = rest.find(['>', ' ', '\n']).filter(|_| is_link)?;
    rest.get(end..)?.starts_with('>').then_some(end + 1)
}

/// The length of `[…](…)`.
fn link(rest: &str) -> Option<usize> {
    let text = rest.find(']')?;
    let target = rest.get(text + 1..).filter(|target| target.starts_with('('))?;
    Some(text + 1 + target.find(')')? + 1)
}

/// The length of an address, without the signs that end a sentence.
fn address(rest: &str) -> Option<usize> {
    let is_address = rest.starts_with("http://") || rest.starts_with("https://");
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '"' | '`' | '*');
    let end = rest.find(ends).filter(|_| is_address).unwrap_or(if is_address { rest.len() } else { 0 });
    let address = rest.get(..end)?.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'']);
    (address.len() > "https://".len()).then_some(address.len())
}

#[cfg(test)]
mod tests {
    use super::markdown;

    #[test]
    fn code_is_no_test_unless_it_says_what_it_is() {
        assert_eq!(markdown("```\na [b] <c>\n```\nAfter [d]."), "```text\na [b] <c>\n```\nAfter \\[d].");
        assert_eq!(markdown("```json\n[1]\n```"), "```json\n[1]\n```");
        assert_eq!(markdown("```rust,no_run\nfn\n```"), "```text\nfn\n```");
        assert_eq!(markdown("~~~\n```\n~~~"), "~~~text\n```\n~~~");
        assert_eq!(markdown("- item\n\n  ```\n  x\n  ```"), "- item\n\n  ```text\n  x\n  ```");
    }

    #[test]
    fn code_that_is_never_closed_ends_with_the_text() {
        assert_eq!(markdown("```\n[1]\n"), "```text\n[1]\n```");
    }

    #[test]
    fn indented_code_is_fenced() {
        assert_eq!(
            markdown("Send:\n\n    GET /a\n\n      [b]\n\nAfter."),
            "Send:\n\n```text\nGET /a\n\n  [b]\n```\n\nAfter."
        );
        assert_eq!(markdown("    a ``` b"), "````text\na ``` b\n````");
    }

    #[test]
    fn what_goes_on_under_an_item_or_within_a_paragraph_is_no_code() {
        for text in ["- one\n\n    more", "1. one\n    more", "one\n    more"] {
            assert_eq!(markdown(text), text);
        }
    }

    #[test]
    fn brackets_are_text_unless_they_make_a_link() {
        assert_eq!(markdown("a <b> and [c], `<d>` and `[e]`"), "a \\<b> and \\[c], `<d>` and `[e]`");
        assert_eq!(markdown("[text](https://x.y) <https://x.y>"), "[text](https://x.y) <https://x.y>");
        assert_eq!(markdown("[a]: b, [c][d] <https x>"), "\\[a]: b, \\[c]\\[d] \\<https x>");
        assert_eq!(markdown("\\[a] \\<b>"), "\\[a] \\<b>");
    }

    #[test]
    fn a_single_backtick_opens_no_code() {
        assert_eq!(markdown("it`s [a]"), "it`s \\[a]");
        assert_eq!(markdown("``a ` [b]`` [c]"), "``a ` [b]`` \\[c]");
        assert_eq!(markdown("`a [b]\n\n[c]`"), "`a \\[b]\n\n\\[c]`");
    }

    #[test]
    fn an_address_is_a_link() {
        assert_eq!(
            markdown("See https://x.y/z?a=1. (http://x.y)"),
            "See <https://x.y/z?a=1>. (<http://x.y>)"
        );
        assert_eq!(markdown("`https://x.y` xhttps://x.y https://"), "`https://x.y` xhttps://x.y https://");
    }
}
