//! Reading: one record, a page, and how many there are.

use rusqlite::{CachedStatement, Connection, OptionalExtension, params_from_iter};
use uuid::Uuid;

use crate::proxy::records::dialect::Dialect;
use crate::proxy::records::object::Columns;
use crate::proxy::records::statement::Statement;
use crate::proxy::records::{ListQuery, Page, RecordError, Stored, Target, reading};

use super::connections::broken_or_unavailable;
use super::lint;

/// The only way to a statement of this database.
pub(super) fn prepare<'c>(
    connection: &'c Connection,
    statement: &Statement<'_>,
) -> Result<CachedStatement<'c>, RecordError> {
    lint::check(statement)?;
    connection.prepare_cached(statement.as_str()).map_err(broken_or_unavailable)
}

pub(super) fn get(
    connection: &Connection,
    dialect: &'static Dialect,
    target: &Target,
    id: Uuid,
) -> Result<Option<Stored>, RecordError> {
    let statement = reading::record(Statement::of(dialect, &target.tenant), target, id);
    let mut prepared = prepare(connection, &statement)?;
    let mut rows = prepared.query(params_from_iter(statement.values())).map_err(broken_or_unavailable)?;
    let Some(row) = rows.next().map_err(broken_or_unavailable)? else { return Ok(None) };
    let version = row.get(0).map_err(broken_or_unavailable)?;
    let mut object = Vec::with_capacity(512);
    Columns::of(target).push(&mut object, row, 1)?;
    Ok(Some(Stored { id, version, object }))
}

pub(super) fn list(
    connection: &Connection,
    dialect: &'static Dialect,
    target: &Target,
    query: &ListQuery,
) -> Result<Page, RecordError> {
    let of_tenant = || Statement::of(dialect, &target.tenant);
    let (columns, statement) = (Columns::of(target), reading::page(of_tenant(), dialect, target, query));
    let mut prepared = prepare(connection, &statement)?;
    let mut rows = prepared.query(params_from_iter(statement.values())).map_err(broken_or_unavailable)?;
    let mut page = Page { objects: Vec::with_capacity(2048), ..Page::default() };
    while let Some(row) = rows.next().map_err(broken_or_unavailable)? {
        if page.count == query.limit {
            page.more = true;
            break;
        }
        if page.count > 0 {
            page.objects.push(b',');
        }
        page.last = row.get(0).map_err(broken_or_unavailable)?;
        columns.push(&mut page.objects, row, 1)?;
        page.count += 1;
    }
    let statement = reading::total(of_tenant(), dialect, target, query);
    let mut prepared = prepare(connection, &statement)?;
    let total = prepared.query_row(params_from_iter(statement.values()), |row| row.get(0)).optional();
    page.total = total.map_err(broken_or_unavailable)?.unwrap_or(0);
    Ok(page)
}
