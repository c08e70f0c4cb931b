//! Documents that change seldom: with a tag, and not sent again to who has them.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::hex;

/// Whether `If-None-Match` names this tag, which is compared weakly there (RFC 9110, 13.1.2). No tag of ours holds a comma.
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let lists = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known = lists.flat_map(|list| list.split(',')).map(str::trim);
    known.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// A document as it is sent.
pub struct Document {
    content_type: &'static str,
    cache_control: &'static str,
    text: Bytes,
    tag: String,
}

impl Document {
    pub fn new(content_type: &'static str, cache_control: &'static str, text: impl Into<Bytes>) -> Self {
        let text = text.into();
        let tag = format!("\"{}\"", &hex::encode(&Sha256::digest(&text))[..32]);
        Self { content_type, cache_control, text, tag }
    }

    /// `200` with the document, or `304` for `If-None-Match` with its tag.
    pub fn answer(&self, headers: &HeaderMap) -> Response {
        let is_known = is_known(headers, &self.tag);
        let mut response = match is_known {
            true => StatusCode::NOT_MODIFIED.into_response(),
            false => Response::new(Body::from(self.text.clone())),
        };
        let into = response.headers_mut();
        into.insert(header::CACHE_CONTROL, HeaderValue::from_static(self.cache_control));
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            into.insert(header::ETAG, tag);
        }
        if !is_known {
            into.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        }
        response
    }
}
