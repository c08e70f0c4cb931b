//! What the method asks for, where it is allowed at all.

use axum::http::Method;
use routix_domain::value::Action;

use crate::proxy::error::ProxyError;

use super::path::Path;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    List,
    Show,
    Create,
    Change,
}

impl Operation {
    pub(super) fn action(self) -> Action {
        match self {
            Self::List | Self::Show => Action::Read,
            Self::Create | Self::Change => Action::Write,
        }
    }
}

pub(super) fn choose(method: &Method, path: &Path<'_>) -> Result<Operation, ProxyError> {
    let reads = *method == Method::GET || *method == Method::HEAD;
    match (path.record.is_some(), path.resource.is_writable()) {
        (false, _) if reads => Ok(Operation::List),
        (true, _) if reads => Ok(Operation::Show),
        (false, true) if *method == Method::POST => Ok(Operation::Create),
        (true, true) if *method == Method::PATCH => Ok(Operation::Change),
        (false, true) => Err(ProxyError::MethodNotAllowed { allow: "GET, HEAD, POST" }),
        (true, true) => Err(ProxyError::MethodNotAllowed { allow: "GET, HEAD, PATCH" }),
        (_, false) => Err(ProxyError::MethodNotAllowed { allow: "GET, HEAD" }),
    }
}
