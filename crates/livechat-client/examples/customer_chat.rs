//! What the server of a chat widget does for a visitor: `cargo run -p livechat-client --example customer_chat`.
//!
//! The visitor chats, rates the chat and leaves; comes back, is known by the cookies that were kept, and goes on with the same chat. In a
//! real account it needs `LIVECHAT_REDIRECT_URI`, which is one of the application's.

use std::sync::Arc;

use livechat_client::{
    Credentials, CustomerApi, CustomerCookies, CustomerTokens, UploadFile,
    types::{
        customer::{
            ChatId, DeactivateChat, ListThreads, NewChat, NewFile, NewThread, PropertyValue, ResumeChat,
            ResumedChat, SendEvent, StartChat, UpdateCustomer, UpdateThreadProperties,
        },
        properties, session_fields,
    },
};

mod support;

/// What is sent as a file.
const PHOTO: &str =
    r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M4 4L36 16"/></svg>"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> support::Result {
    let account = support::Account::open().await?;
    let (visitor, tokens) = visit(&account, None)?;
    let chat_id = chat(&visitor).await?;

    // Whoever has the cookies is the customer: they belong where secrets do.
    let cookies = tokens.customer_cookies().ok_or("the customer has no cookies")?;
    let kept = (cookies.lc_cid().expose().to_owned(), cookies.lc_cst().expose().to_owned());

    let (visitor, tokens_now) = visit(&account, Some(CustomerCookies::new(kept.0, kept.1)))?;
    come_back(&visitor, &chat_id).await?;
    println!("the same customer: {}", tokens.customer_id() == tokens_now.customer_id());
    Ok(())
}

/// A client for one visitor: a new customer, or the one whom the cookies tell.
fn visit(
    account: &support::Account,
    cookies: Option<CustomerCookies>,
) -> support::Result<(CustomerApi, Arc<CustomerTokens>)> {
    let redirect_uri = support::variable("LIVECHAT_REDIRECT_URI");
    let redirect_uri = redirect_uri.unwrap_or_else(|| "https://shop.example.com".to_owned());
    let organization_id = account.organization_id()?;
    let tokens =
        CustomerTokens::by_cookie(&account.livechat, account.client_id()?, &organization_id, redirect_uri);
    let tokens = Arc::new(match cookies {
        Some(cookies) => tokens.cookies(cookies),
        None => tokens,
    });
    let livechat = account.livechat.with_credentials(Credentials::provided("a visitor", tokens.clone()));
    Ok((livechat.customer(organization_id), tokens))
}

async fn chat(visitor: &CustomerApi) -> support::Result<ChatId> {
    let fields = session_fields([("cart", "3 lamps"), ("voucher", "SPRING")]);
    visitor.update_customer(&UpdateCustomer::new().name("Nadia").session_fields(fields)).await?;

    let thread = NewThread::new().events(["One of the lamps is broken."]);
    let request = StartChat::new().chat(NewChat::new().thread(thread)).continuous(true);
    let started = visitor.start_chat(&request).await?.into_inner();
    let photo = UploadFile::from_bytes("lamp.svg", PHOTO).content_type("image/svg+xml");
    let url = visitor.upload_file(photo).await?.into_inner().url;
    visitor.send_event(&SendEvent::new(&started.chat_id, NewFile::new(url))).await?;

    let rating = properties("rating", [("score", PropertyValue::from(1)), ("comment", "So quick!".into())]);
    let request = UpdateThreadProperties::new(&started.chat_id, &started.thread_id, rating);
    visitor.update_thread_properties(&request).await?;
    visitor.deactivate_chat(&DeactivateChat::new(&started.chat_id)).await?;
    Ok(started.chat_id)
}

async fn come_back(visitor: &CustomerApi, chat_id: &ChatId) -> support::Result {
    // A chat that has ended takes no events, until a new thread is opened in it.
    let thread = NewThread::new().events(["Is the new one on its way?"]);
    let request = ResumeChat::new(ResumedChat::new(chat_id).thread(thread)).continuous(true);
    visitor.resume_chat(&request).await?;

    let mut threads = visitor.list_threads_stream(&ListThreads::new(chat_id));
    while let Some(thread) = threads.try_next().await? {
        let score = thread.properties.as_ref().and_then(|all| all.get("rating")?.get("score"));
        let rated = match score {
            Some(PropertyValue::Integer(1)) => ", rated good",
            Some(_) => ", rated bad",
            None => "",
        };
        println!("thread {}{rated}", thread.id);
        for event in thread.events.iter().flatten() {
            println!("    {}", event.text().unwrap_or(event.kind()));
        }
    }
    Ok(())
}
