//! Cursors: where a list goes on, as a text that only we can make and that fits no other list.
//!
//! In the order of creation the text holds the place of the last row, from which the next one is found at once, however deep;
//! rows that came or changed in between shift nothing. In another order it holds how many rows came before, as `offset` does.

use sha2::{Digest, Sha256};

use crate::proxy::gate::Gate;
use crate::proxy::records::{ListQuery, Page, Target};

use super::parameters::Pairs;

const DIGEST_BYTES: usize = 8;

/// Whose rows of what, and chosen how.
pub(super) struct List([u8; DIGEST_BYTES]);

impl List {
    /// `chosen` are filters and order. The version of the API is not part of it: it shows the same rows.
    pub(super) fn of(target: &Target, chosen: &Pairs) -> Self {
        let mut chosen: Vec<_> = chosen.iter().collect();
        chosen.sort();
        let mut hash = Sha256::new().chain_update(target.tenant.organization_id());
        hash.update(target.tenant.branch_id());
        hash.update(target.resource.table.as_str());
        for text in chosen.iter().flat_map(|(name, value)| [name, value]) {
            // Behind their length, so that no two pairs read like another two.
            hash.update(text.len().to_be_bytes());
            hash.update(text);
        }
        let mut digest = [0; DIGEST_BYTES];
        digest.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
        Self(digest)
    }

    /// The cursor behind a page; `None` behind the last one.
    pub(super) fn next(&self, gate: &dyn Gate, query: &ListQuery, page: &Page) -> Option<String> {
        if !page.more {
            return None;
        }
        let offset = query.offset.saturating_add(page.count);
        // Places begin at 1.
        let after = page.last.filter(|_| query.order.is_none()).unwrap_or(0);
        let mut bytes = after.to_be_bytes().to_vec();
        bytes.extend(offset.to_be_bytes());
        bytes.extend(self.0);
        Some(gate.seal(&bytes))
    }

    /// Lets a query go on at a cursor. `None` for a text that we did not make, or not for this list.
    pub(super) fn go_on(&self, gate: &dyn Gate, text: &str, query: ListQuery) -> Option<ListQuery> {
        let bytes = gate.unseal(text)?;
        let (after, rest) = bytes.split_first_chunk()?;
        let (offset, digest) = rest.split_first_chunk()?;
        let after = Some(i64::from_be_bytes(*after)).filter(|after| *after > 0);
        (digest == self.0).then_some(ListQuery { after, offset: u32::from_be_bytes(*offset), ..query })
    }
}
