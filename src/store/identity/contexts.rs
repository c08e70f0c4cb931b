//! Where a request came from: kept beside the log, proven by a commitment in it, deletable without breaking it.

use chrono::{DateTime, Utc};
use routix_projections::database::{Database, DatabaseError, Session};
use routix_projections::table::Value;
use routix_projections::values;
use sha2::{Digest, Sha256};

use super::crowd::places;
use super::{IdentityDb, IdentityError};
use crate::hex;

/// The address and the user agent of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestContext {
    pub address: Option<String>,
    pub user_agent: Option<String>,
}

impl RequestContext {
    pub fn is_empty(&self) -> bool {
        self.address.is_none() && self.user_agent.is_none()
    }

    /// SHA-256 in hex over the salt and both values, each with its length before it, so that no two contexts share their
    /// bytes. Without the salt, an address could be found by trying them all.
    pub fn commitment(&self, salt: &[u8; 16]) -> String {
        let mut hash = Sha256::new();
        hash.update(salt);
        for value in [&self.address, &self.user_agent] {
            match value {
                Some(text) => {
                    hash.update((text.len() as u64 + 1).to_be_bytes());
                    hash.update(text);
                }
                None => hash.update(0_u64.to_be_bytes()),
            }
        }
        hex::encode(&hash.finalize())
    }
}

/// A context that is not stored yet, and where it will be. It may be stored again: then nothing happens.
#[derive(Clone)]
pub struct NewContext {
    identity: IdentityDb,
    row: ContextRow,
}

/// A request's context as it is stored: commitment, salt in hex, address, user agent and when.
pub(super) type ContextRow = (String, String, Option<String>, Option<String>, DateTime<Utc>);

impl NewContext {
    pub fn commitment(&self) -> &str {
        &self.row.0
    }

    /// Stores it.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn store(&self) -> Result<(), IdentityError> {
        let database = &self.identity.database;
        match &self.identity.crowd {
            Some(crowd) => crowd.store_context(database, self.row.clone()).await?,
            None => drop(database.execute(&insert(1), values(self.row.clone())).await?),
        }
        Ok(())
    }

    /// Whether [`store_all`](Self::store_all) can store it: its database is a file of this machine.
    pub fn is_in_file(&self) -> bool {
        matches!(self.identity.database, Database::Sqlite(_))
    }

    /// Stores several of one file, all or none. Blocks until they are on the disk.
    ///
    /// # Errors
    /// [`IdentityError`] when the file cannot be written, or is none.
    pub fn store_all(contexts: &[Self]) -> Result<(), IdentityError> {
        let Some(first) = contexts.first() else { return Ok(()) };
        let Database::Sqlite(file) = &first.identity.database else {
            return Err(DatabaseError::Unavailable("these contexts are not in a file".into()).into());
        };
        let insert = insert(1);
        let store = |session: &mut dyn Session| {
            contexts.iter().try_for_each(|context| session.execute(&insert, &values(context.row.clone())).map(drop))
        };
        Ok(file.write_blocking::<_, DatabaseError>(store)?)
    }
}

/// A statement that inserts so many, if they are not there.
pub(super) fn insert(rows: usize) -> String {
    let columns = "(commitment, salt, address, user_agent, recorded_at)";
    let rows: Vec<_> = (0..rows).map(|row| format!("({})", places(row * 5 + 1..=row * 5 + 5))).collect();
    format!("INSERT INTO request_contexts {columns} VALUES {} ON CONFLICT (commitment) DO NOTHING", rows.join(", "))
}

pub(super) fn values((commitment, salt, address, agent, now): ContextRow) -> Vec<Value> {
    values![commitment, salt, address, agent, now].to_vec()
}

impl IdentityDb {
    /// A context to store here.
    pub fn new_context(&self, context: RequestContext, salt: [u8; 16], now: DateTime<Utc>) -> NewContext {
        let commitment = context.commitment(&salt);
        let RequestContext { address, user_agent } = context;
        NewContext { identity: self.clone(), row: (commitment, hex::encode(&salt), address, user_agent, now) }
    }

    /// The context behind a commitment, unless it was deleted.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn context(&self, commitment: &str) -> Result<Option<RequestContext>, IdentityError> {
        let sql = "SELECT address, user_agent FROM request_contexts WHERE commitment = $1";
        self.find(sql, &values![commitment.to_owned()], |row| {
            Ok(RequestContext { address: row.get(0)?, user_agent: row.get(1)? })
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, on_both_databases};
    use super::*;

    on_both_databases! { a_context_is_found_by_its_commitment }

    async fn a_context_is_found_by_its_commitment(place: Place) {
        let agent = RequestContext { address: None, user_agent: Some("Zo\u{eb}'s \u{1F69A}".to_owned()) };
        let new = place.db.new_context(agent.clone(), [7; 16], DateTime::UNIX_EPOCH);
        assert_eq!(new.commitment(), agent.commitment(&[7; 16]));
        assert_eq!(place.db.context(new.commitment()).await.unwrap(), None);
        // Whoever is not told what became of it stores it once more.
        for _ in 0..2 {
            new.store().await.unwrap();
            assert_eq!(place.db.context(new.commitment()).await.unwrap(), Some(agent.clone()));
        }
        assert_eq!(place.db.context("another").await.unwrap(), None);
    }

    #[test]
    fn no_two_contexts_share_a_commitment() {
        let salt = [7; 16];
        let context = |address: Option<&str>, agent: Option<&str>| RequestContext {
            address: address.map(str::to_owned),
            user_agent: agent.map(str::to_owned),
        };
        let commitments: std::collections::BTreeSet<String> = [
            context(Some("ab"), Some("c")),
            context(Some("a"), Some("bc")),
            context(Some("abc"), None),
            context(None, Some("abc")),
            context(Some("abc"), Some("")),
        ]
        .iter()
        .map(|context| context.commitment(&salt))
        .collect();
        assert_eq!(commitments.len(), 5);
    }
}
