//! The properties that every license has: who may read and set each of them where, and to what.

use std::{collections::BTreeMap, sync::OnceLock};

use livechat_types::{
    configuration::{
        PropertyAccess, PropertyAccessType, PropertyDefinition, PropertyType, PropertyUserAccess,
    },
    shared::PropertyValue,
};

/// A line: namespace, type, what agents may, what customers may, names. `name=a|b` takes these values alone, and `name.*`
/// stands for the three numbers that a limit has.
const TABLE: &str = "
chats int group:rw - queue.routing_priority agent_timeout_inactivity_form_min manual_routing.override
chats int group:rw - queue.reopen_threshold.override queue.enabled.override
chats int license:rw - chat_inactive_after_min archive_chat_after_min archive_offline_chat_after_min
chats int license:rw - customer_timeout_after_min transfer_chat_after_min max_agent_active_chats
chats int license:rw - queue.reopen_threshold
chats bool license:rw - manual_routing queue.enabled prefer_recent_agent auto_summary_enabled
chats int license:r - queue.limit
chats string event:rw event:rw formatting=commonmark
chats bool thread:r - resolved
chats string event:r event:r welcome_message_source=ai_agent|welcome_phrase
core string license:rw - transcript_emails
ecommerce bool thread:r - has_sale has_indirect_sale
lc2 bool event:rw - file_safety_confirmation
lc2 string event:r event:rw form_type=prechat|postchat
lc2 int thread:r,event:r thread:rw,event:r greeting_id
lc2 string thread:r,event:r thread:rw,event:r greeting_unique_id
lc2 bool event:r event:r welcome_message
limits int license:r - access_rules.* agents.* archives_retention.* banned.* concurrent_chats.* customers_retention.*
limits int license:r - groups.* groups_per_agent.* group_chooser_groups.* monitored_customers.* queue.*
limits int license:r - queue_continuous.* tags.*
monitoring string license:rw - ip_mask
monitoring bool license:r - whitelist_enabled
rating string chat:r,thread:r,event:r chat:rw,thread:rw,event:rw comment
rating int chat:r,thread:r,event:r chat:rw,thread:rw,event:rw score=0|1
routing bool chat:r,thread:r chat:r,thread:r continuous
routing bool chat:r chat:rw email_follow_up
routing bool thread:r - idle unreplied
routing int thread:r - last_transfer_timestamp
routing bool thread:r thread:rw offline_message
routing bool thread:r,chat:rw - pinned
routing bool chat:r - was_pinned
routing bool chat:rw chat:rw ignore_agents_routing
routing bool - thread:w ignore_bots
routing bool chat:r,thread:r - unassigned
routing string thread:r - referrer
routing string thread:r thread:r start_url
routing string thread:r thread:rw transcript_email
smart_actions bool group:rw group:r greeting.hide_when_offline
smart_actions bool license:rw - greeting.enabled
smart_actions int license:r - greeting.max_invites
source string chat:r,thread:r,event:r chat:r,thread:r,event:r client_id
source string chat:r,thread:r chat:r,thread:r customer_client_id
statistics string license:r - first_chat_date website_last_activity
status bool event:rw event:rw delivered
test bool chat:rw,thread:rw,event:rw,license:rw,group:rw chat:rw,thread:rw,event:rw,license:rw,group:rw bool_property
test int chat:rw,thread:rw,event:rw,license:rw,group:rw chat:rw,thread:rw,event:rw,license:rw,group:rw int_property
test string chat:rw,thread:rw,event:rw,license:rw,group:rw chat:rw,thread:rw,event:rw,license:rw,group:rw string_property
test tokenized_string chat:rw,thread:rw,event:rw,license:rw,group:rw chat:rw,thread:rw,event:rw,license:rw,group:rw tokenized_string_property
translation string event:rw event:r source_lang_code target_lang_code
translation tokenized_string event:rw event:r target_message
url_details string event:rw event:rw description image_url title url
url_details int event:rw event:rw image_height image_width
";

type Definitions = BTreeMap<String, BTreeMap<String, PropertyDefinition>>;

