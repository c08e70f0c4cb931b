//! Who is asking: the extractor that proves it, and the check of what he may do in an organization.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use routix_domain::log::Actor;
use routix_domain::value::{BranchRestriction, Fault};
use routix_projections::app_list::{self, AppRow};
use routix_projections::members::{self, MemberRow};
use uuid::Uuid;

use super::{ManageError, Management};
use crate::access::{UserPrincipal, bearer};
use crate::commands::Origin;
use crate::history::Sight;
use crate::http::origin::RequestOrigin;

/// A person who signed in, and the request he sent.
pub(super) struct Caller {
    pub(super) user: UserPrincipal,
    pub(super) request: RequestOrigin,
}

impl FromRequestParts<Arc<Management>> for Caller {
    type Rejection = ManageError;

    async fn from_request_parts(parts: &mut Parts, state: &Arc<Management>) -> Result<Self, ManageError> {
        let token = bearer(&parts.headers)?.ok_or(ManageError::Unauthenticated)?;
        let user = state.access.user(token).await?;
        let Ok(request) = RequestOrigin::from_request_parts(parts, state).await;
        Ok(Self { user, request })
    }
}

impl Caller {
    /// The caller, as the log names him.
    pub(super) fn origin(&self, management: &Management) -> Origin {
        let correlation_id = management.access.system.ordered_id();
        self.request.by(Actor::User(self.user.user_id), "password", correlation_id)
    }

    pub(super) async fn memberships(&self, management: &Management) -> Result<Vec<MemberRow>, ManageError> {
        Ok(members::of_user(&management.read, self.user.user_id).await?)
    }

    /// The organization in which something is to be made: the one named, or the only one that the caller manages.
    ///
    /// # Errors
    /// `Forbidden` for one in which he may not, or which is none of his; a fault on `organization_id` when he has to say
    /// which.
    pub(super) async fn managed_organization(
        &self,
        management: &Management,
        named: Option<Uuid>,
    ) -> Result<MemberRow, ManageError> {
        let mut candidates = self.managed(management).await?.into_iter();
        if let Some(id) = named {
            return candidates.find(|member| member.organization_id == id).ok_or(ManageError::Forbidden);
        }
        match (candidates.next(), candidates.next()) {
            (None, _) => Err(ManageError::Forbidden),
            (Some(only), None) => Ok(only),
            (Some(_), Some(_)) => Err(ManageError::Invalid(vec![Fault::new(
                "organization_id",
                "required",
                "you manage several organizations; say which one",
            )])),
        }
    }

    /// The memberships with which the caller manages something.
    pub(super) async fn managed(&self, management: &Management) -> Result<Vec<MemberRow>, ManageError> {
        let memberships = self.memberships(management).await?;
        Ok(memberships.into_iter().filter(|member| member.role.manages()).collect())
    }

    /// The people whose names the caller may read beside their ids: those of the organizations that he manages.
    pub(super) async fn sight(&self, management: &Management) -> Result<Sight, ManageError> {
        let managed = self.managed(management).await?;
        Ok(Sight::MembersOf(managed.into_iter().map(|member| member.organization_id).collect()))
    }

    /// The app with this id that the caller manages.
    ///
    /// # Errors
    /// As [`Self::manages`]; `NotFound` also for none at all.
    pub(super) async fn managed_app(&self, management: &Management, app_id: Uuid) -> Result<AppRow, ManageError> {
        let memberships = self.memberships(management).await?;
        let app = app_among(management, &memberships, app_id).await?.ok_or(ManageError::NotFound)?;
        self.manages(management, &app).await?;
        Ok(app)
    }

    /// The membership with which the caller manages an app.
    ///
    /// # Errors
    /// `NotFound` for an app of an organization that is none of his, `Forbidden` for one that he may not manage.
    pub(super) async fn manages(&self, management: &Management, app: &AppRow) -> Result<MemberRow, ManageError> {
        let membership = members::membership(&management.read, app.organization_id, self.user.user_id).await?;
        let member = membership.ok_or(ManageError::NotFound)?;
        if !member.role.manages() {
            return Err(ManageError::Forbidden);
        }
        within_branches(&member, &app.allowed_branches)?;
        Ok(member)
    }
}

/// The app with this id in one of these organizations.
pub(super) async fn app_among(
    management: &Management,
    memberships: &[MemberRow],
    app_id: Uuid,
) -> Result<Option<AppRow>, ManageError> {
    for member in memberships {
        let app = app_list::in_organization(&management.read, member.organization_id, app_id).await?;
        if app.is_some() {
            return Ok(app);
        }
    }
    Ok(None)
}

/// Who is limited to some branches cannot make or hold an app that reaches others.
///
/// # Errors
/// `Forbidden` when the app would.
pub(super) fn within_branches(member: &MemberRow, app: &BranchRestriction) -> Result<(), ManageError> {
    if member.branches.covers(app) { Ok(()) } else { Err(ManageError::Forbidden) }
}
