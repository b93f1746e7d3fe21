//! Brings an application's webhooks to a declared set: `cargo run -p livechat-client --example register_webhooks -- https://hooks.example.com/livechat --apply`.
//!
//! Without `--apply` it is a dry run.

use std::env;

use livechat_client::{
    types::configuration::{
        RegisterWebhook, WebhookAction, WebhookAdditionalData, WebhookAuthorType, WebhookFilters, WebhookType,
    },
    webhooks::WebhookSet,
};

mod support;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let client_id = account.client_id()?;
    let url = support::argument(1).unwrap_or_else(|| "https://hooks.example.com/livechat".to_owned());
    // What the receiver knows genuine messages by.
    let secret = match support::variable("LIVECHAT_WEBHOOK_SECRET") {
        Some(secret) => secret,
        None if account.is_mock() => "a secret of the two of us".to_owned(),
        None => return Err("this example needs LIVECHAT_WEBHOOK_SECRET".into()),
    };

    let webhook = |action| RegisterWebhook::new(action, &secret, &url, &client_id, WebhookType::License);
    let declared = WebhookSet::new(
        &client_id,
        [
            webhook(WebhookAction::IncomingChat),
            webhook(WebhookAction::ChatDeactivated),
            webhook(WebhookAction::IncomingEvent)
                .description("What customers write")
                .additional_data([WebhookAdditionalData::ChatProperties])
                .filters(WebhookFilters::new().author_type(WebhookAuthorType::Customer)),
        ],
    );

    let configuration = account.livechat.configuration();
    let plan = declared.plan(&configuration).await?;
    print!("{plan}");
    if !(account.is_mock() || env::args().any(|argument| argument == "--apply")) {
        println!("nothing is changed; add --apply");
        return Ok(());
    }
    for id in plan.carry_out().await? {
        println!("registered {id}");
    }

    // Now there is nothing left to do.
    print!("{}", declared.plan(&configuration).await?);
    Ok(())
}
