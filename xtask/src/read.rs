//! Brings the spec files into memory: all of them, in a fixed order, refusing what no parser should see and what nothing reads.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};

/// The largest spec file that is read, in bytes.
pub const MAX_FILE_SIZE: u64 = 1_000_000;

/// The folder of all specs.
const SPEC: &str = "spec";

/// What stands beside the versions, for people and editors.
const BESIDE: &[&str] = &["README.md", "dialect.schema.json"];

/// What to do about a file without content.
pub(crate) const EMPTY_HELP: &str = "write the category's operations and schemas into it, or delete it";

/// What a file of differences has to say at least.
const NO_DIFFERENCES: &str = "write `[]` if there are none";

/// The file of differences from the documentation; it stands beside the folders of the APIs.
pub const DIFFERENCES: &str = "differences.json";

/// A spec file.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its path from the top of the workspace, with `/` on every system.
    pub path: String,
    /// The folder below the version that it stands in, such as `agent-chat`.
    pub folder: String,
    /// Its name without `.yaml`.
    pub stem: String,
    /// Its text. Empty if it could not be read.
    pub text: String,
}

/// All spec files of one version.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
    /// The index of the file of differences, if there is one.
    differences: Option<usize>,
    /// The index of each file, by folder and stem.
    indexes: HashMap<String, HashMap<String, usize>>,
}

impl Sources {
    /// The file of differences, if there is one.
    #[must_use]
    pub fn differences(&self) -> Option<usize> {
        self.differences
    }

    /// The file with this index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Source> {
        self.files.get(index)
    }

    /// The folder of a file.
    #[must_use]
    pub fn folder(&self, index: usize) -> &str {
        self.get(index).map_or("", |source| &source.folder)
    }

    /// The name of a file without its ending.
    #[must_use]
    pub fn stem(&self, index: usize) -> &str {
        self.get(index).map_or("", |source| &source.stem)
    }

    /// All files with their indexes.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Source)> {
        self.files.iter().enumerate()
    }

    /// Whether a folder has files.
    #[must_use]
    pub fn has_folder(&self, folder: &str) -> bool {
        self.indexes.contains_key(folder)
    }

    /// The index of a file in a folder.
    #[must_use]
    pub fn find(&self, folder: &str, stem: &str) -> Option<usize> {
        self.indexes.get(folder)?.get(stem).copied()
    }

    /// Adds a file and gives its index.
    pub fn add(&mut self, source: Source) -> usize {
        let index = self.files.len();
        self.indexes.entry(source.folder.clone()).or_default().insert(source.stem.clone(), index);
        self.files.push(source);
        index
    }
}

/// Reads `root/spec/<version>/*/*.yaml` and the differences, sorted by name.
pub fn read(root: &Path, version: &str, errors: &Diagnostics) -> Sources {
    let mut sources = Sources::default();
    let top = format!("{SPEC}/{version}");
    for name in entries(root, SPEC, errors) {
        if name != version && !BESIDE.contains(&name.as_str()) {
            let help = format!("the specs are those of {top}: move or remove it");
            stray(format!("{SPEC}/{name}"), &help, &mut sources, errors);
        }
    }
    let mut is_empty = true;
    for folder in entries(root, &top, errors) {
        let below = format!("{top}/{folder}");
        if folder == DIFFERENCES {
            sources.differences = Some(sources.files.len());
            read_file(root, &below, &mut sources, "", DIFFERENCES, errors);
        } else if root.join(&below).is_dir() {
            is_empty = false;
            read_folder(root, &below, &folder, &mut sources, errors);
        } else {
            stray(below, PLACES, &mut sources, errors);
        }
    }
    if is_empty {
        errors.push(Diagnostic {
            code: Code::NoSpec,
            place: None,
            message: format!("there is no spec under {top}"),
            help: format!(
                "a spec is a folder of {top} with an openapi.yaml; is this the top of the workspace?"
            ),
        });
    } else if sources.differences.is_none() {
        let path = format!("{top}/{DIFFERENCES}");
        report(Code::NoDifferences, format!("{path} is missing"), path, NO_DIFFERENCES, &mut sources, errors);
    }
    sources
}

/// Reads the files of one API.
fn read_folder(root: &Path, path: &str, folder: &str, sources: &mut Sources, errors: &Diagnostics) {
    let names = entries(root, path, errors);
    if names.is_empty() {
        stray(path.to_owned(), "it is empty: write an openapi.yaml, or remove the folder", sources, errors);
    }
    for name in names {
        let path = format!("{path}/{name}");
        match name.strip_suffix(".yaml") {
            Some(stem) => read_file(root, &path, sources, folder, stem, errors),
            None => stray(path, PLACES, sources, errors),
        }
    }
}

const PLACES: &str =
    "a spec file is `<api>/<category>.yaml` or `shared/<subject>.yaml`: move, rename or remove it";

