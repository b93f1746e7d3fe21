//! What typify and progenitor do badly, and what the generator makes of it instead. What it refuses is in `diagnostics`.

use xtask::render::places;

use crate::support::Edit::{self, Append, Replace};
use crate::support::Tree;

/// All generated code of one crate from the small spec with some changes.
fn code(place: &str, edits: &[Edit]) -> String {
    let outputs = Tree::base().with(edits).outputs();
    let texts = outputs.into_iter().filter(|output| output.path.starts_with(place)).map(|output| output.text);
    texts.collect::<Vec<_>>().join("\n")
}

fn types(edits: &[Edit]) -> String {
    code(places::TYPES, edits)
}

fn client(edits: &[Edit]) -> String {
    code(places::CLIENT, edits)
}

/// The lines from one that holds `start` to the next that is `}`.
fn block<'a>(text: &'a str, start: &str) -> &'a str {
    let at = text.find(start).unwrap_or_else(|| panic!("no {start:?} in\n{text}"));
    let rest = &text[at..];
    &rest[..rest.find("\n}").map_or(rest.len(), |end| end + 2)]
}

#[test]
fn a_multipart_body_is_an_upload_and_stops_nothing() {
    let text = client(&[]);
    assert!(text.contains("fn upload_file(") && text.contains("fn list_chats("), "{text}");
}

#[test]
fn two_documents_may_have_an_operation_of_the_same_name() {
    let edits = [
        Append(
            "webhooks/openapi.yaml",
            "paths:\n  /v3.5/webhooks/list_chats: {$ref: \"chats.yaml#/paths/list_chats\"}\n",
        ),
        Replace("webhooks/openapi.yaml", "servers: []", "servers: [{url: \"https://api.example.com\"}]"),
        Replace("webhooks/openapi.yaml", "tags: []", "tags: [{name: chats, description: Chats.}]"),
        Edit::Write(
            "webhooks/chats.yaml",
            concat!(
                "paths:\n  list_chats:\n    post:\n      operationId: list_chats\n      tags: [chats]\n      summary: Lists chats\n",
                "      externalDocs: {url: \"https://docs.example.com/#list\"}\n      x-transports: [web]\n      requestBody:\n",
                "        content:\n          application/json:\n            schema: {$ref: \"#/components/schemas/ListChats\"}\n",
                "            example: {}\n      responses:\n        \"200\": {description: Nothing.}\n",
                "        4XX: {$ref: \"../shared/errors.yaml#/components/responses/Error\"}\n",
                "        5XX: {$ref: \"../shared/errors.yaml#/components/responses/Error\"}\n",
                "components:\n  schemas:\n    ListChats: {type: object, description: Takes no parameters.}\n",
            ),
        ),
    ];
    assert_eq!(types(&edits).matches("pub struct ListChats {").count(), 2);
    assert_eq!(client(&edits).matches("fn list_chats(").count(), 2);
}

#[test]
fn an_unknown_event_is_no_other_event() {
    let text = types(&[]);
    let union = block(&text, "pub enum Event {");
    assert!(union.contains("Message(MessageEvent)") && union.contains("Unknown("), "{union}");
    assert!(!text.contains("untagged"), "the first variant that fits would swallow the others' fields");
}

#[test]
fn no_name_is_made_up() {
    let text = types(&[]) + &client(&[]);
    for made_up in ["Variant0", "subtype_0", "Subtype0", "types::types", "::std::", "::serde::", "BuiltIn"] {
        assert!(!text.contains(made_up), "{made_up} in\n{text}");
    }
}

#[test]
fn a_set_of_strings_is_open() {
    let text = types(&[]);
    assert!(block(&text, "pub enum SortOrder {").contains("Unknown("));
}

#[test]
fn limits_are_documented_and_not_enforced() {
    let text = types(&[Append("shared/ids.yaml", "      maxLength: 10\n")]);
    assert!(text.contains("From 1 to 100."), "{text}");
    assert!(block(&text, "pub struct ListChats {").contains("limit: Option<u32>"));
    assert!(!text.contains("NonZero") && !text.contains("regress"));
}

#[test]
fn a_default_is_documented_and_not_sent() {
    let text = types(&[]);
    assert!(text.contains("Default: `10`."), "{text}");
    assert!(!text.contains("serde(default"));
}

#[test]
fn an_absent_list_is_no_empty_list() {
    let list =
        "        tags: {type: array, items: {type: string}, description: Its tags.}\n        properties:\n";
    let text = types(&[Replace("agent-chat/chats.yaml", "        properties:\n", list)]);
    let request = block(&text, "pub struct StartChat {");
    assert!(
        request.contains("tags: Option<Vec<String>>") && request.contains("properties: Option<Properties>"),
        "{request}"
    );
}

#[test]
fn maps_keep_an_order() {
    let text = types(&[]) + &client(&[]);
    assert!(
        text.contains("BTreeMap<String, BTreeMap<String, PropertyValue>>") && !text.contains("HashMap"),
        "{text}"
    );
}

#[test]
fn fields_keep_the_order_of_the_spec() {
    let text = types(&[]);
    let page = block(&text, "pub struct ListChatsResponse {");
    let places = ["chats:", "next_page_id:", "found_chats:"].map(|field| page.find(field).expect(field));
    assert!(places.is_sorted(), "{page}");
}

#[test]
fn an_instant_is_a_timestamp() {
    let text = types(&[]);
    assert!(
        block(&text, "pub struct MessageEvent {").contains("created_at: Timestamp")
            && !text.contains("chrono")
    );
}

