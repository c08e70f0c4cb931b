//! The languages of our pages, and which one a person reads.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;

use super::cookies::Cookies;
use super::error_page::PageError;
use super::headers::see_other;
use super::local_path::return_to;
use super::visitor::Visitor;
use super::{Pages, error_page};
use crate::http::pairs;

/// Where a language is chosen.
pub(super) const DOOR: &str = "/language";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Dutch,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Dutch];

    /// The tag of RFC 5646.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Dutch => "nl",
        }
    }

    /// What those who read it call it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Dutch => "Nederlands",
        }
    }

    /// The language of a tag: `nl`, but not `nl-BE`.
    pub fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The one chosen here, else the one that the browser prefers, else English.
    pub fn of_request(headers: &HeaderMap) -> Self {
        Cookies::language(headers).or_else(|| preferred(headers)).unwrap_or(Self::English)
    }
}

/// The best of `Accept-Language` that we speak; of equals the first.
fn preferred(headers: &HeaderMap) -> Option<Language> {
    let lines = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|line| line.to_str().ok());
    let mut best: Option<(Language, u16)> = None;
    for range in lines.flat_map(|line| line.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
        let language = Language::of_tag(tag.split('-').next().unwrap_or_default());
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1_000, weight);
        if let Some(language) = language.filter(|_| weight > best.map_or(0, |(_, weight)| weight)) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// Thousandths; 0, which is "not this one", for what is no weight.
fn weight(text: &str) -> u16 {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| format!("{text:0<3}"));
    match text.split_once('.').unwrap_or((text, "")) {
        ("1", rest) if rest.bytes().all(|byte| byte == b'0') => 1_000,
        ("0", rest) if rest.len() <= 3 => digits(rest).and_then(|digits| digits.parse().ok()).unwrap_or_default(),
        _ => 0,
    }
}

/// `GET /language?set=nl&return_to=/account`: remembers the language and goes back.
pub(super) async fn choose(State(pages): State<Arc<Pages>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let chosen = pairs::parse(query.unwrap_or_default().as_bytes()).ok().and_then(|query| {
        let language = query.get("set").and_then(|tag| Language::of_tag(tag))?;
        Some((language, return_to(query.get("return_to").map(String::as_str)).to_owned()))
    });
    let Some((language, back)) = chosen else { return error_page::page(&visitor, &PageError::BadRequest) };
    let mut response = see_other(&back);
    if let Some(cookie) = pages.cookies.set_language(language) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn of(accept: &'static str, cookie: &'static str) -> Language {
        let headers: HeaderMap = [(header::ACCEPT_LANGUAGE, accept), (header::COOKIE, cookie)]
            .into_iter()
            .map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect();
        Language::of_request(&headers)
    }

    #[test]
    fn the_browsers_preference_is_weighed() {
        for (accept, language) in [
            ("", Language::English),
            ("nl", Language::Dutch),
            ("NL-be", Language::Dutch),
            ("nl-NL,nl;q=0.9,en;q=0.8", Language::Dutch),
            ("en;q=0.8, nl;q=0.9", Language::Dutch),
            ("en, nl", Language::English),
            ("nl, en", Language::Dutch),
            ("de, fr;q=0.9, nl;q=0.1", Language::Dutch),
            ("nl;q=0, en;q=0.1", Language::English),
            ("nl;q=0", Language::English),
            ("nl;q=0.05, en;q=0.5", Language::English),
            ("nl;q=high", Language::English),
            ("*", Language::English),
            ("nlx", Language::English),
            (";;,,q=1", Language::English),
        ] {
            assert_eq!(of(accept, ""), language, "{accept}");
        }
    }

    #[test]
    fn what_was_chosen_here_comes_first() {
        assert_eq!(of("en", "routix_language=nl"), Language::Dutch);
        assert_eq!(of("nl", "routix_language=en"), Language::English);
        assert_eq!(of("nl", "routix_language=fr"), Language::Dutch);
    }
}
