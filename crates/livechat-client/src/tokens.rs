//! Access tokens that change: a provider gets them, once for however many calls wait.

use std::{
    fmt,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::HeaderValue;
use livechat_types::Secret;
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use crate::{
    clock::after,
    credentials::{Unsendable, bearer, region_of},
    error::{BoxError, Error, ErrorKind, Result},
};

/// A token this near to its end counts as expired, so that it does not expire on the way.
const MARGIN: Duration = Duration::from_secs(30);
/// How long a provider is waited for: one that hangs would keep all later calls from a token.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// Gets access tokens: from a refresh token, from a bot's secret, from another program.
///
/// It is asked when there is no token yet, when the last one is about to expire, and when the server refused it; never twice at a
/// time, however many calls wait. It runs in a task of its own: once begun it is carried through, even if every call that waits for
/// it is dropped. So a refresh token that changes with each use is not lost. Only what takes more than ten minutes is given up.
///
/// If it fails while the last token still lasts, that one is sent, and the next call asks again.
///
/// ```
/// use std::time::Duration;
/// use livechat_client::{AccessToken, Credentials, LiveChat, TokenFuture, TokenProvider};
///
/// struct FromVault;
///
/// impl TokenProvider for FromVault {
///     fn access_token(&self) -> TokenFuture<'_> {
///         Box::pin(async {
///             let token = tokio::fs::read_to_string("/run/secrets/livechat").await?;
///             Ok(AccessToken::new(token.trim()).expires_in(Duration::from_secs(8 * 60 * 60)))
///         })
///     }
/// }
///
/// # fn main() -> livechat_client::Result<()> {
/// let livechat = LiveChat::new(Credentials::provided("helpdesk", FromVault))?;
/// # Ok(())
/// # }
/// ```
pub trait TokenProvider: Send + Sync + 'static {
    /// Gets a new access token.
    fn access_token(&self) -> TokenFuture<'_>;
}

impl<P: TokenProvider + ?Sized> TokenProvider for Arc<P> {
    fn access_token(&self) -> TokenFuture<'_> {
        P::access_token(self)
    }
}

/// What a [`TokenProvider`] returns.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<AccessToken, BoxError>> + Send + 'a>>;

/// An access token and when it expires.
#[derive(Debug, Clone)]
#[must_use]
pub struct AccessToken {
    secret: Secret,
    expires_at: Option<Instant>,
}

impl AccessToken {
    /// A token that lasts until the server refuses it.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self { secret: token.into(), expires_at: None }
    }

    /// States how long the token lasts from now on.
    pub fn expires_in(mut self, time: Duration) -> Self {
        self.expires_at = Some(after(time));
        self
    }

    /// Whether it lasts long enough to be sent.
    #[cfg(feature = "accounts")]
    pub(crate) fn is_fresh(&self) -> bool {
        is_fresh(self.expires_at)
    }
}

fn is_fresh(expires_at: Option<Instant>) -> bool {
    expires_at.is_none_or(|end| end > after(MARGIN))
}

/// The tokens of one provider: the current one, and the one being got.
pub(crate) struct Tokens(Arc<Shared>);

struct Shared {
    provider: Box<dyn TokenProvider>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Arc<Token>>,
    flight: Option<Flight>,
    generation: u64,
}

/// How those who wait for a token hear of it.
type Flight = watch::Receiver<Option<Outcome>>;
type Outcome = Result<Arc<Token>, Failure>;

/// Why there is no token, for all who wait.
#[derive(Clone)]
enum Failure {
    Provider(Arc<dyn std::error::Error + Send + Sync>),
    Unsendable(Unsendable),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Provider(source) => {
                Self::new(ErrorKind::Auth, "the token provider failed").with_source(source)
            }
            Failure::Unsendable(what) => what.into_error(),
        }
    }
}

/// A token as it is sent.
pub(crate) struct Token {
    pub(crate) header: HeaderValue,
    pub(crate) generation: u64,
    region: Option<HeaderValue>,
    region_used: AtomicBool,
    expires_at: Option<Instant>,
}

impl Token {
    /// Whether it has not expired, though it may be about to.
    fn lasts(&self) -> bool {
        self.expires_at.is_none_or(|end| end > Instant::now())
    }

    /// The region in front of the token, the first time; what the server named since then counts more.
    pub(crate) fn first_use_of_region(&self) -> Option<HeaderValue> {
        if self.region_used.swap(true, Ordering::Relaxed) { None } else { self.region.clone() }
    }
}

impl Tokens {
    pub(crate) fn new(provider: impl TokenProvider) -> Self {
        Self(Arc::new(Shared { provider: Box::new(provider), state: Mutex::default() }))
    }

    /// A token that is neither expired nor refused.
    pub(crate) async fn get(&self) -> Result<Arc<Token>> {
        let mut flight = match self.0.current_or_flight() {
            Ok(token) => return Ok(token),
            Err(flight) => flight,
        };
        let outcome = match flight.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone(),
            // The task is gone without a word: it panicked, or its runtime ended. The next call begins anew.
            Err(_) => None,
        };
        match outcome {
            Some(outcome) => outcome.map_err(Error::from),
            None => Err(Error::new(ErrorKind::Auth, "the token provider ended without an answer")),
        }
    }

    /// Notes that the server refused the tokens of this generation, so that the next call gets another.
    pub(crate) fn refuse(&self, generation: u64) {
        let mut state = self.0.state();
        state.current = state.current.take().filter(|token| token.generation != generation);
    }
}

impl Shared {
    /// The current token if it is fresh, else the flight to wait for: the one under way, or a new one.
    fn current_or_flight(self: &Arc<Self>) -> Result<Arc<Token>, Flight> {
        let mut state = self.state();
        if let Some(token) = state.current.as_ref().filter(|token| is_fresh(token.expires_at)) {
            return Ok(token.clone());
        }
        // A flight whose sender is gone will never land.
        if let Some(flight) = state.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
            return Err(flight.clone());
        }
        let (sender, flight) = watch::channel(None);
        state.flight = Some(flight.clone());
        let shared = self.clone();
        tokio::spawn(async move {
            let outcome = timeout(PATIENCE, shared.provider.access_token()).await;
            let outcome =
                shared.land(outcome.unwrap_or_else(|_| Err("there was no answer in ten minutes".into())));
            // Nobody may be waiting any more; the token is kept all the same.
            let _ = sender.send(Some(outcome));
        });
        Err(flight)
    }

    /// Keeps the new token, or the last one as long as it lasts; and ends the flight.
    fn land(&self, outcome: Result<AccessToken, BoxError>) -> Outcome {
        let mut state = self.state();
        state.flight = None;
        let token = match (outcome, &state.current) {
            (Ok(token), _) => token,
            (Err(_), Some(last)) if last.lasts() => {
                tracing::warn!("the token provider failed; the last token still lasts, and is used");
                return Ok(last.clone());
            }
            (Err(error), _) => return Err(Failure::Provider(error.into())),
        };
        let text = token.secret.expose();
        let header = bearer(text).map_err(Failure::Unsendable)?;
        state.generation += 1;
        let token = Arc::new(Token {
            header,
            generation: state.generation,
            region: region_of(text),
            region_used: AtomicBool::new(false),
            expires_at: token.expires_at,
        });
        state.current = Some(token.clone());
        Ok(token)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}
