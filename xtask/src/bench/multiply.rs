//! Makes a larger spec of the real one: every file of every API stands there several times, under other names.
//!
//! It works on the text, line by line, and counts on how the specs are laid out; what is wrong with its output, regen says.

use std::fs;
use std::io;
use std::path::Path;

use crate::VERSION;
use crate::read::DIFFERENCES;

/// Writes the specs below `root`, `times` times over, below `target`. What the APIs share stays as it is.
///
/// # Errors
/// A file that cannot be read or written.
pub(super) fn multiply(root: &Path, target: &Path, times: usize) -> io::Result<()> {
    let from = root.join("spec").join(format!("v{VERSION}"));
    let to = target.join("spec").join(format!("v{VERSION}"));
    fs::create_dir_all(&to)?;
    fs::write(to.join(DIFFERENCES), "[]\n")?;
    for folder in fs::read_dir(from)? {
        let folder = folder?;
        if !folder.file_type()?.is_dir() {
            continue;
        }
        let target = to.join(folder.file_name());
        fs::create_dir_all(&target)?;
        for file in fs::read_dir(folder.path())? {
            let (path, name) = file.map(|file| (file.path(), file.file_name()))?;
            let text = fs::read_to_string(path)?;
            if name == "openapi.yaml" {
                fs::write(target.join(name), root_document(&text, times))?;
                continue;
            }
            fs::write(target.join(&name), &text)?;
            if folder.file_name() == "shared" {
                continue;
            }
            let stem = name.to_string_lossy().replace(".yaml", "");
            for copy in 2..=times {
                fs::write(target.join(format!("{stem}-copy-{copy}.yaml")), category(&text, copy))?;
            }
        }
    }
    Ok(())
}

/// A root document with each entry of its index once for each copy.
fn root_document(text: &str, times: usize) -> String {
    let mut out = String::new();
    for (head, body) in sections(text) {
        out += head;
        out += &body.concat();
        let copied = matches!(head.trim_end(), "tags:" | "paths:")
            || (head.starts_with("x-") && body.iter().any(|line| line.contains("$ref")));
        for copy in (2..=times).filter(|_| copied) {
            for line in &body {
                let line = match line.strip_prefix("  - name: ") {
                    Some(name) => format!("  - name: {}-copy-{copy}\n", name.trim_end()),
                    None if indent(line) == 2 => key(&references(line, copy), &format!("_copy_{copy}")),
                    None => references(line, copy),
                };
                out += &line;
            }
        }
    }
    out
}

/// A category's file under the names of a copy.
fn category(text: &str, copy: usize) -> String {
    let (snake, kebab, pascal) = (format!("_copy_{copy}"), format!("-copy-{copy}"), format!("Copy{copy}"));
    let mut out = String::new();
    for (head, body) in sections(text) {
        out += head;
        for line in body {
            let line = references(line, copy);
            let content = line.trim();
            let renamed = match (head.trim_end(), indent(&line)) {
                ("components:", 4) => key(&line, &pascal),
                ("x-rtm:" | "x-pushes:" | "x-webhooks:" | "x-structures:", 2) => key(&line, &snake),
                _ if ["operationId:", "x-action:", "x-batch-of:"]
                    .iter()
                    .any(|key| content.starts_with(key)) =>
                {
                    format!("{}{snake}\n", line.trim_end())
                }
                _ if content.starts_with("tags: [") => line.replacen(']', &format!("{kebab}]"), 1),
                _ => line,
            };
            out += &renamed;
        }
    }
    out
}

/// The top-level keys of a file, each with the lines below it.
fn sections(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut sections: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in text.split_inclusive('\n') {
        match sections.last_mut() {
            Some((_, body)) if line.starts_with([' ', '\n']) => body.push(line),
            _ => sections.push((line, Vec::new())),
        }
    }
    sections
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// A line whose key has another end.
fn key(line: &str, suffix: &str) -> String {
    match line.find(": ").or_else(|| line.find(":\n")) {
        Some(end) => {
            let (key, rest) = line.split_at(end);
            format!("{key}{suffix}{rest}")
        }
        None => line.to_owned(),
    }
}

/// A line whose references to the API's own files lead to a copy's.
fn references(line: &str, copy: usize) -> String {
    let parts = line.split('"').enumerate().map(|(index, part)| {
        let Some((file, pointer)) = part.split_once("#/") else { return part.to_owned() };
        if index % 2 == 0 || file.starts_with("../") || file == "openapi.yaml" {
            return part.to_owned();
        }
        let file = file.replace(".yaml", &format!("-copy-{copy}.yaml"));
        let suffix = match pointer.split('/').next() {
            Some("components") => format!("Copy{copy}"),
            Some("paths") => String::new(),
            _ => format!("_copy_{copy}"),
        };
        format!("{file}#/{pointer}{suffix}")
    });
    parts.collect::<Vec<_>>().join("\"")
}
