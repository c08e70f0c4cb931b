//! Proofs about the tree: that a leaf is in it, and that an older tree is its beginning.

use std::ops::Range;

use super::digest::Digest;
use super::frontier::Frontier;

/// There is no such proof, or it does not prove what it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    #[error("a tree of {size} leaves has none with index {index}")]
    NoSuchLeaf { index: u64, size: u64 },
    #[error("a tree of {old} leaves is not the beginning of one of {new}")]
    OldIsLarger { old: u64, new: u64 },
    #[error("the proof needs {wanted} leaves and got {have}")]
    TooFewLeaves { wanted: u64, have: u64 },
    #[error("the proof has more or fewer digests than a tree of this size needs")]
    Length,
    #[error("the proof does not lead to the root of the older tree")]
    OldRoot,
    #[error("the proof does not lead to the root")]
    Root,
}

/// Makes a proof from the leaves in one pass, in O(log n) memory: each digest of the proof is the root of a run of leaves,
/// the runs do not overlap, and so only one [`Frontier`] is at work at any time.
#[derive(Clone, Debug)]
pub struct ProofBuilder {
    /// In the order of the proof.
    parts: Vec<Part>,
    /// How many leaves were appended.
    have: u64,
    wanted: u64,
}

#[derive(Clone, Debug)]
struct Part {
    leaves: Range<u64>,
    frontier: Frontier,
}

impl ProofBuilder {
    /// PATH(index, D\[0:size\]) of RFC 9162, 2.1.3.1.
    ///
    /// # Errors
    /// [`ProofError::NoSuchLeaf`] unless `index < size`.
    pub fn inclusion(index: u64, size: u64) -> Result<Self, ProofError> {
        if index >= size {
            return Err(ProofError::NoSuchLeaf { index, size });
        }
        let mut siblings = Vec::new();
        let mut tree = 0..size;
        while tree.end - tree.start > 1 {
            let (left, right) = halves(&tree);
            let (own, sibling) = if index < right.start { (left, right) } else { (right, left) };
            siblings.push(sibling);
            tree = own;
        }
        Ok(Self::new(siblings, size))
    }

    /// PROOF(old, D\[0:new\]) of RFC 9162, 2.1.4.1. Empty when `old` is `new`, and when `old` is 0, which the RFC leaves
    /// out: nothing is the beginning of everything.
    ///
    /// # Errors
    /// [`ProofError::OldIsLarger`] unless `old <= new`.
    pub fn consistency(old: u64, new: u64) -> Result<Self, ProofError> {
        if old > new {
            return Err(ProofError::OldIsLarger { old, new });
        }
        let mut parts = Vec::new();
        let mut tree = 0..new;
        while old > 0 && old != tree.end {
            let (left, right) = halves(&tree);
            let (on, sibling) = if old <= left.end { (left, right) } else { (right, left) };
            parts.push(sibling);
            tree = on;
        }
        // The walk ends on the subtree that ends where the old tree ends. When that is the old tree, its root is known.
        if old > 0 && tree.start > 0 {
            parts.push(tree);
        }
        Ok(Self::new(parts, new))
    }

    /// From the largest subtree, as it was walked, to the smallest, as the proof has it.
    fn new(ranges: Vec<Range<u64>>, wanted: u64) -> Self {
        let part = |leaves| Part { leaves, frontier: Frontier::default() };
        Self { parts: ranges.into_iter().rev().map(part).collect(), have: 0, wanted }
    }

    /// Takes the next leaf, from index 0 on. Leaves beyond the tree of the proof do not matter.
    pub fn append(&mut self, leaf: Digest) {
        let index = self.have;
        if let Some(part) = self.parts.iter_mut().find(|part| part.leaves.contains(&index)) {
            part.frontier.append(leaf);
        }
        self.have += 1;
    }

    /// The digests of the proof, in the order of RFC 9162.
    ///
    /// # Errors
    /// [`ProofError::TooFewLeaves`] when the tree of the proof was not seen as a whole.
    pub fn finish(self) -> Result<Vec<Digest>, ProofError> {
        if self.have < self.wanted {
            return Err(ProofError::TooFewLeaves { wanted: self.wanted, have: self.have });
        }
        Ok(self.parts.iter().map(|part| part.frontier.root()).collect())
    }
}

