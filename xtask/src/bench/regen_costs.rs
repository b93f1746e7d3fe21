//! What regen costs: the real specs when nothing changed, and specs ten times as large.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::multiply::multiply;
use super::row::{Goal, Row};
use super::{children_cpu, own_cpu};
use crate::regen::{self, RegenError};
use crate::settle::Mode;

/// How often each is done; the fastest counts.
const TRIES: usize = 7;

pub(super) fn rows(root: &Path) -> Result<Vec<Row>, String> {
    let mut command = f64::MAX;
    for _ in 0..TRIES {
        let before = children_cpu();
        let arguments = ["run", "--quiet", "--package", "xtask", "--", "regen", "--check"];
        // Whether the committed code is up to date is not the question here.
        let ran = Command::new("cargo")
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir(root)
            .status();
        ran.map_err(|error| format!("cargo cannot be run: {error}"))?;
        command = command.min(children_cpu() - before);
    }
    let (once, tenfold) = (scratch(root, 1)?, scratch(root, 10)?);
    let [once, tenfold] = best([&once, &tenfold])?;
    Ok(vec![
        Row {
            what: "`cargo xtask regen`, warm, the whole of v3.5: CPU time".into(),
            against: "–".into(),
            ours: format!("{command:.2} s"),
            theirs: String::new(),
            result: command,
            unit: "s".into(),
            goal: Goal::AtMost(0.5),
        },
        Row {
            what: "regen of specs with ten times the operations: CPU time".into(),
            against: "the specs as they are".into(),
            ours: format!("{tenfold:.2} s"),
            theirs: format!("{once:.2} s"),
            result: tenfold / once,
            unit: "× the time".into(),
            goal: Goal::AtMost(12.0),
        },
    ])
}

/// A workspace whose specs are the real ones so many times, generated.
fn scratch(root: &Path, times: usize) -> Result<std::path::PathBuf, String> {
    let folder = root.join(format!("target/bench/specs-{times}"));
    let _ = fs::remove_dir_all(&folder);
    multiply(root, &folder, times).map_err(|error| format!("{}: {error}", folder.display()))?;
    regenerate(&folder, Mode::Write)?;
    Ok(folder)
}

/// The fastest warm run of each, measured in turns.
fn best(folders: [&Path; 2]) -> Result<[f64; 2], String> {
    let mut times = [f64::MAX; 2];
    for _ in 0..TRIES {
        for (folder, time) in folders.iter().zip(&mut times) {
            let before = own_cpu();
            regenerate(folder, Mode::Check)?;
            *time = (*time).min(own_cpu() - before);
        }
    }
    Ok(times)
}

fn regenerate(folder: &Path, mode: Mode) -> Result<(), String> {
    match regen::regen(folder, mode) {
        Ok(_) => Ok(()),
        Err(RegenError::Spec(errors)) => Err(errors.render()),
        Err(RegenError::Io(error)) => Err(error.to_string()),
    }
}
