//! Reads addresses and paths: what stands in one must be something that can be opened or called as written.

use super::fields::Fields;
use crate::diagnostics::{Code, Diagnostics, Place};
use crate::yaml::{Key, Node};

/// The address of a page, from a key that may be absent.
pub(super) fn page(fields: &mut Fields<'_>, key: &'static str, errors: &Diagnostics) -> Option<String> {
    let node = fields.get(key)?;
    address(node, key, errors)
}

/// The address of a page, from a key that must be there.
pub(super) fn require_page(
    fields: &mut Fields<'_>,
    key: &'static str,
    errors: &Diagnostics,
) -> Option<String> {
    let node = fields.require(key)?;
    address(node, key, errors)
}

fn address(node: &Node, key: &'static str, errors: &Diagnostics) -> Option<String> {
    let url = super::fields::text(node, key, errors)?;
    if let Err(why) = check(&url) {
        refuse(node.place, &url, why, "write it as the browser shows it: https://host/path#heading", errors);
    }
    Some(url)
}

/// The address of a server: paths are put behind it.
pub(super) fn require_server(fields: &mut Fields<'_>, errors: &Diagnostics) -> Option<String> {
    let node = fields.require("url")?;
    let url = super::fields::text(node, "url", errors)?;
    let why = match check(&url) {
        Err(why) => Some(why),
        Ok(()) if url.ends_with('/') => Some("it ends in `/`, and every path begins with one"),
        Ok(()) if url.contains(['?', '#']) => Some("a path cannot be put behind a query or a fragment"),
        Ok(()) => None,
    };
    if let Some(why) = why {
        refuse(node.place, &url, why, "write it like https://api.livechatinc.com", errors);
    }
    Some(url)
}

fn refuse(place: Place, url: &str, why: &str, help: &str, errors: &Diagnostics) {
    errors.report(Code::InvalidUrl, place, format!("`{url}` is no good address: {why}"), help);
}

/// Whether an address can be opened: the few rules that a slip of the keyboard breaks.
fn check(url: &str) -> Result<(), &'static str> {
    let rest = url.strip_prefix("https://").ok_or("it does not begin with `https://`")?;
    if !url.chars().all(|c| c.is_ascii_graphic() && !r#"<>"\^`{|}"#.contains(c)) {
        return Err("it has a character that no address has");
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let is_label = |label: &str| {
        let hyphens = label.starts_with('-') || label.ends_with('-');
        !label.is_empty() && !hyphens && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if !host.contains('.') || !host.split('.').all(is_label) {
        return Err("it names no host");
    }
    if rest.matches('#').count() > 1 {
        return Err("it has two fragments");
    }
    Ok(())
}

/// The key of a root document's `paths`: what is put behind the server's address.
pub(super) fn check_path(key: &Key, errors: &Diagnostics) {
    let path = key.name.as_str();
    let why = if !path.starts_with('/') {
        "it does not begin with `/`"
    } else if path.contains(['?', '#']) {
        "it has a query or a fragment"
    } else if path.contains(char::is_whitespace) {
        "it has white space or a line break in it"
    } else if !path.split('/').skip(1).all(is_segment) {
        "between two `/` stands a word of ASCII letters, digits, `-`, `.` and `_`, or `{parameter}`"
    } else {
        return;
    };
    let help =
        "write it like `/v3.5/agent/action/list_chats`; what stands in the query is a parameter `in: query`";
    errors.report(Code::InvalidPath, key.place, format!("`{path}` is no good path: {why}"), help);
}

fn is_segment(segment: &str) -> bool {
    let (name, extra) = match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        Some(name) => (name, "_"),
        None => (segment, "-._"),
    };
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_a_host_and_no_strange_characters() {
        for good in ["https://api.livechatinc.com", "https://a.example:8443/b/?c=d&e=%20#f-g"] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "http://a.example",
            "htps://a.example",
            "https:/a.example",
            "https:///a",
            "https://localhost",
            "https://a..example",
            "https://-a.example",
            "https://a.example/b c",
            "https://a.example/<b>",
            "https://a.example/#b#c",
            "https://ä.example",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_segment_is_a_word_or_a_parameter() {
        assert!(is_segment("v3.5") && is_segment("list_chats") && is_segment("{organization_id}"));
        for bad in ["", "{", "{}", "{a-b}", "a{b}", "a b", "é"] {
            assert!(!is_segment(bad), "{bad}");
        }
    }
}
