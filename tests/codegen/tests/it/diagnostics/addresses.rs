//! Addresses, paths, security schemes and summaries: what a reader clicks, a client calls, and a comment begins with.

use crate::support::Edit::{Append, Replace};

const SERVER: &str = "  - url: https://api.example.com\n";
const PAGE: &str = "\"https://docs.example.com/#upload-file\"";
const PATH: &str = "/v3.5/agent/action/get_chat:";
const BEARER: &str = "    bearer: {type: http, scheme: bearer}";

super::cases! {
    a_server_without_a_scheme: InvalidUrl, [
        Replace("agent-chat/openapi.yaml", SERVER, "  - url: api.example.com\n"),
    ];

    a_server_with_a_misspelt_scheme: InvalidUrl, [
        Replace("agent-chat/openapi.yaml", SERVER, "  - url: htps://api.example.com\n"),
    ];

    a_server_that_ends_in_a_slash: InvalidUrl, [
        Replace("agent-chat/openapi.yaml", SERVER, "  - url: https://api.example.com/\n"),
    ];

    no_server_for_operations: MissingKey, [
        Replace("agent-chat/openapi.yaml", "servers:\n  - url: https://api.example.com\n", "servers: []\n"),
    ];

    a_server_with_a_query: InvalidUrl, [
        Replace("agent-chat/openapi.yaml", SERVER, "  - url: https://api.example.com/?region=us\n"),
    ];

    a_page_without_a_host: InvalidUrl, [
        Replace("agent-chat/events.yaml", PAGE, "\"https:/docs.example.com/#upload-file\""),
    ];

    a_page_with_a_space: InvalidUrl, [
        Replace("agent-chat/events.yaml", PAGE, "\"https://docs.example.com/#upload file\""),
    ];

    a_page_of_a_schema: InvalidUrl, [
        Append("shared/ids.yaml", "      externalDocs: {url: docs/ids}\n"),
    ];

    a_page_of_a_tag: InvalidUrl, [
        Replace("agent-chat/openapi.yaml", "    description: Send messages and files.\n",
            "    description: Send messages and files.\n    externalDocs: {url: \"#events\"}\n"),
    ];

    terms_that_nobody_can_open: InvalidUrl, [
        Replace("agent-chat/openapi.yaml", "  title: Agent Chat API\n", "  title: Agent Chat API\n  termsOfService: see the site\n"),
    ];

    a_license_that_nobody_can_open: InvalidUrl, [
        Replace("agent-chat/openapi.yaml", "  title: Agent Chat API\n",
            "  title: Agent Chat API\n  license: {name: MIT, url: \"http://licenses.example.com\"}\n"),
    ];

    a_path_with_a_query: InvalidPath, [
        Replace("agent-chat/openapi.yaml", PATH, "/v3.5/agent/action/get_chat?chat_id=1:"),
    ];

    a_path_without_a_slash: InvalidPath, [
        Replace("agent-chat/openapi.yaml", PATH, "v3.5/agent/action/get_chat:"),
    ];

    a_path_with_a_space: InvalidPath, [
        Replace("agent-chat/openapi.yaml", PATH, "/v3.5/agent/action/get chat:"),
    ];

    a_path_with_a_line_break: InvalidPath, [
        Replace("agent-chat/openapi.yaml", PATH, "\"/v3.5/agent/action/get_chat\\n\":"),
    ];

    a_path_with_an_empty_part: InvalidPath, [
        Replace("agent-chat/openapi.yaml", PATH, "/v3.5//agent/action/get_chat:"),
    ];

    a_path_with_an_open_brace: InvalidPath, [
        Replace("agent-chat/openapi.yaml", PATH, "\"/v3.5/{agent/action/get_chat\":"),
    ];

    a_misspelt_security_scheme_of_a_document: UnknownSecurityScheme, [
        Replace("agent-chat/openapi.yaml", "  - bearer: []\n", "  - baerer: []\n"),
    ];

    a_misspelt_security_scheme_of_an_operation: UnknownSecurityScheme, [
        Replace("agent-chat/events.yaml", "      x-transports: [web]\n", "      x-transports: [web]\n      security: [{}, {agent_token: []}]\n"),
    ];

    a_security_scheme_where_none_is_declared: UnknownSecurityScheme, [
        Replace("webhooks/openapi.yaml", "servers: []\n", "servers: []\nsecurity: [{bearer: []}]\n"),
    ];

    a_security_scheme_that_nothing_demands: UnusedComponent, [
        Append("agent-chat/openapi.yaml", "    basic: {type: http, scheme: basic}\n"),
    ];

    a_security_scheme_of_an_unknown_kind: UnknownValue, [
        Replace("agent-chat/openapi.yaml", BEARER, "    bearer: {type: http, scheme: baerer}"),
    ];

    a_security_scheme_without_its_kind: MissingKey, [
        Replace("agent-chat/openapi.yaml", BEARER, "    bearer: {type: http}"),
    ];

    security_that_is_no_list: WrongType, [
        Replace("agent-chat/openapi.yaml", "  - bearer: []\n", "  bearer: []\n"),
    ];

    scopes_of_a_security_scheme: WrongType, [
        Replace("agent-chat/openapi.yaml", "  - bearer: []\n", "  - bearer: [\"chats--all:ro\"]\n"),
    ];

    a_summary_of_two_lines: InvalidSummary, [
        Replace("agent-chat/events.yaml", "summary: Uploads a file\n", "summary: |-\n        Uploads a file\n        for a chat\n"),
    ];

    a_summary_with_a_dot: InvalidSummary, [
        Replace("agent-chat/events.yaml", "summary: Uploads a file\n", "summary: Uploads a file.\n"),
    ];

    a_summary_that_says_nothing: InvalidSummary, [
        Replace("agent-chat/events.yaml", "summary: Uploads a file\n", "summary: \"\"\n"),
    ];
}
