//! Holds what files declare to what the root documents and operations use: nothing is written down in vain.

use std::collections::HashSet;

use super::Entries;
use super::references::References;
use crate::decode::{Entry, Operation, SpecFile};
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::{Ref, SHARED};
use crate::read::Sources;
use crate::yaml::Key;

/// Reports what no root document lists and no operation refers to.
pub(super) fn check(sources: &Sources, files: &[SpecFile], errors: &Diagnostics) {
    let account = Account { sources, files, errors };
    account.entries();
    account.components();
}

struct Account<'a> {
    sources: &'a Sources,
    files: &'a [SpecFile],
    errors: &'a Diagnostics,
}

impl<'a> Account<'a> {
    /// Every entry of a category file must be listed by the root document of its folder.
    fn entries(&self) {
        let (roots, others): (Vec<&SpecFile>, Vec<&SpecFile>) =
            self.files.iter().partition(|file| file.root.is_some());
        let with_root: HashSet<&str> = roots.iter().map(|root| self.sources.folder(root.file)).collect();
        let (rooted, rootless): (Vec<&SpecFile>, Vec<&SpecFile>) =
            others.into_iter().partition(|file| with_root.contains(self.sources.folder(file.file)));
        let mut told = HashSet::from([SHARED]);
        for file in rootless.into_iter().filter(|file| told.insert(self.sources.folder(file.file))) {
            let place = Place { file: file.file, start: 0, end: 0 };
            let message = format!("the folder `{}` has no openapi.yaml", self.sources.folder(file.file));
            let help = "every folder but `shared` has a root document";
            self.errors.report(Code::UnreachedFile, place, message, help);
        }
        self.listed("paths", &roots, &rooted, |file| &file.paths);
        self.listed("x-rtm", &roots, &rooted, |file| &file.rtm);
        self.listed("x-pushes", &roots, &rooted, |file| &file.pushes);
        self.listed("x-webhooks", &roots, &rooted, |file| &file.webhooks);
        self.listed("x-structures", &roots, &rooted, |file| &file.structures);
    }

    fn listed<T: 'a>(
        &self,
        section: &str,
        roots: &[&'a SpecFile],
        files: &[&'a SpecFile],
        list: fn(&'a SpecFile) -> &'a Entries<T>,
    ) {
        let listed = roots.iter().flat_map(|root| list(root));
        let targets = self.targets(listed.filter_map(|(_, entry)| entry.reference()));
        for (key, _) in files.iter().flat_map(|file| list(file)) {
            if !targets.contains(&(key.place.file, key.name.clone())) {
                let message = format!("`{}` is listed by no root document", key.name);
                let help = format!("add it under `{section}` of the folder's openapi.yaml");
                self.errors.report(Code::UnreachedEntry, key.place, message, help);
            }
        }
    }

    /// Every response and parameter that has a name must be used by some operation.
    fn components(&self) {
        let here = self.files.iter().flat_map(|file| &file.paths).filter_map(|(_, entry)| match entry {
            Entry::Here(operations) => Some(operations),
            Entry::Ref(_) => None,
        });
        let operations: Vec<&Operation> = here.flatten().collect();
        let responses = operations.iter().flat_map(|operation| &operation.errors);
        let responses = self.targets(responses.map(|(_, reference)| reference));
        let parameters = operations.iter().flat_map(|operation| &operation.parameters);
        let parameters = self.targets(parameters.filter_map(Entry::reference));
        for file in self.files {
            file.responses.iter().for_each(|(key, _)| self.used("response", key, &responses));
            file.parameters.iter().for_each(|(key, _)| self.used("parameter", key, &parameters));
        }
    }

    fn used(&self, what: &str, key: &Key, used: &HashSet<(usize, String)>) {
        if !used.contains(&(key.place.file, key.name.clone())) {
            let message = format!("no operation refers to the {what} `{}`", key.name);
            let help = "refer to it where it belongs, or remove it";
            self.errors.report(Code::UnusedComponent, key.place, message, help);
        }
    }

    /// The files and names that some references lead to. What is wrong with a reference is said where it is followed.
    fn targets<'r>(&self, references: impl Iterator<Item = &'r Ref>) -> HashSet<(usize, String)> {
        let quiet = Diagnostics::default();
        let resolver = References::new(self.sources, &quiet);
        let targets = references.filter_map(|reference| resolver.target(reference));
        targets.map(|target| (target.file, target.name)).collect()
    }
}
