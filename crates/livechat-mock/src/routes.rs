//! From a request to its action: the table of all operations, and the one generic function that runs each of them.

use std::collections::BTreeMap;

use bytes::Bytes;
use livechat_types::{Action, ActionInfo, Api, Authorization, Content, agent, customer};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    actions::{self, Call, Upload},
    error::ApiError,
    query::Node,
    strict,
};

/// What a request carries, before it is read.
pub(crate) enum Input {
    Json(Bytes),
    /// A query or a form.
    Pairs(Vec<(String, String)>),
    File(Upload),
}

type Run = Box<dyn Fn(&mut Call<'_>, Input) -> Result<Vec<u8>, ApiError> + Send + Sync>;

/// An operation.
pub(crate) struct Route {
    pub(crate) info: &'static ActionInfo,
    run: Run,
}

impl Route {
    /// Reads the request, refuses what the API does not know, performs the action, writes the answer.
    fn new<A>(perform: fn(&mut Call<'_>, A) -> Result<A::Response, ApiError>) -> Self
    where
        A: Action + DeserializeOwned + 'static,
        A::Response: Serialize,
    {
        let run = move |call: &mut Call<'_>, input: Input| {
            let request: A = read(input)?;
            if let Some(found) = strict::unknown_value(&request) {
                return Err(ApiError::validation(found));
            }
            write(&perform(call, request)?)
        };
        Self { info: A::INFO, run: Box::new(run) }
    }

    /// An action that takes a file.
    fn upload<R: Serialize + 'static>(
        info: &'static ActionInfo,
        perform: fn(&mut Call<'_>, Upload) -> Result<R, ApiError>,
    ) -> Self {
        let run = move |call: &mut Call<'_>, input: Input| match input {
            Input::File(upload) => write(&perform(call, upload)?),
            _ => Err(ApiError::validation("`file`: a multipart body with this part is required")),
        };
        Self { info, run: Box::new(run) }
    }

    pub(crate) fn run(&self, call: &mut Call<'_>, input: Input) -> Result<Vec<u8>, ApiError> {
        match self.info.api {
            Api::Customer => actions::customer::require_customer(call, self.needs_token())?,
            Api::Accounts => {}
            _ if self.needs_token() => actions::agent::require_worker(call)?,
            _ => {}
        }
        (self.run)(call, input)
    }

    /// Whether a request without a token is refused. The documentation's examples of the customer's GET actions send none.
    pub(crate) fn needs_token(&self) -> bool {
        let public_read = self.info.api == Api::Customer && self.content() == Content::Query;
        self.info.authorization == Authorization::Required && !public_read
    }

    pub(crate) fn content(&self) -> Content {
        self.info.http.map_or(Content::Json, |http| http.content)
    }

    pub(crate) fn method(&self) -> &'static str {
        self.info.http.map_or("POST", |http| http.method.as_str())
    }
}

fn read<A: DeserializeOwned>(input: Input) -> Result<A, ApiError> {
    match input {
        Input::Json(body) => {
            // An empty body is an empty request; that is how requests without parameters are often sent.
            let body: &[u8] = if body.is_empty() { b"{}" } else { &body };
            let mut reader = serde_json::Deserializer::from_slice(body);
            let request = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
                let path = error.path().to_string();
                if error.inner().is_syntax() || error.inner().is_eof() {
                    return ApiError::validation(format!("the body is not JSON: {}", error.inner()));
                }
                at(&path, error.inner())
            })?;
            reader.end().map_err(|error| ApiError::validation(format!("the body is not JSON: {error}")))?;
            Ok(request)
        }
        Input::Pairs(pairs) => {
            let node = Node::read(&pairs).map_err(ApiError::validation)?;
            serde_path_to_error::deserialize(node).map_err(|error| {
                let path = error.path().to_string();
                at(&path, error.inner())
            })
        }
        Input::File(_) => Err(ApiError::validation("the action takes no file")),
    }
}

fn at(path: &str, error: &dyn std::fmt::Display) -> ApiError {
    if path == "." {
        ApiError::validation(error.to_string())
    } else {
        ApiError::validation(format!("`{path}`: {error}"))
    }
}

fn write<R: Serialize>(response: &R) -> Result<Vec<u8>, ApiError> {
    serde_json::to_vec(response).map_err(|error| {
        ApiError::new(
            livechat_types::shared::ErrorType::Internal,
            format!("the answer cannot be written: {error}"),
        )
    })
}

/// All operations, by path.
pub(crate) struct Routes {
    exact: BTreeMap<&'static str, Vec<Route>>,
    /// Those with parameters in their path.
    templates: Vec<Route>,
}

