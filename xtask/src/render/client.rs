//! The operations of the client crate, a file for each category: progenitor names the methods and their types, a pass over its
//! syntax tree makes each one call.

use std::collections::BTreeMap;

use heck::{ToShoutySnakeCase, ToUpperCamelCase};
use progenitor_impl::{GenerationSettings, Generator};
use serde_json::Value;
use syn::{FnArg, ImplItem, Item, ReturnType, Type};

use super::imports::{Imports, When};
use super::rust_example::{self, Example};
use super::rust_types::{answer_type, first_argument, rust_type, text as type_text};
use super::{MARK, Output, by_category, code, docs, made_by, places, rust_file, spec_folder, version_module};
use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Action, Category, Document, Model, Property, Schema, Shape, Transport};
use crate::{lower, name};

/// All files of the client crate.
pub(super) fn render(model: &Model, errors: &Diagnostics) -> Vec<Output> {
    let folder = format!("{}/{}", places::CLIENT, version_module(model));
    let mut outputs = Vec::new();
    let mut modules = String::new();
    for document in &model.documents {
        let actions: Vec<&Action> =
            document.actions.iter().filter(|action| action.transports.contains(&Transport::Web)).collect();
        if actions.is_empty() {
            continue;
        }
        modules.push_str(&format!("#[cfg(feature = {:?})]\nmod {};\n", document.api, document.api));
        outputs.extend(operations(model, document, &actions, &folder, errors));
    }
    let about = format!("The operations of the LiveChat API v{}.", model.version);
    outputs.push(rust_file(format!("{folder}.rs"), &spec_folder(model, None), &about, &[&modules]));
    outputs
}

/// A method as progenitor sees it.
struct Signature {
    request: String,
    response: Option<String>,
}

/// The files of an API: its list of categories, and the methods of each.
fn operations(
    model: &Model,
    document: &Document,
    actions: &[&Action],
    folder: &str,
    errors: &Diagnostics,
) -> Vec<Output> {
    let what = format!("progenitor cannot make the operations of `{}`", document.api);
    let signatures = made_by(errors, &what, || progenitor(model, document, actions));
    let folder = format!("{folder}/{}", document.api);
    let mut modules = String::new();
    let categories = by_category(document, actions);
    let mut outputs = vec![table(model, document, &categories, format!("{folder}.md"))];
    for (category, actions) in categories {
        let module = name::module(&category.name);
        let mut operations = Operations::new(model, document);
        for action in actions {
            match signatures.get(&action.id) {
                Some(signature) => operations.add(action, signature),
                None => {
                    let message = format!("progenitor made no method of `{}`", action.id);
                    errors.report(Code::NotGenerated, action.place, message, "see xtask/src/lower.rs");
                }
            }
        }
        outputs.push(operations.finish(category, format!("{folder}/{module}.rs")));
        modules.push_str(&format!("mod {module};\n"));
    }
    let from = spec_folder(model, Some(&document.folder));
    let about = format!("The operations of the {}, category by category.", document.title);
    outputs.push(rust_file(format!("{folder}.rs"), &from, &about, &[&modules]));
    outputs
}

/// The actions by category, as a part of what rustdoc says of the API's client.
fn table(
    model: &Model,
    document: &Document,
    categories: &[(&Category, Vec<&Action>)],
    path: String,
) -> Output {
    let from = spec_folder(model, Some(&document.folder));
    let mut text =
        format!("<!-- {MARK} from {from}: do not edit. -->\n\n| what for | actions |\n|---|---|\n");
    for (category, actions) in categories {
        let what = docs::markdown(&docs::sentence(&category.description));
        let what = what.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
        let links: Vec<String> =
            actions.iter().map(|action| format!("[`{0}`](Self::{0})", action.id)).collect();
        text.push_str(&format!("| {what} | {} |\n", links.join(", ")));
    }
    Output { path, text }
}

/// The methods of a category while they are written.
struct Operations<'a> {
    model: &'a Model,
    document: &'a Document,
    /// The module of the API's types.
    types: String,
    imports: Imports,
    methods: Vec<String>,
    paged: Vec<String>,
}

impl<'a> Operations<'a> {
    fn new(model: &'a Model, document: &'a Document) -> Self {
        let types = format!("livechat_types::{}", document.api);
        Self { model, document, types, imports: Imports::default(), methods: Vec::new(), paged: Vec::new() }
    }

