//! The form body of the token door, and query strings, which are read alike.

use routix::http::pairs::{self, InvalidPairs};

use crate::house;

/// A form is read as others read it or refused, and the door reads it like the parser.
pub fn check(bytes: &[u8]) {
    let all = pairs::parse_all(bytes);
    if let Ok(all) = &all {
        let usual: Vec<(String, String)> = usual(bytes);
        assert_eq!(*all, usual, "what is taken is what everybody reads");
        assert_eq!(pairs::parse_all(written(all).as_bytes()).as_ref(), Ok(all));
    }
    let parsed = pairs::parse(bytes);
    match (&all, &parsed) {
        (Ok(all), Ok(parsed)) => assert_eq!(all.len(), parsed.len(), "each name is there once"),
        (Ok(all), Err(InvalidPairs::Doubled(_))) => {
            let mut names: Vec<_> = all.iter().map(|(name, _)| name).collect();
            names.sort_unstable();
            names.dedup();
            assert!(names.len() < all.len(), "no name is there twice");
        }
        (Err(_), Err(_)) => {}
        (all, parsed) => panic!("{all:?} {parsed:?}"),
    }
    let Some(read) = house::token_request("application/x-www-form-urlencoded", bytes) else { return };
    let parsed = parsed.unwrap_or_default();
    for (name, value) in &parsed {
        assert_eq!(read.optional(name), Some(value.as_str()).filter(|value| !value.is_empty()));
    }
}

/// The reading of the URL Standard, which takes anything. An empty name with an empty value is a pair for both.
fn usual(bytes: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(bytes).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}

fn written(pairs: &[(String, String)]) -> String {
    let mut form = url::form_urlencoded::Serializer::new(String::new());
    form.extend_pairs(pairs);
    form.finish()
}
