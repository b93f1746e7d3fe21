//! One client per API: what each is, and what it is made with. The methods, one per action, are generated; those for any action are in
//! `generic`.

use std::fmt;

use crate::{LiveChat, livechat::Context};

macro_rules! api_client {
    ($(#[$docs:meta])* $feature:literal $name:ident) => {
        $(#[$docs])*
        ///
        /// # Actions
        ///
        #[doc = include_str!(concat!("generated/v3_5/", $feature, ".md"))]
        ///
        /// # Any action
        ///
        /// [`send`](Self::send) takes a request of any action of this API; [`send_raw`](Self::send_raw) does too, and leaves the answer as the
        /// bytes that came. These two and what else is generic stand last.
        #[cfg(feature = $feature)]
        #[derive(Clone)]
        pub struct $name {
            pub(crate) livechat: LiveChat,
            pub(crate) context: Context,
        }

        #[cfg(feature = $feature)]
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("livechat", &self.livechat)
                    .field("organization_id", &self.context.organization_id)
                    .field("author_id", &self.context.author_id)
                    .finish()
            }
        }
    };
}

api_client! {
    /// The Agent Chat API: what agents and bots do. They find and read chats and archives, start, resume, transfer and end chats, write in them,
    /// tag them, look after customers, and say whether they accept new chats.
    ///
    /// [`LiveChat::agent`] makes it. It calls as the agent whose token the client has; [`author_id`](Self::author_id) has a bot as the author.
    ///
    /// ```no_run
    /// # async fn example(livechat: livechat_client::LiveChat) -> livechat_client::Result<()> {
    /// use livechat_client::types::agent::{ListArchives, NewMessage, SendEvent};
    ///
    /// let agent = livechat.agent();
    /// agent.send_event(&SendEvent::new("QJ4T8ZP1LX", NewMessage::new("The refund is on its way."))).await?;
    ///
    /// let mut archives = agent.list_archives_stream(&ListArchives::new());
    /// while let Some(chat) = archives.try_next().await? {
    ///     println!("{}", chat.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc = include_str!("apis/lists.md")]
    "agent" AgentApi
}
api_client! {
    /// The Customer Chat API of one organization: what a chat widget does. A customer starts, resumes and ends chats, writes in them, fills in
    /// forms, and tells who they are and where; and the widget learns how to draw itself.
    ///
    /// [`LiveChat::customer`] makes it. It calls as the customer whose token the client has: see [`CustomerTokens`](crate::CustomerTokens).
    ///
    /// ```no_run
    /// # async fn example(livechat: livechat_client::LiveChat) -> livechat_client::Result<()> {
    /// use livechat_client::types::customer::{ListChats, StartChat};
    ///
    /// let customer = livechat.customer("2b5b0bd4-6d3a-4b55-9f3e-7f2f4f0c9a10");
    /// let started = customer.start_chat(&StartChat::new()).await?;
    /// println!("started {}", started.chat_id);
    ///
    /// let mut chats = customer.list_chats_stream(&ListChats::new());
    /// while let Some(chat) = chats.try_next().await? {
    ///     println!("{}", chat.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc = include_str!("apis/lists.md")]
    "customer" CustomerApi
}
api_client! {
    /// The Configuration API: how a license is set up. Agents, bots and groups, tags, properties, webhooks, and which group gets which chats.
    ///
    /// [`LiveChat::configuration`] makes it. Its lists come whole, not in pages. Where an action has a batch, such as
    /// [`batch_create_agents`](Self::batch_create_agents), one call carries many requests, and each has an outcome of its own.
    ///
    /// ```no_run
    /// # async fn example(livechat: livechat_client::LiveChat) -> livechat_client::Result<()> {
    /// use livechat_client::types::configuration::{ListAgents, ListTags};
    ///
    /// let configuration = livechat.configuration();
    /// let agents = configuration.list_agents(&ListAgents::new()).await?;
    /// let tags = configuration.list_tags(&ListTags::new()).await?;
    /// println!("{} agents, {} tags", agents.len(), tags.len());
    /// # Ok(())
    /// # }
    /// ```
    "configuration" ConfigurationApi
}
api_client! {
    /// The Reports API: what happened, counted by day, hour, agent or tag: chats, their length, ratings and response times, and how agents
    /// performed.
    ///
    /// [`LiveChat::reports`] makes it. Each action is one report, whole in one answer, and takes filters that say of what and of when.
    ///
    /// ```no_run
    /// # async fn example(livechat: livechat_client::LiveChat) -> livechat_client::Result<()> {
    /// use livechat_client::types::reports::{ChatsDistribution, ChatsReportFilters, ChatsTotalChats};
    ///
    /// let march = ChatsReportFilters::new().from("2026-03-01T00:00:00+01:00").to("2026-03-31T23:59:59+02:00");
    /// let request = ChatsTotalChats::new().distribution(ChatsDistribution::Day).filters(march);
    /// let report = livechat.reports().chats_total_chats(&request).await?;
    /// for (day, chats) in &report.records {
    ///     println!("{day}: {chats:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    "reports" ReportsApi
}
api_client! {
    /// The accounts service: tokens by OAuth, for agents and for customers, and what a token is allowed to do.
    ///
    /// [`LiveChat::accounts`] makes it. Most programs need no call of it: [`oauth`](crate::oauth) and [`CustomerTokens`](crate::CustomerTokens)
    /// make these, and renew what they get.
    ///
    /// ```no_run
    /// # async fn example(livechat: livechat_client::LiveChat) -> livechat_client::Result<()> {
    /// use livechat_client::types::accounts::GetTokenInfo;
    ///
    /// let token = livechat.accounts().get_token_info(&GetTokenInfo::new()).await?;
    /// println!("{:?}", token.scope);
    /// # Ok(())
    /// # }
    /// ```
    "accounts" AccountsApi
}

