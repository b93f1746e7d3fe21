//! The file of differences: whole rows, each once, of something that the specs have.

use crate::support::Edit::Write;
use crate::support::Tree;

const FILE: &str = "differences.json";

super::cases! {
    differences_that_are_no_json: InvalidDifference, [Write(FILE, "[{\"where\": \"agent-web *chats\"},]\n")];

    differences_that_are_no_list: WrongType, [Write(FILE, "{\"where\": \"agent-web *chats\"}\n")];

    a_difference_without_a_reason: MissingKey, [
        Write(FILE, "[{\"where\": \"agent-web *chats\", \"rule\": \"wrong-type\"}]\n"),
    ];

    a_difference_with_an_empty_reason: InvalidDifference, [
        Write(FILE, "[{\"where\": \"agent-web *chats\", \"rule\": \"wrong-type\", \"reason\": \" \"}]\n"),
    ];

    a_difference_with_an_unknown_key: UnknownKey, [
        Write(FILE, "[{\"where\": \"agent-web *chats\", \"rule\": \"wrong-type\", \"reason\": \"So.\", \"since\": \"3.4\"}]\n"),
    ];

    a_difference_of_an_unknown_rule: UnknownValue, [
        Write(FILE, "[{\"where\": \"agent-web *chats\", \"rule\": \"wrong-tpye\", \"reason\": \"So.\"}]\n"),
    ];

    a_difference_that_stands_twice: InvalidDifference, [
        Write(FILE, concat!(
            "[\n  {\"where\": \"agent-web *chats\", \"rule\": \"wrong-type\", \"reason\": \"So.\"},\n",
            "  {\"where\": \"agent-web *chats\", \"rule\": \"wrong-type\", \"reason\": \"And so.\"}\n]\n",
        )),
    ];

    a_difference_of_no_known_part: InvalidDifference, [
        Write(FILE, "[{\"where\": \"agent-wep *chats\", \"rule\": \"wrong-type\", \"reason\": \"So.\"}]\n"),
    ];

    a_difference_of_no_action: InvalidDifference, [
        Write(FILE, "[{\"where\": \"agent-web list_chat response chats\", \"rule\": \"wrong-type\", \"reason\": \"So.\"}]\n"),
    ];

    a_difference_of_no_part_of_an_action: InvalidDifference, [
        Write(FILE, "[{\"where\": \"agent-web list_chats payload chats\", \"rule\": \"wrong-type\", \"reason\": \"So.\"}]\n"),
    ];

    a_difference_of_no_property: InvalidDifference, [
        Write(FILE, "[{\"where\": \"agent-web list_chats response chats[].idd\", \"rule\": \"wrong-type\", \"reason\": \"So.\"}]\n"),
    ];

    a_difference_of_a_place_that_is_none: InvalidDifference, [
        Write(FILE, "[{\"where\": \"agent-web list_chats response the chats\", \"rule\": \"wrong-type\", \"reason\": \"So.\"}]\n"),
    ];
}

#[test]
fn a_difference_of_something_that_is_there_is_accepted() {
    let rows = [
        ("agent-web list_chats response chats[].id", "wrong-type"),
        ("agent-rtm list_* request limit*", "wrong-default"),
        ("agent-web *last_event.url", "undocumented-field"),
        ("agent-pushes incoming_event payload event", "wrong-type"),
        ("webhooks incoming_event payload text", "sample-wrong-type"),
        ("agent-web list_chats response chats[].nowhere", "sample-unknown-field"),
        ("agent-web list_chats", "wrong-scopes"),
    ];
    let rows: Vec<_> = rows
        .iter()
        .map(|(at, rule)| serde_json::json!({"where": at, "rule": rule, "reason": "A reason."}))
        .collect();
    let tree = Tree::base();
    tree.write(FILE, &serde_json::Value::from(rows).to_string());
    tree.load().unwrap_or_else(|errors| panic!("{}", errors.render()));
}
