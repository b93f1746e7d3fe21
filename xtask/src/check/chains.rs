//! Chains of references: each has an end, and is short enough that every pass can follow it by recursion.

use crate::diagnostics::{Code, Diagnostics};
use crate::model::{Model, Named, SchemaId};

/// The longest chain that is accepted.
const LONGEST: usize = 64;

/// Reports schemas that contain themselves, and chains without end; tells whether there is none.
pub(super) fn check(model: &Model, errors: &Diagnostics) -> bool {
    let before = errors.len();
    let mut chains = Chains { model, errors, lengths: vec![None; model.schemas.len()], path: Vec::new() };
    for index in 0..model.schemas.len() {
        chains.follow(SchemaId(index));
    }
    errors.len() == before
}

struct Chains<'a> {
    model: &'a Model,
    errors: &'a Diagnostics,
    /// How long the longest chain from each schema is; `None` if it was not looked at.
    lengths: Vec<Option<usize>>,
    /// The schemas through which the chain at hand has gone, each with what it refers to and was not looked at.
    path: Vec<(SchemaId, Vec<SchemaId>)>,
}

impl Chains<'_> {
    /// Follows all chains from a schema. The path is a list of its own: the stack has an end, a chain may have none.
    fn follow(&mut self, start: SchemaId) {
        self.enter(start);
        while let Some((id, waiting)) = self.path.last_mut() {
            let id = *id;
            match waiting.pop() {
                Some(next) => self.enter(next),
                None => self.leave(id),
            }
        }
    }

    fn enter(&mut self, id: SchemaId) {
        if let Some(start) = self.path.iter().position(|(known, _)| *known == id) {
            self.circle(start);
        } else if self.length(id).is_none() {
            let mut references = self.targets(id);
            references.reverse(); // the last one is looked at first
            self.path.push((id, references));
        }
    }

    fn leave(&mut self, id: SchemaId) {
        self.path.pop();
        let length = 1 + self.targets(id).into_iter().filter_map(|id| self.length(id)).max().unwrap_or(0);
        if let Some(known) = self.lengths.get_mut(id.0) {
            *known = Some(length);
        }
        if length == LONGEST + 1 {
            let Named { name, place, .. } = self.model.named(id);
            let message =
                format!("from `{name}`, a chain of references leads through more than {LONGEST} schemas");
            let help = "let schemas refer to what they need directly";
            self.errors.report(Code::TooDeep, *place, message, help);
        }
    }

    /// The chain at hand has come back to one of its schemas.
    fn circle(&self, start: usize) {
        let circle: Vec<&Named> = self.path.iter().skip(start).map(|(id, _)| self.model.named(*id)).collect();
        let Some(first) = circle.first() else { return };
        let mut message = format!("`{}` contains itself", first.name);
        if circle.len() > 1 {
            let names: Vec<&str> = circle.iter().chain([first]).map(|named| named.name.as_str()).collect();
            message.push_str(&format!(": {}", names.join(" > ")));
        }
        let help = "v3.5 has no such structure: refer to the inner thing by its id, or correct the $ref";
        self.errors.report(Code::RefCycle, first.place, message, help);
    }

    fn length(&self, id: SchemaId) -> Option<usize> {
        self.lengths.get(id.0).copied().flatten()
    }

    fn targets(&self, id: SchemaId) -> Vec<SchemaId> {
        let references = self.model.named(id).schema.references();
        references
            .into_iter()
            .map(|reference| reference.target)
            .filter(|id| *id != SchemaId::UNLINKED)
            .collect()
    }
}
