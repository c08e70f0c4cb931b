//! People.

use chrono::{DateTime, Utc};
use routix_projections::database::{self, DatabaseError, Row};
use routix_projections::values;
use uuid::Uuid;

use super::{IdentityDb, IdentityError};

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

pub(super) fn user(row: &Row) -> Result<User, DatabaseError> {
    Ok(User {
        id: row.get(0)?,
        email: row.get(1)?,
        name: row.get(2)?,
        password_hash: row.get(3)?,
        disabled_at: row.get(4)?,
        created_at: row.get(5)?,
    })
}

/// The spelling that signs in: `Ann@Example.com` and `ann@example.com` are one person.
fn key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Keeps everybody else who locks this user waiting until the transaction ends. Whoever is about to change several rows of a
/// user locks him first, so that no two wait for each other.
pub(super) fn lock(connection: &mut dyn database::Session, id: Uuid) -> Result<(), DatabaseError> {
    let sql = format!("SELECT id FROM users WHERE id = $1{}", connection.for_update());
    connection.query(&sql, &values![id]).map(drop)
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
            let NewUser { id, email, name, password_hash } = user;
            let inserted = connection.execute(
                "INSERT INTO users (id, email, email_key, name, password_hash, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (email_key) DO NOTHING",
                &values![id, email.clone(), key(&email), name, password_hash, now],
            )?;
            Ok(if inserted == 1 { Ok(()) } else { Err(EmailTaken) })
        })
        .await
    }

    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>, IdentityError> {
        // PostgreSQL has no text with a NUL and refuses to look for one.
        if email.contains('\0') {
            return Ok(None);
        }
        self.find(&format!("{COLUMNS} WHERE email_key = $1"), &values![key(email)], user).await
    }

    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn user(&self, id: Uuid) -> Result<Option<User>, IdentityError> {
        self.find(&format!("{COLUMNS} WHERE id = $1"), &values![id], user).await
    }

    /// Whether there is such a user, who is not locked out.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn is_enabled(&self, id: Uuid) -> Result<bool, IdentityError> {
        if let Some(crowd) = &self.crowd {
            return Ok(crowd.is_enabled(&self.database, id).await?);
        }
        let sql = "SELECT 1 FROM users WHERE id = $1 AND disabled_at IS NULL";
        Ok(self.database.select_one(sql, &values![id]).await?.is_some())
    }

    /// Every user, oldest first.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn users(&self) -> Result<Vec<User>, IdentityError> {
        self.list(&format!("{COLUMNS} ORDER BY created_at, id"), &[], user).await
    }

    /// Replaces the password and ends every session that began with the old one.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn set_password(&self, id: Uuid, password_hash: String, now: DateTime<Utc>) -> Result<(), IdentityError> {
        self.write(move |connection| {
            connection.execute("UPDATE users SET password_hash = $2 WHERE id = $1", &values![id, password_hash])?;
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
            let changed = connection
                .execute("UPDATE users SET disabled_at = coalesce(disabled_at, $2) WHERE id = $1", &values![id, now])?;
            end_sessions(connection, id, now)?;
            Ok(changed == 1)
        })
        .await
    }

    /// Lets a user in again who was locked out. `false` when there is no such user.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn enable_user(&self, id: Uuid) -> Result<bool, IdentityError> {
        self.write(move |connection| {
            let changed = connection.execute("UPDATE users SET disabled_at = NULL WHERE id = $1", &values![id])?;
            Ok(changed == 1)
        })
        .await
    }
}

/// After the user was changed, and so locked: a session that was beginning has begun or does not.
fn end_sessions(
    connection: &mut dyn database::Session,
    user_id: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL";
    connection.execute(sql, &values![user_id, now]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, on_both_databases};
    use super::*;

    on_both_databases! {
        a_user_is_found_by_id_and_by_any_spelling_of_his_address,
        an_address_belongs_to_one_user,
        what_no_address_can_hold_is_nobody_s,
        users_are_listed_the_oldest_first,
        who_is_locked_out_stays_so_since_the_first_time,
    }

    fn new_user(number: u128, email: &str) -> NewUser {
        let (email, name) = (email.to_owned(), format!("Name {number}"));
        NewUser { id: Uuid::from_u128(number), email, name, password_hash: "hash".to_owned() }
    }

    async fn create(place: &Place, number: u128, email: &str, second: i64) -> Result<(), EmailTaken> {
        let now = DateTime::from_timestamp(second, 0).unwrap();
        place.db.create_user(new_user(number, email), now).await.unwrap()
    }

    async fn a_user_is_found_by_id_and_by_any_spelling_of_his_address(place: Place) {
        create(&place, 1, "Zo\u{eb}@Example.com", 7).await.unwrap();
        let NewUser { id, email, name, password_hash } = new_user(1, "Zo\u{eb}@Example.com");
        let created_at = DateTime::from_timestamp(7, 0).unwrap();
        let user = User { id, email, name, password_hash, disabled_at: None, created_at };
        assert_eq!(place.db.user(id).await.unwrap().as_ref(), Some(&user));
        assert_eq!(place.db.user_by_email(" ZO\u{cb}@example.COM ").await.unwrap(), Some(user));
        assert_eq!(place.db.user(Uuid::from_u128(2)).await.unwrap(), None);
        assert_eq!(place.db.user_by_email("zoe@example.com").await.unwrap(), None);
    }

    async fn an_address_belongs_to_one_user(place: Place) {
        create(&place, 1, "ann@example.com", 0).await.unwrap();
        assert_eq!(create(&place, 2, "Ann@Example.com", 1).await, Err(EmailTaken));
        assert_eq!(place.db.users().await.unwrap().len(), 1);
        let twice = place.db.create_user(new_user(1, "bob@example.com"), DateTime::UNIX_EPOCH).await;
        assert!(
            matches!(twice, Err(IdentityError::Database(error)) if error.is_conflict()),
            "the id is another matter"
        );
    }

    async fn what_no_address_can_hold_is_nobody_s(place: Place) {
        assert_eq!(place.db.user_by_email("ann\0@example.com").await.unwrap(), None);
    }

    async fn users_are_listed_the_oldest_first(place: Place) {
        for (number, second) in [(1, 20), (3, 10), (2, 10)] {
            create(&place, number, &format!("{number}@example.com"), second).await.unwrap();
        }
        let ids: Vec<u128> = place.db.users().await.unwrap().iter().map(|user| user.id.as_u128()).collect();
        assert_eq!(ids, [2, 3, 1]);
    }

    async fn who_is_locked_out_stays_so_since_the_first_time(place: Place) {
        create(&place, 1, "ann@example.com", 0).await.unwrap();
        let id = Uuid::from_u128(1);
        for second in [5, 9] {
            assert!(place.db.disable_user(id, DateTime::from_timestamp(second, 0).unwrap()).await.unwrap());
        }
        let disabled_at = place.db.user(id).await.unwrap().unwrap().disabled_at;
        assert_eq!(disabled_at, DateTime::from_timestamp(5, 0));
        assert!(!place.db.disable_user(Uuid::from_u128(2), DateTime::UNIX_EPOCH).await.unwrap());
        assert!(place.db.enable_user(id).await.unwrap());
        assert_eq!(place.db.user(id).await.unwrap().unwrap().disabled_at, None);
        assert!(!place.db.enable_user(Uuid::from_u128(2)).await.unwrap());
    }
}
