//! `POST /auth/v1/oauth/introspect`: a client asks what a token of its own is worth now (RFC 7662).
//!
//! Everything but a good token of the very client that asks is `{"active":false}`, so that nobody learns of tokens that are
//! not his. Deliberately absent: a limit for many questions. Only a client with a secret may ask, and a token cannot be
//! guessed.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use routix_domain::authorization::{Authorization, Family};
use serde_json::{Value, json};
use uuid::Uuid;

use super::client_auth::AuthenticatedClient;
use super::error::OAuthError;
use super::request::ClientRequest;
use super::server::OAuthServer;
use super::values::read_refresh_token;
use crate::access::{AppToken, InvalidToken, UserGrant};
use crate::http::Failure;
use crate::http::origin::RequestOrigin;

pub(super) async fn introspect(
    State(server): State<Arc<OAuthServer>>,
    origin: RequestOrigin,
    request: Request,
) -> Result<Response, Failure> {
    let answer = look(&server, &origin, request).await?.unwrap_or_else(|| json!({"active": false}));
    let mut response = Json(answer).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn look(server: &OAuthServer, origin: &RequestOrigin, request: Request) -> Result<Option<Value>, OAuthError> {
    let request = ClientRequest::read(request).await?;
    let client = server.authenticate_client(origin, &request).await?;
    if client.secret_generation.is_none() {
        let description = "introspection needs a client that has a secret";
        return Err(OAuthError::InvalidClient { description, basic: client.basic });
    }
    let token = request.required("token")?;
    if let Some((id, generation)) = read_refresh_token(&server.access.keys.current(), token) {
        return match server.commands.authorization(id).await? {
            Authorization::Family(family) => refresh_token(server, &client, (id, generation), &family).await,
            Authorization::Undecided
            | Authorization::Denied
            | Authorization::Code { .. }
            | Authorization::Ended { .. } => Ok(None),
        };
    }
    let found = server.access.good_app_token(token).await.map_err(OAuthError::Token)?;
    Ok(found.filter(|token| token.app.app_id == client.app.app_id).map(|token| access_token(&token)))
}

fn access_token(token: &AppToken) -> Value {
    let claims = &token.claims;
    let mut answer = json!({
        "active": true,
        "scope": token.principal.scopes.to_string(),
        "client_id": token.app.client_id,
        "token_type": "Bearer",
        "sub": claims.sub,
        "aud": claims.aud,
        "iss": claims.iss,
        "iat": claims.iat,
        "jti": claims.jti,
        "organization_id": token.principal.organization_id,
    });
    if let Some(exp) = claims.exp {
        answer["exp"] = exp.into();
    }
    answer
}

async fn refresh_token(
    server: &OAuthServer,
    client: &AuthenticatedClient,
    (id, generation): (Uuid, u32),
    family: &Family,
) -> Result<Option<Value>, OAuthError> {
    let current = family.grant.app_id == client.app.app_id
        && family.generation == generation
        && server.access.system.now() < family.expires_at()
        && client.app.token_epoch == u64::from(family.grant.token_epoch);
    if !current {
        return Ok(None);
    }
    let standing = match server.access.standing(&client.moment, &client.app, &UserGrant::of(id, &family.grant)).await {
        Ok(standing) => standing,
        Err(InvalidToken::Refused) => return Ok(None),
        Err(error) => return Err(OAuthError::Token(error)),
    };
    // A refresh would be refused.
    if standing.scopes.is_empty() {
        return Ok(None);
    }
    Ok(Some(json!({
        "active": true,
        "scope": standing.scopes.to_string(),
        "client_id": client.app.client_id,
        "sub": family.grant.user_id,
        "iss": server.access.resource.issuer(),
        "iat": family.refreshed_at.timestamp(),
        "exp": family.expires_at().timestamp(),
        "organization_id": family.grant.organization_id,
    })))
}
