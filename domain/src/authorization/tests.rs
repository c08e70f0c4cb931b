use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::Decide;
use crate::testing::{Given, at, given, id, scopes};
use crate::value::{CodeChallenge, RedirectUri};

const APP: u128 = 2;

fn challenge(letter: &str) -> CodeChallenge {
    CodeChallenge::parse(&letter.repeat(43)).unwrap()
}

fn grant() -> Grant {
    Grant {
        consent_id: id(4),
        withdrawals: 0,
        user_id: id(1),
        app_id: id(APP),
        organization_id: id(3),
        scopes: scopes("routix:orders:read"),
        redirect_uri: RedirectUri::parse("https://a.example/cb", false).unwrap(),
        code_challenge: challenge("c"),
        resource: None,
        token_epoch: 0,
        issued_at: at(0),
    }
}

fn issued() -> AuthorizationEvent {
    AuthorizationEvent::CodeIssued(Box::new(grant()))
}

fn redeemed() -> AuthorizationEvent {
    AuthorizationEvent::CodeRedeemed { redeemed_at: at(10), secret_generation: Some(1) }
}

fn refreshed(generation: u32, second: i64) -> AuthorizationEvent {
    AuthorizationEvent::Refreshed { generation, refreshed_at: at(second) }
}

fn redemption() -> Redemption {
    Redemption {
        app_id: id(APP),
        secret_generation: Some(1),
        redirect_uri: Some("https://a.example/cb".into()),
        challenge: challenge("c"),
        at: at(10),
    }
}

fn redeem(redemption: Redemption) -> AuthorizationCommand {
    AuthorizationCommand::Redeem(Box::new(redemption))
}

fn refresh(generation: u32, at: DateTime<Utc>) -> AuthorizationCommand {
    AuthorizationCommand::Refresh(Refresh { app_id: Some(id(APP)), generation, retry: TimeDelta::seconds(30), at })
}

fn end(reason: EndReason) -> Vec<AuthorizationEvent> {
    vec![AuthorizationEvent::Ended { reason }]
}

fn code() -> Given<Authorization> {
    given([issued()])
}

fn family(events: &[AuthorizationEvent]) -> Given<Authorization> {
    given([issued(), redeemed()].into_iter().chain(events.iter().cloned()))
}

#[test]
fn a_code_is_redeemed_once() {
    assert_eq!(code().when(redeem(redemption())), Ok(vec![redeemed()]));
    let without_uri = Redemption { redirect_uri: None, ..redemption() };
    assert_eq!(code().when(redeem(without_uri)), Ok(vec![redeemed()]));
}

#[test]
fn only_all_right_redeems_a_code() {
    for wrong in 1..16_u8 {
        let late = wrong & 8 != 0;
        let presented = Redemption {
            app_id: if wrong & 1 != 0 { id(9) } else { id(APP) },
            redirect_uri: Some(if wrong & 2 != 0 { "https://b.example/cb" } else { "https://a.example/cb" }.into()),
            challenge: challenge(if wrong & 4 != 0 { "d" } else { "c" }),
            at: if late { at(60) } else { at(59) },
            ..redemption()
        };
        let decided = code().when(redeem(presented.clone()));
        if late {
            assert_eq!(decided, Err(AuthorizationError::Expired), "{wrong:04b}");
        } else if presented.app_id != id(APP) {
            assert_eq!(decided, Err(AuthorizationError::OtherClient), "{wrong:04b}: not counted against the owner");
        } else {
            assert_eq!(decided, Ok(vec![AuthorizationEvent::CodeRefused { refusals: 1 }]), "{wrong:04b}");
        }
        // Presented after the redemption, it changes nothing.
        assert!(family(&[]).when(redeem(presented)).is_err(), "{wrong:04b}");
    }
}

#[test]
fn a_valid_replay_ends_what_the_first_use_gave() {
    assert_eq!(family(&[]).when(redeem(redemption())), Ok(end(EndReason::CodeReplayed)));
    assert_eq!(family(&[refreshed(2, 20)]).when(redeem(redemption())), Ok(end(EndReason::CodeReplayed)));
    let late = Redemption { at: at(60), ..redemption() };
    assert_eq!(family(&[]).when(redeem(late)), Err(AuthorizationError::Expired));
}

#[test]
fn the_fifth_wrong_redemption_ends_the_code() {
    let mut authorization = code();
    let wrong = || redeem(Redemption { challenge: challenge("d"), ..redemption() });
    for refusals in 1..5 {
        assert_eq!(authorization.happens(wrong()), Ok(vec![AuthorizationEvent::CodeRefused { refusals }]));
    }
    let last = vec![
        AuthorizationEvent::CodeRefused { refusals: 5 },
        AuthorizationEvent::Ended { reason: EndReason::TooManyRefusals },
    ];
    assert_eq!(authorization.happens(wrong()), Ok(last));
    assert_eq!(authorization.when(redeem(redemption())), Err(AuthorizationError::Ended));
}

#[test]
fn the_current_refresh_token_rotates() {
    assert_eq!(family(&[]).when(refresh(1, at(20))), Ok(vec![refreshed(2, 20)]));
    assert_eq!(family(&[refreshed(2, 20)]).when(refresh(2, at(21))), Ok(vec![refreshed(3, 21)]));
}

#[test]
fn a_retry_of_the_newest_rotation_is_no_event_and_later_ends_the_family() {
    let family = family(&[refreshed(2, 20)]);
    assert_eq!(family.when(refresh(1, at(50))), Ok(vec![]));
    let late = at(50) + TimeDelta::microseconds(1);
    assert_eq!(family.when(refresh(1, late)), Ok(end(EndReason::RefreshTokenReused)));
}

