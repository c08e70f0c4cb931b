//! Passwords: argon2id, at the same cost whether the user exists or not.

use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::{Output, ParamsString, PasswordHash, SaltString};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use subtle::ConstantTimeEq;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::hex;
use crate::system::System;

/// OWASP's choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1_024;
const PASSES: u32 = 2;
const HASH_BYTES: usize = 32;
/// So many wait for a core, each; a dozen are checked in a second. Whoever comes after them is told to come again, instead
/// of waiting behind a flood until his request is given up.
const WAITING_PER_CORE: usize = 16;

/// A password was not hashed or checked; nothing is known about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("the password could not be hashed or checked")]
    Failed,
    /// Too many are waiting.
    #[error("too many passwords are being checked")]
    Busy,
    /// Whoever asked was no longer admitted when his turn came.
    #[error("the password was not checked")]
    NotAdmitted,
}

/// Hashes and checks passwords. At most one a core at a time: 19 MiB each, however many sign in at once.
#[derive(Clone)]
pub struct Passwords {
    system: System,
    permits: Arc<Semaphore>,
    /// Places to wait for a permit.
    places: Arc<Semaphore>,
    buffers: Arc<Mutex<Vec<Vec<Block>>>>,
    /// The hash of a password that nobody has, checked for unknown users so that the answer takes as long. Made when it
    /// is first needed: most commands check no password.
    nobody: Arc<OnceCell<String>>,
    /// How many were computed.
    #[cfg(test)]
    computed: Arc<std::sync::atomic::AtomicUsize>,
}

impl Passwords {
    pub fn new(system: &System) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            system: system.clone(),
            permits: Arc::new(Semaphore::new(cores)),
            places: Arc::new(Semaphore::new(cores * WAITING_PER_CORE)),
            buffers: Arc::default(),
            nobody: Arc::default(),
            #[cfg(test)]
            computed: Arc::default(),
        }
    }

    /// The password's hash in PHC form.
    ///
    /// # Errors
    /// [`PasswordError`] when it could not be computed.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        let salt = self.system.bytes();
        self.run(self.permit().await?, move |buffer| hash(&password, salt, buffer)).await
    }

    /// Whether the password fits. Without a hash (no such user) the answer is no, after the same work.
    ///
    /// `admitted` is asked when the turn of this password has come, so that a thousand guesses sent at once see the
    /// failures of those before them.
    ///
    /// # Errors
    /// [`PasswordError`] when it could not be checked or was not admitted.
    pub async fn verify(
        &self,
        password: String,
        stored: Option<String>,
        admitted: impl Fn() -> bool,
    ) -> Result<bool, PasswordError> {
        let known = stored.is_some();
        // Known or not, the dummy is there before the clock of this sign-in can tell.
        let nobody = self.nobody.get_or_try_init(|| self.hash(hex::encode(&self.system.bytes::<16>()))).await?;
        let stored = stored.unwrap_or_else(|| nobody.clone());
        let permit = self.permit().await?;
        if !admitted() {
            return Err(PasswordError::NotAdmitted);
        }
        let fits = self.run(permit, move |buffer| verify(&password, &stored, buffer)).await?;
        Ok(known && fits)
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, PasswordError> {
        let _place = self.places.try_acquire().map_err(|_| PasswordError::Busy)?;
        Arc::clone(&self.permits).acquire_owned().await.map_err(|_| PasswordError::Failed)
    }

    /// Computes on a thread that may block, with a buffer that is used again and again: a fresh one for every sign-in
    /// would leave 19 MiB behind in the allocator of every thread that ever computed one.
    async fn run<T: Send + 'static>(
        &self,
        permit: OwnedSemaphorePermit,
        work: impl FnOnce(&mut Vec<Block>) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        #[cfg(test)]
        self.computed.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let buffers = Arc::clone(&self.buffers);
        // The permit goes with the work: a caller who hangs up must not make room for another hash beside this one.
        let work = move || {
            let mut buffer = buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let result = work(&mut buffer);
            buffers.lock().unwrap_or_else(PoisonError::into_inner).push(buffer);
            drop(permit);
            result
        };
        tokio::task::spawn_blocking(work).await.map_err(|_| PasswordError::Failed)?
    }
}

fn hash(password: &str, salt: [u8; 16], buffer: &mut Vec<Block>) -> Result<String, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(HASH_BYTES)).map_err(|_| PasswordError::Failed)?;
    let output = compute(password, &salt, &params, buffer)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| PasswordError::Failed)?;
    let phc = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).map_err(|_| PasswordError::Failed)?,
        salt: Some(salt.as_salt()),
        hash: Some(Output::new(&output).map_err(|_| PasswordError::Failed)?),
    };
    Ok(phc.to_string())
}

