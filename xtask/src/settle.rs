//! Compares what was rendered with what stands on the disk: writes only what changed, removes what nothing renders any more.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::Path;

use similar::TextDiff;

use crate::render::{MARK, Output, places};

/// What is done about a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The disk is made equal.
    Write,
    /// The difference is only shown.
    Check,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Settled {
    /// Files that were, or would be, written.
    pub written: Vec<String>,
    /// Files that were, or would be, removed.
    pub removed: Vec<String>,
    /// How many files are as they should be.
    pub unchanged: usize,
    /// The differences as a unified diff.
    pub diff: String,
}

impl Settled {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.written.is_empty() && self.removed.is_empty()
    }
}

/// Compares, and writes unless told not to.
///
/// # Errors
/// A file that cannot be read, written or removed; the error names it.
pub fn settle(root: &Path, outputs: &[Output], mode: Mode) -> io::Result<Settled> {
    let mut settled = Settled::default();
    for output in outputs {
        let path = root.join(&output.path);
        let current = match fs::read(&path) {
            Ok(bytes) => Some(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(named(&path, &error)),
        };
        if current.as_deref() == Some(output.text.as_bytes()) {
            settled.unchanged += 1;
            continue;
        }
        let old = String::from_utf8_lossy(current.as_deref().unwrap_or_default()).into_owned();
        settled.diff.push_str(&diff(&output.path, &old, &output.text));
        settled.written.push(output.path.clone());
        if mode == Mode::Write {
            write(&path, &output.text)?;
        }
    }
    for orphan in orphans(root, outputs)? {
        let path = root.join(&orphan);
        let old = fs::read_to_string(&path).map_err(|error| named(&path, &error))?;
        settled.diff.push_str(&diff(&orphan, &old, ""));
        if mode == Mode::Write {
            fs::remove_file(&path).map_err(|error| named(&path, &error))?;
            remove_empty_parents(root, &path);
        }
        settled.removed.push(orphan);
    }
    Ok(settled)
}

/// Writes beside the file and renames, so that no reader ever sees half of it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(|error| named(parent, &error))?;
    }
    let beside = path.with_extension("new");
    fs::write(&beside, text).map_err(|error| named(&beside, &error))?;
    fs::rename(&beside, path).map_err(|error| named(path, &error))
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

fn diff(path: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut text = diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

/// Files with the mark, below the folders that regen owns, that nothing renders.
fn orphans(root: &Path, outputs: &[Output]) -> io::Result<Vec<String>> {
    let rendered: HashSet<&str> = outputs.iter().map(|output| output.path.as_str()).collect();
    let mut found = Vec::new();
    for place in places::ALL {
        collect(root, place, &rendered, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn collect(root: &Path, folder: &str, rendered: &HashSet<&str>, found: &mut Vec<String>) -> io::Result<()> {
    let full = root.join(folder);
    let entries = match fs::read_dir(&full) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(named(&full, &error)),
    };
    for entry in entries {
        let entry = entry.map_err(|error| named(&full, &error))?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type().map_err(|error| named(&full, &error))?;
        if kind.is_dir() {
            collect(root, &path, rendered, found)?;
        } else if !rendered.contains(path.as_str())
            && fs::read(entry.path()).is_ok_and(|bytes| has_mark(&bytes))
        {
            found.push(path);
        }
    }
    Ok(())
}

/// The mark stands near the top of a file.
fn has_mark(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(200)).unwrap_or_default();
    String::from_utf8_lossy(head).contains(MARK)
}

fn remove_empty_parents(root: &Path, path: &Path) {
    for folder in path.ancestors().skip(1).take_while(|folder| *folder != root) {
        if fs::remove_dir(folder).is_err() {
            break; // it is not empty
        }
    }
}
