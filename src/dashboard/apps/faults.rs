//! Faults of fields in the reader's language.

use routix_domain::value::Fault;

use super::typed::Typed;
use crate::pages::Words;

/// Faults in words, each with the field of the form beside which it stands.
#[derive(Clone, Debug, Default)]
pub(super) struct FaultWords(Vec<(String, String)>);

impl FaultWords {
    pub(super) fn of(faults: &[Fault], typed: &Typed, words: &Words) -> Self {
        Self(faults.iter().map(|fault| told(fault, typed, words)).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Those of one field.
    pub(super) fn at(&self, field: &str) -> Vec<&str> {
        self.0.iter().filter(|(found, _)| found == field).map(|(_, text)| text.as_str()).collect()
    }

    /// The fields, each once and in the order of the faults, with the first fault of each.
    pub(super) fn summary(&self) -> Vec<(&str, &str)> {
        let mut fields: Vec<(&str, &str)> = Vec::new();
        for (field, text) in &self.0 {
            if !fields.iter().any(|(found, _)| found == field) {
                fields.push((field, text));
            }
        }
        fields
    }
}

/// The API names the entry of a list by its index; people count lines, blank ones too.
fn told(fault: &Fault, typed: &Typed, words: &Words) -> (String, String) {
    let (field, index) = match fault.field.split_once('[') {
        Some((field, rest)) => (field, rest.trim_end_matches(']').parse::<usize>().ok()),
        None => (fault.field.as_str(), None),
    };
    let text = text(field, fault, words);
    let line = index.filter(|_| field == "redirect_uris").and_then(|index| typed.lines().get(index).copied());
    let text = match line {
        Some((number, uri)) => {
            let number = number.to_string();
            words.with("form-line", &[("number", &number), ("uri", uri), ("fault", &text)])
        }
        None => text,
    };
    (field.to_owned(), text)
}

/// The words for this field, else those for any; what has none is said as the API says it.
fn text(field: &str, fault: &Fault, words: &Words) -> String {
    let (field, code) = (field.replace('_', "-"), fault.code.replace('_', "-"));
    let own = words.find(&format!("fault-{field}-{code}"));
    own.or_else(|| words.find(&format!("fault-{code}"))).unwrap_or_else(|| fault.message.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::language::Language;

    fn typed(redirect_uris: &str) -> Typed {
        Typed { redirect_uris: redirect_uris.to_owned(), ..Typed::blank(true) }
    }

    #[test]
    fn a_line_is_counted_as_people_count() {
        let fault = Fault::new("redirect_uris[1]", "insecure_scheme", "must be https");
        let words = Words::new(Language::English);
        let told = FaultWords::of(&[fault], &typed("https://a.example\n\n http://b.example "), &words);
        let [text] = told.at("redirect_uris")[..] else { panic!("{told:?}") };
        assert!(text.contains("Line 3") && text.contains("http://b.example"), "{text}");
    }

    #[test]
    fn every_fault_that_a_form_can_have_has_words() {
        let codes = [
            ("name", "required"),
            ("name", "too_long"),
            ("name", "forbidden_character"),
            ("name", "invisible"),
            ("description", "too_long"),
            ("description", "forbidden_character"),
            ("description", "invisible"),
            ("homepage_url", "invalid_format"),
            ("redirect_uris", "required"),
            ("redirect_uris", "too_many"),
            ("redirect_uris", "malformed_uri"),
            ("redirect_uris", "too_long"),
            ("redirect_uris", "fragment_not_allowed"),
            ("redirect_uris", "user_info_not_allowed"),
            ("redirect_uris", "wildcard_not_allowed"),
            ("redirect_uris", "insecure_scheme"),
            ("redirect_uris", "scheme_not_allowed"),
            ("allowed_scopes", "required"),
            ("allowed_scopes", "unknown_scope"),
            ("allowed_branch_ids", "required"),
            ("allowed_branch_ids", "unknown_branch"),
            ("allowed_branch_ids", "not_covered"),
            ("token_lifetime", "invalid_value"),
        ];
        for language in Language::ALL {
            for (field, code) in codes {
                let told = FaultWords::of(&[Fault::new(field, code, "<english>")], &typed(""), &Words::new(language));
                assert_ne!(told.at(field), ["<english>"], "{language:?} {field} {code}");
            }
        }
    }

    #[test]
    fn a_field_is_listed_once() {
        let faults = [Fault::new("name", "required", ""), Fault::new("name", "too_long", "")];
        let told = FaultWords::of(&faults, &typed(""), &Words::new(Language::English));
        assert_eq!(told.summary().len(), 1);
        assert_eq!(told.at("name").len(), 2);
    }
}
