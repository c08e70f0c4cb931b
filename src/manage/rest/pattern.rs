//! Patterns of `ilike`.

/// Characters. Every row is compared with every character of the pattern at worst.
const MAX_LENGTH: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Part>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// `%`, or `*`, which needs no escape in a URL.
    Any,
    /// `_`
    One,
    Is(char),
}

impl Pattern {
    /// Reads a pattern, in which a backslash takes the meaning from the character behind it.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let mut parts = Vec::new();
        let mut characters = text.chars();
        while let Some(c) = characters.next() {
            match c {
                '%' | '*' if parts.last() == Some(&Part::Any) => {}
                '%' | '*' => parts.push(Part::Any),
                '_' => parts.push(Part::One),
                '\\' => {
                    let escaped = characters.next().ok_or("a pattern must not end in a backslash")?;
                    parts.extend(escaped.to_lowercase().map(Part::Is));
                }
                other => parts.extend(other.to_lowercase().map(Part::Is)),
            }
        }
        if parts.len() > MAX_LENGTH { Err("a pattern may have two hundred characters") } else { Ok(Self(parts)) }
    }

    /// How many characters and wildcards it has, which is how often a text is looked at in the worst case.
    pub(super) fn length(&self) -> usize {
        self.0.len()
    }

    /// Whether the whole text is like the pattern. After a mismatch only the last `Any` takes one character more: an
    /// earlier one never has to, so this needs no more than length times length steps.
    pub(super) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
        let (mut part, mut at) = (0, 0);
        let mut last_any: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.0.get(part) {
                Some(Part::Any) => {
                    last_any = Some((part, at));
                    part += 1;
                }
                Some(Part::One) => (part, at) = (part + 1, at + 1),
                Some(Part::Is(c)) if *c == text[at] => (part, at) = (part + 1, at + 1),
                Some(Part::Is(_)) | None => {
                    let Some((any, taken)) = last_any else { return false };
                    last_any = Some((any, taken + 1));
                    (part, at) = (any + 1, taken + 1);
                }
            }
        }
        self.0[part..].iter().all(|part| *part == Part::Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_does_not_count_and_wildcards_do() {
        for (pattern, like, unlike) in [
            ("my erp", "My ERP", "My ERP Sync"),
            ("*erp*", "My ERP Sync", "My EP Sync"),
            ("%ab%ab", "xabxabab", "xabab x"),
            ("_y%", "My ERP", "y ERP"),
            ("a\\*b", "A*B", "axb"),
            ("", "", "x"),
            ("***", "", "\u{0}y"),
            ("é%", "Été", "ete"),
        ] {
            let pattern = Pattern::parse(pattern).unwrap();
            assert!(pattern.matches(like), "{pattern:?} {like}");
            assert_eq!(pattern.matches(unlike), pattern == Pattern::parse("%").unwrap(), "{pattern:?} {unlike}");
        }
    }

    #[test]
    fn a_pattern_has_an_end() {
        assert!(Pattern::parse("a\\").is_err());
        assert!(Pattern::parse(&"a".repeat(200)).is_ok());
        assert!(Pattern::parse(&"a".repeat(201)).is_err());
        assert!(Pattern::parse(&"%*".repeat(200)).is_ok(), "which is one");
    }
}
