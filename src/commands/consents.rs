//! A user consents to an app in an organization, and takes it back.

use routix_domain::consent::{Consent, ConsentCommand, ConsentError, consent_id};
use routix_domain::value::ScopeSet;
use uuid::Uuid;

use super::bus::{CommandError, Commands};
use super::origin::Origin;

/// Who consents to what, and where.
#[derive(Clone, Copy, Debug)]
pub struct ConsentParties {
    pub user_id: Uuid,
    pub app_id: Uuid,
    pub organization_id: Uuid,
}

impl ConsentParties {
    pub fn consent_id(self) -> Uuid {
        consent_id(self.user_id, self.app_id, self.organization_id)
    }
}

impl Commands {
    /// The consent as its stream has it now.
    ///
    /// # Errors
    /// [`CommandError`] when the stream cannot be read.
    pub async fn consent(&self, parties: ConsentParties) -> Result<Consent, CommandError<ConsentError>> {
        self.load::<Consent>(&parties.consent_id().to_string()).await
    }

    /// Adds `scopes` to what the user consented to before.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn grant_consent(
        &self,
        parties: ConsentParties,
        scopes: ScopeSet,
        origin: &Origin,
    ) -> Result<Consent, CommandError<ConsentError>> {
        let ConsentParties { user_id, app_id, organization_id } = parties;
        let command = ConsentCommand::Grant { user_id, app_id, organization_id, scopes };
        let executed = self.execute::<Consent>(&parties.consent_id().to_string(), command, origin).await?;
        Ok(executed.aggregate)
    }

    /// Ends a consent and every code, refresh family and token that rests on it, before it returns.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn withdraw_consent(&self, consent_id: Uuid, origin: &Origin) -> Result<(), CommandError<ConsentError>> {
        self.execute::<Consent>(&consent_id.to_string(), ConsentCommand::Withdraw, origin).await.map(drop)
    }
}
