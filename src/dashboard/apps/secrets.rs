//! The secrets of an app as people see them: four characters, how long they work, and when they were last used.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use routix_domain::value::{Acceptance, Secrets};
use routix_projections::app_list::AppRow;

use crate::dashboard::Dashboard;
use crate::pages::{PageError, Stamp, Words};

/// Calls with a token are counted under this generation.
const TOKENS: u32 = 0;

/// A secret that works now.
pub(super) struct SecretView {
    pub(super) last4: String,
    pub(super) created: Stamp,
    pub(super) used: Option<Stamp>,
    /// The end of an overlap; the newest secret has none.
    pub(super) ends: Option<Stamp>,
}

/// When an app was used.
pub(super) struct Uses {
    by_generation: HashMap<u32, DateTime<Utc>>,
}

/// The last use of anything of an app, and of which secret.
pub(super) struct LastUse {
    pub(super) at: Stamp,
    /// The secret that was used last, by its last four characters; none for an app that has only shown tokens.
    pub(super) last4: Option<String>,
}

impl Uses {
    pub(super) async fn of(dashboard: &Dashboard, app: &AppRow) -> Result<Self, PageError> {
        let usage = dashboard.identity.usage(app.app_id).await?;
        Ok(Self { by_generation: usage.into_iter().map(|use_| (use_.secret_generation, use_.last_used_at)).collect() })
    }

    pub(super) fn last(&self, secrets: &Secrets, words: &Words) -> Option<LastUse> {
        let at = self.by_generation.values().max()?;
        let with_secret = self.by_generation.iter().filter(|(generation, _)| **generation != TOKENS);
        let newest = with_secret.max_by_key(|(_, at)| **at).map(|(generation, _)| *generation);
        let secret = secrets.iter().find(|secret| Some(secret.generation) == newest);
        Some(LastUse { at: words.moment(*at), last4: secret.map(|secret| secret.fingerprint.last4.clone()) })
    }
}

/// The secrets that are accepted at `now`, the newest first.
pub(super) fn accepted(secrets: &Secrets, uses: &Uses, words: &Words, now: DateTime<Utc>) -> Vec<SecretView> {
    let view = |secret: &routix_domain::value::SecretGeneration| SecretView {
        last4: secret.fingerprint.last4.clone(),
        created: words.moment(secret.created_at),
        used: uses.by_generation.get(&secret.generation).map(|at| words.moment(*at)),
        ends: match secret.acceptance {
            Acceptance::Until(end) => Some(words.moment(end)),
            Acceptance::Current | Acceptance::Ended(_) => None,
        },
    };
    secrets.accepted_at(now).map(view).collect()
}
