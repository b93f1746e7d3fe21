//! Follows every `$ref`, across files, and puts the files of one API together to a document.

mod security;

use std::collections::{HashMap, HashSet};

use heck::ToUpperCamelCase;

use crate::decode::{Entry, MessageEntry, Operation, Root, RtmEntry, SpecFile};
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::{
    Action, ActionPlaces, Authorization, Content, Document, FileInfo, Http, Message, Model, Named,
    NamedResponse, Parameter, Payload, Property, Ref, SHARED, Schema, SchemaId, Shape, Transport,
};
use crate::read::Sources;
use crate::suggest::{closest, did_you_mean};

/// Links files to a model. With mistakes reported, what it gives is not complete.
pub(crate) fn link(sources: &Sources, files: Vec<SpecFile>, version: &str, errors: &Diagnostics) -> Model {
    let mut linker = Linker::new(sources, errors);
    let mut files = files;
    for file in &mut files {
        linker.declare(file);
    }
    linker.resolve_schemas();
    let mut documents = Vec::new();
    for file in &files {
        if let Some(root) = &file.root {
            if root.version.0 != version {
                let message = format!("this document is of version {}", root.version.0);
                let help = format!("the folder is of version {version}: write `version: \"{version}\"`");
                errors.report(Code::UnknownValue, root.version.1, message, help);
            }
            documents.push(linker.document(file, root, &files));
        }
    }
    documents.sort_by_key(|document| api_rank(&document.api));
    if errors.is_empty() {
        // What a misspelt reference means would seem to be listed nowhere.
        linker.account(&files);
        linker.account_components(&files);
    }
    let responses = files
        .iter()
        .flat_map(|file| &file.responses)
        .map(|(key, response)| NamedResponse {
            name: key.name.clone(),
            description: response.description.clone(),
            payload: linker.payload(&response.payload),
        })
        .collect();
    Model {
        version: version.to_owned(),
        sources: sources.clone(),
        schemas: linker.schemas,
        documents,
        files: linker.files,
        responses,
    }
}

/// The APIs in the order in which outputs name them.
pub(crate) const APIS: &[&str] = &["agent", "customer", "configuration", "reports", "accounts", "webhooks"];

fn api_rank(api: &str) -> usize {
    APIS.iter().position(|known| *known == api).unwrap_or(APIS.len())
}

/// Entries by name, as a file has them.
type Entries<T> = [(crate::yaml::Key, Entry<T>)];

struct Linker<'a> {
    sources: &'a Sources,
    errors: &'a Diagnostics,
    schemas: Vec<Named>,
    ids: HashMap<(usize, String), SchemaId>,
    /// The index of each error response among those of all files.
    responses: HashMap<(usize, String), usize>,
    files: Vec<FileInfo>,
}

/// The file with this index: files stand in the order in which they were read.
fn file_of(files: &[SpecFile], index: usize) -> Option<&SpecFile> {
    files.get(files.binary_search_by_key(&index, |file| file.file).ok()?)
}

/// What a root document's reference leads to.
struct Target {
    file: usize,
    section: String,
    name: String,
}

impl<'a> Linker<'a> {
    fn new(sources: &'a Sources, errors: &'a Diagnostics) -> Self {
        let (ids, responses) = (HashMap::new(), HashMap::new());
        Self { sources, errors, schemas: Vec::new(), ids, responses, files: Vec::new() }
    }

    fn folder(&self, file: usize) -> &str {
        self.sources.get(file).map_or("", |source| &source.folder)
    }

    fn stem(&self, file: usize) -> &str {
        self.sources.get(file).map_or("", |source| &source.stem)
    }

    /// Takes over a file's named schemas, and counts its responses.
    fn declare(&mut self, file: &mut SpecFile) {
        let (folder, stem) = (self.folder(file.file).to_owned(), self.stem(file.file).to_owned());
        let mut info = FileInfo {
            file: file.file,
            folder: folder.clone(),
            stem: stem.clone(),
            description: file.description.clone(),
            schemas: Vec::new(),
        };
        for (key, schema) in std::mem::take(&mut file.schemas) {
            let id = SchemaId(self.schemas.len());
            self.ids.insert((file.file, key.name.clone()), id);
            info.schemas.push(id);
            self.schemas.push(Named {
                name: key.name,
                place: key.place,
                folder: folder.clone(),
                stem: stem.clone(),
                schema,
            });
        }
        for (key, _) in &file.responses {
            let index = self.responses.len();
            self.responses.insert((file.file, key.name.clone()), index);
        }
        self.files.push(info);
    }

