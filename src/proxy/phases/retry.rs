//! What makes a write with an `Idempotency-Key` a repetition: the same app, method and resource or record, and the same
//! body through the same version.
//!
//! A key is looked for without the version, so that a retry through the other version can make no second record. It is
//! not answered in the form of that version either, but refused as 422 `idempotency_key_reused`: the same members are
//! another request there, with other fields to write. Whoever changes over to another version takes new keys.
//! `If-Match` is no part of it: a retry is of a success, whose tag no longer holds.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::proxy::records::Retry;

use super::run::Admitted;

pub(super) fn of_create(request: &Admitted<'_>, key: String, body: &[u8]) -> Retry {
    of_route(request, format!("POST /{}/{}", request.path.branch, request.target.resource.name), key, body)
}

/// The id as it is stored: however the path spelled it, it is one record.
pub(super) fn of_change(request: &Admitted<'_>, id: Uuid, key: String, body: &[u8]) -> Retry {
    of_route(request, format!("PATCH /{}/{}/{id}", request.path.branch, request.target.resource.name), key, body)
}

/// The path form makes no difference: both name the same records.
fn of_route(request: &Admitted<'_>, route: String, key: String, body: &[u8]) -> Retry {
    let hash = Sha256::new().chain_update(&route).chain_update([0]).chain_update(request.target.version.as_str());
    let fingerprint = hash.chain_update([0]).chain_update(body).finalize().into();
    Retry { app_id: request.app_id, route, key, fingerprint }
}
