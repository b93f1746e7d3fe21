//! Registered webhooks: brings those of an application to a declared set.
//!
//! ```no_run
//! use livechat_client::{Credentials, LiveChat, webhooks::WebhookSet};
//! use livechat_client::types::configuration::{RegisterWebhook, WebhookAction, WebhookType};
//!
//! # async fn example() -> livechat_client::Result<()> {
//! let livechat = LiveChat::new(Credentials::personal_access_token("6c1a52e0-…", "dal:…"))?;
//! let (client_id, url) = ("7d3e1b0c9f8a4e2d…", "https://hooks.example.com/livechat");
//! let declared = [WebhookAction::IncomingChat, WebhookAction::IncomingEvent]
//!     .map(|action| RegisterWebhook::new(action, "the secret", url, client_id, WebhookType::License));
//!
//! let plan = WebhookSet::new(client_id, declared).enabled().plan(&livechat.configuration()).await?;
//! print!("{plan}");
//! plan.carry_out().await?;
//! # Ok(())
//! # }
//! ```
//!
//! What it prints, if another address was registered before:
//!
//! ```text
//! webhooks of 7d3e1b0c9f8a4e2d…: 2 to register, 1 to unregister, 0 to keep
//! + incoming_chat (license) to https://hooks.example.com/livechat
//! - incoming_chat (license) to https://old.example.com/livechat, webhook hk29xv0d
//! + incoming_event (license) to https://hooks.example.com/livechat
//! ```
//!
//! Carried out twice, the second time does nothing: who deploys may run it each time.

use std::{collections::BTreeMap, fmt};

use livechat_types::{
    configuration::{
        ChatPresenceFilter, EnableLicenseWebhooks, GetLicenseWebhooksState, ListWebhooks, RegisterWebhook,
        UnregisterWebhook, Webhook, WebhookAction, WebhookAdditionalData, WebhookFilters, WebhookType,
    },
    shared::ids::{ClientId, WebhookId},
};

use crate::{ConfigurationApi, Error, Result};

/// How many webhooks of one action an application may have.
const MOST_OF_AN_ACTION: usize = 3;

/// The webhooks that an application shall have: these and no others.
#[derive(Debug, Clone)]
#[must_use]
pub struct WebhookSet {
    owner_client_id: ClientId,
    declared: Vec<RegisterWebhook>,
    enabled: bool,
    renewed: bool,
}

/// What is to be done so that the registered webhooks are the declared ones. Its `Display` is the dry run.
#[derive(Debug, Clone)]
#[must_use = "a plan does nothing until it is carried out"]
pub struct Plan {
    configuration: ConfigurationApi,
    owner_client_id: ClientId,
    steps: Vec<Step>,
    kept: Vec<Webhook>,
}

/// A step of a [`Plan`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// A webhook is declared and not registered.
    Register(RegisterWebhook),
    /// A webhook is registered and not declared.
    Unregister(Webhook),
    /// The license's webhooks are off and shall be on.
    EnableLicenseWebhooks,
}

impl WebhookSet {
    /// The webhooks of an application. Each of them has the same `owner_client_id` as the set.
    pub fn new(
        owner_client_id: impl Into<ClientId>,
        webhooks: impl IntoIterator<Item = RegisterWebhook>,
    ) -> Self {
        Self {
            owner_client_id: owner_client_id.into(),
            declared: webhooks.into_iter().collect(),
            enabled: false,
            renewed: false,
        }
    }

    /// Also switches the license's webhooks on, if they are off.
    ///
    /// They are on as soon as the application is installed, unless someone switched them off. Needs the scope `webhooks.state:rw`
    /// besides `webhooks.configuration:rw`.
    pub fn enabled(mut self) -> Self {
        self.enabled = true;
        self
    }

    /// Registers all webhooks anew, also those that look the same: for new secret keys, which the server does not tell.
    pub fn renewed(mut self) -> Self {
        self.renewed = true;
        self
    }

