//! `PATCH` of one record: the members that are named, and only when nobody was faster; or the first answer again.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use routix_domain::value::Faults;

use crate::http::{Failure, idempotency};
use crate::proxy::catalogue::Purpose;
use crate::proxy::error::ProxyError;
use crate::proxy::records::Change;

use super::body::{self, Received};
use super::run::Admitted;
use super::{conditions, parameters, retry, shape, show};

pub(super) async fn change(request: &Admitted<'_>, body: Body) -> Result<Response, Failure> {
    let current = show::find(request).await?;
    let mut faults = Faults::default();
    let key = faults.keep(idempotency::key(request.headers)).flatten();
    let if_match = faults.keep(conditions::if_match(request.headers)).flatten();
    parameters::none(request.uri.query(), &mut faults);
    let target = &request.target;
    let bytes = match body::receive(request.headers, body).await? {
        Received::Bytes(bytes) => bytes,
        Received::Unusable(failure) => {
            faults.or(()).map_err(ProxyError::from)?;
            let holds = if_match.is_none_or(|if_match| if_match.holds(current.version));
            return Err(if holds { failure } else { ProxyError::PreconditionFailed.into() });
        }
    };
    let values = body::values(&bytes, (&target.resource, target.version), Purpose::Change, faults)?;
    let retry = key.map(|key| retry::of_change(request, current.id, key, &bytes));
    let change = Change { id: current.id, now: request.proxy.system.now(), values, if_match, retry };
    let written = request.proxy.records.update(target, change).await.map_err(ProxyError::from)?;
    Ok(shape::written(StatusCode::OK, &written, target.version))
}
