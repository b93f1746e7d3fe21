//! Properties and session fields, made of pairs.

use std::collections::BTreeMap;

/// Properties of one namespace: the client id of the application that owns them, or a word of LiveChat's own.
///
/// Those of another namespace are one more entry of the map.
///
/// ```
/// # #[cfg(feature = "customer")] {
/// use livechat_types::{customer::UpdateThreadProperties, properties, shared::PropertyValue};
///
/// let rating = properties("rating", [("score", PropertyValue::from(1)), ("comment", "So quick!".into())]);
/// let request = UpdateThreadProperties::new("QJ4T8ZP1LX", "TH7W2KD90C", rating);
/// assert_eq!(request.properties["rating"]["score"], PropertyValue::Integer(1));
/// # }
/// ```
#[cfg(any(
    feature = "agent",
    feature = "customer",
    feature = "configuration",
    feature = "reports",
    feature = "webhooks"
))]
#[must_use]
pub fn properties(
    namespace: impl Into<String>,
    values: impl IntoIterator<Item = (impl Into<String>, impl Into<crate::shared::PropertyValue>)>,
) -> crate::shared::Properties {
    let values = values.into_iter().map(|(name, value)| (name.into(), value.into()));
    BTreeMap::from([(namespace.into(), values.collect())])
}

/// Session fields: each pair becomes an object of its own, in the same order.
///
/// ```
/// # #[cfg(feature = "agent")] {
/// use livechat_types::{agent::UpdateCustomer, session_fields};
///
/// let fields = session_fields([("plan", "gold"), ("cart", "3 lamps")]);
/// let request = UpdateCustomer::new("1f6c3c1e-0d0c-4f0e-9a44-3b0a5b1f8d21").session_fields(fields);
/// let json = serde_json::to_string(&request.session_fields)?;
/// assert_eq!(json, r#"[{"plan":"gold"},{"cart":"3 lamps"}]"#);
/// # }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[cfg(any(feature = "agent", feature = "customer", feature = "webhooks"))]
#[must_use]
pub fn session_fields(
    pairs: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
) -> crate::shared::SessionFields {
    pairs.into_iter().map(|(name, value)| BTreeMap::from([(name.into(), value.into())])).collect()
}
