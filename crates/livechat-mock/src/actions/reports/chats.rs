//! Reports on chats.

use std::collections::BTreeMap;

use livechat_types::{
    reports::{
        ChatsDuration, ChatsEngagement, ChatsFirstResponseTime, ChatsForms, ChatsGreetingsConversion,
        ChatsRanking, ChatsRatings, ChatsResponseTime, ChatsTags, ChatsTotalChats, DurationRecord,
        DurationReport, EngagementRecord, EngagementReport, FirstResponseTimeRecord, FirstResponseTimeReport,
        FormAnswerRecord, FormFieldRecord, FormRecord, FormsReport, GreetingRecord,
        GreetingsConversionReport, RankingRecord, RankingReport, RatingsRecord, RatingsReport,
        ResponseTimeRecord, ResponseTimeReport, TagsReport, TotalChatsRecord, TotalChatsReport,
    },
    shared::{Event, FilledFormField, FormAnswer, PropertyValue},
};

use super::{Counted, Counting};
use crate::{
    actions::Call,
    error::ApiError,
    search::{agents, greeting},
    state::{
        State,
        chats::{Thread, event_author, event_created_at},
    },
};

/// What every report on chats begins with.
macro_rules! counting {
    ($call:ident, $request:ident) => {
        Counting::new(
            $call,
            $request.distribution.as_ref(),
            $request.timezone.as_deref(),
            $request.filters.as_ref(),
        )?
    };
}

pub(super) fn number(count: usize) -> Option<i64> {
    Some(i64::try_from(count).unwrap_or(i64::MAX))
}

/// A counter that is left out when it is zero.
pub(super) fn some(count: usize) -> Option<i64> {
    number(count).filter(|&count| count > 0)
}

/// The average, rounded to hundredths.
#[expect(clippy::cast_precision_loss, reason = "counts and seconds are far below 2^52")]
pub(super) fn average(values: &[i64]) -> Option<f64> {
    let sum: i64 = values.iter().sum();
    (!values.is_empty()).then(|| (sum as f64 / values.len() as f64 * 100.0).round() / 100.0)
}

/// How long the thread lasted, in seconds; one that is active lasts until its last event.
pub(super) fn duration(thread: &Thread) -> i64 {
    let last = thread.events.last().map_or(thread.created_at, event_created_at);
    thread.ended_at.unwrap_or(last).duration_since(thread.created_at).as_secs().max(0)
}

pub(crate) fn duration_report(
    call: &mut Call<'_>,
    request: ChatsDuration,
) -> Result<DurationReport, ApiError> {
    let counting = counting!(call, request);
    let count = |threads: &[Counted<'_>]| {
        let mut record = DurationRecord::new();
        record.count = number(threads.len());
        record.duration = average(&threads.iter().map(|(_, thread)| duration(thread)).collect::<Vec<_>>());
        let chatting = threads.iter().filter_map(|(_, thread)| chatting(call.state, thread));
        record.agents_chatting_duration = average(&chatting.collect::<Vec<_>>());
        record
    };
    let mut report = DurationReport::new(counting.records(DurationRecord::new, count));
    report.name = Some("duration-report".to_owned());
    report.total = counting.total();
    Ok(report)
}

/// From the first word of an agent to the end, in seconds.
pub(super) fn chatting(state: &State, thread: &Thread) -> Option<i64> {
    let first = thread
        .events
        .iter()
        .find(|event| event_author(event).is_some_and(|id| state.worker(id).is_some()))?;
    let end = thread.ended_at.or_else(|| thread.events.last().map(event_created_at))?;
    Some(end.duration_since(event_created_at(first)).as_secs().max(0))
}

pub(crate) fn tags_report(call: &mut Call<'_>, request: ChatsTags) -> Result<TagsReport, ApiError> {
    let counting = counting!(call, request);
    let mut report = TagsReport::new(counting.records(BTreeMap::new, count_tags));
    report.name = Some("tags-report".to_owned());
    report.total = number(counting.threads.iter().filter(|(_, thread)| !thread.tags.is_empty()).count());
    Ok(report)
}

pub(super) fn count_tags(threads: &[Counted<'_>]) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for tag in threads.iter().flat_map(|(_, thread)| &thread.tags) {
        *counts.entry(tag.clone()).or_insert(0) += 1;
    }
    counts
}

pub(crate) fn total_chats(
    call: &mut Call<'_>,
    request: ChatsTotalChats,
) -> Result<TotalChatsReport, ApiError> {
    let counting = counting!(call, request);
    let count = |threads: &[Counted<'_>]| {
        let mut record = TotalChatsRecord::new();
        record.total = number(threads.len());
        record.continuous = some(threads.iter().filter(|(chat, _)| chat.is_continuous()).count());
        record
    };
    let mut report = TotalChatsReport::new(counting.records(TotalChatsRecord::new, count));
    report.name = Some("total-chats-report".to_owned());
    report.total = counting.total();
    Ok(report)
}