/// What stands where nothing reads it: somebody believes that it counts.
fn stray(path: String, help: &str, sources: &mut Sources, errors: &Diagnostics) {
    report(Code::UnreachedFile, format!("nothing reads {path}"), path, help, sources, errors);
}

/// Reports a mistake of a path that is no source otherwise.
fn report(
    code: Code,
    message: String,
    path: String,
    help: &str,
    sources: &mut Sources,
    errors: &Diagnostics,
) {
    let source = Source { path, folder: String::new(), stem: String::new(), text: String::new() };
    let file = sources.add(source);
    errors.report(code, Place { file, start: 0, end: 0 }, message, help);
}

/// The names in a folder, without hidden ones, which are editors' and systems'; none if there is no such folder.
fn entries(root: &Path, folder: &str, errors: &Diagnostics) -> Vec<String> {
    let listed = fs::read_dir(root.join(folder)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match listed {
        Ok(listed) => {
            let mut names: Vec<String> =
                listed.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
            names.retain(|name| !name.starts_with('.'));
            names.sort();
            names
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            errors.push(Diagnostic {
                code: Code::UnreadableFile,
                place: None,
                message: format!("cannot list the folder {folder}: {error}"),
                help: "run the command from a complete checkout".into(),
            });
            Vec::new()
        }
    }
}

fn read_file(root: &Path, path: &str, sources: &mut Sources, folder: &str, stem: &str, errors: &Diagnostics) {
    let (text, mistake) = match load(root, path, stem) {
        Ok(text) => (text, None),
        Err(mistake) => (mistake.text.clone(), Some(mistake)),
    };
    let file = sources.add(Source { path: path.into(), folder: folder.into(), stem: stem.into(), text });
    if let Some(Mistake { code, at, message, help, .. }) = mistake {
        errors.report(code, Place { file, start: at, end: at }, message, help);
    }
}

/// Why a file is not read any further.
struct Mistake {
    code: Code,
    message: String,
    help: &'static str,
    /// The text that is shown, and where in it the mistake is.
    text: String,
    at: usize,
}

impl Mistake {
    /// A mistake of a file without a text to show.
    fn of_file(code: Code, message: String, help: &'static str) -> Self {
        Self { code, message, help, text: String::new(), at: 0 }
    }
}

/// The text of a file, without the mark that some editors put before it.
fn load(root: &Path, path: &str, stem: &str) -> Result<String, Mistake> {
    let full = root.join(path);
    let unreadable = |error: io::Error| {
        let message = format!("cannot read {path}: {error}");
        Mistake::of_file(Code::UnreadableFile, message, "check the file and its rights")
    };
    let found = fs::metadata(&full).map_err(unreadable)?;
    if !found.is_file() {
        let help = "a spec is a plain file: move or remove what stands there";
        return Err(Mistake::of_file(Code::UnreadableFile, format!("{path} is no file"), help));
    }
    if found.len() > MAX_FILE_SIZE {
        let message = format!("{path} has {} bytes; the limit is {MAX_FILE_SIZE}", found.len());
        let help = "split it by the documentation's categories";
        return Err(Mistake::of_file(Code::FileTooLarge, message, help));
    }
    let text = String::from_utf8(fs::read(&full).map_err(unreadable)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes().get(..at).unwrap_or_default()).into_owned();
        let line = text.matches('\n').count() + 1;
        let message = format!("{path} is not UTF-8: byte {at}, in line {line}");
        Mistake { code: Code::InvalidUtf8, message, help: "save the file as UTF-8", text, at }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    if text.trim().is_empty() {
        let help = if stem == DIFFERENCES { NO_DIFFERENCES } else { EMPTY_HELP };
        return Err(Mistake::of_file(Code::EmptyFile, format!("{path} is empty"), help));
    }
    no_foreign_marks(text)
}

/// Refuses what another system or a merge left in a text.
fn no_foreign_marks(text: String) -> Result<String, Mistake> {
    let is_alone = |at: &usize| text.as_bytes().get(at + 1) != Some(&b'\n');
    if let Some(at) = text.match_indices('\r').map(|(at, _)| at).find(is_alone) {
        let message = "a carriage return stands here without a line break".to_owned();
        let help = "save the file with the line breaks of Unix or Windows";
        return Err(Mistake { code: Code::YamlSyntax, message, help, text, at });
    }
    let mut starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let is_mark = |line: &str| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> ");
    if let Some(at) = starts.find(|at| text.get(*at..).is_some_and(is_mark)) {
        let message = "a merge left its marks here".to_owned();
        let help = "keep what is right, and remove the lines of `<<<<<<<`, `=======` and `>>>>>>>`";
        return Err(Mistake { code: Code::MergeConflict, message, help, text, at });
    }
    Ok(text)
}
