//! Pieces of code that are put together as text, laid out by prettyplease.

use syn::File;

/// A method as it stands in an `impl` block.
pub(super) fn method(method: &str) -> String {
    match inside(&format!("impl Owner {{ {method} }}")) {
        Some(lines) => lines.iter().map(|line| format!("{line}\n")).collect(),
        // What is rendered here is made of checked names and types; the compiler will show what is wrong.
        None => format!("    {method}\n"),
    }
}

/// A statement without indentation; `None` if it is none.
pub(super) fn statement(statement: &str) -> Option<String> {
    let lines = inside(&format!("fn example() {{ {statement} }}"))?;
    Some(lines.iter().map(|line| line.strip_prefix("    ").unwrap_or(line)).collect::<Vec<_>>().join("\n"))
}

/// An item, such as a struct.
pub(super) fn item(item: syn::Item) -> String {
    prettyplease::unparse(&File { frontmatter: None, shebang: None, attrs: Vec::new(), items: vec![item] })
}

/// The lines between the first and the last of an item.
fn inside(item: &str) -> Option<Vec<String>> {
    let printed = prettyplease::unparse(&syn::parse_str(item).ok()?);
    let mut lines: Vec<String> = printed.lines().skip(1).map(str::to_owned).collect();
    lines.pop();
    Some(lines)
}
