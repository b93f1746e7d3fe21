//! Access tokens of a bot, renewed before they end.

use std::{fmt, time::Duration};

use livechat_types::configuration::IssueBotToken;

use crate::{AccessToken, LiveChat, TokenFuture, TokenProvider};

/// How long a bot's token lasts. The answer does not say; the documentation does.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// The access tokens of a bot: a [`TokenProvider`] that asks `issue_bot_token` for a new one shortly before the last one's 24 hours
/// are over, and when the server refuses it.
///
/// ```
/// use livechat_client::{BotTokens, Credentials, LiveChat, types::configuration::IssueBotToken};
///
/// # fn main() -> livechat_client::Result<()> {
/// let livechat = LiveChat::new(Credentials::personal_access_token("6c1a52e0-…", "dal:…"))?;
/// let request = IssueBotToken::new("e04b6d1f83a94c7f…", "7d3e1b0c9f8a4e2d…", "the bot's secret", "2b5b0bd4-…");
/// let bot = livechat.with_credentials(Credentials::provided("parcel bot", BotTokens::new(&livechat, request)));
/// # Ok(())
/// # }
/// ```
#[must_use]
pub struct BotTokens {
    livechat: LiveChat,
    request: IssueBotToken,
}

impl BotTokens {
    /// Tokens that are asked for with the credentials of `livechat`: those of an agent, not of the bot.
    pub fn new(livechat: &LiveChat, request: IssueBotToken) -> Self {
        Self { livechat: livechat.clone(), request }
    }
}

impl TokenProvider for BotTokens {
    fn access_token(&self) -> TokenFuture<'_> {
        Box::pin(async {
            let answer = self.livechat.configuration().issue_bot_token(&self.request).await?;
            Ok(AccessToken::new(answer.into_inner().token).expires_in(LIFETIME))
        })
    }
}

impl fmt::Debug for BotTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BotTokens").field("request", &self.request).finish_non_exhaustive()
    }
}
