//! The organization's state and its decisions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::command::OrganizationCommand;
use super::event::{OrganizationEvent, Role};
use crate::Decide;
use crate::value::{BranchPublicId, BranchRestriction};

/// An organization; without a name until it is created.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Organization {
    name: Option<String>,
    branches: BTreeMap<Uuid, Branch>,
    members: BTreeMap<Uuid, Member>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    pub public_id: BranchPublicId,
    pub name: String,
    pub state: BranchState,
}

/// A closed branch stays known: its id and its public id are never given out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BranchState {
    Open,
    Closed,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub role: Role,
    pub branches: BranchRestriction,
}

impl Member {
    /// Whether he may change or remove this other member: only owners change owners, and nobody who is limited to some
    /// branches changes one who reaches others.
    pub fn may_change(&self, other: &Self) -> bool {
        let outranks = self.role == Role::Owner || other.role != Role::Owner;
        self.role.manages() && outranks && self.branches.covers(&other.branches)
    }

    /// Whether he may give this role: nobody makes another more than he is.
    pub fn may_give(&self, role: Role) -> bool {
        self.role.manages() && (self.role == Role::Owner || role != Role::Owner)
    }
}

/// The rule that a command breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrganizationError {
    #[error("no such organization")]
    NotCreated,
    #[error("the organization exists already")]
    AlreadyCreated,
    #[error("no such branch in this organization")]
    NoSuchBranch,
    #[error("the branch is closed")]
    BranchClosed,
    #[error("the branch exists already")]
    BranchExists,
    #[error("the user is no member of this organization")]
    NotAMember,
    #[error("the user is a member already")]
    AlreadyAMember,
    #[error("an organization keeps at least one owner who is not limited to some branches")]
    LastOwner,
}

impl Decide for Organization {
    type Command = OrganizationCommand;
    type Event = OrganizationEvent;
    type Error = OrganizationError;

    fn decide(&self, command: OrganizationCommand) -> Result<Vec<OrganizationEvent>, OrganizationError> {
        if let OrganizationCommand::Create { name, owner_id } = command {
            return self.create(name, owner_id);
        }
        if self.name.is_none() {
            return Err(OrganizationError::NotCreated);
        }
        match command {
            OrganizationCommand::Create { .. } => Err(OrganizationError::AlreadyCreated),
            OrganizationCommand::OpenBranch { branch_id, public_id, name } => {
                if self.branches.contains_key(&branch_id) {
                    return Err(OrganizationError::BranchExists);
                }
                Ok(vec![OrganizationEvent::BranchOpened { branch_id, public_id, name }])
            }
            OrganizationCommand::RenameBranch { branch_id, name } => {
                let changed = self.open_branch(branch_id)?.name != name;
                Ok(changed.then_some(OrganizationEvent::BranchRenamed { branch_id, name }).into_iter().collect())
            }
            OrganizationCommand::CloseBranch { branch_id } => {
                let branch = self.branches.get(&branch_id).ok_or(OrganizationError::NoSuchBranch)?;
                let open = branch.state == BranchState::Open;
                Ok(open.then_some(OrganizationEvent::BranchClosed { branch_id }).into_iter().collect())
            }
            OrganizationCommand::AddMember { user_id, role, branches } => {
                if self.members.contains_key(&user_id) {
                    return Err(OrganizationError::AlreadyAMember);
                }
                self.check_branches(&branches)?;
                Ok(vec![OrganizationEvent::MemberAdded { user_id, role, branches }])
            }
            OrganizationCommand::ChangeMember { user_id, role, branches } => {
                self.change_member(user_id, role, branches)
            }
            OrganizationCommand::RemoveMember { user_id } => {
                let member = self.member(user_id)?;
                self.keep_an_owner(member, None)?;
                Ok(vec![OrganizationEvent::MemberRemoved { user_id }])
            }
        }
    }

    fn evolve(&mut self, event: OrganizationEvent) {
        match event {
            OrganizationEvent::Created { name } => self.name = Some(name),
            OrganizationEvent::BranchOpened { branch_id, public_id, name } => {
                self.branches.insert(branch_id, Branch { public_id, name, state: BranchState::Open });
            }
            OrganizationEvent::BranchRenamed { branch_id, name } => {
                self.branches.entry(branch_id).and_modify(|branch| branch.name = name);
            }
            OrganizationEvent::BranchClosed { branch_id } => {
                self.branches.entry(branch_id).and_modify(|branch| branch.state = BranchState::Closed);
            }
            OrganizationEvent::MemberAdded { user_id, role, branches }
            | OrganizationEvent::MemberChanged { user_id, role, branches } => {
                self.members.insert(user_id, Member { role, branches });
            }
            OrganizationEvent::MemberRemoved { user_id } => {
                self.members.remove(&user_id);
            }
        }
    }
}

impl Organization {
    fn create(&self, name: String, owner_id: Uuid) -> Result<Vec<OrganizationEvent>, OrganizationError> {
        if self.name.is_some() {
            return Err(OrganizationError::AlreadyCreated);
        }
        let owner =
            OrganizationEvent::MemberAdded { user_id: owner_id, role: Role::Owner, branches: BranchRestriction::All };
        Ok(vec![OrganizationEvent::Created { name }, owner])
    }

    fn change_member(
        &self,
        user_id: Uuid,
        role: Option<Role>,
        branches: Option<BranchRestriction>,
    ) -> Result<Vec<OrganizationEvent>, OrganizationError> {
        let now = self.member(user_id)?;
        let role = role.unwrap_or(now.role);
        let branches = branches.unwrap_or_else(|| now.branches.clone());
        if (role, &branches) == (now.role, &now.branches) {
            return Ok(Vec::new());
        }
        if branches != now.branches {
            self.check_branches(&branches)?;
        }
        self.keep_an_owner(now, Some(&Member { role, branches: branches.clone() }))?;
        Ok(vec![OrganizationEvent::MemberChanged { user_id, role, branches }])
    }

    /// Somebody's membership.
    ///
    /// # Errors
    /// [`OrganizationError::NotAMember`] for everybody else.
    pub fn member(&self, user_id: Uuid) -> Result<&Member, OrganizationError> {
        self.members.get(&user_id).ok_or(OrganizationError::NotAMember)
    }

    fn open_branch(&self, branch_id: Uuid) -> Result<&Branch, OrganizationError> {
        let branch = self.branches.get(&branch_id).ok_or(OrganizationError::NoSuchBranch)?;
        match branch.state {
            BranchState::Open => Ok(branch),
            BranchState::Closed => Err(OrganizationError::BranchClosed),
        }
    }

    fn check_branches(&self, branches: &BranchRestriction) -> Result<(), OrganizationError> {
        branches.to_list().into_iter().try_for_each(|id| self.open_branch(id).map(drop))
    }

    /// Refuses to turn the only owner who is not limited to some branches into something else, or into nothing: nobody would
    /// be left who can manage everything.
    fn keep_an_owner(&self, before: &Member, after: Option<&Member>) -> Result<(), OrganizationError> {
        let owners = self.members.values().filter(|member| member.is_full_owner()).count();
        let loses_owner = before.is_full_owner() && !after.is_some_and(Member::is_full_owner);
        if loses_owner && owners == 1 { Err(OrganizationError::LastOwner) } else { Ok(()) }
    }
}

impl Member {
    fn is_full_owner(&self) -> bool {
        self.role == Role::Owner && self.branches == BranchRestriction::All
    }
}
