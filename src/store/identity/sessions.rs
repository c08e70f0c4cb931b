//! Sign-ins, and the generation counter that makes their refresh tokens single-use.

use chrono::{DateTime, TimeDelta, Utc};
use routix_projections::database::{self, DatabaseError, Row};
use routix_projections::values;
use uuid::Uuid;

use super::{IdentityDb, IdentityError, RequestContext};

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

const SESSION: &str = "SELECT id, user_id, generation, rotated_at, expires_at, ended_at FROM sessions WHERE id = $1";

fn session(row: &Row) -> Result<Session, DatabaseError> {
    Ok(Session {
        id: row.get(0)?,
        user_id: row.get(1)?,
        generation: row.get(2)?,
        rotated_at: row.get(3)?,
        expires_at: row.get(4)?,
        ended_at: row.get(5)?,
    })
}

/// The session, which nobody else changes until the transaction ends.
fn lock(connection: &mut dyn database::Session, id: Uuid) -> Result<Option<Session>, DatabaseError> {
    let sql = format!("{SESSION}{}", connection.for_update());
    connection.query_one(&sql, &values![id])?.as_ref().map(session).transpose()
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
        self.write(move |connection| begin(connection, &session, password_hash, context)).await
    }

    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn session(&self, id: Uuid) -> Result<Option<Session>, IdentityError> {
        self.find(SESSION, &values![id], session).await
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
            let Some(session) = lock(connection, id)?.filter(|session| session.is_open_at(now)) else {
                return Ok(Rotation::Closed);
            };
            if generation == session.generation {
                let next = Session { generation: generation + 1, rotated_at: now, ..session };
                let sql = "UPDATE sessions SET generation = $2, rotated_at = $3 WHERE id = $1";
                connection.execute(sql, &values![id, next.generation, now])?;
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

/// The one guard of every beginning: not locked out, and the password is still the one that was checked. The user stays
/// locked, so that whoever ends his sessions meanwhile ends this one too.
pub(super) fn begin(
    connection: &mut dyn database::Session,
    session: &Session,
    password_hash: String,
    context: RequestContext,
) -> Result<bool, DatabaseError> {
    let Session { id, user_id, generation, rotated_at, expires_at, ended_at: _ } = *session;
    let RequestContext { address, user_agent } = context;
    let sql = format!(
        "INSERT INTO sessions (id, user_id, generation, rotated_at, created_at, expires_at, address, user_agent)
         SELECT $1, id, $3, $4, $4, $5, $7, $8 FROM users
         WHERE id = $2 AND disabled_at IS NULL AND password_hash = $6{}",
        connection.for_update()
    );
    let values = values![id, user_id, generation, rotated_at, expires_at, password_hash, address, user_agent];
    Ok(connection.execute(&sql, &values)? == 1)
}

fn end(connection: &mut dyn database::Session, id: Uuid, now: DateTime<Utc>) -> Result<(), DatabaseError> {
    let sql = "UPDATE sessions SET ended_at = coalesce(ended_at, $2) WHERE id = $1";
    connection.execute(sql, &values![id, now]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, USER, at, on_both_databases};
    use super::*;

    on_both_databases! {
        a_session_goes_on_with_its_newest_token_alone,
        a_session_ends_once,
        a_session_begins_with_the_password_that_was_checked_and_ends_with_it,
    }

    const ID: Uuid = Uuid::from_u128(7);
    const RETRY: TimeDelta = TimeDelta::seconds(30);

    fn new_session() -> Session {
        Session { id: ID, user_id: USER, generation: 1, rotated_at: at(0), expires_at: at(3_600), ended_at: None }
    }

    async fn begin(place: &Place, password_hash: &str) -> bool {
        place.db.begin_session(new_session(), password_hash.to_owned(), RequestContext::default()).await.unwrap()
    }

    async fn a_session_goes_on_with_its_newest_token_alone(place: Place) {
        place.add_ann().await;
        assert!(begin(&place, "hash").await);
        assert_eq!(place.db.session(ID).await.unwrap(), Some(new_session()));
        let rotate =
            async |generation, second| place.db.rotate_session(ID, generation, RETRY, at(second)).await.unwrap();
        let next = Session { generation: 2, rotated_at: at(10), ..new_session() };
        assert_eq!(rotate(1, 10).await, Rotation::Current(next.clone()));
        assert_eq!(rotate(1, 40).await, Rotation::Current(next.clone()), "the answer was lost");
        assert_eq!(rotate(1, 41).await, Rotation::Reused(next.clone()));
        assert_eq!(place.db.session(ID).await.unwrap(), Some(Session { ended_at: Some(at(41)), ..next }));
        assert_eq!(rotate(2, 42).await, Rotation::Closed);
    }

    async fn a_session_ends_once(place: Place) {
        place.add_ann().await;
        assert!(begin(&place, "hash").await);
        for second in [5, 6] {
            place.db.end_session(ID, at(second)).await.unwrap();
        }
        assert_eq!(place.db.session(ID).await.unwrap().unwrap().ended_at, Some(at(5)));
    }

    async fn a_session_begins_with_the_password_that_was_checked_and_ends_with_it(place: Place) {
        place.add_ann().await;
        assert!(!begin(&place, "another").await);
        assert!(begin(&place, "hash").await);
        place.db.set_password(USER, "newer".to_owned(), at(9)).await.unwrap();
        assert_eq!(place.db.session(ID).await.unwrap().unwrap().ended_at, Some(at(9)));
        place.db.disable_user(USER, at(9)).await.unwrap();
        assert!(!begin(&place, "newer").await);
    }
}
