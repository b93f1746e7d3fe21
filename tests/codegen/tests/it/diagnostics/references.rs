//! References that lead nowhere or in a circle, names that meet, and things that nothing refers to.

use crate::support::Edit::{Append, Bytes, Folder, Remove, Replace, Write};

super::cases! {
    a_reference_without_a_pointer: InvalidRef, [
        Replace("agent-chat/openapi.yaml", "chats.yaml#/paths/list_chats", "chats.yaml"),
    ];

    a_reference_to_a_web_address: InvalidRef, [
        Replace("agent-chat/pushes.yaml", "../shared/ids.yaml#/components/schemas/ChatId", "https://example.com/ids.yaml#/ChatId"),
    ];

    a_reference_to_a_property: InvalidRef, [
        Replace("agent-chat/pushes.yaml", "\"../shared/ids.yaml#/components/schemas/ChatId\"", "\"chats.yaml#/components/schemas/Chat/properties/id\""),
    ];

    a_reference_to_something_else_than_a_schema: InvalidRef, [
        Replace("agent-chat/pushes.yaml", "\"../shared/ids.yaml#/components/schemas/ChatId\"", "\"chats.yaml#/paths/list_chats\""),
    ];

    a_reference_to_a_reference: InvalidRef, [
        Append("agent-chat/events.yaml", "x-structures:\n  chat: {$ref: \"chats.yaml#/x-structures/chat\"}\n"),
        Replace("agent-chat/openapi.yaml", "chats.yaml#/x-structures/chat", "events.yaml#/x-structures/chat"),
    ];

    a_dangling_reference: DanglingRef, [
        Replace("agent-chat/pushes.yaml", "../shared/ids.yaml#/components/schemas/ChatId", "../shared/ids.yaml#/components/schemas/ChatID"),
    ];

    a_reference_to_a_missing_file: DanglingRef, [Remove("shared/parameters.yaml")];

    a_reference_to_a_missing_file_of_another_name: DanglingRef, [Remove("agent-chat/events.yaml")];

    a_missing_file_to_which_many_references_lead: DanglingRef, [Remove("shared/ids.yaml")];

    a_missing_folder: DanglingRef, [Remove("shared")];

    a_renamed_file: DanglingRef, [
        Remove("shared/ids.yaml"),
        Write("shared/identifiers.yaml", "components:\n  schemas:\n    ChatId: {type: string, description: Identifies a chat.}\n"),
    ];

    a_reference_to_a_file_with_another_ending: DanglingRef, [
        Replace("agent-chat/openapi.yaml", "session.yaml#/x-rtm/login", "session.yml#/x-rtm/login"),
    ];

    a_reference_to_a_misspelt_folder: DanglingRef, [
        Replace("agent-chat/pushes.yaml", "../shared/ids.yaml#/components/schemas/ChatId", "../Shared/ids.yaml#/components/schemas/ChatId"),
    ];

    scopes_without_the_enum_that_names_them: DanglingRef, [Remove("shared/scopes.yaml")];

    a_chain_of_very_many_references: TooDeep, [
        Bytes("shared/chain.yaml", "10,000 schemas, of which each refers to the next", || {
            let links = (1..10_000).map(|link| {
                format!("    Link{}: {{$ref: \"#/components/schemas/Link{link}\"}}\n", link - 1)
            });
            let last = "    Link9999: {type: string, description: The last one.}\n".to_owned();
            ["components:\n  schemas:\n".to_owned()].into_iter().chain(links).chain([last]).collect::<String>().into_bytes()
        }),
    ];

    circles_that_have_a_schema_in_common: RefCycle, [
        Append("shared/ids.yaml", concat!(
            "    A: {type: object, description: A., properties: {b: {$ref: \"#/components/schemas/B\"}}}\n",
            "    B: {type: array, description: B., items: {$ref: \"#/components/schemas/C\"}}\n",
            "    C: {type: object, description: C., properties: {a: {$ref: \"#/components/schemas/A\"}, b: {$ref: \"#/components/schemas/B\"}}}\n",
        )),
    ];

    a_reference_to_a_misspelt_file: DanglingRef, [
        Replace("agent-chat/openapi.yaml", "session.yaml#/x-rtm/login", "sesion.yaml#/x-rtm/login"),
    ];

    a_dangling_operation: DanglingRef, [
        Replace("agent-chat/openapi.yaml", "chats.yaml#/paths/list_chats", "chats.yaml#/paths/list_chat"),
    ];

    a_dangling_response: DanglingRef, [
        Replace("agent-chat/events.yaml", "4XX: {$ref: \"../shared/errors.yaml#/components/responses/Error\"}",
            "4XX: {$ref: \"../shared/errors.yaml#/components/responses/Failure\"}"),
    ];

    a_dangling_parameter: DanglingRef, [
        Replace("agent-chat/chats.yaml", "parameters/OrganizationId", "parameters/OrganisationId"),
    ];

    a_dangling_branch: DanglingRef, [
        Replace("shared/events.yaml", "file: \"#/components/schemas/FileEvent\"", "file: \"#/components/schemas/FilesEvent\""),
    ];

    a_reference_into_another_folder: ForeignRef, [
        Replace("webhooks/events.yaml", "../shared/events.yaml#/components/schemas/Event", "../agent-chat/chats.yaml#/components/schemas/Chat"),
    ];

    a_shared_file_that_refers_to_an_api: ForeignRef, [
        Replace("shared/properties.yaml", "#/components/schemas/PropertyValue", "../agent-chat/chats.yaml#/components/schemas/Chat"),
    ];

    a_reference_out_of_the_specs: ForeignRef, [
        Replace("webhooks/events.yaml", "../shared/events.yaml#/components/schemas/Event", "../../../../etc/passwd.yaml#/components/schemas/Event"),
    ];

    a_schema_that_contains_itself: RefCycle, [
        Replace("agent-chat/chats.yaml", "        last_event:\n",
            "        parent:\n          description: The chat before.\n          allOf: [{$ref: \"#/components/schemas/Chat\"}]\n        last_event:\n"),
    ];

    schemas_that_contain_each_other: RefCycle, [
        Append("shared/ids.yaml", "    A: {$ref: \"#/components/schemas/B\"}\n    B: {$ref: \"#/components/schemas/A\"}\n"),
    ];

    a_schema_that_is_itself: RefCycle, [
        Append("shared/ids.yaml", "    A: {$ref: \"#/components/schemas/A\"}\n"),
    ];

    an_unused_schema: UnusedComponent, [
        Append("shared/ids.yaml", "    ThreadId:\n      type: string\n      description: Identifies a thread.\n"),
    ];

    schemas_that_only_use_each_other: UnusedComponent, [
        Append("shared/ids.yaml", concat!(
            "    Thread:\n      type: object\n      description: A thread.\n      properties:\n",
            "        id:\n          description: Identifies it.\n          allOf: [{$ref: \"#/components/schemas/ThreadId\"}]\n",
            "    ThreadId:\n      type: string\n      description: Identifies a thread.\n",
        )),
    ];

    an_unused_response: UnusedComponent, [
        Replace("shared/errors.yaml", "  schemas:\n", concat!(
            "    Teapot:\n      description: It is a teapot.\n      content:\n        application/json:\n",
            "          schema: {$ref: \"#/components/schemas/ErrorResponse\"}\n",
            "          example: {error: {type: validation, message: No}}\n  schemas:\n",
        )),
    ];

    an_unused_parameter: UnusedComponent, [
        Append("shared/parameters.yaml", concat!(
            "    ChatId:\n      name: chat_id\n      in: query\n      description: The chat.\n",
            "      schema: {type: string}\n      example: QJ4T8ZP1LX\n",
        )),
    ];

    an_operation_that_the_root_does_not_list: UnreachedEntry, [
        Replace("agent-chat/openapi.yaml", "  /v3.5/agent/action/get_chat: {$ref: \"chats.yaml#/paths/get_chat\"}\n", ""),
    ];

    an_rtm_action_that_the_root_does_not_list: UnreachedEntry, [
        Replace("agent-chat/openapi.yaml", "x-rtm:\n  login: {$ref: \"session.yaml#/x-rtm/login\"}\n", ""),
    ];

    a_push_that_the_root_does_not_list: UnreachedEntry, [
        Replace("agent-chat/openapi.yaml", "x-pushes:\n  incoming_event: {$ref: \"pushes.yaml#/x-pushes/incoming_event\"}\n", ""),
    ];

    a_webhook_that_the_root_does_not_list: UnreachedEntry, [
        Replace("webhooks/openapi.yaml", "x-webhooks:\n  incoming_event: {$ref: \"events.yaml#/x-webhooks/incoming_event\"}\n", ""),
    ];

    a_folder_without_a_root: UnreachedFile, [
        Write("reports/chats.yaml", "components:\n  schemas:\n    Total: {type: integer, description: How many.}\n"),
    ];

    a_file_with_another_ending: UnreachedFile, [Write("agent-chat/tags.yml", "components: {}\n")];

    a_file_beside_the_folders: UnreachedFile, [Write("tags.yaml", "components: {}\n")];

    a_version_that_nothing_reads: UnreachedFile, [Write("../v3.6/agent-chat/openapi.yaml", "openapi: 3.0.3\n")];

    a_file_beside_the_versions: UnreachedFile, [Write("../notes.md", "Notes.\n")];

    a_text_beside_the_folders: UnreachedFile, [Write("notes.txt", "Notes.\n")];

    a_copy_of_a_file: UnreachedFile, [Write("shared/ids.yaml.orig", "components: {}\n")];

    an_empty_folder: UnreachedFile, [Folder("reports")];

    a_file_in_a_folder_of_a_folder: UnreachedFile, [Write("agent-chat/more/tags.yaml", "components: {}\n")];

    a_schema_named_like_a_shared_one: DuplicateName, [
        Append("agent-chat/chats.yaml", "    ChatId:\n      type: string\n      description: Identifies a chat.\n"),
        Replace("agent-chat/chats.yaml", "        page_id:\n          type: string\n          description: The page.\n",
            "        page_id:\n          description: The page.\n          allOf: [{$ref: \"#/components/schemas/ChatId\"}]\n"),
    ];

    a_schema_named_like_the_request_of_a_get: DuplicateName, [
        Append("agent-chat/events.yaml", "    GetChat:\n      type: object\n      description: A chat.\n"),
        Replace("agent-chat/events.yaml", "        url:\n          type: string\n          description: The address of the file.\n",
            "        url:\n          description: The address of the file.\n          allOf: [{$ref: \"#/components/schemas/GetChat\"}]\n"),
        Replace("agent-chat/events.yaml", "{url: \"https://cdn.example.com/receipt.pdf\"}", "{url: {}}"),
    ];

    a_name_in_snake_case: InvalidName, [
        Append("shared/ids.yaml", "    thread_id:\n      type: string\n      description: Identifies a thread.\n"),
    ];

    a_name_of_rusts_own: InvalidName, [
        Append("shared/ids.yaml", "    Option:\n      type: string\n      description: A choice.\n"),
    ];

    a_name_of_generated_code: InvalidName, [
        Append("shared/ids.yaml", "    Unknown:\n      type: string\n      description: What nobody knows.\n"),
    ];

    a_name_that_is_no_word: InvalidName, [
        Append("shared/ids.yaml", "    \"1st\":\n      type: string\n      description: The first.\n"),
    ];

    a_property_that_is_no_field: InvalidName, [
        Replace("agent-chat/session.yaml", "        token:\n", "        ключ: {type: string, description: A key.}\n        token:\n"),
    ];

    a_property_that_starts_with_a_digit: InvalidName, [
        Replace("agent-chat/session.yaml", "        token:\n", "        2nd: {type: string, description: Another one.}\n        token:\n"),
    ];

    a_property_named_self: InvalidName, [
        Replace("agent-chat/session.yaml", "        token:\n", "        self: {type: string, description: Oneself.}\n        token:\n"),
    ];

    a_property_named_new: InvalidName, [
        Replace("agent-chat/session.yaml", "        token:\n", "        new: {type: string, description: What is new.}\n        token:\n"),
    ];

    a_value_that_is_no_word: InvalidName, [
        Replace("agent-chat/chats.yaml", "enum: [asc, desc]", "enum: [asc, desc, \"\"]"),
        Append("agent-chat/chats.yaml", "        \"\": None.\n"),
    ];

    a_value_of_signs: InvalidName, [
        Replace("agent-chat/chats.yaml", "enum: [asc, desc]", "enum: [asc, desc, \"+/-\"]"),
        Append("agent-chat/chats.yaml", "        \"+/-\": Both.\n"),
    ];

    a_value_named_self: InvalidName, [
        Replace("agent-chat/chats.yaml", "enum: [asc, desc]", "enum: [asc, desc, self]"),
        Append("agent-chat/chats.yaml", "        self: Itself.\n"),
    ];

    a_title_that_is_no_name: InvalidName, [
        Replace("shared/properties.yaml", "title: Flag", "title: 2nd"),
    ];

    an_operation_id_in_camel_case: InvalidName, [
        Replace("agent-chat/events.yaml", "operationId: upload_file", "operationId: uploadFile"),
        Append("agent-chat/events.yaml", ""),
    ];

    an_operation_id_that_is_no_word: InvalidName, [
        Replace("agent-chat/events.yaml", "operationId: upload_file", "operationId: \"upload file\""),
    ];

    an_operation_named_like_a_keyword: InvalidName, [
        Replace("agent-chat/chats.yaml", "operationId: get_chat", "operationId: loop"),
    ];

    a_push_that_is_no_word: InvalidName, [
        Replace("agent-chat/openapi.yaml", "  incoming_event: {$ref: \"pushes.yaml#/x-pushes/incoming_event", "  \"incoming event!\": {$ref: \"pushes.yaml#/x-pushes/incoming event!"),
        Replace("agent-chat/pushes.yaml", "  incoming_event:\n", "  \"incoming event!\":\n"),
    ];

    a_file_that_is_no_module: InvalidName, [
        Write("shared/2nd ids.yaml", "components:\n  schemas:\n    ThreadId: {type: string, description: Identifies a thread.}\n"),
        Replace("agent-chat/chats.yaml", "        page_id:\n          type: string\n          description: The page.\n",
            "        page_id:\n          description: The page.\n          allOf: [{$ref: \"../shared/2nd ids.yaml#/components/schemas/ThreadId\"}]\n"),
    ];

    a_file_named_like_generated_code: NameClash, [
        Write("agent-chat/actions.yaml", "components:\n  schemas:\n    ThreadId: {type: string, description: Identifies a thread.}\n"),
        Replace("agent-chat/chats.yaml", "        page_id:\n          type: string\n          description: The page.\n",
            "        page_id:\n          description: The page.\n          allOf: [{$ref: \"actions.yaml#/components/schemas/ThreadId\"}]\n"),
    ];

    properties_that_become_one_field: NameClash, [
        Replace("agent-chat/session.yaml", "        token:\n", "        Token: {type: string, description: Another one., x-secret: true}\n        token:\n"),
    ];

    an_alias_that_is_another_property: NameClash, [
        Replace("agent-chat/chats.yaml", "          description: The next page.\n", "          description: The next page.\n          x-aliases: [found_chats]\n"),
    ];

    values_that_become_one_variant: NameClash, [
        Replace("agent-chat/chats.yaml", "enum: [asc, desc]", "enum: [asc, desc, Asc]"),
        Append("agent-chat/chats.yaml", "        Asc: The oldest first.\n"),
    ];

    a_value_named_unknown: NameClash, [
        Replace("agent-chat/chats.yaml", "enum: [asc, desc]", "enum: [asc, desc, unknown]"),
        Append("agent-chat/chats.yaml", "        unknown: Nobody knows.\n"),
    ];

    an_alias_that_is_another_value: InvalidEnum, [
        Append("agent-chat/chats.yaml", "      x-enum-aliases: {asc: desc}\n"),
    ];

    branches_that_become_one_variant: NameClash, [
        Append("shared/events.yaml", concat!(
            "    EventFile:\n      type: object\n      description: Another file.\n      required: [type]\n",
            "      properties:\n        type: {type: string, enum: [event_file]}\n",
        )),
        Replace("shared/events.yaml", "        - $ref: \"#/components/schemas/FileEvent\"\n",
            "        - $ref: \"#/components/schemas/FileEvent\"\n        - $ref: \"#/components/schemas/EventFile\"\n"),
        Replace("shared/events.yaml", "          file: \"#/components/schemas/FileEvent\"\n",
            "          file: \"#/components/schemas/FileEvent\"\n          event_file: \"#/components/schemas/EventFile\"\n"),
    ];

    titles_that_become_one_variant: NameClash, [
        Replace("shared/properties.yaml", "title: Flag", "title: Text"),
    ];

    a_schema_named_like_the_union_of_pushes: InvalidName, [
        Append("agent-chat/pushes.yaml", "    Push:\n      type: string\n      description: A push.\n"),
        Replace("agent-chat/pushes.yaml", "        event:\n          description: The event.\n",
            "        push:\n          description: The push.\n          allOf: [{$ref: \"#/components/schemas/Push\"}]\n        event:\n          description: The event.\n"),
    ];
}
