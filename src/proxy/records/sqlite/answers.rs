//! The first answers to writes with a key: kept with the row they speak of, in its transaction, and given again.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension};
use uuid::Uuid;

use crate::proxy::records::{RecordError, Retry, Stored, Target, Written};

use super::connections::broken_or_unavailable;
use super::read::{IdText, branch, organization};
use super::sql::Sql;
use super::write::seconds;

/// How long a key's first answer is kept.
const KEPT_HOURS: i64 = 24;

/// Writes, unless a key says that it was done. A refusal keeps nothing, so that its key is free again.
///
/// The key is looked for before anything is judged: what stood in the way of doing it twice is no fault of a repetition.
pub(super) fn once(
    connection: &Connection,
    target: &Target,
    (retry, status, now): (Option<&Retry>, u16, DateTime<Utc>),
    write: impl FnOnce() -> Result<Stored, RecordError>,
) -> Result<Written, RecordError> {
    let Some(retry) = retry else { return Ok(Written { record: write()?, replayed: false }) };
    if let Some(record) = first_answer(connection, target, retry, now)? {
        return Ok(Written { record, replayed: true });
    }
    let record = write()?;
    keep_answer(connection, target, (retry, status, &record), now)?;
    Ok(Written { record, replayed: false })
}

/// The answer that the key's first request got, when it was the same request.
fn first_answer(
    connection: &Connection,
    target: &Target,
    retry: &Retry,
    now: DateTime<Utc>,
) -> Result<Option<Stored>, RecordError> {
    let sql = Sql::new("SELECT fingerprint, record_id, record_version, body FROM idempotency_keys").of_tenant();
    let sql = sql.text(" AND app_id = ?3 AND route = ?4 AND key = ?5 AND created_at > ?6");
    let mut statement = connection.prepare_cached(sql.as_str()).map_err(broken_or_unavailable)?;
    let app = IdText::new(retry.app_id);
    let values = (organization(target), branch(target), app, &retry.route, &retry.key, oldest(now));
    let row = statement
        .query_row(values, |row| {
            let body: String = row.get(3)?;
            Ok((row.get::<_, [u8; 32]>(0)?, row.get::<_, String>(1)?, row.get(2)?, body.into_bytes()))
        })
        .optional()
        .map_err(broken_or_unavailable)?;
    let Some((fingerprint, id, version, object)) = row else { return Ok(None) };
    if fingerprint != retry.fingerprint {
        return Err(RecordError::KeyReused);
    }
    let id = Uuid::parse_str(&id).map_err(|error| RecordError::Broken(Box::new(error)))?;
    Ok(Some(Stored { id, version, object }))
}

fn keep_answer(
    connection: &Connection,
    target: &Target,
    (retry, status, stored): (&Retry, u16, &Stored),
    now: DateTime<Utc>,
) -> Result<(), RecordError> {
    let sql = Sql::new("DELETE FROM idempotency_keys").of_tenant().text(" AND created_at <= ?3");
    let mut statement = connection.prepare_cached(sql.as_str()).map_err(broken_or_unavailable)?;
    statement.execute((organization(target), branch(target), oldest(now))).map_err(broken_or_unavailable)?;
    let sql = Sql::new(
        "INSERT INTO idempotency_keys (organization_id, branch_id, app_id, route, key, fingerprint, status,
           record_id, record_version, body, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    );
    let mut statement = connection.prepare_cached(sql.as_str()).map_err(broken_or_unavailable)?;
    let (app, id) = (IdText::new(retry.app_id), IdText::new(stored.id));
    let body = std::str::from_utf8(&stored.object).map_err(|error| RecordError::Broken(Box::new(error)))?;
    let values = (
        organization(target),
        branch(target),
        app,
        &retry.route,
        &retry.key,
        &retry.fingerprint,
        status,
        id,
        stored.version,
        body,
        seconds(now),
    );
    statement.execute(values).map_err(broken_or_unavailable)?;
    Ok(())
}

fn oldest(now: DateTime<Utc>) -> String {
    seconds(now - TimeDelta::hours(KEPT_HOURS))
}