/// Where a path leads.
pub(crate) struct Found<'a> {
    /// The operations at the path, one for each method.
    pub(crate) routes: Vec<&'a Route>,
    /// What stands in the path.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Routes {
    pub(crate) fn new() -> Self {
        let mut routes = Self { exact: BTreeMap::new(), templates: Vec::new() };
        for route in all() {
            match route.info.http {
                Some(http) if http.path.contains('{') => routes.templates.push(route),
                Some(http) => routes.exact.entry(http.path).or_default().push(route),
                None => {}
            }
        }
        routes
    }

    /// The operations at a path.
    pub(crate) fn find(&self, path: &str) -> Option<Found<'_>> {
        if let Some(routes) = self.exact.get(path) {
            return Some(Found { routes: routes.iter().collect(), parameters: Vec::new() });
        }
        self.templates.iter().find_map(|route| {
            let parameters = fit(route.info.http?.path, path)?;
            Some(Found { routes: vec![route], parameters })
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Route> {
        self.exact.values().flatten().chain(&self.templates)
    }
}

/// What the parameters of a template are in a path that fits it.
fn fit(template: &str, path: &str) -> Option<Vec<(String, String)>> {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    let mut parameters = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(parameters),
            (Some(wanted), Some(given)) => {
                match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    Some(name) => parameters.push((name.to_owned(), given.to_owned())),
                    None if wanted == given => {}
                    None => return None,
                }
            }
            _ => return None,
        }
    }
}

/// Every operation and the function behind it.
fn all() -> Vec<Route> {
    let mut routes = agent_routes();
    routes.extend(customer_routes());
    routes.extend(configuration_routes());
    routes.extend(other_routes());
    routes
}

fn agent_routes() -> Vec<Route> {
    use actions::agent::{archives, chat_users, chats, customers, events, other, properties, status};
    vec![
        Route::new(chats::list_chats),
        Route::new(chats::list_threads),
        Route::new(chats::get_chat),
        Route::new(archives::list_archives),
        Route::new(chats::start_chat),
        Route::new(chats::resume_chat),
        Route::new(chats::deactivate_chat),
        Route::new(chats::follow_chat),
        Route::new(chats::unfollow_chat),
        Route::new(chat_users::transfer_chat),
        Route::new(chat_users::add_user_to_chat),
        Route::new(chat_users::remove_user_from_chat),
        Route::new(other::get_license_info),
        Route::new(events::send_event),
        Route::upload(&agent::actions::UPLOAD_FILE, events::upload_file),
        Route::new(events::send_rich_message_postback),
        Route::new(properties::update_chat_properties),
        Route::new(properties::delete_chat_properties),
        Route::new(properties::update_thread_properties),
        Route::new(properties::delete_thread_properties),
        Route::new(properties::update_event_properties),
        Route::new(properties::delete_event_properties),
        Route::new(properties::tag_thread),
        Route::new(properties::untag_thread),
        Route::new(customers::get_customer),
        Route::new(customers::list_customers),
        Route::new(customers::create_customer),
        Route::new(customers::update_customer),
        Route::new(customers::ban_customer),
        Route::new(status::set_routing_status),
        Route::new(status::list_routing_statuses),
        Route::new(other::mark_events_as_seen),
        Route::new(other::send_typing_indicator),
        Route::new(other::multicast),
        Route::new(other::list_agents_for_transfer),
    ]
}

fn customer_routes() -> Vec<Route> {
    use actions::customer::{chats, configuration, customers, events, other, properties};
    vec![
        Route::new(chats::list_chats),
        Route::new(chats::list_threads),
        Route::new(chats::get_chat),
        Route::new(chats::start_chat),
        Route::new(chats::resume_chat),
        Route::new(chats::deactivate_chat),
        Route::new(configuration::get_dynamic_configuration),
        Route::new(configuration::get_configuration),
        Route::new(events::send_event),
        Route::upload(&customer::actions::UPLOAD_FILE, events::upload_file),
        Route::new(events::send_rich_message_postback),
        Route::new(events::send_sneak_peek),
        Route::new(configuration::get_localization),
        Route::new(properties::update_chat_properties),
        Route::new(properties::delete_chat_properties),
        Route::new(properties::update_thread_properties),
        Route::new(properties::delete_thread_properties),
        Route::new(properties::update_event_properties),
        Route::new(properties::delete_event_properties),
        Route::new(properties::list_license_properties),
        Route::new(properties::list_group_properties),
        Route::new(customers::update_customer),
        Route::new(customers::set_customer_session_fields),
        Route::new(customers::get_customer),
        Route::new(other::list_group_statuses),
        Route::new(other::check_goals),
        Route::new(other::get_form),
        Route::new(other::get_predicted_agent),
        Route::new(other::get_url_info),
        Route::new(other::mark_events_as_seen),
        Route::new(other::accept_greeting),
        Route::new(other::cancel_greeting),
        Route::new(other::request_email_verification),
    ]
}

