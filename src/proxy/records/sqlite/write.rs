//! Writing: a record made or changed, each in one transaction that holds the write lock from its beginning.
//!
//! That lock is why a unique value can be looked for before it is written: nobody comes in between. The unique index
//! stands behind it all the same.

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::{Connection, ToSql};
use uuid::Uuid;

use crate::proxy::catalogue::{ApiVersion, FieldValue, Identifier};
use crate::proxy::records::{Change, NewRecord, RecordError, Stored, Target, Written};

use super::connections::broken_or_unavailable;
use super::read::{IdText, branch, get, organization};
use super::sql::Sql;
use super::{answers, references};

pub(super) fn create(connection: &Connection, target: &Target, record: &NewRecord) -> Result<Written, RecordError> {
    answers::once(connection, target, (record.retry.as_ref(), 201, record.now), || {
        references::check(connection, target, &record.values)?;
        check_unique(connection, target, record.id, &record.values)?;
        insert(connection, target, record)?;
        get(connection, target, record.id)?.ok_or(RecordError::NoSuchRecord)
    })
}

pub(super) fn update(connection: &Connection, target: &Target, change: &Change) -> Result<Written, RecordError> {
    answers::once(connection, target, (change.retry.as_ref(), 200, change.now), || apply(connection, target, change))
}

fn apply(connection: &Connection, target: &Target, change: &Change) -> Result<Stored, RecordError> {
    let current = get(connection, target, change.id)?.ok_or(RecordError::NoSuchRecord)?;
    references::check(connection, target, &change.values)?;
    if change.if_match.as_ref().is_some_and(|if_match| !if_match.holds(current.version)) {
        return Err(RecordError::PreconditionFailed);
    }
    if change.values.is_empty() {
        return Ok(current);
    }
    check_unique(connection, target, change.id, &change.values)?;
    let fields = target.resource.fields(ApiVersion::V2);
    let mut sql = Sql::new("UPDATE ").name(&target.resource.table).text(" SET version = version + 1, updated_at = ?4");
    for (index, field) in change.values.iter().filter_map(|(place, _)| fields.get(*place)).enumerate() {
        sql = sql.text(", ").name(&field.name).text(" = ").parameter(5 + index);
    }
    let sql = sql.of_tenant().text(" AND id = ?3");
    let (organization, branch, id, now) =
        (organization(target), branch(target), IdText::new(change.id), seconds(change.now));
    let mut values: Vec<&dyn ToSql> = vec![&organization, &branch, &id, &now];
    values.extend(change.values.iter().map(|(_, value)| value as &dyn ToSql));
    let mut statement = connection.prepare_cached(sql.as_str()).map_err(broken_or_unavailable)?;
    statement.execute(values.as_slice()).map_err(broken_or_unavailable)?;
    get(connection, target, change.id)?.ok_or(RecordError::NoSuchRecord)
}

/// Writes the row as the last of its branch. A field that is not named is null.
pub(super) fn insert(connection: &Connection, target: &Target, record: &NewRecord) -> Result<(), RecordError> {
    let written = || target.resource.fields(ApiVersion::V2).iter().enumerate().filter(|(_, field)| !field.is_system());
    let sql = Sql::new("INSERT INTO ").name(&target.resource.table);
    let mut sql = sql.text(" (organization_id, branch_id, seq, id, version, created_at, updated_at");
    for (_, field) in written() {
        sql = sql.text(", ").name(&field.name);
    }
    sql = sql.text(") VALUES (?1, ?2, 1 + coalesce((SELECT last_seq FROM record_counts").of_tenant();
    sql = sql.text(" AND resource = ?3), 0), ?4, 1, ?5, ?5");
    for index in 0..written().count() {
        sql = sql.text(", ").parameter(6 + index);
    }
    let sql = sql.text(")");
    let (organization, branch, id, now) =
        (organization(target), branch(target), IdText::new(record.id), seconds(record.now));
    let table = target.resource.table.as_str();
    let mut values: Vec<&dyn ToSql> = vec![&organization, &branch, &table, &id, &now];
    values.extend(written().map(|(place, _)| {
        let given = record.values.iter().find(|(named, _)| *named == place);
        given.map_or(&FieldValue::Null as &dyn ToSql, |(_, value)| value)
    }));
    let mut statement = connection.prepare_cached(sql.as_str()).map_err(broken_or_unavailable)?;
    statement.execute(values.as_slice()).map_err(broken_or_unavailable)?;
    Ok(())
}

fn check_unique(
    connection: &Connection,
    target: &Target,
    id: Uuid,
    values: &[(usize, FieldValue)],
) -> Result<(), RecordError> {
    for (place, value) in values.iter().filter(|(_, value)| *value != FieldValue::Null) {
        let fields = target.resource.fields(ApiVersion::V2);
        let Some(field) = fields.get(*place).filter(|field| field.unique) else { continue };
        if other_record(connection, target, (&target.resource.table, &field.name, value), Some(id))? {
            return Err(RecordError::Conflict { field: field.name.as_str().to_owned() });
        }
    }
    Ok(())
}

/// Whether the branch has a record with this value in this column, not counting `except`.
pub(super) fn other_record(
    connection: &Connection,
    target: &Target,
    (table, column, value): (&Identifier, &Identifier, &FieldValue),
    except: Option<Uuid>,
) -> Result<bool, RecordError> {
    let sql = Sql::new("SELECT 1 FROM ").name(table).of_tenant().text(" AND ").name(column);
    let sql = sql.text(" = ?3 AND id IS NOT ?4");
    let mut statement = connection.prepare_cached(sql.as_str()).map_err(broken_or_unavailable)?;
    let values = (organization(target), branch(target), value, except.map(IdText::new));
    statement.exists(values).map_err(broken_or_unavailable)
}

/// A time as it is stored: text that sorts as time does.
pub(super) fn seconds(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
