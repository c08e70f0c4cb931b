//! Signed text: C2SP signed-note.

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::vkey::{NoteSigner, VerifierKey, is_key_name};

/// Before every signature: an em dash and a space.
const SIGNATURE_MARK: &str = "\u{2014} ";
const ID_BYTES: usize = 4;

/// Notes come from outside. A checkpoint with many witnesses is far below both.
const MAX_BYTES: usize = 1 << 20;
const MAX_SIGNATURES: usize = 64;

/// Not a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    #[error("a note has at most {MAX_BYTES} bytes and {MAX_SIGNATURES} signatures")]
    TooLarge,
    #[error("a note has no control characters but line ends")]
    ControlCharacter,
    #[error("the text of a note ends in a line end")]
    Text,
    #[error("an empty line and then signatures end a note")]
    NoSignatures,
    #[error("a signature is a line of an em dash, a name and the base64 of an id and a signature")]
    Signature,
}

/// No key that we trust vouches for the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("no signature is by a known key")]
    UnknownKey,
    #[error("the signature by {name} does not fit the text")]
    Bad { name: String },
}

/// Text and who signed it. What is read is written again to the byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// One signature of a note, by whatever algorithm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteSignature {
    pub name: String,
    pub key_id: [u8; ID_BYTES],
    /// 64 bytes for Ed25519.
    pub signature: Vec<u8>,
}

impl Note {
    /// Signs a text with each of the keys.
    ///
    /// # Errors
    /// [`NoteError`] when the text cannot be that of a note, or when there is no signer.
    pub fn sign(text: &str, signers: &[&NoteSigner]) -> Result<Self, NoteError> {
        let by = |signer: &&NoteSigner| NoteSignature {
            name: signer.verifier().name().to_owned(),
            key_id: signer.verifier().id(),
            signature: signer.sign(text).to_vec(),
        };
        let note = Self { text: text.to_owned(), signatures: signers.iter().map(by).collect() };
        // What we write, we must be able to read, and as the same: a text without its last line end would run into the
        // signatures.
        let read: Self = note.to_string().parse()?;
        if read == note { Ok(note) } else { Err(NoteError::Text) }
    }

    /// The text with its last line end. Not to be believed before [`Note::verify`].
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// The keys that signed the text, each once. Signatures by other keys are passed over, as the specification demands.
    ///
    /// # Errors
    /// [`SignatureError::Bad`] when any signature by one of the keys does not fit, and [`SignatureError::UnknownKey`] when
    /// there is none.
    pub fn verify<'k>(&self, keys: &'k [VerifierKey]) -> Result<Vec<&'k VerifierKey>, SignatureError> {
        let mut signed_by: Vec<&VerifierKey> = Vec::new();
        for signature in &self.signatures {
            let is_by = |key: &&VerifierKey| key.name() == signature.name && key.id() == signature.key_id;
            let mut candidates = keys.iter().filter(is_by).peekable();
            if candidates.peek().is_none() {
                continue;
            }
            // Two keys may share a name and four bytes; the signature is by either.
            let fits = |key: &&VerifierKey| key.fits(&self.text, &signature.signature);
            let key = candidates.find(fits).ok_or_else(|| SignatureError::Bad { name: signature.name.clone() })?;
            if !signed_by.contains(&key) {
                signed_by.push(key);
            }
        }
        if signed_by.is_empty() { Err(SignatureError::UnknownKey) } else { Ok(signed_by) }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            let bytes = [&signature.key_id, signature.signature.as_slice()].concat();
            writeln!(f, "{SIGNATURE_MARK}{} {}", signature.name, STANDARD.encode(bytes))?;
        }
        Ok(())
    }
}

impl FromStr for Note {
    type Err = NoteError;

    fn from_str(note: &str) -> Result<Self, NoteError> {
        if note.len() > MAX_BYTES {
            return Err(NoteError::TooLarge);
        }
        if note.contains(|c: char| c < ' ' && c != '\n') {
            return Err(NoteError::ControlCharacter);
        }
        // The text may contain empty lines: the last one ends it.
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        let signatures = signatures.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        if text.is_empty() {
            return Err(NoteError::Text);
        }
        let signatures = signatures.split('\n');
        if signatures.clone().count() > MAX_SIGNATURES {
            return Err(NoteError::TooLarge);
        }
        let signatures = signatures.map(parse_signature).collect::<Option<_>>().ok_or(NoteError::Signature)?;
        Ok(Self { text: format!("{text}\n"), signatures })
    }
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (name, encoded) = line.strip_prefix(SIGNATURE_MARK)?.split_once(' ')?;
    let bytes = STANDARD.decode(encoded).ok()?;
    let (key_id, signature) = bytes.split_first_chunk::<ID_BYTES>()?;
    let well_formed = is_key_name(name) && !signature.is_empty();
    well_formed.then(|| NoteSignature { name: name.to_owned(), key_id: *key_id, signature: signature.to_vec() })
}
