//! The body of a write. Whether it could be read at all is answered after what is known without it.

use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use routix_domain::value::Faults;

use crate::http::{Failure, body, json};
use crate::proxy::catalogue::{ApiVersion, FieldValue, Purpose, Resource, read_members};
use crate::proxy::error::ProxyError;

/// 1 MiB.
const LIMIT: usize = 1024 * 1024;

pub(super) enum Received {
    Bytes(Vec<u8>),
    /// Too large, or of another type: 413 and 415 come last in the order of the checks.
    Unusable(Failure),
}

pub(super) async fn receive(headers: &HeaderMap, body: Body) -> Result<Received, Failure> {
    let bytes = match body::read(body, LIMIT).await {
        Ok(bytes) => bytes,
        Err(failure) if failure.status == StatusCode::PAYLOAD_TOO_LARGE => return Ok(Received::Unusable(failure)),
        Err(broken_off) => return Err(broken_off),
    };
    Ok(match body::require_json(headers) {
        Ok(()) => Received::Bytes(bytes),
        Err(failure) => Received::Unusable(failure),
    })
}

/// The values that the body asks to write; `faults` of the request around it are listed with its own.
pub(super) fn values(
    body: &[u8],
    (resource, version): (&Resource, ApiVersion),
    purpose: Purpose,
    mut faults: Faults,
) -> Result<Vec<(usize, FieldValue)>, ProxyError> {
    let members = match json::parse_object(body) {
        Ok(members) => members,
        Err(error) if faults.is_empty() => return Err(ProxyError::InvalidJson(error)),
        Err(error) => {
            faults.add("body", "invalid_json", error.to_string());
            return Err(faults.into());
        }
    };
    match read_members(resource, version, &members, purpose) {
        Ok(values) => Ok(faults.or(values)?),
        Err(more) => {
            more.into_vec().into_iter().for_each(|fault| faults.push(fault));
            Err(faults.into())
        }
    }
}
