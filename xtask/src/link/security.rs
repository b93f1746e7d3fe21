//! The names of security schemes: what is used is declared, and what is declared is used.

use std::collections::HashSet;

use crate::decode::{Root, Security};
use crate::diagnostics::{Code, Diagnostics};
use crate::suggest::did_you_mean;

/// Holds what a document and its operations demand to what the document declares.
pub(super) fn check<'f>(
    root: &'f Root,
    operations: impl Iterator<Item = &'f Security>,
    errors: &Diagnostics,
) {
    let declared: Vec<&str> = root.schemes.names.iter().map(|(name, _)| name.as_str()).collect();
    let mut used = HashSet::new();
    let before = errors.len();
    for (name, place) in
        std::iter::once(&root.security).chain(operations).flat_map(|security| &security.names)
    {
        used.insert(name.as_str());
        if !declared.contains(&name.as_str()) {
            let help = did_you_mean(name, declared.iter().copied(), || match declared.as_slice() {
                [] => "declare it under `components.securitySchemes` of openapi.yaml".to_owned(),
                declared => format!("openapi.yaml declares {}", declared.join(", ")),
            });
            let message = format!("the root document declares no security scheme `{name}`");
            errors.report(Code::UnknownSecurityScheme, *place, message, help);
        }
    }
    if errors.len() > before {
        return; // what seems unused is probably what was meant
    }
    for (name, place) in root.schemes.names.iter().filter(|(name, _)| !used.contains(name.as_str())) {
        let message = format!("nothing demands the security scheme `{name}`");
        let help = "name it under `security`, of the root document or of an operation, or remove it";
        errors.report(Code::UnusedComponent, *place, message, help);
    }
}
