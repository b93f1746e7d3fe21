//! Writes what a CRM knows to customers and their chats, and finds chats by it: `cargo run -p livechat-client --example sync_crm`.
//!
//! Three tasks take records from one queue. Their clients are clones, which share the rate limit of the token: however many tasks there
//! are, they keep to it together. A record may be written twice, so whoever stops it can begin anew.

use std::sync::Arc;

use livechat_client::{
    AgentApi, ConfigurationApi,
    types::{
        agent::{
            ChatId, ChatsFilters, CustomerId, ListChats, PropertyFilter, PropertyValue, UpdateChatProperties,
            UpdateCustomer, User,
        },
        configuration::{
            ListProperties, PropertyAccess, PropertyAccessType, PropertyType, PropertyUserAccess,
            RegisterProperty,
        },
        properties, session_fields,
    },
};
use tokio::sync::{Mutex, mpsc};

mod support;

/// What the CRM knows.
struct Record {
    customer_id: CustomerId,
    chat_id: ChatId,
    number: i64,
    plan: &'static str,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    // The namespace of an application's properties is its client id.
    let client_id = account.client_id()?;
    register(&account.livechat.configuration(), &client_id).await?;

    let agent = account.livechat.agent();
    let (sender, queue) = mpsc::channel(10);
    let queue = Arc::new(Mutex::new(queue));
    let tasks = [(); 3].map(|()| tokio::spawn(write(agent.clone(), client_id.clone(), queue.clone())));
    read(&agent, &sender).await?;
    drop(sender);
    for task in tasks {
        println!("a task wrote {} records", task.await??);
    }

    let filter = PropertyFilter::new().values(["gold"]);
    let filters = ChatsFilters::new().properties([(client_id, [("plan".to_owned(), filter)].into())]);
    let found = agent.list_chats(&ListChats::new().filters(filters)).await?;
    println!("{} chats of customers with the plan gold", found.found_chats);
    Ok(())
}

/// Makes the application's properties known, if they are not.
async fn register(configuration: &ConfigurationApi, client_id: &str) -> support::Result {
    let known = configuration.list_properties(&ListProperties::new(client_id)).await?;
    let agents = PropertyUserAccess::new().agent([PropertyAccessType::Read, PropertyAccessType::Write]);
    for (name, of) in [("number", PropertyType::Int), ("plan", PropertyType::String)] {
        if !known.contains_key(name) {
            let access = PropertyAccess::new().chat(agents.clone());
            configuration.register_property(&RegisterProperty::new(name, client_id, of, access)).await?;
        }
    }
    Ok(())
}

/// The CRM: here, what it knows is made up for the customers of the last chats.
async fn read(agent: &AgentApi, queue: &mpsc::Sender<Record>) -> support::Result {
    let chats = agent.list_chats(&ListChats::new().limit(30)).await?.into_inner().chats_summary;
    for (number, chat) in (0..).zip(chats) {
        let customer = chat.users.into_iter().find_map(|user| match user {
            User::Customer(customer) => Some(customer.id),
            _ => None,
        });
        let Some(customer_id) = customer else { continue };
        let plan = if number % 3 == 0 { "gold" } else { "basic" };
        queue.send(Record { customer_id, chat_id: chat.id, number, plan }).await?;
    }
    Ok(())
}

/// Writes records until there are no more, and returns how many they were.
async fn write(
    agent: AgentApi,
    client_id: String,
    queue: Arc<Mutex<mpsc::Receiver<Record>>>,
) -> livechat_client::Result<u32> {
    let mut written = 0;
    loop {
        let next = queue.lock().await.recv().await;
        let Some(record) = next else { return Ok(written) };
        let fields =
            session_fields([("plan", record.plan.to_owned()), ("number", record.number.to_string())]);
        let customer = UpdateCustomer::new(&record.customer_id).session_fields(fields);
        match agent.update_customer(&customer).await {
            // Who is gone is no reason to stop for the others.
            Err(error) if error.is_not_found() => continue,
            answer => answer?,
        };
        let values = [("number", PropertyValue::from(record.number)), ("plan", record.plan.into())];
        let chat = UpdateChatProperties::new(&record.chat_id, properties(&client_id, values));
        agent.update_chat_properties(&chat).await?;
        written += 1;
    }
}
