//! Signed notes, the checkpoints in them and the keys that they are checked with.

use routix_domain::evidence::{Checkpoint, Note, VerifierKey};

use crate::house;

/// What is read is written again to the byte, and nobody's signature is taken for ours.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert!(checkpoint.position >= checkpoint.size);
        let Ok(signer) = house::keys().checkpoint_signer() else { panic!("there is no key") };
        let note = checkpoint.sign(&[&signer]);
        assert_eq!(note.as_ref().map(Note::text), Ok(text), "there is one text for a checkpoint");
    }
    if let Ok(note) = text.parse::<Note>() {
        a_note(&note, text);
    }
}

fn a_note(note: &Note, text: &str) {
    assert_eq!(note.to_string(), text);
    let Ok(signer) = house::keys().checkpoint_signer() else { panic!("there is no key") };
    let ours = [signer.verifier().clone()];
    if note.verify(&ours).is_ok() {
        let signed = Note::sign(note.text(), &[&signer]);
        let signature = signed.ok().and_then(|signed| signed.signatures().first().cloned());
        assert!(signature.is_some_and(|signature| note.signatures().contains(&signature)), "{text}");
    }
    if let Ok(checkpoint) = Checkpoint::of_note(note) {
        let Ok(again) = checkpoint.sign(&[&signer]) else { panic!("{text}") };
        assert_eq!(again.text(), note.text());
    }
}
