//! Batches of requests.

use livechat_client::{
    ErrorKind, ErrorType,
    types::{Action, ActionInfo, Api, Content, Http, Method},
};
use serde::{Deserialize, Serialize};

use crate::support::{GET_CHAT, Script, Server};

#[derive(Serialize)]
struct CreateAgent {
    id: &'static str,
}

#[derive(Debug, PartialEq, Deserialize)]
struct CreateAgentResponse {
    id: String,
}

impl Action for CreateAgent {
    const INFO: &'static ActionInfo = &ActionInfo::new(Api::Configuration, "create_agent", "");
    type Response = CreateAgentResponse;
}

static BATCH_CREATE_AGENTS: ActionInfo = {
    let mut info = ActionInfo::new(Api::Configuration, "batch_create_agents", "");
    info.http =
        Some(Http::new(Method::Post, "/v3.5/configuration/action/batch_create_agents", Content::Json, &[]));
    info.batch_of = Some("create_agent");
    info
};

const TWO: [CreateAgent; 2] = [CreateAgent { id: "a@b.c" }, CreateAgent { id: "d@e.f" }];

#[tokio::test]
async fn each_request_of_a_batch_has_its_own_outcome() {
    let body = r#"{"responses":[{"id":"a@b.c"},{"error":{"type":"validation","message":"no"}}]}"#;
    let server = Server::start([Script::ok(body)]).await;
    let configuration = server.client().configuration();
    let outcomes = configuration.batch(&BATCH_CREATE_AGENTS, &TWO).await.unwrap();
    assert_eq!(outcomes[0], Ok(CreateAgentResponse { id: "a@b.c".to_owned() }));
    assert_eq!(outcomes[1].as_ref().unwrap_err().error_type(), &ErrorType::Validation);
    let [request] = &server.received()[..] else { panic!() };
    assert_eq!(request.text(), r#"{"requests":[{"id":"a@b.c"},{"id":"d@e.f"}]}"#);
}

#[tokio::test]
async fn an_error_that_is_null_is_none() {
    let body = r#"{"responses":[{"id":"a@b.c","error":null},{"error":null,"id":"d@e.f"}]}"#;
    let server = Server::start([Script::ok(body)]).await;
    let outcomes = server.client().configuration().batch(&BATCH_CREATE_AGENTS, &TWO).await.unwrap();
    assert_eq!(outcomes[1], Ok(CreateAgentResponse { id: "d@e.f".to_owned() }));
}

#[tokio::test]
async fn a_wrong_outcome_is_named_by_its_path() {
    let server = Server::start([Script::ok(r#"{"responses":[{"id":"a@b.c"},{"id":1}]}"#)]).await;
    let error = server.client().configuration().batch(&BATCH_CREATE_AGENTS, &TWO).await.unwrap_err();
    assert_eq!(error.json_path(), Some("responses[1]"));
}

#[tokio::test]
async fn a_batch_with_too_few_outcomes_is_an_error_since_it_is_unknown_whose_is_missing() {
    let server = Server::start([Script::ok(r#"{"responses":[{"id":"a@b.c"}]}"#)]).await;
    let error = server.client().configuration().batch(&BATCH_CREATE_AGENTS, &TWO).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("2 requests were answered by 1 responses"), "{error}");
    assert!(error.raw_body().is_some());
}

#[tokio::test]
async fn a_batch_of_another_action_is_refused() {
    let server = Server::start([]).await;
    let error = server.client().configuration().batch(&BATCH_CREATE_AGENTS, &[GET_CHAT]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Build);
    assert!(
        error.to_string().contains("batch_create_agents: the action is no batch of `get_chat`"),
        "{error}"
    );
}
