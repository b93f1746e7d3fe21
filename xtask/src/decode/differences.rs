//! Reads the file of differences: where the specs depart from the documentation on purpose, by which rule, and why.

use std::collections::HashSet;

use serde_json::Value;

use super::fields::{Fields, list, text};
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::read::Sources;
use crate::yaml;

/// A row of the file.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The place in the documentation, such as `agent-web get_customer response present`.
    pub at: (String, Place),
    /// How the specs differ there.
    pub rule: (String, Place),
}

/// Reads all rows; none if there is no such file.
pub(crate) fn read(sources: &Sources, errors: &Diagnostics) -> Vec<Difference> {
    let Some(source) = sources.differences().and_then(|file| Some((file, sources.get(file)?))) else {
        return Vec::new();
    };
    let (file, source) = source;
    if errors.mention(file) {
        return Vec::new(); // the reader has said what is wrong with it
    }
    if let Err(error) = serde_json::from_str::<Value>(&source.text) {
        let before = source.text.split_inclusive('\n').take(error.line().saturating_sub(1));
        let at = before.map(str::len).sum::<usize>() + error.column().saturating_sub(1);
        let message = format!("this is no JSON: {error}");
        let help = "the file is a list of objects with `where`, `rule` and `reason`";
        errors.report(Code::InvalidDifference, Place { file, start: at, end: at }, message, help);
        return Vec::new();
    }
    // JSON is YAML, too; that reader knows where things stand.
    let Some(tree) = yaml::parse(sources, file, errors) else { return Vec::new() };
    let rows = list(&tree, "the file of differences", errors);
    let mut known = HashSet::new();
    let mut all = Vec::new();
    for row in rows {
        let Some(mut fields) = Fields::of(row, "a difference", errors) else { continue };
        let [at, rule, reason] = ["where", "rule", "reason"].map(|key| {
            let node = fields.require(key)?;
            let text = text(node, key, errors)?;
            if text.trim().is_empty() || text.contains('\n') {
                let message = format!("`{key}` of a difference is one line of text");
                errors.report(Code::InvalidDifference, node.place, message, "say it, or remove the row");
            }
            Some((text, node.place))
        });
        fields.finish();
        let (Some(at), Some(rule), Some(_)) = (at, rule, reason) else { continue };
        if !known.insert((at.0.clone(), rule.0.clone())) {
            let message = format!("`{}` has the rule `{}` twice", at.0, rule.0);
            errors.report(Code::InvalidDifference, at.1, message, "put the reasons together in one row");
        }
        all.push(Difference { at, rule });
    }
    all
}
