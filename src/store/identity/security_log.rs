//! The security log: what failed and what was refused, for a time.

use chrono::{DateTime, Utc};
use routix_projections::database::{self, DatabaseError, Row};
use routix_projections::values;
use serde::Serialize;
use uuid::Uuid;

use super::{IdentityDb, IdentityError};

const ROWS: &str =
    "SELECT kind, detail, client_id, user_id, address, request_id, first_at, last_at, count FROM security_log";

/// What happened. The words stand in the database and in what people filter by, so they stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum SecurityKind {
    /// A person was not signed in.
    SignInFailed,
    /// A client was not who it said it is.
    ClientAuthenticationFailed,
    /// Somebody used up a budget of requests or failures.
    LimitExceeded,
    /// A form did not come from the page that it belongs to.
    FormRefused,
    /// A code or a refresh token came again, or was presented wrongly too often; what it gave has ended.
    AuthorizationEnded,
    /// A person's own refresh token came again; his session has ended.
    SessionEnded,
    /// A client wanted to revoke a token that is another's.
    ForeignRevocation,
    /// Somebody took a copy of the log, or of an organization's part of it.
    LogDownloaded,
    /// Somebody who looks after the service did something to a projection.
    OperatorActed,
    /// There was too much to keep; the count says how much is not here.
    Dropped,
}

impl SecurityKind {
    pub const ALL: [Self; 10] = [
        Self::SignInFailed,
        Self::ClientAuthenticationFailed,
        Self::LimitExceeded,
        Self::FormRefused,
        Self::AuthorizationEnded,
        Self::SessionEnded,
        Self::ForeignRevocation,
        Self::LogDownloaded,
        Self::OperatorActed,
        Self::Dropped,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignInFailed => "sign_in_failed",
            Self::ClientAuthenticationFailed => "client_authentication_failed",
            Self::LimitExceeded => "limit_exceeded",
            Self::FormRefused => "form_refused",
            Self::AuthorizationEnded => "authorization_ended",
            Self::SessionEnded => "session_ended",
            Self::ForeignRevocation => "foreign_revocation",
            Self::LogDownloaded => "log_downloaded",
            Self::OperatorActed => "operator_acted",
            Self::Dropped => "dropped",
        }
    }
}

/// What came from one source within a minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityRow {
    pub kind: SecurityKind,
    /// One word on how or why.
    pub detail: String,
    pub client_id: Option<Uuid>,
    pub user_id: Option<Uuid>,
    /// The caller's network.
    pub address: Option<String>,
    /// Of the first of them.
    pub request_id: Option<String>,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub count: u64,
}

impl SecurityRow {
    fn minute(&self) -> i64 {
        minute(self.first_at)
    }
}

fn minute(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(60)
}

/// What is not known is empty, so that the key tells sources apart.
fn text(id: Option<Uuid>) -> String {
    id.map(|id| id.to_string()).unwrap_or_default()
}

fn row(row: &Row) -> Result<SecurityRow, DatabaseError> {
    let known = |column| Ok::<_, DatabaseError>(Some(row.get(column)?).filter(|text: &String| !text.is_empty()));
    let id = |column| if known(column)?.is_none() { Ok(None) } else { row.get(column) };
    let word: String = row.get(0)?;
    let kind = SecurityKind::ALL.into_iter().find(|kind| kind.as_str() == word);
    Ok(SecurityRow {
        kind: kind.ok_or(DatabaseError::Unreadable { column: 0 })?,
        detail: row.get(1)?,
        client_id: id(2)?,
        user_id: id(3)?,
        address: known(4)?,
        request_id: known(5)?,
        first_at: row.get(6)?,
        last_at: row.get(7)?,
        count: row.get(8)?,
    })
}

/// Keeps all others who change the log waiting until the transaction ends: each changes many rows, and whoever adds what is
/// said of a user must know that he is not being removed.
pub(super) fn lock(connection: &mut dyn database::Session) -> Result<(), DatabaseError> {
    connection.lock("security_log")
}

fn add(connection: &mut dyn database::Session, row: SecurityRow) -> Result<(), DatabaseError> {
    let minute = row.minute();
    let SecurityRow { kind, detail, client_id, user_id, address, request_id, first_at, last_at, count } = row;
    let (kind, client_id, user_id) = (kind.as_str().to_owned(), text(client_id), text(user_id));
    let [address, request_id] = [address, request_id].map(Option::unwrap_or_default);
    connection
        .execute(
            "INSERT INTO security_log
                 (minute, kind, detail, client_id, user_id, address, request_id, first_at, last_at, count)
             SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10
             WHERE $5 = '' OR EXISTS (SELECT 1 FROM users WHERE id = $5)
             ON CONFLICT (minute, kind, detail, client_id, user_id, address) DO UPDATE SET
                 count = security_log.count + excluded.count,
                 last_at = CASE WHEN security_log.last_at > excluded.last_at
                     THEN security_log.last_at ELSE excluded.last_at END",
            &values![minute, kind, detail, client_id, user_id, address, request_id, first_at, last_at, count],
        )
        .map(drop)
}

impl IdentityDb {
    /// Adds rows to those already there; of one source and minute there is one. What is said of somebody who was forgotten
    /// meanwhile is left out.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer; nothing is added then.
    pub async fn add_security_rows(&self, rows: Vec<SecurityRow>) -> Result<(), IdentityError> {
        self.write(move |connection| {
            lock(connection)?;
            rows.into_iter().try_for_each(|row| add(connection, row))
        })
        .await
    }

