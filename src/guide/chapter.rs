//! The chapters, in the order in which they are read.

use crate::pages::language::Language;

/// A chapter in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// The end of its path, and the name of its files.
    pub slug: &'static str,
    english: &'static str,
    dutch: &'static str,
}

macro_rules! chapters {
    ($($slug:literal),+ $(,)?) => {
        &[$(Chapter {
            slug: $slug,
            english: include_str!(concat!("en/", $slug, ".md")),
            dutch: include_str!(concat!("nl/", $slug, ".md")),
        }),+]
    };
}

impl Chapter {
    pub const ALL: &[Self] = chapters![
        "quick-start",
        "apps",
        "servers",
        "users",
        "calls",
        "lists",
        "retries",
        "versions",
        "secrets",
        "doors",
        "history",
        "errors",
    ];

    /// Its Markdown.
    pub fn text(&self, language: Language) -> &'static str {
        match language {
            Language::English => self.english,
            Language::Dutch => self.dutch,
        }
    }

    /// Its first line, which is its only heading of the first level.
    pub fn title(&self, language: Language) -> &'static str {
        self.text(language).lines().next().unwrap_or_default().trim_start_matches("# ")
    }

    /// Its first paragraph, which says what it is about in plain words.
    pub fn about(&self, language: Language) -> &'static str {
        self.text(language).lines().skip(1).find(|line| !line.is_empty()).unwrap_or_default()
    }
}
