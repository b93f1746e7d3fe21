//! The stage of an API version: what the `Legacy` and `Deprecation` headers say.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use http::{HeaderMap, HeaderName};
use jiff::civil::Date;

static LEGACY: HeaderName = HeaderName::from_static("legacy");
static DEPRECATION: HeaderName = HeaderName::from_static("deprecation");

/// A stage of an API version after the stable one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lifecycle {
    /// The version still works, and a newer one is recommended.
    Legacy {
        /// When the legacy stage ends.
        until: Date,
    },
    /// The version will be switched off.
    Deprecated {
        /// When the deprecated stage ends.
        until: Date,
    },
}

impl Lifecycle {
    /// When the stage ends.
    #[must_use]
    pub fn until(self) -> Date {
        match self {
            Self::Legacy { until } | Self::Deprecated { until } => until,
        }
    }

    /// Reads the headers of an answer. The later stage wins; a value that is no date counts as absent.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Self> {
        let date = |name: &HeaderName| headers.get(name)?.to_str().ok()?.trim().parse::<Date>().ok();
        date(&DEPRECATION)
            .map(|until| Self::Deprecated { until })
            .or_else(|| date(&LEGACY).map(|until| Self::Legacy { until }))
    }
}

/// The versions that were warned of, so that each is warned of once.
#[derive(Debug, Default)]
pub(crate) struct Notices(Mutex<BTreeSet<&'static str>>);

impl Notices {
    /// Warns if the answer of an action at this path says that its version is past the stable stage.
    pub(crate) fn heed(&self, path: &'static str, headers: &HeaderMap) {
        let Some(lifecycle) = Lifecycle::from_headers(headers) else { return };
        let version = path.split('/').find(|segment| !segment.is_empty()).unwrap_or_default();
        if !self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(version) {
            return;
        }
        match lifecycle {
            Lifecycle::Legacy { until } => {
                tracing::warn!(version, %until, "this version of the API is legacy; its legacy stage ends on that day");
            }
            Lifecycle::Deprecated { until } => {
                tracing::warn!(version, %until, "this version of the API is deprecated, and works until that day");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&'static str, &str)]) -> Option<Lifecycle> {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        Lifecycle::from_headers(&headers)
    }

    #[test]
    fn headers_become_a_stage_with_its_end() {
        let until = "2027-01-31".parse().unwrap();
        assert_eq!(read(&[("legacy", "2027-01-31")]), Some(Lifecycle::Legacy { until }));
        assert_eq!(
            read(&[("legacy", "2026-01-01"), ("deprecation", "2027-01-31")]),
            Some(Lifecycle::Deprecated { until })
        );
        assert_eq!(read(&[("deprecation", "true")]), None);
        assert_eq!(read(&[]), None);
    }
}
