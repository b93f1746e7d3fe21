//! Generated code that is not what the specs say is found, shown and repaired.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use xtask::regen::{self, Report};
use xtask::render::{MARK, places};
use xtask::settle::Mode;

use crate::support::{Tree, workspace};

/// A file whose one character is changed in these tests.
const VICTIM: &str = "crates/livechat-types/src/generated/v3_5/agent/chats.rs";

/// The small spec with its generated code.
fn settled() -> Tree {
    let tree = Tree::base();
    let report = regen(&tree, Mode::Write);
    assert!(!report.settled.written.is_empty() && report.settled.removed.is_empty(), "{report}");
    tree
}

fn regen(tree: &Tree, mode: Mode) -> Report {
    regen::regen(tree.root(), mode).expect("the small spec is good")
}

/// Check finds exactly this file, shows these lines of the diff and writes nothing; write makes everything as it was.
fn found_and_repaired(tree: &Tree, good: &BTreeMap<String, Vec<u8>>, file: &str, shown: &[&str]) {
    let spoilt = tree.files();
    let outcome = regen::regen(tree.root(), Mode::Check);
    assert_eq!(regen::exit_code(&outcome, Mode::Check), regen::STALE);
    let found = outcome.expect("the small spec is good").settled;
    assert!(!found.is_clean());
    let names: Vec<&String> = found.written.iter().chain(&found.removed).collect();
    assert_eq!(names, [file]);
    for line in
        shown.iter().copied().chain([format!("--- a/{file}").as_str(), format!("+++ b/{file}").as_str()])
    {
        assert!(found.diff.lines().any(|shown| shown == line), "no line {line:?} in\n{}", found.diff);
    }
    assert_eq!(tree.files(), spoilt, "a check writes nothing");

    let repaired = regen(tree, Mode::Write).settled;
    assert_eq!((repaired.written, repaired.removed), (found.written, found.removed));
    assert_eq!(&tree.files(), good, "every byte is as it was");
    assert!(regen(tree, Mode::Check).settled.is_clean());
}

#[test]
fn the_generated_code_is_what_the_specs_say() {
    let report = regen::regen(&workspace(), Mode::Check);
    let settled = report.map_err(|error| format!("{error:?}")).expect("the specs are good").settled;
    let stale: Vec<&String> = settled.written.iter().chain(&settled.removed).collect();
    assert!(
        settled.is_clean(),
        "{}\nstale: {stale:#?}\nRun `cargo xtask regen` and commit what it writes.",
        settled.diff
    );
}

#[test]
fn one_changed_character_is_found_and_repaired() {
    let tree = settled();
    let good = tree.files();
    let path = tree.root().join(VICTIM);
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().find(|line| line.contains("pub struct ListChats {")).unwrap().to_owned();
    let changed = line.replace("ListChats", "ListChat");
    fs::write(&path, text.replacen(&line, &changed, 1)).unwrap();
    found_and_repaired(&tree, &good, VICTIM, &[&format!("-{changed}"), &format!("+{line}")]);
}

#[test]
fn a_line_ending_of_another_system_is_found_and_repaired() {
    let tree = settled();
    let good = tree.files();
    let path = tree.root().join(VICTIM);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen('\n', "\r\n", 1)).unwrap();
    found_and_repaired(&tree, &good, VICTIM, &[]);
}

#[test]
fn a_stray_file_with_the_mark_is_found_and_removed() {
    let tree = settled();
    let good = tree.files();
    let stray = format!("{}/v3_5/old/stray.rs", places::TYPES);
    fs::create_dir_all(tree.root().join(&stray).parent().unwrap()).unwrap();
    fs::write(tree.root().join(&stray), format!("// {MARK} from somewhere: do not edit.\n\nstruct Stray;\n"))
        .unwrap();
    found_and_repaired(&tree, &good, &stray, &["-struct Stray;"]);
    assert!(
        !tree.root().join(&stray).parent().unwrap().exists(),
        "the folder that was left empty is removed, too"
    );
}

