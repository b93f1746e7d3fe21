//! Follows every `$ref`, across files, and puts the files of one API together to a document.

mod account;
mod references;
mod security;

use std::collections::HashMap;

use heck::ToUpperCamelCase;

use crate::decode::{Entry, Head, MessageEntry, Operation, Root, RtmEntry, SpecFile};
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::{
    APIS, Action, ActionPlaces, Authorization, Content, Document, FileInfo, Http, Message, Model, Named,
    NamedResponse, Parameter, Payload, Property, Ref, Schema, SchemaId, Shape, Transport,
};
use crate::read::Sources;
use crate::yaml::Key;
use references::References;

/// Links files to a model. With mistakes reported, what it gives is not complete.
pub(crate) fn link(
    sources: &Sources,
    mut files: Vec<SpecFile>,
    version: &str,
    errors: &Diagnostics,
) -> Model {
    let Declared { references, mut schemas, infos, responses } = declare(sources, &mut files, errors);
    for named in &mut schemas {
        named.schema.each_reference(&mut |reference| references.resolve(reference));
    }
    let mut linker = Linker { sources, errors, files: &files, references, schemas, infos, responses };
    let roots = files.iter().filter_map(|file| Some((file, file.root.as_ref()?)));
    let mut documents = Vec::new();
    for (file, root) in roots {
        check_version(root, version, errors);
        documents.push(linker.document(file, root));
    }
    let responses = linker.named_responses();
    linker.references.report_missing();
    documents.sort_by_key(|document| APIS.iter().position(|known| *known == document.api));
    if errors.is_empty() {
        // What a misspelt reference means would seem to be listed nowhere.
        account::check(sources, &files, errors);
    }
    Model {
        version: version.to_owned(),
        sources: sources.clone(),
        schemas: linker.schemas,
        documents,
        files: linker.infos,
        responses,
    }
}

fn check_version(root: &Root, version: &str, errors: &Diagnostics) {
    let (found, place) = &root.version;
    if found != version {
        let message = format!("this document is of version {found}");
        let help = format!("the folder is of version {version}: write `version: \"{version}\"`");
        errors.report(Code::UnknownValue, *place, message, help);
    }
}

/// What all files declare.
struct Declared<'a> {
    references: References<'a>,
    schemas: Vec<Named>,
    infos: Vec<FileInfo>,
    responses: HashMap<(usize, String), usize>,
}

/// Takes over the named schemas of all files, and counts their responses.
fn declare<'a>(sources: &'a Sources, files: &mut [SpecFile], errors: &'a Diagnostics) -> Declared<'a> {
    let mut references = References::new(sources, errors);
    let (mut schemas, mut infos, mut responses) = (Vec::new(), Vec::new(), HashMap::new());
    for file in files {
        let index = file.file;
        let (folder, stem) = (sources.folder(index).to_owned(), sources.stem(index).to_owned());
        let mut ids = Vec::new();
        for (Key { name, place }, schema) in std::mem::take(&mut file.schemas) {
            let id = SchemaId(schemas.len());
            references.declare(index, &name, id);
            ids.push(id);
            schemas.push(Named { name, place, folder: folder.clone(), stem: stem.clone(), schema });
        }
        for (key, _) in &file.responses {
            responses.insert((index, key.name.clone()), responses.len());
        }
        let description = file.description.clone();
        infos.push(FileInfo { file: index, folder, stem, description, schemas: ids });
    }
    Declared { references, schemas, infos, responses }
}

/// Entries by name, as a file has them.
type Entries<T> = [(Key, Entry<T>)];

struct Linker<'a> {
    sources: &'a Sources,
    errors: &'a Diagnostics,
    files: &'a [SpecFile],
    references: References<'a>,
    schemas: Vec<Named>,
    infos: Vec<FileInfo>,
    /// The index of each error response among those of all files.
    responses: HashMap<(usize, String), usize>,
}

impl<'a> Linker<'a> {
    /// What an entry of a root document is, be it there or elsewhere.
    fn follow<T>(
        &self,
        entry: &'a Entry<T>,
        section: &str,
        list: impl Fn(&'a SpecFile) -> &'a Entries<T>,
    ) -> Option<&'a T> {
        let reference = match entry {
            Entry::Here(thing) => return Some(thing),
            Entry::Ref(reference) => reference,
        };
        match self.references.find(reference, self.files, section, list)? {
            (_, Entry::Here(thing)) => Some(thing),
            (_, Entry::Ref(_)) => {
                let message = format!("`{}` refers to a reference", reference.text);
                let help = "refer to the file that has the thing itself";
                self.errors.report(Code::InvalidRef, reference.place, message, help);
                None
            }
        }
    }

