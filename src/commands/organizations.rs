//! Create an organization; open, rename and close its branches.

use routix_domain::organization::{Organization, OrganizationCommand, OrganizationError};
use routix_domain::reservation::{Reservation, ReservationError, Reserve, branch_public_id};
use routix_domain::value::BranchPublicId;
use uuid::Uuid;

use super::bus::{CommandError, Commands};
use super::origin::Origin;

/// How often a random public id may turn out to be taken; with 32^8 of them, once is already a curiosity.
const PUBLIC_ID_ATTEMPTS: u32 = 8;

/// Why a branch was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenBranchError {
    #[error("the public id {0} is taken")]
    PublicIdTaken(BranchPublicId),
    #[error(transparent)]
    Organization(#[from] CommandError<OrganizationError>),
    #[error(transparent)]
    Reservation(#[from] CommandError<ReservationError>),
}

/// A branch that was opened.
#[derive(Clone, Debug)]
pub struct OpenedBranch {
    pub branch_id: Uuid,
    pub public_id: BranchPublicId,
}

impl Commands {
    /// Creates an organization with its first owner.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn create_organization(
        &self,
        organization_id: Uuid,
        (name, owner_id): (String, Uuid),
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        self.organization(organization_id, OrganizationCommand::Create { name, owner_id }, origin).await
    }

    /// Opens a branch under the public id that is asked for, or a random one.
    ///
    /// The public id is reserved first. If the second step fails, a random id is lost for ever, which costs nothing, and
    /// an id that was asked for can be asked for again with the same branch id.
    ///
    /// # Errors
    /// [`OpenBranchError`].
    pub async fn open_branch(
        &self,
        organization_id: Uuid,
        branch_id: Uuid,
        (name, wanted): (String, Option<BranchPublicId>),
        origin: &Origin,
    ) -> Result<OpenedBranch, OpenBranchError> {
        let public_id = self.reserve_public_id(branch_id, wanted, origin).await?;
        let command = OrganizationCommand::OpenBranch { branch_id, public_id: public_id.clone(), name };
        self.organization(organization_id, command, origin).await?;
        Ok(OpenedBranch { branch_id, public_id })
    }

    /// # Errors
    /// [`CommandError`].
    pub async fn rename_branch(
        &self,
        organization_id: Uuid,
        (branch_id, name): (Uuid, String),
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        self.organization(organization_id, OrganizationCommand::RenameBranch { branch_id, name }, origin).await
    }

    /// Closes a branch for good: its records are no longer reached, and its ids are never given out again.
    ///
    /// # Errors
    /// [`CommandError`].
    pub async fn close_branch(
        &self,
        organization_id: Uuid,
        branch_id: Uuid,
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        self.organization(organization_id, OrganizationCommand::CloseBranch { branch_id }, origin).await
    }

    pub(super) async fn organization(
        &self,
        organization_id: Uuid,
        command: OrganizationCommand,
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        self.execute::<Organization>(&organization_id.to_string(), command, origin).await.map(drop)
    }

    async fn reserve_public_id(
        &self,
        holder_id: Uuid,
        wanted: Option<BranchPublicId>,
        origin: &Origin,
    ) -> Result<BranchPublicId, OpenBranchError> {
        let mut attempt = 1;
        loop {
            let id = wanted.clone().unwrap_or_else(|| BranchPublicId::from_random(self.system.bytes()));
            let reserved = self.execute::<Reservation>(&branch_public_id(&id), Reserve { holder_id }, origin).await;
            match reserved {
                Ok(_) => return Ok(id),
                Err(CommandError::Rejected(ReservationError::Taken))
                    if wanted.is_none() && attempt < PUBLIC_ID_ATTEMPTS =>
                {
                    attempt += 1;
                }
                Err(CommandError::Rejected(ReservationError::Taken)) => return Err(OpenBranchError::PublicIdTaken(id)),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
