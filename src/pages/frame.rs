//! What `layout.html` shows around every page.

use super::local_path::{HOME, escaped, local_path, with_parameter};
use super::{Visitor, Words, language, style};
use crate::pages::language::Language;

/// The purpose of the form that signs out.
pub const SIGN_OUT: &str = "sign out";

/// The frame of a page. A template has it in a field called `frame`.
pub struct Frame<'a> {
    pub words: &'a Words,
    pub stylesheet: &'static str,
    /// The form token of the sign-out button; nobody is signed in without it.
    pub sign_out: Option<String>,
    target: String,
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
            stylesheet: style::path(),
            sign_out: visitor.session.as_ref().map(|_| visitor.form_token(SIGN_OUT)),
            target: local_path(&escaped(target)).unwrap_or(HOME).to_owned(),
        }
    }

    /// Every language, with the way to this same page in it.
    pub fn languages(&self) -> Vec<LanguageLink> {
        let link = |language: Language| LanguageLink {
            tag: language.tag(),
            name: language.own_name(),
            href: with_parameter(&format!("{}?set={}", language::DOOR, language.tag()), "return_to", &self.target),
            is_current: language == self.words.language,
        };
        Language::ALL.map(link).into()
    }
}
