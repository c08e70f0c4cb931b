//! Where a request came from: kept beside the log, proven by a commitment in it, deletable without breaking it.

use chrono::{DateTime, Utc};
use routix_projections::values;
use sha2::{Digest, Sha256};

use super::{IdentityDb, IdentityError};
use crate::hex;

pub(super) const INSERT: &str = "INSERT INTO request_contexts (commitment, salt, address, user_agent, recorded_at)";

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

impl IdentityDb {
    /// Stores a context and returns its commitment.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn record_context(
        &self,
        context: RequestContext,
        salt: [u8; 16],
        now: DateTime<Utc>,
    ) -> Result<String, IdentityError> {
        let commitment = context.commitment(&salt);
        let RequestContext { address, user_agent } = context;
        let (salt, stored) = (hex::encode(&salt), commitment.clone());
        match &self.crowd {
            Some(crowd) => crowd.record_context(&self.database, (stored, salt, address, user_agent, now)).await?,
            None => {
                let row = values![stored, salt, address, user_agent, now];
                self.database.execute(&format!("{INSERT} VALUES ($1, $2, $3, $4, $5)"), row.to_vec()).await?;
            }
        }
        Ok(commitment)
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
        let commitment = place.db.record_context(agent.clone(), [7; 16], DateTime::UNIX_EPOCH).await.unwrap();
        assert_eq!(commitment, agent.commitment(&[7; 16]));
        assert_eq!(place.db.context(&commitment).await.unwrap(), Some(agent));
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