#[cfg(feature = "agent")]
impl AgentApi {
    /// The same client, with a bot as the author of what it does (the header `X-Author-Id`).
    #[must_use]
    pub fn author_id(&self, bot_id: impl AsRef<str>) -> Self {
        let author_id = Some(std::sync::Arc::from(bot_id.as_ref()));
        Self { livechat: self.livechat.clone(), context: Context { author_id, ..self.context.clone() } }
    }
}

#[cfg(feature = "customer")]
impl CustomerApi {
    /// The organization whose customers call.
    #[must_use]
    pub fn organization_id(&self) -> &str {
        self.context.organization_id.as_deref().unwrap_or_default()
    }
}

#[cfg(feature = "accounts")]
impl AccountsApi {
    /// The same client for one group of an organization: what
    /// [`issue_group_customer_token`](Self::issue_group_customer_token) needs to know.
    #[must_use]
    pub fn in_group(&self, organization_id: impl AsRef<str>, group_id: impl fmt::Display) -> Self {
        let organization_id = Some(std::sync::Arc::from(organization_id.as_ref()));
        let group_id = Some(std::sync::Arc::from(group_id.to_string()));
        let context = Context { organization_id, group_id, ..self.context.clone() };
        Self { livechat: self.livechat.clone(), context }
    }

    /// The same client for the customer whom these cookies tell: what
    /// [`issue_customer_token`](Self::issue_customer_token) knows a customer by with the grant `cookie`.
    ///
    /// [`CustomerTokens::by_cookie`](crate::CustomerTokens::by_cookie) keeps them by itself.
    #[must_use]
    pub fn with_cookies(&self, cookies: &crate::CustomerCookies) -> Self {
        let cookies = Some(std::sync::Arc::new(cookies.header()));
        Self { livechat: self.livechat.clone(), context: Context { cookies, ..self.context.clone() } }
    }
}

/// The APIs.
impl LiveChat {
    /// The Agent Chat API.
    #[cfg(feature = "agent")]
    #[must_use]
    pub fn agent(&self) -> AgentApi {
        AgentApi { livechat: self.clone(), context: Context::default() }
    }

    /// The Customer Chat API of an organization. It wants a customer's access token:
    /// see [`with_credentials`](LiveChat::with_credentials).
    #[cfg(feature = "customer")]
    #[must_use]
    pub fn customer(&self, organization_id: impl AsRef<str>) -> CustomerApi {
        let organization_id = Some(std::sync::Arc::from(organization_id.as_ref()));
        CustomerApi { livechat: self.clone(), context: Context { organization_id, ..Context::default() } }
    }

    /// The Configuration API.
    #[cfg(feature = "configuration")]
    #[must_use]
    pub fn configuration(&self) -> ConfigurationApi {
        ConfigurationApi { livechat: self.clone(), context: Context::default() }
    }

    /// The Reports API.
    #[cfg(feature = "reports")]
    #[must_use]
    pub fn reports(&self) -> ReportsApi {
        ReportsApi { livechat: self.clone(), context: Context::default() }
    }

    /// The accounts service.
    #[cfg(feature = "accounts")]
    #[must_use]
    pub fn accounts(&self) -> AccountsApi {
        AccountsApi { livechat: self.clone(), context: Context::default() }
    }
}
