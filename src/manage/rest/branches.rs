//! `/rest/v1/branches`: the branches that the caller may see, with the public id that goes into URLs.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::HeaderMap;
use axum::response::Response;
use routix_projections::branches;
use serde_json::Map;

use super::super::caller::Caller;
use super::super::{ManageError, Management};
use super::columns::Column;
use super::query::TableQuery;
use super::{reply, timestamp};

const COLUMNS: [Column; 6] = [
    Column::id("id"),
    Column::id("organization_id"),
    Column::text("public_id"),
    Column::text("name"),
    Column::text("status"),
    Column::time("created_at"),
];

pub(in super::super) async fn list(
    State(management): State<Arc<Management>>,
    caller: Caller,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, ManageError> {
    let query = TableQuery::parse(query.as_deref(), &headers, &COLUMNS)?;
    let mut rows = Vec::new();
    for member in caller.memberships(&management).await? {
        for branch in branches::of_organization(&management.read, member.organization_id).await? {
            if !member.branches.allows(branch.branch_id) {
                continue;
            }
            let mut row = Map::new();
            row.insert("id".to_owned(), branch.branch_id.to_string().into());
            row.insert("organization_id".to_owned(), branch.organization_id.to_string().into());
            row.insert("public_id".to_owned(), branch.public_id.into());
            row.insert("name".to_owned(), branch.name.into());
            row.insert("status".to_owned(), if branch.closed_at.is_none() { "open" } else { "closed" }.into());
            row.insert("created_at".to_owned(), timestamp(branch.opened_at).into());
            rows.push(row);
        }
    }
    reply::page(&headers, query.apply(rows))
}
