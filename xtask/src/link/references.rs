//! Follows references: finds the file, the section and the thing, or says what is wrong with the reference.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use crate::decode::SpecFile;
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::{Ref, SHARED, SchemaId};
use crate::read::Sources;
use crate::suggest::{closest, did_you_mean};
use crate::yaml::Key;

/// What a reference leads to; whether that is there is another question.
pub(super) struct Target {
    pub file: usize,
    section: String,
    pub name: String,
}

/// Knows the files, and the named schemas in them.
pub(super) struct References<'a> {
    sources: &'a Sources,
    errors: &'a Diagnostics,
    schemas: HashMap<(usize, String), SchemaId>,
    /// The files that are not there, by folder and name, with the references that lead to them.
    missing: RefCell<BTreeMap<(String, String), BTreeMap<Place, Ref>>>,
}

impl<'a> References<'a> {
    pub(super) fn new(sources: &'a Sources, errors: &'a Diagnostics) -> Self {
        Self { sources, errors, schemas: HashMap::new(), missing: RefCell::default() }
    }

    /// Makes a schema known.
    pub(super) fn declare(&mut self, file: usize, name: &str, id: SchemaId) {
        self.schemas.insert((file, name.to_owned()), id);
    }

    /// Links a reference to a schema.
    pub(super) fn resolve(&self, reference: &mut Ref) {
        let Some(target) = self.target(reference) else { return };
        if target.section != "components/schemas" {
            let message = format!("`{}` is no schema", reference.text);
            let help = if target.section.starts_with("components/schemas/") {
                "only a whole schema can be referred to: give this part a name of its own under `components.schemas`"
            } else {
                "a schema stands under `#/components/schemas/`"
            };
            self.errors.report(Code::InvalidRef, reference.place, message, help);
            return;
        }
        match self.schemas.get(&(target.file, target.name.clone())) {
            Some(id) => reference.target = *id,
            None => {
                let in_file = self.schemas.keys().filter(|(file, _)| *file == target.file);
                self.dangling(reference, &target.name, in_file.map(|(_, name)| name.as_str()));
            }
        }
    }