#[test]
fn a_tag_is_written_by_the_struct_and_is_no_field() {
    let text = types(&[]);
    assert!(text.contains("#[serde(tag = \"type\", rename = \"message\")]"), "{text}");
    assert!(!block(&text, "pub struct MessageEvent {").contains("r#type"));
}

#[test]
fn an_identifier_is_a_type_of_its_own() {
    let text = types(&[]);
    assert!(text.contains("pub struct ChatId(") && text.contains("string_id!(ChatId)"), "{text}");
}

#[test]
fn a_list_or_a_map_is_answered_as_it_is() {
    let list = [Replace(
        "agent-chat/events.yaml",
        "              schema: {$ref: \"#/components/schemas/UploadFileResponse\"}\n              example: {url: \"https://cdn.example.com/receipt.pdf\"}\n",
        "              schema: {type: array, items: {$ref: \"#/components/schemas/UploadFileResponse\"}}\n              example: [{url: \"https://cdn.example.com/receipt.pdf\"}]\n",
    )];
    assert!(client(&list).contains("Vec<UploadFileResponse>"), "{}", client(&list));
    let map = [Replace(
        "agent-chat/events.yaml",
        "              schema: {$ref: \"#/components/schemas/UploadFileResponse\"}\n              example: {url: \"https://cdn.example.com/receipt.pdf\"}\n",
        "              schema: {type: object, additionalProperties: {$ref: \"#/components/schemas/UploadFileResponse\"}}\n              example: {a: {url: \"https://cdn.example.com/receipt.pdf\"}}\n",
    )];
    assert!(client(&map).contains("BTreeMap<String, UploadFileResponse>"), "{}", client(&map));
}

#[test]
fn a_list_or_a_map_of_something_named_is_documented_with_a_link_to_it() {
    let chat = "              schema: {$ref: \"#/components/schemas/Chat\"}\n              example: {id: QJ4T8ZP1LX}\n";
    let list = types(&[Replace(
        "agent-chat/chats.yaml",
        chat,
        "              schema: {type: array, items: {$ref: \"#/components/schemas/Chat\"}}\n              example: [{id: QJ4T8ZP1LX}]\n",
    )]);
    assert!(list.contains("/// - Answer: [a list of `Chat`](crate::agent::Chat)"), "{list}");
    let map = types(&[Replace(
        "agent-chat/chats.yaml",
        chat,
        "              schema: {type: object, additionalProperties: {$ref: \"#/components/schemas/Chat\"}}\n              example: {a: {id: QJ4T8ZP1LX}}\n",
    )]);
    assert!(map.contains("/// - Answer: [a map of `Chat`](crate::agent::Chat)"), "{map}");
}

#[test]
fn a_parameter_that_the_client_holds_is_no_field() {
    let text = types(&[]);
    let request = block(&text, "pub struct GetChat {");
    assert!(request.contains("chat_id: ChatId") && !request.contains("organization_id"), "{request}");
    assert!(text.contains("&[\"organization_id\"]"), "the action knows that the client adds it");
}

#[test]
fn no_header_says_the_version() {
    assert!(!client(&[]).contains("api-version"));
}

#[test]
fn a_security_scheme_changes_nothing_by_itself() {
    let none = [
        Replace("agent-chat/openapi.yaml", "security:\n  - bearer: []\n", ""),
        Replace(
            "agent-chat/openapi.yaml",
            "components:\n  securitySchemes:\n    bearer: {type: http, scheme: bearer}\n",
            "",
        ),
    ];
    assert_eq!(client(&none), client(&[]));
}

#[test]
fn what_is_deprecated_says_so() {
    let text = types(&[Replace(
        "agent-chat/chats.yaml",
        "          description: The next page.\n",
        "          description: The next page.\n          deprecated: true\n",
    )]);
    assert!(
        block(&text, "pub struct ListChatsResponse {").contains("/// Deprecated by the vendor."),
        "{text}"
    );
}

#[test]
fn descriptions_are_no_doctests_and_no_html() {
    let text = types(&[Replace(
        "shared/ids.yaml",
        "Identifies a chat.",
        "\"Looks like <chat_id>, [or not]. `<kept>` and [`kept`](https://example.com).\"",
    )]);
    assert!(
        text.contains(r"/// Looks like \<chat_id>, \[or not]. `<kept>` and [`kept`](https://example.com)."),
        "{text}"
    );
}

#[test]
fn a_summary_ends_in_one_dot() {
    let text = client(&[]);
    assert!(text.contains("/// Lists chats.\n"), "{text}");
}

#[test]
fn words_that_look_like_code_stay_words() {
    let edits = [
        Replace(
            "shared/ids.yaml",
            "Identifies a chat.",
            r###"'Say "#tag", "##", */ /* or \ and `, then {}. ```'"###,
        ),
        Replace(
            "agent-chat/chats.yaml",
            "Which chats to list.",
            r####"'"###", "\\", \u{0}, #[cfg(no)] pub'"####,
        ),
        Replace("agent-chat/chats.yaml", "summary: Lists chats\n", "summary: 'Lists \"#chats\" {} \\ `'\n"),
        Replace("agent-chat/session.yaml", "Bearer dal:A1b2", "'\"#A\\b{'"),
    ];
    for output in
        Tree::base().with(&edits).outputs().into_iter().filter(|output| output.path.ends_with(".rs"))
    {
        syn::parse_file(&output.text)
            .unwrap_or_else(|error| panic!("{}: {error}\n{}", output.path, output.text));
    }
}
