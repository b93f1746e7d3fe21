//! The operations of the client crate: progenitor names the methods and their types, a pass over its syntax tree makes each one call.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use heck::{ToShoutySnakeCase, ToUpperCamelCase};
use progenitor_impl::{GenerationSettings, Generator};
use syn::{FnArg, GenericArgument, ImplItem, Item, PathArguments, ReturnType, Type};

use super::impls::print_method;
use super::rust_example;
use super::rust_types::{rust_type, text as type_text};
use super::structs::panic_text;
use super::types::imports;
use super::{Output, docs, head, places, version_module};
use crate::diagnostics::{Code, Diagnostic, Diagnostics};
use crate::lower;
use crate::model::{Action, Document, Model, Shape, Transport};

/// All files of the client crate.
pub(super) fn render(model: &Model, errors: &Diagnostics) -> Vec<Output> {
    let version = version_module(model);
    let folder = format!("{}/{version}", places::CLIENT);
    let mut outputs = Vec::new();
    let mut modules = head(
        &format!("spec/v{}", model.version),
        &format!("The operations of the LiveChat API v{}.", model.version),
    );
    for document in &model.documents {
        let actions: Vec<&Action> =
            document.actions.iter().filter(|action| action.transports.contains(&Transport::Web)).collect();
        if actions.is_empty() {
            continue;
        }
        modules.push_str(&format!("#[cfg(feature = {:?})]\nmod {};\n", document.api, document.api));
        let text = operations(model, document, &actions, errors);
        outputs.push(Output { path: format!("{folder}/{}.rs", document.api), text });
    }
    outputs.push(Output { path: format!("{folder}.rs"), text: modules });
    outputs
}

/// A method as progenitor sees it.
struct Signature {
    request: String,
    response: Option<String>,
}

fn operations(model: &Model, document: &Document, actions: &[&Action], errors: &Diagnostics) -> String {
    let from = format!("spec/v{}/{}", model.version, document.folder);
    let mut text = head(&from, &format!("The operations of the {}.", document.title));
    let signatures = catch_unwind(AssertUnwindSafe(|| progenitor(document, actions)))
        .unwrap_or_else(|panic| Err(panic_text(panic.as_ref())))
        .unwrap_or_else(|why| {
            errors.push(Diagnostic {
                code: Code::GeneratorRefused,
                place: None,
                message: format!("progenitor cannot make the operations of `{}`: {why}", document.api),
                help: "the checks should have named the operation: add one to xtask/src/check".into(),
            });
            BTreeMap::new()
        });
    let mut needs = BTreeSet::new();
    let mut methods = Vec::new();
    let mut paged = String::new();
    for action in actions {
        let Some(signature) = signatures.get(&action.id) else {
            let message = format!("progenitor made no method of `{}`", action.id);
            errors.report(Code::NotGenerated, action.place, message, "see xtask/src/lower.rs");
            continue;
        };
        match batched(document, action) {
            Some(single) => {
                methods.push(print_method(&batch_method(model, document, action, single)));
                need(single, &mut needs);
            }
            None => {
                methods.push(print_method(&method(model, document, action, signature)));
                need(action, &mut needs);
            }
        }
        if let Some(item) = item_type(model, action) {
            methods.extend(list_methods(action, &item).iter().map(|method| print_method(method)));
            paged.push_str(&format!(
                "\nimpl Paged for {} {{\n    type Item = {item};\n}}\n",
                rust_type(&action.request.schema)
            ));
            needs.insert(item);
        }
    }
    let module = format!("livechat_types::{}", document.api);
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    all.insert(module, needs);
    let client = format!("{}Api", document.api.to_upper_camel_case());
    all.insert(
        "crate".into(),
        ["Response", "Result"].iter().map(|name| (*name).to_owned()).chain([client.clone()]).collect(),
    );
    let body = methods.join("\n");
    let code = format!("{body}{paged}");
    for (word, module) in [
        ("Empty", "livechat_types"),
        ("Items", "crate"),
        ("Outcomes", "crate"),
        ("Paged", "crate"),
        ("Pages", "crate"),
        ("UploadFile", "crate"),
        ("BTreeMap", "std::collections"),
    ] {
        if super::types::has_word(&code, word) {
            all.entry(module.into()).or_default().insert(word.into());
        }
    }
    if let Some(names) = all.get_mut(&format!("livechat_types::{}", document.api)) {
        names.retain(|name| super::types::has_word(&code, name));
        if body.contains("actions::") {
            names.insert("actions".into());
        }
    }
    text.push_str(&imports(&all));
    text.push_str(&format!("\nimpl {client} {{\n{body}}}\n{paged}"));
    text
}

fn need(action: &Action, needs: &mut BTreeSet<String>) {
    // A file to upload is the runtime's own type.
    let typed = action.payloads().skip(usize::from(action.is_upload()));
    let references = typed.flat_map(|payload| Model::references(&payload.schema));
    needs
        .extend(references.map(|reference| reference.text.rsplit('/').next().unwrap_or_default().to_owned()));
}

