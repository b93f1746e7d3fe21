//! The types crate: for each category a file of types with their documentation, beside it one with their impls and one with
//! their JSON schemas.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Item, ItemStruct};

use super::impls::{self, Direction};
use super::imports::{Imports, RTM, When, use_line};
use super::rust_types::Kind;
use super::units::{Unit, UnitFile};
use super::{
    Output, action_tables, code, docs, items, message_unions, places, rust_file, schemas, spec_folder,
    structs, version_module,
};
use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Action, ERROR_TYPE, Model, Named, SHARED, SchemaId, Shape};
use crate::name;

/// All files of the types crate.
pub(super) fn render(model: &Model, units: &[Unit<'_>], errors: &Diagnostics) -> Vec<Output> {
    let version = version_module(model);
    let sent = model.reached(model.actions().map(|action| &action.request.schema));
    let types = model.types();
    let mut outputs = vec![version_file(model, units, &version)];
    for unit in units {
        let folder = format!("{}/{version}/{}", places::TYPES, unit.name);
        let structs = structs::structs(model, &unit.name, &unit.schemas(), errors);
        let requests = requests(unit);
        let context = Context { model, unit, structs, requests, sent: &sent, errors };
        let mut modules = Vec::new();
        for file in &unit.files {
            let module = name::module(&file.info.stem);
            outputs.extend(context.category(file, &format!("{folder}/{module}")));
            modules.push(Module { name: module, cfg: file.cfg.clone(), is_open: true });
        }
        if let Some(document) = unit.document {
            if !document.actions.is_empty() {
                outputs.push(action_tables::render(model, document, &folder));
                modules.push(Module { name: "actions".into(), cfg: None, is_open: false });
            }
            for union in message_unions::render(model, document, &folder) {
                outputs.push(union.output);
                modules.push(Module { name: union.module.into(), cfg: union.cfg, is_open: true });
            }
        }
        outputs.push(unit_file(model, unit, &folder, &modules, &types));
    }
    outputs
}

/// The action of each request.
fn requests<'a>(unit: &Unit<'a>) -> BTreeMap<SchemaId, &'a Action> {
    let mut requests = BTreeMap::new();
    for action in unit.document.iter().flat_map(|document| &document.actions) {
        if let Shape::Ref(reference) = &action.request.schema.shape {
            requests.entry(reference.target).or_insert(action);
        }
    }
    requests
}

fn version_file(model: &Model, units: &[Unit<'_>], version: &str) -> Output {
    let about = format!("The types of the LiveChat API v{}.", model.version);
    let mut text = String::new();
    for unit in units {
        if unit.document.is_some() {
            text.push_str(&format!("#[cfg(feature = {:?})]\n", unit.name));
        }
        text.push_str(&format!("pub mod {};\n", unit.name));
    }
    rust_file(format!("{}/{version}.rs", places::TYPES), &spec_folder(model, None), &about, &[&text])
}

/// A module of a unit.
struct Module {
    name: String,
    cfg: Option<String>,
    /// Whether its names can be used from the unit, too.
    is_open: bool,
}

fn unit_file(
    model: &Model,
    unit: &Unit<'_>,
    folder: &str,
    modules: &[Module],
    types: &BTreeSet<SchemaId>,
) -> Output {
    let (from, about) = match unit.document {
        Some(document) => (
            spec_folder(model, Some(&document.folder)) + "/openapi.yaml",
            format!("{} {}", docs::sentence(&document.title), docs::markdown(&document.description)),
        ),
        None => (
            spec_folder(model, Some(SHARED)),
            "What several APIs have in common: ids, users, chats, events, properties, errors.".to_owned(),
        ),
    };
    let (mut declared, mut used) = (String::new(), String::new());
    for Module { name, cfg, is_open } in modules {
        let cfg = cfg.as_ref().map(|cfg| format!("#[cfg({cfg})]\n")).unwrap_or_default();
        declared.push_str(&format!("{cfg}pub mod {name};\n"));
        if *is_open {
            used.push_str(&format!("{cfg}pub use self::{name}::*;\n"));
        }
    }
    used.push_str(&shared_names(model, unit, types));
    rust_file(format!("{folder}.rs"), &from, &about, &[&declared, &used])
}

/// The shared types that a document reaches, so that one `use` of its module is enough.
fn shared_names(model: &Model, unit: &Unit<'_>, types: &BTreeSet<SchemaId>) -> String {
    let Some(document) = unit.document else { return String::new() };
    let catalogue = (!document.errors.is_empty()).then(|| model.shared(ERROR_TYPE)).flatten();
    let line = |cfg: &str, ids: BTreeSet<SchemaId>| {
        let shared = ids.into_iter().filter(|id| types.contains(id)).map(|id| model.named(id));
        let names: BTreeSet<&str> =
            shared.filter(|named| named.folder == SHARED).map(|named| named.name.as_str()).collect();
        if names.is_empty() {
            return String::new();
        }
        let names: Vec<&str> = names.into_iter().collect();
        format!("{cfg}#[doc(no_inline)]\npub {}", use_line("super::shared", &names))
    };
    let always = unit.over_web.iter().copied().chain(catalogue).collect();
    let over_rtm = unit.reached.difference(&unit.over_web).copied().collect();
    line("", always) + &line(RTM, over_rtm)
}

struct Context<'a> {
    model: &'a Model,
    unit: &'a Unit<'a>,
    structs: BTreeMap<String, ItemStruct>,
    requests: BTreeMap<SchemaId, &'a Action>,
    sent: &'a BTreeSet<SchemaId>,
    errors: &'a Diagnostics,
}

