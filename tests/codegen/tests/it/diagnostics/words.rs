//! Keys and values that the dialect does not know.

use crate::support::Edit::{Append, Remove, Replace, Write};

super::cases! {
    a_misspelt_key: UnknownKey, [
        Replace("shared/ids.yaml", "description:", "descripton:"),
    ];

    a_key_of_openapi_that_means_nothing_here: UnknownKey, [
        Append("shared/ids.yaml", "      pattern: \"[A-Z0-9]+\"\n"),
    ];

    a_read_only_property: UnknownKey, [
        Replace("agent-chat/chats.yaml", "          description: Identifies it.\n",
            "          description: Identifies it.\n          readOnly: true\n"),
    ];

    a_key_of_another_generator: UnknownKey, [
        Append("shared/ids.yaml", "      x-rust-type: {crate: ids, version: \"*\", path: \"ids::ChatId\"}\n"),
    ];

    a_key_beside_a_reference: UnknownKey, [
        Replace("shared/events.yaml", "        - $ref: \"#/components/schemas/FileEvent\"\n",
            "        - $ref: \"#/components/schemas/FileEvent\"\n          description: A file.\n"),
    ];

    a_key_indented_into_its_neighbour: UnknownKey, [
        Replace("agent-chat/chats.yaml", "        limit:\n          type: integer\n", "          limit:\n            type: integer\n"),
        Replace("agent-chat/chats.yaml",
            "          format: uint32\n          description: How many chats a page has.\n          default: 10\n          minimum: 1\n          maximum: 100\n",
            "            format: uint32\n            description: How many chats a page has.\n"),
    ];

    a_body_of_a_get: UnknownKey, [
        Replace("agent-chat/chats.yaml", "      parameters:\n",
            "      requestBody: {content: {application/json: {schema: {$ref: \"#/components/schemas/Chat\"}}}}\n      parameters:\n"),
    ];

    a_method_that_no_api_has: UnknownKey, [Replace("agent-chat/chats.yaml", "    get:\n", "    put:\n")];

    operations_in_a_shared_file: UnknownKey, [
        Append("shared/ids.yaml", "paths:\n  list_ids: {}\n"),
    ];

    meanings_of_what_is_no_enum: UnknownKey, [
        Append("shared/ids.yaml", "      x-enumDescriptions: {a: The letter.}\n"),
    ];

    another_key_beside_any_json: UnknownKey, [
        Append("shared/ids.yaml", "      x-any: true\n"),
    ];

    no_title: MissingKey, [Replace("webhooks/openapi.yaml", "  title: Webhooks\n", "")];

    no_operation_id: MissingKey, [Replace("agent-chat/events.yaml", "      operationId: upload_file\n", "")];

    no_transports: MissingKey, [Replace("agent-chat/events.yaml", "      x-transports: [web]\n", "")];

    no_request_body: MissingKey, [
        Replace("agent-chat/chats.yaml",
            "      requestBody:\n        required: true\n        content:\n          application/json:\n            schema: {$ref: \"#/components/schemas/StartChat\"}\n            example: {properties: {routing: {continuous: true}}}\n",
            ""),
    ];

    no_items_in_a_list: MissingKey, [
        Replace("agent-chat/chats.yaml", "          items: {$ref: \"#/components/schemas/Chat\"}\n", ""),
    ];

    no_mapping_in_a_discriminator: MissingKey, [
        Replace("shared/events.yaml",
            "        mapping:\n          message: \"#/components/schemas/MessageEvent\"\n          file: \"#/components/schemas/FileEvent\"\n",
            ""),
    ];

    no_title_of_a_branch: MissingKey, [
        Replace("shared/properties.yaml", "{type: boolean, title: Flag, description: Yes or no.}", "{type: boolean, description: Yes or no.}"),
    ];

    a_list_instead_of_a_mapping: WrongType, [
        Replace("agent-chat/session.yaml", "        token:\n          type: string\n          description: The credentials.\n          x-secret: true\n",
            "        - token\n"),
    ];

    text_instead_of_a_list: WrongType, [
        Replace("agent-chat/session.yaml", "required: [token]", "required: token"),
    ];

    a_number_instead_of_text: WrongType, [
        Replace("webhooks/openapi.yaml", "version: \"3.5\"", "version: 3.5"),
    ];

    text_instead_of_a_number: WrongType, [
        Replace("agent-chat/chats.yaml", "minimum: 1\n", "minimum: one\n"),
    ];

    text_instead_of_true: WrongType, [
        Replace("agent-chat/session.yaml", "x-secret: true", "x-secret: \"yes\""),
    ];

    a_file_that_is_a_list: WrongType, [Write("agent-chat/tags.yaml", "- paths\n- components\n")];

    a_file_that_is_a_word: WrongType, [Write("agent-chat/tags.yaml", "tags\n")];

    a_type_that_json_lacks: UnknownValue, [
        Replace("shared/ids.yaml", "type: string", "type: sting"),
    ];

    a_format_that_is_not_known: UnknownValue, [Append("shared/ids.yaml", "      format: uuid\n")];

    a_format_of_a_list: UnknownValue, [
        Replace("agent-chat/chats.yaml", "          items: {$ref: \"#/components/schemas/Chat\"}\n",
            "          items: {$ref: \"#/components/schemas/Chat\"}\n          format: date\n"),
    ];

    an_api_that_is_not_known: UnknownValue, [
        Replace("webhooks/openapi.yaml", "x-api: webhooks", "x-api: webhook"),
    ];

    an_api_of_two_documents: UnknownValue, [
        Replace("webhooks/openapi.yaml", "x-api: webhooks", "x-api: agent"),
    ];

    a_transport_that_is_not_known: UnknownValue, [
        Replace("agent-chat/chats.yaml", "[web, rtm]", "[web, rmt]"),
    ];

    no_transport_at_all: UnknownValue, [
        Replace("agent-chat/events.yaml", "x-transports: [web]", "x-transports: []"),
    ];

    a_path_that_is_not_for_the_web: UnknownValue, [
        Replace("agent-chat/chats.yaml", "[web, rtm]", "[rtm]"),
    ];

    a_repeatability_that_is_not_known: UnknownValue, [
        Replace("agent-chat/chats.yaml", "x-pagination: {items: chats, next: next_page_id, total: found_chats}\n      x-repeatable: always\n",
            "x-pagination: {items: chats, next: next_page_id, total: found_chats}\n      x-repeatable: \"true\"\n"),
    ];

    scopes_that_say_two_things: UnknownValue, [
        Replace("agent-chat/chats.yaml", "{all: [\"chats--all:ro\"]}", "{all: [\"chats--all:ro\"], any: [\"chats--access:ro\"]}"),
    ];

    an_enum_that_is_no_list: WrongType, [
        Replace("shared/scopes.yaml", "enum: [\"chats--all:ro\", \"chats--access:ro\"]", "enum: \"chats--all:ro\""),
    ];

    a_meaning_that_is_nothing: WrongType, [
        Append("shared/ids.yaml", "      enum: [a]\n      x-enumDescriptions: {a: }\n"),
    ];

    a_description_of_spaces: MissingDescription, [
        Replace("shared/ids.yaml", "Identifies a chat.", "\"  \""),
    ];

    a_type_of_error_that_stands_twice: UnknownErrorType, [
        Replace("agent-chat/openapi.yaml", "[validation, not_found]", "[validation, not_found, validation]"),
    ];

    scopes_that_are_no_list: WrongType, [
        Replace("agent-chat/chats.yaml", "{all: [\"chats--all:ro\"]}", "{all: \"chats--all:ro\"}"),
    ];

    scopes_that_say_nothing: UnknownValue, [
        Replace("agent-chat/chats.yaml", "{all: [\"chats--all:ro\"]}", "{}"),
    ];

    openapi_3_1: OpenapiVersion, [Replace("webhooks/openapi.yaml", "openapi: 3.0.3", "openapi: 3.1.0")];

    openapi_as_a_number: OpenapiVersion, [Replace("webhooks/openapi.yaml", "openapi: 3.0.3", "openapi: 3.1")];

    another_version_of_the_api: UnknownValue, [
        Replace("webhooks/openapi.yaml", "version: \"3.5\"", "version: \"3.4\""),
    ];

    a_root_document_in_the_shared_folder: UnknownKey, [
        Write("shared/openapi.yaml", "openapi: 3.0.3\n"),
    ];

    a_missing_root_document: UnreachedFile, [Remove("webhooks/openapi.yaml")];
}
