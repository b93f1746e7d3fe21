//! Reads the head of a root document.

use super::fields::{Fields, each_once, list};
use super::security::{self, Schemes, Security};
use super::{schema, url};
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::Category;
use crate::yaml::Node;

/// The head of an `openapi.yaml`.
#[derive(Debug)]
pub(crate) struct Root {
    pub api: (String, Place),
    pub title: String,
    pub description: String,
    pub version: (String, Place),
    pub servers: (Vec<(String, String)>, Place),
    pub security: Security,
    pub schemes: Schemes,
    pub categories: Vec<Category>,
    pub errors: Vec<(String, Place)>,
}

/// Reads what only a root document has.
pub(super) fn read(fields: &mut Fields<'_>, errors: &Diagnostics) -> Option<Root> {
    if let Some(node) = fields.require("openapi")
        && node.as_str() != Some("3.0.3")
    {
        let help = "these specs are OpenAPI 3.0.3: write `openapi: \"3.0.3\"`";
        errors.report(Code::OpenapiVersion, node.place, "this is another version of OpenAPI", help);
    }
    let api = fields.require("x-api");
    let api = api.and_then(|node| Some((super::fields::text(node, "x-api", errors)?, node.place)));
    let (mut title, mut description, mut version) = (None, None, None);
    if let Some(mut info) = fields.require("info").and_then(|node| Fields::of(node, "info", errors)) {
        title = info.require_text("title");
        description = info.require_text("description");
        version = info.require("version");
        read_legal(&mut info, errors);
        info.finish();
    }
    let version = version.and_then(|node| Some((super::fields::text(node, "version", errors)?, node.place)));
    let servers = fields.require("servers").map(|node| (read_servers(node, errors), node.place));
    let security = security::read(fields, errors);
    let categories = fields.require("tags").map(|node| read_tags(node, errors)).unwrap_or_default();
    let documented = each_once(fields.texts("x-errors"), |name, place| {
        let message = format!("the type of error `{name}` stands twice");
        errors.report(Code::UnknownErrorType, place, message, "keep one of them, or correct the other");
    });
    schema::read_url(fields, errors);
    Some(Root {
        api: api?,
        title: title?,
        description: description?,
        version: version?,
        servers: servers?,
        security,
        schemes: Schemes::default(),
        categories,
        errors: documented,
    })
}

/// Whom to ask, and under which terms: for readers, not for the generator.
fn read_legal(info: &mut Fields<'_>, errors: &Diagnostics) {
    url::page(info, "termsOfService", errors);
    for (key, more) in [("contact", "email"), ("license", "identifier")] {
        let Some(mut inner) = info.get(key).and_then(|node| Fields::of(node, key, errors)) else { continue };
        inner.text("name");
        inner.text(more);
        url::page(&mut inner, "url", errors);
        inner.finish();
    }
}

fn read_servers(node: &Node, errors: &Diagnostics) -> Vec<(String, String)> {
    let mut servers = Vec::new();
    for node in list(node, "servers", errors) {
        let Some(mut fields) = Fields::of(node, "a server", errors) else { continue };
        let url = url::require_server(&mut fields, errors);
        let description = fields.text("description").unwrap_or_default();
        fields.finish();
        servers.extend(url.map(|url| (url, description)));
    }
    servers
}

fn read_tags(node: &Node, errors: &Diagnostics) -> Vec<Category> {
    let mut categories = Vec::new();
    for node in list(node, "tags", errors) {
        let Some(mut fields) = Fields::of(node, "a tag", errors) else { continue };
        let place = fields.place();
        let name = fields.require_text("name");
        let description = fields.require_text("description");
        schema::read_url(&mut fields, errors);
        fields.finish();
        if let (Some(name), Some(description)) = (name, description) {
            categories.push(Category { name, description, place });
        }
    }
    categories
}
