//! Schemas that the generators would fall over, or that say less than a user must know.

use crate::support::Edit::{Append, Replace};

const FLAG: &str = "{type: boolean, title: Flag, description: Yes or no.}";

super::cases! {
    no_type: MissingSchemaType, [Replace("shared/ids.yaml", "      type: string\n", "")];

    no_type_but_properties: MissingSchemaType, [
        Replace("agent-chat/session.yaml", "      type: object\n", ""),
    ];

    free_keys_of_any_kind: MissingSchemaType, [
        Replace("shared/properties.yaml", "additionalProperties: {$ref: \"#/components/schemas/PropertyValue\"}", "additionalProperties: {}"),
    ];

    nullable_with_a_type: Nullable, [Append("shared/ids.yaml", "      nullable: true\n")];

    nullable_without_a_type: Nullable, [
        Replace("shared/ids.yaml", "      type: string\n", "      nullable: true\n      maxLength: 10\n"),
    ];

    an_object_without_a_name: InlineObject, [
        Replace("agent-chat/session.yaml", "          type: string\n          description: The credentials.\n          x-secret: true\n",
            "          type: object\n          description: The credentials.\n          properties: {scheme: {type: string, description: Its scheme.}}\n"),
    ];

    a_list_of_objects_without_a_name: InlineObject, [
        Replace("agent-chat/chats.yaml", "          items: {$ref: \"#/components/schemas/Chat\"}\n", "          items: {type: object, properties: {}}\n"),
    ];

    an_all_of_without_a_name: InlineObject, [
        Replace("agent-chat/chats.yaml", "          allOf: [{$ref: \"../shared/events.yaml#/components/schemas/Event\"}]\n",
            "          allOf: [{$ref: \"#/components/schemas/StartChat\"}, {type: object, properties: {}}]\n"),
    ];

    an_enum_without_a_name: InlineEnum, [
        Replace("agent-chat/chats.yaml", "          allOf: [{$ref: \"#/components/schemas/SortOrder\"}]\n", "          type: string\n          enum: [asc, desc]\n"),
    ];

    a_tag_that_may_be_absent: InlineEnum, [
        Replace("agent-chat/session.yaml", "        token:\n", "        kind: {type: string, enum: [bearer]}\n        token:\n"),
    ];

    two_tags_in_one_object: InlineEnum, [
        Replace("agent-chat/session.yaml", "required: [token]", "required: [token, kind, form]"),
        Replace("agent-chat/session.yaml", "        token:\n",
            "        kind: {type: string, enum: [bearer]}\n        form: {type: string, enum: [long]}\n        token:\n"),
        Replace("agent-chat/session.yaml", "{token:", "{kind: bearer, form: long, token:"),
    ];

    a_union_without_a_name: InlineUnion, [
        Replace("agent-chat/chats.yaml", "          allOf: [{$ref: \"../shared/events.yaml#/components/schemas/Event\"}]\n",
            "          oneOf: [{type: string, title: Text}, {type: boolean, title: Flag, description: Yes or no.}]\n"),
    ];

    any_of: AnyOf, [Replace("shared/properties.yaml", "oneOf:", "anyOf:")];

    no_further_properties: AdditionalProperties, [
        Replace("shared/properties.yaml", "additionalProperties: {$ref: \"#/components/schemas/PropertyValue\"}", "additionalProperties: false"),
    ];

    free_keys_beside_properties: AdditionalProperties, [
        Replace("agent-chat/session.yaml", "      required: [token]\n", "      required: [token]\n      additionalProperties: {}\n"),
    ];

    objects_that_nothing_tells_apart: UnionWithoutTag, [
        Replace("shared/events.yaml",
            "      discriminator:\n        propertyName: type\n        mapping:\n          message: \"#/components/schemas/MessageEvent\"\n          file: \"#/components/schemas/FileEvent\"\n",
            ""),
    ];

    a_branch_whose_tag_has_no_value: UnionBranchTag, [
        Replace("shared/events.yaml", "type: {type: string, enum: [file]}", "type: {type: string, description: The type.}"),
    ];

    a_branch_whose_tag_has_another_value: UnionBranchTag, [
        Replace("shared/events.yaml", "enum: [file]", "enum: [fil]"),
    ];

    a_branch_whose_tag_may_be_absent: UnionBranchTag, [
        Replace("shared/events.yaml", "required: [type, url]", "required: [url]"),
    ];

    a_branch_without_a_tag: UnionBranchTag, [
        Replace("shared/events.yaml", "            type: {type: string, enum: [file]}\n", ""),
        Replace("shared/events.yaml", "required: [type, url]", "required: [url]"),
    ];

    a_branch_of_a_tagged_union_that_is_no_reference: UnionBranchType, [
        Replace("shared/events.yaml", "        - $ref: \"#/components/schemas/FileEvent\"\n", "        - {type: string}\n"),
    ];

    a_branch_without_a_name: InlineObject, [
        Replace("shared/events.yaml", "        - $ref: \"#/components/schemas/FileEvent\"\n",
            "        - allOf:\n            - $ref: \"#/components/schemas/EventBase\"\n            - $ref: \"#/components/schemas/FileEvent\"\n"),
    ];

    a_branch_of_a_tagged_union_that_is_no_object: UnionBranchType, [
        Replace("shared/events.yaml", "        - $ref: \"#/components/schemas/FileEvent\"\n", "        - $ref: \"ids.yaml#/components/schemas/ChatId\"\n"),
        Replace("shared/events.yaml", "          file: \"#/components/schemas/FileEvent\"\n", "          file: \"ids.yaml#/components/schemas/ChatId\"\n"),
    ];

    two_branches_of_one_json_type: UnionBranchType, [
        Replace("shared/properties.yaml", FLAG, "{type: string, title: Flag, description: Yes or no.}"),
    ];

    whole_numbers_and_numbers: UnionBranchType, [
        Replace("shared/properties.yaml", FLAG, "{type: integer, title: Flag, description: Yes or no.}"),
    ];

    a_branch_of_any_json: UnionBranchType, [
        Replace("shared/properties.yaml", FLAG, "{x-any: true, title: Flag, description: Yes or no.}"),
    ];

    a_union_of_nothing: UnionBranchType, [
        Replace("shared/properties.yaml",
            "      oneOf:\n        - {type: string, title: Text, description: A text.}\n        - {type: boolean, title: Flag, description: Yes or no.}\n        - {type: number, title: Number, description: A number.}\n",
            "      oneOf: []\n"),
    ];

    a_branch_that_the_mapping_lacks: UnionMapping, [
        Replace("shared/events.yaml", "          file: \"#/components/schemas/FileEvent\"\n", ""),
    ];

    a_mapping_to_what_is_no_branch: UnionMapping, [
        Replace("shared/events.yaml", "        - $ref: \"#/components/schemas/FileEvent\"\n", ""),
    ];

    an_absent_branch_that_is_no_branch: UnionMapping, [
        Replace("shared/events.yaml", "      discriminator:\n",
            "      x-discriminator-absent: {$ref: \"#/components/schemas/EventBase\"}\n      discriminator:\n"),
    ];

    a_part_that_is_text: AllOfPart, [
        Replace("shared/events.yaml", "    FileEvent:\n      description: A file was shared.\n      allOf:\n        - $ref: \"#/components/schemas/EventBase\"\n",
            "    FileEvent:\n      description: A file was shared.\n      allOf:\n        - {type: string}\n"),
    ];

    a_part_that_refers_to_text: AllOfPart, [
        Replace("shared/events.yaml", "    FileEvent:\n      description: A file was shared.\n      allOf:\n        - $ref: \"#/components/schemas/EventBase\"\n",
            "    FileEvent:\n      description: A file was shared.\n      allOf:\n        - $ref: \"ids.yaml#/components/schemas/ChatId\"\n"),
    ];

    a_part_that_refers_to_a_union: AllOfPart, [
        Replace("agent-chat/chats.yaml", "    StartChat:\n      type: object\n      description: The chat to start.\n      properties:\n        properties:\n          description: Its properties.\n          allOf: [{$ref: \"../shared/properties.yaml#/components/schemas/Properties\"}]\n",
            "    StartChat:\n      description: The chat to start.\n      allOf:\n        - $ref: \"../shared/properties.yaml#/components/schemas/Properties\"\n        - {type: object}\n"),
    ];

    a_required_name_that_is_no_property: RequiredNotAProperty, [
        Replace("agent-chat/session.yaml", "required: [token]", "required: [tokens]"),
    ];

    a_required_that_names_nothing: InvalidRequired, [
        Replace("agent-chat/session.yaml", "required: [token]", "required: []"),
    ];

    a_name_that_is_required_twice: InvalidRequired, [
        Replace("agent-chat/session.yaml", "required: [token]", "required: [token, token]"),
    ];

    a_property_of_two_parts: DuplicateProperty, [
        Replace("shared/events.yaml", "required: [type, url]\n          properties:\n",
            "required: [type, url]\n          properties:\n            id: {type: string, description: Another id.}\n"),
    ];

    a_property_of_two_parts_that_are_references: DuplicateProperty, [
        Replace("shared/events.yaml", "    FileEvent:\n      description: A file was shared.\n      allOf:\n        - $ref: \"#/components/schemas/EventBase\"\n",
            "    FileEvent:\n      description: A file was shared.\n      allOf:\n        - $ref: \"#/components/schemas/EventBase\"\n        - $ref: \"#/components/schemas/EventBase\"\n"),
    ];

    a_file_in_json: BinaryInJson, [
        Replace("agent-chat/events.yaml", "          description: The address of the file.\n", "          description: The address of the file.\n          format: binary\n"),
    ];

    a_file_in_a_parameter: BinaryInJson, [
        Replace("agent-chat/chats.yaml", "          schema: {$ref: \"../shared/ids.yaml#/components/schemas/ChatId\"}\n",
            "          schema: {type: string, format: binary}\n"),
    ];

    a_type_that_may_be_null: Nullable, [
        Replace("shared/ids.yaml", "type: string", "type: [string, \"null\"]"),
    ];

    a_type_that_is_null: Nullable, [
        Replace("shared/ids.yaml", "type: string", "type: null"),
    ];

    two_types: WrongType, [
        Replace("shared/ids.yaml", "type: string", "type: [string, integer]"),
    ];

    a_required_name_of_free_keys: RequiredNotAProperty, [
        Replace("shared/properties.yaml", "      additionalProperties:\n        type: object\n", "      required: [routing]\n      additionalProperties:\n        type: object\n"),
    ];

    an_enum_of_numbers: WrongType, [
        Replace("agent-chat/chats.yaml", "enum: [asc, desc]", "enum: [asc, desc, 1]"),
    ];

    an_enum_of_integers: UnknownKey, [
        Replace("agent-chat/chats.yaml", "          minimum: 1\n          maximum: 100\n", "          enum: [10, 20]\n"),
    ];

    a_value_that_stands_twice: InvalidEnum, [
        Replace("agent-chat/chats.yaml", "enum: [asc, desc]", "enum: [asc, desc, asc]"),
    ];

    an_enum_of_nothing: InvalidEnum, [
        Replace("agent-chat/chats.yaml", "      enum: [asc, desc]\n      x-enumDescriptions:\n        asc: The oldest first.\n        desc: The newest first.\n",
            "      enum: []\n      x-enumDescriptions: {}\n"),
    ];

    a_meaning_of_a_value_that_is_none: InvalidEnum, [
        Append("agent-chat/chats.yaml", "        random: Any order.\n"),
    ];

    an_alias_of_a_value_that_is_none: InvalidEnum, [
        Append("agent-chat/chats.yaml", "      x-enum-aliases: {ascending: acs}\n"),
    ];

    a_default_of_another_type: InvalidDefault, [
        Replace("agent-chat/chats.yaml", "default: 10\n", "default: ten\n"),
    ];

    a_default_that_is_no_value: InvalidDefault, [
        Replace("agent-chat/chats.yaml", "          description: The order.\n", "          description: The order.\n          default: ascending\n"),
    ];

    a_default_outside_of_the_limits: InvalidDefault, [
        Replace("agent-chat/chats.yaml", "default: 10\n", "default: 0\n"),
    ];

    a_limit_of_text_on_a_number: InvalidLimit, [
        Replace("agent-chat/chats.yaml", "          minimum: 1\n", "          maxLength: 1\n"),
    ];

    a_limit_of_a_number_on_text: InvalidLimit, [Append("shared/ids.yaml", "      minimum: 1\n")];

    a_minimum_above_the_maximum: InvalidLimit, [
        Replace("agent-chat/chats.yaml", "minimum: 1\n", "minimum: 1000\n"),
        Replace("agent-chat/chats.yaml", "          default: 10\n", ""),
        Replace("agent-chat/chats.yaml", "example: {limit: 25}", "example: {}"),
    ];

    a_maximum_that_is_not_whole: InvalidLimit, [
        Replace("agent-chat/chats.yaml", "maximum: 100\n", "maximum: 100.5\n"),
    ];

    a_minimum_below_zero_where_none_can_be: InvalidLimit, [
        Replace("agent-chat/chats.yaml", "minimum: 1\n", "minimum: -1\n"),
    ];

    a_maximum_of_more_than_64_bits: InvalidLimit, [
        Replace("agent-chat/chats.yaml", "          description: How many there are on all pages.\n",
            "          description: How many there are on all pages.\n          maximum: 99999999999999999999\n"),
    ];

    a_length_of_more_than_64_bits: InvalidLimit, [Append("shared/ids.yaml", "      maxLength: 99999999999999999999\n")];

    a_length_below_zero: InvalidLimit, [Append("shared/ids.yaml", "      maxLength: -1\n")];

    a_length_that_is_not_whole: InvalidLimit, [Append("shared/ids.yaml", "      maxLength: 1.5\n")];

    a_secret_that_is_not_marked: SecretUnmarked, [
        Replace("agent-chat/session.yaml", "          x-secret: true\n", ""),
    ];

    a_secret_in_a_longer_name: SecretUnmarked, [
        Replace("agent-chat/session.yaml", "        token:\n", "        clientSecrets: {type: string, description: Secrets of the client.}\n        token:\n"),
    ];

    a_list_of_secrets_that_are_not_marked: SecretUnmarked, [
        Replace("agent-chat/session.yaml", "        token:\n", concat!(
            "        old_tokens:\n          type: array\n          description: Earlier credentials.\n",
            "          items: {type: string}\n        token:\n",
        )),
    ];

    a_secret_that_is_a_number: SecretUnmarked, [
        Replace("agent-chat/session.yaml", "          type: string\n", "          type: integer\n"),
        Replace("agent-chat/session.yaml", "token: Bearer dal:A1b2", "token: 1"),
    ];

    a_schema_without_a_description: MissingDescription, [
        Replace("shared/ids.yaml", "      description: Identifies a chat.\n", ""),
    ];

    a_property_without_a_description: MissingDescription, [
        Replace("agent-chat/session.yaml", "          description: The credentials.\n", ""),
    ];

    a_parameter_without_a_description: MissingDescription, [
        Replace("agent-chat/chats.yaml", "          description: The chat.\n          schema: {$ref", "          schema: {$ref"),
    ];

    a_branch_without_a_description: MissingDescription, [
        Replace("shared/properties.yaml", ", description: Yes or no.", ""),
    ];

    a_value_without_a_description: MissingDescription, [
        Replace("agent-chat/chats.yaml", "        desc: The newest first.\n", ""),
    ];

    values_without_descriptions: MissingDescription, [
        Replace("agent-chat/chats.yaml", "      x-enumDescriptions:\n        asc: The oldest first.\n        desc: The newest first.\n", ""),
    ];
}
