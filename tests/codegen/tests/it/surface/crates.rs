//! The modules of a crate as its sources have them, and where a name leads.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::{Attribute, Item, UseTree, Visibility};

use super::expand::expand;

/// A crate's modules; the first is its root.
pub(super) struct Crate {
    pub(super) modules: Vec<Module>,
}

/// A module.
pub(super) struct Module {
    pub(super) parent: usize,
    pub(super) children: BTreeMap<String, usize>,
    pub(super) items: Vec<Item>,
    /// The conditions under which it is compiled, its parents' included.
    pub(super) conditions: Vec<String>,
    uses: Vec<Use>,
}

/// One name that a `use` brings.
struct Use {
    public: bool,
    path: Vec<String>,
    /// The name that it has here; `None` is a glob.
    name: Option<String>,
}

/// What a name leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Target {
    Module(usize),
    /// The module and the index of the item.
    Item(usize, usize),
    /// The module whose macro makes it, and its name there.
    Made(usize, String),
    /// Of another crate.
    Foreign(String),
}

impl Crate {
    /// Reads `lib.rs` and every module that it has.
    pub(super) fn read(src: &Path) -> Self {
        let mut all = Self { modules: Vec::new() };
        let file = parse(&src.join("lib.rs"));
        all.add(0, file.items, src, &[]);
        all
    }

    /// Adds a module whose own modules' files stand in `folder`.
    fn add(&mut self, parent: usize, items: Vec<Item>, folder: &Path, conditions: &[String]) -> usize {
        let index = self.modules.len();
        let items = expand(items);
        let uses = items.iter().filter_map(as_use).flatten().collect();
        self.modules.push(Module {
            parent,
            children: BTreeMap::new(),
            items: Vec::new(),
            conditions: conditions.to_vec(),
            uses,
        });
        for item in &items {
            let Item::Mod(module) = item else { continue };
            if is_for_tests(&module.attrs) {
                continue;
            }
            let name = module.ident.to_string();
            let inner = folder.join(&name);
            let content = match &module.content {
                Some((_, items)) => items.clone(),
                None => parse(&file_of(folder, &name)).items,
            };
            let mut conditions = conditions.to_vec();
            conditions.extend(condition(&module.attrs));
            let child = self.add(index, content, &inner, &conditions);
            self.modules[index].children.insert(name, child);
        }
        self.modules[index].items = items;
        index
    }

    /// The names that a module shows to the outside.
    pub(super) fn public_names(&self, module: usize) -> BTreeMap<String, Target> {
        self.public_names_unless(module, &mut BTreeSet::new())
    }

    fn public_names_unless(&self, module: usize, seen: &mut BTreeSet<usize>) -> BTreeMap<String, Target> {
        let mut names = BTreeMap::new();
        if !seen.insert(module) {
            return names;
        }
        let here = &self.modules[module];
        for used in here.uses.iter().filter(|used| used.public) {
            match (&used.name, self.resolve(module, &used.path)) {
                (Some(name), target) => drop(names.insert(name.clone(), target)),
                (None, Target::Module(target)) => names.extend(self.public_names_unless(target, seen)),
                (None, _) => {}
            }
        }
        for (index, item) in here.items.iter().enumerate() {
            if let Some((name, Visibility::Public(_))) = declared(item) {
                let target = match here.children.get(&name) {
                    Some(child) if matches!(item, Item::Mod(_)) => Target::Module(*child),
                    _ => Target::Item(module, index),
                };
                names.insert(name, target);
            }
        }
        names
    }

    /// Where a path leads that stands in a module.
    pub(super) fn resolve(&self, module: usize, path: &[String]) -> Target {
        let foreign = || Target::Foreign(path.join("::"));
        let mut at = module;
        let mut rest = path;
        let mut rooted = false;
        while let Some((first, tail)) = rest.split_first() {
            match first.as_str() {
                "crate" => at = 0,
                "super" => at = self.modules[at].parent,
                "self" => {}
                _ => break,
            }
            rooted = true;
            rest = tail;
        }
        let Some((first, tail)) = rest.split_first() else {
            return Target::Module(at);
        };
        let Some(mut found) = self.lookup(at, first, &mut BTreeSet::new()) else {
            return if rooted { Target::Made(at, first.clone()) } else { foreign() };
        };
        for name in tail {
            found = match found {
                Target::Module(inner) => self
                    .lookup(inner, name, &mut BTreeSet::new())
                    .unwrap_or_else(|| Target::Made(inner, name.clone())),
                Target::Foreign(path) => Target::Foreign(format!("{path}::{name}")),
                other => return other,
            };
        }
        found
    }

