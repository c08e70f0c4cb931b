//! Sign-in, refresh and sign-out of people.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::passwords::{PasswordError, Passwords};
use crate::keys::KeyRing;
use crate::store::identity::{IdentityDb, IdentityError, Rotation, Session, User};
use crate::system::System;

/// However often it is refreshed, a session ends after this (ASVS 7.3.2).
const SESSION: TimeDelta = TimeDelta::hours(12);

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown e-mail, wrong password, locked user, used or ended refresh token: the caller is not told which.
    #[error("the credentials are not valid")]
    Refused,
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
        email: &str,
        password: String,
        admitted: impl Fn() -> bool,
    ) -> Result<SignedIn, SignInError> {
        let user = self.identity.user_by_email(email).await?;
        let stored = user.as_ref().map(|user| user.password_hash.clone());
        let fits = self.passwords.verify(password, stored, admitted).await?;
        let user = user.filter(|user| fits && user.disabled_at.is_none()).ok_or(SignInError::Refused)?;
        let now = self.system.now();
        let session = Session {
            id: self.system.id(),
            user_id: user.id,
            generation: 1,
            rotated_at: now,
            expires_at: now + SESSION,
            ended_at: None,
        };
        if !self.identity.begin_session(session.clone(), user.password_hash.clone()).await? {
            return Err(SignInError::Refused);
        }
        self.signed_in(user, session)
    }

    /// Takes a refresh token and gives the next one. Single-use, but for a retry of the newest; any other use of an old
    /// one ends the session.
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn refresh(&self, refresh_token: &str) -> Result<SignedIn, SignInError> {
        let (id, generation) = self.read_token(refresh_token).ok_or(SignInError::Refused)?;
        let now = self.system.now();
        let session = match self.identity.rotate_session(id, generation, self.refresh_retry, now).await? {
            Rotation::Current(session) => session,
            Rotation::Closed => return Err(SignInError::Refused),
            Rotation::Reused => {
                tracing::warn!(session = %id, "an old refresh token was used again; the session is ended");
                return Err(SignInError::Refused);
            }
        };
        let user = self.identity.user(session.user_id).await?;
        let user = user.filter(|user| user.disabled_at.is_none()).ok_or(SignInError::Refused)?;
        self.signed_in(user, session)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`IdentityError`] when the database does not answer.
    pub async fn sign_out(&self, session_id: Uuid) -> Result<(), IdentityError> {
        self.identity.end_session(session_id, self.system.now()).await
    }

    fn signed_in(&self, user: User, session: Session) -> Result<SignedIn, SignInError> {
        let refresh_token = self.token(session.id, session.generation).ok_or(SignInError::Refused)?;
        Ok(SignedIn { user, session, refresh_token })
    }

    /// Session, generation and a MAC over both: nothing secret has to be stored, and a retry gets the very same token.
    fn token(&self, id: Uuid, generation: u32) -> Option<String> {
        let mut bytes = Vec::with_capacity(52);
        bytes.extend(id.as_bytes());
        bytes.extend(generation.to_be_bytes());
        let mac = self.mac(&bytes)?;
        bytes.extend(mac);
        Some(format!("s1.{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    fn read_token(&self, token: &str) -> Option<(Uuid, u32)> {
        let bytes = URL_SAFE_NO_PAD.decode(token.strip_prefix("s1.")?).ok()?;
        let (named, mac) = bytes.split_at_checked(20)?;
        if !bool::from(self.mac(named)?.as_slice().ct_eq(mac)) {
            return None;
        }
        let (id, generation) = named.split_at_checked(16)?;
        Some((Uuid::from_slice(id).ok()?, u32::from_be_bytes(generation.try_into().ok()?)))
    }

    /// `None` if the key were refused, which HMAC does with no length; a constant in its place could be forged.
    fn mac(&self, bytes: &[u8]) -> Option<[u8; 32]> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.keys.current().refresh()).ok()?;
        mac.update(b"routix user session");
        mac.update(bytes);
        Some(mac.finalize().into_bytes().into())
    }
}
