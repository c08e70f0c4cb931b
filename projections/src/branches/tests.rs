use routix_domain::organization::OrganizationEvent;

use super::{BranchRow, Branches, OpenBranches, by_id, of_organization, open_of};
use crate::testing::{Kind, Log, Place, at, given, id, on_both, registered, rows_after};

on_both! {
    an_opened_branch_is_a_row,
    a_renamed_branch_has_its_new_name,
    a_closed_branch_stays_and_says_when_it_closed,
    a_branch_is_found_by_its_public_id_in_its_own_organization_only,
    other_events_leave_no_row,
}

fn opened(number: u128, public_id: &str) -> OrganizationEvent {
    OrganizationEvent::BranchOpened {
        branch_id: id(number),
        public_id: public_id.parse().unwrap(),
        name: "Utrecht".into(),
    }
}

fn utrecht() -> BranchRow {
    BranchRow {
        branch_id: id(60),
        organization_id: id(50),
        public_id: "RS2RDH3B".into(),
        name: "Utrecht".into(),
        opened_at: at(1),
        closed_at: None,
    }
}

async fn an_opened_branch_is_a_row(kind: Kind) {
    let log = Log::default().organization(50, &opened(60, "RS2RDH3B"));
    assert_eq!(rows_after::<BranchRow>(kind, &Branches, &log).await, [utrecht()]);
}

async fn a_renamed_branch_has_its_new_name(kind: Kind) {
    let renamed = OrganizationEvent::BranchRenamed { branch_id: id(60), name: "Lage Weide".into() };
    let log = Log::default().organization(50, &opened(60, "RS2RDH3B")).organization(50, &renamed);
    let expected = BranchRow { name: "Lage Weide".into(), ..utrecht() };
    assert_eq!(rows_after::<BranchRow>(kind, &Branches, &log).await, [expected]);
}

async fn a_closed_branch_stays_and_says_when_it_closed(kind: Kind) {
    let closed = OrganizationEvent::BranchClosed { branch_id: id(60) };
    let log = Log::default().organization(50, &opened(60, "RS2RDH3B")).organization(50, &closed);
    let place = given(kind, &Branches, &log).await;
    assert_eq!(place.rows::<BranchRow>().await, [BranchRow { closed_at: Some(at(2)), ..utrecht() }]);
    assert_eq!(open_in(&place, 50).await, OpenBranches::default());
    assert_eq!(by_id(&place.db, id(60)).await.unwrap().and_then(|row| row.closed_at), Some(at(2)));
    assert_eq!(by_id(&place.db, id(61)).await.unwrap(), None);
}

async fn a_branch_is_found_by_its_public_id_in_its_own_organization_only(kind: Kind) {
    let log = Log::default().organization(50, &opened(60, "RS2RDH3B")).organization(51, &opened(61, "AAAAAAAA"));
    let place = given(kind, &Branches, &log).await;
    let open = [open_in(&place, 50).await, open_in(&place, 51).await];
    assert_eq!(open.each_ref().map(|open| open.by_public_id("RS2RDH3B")), [Some(id(60)), None]);
    assert_eq!(open.map(|open| open.ids), [[id(60)], [id(61)]]);
    assert_eq!(of_organization(&place.db, id(50)).await.unwrap(), [utrecht()]);
}

async fn open_in(place: &Place, organization: u128) -> OpenBranches {
    let moment = place.db.moment().await.unwrap();
    (*open_of(&place.db, &moment, id(organization)).await.unwrap()).clone()
}

async fn other_events_leave_no_row(kind: Kind) {
    let log = Log::default()
        .organization(50, &OrganizationEvent::Created { name: "Acme".into() })
        .organization(50, &OrganizationEvent::MemberRemoved { user_id: id(80) })
        .app(1, &registered());
    assert_eq!(rows_after::<BranchRow>(kind, &Branches, &log).await, []);
}
