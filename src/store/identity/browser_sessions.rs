//! Sign-ins of browsers, and the sessions that a person sees as his own.
//!
//! A browser's session is a row like any other, so whatever ends the sessions of a user ends it too. It has no refresh
//! token: its generation is 0, and no token of that generation is ever made.

use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use super::sessions::begin;
use super::users::{User, user};
use super::{IdentityDb, IdentityError, RequestContext, Session, time, uuid};

/// How often it is noted that a browser was seen: a page is not worth a write each time.
const NOTE_EVERY: TimeDelta = TimeDelta::minutes(1);

/// The session of a browser and the person in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserSession {
    pub id: Uuid,
    pub user: User,
    pub created_at: DateTime<Utc>,
    /// Within a minute.
    pub seen_at: DateTime<Utc>,
}

/// A session that a person can end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenSession {
    pub id: Uuid,
    /// Of a browser; else of a program that signed in at the API.
    pub is_browser: bool,
    pub created_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    /// Where it began, as far as that was known.
    pub context: RequestContext,
}

fn browser_session(row: &Row<'_>) -> rusqlite::Result<BrowserSession> {
    Ok(BrowserSession {
        user: user(row)?,
        id: uuid(row, 6)?,
        created_at: time(row.get(7)?),
        seen_at: time(row.get(8)?),
    })
}

fn open_session(row: &Row<'_>) -> rusqlite::Result<OpenSession> {
    Ok(OpenSession {
        id: uuid(row, 0)?,
        is_browser: row.get(1)?,
        created_at: time(row.get(2)?),
        seen_at: time(row.get(3)?),
        context: RequestContext { address: row.get(4)?, user_agent: row.get(5)? },
    })
}

impl IdentityDb {
    /// Begins a browser's session under the guard of [`Self::begin_session`], and ends the one that the browser had
    /// before. Tokens are named by their SHA-256 in hex. `false` when nothing began; then nothing ended either.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn begin_browser_session(
        &self,
        session: Session,
        password_hash: String,
        context: RequestContext,
        (token_sha256, replaced_sha256): (String, Option<String>),
    ) -> Result<bool, IdentityError> {
        self.write(move |connection| {
            if !begin(connection, &session, &password_hash, &context)? {
                return Ok(false);
            }
            let now = session.rotated_at.timestamp_micros();
            connection.execute(
                "UPDATE sessions SET ended_at = coalesce(ended_at, ?2) WHERE token_sha256 = ?1",
                (replaced_sha256, now),
            )?;
            connection.execute(
                "UPDATE sessions SET token_sha256 = ?2, seen_at = ?3 WHERE id = ?1",
                (session.id.to_string(), token_sha256, now),
            )?;
            Ok(true)
        })
        .await
    }

    /// The session of a token, by its SHA-256 in hex, if it is open: not ended, not too old, not silent for too long, and
    /// the user not locked out. Notes that it was seen, unless that was noted a moment ago.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn browser_session(
        &self,
        token_sha256: &str,
        idle: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Option<BrowserSession>, IdentityError> {
        let silent_since = now - idle;
        let found = self.read(|connection| find(connection, token_sha256, silent_since, now))?;
        if let Some(session) = found.as_ref().filter(|session| now - session.seen_at >= NOTE_EVERY) {
            // A full disk must not keep people from what they may read; who is not noted is signed out sooner.
            if let Err(error) = self.touch(session.id, now).await {
                tracing::warn!(%error, "it is not noted that a browser was seen");
            }
        }
        Ok(found)
    }

    /// Later than what is noted, and never of a session that has ended meanwhile.
    async fn touch(&self, id: Uuid, now: DateTime<Utc>) -> Result<(), IdentityError> {
        self.write(move |connection| {
            connection.execute(
                "UPDATE sessions SET seen_at = max(seen_at, ?2) WHERE id = ?1 AND ended_at IS NULL",
                (id.to_string(), now.timestamp_micros()),
            )?;
            Ok(())
        })
        .await
    }

    /// The open sessions of a user, the last seen first.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn open_sessions(
        &self,
        user_id: Uuid,
        idle: TimeDelta,
        now: DateTime<Utc>,
    ) -> Result<Vec<OpenSession>, IdentityError> {
        let silent_since = now - idle;
        self.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT id, token_sha256 IS NOT NULL, created_at, coalesce(seen_at, rotated_at) AS last_seen,
                         address, user_agent
                     FROM sessions
                     WHERE user_id = ?1 AND ended_at IS NULL AND expires_at > ?2
                       AND (token_sha256 IS NULL OR seen_at > ?3)
                     ORDER BY last_seen DESC, id",
                )?
                .query_map(
                    (user_id.to_string(), now.timestamp_micros(), silent_since.timestamp_micros()),
                    open_session,
                )?
                .collect()
        })
    }

    /// Ends a session if it is this user's. `false` when he has no such open session.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn end_own_session(&self, user_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<bool, IdentityError> {
        self.write(move |connection| {
            let ended = connection.execute(
                "UPDATE sessions SET ended_at = ?3 WHERE id = ?1 AND user_id = ?2 AND ended_at IS NULL",
                (id.to_string(), user_id.to_string(), now.timestamp_micros()),
            )?;
            Ok(ended == 1)
        })
        .await
    }

    /// Ends every session of a user but the one that he keeps.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn end_other_sessions(&self, user_id: Uuid, kept: Uuid, now: DateTime<Utc>) -> Result<(), IdentityError> {
        self.write(move |connection| {
            connection.execute(
                "UPDATE sessions SET ended_at = ?3 WHERE user_id = ?1 AND id <> ?2 AND ended_at IS NULL",
                (user_id.to_string(), kept.to_string(), now.timestamp_micros()),
            )?;
            Ok(())
        })
        .await
    }
}

