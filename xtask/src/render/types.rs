//! The types crate: for each category a file of types with their documentation, and beside it one with their impls.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;
use syn::{Item, parse_quote};

use super::impls::{self, Direction};
use super::rust_types::{branch_type, rust_type};
use super::structs;
use super::units::{self, Unit, UnitFile};
use super::{Output, action_tables, docs, head, places, version_module};
use crate::diagnostics::{Code, Diagnostics};
use crate::lower::is_struct;
use crate::model::{
    Document, ERROR_TYPE, Enum, Model, Named, Ref, SHARED, Schema, SchemaId, Shape, StringFormat,
};
use crate::name;

/// All files of the types crate.
pub(super) fn render(model: &Model, units: &[Unit<'_>], errors: &Diagnostics) -> Vec<Output> {
    let version = version_module(model);
    let sent = sent(model);
    let mut outputs = vec![version_file(model, units, &version)];
    for unit in units {
        let folder = format!("{}/{version}/{}", places::TYPES, unit.name);
        let structs = structs::structs(model, &unit.name, &unit.schemas(), errors);
        let context = Context { model, unit, structs: &structs, sent: &sent, errors };
        let mut modules = Vec::new();
        for file in &unit.files {
            let module = name::module(&file.info.stem);
            outputs.extend(context.category(file, &format!("{folder}/{module}")));
            modules.push((module, file.cfg.clone()));
        }
        if let Some(document) = unit.document {
            if let Some(output) = action_tables::render(model, document, &folder) {
                outputs.push(output);
                modules.push(("actions".into(), None));
            }
            for (module, cfg, text) in super::action_tables::unions(model, document) {
                outputs.push(Output { path: format!("{folder}/{module}.rs"), text });
                modules.push((module, cfg));
            }
        }
        outputs.push(unit_file(model, unit, &folder, &modules));
    }
    outputs
}

/// The schemas that are part of some request.
fn sent(model: &Model) -> BTreeSet<SchemaId> {
    let actions = model.documents.iter().flat_map(|document| &document.actions);
    model.reached(actions.map(|action| &action.request.schema))
}

fn version_file(model: &Model, units: &[Unit<'_>], version: &str) -> Output {
    let about = format!("The types of the LiveChat API v{}.", model.version);
    let mut text = head(&format!("spec/v{}", model.version), &about);
    for unit in units {
        if unit.document.is_some() {
            text.push_str(&format!("#[cfg(feature = {:?})]\n", unit.name));
        }
        text.push_str(&format!("pub mod {};\n", unit.name));
    }
    Output { path: format!("{}/{version}.rs", places::TYPES), text }
}

fn unit_file(model: &Model, unit: &Unit<'_>, folder: &str, modules: &[(String, Option<String>)]) -> Output {
    let (from, about) = match unit.document {
        Some(document) => (
            format!("spec/v{}/{}/openapi.yaml", model.version, document.folder),
            format!("{} {}", docs::sentence(&document.title), docs::markdown(&document.description)),
        ),
        None => (
            format!("spec/v{}/{SHARED}", model.version),
            "What several APIs have in common: ids, users, chats, events, properties, errors.".to_owned(),
        ),
    };
    let mut text = head(&from, &about);
    for (module, cfg) in modules {
        if let Some(cfg) = cfg {
            text.push_str(&format!("#[cfg({cfg})]\n"));
        }
        text.push_str(&format!("pub mod {module};\n"));
    }
    text.push('\n');
    for (module, cfg) in modules.iter().filter(|(module, _)| module != "actions") {
        if let Some(cfg) = cfg {
            text.push_str(&format!("#[cfg({cfg})]\n"));
        }
        text.push_str(&format!("pub use self::{module}::*;\n"));
    }
    if let Some(document) = unit.document {
        text.push_str(&shared_names(model, document));
    }
    Output { path: format!("{folder}.rs"), text }
}

/// The shared types that a document reaches, so that one `use` of its module is enough.
fn shared_names(model: &Model, document: &Document) -> String {
    let types = model.types();
    let web = units::reached(model, document, false);
    let all = units::reached(model, document, true);
    let catalogue = (!document.errors.is_empty()).then(|| model.shared(ERROR_TYPE)).flatten();
    let named = |ids: BTreeSet<SchemaId>| -> BTreeSet<String> {
        ids.into_iter()
            .filter(|id| types.contains(id))
            .map(|id| model.named(id))
            .filter(|named| named.folder == SHARED)
            .map(|named| named.name.clone())
            .collect()
    };
    let over_rtm = named(all.difference(&web).copied().collect());
    let always = named(web.into_iter().chain(catalogue).collect());
    let line = |cfg: &str, names: BTreeSet<String>| {
        if names.is_empty() {
            return String::new();
        }
        let used = imports(&BTreeMap::from([("super::shared".to_owned(), names)]));
        format!("{cfg}#[doc(no_inline)]\npub {used}")
    };
    line("", always) + &line("#[cfg(feature = \"rtm\")]\n", over_rtm)
}

struct Context<'a> {
    model: &'a Model,
    unit: &'a Unit<'a>,
    structs: &'a BTreeMap<String, syn::ItemStruct>,
    sent: &'a BTreeSet<SchemaId>,
    errors: &'a Diagnostics,
}

impl Context<'_> {
    /// The three files of a category.
    fn category(&self, file: &UnitFile<'_>, path: &str) -> [Output; 3] {
        let from = self.model.sources.get(file.info.file).map_or("", |source| source.path.as_str());
        let mut types = String::new();
        let mut impls = String::new();
        for id in &file.schemas {
            let named = self.model.named(*id);
            let (ty, code) = self.schema(*id, named);
            types.push_str(&ty);
            types.push('\n');
            impls.push_str(&code);
            if !code.is_empty() {
                impls.push('\n');
            }
        }
        let mut text = head(from, &self.about(&file.info.stem));
        text.push_str("mod impls;\n#[cfg(feature = \"schemars\")]\nmod schemas;\n\n");
        let imports = imports(&self.needs(file, &types));
        text.push_str(&imports);
        if !imports.is_empty() {
            text.push('\n');
        }
        text.push_str(types.trim_end());
        text.push('\n');
        let mut code = head(
            from,
            &format!("Constructors, setters and readers of [`{}`](super).", name::module(&file.info.stem)),
        );
        let macros = used_macros(&impls);
        if !macros.is_empty() {
            code.push_str(&format!("use crate::macros::{};\n", braced(&macros)));
        }
        code.push_str("use super::*;\n\n");
        code.push_str(impls.trim_end());
        code.push('\n');
        [
            Output { path: format!("{path}.rs"), text },
            Output { path: format!("{path}/impls.rs"), text: code },
            Output { path: format!("{path}/schemas.rs"), text: self.schemas(file, from) },
        ]
    }

    /// The JSON schemas of a category.
    fn schemas(&self, file: &UnitFile<'_>, from: &str) -> String {
        let module = name::module(&file.info.stem);
        let mut text = head(from, &format!("JSON schemas of [`{module}`](super)."));
        let all: Vec<String> = file
            .schemas
            .iter()
            .filter_map(|id| super::schemas::of_type(self.model, self.model.named(*id)))
            .collect();
        if !all.is_empty() {
            text.push_str("use crate::json_schema::json_schema;\nuse super::*;\n\n");
        }
        text.push_str(all.join("\n").trim_end());
        text.push('\n');
        text
    }

    fn about(&self, stem: &str) -> String {
        let category = self
            .unit
            .document
            .and_then(|document| document.categories.iter().find(|category| category.name == stem));
        match category {
            Some(category) => docs::markdown(&category.description),
            None => {
                let info = self.unit.files.iter().find(|file| file.info.stem == stem);
                let said = info.and_then(|file| file.info.description.as_deref());
                docs::markdown(said.unwrap_or("Further types."))
            }
        }
    }

    /// The names that a file's types need from elsewhere: module, names.
    fn needs(&self, file: &UnitFile<'_>, text: &str) -> BTreeMap<String, BTreeSet<String>> {
        let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut add = |module: &str, name: &str| {
            needs.entry(module.to_owned()).or_default().insert(name.to_owned());
        };
        for id in &file.schemas {
            for reference in self.model.references_of_fields(&self.model.named(*id).schema) {
                let target = self.model.named(reference);
                if target.place.file == file.info.file {
                    continue;
                }
                let same_unit = target.folder != SHARED || self.unit.name == SHARED;
                let unit = if same_unit { self.unit.name.as_str() } else { SHARED };
                let module = format!("crate::{unit}::{}", name::module(&target.stem));
                add(&module, &target.name);
            }
        }
        for (word, module, name) in [
            ("Timestamp", "jiff", "Timestamp"),
            ("Date", "jiff::civil", "Date"),
            ("Value", "serde_json", "Value"),
            ("BTreeMap", "std::collections", "BTreeMap"),
            ("Serialize", "serde", "Serialize"),
            ("Secret", "crate", "Secret"),
        ] {
            if has_word(text, word) {
                add(module, name);
            }
        }
        for id in &file.schemas {
            match &self.model.named(*id).schema.shape {
                Shape::Enum(_) => add("crate", "UnknownValue"),
                Shape::Tagged(_) => add("crate", "Unknown"),
                Shape::ByType(branches) => {
                    add("crate", "UnknownJson");
                    if branches.iter().any(|branch| matches!(branch.shape, Shape::Number)) {
                        add("serde_json", "Number");
                    }
                }
                _ => {}
            }
        }
        needs
    }

    /// The type and the impls of a schema.
    fn schema(&self, id: SchemaId, named: &Named) -> (String, String) {
        if is_struct(named) {
            return self.structure(id, named);
        }
        let doc = docs::lines(&docs::named(&named.schema));
        let ident = syn::Ident::new(&named.name, proc_macro2::Span::call_site());
        match &named.schema.shape {
            Shape::Enum(found) => (string_enum(named, found), impls::of_enum(named, found)),
            Shape::String(format) if named.schema.secret != Some(true) && *format != StringFormat::Binary => {
                let item = parse_quote! {
                    #(#[doc = #doc])*
                    #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
                    pub struct #ident(pub(super) String);
                };
                (print_item(item), format!("string_id!({});\n", named.name))
            }
            Shape::Integer(_) => {
                let item = parse_quote! {
                    #(#[doc = #doc])*
                    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
                    pub struct #ident(pub(super) i64);
                };
                (print_item(item), format!("integer_id!({});\n", named.name))
            }
            Shape::Tagged(tagged) => {
                (self.tagged(named, tagged), impls::of_tagged(self.model, named, tagged))
            }
            Shape::ByType(branches) => {
                (self.json_types(named, branches), impls::of_json_types(self.model, named, branches))
            }
            _ => {
                let ty: syn::Type = parse_type(&rust_type(&named.schema));
                let item = parse_quote! { #(#[doc = #doc])* pub type #ident = #ty; };
                (print_item(item), String::new())
            }
        }
    }

    fn structure(&self, id: SchemaId, named: &Named) -> (String, String) {
        let Some(made) = self.structs.get(&named.name) else {
            let message = format!("typify made no struct of `{}`", named.name);
            let help = "an empty or unusual object: see xtask/src/lower.rs";
            self.errors.report(Code::NotGenerated, named.place, message, help);
            return Default::default();
        };
        let doc = self.doc_of_struct(id, named);
        let item = structs::finish(self.model, named, made, &doc);
        let direction = if self.sent.contains(&id) { Direction::Sent } else { Direction::Received };
        let code = impls::of_struct(self.model, named, &item, direction);
        (print_item(Item::Struct(item)), code)
    }

    /// A request tells what its action does; other structs tell what they are.
    fn doc_of_struct(&self, id: SchemaId, named: &Named) -> String {
        let action = self.unit.document.and_then(|document| {
            document.actions.iter().find(|action| {
                matches!(&action.request.schema.shape, Shape::Ref(reference) if reference.target == id)
            })
        });
        match action {
            Some(action) => docs::action(action, true),
            None => docs::named(&named.schema),
        }
    }

    fn tagged(&self, named: &Named, tagged: &crate::model::Tagged) -> String {
        let doc = docs::lines(&docs::named(&named.schema));
        let ident = syn::Ident::new(&named.name, proc_macro2::Span::call_site());
        let mut seen = BTreeSet::new();
        let branches = tagged.branches.iter().map(|(_, reference)| reference).chain(&tagged.absent);
        let variants: Vec<_> = branches
            .filter(|reference| seen.insert(reference.target))
            .map(|reference| {
                let target = self.model.named(reference.target);
                let variant = parse_type(&variant_name(self.model, named, reference));
                let ty = parse_type(&target.name);
                let text = docs::lines(first_sentence(&docs::markdown(&target.schema.description)));
                quote::quote! { #(#[doc = #text])* #variant(#ty) }
            })
            .collect();
        let tag = format!(" An object whose `{}` this version does not know; it is kept whole.", tagged.tag);
        let item = parse_quote! {
            #(#[doc = #doc])*
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub enum #ident {
                #(#variants,)*
                #[doc = #tag]
                Unknown(Unknown),
            }
        };
        print_item(item)
    }

    fn json_types(&self, named: &Named, branches: &[Schema]) -> String {
        let doc = docs::lines(&docs::named(&named.schema));
        let ident = syn::Ident::new(&named.name, proc_macro2::Span::call_site());
        let variants = branches.iter().map(|branch| {
            let variant = parse_type(&branch_name(branch));
            let ty = parse_type(&branch_type(branch));
            let resolved = self.model.resolve(branch);
            let text =
                if branch.description.is_empty() { &resolved.description } else { &branch.description };
            let text = docs::lines(first_sentence(&docs::markdown(text)));
            quote::quote! { #(#[doc = #text])* #variant(#ty) }
        });
        let item = parse_quote! {
            #(#[doc = #doc])*
            #[derive(Debug, Clone, PartialEq)]
            #[non_exhaustive]
            pub enum #ident {
                #(#variants,)*
                /// A value of a JSON type that this version does not expect; it is kept as it is.
                Unknown(UnknownJson),
            }
        };
        print_item(item)
    }
}

fn string_enum(named: &Named, found: &Enum) -> String {
    let doc = docs::lines(&docs::named(&named.schema));
    let ident = syn::Ident::new(&named.name, proc_macro2::Span::call_site());
    let variants = found.values.iter().map(|(value, meaning)| {
        let variant = syn::Ident::new(&name::variant(value), proc_macro2::Span::call_site());
        let meaning = docs::markdown(&docs::sentence(meaning));
        let text = docs::lines(&format!("`{value}`: {}", lower_first(&meaning)));
        quote::quote! { #(#[doc = #text])* #variant }
    });
    let item = parse_quote! {
        #(#[doc = #doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum #ident {
            #(#variants,)*
            /// A value that this version does not know; it is kept as it is.
            Unknown(UnknownValue),
        }
    };
    print_item(item)
}

/// The variant of a union's branch: its name without the union's, `Event::Message` for `MessageEvent`.
pub(super) fn variant_name(model: &Model, union: &Named, reference: &Ref) -> String {
    name::branch(&union.name, &model.named(reference.target).name)
}

/// The variant of a branch that is told apart by its JSON type.
pub(super) fn branch_name(branch: &Schema) -> String {
    match (&branch.title, &branch.shape) {
        (Some(title), _) => title.to_upper_camel_case(),
        (None, Shape::Ref(reference)) => reference.text.rsplit('/').next().unwrap_or_default().to_owned(),
        _ => "Other".into(),
    }
}

fn parse_type(text: &str) -> syn::Type {
    syn::parse_str(text).unwrap_or_else(|_| parse_quote!(Value))
}

pub(super) fn print_item(item: Item) -> String {
    prettyplease::unparse(&syn::File {
        frontmatter: None,
        shebang: None,
        attrs: Vec::new(),
        items: vec![item],
    })
}

/// `use` lines, sorted.
pub(super) fn imports(needs: &BTreeMap<String, BTreeSet<String>>) -> String {
    needs
        .iter()
        .map(|(module, names)| {
            let names: Vec<String> = names.iter().cloned().collect();
            format!("use {module}::{};\n", braced(&names))
        })
        .collect()
}

fn braced(names: &[String]) -> String {
    match names {
        [only] => only.clone(),
        _ => {
            let line = names.join(", ");
            if line.len() < 80 {
                format!("{{{line}}}")
            } else {
                let mut text = String::from("{\n");
                let mut line = String::from("   ");
                for name in names {
                    if line.len() + name.len() > 100 {
                        text.push_str(&line);
                        text.push('\n');
                        line = String::from("   ");
                    }
                    line.push_str(&format!(" {name},"));
                }
                text.push_str(&line);
                text.push_str("\n}");
                text
            }
        }
    }
}

fn used_macros(text: &str) -> Vec<String> {
    ["fields", "integer_id", "json_union", "string_enum", "string_id", "tagged_union"]
        .into_iter()
        .filter(|name| text.contains(&format!("{name}!")))
        .map(str::to_owned)
        .collect()
}

/// Whether a word stands in code, not inside a longer word or a comment.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let boundary = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + word.len()..));
        let line = before.rsplit('\n').next().unwrap_or_default();
        boundary(before.chars().next_back())
            && boundary(after.and_then(|after| after.chars().next()))
            && !line.trim_start().starts_with("///")
    })
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    let second_is_lower = text.chars().nth(1).is_some_and(|c| c.is_lowercase() || c == ' ');
    match chars.next() {
        Some(first) if second_is_lower => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

pub(super) fn first_sentence(text: &str) -> &str {
    let line = text.split("\n\n").next().unwrap_or_default();
    match line.find(". ") {
        Some(end) => line.get(..=end).unwrap_or(line),
        None => line,
    }
}
