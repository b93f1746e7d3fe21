//! Which crate may use which, held against what cargo knows of the workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

use crate::support::{files, workspace};

/// The crates that are published, and what each may import of the others. Siblings never import each other.
const LAYERS: &[(&str, &[&str])] = &[
    ("livechat-types", &[]),
    ("livechat-client", &["livechat-types"]),
    ("livechat-webhooks", &["livechat-types"]),
    ("livechat-rtm", &["livechat-types"]),
    ("livechat-mock", &["livechat-types"]),
    ("livechat-cli", &["livechat-client", "livechat-types"]),
];

/// What only the generator may use.
const GENERATORS: &[&str] =
    &["progenitor-impl", "typify-impl", "prettyplease", "saphyr-parser", "openapiv3", "annotate-snippets"];

/// What has no place below the types: a server that receives webhooks wants neither a runtime nor an HTTP library.
const NOT_BELOW_TYPES: &[&str] =
    &["tokio", "http", "hyper", "reqwest", "rustls", "tower", "futures-core", "bytes"];

/// The members as cargo knows them; needs no network.
fn metadata() -> Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--no-deps"])
        .current_dir(workspace())
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo writes JSON")
}

static MEMBERS: LazyLock<Vec<Package>> = LazyLock::new(|| {
    let all = metadata();
    all["packages"].as_array().expect("packages").iter().map(Package::read).collect()
});

/// A member of the workspace.
struct Package {
    name: String,
    /// Where its manifest stands, from the top of the workspace.
    folder: String,
    dependencies: Vec<Dependency>,
    json: Value,
}

struct Dependency {
    name: String,
    kind: Kind,
    requirement: String,
    /// Whether it is a member of the workspace.
    local: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Normal,
    Build,
    Dev,
}

impl Package {
    fn read(json: &Value) -> Self {
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let manifest = text(&json["manifest_path"]).replace('\\', "/");
        let top = workspace().to_string_lossy().replace('\\', "/");
        let folder = manifest.trim_start_matches(&top).trim_matches('/').trim_end_matches("/Cargo.toml");
        let dependencies = json["dependencies"].as_array().expect("dependencies");
        let read = |dependency: &Value| Dependency {
            name: text(&dependency["name"]),
            kind: match dependency["kind"].as_str() {
                None => Kind::Normal,
                Some("build") => Kind::Build,
                Some(_) => Kind::Dev,
            },
            requirement: text(&dependency["req"]),
            local: dependency["path"].is_string(),
        };
        Self {
            name: text(&json["name"]),
            folder: folder.to_owned(),
            dependencies: dependencies.iter().map(read).collect(),
            json: json.clone(),
        }
    }

    fn is_published(&self) -> bool {
        self.folder.starts_with("crates/")
    }
}

/// What a published crate may import, or `None` if it has no layer.
fn below(name: &str) -> Option<&'static [&'static str]> {
    LAYERS.iter().find(|(known, _)| *known == name).map(|(_, below)| *below)
}

#[test]
fn every_published_crate_has_a_layer() {
    for package in MEMBERS.iter().filter(|package| package.is_published()) {
        assert!(below(&package.name).is_some(), "`{}` has no row in LAYERS", package.name);
    }
}

/// The passes of the generator, in their order.
const PASSES: &[&str] = &["read", "yaml", "decode", "link", "check", "lower", "render", "settle"];

#[test]
fn a_pass_of_the_generator_knows_nothing_of_the_later_ones() {
    let files = files(&workspace(), "xtask/src");
    for (index, pass) in PASSES.iter().enumerate() {
        let (file, folder) = (format!("xtask/src/{pass}.rs"), format!("xtask/src/{pass}/"));
        assert!(files.contains_key(&file), "no {file}");
        let of_pass = files.iter().filter(|(path, _)| **path == file || path.starts_with(&folder));
        for (path, text) in of_pass {
            let text = String::from_utf8_lossy(text);
            let used = text.split("crate::").skip(1).flat_map(first_names);
            let later: Vec<&str> = used.filter(|name| PASSES[index + 1..].contains(name)).collect();
            assert!(later.is_empty(), "{path} uses {later:?}, which come after it");
        }
    }
}

/// `a` of `a::b`, `a` and `b` of `{a, b::c}`.
fn first_names(path: &str) -> impl Iterator<Item = &str> {
    let list = path.strip_prefix('{').and_then(|rest| rest.split('}').next());
    list.unwrap_or(path).split(',').take(if list.is_some() { usize::MAX } else { 1 }).map(|path| {
        let path = path.trim();
        path.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or(path)
    })
}

