//! Rotations, and which secret is accepted at which time.

use super::*;
use crate::app::MAX_OVERLAP_SECONDS;
use crate::testing::Given;

fn rotated(generation: u32, time: i64, previous_valid_until: i64) -> AppEvent {
    AppEvent::SecretRotated {
        generation,
        secret: fingerprint(generation),
        rotated_at: at(time),
        previous_valid_until: at(previous_valid_until),
    }
}

/// The generations that are accepted at a time, newest first.
fn accepted(app: &Given<App>, time: i64) -> Vec<u32> {
    match app.state() {
        App::Registered(state) => state.secrets.accepted_at(at(time)).map(|secret| secret.generation).collect(),
        App::Unregistered => Vec::new(),
    }
}

#[test]
fn a_rotation_without_overlap_ends_the_old_secret_at_once() {
    let app = given::<App>([registered()]);
    assert_eq!(app.when(rotate(2, 0, 100)), Ok(vec![rotated(2, 100, 100)]));
    assert_eq!(accepted(&app, 100), [1]);
    assert_eq!(accepted(&given([registered(), rotated(2, 100, 100)]), 100), [2]);
}

#[test]
fn a_late_clock_does_not_accept_a_secret_that_has_ended() {
    let app = given([registered(), rotated(2, 100, 100)]);
    assert_eq!(accepted(&app, 40), [2]);
}

#[test]
fn an_overlap_keeps_the_old_secret_exactly_that_long() {
    assert_eq!(given::<App>([registered()]).when(rotate(2, 60, 100)), Ok(vec![rotated(2, 100, 160)]));
    let app = given([registered(), rotated(2, 100, 160)]);
    assert_eq!(accepted(&app, 100), [2, 1]);
    assert_eq!(accepted(&app, 159), [2, 1]);
    assert_eq!(accepted(&app, 160), [2]);
}

#[test]
fn a_rotation_during_an_open_overlap_ends_the_oldest_secret() {
    let app = given([registered(), rotated(2, 100, 1_000), rotated(3, 200, 500)]);
    assert_eq!(accepted(&app, 200), [3, 2]);
    assert_eq!(accepted(&app, 499), [3, 2]);
    assert_eq!(accepted(&app, 500), [3]);
}

#[test]
fn a_rotation_without_overlap_ends_an_open_overlap_too() {
    let app = given([registered(), rotated(2, 100, 1_000), rotated(3, 200, 200)]);
    assert_eq!(accepted(&app, 200), [3]);
    assert_eq!(accepted(&app, 150), [3]);
}

#[test]
fn the_longest_overlap_is_seven_days() {
    let app = given::<App>([registered()]);
    assert_eq!(app.when(rotate(2, 604_800, 0)), Ok(vec![rotated(2, 0, 604_800)]));
    assert_eq!(app.when(rotate(2, 604_801, 0)), Err(AppError::OverlapTooLong));
    assert_eq!(MAX_OVERLAP_SECONDS, 604_800);
}

#[test]
fn a_public_client_has_nothing_to_rotate() {
    assert_eq!(given::<App>([public_registered()]).when(rotate(2, 0, 1)), Err(AppError::NoSecret));
}

#[test]
fn a_revoked_app_can_get_a_new_secret() {
    let app = given::<App>([registered(), AppEvent::Revoked {}]);
    assert_eq!(app.when(rotate(2, 0, 1)), Ok(vec![rotated(2, 1, 1)]));
}

#[test]
fn generations_count_on() {
    let app = given::<App>([registered(), rotated(2, 1, 1), rotated(3, 2, 2)]);
    assert_eq!(app.when(rotate(4, 0, 3)), Ok(vec![rotated(4, 3, 3)]));
}

#[test]
fn an_open_overlap_can_be_ended_early() {
    let past = [registered(), rotated(2, 100, 1_000)];
    let ended = AppEvent::SecretOverlapEnded { ended_at: at(300) };
    assert_eq!(given::<App>(past.clone()).when(AppCommand::EndOverlap { at: at(300) }), Ok(vec![ended.clone()]));
    let app = given(past.into_iter().chain([ended]));
    assert_eq!(accepted(&app, 300), [2]);
    assert_eq!(accepted(&app, 200), [2], "also on a node whose clock is late");
}

#[test]
fn ending_an_overlap_that_is_not_open_is_no_event() {
    let end = || AppCommand::EndOverlap { at: at(300) };
    let ended = AppEvent::SecretOverlapEnded { ended_at: at(200) };
    for past in [
        vec![registered()],
        vec![public_registered()],
        vec![registered(), rotated(2, 100, 100)],
        vec![registered(), rotated(2, 100, 300)],
        vec![registered(), rotated(2, 100, 1_000), ended],
    ] {
        assert_eq!(given::<App>(past.clone()).when(end()), Ok(vec![]), "{past:?}");
    }
}

#[test]
fn the_history_of_secrets_keeps_when_each_one_ended() {
    use crate::value::Acceptance;

    let past = [registered(), rotated(2, 100, 150), rotated(3, 200, 900), rotated(4, 300, 400)];
    let app = given::<App>(past);
    let App::Registered(state) = app.state() else { panic!("the app is not registered") };
    let acceptances: Vec<_> = state.secrets.iter().map(|secret| secret.acceptance).collect();
    let expected =
        [Acceptance::Ended(at(150)), Acceptance::Ended(at(300)), Acceptance::Until(at(400)), Acceptance::Current];
    assert_eq!(acceptances, expected);
}
