//! `cargo xtask bench`: measures everything that PERFORMANCE.md states a goal for, and writes one table.
//!
//! Each part leaves its rows in `target/bench/rows/`, so that a part can be measured again alone; the table holds them all.

mod build_costs;
mod multiply;
mod python;
mod regen_costs;
mod row;
mod table;
mod typify_alone;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::regen;
use row::Row;

pub use build_costs::as_rustc_wrapper;

/// The parts, in the table's order.
pub const PARTS: &[&str] = &["types", "calls", "pages", "limiter", "build", "peers", "regen", "python"];

/// Measures one part or all, and writes the table of all that was ever measured here.
///
/// # Errors
/// What could not be built, run or written, in words.
pub fn run(root: &Path, part: Option<&str>) -> Result<(), String> {
    let folder = root.join("target/bench");
    let rows_of = |part: &str| folder.join("rows").join(format!("{part}.json"));
    fs::create_dir_all(folder.join("rows")).map_err(|error| format!("{}: {error}", folder.display()))?;
    if let Some(part) = part.filter(|part| !PARTS.contains(part)) {
        return Err(format!("`{part}` is no part of the benchmarks: they are {}", PARTS.join(", ")));
    }
    for name in PARTS.iter().filter(|name| part.is_none_or(|part| part == **name)) {
        println!("== {name}");
        match *name {
            "build" => row::write(&rows_of(name), &build_costs::rows(root)?)?,
            "peers" => row::write(&rows_of(name), &build_costs::rows_of_peers(root)?)?,
            "regen" => row::write(&rows_of(name), &regen_costs::rows(root)?)?,
            "python" => row::write(&rows_of(name), &python::rows(root)?)?,
            "types" => {
                let model = regen::load(root).map_err(|errors| errors.render())?;
                let file = folder.join("typify_alone.rs");
                let code = typify_alone::code(&model)?;
                fs::write(&file, code).map_err(|error| format!("{}: {error}", file.display()))?;
                cargo_bench(root, name, "--features typify", &rows_of(name))?;
            }
            _ => cargo_bench(root, name, "", &rows_of(name))?,
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    for name in PARTS {
        rows.extend(row::read(&rows_of(name))?);
    }
    table::write(&folder, &rows)
}

/// Runs a benchmark of the package `bench`, which writes its rows itself.
fn cargo_bench(root: &Path, name: &str, features: &str, rows: &Path) -> Result<(), String> {
    let arguments = format!("bench --quiet --package bench --bench {name} {features}");
    let mut cargo = Command::new("cargo");
    cargo.args(arguments.split_whitespace()).env("BENCH_ROWS", rows).current_dir(root);
    succeed(&mut cargo)
}

/// Runs a command that has to succeed.
fn succeed(command: &mut Command) -> Result<(), String> {
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{command:?} failed: {status}")),
        Err(error) => Err(format!("{command:?} cannot be run: {error}")),
    }
}

/// The CPU seconds of all processes that were started here and have ended. On a busy machine they say more than the clock.
fn children_cpu() -> f64 {
    cpu(13)
}

/// The CPU seconds of this process.
fn own_cpu() -> f64 {
    cpu(11)
}

/// Two fields of this process's statistics, counted from its name: the time in user mode and in the kernel.
fn cpu(first: usize) -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: f64 = fields.skip(first).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / TICKS_A_SECOND
}
