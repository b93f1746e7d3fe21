//! What becomes a module: one unit for each API and one for what they share, with the features that each file needs.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Action, Document, ENVELOPE_ID, ERROR_TYPE, FileInfo, Message, Model, SHARED, SchemaId, Transport,
};

/// A module of the types crate with a module for each of its files.
pub(super) struct Unit<'a> {
    /// The module's name: an API's short name, or `shared`.
    pub name: String,
    /// The API, except for `shared`.
    pub document: Option<&'a Document>,
    /// Its files that have schemas, in the documentation's order.
    pub files: Vec<UnitFile<'a>>,
    /// The schemas that the API reaches, over both transports.
    pub reached: BTreeSet<SchemaId>,
    /// Those of them that it reaches without WebSocket.
    pub over_web: BTreeSet<SchemaId>,
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
    /// The schemas of all files.
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
    let mut units = vec![shared(model, &types, &needs)];
    for (document, needs) in model.documents.iter().zip(needs) {
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
        let (name, Needs { reached, over_web, .. }) = (document.api.clone(), needs);
        units.push(Unit { name, document: Some(document), files, reached, over_web });
    }
    units
}

/// The unit of what several APIs use.
fn shared<'a>(model: &'a Model, types: &BTreeSet<SchemaId>, needs: &[Needs]) -> Unit<'a> {
    let always = always(model);
    let files = files_of(model, SHARED)
        .into_iter()
        .map(|info| {
            let cfg = if always.contains(&info.file) { None } else { shared_cfg(info, model, needs) };
            UnitFile { info, schemas: only(info, types), cfg }
        })
        .filter(|file| !file.schemas.is_empty())
        .collect();
    let (reached, over_web) = (BTreeSet::new(), BTreeSet::new());
    Unit { name: SHARED.into(), document: None, files, reached, over_web }
}

fn only(info: &FileInfo, types: &BTreeSet<SchemaId>) -> Vec<SchemaId> {
    info.schemas.iter().copied().filter(|id| types.contains(id)).collect()
}

fn files_of<'a>(model: &'a Model, folder: &str) -> Vec<&'a FileInfo> {
    model.files.iter().filter(|info| info.folder == folder && !info.schemas.is_empty()).collect()
}

/// The schemas and files that a document needs, with and without RTM.
struct Needs {
    reached: BTreeSet<SchemaId>,
    over_web: BTreeSet<SchemaId>,
    all: BTreeSet<usize>,
    web: BTreeSet<usize>,
}

impl Needs {
    fn of(model: &Model, document: &Document) -> Self {
        let catalogue = if document.errors.is_empty() { None } else { model.shared(ERROR_TYPE) };
        let reached = model.reached(document.schemas().chain(model.failures(document)));
        let over_web = reached_over_web(model, document);
        let files = |ids: &BTreeSet<SchemaId>| closed_files(model, ids.iter().copied().chain(catalogue));
        Self { all: files(&reached), web: files(&over_web), reached, over_web }
    }
}

/// The schemas that a document reaches without WebSocket.
fn reached_over_web(model: &Model, document: &Document) -> BTreeSet<SchemaId> {
    let actions = document.actions.iter().filter(|action| action.transports.contains(&Transport::Web));
    let parameters = document.actions.iter().flat_map(Action::parameters);
    let messages = document.webhooks.iter().chain(&document.structures).flat_map(Message::payloads);
    let payloads = actions.flat_map(Action::payloads).chain(messages).map(|payload| &payload.schema);
    let parameters = parameters.map(|parameter| &parameter.schema);
    model.reached(payloads.chain(parameters).chain(model.failures(document)))
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
            let references = schemas.iter().flat_map(|id| model.named(*id).schema.references());
            open.extend(references.map(|reference| reference.target));
        }
    }
    files
}

/// The files that are there whatever the features: what every API may answer when something fails, and what code by hand names.
fn always(model: &Model) -> BTreeSet<usize> {
    let shared = model.responses.iter().map(|response| &response.payload.schema);
    let of_errors = model.reached(shared).into_iter().filter(|id| model.named(*id).folder == SHARED);
    let by_hand = [ENVELOPE_ID, ERROR_TYPE].into_iter().filter_map(|name| model.shared(name));
    closed_files(model, of_errors.chain(by_hand))
}

/// A shared file is there as soon as one of the APIs that need it is.
fn shared_cfg(info: &FileInfo, model: &Model, needs: &[Needs]) -> Option<String> {
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
