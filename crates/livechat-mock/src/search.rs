//! Which threads a filter means: one set of conditions behind the filters of archives and of reports.

use jiff::Timestamp;
use livechat_types::{
    agent,
    shared::{Event, FormAnswer, Properties, PropertyValue},
};

use crate::{
    error::ApiError,
    state::{
        State,
        chats::{Chat, Thread, event_author, event_text},
    },
};

/// The conditions on a thread; all that are set must hold.
#[derive(Debug, Default)]
pub(crate) struct Search {
    pub(crate) query: Option<String>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
    pub(crate) groups: Choice,
    pub(crate) agents: Choice,
    pub(crate) tags: Choice,
    pub(crate) sales: Choice,
    pub(crate) goals: Choice,
    pub(crate) event_types: Choice,
    pub(crate) countries: Choice,
    pub(crate) greetings: Option<Greetings>,
    pub(crate) forms: Vec<Forms>,
    pub(crate) response: Option<Response>,
    pub(crate) properties: Vec<PropertyChoice>,
}

/// `exists`, `values` or `exclude_values`: one of them.
#[derive(Debug, Default, Clone)]
pub(crate) struct Choice {
    pub(crate) exists: Option<bool>,
    pub(crate) values: Option<Vec<String>>,
    pub(crate) exclude: Option<Vec<String>>,
    pub(crate) every: bool,
}

/// A condition on the greeting that a thread began from.
#[derive(Debug)]
pub(crate) struct Greetings {
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
    pub(crate) ids: Choice,
    pub(crate) groups: Choice,
}

/// A condition on the forms that were filled in.
#[derive(Debug)]
pub(crate) struct Forms {
    /// As events name it: `prechat`, `postchat`.
    pub(crate) form_type: Option<String>,
    pub(crate) from: Option<Timestamp>,
    pub(crate) to: Option<Timestamp>,
    pub(crate) answers: Choice,
    pub(crate) groups: Choice,
}

/// A condition on the agents' answers.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) exists: Option<bool>,
    pub(crate) first: bool,
    pub(crate) agents: Choice,
    pub(crate) groups: Choice,
}

/// A condition on one property of a chat or thread.
#[derive(Debug)]
pub(crate) struct PropertyChoice {
    pub(crate) namespace: String,
    pub(crate) name: String,
    pub(crate) choice: Choice,
}

impl Choice {
    /// Of a filter at `place`; exactly one of the three must be set.
    pub(crate) fn new<T: ToString>(
        place: &str,
        exists: Option<bool>,
        values: Option<&[T]>,
        exclude: Option<&[T]>,
        every: Option<bool>,
    ) -> Result<Self, ApiError> {
        let set =
            usize::from(exists.is_some()) + usize::from(values.is_some()) + usize::from(exclude.is_some());
        if set != 1 {
            return Err(ApiError::validation(format!(
                "`{place}`: exactly one of `exists`, `values` and `exclude_values`"
            )));
        }
        Ok(Self {
            exists,
            values: values.map(texts),
            exclude: exclude.map(texts),
            every: every.unwrap_or(false),
        })
    }

    /// Of a filter that may be left empty.
    pub(crate) fn lenient<T: ToString>(values: Option<&[T]>, exclude: Option<&[T]>) -> Self {
        Self { exists: None, values: values.map(texts), exclude: exclude.map(texts), every: false }
    }

    /// Of group ids; group 0 is one like any other here.
    pub(crate) fn of_values<T: ToString>(values: Option<&[T]>) -> Self {
        Self::lenient(values, None)
    }

