//! `cargo xtask ci`: everything that must pass before a change lands, one step after the other.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::model::APIS;

/// A step: its name and the command.
struct Step {
    name: String,
    program: &'static str,
    arguments: Vec<String>,
    environment: &'static [(&'static str, &'static str)],
}

const DENY_WARNINGS: &[(&str, &str)] = &[("RUSTDOCFLAGS", "-D warnings")];

/// The tests note in this file which snapshots they compare with.
const REFERENCES: &str = "target/snapshot-references";

/// New snapshots are never accepted here.
const NO_UPDATE: &[(&str, &str)] = &[("INSTA_UPDATE", "no")];

/// The features of the published crates, one per API, each of which must compile and pass its tests alone.
const FEATURES: &[&str] = &["agent", "customer", "configuration", "reports", "accounts", "webhooks", "rtm"];

/// Features that are off by default, as `cargo test --workspace` has them.
const OPTIONAL: &[(&str, &str)] = &[
    ("livechat-types", "schemars,construct"),
    ("livechat-client", "cache,reqwest_0_13"),
    ("livechat-webhooks", "axum,inbox,postgres,construct"),
];

/// A program of which a step makes use, and that may be missing on a machine with Rust.
struct Tool {
    /// How to see that it is there.
    check: &'static [&'static str],
    /// What is left out, or cannot be done, without it, and how to get it.
    without: &'static str,
    /// Whether nothing is checked without it.
    needed: bool,
}

const TOOLS: &[Tool] = &[
    Tool {
        check: &["python3", "-c", "import venv, ensurepip"],
        without: "python3 with venv is missing: it runs the OpenAPI validator and the vendor's SDK. \
                  Install Python 3.9 or later (on Debian and Ubuntu: apt install python3-venv)",
        needed: true,
    },
    Tool {
        check: &["valgrind", "--version"],
        without: "valgrind is missing: no instructions are counted. Install it where it exists \
                  (on Debian and Ubuntu: apt install valgrind)",
        needed: false,
    },
    Tool {
        check: &[
            "sh",
            "-c",
            "command -v initdb || ls /usr/lib/postgresql/*/bin/initdb || test -n \"$LIVECHAT_TEST_POSTGRES\"",
        ],
        without: "PostgreSQL is missing: the tests of the inbox on it are skipped. Install its server \
                  (on Debian and Ubuntu: apt install postgresql), or name one in LIVECHAT_TEST_POSTGRES",
        needed: false,
    },
];

fn step(name: &str, program: &'static str, arguments: &str) -> Step {
    let arguments = arguments.split(' ').map(str::to_owned).collect();
    Step { name: name.to_owned(), program, arguments, environment: &[] }
}

/// A step of cargo that fails if `Cargo.lock` is not up to date.
fn cargo(name: &str, arguments: &str) -> Step {
    let mut step = step(name, "cargo", arguments);
    step.arguments.insert(1, "--locked".to_owned());
    step
}

/// A step of cargo that runs tests.
fn test(name: &str, arguments: &str) -> Step {
    Step { environment: NO_UPDATE, ..cargo(name, &format!("test {arguments}")) }
}

/// A step of cargo in which nothing may be to complain of.
fn lints(name: &str, arguments: &str) -> Step {
    cargo(name, &format!("clippy {arguments} -- --deny warnings"))
}

/// The version of the validator that the bundled documents must satisfy.
const VALIDATOR: &str = "openapi-spec-validator==0.9.0";

/// What is published.
const PACKAGES: &str = "package --allow-dirty --no-verify --quiet -p livechat-types -p livechat-client -p livechat-mock -p livechat-webhooks";

/// The vendor's own client, which must get along with the mock.
const SDK: &str = "lc-sdk-python==0.4.2 loguru";

/// What makes requests of the bundled documents, and looks for answers of the mock that break them.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

fn steps() -> Vec<Step> {
    let mut steps = vec![
        step("formatting", "cargo", "fmt --all --check"),
        cargo("generated code", "run --quiet --package xtask -- regen --check"),
        lints("lints", "--workspace --all-targets"),
        test("tests", "--workspace"),
        Step { environment: DENY_WARNINGS, ..cargo("documentation", "doc --workspace --no-deps") },
    ];
    steps.extend(feature_steps());
    steps.push(cargo("instruction counts", "run --quiet --package xtask -- instructions"));
    steps.push(cargo("bundled documents", "run --quiet --package xtask -- bundle target/openapi"));
    steps.extend(python_steps());
    steps.push(cargo("packages", PACKAGES));
    steps
}

/// Each API alone, the other TLS, and what is off by default.
fn feature_steps() -> Vec<Step> {
    let mut steps = Vec::new();
    for feature in FEATURES {
        let name = format!("livechat-types with `{feature}` alone");
        let chosen = format!("--package livechat-types --no-default-features --features {feature}");
        steps.push(lints(&format!("lints of {name}"), &format!("{chosen} --all-targets")));
        steps.push(test(&name, &chosen));
    }
    for feature in FEATURES {
        let name = format!("livechat-client with `{feature}` alone");
        let chosen = format!("--package livechat-client --no-default-features --features rustls,{feature}");
        // Without the tests first: what they depend on turns on all features of the types.
        steps.push(lints(&format!("lints of {name}"), &chosen));
        steps.push(lints(&format!("lints of the tests of {name}"), &format!("{chosen} --all-targets")));
        steps.push(test(&name, &chosen));
    }
    let chosen = "--package livechat-client --no-default-features --features native-tls,agent";
    steps.push(lints("lints of livechat-client with native-tls", chosen));
    steps.push(test("livechat-client with native-tls", &format!("{chosen} --lib --test it --test apis")));
    // Alone, so that nothing comes from what its tests bring along.
    for features in ["", " --features tower", " --features inbox"] {
        let name = format!("lints of livechat-webhooks{features}");
        steps.push(lints(&name, &format!("--package livechat-webhooks{features}")));
    }
    for (package, features) in OPTIONAL {
        let name = format!("{package} with {features}");
        let chosen = format!("--package {package} --features {features}");
        steps.push(lints(&format!("lints of {name}"), &format!("{chosen} --all-targets")));
        steps.push(test(&name, &chosen));
    }
    steps
}

