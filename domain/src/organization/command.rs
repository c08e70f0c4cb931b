//! What can be asked of an organization.

use uuid::Uuid;

use super::event::Role;
use crate::value::{BranchPublicId, BranchRestriction};

#[derive(Clone, Debug)]
pub enum OrganizationCommand {
    /// Begins the organization with its first owner, so that it never has none.
    Create {
        name: String,
        owner_id: Uuid,
    },
    /// The public id must be reserved for this branch before.
    OpenBranch {
        branch_id: Uuid,
        public_id: BranchPublicId,
        name: String,
    },
    RenameBranch {
        branch_id: Uuid,
        name: String,
    },
    CloseBranch {
        branch_id: Uuid,
    },
    AddMember {
        user_id: Uuid,
        role: Role,
        branches: BranchRestriction,
    },
    /// `None` leaves the role or the branches as they are.
    ChangeMember {
        user_id: Uuid,
        role: Option<Role>,
        branches: Option<BranchRestriction>,
    },
    RemoveMember {
        user_id: Uuid,
    },
}
