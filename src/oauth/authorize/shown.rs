//! What a consent page showed, on its way through the form, or a front end of one's own, under its name: sealed, and bound
//! to the session it was shown in.

use chrono::{DateTime, TimeDelta, Utc};
use routix_domain::value::RedirectUri;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::keys::{Keys, Seal};

/// A page that was left open longer than this has to be asked for again.
const LIFETIME: TimeDelta = TimeDelta::minutes(10);

/// The request that the user decides on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shown {
    /// The id of the authorization that his decision will make: one page, one decision.
    pub(super) authorization_id: Uuid,
    pub(super) session_id: Uuid,
    /// The query of the authorization request.
    pub(super) query: String,
    /// Where the page said that the user is sent back to; the query may leave it out.
    pub(super) redirect_uri: RedirectUri,
    /// The organizations that were offered.
    pub(super) organizations: Vec<Uuid>,
    pub(super) shown_at: DateTime<Utc>,
}

impl Shown {
    pub(super) fn seal(&self, keys: &Keys, seal: Seal) -> Result<String, serde_json::Error> {
        Ok(keys.seal(seal, self.shown_at, &serde_json::to_vec(self)?))
    }

    /// The request, if it was sealed as this by us and shown in this session.
    pub(super) fn unseal(keys: &Keys, seal: Seal, text: &str, session_id: Uuid) -> Option<Self> {
        let shown: Self = serde_json::from_slice(&keys.unseal(seal, text)?).ok()?;
        (shown.session_id == session_id).then_some(shown)
    }

    pub(super) fn expires_at(&self) -> DateTime<Utc> {
        self.shown_at + LIFETIME
    }

    pub(super) fn is_too_old_at(&self, now: DateTime<Utc>) -> bool {
        now >= self.expires_at()
    }
}