fn method(model: &Model, document: &Document, action: &Action, signature: &Signature) -> String {
    let doc = doc_attributes(document, action, rust_example::request(model, action));
    let response = signature.response.as_deref().unwrap_or("Empty");
    let is_upload = action.is_upload();
    let id = &action.id;
    if is_upload {
        let constant = id.to_shouty_snake_case();
        format!(
            "{doc} pub async fn {id}(&self, file: UploadFile) -> Result<Response<{response}>> \
             {{ self.upload(&actions::{constant}, file).await }}"
        )
    } else {
        format!(
            "{doc} pub async fn {id}(&self, request: &{}) -> Result<Response<{response}>> \
             {{ self.send(request).await }}",
            signature.request
        )
    }
}

/// The action that a batch performs.
fn batched<'a>(document: &'a Document, action: &Action) -> Option<&'a Action> {
    let name = action.batch_of.as_ref()?;
    document.actions.iter().find(|single| single.id == *name)
}

fn batch_method(model: &Model, document: &Document, action: &Action, single: &Action) -> String {
    let doc = doc_attributes(document, action, rust_example::batch(model, action, single));
    let (id, constant) = (&action.id, action.id.to_shouty_snake_case());
    let request = rust_type(&single.request.schema);
    let response =
        single.response.as_ref().map_or_else(|| "Empty".to_owned(), |payload| rust_type(&payload.schema));
    format!(
        "{doc} pub async fn {id}(&self, requests: &[{request}]) -> Result<Response<Outcomes<{response}>>> \
         {{ self.batch(&actions::{constant}, requests).await }}"
    )
}

/// The type of the items of a paginated answer.
fn item_type(model: &Model, action: &Action) -> Option<String> {
    let pagination = action.pagination.as_ref()?;
    let properties = model.properties(&action.response.as_ref()?.schema);
    let items = properties.into_iter().find(|property| property.name == pagination.items)?;
    match &items.schema.shape {
        Shape::Array(item) => Some(rust_type(item)),
        _ => None,
    }
}

/// Item after item, and page after page.
fn list_methods(action: &Action, item: &str) -> [String; 2] {
    let (id, request) = (&action.id, rust_type(&action.request.schema));
    [
        format!(
            "#[doc = \" Like [`{id}`](Self::{id}), item after item: a stream of [`{item}`]. The next page is asked for when it is needed.\"] \
             pub fn {id}_stream(&self, request: &{request}) -> Items<{request}> {{ self.items(request) }}"
        ),
        format!(
            "#[doc = \" Like [`{id}`](Self::{id}), page after page.\"] \
             pub fn {id}_pages(&self, request: &{request}) -> Pages<{request}> {{ self.pages(request) }}"
        ),
    ]
}

fn doc_attributes(document: &Document, action: &Action, request: Option<String>) -> String {
    let mut text = docs::action(action, false);
    if let Some(example) = example(document, action, request) {
        text.push_str("\n\n");
        text.push_str(&example);
    }
    docs::lines(&text).iter().map(|line| format!("#[doc = {line:?}] ")).collect()
}

/// The code of a call: what a reader needs stands there, the rest is hidden.
fn example(document: &Document, action: &Action, request: Option<String>) -> Option<String> {
    let id = &action.id;
    let (request, argument) = if action.is_upload() {
        ("let file = UploadFile::from_bytes(\"notes.txt\", \"Bring the blue one.\");".to_owned(), "file")
    } else {
        (request?, "&request")
    };
    let mut hidden = vec![format!("use livechat_client::{{LiveChat, types::{}::*}};", document.api)];
    for (word, import) in [
        ("UploadFile", "use livechat_client::UploadFile;"),
        ("Secret", "use livechat_client::types::Secret;"),
        ("BTreeMap", "use std::collections::BTreeMap;"),
        ("json!", "use serde_json::json;"),
    ] {
        if request.contains(word) {
            hidden.push(import.to_owned());
        }
    }
    let hidden: String = hidden.iter().map(|line| format!("# {line}\n")).collect();
    let client = match document.api.as_str() {
        // The one client that is of somebody.
        "customer" => "customer(\"2b5b0bd4-6d3a-4b55-9f3e-7f2f4f0c9a10\")".to_owned(),
        api => format!("{api}()"),
    };
    Some(format!(
        "```no_run\n{hidden}# async fn example(livechat: LiveChat) -> Result<(), Box<dyn std::error::Error>> {{\n\
         {request}\nlet answer = livechat.{client}.{id}({argument}).await?;\n# Ok(())\n# }}\n```"
    ))
}

/// Runs progenitor over the lowered document and reads what it made: a method for each operation.
fn progenitor(document: &Document, actions: &[&Action]) -> Result<BTreeMap<String, Signature>, String> {
    let mut finals: BTreeMap<String, String> = BTreeMap::new();
    let named: Vec<(&Action, String, Option<String>)> = actions
        .iter()
        .map(|action| {
            let pascal = action.id.to_upper_camel_case();
            let (request, response) = (format!("{pascal}Input"), format!("{pascal}Output"));
            finals.insert(request.clone(), rust_type(&action.request.schema));
            let answer = action.response.as_ref().map(|payload| {
                finals.insert(response.clone(), rust_type(&payload.schema));
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

fn first_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}
