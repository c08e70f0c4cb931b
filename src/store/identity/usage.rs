//! How often apps are used.

use chrono::{DateTime, Utc};
use routix_projections::values;
use uuid::Uuid;

use super::{IdentityDb, IdentityError};

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
    pub async fn add_usage(&self, mut counts: Vec<Usage>) -> Result<(), IdentityError> {
        // Two nodes that add to the same counts must not wait for each other.
        counts.sort_unstable_by_key(|count| (count.app_id, count.secret_generation));
        self.write(move |connection| {
            counts.into_iter().try_for_each(|Usage { app_id, secret_generation, uses, last_used_at }| {
                connection
                    .execute(
                        "INSERT INTO app_usage (app_id, secret_generation, uses, last_used_at) VALUES ($1, $2, $3, $4)
                         ON CONFLICT (app_id, secret_generation) DO UPDATE SET
                             uses = app_usage.uses + excluded.uses,
                             last_used_at = CASE WHEN app_usage.last_used_at > excluded.last_used_at
                                 THEN app_usage.last_used_at ELSE excluded.last_used_at END",
                        &values![app_id, secret_generation, uses, last_used_at],
                    )
                    .map(drop)
            })
        })
        .await
    }

    /// What has been counted for an app.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn usage(&self, app_id: Uuid) -> Result<Vec<Usage>, IdentityError> {
        let sql = "SELECT secret_generation, uses, last_used_at FROM app_usage WHERE app_id = $1
            ORDER BY secret_generation";
        self.list(sql, &values![app_id], |row| {
            Ok(Usage { app_id, secret_generation: row.get(0)?, uses: row.get(1)?, last_used_at: row.get(2)? })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, on_both_databases};
    use super::*;

    on_both_databases! { counts_add_up_and_the_last_use_is_kept }

    async fn counts_add_up_and_the_last_use_is_kept(place: Place) {
        let used = |app: u128, secret_generation, uses, second| Usage {
            app_id: Uuid::from_u128(app),
            secret_generation,
            uses,
            last_used_at: DateTime::from_timestamp(second, 5_000).unwrap(),
        };
        place.db.add_usage(vec![used(1, 2, 3, 100), used(1, 0, 1, 50), used(2, 1, 9, 1)]).await.unwrap();
        place.db.add_usage(vec![used(1, 2, 4, 99), used(1, 0, 1, 51)]).await.unwrap();
        assert_eq!(place.db.usage(Uuid::from_u128(1)).await.unwrap(), [used(1, 0, 2, 51), used(1, 2, 7, 100)]);
        assert_eq!(place.db.usage(Uuid::from_u128(2)).await.unwrap(), [used(2, 1, 9, 1)]);
        assert_eq!(place.db.usage(Uuid::from_u128(3)).await.unwrap(), []);
    }
}