    /// Asks what is registered, and plans what to do. Nothing is changed.
    pub async fn plan(&self, configuration: &ConfigurationApi) -> Result<Plan> {
        if let Some(other) =
            self.declared.iter().find(|webhook| webhook.owner_client_id != self.owner_client_id)
        {
            return Err(Error::build(format!(
                "the webhook `{}` belongs to the application `{}`, and the set to `{}`: give both the same client id",
                other.action, other.owner_client_id, self.owner_client_id
            )));
        }
        let request = ListWebhooks::new(self.owner_client_id.clone());
        let registered = configuration.list_webhooks(&request).await?.into_inner();
        let (mut steps, kept) = compare(&self.declared, registered, self.renewed);
        if self.enabled {
            let request = GetLicenseWebhooksState::new().owner_client_id(self.owner_client_id.clone());
            let state = configuration.get_license_webhooks_state(&request).await?;
            if !state.license_webhooks_enabled {
                steps.push(Step::EnableLicenseWebhooks);
            }
        }
        let (configuration, owner_client_id) = (configuration.clone(), self.owner_client_id.clone());
        Ok(Plan { configuration, owner_client_id, steps, kept })
    }
}

impl Plan {
    /// What is to be done, in this order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The registered webhooks that stay as they are.
    #[must_use]
    pub fn kept(&self) -> &[Webhook] {
        &self.kept
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Does it, one step after the other, and returns the ids of the webhooks that were registered.
    ///
    /// It stops at the first failure, with all earlier steps done. Plan again then: what was done is seen, what was not is planned.
    pub async fn carry_out(self) -> Result<Vec<WebhookId>> {
        let mut registered = Vec::new();
        for step in self.steps {
            tracing::info!(step = %step, "webhooks");
            match step {
                Step::Register(request) => {
                    registered.push(self.configuration.register_webhook(&request).await?.into_inner().id);
                }
                Step::Unregister(webhook) => {
                    let request = UnregisterWebhook::new(webhook.id, webhook.owner_client_id);
                    self.configuration.unregister_webhook(&request).await?;
                }
                Step::EnableLicenseWebhooks => {
                    let request = EnableLicenseWebhooks::new().owner_client_id(self.owner_client_id.clone());
                    self.configuration.enable_license_webhooks(&request).await?;
                }
            }
        }
        Ok(registered)
    }
}

/// What to do, and what stays.
fn compare(
    declared: &[RegisterWebhook],
    registered: Vec<Webhook>,
    renewed: bool,
) -> (Vec<Step>, Vec<Webhook>) {
    let mut room: BTreeMap<WebhookAction, Room> = BTreeMap::new();
    for webhook in &registered {
        room.entry(webhook.action.clone()).or_default().taken += 1;
    }
    let (mut superfluous, mut kept) = (registered, Vec::new());
    for webhook in declared {
        let meaning = Meaning::from(webhook);
        let same = superfluous.iter().position(|other| !renewed && meaning == Meaning::from(other));
        match same {
            Some(same) => kept.push(superfluous.remove(same)),
            None => room.entry(webhook.action.clone()).or_default().new.push(webhook.clone()),
        }
    }
    for webhook in superfluous {
        room.entry(webhook.action.clone()).or_default().old.push(webhook);
    }
    (room.into_values().flat_map(Room::steps).collect(), kept)
}

/// The webhooks of one action that come and go.
#[derive(Default)]
struct Room {
    taken: usize,
    new: Vec<RegisterWebhook>,
    old: Vec<Webhook>,
}

impl Room {
    /// Registers first, as far as there is room, so that no message is missed between one webhook and the next.
    fn steps(self) -> Vec<Step> {
        let mut taken = self.taken;
        let mut old = self.old.into_iter();
        let mut steps = Vec::new();
        for webhook in self.new {
            if taken >= MOST_OF_AN_ACTION {
                steps.extend(old.next().map(Step::Unregister));
            } else {
                taken += 1;
            }
            steps.push(Step::Register(webhook));
        }
        steps.extend(old.map(Step::Unregister));
        steps
    }
}

/// What a webhook does: two with the same meaning need not both be there. The secret key is left out, as the server does not tell it.
#[derive(PartialEq)]
struct Meaning<'a> {
    action: &'a WebhookAction,
    r#type: &'a WebhookType,
    url: &'a str,
    description: &'a str,
    additional_data: Vec<&'a WebhookAdditionalData>,
    filters: WebhookFilters,
}

