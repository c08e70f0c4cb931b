//! Every way in which the proxy itself refuses or fails, and how each is answered.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use routix_domain::value::{Fault, Faults, Scope};

use crate::http::Failure;
use crate::http::failure::fields_at_fault;
use crate::http::json::InvalidJson;

use super::records::RecordError;

#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    #[error("no such version, resource or record")]
    NotFound,
    #[error("the method is not allowed here")]
    MethodNotAllowed { allow: &'static str },
    #[error("the token lacks a scope")]
    InsufficientScope { scope: Scope },
    #[error("no such branch in the organization of the token")]
    BranchNotFound,
    #[error("the app is limited to other branches")]
    BranchAccessDenied,
    #[error("fields are at fault")]
    Invalid(Vec<Fault>),
    #[error("the body is not a JSON object")]
    InvalidJson(#[source] InvalidJson),
    #[error("an If-Match that does not hold")]
    PreconditionFailed,
    #[error("a unique field is taken")]
    Conflict { field: String },
    #[error("the idempotency key was used for another request")]
    KeyReused,
    #[error("the record source does not answer")]
    Unavailable(#[source] RecordError),
    #[error("the record source is broken")]
    Broken(#[source] RecordError),
}

impl ProxyError {
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::BranchNotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::InsufficientScope { .. } | Self::BranchAccessDenied => StatusCode::FORBIDDEN,
            Self::Invalid(_) | Self::InvalidJson(_) => StatusCode::BAD_REQUEST,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::InsufficientScope { .. } => "insufficient_scope",
            Self::BranchNotFound => "branch_not_found",
            Self::BranchAccessDenied => "branch_access_denied",
            Self::Invalid(_) | Self::InvalidJson(_) => "invalid_request",
            Self::PreconditionFailed => "precondition_failed",
            Self::Conflict { .. } => "conflict",
            Self::KeyReused => "idempotency_key_reused",
            Self::Unavailable(_) => "temporarily_unavailable",
            Self::Broken(_) => "server_error",
        }
    }

    pub fn description(&self) -> String {
        match self {
            Self::NotFound => "no such version, resource or record".into(),
            Self::MethodNotAllowed { allow } => format!("allowed here: {allow}"),
            Self::InsufficientScope { scope } => format!("the token needs the scope {scope}"),
            Self::BranchNotFound => "no such branch in the organization of the token".into(),
            Self::BranchAccessDenied => "branch access denied".into(),
            Self::Invalid(faults) => fields_at_fault(faults),
            Self::InvalidJson(error) => error.to_string(),
            Self::PreconditionFailed => "the record has changed since it was read".into(),
            Self::Conflict { field } => format!("{field} is taken in this branch"),
            Self::KeyReused => "the idempotency key was used for another body".into(),
            Self::Unavailable(_) => "try again in a moment".into(),
            Self::Broken(_) => "the server met a fault of its own".into(),
        }
    }

    fn header(&self) -> Option<(HeaderName, String)> {
        match self {
            Self::MethodNotAllowed { allow } => Some((header::ALLOW, (*allow).into())),
            Self::InsufficientScope { scope } => {
                let challenge = format!("Bearer realm=\"routix\", error=\"insufficient_scope\", scope=\"{scope}\"");
                Some((header::WWW_AUTHENTICATE, challenge))
            }
            Self::Unavailable(_) => Some((header::RETRY_AFTER, "1".into())),
            Self::NotFound
            | Self::BranchNotFound
            | Self::BranchAccessDenied
            | Self::Invalid(_)
            | Self::InvalidJson(_)
            | Self::PreconditionFailed
            | Self::Conflict { .. }
            | Self::KeyReused
            | Self::Broken(_) => None,
        }
    }
}

impl From<ProxyError> for Failure {
    fn from(error: ProxyError) -> Self {
        let mut failure = Self::new(error.status(), error.code(), error.description());
        if let Some((name, value)) = error.header()
            && let Ok(value) = HeaderValue::try_from(value)
        {
            failure = failure.header(name, value);
        }
        match error {
            ProxyError::Invalid(faults) => failure = failure.with_faults(faults),
            ProxyError::Conflict { field } => {
                failure.faults.push(Fault::new(field, "taken", "is taken by another record of this branch"));
            }
            ProxyError::Unavailable(cause) | ProxyError::Broken(cause) => failure = failure.caused_by(cause),
            ProxyError::NotFound
            | ProxyError::MethodNotAllowed { .. }
            | ProxyError::InsufficientScope { .. }
            | ProxyError::BranchNotFound
            | ProxyError::BranchAccessDenied
            | ProxyError::InvalidJson(_)
            | ProxyError::PreconditionFailed
            | ProxyError::KeyReused => {}
        }
        failure
    }
}

impl From<Faults> for ProxyError {
    fn from(faults: Faults) -> Self {
        Self::Invalid(faults.into_vec())
    }
}

impl From<RecordError> for ProxyError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::NoSuchRecord => Self::NotFound,
            RecordError::PreconditionFailed => Self::PreconditionFailed,
            RecordError::Conflict { field } => Self::Conflict { field },
            RecordError::UnknownReference { fields } => {
                let fault = |field| Fault::new(field, "unknown_reference", "names no record of this branch");
                Self::Invalid(fields.into_iter().map(fault).collect())
            }
            RecordError::KeyReused => Self::KeyReused,
            RecordError::Unavailable(_) => Self::Unavailable(error),
            RecordError::Broken(_) => Self::Broken(error),
        }
    }
}
