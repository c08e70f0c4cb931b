//! The token endpoint: one implementation behind four doors (contract, section 4; RFC 6749, 3.2).
//!
//! A request runs through one pipeline: read the parameters, name the grant, authenticate the client, run the grant, and
//! write the answer in the manner of the door.

mod client_auth;
mod grants;
mod request;
mod response;

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use self::grants::client_credentials;
use self::request::TokenRequest;
pub use self::response::Door;
use super::error::OAuthError;
use uuid::Uuid;

use crate::access::Access;
use crate::http::Failure;
use crate::http::limit::Limiter;
use crate::http::origin::RequestOrigin;

/// What the token endpoint works with.
pub struct TokenEndpoint {
    pub access: Access,
    /// Failed authentications by client and network; unknown clients of a network share one budget.
    pub failures: Limiter<(Option<Uuid>, IpAddr)>,
}

/// The four doors.
pub fn router(endpoint: Arc<TokenEndpoint>) -> Router {
    let door = |door: Door| {
        post(move |State(endpoint): State<Arc<TokenEndpoint>>, origin: RequestOrigin, request: Request| async move {
            match token(&endpoint, door, &origin, request).await {
                Ok(response) => response,
                Err(error) => Failure::from(error).into_response(),
            }
        })
    };
    Router::new()
        .route("/functions/v1/oauth-token", door(Door::Functions))
        .route("/auth/v1/oauth/token", door(Door::Auth))
        .route("/oauth2/token", door(Door::Routera))
        .route("/oauth/token", door(Door::Routee))
        .with_state(endpoint)
}

async fn token(
    endpoint: &TokenEndpoint,
    door: Door,
    origin: &RequestOrigin,
    request: Request,
) -> Result<Response, OAuthError> {
    let request = TokenRequest::read(request).await?;
    match request.required("grant_type")? {
        "client_credentials" => {
            let granted = client_credentials::grant(endpoint, origin, &request).await?;
            Ok(door.answer(&granted))
        }
        _ => Err(OAuthError::UnsupportedGrantType),
    }
}
