//! What the published crates offer, as one sorted list each: a change of the public surface is a change of a snapshot.
//!
//! The list is made from the sources: rustdoc's JSON and its readers are out of step on a stable toolchain. What a macro makes
//! is not expanded: its calls stand with the types, and what it writes stands once, with the macro.

mod crates;
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
