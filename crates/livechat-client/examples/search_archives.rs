//! Archived chats of the last month in which a text occurs: `cargo run -p livechat-client --example search_archives -- parcel`.

use jiff::{SignedDuration, Timestamp};
use livechat_client::types::agent::{ArchivesFilters, Highlights, ListArchives};

mod support;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let query = support::argument(1).unwrap_or_else(|| "discount".to_owned());

    let since = Timestamp::now() - SignedDuration::from_hours(30 * 24);
    let filters = ArchivesFilters::new().query(&query).from(since);
    let request = ListArchives::new().filters(filters).limit(50).highlights(Highlights::new());

    let mut found = 0;
    let mut chats = account.livechat.agent().list_archives_stream(&request);
    while let Some(chat) = chats.try_next().await? {
        let Some(thread) = &chat.thread else { continue };
        found += 1;
        let tags = thread.tags.as_deref().unwrap_or_default().join(", ");
        println!("{}  {}  {tags}", thread.created_at.strftime("%Y-%m-%d %H:%M"), thread.id);
        for text in thread.events.iter().flatten().filter_map(|event| event.text()) {
            // What was found comes marked.
            if text.contains("<em>") {
                println!("    {}", text.replace("<em>", "»").replace("</em>", "«"));
            }
        }
    }
    println!("{found} chats with `{query}`");
    Ok(())
}