/// What others make of our documents and our mock.
fn python_steps() -> [Step; 9] {
    const PYTHON: &str = "target/validator/bin/python";
    let pip = |packages: &str| format!("-m pip install --quiet --disable-pip-version-check {packages}");
    let documents: Vec<String> = APIS.iter().map(|api| format!("target/openapi/{api}.json")).collect();
    let validate = format!("-m openapi_spec_validator {}", documents.join(" "));
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let drive = format!("crates/livechat-mock/tests/python_sdk.py {target}/debug/livechat-mock");
    let conform =
        format!("crates/livechat-mock/tests/conformance.py {target}/debug/livechat-mock target/openapi");
    [
        step("a place for the validator", "python3", "-m venv target/validator"),
        step("the validator", PYTHON, &pip(VALIDATOR)),
        step("bundled documents are OpenAPI", PYTHON, &validate),
        step("specs follow the dialect", PYTHON, ".ci/dialect.py"),
        // With everything there already, neither needs a network.
        step("the vendor's Python SDK", PYTHON, &pip(SDK)),
        step("schemathesis", PYTHON, &pip(SCHEMATHESIS)),
        cargo("the mock", "build --quiet --package livechat-mock"),
        step("the vendor's Python SDK drives the mock", PYTHON, &drive),
        step("the mock's answers follow the bundled documents", PYTHON, &conform),
    ]
}

/// The steps, a line each.
#[must_use]
pub fn list() -> String {
    steps()
        .iter()
        .map(|step| format!("{}: {} {}\n", step.name, step.program, step.arguments.join(" ")))
        .collect()
}

/// Runs all steps; stops at the first that fails, and before the first if a tool is missing without which one must fail.
#[must_use]
pub fn run(root: &Path) -> bool {
    let missing: Vec<&Tool> = TOOLS.iter().filter(|tool| !is_there(tool)).collect();
    let say = || missing.iter().for_each(|tool| eprintln!("== {}", tool.without));
    say();
    if missing.iter().any(|tool| tool.needed) {
        return false;
    }
    let references = root.join(REFERENCES);
    let cleared = fs::create_dir_all(root.join("target")).and_then(|()| fs::write(&references, ""));
    if let Err(error) = cleared {
        eprintln!("cannot write {}: {error}", references.display());
        return false;
    }
    let passed = run_steps(root, &references) && no_stray_snapshots(root, &references);
    say(); // again, where it is read
    passed
}

fn is_there(tool: &Tool) -> bool {
    let Some((program, arguments)) = tool.check.split_first() else { return true };
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// A snapshot that no test compares with guards nothing.
fn no_stray_snapshots(root: &Path, references: &Path) -> bool {
    println!("== every snapshot is used");
    let used = fs::read_to_string(references).unwrap_or_default();
    let mut stray = Vec::new();
    for folder in ["crates", "tests", "xtask"] {
        collect_snapshots(&root.join(folder), &mut stray);
    }
    let used: HashSet<&Path> = used.lines().map(Path::new).collect();
    stray.retain(|path| !used.contains(path.as_path()));
    for path in &stray {
        eprintln!("no test compares with {}: delete it", path.display());
    }
    stray.is_empty()
}

fn collect_snapshots(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect_snapshots(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "snap") {
            found.push(path);
        }
    }
}

fn run_steps(root: &Path, references: &Path) -> bool {
    for step in steps() {
        let start = Instant::now();
        println!("== {}: {} {}", step.name, step.program, step.arguments.join(" "));
        let status = Command::new(step.program)
            .args(&step.arguments)
            .envs(step.environment.iter().copied())
            .env("INSTA_SNAPSHOT_REFERENCES_FILE", references)
            .current_dir(root)
            .status();
        match status {
            Ok(status) if status.success() => println!("== passed in {} s", start.elapsed().as_secs()),
            Ok(_) => {
                eprintln!("== failed: {}", step.name);
                return false;
            }
            Err(error) => {
                eprintln!("== cannot run {}: {error}", step.program);
                return false;
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_default_feature_of_the_published_crates_is_checked_alone() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("crates");
        for (package, beside) in [("livechat-types", None), ("livechat-client", Some("rustls"))] {
            let manifest = fs::read_to_string(crates.join(package).join("Cargo.toml")).expect(package);
            let list = manifest.lines().find_map(|line| line.strip_prefix("default = [")).expect(package);
            let default: BTreeSet<&str> = list.split('"').skip(1).step_by(2).collect();
            let checked: BTreeSet<&str> = FEATURES.iter().copied().chain(beside).collect();
            assert_eq!(default, checked, "{package}");
        }
    }

    #[test]
    fn every_step_of_cargo_keeps_the_lock_file() {
        let free = steps().into_iter().filter(|step| step.program == "cargo");
        let free = free.filter(|step| !step.arguments.iter().any(|argument| argument == "--locked"));
        let free: Vec<String> = free.map(|step| step.name).collect();
        assert_eq!(free, ["formatting"], "which reads no dependencies");
    }
}
