//! A service that receives webhooks, stores them, and keeps a list of conversations.
//!
//! ```text
//! LIVECHAT_WEBHOOK_SECRET=keep-me cargo run --example receive_and_store --features axum,inbox
//!
//! curl -i localhost:8080/livechat -d '{"webhook_id": "w", "secret_key": "keep-me", "action": "chat_deactivated",
//!     "organization_id": "o", "payload": {"chat_id": "QJ4T8ZP1LX", "thread_id": "TH7W2KD90C"}}'
//! ```
//!
//! Stop it with Ctrl-C: it finishes what it has begun; the rest waits in `webhooks.sqlite`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use livechat_webhooks::{
    BoxError, Handlers, Verifier, WebhookService,
    axum::router,
    inbox::{Inbox, SqliteStore},
    types::webhooks::Event,
};
use tokio::net::TcpListener;

/// What was said in each chat. A real service would have it in its database.
#[derive(Clone, Default)]
struct Conversations(Arc<Mutex<HashMap<String, Vec<String>>>>);

impl Conversations {
    fn add(&self, chat_id: &str, line: impl Into<String>) {
        let mut chats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        chats.entry(chat_id.to_owned()).or_default().push(line.into());
    }

    fn end(&self, chat_id: &str) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(chat_id).unwrap_or_default()
    }
}

fn handlers(conversations: Conversations) -> Handlers<Conversations> {
    Handlers::with_state(conversations)
        .on_incoming_chat(|event, context| async move {
            let chat = event.chat;
            context.state.add(chat.id.as_str(), format!("a chat of {} users", chat.users.len()));
            Ok(())
        })
        .on_incoming_event(|event, context| async move {
            if let Event::Message(message) = event.event {
                context.state.add(event.chat_id.as_str(), message.text);
            }
            Ok(())
        })
        .on_chat_deactivated(|event, context| async move {
            for line in context.state.end(event.chat_id.as_str()) {
                println!("{}: {line}", event.chat_id);
            }
            println!("{} is over", event.chat_id);
            Ok(())
        })
        .otherwise(|payload, _context| async move {
            println!("not of interest: {}", payload.action());
            Ok(())
        })
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let secret = std::env::var("LIVECHAT_WEBHOOK_SECRET").map_err(
        |_| "set LIVECHAT_WEBHOOK_SECRET to the secret key that the webhooks were registered with",
    )?;
    let inbox =
        Inbox::builder(SqliteStore::open("webhooks.sqlite")?).start(handlers(Conversations::default()));
    let app = router("/livechat", WebhookService::new(Verifier::new(secret), inbox.clone()));
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, app).with_graceful_shutdown(interrupted()).await?;
    inbox.shutdown().await;
    Ok(())
}

async fn interrupted() {
    // Without a handler for the signal, the service ends as by a crash, which loses nothing either.
    let _ = tokio::signal::ctrl_c().await;
}
