//! Light, dark, or as the reader's system is.

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

/// Where the colours are chosen.
pub(super) const DOOR: &str = "/theme";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// In the cookie and in the style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The key of what people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::System => "theme-system",
            Self::Light => "theme-light",
            Self::Dark => "theme-dark",
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.name() == name)
    }

    /// The one chosen here, else that of the system.
    pub fn of_request(headers: &HeaderMap) -> Self {
        Cookies::theme(headers).unwrap_or_default()
    }
}

/// `GET /theme?set=dark&return_to=/account`: remembers the colours and goes back.
pub(super) async fn choose(State(pages): State<Arc<Pages>>, visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let chosen = pairs::parse(query.unwrap_or_default().as_bytes()).ok().and_then(|query| {
        let theme = query.get("set").and_then(|name| Theme::of_name(name))?;
        Some((theme, return_to(query.get("return_to").map(String::as_str)).to_owned()))
    });
    let Some((theme, back)) = chosen else { return error_page::page(&visitor, &PageError::BadRequest) };
    let mut response = see_other(&back);
    if let Some(cookie) = pages.cookies.set_theme(theme) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_theme_is_known_by_its_name() {
        for theme in Theme::ALL {
            assert_eq!(Theme::of_name(theme.name()), Some(theme));
        }
        assert_eq!(Theme::of_name("Dark"), None);
        assert_eq!(Theme::of_request(&HeaderMap::new()), Theme::System);
    }
}
