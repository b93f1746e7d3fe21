//! Where samples come from.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use wire_tests::EXAMPLES;

/// One JSON text, and what it stands for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sample {
    /// The name of its file.
    pub(crate) name: String,
    pub(crate) api: String,
    pub(crate) action: String,
    pub(crate) kind: String,
    /// The address that a request is sent to, where the sample shows it.
    pub(crate) url: Option<String>,
    pub(crate) verb: Option<String>,
    /// Whether the index says that the message is the `payload` of what the file holds.
    pub(crate) is_enveloped: bool,
    /// Why there is no text.
    pub(crate) missing: Option<&'static str>,
    pub(crate) text: String,
}

/// The samples of the folder that the variable names, or the specs' examples.
pub(crate) fn collect() -> Vec<Sample> {
    match env::var_os("LIVECHAT_SAMPLES").filter(|folder| !folder.is_empty()) {
        Some(folder) => folder_of(Path::new(&folder)),
        None => examples(),
    }
}

/// The specs' own examples.
pub(crate) fn examples() -> Vec<Sample> {
    let file: Value = serde_json::from_str(EXAMPLES).unwrap();
    let examples = file["examples"].as_array().unwrap();
    let of = |example: &Value| Sample {
        name: format!("the example of {} {} {}", example["api"], example["action"], example["kind"]),
        api: text(example, "api"),
        action: text(example, "action"),
        kind: text(example, "kind"),
        text: example["payload"].to_string(),
        ..Sample::default()
    };
    examples.iter().map(of).collect()
}

/// The samples of a folder.
fn folder_of(folder: &Path) -> Vec<Sample> {
    let folder = find(folder);
    let read = |file: &str| {
        let path = folder.join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let index: Vec<Value> = serde_json::from_str(&read("index.json"))
        .unwrap_or_else(|error| panic!("{}: {error}", folder.join("index.json").display()));
    let mut samples = Vec::new();
    for entry in &index {
        let files = files(entry);
        if files.is_empty() {
            let missing = Some("only parts of it are shown");
            samples.push(Sample { missing, ..sample(entry, &text(entry, "file")) });
        }
        for file in files {
            samples.push(Sample { text: read(&file), ..sample(entry, &file) });
        }
    }
    samples
}

/// A relative folder is looked for from the top of the workspace, then from where the test runs.
fn find(folder: &Path) -> PathBuf {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let places = [top.join(folder), folder.to_owned()];
    let found = places.iter().find(|place| place.join("index.json").is_file());
    found
        .unwrap_or_else(|| panic!("LIVECHAT_SAMPLES is {}, where no index.json is", folder.display()))
        .clone()
}

/// The files that hold the whole of a sample: its own, or those in which what it leaves out was filled in.
fn files(entry: &Value) -> Vec<String> {
    if entry["whole"] == true {
        return vec![text(entry, "file")];
    }
    let expanded = entry["expanded"].as_array();
    expanded.into_iter().flatten().map(|expanded| text(expanded, "file")).collect()
}

fn sample(entry: &Value, file: &str) -> Sample {
    let maybe = |value: &Value| value.as_str().map(str::to_owned);
    Sample {
        name: file.to_owned(),
        api: text(entry, "api"),
        action: text(entry, "action"),
        kind: text(entry, "kind"),
        url: maybe(&entry["http"]["url"]),
        verb: maybe(&entry["http"]["method"]),
        is_enveloped: entry["payload_pointer"] == "/payload",
        ..Sample::default()
    }
}

fn text(entry: &Value, field: &str) -> String {
    entry[field].as_str().unwrap_or_else(|| panic!("`{field}` is no string in {entry}")).to_owned()
}
