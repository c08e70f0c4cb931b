//! Making and judging access tokens: JWTs (RFC 7519), signed with the algorithm of the key that is active.

use std::sync::Arc;

use axum::http::HeaderMap;
use chrono::TimeDelta;
use jsonwebtoken::{Header, encode};
use routix_domain::value::ScopeSet;
use routix_projections::runner::{NotReached, Waiter};
use routix_projections::token_validation::{self, ValidationRow};
use routix_projections::{Moment, ReadDb, ReadError};
use uuid::Uuid;

use super::bearer::bearer;
use super::claims::{AUTHENTICATED, Claims, TokenId};
use super::principal::UserPrincipal;
use super::resource::Resource;
use super::security::SecurityLog;
use super::usage::UsageCounter;
use super::user_grant::UserGrant;
use super::verify::Expected;
use crate::keys::{KeyRing, TokenType};
use crate::measure::spans;
use crate::store::identity::{IdentityDb, IdentityError};
use crate::system::System;

/// How long a person's own token lives; the session behind it is looked up at each use.
const USER_TOKEN: TimeDelta = TimeDelta::hours(1);

/// Issues tokens and turns them back into principals. Clones share everything.
#[derive(Clone)]
pub struct Access {
    pub keys: KeyRing,
    pub read: ReadDb,
    /// How the projections are. Nothing is proven by a read model that stands still.
    pub projections: Waiter,
    pub identity: IdentityDb,
    pub usage: UsageCounter,
    pub security: SecurityLog,
    pub system: System,
    /// The `iss` of tokens that were not asked for a resource.
    pub token_issuer: String,
    pub resource: Resource,
}

/// A token and how long it lives.
#[derive(Debug)]
pub struct IssuedToken {
    pub access_token: String,
    /// Seconds; `None` for a token without expiry.
    pub expires_in: Option<u32>,
}

