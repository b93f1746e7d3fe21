//! The same work as a script with LiveChat's Python SDK does it: paging through an archive of 100,000 events.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::row::{Goal, Row};
use super::succeed;

/// The SDK and a package that it uses without saying so.
const SDK: &[&str] = &["lc-sdk-python==0.4.2", "loguru"];

pub(super) fn rows(root: &Path) -> Result<Vec<Row>, String> {
    let place = root.join("target/bench/python");
    let python = place.join("bin/python");
    if !python.exists() {
        succeed(Command::new("python3").args(["-m", "venv"]).arg(&place))?;
    }
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    succeed(Command::new(&python).args(install).args(SDK))?;

    let ours = number(&mut pages(root, "page"))?;
    let mut server = pages(root, "serve")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the archive cannot be served: {error}"))?;
    let theirs = address(&mut server).and_then(|address| {
        number(Command::new(&python).arg(root.join("tests/bench/python_sdk.py")).arg(address.trim()))
    });
    // Its input ends here, and so does it.
    drop(server.stdin.take());
    let _ = server.wait();
    let theirs = theirs?;
    Ok(vec![Row {
        what: "page through an archive of 100,000 events: processor time for an event".into(),
        against: "lc-sdk-python".into(),
        ours: format!("{:.2} µs", ours / 1e3),
        theirs: format!("{:.2} µs", theirs / 1e3),
        result: ours / theirs,
        unit: "× the time".into(),
        goal: Goal::AtMost(0.1),
    }])
}

/// The benchmark `pages`, told what to do.
fn pages(root: &Path, argument: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["bench", "--quiet", "--package", "bench", "--bench", "pages", "--", argument])
        .current_dir(root);
    cargo
}

/// The first line that the server prints.
fn address(server: &mut Child) -> Result<String, String> {
    let output = server.stdout.take().ok_or("the server has no output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).map_err(|error| error.to_string())?;
    Ok(line)
}

/// The number that a command prints.
fn number(command: &mut Command) -> Result<f64, String> {
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| format!("{command:?}: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim().parse().map_err(|_| format!("{command:?} printed no number: {text}"))
}
