//! Sends a file to a chat: `cargo run -p livechat-client --example upload_file -- invoice.pdf application/pdf`.

use livechat_client::{
    UploadFile,
    types::{
        agent::{DeactivateChat, GetChat, NewFile, SendEvent, StartChat},
        shared::Event,
    },
};

mod support;

/// What is sent if no file is named.
const LABEL: &str =
    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><text y="14">48213</text></svg>"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let agent = account.livechat.agent();

    let file = match support::argument(1) {
        // It is read while it is sent, and never is in memory as a whole.
        Some(path) => UploadFile::open(path).await?,
        None => UploadFile::from_bytes("label.svg", LABEL),
    };
    let file = file.content_type(support::argument(2).unwrap_or_else(|| "image/svg+xml".to_owned()));
    println!("{file:?}");

    // First the file, which then is kept for a day; then the event that shows it, which keeps it.
    let url = agent.upload_file(file).await?.into_inner().url;
    println!("uploaded to {url}");
    let chat = agent.start_chat(&StartChat::new().continuous(true)).await?.into_inner().chat_id;
    let event = NewFile::new(url).alternative_text("A parcel's label");
    agent.send_event(&SendEvent::new(&chat, event)).await?;
    agent.deactivate_chat(&DeactivateChat::new(&chat)).await?;

    let chat = agent.get_chat(&GetChat::new(&chat)).await?;
    for event in chat.thread.iter().flat_map(|thread| thread.events.iter().flatten()) {
        if let Event::File(file) = event {
            println!("in the chat: {} of {} at {}", file.name, file.author_id, file.url);
        }
    }
    Ok(())
}
