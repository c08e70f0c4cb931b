//! Add, change and remove members of an organization.

use routix_domain::organization::{OrganizationCommand, OrganizationError, Role};
use routix_domain::value::BranchRestriction;
use uuid::Uuid;

use super::bus::{CommandError, Commands};
use super::origin::Origin;

impl Commands {
    /// # Errors
    /// [`CommandError`].
    pub async fn add_member(
        &self,
        (organization_id, user_id): (Uuid, Uuid),
        role: Role,
        branches: BranchRestriction,
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
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

    /// # Errors
    /// [`CommandError`].
    pub async fn remove_member(
        &self,
        (organization_id, user_id): (Uuid, Uuid),
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        self.organization(organization_id, OrganizationCommand::RemoveMember { user_id }, origin).await
    }
}
