//! Rows of the table `events`.

use chrono::DateTime;
use routix_domain::log::RecordedEvent;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Row};

use crate::store::event_id::event_id;

/// Events behind a position, in order.
pub(super) const SELECT_AFTER: &str = "SELECT position, aggregate_type, aggregate_id, sequence, event_type, \
    event_version, payload, metadata, recorded_at FROM events WHERE position > ?1 ORDER BY position LIMIT ?2";

/// A position as the bound of a reader that goes on behind it. Positions begin at 1, and whoever reads from the beginning
/// must not pass over a row that somebody put before that.
pub(super) fn behind(position: u64) -> Value {
    if position == 0 { Value::Real(f64::NEG_INFINITY) } else { i64::try_from(position).unwrap_or(i64::MAX).into() }
}

/// The events of a stream, in order.
pub(super) const SELECT_STREAM: &str = "SELECT position, aggregate_type, aggregate_id, sequence, event_type, \
    event_version, payload, metadata, recorded_at FROM events WHERE aggregate_type = ?1 AND aggregate_id = ?2 \
    ORDER BY sequence";

/// The row as an event. Columns as in [`SELECT_AFTER`]. Every error is one of the row, none of the database.
pub(super) fn recorded_event(row: &Row<'_>) -> rusqlite::Result<RecordedEvent> {
    let aggregate_type: String = row.get(1)?;
    let aggregate_id: String = row.get(2)?;
    let sequence = row.get(3)?;
    let recorded_at = row.get(8)?;
    Ok(RecordedEvent {
        position: row.get(0)?,
        event_id: event_id(&aggregate_type, &aggregate_id, sequence),
        aggregate_type,
        aggregate_id,
        sequence,
        event_type: row.get(4)?,
        event_version: row.get(5)?,
        payload: row.get(6)?,
        metadata: row.get(7)?,
        recorded_at: DateTime::from_timestamp_micros(recorded_at)
            .ok_or(rusqlite::Error::IntegralValueOutOfRange(8, recorded_at))?,
    })
}

/// The newest position; 0 in an empty log.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached("SELECT coalesce(max(position), 0) FROM events")?.query_row([], |row| row.get(0))
}

/// When the newest event was recorded, in microseconds.
pub(super) fn newest_recorded_at(connection: &Connection) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT recorded_at FROM events ORDER BY position DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()
}
