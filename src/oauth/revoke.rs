//! `POST /auth/v1/oauth/revoke`: a client gives a token back (RFC 7009).
//!
//! The answer is `200 {}` whether there was something to end or not: a client learns nothing of tokens that are not its own.
//! An access token that rests on a user's grant ends with the whole grant (RFC 7009, 2.1), one that the app got for itself
//! ends alone.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::DateTime;
use routix_domain::app::{App, AppCommand};
use serde_json::json;
use uuid::Uuid;

use super::client_auth::AuthenticatedClient;
use super::error::OAuthError;
use super::request::ClientRequest;
use super::server::OAuthServer;
use super::values::read_refresh_token;
use crate::access::About;
use crate::http::Failure;
use crate::http::origin::RequestOrigin;
use crate::store::identity::SecurityKind;

pub(super) async fn revoke(
    State(server): State<Arc<OAuthServer>>,
    origin: RequestOrigin,
    request: Request,
) -> Result<Response, Failure> {
    end(&server, &origin, request).await?;
    let mut response = Json(json!({})).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

async fn end(server: &OAuthServer, origin: &RequestOrigin, request: Request) -> Result<(), OAuthError> {
    let request = ClientRequest::read(request).await?;
    let client = server.authenticate_client(origin, &request).await?;
    let token = request.required("token")?;
    // `token_type_hint` is not needed: the two kinds of token cannot be confused (RFC 7009, 2.1 lets us look at both).
    let keys = server.access.keys.current();
    if let Some((id, _generation)) = read_refresh_token(&keys, token) {
        return end_authorization(server, origin, (&client, id)).await;
    }
    // Nobody's, or of no use any more: there is nothing to end.
    let Some(token) = server.access.good_app_token(token).await.map_err(OAuthError::Token)? else { return Ok(()) };
    if token.app.app_id != client.app.app_id {
        foreign(server, origin, (&client, "access_token"));
        return Ok(());
    }
    match token.id.basis {
        Some(basis) => end_authorization(server, origin, (&client, basis.authorization_id)).await,
        None => {
            let expires_at = token.claims.exp.and_then(|exp| DateTime::from_timestamp(exp, 0));
            let command = AppCommand::RevokeToken { token_id: token.id.id, expires_at };
            let by_client = server.origin(origin, &client);
            server.commands.execute::<App>(&token.app.app_id.to_string(), command, &by_client).await?;
            Ok(())
        }
    }
}

async fn end_authorization(
    server: &OAuthServer,
    origin: &RequestOrigin,
    (client, id): (&AuthenticatedClient, Uuid),
) -> Result<(), OAuthError> {
    let by_client = server.origin(origin, client);
    if !server.commands.revoke_authorization(id, client.app.app_id, &by_client).await? {
        foreign(server, origin, (client, "authorization"));
    }
    Ok(())
}

/// Somebody holds a token that he should not have, or tries its luck.
fn foreign(server: &OAuthServer, origin: &RequestOrigin, (client, detail): (&AuthenticatedClient, &'static str)) {
    let about = About { detail, client_id: Some(client.app.client_id), user_id: None };
    server.access.security.record(SecurityKind::ForeignRevocation, origin, about);
}
