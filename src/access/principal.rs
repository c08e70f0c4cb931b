//! What a verified token proves about its caller.

use routix_domain::value::{BranchRestriction, ScopeSet};
use serde_json::json;
use uuid::Uuid;

use super::claims::AUTHENTICATED;

/// The caller of the API proxy: an app, for itself or for a user.
///
/// Organization, scopes and branches come from the verified token and the live read models; nothing in it was taken from
/// the request's path, query or body.
#[derive(Clone, Debug)]
pub struct AppPrincipal {
    pub app_id: Uuid,
    pub client_id: Uuid,
    pub organization_id: Uuid,
    /// The user behind the token, when it came from an authorization code.
    pub user_id: Option<Uuid>,
    /// The token's scopes that the app still holds.
    pub scopes: ScopeSet,
    /// What the app may touch today; for a user's token, only as far as the user may touch it too.
    pub branches: BranchRestriction,
}

impl AppPrincipal {
    /// The claims of the token as JSON, in the words of the token; scopes and branches are those that hold now.
    pub fn claims(&self) -> String {
        let claims = json!({
            "aud": AUTHENTICATED,
            "role": AUTHENTICATED,
            "sub": self.user_id.unwrap_or(self.app_id),
            "organization_id": self.organization_id,
            "oauth_client_id": self.client_id,
            "oauth_scopes": self.scopes,
            "oauth_branch_ids": self.branches.to_list(),
        });
        claims.to_string()
    }
}

/// The caller of the management doors: a person who signed in, in a session that is still open.
#[derive(Clone, Debug)]
pub struct UserPrincipal {
    pub user_id: Uuid,
    pub session_id: Uuid,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_are_those_of_the_token_and_name_the_user_when_there_is_one() {
        let id = Uuid::from_u128;
        let mut principal = AppPrincipal {
            app_id: id(1),
            client_id: id(2),
            organization_id: id(3),
            user_id: None,
            scopes: ScopeSet::parse_parameter("routix:accounts:read").unwrap(),
            branches: BranchRestriction::Only(vec![id(4)]),
        };
        let expected = |sub: u128| {
            json!({
                "aud": "authenticated", "role": "authenticated", "sub": id(sub), "organization_id": id(3),
                "oauth_client_id": id(2), "oauth_scopes": ["routix:accounts:read"], "oauth_branch_ids": [id(4)],
            })
        };
        assert_eq!(principal.claims(), expected(1).to_string());
        principal.user_id = Some(id(5));
        assert_eq!(principal.claims(), expected(5).to_string());
    }
}
