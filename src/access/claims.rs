//! What an access token says (seed: API integration, "Token claims").

use std::fmt;
use std::str::FromStr;

use routix_domain::value::ScopeSet;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The audience and the role of every token that names no resource.
pub(super) const AUTHENTICATED: &str = "authenticated";

/// The claims of an access token: a user's own, or an app's when `app` is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: String,
    pub role: String,
    /// The user, or for client credentials the app.
    pub sub: Uuid,
    pub iat: i64,
    /// Absent only in a token of unlimited lifetime.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    pub jti: String,
    /// The user's session; in a user's own token only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Uuid>,
    #[serde(flatten)]
    pub app: Option<AppClaims>,
}

/// What a token of an app says beside.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AppClaims {
    pub organization_id: Uuid,
    pub oauth_client_id: Uuid,
    pub oauth_scopes: ScopeSet,
    /// The restriction at issue, empty for none. Informs the client; the proxy decides on the restriction of today.
    pub oauth_branch_ids: Vec<Uuid>,
    pub oauth_app_name: String,
}

/// The `jti` of an app's token: the epoch in which it was issued, and a random id.
///
/// A cut-off raises the app's epoch. Comparing epochs needs no clock, so a token that was issued by a node whose clock
/// runs ahead is cut off like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenId {
    pub epoch: u64,
    pub id: Uuid,
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.id)
    }
}

/// The text is no token id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed token id")]
pub struct MalformedTokenId;

impl FromStr for TokenId {
    type Err = MalformedTokenId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (epoch, id) = text.split_once('.').ok_or(MalformedTokenId)?;
        Ok(Self { epoch: epoch.parse().map_err(|_| MalformedTokenId)?, id: id.parse().map_err(|_| MalformedTokenId)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_are_named_as_in_the_seed() {
        let app = AppClaims {
            organization_id: Uuid::from_u128(1),
            oauth_client_id: Uuid::from_u128(2),
            oauth_scopes: ScopeSet::parse_parameter("routix:accounts:read").unwrap(),
            oauth_branch_ids: vec![],
            oauth_app_name: "My ERP Sync".into(),
        };
        let claims = Claims {
            iss: "supabase".into(),
            aud: AUTHENTICATED.into(),
            role: AUTHENTICATED.into(),
            sub: Uuid::from_u128(3),
            iat: 1,
            exp: None,
            jti: TokenId { epoch: 0, id: Uuid::from_u128(4) }.to_string(),
            session_id: None,
            app: Some(app),
        };
        let json = serde_json::to_value(&claims).unwrap();
        let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "aud",
                "iat",
                "iss",
                "jti",
                "oauth_app_name",
                "oauth_branch_ids",
                "oauth_client_id",
                "oauth_scopes",
                "organization_id",
                "role",
                "sub"
            ]
        );
        assert_eq!(serde_json::from_value::<Claims>(json).unwrap(), claims);
    }
}
