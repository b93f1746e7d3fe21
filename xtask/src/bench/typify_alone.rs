//! What typify alone makes of an archive page: the bundled document of the agent API, untouched but for the place of its schemas.

use std::collections::BTreeSet;

use schemars::schema::Schema;
use serde_json::Value;
use typify_impl::{TypeSpace, TypeSpaceSettings};

use crate::bundle;
use crate::model::Model;

/// The type that is decoded; what it does not reach is left out.
const ROOT: &str = "ListArchivesResponse";

/// The code, as typify prints it.
///
/// # Errors
/// What typify refuses.
pub(super) fn code(model: &Model) -> Result<String, String> {
    let bundles = bundle::bundle(model);
    let (_, agent) = bundles.iter().find(|(api, _)| api == "agent").ok_or("there is no agent API")?;
    let text = agent.replace("#/components/schemas/", "#/definitions/");
    let document: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let schemas = document.pointer("/components/schemas").ok_or("the document has no schemas")?;
    let mut names = BTreeSet::new();
    reach(schemas, ROOT, &mut names);
    let mut definitions = Vec::new();
    for name in names {
        let schema = schemas.get(&name).cloned().unwrap_or_default();
        let schema: Schema = serde_json::from_value(schema).map_err(|error| format!("{name}: {error}"))?;
        definitions.push((name, schema));
    }
    let mut space = TypeSpace::new(&TypeSpaceSettings::default());
    space.add_ref_types(definitions).map_err(|error| error.to_string())?;
    let file: syn::File = syn::parse2(space.to_stream()).map_err(|error| error.to_string())?;
    Ok(prettyplease::unparse(&file))
}

/// Adds a schema and all that it refers to.
fn reach(schemas: &Value, name: &str, names: &mut BTreeSet<String>) {
    if !names.insert(name.to_owned()) {
        return;
    }
    let mut waiting: Vec<&Value> = schemas.get(name).into_iter().collect();
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(object) => {
                if let Some(target) = object.get("$ref").and_then(Value::as_str) {
                    reach(schemas, target.rsplit('/').next().unwrap_or(target), names);
                }
                waiting.extend(object.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
}
