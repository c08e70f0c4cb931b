//! The rules of an organization, one test each.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use uuid::Uuid;

use super::{
    Member, Organization, OrganizationCommand as Command, OrganizationError as Error, OrganizationEvent as Event, Role,
};
use crate::testing::{Given, given, id, scopes};
use crate::value::{BranchPublicId, BranchRestriction};

const OWNER: Uuid = Uuid::from_u128(1);
const MEMBER: Uuid = Uuid::from_u128(2);
const UTRECHT: Uuid = Uuid::from_u128(11);
const BREDA: Uuid = Uuid::from_u128(12);

fn created() -> [Event; 2] {
    let owner = Event::MemberAdded { user_id: OWNER, role: Role::Owner, branches: BranchRestriction::All };
    [Event::Created { name: "De Vries Transport".into() }, owner]
}

/// A created organization with more facts behind it.
fn with(events: impl IntoIterator<Item = Event>) -> Given<Organization> {
    given(created().into_iter().chain(events))
}

fn opened(branch_id: Uuid, name: &str) -> Event {
    Event::BranchOpened { branch_id, public_id: public_id(branch_id), name: name.into() }
}

fn public_id(branch_id: Uuid) -> BranchPublicId {
    BranchPublicId::from_random([branch_id.into_bytes()[15]; 8])
}

fn added(user_id: Uuid, role: Role, branches: BranchRestriction) -> Event {
    Event::MemberAdded { user_id, role, branches }
}

fn member(role: Role) -> Event {
    added(MEMBER, role, BranchRestriction::All)
}

fn change_role(user_id: Uuid, role: Role) -> Command {
    Command::ChangeMember { user_id, role: Some(role), branches: None }
}

fn only(branches: &[Uuid]) -> BranchRestriction {
    BranchRestriction::Only(branches.to_vec())
}

#[test]
fn an_organization_begins_with_its_owner() {
    let create = Command::Create { name: "De Vries Transport".into(), owner_id: OWNER };
    assert_eq!(given::<Organization>([]).when(create), Ok(created().to_vec()));
}

#[test]
fn an_organization_is_created_once() {
    let create = Command::Create { name: "Another".into(), owner_id: MEMBER };
    assert_eq!(with([]).when(create), Err(Error::AlreadyCreated));
}

#[test]
fn nothing_can_be_asked_of_an_organization_that_is_not_created() {
    let name = || "Utrecht".to_owned();
    for command in [
        Command::OpenBranch { branch_id: UTRECHT, public_id: public_id(UTRECHT), name: name() },
        Command::RenameBranch { branch_id: UTRECHT, name: name() },
        Command::CloseBranch { branch_id: UTRECHT },
        Command::AddMember { user_id: MEMBER, role: Role::Owner, branches: BranchRestriction::All },
        change_role(MEMBER, Role::Owner),
        Command::RemoveMember { user_id: MEMBER },
    ] {
        assert_eq!(given::<Organization>([]).when(command), Err(Error::NotCreated));
    }
}

#[test]
fn a_branch_opens_under_its_public_id() {
    let open = Command::OpenBranch { branch_id: UTRECHT, public_id: public_id(UTRECHT), name: "Utrecht".into() };
    assert_eq!(with([]).when(open), Ok(vec![opened(UTRECHT, "Utrecht")]));
}

#[test]
fn a_branch_opens_once_and_a_closed_one_never_again() {
    let open = || Command::OpenBranch { branch_id: UTRECHT, public_id: public_id(BREDA), name: "Again".into() };
    let closed = Event::BranchClosed { branch_id: UTRECHT };
    assert_eq!(with([opened(UTRECHT, "Utrecht")]).when(open()), Err(Error::BranchExists));
    assert_eq!(with([opened(UTRECHT, "Utrecht"), closed]).when(open()), Err(Error::BranchExists));
}

#[test]
fn an_open_branch_can_be_renamed() {
    let rename = Command::RenameBranch { branch_id: UTRECHT, name: "Utrecht-Zuid".into() };
    let expected = vec![Event::BranchRenamed { branch_id: UTRECHT, name: "Utrecht-Zuid".into() }];
    assert_eq!(with([opened(UTRECHT, "Utrecht")]).when(rename), Ok(expected));
}

#[test]
fn renaming_a_branch_to_its_name_is_no_event() {
    let rename = || Command::RenameBranch { branch_id: UTRECHT, name: "Zuid".into() };
    assert_eq!(with([opened(UTRECHT, "Zuid")]).when(rename()), Ok(vec![]));
    let renamed = Event::BranchRenamed { branch_id: UTRECHT, name: "Zuid".into() };
    assert_eq!(with([opened(UTRECHT, "Utrecht"), renamed]).when(rename()), Ok(vec![]));
}

