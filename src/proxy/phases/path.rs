//! Version and resource, from the path as it was sent.
//!
//! Nothing is decoded: every name that exists is plain ASCII, and a path that is written in two ways is one that two
//! programs can read in two ways.

use std::sync::Arc;

use crate::proxy::catalogue::{ApiVersion, Catalogue, Resource};
use crate::proxy::error::ProxyError;

/// What the path names. Branch and record are not looked up yet.
#[derive(Debug)]
pub(super) struct Path<'a> {
    pub(super) version: ApiVersion,
    pub(super) branch: &'a str,
    pub(super) resource: Arc<Resource>,
    pub(super) record: Option<&'a str>,
}

pub(super) fn find<'a>(catalogue: &Catalogue, path: &'a str) -> Result<Path<'a>, ProxyError> {
    let rest = path.strip_prefix("/functions/v1/api/").or_else(|| path.strip_prefix("/api/"));
    let rest = rest.ok_or(ProxyError::NotFound)?;
    let mut segments = rest.split('/');
    let (Some(version), Some(branch), Some(resource), record, None) =
        (segments.next(), segments.next(), segments.next(), segments.next(), segments.next())
    else {
        return Err(ProxyError::NotFound);
    };
    let version = ApiVersion::from_segment(version).ok_or(ProxyError::NotFound)?;
    let resource = catalogue.resource(resource).ok_or(ProxyError::NotFound)?;
    if record.is_some_and(str::is_empty) {
        return Err(ProxyError::NotFound);
    }
    Ok(Path { version, branch, resource: Arc::clone(resource), record })
}