    fn resolve_schemas(&mut self) {
        let mut schemas = std::mem::take(&mut self.schemas);
        for named in &mut schemas {
            named.schema.each_reference(&mut |reference| self.resolve(reference));
        }
        self.schemas = schemas;
    }

    fn resolve(&self, reference: &mut Ref) {
        let Some(target) = self.target(reference) else { return };
        if target.section != "components/schemas" {
            let message = format!("`{}` is no schema", reference.text);
            let help = "a schema stands under `#/components/schemas/`";
            self.errors.report(Code::InvalidRef, reference.place, message, help);
            return;
        }
        match self.ids.get(&(target.file, target.name.clone())) {
            Some(id) => reference.target = *id,
            None => self.dangling(reference, &target.name, &self.schema_names(target.file)),
        }
    }

    fn schema_names(&self, file: usize) -> Vec<String> {
        self.ids.keys().filter(|(known, _)| *known == file).map(|(_, name)| name.clone()).collect()
    }

    /// The file of a reference is not there. Names are compared without their ending, which is never the slip.
    fn no_file(&self, reference: &Ref, folder: &str, file: &str) {
        let known = self.sources.iter().filter(|(_, source)| source.folder == folder);
        let known = known.map(|(_, source)| source.stem.as_str());
        let help =
            match (reference.text.strip_prefix("shared/"), closest(file.trim_end_matches(".yaml"), known)) {
                (Some(rest), _) => format!("write `../shared/{rest}`"),
                (None, Some(stem)) => format!("did you mean `{stem}.yaml`?"),
                (None, None) => format!(
                    "there is no file `{file}` in the folder `{folder}`: write it, or correct the reference"
                ),
            };
        self.nothing(reference, help);
    }