#[test]
fn a_closed_branch_keeps_its_name() {
    let rename = Command::RenameBranch { branch_id: UTRECHT, name: "Zuid".into() };
    let closed = with([opened(UTRECHT, "Utrecht"), Event::BranchClosed { branch_id: UTRECHT }]);
    assert_eq!(closed.when(rename), Err(Error::BranchClosed));
}

#[test]
fn an_unknown_branch_is_neither_renamed_nor_closed() {
    let rename = Command::RenameBranch { branch_id: BREDA, name: "Breda".into() };
    let utrecht = with([opened(UTRECHT, "Utrecht")]);
    assert_eq!(utrecht.when(rename), Err(Error::NoSuchBranch));
    assert_eq!(utrecht.when(Command::CloseBranch { branch_id: BREDA }), Err(Error::NoSuchBranch));
}

#[test]
fn closing_twice_is_one_event() {
    let close = || Command::CloseBranch { branch_id: UTRECHT };
    let closed = Event::BranchClosed { branch_id: UTRECHT };
    assert_eq!(with([opened(UTRECHT, "Utrecht")]).when(close()), Ok(vec![closed.clone()]));
    assert_eq!(with([opened(UTRECHT, "Utrecht"), closed]).when(close()), Ok(vec![]));
}

#[test]
fn a_member_is_added_with_a_role_and_branches() {
    let add = Command::AddMember { user_id: MEMBER, role: Role::Viewer, branches: only(&[UTRECHT]) };
    let expected = vec![added(MEMBER, Role::Viewer, only(&[UTRECHT]))];
    assert_eq!(with([opened(UTRECHT, "Utrecht")]).when(add), Ok(expected));
}

#[test]
fn a_member_is_added_once() {
    let add = Command::AddMember { user_id: OWNER, role: Role::Viewer, branches: BranchRestriction::All };
    assert_eq!(with([]).when(add), Err(Error::AlreadyAMember));
}

#[test]
fn a_removed_member_can_be_added_again() {
    let add = Command::AddMember { user_id: MEMBER, role: Role::Viewer, branches: BranchRestriction::All };
    let removed = with([member(Role::Admin), Event::MemberRemoved { user_id: MEMBER }]);
    assert_eq!(removed.when(add), Ok(vec![member(Role::Viewer)]));
}

#[test]
fn a_member_is_limited_only_to_open_branches_of_this_organization() {
    let branches = || only(&[UTRECHT, BREDA]);
    let add = || Command::AddMember { user_id: MEMBER, role: Role::Member, branches: branches() };
    let limit = || Command::ChangeMember { user_id: OWNER, role: None, branches: Some(branches()) };
    let unknown = with([opened(UTRECHT, "Utrecht")]);
    assert_eq!(unknown.when(add()), Err(Error::NoSuchBranch));
    assert_eq!(unknown.when(limit()), Err(Error::NoSuchBranch));
    let breda_closed = Event::BranchClosed { branch_id: BREDA };
    let closed = with([opened(UTRECHT, "Utrecht"), opened(BREDA, "Breda"), breda_closed]);
    assert_eq!(closed.when(add()), Err(Error::BranchClosed));
    assert_eq!(closed.when(limit()), Err(Error::BranchClosed));
}

#[test]
fn a_change_of_role_keeps_the_branches_and_the_other_way_round() {
    let utrecht =
        with([opened(UTRECHT, "Utrecht"), opened(BREDA, "Breda"), added(MEMBER, Role::Viewer, only(&[UTRECHT]))]);
    let promoted = Event::MemberChanged { user_id: MEMBER, role: Role::Admin, branches: only(&[UTRECHT]) };
    assert_eq!(utrecht.when(change_role(MEMBER, Role::Admin)), Ok(vec![promoted]));
    let move_to_breda = Command::ChangeMember { user_id: MEMBER, role: None, branches: Some(only(&[BREDA])) };
    let moved = Event::MemberChanged { user_id: MEMBER, role: Role::Viewer, branches: only(&[BREDA]) };
    assert_eq!(utrecht.when(move_to_breda), Ok(vec![moved]));
}

#[test]
fn a_role_changes_although_a_branch_of_the_member_has_closed() {
    let past = [
        opened(UTRECHT, "Utrecht"),
        added(MEMBER, Role::Viewer, only(&[UTRECHT])),
        Event::BranchClosed { branch_id: UTRECHT },
    ];
    let changed = Event::MemberChanged { user_id: MEMBER, role: Role::Member, branches: only(&[UTRECHT]) };
    assert_eq!(with(past).when(change_role(MEMBER, Role::Member)), Ok(vec![changed]));
}

