//! A user's consent: the scopes that he lets one app use in one organization (the seeds' `oauth_client_authorizations`).
//!
//! The stream's id is derived from user, app and organization, so that there is one consent for each three of them.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Decide;
use crate::decide::aggregate;
use crate::value::ScopeSet;

#[cfg(test)]
mod tests;

/// The namespace of consent ids.
const CONSENT_IDS: Uuid = Uuid::from_u128(0x2b7e_1c55_90aa_5f0d_8d3e_41c6_77b0_e914);

/// The id of the consent of a user to an app in an organization.
pub fn consent_id(user_id: Uuid, app_id: Uuid, organization_id: Uuid) -> Uuid {
    let mut name = [0; 48];
    name[..16].copy_from_slice(user_id.as_bytes());
    name[16..32].copy_from_slice(app_id.as_bytes());
    name[32..].copy_from_slice(organization_id.as_bytes());
    Uuid::new_v5(&CONSENT_IDS, &name)
}

/// A consent. `withdrawals` counts how often it ended: what was granted before a withdrawal never comes back with a later
/// consent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Consent {
    scopes: Option<ScopeSet>,
    withdrawals: u32,
}

#[derive(Clone, Debug)]
pub enum ConsentCommand {
    /// The user approved these scopes; they are added to those he approved before.
    Grant { user_id: Uuid, app_id: Uuid, organization_id: Uuid, scopes: ScopeSet },
    /// Everything that the consent gave ends.
    Withdraw,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ConsentEvent {
    #[serde(rename = "consent.granted")]
    Granted { user_id: Uuid, app_id: Uuid, organization_id: Uuid, scopes: ScopeSet },
    #[serde(rename = "consent.withdrawn")]
    Withdrawn { withdrawals: u32 },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConsentError {
    #[error("there is no such consent")]
    NotGranted,
    #[error("a consent names at least one scope")]
    NoScope,
}

aggregate!(Consent, "consent", ConsentEvent {
    Granted => ("consent.granted", "1"),
    Withdrawn => ("consent.withdrawn", "1"),
});

impl Consent {
    /// What is consented to now; `None` when nothing is.
    pub fn scopes(&self) -> Option<&ScopeSet> {
        self.scopes.as_ref()
    }

    pub fn withdrawals(&self) -> u32 {
        self.withdrawals
    }
}

impl Decide for Consent {
    type Command = ConsentCommand;
    type Event = ConsentEvent;
    type Error = ConsentError;

    fn decide(&self, command: ConsentCommand) -> Result<Vec<ConsentEvent>, ConsentError> {
        match command {
            ConsentCommand::Grant { user_id, app_id, organization_id, scopes } => {
                if scopes.is_empty() {
                    return Err(ConsentError::NoScope);
                }
                let before = self.scopes.clone().unwrap_or_default();
                if self.scopes.is_some() && scopes.is_subset(&before) {
                    return Ok(Vec::new());
                }
                let scopes = before.iter().chain(scopes.iter()).cloned().collect();
                Ok(vec![ConsentEvent::Granted { user_id, app_id, organization_id, scopes }])
            }
            ConsentCommand::Withdraw => match (&self.scopes, self.withdrawals) {
                (Some(_), withdrawals) => Ok(vec![ConsentEvent::Withdrawn { withdrawals: withdrawals + 1 }]),
                (None, 0) => Err(ConsentError::NotGranted),
                (None, _) => Ok(Vec::new()),
            },
        }
    }

    fn evolve(&mut self, event: ConsentEvent) {
        match event {
            ConsentEvent::Granted { scopes, .. } => self.scopes = Some(scopes),
            ConsentEvent::Withdrawn { withdrawals } => {
                self.scopes = None;
                self.withdrawals = withdrawals;
            }
        }
    }
}
