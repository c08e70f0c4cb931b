//! Sign-ins, and the generation counter that makes their refresh tokens single-use.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use super::{IdentityDb, IdentityError, RequestContext, time, uuid};

/// One sign-in of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: Uuid,
    pub user_id: Uuid,
    /// The refresh token of this generation is the current one.
    pub generation: u32,
    pub rotated_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
}

impl Session {
    pub fn is_open_at(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

/// What a presented refresh token led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The session went on, or a retry found that it just had: this generation's token is the current one.
    Current(Session),
    /// Unknown, expired or ended before.
    Closed,
    /// An old token: the session, as it was, is ended now.
    Reused(Session),
}

fn session(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: uuid(row, 0)?,
        user_id: uuid(row, 1)?,
        generation: row.get(2)?,
        rotated_at: time(row.get(3)?),
        expires_at: time(row.get(4)?),
        ended_at: row.get::<_, Option<i64>>(5)?.map(time),
    })
}

fn find(connection: &Connection, id: Uuid) -> rusqlite::Result<Option<Session>> {
    connection
        .prepare_cached("SELECT id, user_id, generation, rotated_at, expires_at, ended_at FROM sessions WHERE id = ?1")?
        .query_row([id.to_string()], session)
        .optional()
}

impl IdentityDb {
    /// Begins a session, if the user is not locked out and still has the password that was checked: both may have changed
    /// while it was. `false` when nothing began.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn begin_session(
        &self,
        session: Session,
        password_hash: String,
        context: RequestContext,
    ) -> Result<bool, IdentityError> {
        self.write(move |connection| begin(connection, &session, &password_hash, &context)).await
    }

    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn session(&self, id: Uuid) -> Result<Option<Session>, IdentityError> {
        self.read(|connection| find(connection, id))
    }

    /// Takes the refresh token of `generation` and moves the session on. The newest one that was replaced less than
    /// `retry` ago may come again: its answer was lost, or two tabs raced.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn rotate_session(
        &self,
        id: Uuid,
        generation: u32,
        retry: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Rotation, IdentityError> {
        self.write(move |connection| {
            let Some(session) = find(connection, id)?.filter(|session| session.is_open_at(now)) else {
                return Ok(Rotation::Closed);
            };
            if generation == session.generation {
                let next = Session { generation: generation + 1, rotated_at: now, ..session };
                connection.execute(
                    "UPDATE sessions SET generation = ?2, rotated_at = ?3 WHERE id = ?1",
                    (id.to_string(), next.generation, now.timestamp_micros()),
                )?;
                return Ok(Rotation::Current(next));
            }
            if generation + 1 == session.generation && now - session.rotated_at <= retry {
                return Ok(Rotation::Current(session));
            }
            end(connection, id, now)?;
            Ok(Rotation::Reused(session))
        })
        .await
    }

    /// Ends a session; ending it again changes nothing.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn end_session(&self, id: Uuid, now: DateTime<Utc>) -> Result<(), IdentityError> {
        self.write(move |connection| end(connection, id, now)).await
    }
}

/// The one guard of every beginning: not locked out, and the password is still the one that was checked.
pub(super) fn begin(
    connection: &Connection,
    session: &Session,
    password_hash: &str,
    context: &RequestContext,
) -> rusqlite::Result<bool> {
    let begun = connection.execute(
        "INSERT INTO sessions (id, user_id, generation, rotated_at, created_at, expires_at, address, user_agent)
         SELECT ?1, id, ?3, ?4, ?4, ?5, ?7, ?8 FROM users
         WHERE id = ?2 AND disabled_at IS NULL AND password_hash = ?6",
        (
            session.id.to_string(),
            session.user_id.to_string(),
            session.generation,
            session.rotated_at.timestamp_micros(),
            session.expires_at.timestamp_micros(),
            password_hash,
            &context.address,
            &context.user_agent,
        ),
    )?;
    Ok(begun == 1)
}

fn end(connection: &Connection, id: Uuid, now: DateTime<Utc>) -> rusqlite::Result<()> {
    connection.execute(
        "UPDATE sessions SET ended_at = coalesce(ended_at, ?2) WHERE id = ?1",
        (id.to_string(), now.timestamp_micros()),
    )?;
    Ok(())
}
