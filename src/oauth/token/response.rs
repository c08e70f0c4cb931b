//! The answer, in the manner of the door that was used (contract, section 4).

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use routix_domain::value::ScopeSet;
use serde::Serialize;
use uuid::Uuid;

use super::grants::Granted;
use crate::http::Failure;

/// One of the four doors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::oauth) enum Door {
    /// `/functions/v1/oauth-token`: Routix, for servers.
    Functions,
    /// `/auth/v1/oauth/token`: Routix, for user-facing apps.
    Auth,
    /// `/oauth2/token`: Routera.
    Routera,
    /// `/oauth/token`: Routee.
    Routee,
}

impl Door {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Functions => "functions",
            Self::Auth => "auth",
            Self::Routera => "routera",
            Self::Routee => "routee",
        }
    }

    pub(super) fn answer(self, granted: &Granted) -> Response {
        let mut response = body(&granted.token.access_token, &self.members(granted));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    fn members(self, granted: &Granted) -> Members<'_> {
        let says_more = matches!(self, Self::Functions | Self::Auth);
        Members {
            branch_ids: says_more.then_some(&granted.branch_ids),
            expires_in: granted.token.expires_in,
            organization_id: says_more.then_some(granted.organization_id),
            permissions: (self == Self::Routee).then_some(&granted.scopes),
            refresh_token: granted.refresh_token.as_deref(),
            // A user may have granted less than was asked for, and then the client has to be told (RFC 6749, 5.1).
            scope: (self != Self::Routera || granted.refresh_token.is_some()).then(|| granted.scopes.to_string()),
            token_type: if self == Self::Routera { "Bearer" } else { "bearer" },
        }
    }
}

/// The answer, the token first: it is nearly all of it, and has no letter that JSON would write in another way (RFC 7515, 7.1),
/// so nobody has to look at each.
fn body(access_token: &str, members: &Members<'_>) -> Response {
    const BEGIN: &str = "{\"access_token\":\"";
    let mut json = Vec::with_capacity(BEGIN.len() + access_token.len() + 512);
    json.extend_from_slice(BEGIN.as_bytes());
    json.extend_from_slice(access_token.as_bytes());
    json.push(b'"');
    let rest = json.len();
    if let Err(error) = serde_json::to_writer(&mut json, members) {
        return Failure::internal(error).into_response();
    }
    // The members begin with a brace, and here they go on.
    json[rest] = b',';
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], json).into_response()
}

/// What a door says beside the token; what is `None` it leaves out.
#[derive(Serialize)]
struct Members<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    branch_ids: Option<&'a Vec<Uuid>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_id: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<&'a ScopeSet>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    token_type: &'static str,
}
