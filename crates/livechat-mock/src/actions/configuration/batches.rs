//! Batches: one action on several items, each with its own outcome, in the request's order.

use livechat_types::{
    Action, Empty,
    configuration::{
        BatchApproveAgents, BatchCreateAgents, BatchCreateAgentsResponse, BatchCreateBots,
        BatchCreateBotsResponse, BatchDeleteAgents, BatchDeleteBots, BatchOutcome, BatchResponse,
        BatchSuspendAgents, BatchUnsuspendAgents, BatchUpdateAgents, BatchUpdateBots, CreateAgentOutcome,
        CreateBotOutcome,
    },
};

use super::{agents, bots};
use crate::{actions::Call, error::ApiError};

/// Performs every item; one that fails does not stop the others.
fn each<A: Action<Response = Empty>>(
    call: &mut Call<'_>,
    requests: Vec<A>,
    perform: fn(&mut Call<'_>, A) -> Result<Empty, ApiError>,
) -> BatchResponse {
    let outcomes = requests.into_iter().map(|request| {
        let mut outcome = BatchOutcome::new();
        outcome.error = perform(call, request).err().map(|error| error.details);
        outcome
    });
    BatchResponse::new(outcomes.collect::<Vec<_>>())
}

macro_rules! batches {
    ($($name:ident($request:ty) => $perform:path;)*) => {
        $(pub(crate) fn $name(call: &mut Call<'_>, request: $request) -> Result<BatchResponse, ApiError> {
            Ok(each(call, request.requests, $perform))
        })*
    };
}
batches! {
    batch_update_agents(BatchUpdateAgents) => agents::update_agent;
    batch_delete_agents(BatchDeleteAgents) => agents::delete_agent;
    batch_suspend_agents(BatchSuspendAgents) => agents::suspend_agent;
    batch_unsuspend_agents(BatchUnsuspendAgents) => agents::unsuspend_agent;
    batch_approve_agents(BatchApproveAgents) => agents::approve_agent;
    batch_update_bots(BatchUpdateBots) => bots::update_bot;
    batch_delete_bots(BatchDeleteBots) => bots::delete_bot;
}

pub(crate) fn batch_create_agents(
    call: &mut Call<'_>,
    request: BatchCreateAgents,
) -> Result<BatchCreateAgentsResponse, ApiError> {
    let outcomes = request.requests.into_iter().map(|request| {
        let mut outcome = CreateAgentOutcome::new();
        match agents::create_agent(call, request) {
            Ok(created) => outcome.id = Some(created.id),
            Err(error) => outcome.error = Some(error.details),
        }
        outcome
    });
    Ok(BatchCreateAgentsResponse::new(outcomes.collect::<Vec<_>>()))
}

pub(crate) fn batch_create_bots(
    call: &mut Call<'_>,
    request: BatchCreateBots,
) -> Result<BatchCreateBotsResponse, ApiError> {
    let outcomes = request.requests.into_iter().map(|request| {
        let mut outcome = CreateBotOutcome::new();
        match bots::create_bot(call, request) {
            Ok(created) => {
                outcome.id = Some(created.id);
                outcome.secret = Some(created.secret);
            }
            Err(error) => outcome.error = Some(error.details),
        }
        outcome
    });
    Ok(BatchCreateBotsResponse::new(outcomes.collect::<Vec<_>>()))
}
