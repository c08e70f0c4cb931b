//! Request bodies: bounded, and of the type that was announced.

use std::error::Error;

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::failure::Failure;
use super::patience::Stalled;

/// The whole body, at most `limit` bytes.
///
/// # Errors
/// `413 payload_too_large` over the limit, `400 invalid_request` when the body breaks off, `408 request_timeout` when no more
/// of it comes.
pub async fn read(body: Body, limit: usize) -> Result<Vec<u8>, Failure> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "payload_too_large",
            format!("the body must be at most {limit} bytes"),
        )),
        Err(error) if is_stalled(&*error) => {
            Err(Failure::new(StatusCode::REQUEST_TIMEOUT, "request_timeout", "the body stopped coming"))
        }
        Err(_broken_off) => Err(Failure::invalid_request("the body broke off before its end")),
    }
}

fn is_stalled(error: &(dyn Error + 'static)) -> bool {
    error.is::<Stalled>() || error.source().is_some_and(is_stalled)
}

/// The media type of the body in lower case, without parameters; empty when there is none.
pub fn media_type(headers: &HeaderMap) -> String {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// # Errors
/// `415 unsupported_media_type` unless the body says that it is JSON.
pub fn require_json(headers: &HeaderMap) -> Result<(), Failure> {
    if media_type(headers) == "application/json" {
        return Ok(());
    }
    Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "send the body as application/json"))
}
