//! A chat from its start to its transcript: `cargo run -p livechat-client --example quickstart`.

use livechat_client::types::{
    agent::{
        ArchivesFilters, ChatMember, CreateCustomer, DeactivateChat, ListArchives, NewChat, NewMessage,
        SendEvent, StartChat, TagThread,
    },
    shared::{Chat, Event, UserType, Visibility},
};

mod support;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let agent = account.livechat.agent();

    // Start a chat with a customer.
    let customer = CreateCustomer::new().name("Nadia Lund").email("nadia@example.com");
    let customer = agent.create_customer(&customer).await?.into_inner().customer_id;
    let chat = NewChat::new().users([ChatMember::new(customer.as_str(), UserType::Customer)]);
    let started = agent.start_chat(&StartChat::new().chat(chat).continuous(true)).await?;
    println!("started the chat {}, thread {}", started.chat_id, started.thread_id);

    // Send events: a text is a message that all see; a note is for agents alone.
    let chat_id = &started.chat_id;
    agent.send_event(&SendEvent::new(chat_id, "Good morning! How can we help?")).await?;
    let note = NewMessage::new("Asked about her parcel twice this week").visibility(Visibility::Agents);
    agent.send_event(&SendEvent::new(chat_id, note)).await?;
    agent.send_event(&SendEvent::new(chat_id, "Your parcel is on its way.")).await?;

    // Tag the thread, and close the chat.
    agent.tag_thread(&TagThread::new(chat_id, &started.thread_id, "shipping")).await?;
    agent.deactivate_chat(&DeactivateChat::new(chat_id)).await?;

    // Stream the archive: the pages of the list are asked for as they are needed.
    let filters = ArchivesFilters::new().thread_ids([&started.thread_id]);
    let mut archive = agent.list_archives_stream(&ListArchives::new().filters(filters));
    while let Some(chat) = archive.try_next().await? {
        print_transcript(&chat);
    }
    Ok(())
}

fn print_transcript(chat: &Chat) {
    let Some(thread) = &chat.thread else { return };
    let tags = thread.tags.as_deref().unwrap_or_default().join(", ");
    println!("\ntranscript of {}, tagged {tags}", thread.id);
    for event in thread.events.iter().flatten() {
        let author = event.author_id().map_or("LiveChat", |id| name_of(chat, id));
        let time = event.created_at().map(|time| time.strftime("%H:%M:%S").to_string()).unwrap_or_default();
        let is_note =
            matches!(event, Event::Message(message) if message.visibility == Some(Visibility::Agents));
        let aside = if is_note { " (to agents)" } else { "" };
        println!("{time}  {author}{aside}: {}", event.text().unwrap_or(event.kind()));
    }
}

fn name_of<'a>(chat: &'a Chat, id: &'a str) -> &'a str {
    chat.users.iter().find(|user| user.id() == Some(id)).and_then(|user| user.name()).unwrap_or(id)
}
