//! Files that cannot be read, and YAML that is none or not plain enough.

use crate::support::Edit::{Append, Bytes, Folder, Remove, Replace, Write};

super::cases! {
    no_folder_of_specs: NoSpec, [Remove("")];

    an_empty_folder_of_specs: NoSpec, [Remove(""), Folder("")];

    a_folder_instead_of_a_file: UnreadableFile, [Folder("shared/ids.yaml")];

    bytes_that_are_no_text: InvalidUtf8, [
        Bytes("shared/ids.yaml", "a line, then text in Latin-1", || b"components:\n  # caf\xe9\n".to_vec()),
    ];

    utf_16: InvalidUtf8, [
        Bytes("shared/ids.yaml", "text in UTF-16", || b"\xff\xfec\0o\0m\0p\0o\0n\0e\0n\0t\0s\0:\0".to_vec()),
    ];

    no_file_of_differences: NoDifferences, [Remove("differences.json")];

    a_merge_that_was_not_finished: MergeConflict, [
        Replace("shared/ids.yaml", "      type: string\n", "<<<<<<< ours\n      type: string\n=======\n      type: integer\n>>>>>>> theirs\n"),
    ];

    the_line_breaks_of_an_old_system: YamlSyntax, [
        Bytes("shared/ids.yaml", "lines that end in a carriage return", || b"components:\r  schemas:\r".to_vec()),
    ];

    a_number_that_is_not_decimal: YamlSyntax, [Append("shared/ids.yaml", "      example: 0x10\n")];

    a_number_without_end: YamlSyntax, [Append("shared/ids.yaml", "      maximum: .inf\n")];

    a_number_beyond_all_numbers: WrongType, [Append("shared/ids.yaml", "      maximum: 1e999\n")];

    a_text_that_changes_direction: YamlSyntax, [
        Replace("shared/ids.yaml", "Identifies a chat.", "Identifies \u{202e}a chat."),
    ];

    an_escaped_text_that_changes_direction: YamlSyntax, [
        Replace("shared/ids.yaml", "Identifies a chat.", "\"Identifies \\u202Ea chat.\""),
    ];

    a_tab_before_an_indentation: YamlSyntax, [
        Replace("shared/ids.yaml", "      type: string\n", "\t  type: string\n"),
    ];

    an_empty_file: EmptyFile, [Write("agent-chat/tags.yaml", "")];

    a_blank_file: EmptyFile, [Write("agent-chat/tags.yaml", "\n  \n")];

    a_file_of_comments: EmptyFile, [Write("agent-chat/tags.yaml", "# Tags will stand here.\n")];

    a_file_that_declares_nothing: EmptyFile, [Write("agent-chat/tags.yaml", "components: {schemas: {}}\n")];

    ten_megabytes_of_nesting: FileTooLarge, [
        Bytes("agent-chat/tags.yaml", "10 MB of opening brackets", || vec![b'['; 10_000_000]),
    ];

    a_key_indented_too_far: YamlSyntax, [
        Replace("agent-chat/chats.yaml", "      operationId: list_chats\n", "        operationId: list_chats\n"),
    ];

    a_key_not_indented_enough: YamlSyntax, [
        Replace("agent-chat/chats.yaml", "      operationId: list_chats\n", "   operationId: list_chats\n"),
    ];

    a_tab: YamlSyntax, [
        Replace("shared/ids.yaml", "      type: string\n", "\ttype: string\n"),
    ];

    a_tab_behind_plain_words: YamlSyntax, [
        Replace("shared/ids.yaml", "type: string\n", "type: string\n\t  example: SG7H1XB2QK\n"),
    ];

    a_colon_in_plain_text: YamlSyntax, [
        Replace("shared/ids.yaml", "Identifies a chat.", "Identifies a chat: always."),
    ];

    a_quote_that_is_not_closed: YamlSyntax, [
        Replace("shared/ids.yaml", "Identifies a chat.", "\"Identifies a chat."),
    ];

    a_bracket_that_is_not_closed: YamlSyntax, [
        Replace("shared/scopes.yaml", "\"chats--access:ro\"]", "\"chats--access:ro\""),
    ];

    a_control_character: YamlSyntax, [Append("shared/ids.yaml", "      \u{0}: x\n")];

    a_carriage_return_in_a_text: YamlSyntax, [
        Replace("shared/ids.yaml", "Identifies a chat.", "\"Identifies\\ra chat.\""),
    ];

    an_empty_file_of_differences: EmptyFile, [Write("differences.json", "")];

    nesting_in_brackets: TooDeep, [
        Bytes("agent-chat/tags.yaml", "900 kB of opening brackets", || vec![b'['; 900_000]),
    ];

    nesting_in_braces: TooDeep, [
        Bytes("agent-chat/tags.yaml", "`{a: ` 200,000 times", || "{a: ".repeat(200_000).into_bytes()),
    ];

    nesting_in_dashes: TooDeep, [
        Bytes("agent-chat/tags.yaml", "`- ` 20,000 times", || "- ".repeat(20_000).into_bytes()),
    ];

    nesting_in_question_marks: TooDeep, [
        Bytes("agent-chat/tags.yaml", "`? ` 20,000 times", || "? ".repeat(20_000).into_bytes()),
    ];

    nesting_in_indentation: TooDeep, [
        Bytes("agent-chat/tags.yaml", "900 keys, each two spaces deeper", || {
            (0..900).flat_map(|depth| ["  ".repeat(depth), "a:\n".into()]).collect::<String>().into_bytes()
        }),
    ];

    an_anchor: AnchorOrAlias, [
        Replace("shared/ids.yaml", "    ChatId:\n", "    ChatId: &id\n"),
    ];

    an_alias: AnchorOrAlias, [Append("shared/ids.yaml", "    ThreadId: *id\n")];

    a_yaml_tag: YamlTag, [
        Replace("shared/ids.yaml", "Identifies a chat.", "!!str Identifies a chat."),
    ];

    a_merge_key: MergeKey, [
        Replace("shared/ids.yaml", "      type: string\n", "      <<: {type: string}\n"),
    ];

    a_second_document: SeveralDocuments, [Append("shared/ids.yaml", "---\ncomponents: {}\n")];

    a_status_code_without_quotes: KeyNotAString, [
        Replace("agent-chat/events.yaml", "\"200\":", "200:"),
    ];

    a_list_as_a_key: KeyNotAString, [Append("shared/ids.yaml", "? [a]\n: b\n")];

    a_key_without_a_name: KeyNotAString, [Append("shared/ids.yaml", ": b\n")];

    a_key_that_stands_twice: DuplicateKey, [
        Append("shared/ids.yaml", "      description: Identifies a chat, too.\n"),
    ];

    a_schema_that_stands_twice: DuplicateKey, [
        Append("shared/ids.yaml", "    ChatId:\n      type: string\n      description: A chat.\n"),
    ];
}