/// The subtrees of a node over at least two leaves: on the left the largest power of two that is smaller than their number.
fn halves(tree: &Range<u64>) -> (Range<u64>, Range<u64>) {
    let last = tree.end - tree.start - 1;
    let middle = tree.start + (1 << (u64::BITS - 1 - last.leading_zeros()));
    (tree.start..middle, middle..tree.end)
}

/// Whether `leaf` is the one with `index` (from 0) in the tree of `size` leaves with this `root`: RFC 9162, 2.1.3.2.
///
/// # Errors
/// [`ProofError`] when it is not proven.
pub fn verify_inclusion(
    leaf: &Digest,
    index: u64,
    size: u64,
    proof: &[Digest],
    root: &Digest,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::NoSuchLeaf { index, size });
    }
    let mut edge = Edge { node: index, last: size - 1 };
    let mut digest = *leaf;
    for sibling in proof {
        digest = match edge.climb()? {
            Sibling::Left => Digest::of_node(sibling, &digest),
            Sibling::Right => Digest::of_node(&digest, sibling),
        };
    }
    edge.arrived()?;
    if digest == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Whether the tree of `old` leaves with `old_root` is the beginning of the tree of `new` leaves with `new_root`: RFC 9162,
/// 2.1.4.2, and for `old` = 0 an empty proof and the root of the empty tree.
///
/// # Errors
/// [`ProofError`] when it is not proven.
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Digest,
    new_root: &Digest,
    proof: &[Digest],
) -> Result<(), ProofError> {
    if old > new {
        return Err(ProofError::OldIsLarger { old, new });
    }
    if old == 0 && *old_root != Digest::of_nothing() {
        return Err(ProofError::OldRoot);
    }
    if old == 0 || old == new {
        let same = old == 0 || old_root == new_root;
        return if !proof.is_empty() { Err(ProofError::Length) } else { same.then_some(()).ok_or(ProofError::Root) };
    }
    // A perfect old tree is a node of the new one, and the proof leaves its digest out.
    let (first, rest) = match proof.split_first() {
        _ if old.is_power_of_two() => (old_root, proof),
        Some(split) => split,
        None => return Err(ProofError::Length),
    };
    let mut edge = Edge { node: old - 1, last: new - 1 };
    edge.skip_right_children();
    let (mut of_old, mut of_new) = (*first, *first);
    for sibling in rest {
        match edge.climb()? {
            Sibling::Left => {
                of_old = Digest::of_node(sibling, &of_old);
                of_new = Digest::of_node(sibling, &of_new);
            }
            Sibling::Right => of_new = Digest::of_node(&of_new, sibling),
        }
    }
    edge.arrived()?;
    if of_old != *old_root {
        return Err(ProofError::OldRoot);
    }
    if of_new == *new_root { Ok(()) } else { Err(ProofError::Root) }
}

/// Where on its level a node stands, and where the last node of that level does: `fn` and `sn` of RFC 9162.
struct Edge {
    node: u64,
    last: u64,
}

enum Sibling {
    Left,
    Right,
}

impl Edge {
    fn up(&mut self) {
        self.node >>= 1;
        self.last >>= 1;
    }

    fn skip_right_children(&mut self) {
        while self.node & 1 == 1 {
            self.up();
        }
    }

    /// Goes to the parent that has a sibling below it, and says on which side that sibling stands.
    fn climb(&mut self) -> Result<Sibling, ProofError> {
        if self.last == 0 {
            return Err(ProofError::Length);
        }
        let right_child = self.node & 1 == 1;
        if !right_child && self.node != self.last {
            self.up();
            return Ok(Sibling::Right);
        }
        // The last node of a level may have no sibling; it stands for its parent until it is a right child.
        while self.node & 1 == 0 && self.node != 0 {
            self.up();
        }
        self.up();
        Ok(Sibling::Left)
    }

    fn arrived(&self) -> Result<(), ProofError> {
        if self.last == 0 { Ok(()) } else { Err(ProofError::Length) }
    }
}
