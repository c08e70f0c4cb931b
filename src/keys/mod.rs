//! The keys that sign access tokens, those that seal codes, refresh tokens and forms, and the one that signs the log's
//! checkpoints: files of mode 0600 in one folder, which the nodes of a service share.
//!
//! A signing key is published first: every node verifies with it, and signs with it only from `activates_at` on, when all
//! of them have read its file; one with a public half later, when those elsewhere who keep our key set have asked again. So
//! keys change without a single refused token. Deliberately absent: keys in the log or in a database.

mod algorithm;
mod file;
mod ring;
mod seal;
mod shared;

pub use self::algorithm::Algorithm;
pub use self::file::{KeyFile, KeyFileError, Origin, Purpose};
pub use self::ring::{KEY_SET_SECONDS, KeyRing, Keys, SigningKey};
pub use self::seal::Seal;
pub use self::shared::{SharedKey, TokenType};
