//! Reports on agents.

use std::collections::BTreeMap;

use jiff::Timestamp;
use livechat_types::{
    reports::{
        AgentsAvailability, AgentsDistribution, AgentsPerformance, AgentsReportFilters, AvailabilityRecord,
        AvailabilityReport, PerformanceRecord, PerformanceReport, PerformanceSummary,
    },
    shared::RoutingStatus,
};

use super::{
    Counted,
    chats::{average, chatting, first_response, number, rated},
    range::{Range, instant},
};
use crate::{
    actions::Call,
    error::ApiError,
    search::agents,
    state::people::{Status, Worker},
};

fn range(
    call: &Call<'_>,
    distribution: Option<&AgentsDistribution>,
    timezone: Option<&str>,
    filters: Option<&AgentsReportFilters>,
) -> Result<Range, ApiError> {
    let distribution = distribution.map_or("day", AgentsDistribution::as_str);
    let Some(filters) = filters else { return Range::new(call.now, distribution, timezone, None, None) };
    let (Some(from), Some(to)) = (&filters.from, &filters.to) else {
        return Err(ApiError::validation("`filters`: `from` and `to` are required in it"));
    };
    let (from, to) = (instant("filters.from", from)?, instant("filters.to", to)?);
    Range::new(call.now, distribution, timezone, Some(from), Some(to))
}

/// The agents that the filters mean.
fn wanted<'a>(call: &'a Call<'_>, filters: Option<&AgentsReportFilters>) -> Vec<Worker<'a>> {
    let ids = filters.and_then(|filters| filters.agents.as_ref());
    let groups = filters.and_then(|filters| filters.groups.as_ref()?.values.as_ref());
    let meant = |worker: &Worker<'_>| {
        ids.and_then(|ids| ids.values.as_ref()).is_none_or(|ids| ids.iter().any(|id| *id == worker.id))
            && !ids
                .and_then(|ids| ids.exclude_values.as_ref())
                .is_some_and(|ids| ids.iter().any(|id| *id == worker.id))
            && groups
                .is_none_or(|groups| groups.iter().any(|group| worker.priority_in(group.get()).is_some()))
    };
    call.state.workers().filter(|worker| !worker.is_bot && meant(worker)).collect()
}

/// The spans in which somebody had a status.
fn spans(
    status: &Status,
    now: Timestamp,
    wanted: impl Fn(&RoutingStatus) -> bool,
) -> Vec<(Timestamp, Timestamp)> {
    let ends = status.history.iter().skip(1).map(|(at, _)| *at).chain(std::iter::once(now));
    let all = status.history.iter().zip(ends);
    all.filter(|((_, status), _)| wanted(status)).map(|((start, _), end)| (*start, end)).collect()
}

/// How many seconds of a piece of time the spans cover; where they overlap, they count once.
fn covered(spans: &mut [(Timestamp, Timestamp)], from: Timestamp, to: Timestamp) -> i64 {
    spans.sort_unstable();
    let mut covered = 0;
    let mut reached = from;
    for &(start, end) in spans.iter() {
        let (start, end) = (start.max(reached), end.min(to));
        if end > start {
            covered += end.duration_since(start).as_secs();
            reached = end;
        }
    }
    covered
}

pub(crate) fn availability(
    call: &mut Call<'_>,
    request: AgentsAvailability,
) -> Result<AvailabilityReport, ApiError> {
    let filters = request.filters.as_ref();
    let range = range(call, request.distribution.as_ref(), request.timezone.as_deref(), filters)?;
    let accepts = |status: &RoutingStatus| *status == RoutingStatus::AcceptingChats;
    let workers = wanted(call, filters);
    let mut spans: Vec<_> =
        workers.iter().flat_map(|worker| spans(worker.status, call.now, accepts)).collect();
    let mut records = BTreeMap::new();
    let mut total = 0;
    for (key, from, to) in range.pieces() {
        let seconds = covered(&mut spans, from, to);
        total += seconds;
        let mut record = AvailabilityRecord::new();
        if range.cuts_hours() {
            record.minutes = share(seconds, 60);
        } else {
            record.hours = share(seconds, 3_600);
        }
        records.insert(key, record);
    }
    let mut report = AvailabilityReport::new(records);
    report.name = Some("availability-report".to_owned());
    report.total = share(total, 3_600);
    Ok(report)
}

