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
