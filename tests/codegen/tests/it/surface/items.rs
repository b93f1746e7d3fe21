//! The lines of the list: each public item once, under its shortest path.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use quote::ToTokens;
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, ItemMacro, Signature, TraitItem, Type, Visibility};

use super::crates::{Crate, Target, condition, is_for_tests};

/// All lines, sorted.
pub(super) fn list(sources: &Crate) -> Vec<String> {
    let public = shortest_paths(sources);
    let mut lines = BTreeSet::new();
    for (target, path) in &public {
        match target {
            Target::Module(module) => {
                let when = when(&sources.modules[*module].conditions, &[]);
                lines.insert(format!("{path}: mod{when}"));
            }
            Target::Item(module, index) => {
                let module = &sources.modules[*module];
                item(path, &module.items[*index], &module.conditions, &mut lines);
            }
            Target::Made(..) => {
                lines.insert(format!("{path}: made by a macro"));
            }
            Target::Foreign(origin) => {
                lines.insert(format!("{path}: use {origin}"));
            }
        }
    }
    for (index, module) in sources.modules.iter().enumerate() {
        for item in &module.items {
            match item {
                Item::Impl(item) if !is_for_tests(&item.attrs) => {
                    if let Some(path) =
                        path_of(&item.self_ty).and_then(|path| public.get(&sources.resolve(index, &path)))
                    {
                        implementation(path, item, &module.conditions, &mut lines);
                    }
                }
                Item::Macro(item) if item.mac.path.is_ident("macro_rules") => macro_rules(item, &mut lines),
                Item::Macro(item) => {
                    let name = first_ident(&item.mac.tokens.to_string());
                    if let Some(path) = name.and_then(|name| public.get(&sources.resolve(index, &[name]))) {
                        lines.insert(format!(
                            "{path}: {}!",
                            tidy(&item.mac.path.to_token_stream().to_string())
                        ));
                    }
                }
                _ => {}
            }
        }
    }
    lines.into_iter().collect()
}

/// Walks the public modules, those near the root first.
fn shortest_paths(sources: &Crate) -> BTreeMap<Target, String> {
    let mut paths = BTreeMap::new();
    let mut open = VecDeque::from([(0, String::new())]);
    let mut seen = BTreeSet::from([0]);
    while let Some((module, prefix)) = open.pop_front() {
        for (name, target) in sources.public_names(module) {
            let path = if prefix.is_empty() { name } else { format!("{prefix}::{name}") };
            if let Target::Module(inner) = target
                && seen.insert(inner)
            {
                open.push_back((inner, path.clone()));
            }
            paths.entry(target).or_insert(path);
        }
    }
    paths
}

fn item(path: &str, item: &Item, conditions: &[String], lines: &mut BTreeSet<String>) {
    let text = |tokens: &dyn ToTokens| show(tokens);
    let mut line = |of: &str, rest: String| {
        lines.insert(format!("{path}{of}{rest}"));
    };
    match item {
        Item::Struct(item) => {
            let about = about(&item.attrs, conditions);
            line("", format!(": struct{}{about}", text(&item.generics)));
            for (index, field) in item.fields.iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
                let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
                line(".", format!("{name}: {}", text(&field.ty)));
            }
        }
        Item::Enum(item) => {
            line("", format!(": enum{}{}", text(&item.generics), about(&item.attrs, conditions)));
            for variant in &item.variants {
                let inside = match &variant.fields {
                    Fields::Unit => String::new(),
                    Fields::Named(_) => format!(" {}", text(&variant.fields)),
                    Fields::Unnamed(_) => text(&variant.fields),
                };
                line("::", format!("{}{inside}{}", variant.ident, about(&variant.attrs, &[])));
            }
        }
        Item::Trait(item) => {
            let bounds = text(&item.supertraits);
            let bounds = if bounds.is_empty() { bounds } else { format!(": {bounds}") };
            line("", format!(": trait{}{bounds}{}", text(&item.generics), when(conditions, &item.attrs)));
            for inner in &item.items {
                match inner {
                    TraitItem::Const(inner) => {
                        line("::", format!("{}: const {}", inner.ident, text(&inner.ty)));
                    }
                    TraitItem::Fn(inner) => line("::", signature(&inner.sig)),
                    TraitItem::Type(inner) => {
                        line("::", format!("{}: type {}", inner.ident, text(&inner.bounds)));
                    }
                    _ => {}
                }
            }
        }
        Item::Fn(item) => line("", format!(": {}{}", show(&item.sig), when(conditions, &item.attrs))),
        Item::Const(item) => line("", format!(": const {}{}", text(&item.ty), when(conditions, &item.attrs))),
        Item::Static(item) => {
            line("", format!(": static {}{}", text(&item.ty), when(conditions, &item.attrs)));
        }
        Item::Type(item) => {
            line(
                "",
                format!(
                    ": type{} = {}{}",
                    text(&item.generics),
                    text(&item.ty),
                    when(conditions, &item.attrs)
                ),
            );
        }
        _ => {}
    }
}

