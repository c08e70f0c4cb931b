//! Migrations: numbered SQL files, one folder a life, each applied once and never edited.

use chrono::{DateTime, Utc};
use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};

use crate::hex;

/// One file of `migrations/`.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    pub name: &'static str,
    pub sql: &'static str,
}

macro_rules! migrations {
    ($life:literal: $($name:literal),+ $(,)?) => {
        &[$(Migration { name: $name, sql: include_str!(concat!("../../migrations/sqlite/", $life, "/", $name, ".sql")) }),+]
    };
}

pub const EVENTS: &[Migration] =
    migrations!("events": "20261122000000_events", "20261122000001_new_positions_only", "20261122000002_evidence");
pub const IDENTITY: &[Migration] = migrations!(
    "identity": "20261122000000_identity", "20261122000001_browser_sessions", "20261122000002_security_log"
);
pub const TMS: &[Migration] = migrations!("tms": "20261122000000_records");
pub const READ: &[Migration] = migrations!("read": "20261122000000_projections", "20261122000001_controls");

/// Why a database could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    #[error("the database refused the migration '{name}'")]
    Refused {
        name: String,
        #[source]
        source: rusqlite::Error,
    },
    #[error("the migration '{0}' was applied with another content; a migration that ran is never edited")]
    Edited(String),
    #[error("the database has the migration '{0}', which this version of routix does not know; use the newer version")]
    Newer(String),
    #[error("the database does not answer")]
    Unavailable(#[from] rusqlite::Error),
}

/// Applies what is missing, all in one transaction, and returns the names of what it applied.
///
/// # Errors
/// [`MigrationError`]; nothing is applied then.
pub fn migrate(
    connection: &mut Connection,
    migrations: &[Migration],
    now: DateTime<Utc>,
) -> Result<Vec<&'static str>, MigrationError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS schema_migrations (
            name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT",
    )?;
    let applied: Vec<(String, String)> = transaction
        .prepare("SELECT name, sha256 FROM schema_migrations ORDER BY name")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (name, sha256) in &applied {
        match migrations.iter().find(|migration| migration.name == name) {
            None => return Err(MigrationError::Newer(name.clone())),
            Some(migration) if fingerprint(migration.sql) != *sha256 => {
                return Err(MigrationError::Edited(name.clone()));
            }
            Some(_) => {}
        }
    }
    let mut added = Vec::new();
    for migration in migrations.iter().filter(|migration| !applied.iter().any(|(name, _)| name == migration.name)) {
        let refused = |source| MigrationError::Refused { name: migration.name.to_owned(), source };
        transaction.execute_batch(migration.sql).map_err(refused)?;
        transaction.execute(
            "INSERT INTO schema_migrations (name, sha256, applied_at) VALUES (?1, ?2, ?3)",
            (migration.name, fingerprint(migration.sql), now.timestamp_micros()),
        )?;
        added.push(migration.name);
    }
    transaction.commit()?;
    Ok(added)
}

fn fingerprint(sql: &str) -> String {
    hex::encode(&Sha256::digest(sql))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Migration = Migration { name: "1_a", sql: "CREATE TABLE a (x INTEGER) STRICT" };
    const SECOND: Migration = Migration { name: "2_b", sql: "CREATE TABLE b (x INTEGER) STRICT" };

    #[test]
    fn each_migration_runs_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        assert_eq!(migrate(&mut connection, &[FIRST], DateTime::UNIX_EPOCH).unwrap(), ["1_a"]);
        assert_eq!(migrate(&mut connection, &[FIRST, SECOND], DateTime::UNIX_EPOCH).unwrap(), ["2_b"]);
        assert!(migrate(&mut connection, &[FIRST, SECOND], DateTime::UNIX_EPOCH).unwrap().is_empty());
    }

    #[test]
    fn an_edited_or_unknown_migration_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, &[FIRST, SECOND], DateTime::UNIX_EPOCH).unwrap();
        let edited = Migration { sql: "CREATE TABLE a (y INTEGER) STRICT", ..FIRST };
        let result = migrate(&mut connection, &[edited, SECOND], DateTime::UNIX_EPOCH);
        assert!(matches!(result, Err(MigrationError::Edited(name)) if name == "1_a"));
        let result = migrate(&mut connection, &[FIRST], DateTime::UNIX_EPOCH);
        assert!(matches!(result, Err(MigrationError::Newer(name)) if name == "2_b"));
    }

    #[test]
    fn a_failing_migration_leaves_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = Migration { name: "2_b", sql: "CREATE TABLE b (x INTEGER) STRICT; NONSENSE" };
        assert!(matches!(
            migrate(&mut connection, &[FIRST, broken], DateTime::UNIX_EPOCH),
            Err(MigrationError::Refused { .. })
        ));
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).unwrap();
        assert_eq!(tables, 0);
    }
}
