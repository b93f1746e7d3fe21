//! What the examples share: an account to work on, and errors that people can read.
//!
//! | variable | what it is |
//! |---|---|
//! | `LIVECHAT_TOKEN` | the token to call with; without it the example starts a LiveChat of its own, in this process |
//! | `LIVECHAT_ACCOUNT_ID` | the account of the token, if that is a personal access token; without it, it is a bearer token |
//! | `LIVECHAT_CLIENT_ID` | the application, for those examples that need one |
//! | `LIVECHAT_ORGANIZATION_ID` | the organization, likewise |
//!
//! `LIVECHAT_API_URL` and `LIVECHAT_ACCOUNTS_URL` are the client's own: see `LiveChatBuilder`.
#![allow(dead_code, reason = "each example uses a part of this")]

use std::{env, error::Error, fmt};

use livechat_client::{Credentials, LiveChat, LiveChatBuilder};
use livechat_mock::MockServer;

/// What an example returns.
pub(crate) type Result<T = ()> = std::result::Result<T, Failure>;

/// Any error, told by what it says and what caused it.
pub(crate) struct Failure(Box<dyn Error>);

impl<E: Into<Box<dyn Error>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

// `main` shows errors by their `Debug`.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(cause) = source {
            write!(f, "\n  because {cause}")?;
            source = cause.source();
        }
        Ok(())
    }
}

/// An account: the real one that the environment names, or one of a mock with a month of made-up chats.
pub(crate) struct Account {
    pub(crate) livechat: LiveChat,
    mock: Option<MockServer>,
}

impl Account {
    /// The account, with the client's usual settings.
    pub(crate) async fn open() -> Result<Self> {
        Self::open_with(|builder| builder).await
    }

    /// The account, with settings of one's own.
    pub(crate) async fn open_with(settings: impl FnOnce(LiveChatBuilder) -> LiveChatBuilder) -> Result<Self> {
        let credentials = match (variable("LIVECHAT_ACCOUNT_ID"), variable("LIVECHAT_TOKEN")) {
            (Some(account_id), Some(token)) => Credentials::personal_access_token(&account_id, token),
            (None, Some(token)) => Credentials::bearer(token),
            (Some(_), None) => return Err("LIVECHAT_ACCOUNT_ID is set and LIVECHAT_TOKEN is not".into()),
            (None, None) => {
                let mock = start_mock("LIVECHAT_TOKEN").await?;
                let builder = LiveChat::builder(Credentials::bearer(mock.tokens().agent));
                let livechat = settings(at(&mock, builder)).build()?;
                return Ok(Self { livechat, mock: Some(mock) });
            }
        };
        Ok(Self { livechat: settings(LiveChat::builder(credentials)).build()?, mock: None })
    }

    /// Whether this is made up: a place where an example may do as it likes.
    pub(crate) fn is_mock(&self) -> bool {
        self.mock.is_some()
    }

    /// The application that owns bots and webhooks.
    pub(crate) fn client_id(&self) -> Result<String> {
        self.mock.as_ref().map_or_else(|| needed("LIVECHAT_CLIENT_ID"), |mock| Ok(mock.tokens().client_id))
    }

    /// The organization that the account belongs to.
    pub(crate) fn organization_id(&self) -> Result<String> {
        let of_mock = |mock: &MockServer| Ok(mock.tokens().organization_id);
        self.mock.as_ref().map_or_else(|| needed("LIVECHAT_ORGANIZATION_ID"), of_mock)
    }
}

/// Starts a LiveChat in this process, and says so.
pub(crate) async fn start_mock(missing: &str) -> Result<MockServer> {
    let mock = MockServer::builder().seed(42).start().await?;
    eprintln!("{missing} is not set: this talks to a made-up LiveChat at {}\n", mock.url());
    Ok(mock)
}

/// Turns a client to a mock.
pub(crate) fn at(mock: &MockServer, builder: LiveChatBuilder) -> LiveChatBuilder {
    builder.api_url(mock.url()).accounts_url(mock.url())
}

/// An environment variable that is set and not empty.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn needed(name: &str) -> Result<String> {
    variable(name).ok_or_else(|| format!("this example needs {name}").into())
}

/// An argument of the command line, counted from 1.
pub(crate) fn argument(number: usize) -> Option<String> {
    env::args().nth(number)
}

/// The file that an argument names, or one in the system's folder for temporary files.
pub(crate) fn file(number: usize, name: &str) -> std::path::PathBuf {
    argument(number).map_or_else(|| env::temp_dir().join(name), Into::into)
}
