//! What regen costs: the real specs when nothing changed, and specs ten times as large.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::multiply::multiply;
use super::row::{Goal, Row};
use crate::regen::{self, RegenError};
use crate::settle::Mode;

/// How often each is done; the fastest counts.
const TRIES: usize = 7;

pub(super) fn rows(root: &Path) -> Result<Vec<Row>, String> {
    let mut command = Duration::MAX;
    for _ in 0..TRIES {
        let start = Instant::now();
        let arguments = ["run", "--quiet", "--package", "xtask", "--", "regen", "--check"];
        // Whether the committed code is up to date is not the question here.
        let ran = Command::new("cargo")
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir(root)
            .status();
        ran.map_err(|error| format!("cargo cannot be run: {error}"))?;
        command = command.min(start.elapsed());
    }
    let (once, tenfold) = (scratch(root, 1)?, scratch(root, 10)?);
    let [once, tenfold] = best([&once, &tenfold])?;
    Ok(vec![
        Row {
            what: "`cargo xtask regen`, warm, the whole of v3.5".into(),
            against: "–".into(),
            ours: format!("{:.2} s", command.as_secs_f64()),
            theirs: String::new(),
            result: command.as_secs_f64(),
            unit: "s".into(),
            goal: Goal::AtMost(0.5),
        },
        Row {
            what: "regen of specs with ten times the operations".into(),
            against: "the specs as they are".into(),
            ours: format!("{:.2} s", tenfold.as_secs_f64()),
            theirs: format!("{:.2} s", once.as_secs_f64()),
            result: tenfold.as_secs_f64() / once.as_secs_f64(),
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
fn best(folders: [&Path; 2]) -> Result<[Duration; 2], String> {
    let mut times = [Duration::MAX; 2];
    for _ in 0..TRIES {
        for (folder, time) in folders.iter().zip(&mut times) {
            let start = Instant::now();
            regenerate(folder, Mode::Check)?;
            *time = (*time).min(start.elapsed());
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
