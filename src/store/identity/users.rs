//! People.

use chrono::{DateTime, Utc};
use rusqlite::{ErrorCode, OptionalExtension, Row};
use uuid::Uuid;

use super::{IdentityDb, IdentityError, time, uuid};

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: Uuid,
    pub email: String,
    pub name: String,
    /// argon2id, in PHC form.
    pub password_hash: String,
    pub disabled_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

/// What a new user is made of.
#[derive(Clone, Debug)]
pub struct NewUser {
    pub id: Uuid,
    pub email: String,
    pub name: String,
    pub password_hash: String,
}

/// Somebody else has this e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user with this e-mail address exists already")]
pub struct EmailTaken;

const COLUMNS: &str = "SELECT id, email, name, password_hash, disabled_at, created_at FROM users";

pub(super) fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: uuid(row, 0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        password_hash: row.get(3)?,
        disabled_at: row.get::<_, Option<i64>>(4)?.map(time),
        created_at: time(row.get(5)?),
    })
}

/// The spelling that signs in: `Ann@Example.com` and `ann@example.com` are one person.
fn key(email: &str) -> String {
    email.trim().to_lowercase()
}

impl IdentityDb {
    /// # Errors
    /// [`IdentityError`] when the database does not answer; [`EmailTaken`] inside when the address is in use.
    pub async fn create_user(
        &self,
        user: NewUser,
        now: DateTime<Utc>,
    ) -> Result<Result<(), EmailTaken>, IdentityError> {
        self.write(move |connection| {
            let inserted = connection.execute(
                "INSERT INTO users (id, email, email_key, name, password_hash, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                (
                    user.id.to_string(),
                    &user.email,
                    key(&user.email),
                    &user.name,
                    &user.password_hash,
                    now.timestamp_micros(),
                ),
            );
            match inserted {
                Ok(_) => Ok(Ok(())),
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => Ok(Err(EmailTaken)),
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, IdentityError> {
        self.read(|connection| {
            let sql = format!("{COLUMNS} WHERE email_key = ?1");
            connection.prepare_cached(&sql)?.query_row([key(email)], user).optional()
        })
    }

    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn user(&self, id: Uuid) -> Result<Option<User>, IdentityError> {
        self.read(|connection| {
            let sql = format!("{COLUMNS} WHERE id = ?1");
            connection.prepare_cached(&sql)?.query_row([id.to_string()], user).optional()
        })
    }

    /// Every user, oldest first.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn users(&self) -> Result<Vec<User>, IdentityError> {
        self.read(|connection| {
            let sql = format!("{COLUMNS} ORDER BY created_at, id");
            connection.prepare_cached(&sql)?.query_map([], user)?.collect()
        })
    }

    /// Replaces the password and ends every session that began with the old one.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn set_password(&self, id: Uuid, password_hash: String, now: DateTime<Utc>) -> Result<(), IdentityError> {
        self.write(move |connection| {
            connection.execute("UPDATE users SET password_hash = ?2 WHERE id = ?1", (id.to_string(), password_hash))?;
            end_sessions(connection, id, now)
        })
        .await
    }

    /// Locks a user out, now and until he is enabled again. `false` when there is no such user.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn disable_user(&self, id: Uuid, now: DateTime<Utc>) -> Result<bool, IdentityError> {
        self.write(move |connection| {
            let changed = connection.execute(
                "UPDATE users SET disabled_at = coalesce(disabled_at, ?2) WHERE id = ?1",
                (id.to_string(), now.timestamp_micros()),
            )?;
            end_sessions(connection, id, now)?;
            Ok(changed == 1)
        })
        .await
    }
}

fn end_sessions(connection: &rusqlite::Connection, user_id: Uuid, now: DateTime<Utc>) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE sessions SET ended_at = ?2 WHERE user_id = ?1 AND ended_at IS NULL",
        (user_id.to_string(), now.timestamp_micros()),
    )?;
    Ok(())
}
