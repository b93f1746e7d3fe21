//! Operations, RTM actions, pushes and webhooks that cannot be sent or told apart.

use crate::support::Edit::{Append, Replace};

super::cases! {
    an_operation_id_that_stands_twice: DuplicateOperationId, [
        Replace("agent-chat/chats.yaml", "operationId: start_chat", "operationId: list_chats"),
    ];

    an_operation_that_two_paths_have: DuplicateOperationId, [
        Replace("agent-chat/openapi.yaml", "x-rtm:\n", "  /v3.5/agent/action/find_chats: {$ref: \"chats.yaml#/paths/list_chats\"}\nx-rtm:\n"),
    ];

    an_rtm_action_that_is_an_operation_too: DuplicateOperationId, [
        Replace("agent-chat/openapi.yaml", "  login: {$ref: \"session.yaml#/x-rtm/login", "  list_chats: {$ref: \"session.yaml#/x-rtm/list_chats"),
        Replace("agent-chat/session.yaml", "  login:\n", "  list_chats:\n"),
    ];

    two_paths_that_differ_in_a_parameter_only: DuplicateRoute, [
        Replace("agent-chat/openapi.yaml", "  /v3.5/agent/action/start_chat:",
            "  /v3.5/{a}/chat: {$ref: \"chats.yaml#/paths/find_chat\"}\n  /v3.5/agent/action/start_chat:"),
        Replace("agent-chat/openapi.yaml", "/v3.5/agent/action/get_chat:", "/v3.5/{organization_id}/chat:"),
        Replace("shared/parameters.yaml", "in: query", "in: path"),
        Replace("agent-chat/chats.yaml", "  start_chat:\n", concat!(
            "  find_chat:\n    get:\n      operationId: find_chat\n      tags: [chats]\n      summary: Finds a chat\n",
            "      externalDocs: {url: \"https://docs.example.com/#find-chat\"}\n      x-transports: [web]\n",
            "      parameters:\n        - {name: a, in: path, required: true, description: The organization., ",
            "x-client-parameter: true, schema: {type: string}, example: b}\n",
            "      responses:\n        \"200\": {description: Nothing.}\n",
            "        4XX: {$ref: \"../shared/errors.yaml#/components/responses/Error\"}\n",
            "        5XX: {$ref: \"../shared/errors.yaml#/components/responses/Error\"}\n  start_chat:\n",
        )),
    ];

    a_request_that_is_not_named_after_its_operation: RequestName, [
        Replace("agent-chat/chats.yaml", "            schema: {$ref: \"#/components/schemas/StartChat\"}\n            example: {properties: {routing: {continuous: true}}}\n",
            "            schema: {$ref: \"#/components/schemas/Chat\"}\n            example: {id: QJ4T8ZP1LX}\n"),
    ];

    a_request_that_is_no_reference: RequestName, [
        Replace("agent-chat/session.yaml", "schema: {$ref: \"#/components/schemas/Login\"}\n      example: {token: Bearer dal:A1b2}",
            "schema: {type: array, items: {$ref: \"#/components/schemas/Login\"}}\n      example: []"),
    ];

    a_request_that_is_no_object: RequestName, [
        Replace("agent-chat/session.yaml",
            "      type: object\n      description: Who logs in.\n      required: [token]\n      properties:\n        token:\n          type: string\n          description: The credentials.\n          x-secret: true\n",
            "      type: string\n      description: Who logs in.\n      x-secret: true\n"),
        Replace("agent-chat/session.yaml", "{token: Bearer dal:A1b2}", "Bearer dal:A1b2"),
    ];

    two_media_types: SeveralMediaTypes, [
        Replace("agent-chat/chats.yaml", "            example: {properties: {routing: {continuous: true}}}\n",
            "            example: {properties: {routing: {continuous: true}}}\n          application/x-www-form-urlencoded:\n            schema: {$ref: \"#/components/schemas/StartChat\"}\n"),
    ];

    no_media_type: SeveralMediaTypes, [
        Replace("agent-chat/chats.yaml", "        content:\n          application/json:\n            schema: {$ref: \"#/components/schemas/StartChat\"}\n            example: {properties: {routing: {continuous: true}}}\n",
            "        content: {}\n"),
    ];

    a_body_of_xml: UnsupportedMediaType, [
        Replace("agent-chat/events.yaml", "multipart/form-data:", "application/xml:"),
    ];

    a_multipart_body_of_two_parts: UnsupportedMediaType, [
        Replace("agent-chat/events.yaml", "          description: The bytes of the file.\n",
            "          description: The bytes of the file.\n        name:\n          type: string\n          description: Its name.\n"),
    ];

    a_multipart_answer: UnsupportedMediaType, [
        Replace("agent-chat/events.yaml", "            application/json:\n", "            multipart/form-data:\n"),
    ];

    errors_of_different_shapes: UnsupportedResponse, [
        Replace("agent-chat/events.yaml", "        4XX: {$ref: \"../shared/errors.yaml#/components/responses/Error\"}\n",
            "        \"400\": {$ref: \"../shared/errors.yaml#/components/responses/Error\"}\n        \"429\": {description: Too many.}\n"),
    ];

    a_default_response: UnsupportedResponse, [
        Replace("agent-chat/events.yaml", "        4XX: {$ref: \"../shared/errors.yaml#/components/responses/Error\"}\n",
            "        default: {$ref: \"../shared/errors.yaml#/components/responses/Error\"}\n"),
    ];

    two_good_answers: UnsupportedResponse, [
        Replace("agent-chat/events.yaml", "        4XX: {$ref", "        \"202\": {description: Later.}\n        4XX: {$ref"),
    ];

    no_good_answer: UnsupportedResponse, [
        Replace("agent-chat/chats.yaml", "        \"200\": {description: Nothing.}\n", ""),
    ];

    no_answers_that_are_errors: UnsupportedResponse, [
        Replace("agent-chat/events.yaml", "        4XX: {$ref: \"../shared/errors.yaml#/components/responses/Error\"}\n        5XX: {$ref: \"../shared/errors.yaml#/components/responses/Error\"}\n", ""),
    ];

    an_error_that_is_described_in_place: UnsupportedResponse, [
        Replace("agent-chat/events.yaml", "4XX: {$ref: \"../shared/errors.yaml#/components/responses/Error\"}",
            "4XX: {description: It failed.}"),
    ];

    an_answer_without_a_schema: MissingResponseSchema, [
        Replace("agent-chat/events.yaml", "              schema: {$ref: \"#/components/schemas/UploadFileResponse\"}\n", ""),
    ];

    an_answer_that_has_no_name: MissingResponseSchema, [
        Replace("agent-chat/events.yaml", "              schema: {$ref: \"#/components/schemas/UploadFileResponse\"}\n              example: {url: \"https://cdn.example.com/receipt.pdf\"}\n",
            "              schema: {type: string}\n              example: \"https://cdn.example.com/receipt.pdf\"\n"),
    ];

    a_deep_object_in_the_query: UnsupportedParameter, [
        Replace("agent-chat/chats.yaml", "          in: query\n", "          in: query\n          style: deepObject\n"),
    ];

    a_list_in_the_query_that_is_not_exploded: UnsupportedParameter, [
        Replace("agent-chat/chats.yaml", "          in: query\n", "          in: query\n          style: form\n          explode: false\n"),
    ];

    an_object_in_the_query: UnsupportedParameter, [
        Replace("agent-chat/chats.yaml", "          schema: {$ref: \"../shared/ids.yaml#/components/schemas/ChatId\"}\n          example: QJ4T8ZP1LX\n",
            "          schema: {$ref: \"#/components/schemas/Chat\"}\n          example: {id: QJ4T8ZP1LX}\n"),
    ];

    a_list_in_the_query: UnsupportedParameter, [
        Replace("agent-chat/chats.yaml", "          schema: {$ref: \"../shared/ids.yaml#/components/schemas/ChatId\"}\n          example: QJ4T8ZP1LX\n",
            "          schema: {type: array, items: {type: string}}\n          example: [QJ4T8ZP1LX]\n"),
    ];

    a_header: UnsupportedParameter, [
        Replace("agent-chat/chats.yaml", "          in: query\n", "          in: header\n"),
    ];

    a_parameter_of_a_post_that_nobody_sends: UnsupportedParameter, [
        Replace("agent-chat/chats.yaml", "      x-scopes: {all: [\"chats--all:ro\"]}\n",
            "      x-scopes: {all: [\"chats--all:ro\"]}\n      parameters:\n        - {name: verbose, in: query, description: Say more., schema: {type: boolean}, example: true}\n"),
    ];

    a_hole_in_a_path_that_no_parameter_fills: UnsupportedParameter, [
        Replace("agent-chat/openapi.yaml", "/v3.5/agent/action/get_chat:", "/v3.5/{license}/action/get_chat:"),
    ];

    a_path_parameter_that_the_path_lacks: UnsupportedParameter, [
        Replace("shared/parameters.yaml", "in: query", "in: path"),
    ];

    a_tag_that_the_root_does_not_list: UnknownTag, [
        Replace("agent-chat/events.yaml", "tags: [events]", "tags: [files]"),
    ];

    a_tag_of_another_file: UnknownTag, [
        Replace("agent-chat/events.yaml", "tags: [events]", "tags: [chats]"),
    ];

    no_tag: UnknownTag, [Replace("agent-chat/events.yaml", "      tags: [events]\n", "")];

    two_tags: UnknownTag, [
        Replace("agent-chat/events.yaml", "tags: [events]", "tags: [events, chats]"),
    ];

    a_category_of_two_operations_that_the_root_does_not_list: UnknownTag, [
        Replace("agent-chat/openapi.yaml", "  - name: chats\n    description: Find and start chats.\n", ""),
    ];

    two_parameters_of_one_name: UnsupportedParameter, [
        Replace("agent-chat/chats.yaml", "        - name: chat_id\n          in: query\n",
            "        - $ref: \"../shared/parameters.yaml#/components/parameters/OrganizationId\"\n        - name: chat_id\n          in: query\n"),
    ];

    a_tag_that_ends_in_a_space: UnknownTag, [
        Replace("agent-chat/events.yaml", "tags: [events]", "tags: [\"events \"]"),
    ];

    a_tag_that_is_a_number: WrongType, [
        Replace("agent-chat/events.yaml", "tags: [events]", "tags: [3.5]"),
    ];

    a_tag_without_a_file: UnknownTag, [
        Replace("agent-chat/openapi.yaml", "paths:\n", "  - name: status\n    description: Who is there.\npaths:\n"),
    ];

    a_page_without_its_items: PaginationField, [
        Replace("agent-chat/chats.yaml", "items: chats,", "items: chat,"),
    ];

    items_that_are_no_list: PaginationField, [
        Replace("agent-chat/chats.yaml", "items: chats,", "items: found_chats,"),
    ];

    a_next_page_that_is_a_number: PaginationField, [
        Replace("agent-chat/chats.yaml", "next: next_page_id,", "next: found_chats,"),
    ];

    a_total_that_is_text: PaginationField, [
        Replace("agent-chat/chats.yaml", "total: found_chats}", "total: next_page_id}"),
    ];

    a_scope_that_stands_twice: UnknownScope, [
        Replace("agent-chat/chats.yaml", "[\"chats--all:ro\", \"chats--access:ro\"]", "[\"chats--all:ro\", \"chats--all:ro\"]"),
    ];

    a_misspelt_tag_of_a_document: UnknownTag, [
        Replace("agent-chat/openapi.yaml", "  - name: chats\n", "  - name: chatz\n"),
    ];

    a_tag_that_stands_twice: UnknownTag, [
        Replace("agent-chat/openapi.yaml", "  - name: events\n", "  - name: chats\n"),
    ];

    a_batch_of_itself: UnknownBatchAction, [
        Replace("agent-chat/chats.yaml", "      x-scopes: {all: [\"chats--all:ro\"]}\n",
            "      x-scopes: {all: [\"chats--all:ro\"]}\n      x-batch-of: start_chat\n"),
    ];

    an_operation_named_like_a_method_of_every_client: NameClash, [
        Replace("agent-chat/chats.yaml", "operationId: get_chat", "operationId: send\n      x-action: get_chat"),
    ];

    an_operation_named_like_the_stream_of_another: NameClash, [
        Replace("agent-chat/chats.yaml", "operationId: get_chat", "operationId: list_chats_stream\n      x-action: get_chat"),
    ];

    a_request_without_the_custom_id_by_which_it_is_recognised: UnknownValue, [
        Replace("agent-chat/chats.yaml", "x-repeatable: always\n      parameters", "x-repeatable: with_custom_id\n      parameters"),
    ];

    a_push_that_is_listed_by_another_name: InvalidRef, [
        Replace("agent-chat/openapi.yaml", "  incoming_event: {$ref", "  incoming_events: {$ref"),
    ];

    an_action_without_a_name: InvalidName, [
        Replace("agent-chat/events.yaml", "      x-transports: [web]\n", "      x-transports: [web]\n      x-action: \"\"\n"),
    ];

    two_operations_of_one_action: DuplicateOperationId, [
        Replace("agent-chat/events.yaml", "      x-transports: [web]\n", "      x-transports: [web]\n      x-action: chats\n"),
        Replace("agent-chat/chats.yaml", "      operationId: start_chat\n", "      operationId: start_chat\n      x-action: chats\n"),
    ];

    a_body_that_may_be_absent: WrongType, [
        Replace("agent-chat/events.yaml", "        required: true\n", "        required: false\n"),
    ];

    an_example_of_a_property_that_is_wrong: InvalidExample, [
        Replace("agent-chat/session.yaml", "          type: string\n", "          type: string\n          example: 7\n"),
    ];

    a_page_that_cannot_be_asked_for: PaginationField, [
        Replace("agent-chat/chats.yaml", "        page_id:\n          type: string\n          description: The page.\n", ""),
    ];

    a_batch_of_an_action_that_does_not_exist: UnknownBatchAction, [
        Replace("agent-chat/chats.yaml", "      x-scopes: {all: [\"chats--all:ro\"]}\n",
            "      x-scopes: {all: [\"chats--all:ro\"]}\n      x-batch-of: begin_chat\n"),
    ];

    a_scope_that_is_not_known: UnknownScope, [
        Replace("agent-chat/chats.yaml", "{all: [\"chats--all:ro\"]}", "{all: [\"chats--all:rw\"]}"),
    ];

    an_error_type_that_is_not_known: UnknownErrorType, [
        Replace("agent-chat/openapi.yaml", "[validation, not_found]", "[validation, not_fuond]"),
    ];

    no_example: MissingDescription, [
        Replace("agent-chat/events.yaml", "              example: {url: \"https://cdn.example.com/receipt.pdf\"}\n", ""),
    ];

    no_summary: MissingDescription, [Replace("agent-chat/events.yaml", "      summary: Uploads a file\n", "")];

    an_example_with_an_unknown_field: InvalidExample, [
        Replace("agent-chat/events.yaml", "example: {url:", "example: {name: receipt.pdf, url:"),
    ];

    an_example_without_a_required_field: InvalidExample, [
        Replace("webhooks/events.yaml", "id: TH7W_2, ", ""),
    ];

    an_example_with_an_unknown_tag: InvalidExample, [
        Replace("webhooks/events.yaml", "type: file", "type: fiel"),
    ];

    an_example_of_a_parameter_that_is_wrong: InvalidExample, [
        Replace("agent-chat/chats.yaml", "          example: QJ4T8ZP1LX\n", "          example: 7\n"),
    ];

    an_example_of_a_parameter_that_the_client_holds: InvalidExample, [
        Replace("shared/parameters.yaml", "example: 2b5b0bd4-6d3a-4b55-9f3e-7f2f4f0c9a10", "example: 2"),
    ];

    an_instant_that_does_not_exist: InvalidExample, [
        Replace("webhooks/events.yaml", "2026-01-31T12:00:00.000000Z", "2026-02-31T12:00:00.000000Z"),
    ];

    a_negative_number_where_none_can_be: InvalidExample, [
        Replace("agent-chat/chats.yaml", "          minimum: 1\n          maximum: 100\n", ""),
        Replace("agent-chat/chats.yaml", "example: {limit: 25}", "example: {limit: -25}"),
    ];

    an_error_whose_example_is_wrong: InvalidExample, [
        Replace("shared/errors.yaml", "example: {error: {type: validation, message: Wrong format of `limit`}}", "example: {error: validation}"),
    ];

    an_example_with_null: InvalidExample, [
        Replace("agent-chat/events.yaml", "example: {url: \"https://cdn.example.com/receipt.pdf\"}", "example: {url: null}"),
    ];

    no_request_of_an_rtm_action: MissingKey, [Append("agent-chat/events.yaml", "x-rtm:\n  ping:\n    tags: [session]\n    summary: Says hello\n    externalDocs: {url: \"https://docs.example.com/\"}\n")];
}