fn find(
    connection: &Connection,
    token_sha256: &str,
    silent_since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> rusqlite::Result<Option<BrowserSession>> {
    connection
        .prepare_cached(
            "SELECT u.id, u.email, u.name, u.password_hash, u.disabled_at, u.created_at, s.id, s.created_at, s.seen_at
             FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.token_sha256 = ?1 AND s.ended_at IS NULL AND s.expires_at > ?2 AND s.seen_at > ?3
               AND u.disabled_at IS NULL",
        )?
        .query_row((token_sha256, now.timestamp_micros(), silent_since.timestamp_micros()), browser_session)
        .optional()
}

#[cfg(test)]
mod tests {
    use super::super::NewUser;
    use super::*;

    const IDLE: TimeDelta = TimeDelta::minutes(30);
    const USER: Uuid = Uuid::from_u128(1);

    async fn identity() -> (tempfile::TempDir, IdentityDb) {
        let folder = tempfile::tempdir().unwrap();
        let db = IdentityDb::open(&folder.path().join("identity.db"), DateTime::UNIX_EPOCH).unwrap();
        let (email, name) = ("ann@example.com".to_owned(), "Ann".to_owned());
        let user = NewUser { id: USER, email, name, password_hash: "hash".to_owned() };
        db.create_user(user, DateTime::UNIX_EPOCH).await.unwrap().unwrap();
        (folder, db)
    }

    async fn begin(db: &IdentityDb, id: u128, password_hash: &str, token: &str, replaced: Option<&str>) -> bool {
        let now = DateTime::UNIX_EPOCH;
        let session = Session {
            id: Uuid::from_u128(id),
            user_id: USER,
            generation: 0,
            rotated_at: now,
            expires_at: now + TimeDelta::hours(12),
            ended_at: None,
        };
        let tokens = (token.to_owned(), replaced.map(str::to_owned));
        db.begin_browser_session(session, password_hash.to_owned(), RequestContext::default(), tokens).await.unwrap()
    }

    #[tokio::test]
    async fn what_does_not_begin_ends_nothing() {
        let (_folder, db) = identity().await;
        assert!(begin(&db, 1, "hash", "one", None).await);
        assert!(!begin(&db, 2, "older hash", "two", Some("one")).await);
        let found = |token: &'static str| db.browser_session(token, IDLE, DateTime::UNIX_EPOCH);
        assert!(found("one").await.unwrap().is_some() && found("two").await.unwrap().is_none());
        assert!(begin(&db, 3, "hash", "three", Some("one")).await);
        assert!(found("one").await.unwrap().is_none() && found("three").await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_session_that_cannot_be_noted_is_open_all_the_same() {
        let (_folder, db) = identity().await;
        begin(&db, 1, "hash", "one", None).await;
        let full = "CREATE TRIGGER full BEFORE UPDATE OF seen_at ON sessions BEGIN SELECT raise(ABORT, 'full'); END";
        db.write(move |connection| connection.execute_batch(full)).await.unwrap();
        let now = DateTime::UNIX_EPOCH + TimeDelta::minutes(29);
        assert!(db.browser_session("one", IDLE, now).await.unwrap().is_some());
        assert!(db.browser_session("one", IDLE, now + TimeDelta::minutes(1)).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn being_seen_is_noted_once_a_minute() {
        let (_folder, db) = identity().await;
        begin(&db, 1, "hash", "one", None).await;
        let seen_at = async |seconds| {
            let now = DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds);
            db.browser_session("one", IDLE, now).await.unwrap();
            let [open] = <[OpenSession; 1]>::try_from(db.open_sessions(USER, IDLE, now).await.unwrap()).unwrap();
            open.seen_at.timestamp()
        };
        assert_eq!((seen_at(59).await, seen_at(60).await, seen_at(119).await, seen_at(121).await), (0, 60, 60, 121));
    }
}