#[test]
fn changing_a_member_to_what_he_is_is_no_event() {
    let same =
        Command::ChangeMember { user_id: MEMBER, role: Some(Role::Admin), branches: Some(BranchRestriction::All) };
    let nothing = Command::ChangeMember { user_id: MEMBER, role: None, branches: None };
    assert_eq!(with([member(Role::Admin)]).when(same), Ok(vec![]));
    assert_eq!(with([member(Role::Admin)]).when(nothing), Ok(vec![]));
}

#[test]
fn a_stranger_is_neither_changed_nor_removed() {
    assert_eq!(with([]).when(change_role(MEMBER, Role::Admin)), Err(Error::NotAMember));
    assert_eq!(with([]).when(Command::RemoveMember { user_id: MEMBER }), Err(Error::NotAMember));
}

#[test]
fn a_member_can_be_removed() {
    let removed = vec![Event::MemberRemoved { user_id: MEMBER }];
    assert_eq!(with([member(Role::Viewer)]).when(Command::RemoveMember { user_id: MEMBER }), Ok(removed));
}

#[test]
fn an_organization_keeps_an_owner() {
    let one = with([member(Role::Admin)]);
    assert_eq!(one.when(Command::RemoveMember { user_id: OWNER }), Err(Error::LastOwner));
    for role in [Role::Admin, Role::Member, Role::Viewer] {
        assert_eq!(one.when(change_role(OWNER, role)), Err(Error::LastOwner));
    }
}

#[test]
fn one_of_two_owners_can_go() {
    let two = with([member(Role::Owner)]);
    let removed = vec![Event::MemberRemoved { user_id: OWNER }];
    assert_eq!(two.when(Command::RemoveMember { user_id: OWNER }), Ok(removed));
    let demoted = Event::MemberChanged { user_id: OWNER, role: Role::Admin, branches: BranchRestriction::All };
    assert_eq!(two.when(change_role(OWNER, Role::Admin)), Ok(vec![demoted]));
}

#[test]
fn a_role_survives_its_text_and_owners_and_admins_manage() {
    for (text, role, manages) in [
        ("owner", Role::Owner, true),
        ("admin", Role::Admin, true),
        ("member", Role::Member, false),
        ("viewer", Role::Viewer, false),
    ] {
        assert_eq!((text.parse(), role.to_string().as_str(), role.manages()), (Ok(role), text, manages));
    }
    assert_eq!("Owner".parse::<Role>(), Err(super::event::UnknownRole));
}

#[test]
fn the_cqrs_handle_emits_what_decide_decides() {
    use cqrs_es::test::TestFramework;

    TestFramework::<Organization>::with(())
        .given_no_previous_events()
        .when(Command::Create { name: "De Vries Transport".into(), owner_id: OWNER })
        .then_expect_events(created().to_vec());
}

fn roles() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Owner), Just(Role::Admin), Just(Role::Member), Just(Role::Viewer)]
}

fn branches() -> impl Strategy<Value = BranchRestriction> {
    prop_oneof![Just(BranchRestriction::All), vec((11..14_u128).prop_map(id), 1..3).prop_map(BranchRestriction::Only)]
}

fn commands() -> impl Strategy<Value = Command> {
    let users = || (1..5_u128).prop_map(id);
    let branch_ids = || (11..14_u128).prop_map(id);
    let names = || "[ab]".prop_map(String::from);
    prop_oneof![
        1 => (names(), users()).prop_map(|(name, owner_id)| Command::Create { name, owner_id }),
        2 => (branch_ids(), names()).prop_map(|(branch_id, name)| Command::OpenBranch {
            branch_id, public_id: public_id(branch_id), name
        }),
        1 => (branch_ids(), names()).prop_map(|(branch_id, name)| Command::RenameBranch { branch_id, name }),
        1 => branch_ids().prop_map(|branch_id| Command::CloseBranch { branch_id }),
        4 => (users(), roles(), branches())
            .prop_map(|(user_id, role, branches)| Command::AddMember { user_id, role, branches }),
        4 => (users(), option::of(roles()), option::of(branches()))
            .prop_map(|(user_id, role, branches)| Command::ChangeMember { user_id, role, branches }),
        4 => users().prop_map(|user_id| Command::RemoveMember { user_id }),
    ]
}

/// The owners that a log of events names, counted without the aggregate.
fn owners(log: &[Event]) -> usize {
    let mut roles = std::collections::BTreeMap::new();
    for event in log {
        match event {
            Event::MemberAdded { user_id, role, .. } | Event::MemberChanged { user_id, role, .. } => {
                roles.insert(*user_id, *role);
            }
            Event::MemberRemoved { user_id } => drop(roles.remove(user_id)),
            Event::Created { .. }
            | Event::BranchOpened { .. }
            | Event::BranchRenamed { .. }
            | Event::BranchClosed { .. } => {}
        }
    }
    roles.into_values().filter(|role| *role == Role::Owner).count()
}

