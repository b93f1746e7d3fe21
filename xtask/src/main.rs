//! `cargo xtask`: see `cargo xtask --help`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use xtask::flags::{self, Command, HELP};
use xtask::regen::{self, RegenError, STALE, WRONG};
use xtask::settle::Mode;
use xtask::{bench, bundle, ci, describe, instructions};

fn main() -> ExitCode {
    if let Some(code) = bench::as_rustc_wrapper() {
        return code;
    }
    let command = match flags::parse(std::env::args_os().skip(1)) {
        Ok(command) => command,
        Err(error) => return fail(&error),
    };
    let root = root();
    match command {
        Command::Help => print(HELP),
        Command::Regen(mode) => regen(&root, mode),
        Command::Bundle(folder) => write_bundles(&root, &root.join(folder)),
        Command::Model => match regen::load(&root) {
            Ok(model) => print(&format!("{:#}\n", describe::describe(&model))),
            Err(errors) => spec_errors(&errors),
        },
        Command::Bench(part) => match bench::run(&root, part.as_deref()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error),
        },
        Command::Instructions => match instructions::check(&root) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error),
        },
        Command::Ci { list: true } => print(&ci::list()),
        Command::Ci { list: false } => {
            if ci::run(&root) {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(WRONG)
            }
        }
    }
}

/// The top of the workspace: the folder above this package's.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

fn regen(root: &Path, mode: Mode) -> ExitCode {
    let outcome = regen::regen(root, mode);
    let code = regen::exit_code(&outcome, mode);
    match outcome {
        Ok(report) if code == STALE => {
            if let Err(error) = write_out(&report.settled.diff) {
                return fail(&error);
            }
            for file in report.settled.written.iter().chain(&report.settled.removed) {
                eprintln!("stale: {file}");
            }
            eprintln!(
                "The generated code is not what the specs say. Run `cargo xtask regen` and commit what it writes."
            );
            ExitCode::from(code)
        }
        Ok(report) => print(&format!("{report}\n")),
        Err(RegenError::Spec(errors)) => spec_errors(&errors),
        Err(RegenError::Io(error)) => fail(&error),
    }
}

fn write_bundles(root: &Path, folder: &Path) -> ExitCode {
    let model = match regen::load(root) {
        Ok(model) => model,
        Err(errors) => return spec_errors(&errors),
    };
    for (api, text) in bundle::bundle(&model) {
        let path = folder.join(format!("{api}.json"));
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        if let Err(error) = written {
            return fail(&format!("{}: {error}", path.display()));
        }
        println!("{}", path.display());
    }
    ExitCode::SUCCESS
}

fn spec_errors(errors: &xtask::diagnostics::SpecErrors) -> ExitCode {
    eprint!("{}", errors.render());
    ExitCode::from(WRONG)
}

fn fail(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(WRONG)
}

fn print(text: &str) -> ExitCode {
    match write_out(text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

/// Writes to standard output; a reader that has gone away is no failure.
fn write_out(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