#[test]
fn imports_point_down_only() {
    for package in MEMBERS.iter().filter(|package| package.is_published()) {
        let below = below(&package.name).unwrap_or_default();
        let locals =
            package.dependencies.iter().filter(|dependency| dependency.local && dependency.kind != Kind::Dev);
        for dependency in locals {
            assert!(
                below.contains(&dependency.name.as_str()),
                "`{}` imports `{}`",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn tests_that_look_up_or_sideways_leave_no_cycle_for_publishing() {
    for package in MEMBERS.iter().filter(|package| package.is_published()) {
        let below = below(&package.name).unwrap_or_default();
        for dependency in
            package.dependencies.iter().filter(|dependency| dependency.local && dependency.kind == Kind::Dev)
        {
            let (name, other) = (&package.name, &dependency.name);
            assert!(
                self::below(other).is_some(),
                "the tests of `{name}` use `{other}`, which is not published"
            );
            let versioned = dependency.requirement != "*";
            assert!(
                !versioned || below.contains(&other.as_str()),
                "the dev-dependency of `{name}` on `{other}` has a version: write `{{ path = \"../{other}\" }}`"
            );
        }
    }
}

#[test]
fn the_generator_imports_nothing_that_it_generates() {
    let xtask = MEMBERS.iter().find(|package| package.name == "xtask").expect("there is an xtask");
    assert!(xtask.dependencies.iter().all(|dependency| !dependency.local));
}

#[test]
fn the_tests_import_what_they_are_about() {
    for package in MEMBERS.iter().filter(|package| package.folder.starts_with("tests/")) {
        for dependency in package.dependencies.iter().filter(|dependency| dependency.local) {
            let good = match package.name.as_str() {
                "codegen-tests" => dependency.name == "xtask",
                _ => below(&dependency.name).is_some(),
            };
            assert!(good, "`{}` imports `{}`", package.name, dependency.name);
        }
    }
}

#[test]
fn reqwest_is_a_dependency_of_the_client_alone() {
    let users = MEMBERS.iter().filter(|package| {
        package.is_published() && package.dependencies.iter().any(|dependency| dependency.name == "reqwest")
    });
    assert_eq!(users.map(|package| package.name.as_str()).collect::<Vec<_>>(), ["livechat-client"]);
}

#[test]
fn no_published_crate_uses_a_generator() {
    for package in MEMBERS.iter().filter(|package| package.is_published()) {
        for dependency in &package.dependencies {
            assert!(
                !GENERATORS.contains(&dependency.name.as_str()),
                "`{}` uses `{}`",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn below_the_types_there_is_no_runtime_and_no_http() {
    let reached = reached_from("livechat-types");
    let found: Vec<&&str> = NOT_BELOW_TYPES.iter().filter(|name| reached.contains(**name)).collect();
    assert!(found.is_empty(), "livechat-types brings {found:?}");
}

#[test]
fn below_the_webhooks_there_is_no_http_client() {
    if MEMBERS.iter().any(|package| package.name == "livechat-webhooks") {
        assert!(!reached_from("livechat-webhooks").contains("reqwest"));
    }
}

/// The names of all packages that one brings along on any system with all features, its tests excepted.
///
/// What members need for their own tests stands in Cargo.lock among the rest, so for members their manifests are asked.
fn reached_from(name: &str) -> BTreeSet<String> {
    let lock = fs::read_to_string(workspace().join("Cargo.lock")).expect("there is a Cargo.lock");
    let mut brings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock.split("[[package]]\n").skip(1) {
        let quoted: Vec<&str> = package.split('"').skip(1).step_by(2).collect();
        let dependencies = package.split_once("dependencies = [").map_or("", |(_, list)| list);
        let dependencies = dependencies.split('"').skip(1).step_by(2);
        let names = dependencies.filter_map(|dependency| dependency.split(' ').next());
        brings.entry(quoted.first().expect("a package has a name")).or_default().extend(names);
    }
    for member in MEMBERS.iter() {
        let shipped = member.dependencies.iter().filter(|dependency| dependency.kind != Kind::Dev);
        brings.insert(&member.name, shipped.map(|dependency| dependency.name.as_str()).collect());
    }
    let mut open = vec![name];
    let mut reached = BTreeSet::new();
    while let Some(next) = open.pop() {
        if reached.insert(next.to_owned()) {
            open.extend(brings.get(next).unwrap_or_else(|| panic!("`{next}` is not in Cargo.lock")));
        }
    }
    reached
}

#[test]
fn what_is_reached_includes_what_is_brought_and_not_what_tests_need() {
    let reached = reached_from("livechat-webhooks");
    assert!(
        reached.contains("serde") && reached.contains("axum") && reached.contains("hyper-util"),
        "{reached:?}"
    );
    assert!(!reached.contains("proptest") && !reached.contains("livechat-mock"), "{reached:?}");
}

#[test]
fn every_member_inherits_lints_edition_licence_and_has_a_description() {
    let root = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    for package in MEMBERS.iter() {
        let name = &package.name;
        let manifest = fs::read_to_string(workspace().join(&package.folder).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true\n"), "`{name}` does not inherit the lints");
        assert!(manifest.contains("edition.workspace = true"), "`{name}` has an edition of its own");
        let licence = package.json["license"].as_str().unwrap_or_default();
        assert!(
            root.contains(&format!("license = \"{licence}\"")),
            "`{name}` has another licence: {licence:?}"
        );
        let description = package.json["description"].as_str().unwrap_or_default();
        assert!(description.len() > 20, "`{name}` does not say what it is: {description:?}");
        assert!(package.json["rust_version"].is_string(), "`{name}` does not say which Rust it needs");
    }
}

#[test]
fn what_is_published_is_ready_for_it_and_the_rest_is_not_published() {
    for package in MEMBERS.iter() {
        let (name, json) = (&package.name, &package.json);
        if !package.is_published() {
            assert_eq!(json["publish"], serde_json::json!([]), "`{name}` lacks `publish = false`");
            continue;
        }
        assert!(json["readme"].is_string(), "`{name}` has no readme");
        for key in ["keywords", "categories", "authors"] {
            assert!(json[key].as_array().is_some_and(|words| !words.is_empty()), "`{name}` has no {key}");
        }
        let docs = &json["metadata"]["docs"]["rs"]["all-features"];
        assert_eq!(docs, true, "`{name}`: docs.rs must show all features");
        assert_eq!(
            json["metadata"]["livechat"]["api-version"],
            xtask::VERSION,
            "`{name}` names no version of the API"
        );
    }
}

#[test]
fn what_is_printed_and_committed_is_pinned() {
    let xtask = MEMBERS.iter().find(|package| package.name == "xtask").expect("there is an xtask");
    for name in ["progenitor-impl", "typify-impl"] {
        let dependency = xtask.dependencies.iter().find(|dependency| dependency.name == name).expect(name);
        assert!(dependency.requirement.starts_with('='), "`{name}` is {}", dependency.requirement);
    }
}

#[test]
fn the_reason_of_every_dependency_stands_in_architecture_md() {
    let text = fs::read_to_string(workspace().join("ARCHITECTURE.md")).unwrap();
    let (_, section) =
        text.split_once("\n## Dependencies\n").expect("ARCHITECTURE.md has a section \"Dependencies\"");
    let section = section.split("\n## ").next().unwrap_or_default();
    let used: BTreeSet<&str> = MEMBERS
        .iter()
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| !dependency.local)
        .map(|dependency| dependency.name.as_str())
        .collect();
    let unexplained: Vec<&&str> =
        used.iter().filter(|name| !section.contains(&format!("`{name}`"))).collect();
    assert!(
        unexplained.is_empty(),
        "ARCHITECTURE.md, \"Dependencies\", does not say why there is {unexplained:?}"
    );
}

#[test]
fn every_shared_dependency_is_used() {
    let root = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    let (_, section) =
        root.split_once("[workspace.dependencies]\n").expect("the root has shared dependencies");
    let section = section.split("\n[").next().unwrap_or_default();
    let names = section
        .lines()
        .filter_map(|line| Some(line.split_once('=')?.0.trim()))
        .filter(|name| !name.starts_with('#'));
    let used: BTreeSet<&str> = MEMBERS
        .iter()
        .flat_map(|package| &package.dependencies)
        .map(|dependency| dependency.name.as_str())
        .collect();
    let unused: Vec<&str> = names.filter(|name| !used.contains(name)).collect();
    assert!(unused.is_empty(), "no member uses {unused:?}");
}
