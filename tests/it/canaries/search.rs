//! Looking for secrets in whatever form.

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use url::form_urlencoded::byte_serialize;

/// So much of a secret is one still: 48 bits of what is least dense, which is hex.
const PART: usize = 12;

pub(super) struct Search {
    parts: AhoCorasick,
    /// Whose each part is.
    names: Vec<String>,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// How a text reads in Base64 that begins up to two bytes before it, without the digits that these bytes share with it.
fn in_base64(text: &str) -> Vec<String> {
    let mut forms = Vec::new();
    for (before, shared) in [("", 0), ("\0", 2), ("\0\0", 3)] {
        let whole = format!("{before}{text}");
        // The last digit may be shared with what follows.
        let end = whole.len() * 8 / 6;
        for encoded in [STANDARD_NO_PAD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
            forms.push(encoded[shared..end].to_owned());
        }
    }
    forms
}

fn forms(text: &str) -> Vec<String> {
    let every_byte: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let lower = hex(text.as_bytes());
    let mut forms = vec![text.to_owned(), lower.to_uppercase(), lower, byte_serialize(text.as_bytes()).collect()];
    forms.extend([every_byte.to_lowercase(), every_byte]);
    forms.extend(in_base64(text));
    forms
}

/// Every part of a form, or all of it where it is shorter.
fn parts(form: &str) -> impl Iterator<Item = &[u8]> {
    form.as_bytes().windows(PART.min(form.len()))
}

impl Search {
    /// For canaries: their names, and what they are.
    pub(super) fn of(canaries: &[(String, String)]) -> Self {
        let (mut names, mut all) = (Vec::new(), Vec::new());
        for (name, text) in canaries {
            for form in forms(text) {
                for part in parts(&form) {
                    names.push(name.clone());
                    all.push(part.to_vec());
                }
            }
        }
        Self { parts: AhoCorasick::new(all).unwrap(), names }
    }

    /// The canaries that are in something: each once.
    pub(super) fn hits(&self, place: &str, bytes: &[u8]) -> Vec<String> {
        let found = self.parts.find_overlapping_iter(bytes);
        let mut hits: Vec<String> =
            found.map(|hit| format!("{} in {place}", self.names[hit.pattern().as_usize()])).collect();
        hits.sort();
        hits.dedup();
        hits
    }
}

#[test]
fn a_secret_is_found_in_every_form_and_by_any_part_of_it() {
    const SECRET: &str = "routix_188adcbb57a1f32ad723410b2949645065c8ed11";
    let search = Search::of(&[("a secret".to_owned(), SECRET.to_owned())]);
    let is_found = |text: &str| search.hits("x", text.as_bytes()) == ["a secret in x"];
    let escaped: String = SECRET.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for form in [SECRET.to_owned(), hex(SECRET.as_bytes()), hex(SECRET.as_bytes()).to_uppercase(), escaped] {
        assert!(is_found(&form) && is_found(&form[form.len() - PART..]), "{form}");
    }
    for before in ["", "a", "ab", "abc:"] {
        let header = format!("{before}{SECRET}:after");
        assert!(is_found(&STANDARD_NO_PAD.encode(&header)) && is_found(&URL_SAFE_NO_PAD.encode(&header)), "{before}");
    }
    for start in 0..=SECRET.len() - PART {
        assert!(is_found(&SECRET[start..start + PART]), "{start}");
    }
    for harmless in ["", "routix_", "…ed11", &SECRET[..PART - 1]] {
        assert!(!is_found(harmless), "{harmless}");
    }
}
