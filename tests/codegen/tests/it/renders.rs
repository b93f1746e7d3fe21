//! What becomes of one feature of the dialect: a small spec each, and the whole of the files that are made of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use insta::{Settings, assert_snapshot};

use crate::support::{Edit, Tree, files};

/// One test for each file of `fixtures/renders`, and their names.
macro_rules! renders {
    ($($name:ident: $file:literal;)+) => {
        const FEATURES: &[&str] = &[$($file),+];

        $(
            #[test]
            fn $name() {
                hold($file);
            }
        )+
    };
}

renders! {
    an_object_is_a_struct: "struct";
    what_rustdoc_would_take_for_tests_links_or_html_is_text: "markdown";
    a_set_of_strings_is_an_open_enum: "open-enum";
    an_identifier_is_a_newtype: "ids";
    objects_told_apart_by_a_field_are_an_open_enum: "tagged-union";
    values_told_apart_by_their_json_type_are_an_open_enum: "union-by-json-type";
    a_named_list_or_map_is_an_alias: "aliases";
    an_object_made_of_others_has_all_their_fields: "all-of";
    a_secret_and_a_form: "secret";
    query_parameters_are_a_request: "get";
    a_multipart_body_is_an_upload: "multipart";
    a_list_has_pages_and_a_stream: "paginated";
    a_batch_knows_its_action: "batch";
    an_action_over_websocket_only_is_behind_its_feature: "rtm-only";
    pushes_are_one_union: "push";
    webhooks_are_one_union: "webhook";
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/renders")
}

/// Files that are the same for every feature.
const FRAME: &[&str] =
    &["/v3_5.rs", "/v3_5/agent.rs", "/v3_5/shared.rs", "/shared/scopes", "/shared/errors", ".json"];

fn hold(feature: &str) {
    let category = fs::read_to_string(fixtures().join(format!("{feature}.yaml"))).expect(feature);
    let tree = Tree::empty();
    tree.write("differences.json", "[]\n");
    tree.write("agent-chat/openapi.yaml", &root(&category));
    tree.write("agent-chat/chats.yaml", &category);
    let tree = tree.with(&[Edit::Write("shared/scopes.yaml", SCOPES)]);
    if category.contains("4XX") {
        tree.write("shared/errors.yaml", include_str!("../../fixtures/base/spec/v3.5/shared/errors.yaml"));
    }
    let mut text = String::new();
    for output in tree.outputs() {
        if output.path.ends_with(".rs") {
            syn::parse_file(&output.text)
                .unwrap_or_else(|error| panic!("{}: {error}\n{}", output.path, output.text));
        }
        let in_client = output.path.contains("livechat-client/");
        if in_client && output.path.ends_with("/agent.rs")
            || !FRAME.iter().any(|frame| output.path.contains(frame))
        {
            let _ = write!(text, "━━━ {}\n\n{}\n", output.path, output.text);
        }
    }
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("snapshots/renders");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| assert_snapshot!(feature, text));
}

/// A root document that lists all that a category file has.
fn root(category: &str) -> String {
    let mut text = String::from(concat!(
        "openapi: 3.0.3\n",
        "info: {title: Agent Chat API, version: \"3.5\", description: The chats of an organization.}\n",
        "x-api: agent\n",
        "servers: [{url: \"https://api.example.com\"}]\n",
        "tags: [{name: chats, description: Chats and what belongs to them.}]\n",
    ));
    let mut section = "";
    for line in category.lines().filter(|line| !line.trim().is_empty()) {
        let key = line.trim_start().split(':').next().unwrap_or_default();
        match line.len() - line.trim_start().len() {
            0 => {
                section = key;
                if section != "components" {
                    let _ = writeln!(text, "{section}:");
                }
            }
            2 if section == "paths" => {
                let hole =
                    if category.contains("in: path") && key == "close_chat" { "{account_id}/" } else { "" };
                let _ = writeln!(text, "  /v3.5/agent/{hole}{key}: {{$ref: \"chats.yaml#/paths/{key}\"}}");
            }
            2 if section != "components" => {
                let _ = writeln!(text, "  {key}: {{$ref: \"chats.yaml#/{section}/{key}\"}}");
            }
            _ => {}
        }
    }
    text
}

const SCOPES: &str = r#"components:
  schemas:
    Scope:
      type: string
      description: A right that a token carries.
      enum: ["chats--all:ro", "chats--all:rw"]
      x-enumDescriptions:
        "chats--all:ro": Read all chats.
        "chats--all:rw": Change all chats.
"#;

#[test]
fn every_feature_has_a_test_and_a_snapshot_and_nothing_else_has() {
    let known: BTreeSet<String> = FEATURES.iter().map(|name| (*name).to_owned()).collect();
    let stems = |top: &Path, folder: &str, ending: &str| -> BTreeSet<String> {
        let names = files(top, folder).into_keys();
        names.filter_map(|path| Some(path.rsplit('/').next()?.strip_suffix(ending)?.to_owned())).collect()
    };
    assert_eq!(stems(&fixtures(), "", ".yaml"), known);
    assert_eq!(stems(Path::new(env!("CARGO_MANIFEST_DIR")), "tests/it/snapshots/renders", ".snap"), known);
}
