//! The token endpoint: one implementation behind four doors (contract, section 4; RFC 6749, 3.2).
//!
//! A request runs through one pipeline: read the parameters, name the grant, authenticate the client, run the grant, and
//! write the answer in the manner of the door.

mod grants;
mod response;

use axum::extract::Request;
use axum::response::Response;

use self::grants::{Granted, authorization_code, client_credentials, refresh_token};
pub(super) use self::response::Door;
use super::error::OAuthError;
use super::request::ClientRequest;
use super::server::OAuthServer;
use crate::http::origin::RequestOrigin;
use crate::measure;

pub(super) async fn token(
    server: &OAuthServer,
    door: Door,
    origin: &RequestOrigin,
    request: Request,
) -> Result<Response, OAuthError> {
    let granted = grant(server, origin, request).await;
    match &granted {
        Ok((grant_type, _)) => measure::token_issued(grant_type, door.as_str()),
        Err(error) => measure::token_refused(error.code(), door.as_str()),
    }
    granted.map(|(_, granted)| door.answer(&granted))
}

/// What is granted, and by which grant type.
async fn grant(
    server: &OAuthServer,
    origin: &RequestOrigin,
    request: Request,
) -> Result<(&'static str, Granted), OAuthError> {
    let request = ClientRequest::read(request).await?;
    Ok(match request.required("grant_type")? {
        "client_credentials" => ("client_credentials", client_credentials::grant(server, origin, &request).await?),
        "authorization_code" => ("authorization_code", authorization_code::grant(server, origin, &request).await?),
        "refresh_token" => ("refresh_token", refresh_token::grant(server, origin, &request).await?),
        _ => return Err(OAuthError::UnsupportedGrantType),
    })
}
