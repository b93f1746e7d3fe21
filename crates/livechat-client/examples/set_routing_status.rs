//! Whether agents get chats: `cargo run -p livechat-client --example set_routing_status -- ada@example.com not_accepting_chats`.
//!
//! Without arguments it only lists the statuses.

use livechat_client::{
    AgentApi,
    types::agent::{ListRoutingStatuses, RoutingStatus, SetRoutingStatus},
};

mod support;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let agent = account.livechat.agent();
    print_statuses(&agent).await?;

    let of_mock =
        account.is_mock().then(|| ("agent@example.com".to_owned(), "not_accepting_chats".to_owned()));
    let Some((agent_id, status)) = support::argument(1).zip(support::argument(2)).or(of_mock) else {
        return Ok(());
    };
    let status = RoutingStatus::from(status);
    if !status.is_known() {
        let known: Vec<_> = RoutingStatus::KNOWN.iter().map(RoutingStatus::as_str).collect();
        return Err(format!("there is no status `{status}`; there are {}", known.join(", ")).into());
    }
    agent.set_routing_status(&SetRoutingStatus::new(status).agent_id(agent_id)).await?;

    println!();
    print_statuses(&agent).await
}

async fn print_statuses(agent: &AgentApi) -> support::Result {
    let statuses = agent.list_routing_statuses(&ListRoutingStatuses::new()).await?;
    for entry in statuses.iter() {
        println!("{:<34} {}", entry.agent_id, entry.status);
    }
    Ok(())
}