impl Context<'_> {
    /// The three files of a category.
    fn category(&self, file: &UnitFile<'_>, path: &str) -> [Output; 3] {
        let from = self.model.sources.get(file.info.file).map_or("", |source| source.path.as_str());
        let module = name::module(&file.info.stem);
        let (mut types, mut impls, mut schemas) = (Vec::new(), Vec::new(), Vec::new());
        let (mut needs, mut macros) = (Imports::default(), Imports::default());
        for id in &file.schemas {
            let named = self.model.named(*id);
            let kind = Kind::of(&named.schema);
            self.need(named, &kind, file, &mut needs);
            if let Some(name) = impls::macro_of(&kind) {
                macros.add(When::Always, "crate::macros", name);
                macros.add(When::Always, "super", "*");
            }
            let (item, code) = self.item(*id, named, &kind);
            types.push(item);
            impls.extend(Some(code).filter(|code| !code.is_empty()));
            schemas.extend(schemas::of_type(self.model, named, &kind));
        }
        let modules = format!("mod impls;\n{SCHEMARS}mod schemas;\n");
        let (types, impls, all) = (types.join("\n"), impls.join("\n"), schemas.join("\n"));
        let about_impls = format!("Constructors, setters and readers of [`{module}`](super).");
        let about_schemas = format!("JSON schemas of [`{module}`](super).");
        let uses = if all.is_empty() { "" } else { "use super::*;\nuse crate::json_schema::json_schema;\n" };
        [
            rust_file(format!("{path}.rs"), from, &self.about(file), &[&modules, &needs.render(), &types]),
            rust_file(format!("{path}/impls.rs"), from, &about_impls, &[&macros.render(), &impls]),
            rust_file(format!("{path}/schemas.rs"), from, &about_schemas, &[uses, &all]),
        ]
    }

    fn about(&self, file: &UnitFile<'_>) -> String {
        let mut categories = self.unit.document.iter().flat_map(|document| &document.categories);
        let category = categories.find(|category| category.name == file.info.stem);
        let said = category.map(|category| &category.description).or(file.info.description.as_ref());
        docs::markdown(said.map_or("Further types.", String::as_str))
    }

    /// What a type needs from elsewhere.
    fn need(&self, named: &Named, kind: &Kind<'_>, file: &UnitFile<'_>, needs: &mut Imports) {
        let place = |target: &Named| self.place(target, file);
        let mut add = |module: &str, name: &str| needs.add(When::Always, module, name);
        match kind {
            Kind::Struct => {
                add("serde", "Serialize");
                for property in self.model.properties(&named.schema) {
                    needs.add_type(When::Always, self.model, &property.schema, place);
                }
            }
            Kind::StringEnum(_) => add("crate", "UnknownValue"),
            Kind::StringId | Kind::IntegerId => {}
            Kind::Tagged(_) => {
                add("crate", "Unknown");
                for reference in Model::references(&named.schema) {
                    let target = self.model.named(reference.target);
                    if let Some(module) = place(target) {
                        add(&module, &target.name);
                    }
                }
            }
            Kind::ByType(branches) => {
                add("crate", "UnknownJson");
                for branch in *branches {
                    match branch.shape {
                        Shape::Number => needs.add(When::Always, "serde_json", "Number"),
                        _ => needs.add_type(When::Always, self.model, branch, place),
                    }
                }
            }
            Kind::Alias => needs.add_type(When::Always, self.model, &named.schema, place),
        }
    }

    /// The module of a type, unless that is the file's own.
    fn place(&self, target: &Named, file: &UnitFile<'_>) -> Option<String> {
        let unit = if target.folder == SHARED { SHARED } else { &self.unit.name };
        let module = || format!("crate::{unit}::{}", name::module(&target.stem));
        (target.place.file != file.info.file).then(module)
    }

    /// The type of a schema, and what it does.
    fn item(&self, id: SchemaId, named: &Named, kind: &Kind<'_>) -> (String, String) {
        if !matches!(kind, Kind::Struct) {
            return (items::item(self.model, named, kind), impls::of_kind(self.model, named, kind));
        }
        let Some(made) = self.structs.get(&named.name) else {
            let message = format!("typify made no struct of `{}`", named.name);
            let help = "an empty or unusual object: see xtask/src/lower.rs";
            self.errors.report(Code::NotGenerated, named.place, message, help);
            return Default::default();
        };
        // A request tells what its action does; other structs tell what they are.
        let doc = match self.requests.get(&id) {
            Some(action) => docs::action(action, true),
            None => docs::named(&named.schema),
        };
        let item = structs::finish(self.model, named, made, &doc, self.errors);
        let direction = if self.sent.contains(&id) { Direction::Sent } else { Direction::Received };
        let code = impls::of_struct(self.model, named, &item, direction);
        (code::item(Item::Struct(item)), code)
    }
}

/// The attribute of JSON schemas.
const SCHEMARS: &str = "#[cfg(feature = \"schemars\")]\n";