    /// The entries that a root document lists in a section, with their names. A name that travels stands twice, where the
    /// thing is and where it is listed: a slip in one of them is seen.
    fn listed<T>(
        &self,
        file: &'a SpecFile,
        section: &str,
        list: fn(&'a SpecFile) -> &'a Entries<T>,
    ) -> Vec<(&'a str, &'a T)> {
        let mut all = Vec::new();
        for (listed, entry) in list(file) {
            if let Entry::Ref(reference) = entry {
                self.same_name(&listed.name, reference);
            }
            all.extend(self.follow(entry, section, list).map(|thing| (listed.name.as_str(), thing)));
        }
        all
    }

    fn same_name(&self, listed: &str, reference: &Ref) {
        let name = reference.text.rsplit('/').next().unwrap_or(&reference.text);
        if name != listed {
            let message = format!("`{listed}` is listed here, and `{name}` is what it refers to");
            let help = "this name travels, so it is written alike in both places: correct one of them";
            self.errors.report(Code::InvalidRef, reference.place, message, help);
        }
    }

    fn document(&mut self, file: &'a SpecFile, root: &Root) -> Document {
        let mut actions = Vec::new();
        let mut demanded = Vec::new();
        for (path, entry) in &file.paths {
            let operations = self.follow(entry, "paths", |file| &file.paths);
            for operation in operations.into_iter().flatten() {
                demanded.push(&operation.security);
                actions.push(self.operation(&path.name, operation));
            }
        }
        let (servers, place) = &root.servers;
        if servers.is_empty() && !demanded.is_empty() {
            let help = "name the server that answers: `- url: https://…`";
            self.errors.report(Code::MissingKey, *place, "these operations have no server", help);
        }
        security::check(root, demanded.into_iter(), self.errors);
        let rtm = self.listed(file, "x-rtm", |file| &file.rtm);
        actions.extend(rtm.into_iter().map(|(name, entry)| self.rtm_action(name, entry)));
        let messages = |entries: Vec<(&str, &MessageEntry)>| {
            entries.into_iter().map(|(name, entry)| self.message(name, entry)).collect()
        };
        Document {
            api: root.api.0.clone(),
            folder: self.sources.folder(file.file).to_owned(),
            title: root.title.clone(),
            description: root.description.clone(),
            servers: servers.clone(),
            security_schemes: root.schemes.value.clone(),
            security: root.security.value.clone().unwrap_or_default(),
            categories: root.categories.clone(),
            actions,
            pushes: messages(self.listed(file, "x-pushes", |file| &file.pushes)),
            webhooks: messages(self.listed(file, "x-webhooks", |file| &file.webhooks)),
            structures: messages(self.listed(file, "x-structures", |file| &file.structures)),
            errors: root.errors.clone(),
            api_place: root.api.1,
        }
    }

    fn operation(&mut self, path: &str, operation: &'a Operation) -> Action {
        let errors = operation.errors.iter();
        let errors = errors
            .filter_map(|(status, reference)| Some((status.clone(), self.error_response(reference)?)))
            .collect();
        let parameters: Vec<Parameter> =
            operation.parameters.iter().filter_map(|entry| self.parameter(entry)).collect();
        let (id, place) = &operation.id;
        let (content, request) = match &operation.body {
            Some((content, payload)) => (*content, self.payload(payload)),
            None => (Content::Query, self.request_of_parameters(operation, &parameters)),
        };
        let response = operation.response.as_ref().map(|payload| self.payload(payload));
        let (batch_of, batch_place) = operation.batch_of.clone().unzip();
        let mut action = action(&operation.head, id, *place, request, response);
        action.places.batch_of = batch_place.unwrap_or(*place);
        Action {
            name: operation.action.clone().unwrap_or_else(|| id.clone()),
            http: Some(Http { method: operation.method, path: path.to_owned(), content, parameters }),
            transports: operation.transports.clone(),
            batch_of,
            authorization: operation.security.authorization(),
            security: operation.security.value.clone(),
            response_description: operation.response_description.clone(),
            errors,
            ..action
        }
    }

    fn rtm_action(&self, name: &str, entry: &RtmEntry) -> Action {
        let response = entry.response.as_ref().map(|payload| self.payload(payload));
        action(&entry.head, name, entry.head.place, self.payload(&entry.request), response)
    }

    /// The index of an error response among those of all files.
    fn error_response(&self, reference: &Ref) -> Option<usize> {
        let found =
            self.references.find(reference, self.files, "components/responses", |file| &file.responses);
        let (key, _) = found?;
        self.responses.get(&(key.place.file, key.name.clone())).copied()
    }

    fn parameter(&self, entry: &'a Entry<Parameter>) -> Option<Parameter> {
        let mut parameter = match entry {
            Entry::Here(parameter) => parameter.clone(),
            Entry::Ref(reference) => {
                let section = "components/parameters";
                self.references.find(reference, self.files, section, |file| &file.parameters)?.1.clone()
            }
        };
        parameter.schema.each_reference(&mut |reference| self.references.resolve(reference));
        Some(parameter)
    }

    /// The request type of an operation without a body: its query parameters, except those that the client holds.
    fn request_of_parameters(&mut self, operation: &Operation, parameters: &[Parameter]) -> Payload {
        let (id, place) = (&operation.id.0, operation.id.1);
        let own: Vec<&Parameter> = parameters.iter().filter(|parameter| !parameter.client).collect();
        let properties = own.iter().map(|parameter| property(parameter)).collect();
        let example = own
            .iter()
            .filter_map(|parameter| Some((parameter.name.clone(), parameter.example.clone()?)))
            .collect();
        let mut schema = Schema::bare(place, Shape::Object(properties));
        schema.description = format!("The parameters of `{id}`.");
        let name = id.to_upper_camel_case();
        let reference = Ref {
            text: format!("#/components/schemas/{name}"),
            place,
            target: self.add_schema(operation.head.place.file, name, schema),
        };
        Payload {
            schema: Schema::bare(place, Shape::Ref(reference)),
            example: Some(serde_json::Value::Object(example)),
            example_place: None, // it stands in pieces, with the parameters
            key: None,
        }
    }

    /// Adds a schema to those of a file.
    fn add_schema(&mut self, file: usize, name: String, schema: Schema) -> SchemaId {
        let id = SchemaId(self.schemas.len());
        let info = self.infos.binary_search_by_key(&file, |info| info.file);
        if let Some(info) = info.ok().and_then(|at| self.infos.get_mut(at)) {
            info.schemas.push(id);
        }
        let (folder, stem) = (self.sources.folder(file).to_owned(), self.sources.stem(file).to_owned());
        self.schemas.push(Named { name, place: schema.place, folder, stem, schema });
        id
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

    fn named_responses(&self) -> Vec<NamedResponse> {
        let responses = self.files.iter().flat_map(|file| &file.responses);
        let named = responses.map(|(key, response)| NamedResponse {
            name: key.name.clone(),
            description: response.description.clone(),
            payload: self.payload(&response.payload),
        });
        named.collect()
    }

    fn payload(&self, payload: &Payload) -> Payload {
        let mut payload = payload.clone();
        payload.schema.each_reference(&mut |reference| self.references.resolve(reference));
        payload
    }
}

/// An action as it stands under `x-rtm`; an operation has more to say.
fn action(head: &Head, id: &str, place: Place, request: Payload, response: Option<Payload>) -> Action {
    let (pagination, pagination_place) = head.pagination.clone().unzip();
    Action {
        name: id.to_owned(),
        id: id.to_owned(),
        place,
        category: head.tag.0.clone(),
        docs: head.docs.clone(),
        http: None,
        transports: vec![Transport::Rtm],
        scopes: head.scopes.0.clone(),
        repeatable: head.repeatable,
        pagination,
        batch_of: None,
        authorization: Authorization::Required,
        security: None,
        response_description: String::new(),
        errors: Vec::new(),
        deprecated: head.deprecated,
        request,
        response,
        places: ActionPlaces {
            tags: head.tag.1,
            scopes: head.scopes.1,
            pagination: pagination_place.unwrap_or(place),
            batch_of: place,
        },
    }
}

/// A query parameter as a field of a request.
fn property(parameter: &Parameter) -> Property {
    let mut schema = parameter.schema.clone();
    schema.description.clone_from(&parameter.description);
    let (name, place) = (parameter.name.clone(), parameter.place);
    Property { name, place, required: parameter.required, schema }
}
