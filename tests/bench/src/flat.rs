//! An archive page as a user would write it down in an hour: one flat struct for all events, one for all users, derived.
//!
//! It is as fast as serde gets without tricks, and says less than the real types: which fields a kind of event has, and which
//! strings there are, is not known.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Declares structs whose optional fields are absent where they are `None`.
macro_rules! flat {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* ? $($maybe:ident: $optional:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Serialize, Deserialize)]
        #[expect(missing_docs, reason = "the fields are those of the documentation")]
        pub struct $name {
            $(pub $field: $type,)*
            $(#[serde(skip_serializing_if = "Option::is_none")] pub $maybe: Option<$optional>,)*
        }
    )*};
}

/// Properties, by namespace and name.
pub type Properties = BTreeMap<String, BTreeMap<String, Value>>;

flat! {
    /// A page of the archives.
    Page {
        chats: Vec<Chat>,
        found_chats: i64,
        ?
        next_page_id: String,
        previous_page_id: String,
    }

    /// A chat.
    Chat {
        id: String,
        users: Vec<User>,
        ?
        properties: Properties,
        access: Access,
        is_followed: bool,
        thread: Thread,
    }

    /// A thread.
    Thread {
        id: String,
        active: bool,
        user_ids: Vec<String>,
        created_at: Timestamp,
        ?
        restricted_access: String,
        events: Vec<Event>,
        properties: Properties,
        access: Access,
        tags: Vec<String>,
        queues_duration: i64,
        previous_thread_id: String,
        next_thread_id: String,
        previous_accessible_thread_id: String,
        next_accessible_thread_id: String,
    }

    /// Groups with access.
    Access {
        ?
        group_ids: Vec<i64>,
    }

    /// Any user.
    User {
        id: String,
        r#type: String,
        ?
        name: String,
        email: String,
        email_verified: bool,
        present: bool,
        events_seen_up_to: Timestamp,
        avatar: String,
        visibility: String,
        last_visit: Visit,
        session_fields: Vec<BTreeMap<String, String>>,
        statistics: Statistics,
        agent_last_event_created_at: Timestamp,
        customer_last_event_created_at: Timestamp,
        created_at: Timestamp,
        followed: bool,
        online: bool,
        group_ids: Vec<i64>,
        state: String,
    }

    /// Counters of a customer.
    Statistics {
        ?
        chats_count: i64,
        threads_count: i64,
        visits_count: i64,
        page_views_count: i64,
        greetings_shown_count: i64,
        greetings_accepted_count: i64,
    }

    /// A visit.
    Visit {
        started_at: Timestamp,
        ?
        ended_at: Timestamp,
        referrer: String,
        ip: String,
        user_agent: String,
        geolocation: Geolocation,
        last_pages: Vec<VisitedPage>,
    }

    /// A place.
    Geolocation {
        ?
        latitude: String,
        longitude: String,
        country: String,
        country_code: String,
        region: String,
        city: String,
        timezone: String,
    }

    /// A page that was opened.
    VisitedPage {
        opened_at: Timestamp,
        url: String,
        ?
        title: String,
    }

    /// Any event.
    Event {
        id: String,
        created_at: Timestamp,
        r#type: String,
        ?
        custom_id: String,
        visibility: String,
        properties: Properties,
        author_id: String,
        text: String,
        postback: Postback,
        system_message_type: String,
        text_vars: BTreeMap<String, String>,
        name: String,
        url: String,
        thumbnail_url: String,
        thumbnail2x_url: String,
        content_type: String,
        size: i64,
        width: i64,
        height: i64,
        alternative_text: String,
        form_id: String,
        form_type: String,
        fields: Vec<Field>,
        template_id: String,
        elements: Vec<Element>,
        content: Value,
    }

    /// What tied a message to a button.
    Postback {
        id: String,
        thread_id: String,
        event_id: String,
        ?
        r#type: String,
        value: String,
    }

    /// A field of a form, filled in or not.
    Field {
        r#type: String,
        id: String,
        label: String,
        ?
        required: bool,
        options: Vec<Choice>,
        answer: Value,
        answers: Vec<Choice>,
    }

    /// An option of a form's field.
    Choice {
        id: String,
        label: String,
        ?
        group_id: i64,
    }

    /// An element of a rich message.
    Element {
        ?
        title: String,
        subtitle: String,
        image: Image,
        buttons: Vec<Button>,
    }

    /// A picture of a rich message.
    Image {
        url: String,
        ?
        name: String,
        content_type: String,
        size: i64,
        width: i64,
        height: i64,
        alternative_text: String,
    }

    /// A button of a rich message.
    Button {
        text: String,
        postback_id: String,
        user_ids: Vec<String>,
        ?
        r#type: String,
        value: String,
        webview_height: String,
        target: String,
    }
}