/// 1 is good, 0 is bad; a thread that was not rated has none.
pub(super) fn rating(thread: &Thread) -> Option<bool> {
    match thread.properties.get("rating")?.get("score")? {
        PropertyValue::Integer(score) => Some(*score > 0),
        _ => None,
    }
}

pub(super) fn rated<'a>(threads: &'a [Counted<'_>], good: bool) -> impl Iterator<Item = &'a Thread> {
    threads.iter().map(|(_, thread)| *thread).filter(move |thread| rating(thread) == Some(good))
}

pub(crate) fn ratings(call: &mut Call<'_>, request: ChatsRatings) -> Result<RatingsReport, ApiError> {
    let counting = counting!(call, request);
    let count = |threads: &[Counted<'_>]| {
        let mut record = RatingsRecord::new();
        let (good, bad) = (rated(threads, true).count(), rated(threads, false).count());
        record.chats = some(good + bad);
        record.good = some(good);
        record.bad = some(bad);
        record
    };
    let mut report = RatingsReport::new(counting.records(RatingsRecord::new, count));
    report.name = Some("ratings-report".to_owned());
    report.total = number(counting.threads.iter().filter(|(_, thread)| rating(thread).is_some()).count());
    Ok(report)
}

/// The lower bound of the share of good ratings: few ratings count for less than many.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn score(good: usize, total: usize) -> f64 {
    if total == 0 {
        return 0.0;
    }
    let (n, z) = (total as f64, 1.96_f64);
    let share = good as f64 / n;
    let middle = share + z * z / (2.0 * n);
    let spread = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    ((middle - spread) / (1.0 + z * z / n) * 100.0).round() / 100.0
}

pub(crate) fn ranking(call: &mut Call<'_>, request: ChatsRanking) -> Result<RankingReport, ApiError> {
    let counting = counting!(call, request);
    let mut counts = BTreeMap::<String, (usize, usize)>::new();
    for (_, thread) in &counting.threads {
        let Some(good) = rating(thread) else { continue };
        for agent in agents(call.state, thread) {
            let (goods, bads) = counts.entry(agent).or_default();
            *(if good { goods } else { bads }) += 1;
        }
    }
    let record = |(good, bad): (usize, usize)| {
        let mut record = RankingRecord::new();
        record.total = number(good + bad);
        record.good = number(good);
        record.bad = number(bad);
        record.score = Some(score(good, good + bad));
        record
    };
    let mut report =
        RankingReport::new(counts.into_iter().map(|(agent, counts)| (agent, record(counts))).collect());
    report.name = Some("ranking-report".to_owned());
    Ok(report)
}

pub(crate) fn engagement(
    call: &mut Call<'_>,
    request: ChatsEngagement,
) -> Result<EngagementReport, ApiError> {
    let counting = counting!(call, request);
    let count = |threads: &[Counted<'_>]| {
        let mut record = EngagementRecord::new();
        let by_agent = |thread: &Thread| call.state.worker(&thread.started_by).is_some();
        let count = |wanted: &dyn Fn(&Thread) -> bool| {
            some(threads.iter().filter(|(_, thread)| wanted(thread)).count())
        };
        record.started_by_agent = count(&by_agent);
        record.started_by_customer_from_greeting =
            count(&|thread| !by_agent(thread) && greeting(thread).is_some());
        record.started_by_customer_without_greeting =
            count(&|thread| !by_agent(thread) && greeting(thread).is_none());
        record
    };
    let mut report = EngagementReport::new(counting.records(EngagementRecord::new, count));
    report.name = Some("engagement-report".to_owned());
    report.total = counting.total();
    Ok(report)
}

pub(crate) fn greetings_conversion(
    call: &mut Call<'_>,
    request: ChatsGreetingsConversion,
) -> Result<GreetingsConversionReport, ApiError> {
    let counting = counting!(call, request);
    let count = |threads: &[Counted<'_>]| {
        let mut records = BTreeMap::<String, GreetingRecord>::new();
        for id in threads.iter().filter_map(|(_, thread)| greeting(thread)) {
            let record = records.entry(id).or_default();
            // Only greetings that led to a chat leave a trace here.
            record.displayed = Some(record.displayed.unwrap_or(0) + 1);
            record.accepted = Some(record.accepted.unwrap_or(0) + 1);
        }
        records
    };
    let mut report = GreetingsConversionReport::new(counting.records(BTreeMap::new, count));
    report.name = Some("greetings-conversion-report".to_owned());
    report.total = number(counting.threads.iter().filter(|(_, thread)| greeting(thread).is_some()).count());
    Ok(report)
}

