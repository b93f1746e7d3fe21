//! A service that answers customers: a webhook is stored, acknowledged, and then replied to through the client.
//!
//! `cargo run -p livechat-webhooks --example reply --features axum,inbox`
//!
//! It needs no account: it talks to a made-up LiveChat in its own process.

use std::time::Duration;

use livechat_client::{
    AgentApi,
    types::{
        agent::{AddUserToChat, GetChat, NewMessage, SendEvent},
        configuration::WebhookAction,
        shared::{ChatId, UserType, Visibility},
    },
};
use livechat_webhooks::{
    Handlers,
    inbox::{Inbox, Retry, SqliteStore},
    types::webhooks::Event,
};

mod support;

/// Replies to what customers write. An error has the webhook handled again, after a pause.
fn handlers(agent: AgentApi) -> Handlers<AgentApi> {
    Handlers::with_state(agent).on_incoming_event(|webhook, context| async move {
        let Event::Message(message) = webhook.event else { return Ok(()) };
        if context.attempt == 1 && message.text.contains("parcel") {
            println!("  -> the parcel service does not answer: tried again in a moment");
            return Err("the parcel service does not answer".into());
        }
        let text = if message.text.contains("parcel") { "It is in Leipzig." } else { "You are welcome!" };
        join(&context.state, &webhook.chat_id).await?;
        // A handler may be called twice for one message. The id of our own shows which replies are the same.
        let reply = NewMessage::new(text).custom_id(format!("reply-to-{}", message.id));
        context.state.send_event(&SendEvent::new(&webhook.chat_id, reply)).await?;
        println!("  -> replied: {text} (attempt {})", context.attempt);
        Ok(())
    })
}

/// Who replies: the agent to whom the token belongs.
const AGENT: &str = "owner@example.com";

/// Enters a chat, unless the agent is in it.
async fn join(agent: &AgentApi, chat_id: &ChatId) -> support::Result {
    let chat = agent.get_chat(&GetChat::new(chat_id)).await?;
    if chat.users.iter().any(|user| user.id() == Some(AGENT)) {
        return Ok(());
    }
    let member = AddUserToChat::new(chat_id, AGENT, UserType::Agent, Visibility::All);
    agent.add_user_to_chat(&member.ignore_requester_presence(true)).await?;
    Ok(())
}

#[tokio::main]
async fn main() -> support::Result {
    let made_up = support::MadeUp::start().await?;
    let agent = made_up.livechat.agent();

    // In earnest it is a file: `SqliteStore::open("webhooks.sqlite")`. What waits there survives a crash.
    let retry = Retry::default().first(Duration::from_millis(200)).attempts(3);
    let inbox = Inbox::builder(SqliteStore::in_memory()?).retry(retry).start(handlers(agent.clone()));
    let server = support::Server::start(inbox.clone()).await?;
    made_up.register(&server.url, [WebhookAction::IncomingEvent]).await?;

    println!();
    let customer = made_up.customer("Nadia").await?;
    for text in ["Where is my parcel?", "Thank you!"] {
        customer.says(text).await?;
        made_up.webhooks_settled().await;
        inbox.idle().await?;
        support::nothing_is_given_up(&inbox).await?;
    }

    let told = agent.get_chat(&GetChat::new(&customer.chat_id)).await?.into_inner();
    println!("\nthe chat, as LiveChat has it:");
    for event in told.thread.iter().flat_map(|thread| thread.events.iter().flatten()) {
        let author = told.users.iter().find(|user| user.id() == event.author_id());
        let author = author.and_then(|user| user.name()).unwrap_or("LiveChat");
        println!("  {author}: {}", event.text().unwrap_or(event.kind()));
    }

    server.stop().await?;
    inbox.shutdown().await;
    Ok(())
}
