//! Documents that change seldom: with a tag, and not sent again to who has them.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::hex;

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
        // A list of tags, weak ones too; none of them holds a comma or is part of another.
        let asked = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let known = asked.flat_map(|list| list.split(',')).map(str::trim);
        let is_known = known.map(|known| known.trim_start_matches("W/")).any(|known| known == self.tag || known == "*");
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