    pub(crate) fn holds<T: AsRef<str>>(&self, have: &[T]) -> bool {
        let has = |wanted: &String| have.iter().any(|value| value.as_ref() == wanted);
        let matches = |wanted: &[String]| {
            if self.every { wanted.iter().all(has) } else { wanted.iter().any(has) }
        };
        self.exists.is_none_or(|exists| exists != have.is_empty())
            && self.values.as_deref().is_none_or(matches)
            && !self.exclude.as_deref().is_some_and(matches)
    }
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

/// A property's value as filters compare it.
pub(crate) fn property_text(value: &PropertyValue) -> String {
    match value {
        PropertyValue::String(text) => text.clone(),
        PropertyValue::Integer(number) => number.to_string(),
        PropertyValue::Boolean(truth) => truth.to_string(),
        _ => String::new(),
    }
}

/// The condition on a property at `place`.
pub(crate) fn property_choice(
    place: &str,
    namespace: &str,
    name: &str,
    exists: Option<bool>,
    values: Option<&Vec<PropertyValue>>,
    exclude: Option<&Vec<PropertyValue>>,
) -> Result<PropertyChoice, ApiError> {
    let texts = |values: &Vec<PropertyValue>| values.iter().map(property_text).collect::<Vec<_>>();
    let (values, exclude) = (values.map(texts), exclude.map(texts));
    let place = format!("{place}.properties.{namespace}.{name}");
    let choice = Choice::new(&place, exists, values.as_deref(), exclude.as_deref(), None)?;
    Ok(PropertyChoice { namespace: namespace.to_owned(), name: name.to_owned(), choice })
}

impl PropertyChoice {
    pub(crate) fn holds(&self, properties: &[&Properties]) -> bool {
        let values: Vec<String> = properties
            .iter()
            .filter_map(|properties| properties.get(&self.namespace)?.get(&self.name))
            .map(property_text)
            .collect();
        self.choice.holds(&values)
    }
}

/// The conditions of the filter of `list_chats` and `list_archives` on properties.
pub(crate) fn property_choices(
    filters: Option<&agent::PropertyFilters>,
) -> Result<Vec<PropertyChoice>, ApiError> {
    let mut choices = Vec::new();
    for (namespace, names) in filters.into_iter().flatten() {
        for (name, filter) in names {
            choices.push(property_choice(
                "filters",
                namespace,
                name,
                filter.exists,
                filter.values.as_ref(),
                filter.exclude_values.as_ref(),
            )?);
        }
    }
    Ok(choices)
}

impl Search {
    /// Whether the thread is meant.
    pub(crate) fn holds(&self, state: &State, chat: &Chat, thread: &Thread) -> bool {
        within(thread.created_at, self.from, self.to)
            && self.query.as_deref().is_none_or(|query| contains(state, chat, thread, query))
            && self.groups.holds(&texts(&thread.group_ids))
            && self.agents.holds(&agents(state, thread))
            && self.tags.holds(&thread.tags)
            && self.sales.holds(&flags(thread, "ecommerce", "has_sale"))
            && self.goals.holds(&flags(thread, "lc2", "goal_id"))
            && self.event_types.holds(&kinds(thread))
            && self.countries.holds(&countries(state, chat))
            && self.greetings.as_ref().is_none_or(|greetings| greetings.holds(thread))
            && self.forms.iter().all(|forms| forms.holds(thread))
            && self.response.as_ref().is_none_or(|response| response.holds(state, thread))
            && self.properties.iter().all(|choice| choice.holds(&[&chat.properties, &thread.properties]))
    }
}

pub(crate) fn within(time: Timestamp, from: Option<Timestamp>, to: Option<Timestamp>) -> bool {
    from.is_none_or(|from| from <= time) && to.is_none_or(|to| time <= to)
}

/// Whether a word of the query stands in the chat, whatever the case.
fn contains(state: &State, chat: &Chat, thread: &Thread, query: &str) -> bool {
    let query = query.to_lowercase();
    let customer = chat.customer_id().and_then(|id| state.customers.get(id));
    let person = customer.into_iter().flat_map(|customer| [&customer.name, &customer.email]).flatten();
    person.map(String::as_str).any(|text| text.to_lowercase().contains(&query))
        || chat.id.to_lowercase() == query
        || thread.id.to_lowercase() == query
        || thread.events.iter().any(|event| event_text(event).to_lowercase().contains(&query))
}

/// The agents and bots of a thread.
pub(crate) fn agents(state: &State, thread: &Thread) -> Vec<String> {
    let is_agent = |id: &&String| id.contains('@') || state.bots.contains_key(*id);
    thread.user_ids.iter().filter(is_agent).cloned().collect()
}

fn flags(thread: &Thread, namespace: &str, name: &str) -> Vec<String> {
    thread
        .properties
        .get(namespace)
        .and_then(|values| values.get(name))
        .map(property_text)
        .into_iter()
        .collect()
}

fn kinds(thread: &Thread) -> Vec<&str> {
    thread.events.iter().map(Event::kind).collect()
}

fn countries(state: &State, chat: &Chat) -> Vec<String> {
    let customer = chat.customer_id().and_then(|id| state.customers.get(id));
    let visit = customer.and_then(|customer| customer.visit.as_ref());
    visit.and_then(|visit| visit.geolocation.as_ref()?.country_code.clone()).into_iter().collect()
}

/// The greeting that a thread began from.
pub(crate) fn greeting(thread: &Thread) -> Option<String> {
    flags(thread, "lc2", "greeting_id").pop()
}

impl Greetings {
    fn holds(&self, thread: &Thread) -> bool {
        let ids: Vec<String> = greeting(thread).into_iter().collect();
        // Only threads that began from a greeting were sent one at some time.
        let in_time = (self.from.is_none() && self.to.is_none())
            || (!ids.is_empty() && within(thread.created_at, self.from, self.to));
        in_time && self.ids.holds(&ids) && self.groups.holds(&texts(&thread.group_ids))
    }
}

impl Forms {
    fn holds(&self, thread: &Thread) -> bool {
        let filled: Vec<_> = thread
            .events
            .iter()
            .filter_map(|event| match event {
                Event::FilledForm(form) => Some(form),
                _ => None,
            })
            .filter(|form| self.form_type.is_none() || self.form_type == form.form_type)
            .filter(|form| within(form.created_at, self.from, self.to))
            .collect();
        let answers: Vec<String> = filled.iter().flat_map(|form| &form.fields).flat_map(answer_ids).collect();
        let exists = self.answers.exists.is_none_or(|exists| exists != filled.is_empty());
        let answers_hold = Choice { exists: None, ..self.answers.clone() }.holds(&answers);
        exists && answers_hold && self.groups.holds(&texts(&thread.group_ids))
    }
}

/// The ids of the chosen answers: alone, and as `<field>:<answer>`.
fn answer_ids(field: &livechat_types::shared::FilledFormField) -> Vec<String> {
    let one = match &field.answer {
        Some(FormAnswer::Option(option)) => option.id.as_ref().and_then(|id| serde_json::to_value(id).ok()),
        _ => None,
    };
    let one = one.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned));
    let several = field.answers.iter().flatten().map(|option| option.id.clone());
    let with_field = |id: &String| field.id.as_ref().map(|field| format!("{field}:{id}"));
    one.into_iter().chain(several).flat_map(|id| with_field(&id).into_iter().chain([id])).collect()
}

