//! Query strings and forms, read strictly: UTF-8, whole percent escapes, each name once.

use std::collections::BTreeMap;

/// Why a query string or form was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPairs {
    #[error("the parameter '{0}' is given twice")]
    Doubled(String),
    #[error("a parameter has a broken percent escape or is not UTF-8")]
    Malformed,
}

/// Names and values of `application/x-www-form-urlencoded` text, in the order of the names.
///
/// # Errors
/// [`InvalidPairs`] for a doubled name, a broken escape or bytes that are not UTF-8.
pub fn parse(text: &[u8]) -> Result<BTreeMap<String, String>, InvalidPairs> {
    let mut pairs = BTreeMap::new();
    for (name, value) in parse_all(text)? {
        if pairs.contains_key(&name) {
            return Err(InvalidPairs::Doubled(name.chars().filter(char::is_ascii_graphic).take(64).collect()));
        }
        pairs.insert(name, value);
    }
    Ok(pairs)
}

/// Names and values as they come, doubled ones too: for those who have more to say of them than that they are wrong.
///
/// # Errors
/// [`InvalidPairs::Malformed`].
pub fn parse_all(text: &[u8]) -> Result<Vec<(String, String)>, InvalidPairs> {
    let pairs = text.split(|&b| b == b'&').filter(|pair| !pair.is_empty());
    let decoded = pairs.map(|pair| {
        let (name, value) = match pair.iter().position(|&b| b == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &[][..]),
        };
        Some((decode(name)?, decode(value)?))
    });
    decoded.collect::<Option<_>>().ok_or(InvalidPairs::Malformed)
}

/// One form-encoded value: `+` is a space, `%XX` a byte. `None` for a broken escape or bytes that are not UTF-8.
pub fn decode(text: &[u8]) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(&byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(*rest.next()?)? << 4 | hex(*rest.next()?)?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded() {
        let pairs = parse(b"scope=a+b%20c&x=&y&e=%C3%A9").unwrap();
        assert_eq!(pairs["scope"], "a b c");
        assert_eq!((pairs["x"].as_str(), pairs["y"].as_str(), pairs["e"].as_str()), ("", "", "\u{e9}"));
    }

    #[test]
    fn a_doubled_name_is_refused_however_it_is_spelled() {
        assert_eq!(parse(b"a=1&%61=2"), Err(InvalidPairs::Doubled("a".into())));
    }

    #[test]
    fn broken_escapes_are_refused() {
        for text in [&b"a=%"[..], b"a=%4", b"a=%zz", b"a=%ff", b"a=\xff"] {
            assert_eq!(parse(text), Err(InvalidPairs::Malformed), "{text:?}");
        }
    }
}
