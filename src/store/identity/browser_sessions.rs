//! Sign-ins of browsers, and the sessions that a person sees as his own.
//!
//! A browser's session is a row like any other, so whatever ends the sessions of a user ends it too. It has no refresh
//! token: its generation is 0, and no token of that generation is ever made.

use chrono::{DateTime, TimeDelta, Utc};
use routix_projections::database::{DatabaseError, Row};
use routix_projections::values;
use uuid::Uuid;

use super::sessions::begin;
use super::users::{self, User, user};
use super::{IdentityDb, IdentityError, RequestContext, Session};

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

fn browser_session(row: &Row) -> Result<BrowserSession, DatabaseError> {
    Ok(BrowserSession { user: user(row)?, id: row.get(6)?, created_at: row.get(7)?, seen_at: row.get(8)? })
}

fn open_session(row: &Row) -> Result<OpenSession, DatabaseError> {
    Ok(OpenSession {
        id: row.get(0)?,
        is_browser: row.get(1)?,
        created_at: row.get(2)?,
        seen_at: row.get(3)?,
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
            let Session { id, rotated_at: now, .. } = session;
            if !begin(connection, &session, password_hash, context)? {
                return Ok(false);
            }
            connection.execute(
                "UPDATE sessions SET ended_at = coalesce(ended_at, $2) WHERE token_sha256 = $1",
                &values![replaced_sha256, now],
            )?;
            connection.execute(
                "UPDATE sessions SET token_sha256 = $2, seen_at = $3 WHERE id = $1",
                &values![id, token_sha256, now],
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
        let sql = "SELECT u.id, u.email, u.name, u.password_hash, u.disabled_at, u.created_at,
                 s.id, s.created_at, s.seen_at
             FROM sessions s JOIN users u ON u.id = s.user_id
             WHERE s.token_sha256 = $1 AND s.ended_at IS NULL AND s.expires_at > $2 AND s.seen_at > $3
               AND u.disabled_at IS NULL";
        let found = self.find(sql, &values![token_sha256.to_owned(), now, now - idle], browser_session).await?;
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
        let sql = "UPDATE sessions SET seen_at = $2 WHERE id = $1 AND ended_at IS NULL AND seen_at < $2";
        self.write(move |connection| connection.execute(sql, &values![id, now]).map(drop)).await
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
        let sql = "SELECT id, token_sha256 IS NOT NULL, created_at, coalesce(seen_at, rotated_at) AS last_seen,
                 address, user_agent
             FROM sessions
             WHERE user_id = $1 AND ended_at IS NULL AND expires_at > $2 AND (token_sha256 IS NULL OR seen_at > $3)
             ORDER BY last_seen DESC, id";
        self.list(sql, &values![user_id, now, now - idle], open_session).await
    }

    /// Ends a session if it is this user's. `false` when he has no such open session.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn end_own_session(&self, user_id: Uuid, id: Uuid, now: DateTime<Utc>) -> Result<bool, IdentityError> {
        self.write(move |connection| {
            let sql = "UPDATE sessions SET ended_at = $3 WHERE id = $1 AND user_id = $2 AND ended_at IS NULL";
            Ok(connection.execute(sql, &values![id, user_id, now])? == 1)
        })
        .await
    }

    /// Ends every session of a user but the one that he keeps.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn end_other_sessions(&self, user_id: Uuid, kept: Uuid, now: DateTime<Utc>) -> Result<(), IdentityError> {
        self.write(move |connection| {
            users::lock(connection, user_id)?;
            let sql = "UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL";
            connection.execute(sql, &values![user_id, kept, now]).map(drop)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Ground, Place, USER, at, on_both_databases};
    use super::*;

    const IDLE: TimeDelta = TimeDelta::minutes(30);

    on_both_databases! {
        what_does_not_begin_ends_nothing,
        a_session_that_cannot_be_noted_is_open_all_the_same,
        being_seen_is_noted_once_a_minute,
        sessions_of_both_kinds_are_listed_and_ended_by_their_own_user,
    }

    async fn begin(db: &IdentityDb, id: u128, password_hash: &str, token: &str, replaced: Option<&str>) -> bool {
        let (now, expires_at) = (at(0), at(12 * 3_600));
        let id = Uuid::from_u128(id);
        let session = Session { id, user_id: USER, generation: 0, rotated_at: now, expires_at, ended_at: None };
        let tokens = (token.to_owned(), replaced.map(str::to_owned));
        db.begin_browser_session(session, password_hash.to_owned(), RequestContext::default(), tokens).await.unwrap()
    }

    async fn what_does_not_begin_ends_nothing(place: Place) {
        place.add_ann().await;
        let db = &place.db;
        assert!(begin(db, 1, "hash", "one", None).await);
        assert!(!begin(db, 2, "older hash", "two", Some("one")).await);
        let found = |token: &'static str| db.browser_session(token, IDLE, at(0));
        assert!(found("one").await.unwrap().is_some() && found("two").await.unwrap().is_none());
        assert!(begin(db, 3, "hash", "three", Some("one")).await);
        assert!(found("one").await.unwrap().is_none() && found("three").await.unwrap().is_some());
    }

    async fn a_session_that_cannot_be_noted_is_open_all_the_same(place: Place) {
        place.add_ann().await;
        begin(&place.db, 1, "hash", "one", None).await;
        let full = match &place.ground {
            Ground::Folder(_) => {
                "CREATE TRIGGER full_disk BEFORE UPDATE OF seen_at ON sessions BEGIN SELECT raise(ABORT, 'full'); END"
            }
            Ground::Scratch(_) => {
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE disk_full; END';
                 CREATE TRIGGER full_disk BEFORE UPDATE OF seen_at ON sessions FOR EACH ROW EXECUTE FUNCTION full_disk()"
            }
        };
        place.db.write(move |connection| connection.batch(full)).await.unwrap();
        assert!(place.db.touch(Uuid::from_u128(1), at(60)).await.is_err());
        let found = async |minutes: i64| place.db.browser_session("one", IDLE, at(minutes * 60)).await.unwrap();
        assert!(found(29).await.is_some());
        assert!(found(30).await.is_none());
    }

    async fn being_seen_is_noted_once_a_minute(place: Place) {
        place.add_ann().await;
        begin(&place.db, 1, "hash", "one", None).await;
        let seen_at = async |seconds| {
            place.db.browser_session("one", IDLE, at(seconds)).await.unwrap();
            let open = place.db.open_sessions(USER, IDLE, at(seconds)).await.unwrap();
            let [open] = <[OpenSession; 1]>::try_from(open).unwrap();
            open.seen_at.timestamp()
        };
        assert_eq!((seen_at(59).await, seen_at(60).await, seen_at(119).await, seen_at(121).await), (0, 60, 60, 121));
    }

    async fn sessions_of_both_kinds_are_listed_and_ended_by_their_own_user(place: Place) {
        place.add_ann().await;
        let db = &place.db;
        assert!(begin(db, 1, "hash", "one", None).await && begin(db, 2, "hash", "two", None).await);
        let id = Uuid::from_u128(3);
        let api = Session { id, user_id: USER, generation: 1, rotated_at: at(9), expires_at: at(60), ended_at: None };
        let context = RequestContext { address: Some("192.0.2.7".to_owned()), user_agent: None };
        assert!(db.begin_session(api, "hash".to_owned(), context.clone()).await.unwrap());
        let open = async |second| -> Vec<(u128, bool)> {
            let open = db.open_sessions(USER, IDLE, at(second)).await.unwrap();
            open.iter().map(|open| (open.id.as_u128(), open.is_browser)).collect()
        };
        assert_eq!(open(10).await, [(3, false), (1, true), (2, true)]);
        assert_eq!(db.open_sessions(USER, IDLE, at(10)).await.unwrap()[0].context, context);
        assert_eq!(open(60).await, [(1, true), (2, true)]);
        assert!(!db.end_own_session(Uuid::from_u128(2), Uuid::from_u128(1), at(10)).await.unwrap());
        assert!(db.end_own_session(USER, Uuid::from_u128(1), at(10)).await.unwrap());
        assert!(!db.end_own_session(USER, Uuid::from_u128(1), at(10)).await.unwrap());
        db.end_other_sessions(USER, Uuid::from_u128(2), at(10)).await.unwrap();
        assert_eq!(open(10).await, [(2, true)]);
        assert_eq!(open(1_800).await, []);
    }
}
