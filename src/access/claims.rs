//! What an access token says (seed: API integration, "Token claims"; RFC 9068 where a resource was asked for).

use std::fmt;
use std::str::FromStr;

use routix_domain::value::ScopeSet;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The audience and the role of every token that names no resource.
pub(super) const AUTHENTICATED: &str = "authenticated";

/// The claims of an access token. One with an `oauth_client_id` is an app's, any other a person's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
    /// The user's session; in a person's own token only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_client_id: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_scopes: Option<ScopeSet>,
    /// The restriction at issue, empty for none. Informs the client; the proxy decides on the restriction of today.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_branch_ids: Option<Vec<Uuid>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oauth_app_name: Option<String>,
    /// With a resource only (RFC 9068, 2.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<Uuid>,
    /// With a resource only (RFC 9068, 2.2.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// The `jti` of an app's token: the epoch in which it was issued, a random id, and for a user's token what it rests on.
///
/// A cut-off raises the app's epoch. Comparing epochs needs no clock, so a token that was issued by a node whose clock
/// runs ahead is cut off like any other; for the same reason a withdrawn consent is counted and not dated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenId {
    pub epoch: u64,
    pub id: Uuid,
    pub basis: Option<Basis>,
}

/// What a token that came from an authorization code rests on, besides its user, app and organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The code and its refresh family.
    pub authorization_id: Uuid,
    /// How often the consent had been withdrawn before.
    pub withdrawals: u64,
}

impl fmt::Display for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.id)?;
        match self.basis {
            None => Ok(()),
            Some(basis) => write!(f, ".{}.{}", basis.authorization_id, basis.withdrawals),
        }
    }
}

/// The text is no token id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed token id")]
pub struct MalformedTokenId;

impl FromStr for TokenId {
    type Err = MalformedTokenId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| text.parse().map_err(|_| MalformedTokenId);
        let uuid = |text: &str| text.parse().map_err(|_| MalformedTokenId);
        let parts: Vec<&str> = text.split('.').collect();
        let (epoch, id, basis) = match parts.as_slice() {
            [epoch, id] => (epoch, id, None),
            [epoch, id, authorization_id, withdrawals] => {
                let basis = Basis { authorization_id: uuid(authorization_id)?, withdrawals: number(withdrawals)? };
                (epoch, id, Some(basis))
            }
            _ => return Err(MalformedTokenId),
        };
        Ok(Self { epoch: number(epoch)?, id: uuid(id)?, basis })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_are_named_as_in_the_seed() {
        let claims = Claims {
            organization_id: Some(Uuid::from_u128(1)),
            oauth_client_id: Some(Uuid::from_u128(2)),
            oauth_scopes: Some(ScopeSet::parse_parameter("routix:accounts:read").unwrap()),
            oauth_branch_ids: Some(vec![]),
            oauth_app_name: Some("My ERP Sync".into()),
            exp: Some(2),
            ..Claims::default()
        };
        let json = serde_json::to_value(&claims).unwrap();
        let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        let wanted = [
            "aud",
            "exp",
            "iat",
            "iss",
            "jti",
            "oauth_app_name",
            "oauth_branch_ids",
            "oauth_client_id",
            "oauth_scopes",
            "organization_id",
            "role",
            "sub",
        ];
        assert_eq!(names, wanted);
        assert_eq!(serde_json::from_value::<Claims>(json).unwrap(), claims);
    }

    #[test]
    fn a_token_id_survives_its_text() {
        let id = TokenId { epoch: 7, id: Uuid::from_u128(9), basis: None };
        let basis = Some(Basis { authorization_id: Uuid::from_u128(8), withdrawals: 2 });
        for id in [id, TokenId { basis, ..id }] {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        let uuid = Uuid::from_u128(9);
        for text in ["", "7", "7.", ".x", &format!("-1.{uuid}"), &format!("1.{uuid}.{uuid}"), &format!("1.{uuid}.x.1")]
        {
            assert_eq!(text.parse::<TokenId>(), Err(MalformedTokenId), "{text}");
        }
    }
}
