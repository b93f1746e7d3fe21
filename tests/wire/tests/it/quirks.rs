//! What answers each trap of the documentation.
//!
//! The documentation of v3.5 has 167 known traps: places where it contradicts itself, leaves something out, or where one name
//! means several things. The table below names each, and the test that shows how the types deal with it; or the entry of
//! `differences.json` that states the choice; or why it is no matter of types.

mod accounts;
mod chats;
mod configuration;
mod customers;
mod events;
mod filters;
mod ids;
mod reports;
mod transport;
mod users;
mod vocabulary;
mod webhooks;

use std::{collections::BTreeSet, fs, path::Path};

use livechat_types::ActionInfo;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use wire_tests::find;

/// What answers a trap.
enum Answer {
    /// A test: `file::name`.
    Test(&'static str),
    /// An entry of `differences.json`, by its place.
    Difference(&'static str),
    /// It concerns no type and nothing on the wire.
    NoMatterOfTypes(&'static str),
}

use Answer::{Difference, NoMatterOfTypes, Test};

/// The answers, in the order of the documentation's inventory.
static QUIRKS: &[(&str, Answer)] = &[
    // Transport, envelopes, statuses.
    ("empty-200", Test("transport::actions_that_return_nothing_read_an_empty_object")),
    ("no-response-stated", Test("transport::actions_whose_answer_is_not_described_return_nothing")),
    ("bare-arrays", Test("transport::some_answers_are_a_list_without_an_object_around_it")),
    ("array-payload-pushes", Test("transport::some_pushes_and_one_webhook_carry_a_list")),
    ("bare-maps", Test("transport::some_answers_are_a_map_without_an_object_around_it")),
    ("get-methods", Test("transport::five_actions_of_customers_are_get_and_the_rest_is_post")),
    ("get-params-called-request", Test("transport::parameters_of_an_address_are_numbers_and_booleans")),
    (
        "reports-get-syntax",
        NoMatterOfTypes(
            "reports are asked for by POST, which all of them accept: there is no query to encode",
        ),
    ),
    ("org-id-query", Test("transport::all_addresses_for_customers_and_no_others_name_the_organization")),
    ("auth-none", Test("transport::four_actions_need_no_authorization")),
    ("upload-file", Test("http::uploads")),
    ("rtm-envelope", Test("transport::messages_over_websocket_are_read_in_any_order_of_their_fields")),
    ("rtm-error-shape", Test("openness::a_failed_request_over_websocket_is_read_as_its_error")),
    ("rtm-sample-slips", Test("transport::an_answer_keeps_the_action_that_it_names")),
    ("rtm-token", Test("transport::the_token_of_a_login_is_sent_as_it_is")),
    ("rtm-keepalive", Test("transport::a_ping_has_no_parameters_and_no_result")),
    ("rtm-bots", Test("transport::a_request_over_websocket_may_name_its_author")),
    ("login-pushes", Test("transport::a_login_chooses_pushes_by_version")),
    ("batch", Test("transport::each_item_of_a_batch_is_a_result_or_an_error")),
    (
        "propagation",
        NoMatterOfTypes("how soon a change takes effect is said in the documentation of the API"),
    ),
    (
        "auth-header-styles",
        NoMatterOfTypes("how credentials are written into a header is the client's matter and tested there"),
    ),
    ("error-codes", Test("transport::errors_have_an_open_type_and_need_no_data")),
    ("region", Test("transport::a_region_is_any_string")),
    ("lifecycle", NoMatterOfTypes("the headers of the API's age are read by the client and tested there")),
    // Pagination and filters.
    ("page-id-exclusive", Test("filters::the_id_of_a_page_is_sent_alone")),
    ("page-links-optional", Test("filters::the_first_and_the_last_page_have_no_neighbour")),
    ("totals-differ", Test("filters::each_list_has_its_own_names_for_items_and_totals")),
    ("threads-exclusions", Test("filters::threads_of_customers_have_no_filters")),
    ("thread-ids-web-only", Test("filters::archives_are_filtered_by_thread_over_https_only")),
    ("forms-filter", Test("filters::forms_are_filtered_by_a_list_whose_items_differ_over_websocket")),
    ("groups-in-filters", Test("filters::groups_in_filters_have_the_spelling_of_their_place")),
    ("filter-one-of", Test("filters::a_filter_holds_only_what_was_set")),
    ("list-customers-filters", Test("filters::customers_are_filtered_by_texts_numbers_and_ranges")),
    ("reports-time-filter", Test("filters::a_report_may_take_its_time_from_the_greetings")),
    ("highlights", Test("filters::highlights_without_tags_are_not_the_same_as_none")),
    ("sort-order-notes", Test("filters::no_default_is_sent")),
    // Identifiers.
    ("id-vs-chat-id", Test("ids::the_id_of_a_chat_has_the_name_of_its_action")),
    ("customer-id-names", Test("ids::the_id_of_a_customer_has_four_names")),
    ("group-id-names", Test("ids::the_id_of_a_group_has_the_name_of_its_action")),
    ("agent-id-two-worlds", Test("ids::an_agent_is_an_address_to_agents_and_a_code_to_customers")),
    ("string-or-number-ids", Test("ids::ids_of_groups_are_numbers_except_as_keys_and_in_limits")),
    ("license-id-types", Test("ids::the_id_of_a_license_is_a_string")),
    ("answer-id-types", Test("ids::the_id_of_an_answer_is_a_string_or_a_number")),
    ("uuid-hazard", Test("ids::no_id_has_to_be_a_uuid")),
    ("greeting-ids", Test("ids::a_greeting_has_a_number_and_each_showing_a_string")),
    ("tag-key", Test("ids::a_tag_is_its_name")),
    ("update-customer-uuid", Test("ids::no_id_has_to_be_a_uuid")),
    // Dates, times, durations.
    ("timestamp-formats", Test("ids::instants_are_read_with_any_offset_and_fraction")),
    ("epoch-ints", Test("ids::some_times_are_seconds_and_some_are_instants")),
    ("dates-and-hours", Test("ids::days_and_hours_are_no_instants")),
    ("reports-keys-by-distribution", Test("reports::records_have_any_key")),
    ("int32-property", Test("ids::a_property_may_exceed_32_bits")),
    ("queued-at", Test("ids::the_time_in_a_queue_has_two_names")),
    // Users.
    ("user-variants", Test("users::users_are_told_apart_by_their_type")),
    ("user-without-type", Test("users::some_users_stand_without_type_or_presence")),
    ("agent-visibility", Test("users::an_agent_may_lack_visibility")),
    ("customer-optional", Test("users::a_customer_needs_nothing_but_an_id")),
    ("priv-fields", Test("users::private_fields_are_read_and_others_passed_over")),
    ("avatar-not-url", Test("users::an_avatar_is_any_string")),
    ("geo-strings", Test("users::coordinates_are_strings_and_optional")),
    ("session-fields", Test("users::session_fields_keep_order_and_repetition")),
    ("update-customer-one", Test("users::an_update_holds_only_what_was_set")),
    ("get-customer-two", Test("users::a_customer_is_asked_for_by_id_or_not_at_all")),
    ("user-removed-type", Test("users::webhooks_about_users_may_say_their_type")),
    // Events.
    ("event-types", Test("events::there_are_seven_kinds_of_events")),
    ("no-author-system", Test("events::system_messages_have_no_author")),
    ("visibility-vs-recipients", Test("events::agents_see_visibility_and_customers_recipients")),
    ("request-vs-response", Test("events::what_is_sent_lacks_what_the_server_makes")),
    ("file-image-only", Test("events::a_file_that_is_no_image_has_no_dimensions")),
    ("rich-message-optional", Test("events::a_rich_message_may_have_little_in_it")),
    ("rich-message-limits", Test("events::templates_and_buttons_are_open_sets")),
    ("postback-two", Test("events::there_are_two_kinds_of_postbacks")),
    ("filled-form-answer", Test("events::an_answer_is_a_text_or_an_option_or_several")),
    ("form-fields", Test("events::fields_of_forms_may_be_required_and_have_options")),
    ("form-type", Test("events::the_type_of_a_form_is_any_string")),
    ("custom-content", Test("events::custom_content_is_any_json")),
    ("customer-form-doc-bug", Test("events::a_form_is_an_event_to_agents_and_customers")),
    (
        "file-size-16kb",
        NoMatterOfTypes("the limit of a text's size is in its documentation, and the server's to enforce"),
    ),
    ("send-form-unsupported", Test("events::what_is_sent_lacks_what_the_server_makes")),
    // Chats, threads, access, queue.
    ("chat-thread-vs-threads", Test("chats::a_chat_has_one_thread_or_several")),
    ("properites-typo", Test("chats::a_misspelt_key_is_read_and_written_right")),
    ("chat-summary-two", Test("chats::summaries_differ_between_agents_and_customers")),
    ("last-event-per-type", Test("chats::a_last_event_may_be_out_of_reach")),
    ("restricted-access", Test("chats::a_restricted_thread_may_have_events")),
    ("thread-fields", Test("chats::a_thread_needs_little")),
    ("access-wrapped", Test("round_trip::a_structure_that_is_shown_under_its_name_is_found_there_only")),
    ("access-three", Test("chats::access_has_three_shapes")),
    ("transferred-from", Test("chats::where_a_chat_came_from_stands_in_three_places")),
    ("queue-two-meanings", Test("chats::a_queue_is_a_position_or_a_yes")),
    ("threads-deleted", Test("chats::threads_are_deleted_by_time_or_by_tag")),
    ("start-chat-users", Test("chats::a_new_chat_may_bring_users_and_events")),
    ("unfollow-result", Test("chats::some_answers_differ_over_websocket")),
    ("attach-to-last-thread", Test("chats::customers_may_attach_an_event_to_the_last_thread")),
    // Properties.
    ("two-level", Test("chats::properties_have_two_levels_and_names_with_dots")),
    ("delete-shape", Test("chats::deleted_properties_are_lists_of_names")),
    ("partial", Test("chats::changed_properties_may_be_none")),
    ("wrapped-or-not", Test("chats::properties_stand_alone_or_under_their_name")),
    ("list-properties", Test("configuration::definitions_of_properties_are_keyed_by_name_alone")),
    ("register-contradiction", Test("configuration::a_default_may_be_registered_for_any_place")),
    ("no-overwrite", Test("configuration::an_empty_list_of_groups_is_sent")),
    ("empty-namespace", Test("configuration::configured_properties_are_keyed_by_place")),
    ("elided-misplaced", Test("chats::deleted_properties_are_lists_of_names")),
    // Same name, different meaning or vocabulary.
    ("routing-status-spelling", Test("vocabulary::a_routing_status_is_read_in_both_spellings")),
    (
        "group-status-vocabularies",
        Test("vocabulary::groups_have_one_status_for_agents_and_one_for_customers"),
    ),
    ("groups-key", Test("vocabulary::groups_is_a_name_of_five_shapes")),
    ("fields-key", Test("vocabulary::fields_is_a_name_of_two_shapes")),
    ("type-key", Test("vocabulary::type_is_a_name_of_many_sets")),
    ("multicast-type", Test("vocabulary::a_multicast_may_have_a_type_and_an_author")),
    ("total-key", Test("reports::totals_are_counts_except_of_hours")),
    ("reason", Test("vocabulary::reasons_are_open")),
    ("disconnect-reasons", Test("vocabulary::both_spellings_of_a_wrong_region_are_known")),
    ("roles", Test("vocabulary::an_owner_is_read_and_not_assigned")),
    // Tri-state and absent-vs-empty.
    ("auto-access-next-id", Test("vocabulary::an_empty_next_id_is_not_an_absent_one")),
    ("continuous-unset", Test("vocabulary::false_is_not_absence")),
    ("no-null-documented", Test("vocabulary::null_is_read_as_absence_and_never_sent")),
    (
        "empty-fields-included",
        Test("vocabulary::what_was_created_may_have_empty_fields_and_what_was_updated_few"),
    ),
    ("empty-strings", Test("vocabulary::an_empty_string_stays_one")),
    ("defaults-by-absence", Test("filters::no_default_is_sent")),
    ("online-group-ids", Test("customers::a_configuration_may_lack_what_is_off")),
    ("optional-marks", Difference("agent-web get_customer response present")),
    // Webhooks.
    ("envelope-secret", Test("webhooks::additional_data_may_be_full_empty_or_absent")),
    ("answer-200", NoMatterOfTypes("how a webhook is answered is the receiver's matter")),
    ("action-row-wrong", Test("webhooks::actions_have_the_names_of_what_happened")),
    ("auto-accesses-sample", Test("webhooks::an_old_name_of_an_action_is_unknown_and_kept")),
    ("incoming-customer-wrap", Test("webhooks::a_webhook_wraps_the_customer_that_a_push_does_not")),
    ("additional-data-exclusions", Test("webhooks::additional_data_is_read_with_every_action")),
    ("filter-agent-ids", Test("webhooks::the_filter_by_agents_is_any_json")),
    ("webhook-vs-push", Test("webhooks::some_webhooks_have_no_push_and_some_pushes_no_webhook")),
    ("list-webhooks", Test("webhooks::a_listed_webhook_has_no_key")),
    // Configuration API.
    ("work-scheduler", Test("configuration::a_day_may_have_several_working_hours")),
    ("agent-fields", Test("configuration::an_agents_avatar_has_the_name_of_its_action")),
    ("owner-client-id", Test("configuration::the_owner_is_required_where_every_token_needs_it")),
    ("swapped-cells", Test("configuration::fields_to_return_are_a_list_that_may_be_left_out")),
    ("available-methods-mismatch", Test("configuration::actions_have_the_names_of_their_addresses")),
    ("not-public", Test("configuration::actions_have_the_names_of_their_addresses")),
    ("scope-lists", Test("configuration::scopes_off_the_scopes_page_are_known")),
    ("create-bot-group-id", Test("configuration::a_membership_needs_a_group_and_a_priority")),
    ("agent-priorities", Test("configuration::priorities_are_keyed_by_agent")),
    ("product-limits", Test("ids::ids_of_groups_are_numbers_except_as_keys_and_in_limits")),
    ("list-groups-fields", Test("configuration::a_group_may_come_with_fields_that_were_not_asked_for")),
    ("bot-token", Test("configuration::secrets_of_bots_are_secret")),
    ("tags-group-ids", Test("configuration::an_empty_list_of_groups_is_sent")),
    ("orphan-payloads", Test("configuration::actions_of_older_versions_are_gone")),
    // Reports API.
    ("records-shapes", Test("reports::records_have_the_shape_of_their_report")),
    ("empty-days", Test("reports::a_day_may_be_empty")),
    ("name-field", Test("reports::a_report_may_say_its_name")),
    ("floats", Test("reports::times_are_fractions_that_may_be_whole")),
    ("total-absent", Test("reports::totals_are_counts_except_of_hours")),
    ("distribution", Test("reports::distributions_differ_between_reports")),
    ("scope", Test("reports::every_report_needs_the_one_scope")),
    ("url-shape", Test("reports::addresses_name_a_resource_and_a_report")),
    // Authorization.
    ("customer-token", Test("accounts::a_customers_token_is_got_by_three_grants")),
    ("identity-grant", Test("accounts::a_customers_token_is_got_by_three_grants")),
    ("cookie-path", NoMatterOfTypes("cookies are the browser's; the client sends none")),
    ("spec-yaml", NoMatterOfTypes("the vendor's own specification is not an input of the generator")),
    ("token-exchange-encoding", Test("accounts::a_code_is_exchanged_as_a_form")),
    ("dead-links", NoMatterOfTypes("links of the vendor's pages to each other are not followed")),
    // Customer API extras.
    ("list-group-statuses", Test("vocabulary::groups_have_one_status_for_agents_and_one_for_customers")),
    ("get-url-info", Test("customers::a_link_may_have_no_preview")),
    ("predicted-agent", Test("customers::a_predicted_agent_comes_with_a_yes_or_no")),
    ("side-storage", Test("customers::side_storage_goes_out_as_it_came_in")),
    ("customer-page", Test("customers::a_page_needs_its_address_only_when_it_changes")),
    ("greeting-event", Test("customers::a_greeting_is_a_message_with_an_agent")),
    (
        "email-verification",
        NoMatterOfTypes("what is posted to the callback is not described; the request is among the examples"),
    ),
    (
        "push-sample-envelopes",
        Test("transport::messages_over_websocket_are_read_in_any_order_of_their_fields"),
    ),
    ("dynamic-config-private", Test("customers::online_groups_have_two_names")),
    ("group-id-zero", Test("ids::ids_of_groups_are_numbers_except_as_keys_and_in_limits")),
];

/// A message round-trips.
#[track_caller]
fn passes(api: &str, action: &str, kind: &str, json: &Value) {
    let shape = find(api, action, kind).unwrap_or_else(|| panic!("no {kind} of {api} {action}"));
    if let Err(errors) = shape.round_trip(&json.to_string()) {
        panic!("{kind} of {api} {action}: {errors:?}");
    }
}

/// A message does not round-trip, and the first error has this text.
#[track_caller]
fn fails(api: &str, action: &str, kind: &str, json: &Value, text: &str) {
    let shape = find(api, action, kind).unwrap_or_else(|| panic!("no {kind} of {api} {action}"));
    let errors = shape.round_trip(&json.to_string()).expect_err("it should not pass");
    assert!(errors[0].contains(text), "{kind} of {api} {action}: {errors:?}");
}

/// Reads a value, and checks that it is written as it was.
#[track_caller]
fn kept<T: Serialize + DeserializeOwned>(json: &Value) -> T {
    let value: T = serde_json::from_str(&json.to_string()).unwrap();
    assert_eq!(&serde_json::to_value(&value).unwrap(), json);
    value
}

/// What a value is as JSON.
fn json_of(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap()
}

/// The description of an action over HTTPS.
#[track_caller]
fn info(api: &str, action: &str) -> &'static ActionInfo {
    let found = |info: &&ActionInfo| info.api.as_str() == api && info.name == action && info.http.is_some();
    crate::samples::actions().find(found).unwrap_or_else(|| panic!("no action {action} of {api}"))
}

#[test]
fn every_trap_is_answered_once() {
    let ids: BTreeSet<_> = QUIRKS.iter().map(|(id, _)| id).collect();
    assert_eq!((ids.len(), QUIRKS.len()), (167, 167));
}

#[test]
fn every_answer_exists() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| {
        let path = folder.join(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let differences = read("../../spec/v3.5/differences.json");
    for (id, answer) in QUIRKS {
        match answer {
            Test(test) => {
                let (file, name) = test.split_once("::").unwrap();
                let quirks = format!("tests/it/quirks/{file}.rs");
                let path =
                    if folder.join(&quirks).is_file() { quirks } else { format!("tests/it/{file}.rs") };
                assert!(read(&path).contains(&format!("fn {name}()")), "{id}: no test {test}");
            }
            Difference(place) => {
                assert!(
                    differences.contains(&format!("\"where\": \"{place}\"")),
                    "{id}: no difference {place}"
                );
            }
            NoMatterOfTypes(why) => assert!(why.len() > 20, "{id}: no reason"),
        }
    }
}
