//! The tree against the vectors of Certificate Transparency and against the definition of RFC 9162, written down as it
//! stands there.

use proptest::prelude::*;

use crate::evidence::{
    Digest, Frontier, FrontierError, ProofBuilder, ProofError, verify_consistency, verify_inclusion,
};

/// The leaves of the reference trees of Certificate Transparency.
const CT_LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// Their roots at the sizes 0 to 8.
const CT_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn ct_leaves() -> Vec<Digest> {
    CT_LEAVES.iter().map(|data| Digest::of_leaf(data)).collect()
}

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|number| Digest::of_leaf(&number.to_be_bytes())).collect()
}

fn frontier(leaves: &[Digest]) -> Frontier {
    let mut frontier = Frontier::default();
    leaves.iter().for_each(|leaf| frontier.append(*leaf));
    frontier
}

/// MTH of RFC 9162, 2.1.1.
fn mth(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of_nothing(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Digest::of_node(&mth(left), &mth(right))
        }
    }
}

/// PATH of RFC 9162, 2.1.3.1.
fn path(index: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut path, sibling) =
        if index < middle { (path(index, left), mth(right)) } else { (path(index - middle, right), mth(left)) };
    path.push(sibling);
    path
}

/// SUBPROOF of RFC 9162, 2.1.4.1.
fn subproof(old: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
    if old == leaves.len() {
        return if whole { Vec::new() } else { vec![mth(leaves)] };
    }
    let middle = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(middle);
    let (mut proof, sibling) = if old <= middle {
        (subproof(old, left, whole), mth(right))
    } else {
        (subproof(old - middle, right, false), mth(left))
    };
    proof.push(sibling);
    proof
}

fn built(builder: Result<ProofBuilder, ProofError>, leaves: &[Digest]) -> Vec<Digest> {
    let mut builder = builder.unwrap();
    leaves.iter().for_each(|leaf| builder.append(*leaf));
    builder.finish().unwrap()
}

fn digests(texts: &[&str]) -> Vec<Digest> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn the_roots_of_certificate_transparency() {
    let leaves = ct_leaves();
    for (size, root) in CT_ROOTS.iter().enumerate() {
        assert_eq!(frontier(&leaves[..size]).root().to_string(), *root, "{size}");
        assert_eq!(mth(&leaves[..size]).to_string(), *root, "{size}");
    }
}

#[test]
fn the_proofs_of_certificate_transparency() {
    let leaves = ct_leaves();
    let inclusion = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(built(ProofBuilder::inclusion(5, 8), &leaves), digests(&inclusion));
    let consistency = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(built(ProofBuilder::consistency(6, 8), &leaves), digests(&consistency));
}

#[test]
fn every_proof_of_every_small_tree_is_that_of_the_rfc_and_is_accepted() {
    let leaves = leaves(40);
    for size in 0..=leaves.len() {
        let (tree, root) = (&leaves[..size], mth(&leaves[..size]));
        assert_eq!(frontier(tree).root(), root);
        for index in 0..size {
            let proof = built(ProofBuilder::inclusion(index as u64, size as u64), &leaves);
            assert_eq!(proof, path(index, tree), "{index} of {size}");
            verify_inclusion(&leaves[index], index as u64, size as u64, &proof, &root).unwrap();
        }
        for old in 0..=size {
            let proof = built(ProofBuilder::consistency(old as u64, size as u64), tree);
            assert_eq!(proof, if old == 0 { Vec::new() } else { subproof(old, tree, true) }, "{old} in {size}");
            verify_consistency(old as u64, size as u64, &mth(&leaves[..old]), &root, &proof).unwrap();
        }
    }
}

