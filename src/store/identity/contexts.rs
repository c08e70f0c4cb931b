//! Where a request came from: kept beside the log, proven by a commitment in it, deletable without breaking it.

use chrono::{DateTime, Utc};
use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};

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
        let key = commitment.clone();
        self.write(move |connection| {
            connection.execute(
                "INSERT INTO request_contexts (commitment, salt, address, user_agent, recorded_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                (key, hex::encode(&salt), context.address, context.user_agent, now.timestamp_micros()),
            )?;
            Ok(())
        })
        .await?;
        Ok(commitment)
    }

    /// The context behind a commitment, unless it was deleted.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn context(&self, commitment: &str) -> Result<Option<RequestContext>, IdentityError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT address, user_agent FROM request_contexts WHERE commitment = ?1")?
                .query_row([commitment], |row| Ok(RequestContext { address: row.get(0)?, user_agent: row.get(1)? }))
                .optional()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
