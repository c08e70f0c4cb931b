//! What a form of a signed-in page carries, so that no other page can send it: a MAC over the session and the purpose.
//!
//! Nothing is stored; the token is good as long as its session, and for one kind of form.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::keys::{KeyRing, Seal};

/// The hidden field that carries it.
pub const FIELD: &str = "form_token";

fn content(session_id: Uuid, purpose: &str) -> Vec<u8> {
    [session_id.as_bytes(), purpose.as_bytes()].concat()
}

/// The token for forms of one purpose in one session.
pub fn form_token(keys: &KeyRing, session_id: Uuid, purpose: &str, now: DateTime<Utc>) -> String {
    keys.current().seal(Seal::Form, now, &content(session_id, purpose))
}

/// Whether a form of this purpose and session carried this token.
pub fn is_form_token(keys: &KeyRing, session_id: Uuid, purpose: &str, token: &str) -> bool {
    keys.current().unseal(Seal::Form, token).is_some_and(|sealed| sealed == content(session_id, purpose))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::System;

    #[test]
    fn a_token_is_for_one_session_and_one_purpose() {
        let folder = tempfile::tempdir().unwrap();
        KeyRing::draft(folder.path(), &System::real(), None).unwrap().write(folder.path()).unwrap();
        let keys = KeyRing::open(folder.path()).unwrap();
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let token = form_token(&keys, one, "sign out", System::real().now());
        assert!(is_form_token(&keys, one, "sign out", &token));
        assert!(!is_form_token(&keys, other, "sign out", &token));
        assert!(!is_form_token(&keys, one, "end session", &token));
        for forged in ["", "x", &token[1..], &format!("{token}=")] {
            assert!(!is_form_token(&keys, one, "sign out", forged), "{forged}");
        }
    }
}
