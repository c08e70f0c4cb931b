//! What is asked of `app_history`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::HistoryRow;
use crate::read_db::{ReadDb, ReadError};
use crate::table::ColumnValue;

/// Which events of an app are wanted.
#[derive(Clone, Debug, Default)]
pub struct HistoryFilter {
    /// Only behind this position.
    pub after: u64,
    pub event_type: Option<String>,
    /// The id of who did it; `system`, which has none, by its kind.
    pub actor: Option<String>,
    /// Recorded then or later.
    pub from: Option<DateTime<Utc>>,
    /// Recorded then or earlier.
    pub to: Option<DateTime<Utc>>,
}

/// Up to `limit` events of an app that pass the filter, oldest first.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn of_app(
    db: &ReadDb,
    app_id: Uuid,
    filter: HistoryFilter,
    limit: u64,
) -> Result<Vec<HistoryRow>, ReadError> {
    db.select(
        "WHERE app_id = $1 AND position > $2 AND (CAST($3 AS TEXT) IS NULL OR event_type = $3) \
         AND (CAST($4 AS TEXT) IS NULL OR actor_id = $4 OR (actor_id IS NULL AND actor_kind = $4)) \
         AND (CAST($5 AS BIGINT) IS NULL OR recorded_at >= $5) \
         AND (CAST($6 AS BIGINT) IS NULL OR recorded_at <= $6) ORDER BY position LIMIT $7",
        vec![
            app_id.into_value(),
            filter.after.into_value(),
            filter.event_type.into_value(),
            filter.actor.into_value(),
            filter.from.into_value(),
            filter.to.into_value(),
            limit.into_value(),
        ],
    )
    .await
}

/// The position of the newest event of an app; 0 when there is none.
///
/// # Errors
/// [`ReadError`] when the read model does not answer.
pub async fn newest(db: &ReadDb, app_id: Uuid) -> Result<u64, ReadError> {
    let tail = "WHERE app_id = $1 ORDER BY position DESC LIMIT 1";
    let newest = db.select_one::<HistoryRow>(tail, vec![app_id.into_value()]).await?;
    Ok(newest.map_or(0, |row| row.position))
}
