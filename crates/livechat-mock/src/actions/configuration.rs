//! The Configuration API, by the documentation's categories.

pub(crate) mod agents;
pub(crate) mod auto_access;
pub(crate) mod batches;
pub(crate) mod bots;
pub(crate) mod groups;
pub(crate) mod other;
pub(crate) mod properties;
pub(crate) mod tags;
pub(crate) mod webhooks;

use livechat_types::shared::{ClientId, ErrorType, GroupMembership, WorkScheduler, WorkingHours};

use super::Call;
use crate::error::ApiError;

/// The application that owns something: the one that is named, or the token's. With a personal access token it must be named.
fn owner(call: &Call<'_>, named: Option<&ClientId>) -> Result<String, ApiError> {
    match named {
        Some(client) => Ok(client.as_str().to_owned()),
        None if call.caller.is_personal => {
            Err(ApiError::validation("`owner_client_id`: required with a personal access token"))
        }
        None => Ok(call.caller.client_id.clone()),
    }
}

fn already_exists(message: impl Into<String>) -> ApiError {
    ApiError::new(ErrorType::AlreadyExists, message)
}

fn check_memberships(call: &Call<'_>, groups: Option<&Vec<GroupMembership>>) -> Result<(), ApiError> {
    let ids: Vec<i64> = groups.into_iter().flatten().map(|group| group.id.get()).collect();
    call.state.check_groups(&ids)
}

fn check_max_chats(count: Option<u32>, max: u32) -> Result<(), ApiError> {
    match count {
        Some(count) if count > max => Err(ApiError::validation(format!("`max_chats_count`: at most {max}"))),
        _ => Ok(()),
    }
}

fn scheduler(timezone: Option<String>, schedule: Vec<WorkingHours>) -> Result<WorkScheduler, ApiError> {
    for hours in &schedule {
        if !is_time(&hours.start) || !is_time(&hours.end) {
            return Err(ApiError::validation(
                "`work_scheduler.schedule[]`: `start` and `end` are times as `09:30`",
            ));
        }
    }
    if let Some(zone) = &timezone
        && !zone.is_empty()
        && jiff::tz::TimeZone::get(zone).is_err()
    {
        return Err(ApiError::validation(format!(
            "`work_scheduler.timezone`: there is no time zone \"{zone}\""
        )));
    }
    let mut scheduler = WorkScheduler::new();
    scheduler.timezone = timezone;
    scheduler.schedule = Some(schedule);
    Ok(scheduler)
}

fn is_time(text: &str) -> bool {
    let Some((hours, minutes)) = text.split_once(':') else { return false };
    let below =
        |part: &str, bound: u8| part.len() == 2 && part.parse::<u8>().is_ok_and(|number| number < bound);
    (below(hours, 24) && below(minutes, 60)) || text == "24:00"
}
