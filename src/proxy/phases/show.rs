//! `GET` of one record.

use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::value::Faults;
use uuid::Uuid;

use crate::http::Failure;
use crate::proxy::error::ProxyError;
use crate::proxy::records::Stored;

use super::run::Admitted;
use super::{conditions, parameters, shape};

pub(super) async fn show(request: &Admitted<'_>) -> Result<Response, Failure> {
    let record = find(request).await?;
    let mut faults = Faults::default();
    parameters::none(request.uri.query(), &mut faults);
    faults.or(()).map_err(ProxyError::from)?;
    if conditions::is_known(request.headers, record.version) {
        return Ok(shape::not_modified(record.version));
    }
    Ok(shape::record(StatusCode::OK, &record, request.target.version))
}

/// The record that the path names. What is no id names none.
pub(super) async fn find(request: &Admitted<'_>) -> Result<Stored, ProxyError> {
    let text = request.path.record.filter(|text| text.len() == 36).ok_or(ProxyError::NotFound)?;
    let id = Uuid::try_parse(text).map_err(|_no_id| ProxyError::NotFound)?;
    request.proxy.records.get(&request.target, id).await?.ok_or(ProxyError::NotFound)
}
