//! Agents, bots, groups and customers: who there is and what they are set to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use livechat_types::{
    configuration::LoginStatus,
    shared::{
        AgentNotification, AgentRole, EmailSubscription, GroupMembership, RoutingPriority, RoutingStatus,
        SessionFields, Visit, WorkScheduler,
    },
};
use serde::{Deserialize, Serialize};

use super::State;
use crate::ids::digest;

/// A person who works on the license.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Agent {
    /// The e-mail address.
    pub(crate) id: String,
    pub(crate) account_id: String,
    pub(crate) name: String,
    pub(crate) avatar: Option<String>,
    pub(crate) role: AgentRole,
    pub(crate) login_status: LoginStatus,
    pub(crate) job_title: Option<String>,
    pub(crate) mobile: Option<String>,
    pub(crate) max_chats_count: u32,
    pub(crate) awaiting_approval: bool,
    pub(crate) suspended: bool,
    pub(crate) groups: Vec<GroupMembership>,
    pub(crate) notifications: Vec<AgentNotification>,
    pub(crate) email_subscriptions: Vec<EmailSubscription>,
    pub(crate) work_scheduler: Option<WorkScheduler>,
    pub(crate) last_logout: Option<Timestamp>,
    pub(crate) status: Status,
}

/// A bot, which belongs to an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bot {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) name: String,
    pub(crate) avatar: Option<String>,
    pub(crate) owner_client_id: String,
    pub(crate) default_group_priority: RoutingPriority,
    pub(crate) groups: Vec<GroupMembership>,
    pub(crate) work_scheduler: Option<WorkScheduler>,
    pub(crate) job_title: Option<String>,
    pub(crate) max_chats_count: u32,
    pub(crate) status: Status,
}

/// What bots are made of when an application is installed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct BotTemplate {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) name: String,
    pub(crate) avatar: Option<String>,
    pub(crate) owner_client_id: String,
    pub(crate) default_group_priority: RoutingPriority,
    pub(crate) job_title: Option<String>,
    pub(crate) max_chats_count: u32,
}

/// Whether chats are routed to somebody, now and before: the availability report counts it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Status {
    pub(crate) now: RoutingStatus,
    /// Since when each status held, oldest first.
    pub(crate) history: Vec<(Timestamp, RoutingStatus)>,
}

/// How many changes of a status are remembered.
const MAX_HISTORY: usize = 1_000;

impl Status {
    pub(crate) fn new(now: RoutingStatus, since: Timestamp) -> Self {
        Self { history: vec![(since, now.clone())], now }
    }

    /// Whether that is a change.
    pub(crate) fn set(&mut self, status: RoutingStatus, at: Timestamp) -> bool {
        if self.now == status {
            return false;
        }
        if self.history.len() >= MAX_HISTORY {
            self.history.remove(0);
        }
        self.history.push((at, status.clone()));
        self.now = status;
        true
    }

    pub(crate) fn accepts_chats(&self) -> bool {
        self.now == RoutingStatus::AcceptingChats
    }

    pub(crate) fn is_online(&self) -> bool {
        self.now != RoutingStatus::Offline
    }
}

/// A group; who belongs to it is said by the agents and bots.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) language_code: String,
}

/// A customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) avatar: Option<String>,
    pub(crate) session_fields: SessionFields,
    pub(crate) created_at: Timestamp,
    pub(crate) visit: Option<Visit>,
    pub(crate) banned_until: Option<Timestamp>,
    pub(crate) agent_last_event: Option<Timestamp>,
    pub(crate) own_last_event: Option<Timestamp>,
    /// The page that the customer looks at, which auto access rules match on.
    pub(crate) page_url: Option<String>,
}

impl Customer {
    pub(crate) fn new(id: String, created_at: Timestamp) -> Self {
        Self {
            id,
            name: None,
            email: None,
            avatar: None,
            session_fields: SessionFields::new(),
            created_at,
            visit: None,
            banned_until: None,
            agent_last_event: None,
            own_last_event: None,
            page_url: None,
        }
    }

    /// The session fields, which are shown only if there are any.
    pub(crate) fn session_fields_if_set(&self) -> Option<SessionFields> {
        Some(self.session_fields.clone()).filter(|fields| !fields.is_empty())
    }
}

