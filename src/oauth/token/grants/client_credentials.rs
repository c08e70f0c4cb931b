//! Client credentials: an app for itself (RFC 6749, 4.4; seed: API integration, "Flow 2").

use routix_domain::value::ScopeSet;
use routix_projections::token_validation::ValidationRow;

use super::{Granted, usable_branches};
use crate::http::origin::RequestOrigin;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::error::OAuthError;
use crate::oauth::request::ClientRequest;
use crate::oauth::server::OAuthServer;

pub(in super::super) async fn grant(
    server: &OAuthServer,
    origin: &RequestOrigin,
    request: &ClientRequest,
) -> Result<Granted, OAuthError> {
    let AuthenticatedClient { app, moment, secret_generation, basic: _ } =
        server.authenticate_client(origin, request).await?;
    let generation = secret_generation
        .ok_or(OAuthError::UnauthorizedClient("a public client has no secret and cannot use client_credentials"))?;
    let scopes = scopes(&app, request.optional("scope"))?;
    let resource = request.optional("resource");
    if resource.is_some_and(|name| !server.access.resource.names().iter().any(|known| known == name)) {
        return Err(OAuthError::InvalidTarget);
    }
    let branch_ids = usable_branches(server, &moment, (app.organization_id, &app.allowed_branches)).await?;
    let token = server.access.issue_to_app(&app, &scopes, resource).map_err(OAuthError::Token)?;
    server.access.usage.count(app.app_id, generation, server.access.system.now());
    Ok(Granted { token, scopes, organization_id: app.organization_id, branch_ids, refresh_token: None })
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