impl Response {
    fn holds(&self, state: &State, thread: &Thread) -> bool {
        let mut authors =
            thread.events.iter().filter_map(event_author).filter(|author| state.worker(author).is_some());
        let authors: Vec<&str> =
            if self.first { authors.next().into_iter().collect() } else { authors.collect() };
        self.exists.is_none_or(|exists| exists != authors.is_empty())
            && self.agents.holds(&authors)
            && self.groups.holds(&texts(&thread.group_ids))
    }
}

#[cfg(test)]
mod tests {
    use super::Choice;

    fn choice(values: Option<&[&str]>, exclude: Option<&[&str]>, every: bool) -> Choice {
        Choice::new("filters.tags", None, values, exclude, Some(every)).unwrap()
    }

    #[test]
    fn one_value_is_enough_unless_every_one_is_required() {
        assert!(choice(Some(&["a", "b"]), None, false).holds(&["b", "c"]));
        assert!(!choice(Some(&["a", "b"]), None, true).holds(&["b", "c"]));
        assert!(!choice(None, Some(&["a", "b"]), false).holds(&["b", "c"]));
        assert!(choice(None, Some(&["a", "b"]), true).holds(&["b", "c"]));
    }

    #[test]
    fn a_filter_asks_exactly_one_thing() {
        assert!(Choice::new("f", Some(true), Some(&["a"]), None, None).is_err());
        assert!(Choice::new::<&str>("f", None, None, None, None).is_err());
        let exists = Choice::new::<&str>("f", Some(false), None, None, None).unwrap();
        assert!(exists.holds::<&str>(&[]));
        assert!(!exists.holds(&["a"]));
    }
}