/// Why a token proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum InvalidToken {
    /// Malformed, not signed by us, expired, cut off, or its session ended. The caller is not told which.
    #[error("the token is not valid")]
    Refused,
    /// A valid token of the other kind: a user's where an app's is needed, or the reverse.
    #[error("the token is of another kind")]
    OtherKind,
    #[error("no token can be signed: there is no key")]
    NoKey,
    #[error("a token could not be signed")]
    Unsigned(#[source] jsonwebtoken::errors::Error),
    /// What is known of apps, consents or members may be out of date: a revocation may be among the events that were not
    /// read.
    #[error("a read model on which tokens rest stands still")]
    Stopped(#[from] NotReached),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

impl InvalidToken {
    /// Whether something of ours does not answer, which says nothing of the token.
    pub fn is_outage(&self) -> bool {
        match self {
            Self::Stopped(_) | Self::Read(_) | Self::Identity(_) => true,
            Self::Refused | Self::OtherKind | Self::NoKey | Self::Unsigned(_) => false,
        }
    }
}

impl Access {
    /// A token for a person and his session.
    ///
    /// # Errors
    /// [`InvalidToken::NoKey`] or [`InvalidToken::Unsigned`].
    pub fn issue_to_user(&self, user_id: Uuid, session_id: Uuid) -> Result<IssuedToken, InvalidToken> {
        let seconds = u32::try_from(USER_TOKEN.num_seconds()).ok();
        let claims = Claims {
            sub: user_id,
            session_id: Some(session_id),
            jti: self.system.id().to_string(),
            ..Claims::default()
        };
        self.issue(claims, seconds, None)
    }

    /// A token for an app itself (RFC 6749, 4.4). `scopes` are what was asked for and is allowed; `resource` is one of
    /// ours that the request named, and asks for the form of RFC 9068.
    ///
    /// # Errors
    /// [`InvalidToken::NoKey`] or [`InvalidToken::Unsigned`].
    pub fn issue_to_app(
        &self,
        app: &ValidationRow,
        scopes: &ScopeSet,
        resource: Option<&str>,
    ) -> Result<IssuedToken, InvalidToken> {
        let claims = Claims {
            sub: app.app_id,
            jti: TokenId { epoch: app.token_epoch, id: self.system.id(), basis: None }.to_string(),
            organization_id: Some(app.organization_id),
            oauth_client_id: Some(app.client_id),
            oauth_scopes: Some(scopes.clone()),
            oauth_branch_ids: Some(app.allowed_branches.to_list()),
            oauth_app_name: Some(app.name.clone()),
            client_id: resource.map(|_| app.client_id),
            scope: resource.map(|_| scopes.to_string()),
            ..Claims::default()
        };
        self.issue(claims, app.token_lifetime.seconds(), resource)
    }

    /// A token for an app that acts for a user (seed: API integration, "Token claims: Authorization Code"). `scopes` are
    /// those that are granted now.
    ///
    /// # Errors
    /// [`InvalidToken::NoKey`] or [`InvalidToken::Unsigned`].
    pub fn issue_for_user(
        &self,
        app: &ValidationRow,
        grant: &UserGrant,
        scopes: &ScopeSet,
        resource: Option<&str>,
    ) -> Result<IssuedToken, InvalidToken> {
        let id = TokenId { epoch: app.token_epoch, id: self.system.id(), basis: Some(grant.basis) };
        let claims = Claims {
            sub: grant.user_id,
            jti: id.to_string(),
            organization_id: Some(grant.organization_id),
            oauth_client_id: Some(app.client_id),
            oauth_scopes: Some(scopes.clone()),
            client_id: resource.map(|_| app.client_id),
            scope: resource.map(|_| scopes.to_string()),
            ..Claims::default()
        };
        self.issue(claims, app.token_lifetime.seconds(), resource)
    }

    /// The person behind a token, if his session is still open.
    ///
    /// # Errors
    /// [`InvalidToken`]; an app's token is `OtherKind`.
    pub async fn user(&self, token: &str) -> Result<UserPrincipal, InvalidToken> {
        let claims = self.verify(token)?;
        if claims.oauth_client_id.is_some() {
            // One that is cut off is of no kind any more.
            self.app_token(token).await?;
            return Err(InvalidToken::OtherKind);
        }
        let session_id = self.open_session(claims.session_id, claims.sub).await?;
        Ok(UserPrincipal { user_id: claims.sub, session_id })
    }

    /// The read models as they are now. What is asked of them at this moment is at least as new.
    ///
    /// # Errors
    /// [`InvalidToken::Read`].
    pub async fn moment(&self) -> Result<Moment, InvalidToken> {
        Ok(self.read.moment().await?)
    }

    /// The app behind a client id, as the read models know it; an error while they stand still.
    ///
    /// # Errors
    /// [`InvalidToken::Stopped`] or [`InvalidToken::Read`].
    pub async fn app_by_client_id(
        &self,
        moment: &Moment,
        client_id: Uuid,
    ) -> Result<Option<Arc<ValidationRow>>, InvalidToken> {
        self.projections.check(&["token_validation"])?;
        Ok(token_validation::by_client_id(&self.read, moment, client_id).await?)
    }

    /// The app with this id; an error while the read models stand still.
    ///
    /// # Errors
    /// [`InvalidToken::Stopped`] or [`InvalidToken::Read`].
    pub async fn app_by_id(&self, moment: &Moment, app_id: Uuid) -> Result<Option<Arc<ValidationRow>>, InvalidToken> {
        self.projections.check(&["token_validation"])?;
        Ok(token_validation::by_id(&self.read, moment, app_id).await?)
    }

    pub(super) async fn open_session(&self, session_id: Option<Uuid>, user_id: Uuid) -> Result<Uuid, InvalidToken> {
        let session_id = session_id.ok_or(InvalidToken::Refused)?;
        let session = self.identity.session(session_id).await?;
        let now = self.system.now();
        let open = session.is_some_and(|session| session.user_id == user_id && session.is_open_at(now));
        if open { Ok(session_id) } else { Err(InvalidToken::Refused) }
    }

    /// Completes and signs claims. Every token that leaves routix was made here.
    fn issue(
        &self,
        claims: Claims,
        expires_in: Option<u32>,
        resource: Option<&str>,
    ) -> Result<IssuedToken, InvalidToken> {
        let now = self.system.now();
        let claims = Claims {
            iss: resource.map_or(self.token_issuer.as_str(), |_| self.resource.issuer()).to_owned(),
            aud: resource.unwrap_or(AUTHENTICATED).to_owned(),
            role: AUTHENTICATED.to_owned(),
            iat: now.timestamp(),
            exp: expires_in.map(|seconds| now.timestamp() + i64::from(seconds)),
            ..claims
        };
        spans::of_app(claims.organization_id, claims.oauth_client_id);
        let keys = self.keys.current();
        let key = keys.signing_at(now).ok_or(InvalidToken::NoKey)?;
        let typ = if resource.is_some() { TokenType::Resource } else { TokenType::Plain };
        if let Some(key) = &key.shared {
            let claims = serde_json::to_vec(&claims).map_err(|error| InvalidToken::Unsigned(error.into()))?;
            return Ok(IssuedToken { access_token: key.sign(typ, &claims), expires_in });
        }
        let header =
            Header { typ: Some(typ.as_str().to_owned()), kid: Some(key.kid.clone()), ..Header::new(key.algorithm) };
        let signed = encode(&header, &claims, &key.encoding);
        Ok(IssuedToken { access_token: signed.map_err(InvalidToken::Unsigned)?, expires_in })
    }

    /// Whether a request carries a token that we signed and that has not expired, whatever became of who has it.
    pub fn vouches_for(&self, headers: &HeaderMap) -> bool {
        bearer(headers).is_ok_and(|token| token.is_some_and(|token| self.verify(token).is_ok()))
    }

    /// The claims of a token that we signed and that has not expired.
    pub(super) fn verify(&self, token: &str) -> Result<Claims, InvalidToken> {
        let expected = Expected { token_issuer: &self.token_issuer, resource: &self.resource };
        expected.claims(token, &self.keys.current(), self.system.now()).ok_or(InvalidToken::Refused)
    }
}
