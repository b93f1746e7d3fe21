//! Tags archived chats by what was said in them: `cargo run -p livechat-client --example tag_chats -- "broken" "refund"`.

use livechat_client::types::{
    agent::{ArchivesFilters, ListArchives, StringFilter, TagThread},
    configuration::{CreateTag, ListTags},
};

mod support;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let word = support::argument(1).unwrap_or_else(|| "broken".to_owned());
    let tag = support::argument(2).unwrap_or_else(|| "refund".to_owned());
    let (agent, configuration) = (account.livechat.agent(), account.livechat.configuration());

    // The tag has to be there; one of the group 0 is for all.
    let tags = configuration.list_tags(&ListTags::new()).await?;
    if !tags.iter().any(|known| known.name == tag) {
        configuration.create_tag(&CreateTag::new(&tag).group_ids([0])).await?;
    }

    // All are found before the first is tagged: tagging takes them out of what the filter lets pass.
    let untagged = StringFilter::new().exclude_values([&tag]);
    let request = ListArchives::new().filters(ArchivesFilters::new().query(&word).tags(untagged)).limit(100);
    let mut found = Vec::new();
    let mut chats = agent.list_archives_stream(&request);
    while let Some(chat) = chats.try_next().await? {
        found.extend(chat.thread.map(|thread| TagThread::new(chat.id, thread.id, &tag)));
    }

    for request in &found {
        match agent.tag_thread(request).await {
            Ok(_) => println!("tagged {}", request.thread_id),
            // Somebody may delete a chat meanwhile; that is no reason to leave the others.
            Err(error) if error.is_not_found() => println!("{} is gone", request.thread_id),
            Err(error) => return Err(error.into()),
        }
    }
    println!("{} threads with `{word}` are now tagged `{tag}`", found.len());
    Ok(())
}
