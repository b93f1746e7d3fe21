//! Requests as they travel: JSON, query parameters, a form, or a multipart body.

use std::borrow::Cow;

use http::HeaderValue;
use livechat_types::{Content, Http};
use serde::Serialize;
use serde_json::Value;

use crate::{Body, Error, Result, UploadFile, json, livechat::Context};

/// A request without its address.
pub(crate) struct Encoded {
    /// What follows the `?`, without the client's own parameters.
    pub(crate) query: String,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) body: Body,
}

/// The field of a request that carries a token of its own, in place of the client's credentials.
pub(crate) const OWN_TOKEN: &str = "code";

impl Encoded {
    /// Whether the request has a field of this name.
    pub(crate) fn has_field(&self, name: &str) -> bool {
        let body = self.body.as_bytes().map_or(&[][..], |body| body);
        let in_pairs = |pairs: &[u8]| form_urlencoded::parse(pairs).any(|(key, _)| key == name);
        match json::value(body) {
            Some(body) => body.get(name).is_some() || in_pairs(self.query.as_bytes()),
            None => in_pairs(body) || in_pairs(self.query.as_bytes()),
        }
    }
}

/// Encodes a request as its route asks.
pub(crate) fn request(http: &Http, request: &impl Serialize) -> Result<Encoded> {
    match http.content {
        Content::Json => in_json(request),
        Content::Query => Ok(Encoded { query: pairs(request)?, content_type: None, body: Body::empty() }),
        Content::Form => Ok(Encoded {
            query: String::new(),
            content_type: Some(HeaderValue::from_static("application/x-www-form-urlencoded")),
            body: pairs(request)?.into(),
        }),
        _ => Err(Error::build("the action takes a file: send it with the upload method")),
    }
}

/// A JSON body.
fn in_json(request: &impl Serialize) -> Result<Encoded> {
    let body = serde_json::to_vec(request).map_err(unencodable)?;
    Ok(Encoded {
        query: String::new(),
        content_type: Some(HeaderValue::from_static("application/json")),
        body: body.into(),
    })
}

/// A multipart body with one file.
pub(crate) fn upload(file: UploadFile) -> Result<Encoded> {
    let (multipart, media_type) = file.into_multipart()?;
    let content_type = HeaderValue::try_from(media_type)
        .map_err(|error| Error::build("the boundary cannot be a header's value").with_source(error))?;
    Ok(Encoded { query: String::new(), content_type: Some(content_type), body: Body::upload(multipart) })
}

/// The path, with the parameters in it whose values the client holds.
pub(crate) fn path(http: &Http, context: &Context) -> Result<Cow<'static, str>> {
    let mut path = Cow::Borrowed(http.path);
    for name in http.client_parameters.iter().filter(|name| http.path.contains(&place(name))) {
        // A form writes a space as `+`, which in a path would be a plus.
        let value: String = form_urlencoded::byte_serialize(held(name, context)?.as_bytes()).collect();
        path = path.replace(&place(name), &value.replace('+', "%20")).into();
    }
    Ok(path)
}

/// Adds the parameters whose values the client holds, unless they stand in the path.
pub(crate) fn query(http: &Http, query: &str, context: &Context) -> Result<String> {
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    for name in http.client_parameters.iter().filter(|name| !http.path.contains(&place(name))) {
        serializer.append_pair(name, held(name, context)?);
    }
    let mut own = serializer.finish();
    if !own.is_empty() && !query.is_empty() {
        own.push('&');
    }
    own.push_str(query);
    Ok(own)
}

/// Where a parameter stands in a path.
fn place(name: &str) -> String {
    format!("{{{name}}}")
}

/// The value of a parameter that the client holds.
fn held<'a>(name: &str, context: &'a Context) -> Result<&'a str> {
    let value = match name {
        "organization_id" => context.organization_id.as_deref(),
        "group_id" => context.group_id.as_deref(),
        _ => None,
    };
    value.ok_or_else(|| Error::build(format!("the action needs `{name}`, which this client does not hold")))
}

/// `name=value` pairs of a flat request; a list repeats its name.
fn pairs(request: &impl Serialize) -> Result<String> {
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    let fields = match serde_json::to_value(request).map_err(unencodable)? {
        Value::Object(fields) => fields,
        Value::Null => return Ok(String::new()),
        _ => return Err(Error::build("the request is no object, so it cannot be sent as parameters")),
    };
    // By name, whatever features of serde_json some other crate of the program has chosen.
    let mut fields: Vec<(String, Value)> = fields.into_iter().collect();
    fields.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (name, value) in &fields {
        match value {
            Value::Array(items) => {
                for item in items {
                    serializer.append_pair(name, &scalar(name, item)?);
                }
            }
            Value::Null => {}
            value => {
                serializer.append_pair(name, &scalar(name, value)?);
            }
        }
    }
    Ok(serializer.finish())
}

fn scalar(name: &str, value: &Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(Error::build(format!("`{name}` is no plain value, so it cannot be a parameter"))),
    }
}

fn unencodable(error: serde_json::Error) -> Error {
    Error::build("the request cannot be written as JSON").with_source(error)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_parameter_of_the_path_is_put_there_and_nowhere_else() {
        let http = Http::new(
            livechat_types::Method::Post,
            "/v2/{organization_id}/{group_id}/token",
            livechat_types::Content::Json,
            &["organization_id", "group_id"],
        );
        let context = Context {
            organization_id: Some("a/b c".into()),
            group_id: Some("3".into()),
            ..Context::default()
        };
        assert_eq!(path(&http, &context).unwrap(), "/v2/a%2Fb%20c/3/token");
        assert_eq!(query(&http, "", &context).unwrap(), "");
        let error = path(&http, &Context::default()).unwrap_err().to_string();
        assert!(error.contains("`organization_id`"), "{error}");
    }

    #[test]
    fn a_field_is_found_however_the_request_travels() {
        let http = |content| Http::new(livechat_types::Method::Post, "/", content, &[]);
        for content in [Content::Json, Content::Query, Content::Form] {
            let with = request(&http(content), &json!({"a": "code", "code": "dal:x"})).unwrap();
            let without = request(&http(content), &json!({"a": "code", "code_verifier": "x"})).unwrap();
            assert!(with.has_field("code") && !without.has_field("code"), "{content:?}");
        }
    }

    #[test]
    fn parameters_are_escaped_and_lists_repeat_their_name() {
        let request = json!({"b": "ż &=", "a": [1, 2], "c": true, "d": null});
        assert_eq!(pairs(&request).unwrap(), "a=1&a=2&b=%C5%BC+%26%3D&c=true");
        assert!(pairs(&json!({"a": {"b": 1}})).unwrap_err().to_string().contains("`a`"));
        assert_eq!(pairs(&json!({})).unwrap(), "");
    }
}
