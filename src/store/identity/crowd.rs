//! What many requests want of a server at the same time, in one statement for all of them.

use std::collections::HashSet;

use routix_projections::database::{Database, DatabaseError, Together};
use routix_projections::values;
use uuid::Uuid;

use super::contexts::{self, ContextRow};

/// So many share a statement. There is one shape of it for each number.
const MOST: usize = 32;

/// Those who ask, and those who write.
pub(super) struct Crowd {
    enabled: Together<Uuid, HashSet<Uuid>>,
    contexts: Together<ContextRow, ()>,
}

impl Default for Crowd {
    fn default() -> Self {
        Self { enabled: Together::new(MOST), contexts: Together::new(MOST) }
    }
}

impl Crowd {
    pub(super) async fn is_enabled(&self, database: &Database, id: Uuid) -> Result<bool, DatabaseError> {
        let ask = |ids: Vec<Uuid>| async move {
            let sql = format!("SELECT id FROM users WHERE disabled_at IS NULL AND id IN ({})", places(1..=ids.len()));
            let values: Vec<_> = ids.into_iter().flat_map(|id| values![id]).collect();
            let rows = database.select(&sql, &values).await?;
            rows.iter().map(|row| row.get(0)).collect()
        };
        Ok(self.enabled.ask(id, ask).await?.contains(&id))
    }

    /// The same rows may be written again, when somebody did not wait for the end. None of them is refused for what is in it,
    /// and spoils the statement for the others: all of it is ASCII that can be printed.
    pub(super) async fn store_context(&self, database: &Database, row: ContextRow) -> Result<(), DatabaseError> {
        let write = |rows: Vec<ContextRow>| async move {
            let sql = contexts::insert(rows.len());
            database.execute(&sql, rows.into_iter().flat_map(contexts::values).collect()).await.map(drop)
        };
        self.contexts.ask(row, write).await.map(drop)
    }
}

/// `$1, $2`…
pub(super) fn places(numbers: impl Iterator<Item = usize>) -> String {
    numbers.map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}
