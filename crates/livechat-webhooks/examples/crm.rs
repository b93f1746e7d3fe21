//! Chats for a CRM: webhooks are written into the tables of an `SQLite` database.
//!
//! `cargo run -p livechat-webhooks --example crm --features axum,inbox -- crm.sqlite`
//!
//! It needs no account: it talks to a made-up LiveChat in its own process.

use std::{
    env,
    sync::{Arc, Mutex, PoisonError},
};

use livechat_client::types::configuration::WebhookAction;
use livechat_webhooks::{
    Handlers,
    inbox::{Inbox, Retry, SqliteStore},
    types::webhooks::{Event, User},
};
use rusqlite::{Connection, params};

mod support;

/// A webhook may come twice, and a message before its chat: whatever comes adds what it knows, and changes nothing that is there.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS chat (id TEXT PRIMARY KEY, customer TEXT, ended INTEGER NOT NULL DEFAULT 0);
    CREATE TABLE IF NOT EXISTS message (id TEXT PRIMARY KEY, chat_id TEXT NOT NULL, at TEXT NOT NULL, text TEXT NOT NULL);
";

#[derive(Clone)]
struct Crm(Arc<Mutex<Connection>>);

impl Crm {
    fn open(path: &str) -> support::Result<Self> {
        let database = Connection::open(path)?;
        database.execute_batch(TABLES)?;
        Ok(Self(Arc::new(Mutex::new(database))))
    }

    fn write(&self, statement: &str, values: impl rusqlite::Params) -> support::Result {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).execute(statement, values)?;
        Ok(())
    }

    fn print(&self) -> support::Result {
        let database = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let chats = "SELECT ifnull(customer, '?'), iif(ended, 'ended', 'open'), count(message.id), ifnull(min(text), '')
            FROM chat LEFT JOIN message ON chat_id = chat.id GROUP BY chat.id ORDER BY customer";
        let mut chats = database.prepare(chats)?;
        let mut rows = chats.query([])?;
        println!("{:<10} {:<6} {:>8}  one of them", "customer", "chat", "messages");
        while let Some(row) = rows.next()? {
            let (customer, chat): (String, String) = (row.get(0)?, row.get(1)?);
            let (messages, text): (i64, String) = (row.get(2)?, row.get(3)?);
            println!("{customer:<10} {chat:<6} {messages:>8}  {text}");
        }
        Ok(())
    }
}

fn handlers(crm: Crm) -> Handlers<Crm> {
    Handlers::with_state(crm)
        .on_incoming_chat(|webhook, context| async move {
            let chat = webhook.chat;
            let customer = chat.users.iter().find(|user| matches!(user, User::Customer(_)));
            let statement = "INSERT INTO chat (id, customer) VALUES (?1, ?2)
                ON CONFLICT (id) DO UPDATE SET customer = ifnull(excluded.customer, customer)";
            context.state.write(statement, params![chat.id.as_str(), customer.and_then(User::name)])
        })
        .on_incoming_event(|webhook, context| async move {
            let Event::Message(message) = webhook.event else { return Ok(()) };
            let at = message.created_at.to_string();
            let statement =
                "INSERT INTO message (id, chat_id, at, text) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
            let values = params![message.id.as_str(), webhook.chat_id.as_str(), at, message.text];
            context.state.write(statement, values)
        })
        .on_chat_deactivated(|webhook, context| async move {
            let statement =
                "INSERT INTO chat (id, ended) VALUES (?1, 1) ON CONFLICT (id) DO UPDATE SET ended = 1";
            context.state.write(statement, [webhook.chat_id.as_str()])
        })
}

#[tokio::main]
async fn main() -> support::Result {
    let path = env::args().nth(1).unwrap_or_else(|| ":memory:".to_owned());
    let crm = Crm::open(&path)?;
    let made_up = support::MadeUp::start().await?;

    // The inbox has a file of its own: `SqliteStore::open("webhooks.sqlite")`. Here it lasts as long as the example.
    let retry = Retry::default().attempts(3);
    let inbox = Inbox::builder(SqliteStore::in_memory()?).retry(retry).start(handlers(crm.clone()));
    let server = support::Server::start(inbox.clone()).await?;
    let actions = [WebhookAction::IncomingChat, WebhookAction::IncomingEvent, WebhookAction::ChatDeactivated];
    made_up.register(&server.url, actions).await?;

    println!();
    for (name, texts) in [
        ("Nadia", &["Does the lamp come with a bulb?", "Then I take two."][..]),
        ("Omar", &["Do you ship to Norway?"]),
        ("Ruth", &[]),
    ] {
        let customer = made_up.customer(name).await?;
        for text in texts {
            customer.says(text).await?;
        }
        if name == "Nadia" {
            customer.leaves().await?;
        }
    }
    made_up.webhooks_settled().await;
    inbox.idle().await?;
    support::nothing_is_given_up(&inbox).await?;

    println!("\nwhat the CRM knows, in {path}:");
    crm.print()?;
    server.stop().await?;
    inbox.shutdown().await;
    Ok(())
}
