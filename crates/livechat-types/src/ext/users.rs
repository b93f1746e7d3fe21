//! What agents and customers have in common.

use crate::Unknown;

macro_rules! user_accessors {
    ($module:path) => {
        const _: () = {
            use $module as users;

            impl users::User {
                /// Identifies the user; `None` only for a user of an unknown kind that has no id.
                #[must_use]
                pub fn id(&self) -> Option<&str> {
                    match self {
                        Self::Agent(agent) => Some(agent.id.as_str()),
                        Self::Customer(customer) => Some(customer.id.as_str()),
                        Self::Unknown(user) => text(user, "id"),
                    }
                }

                /// The user's name. A customer may have none.
                #[must_use]
                pub fn name(&self) -> Option<&str> {
                    match self {
                        Self::Agent(agent) => Some(&agent.name),
                        Self::Customer(customer) => customer.name.as_deref(),
                        Self::Unknown(user) => text(user, "name"),
                    }
                }
            }
        };
    };
}

user_accessors! { crate::shared::users }

#[cfg(feature = "customer")]
user_accessors! { crate::customer::users }

fn text<'a>(user: &'a Unknown, field: &str) -> Option<&'a str> {
    user.get(field)?.as_str()
}
