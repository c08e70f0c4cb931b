//! The right edge of a Merkle tree: all that appending to it and its root need.

use super::digest::Digest;

const SIZE_BYTES: usize = 8;
const DIGEST_BYTES: usize = 32;

/// A Merkle tree (RFC 9162, 2.1.1) that grows leaf by leaf, in one digest per bit of its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// The roots of the perfect subtrees into which the leaves fall, from the left: one for each bit set in `size`.
    peaks: Vec<Digest>,
}

/// The bytes are not those of a frontier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    #[error("a frontier begins with its size in 8 bytes")]
    NoSize,
    #[error("a frontier of {size} leaves has another length than {bytes} bytes")]
    Length { size: u64, bytes: usize },
}

impl Frontier {
    /// How many leaves were appended.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn append(&mut self, leaf: Digest) {
        // As in binary addition of one: every bit that carries merges the two rightmost subtrees, which are equally high.
        let mut right = leaf;
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            right = Digest::of_node(&left, &right);
        }
        self.peaks.push(right);
        self.size = self.size.saturating_add(1);
    }

    /// The Merkle tree hash of all leaves so far (RFC 9162, 2.1.1); of none, SHA-256 of nothing.
    pub fn root(&self) -> Digest {
        let mut peaks = self.peaks.iter().rev();
        let last = peaks.next().copied();
        last.map_or_else(Digest::of_nothing, |last| peaks.fold(last, |right, left| Digest::of_node(left, &right)))
    }

    /// The size in 8 bytes, most significant first, and then the peaks from the left, 32 bytes each.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        self.peaks.iter().for_each(|peak| bytes.extend(peak.as_bytes()));
        bytes
    }

    /// Reads what [`Frontier::to_bytes`] writes.
    ///
    /// # Errors
    /// [`FrontierError`] when the length does not fit the size. That the peaks are right cannot be seen here: compare
    /// [`Frontier::root`] with a checkpoint of this size.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let (size, rest) = bytes.split_first_chunk::<SIZE_BYTES>().ok_or(FrontierError::NoSize)?;
        let size = u64::from_be_bytes(*size);
        let (peaks, odd) = rest.as_chunks::<DIGEST_BYTES>();
        if !odd.is_empty() || u32::try_from(peaks.len()) != Ok(size.count_ones()) {
            return Err(FrontierError::Length { size, bytes: bytes.len() });
        }
        Ok(Self { size, peaks: peaks.iter().copied().map(Digest::from_bytes).collect() })
    }
}