#[test]
fn an_older_refresh_token_ends_the_family_at_any_time() {
    let family = family(&[refreshed(2, 20), refreshed(3, 21)]);
    assert_eq!(family.when(refresh(1, at(21))), Ok(end(EndReason::RefreshTokenReused)));
}

#[test]
fn without_a_window_every_repetition_is_reuse() {
    let family = family(&[refreshed(2, 20)]);
    let again = Refresh { app_id: None, generation: 1, retry: TimeDelta::zero(), at: at(20) };
    assert_eq!(family.when(AuthorizationCommand::Refresh(again)), Ok(end(EndReason::RefreshTokenReused)));
}

#[test]
fn another_clients_attempt_changes_nothing() {
    let family = family(&[refreshed(2, 20), refreshed(3, 21)]);
    let stolen = Refresh { app_id: Some(id(9)), generation: 1, retry: TimeDelta::zero(), at: at(30) };
    assert_eq!(family.when(AuthorizationCommand::Refresh(stolen)), Err(AuthorizationError::OtherClient));
    for state in [family, code()] {
        assert_eq!(state.when(AuthorizationCommand::Revoke { app_id: id(9) }), Err(AuthorizationError::OtherClient));
    }
}

#[test]
fn a_family_ends_when_it_is_idle_and_when_it_is_old() {
    let idle = at(10) + FAMILY_IDLE;
    assert_eq!(family(&[]).when(refresh(1, idle)), Err(AuthorizationError::Expired));
    assert!(family(&[]).when(refresh(1, idle - TimeDelta::seconds(1))).is_ok());
    let old = at(10) + FAMILY_LIFETIME;
    let kept_busy = AuthorizationEvent::Refreshed { generation: 2, refreshed_at: old - TimeDelta::days(1) };
    assert_eq!(family(&[kept_busy]).when(refresh(2, old)), Err(AuthorizationError::Expired));
}

#[test]
fn what_was_given_back_is_over() {
    let mut family = family(&[]);
    assert_eq!(family.happens(AuthorizationCommand::Revoke { app_id: id(APP) }), Ok(end(EndReason::Revoked)));
    assert_eq!(family.when(AuthorizationCommand::Revoke { app_id: id(APP) }), Ok(vec![]));
    assert_eq!(family.when(AuthorizationCommand::Revoke { app_id: id(9) }), Err(AuthorizationError::OtherClient));
    assert_eq!(family.when(refresh(1, at(20))), Err(AuthorizationError::Ended));
    assert_eq!(family.when(redeem(redemption())), Err(AuthorizationError::Ended));
    assert_eq!(code().when(AuthorizationCommand::Revoke { app_id: id(APP) }), Ok(end(EndReason::Revoked)));
}

#[test]
fn what_was_never_issued_is_unknown_and_what_was_cannot_be_issued_again() {
    let nothing = given::<Authorization>([]);
    assert_eq!(nothing.when(redeem(redemption())), Err(AuthorizationError::Unknown));
    assert_eq!(nothing.when(refresh(1, at(0))), Err(AuthorizationError::Unknown));
    assert_eq!(nothing.when(AuthorizationCommand::Revoke { app_id: id(APP) }), Err(AuthorizationError::Unknown));
    assert_eq!(code().when(refresh(1, at(0))), Err(AuthorizationError::NotRedeemed));
    let issue = |grant: Grant| AuthorizationCommand::Issue(Box::new(grant));
    assert_eq!(code().when(issue(Grant { issued_at: at(5), ..grant() })), Ok(vec![]), "the same form, sent twice");
    let other = Grant { organization_id: id(9), ..grant() };
    assert_eq!(code().when(issue(other)), Err(AuthorizationError::AlreadyDecided));
    assert_eq!(family(&[]).when(issue(grant())), Err(AuthorizationError::AlreadyDecided));
}

#[test]
fn the_user_decides_once() {
    let deny = AuthorizationCommand::Deny { user_id: id(1), app_id: id(APP) };
    let denied = AuthorizationEvent::Denied { user_id: id(1), app_id: id(APP) };
    assert_eq!(given::<Authorization>([]).when(deny.clone()), Ok(vec![denied.clone()]));
    assert_eq!(code().when(deny.clone()), Err(AuthorizationError::AlreadyDecided));
    let no = given::<Authorization>([denied]);
    assert_eq!(no.when(deny), Ok(vec![]));
    assert_eq!(no.when(AuthorizationCommand::Issue(Box::new(grant()))), Err(AuthorizationError::AlreadyDecided));
    assert_eq!(no.when(redeem(redemption())), Err(AuthorizationError::Unknown));
}

proptest! {
    /// Whoever presents what, whenever: generations go up by one, and what has ended stays so.
    #[test]
    fn a_family_never_goes_back(uses in proptest::collection::vec((0_u32..6, 0_i64..90), 0..40)) {
        let mut state = Authorization::default();
        [issued(), redeemed()].into_iter().for_each(|event| state.evolve(event));
        let (mut generation, mut clock, mut over) = (1, 10, false);
        for (presented, seconds) in uses {
            clock += seconds;
            for event in state.decide(refresh(presented, at(clock))).unwrap_or_default() {
                prop_assert!(!over);
                match &event {
                    AuthorizationEvent::Refreshed { generation: next, .. } => {
                        prop_assert_eq!(presented, generation);
                        prop_assert_eq!(*next, generation + 1);
                        generation += 1;
                    }
                    AuthorizationEvent::Ended { .. } => over = true,
                    AuthorizationEvent::CodeIssued(_)
                    | AuthorizationEvent::CodeRefused { .. }
                    | AuthorizationEvent::CodeRedeemed { .. }
                    | AuthorizationEvent::Denied { .. } => prop_assert!(false, "{event:?} from a refresh"),
                }
                state.evolve(event);
            }
        }
    }
}
