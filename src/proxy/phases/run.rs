//! The order itself, in one place.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::Uri;
use axum::response::Response;
use uuid::Uuid;

use crate::http::Failure;
use crate::http::origin::RequestOrigin;
use crate::proxy::records::Target;
use crate::proxy::router::Proxy;

use super::method::Operation;
use super::path::Path;
use super::{branch, change, create, list, method, path, scope, show};

/// A request that may touch the records of its target.
pub(super) struct Admitted<'a> {
    pub(super) proxy: &'a Proxy,
    pub(super) target: Target,
    pub(super) app_id: Uuid,
    pub(super) path: Path<'a>,
    pub(super) uri: &'a Uri,
    pub(super) headers: &'a HeaderMap,
}

pub(in crate::proxy) async fn run(proxy: &Proxy, request: Request) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let Ok(origin) = RequestOrigin::from_request_parts(&mut parts, &()).await;
    let (principal, branches) = proxy.gate.authenticate(&parts.headers).await?;
    let principal = Arc::new(principal);
    let path = path::find(&proxy.catalogue, parts.uri.path())?;
    let operation = method::choose(&parts.method, &path)?;
    scope::require(&principal, &path, operation)?;
    let tenant = branch::resolve(&branches, &principal, path.branch)?;
    let limits = proxy.gate.admit(&principal, &origin).await?;
    let target = Target { resource: path.resource.clone(), version: path.version, tenant };
    let (uri, headers) = (&parts.uri, &parts.headers);
    let admitted = Admitted { proxy, target, app_id: principal.app_id, path, uri, headers };
    match operate(&admitted, operation, body).await {
        Ok(mut response) => {
            response.headers_mut().extend(limits);
            Ok(response)
        }
        Err(mut failure) => {
            failure.headers.extend(limits.iter().map(|(name, value)| (name.clone(), value.clone())));
            Err(failure)
        }
    }
}

async fn operate(request: &Admitted<'_>, operation: Operation, body: Body) -> Result<Response, Failure> {
    match operation {
        Operation::List => list::list(request).await,
        Operation::Show => show::show(request).await,
        Operation::Create => create::create(request, body).await,
        Operation::Change => change::change(request, body).await,
    }
}
