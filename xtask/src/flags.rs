//! The command line.

use std::path::PathBuf;

use lexopt::ValueExt as _;
use lexopt::prelude::{Long, Short, Value};

use crate::settle::Mode;

/// What is printed for `--help`.
pub const HELP: &str = "\
Reads the specs under spec/ and writes the crates under crates/.

Usage: cargo xtask <command>

Commands:
  regen             write the generated code; prints what was read and what was written
  regen --check     write nothing; print what differs. Exit code 0: nothing, 1: the specs are wrong, 2: something differs
  bundle [DIR]      write each API as one self-contained OpenAPI document (default: target/openapi)
  model             print the linked model as JSON on standard output
  bench             measure what PERFORMANCE.md states goals for; writes target/bench/performance.md, .json and speed.svg
  bench PART        measure one part again: types, calls, pages, limiter, build, peers, regen or python
  instructions      count the instructions of what must stay fast, and compare them with their budgets (needs valgrind)
  ci                run everything that must pass before a change lands, step by step
  ci --list         print the steps

Examples:
  cargo xtask regen
  cargo xtask regen --check
  cargo xtask model | jq '.actions[].name'
";

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Write or compare the generated code.
    Regen(Mode),
    /// Write the bundled documents.
    Bundle(PathBuf),
    /// Print the model.
    Model,
    /// Measure one part, or all.
    Bench(Option<String>),
    /// Count instructions.
    Instructions,
    /// Run the checks.
    Ci {
        /// Only print what they are.
        list: bool,
    },
    /// Print the help.
    Help,
}

/// Reads the arguments.
///
/// # Errors
/// An argument that is unknown or in the wrong place; the error names it.
pub fn parse(arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Result<Command, lexopt::Error> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut words: Vec<String> = Vec::new();
    let (mut check, mut list) = (false, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Long("check") => check = true,
            Long("list") => list = true,
            Value(word) => words.push(word.string()?),
            _ => return Err(format!("{}; see `cargo xtask --help`", argument.unexpected()).into()),
        }
    }
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match (words.as_slice(), check, list) {
        (["regen"], true, false) => Ok(Command::Regen(Mode::Check)),
        (["regen"], false, false) => Ok(Command::Regen(Mode::Write)),
        (["bundle"], false, false) => Ok(Command::Bundle("target/openapi".into())),
        (["bundle", folder], false, false) if !folder.is_empty() => Ok(Command::Bundle(folder.into())),
        (["model"], false, false) => Ok(Command::Model),
        (["bench"], false, false) => Ok(Command::Bench(None)),
        (["bench", part], false, false) => Ok(Command::Bench(Some((*part).to_owned()))),
        (["instructions"], false, false) => Ok(Command::Instructions),
        (["ci"], false, list) => Ok(Command::Ci { list }),
        ([] | ["help"], false, false) => Ok(Command::Help),
        _ => Err(format!("`{}` is no command; see `cargo xtask --help`", words.join(" ")).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(arguments: &[&str]) -> String {
        parse(arguments.iter().map(Into::into)).unwrap_err().to_string()
    }

    #[test]
    fn whatever_is_wrong_with_the_arguments_the_help_is_named() {
        for arguments in [
            &["regne"] as &[_],
            &["regen", "--chek"],
            &["bundle", "-x"],
            &["bundle", ""],
            &["ci", "--list", "x"],
        ] {
            let text = refusal(arguments);
            assert!(text.ends_with("; see `cargo xtask --help`"), "{arguments:?}: {text}");
        }
    }

    #[test]
    fn the_help_names_each_part_of_the_benchmarks() {
        let line = HELP.lines().find(|line| line.contains("bench PART")).unwrap();
        for part in crate::bench::PARTS {
            assert!(line.contains(part), "{part}");
        }
    }
}