/// The properties of a namespace of the platform's own.
pub(super) fn of(namespace: &str) -> Option<&'static BTreeMap<String, PropertyDefinition>> {
    static DEFINITIONS: OnceLock<Definitions> = OnceLock::new();
    DEFINITIONS.get_or_init(read).get(namespace)
}

fn read() -> Definitions {
    let mut all = Definitions::new();
    for line in TABLE.lines() {
        let mut words = line.split(' ');
        let (Some(namespace), Some(kind), Some(agents), Some(customers)) =
            (words.next(), words.next(), words.next(), words.next())
        else {
            continue;
        };
        let access = access(agents, customers);
        let of_namespace = all.entry(namespace.to_owned()).or_default();
        for word in words {
            let (name, values) = word.split_once('=').map_or((word, None), |(name, all)| (name, Some(all)));
            let mut definition = PropertyDefinition::new(PropertyType::from(kind), access.clone());
            definition.public_access = Some(vec![PropertyAccessType::Read, PropertyAccessType::Write]);
            definition.domain = values.map(|values| values.split('|').map(value).collect());
            for name in names(name) {
                of_namespace.insert(name, definition.clone());
            }
        }
    }
    all
}

fn names(name: &str) -> Vec<String> {
    match name.strip_suffix('*') {
        Some(stem) => ["additional", "base", "hard"].map(|end| format!("{stem}{end}")).to_vec(),
        None => vec![name.to_owned()],
    }
}

fn value(text: &str) -> PropertyValue {
    text.parse().map_or_else(|_| PropertyValue::String(text.to_owned()), PropertyValue::Integer)
}

fn access(agents: &str, customers: &str) -> PropertyAccess {
    let mut access = PropertyAccess::new();
    for (location, slot) in [
        ("chat", &mut access.chat),
        ("thread", &mut access.thread),
        ("event", &mut access.event),
        ("license", &mut access.license),
        ("group", &mut access.group),
    ] {
        let (agent, customer) = (rights(agents, location), rights(customers, location));
        if agent.is_some() || customer.is_some() {
            let mut users = PropertyUserAccess::new();
            (users.agent, users.customer) = (agent, customer);
            *slot = Some(users);
        }
    }
    access
}

/// What `chat:r,thread:rw` allows in one location.
fn rights(all: &str, location: &str) -> Option<Vec<PropertyAccessType>> {
    let here = all.split(',').filter_map(|one| one.split_once(':')).find(|(place, _)| *place == location)?.1;
    let each = [('r', PropertyAccessType::Read), ('w', PropertyAccessType::Write)];
    Some(each.into_iter().filter(|(letter, _)| here.contains(*letter)).map(|(_, right)| right).collect())
}

#[cfg(test)]
mod tests {
    use super::{TABLE, access, read};
    use livechat_types::configuration::PropertyAccessType::{Read, Write};

    #[test]
    fn every_line_of_the_table_is_read_whole() {
        let all = read();
        assert_eq!(all.values().map(std::collections::BTreeMap::len).sum::<usize>(), 106);
        for definition in all.values().flat_map(std::collections::BTreeMap::values) {
            assert!(definition.r#type.is_known());
        }
        let places = TABLE.lines().skip(1).flat_map(|line| line.split(' ').skip(2).take(2));
        for place in places.flat_map(|column| column.split(',')).filter(|place| *place != "-") {
            let (location, rights) = place.split_once(':').unwrap();
            assert!(["chat", "thread", "event", "license", "group"].contains(&location), "{place}");
            assert!(["r", "w", "rw"].contains(&rights), "{place}");
        }
    }

    #[test]
    fn rights_are_those_of_the_user_in_the_location() {
        let access = access("thread:r,chat:rw", "thread:w");
        let (chat, thread) = (access.chat.unwrap(), access.thread.unwrap());
        assert_eq!((chat.agent, chat.customer), (Some(vec![Read, Write]), None));
        assert_eq!((thread.agent, thread.customer), (Some(vec![Read]), Some(vec![Write])));
        assert!(access.event.is_none());
    }
}
