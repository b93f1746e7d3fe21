//! Rules that every file of the tree keeps.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use xtask::check::CLIENT_METHODS;
use xtask::render::{MARK, places};

use crate::support::{files, workspace};

/// The longest file that people read, in lines, whoever wrote it.
const LONGEST: usize = 1_000;

/// What may stand at the top beside dotfiles and licences.
const TOP: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "PERFORMANCE.md",
    "README.md",
    "crates",
    "spec",
    "target",
    "tests",
    "xtask",
];

/// The folders that people write in.
const FOLDERS: &[&str] = &[".cargo", ".ci", ".config", "crates", "spec", "tests", "xtask"];

/// Endings of files that are text.
const TEXT: &[&str] = &["json", "md", "rs", "snap", "toml", "yaml", "py"];

/// Every text file that is not ignored, by its path from the top.
static FILES: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let root = workspace();
    let mut all = BTreeMap::new();
    for folder in FOLDERS.iter().filter(|folder| root.join(folder).is_dir()) {
        all.extend(files(&root, folder));
    }
    for name in top_names().into_iter().filter(|name| root.join(name).is_file()) {
        let bytes = fs::read(root.join(&name)).expect("a file at the top can be read");
        all.insert(name, bytes);
    }
    let is_text = |path: &str| path.rsplit_once('.').is_some_and(|(_, ending)| TEXT.contains(&ending));
    all.retain(|path, _| is_text(path));
    all.into_iter().map(|(path, bytes)| (path.clone(), String::from_utf8(bytes).expect(&path))).collect()
});

fn top_names() -> Vec<String> {
    let entries = fs::read_dir(workspace()).expect("the top can be listed");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

fn is_generated(path: &str) -> bool {
    places::ALL.iter().any(|place| path.starts_with(&format!("{place}/")))
}

/// Rust files that people write.
fn written() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES
        .iter()
        .filter(|(path, _)| path.ends_with(".rs") && !is_generated(path))
        .map(|(path, text)| (path.as_str(), text.as_str()))
}

/// Fails with all places at once.
fn none(rule: &str, found: impl IntoIterator<Item = String>) {
    let found: Vec<String> = found.into_iter().collect();
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

/// The places where a line is not as it should be.
fn lines<'a>(
    text: &'a str,
    path: &'a str,
    bad: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = String> + 'a {
    text.lines()
        .enumerate()
        .filter(move |(_, line)| bad(line))
        .map(move |(at, line)| format!("{path}:{}: {line}", at + 1))
}

#[test]
fn nothing_unexpected_stands_at_the_top() {
    let unexpected = top_names().into_iter().filter(|name| {
        !TOP.contains(&name.as_str()) && !name.starts_with('.') && !name.starts_with("LICENSE-")
    });
    none("what is this doing at the top?", unexpected);
}

#[test]
fn no_file_is_longer_than_a_thousand_lines() {
    let long = FILES.iter().filter(|(path, _)| path.ends_with(".rs") || path.ends_with(".md"));
    let long = long.map(|(path, text)| (path, text.lines().count())).filter(|(_, lines)| *lines > LONGEST);
    none(
        "split these; a generated file is split where xtask/src/render makes it, or by splitting its category",
        long.map(|(path, lines)| format!("{path}: {lines} lines")),
    );
}

#[test]
fn every_module_says_what_it_is_for() {
    let opens =
        |text: &str| text.lines().next().is_some_and(|line| line.starts_with("//! ") && line.len() > 10);
    none(
        "the first line must be `//! …`",
        written().filter(|(_, text)| !opens(text)).map(|(path, _)| path.to_owned()),
    );
}

#[test]
fn every_module_is_named_by_the_one_above_it() {
    let is_named = |path: &str| {
        let (folder, file) = path.rsplit_once('/').expect("a module stands in a folder");
        let name = file.trim_end_matches(".rs");
        let above = ["lib.rs", "main.rs", "mod.rs"].map(|root| format!("{folder}/{root}"));
        above
            .into_iter()
            .chain([format!("{folder}.rs")])
            .filter_map(|above| FILES.get(&above))
            .any(|text| text.lines().any(|line| line.trim_end().ends_with(&format!("mod {name};"))))
    };
    // Roots are named by Cargo, which finds some by their place; a `mod.rs` is one that roots share.
    let is_root = |path: &str| {
        let mut parts = path.rsplit('/');
        let (file, folder) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        ["lib.rs", "main.rs", "mod.rs"].contains(&file)
            || ["tests", "examples", "benches", "bin"].contains(&folder)
    };
    let modules = FILES.keys().filter(|path| path.ends_with(".rs") && !is_root(path));
    none("the compiler sees every module", modules.filter(|path| !is_named(path)).cloned());
}

