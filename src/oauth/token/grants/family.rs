//! What code and refresh token have in common: what is asked for, what is left of the grant, and the answer.

use routix_domain::app::Status;
use routix_domain::authorization::{EndReason, Family, Grant};
use routix_domain::value::ScopeSet;
use routix_projections::Moment;
use routix_projections::token_validation::ValidationRow;
use uuid::Uuid;

use super::{Granted, usable_branches};
use crate::access::{About, InvalidToken, Standing, UserGrant};
use crate::http::origin::RequestOrigin;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::error::OAuthError;
use crate::oauth::request::ClientRequest;
use crate::oauth::server::OAuthServer;
use crate::oauth::values::refresh_token;
use crate::store::identity::SecurityKind;

/// What the request narrows: scopes and resource.
pub(super) struct Asked {
    scopes: Option<ScopeSet>,
    resource: Option<String>,
}

impl Asked {
    pub(super) fn read(request: &ClientRequest) -> Result<Self, OAuthError> {
        let scopes = request.optional("scope").map(ScopeSet::parse_parameter).transpose();
        let scopes = scopes.map_err(|error| OAuthError::InvalidScope(error.to_string()))?;
        Ok(Self { scopes, resource: request.optional("resource").map(str::to_owned) })
    }
}

/// Says in the security log that what a user gave ended because of what this client presented.
pub(super) fn ended(
    server: &OAuthServer,
    origin: &RequestOrigin,
    (app, grant): (&ValidationRow, &Grant),
    reason: EndReason,
) {
    let detail = match reason {
        EndReason::CodeReplayed => "code_replayed",
        EndReason::RefreshTokenReused => "refresh_token_reused",
        EndReason::Revoked => "revoked",
        EndReason::TooManyRefusals => "too_many_refusals",
    };
    let about = About { detail, client_id: Some(app.client_id), user_id: Some(grant.user_id) };
    server.access.security.record(SecurityKind::AuthorizationEnded, origin, about);
}

/// What the client would get. Asked before anything is spent, and again after it: what was revoked in between is not
/// given any more.
pub(super) async fn check(
    server: &OAuthServer,
    (moment, app): (&Moment, &ValidationRow),
    (id, grant): (Uuid, &Grant),
    asked: &Asked,
) -> Result<(UserGrant, Standing, Option<String>), OAuthError> {
    let resource = resource(server, grant, asked)?;
    if app.token_epoch != u64::from(grant.token_epoch) {
        return Err(OAuthError::InvalidGrant("the app's tokens were cut off since"));
    }
    let grant = UserGrant::of(id, grant);
    let mut standing = match server.access.standing_of_user(moment, app, &grant).await {
        Ok(standing) => standing,
        Err(InvalidToken::Refused) => {
            return Err(OAuthError::InvalidGrant("the user's consent or membership has ended"));
        }
        Err(error) => return Err(OAuthError::Token(error)),
    };
    if standing.scopes.is_empty() {
        return Err(OAuthError::InvalidGrant("nothing is left of the scopes that the user granted"));
    }
    if let Some(scopes) = &asked.scopes {
        if scopes.is_empty() || !scopes.is_subset(&grant.scopes) {
            return Err(OAuthError::InvalidScope("the user did not grant all of these scopes".to_owned()));
        }
        standing.scopes = scopes.intersection(&standing.scopes);
        if standing.scopes.is_empty() {
            return Err(OAuthError::InvalidScope("nothing is left of these scopes; there may be of others".to_owned()));
        }
    }
    Ok((grant, standing, resource))
}

/// The tokens of a family that goes on.
pub(super) async fn granted(
    server: &OAuthServer,
    client: &AuthenticatedClient,
    (id, family): (Uuid, &Family),
    asked: &Asked,
) -> Result<Granted, OAuthError> {
    let revoked = OAuthError::InvalidClient { description: "the app is revoked", basic: client.basic };
    let moment = server.access.moment().await.map_err(OAuthError::Token)?;
    let app = server.access.app_by_id(&moment, family.grant.app_id).await.map_err(OAuthError::Token)?;
    let app = app.filter(|app| app.status.0 == Status::Active).ok_or(revoked)?;
    let (grant, standing, resource) = check(server, (&moment, &app), (id, &family.grant), asked).await?;
    let token = server.access.issue_for_user(&app, &grant, &standing.scopes, resource.as_deref());
    Ok(Granted {
        token: token.map_err(OAuthError::Token)?,
        scopes: standing.scopes,
        organization_id: grant.organization_id,
        branch_ids: usable_branches(server, &moment, (grant.organization_id, &standing.branches)).await?,
        refresh_token: Some(refresh_token(&server.access.keys.current(), id, family)),
    })
}

/// The resource that was granted, or a narrower one that is asked for (RFC 8707, 2.2).
fn resource(server: &OAuthServer, grant: &Grant, asked: &Asked) -> Result<Option<String>, OAuthError> {
    let known = |name: &String| server.access.resource.names().contains(name);
    match (&grant.resource, &asked.resource) {
        (granted, None) => Ok(granted.clone()),
        (None, Some(name)) if known(name) => Ok(Some(name.clone())),
        (Some(granted), Some(name)) if granted == name => Ok(Some(name.clone())),
        (None | Some(_), Some(_)) => Err(OAuthError::InvalidTarget),
    }
}
