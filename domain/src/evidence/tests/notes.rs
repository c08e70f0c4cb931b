//! Notes and checkpoints, to the byte, and everything that only looks like one.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::evidence::{
    Checkpoint, CheckpointError, Digest, KeyError, Note, NoteError, NoteSigner, SignatureError, VerifierKey,
};
use crate::testing::at;

/// The example of golang.org/x/mod/sumdb/note, from which C2SP signed-note comes.
const NEUMANN: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const NEUMANN_SEED: &str = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const NEUMANN_NOTE: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n\n\
    — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

fn signer(name: &str, number: u8) -> NoteSigner {
    NoteSigner::new(name, &[number; 32]).unwrap()
}

fn checkpoint() -> Checkpoint {
    Checkpoint { origin: "auth.example/log".into(), size: 3, root: Digest::of_leaf(b"root"), position: 7, time: at(1) }
}

fn note() -> String {
    checkpoint().sign(&[&signer("auth.example/log", 1)]).unwrap().to_string()
}

#[test]
fn the_known_note_is_read_verified_and_signed_to_the_byte() {
    let key: VerifierKey = NEUMANN.parse().unwrap();
    assert_eq!(key.to_string(), NEUMANN);
    let note: Note = NEUMANN_NOTE.parse().unwrap();
    assert_eq!(note.to_string(), NEUMANN_NOTE);
    assert_eq!(note.verify(std::slice::from_ref(&key)).unwrap(), [&key]);
    let seed = STANDARD.decode(NEUMANN_SEED).unwrap();
    let signer = NoteSigner::new("PeterNeumann", seed[1..].try_into().unwrap()).unwrap();
    assert_eq!(signer.verifier(), &key);
    assert_eq!(Note::sign(note.text(), &[&signer]).unwrap(), note);
}

#[test]
fn a_checkpoint_has_this_text_and_is_read_back() {
    let key = signer("auth.example/log", 1);
    let note = checkpoint().sign(&[&key]).unwrap();
    let text = "auth.example/log\n3\nROOT\nposition 7\ntime 2026-02-16T00:00:01.000000Z\n";
    assert_eq!(note.text(), text.replace("ROOT", &Digest::of_leaf(b"root").to_base64()));
    let read: Note = note.to_string().parse().unwrap();
    assert_eq!(read, note);
    assert_eq!(Checkpoint::of_note(&read), Ok(checkpoint()));
    assert_eq!(read.verify(std::slice::from_ref(key.verifier())).unwrap(), [key.verifier()]);
}

#[test]
fn signatures_of_others_are_passed_over_and_one_that_does_not_fit_is_not() {
    let (own, witness, stranger) = (signer("log", 1), signer("witness", 2), signer("stranger", 3));
    let signed = Note::sign("text\n\nmore\n", &[&stranger, &own, &witness]).unwrap();
    let keys = [witness.verifier().clone(), own.verifier().clone()];
    assert_eq!(signed.verify(&keys).unwrap(), [own.verifier(), witness.verifier()]);
    assert_eq!(signed.verify(&[]), Err(SignatureError::UnknownKey));
    // The same name with another key has another id and is a stranger; the same key with another name is too.
    assert_eq!(signed.verify(&[signer("log", 9).verifier().clone()]), Err(SignatureError::UnknownKey));
    assert_eq!(signed.verify(&[signer("gol", 1).verifier().clone()]), Err(SignatureError::UnknownKey));
    let changed: Note = signed.to_string().replace("more", "More").parse().unwrap();
    assert_eq!(changed.verify(&keys), Err(SignatureError::Bad { name: "log".into() }));
    let twice = [own.verifier().clone(), own.verifier().clone()];
    assert_eq!(Note::sign("text\n", &[&own, &own]).unwrap().verify(&twice).unwrap(), [own.verifier()]);
}

