//! `GET` of a resource: one page and how many there are.

use axum::http::header;
use axum::response::Response;

use crate::http::Failure;
use crate::proxy::error::ProxyError;

use super::cursor::List;
use super::parameters::Asked;
use super::run::Admitted;
use super::{parameters, shape};

pub(super) async fn list(request: &Admitted<'_>) -> Result<Response, Failure> {
    let target = &request.target;
    let gate = &*request.proxy.gate;
    let Asked { mut query, chosen, cursor } = parameters::list(request.uri.query(), &target.resource, target.version)?;
    let list = List::of(target, &chosen);
    if let Some(cursor) = cursor {
        query = list.go_on(gate, &cursor, query).ok_or_else(parameters::unknown_cursor)?;
    }
    let page = request.proxy.records.list(target, &query).await.map_err(ProxyError::from)?;
    let next = list.next(gate, &query, &page);
    let mut response = shape::page(&page, &query, next.as_deref(), target.version);
    let base = format!("{}{}", request.proxy.public_url, request.uri.path());
    if let Some(links) = shape::links(&base, &chosen, &query, next.as_deref()) {
        response.headers_mut().insert(header::LINK, links);
    }
    Ok(response)
}
