use routix_domain::organization::{OrganizationEvent, Role};
use routix_domain::value::BranchRestriction;

use super::{MemberRow, Members, OrganizationRow, membership, of_organization, of_user, organization, organizations};
use crate::table::Json;
use crate::testing::{Kind, Log, at, given, id, on_both, only, registered, rows_after};

on_both! {
    a_created_organization_is_a_row,
    an_added_member_is_a_row,
    a_changed_member_keeps_the_day_of_joining,
    a_removed_member_is_gone_from_this_organization_only_and_may_come_back,
    members_of_an_organization_are_listed_in_the_order_of_joining,
    branches_and_apps_leave_no_row,
}

fn added(user: u128, role: Role) -> OrganizationEvent {
    OrganizationEvent::MemberAdded { user_id: id(user), role, branches: BranchRestriction::All }
}

fn member(organization: u128, user: u128, role: Role, position: u64) -> MemberRow {
    MemberRow {
        organization_id: id(organization),
        user_id: id(user),
        role: Json(role),
        branches: Json(BranchRestriction::All),
        added_at: at(position),
    }
}

async fn a_created_organization_is_a_row(kind: Kind) {
    let log = Log::default().organization(50, &OrganizationEvent::Created { name: "Acme".into() });
    let place = given(kind, &Members, &log).await;
    let expected = OrganizationRow { organization_id: id(50), name: "Acme".into(), created_at: at(1) };
    assert_eq!(organization(&place.db, id(50)).await.unwrap(), Some(expected.clone()));
    assert_eq!(organizations(&place.db).await.unwrap(), [expected]);
    assert_eq!(organization(&place.db, id(51)).await.unwrap(), None);
}

async fn an_added_member_is_a_row(kind: Kind) {
    let log = Log::default().organization(50, &added(80, Role::Owner));
    assert_eq!(rows_after::<MemberRow>(kind, &Members, &log).await, [member(50, 80, Role::Owner, 1)]);
}

async fn a_changed_member_keeps_the_day_of_joining(kind: Kind) {
    let changed = OrganizationEvent::MemberChanged { user_id: id(80), role: Role::Viewer, branches: only(&[60]) };
    let log = Log::default().organization(50, &added(80, Role::Owner)).organization(50, &changed);
    let expected = MemberRow { branches: Json(only(&[60])), ..member(50, 80, Role::Viewer, 1) };
    assert_eq!(rows_after::<MemberRow>(kind, &Members, &log).await, [expected]);
}

async fn a_removed_member_is_gone_from_this_organization_only_and_may_come_back(kind: Kind) {
    let removed = OrganizationEvent::MemberRemoved { user_id: id(80) };
    let log = Log::default()
        .organization(50, &added(80, Role::Owner))
        .organization(51, &added(80, Role::Viewer))
        .organization(50, &removed);
    let place = given(kind, &Members, &log).await;
    assert_eq!(membership(&place.db, id(50), id(80)).await.unwrap(), None);
    assert_eq!(of_user(&place.db, id(80)).await.unwrap(), [member(51, 80, Role::Viewer, 2)]);
    let log = log.organization(50, &added(80, Role::Admin));
    let expected = [member(51, 80, Role::Viewer, 2), member(50, 80, Role::Admin, 4)];
    assert_eq!(of_user(&given(kind, &Members, &log).await.db, id(80)).await.unwrap(), expected);
}

async fn members_of_an_organization_are_listed_in_the_order_of_joining(kind: Kind) {
    let log = Log::default()
        .organization(50, &added(82, Role::Owner))
        .organization(50, &added(81, Role::Member))
        .organization(51, &added(81, Role::Member));
    let place = given(kind, &Members, &log).await;
    let expected = [member(50, 82, Role::Owner, 1), member(50, 81, Role::Member, 2)];
    assert_eq!(of_organization(&place.db, id(50)).await.unwrap(), expected);
}

async fn branches_and_apps_leave_no_row(kind: Kind) {
    let log =
        Log::default().organization(50, &OrganizationEvent::BranchClosed { branch_id: id(60) }).app(1, &registered());
    assert_eq!(rows_after::<MemberRow>(kind, &Members, &log).await, []);
}
