//! Migrations: numbered SQL files, one folder a life and database, each applied once and never edited.

use chrono::{DateTime, Utc};
use routix_projections::database::{Database, DatabaseError, Session, SqliteDatabase};
use routix_projections::values;
use sha2::{Digest, Sha256};

use crate::hex;

/// One file of `migrations/`.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub name: &'static str,
    pub sql: &'static str,
}

/// The files of one life of data. In PostgreSQL a life is a schema of this name.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    pub name: &'static str,
    pub sqlite: &'static [Migration],
    pub postgres: &'static [Migration],
}

macro_rules! migrations {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(Migration { name: $name, sql: include_str!(concat!("../../migrations/", $folder, "/", $name, ".sql")) }),+]
    };
}

pub const EVENTS: Life = Life {
    name: "events",
    sqlite: migrations!(
        "sqlite/events": "20261122000000_events", "20261122000001_new_positions_only", "20261122000002_evidence"
    ),
    postgres: migrations!("postgres/events": "20261122000000_events"),
};
pub const IDENTITY: Life = Life {
    name: "identity",
    sqlite: migrations!(
        "sqlite/identity": "20261122000000_identity", "20261122000001_browser_sessions", "20261122000002_security_log"
    ),
    postgres: migrations!("postgres/identity": "20261122000000_identity"),
};
pub const READ: Life = Life {
    name: "read",
    sqlite: migrations!("sqlite/read": "20261122000000_projections", "20261122000001_controls", "20261123000000_changes"),
    postgres: migrations!("postgres/read": "20261122000000_projections", "20261123000000_changes"),
};
pub const TMS: Life = Life {
    name: "tms",
    sqlite: migrations!("sqlite/tms": "20261122000000_records"),
    postgres: migrations!("postgres/tms": "20261122000000_records"),
};

/// Why a database could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error("the database refused the migration '{name}'")]
    Refused {
        name: String,
        #[source]
        source: DatabaseError,
    },
    #[error("the migration '{0}' was applied with another content; a migration that ran is never edited")]
    Edited(String),
    #[error("the database has the migration '{0}', which this version of routix does not know; use the newer version")]
    Newer(String),
    #[error("the database does not answer")]
    Unavailable(#[from] DatabaseError),
}

impl Life {
    /// Applies what is missing, all in one transaction, and returns the names of what it applied.
    ///
    /// # Errors
    /// [`MigrationError`]; nothing is applied then.
    pub async fn migrate(self, database: &Database, now: DateTime<Utc>) -> Result<Vec<&'static str>, MigrationError> {
        match database {
            Database::Sqlite(database) => self.migrate_file(database, now),
            Database::Postgres(_) => {
                database
                    .write(move |session| {
                        begin(session, self.name)?;
                        apply(session, self.postgres, now)
                    })
                    .await
            }
        }
    }

    /// As [`Self::migrate`], on this thread.
    ///
    /// # Errors
    /// As [`Self::migrate`].
    pub fn migrate_file(
        self,
        database: &SqliteDatabase,
        now: DateTime<Utc>,
    ) -> Result<Vec<&'static str>, MigrationError> {
        database.write_blocking(|session| {
            session.batch(
                "CREATE TABLE IF NOT EXISTS schema_migrations (
                    name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
            )?;
            apply(session, self.sqlite, now)
        })
    }

    /// The names of what is missing. Changes nothing.
    ///
    /// # Errors
    /// As [`Self::migrate`].
    pub async fn pending(self, database: &Database) -> Result<Vec<&'static str>, MigrationError> {
        let (exists, migrations) = match database {
            Database::Sqlite(_) => {
                ("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'schema_migrations'", self.sqlite)
            }
            Database::Postgres(_) => {
                ("SELECT 1 WHERE to_regclass(current_schema() || '.schema_migrations') IS NOT NULL", self.postgres)
            }
        };
        let applied = match database.select_one(exists, &[]).await? {
            None => Vec::new(),
            Some(_) => names(&database.select(APPLIED, &[]).await?)?,
        };
        missing(&applied, migrations).map(|missing| missing.iter().map(|migration| migration.name).collect())
    }
}

const APPLIED: &str = "SELECT name, sha256 FROM schema_migrations ORDER BY name";

/// Several nodes may start at once; the first one does it. The lock's number is any that nobody else uses.
fn begin(session: &mut dyn Session, schema: &str) -> Result<(), DatabaseError> {
    session.batch(&format!(
        "SELECT pg_advisory_xact_lock(7361052203); CREATE SCHEMA IF NOT EXISTS {schema};
         CREATE TABLE IF NOT EXISTS schema_migrations (
             name text PRIMARY KEY, sha256 text NOT NULL, applied_at bigint NOT NULL)"
    ))
}

fn names(rows: &[routix_projections::database::Row]) -> Result<Vec<(String, String)>, DatabaseError> {
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?))).collect()
}

