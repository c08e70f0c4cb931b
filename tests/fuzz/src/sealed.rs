//! Codes, refresh tokens and what else names something of ours to those who bring it back.

use routix::keys::Seal;

use crate::house;

const SEALS: [Seal; 6] =
    [Seal::UserSession, Seal::Form, Seal::Code, Seal::RefreshToken, Seal::ConsentForm, Seal::Authorization];

/// What is taken was sealed by us as that kind and as no other, and seals to the same text. What we seal we take.
pub fn check(bytes: &[u8]) {
    let (keys, now) = (house::keys(), house::system().now());
    let text = String::from_utf8_lossy(bytes);
    let taken: Vec<Seal> = SEALS.into_iter().filter(|seal| keys.unseal(*seal, &text).is_some()).collect();
    assert!(taken.len() <= 1, "{text} is of one kind: {taken:?}");
    for seal in taken {
        let named = keys.unseal(seal, &text).unwrap_or_default();
        assert_eq!(keys.seal(seal, now, &named), text);
    }
    let Some((kind, content)) = bytes.split_first() else { return };
    let seal = SEALS[usize::from(*kind) % SEALS.len()];
    let sealed = keys.seal(seal, now, content);
    assert_eq!(keys.unseal(seal, &sealed).as_deref(), Some(content));
    if let Some((id, generation)) = keys.unseal_generation(seal, &sealed) {
        assert_eq!(keys.seal_generation(seal, now, (id, generation)), sealed);
    }
}
