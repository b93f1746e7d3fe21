//! Finds the node that a mistake is about: the model knows where a schema or an example starts, and what is wrong stands in it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;

use crate::diagnostics::{Diagnostics, Place};
use crate::read::Sources;
use crate::yaml::{self, Kind, Node};

/// One step into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A key itself.
    Key(String),
    /// The value of a key.
    Value(String),
    /// An item of a list.
    Item(usize),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) | Self::Value(key) => write!(f, ".{key}"),
            Self::Item(index) => write!(f, "[{index}]"),
        }
    }
}

/// The trees of files that have mistakes, read again: a model without mistakes needs none of them.
pub(super) struct Places<'a> {
    sources: &'a Sources,
    trees: RefCell<HashMap<usize, Option<Node>>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, trees: RefCell::default() }
    }

    /// The value of a key of the mapping that starts at a place; the place itself if it has no such key.
    pub(super) fn value(&self, mapping: Place, key: &str) -> Place {
        self.inside(mapping, &[Step::Value(key.to_owned())])
    }

    /// Where one gets from a node by some steps, or by as many of them as can be gone.
    pub(super) fn inside(&self, start: Place, steps: &[Step]) -> Place {
        let mut trees = self.trees.borrow_mut();
        let tree = trees
            .entry(start.file)
            .or_insert_with(|| yaml::parse(self.sources, start.file, &Diagnostics::default()));
        let Some(mut node) = tree.as_ref().and_then(|tree| find(tree, start)) else { return start };
        let mut place = start;
        for step in steps {
            let next = match (step, &node.kind) {
                (Step::Key(name), Kind::Mapping(entries)) => {
                    let key = entries.iter().find(|(key, _)| key.name == *name);
                    return key.map_or(place, |(key, _)| key.place);
                }
                (Step::Value(key), _) => node.get(key),
                (Step::Item(index), Kind::Sequence(items)) => items.get(*index),
                _ => None,
            };
            let Some(next) = next else { break };
            (node, place) = (next, next.place);
        }
        place
    }
}

/// The node that starts at a place, be it the node's own or that of its first key.
fn find(node: &Node, start: Place) -> Option<&Node> {
    let first_key = |node: &Node| match &node.kind {
        Kind::Mapping(entries) => entries.first().map(|(key, _)| key.place),
        _ => None,
    };
    if node.place == start || first_key(node) == Some(start) {
        return Some(node);
    }
    match &node.kind {
        Kind::Scalar { .. } => None,
        Kind::Sequence(items) => items.iter().find_map(|item| find(item, start)),
        Kind::Mapping(entries) => entries.iter().find_map(|(_, value)| find(value, start)),
    }
}