    fn dangling(&self, reference: &Ref, name: &str, known: &[String]) {
        let help = did_you_mean(name, known.iter().map(String::as_str), || {
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
        let own = self.folder(from);
        let found = self.ids.keys().filter(|(file, known)| {
            known == name && (self.folder(*file) == own || self.folder(*file) == SHARED)
        });
        let (file, _) = found.min()?;
        let path = match self.sources.get(*file)? {
            _ if *file == from => String::new(),
            source if source.folder == own => format!("{}.yaml", source.stem),
            source => format!("../{}/{}.yaml", source.folder, source.stem),
        };
        Some(format!("it stands elsewhere: write `{path}#/components/schemas/{name}`"))
    }

    /// Splits `file.yaml#/section/name` and finds the file.
    fn target(&self, reference: &Ref) -> Option<Target> {
        let folder = self.folder(reference.place.file);
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
        let (target_folder, file) = if path.is_empty() {
            (folder, Some(reference.place.file))
        } else {
            let (target_folder, file_name) = path
                .trim_start_matches("./")
                .strip_prefix("../")
                .map_or((folder, path), |rest| rest.split_once('/').unwrap_or(("", rest)));
            let stem = file_name.trim_start_matches("./").strip_suffix(".yaml").unwrap_or_default();
            (target_folder, self.sources.find(target_folder, stem))
        };
        if target_folder != folder && target_folder != SHARED {
            let message = format!("`{}` refers into another API's folder", reference.text);
            let help = "move the schema to `shared/`: it is what two documents use";
            self.errors.report(Code::ForeignRef, reference.place, message, help);
            return None;
        }
        let Some(file) = file else {
            self.no_file(reference, target_folder, path.rsplit('/').next().unwrap_or(path));
            return None;
        };
        Some(Target { file, section: section.to_owned(), name })
    }

    /// What an entry of a root document is, be it there or elsewhere.
    fn follow<'f, T>(
        &self,
        entry: &'f Entry<T>,
        files: &'f [SpecFile],
        section: &str,
        list: impl Fn(&'f SpecFile) -> &'f Entries<T>,
    ) -> Option<&'f T> {
        match entry {
            Entry::Here(thing) => Some(thing),
            Entry::Ref(reference) => {
                let target = self.target(reference)?;
                let file = file_of(files, target.file)?;
                let found =
                    list(file).iter().find(|(key, _)| key.name == target.name && target.section == section);
                match found {
                    Some((_, Entry::Here(thing))) => Some(thing),
                    Some((_, Entry::Ref(_))) => {
                        let message = format!("`{}` refers to a reference", reference.text);
                        let help = "refer to the file that has the thing itself";
                        self.errors.report(Code::InvalidRef, reference.place, message, help);
                        None
                    }
                    None => {
                        let known: Vec<String> = list(file).iter().map(|(key, _)| key.name.clone()).collect();
                        self.dangling(reference, &target.name, &known);
                        None
                    }
                }
            }
        }
    }

    /// A name that travels stands twice, where the thing is and where it is listed: a slip in one of them is seen.
    fn same_name<T>(&self, listed: &str, entry: &Entry<T>) {
        let Entry::Ref(reference) = entry else { return };
        let name = reference.text.rsplit('/').next().unwrap_or(&reference.text);
        if name != listed {
            let message = format!("`{listed}` is listed here, and `{name}` is what it refers to");
            let help = "this name travels, so it is written alike in both places: correct one of them";
            self.errors.report(Code::InvalidRef, reference.place, message, help);
        }
    }

    fn document(&mut self, file: &SpecFile, root: &Root, files: &[SpecFile]) -> Document {
        let folder = self.folder(file.file).to_owned();
        let mut actions = Vec::new();
        let mut demanded = Vec::new();
        for (path, entry) in &file.paths {
            let operations = self.follow(entry, files, "paths", |file| &file.paths);
            for operation in operations.into_iter().flatten() {
                demanded.push(&operation.security);
                actions.push(self.operation(&path.name, operation, files));
            }
        }
        let (servers, place) = &root.servers;
        if servers.is_empty() && !demanded.is_empty() {
            let help = "name the server that answers: `- url: https://…`";
            self.errors.report(Code::MissingKey, *place, "these operations have no server", help);
        }
        security::check(root, demanded.into_iter(), self.errors);
        for (name, entry) in &file.rtm {
            self.same_name(&name.name, entry);
            if let Some(entry) = self.follow(entry, files, "x-rtm", |file| &file.rtm) {
                actions.push(self.rtm_action(&name.name, entry));
            }
        }
        let messages = |entries: &Entries<MessageEntry>,
                        section: &str,
                        list: fn(&SpecFile) -> &Entries<MessageEntry>| {
            let mut all = Vec::new();
            for (name, entry) in entries {
                self.same_name(&name.name, entry);
                if let Some(entry) = self.follow(entry, files, section, list) {
                    all.push(self.message(&name.name, entry));
                }
            }
            all
        };
        let pushes = messages(&file.pushes, "x-pushes", |file| &file.pushes);
        let webhooks = messages(&file.webhooks, "x-webhooks", |file| &file.webhooks);
        let structures = messages(&file.structures, "x-structures", |file| &file.structures);
        Document {
            api: root.api.0.clone(),
            folder,
            title: root.title.clone(),
            description: root.description.clone(),
            servers: servers.clone(),
            security_schemes: root.schemes.value.clone(),
            security: root.security.value.clone().unwrap_or_default(),
            categories: root.categories.clone(),
            actions,
            pushes,
            webhooks,
            structures,
            errors: root.errors.clone(),
            api_place: root.api.1,
        }
    }

    fn operation(&mut self, path: &str, operation: &Operation, files: &[SpecFile]) -> Action {
        let errors = operation
            .errors
            .iter()
            .filter_map(|(status, reference)| Some((status.clone(), self.error_response(reference, files)?)))
            .collect();
        let parameters: Vec<Parameter> =
            operation.parameters.iter().filter_map(|entry| self.parameter(entry, files)).collect();
        let (id, place) = operation.id.clone();
        let (content, request) = match &operation.body {
            Some((content, payload)) => (*content, self.payload(payload)),
            None => (Content::Query, self.request_of_parameters(&id, place, operation, &parameters)),
        };
        let http = Http { method: operation.method, path: path.to_owned(), content, parameters };
        Action {
            name: operation.action.clone().unwrap_or_else(|| id.clone()),
            id,
            place,
            category: operation.tag.0.clone(),
            docs: operation.docs.clone(),
            http: Some(http),
            transports: operation.transports.clone(),
            scopes: operation.scopes.0.clone(),
            repeatable: operation.repeatable,
            pagination: operation.pagination.clone().map(|(pagination, _)| pagination),
            batch_of: operation.batch_of.clone().map(|(name, _)| name),
            authorization: operation.security.authorization(),
            security: operation.security.value.clone(),
            response_description: operation.response_description.clone(),
            errors,
            deprecated: operation.deprecated,
            request,
            response: operation.response.as_ref().map(|payload| self.payload(payload)),
            places: ActionPlaces {
                tags: operation.tag.1,
                scopes: operation.scopes.1,
                pagination: operation.pagination.as_ref().map_or(place, |(_, place)| *place),
                batch_of: operation.batch_of.as_ref().map_or(place, |(_, place)| *place),
            },
        }
    }

    /// The index of an error response among those of all files.
    fn error_response(&self, reference: &Ref, files: &[SpecFile]) -> Option<usize> {
        let target = self.target(reference)?;
        let found = self.responses.get(&(target.file, target.name.clone())).copied();
        if found.is_none() || target.section != "components/responses" {
            let file = file_of(files, target.file);
            let responses = file.map(|file| file.responses.as_slice()).unwrap_or_default();
            let names: Vec<String> = responses.iter().map(|(key, _)| key.name.clone()).collect();
            self.dangling(reference, &target.name, &names);
        }
        found
    }

    fn parameter(&self, entry: &Entry<Parameter>, files: &[SpecFile]) -> Option<Parameter> {
        let mut parameter = match entry {
            Entry::Here(parameter) => parameter.clone(),
            Entry::Ref(reference) => {
                let target = self.target(reference)?;
                let file = file_of(files, target.file)?;
                let found = file.parameters.iter().find(|(key, _)| key.name == target.name);
                let Some((_, parameter)) = found.filter(|_| target.section == "components/parameters") else {
                    let known: Vec<String> =
                        file.parameters.iter().map(|(key, _)| key.name.clone()).collect();
                    self.dangling(reference, &target.name, &known);
                    return None;
                };
                parameter.clone()
            }
        };
        parameter.schema.each_reference(&mut |reference| self.resolve(reference));
        Some(parameter)
    }

    /// The request type of an operation without a body: its query parameters, except those that the client holds.
    fn request_of_parameters(
        &mut self,
        id: &str,
        place: Place,
        operation: &Operation,
        parameters: &[Parameter],
    ) -> Payload {
        let own: Vec<&Parameter> = parameters.iter().filter(|parameter| !parameter.client).collect();
        let properties = own
            .iter()
            .map(|parameter| {
                let mut schema = parameter.schema.clone();
                schema.description.clone_from(&parameter.description);
                let (name, place) = (parameter.name.clone(), parameter.place);
                Property { name, place, required: parameter.required, schema }
            })
            .collect();
        let example = own
            .iter()
            .filter_map(|parameter| Some((parameter.name.clone(), parameter.example.clone()?)))
            .collect();
        let mut schema = Schema::bare(place, Shape::Object(properties));
        schema.description = format!("The parameters of `{id}`.");
        let (file, name) = (operation.place.file, id.to_upper_camel_case());
        let target = SchemaId(self.schemas.len());
        let (folder, stem) = (self.folder(file).to_owned(), self.stem(file).to_owned());
        let info = self.files.binary_search_by_key(&file, |info| info.file);
        if let Some(info) = info.ok().and_then(|at| self.files.get_mut(at)) {
            info.schemas.push(target);
        }
        self.schemas.push(Named { name: name.clone(), place, folder, stem, schema });
        let reference = Ref { text: format!("#/components/schemas/{name}"), place, target };
        Payload {
            schema: Schema::bare(place, Shape::Ref(reference)),
            example: Some(serde_json::Value::Object(example)),
            example_place: None, // it stands in pieces, with the parameters
            key: None,
        }
    }

    fn rtm_action(&self, name: &str, entry: &RtmEntry) -> Action {
        Action {
            name: name.to_owned(),
            id: name.to_owned(),
            place: entry.place,
            category: entry.tag.0.clone(),
            docs: entry.docs.clone(),
            http: None,
            transports: vec![Transport::Rtm],
            scopes: entry.scopes.0.clone(),
            repeatable: entry.repeatable,
            pagination: entry.pagination.clone().map(|(pagination, _)| pagination),
            batch_of: None,
            authorization: Authorization::Required,
            security: None,
            response_description: String::new(),
            errors: Vec::new(),
            deprecated: entry.deprecated,
            request: self.payload(&entry.request),
            response: entry.response.as_ref().map(|payload| self.payload(payload)),
            places: ActionPlaces {
                tags: entry.tag.1,
                scopes: entry.scopes.1,
                pagination: entry.pagination.as_ref().map_or(entry.place, |(_, place)| *place),
                batch_of: entry.place,
            },
        }
    }

    fn message(&self, name: &str, entry: &MessageEntry) -> Message {
        Message {
            name: name.to_owned(),
            place: entry.place,
            docs: entry.docs.clone(),
            payload: self.payload(&entry.payload),
            additional_data: entry.additional_data.as_ref().map(|payload| self.payload(payload)),
        }
    }

    fn payload(&self, payload: &Payload) -> Payload {
        let mut payload = payload.clone();
        payload.schema.each_reference(&mut |reference| self.resolve(reference));
        payload
    }

    /// Every entry of a category file must be listed by the root document of its folder.
    fn account(&self, files: &[SpecFile]) {
        let (roots, others): (Vec<&SpecFile>, Vec<&SpecFile>) =
            files.iter().partition(|file| file.root.is_some());
        let with_root: HashSet<&str> = roots.iter().map(|root| self.folder(root.file)).collect();
        let (rooted, rootless): (Vec<&SpecFile>, Vec<&SpecFile>) =
            others.into_iter().partition(|file| with_root.contains(self.folder(file.file)));
        let mut told = HashSet::from([SHARED]);
        for file in rootless.into_iter().filter(|file| told.insert(self.folder(file.file))) {
            let place = Place { file: file.file, start: 0, end: 0 };
            let message = format!("the folder `{}` has no openapi.yaml", self.folder(file.file));
            let help = "every folder but `shared` has a root document";
            self.errors.report(Code::UnreachedFile, place, message, help);
        }
        self.account_list("paths", &roots, &rooted, |file| &file.paths);
        self.account_list("x-rtm", &roots, &rooted, |file| &file.rtm);
        self.account_list("x-pushes", &roots, &rooted, |file| &file.pushes);
        self.account_list("x-webhooks", &roots, &rooted, |file| &file.webhooks);
        self.account_list("x-structures", &roots, &rooted, |file| &file.structures);
    }

    /// Every response and parameter that has a name must be used by some operation.
    fn account_components(&self, files: &[SpecFile]) {
        let here = files.iter().flat_map(|file| &file.paths).filter_map(|(_, entry)| match entry {
            Entry::Here(operations) => Some(operations),
            Entry::Ref(_) => None,
        });
        let operations: Vec<&Operation> = here.flatten().collect();
        let responses = operations.iter().flat_map(|operation| &operation.errors);
        let responses = self.targets(responses.map(|(_, reference)| reference));
        let parameters = operations.iter().flat_map(|operation| &operation.parameters);
        let parameters = self.targets(parameters.filter_map(Entry::reference));
        let unused = |what: &str, key: &crate::yaml::Key, used: &HashSet<(usize, String)>| {
            if !used.contains(&(key.place.file, key.name.clone())) {
                let message = format!("no operation refers to the {what} `{}`", key.name);
                let help = "refer to it where it belongs, or remove it";
                self.errors.report(Code::UnusedComponent, key.place, message, help);
            }
        };
        for file in files {
            file.responses.iter().for_each(|(key, _)| unused("response", key, &responses));
            file.parameters.iter().for_each(|(key, _)| unused("parameter", key, &parameters));
        }
    }

    /// The files and names that some references lead to. What is wrong with a reference is said where it is followed.
    fn targets<'r>(&self, references: impl Iterator<Item = &'r Ref>) -> HashSet<(usize, String)> {
        let quiet = Diagnostics::default();
        let resolver = Linker::new(self.sources, &quiet);
        let targets = references.filter_map(|reference| resolver.target(reference));
        targets.map(|target| (target.file, target.name)).collect()
    }

    fn account_list<'f, T: 'f>(
        &self,
        section: &str,
        roots: &[&'f SpecFile],
        files: &[&'f SpecFile],
        list: fn(&'f SpecFile) -> &'f Entries<T>,
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
}
