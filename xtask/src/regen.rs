//! `cargo xtask regen`: from the specs to the crates, one line a pass.

use std::fmt;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::diagnostics::{Diagnostics, SpecErrors};
use crate::model::{Document, Model};
use crate::render::{self, Output};
use crate::settle::{self, Mode, Settled};
use crate::{VERSION, check, decode, link, read, yaml};

/// Why regen stopped; nothing was written.
#[derive(Debug)]
pub enum RegenError {
    /// The specs are wrong.
    Spec(SpecErrors),
    /// A file could not be read or written.
    Io(io::Error),
}

/// What regen did.
#[derive(Debug)]
pub struct Report {
    /// What was read.
    pub counts: Counts,
    /// What differs from the disk.
    pub settled: Settled,
    /// How long it took.
    pub time: Duration,
}

/// How many there are of each thing in the specs.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Counts {
    pub documents: usize,
    pub actions: usize,
    pub pushes: usize,
    pub webhooks: usize,
    pub schemas: usize,
}

/// Reads, links and checks the specs below `root`.
///
/// # Errors
/// All mistakes that were found.
pub fn load(root: &Path) -> Result<Model, SpecErrors> {
    let errors = Diagnostics::default();
    let sources = read::read(root, &format!("v{VERSION}"), &errors);
    let files = decode::decode_all(&sources, |file| yaml::parse(&sources, file, &errors), &errors);
    let differences = decode::read_differences(&sources, &errors);
    if errors.is_empty() {
        let model = link::link(&sources, files, VERSION, &errors);
        if errors.is_empty() {
            check::check(&model, &differences, &errors);
        }
        if errors.is_empty() {
            return Ok(model);
        }
    }
    Err(SpecErrors { diagnostics: errors.into_sorted(), sources })
}

/// Renders every file that regen owns.
///
/// # Errors
/// What the generators refuse.
pub fn outputs(model: &Model) -> Result<Vec<Output>, SpecErrors> {
    let errors = Diagnostics::default();
    let outputs = render::render(model, &errors);
    if errors.is_empty() {
        return Ok(outputs);
    }
    Err(SpecErrors { diagnostics: errors.into_sorted(), sources: model.sources.clone() })
}

/// The whole of it.
///
/// # Errors
/// Mistakes in the specs, or files that cannot be read or written.
pub fn regen(root: &Path, mode: Mode) -> Result<Report, RegenError> {
    let start = Instant::now();
    let model = load(root).map_err(RegenError::Spec)?;
    let outputs = outputs(&model).map_err(RegenError::Spec)?;
    let settled = settle::settle(root, &outputs, mode).map_err(RegenError::Io)?;
    Ok(Report { counts: Counts::of(&model), settled, time: start.elapsed() })
}

/// The specs are wrong, or something could not be done.
pub const WRONG: u8 = 1;
/// The generated code is not what the specs say, and was not written.
pub const STALE: u8 = 2;

/// What the process says at its end: 0 if all is well, [`WRONG`] or [`STALE`].
#[must_use]
pub fn exit_code(outcome: &Result<Report, RegenError>, mode: Mode) -> u8 {
    match outcome {
        Err(_) => WRONG,
        Ok(report) if mode == Mode::Check && !report.settled.is_clean() => STALE,
        Ok(_) => 0,
    }
}

impl Counts {
    fn of(model: &Model) -> Self {
        let sum = |count: fn(&Document) -> usize| model.documents.iter().map(count).sum();
        Self {
            documents: model.documents.len(),
            actions: sum(|document| document.actions.len()),
            pushes: sum(|document| document.pushes.len()),
            webhooks: sum(|document| document.webhooks.len()),
            schemas: model.schemas.len(),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { documents, actions, pushes, webhooks, schemas } = self.counts;
        writeln!(
            f,
            "{documents} documents: {actions} actions, {pushes} pushes, {webhooks} webhooks, {schemas} schemas"
        )?;
        let Settled { written, removed, unchanged, .. } = &self.settled;
        write!(
            f,
            "files: {} written, {unchanged} unchanged, {} removed, in {} ms",
            written.len(),
            removed.len(),
            self.time.as_millis()
        )
    }
}
