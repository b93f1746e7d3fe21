//! Properties: setting, deleting and checking them against their definitions.

use livechat_types::{
    configuration::{
        PropertyAccess, PropertyAccessType, PropertyDefinition, PropertyType, PropertyUserAccess,
    },
    shared::{Properties, PropertyNames, PropertyValue},
};

use super::{State, access::Caller, default_properties};
use crate::error::ApiError;

/// Where properties are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Location {
    Chat,
    Thread,
    Event,
    License,
    Group,
}

impl Location {
    fn of(self, access: &PropertyAccess) -> Option<&PropertyUserAccess> {
        match self {
            Self::Chat => access.chat.as_ref(),
            Self::Thread => access.thread.as_ref(),
            Self::Event => access.event.as_ref(),
            Self::License => access.license.as_ref(),
            Self::Group => access.group.as_ref(),
        }
    }
}

/// Sets what `changes` names and leaves the rest.
pub(crate) fn merge(properties: &mut Properties, changes: &Properties) {
    for (namespace, values) in changes {
        let into = properties.entry(namespace.clone()).or_default();
        into.extend(values.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

/// Deletes what `names` names; a namespace without properties goes as well.
pub(crate) fn remove(properties: &mut Properties, names: &PropertyNames) {
    for (namespace, names) in names {
        if let Some(values) = properties.get_mut(namespace) {
            values.retain(|name, _| !names.contains(name));
            if values.is_empty() {
                properties.remove(namespace);
            }
        }
    }
}

/// The properties of one namespace, or those whose names begin so, or all.
pub(crate) fn select(
    properties: &Properties,
    namespace: Option<&str>,
    matches: impl Fn(&str) -> bool,
) -> Properties {
    let mut selected = Properties::new();
    for (space, values) in properties.iter().filter(|(space, _)| namespace.is_none_or(|only| only == *space))
    {
        let values: std::collections::BTreeMap<_, _> = values
            .iter()
            .filter(|(name, _)| matches(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !values.is_empty() {
            selected.insert(space.clone(), values);
        }
    }
    selected
}

/// Checks one value against a definition.
pub(crate) fn check_value(
    name: &str,
    value: &PropertyValue,
    definition: &PropertyDefinition,
) -> Result<(), ApiError> {
    let fits = match (&definition.r#type, value) {
        (PropertyType::Int, PropertyValue::Integer(number)) => i32::try_from(*number).is_ok(),
        (PropertyType::String | PropertyType::TokenizedString, PropertyValue::String(_))
        | (PropertyType::Bool, PropertyValue::Boolean(_)) => true,
        _ => false,
    };
    if !fits {
        return Err(ApiError::validation(format!(
            "property `{name}` is registered as `{}`; the value does not fit",
            definition.r#type
        )));
    }
    if definition.domain.as_ref().is_some_and(|domain| !domain.is_empty() && !domain.contains(value)) {
        return Err(ApiError::validation(format!("the value of property `{name}` is not in its domain")));
    }
    if let (Some(range), PropertyValue::Integer(number)) = (&definition.range, value) {
        let (low, high) = (range.from.unwrap_or(i64::MIN), range.to.unwrap_or(i64::MAX));
        if !(low..=high).contains(number) {
            return Err(ApiError::validation(format!("the value of property `{name}` is out of its range")));
        }
    }
    Ok(())
}

impl State {
    /// The properties, and the default values of those that are not set.
    pub(crate) fn with_defaults(&self, properties: &Properties, location: Location) -> Properties {
        let mut all = properties.clone();
        for (namespace, definitions) in &self.definitions {
            for (name, definition) in definitions {
                if let (Some(value), Some(_)) = (&definition.default_value, location.of(&definition.access)) {
                    let values = all.entry(namespace.clone()).or_default();
                    values.entry(name.clone()).or_insert_with(|| value.clone());
                }
            }
        }
        all
    }

    /// Checks properties that are to be set: each is one of an application that is registered, or one that every license has.
    pub(crate) fn check_properties(
        &self,
        caller: &Caller,
        location: Location,
        properties: &Properties,
    ) -> Result<(), ApiError> {
        for (namespace, values) in properties {
            for (name, value) in values {
                let definition = self.require_definition(namespace, name)?;
                check_value(name, value, definition)?;
                check_right(caller, location, namespace, name, definition, &PropertyAccessType::Write)?;
            }
        }
        Ok(())
    }

    pub(crate) fn check_deletion(
        &self,
        caller: &Caller,
        location: Location,
        names: &PropertyNames,
    ) -> Result<(), ApiError> {
        for (namespace, names) in names {
            for name in names {
                let definition = self.require_definition(namespace, name)?;
                check_right(caller, location, namespace, name, definition, &PropertyAccessType::Write)?;
            }
        }
        Ok(())
    }

    /// The definition of a property: an application's, or one that every license has.
    pub(crate) fn definition(&self, namespace: &str, name: &str) -> Option<&PropertyDefinition> {
        let registered = self.definitions.get(namespace).and_then(|definitions| definitions.get(name));
        registered.or_else(|| default_properties::of(namespace)?.get(name))
    }

    fn require_definition(&self, namespace: &str, name: &str) -> Result<&PropertyDefinition, ApiError> {
        self.definition(namespace, name).ok_or_else(|| {
            let help = match default_properties::of(namespace) {
                Some(own) => {
                    format!(
                        "it is LiveChat's own, and has {}",
                        own.keys().cloned().collect::<Vec<_>>().join(", ")
                    )
                }
                None => "`register_property` registers it for an application".to_owned(),
            };
            ApiError::validation(format!("there is no property `{name}` in namespace `{namespace}`: {help}"))
        })
    }
}

/// Whether the caller may do that with a property here.
fn check_right(
    caller: &Caller,
    location: Location,
    namespace: &str,
    name: &str,
    definition: &PropertyDefinition,
    right: &PropertyAccessType,
) -> Result<(), ApiError> {
    let here = location.of(&definition.access);
    let users = here
        .and_then(|users| if caller.is_customer() { users.customer.as_ref() } else { users.agent.as_ref() });
    // An application that does not own the property needs that it is published.
    let owned = caller.client_id == namespace || !is_client_id(&caller.client_id);
    let public = definition.public_access.as_ref().is_some_and(|rights| rights.contains(right));
    if users.is_some_and(|rights| rights.contains(right)) && (owned || public) {
        return Ok(());
    }
    Err(ApiError::authorization(format!(
        "no right to {right} property `{name}` of namespace `{namespace}` here"
    )))
}

/// Namespaces of applications are client ids: 32 hexadecimal digits.
pub(crate) fn is_client_id(namespace: &str) -> bool {
    namespace.len() == 32 && namespace.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::{merge, remove};
    use livechat_types::shared::{Properties, PropertyNames};

    fn properties(json: &str) -> Properties {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn merging_overwrites_only_what_is_named() {
        let mut all = properties(r#"{"routing": {"a": 1, "b": 2}}"#);
        merge(&mut all, &properties(r#"{"routing": {"b": 3}, "rating": {"score": 1}}"#));
        assert_eq!(all, properties(r#"{"routing": {"a": 1, "b": 3}, "rating": {"score": 1}}"#));
    }

    #[test]
    fn an_empty_namespace_does_not_stay() {
        let mut all = properties(r#"{"routing": {"a": 1}, "rating": {"score": 1}}"#);
        let names: PropertyNames = serde_json::from_str(r#"{"routing": ["a", "none"]}"#).unwrap();
        remove(&mut all, &names);
        assert_eq!(all, properties(r#"{"rating": {"score": 1}}"#));
    }
}