fn verify(password: &str, stored: &str, buffer: &mut Vec<Block>) -> Result<bool, PasswordError> {
    let stored = PasswordHash::new(stored).map_err(|_| PasswordError::Failed)?;
    let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else { return Err(PasswordError::Failed) };
    if stored.algorithm != ARGON2ID_IDENT || expected.len() != HASH_BYTES {
        return Err(PasswordError::Failed);
    }
    let params = Params::try_from(&stored).map_err(|_| PasswordError::Failed)?;
    let mut bytes = [0; 64];
    let salt = salt.decode_b64(&mut bytes).map_err(|_| PasswordError::Failed)?;
    let output = compute(password, salt, &params, buffer)?;
    Ok(output.as_slice().ct_eq(expected.as_bytes()).into())
}

fn compute(
    password: &str,
    salt: &[u8],
    params: &Params,
    buffer: &mut Vec<Block>,
) -> Result<[u8; HASH_BYTES], PasswordError> {
    buffer.resize(params.block_count(), Block::default());
    let mut output = [0; HASH_BYTES];
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, buffer.as_mut_slice())
        .map_err(|_| PasswordError::Failed)?;
    Ok(output)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_user_fits() {
        let passwords = Passwords::new(&System::real());
        let stored = passwords.hash("correct horse".into()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(passwords.verify("correct horse".into(), Some(stored.clone()), || true).await, Ok(true));
        assert_eq!(passwords.verify("wrong".into(), Some(stored), || true).await, Ok(false));
        assert_eq!(passwords.verify("correct horse".into(), None, || true).await, Ok(false));
        assert_eq!(passwords.verify("x".into(), Some("no hash".into()), || true).await, Err(PasswordError::Failed));
    }

    #[tokio::test]
    async fn c2_an_unknown_user_costs_as_much_as_a_wrong_password() {
        let passwords = Passwords::new(&System::real());
        let stored = passwords.hash("correct horse".into()).await.unwrap();
        let computed = || passwords.computed.swap(0, std::sync::atomic::Ordering::Relaxed);
        // Whoever is first, known or not, makes the hash that nobody has.
        passwords.verify("wrong".into(), Some(stored.clone()), || true).await.unwrap();
        computed();
        for (password, stored) in [("correct horse", Some(&stored)), ("wrong", Some(&stored)), ("wrong", None)] {
            passwords.verify(password.into(), stored.cloned(), || true).await.unwrap();
            assert_eq!(computed(), 1, "{password} {stored:?}");
        }
        let nobody = passwords.nobody.get().unwrap();
        let cost = |hash: &str| hash.rsplit_once('$').unwrap().0.rsplit_once('$').unwrap().0.to_owned();
        assert_eq!((cost(nobody), nobody.len()), (cost(&stored), stored.len()));
    }

    #[tokio::test]
    async fn a_hash_of_another_implementation_fits() {
        use argon2::password_hash::PasswordHasher;
        let salt = SaltString::encode_b64(b"a salt of theirs").unwrap();
        let theirs = Argon2::default().hash_password(b"correct horse", &salt).unwrap().to_string();
        let passwords = Passwords::new(&System::real());
        assert_eq!(passwords.verify("correct horse".into(), Some(theirs.clone()), || true).await, Ok(true));
        assert_eq!(passwords.verify("wrong".into(), Some(theirs), || true).await, Ok(false));
    }

    #[tokio::test]
    async fn who_is_not_admitted_is_not_checked() {
        let passwords = Passwords::new(&System::real());
        assert_eq!(passwords.verify("x".into(), None, || false).await, Err(PasswordError::NotAdmitted));
    }

    #[tokio::test]
    async fn behind_a_flood_nobody_waits_without_an_end() {
        let passwords = Passwords::new(&System::real());
        passwords.hash("x".into()).await.unwrap();
        let everywhere = u32::try_from(passwords.places.available_permits()).unwrap();
        let flood = passwords.places.acquire_many(everywhere).await.unwrap();
        assert_eq!(passwords.verify("x".into(), None, || true).await, Err(PasswordError::Busy));
        drop(flood);
        assert_eq!(passwords.verify("x".into(), None, || true).await, Ok(false));
    }

    #[tokio::test]
    async fn buffers_are_used_again() {
        let passwords = Passwords::new(&System::real());
        for _ in 0..5 {
            passwords.hash("correct horse".into()).await.unwrap();
        }
        assert_eq!(passwords.buffers.lock().unwrap().len(), 1);
    }
}
