//! Reads how requests are authorized: the schemes that a root document declares, and which of them may be used.

use serde_json::Value;

use super::fields::{Fields, list, mapping, one_of, wrong_type};
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::model::Authorization;
use crate::yaml::{Kind, Node};

/// A `security` key: each entry is one way to be authorized.
#[derive(Debug, Default)]
pub(crate) struct Security {
    /// As written.
    pub value: Option<Value>,
    /// The schemes that it names, and where.
    pub names: Vec<(String, Place)>,
    /// How many ways there are, and whether one of them is none.
    ways: usize,
    may_be_absent: bool,
}

impl Security {
    /// Whether a request must be authorized: `[]` says no, an empty entry among others that it depends.
    pub(crate) fn authorization(&self) -> Authorization {
        match self {
            Self { value: Some(_), ways: 0, .. } => Authorization::None,
            Self { may_be_absent: true, .. } => Authorization::Optional,
            _ => Authorization::Required,
        }
    }
}

/// Reads the key; absent, an operation has what its document says.
pub(super) fn read(fields: &mut Fields<'_>, errors: &Diagnostics) -> Security {
    let Some(node) = fields.get("security") else { return Security::default() };
    let ways = list(node, "security", errors);
    let mut found = Security { value: Some(node.to_json()), ways: ways.len(), ..Security::default() };
    for way in ways {
        let schemes = mapping(way, "an entry of `security`", errors);
        found.may_be_absent |= schemes.is_empty();
        for (key, scopes) in schemes {
            found.names.push((key.name.clone(), key.place));
            if !matches!(&scopes.kind, Kind::Sequence(items) if items.is_empty()) {
                let message = format!("something stands beside the security scheme `{}`", key.name);
                let help = "write `[]`; the scopes of an action stand under `x-scopes`";
                errors.report(Code::WrongType, scopes.place, message, help);
            }
        }
    }
    found
}

/// What a root document declares.
#[derive(Debug, Default)]
pub(crate) struct Schemes {
    /// As written; null if nothing is declared.
    pub value: Value,
    /// Their names, and where they stand.
    pub names: Vec<(String, Place)>,
}

/// Reads `components.securitySchemes`.
pub(super) fn read_schemes(node: &Node, errors: &Diagnostics) -> Schemes {
    const TYPES: &[(&str, ())] = &[("http", ())];
    const SCHEMES: &[(&str, ())] = &[("bearer", ()), ("basic", ())];
    let mut names = Vec::new();
    for (key, node) in mapping(node, "securitySchemes", errors) {
        names.push((key.name.clone(), key.place));
        let Some(mut fields) = Fields::of(node, "a security scheme", errors) else { continue };
        for (name, known) in [("type", TYPES), ("scheme", SCHEMES)] {
            let Some(node) = fields.require(name) else { continue };
            match node.as_str() {
                Some(word) => {
                    one_of(word, node.place, name, known, errors);
                }
                None => wrong_type(node, name, "a string", errors),
            }
        }
        fields.text("description");
        fields.finish();
    }
    Schemes { value: node.to_json(), names }
}