proptest! {
    #[test]
    fn no_history_leaves_an_organization_without_an_owner(history in vec(commands(), 0..60)) {
        let mut organization = with([]);
        let mut log = created().to_vec();
        for command in history {
            log.extend(organization.happens(command).unwrap_or_default());
            prop_assert!(owners(&log) >= 1, "{log:?}");
        }
    }

    #[test]
    fn repeating_a_change_of_a_member_or_branch_is_no_event(history in vec(commands(), 0..30), repeated in commands()) {
        let mut organization = with([]);
        for command in history {
            organization.happens(command).ok();
        }
        let before = serde_json::to_value(organization.state()).unwrap();
        if organization.happens(repeated.clone()).is_err() {
            prop_assert_eq!(serde_json::to_value(organization.state()).unwrap(), before);
            return Ok(());
        }
        let expected = match repeated {
            Command::Create { .. } => Err(Error::AlreadyCreated),
            Command::OpenBranch { .. } => Err(Error::BranchExists),
            Command::AddMember { .. } => Err(Error::AlreadyAMember),
            Command::RemoveMember { .. } => Err(Error::NotAMember),
            Command::RenameBranch { .. } | Command::CloseBranch { .. } | Command::ChangeMember { .. } => Ok(vec![]),
        };
        prop_assert_eq!(organization.when(repeated), expected);
    }

    #[test]
    fn the_events_of_a_history_add_up_to_its_state(history in vec(commands(), 0..40)) {
        let mut organization = given::<Organization>([]);
        let mut log = Vec::new();
        for command in history {
            log.extend(organization.happens(command).unwrap_or_default());
        }
        let stored: Vec<Event> = serde_json::from_str(&serde_json::to_string(&log).unwrap()).unwrap();
        let replayed = serde_json::to_value(given::<Organization>(stored).state()).unwrap();
        prop_assert_eq!(replayed, serde_json::to_value(organization.state()).unwrap());
    }
}

#[test]
fn the_only_owner_who_is_not_limited_stays_so() {
    let organization = given::<Organization>([
        Event::Created { name: "Acme".into() },
        Event::MemberAdded { user_id: id(1), role: Role::Owner, branches: BranchRestriction::All },
        Event::BranchOpened { branch_id: id(5), public_id: "RS2RDH3B".parse().unwrap(), name: "R".into() },
        Event::MemberAdded { user_id: id(2), role: Role::Owner, branches: BranchRestriction::Only(vec![id(5)]) },
    ]);
    let limit =
        Command::ChangeMember { user_id: id(1), role: None, branches: Some(BranchRestriction::Only(vec![id(5)])) };
    assert_eq!(organization.when(limit), Err(Error::LastOwner));
    assert_eq!(organization.when(Command::RemoveMember { user_id: id(1) }), Err(Error::LastOwner));
    assert!(organization.when(Command::RemoveMember { user_id: id(2) }).is_ok());
}

fn who(role: Role, branches: BranchRestriction) -> Member {
    Member { role, branches }
}

#[test]
fn managers_change_whoever_is_no_owner_and_owners_change_owners_too() {
    let all = BranchRestriction::All;
    for (role, changes, gives) in [
        (Role::Owner, [true; 4], [true; 4]),
        (Role::Admin, [false, true, true, true], [false, true, true, true]),
        (Role::Member, [false; 4], [false; 4]),
        (Role::Viewer, [false; 4], [false; 4]),
    ] {
        let manager = who(role, all.clone());
        let others = [Role::Owner, Role::Admin, Role::Member, Role::Viewer];
        assert_eq!(others.map(|other| manager.may_change(&who(other, all.clone()))), changes, "{role:?}");
        assert_eq!(others.map(|other| manager.may_give(other)), gives, "{role:?}");
    }
}

#[test]
fn who_is_limited_to_branches_changes_only_those_who_reach_no_others() {
    let limited = who(Role::Admin, only(&[id(1), id(2)]));
    for (branches, may) in [(only(&[id(1)]), true), (only(&[id(1), id(3)]), false), (BranchRestriction::All, false)] {
        assert_eq!(limited.may_change(&who(Role::Viewer, branches.clone())), may, "{branches:?}");
    }
}

#[test]
fn nobody_gives_away_what_his_role_does_not_have() {
    let all = scopes("routix:accounts:read routix:accounts:write routix:orders:read");
    for role in [Role::Owner, Role::Admin, Role::Member] {
        assert_eq!(role.grantable(&all), all, "{role:?}");
    }
    assert_eq!(Role::Viewer.grantable(&all), scopes("routix:accounts:read routix:orders:read"));
}
