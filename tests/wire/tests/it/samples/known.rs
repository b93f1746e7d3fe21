//! What is known of samples beyond the table of messages: which row a sample without one stands for, and the slips of samples.

use serde_json::Value;

/// A name of samples, and the row of the table that it stands for.
pub(crate) struct Alias {
    pub(crate) api: &'static str,
    pub(crate) action: &'static str,
    pub(crate) row: (&'static str, &'static str),
}

/// Samples of pages that describe no action of their own.
pub(crate) static ALIASES: &[Alias] = &[
    // The general description of batches shows one whose items return nothing.
    Alias { api: "configuration", action: "response", row: ("configuration", "batch_update_agents") },
    // Reference pages: default properties as they stand in an object, and a system message.
    Alias { api: "references", action: "properties", row: ("agent-structures", "properties") },
    Alias { api: "references", action: "systemMessageBody", row: ("agent-structures", "systemMessage") },
];

/// An error of a sample that the documentation itself corrects elsewhere. It is put right, so that the rest is still checked.
pub(crate) struct Slip {
    pub(crate) api: &'static str,
    pub(crate) action: &'static str,
    pub(crate) kind: &'static str,
    /// Where it is: a JSON pointer into the sample.
    pub(crate) at: &'static str,
    /// Whether what stands there is wrong; what is right is left alone.
    pub(crate) is_wrong: fn(Option<&Value>) -> bool,
    /// What belongs there; `None` where nothing does.
    pub(crate) right: Option<&'static str>,
    pub(crate) reason: &'static str,
}

const fn lacks_owner(action: &'static str) -> Slip {
    Slip {
        api: "configuration",
        action,
        kind: "request",
        at: "/owner_client_id",
        is_wrong: |there| there.is_none(),
        right: Some("7d3e1b0c9f8a4e2db6c5a4f3e2d1c0b9"),
        reason: "the samples of bot templates leave out `owner_client_id`, which the tables require",
    }
}

/// Slips of samples.
pub(crate) static SLIPS: &[Slip] = &[
    lacks_owner("create_bot_template"),
    lacks_owner("update_bot_template"),
    lacks_owner("delete_bot_template"),
    lacks_owner("list_bot_templates"),
    lacks_owner("reset_bot_template_secret"),
    Slip {
        api: "configuration",
        action: "update_agent",
        kind: "request",
        at: "/work_scheduler",
        is_wrong: |there| there.is_some_and(|scheduler| scheduler.get("schedule").is_none()),
        right: None,
        reason: "the work scheduler is that of v3.4",
    },
    Slip {
        api: "configuration",
        action: "batch_delete_agents",
        kind: "request",
        at: "/requests/2/id",
        is_wrong: |there| there.is_none(),
        right: Some("lea@example.com"),
        reason: "an item lacks its `id` on purpose, to show the error that it gets",
    },
    Slip {
        api: "customer-rtm",
        action: "get_customer",
        kind: "request",
        at: "/payload/session_fields",
        is_wrong: |there| there.is_some(),
        right: None,
        reason: "the sample sends what belongs to another action; the action has no parameters",
    },
    Slip {
        api: "customer-web",
        action: "get_dynamic_configuration",
        kind: "request",
        at: "/license_id",
        is_wrong: |there| there.is_some(),
        right: None,
        reason: "the address names the license, as in v3.3, where v3.5 wants the organization",
    },
    Slip {
        api: "webhooks",
        action: "auto_accesses_updated",
        kind: "webhook",
        at: "/action",
        is_wrong: |there| there.is_some_and(|action| action == "auto_access_added"),
        right: Some("auto_accesses_updated"),
        reason: "the envelope has the name that the webhook had in v3.4",
    },
];

impl Slip {
    /// Puts a sample right, if the slip is in it.
    fn repair(&self, sample: &mut Value) -> bool {
        let (parent, field) = self.at.rsplit_once('/').unwrap();
        let Some(parent) = sample.pointer_mut(parent).and_then(Value::as_object_mut) else { return false };
        if !(self.is_wrong)(parent.get(field)) {
            return false;
        }
        match self.right {
            Some(right) => parent.insert(field.to_owned(), right.into()),
            None => parent.remove(field),
        };
        true
    }
}

/// Puts right what is known to be wrong with a sample, and says why.
pub(crate) fn repair(api: &str, action: &str, kind: &str, text: &str) -> Option<(String, Vec<&'static str>)> {
    let mut slips =
        SLIPS.iter().filter(|slip| (slip.api, slip.action, slip.kind) == (api, action, kind)).peekable();
    slips.peek()?;
    let mut sample = serde_json::from_str(text).ok()?;
    let reasons: Vec<&str> =
        slips.filter_map(|slip| slip.repair(&mut sample).then_some(slip.reason)).collect();
    (!reasons.is_empty()).then(|| (sample.to_string(), reasons))
}
