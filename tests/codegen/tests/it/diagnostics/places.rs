//! Where a mistake in a value is shown: at the value, however deep it stands. And one slip earns one message.

use xtask::diagnostics::Diagnostic;

use crate::support::Edit::{self, Append, Remove, Replace, Write};
use crate::support::Tree;

/// The only mistake that an edit makes, and the text that it points at.
fn only(edits: &[Edit]) -> (Diagnostic, String) {
    let Err(errors) = Tree::base().with(edits).load() else { panic!("this mistake is not found") };
    let [only] = errors.diagnostics.as_slice() else {
        panic!("one message is expected:\n{}", errors.render())
    };
    let place = only.place.expect("it is in a file");
    let text = &errors.sources.get(place.file).expect("a place is in a file").text;
    (only.clone(), text[place.start..place.end].trim_end().to_owned())
}

fn points_at(edits: &[Edit], text: &str) {
    let (found, at) = only(edits);
    assert_eq!(at, text, "{found:?}");
}

#[test]
fn a_bad_value_deep_in_an_example_is_pointed_at() {
    points_at(
        &[Replace("agent-chat/chats.yaml", "{chats: [{id: QJ4T8ZP1LX}]", "{chats: [{id: true}]")],
        "true",
    );
    points_at(&[Replace("webhooks/events.yaml", "type: file", "type: fiel")], "fiel");
}

#[test]
fn an_unknown_property_in_an_example_is_pointed_at_by_its_name() {
    points_at(
        &[Replace("agent-chat/chats.yaml", "{chats: [{id: QJ4T8ZP1LX}]", "{chats: [{id: A, di: B}]")],
        "di",
    );
}

#[test]
fn a_bad_example_of_a_parameter_is_pointed_at() {
    points_at(
        &[Replace("agent-chat/chats.yaml", "          example: QJ4T8ZP1LX\n", "          example: 7\n")],
        "7",
    );
}

#[test]
fn a_bad_default_is_pointed_at() {
    points_at(&[Replace("agent-chat/chats.yaml", "default: 10\n", "default: ten\n")], "ten");
}

#[test]
fn a_bad_limit_is_pointed_at() {
    points_at(&[Replace("agent-chat/chats.yaml", "maximum: 100\n", "maximum: 100.5\n")], "100.5");
    points_at(&[Append("shared/ids.yaml", "      minimum: 17\n")], "17");
}

#[test]
fn a_misspelt_key_that_is_required_earns_one_message() {
    let slips = [
        ("agent-chat/events.yaml", "operationId:", "operationID:"),
        ("agent-chat/events.yaml", "summary:", "sumary:"),
        ("agent-chat/events.yaml", "tags:", "tag:"),
        ("agent-chat/events.yaml", "externalDocs:", "externalDoc:"),
        ("agent-chat/events.yaml", "requestBody:", "requestbody:"),
        ("agent-chat/events.yaml", "x-transports:", "x-transport:"),
        ("shared/ids.yaml", "type:", "tpye:"),
        ("webhooks/openapi.yaml", "servers:", "server:"),
        ("webhooks/openapi.yaml", "info:", "inof:"),
        ("webhooks/openapi.yaml", "title:", "titel:"),
        ("shared/events.yaml", "mapping:", "maping:"),
        ("agent-chat/chats.yaml", "          in: query\n", "          on: query\n"),
    ];
    for (file, right, wrong) in slips {
        let (found, at) = only(&[Replace(file, right, wrong)]);
        let (right, wrong) =
            (right.trim().split(':').next().unwrap(), wrong.trim().split(':').next().unwrap());
        assert_eq!((at.as_str(), found.help.as_str()), (wrong, format!("did you mean `{right}`?").as_str()));
    }
}

#[test]
fn a_word_instead_of_a_list_earns_one_message() {
    only(&[Replace("agent-chat/events.yaml", "tags: [events]", "tags: events")]);
    only(&[Replace("shared/ids.yaml", "type: string", "x-any: \"true\"")]);
}

#[test]
fn a_reference_without_quotes_is_a_comment_and_said_to_be_one() {
    let (found, _) = only(&[Replace(
        "shared/events.yaml",
        "        - $ref: \"#/components/schemas/FileEvent\"\n",
        "        - $ref: #/components/schemas/FileEvent\n",
    )]);
    assert!(found.help.contains("comment"), "{found:?}");
}

#[test]
fn a_removed_root_document_earns_one_message_for_its_folder() {
    only(&[Remove("webhooks/openapi.yaml")]);
    only(&[Remove("agent-chat/openapi.yaml")]);
}

#[test]
fn a_mistake_in_the_head_of_a_root_document_is_the_only_one() {
    only(&[Replace("agent-chat/openapi.yaml", "x-api: agent\n", "")]);
    only(&[Replace("agent-chat/openapi.yaml", "  title: Agent Chat API\n", "")]);
}

#[test]
fn nothing_is_meant_by_a_short_word_that_is_wholly_another() {
    let (found, _) = only(&[Replace("agent-chat/chats.yaml", "    get:\n", "    put:\n")]);
    assert_eq!(found.help, "what may stand here: `delete`, `get`, `post`");
}

#[test]
fn a_reference_to_a_schema_that_stands_elsewhere_is_told_where() {
    let (found, _) = only(&[Replace(
        "agent-chat/pushes.yaml",
        "\"../shared/ids.yaml#/components/schemas/ChatId\"",
        "\"#/components/schemas/ChatId\"",
    )]);
    assert_eq!(found.help, "it stands elsewhere: write `../shared/ids.yaml#/components/schemas/ChatId`");
}

#[test]
fn hidden_files_of_editors_are_no_mistake() {
    let edits = [Write(".DS_Store", "x"), Write("shared/.ids.yaml.swp", "x")];
    assert!(Tree::base().with(&edits).load().is_ok());
}
