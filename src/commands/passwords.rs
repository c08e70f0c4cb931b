//! Passwords: argon2id, at the same cost whether the user exists or not.

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OnceCell, Semaphore};

use crate::hex;
use crate::system::System;

/// OWASP's choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;

/// A password could not be hashed or checked; nothing is known about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password could not be checked")]
pub struct PasswordError;

/// Hashes and checks passwords. At most one a core at a time: 19 MiB each, however many sign in at once.
#[derive(Clone)]
pub struct Passwords {
    system: System,
    permits: Arc<Semaphore>,
    /// The hash of a password that nobody has, checked for unknown users so that the answer takes as long. Made when it
    /// is first needed: most commands check no password.
    nobody: Arc<OnceCell<String>>,
}

impl Passwords {
    pub fn new(system: &System) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { system: system.clone(), permits: Arc::new(Semaphore::new(cores)), nobody: Arc::default() }
    }

    /// The password's hash in PHC form.
    ///
    /// # Errors
    /// [`PasswordError`] when it could not be computed.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        let salt = self.system.bytes();
        self.run(move || hash(&password, salt)).await
    }

    /// Whether the password fits. Without a hash (no such user) the answer is no, after the same work.
    ///
    /// # Errors
    /// [`PasswordError`] when it could not be checked.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, PasswordError> {
        let known = stored.is_some();
        // Known or not, the dummy is there before the clock of this sign-in can tell.
        let nobody = self.nobody.get_or_try_init(|| self.hash(hex::encode(&self.system.bytes::<16>()))).await?;
        let stored = stored.unwrap_or_else(|| nobody.clone());
        let fits = self.run(move || verify(&password, &stored)).await?;
        Ok(known && fits)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| PasswordError)?;
        // The permit goes with the work: a caller who hangs up must not make room for another hash beside this one.
        let work = move || {
            let _permit = permit;
            work()
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError)?
    }
}

fn argon2() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|_| PasswordError)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str, salt: [u8; 16]) -> Result<String, PasswordError> {
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError)?;
    let hash = argon2()?.hash_password(password.as_bytes(), &salt).map_err(|_| PasswordError)?;
    Ok(hash.to_string())
}

fn verify(password: &str, stored: &str) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(|_| PasswordError)?;
    match argon2()?.verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::Password) => Ok(false),
        Err(_) => Err(PasswordError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_fits() {
        let passwords = Passwords::new(&System::real());
        let stored = passwords.hash("correct horse".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(passwords.verify("correct horse".into(), Some(stored.clone())).await, Ok(true));
        assert_eq!(passwords.verify("wrong".into(), Some(stored)).await, Ok(false));
        assert_eq!(passwords.verify("correct horse".into(), None).await, Ok(false));
        assert_eq!(passwords.verify("x".into(), Some("no hash".into())).await, Err(PasswordError));
    }
}
