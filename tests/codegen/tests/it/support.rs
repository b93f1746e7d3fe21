//! Spec trees to work on: a copy of `fixtures/base`, a small spec without a mistake, changed in some places.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use xtask::diagnostics::SpecErrors;
use xtask::model::Model;
use xtask::regen;
use xtask::render::Output;

/// Where specs stand below the top of a workspace.
pub(crate) const SPEC: &str = "spec/v3.5";

/// The top of the real workspace.
pub(crate) fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).expect("this package stands in tests/").to_owned()
}

/// One change to a spec tree; files are named from the version's folder.
#[derive(Debug, Clone)]
pub(crate) enum Edit {
    /// Replaces the only place where a text stands.
    Replace(&'static str, &'static str, &'static str),
    /// Adds lines at the end of a file.
    Append(&'static str, &'static str),
    /// Writes a file, new or not.
    Write(&'static str, &'static str),
    /// Writes a file whose bytes are too many to show, or no text.
    Bytes(&'static str, &'static str, fn() -> Vec<u8>),
    /// Removes a file or folder.
    Remove(&'static str),
    /// Makes a folder, in place of a file of this name if there is one.
    Folder(&'static str),
}

impl Edit {
    fn apply(&self, top: &Path) {
        match *self {
            Self::Replace(file, from, to) => {
                let path = top.join(file);
                let text = fs::read_to_string(&path).expect(file);
                assert_eq!(text.matches(from).count(), 1, "{file} must have exactly once: {from}");
                fs::write(path, text.replace(from, to)).expect(file);
            }
            Self::Append(file, lines) => {
                let path = top.join(file);
                let text = fs::read_to_string(&path).expect(file);
                fs::write(path, text + lines).expect(file);
            }
            Self::Write(file, text) => write(&top.join(file), text.as_bytes()),
            Self::Bytes(file, _, bytes) => write(&top.join(file), &bytes()),
            Self::Remove(file) => {
                let path = top.join(file);
                let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
                removed.expect(file);
            }
            Self::Folder(file) => {
                let path = top.join(file);
                if path.is_file() {
                    fs::remove_file(&path).expect(file);
                }
                fs::create_dir_all(&path).expect(file);
            }
        }
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Replace(file, from, to) => write!(f, "in {file}, instead of\n{from}\nstands\n{to}"),
            Self::Append(file, lines) => write!(f, "{file} ends with\n{lines}"),
            Self::Write(file, text) => write!(f, "{file} is\n{text}"),
            Self::Bytes(file, what, _) => write!(f, "{file} is {what}"),
            Self::Remove(file) => write!(f, "{file} is missing"),
            Self::Folder(file) => write!(f, "{file} is a folder"),
        }
    }
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().expect("a file stands in a folder")).expect("a folder can be made");
    fs::write(path, bytes).expect("a file can be written");
}

/// A workspace with specs only, in a folder that is removed in the end.
pub(crate) struct Tree {
    folder: TempDir,
}

impl Tree {
    /// The small good spec.
    pub(crate) fn base() -> Self {
        Self::copy_of(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/base"), &["spec"])
    }

    /// A workspace without anything.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder can be made") }
    }

    /// Writes a spec file, named from the version's folder.
    pub(crate) fn write(&self, file: &str, text: &str) {
        write(&self.root().join(SPEC).join(file), text.as_bytes());
    }

    /// Some folders of another workspace.
    pub(crate) fn copy_of(root: &Path, folders: &[&str]) -> Self {
        let tree = Self::empty();
        for folder in folders {
            for (path, bytes) in files(root, folder) {
                write(&tree.root().join(path), &bytes);
            }
        }
        tree
    }

    /// The same with changes.
    pub(crate) fn with(self, edits: &[Edit]) -> Self {
        for edit in edits {
            edit.apply(&self.root().join(SPEC));
        }
        self
    }

    /// Its top.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Every file below, with its bytes.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        files(self.root(), "")
    }

    /// Reads and checks the specs.
    pub(crate) fn load(&self) -> Result<Model, SpecErrors> {
        regen::load(self.root())
    }

    /// Renders the specs, which must be good.
    pub(crate) fn outputs(&self) -> Vec<Output> {
        let model = self.load().unwrap_or_else(|errors| panic!("{}", errors.render()));
        regen::outputs(&model).unwrap_or_else(|errors| panic!("{}", errors.render()))
    }
}

/// All files below a folder of `root`, by their paths from `root`, with `/` on every system.
pub(crate) fn files(root: &Path, folder: &str) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![root.join(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry can be read").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let below = path.strip_prefix(root).expect("it was found below");
                let name = below.to_string_lossy().replace('\\', "/");
                found.insert(
                    name,
                    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())),
                );
            }
        }
    }
    found
}
