//! The one style sheet, under a name that changes with its content, so that browsers may keep it for ever.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use sha2::{Digest, Sha256};

use crate::hex;

const TEXT: &str = include_str!("style.css");

/// `/assets/style.<first 12 hex digits of its SHA-256>.css`
pub(super) fn path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| {
        let digest = hex::encode(&Sha256::digest(TEXT));
        format!("/assets/style.{}.css", &digest[..12])
    });
    &PATH
}

pub(super) async fn serve() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written on what, and how far apart they must be (WCAG 2.2, 1.4.3 and 1.4.11).
    const PAIRS: [(&str, &str, f64); 18] = [
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
        ("field", "surface", 3.0),
    ];

    /// The relative luminance of the colour that a block of declarations gives to a name.
    fn luminance(block: &str, name: &str) -> f64 {
        let (_, after) = block.split_once(&format!("--{name}: #")).unwrap_or_else(|| panic!("no colour {name}"));
        let linear = |at: usize| {
            let part = f64::from(u8::from_str_radix(&after[at..at + 2], 16).unwrap()) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(0) + 0.7152 * linear(2) + 0.0722 * linear(4)
    }

    #[test]
    fn everything_can_be_read_in_light_and_in_dark() {
        let (light, dark) = TEXT.split_once("@media (prefers-color-scheme: dark)").unwrap();
        for (scheme, block) in [("light", light), ("dark", dark)] {
            for (front, back, wanted) in PAIRS {
                let (one, other) = (luminance(block, front), luminance(block, back));
                let contrast = (one.max(other) + 0.05) / (one.min(other) + 0.05);
                assert!(contrast >= wanted, "{scheme}: {front} on {back} is {contrast:.2}, not {wanted}");
            }
        }
    }

    #[test]
    fn the_sheet_loads_nothing() {
        assert!(!TEXT.contains("url(") && !TEXT.contains("@import"));
        assert_eq!(path().len(), 30);
    }
}
