//! The Reports API: everything is counted from the chats there are.

pub(crate) mod agents;
pub(crate) mod chats;
mod range;
pub(crate) mod tags;

use jiff::{Timestamp, ZonedDateTime};
use livechat_types::reports::{ChatsDistribution, ChatsReportFilters, FormKind, GroupFilter, OffsetDateTime};

use super::Call;
use crate::{
    error::ApiError,
    search::{Choice, Forms, Greetings, Response, Search, property_choice},
    state::chats::{Chat, Thread},
};
use range::{Range, instant};

/// A chat's thread that a report counts.
type Counted<'a> = (&'a Chat, &'a Thread);

/// What a report on chats is about: the threads that pass its filters, and how they are broken down.
struct Counting<'a> {
    range: Range,
    threads: Vec<Counted<'a>>,
}

impl<'a> Counting<'a> {
    fn new(
        call: &'a Call<'_>,
        distribution: Option<&ChatsDistribution>,
        timezone: Option<&str>,
        filters: Option<&ChatsReportFilters>,
    ) -> Result<Self, ApiError> {
        let search = search(filters)?;
        let (from, to) = times(filters)?;
        let distribution = distribution.map_or("day", ChatsDistribution::as_str);
        let range = Range::new(call.now, distribution, timezone, from, to)?;
        let all =
            call.state.chats.values().flat_map(|chat| chat.threads.iter().map(move |thread| (chat, thread)));
        let by_greeting =
            filters.is_some_and(|filters| filters.from.is_none() && filters.greetings.is_some());
        let threads = all
            .filter(|(_, thread)| by_greeting || range.contains(thread.created_at))
            .filter(|(chat, thread)| search.holds(call.state, chat, thread))
            .collect();
        Ok(Self { range, threads })
    }

    fn total(&self) -> Option<i64> {
        Some(i64::try_from(self.threads.len()).unwrap_or(i64::MAX))
    }

    /// The records by the report's distribution, those without chats included.
    fn records<R>(
        &self,
        empty: impl Fn() -> R,
        count: impl Fn(&[Counted<'a>]) -> R,
    ) -> std::collections::BTreeMap<String, R> {
        let mut buckets = std::collections::BTreeMap::<String, Vec<Counted<'a>>>::new();
        for &(chat, thread) in &self.threads {
            buckets.entry(self.range.key(thread.created_at)).or_default().push((chat, thread));
        }
        let mut records: std::collections::BTreeMap<String, R> =
            self.range.keys().into_iter().map(|key| (key, empty())).collect();
        records.extend(buckets.into_iter().map(|(key, threads)| (key, count(&threads))));
        records
    }
}

/// If there are filters, exactly one pair of times is among them.
fn times(
    filters: Option<&ChatsReportFilters>,
) -> Result<(Option<ZonedDateTime>, Option<ZonedDateTime>), ApiError> {
    let Some(filters) = filters else { return Ok((None, None)) };
    let greetings = filters.greetings.as_ref();
    let forms = filters.forms.iter().flatten().find(|form| form.from.is_some() || form.to.is_some());
    let pairs = [
        (filters.from.as_ref(), filters.to.as_ref()),
        (greetings.and_then(|filter| filter.from.as_ref()), greetings.and_then(|filter| filter.to.as_ref())),
        (forms.and_then(|filter| filter.from.as_ref()), forms.and_then(|filter| filter.to.as_ref())),
    ];
    let mut set = pairs.iter().filter(|(from, to)| from.is_some() || to.is_some());
    match (set.next(), set.next()) {
        (Some((Some(from), Some(to))), None) => {
            Ok((Some(instant("filters.from", from)?), Some(instant("filters.to", to)?)))
        }
        _ => Err(ApiError::validation(
            "`filters`: exactly one pair of times, such as `filters.from` and `filters.to`",
        )),
    }
}

/// A time that [`times`] refuses if it is none.
fn checked(time: Option<&OffsetDateTime>) -> Option<Timestamp> {
    instant("", time?).ok().map(|time| time.timestamp())
}

fn groups(filter: Option<&GroupFilter>) -> Choice {
    filter.map_or_else(Choice::default, |groups| Choice {
        exists: groups.exists,
        every: groups.require_every_value.unwrap_or(false),
        ..Choice::lenient(groups.values.as_deref(), groups.exclude_values.as_deref())
    })
}

macro_rules! choice {
    ($place:literal, $filter:expr) => {
        match &$filter {
            Some(filter) => Choice::new(
                $place,
                filter.exists,
                filter.values.as_deref(),
                filter.exclude_values.as_deref(),
                filter.require_every_value,
            )?,
            None => Choice::default(),
        }
    };
}

fn search(filters: Option<&ChatsReportFilters>) -> Result<Search, ApiError> {
    let Some(filters) = filters else { return Ok(Search::default()) };
    let mut properties = Vec::new();
    for (namespace, names) in filters.properties.iter().flatten() {
        for (name, filter) in names {
            let (values, exclude) = (filter.values.as_ref(), filter.exclude_values.as_ref());
            properties.push(property_choice("filters", namespace, name, filter.exists, values, exclude)?);
        }
    }
    let event_types = match &filters.event_types {
        Some(filter) => Choice::new(
            "filters.event_types",
            None,
            filter.values.as_deref(),
            filter.exclude_values.as_deref(),
            filter.require_every_value,
        )?,
        None => Choice::default(),
    };
    if let Some(response) = &filters.agent_response
        && response.first != Some(true)
        && (response.agents.is_some() || response.groups.is_some())
    {
        return Err(ApiError::validation(
            "`filters.agent_response`: `agents` and `groups` need `first` to be `true`",
        ));
    }
    Ok(Search {
        groups: choice!("filters.groups", filters.groups),
        agents: choice!("filters.agents", filters.agents),
        tags: choice!("filters.tags", filters.tags),
        sales: choice!("filters.sales", filters.sales),
        goals: choice!("filters.goals", filters.goals),
        countries: choice!("filters.customer_countries", filters.customer_countries),
        event_types,
        greetings: filters.greetings.as_ref().map(|filter| Greetings {
            from: checked(filter.from.as_ref()),
            to: checked(filter.to.as_ref()),
            ids: Choice {
                exists: filter.exists,
                ..Choice::lenient(filter.values.as_deref(), filter.exclude_values.as_deref())
            },
            groups: groups(filter.groups.as_ref()),
        }),
        forms: forms(filters),
        response: filters.agent_response.as_ref().map(|filter| Response {
            exists: filter.exists,
            first: filter.first.unwrap_or(false),
            agents: filter.agents.as_ref().map_or_else(Choice::default, |agents| {
                Choice::lenient(agents.values.as_deref(), agents.exclude_values.as_deref())
            }),
            groups: groups(filter.groups.as_ref()),
        }),
        properties,
        ..Search::default()
    })
}

fn forms(filters: &ChatsReportFilters) -> Vec<Forms> {
    let forms = filters.forms.iter().flatten();
    forms
        .map(|filter| Forms {
            form_type: filter.r#type.as_ref().map(|kind| match kind {
                FormKind::PreChat => "prechat".to_owned(),
                FormKind::PostChat => "postchat".to_owned(),
                other => other.to_string(),
            }),
            from: checked(filter.from.as_ref()),
            to: checked(filter.to.as_ref()),
            answers: Choice {
                exists: filter.exists,
                ..Choice::lenient(filter.values.as_deref(), filter.exclude_values.as_deref())
            },
            groups: groups(filter.groups.as_ref()),
        })
        .collect()
}