pub(crate) fn forms(call: &mut Call<'_>, request: ChatsForms) -> Result<FormsReport, ApiError> {
    let counting = counting!(call, request);
    let mut records = BTreeMap::<String, FormRecord>::new();
    for (_, thread) in &counting.threads {
        for event in &thread.events {
            let Event::FilledForm(form) = event else { continue };
            let Some(id) = &form.form_id else { continue };
            let record = records.entry(id.clone()).or_insert_with(|| FormRecord::new(id.as_str()));
            record.count = Some(record.count.unwrap_or(0) + 1);
            record.group_id = thread.group_ids.first().map(|&group| group.into());
            for field in &form.fields {
                add_answers(record.fields.get_or_insert_with(Vec::new), field);
            }
        }
    }
    let mut report = FormsReport::new(records.into_values());
    report.name = Some("form-report".to_owned());
    Ok(report)
}

/// Counts the options that were chosen; free texts are not counted.
fn add_answers(records: &mut Vec<FormFieldRecord>, field: &FilledFormField) {
    let mut chosen: Vec<String> = field.answers.iter().flatten().map(|option| option.label.clone()).collect();
    if let Some(FormAnswer::Option(option)) = &field.answer {
        chosen.push(option.label.clone());
    }
    let Some(id) = field.id.as_ref().filter(|_| !chosen.is_empty()) else { return };
    if !records.iter().any(|record| record.field_id == *id) {
        let mut record = FormFieldRecord::new(id.as_str());
        record.label = Some(field.label.clone());
        records.push(record);
    }
    let Some(record) = records.iter_mut().find(|record| record.field_id == *id) else { return };
    let answers = record.answers.get_or_insert_with(Vec::new);
    for label in chosen {
        match answers.iter_mut().find(|answer| answer.label.as_ref() == Some(&label)) {
            Some(answer) => answer.count = Some(answer.count.unwrap_or(0) + 1),
            None => {
                let mut answer = FormAnswerRecord::new();
                answer.answer_id = number(answers.len());
                answer.label = Some(label);
                answer.count = Some(1);
                answers.push(answer);
            }
        }
    }
}

/// How long the customer waited for each answer of an agent, in seconds.
pub(super) fn response_times(state: &State, thread: &Thread) -> Vec<i64> {
    let mut waiting = None;
    let mut times = Vec::new();
    for event in &thread.events {
        let Some(author) = event_author(event) else { continue };
        let at = event_created_at(event);
        if state.worker(author).is_none() {
            waiting.get_or_insert(at);
        } else if let Some(since) = waiting.take() {
            times.push(at.duration_since(since).as_secs().max(0));
        }
    }
    times
}

pub(crate) fn response_time(
    call: &mut Call<'_>,
    request: ChatsResponseTime,
) -> Result<ResponseTimeReport, ApiError> {
    let counting = counting!(call, request);
    let answered = |(_, thread): &&Counted<'_>| !response_times(call.state, thread).is_empty();
    let count = |threads: &[Counted<'_>]| {
        let mut record = ResponseTimeRecord::new();
        let times = threads.iter().flat_map(|(_, thread)| response_times(call.state, thread));
        record.response_time = average(&times.collect::<Vec<_>>());
        record.count = some(threads.iter().filter(answered).count());
        record
    };
    let mut report = ResponseTimeReport::new(counting.records(ResponseTimeRecord::new, count));
    report.name = Some("response-time-report".to_owned());
    report.total = number(counting.threads.iter().filter(answered).count());
    Ok(report)
}

/// From the start of the thread to the first word of an agent, in seconds.
pub(super) fn first_response(state: &State, thread: &Thread) -> Option<i64> {
    let first = thread
        .events
        .iter()
        .find(|event| event_author(event).is_some_and(|id| state.worker(id).is_some()))?;
    Some(event_created_at(first).duration_since(thread.created_at).as_secs().max(0))
}

pub(crate) fn first_response_time(
    call: &mut Call<'_>,
    request: ChatsFirstResponseTime,
) -> Result<FirstResponseTimeReport, ApiError> {
    let counting = counting!(call, request);
    let first = |threads: &[Counted<'_>]| -> Vec<i64> {
        threads.iter().filter_map(|(_, thread)| first_response(call.state, thread)).collect()
    };
    let count = |threads: &[Counted<'_>]| {
        let mut record = FirstResponseTimeRecord::new();
        let times = first(threads);
        record.first_response_time = average(&times);
        record.count = some(times.len());
        record
    };
    let mut report = FirstResponseTimeReport::new(counting.records(FirstResponseTimeRecord::new, count));
    report.name = Some("first-response-time-report".to_owned());
    report.total = number(first(&counting.threads).len());
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::{average, score};

    #[test]
    fn many_good_ratings_score_higher_than_one() {
        assert!(score(90, 100) > score(1, 1));
        assert!(score(0, 0).abs() < f64::EPSILON);
        assert_eq!(average(&[1, 2, 2]), Some(1.67));
        assert_eq!(average(&[]), None);
    }
}
