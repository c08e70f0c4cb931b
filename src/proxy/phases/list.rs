//! `GET` of a resource: one page and how many there are.

use axum::http::header;
use axum::response::Response;

use crate::http::Failure;
use crate::proxy::error::ProxyError;

use super::run::Admitted;
use super::{parameters, shape};

pub(super) async fn list(request: &Admitted<'_>) -> Result<Response, Failure> {
    let target = &request.target;
    let (query, kept) = parameters::list(request.uri.query(), &target.resource, target.version)?;
    let page = request.proxy.records.list(target, &query).await.map_err(ProxyError::from)?;
    let mut response = shape::page(&page, &query, target.version);
    let base = format!("{}{}", request.proxy.public_url, request.uri.path());
    if let Some(links) = shape::links(&base, &kept, &query, &page) {
        response.headers_mut().insert(header::LINK, links);
    }
    Ok(response)
}
