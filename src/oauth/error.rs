//! Errors of the token endpoint (RFC 6749, 5.2).

use axum::http::{HeaderValue, StatusCode, header};

use crate::access::InvalidToken;
use crate::http::Failure;
use crate::http::limit::Budget;
use routix_projections::ReadError;

/// Why a token request got no token.
#[derive(Debug, thiserror::Error)]
pub enum OAuthError {
    /// A parameter is missing, malformed or repeated.
    #[error("{0}")]
    InvalidRequest(String),
    /// Unknown client, wrong secret, no authentication, or a revoked app.
    #[error("{description}")]
    InvalidClient {
        description: &'static str,
        /// Whether the client used HTTP Basic, and so is owed a challenge.
        basic: bool,
    },
    /// The client may not use this grant type.
    #[error("{0}")]
    UnauthorizedClient(&'static str),
    #[error("this grant type is not offered; use client_credentials")]
    UnsupportedGrantType,
    #[error("{0}")]
    InvalidScope(String),
    /// The resource is none of ours (RFC 8707, 2).
    #[error("there is no such resource; see the protected resource metadata")]
    InvalidTarget,
    #[error("too many failed authentications; try again later")]
    TooManyFailures(Budget),
    /// The body could not be read.
    #[error("the request body cannot be read")]
    Body(Failure),
    #[error("the read model does not answer")]
    Read(#[from] ReadError),
    #[error("no token could be made")]
    Token(#[source] InvalidToken),
}

impl OAuthError {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::InvalidRequest(_)
            | Self::UnauthorizedClient(_)
            | Self::UnsupportedGrantType
            | Self::InvalidScope(_)
            | Self::InvalidTarget => StatusCode::BAD_REQUEST,
            Self::InvalidClient { .. } => StatusCode::UNAUTHORIZED,
            Self::TooManyFailures(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Body(failure) => failure.status,
            Self::Read(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Token(cause) if cause.is_outage() => StatusCode::SERVICE_UNAVAILABLE,
            Self::Token(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub fn code(&self) -> &'static str {
        match self {
            Self::InvalidRequest(_) => "invalid_request",
            Self::InvalidClient { .. } => "invalid_client",
            Self::UnauthorizedClient(_) => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope(_) => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::TooManyFailures(_) => "rate_limited",
            Self::Body(failure) => failure.code,
            Self::Read(_) => "temporarily_unavailable",
            Self::Token(cause) if cause.is_outage() => "temporarily_unavailable",
            Self::Token(_) => "server_error",
        }
    }
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        let plain = |error: &OAuthError| Self::new(error.status(), error.code(), error.to_string());
        match error {
            OAuthError::InvalidClient { basic: true, .. } => {
                let challenge = HeaderValue::from_static("Basic realm=\"routix\", charset=\"UTF-8\"");
                plain(&error).header(header::WWW_AUTHENTICATE, challenge)
            }
            OAuthError::TooManyFailures(budget) => budget.failure(&error.to_string()),
            OAuthError::Body(failure) => failure,
            OAuthError::Read(cause) => Self::unavailable(cause),
            OAuthError::Token(cause) if cause.is_outage() => Self::unavailable(cause),
            OAuthError::Token(cause) => Self::internal(cause),
            OAuthError::InvalidRequest(_)
            | OAuthError::InvalidClient { .. }
            | OAuthError::UnauthorizedClient(_)
            | OAuthError::UnsupportedGrantType
            | OAuthError::InvalidScope(_)
            | OAuthError::InvalidTarget => plain(&error),
        }
    }
}
