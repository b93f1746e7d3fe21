//! Who gets a chat: assigning agents, queues, and auto access.

use std::cmp::Reverse;

use jiff::Timestamp;
use livechat_types::{
    configuration::AutoAccess,
    customer::GroupStatus,
    shared::{
        ErrorType, Event, PageCondition, Queue, RoutingPriority, RoutingStatus, SystemMessageType, Visibility,
    },
};

use super::{State, chats::Kind, people::Customer};
use crate::error::ApiError;

/// What became of the search for an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Routed {
    /// This agent or bot has a free slot.
    To(String),
    /// All are busy.
    Queued,
    /// Nobody accepts chats.
    Offline,
}

/// A chat that was given to an agent.
#[derive(Debug)]
pub(crate) struct Assigned {
    pub(crate) chat: String,
    pub(crate) agent: String,
    /// What the system wrote into the thread.
    pub(crate) message: Event,
}

/// About how many seconds a chat ahead in the queue costs.
const SECONDS_PER_CHAT: i64 = 60;

impl State {
    /// Finds who takes a chat of these groups: the best priority first, then the fewest chats.
    pub(crate) fn route(&self, group_ids: &[i64], except: &[String]) -> Routed {
        let candidates: Vec<_> = self
            .workers()
            .filter(|worker| worker.status.accepts_chats())
            .filter_map(|worker| {
                let priority =
                    group_ids.iter().filter_map(|group| worker.priority_in(*group)).map(rank).max();
                let priority = match priority {
                    // Everyone is in group 0, of which nothing need be said: then a bot has its default priority.
                    None if group_ids.contains(&0) => Some(rank(worker.default_priority)),
                    other => other,
                };
                Some((priority.filter(|&priority| priority > 0)?, worker))
            })
            .collect();
        if candidates.is_empty() {
            return Routed::Offline;
        }
        candidates
            .into_iter()
            .filter(|(_, worker)| !except.iter().any(|id| id == worker.id))
            .map(|(priority, worker)| (Reverse(priority), self.load(worker.id), worker))
            .filter(|(_, load, worker)| *load < usize::try_from(worker.max_chats_count).unwrap_or(usize::MAX))
            .min_by_key(|(priority, load, worker)| (*priority, *load, worker.id.to_owned()))
            .map_or(Routed::Queued, |(_, _, worker)| Routed::To(worker.id.to_owned()))
    }

    /// A place at the end of the queue.
    pub(crate) fn queue_place(&self, now: Timestamp) -> Queue {
        let waiting = self.chats.values().filter_map(|chat| chat.active()?.queue.as_ref()).count();
        let position = i64::try_from(waiting).unwrap_or(i64::MAX - 1) + 1;
        let mut queue = Queue::new(position, position.saturating_mul(SECONDS_PER_CHAT));
        queue.queued_at = Some(now);
        queue
    }

    /// Gives waiting chats to agents that have become free, the longest waiting first, and says which.
    pub(crate) fn serve_queue(&mut self, now: Timestamp) -> Vec<Assigned> {
        let mut waiting: Vec<_> = self
            .chats
            .values()
            .filter_map(|chat| {
                Some((chat.active()?.queue.as_ref()?.queued_at, chat.id.clone(), chat.group_ids.clone()))
            })
            .collect();
        waiting.sort();
        let mut place = 0;
        let mut assigned = Vec::new();
        for (_, id, group_ids) in waiting {
            if let Routed::To(agent) = self.route(&group_ids, &[]) {
                assigned.extend(self.assign(&id, &agent, now));
            } else if let Some(queue) = self
                .chats
                .get_mut(&id)
                .and_then(|chat| chat.active_mut())
                .and_then(|thread| thread.queue.as_mut())
            {
                place += 1;
                queue.position = place;
                queue.wait_time = place * SECONDS_PER_CHAT;
            }
        }
        assigned
    }

    /// Makes an agent a member of a chat that was routed to them.
    pub(crate) fn assign(&mut self, chat: &str, agent: &str, now: Timestamp) -> Option<Assigned> {
        let name = self.worker(agent)?.name.to_owned();
        let text = format!("{name} joined the chat");
        self.assign_with(chat, agent, now, SystemMessageType::RoutingAssigned, &text, &[("agent", &name)])
    }

    /// The same, with another message of the system.
    pub(crate) fn assign_with(
        &mut self,
        chat: &str,
        agent: &str,
        now: Timestamp,
        kind: SystemMessageType,
        text: &str,
        variables: &[(&str, &str)],
    ) -> Option<Assigned> {
        let chat = self.chats.get_mut(chat)?;
        chat.join(agent, Kind::Agent, Visibility::All, now);
        let chat_id = chat.id.clone();
        let thread = chat.active_mut()?;
        thread.leave_queue(now);
        let message = thread.announce(now, kind, text, variables);
        Some(Assigned { chat: chat_id, agent: agent.to_owned(), message })
    }

    /// The groups that an auto access rule gives this customer, if one matches.
    pub(crate) fn auto_access(&self, customer: &Customer) -> Option<Vec<i64>> {
        let rule = self.auto_accesses.iter().find(|rule| matches_rule(rule, customer))?;
        Some(rule.access.groups.iter().map(|group| group.get()).collect())
    }

    /// What customers see of a group's status.
    pub(crate) fn customer_group_status(&self, group: i64) -> GroupStatus {
        match self.group_status(group) {
            RoutingStatus::AcceptingChats => match self.route(&[group], &[]) {
                Routed::Queued => GroupStatus::OnlineForQueue,
                _ => GroupStatus::Online,
            },
            _ => GroupStatus::Offline,
        }
    }

    /// The groups of a new chat exist.
    pub(crate) fn check_groups<'a>(&self, groups: impl IntoIterator<Item = &'a i64>) -> Result<(), ApiError> {
        for group in groups {
            if !self.groups.contains_key(group) {
                return Err(ApiError::new(ErrorType::GroupNotFound, format!("there is no group {group}")));
            }
        }
        Ok(())
    }
}

/// Higher is earlier; supervisors get no chats.
fn rank(priority: &RoutingPriority) -> u8 {
    match priority {
        RoutingPriority::First => 3,
        RoutingPriority::Normal => 2,
        RoutingPriority::Last => 1,
        _ => 0,
    }
}

/// All conditions that are set must match.
fn matches_rule(rule: &AutoAccess, customer: &Customer) -> bool {
    let url = customer.page_url.as_deref().unwrap_or_default();
    let domain =
        url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
    let conditions = &rule.conditions;
    let place = customer.visit.as_ref().and_then(|visit| visit.geolocation.as_ref());
    conditions.url.as_ref().is_none_or(|condition| matches_page(condition, url))
        && conditions.domain.as_ref().is_none_or(|condition| matches_page(condition, domain))
        && conditions.geolocation.as_ref().is_none_or(|condition| {
            place.is_some_and(|place| {
                condition.values.iter().any(|wanted| {
                    [
                        (&wanted.country, &place.country),
                        (&wanted.country_code, &place.country_code),
                        (&wanted.region, &place.region),
                        (&wanted.city, &place.city),
                    ]
                    .iter()
                    .all(|(wanted, is)| wanted.is_none() || wanted == is)
                })
            })
        })
}

fn matches_page(condition: &PageCondition, text: &str) -> bool {
    let any = |matches: &[livechat_types::shared::PageMatch]| {
        matches.iter().any(|page| {
            if page.exact_match == Some(true) { page.value == text } else { text.contains(&page.value) }
        })
    };
    condition.values.as_deref().is_none_or(&any) && !condition.exclude_values.as_deref().is_some_and(&any)
}