    /// The newest `limit` rows, oldest first, that were seen at `since` or later, of one kind or of all.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn security_rows(
        &self,
        since: DateTime<Utc>,
        kind: Option<SecurityKind>,
        limit: u32,
    ) -> Result<Vec<SecurityRow>, IdentityError> {
        let sql = format!(
            "{ROWS} WHERE minute >= $1 AND last_at >= $2 AND (CAST($3 AS text) IS NULL OR kind = $3)
             ORDER BY minute DESC, first_at DESC LIMIT $4"
        );
        let kind = kind.map(|kind| kind.as_str().to_owned());
        let mut rows = self.list(&sql, &values![minute(since), since, kind, limit], row).await?;
        rows.reverse();
        Ok(rows)
    }

    /// Removes the rows from before `oldest`, and of the others the oldest until about `most` are left: whole minutes.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn prune_security_rows(&self, oldest: DateTime<Utc>, most: u32) -> Result<u64, IdentityError> {
        self.write(move |connection| {
            lock(connection)?;
            let old = connection.execute("DELETE FROM security_log WHERE minute < $1", &values![minute(oldest)])?;
            let over = connection.execute(
                "DELETE FROM security_log WHERE minute <=
                     (SELECT minute FROM security_log ORDER BY minute DESC LIMIT 1 OFFSET $1)",
                &values![most],
            )?;
            Ok(old + over)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, USER, at, on_both_databases};
    use super::*;

    on_both_databases! {
        one_source_is_one_row_a_minute,
        rows_are_found_by_time_and_kind_and_the_newest_come_first_to_their_limit,
        what_is_said_of_a_user_goes_with_him_and_does_not_come_back,
        old_rows_are_removed_and_so_are_too_many,
    }

    fn failed(user_id: Option<Uuid>, seconds: i64) -> SecurityRow {
        SecurityRow {
            kind: SecurityKind::SignInFailed,
            detail: "wrong_password".to_owned(),
            client_id: None,
            user_id,
            address: Some("192.0.2.7".to_owned()),
            request_id: Some(format!("request-{seconds}")),
            first_at: at(seconds),
            last_at: at(seconds),
            count: 1,
        }
    }

    async fn all(db: &IdentityDb) -> Vec<SecurityRow> {
        db.security_rows(DateTime::UNIX_EPOCH, None, 1_000).await.unwrap()
    }

    async fn one_source_is_one_row_a_minute(place: Place) {
        place.add_ann().await;
        let db = &place.db;
        db.add_security_rows(vec![failed(Some(USER), 1), failed(None, 2)]).await.unwrap();
        db.add_security_rows(vec![failed(Some(USER), 59), failed(Some(USER), 60)]).await.unwrap();
        let first = SecurityRow { last_at: at(59), count: 2, ..failed(Some(USER), 1) };
        assert_eq!(all(db).await, [first, failed(None, 2), failed(Some(USER), 60)]);
    }

    async fn rows_are_found_by_time_and_kind_and_the_newest_come_first_to_their_limit(place: Place) {
        place.add_ann().await;
        let db = &place.db;
        let refused = SecurityRow { kind: SecurityKind::FormRefused, ..failed(None, 200) };
        db.add_security_rows(vec![failed(None, 1), failed(None, 100), refused.clone()]).await.unwrap();
        assert_eq!(db.security_rows(at(100), None, 10).await.unwrap(), [failed(None, 100), refused.clone()]);
        for (since, kind) in [(101, None), (0, Some(SecurityKind::FormRefused))] {
            assert_eq!(db.security_rows(at(since), kind, 10).await.unwrap(), std::slice::from_ref(&refused));
        }
        assert_eq!(db.security_rows(at(0), None, 2).await.unwrap(), [failed(None, 100), refused]);
    }

    async fn what_is_said_of_a_user_goes_with_him_and_does_not_come_back(place: Place) {
        place.add_ann().await;
        let db = &place.db;
        db.add_security_rows(vec![failed(Some(USER), 1), failed(None, 2)]).await.unwrap();
        db.remove_user(USER).await.unwrap();
        db.add_security_rows(vec![failed(Some(USER), 3)]).await.unwrap();
        assert_eq!(all(db).await, [failed(None, 2)]);
    }

    async fn old_rows_are_removed_and_so_are_too_many(place: Place) {
        place.add_ann().await;
        let db = &place.db;
        db.add_security_rows((0..10).map(|minute| failed(None, minute * 60)).collect()).await.unwrap();
        assert_eq!(db.prune_security_rows(at(120), 100).await.unwrap(), 2);
        assert_eq!(db.prune_security_rows(at(0), 3).await.unwrap(), 5);
        assert_eq!(all(db).await, [failed(None, 420), failed(None, 480), failed(None, 540)]);
    }

    #[test]
    fn the_words_of_the_kinds_are_the_same_everywhere() {
        use clap::ValueEnum;
        for kind in SecurityKind::ALL {
            assert_eq!(kind.to_possible_value().unwrap().get_name(), kind.as_str());
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(SecurityKind::value_variants(), SecurityKind::ALL);
    }
}