#[test]
fn generated_files_bear_the_mark_and_say_what_they_are() {
    let generated = FILES.iter().filter(|(path, _)| is_generated(path));
    none(
        "this is no output of regen: move it",
        generated
            .clone()
            .filter(|(_, text)| !text.lines().take(2).any(|line| line.contains(MARK)))
            .map(|(path, _)| path.clone()),
    );
    let rust = generated.filter(|(path, _)| path.ends_with(".rs"));
    none(
        "the third line must be `//! …`",
        rust.filter(|(_, text)| !text.lines().nth(2).is_some_and(|line| line.starts_with("//! ")))
            .map(|(path, _)| path.clone()),
    );
}

#[test]
fn only_generated_files_bear_the_mark() {
    let marked = FILES
        .iter()
        .filter(|(path, text)| !is_generated(path) && text.lines().take(2).any(|line| line.contains(MARK)));
    none("regen does not own these", marked.map(|(path, _)| path.clone()));
}

/// The checks refuse an operation of such a name, because its method would stand beside the one that is there.
#[test]
fn the_generator_knows_every_method_that_the_clients_have_by_hand() {
    let places = ["crates/livechat-client/src/apis", "crates/livechat-client/src/generic.rs"];
    let clients = written().filter(|(path, _)| places.iter().any(|place| path.starts_with(place)));
    let methods = clients.flat_map(|(_, text)| {
        let heads = text.lines().filter(|line| line.starts_with("    ") && line.contains("pub "));
        heads.filter_map(|line| line.split_once("fn ")?.1.split(['(', '<']).next())
    });
    let of_the_root = ["agent", "customer", "configuration", "reports", "accounts"];
    let methods: Vec<&str> = methods.filter(|name| !of_the_root.contains(name)).collect();
    assert!(methods.contains(&"send"), "{methods:?}");
    none(
        "add it to CLIENT_METHODS in xtask/src/check/names.rs",
        methods.into_iter().filter(|name| !CLIENT_METHODS.contains(name)).map(str::to_owned),
    );
}

#[test]
fn nothing_is_left_to_do() {
    let words = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("dbg", "!("),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
    ];
    none(
        "finish these",
        written().flat_map(|(path, text)| {
            lines(text, path, move |line| words.iter().any(|word| line.contains(word)))
        }),
    );
}

#[test]
fn no_line_ends_in_white_space() {
    let plain = FILES.iter().filter(|(path, _)| !path.ends_with(".snap"));
    none(
        "trailing white space",
        plain.flat_map(|(path, text)| lines(text, path, |line| line.ends_with([' ', '\t', '\r']))),
    );
}

#[test]
fn every_file_ends_in_a_line_feed() {
    let open = FILES.iter().filter(|(_, text)| !text.is_empty() && !text.ends_with('\n'));
    none("the last line is not ended", open.map(|(path, _)| path.clone()));
}

#[test]
fn no_file_knows_the_machine_that_it_was_written_on() {
    let needles = [
        concat!("/wo", "rk/"),
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("C:", "\\\\"),
        concat!("arti", "factory"),
        concat!("crates.io", "-index"),
        concat!("index.", "crates.io"),
    ];
    let ours = FILES.iter().filter(|(path, _)| path.as_str() != "Cargo.lock");
    none(
        "a path or host of some machine",
        ours.flat_map(|(path, text)| {
            lines(text, path, move |line| needles.iter().any(|needle| line.contains(needle)))
        }),
    );
}

#[test]
fn every_locked_package_comes_from_the_public_registry() {
    let lock = fs::read_to_string(workspace().join("Cargo.lock")).expect("there is a Cargo.lock");
    let public = concat!("source = \"registry+https://github.com/rust-lang/", "crates.io", "-index\"");
    none(
        "another source",
        lines(&lock, "Cargo.lock", |line| line.starts_with("source = ") && line != public),
    );
}

#[test]
fn every_lint_that_is_switched_off_has_a_reason() {
    let mut bare = Vec::new();
    for (path, text) in written() {
        for (at, start) in ["[allow(", "[expect("].iter().flat_map(|start| text.match_indices(start)) {
            let attribute = text.get(at..).and_then(|rest| rest.split(")]").next()).unwrap_or_default();
            let in_code = text.get(..at).is_some_and(|before| before.ends_with(['#', '!']));
            if in_code && !attribute.contains("reason = ") {
                bare.push(format!("{path}: {start}{}", attribute.trim_start_matches(start)));
            }
        }
    }
    none("say why", bare);
}

#[test]
fn the_specs_are_plain_text_of_moderate_lines() {
    let specs = FILES.iter().filter(|(path, _)| path.starts_with("spec/") && path.ends_with(".yaml"));
    none(
        "tabs or Windows' line ends",
        specs.flat_map(|(path, text)| lines(text, path, |line| line.contains(['\t', '\r']))),
    );
}
