//! What can have happened to an organization.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::aggregate::Organization;
use crate::decide::aggregate;
use crate::value::{Action, BranchPublicId, BranchRestriction, ScopeSet};

/// What a member may do. Owners and admins manage apps, branches and members; members and viewers look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Owner,
    Admin,
    Member,
    Viewer,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }

    /// Whether this role changes things: apps, branches, members.
    pub fn manages(self) -> bool {
        match self {
            Self::Owner | Self::Admin => true,
            Self::Member | Self::Viewer => false,
        }
    }

    /// What of `scopes` somebody in this role can let an app do for him: nobody gives away what he does not have.
    #[must_use]
    pub fn grantable(self, scopes: &ScopeSet) -> ScopeSet {
        match self {
            Self::Owner | Self::Admin | Self::Member => scopes.clone(),
            Self::Viewer => scopes.iter().filter(|scope| scope.action() == Action::Read).cloned().collect(),
        }
    }
}

/// The text is no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a role is owner, admin, member or viewer")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Owner, Self::Admin, Self::Member, Self::Viewer]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A fact about an organization. Stored under the name in `serde(rename)`; the name never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum OrganizationEvent {
    #[serde(rename = "organization.created")]
    Created { name: String },
    #[serde(rename = "organization.branch_opened")]
    BranchOpened { branch_id: Uuid, public_id: BranchPublicId, name: String },
    #[serde(rename = "organization.branch_renamed")]
    BranchRenamed { branch_id: Uuid, name: String },
    #[serde(rename = "organization.branch_closed")]
    BranchClosed { branch_id: Uuid },
    #[serde(rename = "organization.member_added")]
    MemberAdded { user_id: Uuid, role: Role, branches: BranchRestriction },
    #[serde(rename = "organization.member_changed")]
    MemberChanged { user_id: Uuid, role: Role, branches: BranchRestriction },
    #[serde(rename = "organization.member_removed")]
    MemberRemoved { user_id: Uuid },
}

aggregate!(Organization, "organization", OrganizationEvent {
    Created => ("organization.created", "1"),
    BranchOpened => ("organization.branch_opened", "1"),
    BranchRenamed => ("organization.branch_renamed", "1"),
    BranchClosed => ("organization.branch_closed", "1"),
    MemberAdded => ("organization.member_added", "1"),
    MemberChanged => ("organization.member_changed", "1"),
    MemberRemoved => ("organization.member_removed", "1"),
});
