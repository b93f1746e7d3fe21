//! `cargo xtask ci`: everything that must pass before a change lands, one step after the other.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::link::APIS;

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

/// The features of the published crates that must compile and pass their tests each alone.
const FEATURES: &[&str] = &["agent", "customer", "configuration", "reports", "accounts", "webhooks", "rtm"];

/// Features that are off by default, as `cargo test --workspace` has them.
const OPTIONAL: &[(&str, &str)] = &[
    ("livechat-types", "schemars,construct"),
    ("livechat-client", "cache,reqwest_0_13"),
    ("livechat-webhooks", "axum,inbox,construct"),
];

fn step(name: &str, program: &'static str, arguments: &str) -> Step {
    let arguments = arguments.split(' ').map(str::to_owned).collect();
    Step { name: name.to_owned(), program, arguments, environment: &[] }
}

/// The version of the validator that the bundled documents must satisfy.
const VALIDATOR: &str = "openapi-spec-validator==0.9.0";

/// What is published.
const PACKAGES: &str = "package --allow-dirty --no-verify --quiet -p livechat-types -p livechat-client -p livechat-mock -p livechat-webhooks";

/// The vendor's own client, which must get along with the mock.
const SDK: &str = "lc-sdk-python==0.4.2 loguru";

fn steps() -> Vec<Step> {
    let mut steps = vec![
        step("formatting", "cargo", "fmt --all --check"),
        step("generated code", "cargo", "run --quiet --package xtask -- regen --check"),
        step("lints", "cargo", "clippy --workspace --all-targets -- --deny warnings"),
        Step { environment: NO_UPDATE, ..step("tests", "cargo", "test --workspace") },
        Step { environment: DENY_WARNINGS, ..step("documentation", "cargo", "doc --workspace --no-deps") },
    ];
    for feature in FEATURES {
        let arguments = format!(
            "clippy --package livechat-types --no-default-features --features {feature} -- --deny warnings"
        );
        steps.push(step(&format!("types with `{feature}` alone"), "cargo", &arguments));
    }
    for feature in FEATURES.iter().filter(|feature| !["webhooks", "rtm"].contains(feature)) {
        let arguments = format!(
            "clippy --package livechat-client --no-default-features --features rustls,{feature} -- --deny warnings"
        );
        steps.push(step(&format!("client with `{feature}` alone"), "cargo", &arguments));
    }
    for (package, features) in OPTIONAL {
        let name = format!("{package} with {features}");
        let lints =
            format!("clippy --package {package} --features {features} --all-targets -- --deny warnings");
        steps.push(step(&format!("lints of {name}"), "cargo", &lints));
        let test = Step {
            environment: NO_UPDATE,
            ..step(&name, "cargo", &format!("test --package {package} --features {features}"))
        };
        steps.push(test);
    }
    steps.push(step("instruction counts", "cargo", "run --quiet --package xtask -- instructions"));
    steps.push(step("bundled documents", "cargo", "run --quiet --package xtask -- bundle target/openapi"));
    steps.push(step("a place for the validator", "python3", "-m venv target/validator"));
    let install = format!("-m pip install --quiet --disable-pip-version-check {VALIDATOR}");
    steps.push(step("the validator", "target/validator/bin/python", &install));
    let documents: Vec<String> = APIS.iter().map(|api| format!("target/openapi/{api}.json")).collect();
    let validate = format!("-m openapi_spec_validator {}", documents.join(" "));
    steps.push(step("bundled documents are OpenAPI", "target/validator/bin/python", &validate));
    steps.push(step("specs follow the dialect", "target/validator/bin/python", ".ci/dialect.py"));
    let install = format!("-m pip install --quiet --disable-pip-version-check {SDK}");
    steps.push(step("the vendor's Python SDK", "target/validator/bin/python", &install));
    steps.push(step("the mock", "cargo", "build --quiet --package livechat-mock"));
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let drive = format!("crates/livechat-mock/tests/python_sdk.py {target}/debug/livechat-mock");
    steps.push(step("the vendor's Python SDK drives the mock", "target/validator/bin/python", &drive));
    steps.push(step("packages", "cargo", PACKAGES));
    steps
}

/// The steps, a line each.
#[must_use]
pub fn list() -> String {
    steps()
        .iter()
        .map(|step| format!("{}: {} {}\n", step.name, step.program, step.arguments.join(" ")))
        .collect()
}

/// Runs all steps; stops at the first that fails.
#[must_use]
pub fn run(root: &Path) -> bool {
    let references = root.join(REFERENCES);
    let cleared = fs::create_dir_all(root.join("target")).and_then(|()| fs::write(&references, ""));
    if let Err(error) = cleared {
        eprintln!("cannot write {}: {error}", references.display());
        return false;
    }
    run_steps(root, &references) && no_stray_snapshots(root, &references)
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
