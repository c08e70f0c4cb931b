//! Reading: one record, a page, and how many there are.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Row, ToSql};
use uuid::Uuid;

use crate::proxy::catalogue::{ApiVersion, FieldValue, Identifier, Resource};
use crate::proxy::records::json::{Cell, Unreadable, push_member};
use crate::proxy::records::{ListQuery, Page, RecordError, Stored, Target};

use super::connections::broken_or_unavailable;
use super::sql::Sql;

/// A uuid as its text, bound without an allocation.
pub(super) struct IdText([u8; 36]);

impl IdText {
    pub(super) fn new(id: Uuid) -> Self {
        let mut text = [0; 36];
        id.hyphenated().encode_lower(&mut text);
        Self(text)
    }
}

impl ToSql for IdText {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(&self.0)))
    }
}

impl ToSql for FieldValue {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Boolean(value) => ValueRef::Integer(i64::from(*value)),
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Text(text) | Self::Json(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

/// The columns of a version's object: the one that holds it ready, or its fields.
enum Columns<'a> {
    Ready(&'a Identifier),
    Fields(&'a Resource, ApiVersion),
}

impl<'a> Columns<'a> {
    fn of(target: &'a Target) -> Self {
        match (&target.resource.ready_v1, target.version) {
            (Some(column), ApiVersion::V1) => Self::Ready(column),
            (None, ApiVersion::V1) | (_, ApiVersion::V2) => Self::Fields(&target.resource, target.version),
        }
    }

    fn select(&self, start: &'static str) -> Sql {
        match self {
            Self::Ready(column) => Sql::new(start).name(column),
            Self::Fields(resource, version) => Sql::new(start).names(resource.fields(*version).iter()),
        }
    }

    /// Adds the object of a row whose columns begin at `first`.
    fn push(&self, out: &mut Vec<u8>, row: &Row<'_>, first: usize) -> Result<(), RecordError> {
        match self {
            Self::Ready(column) => match row.get_ref(first).map_err(broken_or_unavailable)? {
                ValueRef::Text(object) => out.extend_from_slice(object),
                ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => {
                    return Err(unreadable(column));
                }
            },
            Self::Fields(resource, version) => {
                for (index, field) in resource.fields(*version).iter().enumerate() {
                    out.push(if index == 0 { b'{' } else { b',' });
                    let cell = cell(row, first + index, &field.name)?;
                    push_member(out, field, cell).map_err(|error| RecordError::Broken(Box::new(error)))?;
                }
                out.push(b'}');
            }
        }
        Ok(())
    }
}

fn cell<'a>(row: &'a Row<'_>, index: usize, column: &Identifier) -> Result<Cell<'a>, RecordError> {
    match row.get_ref(index).map_err(broken_or_unavailable)? {
        ValueRef::Null => Ok(Cell::Null),
        ValueRef::Integer(value) => Ok(Cell::Integer(value)),
        ValueRef::Text(text) => std::str::from_utf8(text).map(Cell::Text).map_err(|_not_utf8| unreadable(column)),
        ValueRef::Real(_) | ValueRef::Blob(_) => Err(unreadable(column)),
    }
}

fn unreadable(column: &Identifier) -> RecordError {
    RecordError::Broken(Box::new(Unreadable { column: column.as_str().to_owned() }))
}

pub(super) fn get(connection: &Connection, target: &Target, id: Uuid) -> Result<Option<Stored>, RecordError> {
    let columns = Columns::of(target);
    let sql = columns.select("SELECT version, ").text(" FROM ").name(&target.resource.table).of_tenant();
    let sql = sql.text(" AND id = ?3");
    let mut statement = connection.prepare_cached(sql.as_str()).map_err(broken_or_unavailable)?;
    let mut rows =
        statement.query((organization(target), branch(target), IdText::new(id))).map_err(broken_or_unavailable)?;
    let Some(row) = rows.next().map_err(broken_or_unavailable)? else { return Ok(None) };
    let version = row.get(0).map_err(broken_or_unavailable)?;
    let mut object = Vec::with_capacity(512);
    columns.push(&mut object, row, 1)?;
    Ok(Some(Stored { id, version, object }))
}

pub(super) fn list(connection: &Connection, target: &Target, query: &ListQuery) -> Result<Page, RecordError> {
    let columns = Columns::of(target);
    let sql = list_sql(target, query);
    let (organization, branch) = (organization(target), branch(target));
    let mut values: Vec<&dyn ToSql> = vec![&organization, &branch, &query.limit, &query.offset];
    values.extend(query.filters.iter().map(|(_, value)| value as &dyn ToSql));
    let mut statement = connection.prepare_cached(sql.as_str()).map_err(broken_or_unavailable)?;
    let mut rows = statement.query(values.as_slice()).map_err(broken_or_unavailable)?;
    let mut page = Page { objects: Vec::with_capacity(2048), count: 0, total: 0 };
    while let Some(row) = rows.next().map_err(broken_or_unavailable)? {
        if page.count > 0 {
            page.objects.push(b',');
        }
        columns.push(&mut page.objects, row, 0)?;
        page.count += 1;
    }
    page.total = if query.filters.is_empty() { total(connection, target)? } else { count(connection, target, query)? };
    Ok(page)
}

/// Parameters 3 and 4 are limit and offset, the filters' follow.
pub(super) fn list_sql(target: &Target, query: &ListQuery) -> Sql {
    let sql = Columns::of(target).select("SELECT ").text(" FROM ").name(&target.resource.table).of_tenant();
    order(filters(sql, target, query, 5), target, query).text(" LIMIT ?3 OFFSET ?4")
}

/// The counter that is kept with the rows.
fn total(connection: &Connection, target: &Target) -> Result<u64, RecordError> {
    let sql = Sql::new("SELECT total FROM record_counts").of_tenant().text(" AND resource = ?3");
    let mut statement = connection.prepare_cached(sql.as_str()).map_err(broken_or_unavailable)?;
    let values = (organization(target), branch(target), target.resource.table.as_str());
    let mut rows = statement.query(values).map_err(broken_or_unavailable)?;
    // A branch whose first row is still to come has no counter.
    let Some(row) = rows.next().map_err(broken_or_unavailable)? else { return Ok(0) };
    row.get(0).map_err(broken_or_unavailable)
}

fn count(connection: &Connection, target: &Target, query: &ListQuery) -> Result<u64, RecordError> {
    let sql = Sql::new("SELECT count(*) FROM ").name(&target.resource.table).of_tenant();
    let sql = filters(sql, target, query, 3);
    let (organization, branch) = (organization(target), branch(target));
    let mut values: Vec<&dyn ToSql> = vec![&organization, &branch];
    values.extend(query.filters.iter().map(|(_, value)| value as &dyn ToSql));
    let mut statement = connection.prepare_cached(sql.as_str()).map_err(broken_or_unavailable)?;
    statement.query_row(values.as_slice(), |row| row.get(0)).map_err(broken_or_unavailable)
}

/// The likelihood makes the planner take the filter's index, whatever it knows of the rows: walking along the key is
/// faster for a value that every row has, but a scan of the branch for a value that none has.
fn filters(mut sql: Sql, target: &Target, query: &ListQuery, first: usize) -> Sql {
    let fields = target.resource.fields(target.version);
    for (index, field) in query.filters.iter().filter_map(|(place, _)| fields.get(*place)).enumerate() {
        sql = sql.text(" AND likelihood(").name(&field.name).text(" = ").parameter(first + index).text(", 0.001)");
    }
    sql
}

fn order(sql: Sql, target: &Target, query: &ListQuery) -> Sql {
    let chosen = query.order.and_then(|order| Some((order, target.resource.fields(target.version).get(order.field)?)));
    match chosen {
        None => sql.text(" ORDER BY seq"),
        Some((order, field)) if order.descending => sql.text(" ORDER BY ").name(&field.name).text(" DESC, seq DESC"),
        Some((_, field)) => sql.text(" ORDER BY ").name(&field.name).text(", seq"),
    }
}

pub(super) fn organization(target: &Target) -> IdText {
    IdText::new(target.tenant.organization_id())
}

pub(super) fn branch(target: &Target) -> IdText {
    IdText::new(target.tenant.branch_id())
}
