//! What a form of a signed-in page carries, so that no other page can send it: a MAC over the session and the purpose.
//!
//! Nothing is stored; the token is good as long as its session, and for one kind of form.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::keys::{KeyRing, MacLabel};

/// The hidden field that carries it.
pub const FIELD: &str = "form_token";

/// The token for forms of one purpose in one session, in base64url. `None` only if there were no key.
pub fn form_token(keys: &KeyRing, session_id: Uuid, purpose: &str) -> Option<String> {
    let mac = keys.current().mac(MacLabel::Form, &[session_id.as_bytes(), purpose.as_bytes()])?;
    Some(URL_SAFE_NO_PAD.encode(mac))
}

/// Whether a form of this purpose and session carried this token.
pub fn is_form_token(keys: &KeyRing, session_id: Uuid, purpose: &str, token: &str) -> bool {
    let wanted = form_token(keys, session_id, purpose);
    wanted.is_some_and(|wanted| bool::from(wanted.as_bytes().ct_eq(token.as_bytes())))
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
        let token = form_token(&keys, one, "sign out").unwrap();
        assert!(is_form_token(&keys, one, "sign out", &token));
        assert!(!is_form_token(&keys, other, "sign out", &token));
        assert!(!is_form_token(&keys, one, "end session", &token));
        for forged in ["", "x", &token[1..], &format!("{token}=")] {
            assert!(!is_form_token(&keys, one, "sign out", forged), "{forged}");
        }
    }
}
