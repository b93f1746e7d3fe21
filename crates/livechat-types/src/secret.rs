//! Strings that must not be shown.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// A secret: a token, a key, a password.
///
/// It shows neither in `Debug` nor in anything made of it, has no `Display`, and is compared in a time that depends on its
/// length alone. Its memory is overwritten when it is dropped; copies that others made (the text it was read from, the text it is
/// written into) are theirs.
///
/// It serializes as the real value: whoever sends it must. So keep what holds secrets out of logs that are written as JSON.
///
/// ```
/// use livechat_types::Secret;
///
/// let secret = Secret::from("dal:test-token");
/// assert_eq!(secret.expose(), "dal:test-token");
/// assert_eq!(format!("{secret:?}"), "Secret(redacted)");
/// ```
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self(secret)
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self(secret.to_owned())
    }
}

impl From<&String> for Secret {
    fn from(value: &String) -> Self {
        value.as_str().into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(redacted)")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // An error says which type came instead. Only of a number or a boolean would it show the value, and no secret is one.
        crate::id::read_string(deserializer, "Secret").map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_shows_in_no_debug_output() {
        let secret = Some(Secret::from("keep-me"));
        assert_eq!(format!("{secret:?}"), "Some(Secret(redacted))");
        assert!(!format!("{secret:#?}").contains("keep-me"));
    }

    #[test]
    fn secrets_are_equal_when_their_strings_are() {
        let secret = Secret::from("keep-me".to_owned());
        assert_eq!(secret, secret.clone());
        for other in ["", "keep-m", "keep-mE", "keep-me "] {
            assert_ne!(secret, Secret::from(other));
        }
    }

    #[test]
    fn a_secret_is_read_and_written_as_its_string() {
        let secret: Secret = serde_json::from_str("\"keep-me\"").unwrap();
        assert_eq!(secret.expose(), "keep-me");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"keep-me\"");
        assert!(serde_json::from_str::<Secret>("[]").is_err());
    }
}