/// What agents and bots have in common where chats are concerned.
pub(crate) struct Worker<'a> {
    pub(crate) id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) avatar: Option<&'a str>,
    pub(crate) job_title: Option<&'a str>,
    pub(crate) groups: &'a [GroupMembership],
    /// That of a group of which no other is set.
    pub(crate) default_priority: &'a RoutingPriority,
    pub(crate) max_chats_count: u32,
    pub(crate) status: &'a Status,
    pub(crate) is_bot: bool,
}

impl Worker<'_> {
    /// The id that customers see.
    pub(crate) fn public_id(&self) -> String {
        public_id(self.id)
    }

    /// The e-mail address, which bots lack.
    pub(crate) fn email(&self) -> Option<&str> {
        (!self.is_bot).then_some(self.id)
    }

    pub(crate) fn priority_in(&self, group: i64) -> Option<&RoutingPriority> {
        self.groups
            .iter()
            .find(|membership| membership.id.get() == group)
            .map(|membership| &membership.priority)
    }
}

/// The id of an agent that customers see: never the e-mail address. Bots have no address to hide.
pub(crate) fn public_id(id: &str) -> String {
    if id.contains('@') { digest(id) } else { id.to_owned() }
}

impl State {
    /// The agent or bot of this id.
    pub(crate) fn worker(&self, id: &str) -> Option<Worker<'_>> {
        let agent = self.agents.get(id).map(|agent| Worker {
            id: &agent.id,
            name: &agent.name,
            avatar: agent.avatar.as_deref(),
            job_title: agent.job_title.as_deref(),
            groups: &agent.groups,
            max_chats_count: agent.max_chats_count,
            default_priority: &RoutingPriority::Normal,
            status: &agent.status,
            is_bot: false,
        });
        agent.or_else(|| {
            self.bots.get(id).map(|bot| Worker {
                id: &bot.id,
                name: &bot.name,
                avatar: bot.avatar.as_deref(),
                job_title: bot.job_title.as_deref(),
                groups: &bot.groups,
                max_chats_count: bot.max_chats_count,
                default_priority: &bot.default_group_priority,
                status: &bot.status,
                is_bot: true,
            })
        })
    }

    /// All agents and bots, agents first.
    pub(crate) fn workers(&self) -> impl Iterator<Item = Worker<'_>> {
        self.agents.keys().chain(self.bots.keys()).filter_map(|id| self.worker(id))
    }

    pub(crate) fn status_mut(&mut self, id: &str) -> Option<&mut Status> {
        match self.agents.get_mut(id) {
            Some(agent) => Some(&mut agent.status),
            None => self.bots.get_mut(id).map(|bot| &mut bot.status),
        }
    }

    /// The members of a group and their priorities.
    pub(crate) fn priorities(&self, group: i64) -> BTreeMap<String, RoutingPriority> {
        self.workers()
            .filter_map(|worker| Some((worker.id.to_owned(), worker.priority_in(group)?.clone())))
            .collect()
    }

    /// Sets who belongs to a group; whoever is not named leaves it.
    pub(crate) fn set_priorities(&mut self, group: i64, priorities: &BTreeMap<String, RoutingPriority>) {
        let agents = self.agents.values_mut().map(|agent| (&agent.id, &mut agent.groups));
        let bots = self.bots.values_mut().map(|bot| (&bot.id, &mut bot.groups));
        for (id, groups) in agents.chain(bots) {
            groups.retain(|membership| membership.id.get() != group);
            if let Some(priority) = priorities.get(id) {
                groups.push(GroupMembership::new(group, priority.clone()));
            }
        }
    }

    /// Whether a group takes chats: `accepting_chats` if one of its members does.
    pub(crate) fn group_status(&self, group: i64) -> RoutingStatus {
        let members: Vec<_> =
            self.workers().filter(|worker| group == 0 || worker.priority_in(group).is_some()).collect();
        if members.iter().any(|worker| worker.status.accepts_chats()) {
            RoutingStatus::AcceptingChats
        } else if members.iter().any(|worker| worker.status.is_online()) {
            RoutingStatus::NotAcceptingChats
        } else {
            RoutingStatus::Offline
        }
    }

    /// The customer of this id, made if there is none.
    pub(crate) fn customer_entry(&mut self, id: &str, now: Timestamp) -> &mut Customer {
        self.customers.entry(id.to_owned()).or_insert_with(|| Customer::new(id.to_owned(), now))
    }

    pub(crate) fn is_banned(&self, customer: &str, now: Timestamp) -> bool {
        self.customers
            .get(customer)
            .and_then(|customer| customer.banned_until)
            .is_some_and(|until| now < until)
    }
}
