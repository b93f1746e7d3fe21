//! Brings the spec files into memory: all of them, in a fixed order, refusing what no parser should see.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::diagnostics::{Code, Diagnostic, Diagnostics, Place};
use crate::yaml::EMPTY_HELP;

/// The largest spec file that is read, in bytes.
pub const MAX_FILE_SIZE: u64 = 1_000_000;

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
    /// The index of each file, by folder and stem.
    indexes: HashMap<String, HashMap<String, usize>>,
}

impl Sources {
    /// The file with this index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Source> {
        self.files.get(index)
    }

    /// All files with their indexes.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &Source)> {
        self.files.iter().enumerate()
    }

    /// Whether there is no file.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
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

/// Reads `root/spec/<version>/*/*.yaml`, sorted by name.
pub fn read(root: &Path, version: &str, errors: &Diagnostics) -> Sources {
    let mut sources = Sources::default();
    let top = format!("spec/{version}");
    for folder in entries(root, &top, errors) {
        let below = format!("{top}/{folder}");
        if !root.join(&below).is_dir() {
            if is_yaml(&folder) {
                stray(below, &mut sources, errors);
            }
            continue;
        }
        for name in entries(root, &below, errors) {
            let path = format!("{below}/{name}");
            match name.strip_suffix(".yaml") {
                Some(stem) => read_file(root, &path, &mut sources, &folder, stem, errors),
                None if is_yaml(&name) || root.join(&path).is_dir() => stray(path, &mut sources, errors),
                None => {}
            }
        }
    }
    if sources.is_empty() {
        errors.push(Diagnostic {
            code: Code::NoSpec,
            place: None,
            message: format!("there is no spec under {top}"),
            help: format!(
                "a spec is a folder of {top} with an openapi.yaml; is this the top of the workspace?"
            ),
        });
    }
    sources
}

fn is_yaml(name: &str) -> bool {
    let ending = Path::new(name).extension().unwrap_or_default();
    ending.eq_ignore_ascii_case("yaml") || ending.eq_ignore_ascii_case("yml")
}

/// What looks like a part of the specs and stands where nothing reads it.
fn stray(path: String, sources: &mut Sources, errors: &Diagnostics) {
    let message = format!("nothing reads {path}");
    let source = Source { path, folder: String::new(), stem: String::new(), text: String::new() };
    let file = sources.add(source);
    let help = "a spec file is `<api>/<category>.yaml` or `shared/<subject>.yaml`: move, rename or remove it";
    errors.report(Code::UnreachedFile, Place { file, start: 0, end: 0 }, message, help);
}

/// The names in a folder; none if there is no such folder.
fn entries(root: &Path, folder: &str, errors: &Diagnostics) -> Vec<String> {
    let listed = fs::read_dir(root.join(folder)).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match listed {
        Ok(listed) => {
            let mut names: Vec<String> =
                listed.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
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
    let full = root.join(path);
    let source = Source { path: path.into(), folder: folder.into(), stem: stem.into(), text: String::new() };
    let file = sources.add(source);
    let start = Place { file, start: 0, end: 0 };
    let size = fs::metadata(&full).map_or(0, |found| found.len());
    if size > MAX_FILE_SIZE {
        let message = format!("{path} has {size} bytes; the limit is {MAX_FILE_SIZE}");
        errors.report(Code::FileTooLarge, start, message, "split it by the documentation's categories");
        return;
    }
    match fs::read(&full) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) if text.trim().is_empty() => {
                errors.report(Code::EmptyFile, start, format!("{path} is empty"), EMPTY_HELP);
            }
            Ok(text) => {
                if let Some(source) = sources.files.get_mut(file) {
                    source.text = text;
                }
            }
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let before =
                    String::from_utf8_lossy(error.as_bytes().get(..at).unwrap_or_default()).into_owned();
                let line = before.matches('\n').count() + 1;
                let end = before.len();
                if let Some(source) = sources.files.get_mut(file) {
                    source.text = before;
                }
                let message = format!("{path} is not UTF-8: byte {at}, in line {line}");
                errors.report(
                    Code::InvalidUtf8,
                    Place { file, start: end, end },
                    message,
                    "save the file as UTF-8",
                );
            }
        },
        Err(error) => {
            let message = format!("cannot read {path}: {error}");
            errors.report(Code::UnreadableFile, start, message, "check the file and its rights");
        }
    }
}
