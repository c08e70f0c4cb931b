//! People: create them, set their password, lock them out. Not events: a person can be forgotten (see `forget`).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use routix_domain::value::{Fault, Faults, single_line};
use uuid::Uuid;

use super::passwords::{PasswordError, Passwords};
use crate::store::identity::{EmailTaken, IdentityDb, IdentityError, NewUser};
use crate::system::System;

/// Long enough to resist guessing at the rate that the sign-in door allows (NIST SP 800-63B, 5.1.1.2 asks for 8).
const MIN_PASSWORD: usize = 10;
/// Argon2 reads it all, and a megabyte of password is an attack.
const MAX_PASSWORD: usize = 256;

/// Why a user was not created or changed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    #[error("invalid user")]
    Invalid(Vec<Fault>),
    #[error(transparent)]
    EmailTaken(#[from] EmailTaken),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// Creates people and changes them.
#[derive(Clone)]
pub struct Users {
    pub identity: IdentityDb,
    pub passwords: Passwords,
    pub system: System,
}

impl Users {
    /// # Errors
    /// [`UserError`]; nothing was created then.
    pub async fn create(&self, id: Uuid, (email, name): (&str, &str), password: String) -> Result<(), UserError> {
        let mut faults = Faults::default();
        let email = faults.keep(check_email(email));
        let name = faults.keep(single_line(name, 100).map_err(|fault| fault.of("name")));
        faults.keep(check_password(&password));
        let (Some(email), Some(name), true) = (email, name, faults.is_empty()) else {
            return Err(UserError::Invalid(faults.into_vec()));
        };
        let password_hash = self.passwords.hash(password).await?;
        let user = NewUser { id, email, name, password_hash };
        Ok(self.identity.create_user(user, self.system.now()).await??)
    }

    /// A password of 120 random bits that can be typed.
    pub fn generate_password(&self) -> String {
        let text: Vec<String> = self.system.bytes::<15>().chunks(3).map(|part| URL_SAFE_NO_PAD.encode(part)).collect();
        text.join(".").replace(['-', '_'], "x")
    }

    /// Replaces the password and ends the user's sessions.
    ///
    /// # Errors
    /// [`UserError`].
    pub async fn set_password(&self, id: Uuid, password: String) -> Result<(), UserError> {
        check_password(&password).map_err(|fault| UserError::Invalid(vec![fault]))?;
        let password_hash = self.passwords.hash(password).await?;
        Ok(self.identity.set_password(id, password_hash, self.system.now()).await?)
    }
}

fn check_password(password: &str) -> Result<(), Fault> {
    let length = password.chars().count();
    let message = format!("must have {MIN_PASSWORD} to {MAX_PASSWORD} characters");
    if (MIN_PASSWORD..=MAX_PASSWORD).contains(&length) {
        Ok(())
    } else {
        Err(Fault::new("password", "invalid_length", message))
    }
}

/// The form only: whether the address exists shows when something is sent to it.
fn check_email(email: &str) -> Result<String, Fault> {
    let text = single_line(email, 254).map_err(|fault| fault.of("email"))?;
    let formed = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !domain.contains('@') && !domain.starts_with('.')
    });
    if formed && !text.contains(char::is_whitespace) {
        Ok(text)
    } else {
        Err(Fault::new("email", "invalid_format", "must be an e-mail address"))
    }
}
