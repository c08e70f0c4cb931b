use super::*;
use crate::testing::{given, id, scopes};

fn grant(text: &str) -> ConsentCommand {
    ConsentCommand::Grant { user_id: id(1), app_id: id(2), organization_id: id(3), scopes: scopes(text) }
}

fn granted(text: &str) -> ConsentEvent {
    ConsentEvent::Granted { user_id: id(1), app_id: id(2), organization_id: id(3), scopes: scopes(text) }
}

#[test]
fn a_consent_names_at_least_one_scope() {
    assert_eq!(given::<Consent>([]).when(grant("")), Err(ConsentError::NoScope));
}

#[test]
fn a_second_consent_adds_to_the_first() {
    let consent = given::<Consent>([granted("routix:orders:read")]);
    assert_eq!(consent.when(grant("routix:orders:read")), Ok(vec![]));
    assert_eq!(
        consent.when(grant("routix:accounts:read")),
        Ok(vec![granted("routix:orders:read routix:accounts:read")])
    );
}

#[test]
fn a_consent_after_a_withdrawal_begins_anew() {
    let mut consent = given::<Consent>([granted("routix:orders:read")]);
    assert_eq!(consent.state().withdrawals(), 0);
    assert_eq!(consent.happens(ConsentCommand::Withdraw), Ok(vec![ConsentEvent::Withdrawn { withdrawals: 1 }]));
    assert_eq!(consent.state().withdrawals(), 1);
    assert_eq!(consent.when(ConsentCommand::Withdraw), Ok(vec![]));
    assert_eq!(consent.happens(grant("routix:accounts:read")), Ok(vec![granted("routix:accounts:read")]));
    assert_eq!(consent.when(ConsentCommand::Withdraw), Ok(vec![ConsentEvent::Withdrawn { withdrawals: 2 }]));
    let _withdrawn = consent.happens(ConsentCommand::Withdraw);
    assert_eq!(consent.state().withdrawals(), 2);
}

#[test]
fn what_was_never_granted_cannot_be_withdrawn() {
    assert_eq!(given::<Consent>([]).when(ConsentCommand::Withdraw), Err(ConsentError::NotGranted));
}

#[test]
fn each_three_of_user_app_and_organization_have_their_own_id() {
    let ids = [consent_id(id(1), id(2), id(3)), consent_id(id(2), id(1), id(3)), consent_id(id(1), id(3), id(2))];
    assert_eq!(ids[0], consent_id(id(1), id(2), id(3)));
    assert!(ids[0] != ids[1] && ids[1] != ids[2] && ids[0] != ids[2]);
}
