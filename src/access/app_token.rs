//! Judging the token of an app, for itself or for a user.

use std::sync::Arc;

use routix_projections::Moment;
use routix_projections::token_validation::{self, ValidationRow};

use super::claims::{Claims, TokenId};
use super::principal::AppPrincipal;
use super::token::{Access, InvalidToken};
use super::user_grant::{Standing, UserGrant};
use crate::measure::spans;

/// A token of an app that is good now.
#[derive(Clone, Debug)]
pub struct AppToken {
    pub claims: Claims,
    pub id: TokenId,
    /// The app, as the read models know it now.
    pub app: Arc<ValidationRow>,
    pub principal: AppPrincipal,
    /// When it was good.
    pub moment: Moment,
}

impl Access {
    /// The app behind a token, as the read models know it now, and that it was used.
    ///
    /// # Errors
    /// [`InvalidToken`]; a person's own token is `OtherKind`.
    pub async fn app(&self, token: &str) -> Result<AppToken, InvalidToken> {
        let token = self.app_token(token).await?;
        self.usage.count(token.app.app_id, 0, self.system.now());
        Ok(token)
    }

    /// An app's token with everything that is known of it. Looking at it is no use of it.
    ///
    /// # Errors
    /// [`InvalidToken`]; a person's own token is `OtherKind`.
    pub async fn app_token(&self, token: &str) -> Result<AppToken, InvalidToken> {
        let claims = self.verify(token)?;
        let Some(client_id) = claims.oauth_client_id else {
            self.open_session(claims.session_id, claims.sub).await?;
            return Err(InvalidToken::OtherKind);
        };
        let moment = self.moment().await?;
        let app = self.app_by_client_id(&moment, client_id).await?.ok_or(InvalidToken::Refused)?;
        let id: TokenId = claims.jti.parse().map_err(|_| InvalidToken::Refused)?;
        if id.epoch < app.token_epoch {
            return Err(InvalidToken::Refused);
        }
        let organization_id = claims.organization_id.ok_or(InvalidToken::Refused)?;
        let scopes = claims.oauth_scopes.clone().unwrap_or_default();
        let standing = match id.basis {
            Some(basis) => {
                let grant = UserGrant { user_id: claims.sub, organization_id, scopes, basis };
                self.standing(&moment, &app, &grant).await?
            }
            None => self.own_standing(&moment, &app, (&claims, &id)).await?,
        };
        spans::of_app(Some(organization_id), Some(client_id));
        let principal = AppPrincipal {
            app_id: app.app_id,
            client_id: app.client_id,
            organization_id,
            user_id: id.basis.map(|_| claims.sub),
            scopes: standing.scopes,
            branches: standing.branches,
        };
        Ok(AppToken { claims, id, app, principal, moment })
    }

    /// As [`Self::app_token`], with `None` for whatever is no app's token, or none that is good now.
    ///
    /// # Errors
    /// [`InvalidToken`] for outages and faults of ours.
    pub async fn good_app_token(&self, token: &str) -> Result<Option<AppToken>, InvalidToken> {
        match self.app_token(token).await {
            Ok(token) => Ok(Some(token)),
            Err(InvalidToken::Refused | InvalidToken::OtherKind) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What an app may do with a token that it got for itself.
    async fn own_standing(
        &self,
        moment: &Moment,
        app: &ValidationRow,
        (claims, id): (&Claims, &TokenId),
    ) -> Result<Standing, InvalidToken> {
        if claims.sub != app.app_id || claims.organization_id != Some(app.organization_id) {
            return Err(InvalidToken::Refused);
        }
        if app.has_revoked_tokens.0 && token_validation::is_revoked(&self.read, moment, id.id).await? {
            return Err(InvalidToken::Refused);
        }
        let scopes = claims.oauth_scopes.clone().unwrap_or_default().intersection(&app.allowed_scopes);
        Ok(Standing { scopes, branches: app.allowed_branches.0.clone() })
    }
}
