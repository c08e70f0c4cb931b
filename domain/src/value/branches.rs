//! Which branches an app or a member may touch.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Every branch of the organization, future ones too, or only those named.
///
/// The API writes "every branch" as an empty list. Inside, the two are different types of answer, so that a restriction
/// whose last branch is closed means none and can never turn into all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BranchRestriction {
    #[default]
    All,
    Only(Vec<Uuid>),
}

impl BranchRestriction {
    /// The API's form: an empty list is no restriction. Doubled ids count once.
    pub fn from_list(ids: Vec<Uuid>) -> Self {
        if ids.is_empty() {
            return Self::All;
        }
        let mut only: Vec<Uuid> = Vec::with_capacity(ids.len());
        for id in ids {
            if !only.contains(&id) {
                only.push(id);
            }
        }
        Self::Only(only)
    }

    /// The ids named; empty for no restriction.
    pub fn to_list(&self) -> Vec<Uuid> {
        match self {
            Self::All => Vec::new(),
            Self::Only(ids) => ids.clone(),
        }
    }

    /// Whether everything that `other` allows is allowed here too.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            // Every branch, future ones too, is more than any list.
            (Self::Only(_), Self::All) => false,
            (Self::Only(ids), Self::Only(others)) => others.iter().all(|id| ids.contains(id)),
        }
    }

    /// What both allow.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (restriction, Self::All) | (Self::All, restriction) => restriction.clone(),
            (Self::Only(ids), only) => Self::Only(ids.iter().copied().filter(|id| only.allows(*id)).collect()),
        }
    }

    pub fn allows(&self, branch_id: Uuid) -> bool {
        match self {
            Self::All => true,
            Self::Only(ids) => ids.contains(&branch_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_is_no_restriction_and_an_empty_restriction_is_none() {
        let branch = Uuid::from_u128(1);
        assert!(BranchRestriction::from_list(vec![]).allows(branch));
        assert!(!BranchRestriction::Only(vec![]).allows(branch));
    }

    fn only(ids: &[u128]) -> BranchRestriction {
        BranchRestriction::Only(ids.iter().map(|id| Uuid::from_u128(*id)).collect())
    }

    #[test]
    fn two_restrictions_together_allow_what_both_allow() {
        let all = BranchRestriction::All;
        for (one, other, both) in [
            (&all, &all, &all),
            (&all, &only(&[1]), &only(&[1])),
            (&only(&[1, 2]), &only(&[2, 3]), &only(&[2])),
            (&only(&[1]), &only(&[2]), &only(&[])),
        ] {
            assert_eq!((&one.intersection(other), &other.intersection(one)), (both, both));
        }
    }

    #[test]
    fn a_restriction_covers_what_lies_within_it() {
        assert!(BranchRestriction::All.covers(&BranchRestriction::All));
        assert!(BranchRestriction::All.covers(&only(&[1])));
        assert!(only(&[1, 2]).covers(&only(&[2])));
        assert!(!only(&[1]).covers(&only(&[1, 2])));
        assert!(!only(&[1]).covers(&BranchRestriction::All));
    }

    #[test]
    fn a_restriction_allows_what_it_names() {
        let restriction = BranchRestriction::from_list(vec![Uuid::from_u128(1), Uuid::from_u128(1)]);
        assert_eq!(restriction, BranchRestriction::Only(vec![Uuid::from_u128(1)]));
        assert!(restriction.allows(Uuid::from_u128(1)));
        assert!(!restriction.allows(Uuid::from_u128(2)));
    }
}
