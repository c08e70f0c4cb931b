//! What a user gave to an app, judged by what is true now.
//!
//! A code, a refresh token and an access token all rest on the same facts, and each of them is judged here whenever it is
//! used: the user is not locked out, is still a member, and has not withdrawn his consent. What he or the app has lost
//! since is no longer given.

use routix_domain::authorization::Grant;
use routix_domain::consent::consent_id;
use routix_domain::value::{BranchRestriction, ScopeSet};
use routix_projections::token_validation::ValidationRow;
use routix_projections::{Moment, consents, members};
use uuid::Uuid;

use super::claims::Basis;
use super::token::{Access, InvalidToken};

/// What a user gave, when he gave it.
#[derive(Clone, Debug)]
pub struct UserGrant {
    pub user_id: Uuid,
    pub organization_id: Uuid,
    pub scopes: ScopeSet,
    pub basis: Basis,
}

impl UserGrant {
    /// What the authorization `id` was given.
    pub fn of(id: Uuid, grant: &Grant) -> Self {
        Self {
            user_id: grant.user_id,
            organization_id: grant.organization_id,
            scopes: grant.scopes.clone(),
            basis: Basis { authorization_id: id, withdrawals: grant.withdrawals.into() },
        }
    }
}

/// What is left of it now.
#[derive(Clone, Debug)]
pub struct Standing {
    /// May be empty: then the app is known, and may do nothing.
    pub scopes: ScopeSet,
    pub branches: BranchRestriction,
}

impl Access {
    /// What `app` may still do with what the user gave it.
    ///
    /// # Errors
    /// [`InvalidToken::Refused`] when it has ended; an outage while a read model that could say so stands still.
    pub async fn standing(
        &self,
        moment: &Moment,
        app: &ValidationRow,
        grant: &UserGrant,
    ) -> Result<Standing, InvalidToken> {
        let standing = self.standing_of_user(moment, app, grant).await?;
        if consents::has_ended(&self.read, moment, grant.basis.authorization_id).await? {
            return Err(InvalidToken::Refused);
        }
        Ok(standing)
    }

    /// Does not look at the read model of ended authorizations; for those who have just decided on the authorization's own
    /// stream. If it ended in between, the tokens of their answer are worth nothing.
    ///
    /// # Errors
    /// As [`Self::standing`].
    pub async fn standing_of_user(
        &self,
        moment: &Moment,
        app: &ValidationRow,
        grant: &UserGrant,
    ) -> Result<Standing, InvalidToken> {
        self.projections.check(&["consents", "members"])?;
        let (user_id, organization_id) = (grant.user_id, grant.organization_id);
        let consent_id = consent_id(user_id, app.app_id, organization_id);
        let consent = consents::by_id_at(&self.read, moment, consent_id).await?;
        let consent = consent
            .filter(|row| row.is_in_force() && row.withdrawals == grant.basis.withdrawals)
            .ok_or(InvalidToken::Refused)?;
        if !self.identity.is_enabled(user_id).await? {
            return Err(InvalidToken::Refused);
        }
        let member = members::membership_at(&self.read, moment, organization_id, user_id).await?;
        let member = member.ok_or(InvalidToken::Refused)?;
        let held = grant.scopes.intersection(&app.allowed_scopes).intersection(&consent.scopes);
        let branches = branches_in(app, organization_id).intersection(&member.branches);
        Ok(Standing { scopes: member.role.grantable(&held), branches })
    }
}

/// The branches of an organization that an app may touch: its own restriction names branches of its own organization, and
/// says nothing of another that lets it in; there the user's own branches are the limit.
pub fn branches_in(app: &ValidationRow, organization_id: Uuid) -> BranchRestriction {
    if app.organization_id == organization_id { app.allowed_branches.0.clone() } else { BranchRestriction::All }
}