fn configuration_routes() -> Vec<Route> {
    use actions::configuration::{
        agents, auto_access, batches, bots, groups, other, properties, tags, webhooks,
    };
    vec![
        Route::new(agents::create_agent),
        Route::new(agents::get_agent),
        Route::new(agents::list_agents),
        Route::new(agents::update_agent),
        Route::new(agents::delete_agent),
        Route::new(agents::suspend_agent),
        Route::new(agents::unsuspend_agent),
        Route::new(agents::request_agent_unsuspension),
        Route::new(agents::approve_agent),
        Route::new(batches::batch_create_agents),
        Route::new(batches::batch_update_agents),
        Route::new(batches::batch_delete_agents),
        Route::new(batches::batch_suspend_agents),
        Route::new(batches::batch_unsuspend_agents),
        Route::new(batches::batch_approve_agents),
        Route::new(auto_access::add_auto_access),
        Route::new(auto_access::list_auto_accesses),
        Route::new(auto_access::delete_auto_access),
        Route::new(auto_access::update_auto_access),
        Route::new(bots::create_bot_template),
        Route::new(bots::create_bot),
        Route::new(bots::delete_bot_template),
        Route::new(bots::delete_bot),
        Route::new(bots::update_bot_template),
        Route::new(bots::update_bot),
        Route::new(bots::list_bot_templates),
        Route::new(bots::list_bots),
        Route::new(bots::get_bot),
        Route::new(bots::issue_bot_token),
        Route::new(bots::reset_bot_template_secret),
        Route::new(bots::reset_bot_secret),
        Route::new(batches::batch_create_bots),
        Route::new(batches::batch_update_bots),
        Route::new(batches::batch_delete_bots),
        Route::new(groups::create_group),
        Route::new(groups::update_group),
        Route::new(groups::delete_group),
        Route::new(groups::list_groups),
        Route::new(groups::get_group),
        Route::new(properties::register_property),
        Route::new(properties::unregister_property),
        Route::new(properties::publish_property),
        Route::new(properties::list_properties),
        Route::new(properties::update_license_properties),
        Route::new(properties::list_license_properties),
        Route::new(properties::delete_license_properties),
        Route::new(properties::update_group_properties),
        Route::new(properties::list_groups_properties),
        Route::new(properties::delete_group_properties),
        Route::new(tags::create_tag),
        Route::new(tags::delete_tag),
        Route::new(tags::list_tags),
        Route::new(tags::update_tag),
        Route::new(webhooks::register_webhook),
        Route::new(webhooks::list_webhooks),
        Route::new(webhooks::unregister_webhook),
        Route::new(webhooks::list_webhook_names),
        Route::new(webhooks::enable_license_webhooks),
        Route::new(webhooks::disable_license_webhooks),
        Route::new(webhooks::get_license_webhooks_state),
        Route::new(other::list_channels),
        Route::new(other::check_product_limits_for_plan),
        Route::new(other::get_product_source),
    ]
}

/// Reports and accounts.
fn other_routes() -> Vec<Route> {
    use actions::{
        accounts,
        reports::{agents, chats, tags},
    };
    vec![
        Route::new(chats::duration_report),
        Route::new(chats::tags_report),
        Route::new(chats::total_chats),
        Route::new(chats::ratings),
        Route::new(chats::ranking),
        Route::new(chats::engagement),
        Route::new(chats::greetings_conversion),
        Route::new(chats::forms),
        Route::new(chats::response_time),
        Route::new(chats::first_response_time),
        Route::new(agents::availability),
        Route::new(agents::performance),
        Route::new(tags::chat_usage),
        Route::new(accounts::issue_token),
        Route::new(accounts::revoke_token),
        Route::new(accounts::get_token_info),
        Route::new(accounts::issue_customer_token),
        Route::new(accounts::revoke_customer_token),
        Route::new(accounts::issue_group_customer_token),
        Route::new(accounts::issue_identity_transfer_token),
        Route::new(accounts::get_customer_token_info),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use livechat_types::{ActionInfo, accounts, agent, configuration, customer, reports};

    use super::Routes;

    #[test]
    fn every_operation_of_the_specs_is_routed_once() {
        let tables = [
            agent::actions::ALL,
            customer::actions::ALL,
            configuration::actions::ALL,
            reports::actions::ALL,
            accounts::actions::ALL,
        ];
        let name = |info: &&'static ActionInfo| (info.api, info.name, info.http.unwrap().path);
        let documented: BTreeSet<_> =
            tables.into_iter().flatten().filter(|info| info.http.is_some()).map(name).collect();
        let routes = Routes::new();
        let names: Vec<_> = routes.iter().map(|route| name(&route.info)).collect();
        assert_eq!(names.iter().copied().collect::<BTreeSet<_>>(), documented);
        assert_eq!(names.len(), documented.len(), "an operation is routed twice");
        let (accounts, apis): (Vec<_>, Vec<_>) =
            names.into_iter().partition(|(api, _, _)| *api == livechat_types::Api::Accounts);
        assert_eq!((apis.len(), accounts.len()), (144, 8));
    }

    #[test]
    fn a_template_gives_what_stands_in_the_path() {
        let routes = Routes::new();
        let found = routes.find("/v2/customer/org/7/token").unwrap();
        assert_eq!(found.parameters[1], ("group_id".to_owned(), "7".to_owned()));
        assert!(routes.find("/v2/customer/org/token").is_none());
        assert_eq!(routes.find("/v2/token").unwrap().routes.len(), 2, "POST and DELETE");
    }
}
