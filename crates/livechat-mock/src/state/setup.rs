//! What there is before anything happens: the people, the groups and the application that the ready-made tokens are for.

use jiff::Timestamp;
use livechat_types::{
    configuration::LoginStatus,
    shared::{AgentRole, GroupMembership, RoutingPriority, RoutingStatus},
};
use serde::{Deserialize, Serialize};

use super::{
    State,
    access::Who,
    people::{Agent, Bot, Group, Status},
    tokens::{TokenKind, all_scopes},
};

/// The agent that the ready-made tokens speak for: the owner of the license.
pub(crate) const OWNER: &str = "owner@example.com";
/// An agent of the groups 0 and 1.
pub(crate) const AGENT: &str = "agent@example.com";
/// An agent of group 1 alone.
pub(crate) const SECOND_AGENT: &str = "sales@example.com";

/// The ready-made tokens: what a test or a person that tries something starts with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ReadyMade {
    pub(crate) account_id: String,
    pub(crate) personal: String,
    pub(crate) agent: String,
    pub(crate) customer: String,
    pub(crate) customer_id: String,
    pub(crate) bot: String,
    pub(crate) bot_id: String,
}

impl State {
    /// Adds the people and groups.
    pub(super) fn found(&mut self, now: Timestamp) {
        for (id, name) in [(0, "General"), (1, "Sales")] {
            self.groups.insert(id, Group { name: name.to_owned(), language_code: "en".to_owned() });
        }
        let people = [
            (OWNER, "Olivia Owner", AgentRole::Owner, &[0, 1][..]),
            (AGENT, "Adam Agent", AgentRole::Administrator, &[0, 1][..]),
            (SECOND_AGENT, "Sara Sales", AgentRole::Normal, &[1][..]),
        ];
        for (id, name, role, groups) in people {
            let account_id = self.ids.uuid();
            let mut agent = new_agent(id, name, role, account_id, now);
            agent.groups =
                groups.iter().map(|&group| GroupMembership::new(group, RoutingPriority::Normal)).collect();
            agent.status.set(RoutingStatus::AcceptingChats, now);
            self.agents.insert(id.to_owned(), agent);
        }
        let (id, secret) = (self.ids.hex(), self.ids.secret());
        let owner = self.organization.client_id.clone();
        self.bots.insert(id.clone(), new_bot(id, secret, "Helper", &owner, now));
    }

    /// Issues the ready-made tokens. They do not expire.
    pub(crate) fn ready_made(&mut self) -> ReadyMade {
        let now = self.now();
        let client = self.organization.client_id.clone();
        let bot_id = self.bots.keys().next().cloned().unwrap_or_default();
        let customer_id = self.ids.uuid();
        self.customer_entry(&customer_id, now).name = Some("Cora Customer".to_owned());
        let mut issue = |who: Who, kind| self.issue(who, &client, all_scopes(), kind, None, now);
        let ready = ReadyMade {
            personal: issue(Who::Agent(OWNER.to_owned()), TokenKind::Personal),
            agent: issue(Who::Agent(OWNER.to_owned()), TokenKind::Bearer),
            customer: issue(Who::Customer(customer_id.clone()), TokenKind::Bearer),
            bot: self.issue_bot_token(&bot_id, None, now),
            account_id: self.account_id(OWNER),
            customer_id,
            bot_id,
        };
        self.ready = Some(ready.clone());
        ready
    }

    /// A bot's own token, whose scopes are fixed.
    pub(crate) fn issue_bot_token(&mut self, bot: &str, lifetime: Option<i64>, now: Timestamp) -> String {
        let client = self.bots.get(bot).map(|bot| bot.owner_client_id.clone()).unwrap_or_default();
        let scopes = ["chats--access:rw", "agents-bot--my:rw", "customers:rw"].map(str::to_owned);
        self.issue(Who::Bot(bot.to_owned()), &client, scopes.into(), TokenKind::Bearer, lifetime, now)
    }
}

/// An agent that nothing is set of.
pub(crate) fn new_agent(id: &str, name: &str, role: AgentRole, account_id: String, now: Timestamp) -> Agent {
    Agent {
        id: id.to_owned(),
        account_id,
        name: name.to_owned(),
        avatar: None,
        role,
        login_status: LoginStatus::AcceptingChats,
        job_title: None,
        mobile: None,
        max_chats_count: 6,
        awaiting_approval: false,
        suspended: false,
        groups: Vec::new(),
        notifications: Vec::new(),
        email_subscriptions: Vec::new(),
        work_scheduler: None,
        last_logout: None,
        status: Status::new(RoutingStatus::Offline, now),
    }
}

/// A bot that nothing is set of.
pub(crate) fn new_bot(id: String, secret: String, name: &str, owner_client_id: &str, now: Timestamp) -> Bot {
    Bot {
        id,
        secret,
        name: name.to_owned(),
        avatar: None,
        owner_client_id: owner_client_id.to_owned(),
        default_group_priority: RoutingPriority::Normal,
        groups: Vec::new(),
        work_scheduler: None,
        job_title: None,
        max_chats_count: 6,
        status: Status::new(RoutingStatus::Offline, now),
    }
}
