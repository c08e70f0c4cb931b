//! Codes and refresh tokens as texts: sealed names of an authorization, from which they can be made again.

use chrono::{DateTime, Utc};
use routix_domain::authorization::Family;
use uuid::Uuid;

use crate::keys::{Keys, Seal};

/// The code of an authorization that was issued at `issued_at`.
pub(super) fn code(keys: &Keys, authorization_id: Uuid, issued_at: DateTime<Utc>) -> String {
    keys.seal(Seal::Code, issued_at, authorization_id.as_bytes())
}

/// The authorization that a code names; `None` for a text that we did not make.
pub(super) fn read_code(keys: &Keys, text: &str) -> Option<Uuid> {
    Uuid::from_slice(&keys.unseal(Seal::Code, text)?).ok()
}

/// The current refresh token of a family.
pub(super) fn refresh_token(keys: &Keys, authorization_id: Uuid, family: &Family) -> String {
    keys.seal_generation(Seal::RefreshToken, family.redeemed_at, (authorization_id, family.generation))
}

/// The authorization and the generation that a refresh token names; `None` for a text that we did not make.
pub(super) fn read_refresh_token(keys: &Keys, text: &str) -> Option<(Uuid, u32)> {
    keys.unseal_generation(Seal::RefreshToken, text)
}