#[test]
fn a_missing_file_is_found_and_written() {
    let tree = settled();
    let good = tree.files();
    fs::remove_file(tree.root().join(VICTIM)).unwrap();
    found_and_repaired(&tree, &good, VICTIM, &["+mod impls;"]);
}

#[test]
fn three_wrongs_are_repaired_at_once() {
    let tree = settled();
    let good = tree.files();
    let stray = tree.root().join(places::CLIENT).join("stray.rs");
    let missing = tree.root().join(places::SAMPLES).join("samples.rs");
    fs::write(tree.root().join(VICTIM), "").unwrap();
    fs::write(&stray, format!("// {MARK}\n")).unwrap();
    fs::remove_file(&missing).unwrap();
    let settled = regen(&tree, Mode::Write).settled;
    assert_eq!((settled.written.len(), settled.removed.len()), (2, 1));
    assert_eq!(tree.files(), good);
}

#[test]
fn a_file_without_the_mark_is_none_of_its_business() {
    let tree = settled();
    let own = tree.root().join(places::TYPES).join("own.rs");
    fs::write(&own, "//! Written by hand.\n").unwrap();
    assert!(regen(&tree, Mode::Write).settled.is_clean());
    assert!(own.exists());
}

#[test]
fn a_second_run_writes_nothing() {
    let tree = settled();
    let good = tree.files();
    let report = regen(&tree, Mode::Write);
    assert!(report.settled.is_clean() && report.settled.diff.is_empty(), "{report}");
    assert_eq!(regen::exit_code(&Ok(report), Mode::Check), 0);
    let report = regen(&tree, Mode::Write);
    assert_eq!(report.settled.unchanged, tree.outputs().len());
    assert_eq!(tree.files(), good, "no file beside the others is left, either");
}

#[test]
fn a_removed_operation_takes_its_code_along() {
    use crate::support::Edit::{Remove, Replace};
    let tree = settled();
    assert!(tree.root().join(places::TYPES).join("v3_5/agent/session.rs").exists());
    let tree = tree.with(&[
        Remove("agent-chat/session.yaml"),
        Replace("agent-chat/openapi.yaml", "x-rtm:\n  login: {$ref: \"session.yaml#/x-rtm/login\"}\n", ""),
        Replace(
            "agent-chat/openapi.yaml",
            "  - name: session\n    description: Log in over WebSocket.\n",
            "",
        ),
    ]);
    let settled = regen(&tree, Mode::Write).settled;
    let module = format!("{}/v3_5/agent/session", places::TYPES);
    assert!(settled.removed.contains(&format!("{module}.rs")), "{settled:?}");
    let actions = format!("{}/v3_5/agent/actions/session.rs", places::TYPES);
    let is_of_session = |file: &String| file.starts_with(&module) || *file == actions;
    assert!(settled.removed.iter().all(is_of_session), "{settled:?}");
    assert!(!tree.root().join(places::TYPES).join("v3_5/agent/session").exists());
}

#[test]
fn the_same_specs_give_the_same_bytes() {
    let (once, twice) = (Tree::base().outputs(), Tree::base().outputs());
    assert_eq!(once, twice);
}

#[test]
fn every_output_is_where_orphans_are_looked_for_and_bears_the_mark() {
    let outputs = Tree::base().outputs();
    let paths: BTreeSet<&str> = outputs.iter().map(|output| output.path.as_str()).collect();
    assert_eq!(paths.len(), outputs.len(), "no file is rendered twice");
    for output in &outputs {
        assert!(
            places::ALL.iter().any(|place| output.path.starts_with(&format!("{place}/"))),
            "{}",
            output.path
        );
        assert!(output.text.lines().take(2).any(|line| line.contains(MARK)), "{} has no mark", output.path);
        assert!(
            output.text.ends_with('\n') && !output.text.ends_with("\n\n"),
            "{} must end in one line feed",
            output.path
        );
    }
}
