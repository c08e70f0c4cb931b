//! Paths that a request may ask to be sent to.

use std::fmt::Write;

/// Where people go who did not say where.
pub const HOME: &str = "/";
const MAX: usize = 8 * 1_024;

/// The path and query, if it can only be one of ours: whoever follows it stays on this site.
pub fn local_path(text: &str) -> Option<&str> {
    let mut bytes = text.bytes();
    let rooted = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'));
    (rooted && text.len() <= MAX && text.bytes().all(is_uri_character)).then_some(text)
}

/// The path, or [`HOME`].
pub fn return_to(text: Option<&str>) -> &str {
    text.and_then(local_path).unwrap_or(HOME)
}

/// `path` with its query and one more parameter.
pub fn with_parameter(path: &str, name: &str, value: &str) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    let value: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    format!("{path}{separator}{name}={value}")
}

/// The path and query of a request as RFC 3986 has them written. Browsers leave `[`, `{` or `|` in a query as they are,
/// and whoever reads it takes them and their escapes for the same.
pub fn escaped(target: &str) -> String {
    let mut text = String::with_capacity(target.len());
    for byte in target.bytes() {
        if is_uri_character(byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            write!(text, "%{byte:02X}").ok();
        }
    }
    text
}

/// What RFC 3986 allows in a path and a query.
fn is_uri_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:@/?".contains(&byte)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn a_path_of_ours_is_taken() {
        for path in ["/", "/account", "/a?b=c&d=e%20f", "/a//b", "/oauth/authorize?redirect_uri=https://a.example/"] {
            assert_eq!(local_path(path), Some(path));
        }
        assert_eq!(return_to(None), "/");
    }

    #[test]
    fn whatever_could_lead_elsewhere_is_not() {
        let too_long = format!("/{}", "a".repeat(MAX));
        for hostile in [
            "",
            "account",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\/evil.example",
            "/a\\b",
            "https://evil.example/",
            "https:evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            " /account",
            "/account ",
            "\t//evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\nSet-Cookie: a=b",
            "/\u{0}",
            "/\u{7f}",
            "/\u{e9}",
            "/\"><script>",
            "/a#b",
            "?a=b",
            too_long.as_str(),
        ] {
            assert_eq!(local_path(hostile), None, "{hostile:?}");
            assert_eq!(return_to(Some(hostile)), HOME, "{hostile:?}");
        }
    }

    #[test]
    fn a_browser_that_follows_it_stays_here() {
        let here = Url::parse("https://api.example.com/sign-in").unwrap();
        for path in
            ["/..//evil.example", "/.//evil.example", "/%2f/evil.example", "/%5cevil.example", "/:@evil", "/?//x"]
        {
            let followed = here.join(local_path(path).unwrap()).unwrap();
            assert_eq!(followed.origin(), here.origin(), "{path}");
        }
    }

    #[test]
    fn what_is_escaped_is_local_if_it_was_and_means_the_same() {
        assert_eq!(escaped("/a?b=c%20d&e=/[1]{|}"), "/a?b=c%20d&e=/%5B1%5D%7B%7C%7D");
        assert_eq!(escaped("/a?b=\u{e9}\""), "/a?b=%C3%A9%22");
        for hostile in ["//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb"] {
            let escaped = escaped(hostile);
            let here = Url::parse("https://api.example.com/").unwrap();
            let origin = local_path(&escaped).map(|path| here.join(path).unwrap().origin());
            assert!(origin.is_none_or(|origin| origin == here.origin()), "{hostile:?}");
        }
    }

    #[test]
    fn a_parameter_keeps_what_it_carries() {
        assert_eq!(with_parameter("/a", "b", "/c?d=e&f"), "/a?b=%2Fc%3Fd%3De%26f");
        assert_eq!(with_parameter("/a?b=c", "d", "e"), "/a?b=c&d=e");
    }
}