fn implementation(path: &str, item: &ItemImpl, conditions: &[String], lines: &mut BTreeSet<String>) {
    if let Some((of, _)) = &item.trait_ {
        let when = when(conditions, &item.attrs);
        lines.insert(format!("{path}: impl{} {}{when}", show(&item.generics), show(of)));
        return;
    }
    let mut conditions = conditions.to_vec();
    conditions.extend(condition(&item.attrs));
    for inner in &item.items {
        match inner {
            ImplItem::Fn(inner) if is_public(&inner.vis) => {
                lines.insert(format!("{path}::{}{}", signature(&inner.sig), when(&conditions, &inner.attrs)));
            }
            ImplItem::Const(inner) if is_public(&inner.vis) => {
                lines.insert(format!("{path}::{}: const {}", inner.ident, show(&inner.ty)));
            }
            _ => {}
        }
    }
}

/// What a macro writes that is public: functions, and impls of traits.
fn macro_rules(item: &ItemMacro, lines: &mut BTreeSet<String>) {
    let Some(name) = &item.ident else { return };
    let text = tidy(&item.mac.tokens.to_string());
    for (start, ends) in [
        ("pub const fn ", " {"),
        ("pub async fn ", " {"),
        ("pub fn ", " {"),
        ("pub const ", " ="),
        ("impl ", " {"),
    ] {
        for (at, _) in text.match_indices(start) {
            let rest = &text[at..];
            let end = rest.find(ends).unwrap_or(rest.len());
            let line = rest[..end].trim_start_matches("pub ");
            if start == "pub const " && line.starts_with("const fn ") {
                continue;
            }
            if !start.starts_with("impl") || line.contains(" for ") && line.len() < 200 {
                lines.insert(format!("{name}! writes {line}"));
            }
        }
    }
}

/// `name: fn(arguments) -> result`
fn signature(signature: &Signature) -> String {
    let name = &signature.ident;
    let text = show(signature).replacen(&format!("fn {name}"), "fn", 1);
    format!("{name}: {}", text.replace("(mut self", "(self"))
}

/// Whether it may grow, what is derived for it, and when it exists.
fn about(attrs: &[Attribute], conditions: &[String]) -> String {
    let mut text = String::new();
    if attrs.iter().any(|attribute| attribute.path().is_ident("non_exhaustive")) {
        text.push_str(", non_exhaustive");
    }
    let derives = attrs.iter().filter(|attribute| attribute.path().is_ident("derive"));
    for derive in derives.filter_map(|derive| derive.meta.require_list().ok()) {
        text.push_str(", ");
        text.push_str(&tidy(&derive.tokens.to_string()));
    }
    text + &when(conditions, attrs)
}

fn when(conditions: &[String], attrs: &[Attribute]) -> String {
    let mut all: Vec<String> = conditions.to_vec();
    all.extend(condition(attrs));
    all.dedup();
    if all.is_empty() { String::new() } else { format!(" [{}]", all.join("] [")) }
}

fn is_public(vis: &Visibility) -> bool {
    matches!(vis, Visibility::Public(_))
}

fn path_of(ty: &Type) -> Option<Vec<String>> {
    let Type::Path(path) = ty else { return None };
    Some(path.path.segments.iter().map(|segment| segment.ident.to_string()).collect())
}

fn first_ident(tokens: &str) -> Option<String> {
    let words = tokens.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with(char::is_uppercase)).map(str::to_owned).next()
}

fn show(tokens: &(impl ToTokens + ?Sized)) -> String {
    tidy(&tokens.to_token_stream().to_string())
}

/// Tokens as people write them.
pub(super) fn tidy(tokens: &str) -> String {
    let mut text = tokens.split_whitespace().collect::<Vec<_>>().join(" ");
    for (from, to) in [
        (" :: ", "::"),
        (":: ", "::"),
        (" < ", "<"),
        ("< ", "<"),
        (" >", ">"),
        ("& ", "&"),
        (" ,", ","),
        (", >", ">"),
        (" (", "("),
        ("( ", "("),
        (" )", ")"),
        (",)", ")"),
        (" :", ":"),
        ("[ ", "["),
        (" ]", "]"),
        ("$ ", "$"),
        (" ;", ";"),
        ("->(", "-> ("),
        ("->::", "-> ::"),
        (" <&", "<&"),
        (" <'", "<'"),
        (" <$", "<$"),
        (" . ", "."),
    ] {
        text = text.replace(from, to);
    }
    text.trim().to_owned()
}
