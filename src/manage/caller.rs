//! Who is asking: the extractor that proves it, and the check of what he may do in an organization.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use routix_domain::log::Actor;
use routix_domain::value::Fault;
use routix_projections::members::{self, MemberRow};
use uuid::Uuid;

use super::{ManageError, Management};
use crate::access::{UserPrincipal, bearer};
use crate::commands::Origin;
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
        Origin {
            actor: Actor::User(self.user.user_id),
            authenticated_by: "password",
            request_id: Some(self.request.request_id.clone()),
            correlation_id: management.access.system.ordered_id(),
            context: self.request.context.clone(),
        }
    }

    pub(super) async fn memberships(&self, management: &Management) -> Result<Vec<MemberRow>, ManageError> {
        Ok(members::of_user(&management.read, self.user.user_id).await?)
    }

    /// An organization that the caller manages: the one named, or his only one.
    ///
    /// # Errors
    /// `Forbidden` for one in which he may not, or which is none of his; a fault on `organization_id` when he has to say
    /// which.
    pub(super) async fn managed_organization(
        &self,
        management: &Management,
        named: Option<Uuid>,
    ) -> Result<Uuid, ManageError> {
        let memberships = self.memberships(management).await?;
        let managed = |member: &&MemberRow| member.role.manages();
        if let Some(id) = named {
            let membership = memberships.iter().find(|member| member.organization_id == id);
            return membership.filter(managed).map(|_| id).ok_or(ManageError::Forbidden);
        }
        let mut candidates = memberships.iter().filter(managed);
        match (candidates.next(), candidates.next()) {
            (None, _) => Err(ManageError::Forbidden),
            (Some(only), None) => Ok(only.organization_id),
            (Some(_), Some(_)) => Err(ManageError::Invalid(vec![Fault::new(
                "organization_id",
                "required",
                "you manage several organizations; say which one",
            )])),
        }
    }

    /// The caller's membership in an organization; an organization of others does not exist for him.
    pub(super) async fn membership(
        &self,
        management: &Management,
        organization_id: Uuid,
    ) -> Result<MemberRow, ManageError> {
        let membership = members::membership(&management.read, organization_id, self.user.user_id).await?;
        membership.ok_or(ManageError::NotFound)
    }
}
