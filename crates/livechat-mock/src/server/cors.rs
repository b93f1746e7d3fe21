//! What a browser asks before it lets a page call another origin, and what it wants to be told in each answer.
//!
//! The documentation names no such headers, but recommends calls from pages: cookies for customers of frontend apps, and the
//! page's origin where the request has no `redirect_uri`.

use http::{HeaderMap, HeaderValue, Method, header, request::Parts};

/// Whether the request is a browser's question before the real one.
pub(super) fn is_preflight(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS
        && parts.headers.contains_key(header::ORIGIN)
        && parts.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Lets the page that asks read the answer, also where cookies go along: they identify customers.
pub(super) fn allow(request: &HeaderMap, answer: &mut HeaderMap) {
    let Some(origin) = request.get(header::ORIGIN) else { return };
    answer.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    answer.insert(header::VARY, HeaderValue::from_static("Origin"));
}

/// Answers a preflight: the real request may have the headers that it asks for.
pub(super) fn allow_request(request: &HeaderMap, methods: &str, answer: &mut HeaderMap) {
    allow(request, answer);
    if let Ok(methods) = HeaderValue::from_str(methods) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    }
    if let Some(headers) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, headers.clone());
    }
}
