//! Requests as they travel: JSON, query parameters, a form, or a multipart body.

use http::HeaderValue;
use livechat_types::{Content, Http};
use serde::Serialize;
use serde_json::Value;

use crate::{Body, Error, Result, UploadFile, livechat::Context};

/// A request without its address.
pub(crate) struct Encoded {
    /// What follows the `?`, without the client's own parameters.
    pub(crate) query: String,
    pub(crate) content_type: Option<HeaderValue>,
    pub(crate) body: Body,
}

/// Encodes a request as its route asks.
pub(crate) fn request(http: &Http, request: &impl Serialize) -> Result<Encoded> {
    match http.content {
        Content::Json => json(request),
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
pub(crate) fn json(request: &impl Serialize) -> Result<Encoded> {
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

/// Adds the parameters whose values the client holds.
pub(crate) fn query(http: &Http, query: String, context: &Context) -> Result<String> {
    if http.client_parameters.is_empty() {
        return Ok(query);
    }
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    for name in http.client_parameters {
        let value = match *name {
            "organization_id" => context.organization_id.as_deref(),
            _ => None,
        };
        let missing = || Error::build(format!("the action needs `{name}`, which this client does not hold"));
        serializer.append_pair(name, value.ok_or_else(missing)?);
    }
    let mut own = serializer.finish();
    if !query.is_empty() {
        own.push('&');
        own.push_str(&query);
    }
    Ok(own)
}

/// `name=value` pairs of a flat request; a list repeats its name.
fn pairs(request: &impl Serialize) -> Result<String> {
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    let fields = match serde_json::to_value(request).map_err(unencodable)? {
        Value::Object(fields) => fields,
        Value::Null => return Ok(String::new()),
        _ => return Err(Error::build("the request is no object, so it cannot be sent as parameters")),
    };
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
    fn parameters_are_escaped_and_lists_repeat_their_name() {
        let request = json!({"b": "ż &=", "a": [1, 2], "c": true, "d": null});
        assert_eq!(pairs(&request).unwrap(), "a=1&a=2&b=%C5%BC+%26%3D&c=true");
        assert!(pairs(&json!({"a": {"b": 1}})).unwrap_err().to_string().contains("`a`"));
        assert_eq!(pairs(&json!({})).unwrap(), "");
    }
}
