//! Writes out the calls of a macro beside the macro itself, so that what it makes is listed type by type.

use std::collections::BTreeMap;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::{Item, ItemMacro};

/// The items of a module, with what its own macros make in the place of their calls.
///
/// That is for macros of one rule that takes attributes and single tokens. Others are left as they are.
pub(super) fn expand(items: Vec<Item>) -> Vec<Item> {
    let rules: BTreeMap<String, Rule> = items
        .iter()
        .filter_map(|item| match item {
            Item::Macro(item) => Some((item.ident.as_ref()?.to_string(), Rule::read(item)?)),
            _ => None,
        })
        .collect();
    let mut expanded = Vec::new();
    let mut used = Vec::new();
    for item in items {
        let made = match &item {
            Item::Macro(call) => {
                let name = call.mac.path.get_ident().map(ToString::to_string).unwrap_or_default();
                let made = rules.get(&name).and_then(|rule| rule.apply(call.mac.tokens.clone()));
                used.extend(made.is_some().then_some(name));
                made
            }
            _ => None,
        };
        match made {
            Some(made) => expanded.extend(made),
            None => expanded.push(item),
        }
    }
    let is_used = |item: &ItemMacro| item.ident.as_ref().is_some_and(|name| used.contains(&name.to_string()));
    expanded.retain(|item| !matches!(item, Item::Macro(item) if is_used(item)));
    expanded
}

/// `(matcher) => { transcriber };`
struct Rule {
    /// The names that stand for the single tokens of a call.
    names: Vec<String>,
    body: TokenStream,
}

impl Rule {
    fn read(item: &ItemMacro) -> Option<Self> {
        let mut groups = Vec::new();
        for token in item.mac.tokens.clone() {
            match token {
                TokenTree::Group(group) => groups.push(group),
                TokenTree::Punct(_) => {}
                _ => return None,
            }
        }
        let [matcher, body] = groups.as_slice() else { return None };
        Some(Self { names: names(matcher.stream())?, body: body.stream() })
    }

    /// What a call makes.
    fn apply(&self, call: TokenStream) -> Option<Vec<Item>> {
        let is_attribute = |token: &TokenTree| match token {
            TokenTree::Punct(punct) => punct.as_char() == '#',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
            _ => false,
        };
        let tokens: Vec<TokenTree> = call.into_iter().filter(|token| !is_attribute(token)).collect();
        if tokens.len() != self.names.len() {
            return None;
        }
        let bound = self.names.iter().map(String::as_str).zip(tokens).collect();
        Some(syn::parse2::<syn::File>(transcribe(self.body.clone(), &bound)).ok()?.items)
    }
}

/// The names of `$name:kind`; a repetition is taken to be that of attributes.
fn names(matcher: TokenStream) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut tokens = matcher.into_iter();
    while let Some(token) = tokens.next() {
        let TokenTree::Punct(dollar) = token else { return None };
        if dollar.as_char() != '$' {
            return None;
        }
        match tokens.next()? {
            TokenTree::Ident(name) => {
                names.push(name.to_string());
                tokens.by_ref().take(2).for_each(drop); // `:` and the kind
            }
            TokenTree::Group(repeated) if repeated.stream().to_string().starts_with('#') => {
                tokens.next(); // `*`
            }
            _ => return None,
        }
    }
    Some(names)
}

/// The body of a rule with what a call gives; repetitions are attributes, and left out.
fn transcribe(body: TokenStream, bound: &BTreeMap<&str, TokenTree>) -> TokenStream {
    let mut made = TokenStream::new();
    let mut tokens = body.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => match tokens.next() {
                Some(TokenTree::Ident(name)) => made.extend(bound.get(name.to_string().as_str()).cloned()),
                _ => drop(tokens.next()), // `*`
            },
            TokenTree::Group(group) => {
                let inner = transcribe(group.stream(), bound);
                made.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            other => made.extend([other]),
        }
    }
    made
}
