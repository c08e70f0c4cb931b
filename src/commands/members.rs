//! Add, change and remove members of an organization.

use routix_domain::organization::{Member, Organization, OrganizationCommand, OrganizationError, Role};
use routix_domain::value::BranchRestriction;
use routix_projections::{consents, members};
use uuid::Uuid;

use super::bus::{CommandError, Commands};
use super::origin::Origin;

/// Who changes a member, and what he saw when he decided to.
#[derive(Clone, Copy, Debug)]
pub struct MemberSeen {
    pub by: Uuid,
    /// The role that the member had.
    pub role: Role,
}

impl Commands {
    /// Gives a member another role, if he who asks may do so now and the member is as he saw him: what it is judged by and
    /// what is recorded are one state of the organization.
    ///
    /// # Errors
    /// [`CommandError`]; `Conflict` when it is not so any more.
    pub async fn change_role_as(
        &self,
        (organization_id, user_id): (Uuid, Uuid),
        seen: MemberSeen,
        role: Role,
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        let command = OrganizationCommand::ChangeMember { user_id, role: Some(role), branches: None };
        let may = |by: &Member| by.may_give(role);
        self.as_seen((organization_id, user_id), (seen, &may), command, origin).await
    }

    /// Removes a member under the guard of [`Self::change_role_as`], and what he let apps do in the organization.
    ///
    /// # Errors
    /// [`CommandError`]; `Conflict` when it is not so any more.
    pub async fn remove_member_as(
        &self,
        (organization_id, user_id): (Uuid, Uuid),
        seen: MemberSeen,
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        let command = OrganizationCommand::RemoveMember { user_id };
        self.as_seen((organization_id, user_id), (seen, &|_| true), command, origin).await?;
        self.withdraw_consents((organization_id, user_id), origin).await
    }

    async fn as_seen(
        &self,
        (organization_id, user_id): (Uuid, Uuid),
        (seen, may): (MemberSeen, &(dyn Fn(&Member) -> bool + Sync)),
        command: OrganizationCommand,
        origin: &Origin,
    ) -> Result<(), CommandError<OrganizationError>> {
        let id = organization_id.to_string();
        let (organization, sequence) = self.load_at::<Organization>(&id).await?;
        let other = organization.member(user_id).ok().filter(|other| other.role == seen.role);
        let is_allowed =
            organization.member(seen.by).ok().zip(other).is_some_and(|(by, other)| by.may_change(other) && may(by));
        if !is_allowed {
            return Err(CommandError::Conflict);
        }
        self.execute_at::<Organization>((&id, Some(sequence)), command, origin).await.map(drop)
    }

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
