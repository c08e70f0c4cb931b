//! Passwords in, sessions out: the one place that counts wrong guesses, whichever door they come through.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::security::{About, SecurityLog};
use crate::commands::PasswordError;
use crate::commands::sessions::{BrowserToken, Reason, Sessions, SignInError, SignedIn};
use crate::http::limit::{Budget, Limiter, network};
use crate::http::origin::RequestOrigin;
use crate::measure;
use crate::store::identity::{SecurityKind, User};

/// Why nobody was signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInRefusal {
    #[error("too many failed sign-ins; try again later")]
    TooManyFailures(Budget),
    #[error(transparent)]
    SignIn(#[from] SignInError),
}

/// Signs people in under one budget of failures.
pub struct SignIn {
    pub sessions: Sessions,
    pub security: SecurityLog,
    /// Failed sign-ins by the SHA-256 of the e-mail and by network.
    failures: Limiter<([u8; 32], IpAddr)>,
}

impl SignIn {
    /// `failure_limit` is failures a minute for an e-mail and a network; 0 switches it off.
    pub fn new(sessions: Sessions, security: SecurityLog, failure_limit: u32) -> Self {
        Self { sessions, security, failures: Limiter::new("default", failure_limit) }
    }

    /// A session at the API, with a refresh token.
    ///
    /// # Errors
    /// [`SignInRefusal`].
    pub async fn api(&self, email: &str, password: String, origin: &RequestOrigin) -> Result<SignedIn, SignInRefusal> {
        let guess = self.guess(email, origin)?;
        let credentials = (email, password);
        let signed_in = self.sessions.sign_in(credentials, origin.context.clone(), || guess.is_admitted()).await;
        guess.judge(signed_in).inspect(|_| measure::signed_in("api"))
    }

    /// A session of a browser, in place of the one whose token it showed.
    ///
    /// # Errors
    /// [`SignInRefusal`].
    pub async fn browser(
        &self,
        (email, password): (&str, String),
        replaced: Option<&str>,
        origin: &RequestOrigin,
    ) -> Result<BrowserToken, SignInRefusal> {
        let guess = self.guess(email, origin)?;
        let context = origin.context.clone();
        let admitted = || guess.is_admitted();
        let signed_in = self.sessions.sign_in_browser((email, password), context, replaced, admitted).await;
        guess.judge(signed_in).inspect(|_| measure::signed_in("browser"))
    }

    /// Whether somebody who is signed in knows his password, before he does something dangerous. A wrong one is counted like
    /// one at the sign-in.
    ///
    /// # Errors
    /// [`SignInRefusal`].
    pub async fn confirm(&self, user: &User, password: String, origin: &RequestOrigin) -> Result<(), SignInRefusal> {
        let guess = self.guess(&user.email, origin)?;
        guess.judge(self.sessions.confirm((user, password), || guess.is_admitted()).await)
    }

    /// Goes on with a session at the API, as [`Sessions::refresh`].
    ///
    /// # Errors
    /// [`SignInError`].
    pub async fn refresh(&self, refresh_token: &str, origin: &RequestOrigin) -> Result<SignedIn, SignInError> {
        let outcome = self.sessions.refresh(refresh_token).await;
        // Any other refusal is what a session comes to in the end; this one shows that its token is in two hands.
        if let Err(SignInError::Refused { reason: reason @ Reason::RefreshTokenReused, user_id }) = &outcome {
            let about = About { detail: reason.as_str(), user_id: *user_id, ..About::default() };
            self.security.record(SecurityKind::SessionEnded, origin, about);
        }
        outcome
    }

    /// # Errors
    /// [`SignInRefusal::TooManyFailures`] when there is no budget left.
    fn guess<'a>(&'a self, email: &str, origin: &'a RequestOrigin) -> Result<Guess<'a>, SignInRefusal> {
        let key = (Sha256::digest(email.trim().to_lowercase()).into(), network(origin.address));
        let guess = Guess { door: self, key, origin };
        match guess.budget().filter(|budget| budget.exceeded) {
            Some(budget) => Err(guess.too_many(budget)),
            None => Ok(guess),
        }
    }
}

/// One password for one e-mail address.
struct Guess<'a> {
    door: &'a SignIn,
    key: ([u8; 32], IpAddr),
    origin: &'a RequestOrigin,
}

impl Guess<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.door.sessions.system.now()
    }

    fn budget(&self) -> Option<Budget> {
        self.door.failures.look(&self.key, self.now())
    }

    fn is_admitted(&self) -> bool {
        self.budget().is_none_or(|budget| !budget.exceeded)
    }

    fn too_many(&self, budget: Budget) -> SignInRefusal {
        let about = About { detail: "sign_in", ..About::default() };
        self.door.security.record(SecurityKind::LimitExceeded, self.origin, about);
        SignInRefusal::TooManyFailures(budget)
    }

    /// Counts a wrong one.
    fn judge<T>(&self, outcome: Result<T, SignInError>) -> Result<T, SignInRefusal> {
        match outcome {
            Err(SignInError::Refused { reason, user_id }) => {
                self.door.failures.count(self.key, self.now());
                let about = About { detail: reason.as_str(), user_id, ..About::default() };
                self.door.security.record(SecurityKind::SignInFailed, self.origin, about);
                Err(SignInError::Refused { reason, user_id }.into())
            }
            // The budget was used up while this one waited for its turn.
            Err(error @ SignInError::Password(PasswordError::NotAdmitted)) => {
                Err(self.budget().map_or_else(|| error.into(), |budget| self.too_many(budget)))
            }
            other => Ok(other?),
        }
    }
}
