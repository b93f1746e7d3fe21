//! The `use` lines of a generated file: what its code needs from elsewhere, noted while the code is rendered.

use std::collections::{BTreeMap, BTreeSet};

use super::rust_types::library_type;
use crate::model::{Model, Named, Schema};

/// How wide a line may be: what rustfmt makes of `max_width = 110` where a list stands.
pub(super) const WIDTH: usize = 109;

/// The attribute of what only WebSocket needs.
pub(super) const RTM: &str = "#[cfg(feature = \"rtm\")]\n";

/// The names that a file needs.
#[derive(Default)]
pub(super) struct Imports {
    always: BTreeMap<String, BTreeSet<String>>,
    rtm: BTreeMap<String, BTreeSet<String>>,
}

/// When a name is needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Whatever the features.
    Always,
    /// Only with the feature `rtm`.
    Rtm,
}

impl Imports {
    /// A name of a module.
    pub(super) fn add(&mut self, when: When, module: &str, name: &str) {
        let modules = match when {
            When::Always => &mut self.always,
            When::Rtm => &mut self.rtm,
        };
        modules.entry(module.to_owned()).or_default().insert(name.to_owned());
    }

    /// The names of a value's Rust type. `place` is the module of a named type, or `None` if that is this file.
    pub(super) fn add_type(
        &mut self,
        when: When,
        model: &Model,
        schema: &Schema,
        place: impl Fn(&Named) -> Option<String>,
    ) {
        for reference in schema.references() {
            let named = model.named(reference.target);
            if let Some(module) = place(named) {
                self.add(when, &module, &named.name);
            }
        }
        schema.walk(&mut |inner| {
            if let Some((module, name)) = library_type(inner) {
                self.add(when, module, name);
            }
        });
    }

    /// The lines, as rustfmt orders them: the standard library, other crates, this crate, with a blank line between.
    pub(super) fn render(&self) -> String {
        let mut lines = Vec::new();
        for (module, names) in &self.always {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            lines.push((order(module, &names), "", use_line(module, &names)));
        }
        for (module, names) in &self.rtm {
            let always = self.always.get(module);
            let only = names.iter().filter(|name| always.is_none_or(|always| !always.contains(*name)));
            let names: Vec<&str> = only.map(String::as_str).collect();
            if !names.is_empty() {
                lines.push((order(module, &names), RTM, use_line(module, &names)));
            }
        }
        lines.sort();
        let groups = lines.chunk_by(|((one, _), ..), ((other, _), ..)| one == other);
        let groups = groups.map(|group| group.iter().map(|(_, cfg, line)| format!("{cfg}{line}")).collect());
        groups.collect::<Vec<String>>().join("\n")
    }
}

/// `use module::{names};`, over as many lines as it takes.
pub(super) fn use_line(module: &str, names: &[&str]) -> String {
    if let [only] = names {
        return format!("use {module}::{only};\n");
    }
    let line = format!("use {module}::{{{}}};\n", names.join(", "));
    if line.len() <= WIDTH {
        return line;
    }
    let mut text = format!("use {module}::{{\n");
    let mut line = String::from("   ");
    for name in names {
        if line.len() + name.len() + " ,".len() > WIDTH {
            text.push_str(&format!("{line}\n"));
            line = String::from("   ");
        }
        line.push_str(&format!(" {name},"));
    }
    format!("{text}{line}\n}};\n")
}

/// The group of a line, and what it is sorted by in there: names before `*`, and that before lists.
fn order<'a>(module: &'a str, names: &[&'a str]) -> (u8, Vec<(u8, &'a str)>) {
    let mut segments: Vec<(u8, &str)> =
        module.split("::").map(|segment| (u8::from(segment != "super"), segment)).collect();
    segments.push(match names {
        ["*"] => (2, ""),
        [only] => (1, only),
        _ => (3, ""),
    });
    let group = match module.split("::").next() {
        Some("std") => 0,
        Some("super" | "crate") => 2,
        _ => 1,
    };
    (group, segments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(names: &[(When, &str, &str)]) -> String {
        let mut imports = Imports::default();
        for (when, module, name) in names {
            imports.add(*when, module, name);
        }
        imports.render()
    }

    #[test]
    fn lines_are_grouped_and_sorted_like_rustfmt_does() {
        use When::Always;
        let names = [
            (Always, "crate", "Secret"),
            (Always, "super", "*"),
            (Always, "crate::shared::ids", "ChatId"),
            (Always, "serde", "Serialize"),
            (Always, "std::collections", "BTreeMap"),
            (Always, "super::chats", "Chat"),
            (Always, "jiff::civil", "Date"),
            (Always, "jiff", "Timestamp"),
        ];
        assert_eq!(
            imports(&names),
            "use std::collections::BTreeMap;\n\n\
             use jiff::Timestamp;\nuse jiff::civil::Date;\nuse serde::Serialize;\n\n\
             use super::chats::Chat;\nuse super::*;\nuse crate::Secret;\nuse crate::shared::ids::ChatId;\n"
        );
    }

    #[test]
    fn a_list_of_names_comes_after_single_ones_and_is_sorted() {
        let names = ["Empty", "Action", "Empty"].map(|name| (When::Always, "crate", name));
        let all: Vec<_> = names.into_iter().chain([(When::Always, "crate::macros", "fields")]).collect();
        assert_eq!(imports(&all), "use crate::macros::fields;\nuse crate::{Action, Empty};\n");
    }

    #[test]
    fn what_is_needed_anyway_is_not_behind_a_feature_too() {
        let names = [(When::Rtm, "super::chats", "Chat"), (When::Always, "super::chats", "Chat")];
        assert_eq!(imports(&names), "use super::chats::Chat;\n");
        let names = [(When::Rtm, "super::chats", "Ping"), (When::Always, "super::chats", "Chat")];
        assert_eq!(imports(&names), format!("use super::chats::Chat;\n{RTM}use super::chats::Ping;\n"));
    }

    #[test]
    fn long_lists_are_broken_within_the_width() {
        let names: Vec<String> = (10..60).map(|number| format!("Name{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let text = use_line("crate", &names);
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        assert!(
            text.starts_with("use crate::{\n    Name10, Name11,") && text.ends_with(" Name59,\n};\n"),
            "{text}"
        );
        assert_eq!(text.matches("Name").count(), names.len());
    }
}
