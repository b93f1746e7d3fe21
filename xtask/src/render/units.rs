//! What becomes a module: one unit for each API and one for what they share, with the features that each file needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Action, Document, FileInfo, Message, Model, SHARED, Schema, SchemaId, Transport};

/// A module of the types crate with a module for each of its files.
pub(super) struct Unit<'a> {
    /// The module's name: an API's short name, or `shared`.
    pub name: String,
    /// The API, except for `shared`.
    pub document: Option<&'a Document>,
    /// Its files that have schemas, in the documentation's order.
    pub files: Vec<UnitFile<'a>>,
}

/// A file of a unit.
pub(super) struct UnitFile<'a> {
    /// The file.
    pub info: &'a FileInfo,
    /// Its schemas that become types; what is only a part of an `allOf` becomes none.
    pub schemas: Vec<SchemaId>,
    /// When it is compiled, as the inside of `#[cfg(…)]`; `None` if always with its unit.
    pub cfg: Option<String>,
}

impl Unit<'_> {
    /// All schemas of the unit that become types.
    pub(super) fn schemas(&self) -> Vec<SchemaId> {
        self.files.iter().flat_map(|file| file.schemas.iter().copied()).collect()
    }
}

/// The feature that brings what only WebSocket reaches.
const RTM: &str = "rtm";

/// All units, `shared` first.
pub(super) fn units(model: &Model) -> Vec<Unit<'_>> {
    let types = model.types();
    let needs: Vec<Needs> = model.documents.iter().map(|document| Needs::of(model, document)).collect();
    let shared = files_of(model, SHARED)
        .into_iter()
        .map(|info| UnitFile { info, schemas: only(info, &types), cfg: shared_cfg(info, model, &needs) })
        .filter(|file| !file.schemas.is_empty())
        .collect();
    let mut units = vec![Unit { name: SHARED.into(), document: None, files: shared }];
    for (document, needs) in model.documents.iter().zip(&needs) {
        let mut infos = files_of(model, &document.folder);
        let rank = |info: &FileInfo| {
            document.categories.iter().position(|category| category.name == info.stem).unwrap_or(usize::MAX)
        };
        infos.sort_by_key(|info| rank(info));
        let files = infos
            .into_iter()
            .map(|info| {
                let cfg = (!needs.web.contains(&info.file)).then(|| format!("feature = \"{RTM}\""));
                UnitFile { info, schemas: only(info, &types), cfg }
            })
            .filter(|file| !file.schemas.is_empty())
            .collect();
        units.push(Unit { name: document.api.clone(), document: Some(document), files });
    }
    units
}

fn only(info: &FileInfo, types: &BTreeSet<SchemaId>) -> Vec<SchemaId> {
    info.schemas.iter().copied().filter(|id| types.contains(id)).collect()
}

fn files_of<'a>(model: &'a Model, folder: &str) -> Vec<&'a FileInfo> {
    model.files.iter().filter(|info| info.folder == folder && !info.schemas.is_empty()).collect()
}

/// The files that a document needs, with and without RTM.
struct Needs {
    web: BTreeSet<usize>,
    all: BTreeSet<usize>,
}

impl Needs {
    fn of(model: &Model, document: &Document) -> Self {
        let catalogue =
            if document.errors.is_empty() { None } else { model.shared(crate::model::ERROR_TYPE) };
        Self {
            web: closed_files(model, reached(model, document, false).into_iter().chain(catalogue)),
            all: closed_files(model, reached(model, document, true).into_iter().chain(catalogue)),
        }
    }
}

/// The schemas that a document reaches, with or without what only WebSocket needs.
pub(super) fn reached(model: &Model, document: &Document, with_rtm: bool) -> BTreeSet<SchemaId> {
    let actions = document
        .actions
        .iter()
        .filter(|action| with_rtm || action.transports.contains(&Transport::Web))
        .flat_map(Action::payloads);
    let pushes = document.pushes.iter().filter(|_| with_rtm).flat_map(Message::payloads);
    let others = document.webhooks.iter().chain(&document.structures).flat_map(Message::payloads);
    let parameters = document.actions.iter().filter_map(|action| action.http.as_ref());
    let schemas: Vec<&Schema> = actions
        .chain(pushes)
        .chain(others)
        .map(|payload| &payload.schema)
        .chain(parameters.flat_map(|http| http.parameters.iter().map(|parameter| &parameter.schema)))
        .collect();
    model.reached(schemas)
}

/// The files of some schemas, and all files that these files refer to.
fn closed_files(model: &Model, ids: impl IntoIterator<Item = SchemaId>) -> BTreeSet<usize> {
    let mut files = BTreeSet::new();
    let mut open: Vec<SchemaId> = ids.into_iter().collect();
    let by_file: BTreeMap<usize, &FileInfo> = model.files.iter().map(|info| (info.file, info)).collect();
    while let Some(id) = open.pop() {
        let file = model.named(id).place.file;
        if files.insert(file) {
            let schemas = by_file.get(&file).map(|info| info.schemas.as_slice()).unwrap_or_default();
            let references = schemas.iter().flat_map(|id| Model::references(&model.named(*id).schema));
            open.extend(references.map(|reference| reference.target));
        }
    }
    files
}

/// The files that are there whatever the features: what every API may answer when something fails, and the ids, which
/// envelopes have too.
fn always(model: &Model) -> BTreeSet<usize> {
    let shared = model.responses.iter().map(|response| &response.payload.schema);
    let of_errors = model.reached(shared).into_iter().filter(|id| model.named(*id).folder == SHARED);
    let ids = model.shared("OrganizationId");
    closed_files(model, of_errors.chain(ids).chain(model.shared(crate::model::ERROR_TYPE)))
}

/// A shared file is there as soon as one of the APIs that need it is.
fn shared_cfg(info: &FileInfo, model: &Model, needs: &[Needs]) -> Option<String> {
    if always(model).contains(&info.file) {
        return None;
    }
    let mut conditions = Vec::new();
    for (document, needs) in model.documents.iter().zip(needs) {
        if needs.web.contains(&info.file) {
            conditions.push(format!("feature = \"{}\"", document.api));
        } else if needs.all.contains(&info.file) {
            conditions.push(format!("all(feature = \"{}\", feature = \"{RTM}\")", document.api));
        }
    }
    match conditions.as_slice() {
        [] => None,
        [only] => Some(only.clone()),
        _ => Some(format!("any({})", conditions.join(", "))),
    }
}
