//! Auto access: rules, in an order.

use std::collections::BTreeMap;

use livechat_types::{
    Empty,
    configuration::{
        AddAutoAccess, AddAutoAccessResponse, AutoAccess, DeleteAutoAccess, ListAutoAccesses,
        UpdateAutoAccess,
    },
    shared::{
        AutoAccessChange, AutoAccessChangeStatus, AutoAccessConditions, AutoAccessId, AutoAccessTarget,
    },
    webhooks::WebhookPayload,
};

use crate::{actions::Call, error::ApiError, state::limits};

pub(crate) fn add_auto_access(
    call: &mut Call<'_>,
    request: AddAutoAccess,
) -> Result<AddAutoAccessResponse, ApiError> {
    limits::check("auto access rules", call.state.auto_accesses.len(), limits::AUTO_ACCESSES)?;
    check(call, Some(&request.access), Some(&request.conditions))?;
    let id = AutoAccessId::from(call.state.ids.hex());
    let mut rule = AutoAccess::new(id.clone(), request.access, request.conditions);
    rule.description = request.description;
    let before = request.next_id.filter(|next| !next.as_str().is_empty());
    let order = order(call);
    insert(call, rule, before.as_ref())?;
    tell(call, &order, &id, AutoAccessChangeStatus::Added, |_| ());
    Ok(AddAutoAccessResponse::new(id))
}

fn check(
    call: &Call<'_>,
    access: Option<&AutoAccessTarget>,
    conditions: Option<&AutoAccessConditions>,
) -> Result<(), ApiError> {
    if let Some(access) = access {
        call.state.check_groups(access.groups.iter().map(|group| group.get()).collect::<Vec<_>>().iter())?;
    }
    let Some(conditions) = conditions else { return Ok(()) };
    if conditions.url.is_none() && conditions.domain.is_none() && conditions.geolocation.is_none() {
        return Err(ApiError::validation("`conditions`: at least one of `url`, `domain` and `geolocation`"));
    }
    for (name, page) in [("url", &conditions.url), ("domain", &conditions.domain)] {
        if page.as_ref().is_some_and(|page| page.values.is_some() == page.exclude_values.is_some()) {
            return Err(ApiError::validation(format!(
                "`conditions.{name}`: either `values` or `exclude_values`"
            )));
        }
    }
    let places = conditions.geolocation.iter().flat_map(|places| &places.values);
    for place in places {
        let fields = [&place.country, &place.country_code, &place.region, &place.city];
        if fields.iter().all(|field| field.is_none()) {
            return Err(ApiError::validation("`conditions.geolocation.values[]`: at least one field"));
        }
    }
    Ok(())
}

/// Puts a rule before another, or last.
fn insert(call: &mut Call<'_>, rule: AutoAccess, before: Option<&AutoAccessId>) -> Result<(), ApiError> {
    let rules = &mut call.state.auto_accesses;
    let index = match before {
        None => rules.len(),
        Some(next) => {
            let index = rules.iter().position(|other| other.id == *next);
            index
                .ok_or_else(|| ApiError::not_found(format!("`next_id`: there is no auto access `{next}`")))?
        }
    };
    rules.insert(index, rule);
    Ok(())
}

/// Each rule, and the one after it.
type Order = BTreeMap<AutoAccessId, AutoAccessId>;

fn order(call: &Call<'_>) -> Order {
    let rules = &call.state.auto_accesses;
    rules.iter().enumerate().map(|(index, rule)| (rule.id.clone(), next_id(rules, index))).collect()
}

/// The id of the rule after this one; empty for the last.
fn next_id(rules: &[AutoAccess], index: usize) -> AutoAccessId {
    rules.get(index + 1).map_or_else(|| AutoAccessId::from(""), |next| next.id.clone())
}

pub(crate) fn list_auto_accesses(
    call: &mut Call<'_>,
    _: ListAutoAccesses,
) -> Result<Vec<AutoAccess>, ApiError> {
    let rules = &call.state.auto_accesses;
    let with_next = rules.iter().enumerate().map(|(index, rule)| {
        let mut rule = rule.clone();
        rule.next_id = Some(next_id(rules, index));
        rule
    });
    Ok(with_next.collect())
}

fn position(call: &Call<'_>, id: &AutoAccessId) -> Result<usize, ApiError> {
    let index = call.state.auto_accesses.iter().position(|rule| rule.id == *id);
    index.ok_or_else(|| ApiError::not_found(format!("there is no auto access `{id}`")))
}

pub(crate) fn delete_auto_access(call: &mut Call<'_>, request: DeleteAutoAccess) -> Result<Empty, ApiError> {
    let index = position(call, &request.id)?;
    let order = order(call);
    call.state.auto_accesses.remove(index);
    tell(call, &order, &request.id, AutoAccessChangeStatus::Deleted, |_| ());
    Ok(Empty::default())
}

/// Without `next_id` the rule stays where it is; with an empty one it becomes the last.
pub(crate) fn update_auto_access(call: &mut Call<'_>, request: UpdateAutoAccess) -> Result<Empty, ApiError> {
    check(call, request.access.as_ref(), request.conditions.as_ref())?;
    let index = position(call, &request.id)?;
    if let Some(next) = request.next_id.as_ref().filter(|next| !next.as_str().is_empty()) {
        if *next == request.id {
            return Err(ApiError::validation("`next_id`: a rule cannot stand before itself"));
        }
        position(call, next)?;
    }
    let order = order(call);
    let mut rule = call.state.auto_accesses.remove(index);
    let updated = request.clone();
    if let Some(access) = request.access {
        rule.access = access;
    }
    if let Some(conditions) = request.conditions {
        rule.conditions = conditions;
    }
    if request.description.is_some() {
        rule.description = request.description;
    }
    match request.next_id {
        None => call.state.auto_accesses.insert(index, rule),
        Some(next) => insert(call, rule, Some(next).filter(|next| !next.as_str().is_empty()).as_ref())?,
    }
    tell(call, &order, &request.id, AutoAccessChangeStatus::Updated, |change| {
        change.access = updated.access;
        change.conditions = updated.conditions;
        change.description = updated.description;
    });
    Ok(Empty::default())
}

/// Sends the webhook, whose payload is a list of all changes: of the rule, and of those that have another one after them now.
fn tell(
    call: &mut Call<'_>,
    before: &Order,
    id: &AutoAccessId,
    status: AutoAccessChangeStatus,
    fill: impl FnOnce(&mut AutoAccessChange),
) {
    let mut change = AutoAccessChange::new(id.clone(), status.clone());
    let rules = &call.state.auto_accesses;
    if let Some((index, rule)) = rules.iter().enumerate().find(|(_, rule)| rule.id == *id) {
        change.next_id = Some(next_id(rules, index));
        if status == AutoAccessChangeStatus::Added {
            change.description = Some(rule.description.clone().unwrap_or_default());
            change.access = Some(rule.access.clone());
            change.conditions = Some(rule.conditions.clone());
        }
    }
    fill(&mut change);
    let moved =
        order(call).into_iter().filter(|(other, next)| other != id && before.get(other) != Some(next));
    let mut changes: Vec<_> = moved
        .map(|(other, next)| {
            let mut change = AutoAccessChange::new(other, AutoAccessChangeStatus::Updated);
            change.next_id = Some(next);
            change
        })
        .collect();
    changes.push(change);
    call.emit(WebhookPayload::AutoAccessesUpdated(changes));
}