    fn finish(mut self, category: &Category, path: String) -> Output {
        let client = format!("{}Api", self.document.api.to_upper_camel_case());
        self.need("crate", &[&client, "Response", "Result"]);
        let description = docs::markdown(&docs::sentence(&category.description));
        let methods =
            format!("{}impl {client} {{\n{}}}\n", docs::comment(&description), self.methods.join("\n"));
        let from = format!("{}/{}.yaml", spec_folder(self.model, Some(&self.document.folder)), category.name);
        // The description is with the methods, where rustdoc shows it.
        let about = format!("Methods of `{client}`: the actions of the category `{}`.", category.name);
        rust_file(path, &from, &about, &[&self.imports.render(), &methods, &self.paged.join("\n")])
    }

    /// The methods of an action.
    fn add(&mut self, action: &Action, signature: &Signature) {
        let method = match batched(self.document, action) {
            Some(single) => self.batch(action, single),
            None if action.is_upload() => self.upload(action, signature),
            None => self.send(action, signature),
        };
        self.methods.push(code::method(&method));
        if let Some((item, next)) = page(self.model, action) {
            self.pages(action, item, next);
        }
    }

    fn send(&mut self, action: &Action, signature: &Signature) -> String {
        self.need_types(action.payloads().map(|payload| &payload.schema));
        let (id, request, response) =
            (&action.id, &signature.request, self.answer(signature.response.as_deref()));
        let doc = self.doc(action, rust_example::request(self.model, action), "&request");
        format!(
            "{doc} pub async fn {id}(&self, request: &{request}) -> Result<Response<{response}>> \
             {{ self.send(request).await }}"
        )
    }

    /// A file to upload is the runtime's own type.
    fn upload(&mut self, action: &Action, signature: &Signature) -> String {
        self.need_types(action.typed_payloads().map(|payload| &payload.schema));
        self.need("crate", &["UploadFile"]);
        let (id, constant) = (&action.id, self.constant(action));
        let response = self.answer(signature.response.as_deref());
        let statement =
            "let file = UploadFile::from_bytes(\"notes.txt\", \"Bring the blue one.\");".to_owned();
        let uses = ["use livechat_client::UploadFile;"].into();
        let doc = self.doc(action, Some(Example { statement, uses }), "file");
        format!(
            "{doc} pub async fn {id}(&self, file: UploadFile) -> Result<Response<{response}>> \
             {{ self.upload(&actions::{constant}, file).await }}"
        )
    }

    /// The method of a batch takes the requests of the action that it performs.
    fn batch(&mut self, action: &Action, single: &Action) -> String {
        self.need_types(single.payloads().map(|payload| &payload.schema));
        self.need("crate", &["Outcomes"]);
        let (id, constant) = (&action.id, self.constant(action));
        let request = rust_type(self.model, &single.request.schema);
        let response = answer_type(self.model, single);
        self.answer(single.response.as_ref().map(|_| ""));
        let doc = self.doc(action, rust_example::batch(self.model, action, single), "&request");
        format!(
            "{doc} pub async fn {id}(&self, requests: &[{request}]) -> Result<Response<Outcomes<{response}>>> \
             {{ self.batch(&actions::{constant}, requests).await }}"
        )
    }

    /// Item after item, and page after page.
    fn pages(&mut self, action: &Action, item: &Schema, next: &Property) {
        self.need_types([item]);
        self.need("crate", &["Items", "Paged", "Pages"]);
        let (id, item) = (&action.id, rust_type(self.model, item));
        let request = rust_type(self.model, &action.request.schema);
        let stream = docs::comment(&format!(
            "Like [`{id}`](Self::{id}), item after item: a stream of [`{item}`]. The next page is asked for when it is \
             needed."
        ));
        let pages = docs::comment(&format!("Like [`{id}`](Self::{id}), page after page."));
        self.methods.push(code::method(&format!(
            "{stream} pub fn {id}_stream(&self, request: &{request}) -> Items<{request}> {{ self.items(request) }}"
        )));
        self.methods.push(code::method(&format!(
            "{pages} pub fn {id}_pages(&self, request: &{request}) -> Pages<{request}> {{ self.pages(request) }}"
        )));
        let (page, field) = (answer_type(self.model, action), name::field_ident(&next.name));
        let next = if next.required {
            format!("Some(page.{field}.as_ref())")
        } else {
            format!("page.{field}.as_ref().map(AsRef::as_ref)")
        };
        self.paged.push(format!(
            "impl Paged for {request} {{\n    type Item = {item};\n\n    \
             fn next_page_id(page: &{page}) -> Option<&str> {{\n        \
             {next}\n    }}\n}}\n"
        ));
    }

    /// The type of an answer as it stands in a signature.
    fn answer(&mut self, response: Option<&str>) -> String {
        if response.is_none() {
            self.need("livechat_types", &["Empty"]);
        }
        response.unwrap_or("Empty").to_owned()
    }

    /// The name of an action's constant.
    fn constant(&mut self, action: &Action) -> String {
        let types = self.types.clone();
        self.need(&types, &["actions"]);
        action.id.to_shouty_snake_case()
    }

