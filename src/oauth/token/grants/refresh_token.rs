//! The refresh token: an app goes on without the user (OAuth 2.1, 4.3; RFC 9700, 4.14).
//!
//! Whose token it is comes before everything. Then it is asked what is left of the grant, and only then is the generation
//! spent: a client that is refused for the moment (its app is revoked) can come again.

use routix_domain::app::{RefreshAuthentication, Status};
use routix_domain::authorization::{Authorization, Family, Refresh};
use routix_projections::token_validation::ValidationRow;
use uuid::Uuid;

use super::Granted;
use super::family::{self, Asked};
use crate::commands::authorizations::Presented;
use crate::http::origin::RequestOrigin;
use crate::oauth::client_auth::AuthenticatedClient;
use crate::oauth::error::OAuthError;
use crate::oauth::request::ClientRequest;
use crate::oauth::server::OAuthServer;
use crate::oauth::values::read_refresh_token;

const REFUSED: OAuthError = OAuthError::InvalidGrant("the refresh token is unknown, expired, used or ended");

pub(in super::super) async fn grant(
    server: &OAuthServer,
    origin: &RequestOrigin,
    request: &ClientRequest,
) -> Result<Granted, OAuthError> {
    let authenticated = match request.names_a_secret() {
        true => Some(server.authenticate_client(origin, request).await?),
        false => None,
    };
    let presented = request.required("refresh_token")?;
    let asked = Asked::read(request)?;
    let (id, generation) = read_refresh_token(&server.access.keys.current(), presented).ok_or(REFUSED)?;
    let is_family = |seen: &Authorization| matches!(seen, Authorization::Family(_));
    let family = match server.commands.authorization_as_seen(id, is_family).await? {
        Authorization::Family(family) => family,
        Authorization::Undecided | Authorization::Denied | Authorization::Code { .. } | Authorization::Ended { .. } => {
            return Err(REFUSED);
        }
    };
    let client = match authenticated {
        Some(client) if client.app.app_id == family.grant.app_id => client,
        Some(_) => return Err(REFUSED),
        None => unauthenticated(server, request, &family).await?,
    };
    family::check(server, (&client.moment, &client.app), (id, &family.grant), &asked).await?;
    let refresh = Refresh {
        app_id: Some(client.app.app_id),
        generation,
        retry: server.refresh_retry,
        at: server.access.system.now(),
    };
    let by_client = server.origin(origin, &client);
    match server.commands.refresh_authorization(id, refresh, &by_client).await? {
        Presented::Accepted(family) => {
            server.count_use(&client.app, client.secret_generation);
            family::granted(server, &client, (id, &family), &asked).await
        }
        Presented::Refused => Err(REFUSED),
        Presented::Ended(reason) => {
            family::ended(server, origin, (&client.app, &family.grant), reason);
            Err(REFUSED)
        }
    }
}

/// The client of a refresh that carries no secret, as the seeds send it: accepted while the secret that began the family
/// is still the current one, and while the app does not ask for more. A public client has no secret to ask for; it names
/// itself where the app wants that.
async fn unauthenticated(
    server: &OAuthServer,
    request: &ClientRequest,
    family: &Family,
) -> Result<AuthenticatedClient, OAuthError> {
    let refused = |description| OAuthError::InvalidClient { description, basic: false };
    let moment = server.access.moment().await.map_err(OAuthError::Token)?;
    let app = server.access.app_by_id(&moment, family.grant.app_id).await.map_err(OAuthError::Token)?;
    let app = app.ok_or(REFUSED)?;
    let named = request.optional("client_id");
    if named.is_some_and(|client_id| client_id.parse::<Uuid>().ok() != Some(app.client_id)) {
        return Err(REFUSED);
    }
    let current = app.secrets.current().map(|secret| secret.generation);
    let must_authenticate = match app.refresh_authentication.0 {
        RefreshAuthentication::Always => current.is_some() || named.is_none(),
        RefreshAuthentication::WhenRotated => current != family.secret_generation,
    };
    if must_authenticate {
        return Err(refused("this refresh needs client authentication"));
    }
    if is_revoked(&app) {
        return Err(refused("the app is revoked"));
    }
    Ok(AuthenticatedClient { app, moment, secret_generation: None, basic: false })
}

fn is_revoked(app: &ValidationRow) -> bool {
    app.status.0 == Status::Revoked
}