/// What was not applied yet, unless the database does not fit this version.
fn missing(
    applied: &[(String, String)],
    migrations: &'static [Migration],
) -> Result<Vec<&'static Migration>, MigrationError> {
    for (name, sha256) in applied {
        match migrations.iter().find(|migration| migration.name == name) {
            None => return Err(MigrationError::Newer(name.clone())),
            Some(migration) if fingerprint(migration.sql) != *sha256 => {
                return Err(MigrationError::Edited(name.clone()));
            }
            Some(_) => {}
        }
    }
    Ok(migrations.iter().filter(|migration| !applied.iter().any(|(name, _)| name == migration.name)).collect())
}

fn apply(
    session: &mut dyn Session,
    migrations: &'static [Migration],
    now: DateTime<Utc>,
) -> Result<Vec<&'static str>, MigrationError> {
    let applied = names(&session.query(APPLIED, &[])?)?;
    let mut added = Vec::new();
    for migration in missing(&applied, migrations)? {
        let refused = |source| MigrationError::Refused { name: migration.name.to_owned(), source };
        session.batch(migration.sql).map_err(refused)?;
        session.execute(
            "INSERT INTO schema_migrations (name, sha256, applied_at) VALUES ($1, $2, $3)",
            &values![migration.name.to_owned(), fingerprint(migration.sql), now],
        )?;
        added.push(migration.name);
    }
    Ok(added)
}

fn fingerprint(sql: &str) -> String {
    hex::encode(&Sha256::digest(sql))
}

#[cfg(test)]
mod tests {
    use routix_projections::database::{PostgresDatabase, PostgresUrl};
    use routix_projections::sqlite_file::Durability;
    use routix_test_postgres::Scratch;

    use super::*;

    const FIRST: Migration = Migration { name: "1_a", sql: "CREATE TABLE a (x INTEGER)" };
    const SECOND: Migration = Migration { name: "2_b", sql: "CREATE TABLE b (x INTEGER)" };
    const EDITED: Migration = Migration { sql: "CREATE TABLE a (y INTEGER)", ..FIRST };
    const BROKEN: Migration = Migration { name: "2_b", sql: "CREATE TABLE b (x INTEGER); NONSENSE" };

    fn life(migrations: &'static [Migration]) -> Life {
        Life { name: "here", sqlite: migrations, postgres: migrations }
    }

    struct Place {
        databases: [Database; 2],
        _folder: tempfile::TempDir,
        _scratch: Scratch,
    }

    impl Place {
        fn new() -> Self {
            let (folder, scratch) = (tempfile::tempdir().unwrap(), Scratch::new());
            let sqlite = SqliteDatabase::open(&folder.path().join("a.db"), Durability::Full).unwrap();
            let postgres = PostgresDatabase::new(&PostgresUrl::parse(&scratch.url()).unwrap(), "here", 4).unwrap();
            let databases = [Database::Sqlite(sqlite), Database::Postgres(postgres)];
            Self { databases, _folder: folder, _scratch: scratch }
        }
    }

    async fn migrate(
        database: &Database,
        migrations: &'static [Migration],
    ) -> Result<Vec<&'static str>, MigrationError> {
        life(migrations).migrate(database, DateTime::UNIX_EPOCH).await
    }

    #[tokio::test]
    async fn each_migration_runs_once() {
        for database in &Place::new().databases {
            assert_eq!(life(&[FIRST]).pending(database).await.unwrap(), ["1_a"]);
            assert_eq!(migrate(database, &[FIRST]).await.unwrap(), ["1_a"]);
            assert_eq!(life(&[FIRST, SECOND]).pending(database).await.unwrap(), ["2_b"]);
            assert_eq!(migrate(database, &[FIRST, SECOND]).await.unwrap(), ["2_b"]);
            assert!(migrate(database, &[FIRST, SECOND]).await.unwrap().is_empty());
            assert!(life(&[FIRST, SECOND]).pending(database).await.unwrap().is_empty());
        }
    }

    #[tokio::test]
    async fn an_edited_or_unknown_migration_is_refused() {
        for database in &Place::new().databases {
            migrate(database, &[FIRST, SECOND]).await.unwrap();
            let result = migrate(database, &[EDITED, SECOND]).await;
            assert!(matches!(result, Err(MigrationError::Edited(name)) if name == "1_a"));
            let result = migrate(database, &[FIRST]).await;
            assert!(matches!(result, Err(MigrationError::Newer(name)) if name == "2_b"));
            assert!(matches!(life(&[FIRST]).pending(database).await, Err(MigrationError::Newer(_))));
        }
    }

    #[tokio::test]
    async fn a_failing_migration_leaves_nothing() {
        for database in &Place::new().databases {
            let result = migrate(database, &[FIRST, BROKEN]).await;
            assert!(matches!(result, Err(MigrationError::Refused { name, .. }) if name == "2_b"));
            let tables = database.write(|session| session.table_names()).await.unwrap();
            assert!(tables.is_empty(), "{tables:?}");
        }
    }

    #[tokio::test]
    async fn several_nodes_that_start_at_once_migrate_once() {
        let place = Place::new();
        for database in &place.databases {
            let all = futures_util::future::join_all((0..4).map(|_| migrate(database, &[FIRST, SECOND]))).await;
            let applied: usize = all.into_iter().map(|one| one.unwrap().len()).sum();
            assert_eq!(applied, 2);
        }
    }
}