    fn need(&mut self, module: &str, names: &[&str]) {
        for name in names {
            self.imports.add(When::Always, module, name);
        }
    }

    fn need_types<'s>(&mut self, schemas: impl IntoIterator<Item = &'s Schema>) {
        for schema in schemas {
            self.imports.add_type(When::Always, self.model, schema, |_| Some(self.types.clone()));
        }
    }

    /// What an action does, and an example of its call.
    fn doc(&self, action: &Action, example: Option<Example>, argument: &str) -> String {
        let call = example.map(|example| self.call(action, &example, argument));
        docs::comment(&(docs::action(action) + &call.unwrap_or_default()))
    }

    /// The code of a call: what a reader needs stands there, the rest is hidden.
    fn call(&self, action: &Action, Example { statement, uses }: &Example, argument: &str) -> String {
        let api = &self.document.api;
        let uses: String = uses.iter().map(|line| format!("# {line}\n")).collect();
        let held = self.document.client_parameter().and_then(|parameter| parameter.example.as_ref());
        let (id, held) = (&action.id, held.map(Value::to_string).unwrap_or_default());
        format!(
            "\n\n```no_run\n# use livechat_client::{{LiveChat, types::{api}::*}};\n{uses}\
             # async fn example(livechat: LiveChat) -> Result<(), Box<dyn std::error::Error>> {{\n\
             {statement}\nlet answer = livechat.{api}({held}).{id}({argument}).await?;\n# Ok(())\n# }}\n```"
        )
    }
}

/// The action that a batch performs.
fn batched<'a>(document: &'a Document, action: &Action) -> Option<&'a Action> {
    let name = action.batch_of.as_ref()?;
    document.actions.iter().find(|single| single.id == *name)
}

/// What the items of a paginated answer are, and what names the next page.
fn page<'a>(model: &'a Model, action: &'a Action) -> Option<(&'a Schema, &'a Property)> {
    let pagination = action.pagination.as_ref()?;
    let properties = model.properties(&action.response.as_ref()?.schema);
    let items = properties.iter().find(|property| property.name == pagination.items)?;
    let next = properties.iter().find(|property| property.name == pagination.next)?;
    match &items.schema.shape {
        Shape::Array(item) => Some((item, next)),
        _ => None,
    }
}

/// Runs progenitor over the lowered document and reads what it made: a method for each operation.
fn progenitor(
    model: &Model,
    document: &Document,
    actions: &[&Action],
) -> Result<BTreeMap<String, Signature>, String> {
    let mut finals: BTreeMap<String, String> = BTreeMap::new();
    let named: Vec<(&Action, String, Option<String>)> = actions
        .iter()
        .map(|action| {
            let pascal = action.id.to_upper_camel_case();
            let (request, response) = (format!("{pascal}Input"), format!("{pascal}Output"));
            finals.insert(request.clone(), rust_type(model, &action.request.schema));
            let answer = action.response.as_ref().map(|payload| {
                finals.insert(response.clone(), rust_type(model, &payload.schema));
                response
            });
            (*action, request, answer)
        })
        .collect();
    let lowered = lower::operations(document, &named);
    let api: openapiv3::OpenAPI = serde_json::from_value(lowered).map_err(|error| error.to_string())?;
    let mut settings = GenerationSettings::default();
    for (name, ty) in &finals {
        settings.with_replacement(name, ty, std::iter::empty());
    }
    let tokens = Generator::new(&settings).generate_tokens(&api).map_err(|error| error.to_string())?;
    let file: syn::File = syn::parse2(tokens).map_err(|error| error.to_string())?;
    let mut signatures = BTreeMap::new();
    for item in file.items {
        let Item::Impl(block) = item else { continue };
        for item in block.items {
            let ImplItem::Fn(function) = item else { continue };
            if let Some(request) = request_type(&function.sig.inputs) {
                let response = response_type(&function.sig.output);
                signatures.insert(function.sig.ident.to_string(), Signature { request, response });
            }
        }
    }
    Ok(signatures)
}

/// `body: &'a T`
fn request_type<'a>(inputs: impl IntoIterator<Item = &'a FnArg>) -> Option<String> {
    inputs.into_iter().find_map(|input| match input {
        FnArg::Typed(argument) => match &*argument.ty {
            Type::Reference(reference) => Some(type_text(&reference.elem)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    })
}

/// `Result<ResponseValue<T>, Error<E>>`; `()` is no type of ours.
fn response_type(output: &ReturnType) -> Option<String> {
    let ReturnType::Type(_, ty) = output else { return None };
    let inner = first_argument(first_argument(ty)?)?;
    Some(type_text(inner)).filter(|text| text != "()" && text != "ByteStream")
}
