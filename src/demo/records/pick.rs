//! Choices that look like chance and are not: SplitMix64 from a name.

use uuid::Uuid;

pub(super) struct Pick(u64);

impl Pick {
    /// A sequence of its own for each branch and purpose.
    pub(super) fn new(branch_id: Uuid, purpose: &str) -> Self {
        let (high, low) = Uuid::new_v5(&branch_id, purpose.as_bytes()).as_u64_pair();
        Self(high ^ low)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`.
    pub(super) fn between(&mut self, least: i64, most: i64) -> i64 {
        let width = most.abs_diff(least).saturating_add(1);
        least.saturating_add_unsigned(self.next() % width)
    }

    /// A place in a list of `length`.
    pub(super) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.next() % (length.max(1) as u64)).unwrap_or_default()
    }

    pub(super) fn of<T: Copy, const N: usize>(&mut self, list: &[T; N]) -> T {
        const { assert!(N > 0) };
        list[self.place(N)]
    }

    /// True in `percent` of a hundred cases.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.between(1, 100) <= percent
    }

    pub(super) fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| self.between(0, 9).to_string()).collect()
    }

    /// Letters as they are on Dutch plates: no vowels, nothing that looks like something else.
    pub(super) fn letters(&mut self, count: usize) -> String {
        const LETTERS: [char; 16] = ['B', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'N', 'P', 'R', 'S', 'T', 'V', 'X', 'Z'];
        (0..count).map(|_| self.of(&LETTERS)).collect()
    }
}
