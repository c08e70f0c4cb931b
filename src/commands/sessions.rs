//! Sign-in, refresh and sign-out of people.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use uuid::Uuid;

use super::passwords::{PasswordError, Passwords};
use super::secret::digest;
use crate::keys::{KeyRing, Seal};
use crate::store::identity::{
    BrowserSession, IdentityDb, IdentityError, OpenSession, RequestContext, Rotation, Session, User,
};
use crate::system::System;

/// However often it is refreshed, a session ends after this (ASVS 7.3.2).
pub const ABSOLUTE: TimeDelta = TimeDelta::hours(12);
/// A browser that has shown nothing of itself for so long is signed out (ASVS 7.3.1).
pub const IDLE: TimeDelta = TimeDelta::minutes(30);

/// What was wrong with credentials. It is for the security log: the caller is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    UnknownEmail,
    WrongPassword,
    LockedOut,
    /// The password was changed, or the user locked out, while it was checked.
    ChangedMeanwhile,
    /// Not one of ours, or of a session that is over.
    NoSession,
    RefreshTokenReused,
}

impl Reason {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownEmail => "unknown_email",
            Self::WrongPassword => "wrong_password",
            Self::LockedOut => "locked_out",
            Self::ChangedMeanwhile => "changed_meanwhile",
            Self::NoSession => "no_session",
            Self::RefreshTokenReused => "refresh_token_reused",
        }
    }

    /// With the person whose credentials they are, if there is one.
    fn of(self, user_id: Option<Uuid>) -> SignInError {
        SignInError::Refused { reason: self, user_id }
    }
}

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    #[error("the credentials are not valid")]
    Refused { reason: Reason, user_id: Option<Uuid> },
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// A user and the session that he is in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub user: User,
    pub session: Session,
    /// The single-use token that goes on with the session.
    pub refresh_token: String,
}

/// The token of a browser's new session: 256 random bits in base64url, for its cookie and for nobody else.
pub struct BrowserToken(String);

impl BrowserToken {
    /// The token itself, for the one answer that sets it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Signs people in and out.
#[derive(Clone)]
pub struct Sessions {
    pub identity: IdentityDb,
    pub passwords: Passwords,
    pub keys: KeyRing,
    pub system: System,
    /// For how long the newest rotated refresh token may come again.
    pub refresh_retry: TimeDelta,
}

impl Sessions {
    /// # Errors
    /// [`SignInError`]; `Refused` after the same work for an unknown e-mail as for a wrong password.
    pub async fn sign_in(
        &self,
        (email, password): (&str, String),
        context: RequestContext,
        admitted: impl Fn() -> bool,
    ) -> Result<SignedIn, SignInError> {
        let user = self.check_password(email, password, admitted).await?;
        let session = self.new_session(user.id, 1);
        if !self.identity.begin_session(session.clone(), user.password_hash.clone(), context).await? {
            return Err(Reason::ChangedMeanwhile.of(Some(user.id)));
        }
        Ok(self.signed_in(user, session))
    }

    /// Signs a browser in: always a session and a token of its own, so that nobody can know it beforehand. The session of
    /// the token that the browser had is ended.
    ///
    /// # Errors
    /// As for [`Self::sign_in`].
    pub async fn sign_in_browser(
        &self,
        (email, password): (&str, String),
        context: RequestContext,
        replaced: Option<&str>,
        admitted: impl Fn() -> bool,
    ) -> Result<BrowserToken, SignInError> {
        let user = self.check_password(email, password, admitted).await?;
        let token = URL_SAFE_NO_PAD.encode(self.system.bytes::<32>());
        let tokens = (digest(&token), replaced.map(digest));
        let (session, user_id) = (self.new_session(user.id, 0), user.id);
        if self.identity.begin_browser_session(session, user.password_hash, context, tokens).await? {
            Ok(BrowserToken(token))
        } else {
            Err(Reason::ChangedMeanwhile.of(Some(user_id)))
        }
    }

    /// The open session of a browser's token.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn browser(&self, token: &str) -> Result<Option<BrowserSession>, IdentityError> {
        self.identity.browser_session(&digest(token), IDLE, self.system.now()).await
    }

    /// Whether the password is that of somebody who is signed in.
    ///
    /// # Errors
    /// As for [`Self::sign_in`].
    pub async fn confirm(
        &self,
        (user, password): (&User, String),
        admitted: impl Fn() -> bool,
    ) -> Result<(), SignInError> {
        self.check_password(&user.email, password, admitted).await.map(drop)
    }

    async fn check_password(
        &self,
        email: &str,
        password: String,
        admitted: impl Fn() -> bool,
    ) -> Result<User, SignInError> {
        let user = self.identity.user_by_email(email).await?;
        let stored = user.as_ref().map(|user| user.password_hash.clone());
        let fits = self.passwords.verify(password, stored, admitted).await?;
        let user = user.ok_or_else(|| Reason::UnknownEmail.of(None))?;
        match (fits, user.disabled_at) {
            (true, None) => Ok(user),
            (true, Some(_)) => Err(Reason::LockedOut.of(Some(user.id))),
            (false, _) => Err(Reason::WrongPassword.of(Some(user.id))),
        }
    }

    fn new_session(&self, user_id: Uuid, generation: u32) -> Session {
        let now = self.system.now();
        let id = self.system.id();
        Session { id, user_id, generation, rotated_at: now, expires_at: now + ABSOLUTE, ended_at: None }
    }

    /// Takes a refresh token and gives the next one. Single-use, but for a retry of the newest; any other use of an old
    /// one ends the session.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn refresh(&self, refresh_token: &str) -> Result<SignedIn, SignInError> {
        let named = self.keys.current().unseal_generation(Seal::UserSession, refresh_token);
        let (id, generation) = named.ok_or_else(|| Reason::NoSession.of(None))?;
        let now = self.system.now();
        let session = match self.identity.rotate_session(id, generation, self.refresh_retry, now).await? {
            Rotation::Current(session) => session,
            Rotation::Closed => return Err(Reason::NoSession.of(None)),
            Rotation::Reused(session) => return Err(Reason::RefreshTokenReused.of(Some(session.user_id))),
        };
        let user = self.identity.user(session.user_id).await?;
        let user = user.filter(|user| user.disabled_at.is_none());
        let user = user.ok_or_else(|| Reason::LockedOut.of(Some(session.user_id)))?;
        Ok(self.signed_in(user, session))
    }

    /// The open sessions of a user, the last seen first.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn open_sessions(&self, user_id: Uuid) -> Result<Vec<OpenSession>, IdentityError> {
        self.identity.open_sessions(user_id, IDLE, self.system.now()).await
    }

    /// Ends a session if it is this user's. `false` when he has no such open session.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn end_own(&self, user_id: Uuid, session_id: Uuid) -> Result<bool, IdentityError> {
        self.identity.end_own_session(user_id, session_id, self.system.now()).await
    }

    /// Ends every session of a user but the one that he keeps.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn end_others(&self, user_id: Uuid, kept: Uuid) -> Result<(), IdentityError> {
        self.identity.end_other_sessions(user_id, kept, self.system.now()).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn sign_out(&self, session_id: Uuid) -> Result<(), IdentityError> {
        self.identity.end_session(session_id, self.system.now()).await
    }

    fn signed_in(&self, user: User, session: Session) -> SignedIn {
        // Nothing secret has to be stored for it, and a retry gets the very same token.
        let (began, named) = (session.expires_at - ABSOLUTE, (session.id, session.generation));
        let refresh_token = self.keys.current().seal_generation(Seal::UserSession, began, named);
        SignedIn { user, session, refresh_token }
    }
}
