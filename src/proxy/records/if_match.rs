//! `If-Match` and `If-None-Match` as a record source can judge them (RFC 9110, 13.1).

/// Entity tags, or any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    Any,
    /// The tags without their quotes; a weak one has no place here, because it is never strongly equal.
    OneOf(Vec<String>),
}

impl IfMatch {
    /// A header's value: `*`, or tags between commas. `None` when it is neither. A weak tag counts only when `weak` is.
    pub fn parse(value: &str, weak: bool) -> Option<Self> {
        if value.trim() == "*" {
            return Some(Self::Any);
        }
        let mut tags = Vec::new();
        for tag in value.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
            let strong = tag.strip_prefix("W/");
            let opaque = strong.unwrap_or(tag).strip_prefix('"')?.strip_suffix('"')?;
            if opaque.contains('"') {
                return None;
            }
            if strong.is_none() || weak {
                tags.push(opaque.to_owned());
            }
        }
        (!value.trim().is_empty()).then_some(Self::OneOf(tags))
    }

    /// Whether a record with this row version is meant.
    pub fn holds(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => tags.iter().any(|tag| *tag == version.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_holds_when_one_of_its_tags_does() {
        let tags = IfMatch::parse(r#""1", "3""#, false).unwrap();
        assert!(tags.holds(3) && !tags.holds(2));
        assert!(IfMatch::parse(" * ", false).unwrap().holds(7));
    }

    #[test]
    fn a_weak_tag_holds_only_in_a_weak_comparison() {
        assert!(!IfMatch::parse(r#"W/"3""#, false).unwrap().holds(3));
        assert!(IfMatch::parse(r#"W/"3""#, true).unwrap().holds(3));
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for value in ["", "3", "\"3", "\"3\" \"4\"", "w/\"3\""] {
            assert_eq!(IfMatch::parse(value, false), None, "{value}");
        }
    }
}