    /// What a name means in a module.
    fn lookup(&self, module: usize, name: &str, seen: &mut BTreeSet<(usize, String)>) -> Option<Target> {
        if !seen.insert((module, name.to_owned())) {
            return None;
        }
        let here = &self.modules[module];
        if let Some(child) = here.children.get(name) {
            return Some(Target::Module(*child));
        }
        let declared = |item: &Item| declared(item).is_some_and(|(known, _)| known == name);
        if let Some(index) = here.items.iter().position(declared) {
            return Some(Target::Item(module, index));
        }
        if let Some(used) = here.uses.iter().find(|used| used.name.as_deref() == Some(name)) {
            return Some(self.resolve(module, &used.path));
        }
        let globs = here.uses.iter().filter(|used| used.name.is_none());
        globs.map(|used| self.resolve(module, &used.path)).find_map(|target| match target {
            Target::Module(target) => self.lookup(target, name, seen),
            _ => None,
        })
    }
}

fn parse(path: &Path) -> syn::File {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    let beside = folder.join(format!("{name}.rs"));
    if beside.exists() { beside } else { folder.join(name).join("mod.rs") }
}

/// The name of an item and how far it is seen.
fn declared(item: &Item) -> Option<(String, Visibility)> {
    let (ident, vis) = match item {
        Item::Const(item) => (&item.ident, &item.vis),
        Item::Enum(item) => (&item.ident, &item.vis),
        Item::Fn(item) => (&item.sig.ident, &item.vis),
        Item::Mod(item) if !is_for_tests(&item.attrs) => (&item.ident, &item.vis),
        Item::Static(item) => (&item.ident, &item.vis),
        Item::Struct(item) if !is_for_tests(&item.attrs) => (&item.ident, &item.vis),
        Item::Trait(item) => (&item.ident, &item.vis),
        Item::Type(item) => (&item.ident, &item.vis),
        Item::Union(item) => (&item.ident, &item.vis),
        _ => return None,
    };
    Some((ident.to_string(), vis.clone()))
}

fn as_use(item: &Item) -> Option<Vec<Use>> {
    let Item::Use(item) = item else { return None };
    let mut found = Vec::new();
    flatten(&item.tree, &mut Vec::new(), matches!(item.vis, Visibility::Public(_)), &mut found);
    Some(found)
}

fn flatten(tree: &UseTree, path: &mut Vec<String>, public: bool, found: &mut Vec<Use>) {
    let with = |last: &syn::Ident, path: &[String]| {
        let mut path = path.to_vec();
        if last != "self" {
            path.push(last.to_string());
        }
        path
    };
    match tree {
        UseTree::Path(tree) => {
            path.push(tree.ident.to_string());
            flatten(&tree.tree, path, public, found);
            path.pop();
        }
        UseTree::Group(tree) => tree.items.iter().for_each(|tree| flatten(tree, path, public, found)),
        UseTree::Name(tree) => {
            let path = with(&tree.ident, path);
            found.push(Use { public, name: path.last().cloned(), path });
        }
        UseTree::Rename(tree) => {
            found.push(Use { public, name: Some(tree.rename.to_string()), path: with(&tree.ident, path) });
        }
        UseTree::Glob(_) => found.push(Use { public, name: None, path: path.clone() }),
    }
}

/// Whether something exists in tests and examples only.
pub(super) fn is_for_tests(attrs: &[Attribute]) -> bool {
    condition(attrs).is_some_and(|condition| {
        let words: Vec<&str> = condition.split(|c: char| !c.is_alphanumeric()).collect();
        words.contains(&"test") || words.contains(&"doctest")
    })
}

/// The inside of `#[cfg(…)]`.
pub(super) fn condition(attrs: &[Attribute]) -> Option<String> {
    let cfg = attrs.iter().find(|attribute| attribute.path().is_ident("cfg"))?;
    let list = cfg.meta.require_list().ok()?;
    Some(super::items::tidy(&list.tokens.to_string()))
}
