//! `cargo xtask instructions`: a guard against slower code that counts instructions, since time on a shared machine says little.
//!
//! The counts depend on the compiler, hardly on the machine: callgrind simulates one. The budgets stand in a file beside the
//! benchmarks; a change that needs more says so there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// The budgets: the name of each piece of work and how many instructions it may take.
const BUDGETS: &str = "tests/bench/instructions.json";

/// By how much a count may exceed its budget, in hundredths: another patch release of the compiler or of a dependency may.
const TOLERANCE: u64 = 4;

/// Counts, and compares with the budgets. Without valgrind, nothing is counted, and a line says so.
///
/// # Errors
/// A count over its budget, or a command that failed, in words.
pub fn check(root: &Path) -> Result<(), String> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("valgrind is not installed: no instructions were counted");
        return Ok(());
    }
    let text = fs::read_to_string(root.join(BUDGETS)).map_err(|error| format!("{BUDGETS}: {error}"))?;
    let budgets: BTreeMap<String, u64> =
        serde_json::from_str(&text).map_err(|error| format!("{BUDGETS}: {error}"))?;
    let program = build(root)?;
    let nothing = count(&program, "nothing")?;
    let mut over = Vec::new();
    for (work, budget) in &budgets {
        let counted = count(&program, work)?.saturating_sub(nothing);
        println!("{work}: {counted} instructions, the budget is {budget}");
        if counted > budget + budget * TOLERANCE / 100 {
            over.push(work.as_str());
        } else if counted < budget - budget * TOLERANCE / 100 {
            println!("{work} takes less than its budget: lower it in {BUDGETS}");
        }
    }
    if over.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{} takes more instructions than its budget and {TOLERANCE} %: make it cheaper, or write the new count to {BUDGETS} and say why in the commit",
        over.join(", ")
    ))
}

/// Builds the program and returns its path.
fn build(root: &Path) -> Result<String, String> {
    let arguments =
        "build --release --package bench --bin instructions --message-format json-render-diagnostics";
    let output = Command::new("cargo")
        .args(arguments.split(' '))
        // What a user's profile would change must not change the counts.
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
        .current_dir(root)
        .output()
        .map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let messages = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let mut programs = messages.filter_map(|message| Some(message.get("executable")?.as_str()?.to_owned()));
    programs.next_back().ok_or_else(|| "cargo names no program".to_owned())
}

fn count(program: &str, work: &str) -> Result<u64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", program, work])
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected : ")?.1.trim().parse().ok());
    match collected {
        Some(count) if output.status.success() => Ok(count),
        _ => Err(format!("valgrind did not count `{work}`:\n{text}")),
    }
}
