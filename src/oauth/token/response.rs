//! The answer, in the manner of the door that was used (contract, section 4).

use axum::Json;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::grants::Granted;

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
        let mut response = Json(Value::Object(self.members(granted))).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    fn members(self, granted: &Granted) -> Map<String, Value> {
        let mut members = Map::new();
        let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
        add("access_token", granted.token.access_token.clone().into());
        if let Some(seconds) = granted.token.expires_in {
            add("expires_in", seconds.into());
        }
        add("token_type", if self == Self::Routera { "Bearer" } else { "bearer" }.into());
        match self {
            Self::Functions | Self::Auth => {
                add("scope", granted.scopes.to_string().into());
                add("organization_id", json!(granted.organization_id));
                add("branch_ids", json!(granted.branch_ids));
            }
            Self::Routee => {
                add("scope", granted.scopes.to_string().into());
                add("permissions", json!(granted.scopes));
            }
            // A user may have granted less than was asked for, and then the client has to be told (RFC 6749, 5.1).
            Self::Routera if granted.refresh_token.is_some() => add("scope", granted.scopes.to_string().into()),
            Self::Routera => {}
        }
        if let Some(refresh_token) = &granted.refresh_token {
            add("refresh_token", refresh_token.clone().into());
        }
        members
    }
}
