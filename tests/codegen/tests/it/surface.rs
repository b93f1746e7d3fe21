//! What the published crates offer, as one sorted list each: a change of the public surface is a change of a snapshot.
//!
//! The list is made from the sources: rustdoc's JSON and its readers are out of step on a stable toolchain. What a macro makes
//! beside its definition stands with each type. Other macros are not expanded: their calls stand with the types, and what they write
//! stands once, with the macro.

mod crates;
mod expand;
mod items;

use insta::{Settings, assert_snapshot};

use crate::support::workspace;

fn hold(package: &str) {
    let sources = crates::Crate::read(&workspace().join("crates").join(package).join("src"));
    let text = items::list(&sources).join("\n");
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("snapshots/surface");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| assert_snapshot!(package, text));
}

#[test]
fn livechat_types_offers_this() {
    hold("livechat-types");
}

#[test]
fn livechat_client_offers_this() {
    hold("livechat-client");
}

#[test]
fn what_a_macro_makes_beside_its_definition_is_listed_with_the_type() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = r#"
        macro_rules! client {
            ($(#[$docs:meta])* $feature:literal $name:ident) => {
                $(#[$docs])*
                #[cfg(feature = $feature)]
                pub struct $name;

                #[cfg(feature = $feature)]
                impl $name {
                    pub fn send(&self) {}
                }
            };
        }
        client! {
            /// One.
            "one" One
        }
    "#;
    std::fs::write(folder.path().join("lib.rs"), text).expect("it can be written");
    let lines = items::list(&crates::Crate::read(folder.path()));
    let one = [r#"One: struct [feature = "one"]"#, r#"One::send: fn(&self) [feature = "one"]"#];
    assert_eq!(lines, one);
}