    /// What a reference to a section of a file leads to.
    pub(super) fn find<'f, T>(
        &self,
        reference: &Ref,
        files: &'f [SpecFile],
        section: &str,
        list: impl Fn(&'f SpecFile) -> &'f [(Key, T)],
    ) -> Option<&'f (Key, T)> {
        let target = self.target(reference)?;
        // Files stand in the order in which they were read; one that is not among them has mistakes of its own.
        let file = files.get(files.binary_search_by_key(&target.file, |file| file.file).ok()?)?;
        let found = list(file).iter().find(|(key, _)| key.name == target.name);
        let found = found.filter(|_| target.section == section);
        if found.is_none() {
            let known = list(file).iter().map(|(key, _)| key.name.as_str());
            self.dangling(reference, &target.name, known);
        }
        found
    }

    /// Splits `file.yaml#/section/name` and finds the file.
    pub(super) fn target(&self, reference: &Ref) -> Option<Target> {
        let folder = self.sources.folder(reference.place.file);
        if reference.text.contains("://") {
            let message = format!("`{}` is a web address, which is not followed", reference.text);
            let help = "write what stands there into a file of the specs, and refer to that: `../shared/ids.yaml#/components/schemas/Name`";
            self.errors.report(Code::InvalidRef, reference.place, message, help);
            return None;
        }
        let parts = reference.text.split_once("#/").and_then(|(path, pointer)| {
            let (section, name) = pointer.rsplit_once('/')?;
            Some((path, section, name.replace("~1", "/").replace("~0", "~")))
        });
        let Some((path, section, name)) = parts else {
            let message = format!("`{}` is no reference that can be followed", reference.text);
            let help = "write `#/components/schemas/Name`, `chats.yaml#/…` or `../shared/ids.yaml#/…`";
            self.errors.report(Code::InvalidRef, reference.place, message, help);
            return None;
        };
        let (target_folder, file_name) = match path.trim_start_matches("./").strip_prefix("../") {
            Some(rest) => rest.split_once('/').unwrap_or(("", rest)),
            None => (folder, path.trim_start_matches("./")),
        };
        if target_folder != folder && target_folder != SHARED {
            self.other_folder(reference, folder, target_folder);
            return None;
        }
        let stem = file_name.strip_suffix(".yaml").unwrap_or_default();
        let found =
            if path.is_empty() { Some(reference.place.file) } else { self.sources.find(target_folder, stem) };
        let Some(file) = found else {
            self.no_file(reference, target_folder, file_name);
            return None;
        };
        Some(Target { file, section: section.to_owned(), name })
    }

    /// A reference out of its folder leads to the shared files, or nowhere.
    fn other_folder(&self, reference: &Ref, own: &str, folder: &str) {
        let meant = closest(folder, [own, SHARED]).filter(|_| !self.sources.has_folder(folder));
        if let Some(meant) = meant {
            return self
                .nothing(reference, format!("there is no folder `{folder}`: did you mean `{meant}`?"));
        }
        let message = format!("`{}` refers into another API's folder", reference.text);
        let help = "move the schema to `shared/`: it is what two documents use";
        self.errors.report(Code::ForeignRef, reference.place, message, help);
    }

    /// Notes that the file of a reference is not there: what many references lack is one mistake.
    fn no_file(&self, reference: &Ref, folder: &str, file: &str) {
        let file = if self.sources.has_folder(folder) { file } else { "" };
        let mut missing = self.missing.borrow_mut();
        let references = missing.entry((folder.to_owned(), file.to_owned())).or_default();
        references.insert(reference.place, reference.clone());
    }

    /// Reports each file, or folder, to which references lead in vain.
    pub(super) fn report_missing(&self) {
        for ((folder, file), references) in self.missing.take() {
            let Some(first) = references.values().next() else { continue };
            let help = self.instead_of(first, &folder, &file);
            if references.len() == 1 {
                self.nothing(first, help);
            } else {
                let path = format!("{folder}/{file}");
                let (count, path) = (references.len(), path.trim_end_matches('/'));
                let message =
                    format!("{count} references lead to `{path}`, which is not there: this is the first");
                self.errors.report(Code::DanglingRef, first.place, message, help);
            }
        }
    }

    /// What was meant by a file that is not there. Names are compared without their ending: another one is no other word.
    fn instead_of(&self, reference: &Ref, folder: &str, file: &str) -> String {
        if let Some(rest) = reference.text.strip_prefix("shared/") {
            return format!("write `../shared/{rest}`");
        }
        if file.is_empty() {
            return format!("there is no folder `{folder}`: bring it back, or correct the reference");
        }
        let known = self.sources.iter().filter(|(_, source)| source.folder == folder);
        let word = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        if let Some(stem) = closest(word, known.map(|(_, source)| source.stem.as_str())) {
            return format!("did you mean `{stem}.yaml`?");
        }
        let elsewhere = reference.text.split_once("#/components/schemas/");
        elsewhere.and_then(|(_, name)| self.elsewhere(reference, name)).unwrap_or_else(|| {
            format!("there is no file `{file}` in the folder `{folder}`: write it, or correct the reference")
        })
    }

    fn dangling<'k>(&self, reference: &Ref, name: &str, known: impl Iterator<Item = &'k str>) {
        let help = did_you_mean(name, known, || {
            let help = "write it there, or correct the reference";
            self.elsewhere(reference, name).unwrap_or_else(|| help.to_owned())
        });
        self.nothing(reference, help);
    }

    fn nothing(&self, reference: &Ref, help: String) {
        let message = format!("`{}` refers to nothing", reference.text);
        self.errors.report(Code::DanglingRef, reference.place, message, help);
    }

    /// Where a schema of this name stands, if a file that may be referred to has one.
    fn elsewhere(&self, reference: &Ref, name: &str) -> Option<String> {
        let from = reference.place.file;
        let own = self.sources.folder(from);
        let may_refer = |file| [own, SHARED].contains(&self.sources.folder(file));
        let found = self.schemas.keys().filter(|(file, known)| known == name && may_refer(*file));
        let (file, _) = found.min()?;
        let path = match self.sources.get(*file)? {
            _ if *file == from => String::new(),
            source if source.folder == own => format!("{}.yaml", source.stem),
            source => format!("../{}/{}.yaml", source.folder, source.stem),
        };
        Some(format!("it stands elsewhere: write `{path}#/components/schemas/{name}`"))
    }
}