/// A webhook is declared by one type and told by another, which name these fields alike.
macro_rules! meaning_of {
    ($($type:ty)*) => {$(
        impl<'a> From<&'a $type> for Meaning<'a> {
            fn from(webhook: &'a $type) -> Self {
                Self {
                    action: &webhook.action,
                    r#type: &webhook.r#type,
                    url: &webhook.url,
                    description: webhook.description.as_deref().unwrap_or_default(),
                    additional_data: sorted(webhook.additional_data.as_deref()),
                    filters: normal(webhook.filters.clone()),
                }
            }
        }
    )*};
}

meaning_of! { RegisterWebhook Webhook }

fn sorted(data: Option<&[WebhookAdditionalData]>) -> Vec<&WebhookAdditionalData> {
    let mut data: Vec<_> = data.unwrap_or_default().iter().collect();
    data.sort();
    data.dedup();
    data
}

/// Filters in one spelling: lists in order, and what filters nothing left out.
fn normal(filters: Option<WebhookFilters>) -> WebhookFilters {
    let mut filters = filters.unwrap_or_default();
    filters.only_my_chats = filters.only_my_chats.filter(|only| *only);
    if let Some(sources) = &mut filters.source_type {
        sources.sort();
    }
    if let Some(presence) = &mut filters.chat_presence {
        presence.my_bots = presence.my_bots.filter(|mine| *mine);
        if let Some(users) = &mut presence.user_ids {
            users.values.iter_mut().chain(&mut users.exclude_values).for_each(|ids| ids.sort());
        }
    }
    filters.chat_presence =
        filters.chat_presence.filter(|presence| *presence != ChatPresenceFilter::default());
    filters
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |wanted: fn(&Step) -> bool| self.steps.iter().filter(|step| wanted(step)).count();
        writeln!(
            f,
            "webhooks of {}: {} to register, {} to unregister, {} to keep",
            self.owner_client_id,
            count(|step| matches!(step, Step::Register(_))),
            count(|step| matches!(step, Step::Unregister(_))),
            self.kept.len(),
        )?;
        self.steps.iter().try_for_each(|step| writeln!(f, "{step}"))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Register(webhook) => {
                write!(f, "+ {} ({}) to {}", webhook.action, webhook.r#type, shown(&webhook.url))
            }
            Self::Unregister(webhook) => {
                let Webhook { action, r#type, url, id, .. } = webhook;
                write!(f, "- {action} ({type}) to {}, webhook {id}", shown(url), r#type = r#type)
            }
            Self::EnableLicenseWebhooks => f.write_str("! switch the license's webhooks on"),
        }
    }
}

/// An address without what may be a secret in it: user and password, and the values of its query.
fn shown(url: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, ""), |(address, _)| (address, "?…"));
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let colon = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{colon}{host}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_password_and_query() {
        for (url, expected) in [
            ("https://hooks.example.com/a/b", "https://hooks.example.com/a/b"),
            ("https://me:hunter2@hooks.example.com/a?key=hunter2", "https://hooks.example.com/a?…"),
            ("hooks.example.com", "hooks.example.com"),
            ("https://hooks.example.com/@a", "https://hooks.example.com/@a"),
        ] {
            assert_eq!(shown(url), expected);
        }
    }
}