#[test]
fn what_is_not_a_verifier_key_is_refused() {
    let long = STANDARD.encode([1; 34]);
    for (text, error) in [
        ("", KeyError::Form),
        ("PeterNeumann", KeyError::Form),
        ("PeterNeumann+c74f20a3", KeyError::Form),
        ("+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Name),
        ("Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Name),
        ("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Form),
        ("PeterNeumann+c74f20a+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Form),
        ("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Id),
        ("PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Id),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq_LDE4izWy10TW", KeyError::Form),
        ("PeterNeumann+c74f20a3+AhpcAQcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW", KeyError::Key),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy", KeyError::Key),
        ("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n", KeyError::Form),
        (&format!("PeterNeumann+c74f20a3+{long}"), KeyError::Key),
    ] {
        assert_eq!(text.parse::<VerifierKey>(), Err(error), "{text}");
    }
    // Keys of small order, under which a signature fits any text.
    assert_eq!(VerifierKey::new("log", &[0; 32]), Err(KeyError::Key));
    assert_eq!(NoteSigner::new("a+b", &[1; 32]).unwrap_err(), KeyError::Name);
}

#[test]
fn what_is_not_a_note_is_refused() {
    let note = note();
    let (text, signature) = note.rsplit_once("\n\n").unwrap();
    let short = STANDARD.encode([1, 2, 3, 4]);
    for (malformed, error) in [
        (String::new(), NoteError::NoSignatures),
        (text.to_owned(), NoteError::NoSignatures),
        (format!("{text}\n\n"), NoteError::NoSignatures),
        (format!("{text}\n{signature}"), NoteError::NoSignatures),
        (note.trim_end().to_owned(), NoteError::NoSignatures),
        (format!("{note}\n"), NoteError::NoSignatures),
        (format!("{note}x"), NoteError::NoSignatures),
        (format!("{note}x\n"), NoteError::Signature),
        (format!("{note} \n"), NoteError::Signature),
        (format!("\n\n{signature}"), NoteError::Text),
        (note.replace('\n', "\r\n"), NoteError::ControlCharacter),
        (note.replace("position", "po\tition"), NoteError::ControlCharacter),
        (note.replace('\u{2014}', "-"), NoteError::Signature),
        (note.replace('\u{2014}', "\u{2013}"), NoteError::Signature),
        (note.replace("\u{2014} ", "\u{2014}"), NoteError::Signature),
        (note.replace("\u{2014} auth.example/log ", "\u{2014} "), NoteError::Signature),
        (note.replace("\u{2014} auth.example/log ", "\u{2014}  "), NoteError::Signature),
        (note.replace("\u{2014} auth", "\u{2014} au+th"), NoteError::Signature),
        (note.replace("\u{2014} auth", "\u{2014} au\u{a0}th"), NoteError::Signature),
        (note.replace("=\n", "\n"), NoteError::Signature),
        (format!("text\n\n\u{2014} a {short}\n"), NoteError::Signature),
        (format!("{text}\n\n{}", signature.repeat(65)), NoteError::TooLarge),
        ("x".repeat(1 << 20) + &note, NoteError::TooLarge),
    ] {
        let found = malformed.parse::<Note>().map(|note| note.to_string());
        assert_eq!(found, Err(error), "{malformed:?}");
    }
    assert!(format!("{text}\n\n{}", signature.repeat(16)).parse::<Note>().is_ok(), "at least 16 are accepted");
    assert_eq!(Note::sign("text\n", &[]), Err(NoteError::NoSignatures));
    for text in ["", "text", "a\n\nb", "a\n\n\u{2014} n AAAAAAAA", "a\u{0}\n"] {
        assert!(Note::sign(text, &[&signer("log", 1)]).is_err(), "{text:?}");
    }
}

#[test]
fn what_is_not_a_checkpoint_is_refused() {
    let root = Digest::of_leaf(b"root").to_base64();
    let good = format!("log\n3\n{root}\nposition 7\ntime 2026-02-16T00:00:01.000000Z\n");
    assert!(good.parse::<Checkpoint>().is_ok());
    let empty = Digest::of_nothing().to_base64();
    let none = format!("log\n0\n{empty}\nposition 0\ntime 2026-02-16T00:00:01.000000Z\n");
    assert_eq!(none.parse::<Checkpoint>().map(|checkpoint| checkpoint.size), Ok(0));
    let cases: [(&str, &str, CheckpointError); 23] = [
        ("log\n", "\n", CheckpointError::Origin),
        ("log\n", "l og\n", CheckpointError::Origin),
        ("log\n", "l+og\n", CheckpointError::Origin),
        ("log\n", "", CheckpointError::Lines),
        ("\n3\n", "\n03\n", CheckpointError::Size),
        ("\n3\n", "\n+3\n", CheckpointError::Size),
        ("\n3\n", "\n-3\n", CheckpointError::Size),
        ("\n3\n", "\n3 \n", CheckpointError::Size),
        ("\n3\n", "\n\n", CheckpointError::Size),
        ("\n3\n", "\n18446744073709551616\n", CheckpointError::Size),
        ("\n3\n", "\n8\n", CheckpointError::Position),
        ("\n3\n", "\n0\n", CheckpointError::Root),
        ("=\n", "\n", CheckpointError::Root),
        ("=\n", "==\n", CheckpointError::Root),
        ("=\n", "AA==\n", CheckpointError::Root),
        ("position 7", "position 07", CheckpointError::Position),
        ("position 7", "position  7", CheckpointError::Position),
        ("position 7", "Position 7", CheckpointError::Position),
        ("000000Z", "000Z", CheckpointError::Time),
        ("000000Z", "000000+00:00", CheckpointError::Time),
        ("02-16T", "02-30T", CheckpointError::Time),
        ("000000Z\n", "000000Z", CheckpointError::Lines),
        ("000000Z\n", "000000Z\nmore\n", CheckpointError::Lines),
    ];
    for (from, to, error) in cases {
        let malformed = good.replacen(from, to, 1);
        assert_eq!(malformed.parse::<Checkpoint>(), Err(error), "{malformed}");
    }
    let wrong = Checkpoint { position: 2, ..checkpoint() };
    assert_eq!(wrong.sign(&[&signer("log", 1)]), Err(CheckpointError::Position));
}

#[test]
fn no_bit_of_a_signed_note_can_be_changed() {
    let (note, key) = (note(), signer("auth.example/log", 1));
    for bit in 0..note.len() * 8 {
        let mut bytes = note.clone().into_bytes();
        bytes[bit / 8] ^= 1 << (bit % 8);
        let read = String::from_utf8(bytes).ok().and_then(|text| text.parse::<Note>().ok());
        let verified = read.map(|note| note.verify(std::slice::from_ref(key.verifier())).map(|_| ()));
        assert!(!matches!(verified, Some(Ok(()))), "bit {bit}");
    }
}
