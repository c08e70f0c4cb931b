//! Add, change and remove members of an organization.

use routix_domain::organization::{OrganizationCommand, OrganizationError, Role};
use routix_domain::value::BranchRestriction;
use routix_projections::{consents, members};
use uuid::Uuid;

use super::bus::{CommandError, Commands};
use super::origin::Origin;

impl Commands {
    /// Who comes back begins anew: what he let apps do before he left was ended then, and is ended here at the latest.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn add_member(
        &self,
        (organization_id, user_id): (Uuid, Uuid),
        role: Role,
        branches: BranchRestriction,
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        let member = members::membership(&self.read, organization_id, user_id).await;
        if member.map_err(|error| CommandError::Unavailable(Box::new(error)))?.is_none() {
            self.withdraw_consents((organization_id, user_id), origin).await?;
        }
        let command = OrganizationCommand::AddMember { user_id, role, branches };
        self.organization(organization_id, command, origin).await
    }

    /// `None` leaves the role or the branches as they are.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn change_member(
        &self,
        (organization_id, user_id): (Uuid, Uuid),
        role: Option<Role>,
        branches: Option<BranchRestriction>,
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        let command = OrganizationCommand::ChangeMember { user_id, role, branches };
        self.organization(organization_id, command, origin).await
    }

    /// With his membership ends everything that he let apps do in the organization.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn remove_member(
        &self,
        (organization_id, user_id): (Uuid, Uuid),
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        self.organization(organization_id, OrganizationCommand::RemoveMember { user_id }, origin).await?;
        self.withdraw_consents((organization_id, user_id), origin).await
    }

    /// A consent that is recorded at this very moment is missed; it is worth nothing to who is no member.
    async fn withdraw_consents(
        &self,
        (organization_id, user_id): (Uuid, Uuid),
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        let given = consents::of_user(&self.read, user_id).await;
        let given = given.map_err(|error| CommandError::Unavailable(Box::new(error)))?;
        for consent in given.iter().filter(|consent| consent.organization_id == organization_id) {
            self.withdraw_consent(consent.consent_id, origin).await.map_err(CommandError::of_another)?;
        }
        Ok(())
    }
}
