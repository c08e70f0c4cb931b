//! `POST` to a resource: one record, or the first answer again.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use routix_domain::value::Faults;
use sha2::{Digest, Sha256};

use crate::http::{Failure, idempotency};
use crate::proxy::catalogue::Purpose;
use crate::proxy::error::ProxyError;
use crate::proxy::records::{NewRecord, Retry};

use super::body::{self, Received};
use super::run::Admitted;
use super::{parameters, shape};

const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

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
    let retry = key.map(|key| retry(request, key, &bytes));
    let record = NewRecord { id: system.id(), now: system.now(), values, retry };
    let created = request.proxy.records.create(target, record).await.map_err(ProxyError::from)?;
    let mut response = shape::record(StatusCode::CREATED, &created.record, target.version);
    if let Ok(place) = HeaderValue::try_from(format!("{}/{}", request.uri.path(), created.record.id)) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    if created.replayed {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// The path form makes no difference: both name the same records.
fn retry(request: &Admitted<'_>, key: String, body: &[u8]) -> Retry {
    let (target, branch) = (&request.target, request.path.branch);
    let route = format!("POST /{}/{branch}/{}", target.version.as_str(), target.resource.name);
    let fingerprint = Sha256::new().chain_update(&route).chain_update([0]).chain_update(body).finalize().into();
    Retry { app_id: request.app_id, route, key, fingerprint }
}
