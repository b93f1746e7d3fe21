//! Who waits for an agent, every ten seconds: `cargo run -p livechat-client --example watch_queues`.

use std::time::Duration;

use livechat_client::{
    AgentApi, Credentials, CustomerTokens,
    types::{
        agent::{AgentRoutingStatus, ListChats, ListRoutingStatuses, RoutingStatus, SetRoutingStatus},
        customer,
    },
};

mod support;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let agent = account.livechat.agent();
    if account.is_mock() {
        return show(&account).await;
    }
    let mut ticks = tokio::time::interval(Duration::from_secs(10));
    loop {
        ticks.tick().await;
        print_queue(&agent).await?;
    }
}

async fn print_queue(agent: &AgentApi) -> support::Result {
    // A chat that waits was active lately: it is among the hundred that were last active.
    let chats = agent.list_chats(&ListChats::new().limit(100)).await?;
    let threads = chats.chats_summary.iter().filter_map(|chat| chat.last_thread_summary.as_ref());
    let mut queue: Vec<_> = threads.filter_map(|thread| Some((thread.queue.as_ref()?, &thread.id))).collect();
    queue.sort_by_key(|(place, _)| place.position);
    println!("{} waiting", queue.len());
    for (place, thread) in queue {
        println!("{:>3}. {thread}, about {} s to go", place.position, place.wait_time);
    }
    Ok(())
}

/// On the mock: nine customers come while one agent is there, who takes six; then the others are back from lunch.
async fn show(account: &support::Account) -> support::Result {
    let agent = account.livechat.agent();
    let statuses = agent.list_routing_statuses(&ListRoutingStatuses::new()).await?.into_inner();
    let (here, away) = statuses.split_first().ok_or("there are no agents")?;
    let set = async |entry: &AgentRoutingStatus, status| {
        agent.set_routing_status(&SetRoutingStatus::new(status).agent_id(&entry.agent_id)).await
    };
    set(here, RoutingStatus::AcceptingChats).await?;
    for other in away {
        set(other, RoutingStatus::NotAcceptingChats).await?;
    }
    print_queue(&agent).await?;

    println!("\nnine customers come");
    for number in 0..9 {
        let tokens = CustomerTokens::by_agent_token(&account.livechat, account.client_id()?);
        let credentials = Credentials::provided(format!("customer {number}"), tokens);
        let customer = account.livechat.with_credentials(credentials).customer(account.organization_id()?);
        customer.start_chat(&customer::StartChat::new()).await?;
    }
    print_queue(&agent).await?;

    println!("\nthe other agents are back");
    for other in away {
        set(other, RoutingStatus::AcceptingChats).await?;
    }
    print_queue(&agent).await
}
