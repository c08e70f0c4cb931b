//! What `layout.html` shows around every page.

use super::local_path::{HOME, escaped, local_path, with_parameter};
use super::theme::{self, Theme};
use super::{Visitor, Words, assets, language};
use crate::pages::language::Language;

/// The purpose of the form that signs out.
pub const SIGN_OUT: &str = "sign out";
/// Where the guide for integrators is; everybody may read it.
pub const GUIDE: &str = "/docs";

/// The frame of a page. A template has it in a field called `frame`.
pub struct Frame<'a> {
    pub words: &'a Words,
    pub stylesheet: &'static str,
    /// Comfort for pages that work without it.
    pub script: Option<&'static str>,
    /// The form token of the sign-out button; nobody is signed in without it.
    pub sign_out: Option<String>,
    pub is_demo: bool,
    pub navigation: Option<Navigation>,
    theme: Theme,
    target: String,
}

/// The ways from a page of the dashboard to the others.
pub struct Navigation {
    /// The organization in which one is, and those to which one can change.
    pub place: Option<String>,
    pub places: Vec<NavigationLink>,
    pub groups: Vec<NavigationGroup>,
}

/// Some ways that belong together.
pub struct NavigationGroup {
    pub name: String,
    pub links: Vec<NavigationLink>,
}

pub struct NavigationLink {
    pub name: String,
    pub href: String,
    pub is_current: bool,
}

/// A language to change to.
pub struct LanguageLink {
    pub tag: &'static str,
    pub name: &'static str,
    pub href: String,
    pub is_current: bool,
}

impl<'a> Frame<'a> {
    /// The frame of the page that was asked for.
    pub fn of(visitor: &'a Visitor) -> Self {
        Self::at(visitor, &visitor.target)
    }

    /// The frame of a page that is shown in answer to a form: `target` is the path where it is found by itself.
    pub fn at(visitor: &'a Visitor, target: &str) -> Self {
        Self {
            words: &visitor.words,
            stylesheet: assets::style(),
            script: None,
            sign_out: visitor.session.as_ref().map(|_| visitor.form_token(SIGN_OUT)),
            is_demo: visitor.pages.is_demo,
            navigation: None,
            theme: visitor.theme,
            target: local_path(&escaped(target)).unwrap_or(HOME).to_owned(),
        }
    }

    /// The same around a page of the dashboard, which has ways to the others and the script.
    #[must_use]
    pub fn with(self, navigation: Navigation) -> Self {
        Self { navigation: Some(navigation), script: Some(assets::script()), ..self }
    }

    /// `light`, `dark` or `system`.
    pub fn theme(&self) -> &'static str {
        self.theme.name()
    }

    /// Every language, with the way to this same page in it.
    pub fn languages(&self) -> Vec<LanguageLink> {
        let link = |language: Language| LanguageLink {
            tag: language.tag(),
            name: language.own_name(),
            href: self.choice(language::DOOR, language.tag()),
            is_current: language == self.words.language,
        };
        Language::ALL.map(link).into()
    }

    /// Every choice of colours, with the way to this same page in it.
    pub fn themes(&self) -> Vec<NavigationLink> {
        let link = |theme: Theme| NavigationLink {
            name: self.words.get(theme.words()),
            href: self.choice(theme::DOOR, theme.name()),
            is_current: theme == self.theme,
        };
        Theme::ALL.map(link).into()
    }

    fn choice(&self, door: &str, value: &str) -> String {
        with_parameter(&format!("{door}?set={value}"), "return_to", &self.target)
    }
}