#[test]
fn there_is_no_proof_outside_of_a_tree() {
    let leaf = Digest::ZERO;
    let outside = ProofError::NoSuchLeaf { index: 3, size: 3 };
    assert_eq!(ProofBuilder::inclusion(3, 3).unwrap_err(), outside);
    assert_eq!(verify_inclusion(&leaf, 3, 3, &[], &leaf), Err(outside));
    let larger = ProofError::OldIsLarger { old: 4, new: 3 };
    assert_eq!(ProofBuilder::consistency(4, 3).unwrap_err(), larger);
    assert_eq!(verify_consistency(4, 3, &leaf, &leaf, &[]), Err(larger));
    let mut short = ProofBuilder::consistency(1, 3).unwrap();
    short.append(leaf);
    assert_eq!(short.finish(), Err(ProofError::TooFewLeaves { wanted: 3, have: 1 }));
    let nothing = Digest::of_nothing();
    assert_eq!(verify_consistency(0, 3, &leaf, &leaf, &[]), Err(ProofError::OldRoot));
    assert_eq!(verify_consistency(0, 3, &nothing, &leaf, &[leaf]), Err(ProofError::Length));
    assert_eq!(verify_consistency(3, 3, &leaf, &nothing, &[]), Err(ProofError::Root));
    assert_eq!(verify_consistency(3, 3, &leaf, &leaf, &[leaf]), Err(ProofError::Length));
    assert_eq!(verify_consistency(3, 5, &leaf, &leaf, &[]), Err(ProofError::Length));
    assert_eq!(verify_consistency(4, 5, &leaf, &leaf, &[]), Err(ProofError::Length));
    // The largest indexes there are end in an answer, and not in an overflow.
    assert_eq!(verify_inclusion(&leaf, u64::MAX - 1, u64::MAX, &[leaf; 64], &leaf), Err(ProofError::Length));
    assert!(ProofBuilder::inclusion(u64::MAX - 1, u64::MAX).is_ok());
}

#[test]
fn bytes_that_are_no_frontier_are_refused() {
    assert_eq!(Frontier::from_bytes(&[0; 7]), Err(FrontierError::NoSize));
    let bytes = frontier(&leaves(5)).to_bytes();
    assert_eq!(bytes.len(), 8 + 2 * 32);
    for length in [8, 40, 71] {
        assert_eq!(Frontier::from_bytes(&bytes[..length]), Err(FrontierError::Length { size: 5, bytes: length }));
    }
    let longer = [bytes.as_slice(), &[0; 32]].concat();
    assert_eq!(Frontier::from_bytes(&longer), Err(FrontierError::Length { size: 5, bytes: 104 }));
    assert_eq!(Frontier::from_bytes(&[0; 8]), Ok(Frontier::default()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_frontier_goes_on_where_it_was_written_down(size in 0..600_u64, cut in 0..600_u64) {
        let leaves = leaves(size);
        let (before, after) = leaves.split_at(usize::try_from(cut.min(size)).unwrap());
        let mut resumed = Frontier::from_bytes(&frontier(before).to_bytes()).unwrap();
        after.iter().for_each(|leaf| resumed.append(*leaf));
        prop_assert_eq!(resumed.root(), mth(&leaves));
        prop_assert_eq!((resumed.size(), &resumed), (size, &frontier(&leaves)));
    }

    #[test]
    fn a_proof_proves_one_thing_only(size in 2..300_u64, at in any::<u64>(), wrong in any::<usize>()) {
        let leaves = leaves(size);
        let (index, old) = (at % size, at % (size - 1) + 1);
        let (root, leaf) = (mth(&leaves), leaves[usize::try_from(index).unwrap()]);
        let old_root = mth(&leaves[..usize::try_from(old).unwrap()]);
        let inclusion = built(ProofBuilder::inclusion(index, size), &leaves);
        let consistency = built(ProofBuilder::consistency(old, size), &leaves);
        verify_inclusion(&leaf, index, size, &inclusion, &root).unwrap();
        verify_consistency(old, size, &old_root, &root, &consistency).unwrap();
        prop_assert!(verify_inclusion(&root, index, size, &inclusion, &root).is_err());
        prop_assert!(verify_inclusion(&leaf, (index + 1) % size, size, &inclusion, &root).is_err());
        prop_assert!(verify_consistency(old, size, &leaf, &root, &consistency).is_err() || old_root == leaf);
        prop_assert!(verify_consistency(old, size, &old_root, &old_root, &consistency).is_err());
        for proof in [&inclusion, &consistency] {
            let mut changed = proof.clone();
            changed[wrong % proof.len()] = Digest::ZERO;
            let longer = [proof.as_slice(), &[Digest::ZERO]].concat();
            for other in [changed.as_slice(), &proof[1..], &proof[..proof.len() - 1], &longer] {
                prop_assert!(verify_inclusion(&leaf, index, size, other, &root).is_err() || other == inclusion);
                let consistent = verify_consistency(old, size, &old_root, &root, other);
                prop_assert!(consistent.is_err() || other == consistency);
            }
        }
    }
}
