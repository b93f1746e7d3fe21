//! The types crate: for each category a file of types with their documentation, beside it what people do not read: impls, what
//! the types look like in JSON, JSON schemas.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Item, ItemStruct};

use super::imports::{Imports, RTM, When, use_line};
use super::rust_types::{Kind, answer_type, article};
use super::structs::{self, Role};
use super::units::{Unit, UnitFile};
use super::{
    Output, action_tables, code, docs, impls, items, message_unions, places, rust_file, schemas, spec_folder,
    version_module,
};
use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Action, ERROR_TYPE, Message, Model, Named, SHARED, SchemaId, Shape};
use crate::name;

/// All files of the types crate.
pub(super) fn render(model: &Model, units: &[Unit<'_>], errors: &Diagnostics) -> Vec<Output> {
    let version = version_module(model);
    let sent = model.reached(model.actions().map(|action| &action.request.schema));
    let received = received(model);
    let types = model.types();
    let mut outputs = vec![version_file(model, units, &version)];
    for unit in units {
        let folder = format!("{}/{version}/{}", places::TYPES, unit.name);
        let structs = structs::structs(model, &unit.name, &unit.schemas(), errors);
        let requests = requests(unit);
        let context = Context { model, unit, structs, requests, sent: &sent, received: &received, errors };
        let mut modules = Vec::new();
        for file in &unit.files {
            let module = name::module(&file.info.stem);
            outputs.extend(context.category(file, &format!("{folder}/{module}")));
            modules.push(Module { name: module, cfg: file.cfg.clone(), is_open: true });
        }
        if let Some(document) = unit.document {
            if !document.actions.is_empty() {
                outputs.extend(action_tables::render(model, document, &folder));
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
        format!("{cfg}#[doc(inline)]\npub {}", use_line("super::shared", &names))
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
    received: &'a BTreeSet<SchemaId>,
    errors: &'a Diagnostics,
}

impl Context<'_> {
    /// The file of a category, and those of its parts that have anything in them.
    fn category(&self, file: &UnitFile<'_>, path: &str) -> Vec<Output> {
        let from = self.model.sources.get(file.info.file).map_or("", |source| source.path.as_str());
        let module = name::module(&file.info.stem);
        let (mut types, mut parts) = (Vec::new(), Parts::default());
        let mut needs = Imports::default();
        for id in &file.schemas {
            let named = self.model.named(*id);
            let kind = Kind::of(&named.schema);
            self.need(named, &kind, file, &mut needs);
            types.push(self.item(*id, named, &kind, &mut parts));
        }
        let (mut modules, mut outputs) = (String::new(), Vec::new());
        for (name, cfg, about, uses, code) in parts.files(&module) {
            modules.push_str(&format!("{cfg}mod {name};\n"));
            outputs.push(rust_file(format!("{path}/{name}.rs"), from, &about, &[&uses, &code]));
        }
        let sections = [modules, needs.render(), types.join("\n")];
        let sections: Vec<&str> = sections.iter().map(String::as_str).collect();
        outputs.push(rust_file(format!("{path}.rs"), from, &self.about(file), &sections));
        outputs
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
                for reference in named.schema.references() {
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

    /// What an action returns, with a link to it.
    fn answer(&self, action: &Action) -> String {
        let Some(payload) = &action.response else { return "empty".to_owned() };
        let (of, schema) = match &payload.schema.shape {
            Shape::Array(items) => ("a list of ", items.as_ref()),
            Shape::Map(values) => ("a map of ", values.as_ref()),
            _ => ("", &payload.schema),
        };
        match &schema.shape {
            Shape::Ref(reference) => {
                let name = self.model.name(reference);
                let of = if of.is_empty() { format!("{} ", article(name)) } else { of.to_owned() };
                format!("[{of}`{name}`](crate::{}::{name})", self.unit.name)
            }
            _ => format!("`{}`", answer_type(self.model, action)),
        }
    }

    fn role(&self, id: SchemaId) -> Role {
        match (self.sent.contains(&id), self.received.contains(&id)) {
            (false, _) => Role::Received,
            (true, true) => Role::Exchanged,
            (true, false) if self.requests.contains_key(&id) => Role::Request,
            (true, false) => Role::Part,
        }
    }

    /// The type of a schema; what it does is added to the parts.
    fn item(&self, id: SchemaId, named: &Named, kind: &Kind<'_>, parts: &mut Parts) -> String {
        parts.schemas.extend(schemas::of_type(self.model, named, kind));
        if !matches!(kind, Kind::Struct) {
            parts.read_by(kind, impls::of_kind(self.model, named, kind));
            return items::item(self.model, named, kind);
        }
        let Some(made) = self.structs.get(&named.name) else {
            let message = format!("typify made no struct of `{}`", named.name);
            let help = "an empty or unusual object: see xtask/src/lower.rs";
            self.errors.report(Code::NotGenerated, named.place, message, help);
            return String::new();
        };
        // A request tells what its action does; other structs tell what they are.
        let doc = match self.requests.get(&id) {
            Some(action) => docs::request(action, &self.answer(action)),
            None => docs::named(&named.schema),
        };
        let role = self.role(id);
        let item = structs::finish(self.model, named, made, &doc, role, self.errors);
        let of_role = if role == Role::Received { &mut parts.construct } else { &mut parts.impls };
        of_role.push(impls::constructors(&item, role));
        parts.read_by(kind, impls::fields(self.model, named));
        code::item(Item::Struct(item))
    }
}

/// What comes from the server, in answers and by itself.
fn received(model: &Model) -> BTreeSet<SchemaId> {
    let answers = model.actions().filter_map(|action| action.response.as_ref());
    let messages = model.documents.iter().flat_map(|document| {
        document
            .pushes
            .iter()
            .chain(&document.webhooks)
            .chain(&document.structures)
            .flat_map(Message::payloads)
    });
    model.reached(answers.chain(messages).map(|payload| &payload.schema))
}

/// What the types of a category do, by the file that it goes to.
#[derive(Default)]
struct Parts {
    impls: Vec<String>,
    construct: Vec<String>,
    json: Vec<String>,
    macros: Imports,
    schemas: Vec<String>,
}

impl Parts {
    /// The call of the macro that reads a type, if it has one.
    fn read_by(&mut self, kind: &Kind<'_>, call: String) {
        if let Some(name) = impls::macro_of(kind) {
            self.macros.add(When::Always, "crate::macros", name);
            self.macros.add(When::Always, "super", "*");
            self.json.push(call);
        }
    }

    /// The files that are not empty: the module, its condition, what it is for, its `use` lines and its code.
    fn files(&self, category: &str) -> impl Iterator<Item = (&str, &str, String, String, String)> {
        let types = format!("types in [`{category}`](super)");
        let uses = || "use super::*;\n".to_owned();
        let all = [
            ("impls", "", format!("Constructors and setters of the {types}."), uses(), &self.impls),
            (
                "construct",
                CONSTRUCT,
                format!("Constructors of those {types} that only the server makes."),
                uses(),
                &self.construct,
            ),
            (
                "json",
                "",
                format!("How the {types} are read from JSON: their fields, values and variants."),
                self.macros.render(),
                &self.json,
            ),
            (
                "schemas",
                SCHEMARS,
                format!("JSON schemas of the {types}."),
                uses() + "use crate::json_schema::json_schema;\n",
                &self.schemas,
            ),
        ];
        let all = all.map(|(name, cfg, about, uses, code)| (name, cfg, about, uses, code.join("\n")));
        all.into_iter().filter(|(.., code)| !code.is_empty())
    }
}

/// The attribute of constructors that programs have no use for, except in mocks and tests.
const CONSTRUCT: &str = "#[cfg(feature = \"construct\")]\n";

/// The attribute of JSON schemas.
const SCHEMARS: &str = "#[cfg(feature = \"schemars\")]\n";
