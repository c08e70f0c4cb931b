//! How often apps are used.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{IdentityDb, IdentityError, time};

/// Use of an app with one of its secrets; generation 0 stands for calls with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    pub app_id: Uuid,
    pub secret_generation: u32,
    pub uses: u64,
    pub last_used_at: DateTime<Utc>,
}

impl IdentityDb {
    /// Adds counts to those already there.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer; nothing is counted then.
    pub async fn add_usage(&self, counts: Vec<Usage>) -> Result<(), IdentityError> {
        self.write(move |connection| {
            let mut add = connection.prepare_cached(
                "INSERT INTO app_usage (app_id, secret_generation, uses, last_used_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (app_id, secret_generation) DO UPDATE SET
                     uses = uses + excluded.uses, last_used_at = max(last_used_at, excluded.last_used_at)",
            )?;
            for count in &counts {
                add.execute((
                    count.app_id.to_string(),
                    count.secret_generation,
                    count.uses,
                    count.last_used_at.timestamp_micros(),
                ))?;
            }
            Ok(())
        })
        .await
    }

    /// What has been counted for an app.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn usage(&self, app_id: Uuid) -> Result<Vec<Usage>, IdentityError> {
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT secret_generation, uses, last_used_at FROM app_usage WHERE app_id = ?1
                     ORDER BY secret_generation",
                )?
                .query_map([app_id.to_string()], |row| {
                    Ok(Usage {
                        app_id,
                        secret_generation: row.get(0)?,
                        uses: row.get(1)?,
                        last_used_at: time(row.get(2)?),
                    })
                })?
                .collect()
        })
    }
}
