//! `/rest/v1/organizations`: the organizations that the caller belongs to.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use routix_projections::members;
use serde_json::Map;

use super::super::caller::Caller;
use super::super::{ManageError, Management};
use super::columns::Column;
use super::query::TableQuery;
use super::{reply, timestamp};

const COLUMNS: [Column; 4] = [Column::id("id"), Column::text("name"), Column::text("role"), Column::time("created_at")];

pub(in super::super) async fn list(
    State(management): State<Arc<Management>>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ManageError> {
    let query = TableQuery::parse(query.as_deref(), &headers, &COLUMNS)?;
    let mut rows = Vec::new();
    for member in caller.memberships(&management).await? {
        let Some(organization) = members::organization(&management.read, member.organization_id).await? else {
            continue;
        };
        let mut row = Map::new();
        row.insert("id".to_owned(), organization.organization_id.to_string().into());
        row.insert("name".to_owned(), organization.name.into());
        row.insert("role".to_owned(), member.role.as_str().into());
        row.insert("created_at".to_owned(), timestamp(organization.created_at).into());
        rows.push(row);
    }
    reply::page(&headers, query.apply(rows))
}
