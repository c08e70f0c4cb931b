//! Client credentials: an app for itself (RFC 6749, 4.4; seed: API integration, "Flow 2").

use routix_domain::value::ScopeSet;
use routix_projections::branches;
use routix_projections::token_validation::ValidationRow;
use uuid::Uuid;

use super::super::super::error::OAuthError;
use super::super::TokenEndpoint;
use super::super::client_auth::AuthenticatedClient;
use super::super::request::TokenRequest;
use super::Granted;
use crate::http::origin::RequestOrigin;

pub(in super::super) async fn grant(
    endpoint: &TokenEndpoint,
    origin: &RequestOrigin,
    request: &TokenRequest,
) -> Result<Granted, OAuthError> {
    let AuthenticatedClient { app, secret_generation } = endpoint.authenticate_client(origin, request).await?;
    let generation = secret_generation
        .ok_or(OAuthError::UnauthorizedClient("a public client has no secret and cannot use client_credentials"))?;
    let scopes = scopes(&app, request.optional("scope"))?;
    let resource = request.optional("resource");
    if resource.is_some_and(|name| !endpoint.access.resource.names().iter().any(|known| known == name)) {
        return Err(OAuthError::InvalidTarget);
    }
    let branch_ids = usable_branches(endpoint, &app).await?;
    let token = endpoint.access.issue_to_app(&app, &scopes, resource).map_err(OAuthError::Token)?;
    endpoint.access.usage.count(app.app_id, generation, endpoint.access.system.now());
    Ok(Granted { token, scopes, organization_id: app.organization_id, branch_ids })
}

/// What was asked for, if the app holds all of it; everything it holds when nothing was asked for.
fn scopes(app: &ValidationRow, asked: Option<&str>) -> Result<ScopeSet, OAuthError> {
    let Some(asked) = asked else { return Ok(app.allowed_scopes.0.clone()) };
    let asked = ScopeSet::parse_parameter(asked).map_err(|error| OAuthError::InvalidScope(error.to_string()))?;
    if asked.is_empty() || !asked.is_subset(&app.allowed_scopes) {
        return Err(OAuthError::InvalidScope("the app does not hold all of these scopes".to_owned()));
    }
    Ok(asked)
}

/// The organization's open branches that the app's restriction allows.
async fn usable_branches(endpoint: &TokenEndpoint, app: &ValidationRow) -> Result<Vec<Uuid>, OAuthError> {
    let rows = branches::of_organization(&endpoint.access.read, app.organization_id).await?;
    let open = rows.into_iter().filter(|branch| branch.closed_at.is_none()).map(|branch| branch.branch_id);
    Ok(open.filter(|id| app.allowed_branches.allows(*id)).collect())
}
