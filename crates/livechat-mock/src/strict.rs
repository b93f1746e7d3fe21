//! Finds in a request that was read the values that the API does not know; the types keep them, a server must refuse them.

use livechat_types::unknown_values;
use serde::Serialize;

/// The place and text of the first unknown value in `request`, for a message.
///
/// A request that is of an unknown kind as a whole is left to its action. An object is not shown: a secret may be in it.
pub(crate) fn unknown_value<T: Serialize>(request: &T) -> Option<String> {
    match unknown_values(request) {
        Ok(found) => found.iter().find(|found| !found.path.is_empty()).map(|found| {
            let shown = if found.json.starts_with('{') { "of an unknown kind" } else { &found.json };
            format!("`{}`: unknown value {shown}", found.path)
        }),
        Err(error) => Some(format!("the request cannot be read back: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::unknown_value;
    use livechat_types::agent::StartChat;

    fn find(body: &str) -> Option<String> {
        unknown_value(&serde_json::from_str::<StartChat>(body).unwrap())
    }

    #[test]
    fn an_unknown_value_is_found_with_its_place() {
        let found =
            find(r#"{"chat": {"users": [{"id": "a", "type": "agent"}, {"id": "b", "type": "robot"}]}}"#);
        assert_eq!(found.unwrap(), "`chat.users[1].type`: unknown value \"robot\"");
        let found = find(r#"{"chat": {"properties": {"routing": {"idle": [1]}}}}"#);
        assert_eq!(found.unwrap(), "`chat.properties.routing.idle`: unknown value [1]");
    }

    #[test]
    fn known_values_are_no_finding() {
        assert_eq!(find(r#"{"active": true, "chat": {"users": [{"id": "a", "type": "customer"}]}}"#), None);
    }
}
