//! The one style sheet and the one script, under names that change with their content, so that browsers may keep them for ever.

use std::sync::LazyLock;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse;
use axum::routing::get;
use sha2::{Digest, Sha256};

use crate::hex;

const STYLE: &str = concat!(
    include_str!("style/base.css"),
    include_str!("style/frame.css"),
    include_str!("style/forms.css"),
    include_str!("style/content.css"),
    include_str!("style/guide.css"),
);
const SCRIPT: &str = include_str!("script.js");

/// `/assets/style.<first 12 hex digits of its SHA-256>.css`
pub(super) fn style() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| path("style", STYLE, "css"));
    &PATH
}

/// `/assets/script.<first 12 hex digits of its SHA-256>.js`
pub(super) fn script() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| path("script", SCRIPT, "js"));
    &PATH
}

fn path(name: &str, text: &str, ending: &str) -> String {
    let digest = hex::encode(&Sha256::digest(text));
    format!("/assets/{name}.{}.{ending}", &digest[..12])
}

pub(super) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    let serve = |kind: &'static str, text: &'static str| {
        let headers = [
            (header::CONTENT_TYPE, kind),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        move || async move { (headers, text).into_response() }
    };
    Router::new()
        .route(style(), get(serve("text/css; charset=utf-8", STYLE)))
        .route(script(), get(serve("text/javascript; charset=utf-8", SCRIPT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written on what, and how far apart they must be (WCAG 2.2, 1.4.3 and 1.4.11).
    const PAIRS: [(&str, &str, f64); 22] = [
        ("text", "ground", 4.5),
        ("text", "surface", 4.5),
        ("text", "tint", 4.5),
        ("text", "danger-tint", 4.5),
        ("text", "caution-tint", 4.5),
        ("soft", "ground", 4.5),
        ("soft", "surface", 4.5),
        ("accent", "ground", 4.5),
        ("accent", "surface", 4.5),
        ("accent-strong", "ground", 4.5),
        ("accent-strong", "surface", 4.5),
        ("accent-strong", "tint", 4.5),
        ("on-accent", "accent", 4.5),
        ("on-accent", "accent-strong", 4.5),
        ("danger", "surface", 4.5),
        ("danger", "danger-tint", 4.5),
        ("caution", "caution-tint", 4.5),
        ("caution", "surface", 4.5),
        ("good", "surface", 4.5),
        ("good", "good-tint", 4.5),
        ("soft", "tint", 4.5),
        ("field", "surface", 3.0),
    ];

    /// The relative luminance of a colour in one scheme: `--name: light-dark(#112233, #445566)`.
    fn luminance(name: &str, is_dark: bool) -> f64 {
        let (_, after) =
            STYLE.split_once(&format!("--{name}: light-dark(#")).unwrap_or_else(|| panic!("no colour {name}"));
        let color = if is_dark { after.split_once(", #").unwrap().1 } else { after };
        let linear = |at: usize| {
            let part = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(0) + 0.7152 * linear(2) + 0.0722 * linear(4)
    }

    #[test]
    fn everything_can_be_read_in_light_and_in_dark() {
        for (scheme, is_dark) in [("light", false), ("dark", true)] {
            for (front, back, wanted) in PAIRS {
                let (one, other) = (luminance(front, is_dark), luminance(back, is_dark));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= wanted, "{scheme}: {front} on {back} is {contrast:.2}, not {wanted}");
            }
        }
    }

    #[test]
    fn neither_loads_anything_from_elsewhere() {
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
        assert!(!SCRIPT.contains("//") && !SCRIPT.contains("eval("), "no address, and nothing made into a program");
        assert_eq!((style().len(), script().len()), (30, 30));
    }
}
