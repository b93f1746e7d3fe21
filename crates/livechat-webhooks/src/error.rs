//! Why a webhook is refused, and the HTTP status that says so.

use std::fmt;

use crate::BoxError;

/// Why a webhook is refused.
///
/// Its text says what is wrong and where, for logs; it never has the secret key in it. What may be told to whoever sent the
/// request is [`answer`](Self::answer).
///
/// ```
/// use livechat_webhooks::{ErrorKind, Verifier};
///
/// let error = Verifier::new("keep-me").read(br#"{"action": "incoming_chat"}"#).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::MissingSecret);
/// assert_eq!(error.status(), 401);
/// ```
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<BoxError>,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The body is larger than allowed. 413.
    TooLarge,
    /// The body did not arrive in time. 408.
    Timeout,
    /// The connection broke before the body was whole. 400.
    Interrupted,
    /// The body is no JSON object: truncated, not UTF-8, something else. 400.
    Malformed,
    /// The body is nested deeper than allowed. 400.
    TooDeep,
    /// A field of the envelope stands twice, so that two readers might disagree on it. 400.
    DuplicateField,
    /// There is no `secret_key`. 401.
    MissingSecret,
    /// The `secret_key` is none that is accepted. 401.
    WrongSecret,
    /// The secret is right, but a field of the envelope is missing or of the wrong type. 400.
    Envelope,
    /// The secret is right, but the payload or the additional data is not what the action carries. 400.
    Payload,
}

impl ErrorKind {
    /// The HTTP status that fits.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::TooLarge => 413,
            Self::Timeout => 408,
            Self::MissingSecret | Self::WrongSecret => 401,
            Self::Interrupted
            | Self::Malformed
            | Self::TooDeep
            | Self::DuplicateField
            | Self::Envelope
            | Self::Payload => 400,
        }
    }

    /// A line that tells the sender what is wrong and nothing that the sender did not know.
    #[must_use]
    pub const fn answer(self) -> &'static str {
        match self {
            Self::TooLarge => "the body is too large",
            Self::Timeout => "the body did not arrive in time",
            Self::Interrupted => "the body is incomplete",
            Self::Malformed => "the body is not a JSON object",
            Self::TooDeep => "the body is nested too deeply",
            Self::DuplicateField => "a field of the envelope stands twice",
            Self::MissingSecret | Self::WrongSecret => "the secret key is missing or not accepted",
            Self::Envelope => "a field of the envelope is missing or of the wrong type",
            Self::Payload => "the payload is not what the action carries",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    #[cfg(feature = "tower")]
    pub(crate) fn with_source(mut self, source: BoxError) -> Self {
        self.source = Some(source);
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The HTTP status that fits.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.kind.status()
    }

    /// A line for the sender, without details.
    #[must_use]
    pub fn answer(&self) -> &'static str {
        self.kind.answer()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
