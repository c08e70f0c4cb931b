//! `POST` to a resource: one record, or the first answer again.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use routix_domain::value::Faults;

use crate::http::{Failure, idempotency};
use crate::proxy::catalogue::Purpose;
use crate::proxy::error::ProxyError;
use crate::proxy::records::NewRecord;

use super::body::{self, Received};
use super::run::Admitted;
use super::{parameters, retry, shape};

pub(super) async fn create(request: &Admitted<'_>, body: Body) -> Result<Response, Failure> {
    let mut faults = Faults::default();
    let key = faults.keep(idempotency::key(request.headers)).flatten();
    parameters::none(request.uri.query(), &mut faults);
    let received = body::receive(request.headers, body).await?;
    let (target, system) = (&request.target, &request.proxy.system);
    let bytes = match received {
        Received::Bytes(bytes) => bytes,
        Received::Unusable(failure) => {
            faults.or(()).map_err(ProxyError::from)?;
            return Err(failure);
        }
    };
    let values = body::values(&bytes, (&target.resource, target.version), Purpose::Create, faults)?;
    let retry = key.map(|key| retry::of_create(request, key, &bytes));
    let record = NewRecord { id: system.id(), now: system.now(), values, retry };
    let written = request.proxy.records.create(target, record).await.map_err(ProxyError::from)?;
    let mut response = shape::written(StatusCode::CREATED, &written, target.version);
    if let Ok(place) = HeaderValue::try_from(format!("{}/{}", request.uri.path(), written.record.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}
