//! Text that a person can see: composed, bounded, without characters that lie about what is shown.
//!
//! A NUL that reaches the log would stop every projection on PostgreSQL for ever, and a bidi override lets an app's name
//! read as another one's on the consent screen. So both are refused before an event exists, never repaired.

use unicode_normalization::UnicodeNormalization;

use super::Fault;

/// Why a text was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    #[error("must not be empty")]
    Empty,
    #[error("must be at most {max} characters, but has {actual}")]
    TooLong { max: usize, actual: usize },
    #[error("must not contain control characters or invisible direction marks (found U+{code_point:04X})")]
    Forbidden { code_point: u32 },
    #[error("must not begin or end with a space")]
    SpaceAtEnds,
    #[error("must have a character that can be seen")]
    Invisible,
}

impl TextFault {
    /// The stable word for `errors[].code`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "required",
            Self::TooLong { .. } => "too_long",
            Self::Forbidden { .. } => "forbidden_character",
            Self::SpaceAtEnds => "space_at_ends",
            Self::Invisible => "invisible",
        }
    }

    /// This fault, of a field.
    pub fn of(&self, field: impl Into<String>) -> Fault {
        Fault::new(field, self.code(), self.to_string())
    }
}

/// One line of 1 to `max` characters, composed to NFC.
///
/// # Errors
/// [`TextFault`] for an empty or long text, a forbidden character, or space at its ends.
pub fn single_line(value: &str, max: usize) -> Result<String, TextFault> {
    check(value, max, |_| false)
}

/// Like [`single_line`], but line breaks and tabs are allowed inside.
///
/// # Errors
/// As [`single_line`].
pub fn text(value: &str, max: usize) -> Result<String, TextFault> {
    check(value, max, |c| matches!(c, '\n' | '\t'))
}

fn check(value: &str, max: usize, allowed: fn(char) -> bool) -> Result<String, TextFault> {
    let composed: String = value.nfc().collect();
    if composed.is_empty() {
        return Err(TextFault::Empty);
    }
    if let Some(found) = composed.chars().find(|&c| is_forbidden(c) && !allowed(c)) {
        return Err(TextFault::Forbidden { code_point: found.into() });
    }
    if composed.trim().len() != composed.len() {
        return Err(TextFault::SpaceAtEnds);
    }
    if composed.chars().all(|c| c.is_whitespace() || is_joiner(c)) {
        return Err(TextFault::Invisible);
    }
    let actual = composed.chars().count();
    if actual > max {
        return Err(TextFault::TooLong { max, actual });
    }
    Ok(composed)
}

/// Control characters, line and paragraph separators, bidi embeddings, overrides, isolates and marks, zero-width
/// characters and blank letters that hide in a name or make one that looks empty, tag characters, and the byte order mark. The zero-width joiner stays: scripts and
/// emoji need it.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180E}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}'
            | '\u{FFFE}' | '\u{FFFF}')
}

/// Characters that only shape their neighbours: scripts and emoji need them, and alone they show nothing.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decomposed_text_is_composed() {
        assert_eq!(single_line("Cafe\u{301}", 100).unwrap(), "Caf\u{e9}");
    }

    #[test]
    fn a_bidi_override_is_refused() {
        assert_eq!(single_line("abc\u{202E}gnp", 100), Err(TextFault::Forbidden { code_point: 0x202E }));
    }

    #[test]
    fn a_nul_is_refused() {
        assert_eq!(single_line("a\0b", 100), Err(TextFault::Forbidden { code_point: 0 }));
    }

    #[test]
    fn length_is_counted_in_characters_after_composing() {
        assert!(single_line(&"e\u{301}".repeat(100), 100).is_ok());
        assert_eq!(single_line(&"a".repeat(101), 100), Err(TextFault::TooLong { max: 100, actual: 101 }));
    }

    #[test]
    fn space_at_the_ends_is_refused() {
        assert_eq!(single_line(" a", 100), Err(TextFault::SpaceAtEnds));
        assert_eq!(single_line("a\u{a0}", 100), Err(TextFault::SpaceAtEnds));
        assert_eq!(single_line("", 100), Err(TextFault::Empty));
    }

    #[test]
    fn a_name_that_shows_nothing_is_refused() {
        for name in ["\u{200d}", "\u{200c}\u{200d}", "\u{fe0f}", "\u{200d} \u{200d}"] {
            assert_eq!(single_line(name, 100), Err(TextFault::Invisible), "{name:?}");
        }
        assert!(single_line("\u{1f469}\u{200d}\u{1f680}", 100).is_ok());
    }

    #[test]
    fn a_description_may_have_lines_and_a_name_may_not() {
        assert_eq!(text("one\n\ttwo", 100).unwrap(), "one\n\ttwo");
        assert_eq!(single_line("one\ntwo", 100), Err(TextFault::Forbidden { code_point: 10 }));
    }

    #[test]
    fn each_fault_has_a_word_for_programs() {
        for (fault, word) in [
            (TextFault::Empty, "required"),
            (TextFault::TooLong { max: 1, actual: 2 }, "too_long"),
            (TextFault::Forbidden { code_point: 0 }, "forbidden_character"),
            (TextFault::SpaceAtEnds, "space_at_ends"),
            (TextFault::Invisible, "invisible"),
        ] {
            assert_eq!((fault.code(), fault.of("name").code), (word, word));
        }
    }
}
