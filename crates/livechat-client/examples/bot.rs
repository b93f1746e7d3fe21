//! A bot answers in a chat, with its own token: `cargo run -p livechat-client --example bot`.
//!
//! The agent's token creates the bot, and deletes it at the end.

use livechat_client::{
    BotTokens, Credentials, LiveChat,
    types::{
        agent::{
            AddUserToChat, DeactivateChat, GetChat, RoutingStatus, SendEvent, SetRoutingStatus, StartChat,
        },
        configuration::{CreateBot, CreateBotResponse, DeleteBot, IssueBotToken},
        shared::{GroupMembership, RoutingPriority, UserType, Visibility},
    },
};

mod support;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let (client_id, organization_id) = (account.client_id()?, account.organization_id()?);

    let request = CreateBot::new("Parcel bot")
        .groups([GroupMembership::new(0, RoutingPriority::Normal)])
        .owner_client_id(&client_id);
    let bot = account.livechat.configuration().create_bot(&request).await?.into_inner();
    println!("created the bot {}", bot.id);

    // A token of the bot lasts a day; the provider gets the next one in time, and the rate limit is the bot's own.
    let request = IssueBotToken::new(bot.id.clone(), client_id, bot.secret.clone(), organization_id);
    let tokens = BotTokens::new(&account.livechat, request);
    let as_bot = account.livechat.with_credentials(Credentials::provided("parcel bot", tokens));

    let talked = talk(&account.livechat, &as_bot, &bot).await;
    account.livechat.configuration().delete_bot(&DeleteBot::new(bot.id)).await?;
    println!("deleted the bot");
    talked
}

async fn talk(livechat: &LiveChat, as_bot: &LiveChat, bot: &CreateBotResponse) -> support::Result {
    let (agent, as_bot) = (livechat.agent(), as_bot.agent());
    let online = SetRoutingStatus::new(RoutingStatus::AcceptingChats).agent_id(bot.id.clone());
    as_bot.set_routing_status(&online).await?;

    let chat = agent.start_chat(&StartChat::new().continuous(true)).await?.into_inner().chat_id;
    let member = AddUserToChat::new(&chat, bot.id.as_str(), UserType::Agent, Visibility::All);
    agent.add_user_to_chat(&member).await?;

    as_bot.send_event(&SendEvent::new(&chat, "I look your parcel up.")).await?;
    // The other way: the agent's token, and the bot as the author.
    agent.author_id(&bot.id).send_event(&SendEvent::new(&chat, "It is in Leipzig.")).await?;

    let told = agent.get_chat(&GetChat::new(&chat)).await?;
    for event in told.thread.iter().flat_map(|thread| thread.events.iter().flatten()) {
        println!("{}: {}", event.author_id().unwrap_or("LiveChat"), event.text().unwrap_or(event.kind()));
    }
    agent.deactivate_chat(&DeactivateChat::new(&chat)).await?;
    Ok(())
}