/// Seconds in another unit, rounded to hundredths.
#[expect(clippy::cast_precision_loss, reason = "seconds of a report's range are far below 2^52")]
fn share(seconds: i64, unit: i64) -> Option<f64> {
    Some((seconds as f64 / unit as f64 * 100.0).round() / 100.0)
}

pub(crate) fn performance(
    call: &mut Call<'_>,
    request: AgentsPerformance,
) -> Result<PerformanceReport, ApiError> {
    let filters = request.filters.as_ref();
    let range = range(call, request.distribution.as_ref(), request.timezone.as_deref(), filters)?;
    let all: Vec<Counted<'_>> = call
        .state
        .chats
        .values()
        .flat_map(|chat| chat.threads.iter().map(move |thread| (chat, thread)))
        .filter(|(_, thread)| range.contains(thread.created_at))
        .collect();
    let bounds = range.pieces();
    let bounds = bounds.first().zip(bounds.last()).map(|(first, last)| (first.1, last.2));
    let (from, to) = bounds.unwrap_or((Timestamp::MIN, call.now));
    let mut records = BTreeMap::new();
    for worker in wanted(call, filters) {
        let own: Vec<Counted<'_>> = all
            .iter()
            .filter(|(_, thread)| agents(call.state, thread).iter().any(|id| id == worker.id))
            .copied()
            .collect();
        let record = record(call, &worker, &own, from, to);
        records.insert(worker.id.to_owned(), record);
    }
    let of_someone: Vec<Counted<'_>> = all
        .into_iter()
        .filter(|(_, thread)| agents(call.state, thread).iter().any(|id| records.contains_key(id)))
        .collect();
    let mut summary = PerformanceSummary::new();
    let first: Vec<i64> =
        of_someone.iter().filter_map(|(_, thread)| first_response(call.state, thread)).collect();
    summary.chats_count = number(of_someone.len());
    summary.chats_rated_good = number(rated(&of_someone, true).count());
    summary.chats_rated_bad = number(rated(&of_someone, false).count());
    summary.first_response_chats_count = number(first.len());
    summary.first_response_time = average(&first);
    let mut report = PerformanceReport::new(records);
    report.name = Some("performance-report".to_owned());
    report.summary = Some(summary);
    Ok(report)
}

fn record(
    call: &Call<'_>,
    worker: &Worker<'_>,
    own: &[Counted<'_>],
    from: Timestamp,
    to: Timestamp,
) -> PerformanceRecord {
    let time = |wanted: fn(&RoutingStatus) -> bool| {
        Some(covered(&mut spans(worker.status, call.now, wanted), from, to))
    };
    let first: Vec<i64> = own.iter().filter_map(|(_, thread)| first_response(call.state, thread)).collect();
    let mut record = PerformanceRecord::new();
    record.chats_count = number(own.len());
    record.chats_rated_good = number(rated(own, true).count());
    record.chats_rated_bad = number(rated(own, false).count());
    record.first_response_chats_count = number(first.len());
    record.first_response_time = average(&first);
    record.accepting_chats_time = time(|status| *status == RoutingStatus::AcceptingChats);
    record.not_accepting_chats_time = time(|status| *status == RoutingStatus::NotAcceptingChats);
    record.logged_in_time = time(|status| *status != RoutingStatus::Offline);
    record.chatting_time = Some(own.iter().filter_map(|(_, thread)| chatting(call.state, thread)).sum());
    record
}

#[cfg(test)]
mod tests {
    use super::covered;
    use jiff::Timestamp;

    #[test]
    fn spans_that_overlap_count_once() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut spans = [(at(50), at(70)), (at(0), at(20)), (at(10), at(30))];
        assert_eq!(covered(&mut spans, at(5), at(60)), 35);
    }
}
