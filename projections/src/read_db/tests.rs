//! Batches, checkpoints and generations, for every projection alike.

use std::sync::Arc;

use routix_domain::app::AppEvent;
use routix_domain::authorization::{AuthorizationEvent, EndReason};
use routix_domain::consent::ConsentEvent;
use routix_domain::log::{Actor, Page};
use routix_domain::organization::{OrganizationEvent, Role};
use routix_domain::value::BranchRestriction;

use super::{Advance, Fold, Outcome, ReadError, State};
use crate::members::{MemberRow, Members};
use crate::projection::{Projection, all, named};
use crate::rebuild::Progress;
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::Table;
use crate::testing::{
    Kind, Log, Place, at, bounded, every_app_event, full_life, given, id, on_both, registered, rotated, scopes,
};
use crate::token_validation::TokenValidation;
use crate::values;
use routix_domain::log::{Fact, RecordedEvent};

on_both! {
    an_event_that_cannot_be_read_stops_the_projection_behind_what_came_before,
    a_difference_is_found_wherever_it_is_among_the_pages,
    a_snapshot_outlives_the_swap_and_its_tables_are_dropped_when_nobody_looks,
    of_those_who_prepare_at_once_one_makes_the_tables,
    the_boundaries_of_batches_leave_no_trace_in_the_rows,
    a_batch_that_was_applied_is_refused_and_changes_nothing,
    positions_without_an_event_are_passed_all_the_same,
    an_event_without_its_row_stops_the_projection_behind_what_came_before,
    a_batch_of_a_build_goes_on_from_the_one_before_whether_that_is_written_or_not,
    a_poisoned_build_fails_naming_the_position_and_leaves_the_live_tables,
    a_build_that_went_live_in_the_meantime_cannot_be_dropped,
    tables_of_one_version_are_not_followed_by_the_code_of_another,
    a_build_behind_the_live_tables_is_not_swapped_in,
    the_number_of_a_build_that_was_dropped_is_not_given_again,
    a_build_is_compared_only_where_the_live_tables_stood,
    tables_that_a_crash_left_behind_are_dropped_by_prepare,
    an_event_of_another_stream_stops_only_those_that_read_that_stream,
}

/// Apps, branches and members whose events touch the same rows again and again.
fn busy_log() -> Log {
    let member =
        |user: u128, role| OrganizationEvent::MemberAdded { user_id: id(user), role, branches: BranchRestriction::All };
    let mut log = Log::default().organization(50, &OrganizationEvent::Created { name: "Acme".into() });
    for (number, event) in every_app_event().iter().enumerate() {
        let branch = 60 + number as u128;
        let public_id = format!("BRANCH{number:02}").parse().unwrap();
        log = log
            .app(1, event)
            .organization(50, &member(80 + number as u128 % 3, Role::Member))
            .organization(50, &OrganizationEvent::BranchOpened { branch_id: id(branch), public_id, name: "A".into() })
            .app(2 + number as u128, &registered())
            .app(2 + number as u128, &rotated(2, 10, 60))
            .organization(50, &OrganizationEvent::BranchRenamed { branch_id: id(branch), name: "B".into() })
            .organization(50, &OrganizationEvent::MemberRemoved { user_id: id(80 + number as u128 % 3) });
        if number % 2 == 0 {
            log = log.organization(50, &OrganizationEvent::BranchClosed { branch_id: id(branch) });
        }
        log = consents(log, number as u128);
    }
    log
}

/// One of three consents, granted and sometimes withdrawn, and an authorization that sometimes ends.
fn consents(log: Log, number: u128) -> Log {
    let (user_id, scopes) = (id(80 + number % 3), scopes("routix:orders:read"));
    let granted = ConsentEvent::Granted { user_id, app_id: id(1), organization_id: id(50), scopes };
    let consent = id(300 + number % 3).to_string();
    let refreshed = AuthorizationEvent::Refreshed { generation: 2, refreshed_at: at(number as u64) };
    let ended = AuthorizationEvent::Ended { reason: EndReason::Revoked };
    let log = log.push("consent", consent.clone(), &granted);
    let log = log.push("authorization", id(400 + number).to_string(), &refreshed);
    if number.is_multiple_of(2) {
        return log;
    }
    let withdrawals = u32::try_from(number / 3 + 1).unwrap();
    log.push("consent", consent, &ConsentEvent::Withdrawn { withdrawals }).push(
        "authorization",
        id(400 + number).to_string(),
        &ended,
    )
}

async fn the_boundaries_of_batches_leave_no_trace_in_the_rows(kind: Kind) {
    let log = busy_log();
    for projection in all() {
        let place = given(kind, projection, &log).await;
        let whole = place.dump(projection).await;
        assert!(whole.values().any(|rows| !rows.is_empty()), "{}", projection.name());
        for size in [1, 2, 7, 1_000] {
            let build = place.db.begin_build(projection, State::Building, 0).await.unwrap();
            let mut position = 0;
            while position < log.head() {
                let page = log.after(position, size);
                let next = page.next;
                let outcome = place.db.advance_build(projection, build.number, (position, page)).await.unwrap();
                assert_eq!(outcome, Outcome::At(next));
                position = next;
            }
            assert!(place.db.swap(projection, build.number, u64::MAX).await.unwrap());
            assert_eq!(place.dump(projection).await, whole, "{} in batches of {size}", projection.name());
        }
    }
}

async fn a_batch_that_was_applied_is_refused_and_changes_nothing(kind: Kind) {
    let log = busy_log();
    for projection in all() {
        let place = given(kind, projection, &log).await;
        let before = place.dump(projection).await;
        assert_eq!(place.advance(projection, 0, &log).await, Outcome::Elsewhere(log.head()));
        let early = place.db.advance(projection, Advance::Live, (7, log.after(7, 3)), 0).await.unwrap();
        assert_eq!(early, Outcome::Elsewhere(log.head()));
        assert_eq!(place.dump(projection).await, before, "{}", projection.name());
        assert_eq!(place.db.position(projection).await.unwrap(), log.head());
    }
}

async fn positions_without_an_event_are_passed_all_the_same(kind: Kind) {
    let place = given(kind, &TokenValidation, &Log::default().app(1, &registered())).await;
    let empty = Page { events: Vec::new(), next: 40, head: 40 };
    let outcome = place.db.advance(&TokenValidation, Advance::Live, (1, empty), 5).await.unwrap();
    assert_eq!(outcome, Outcome::At(40));
    let status = place.live(&TokenValidation).await;
    assert_eq!((status.position, status.updated_at, status.error), (40, 5, None));
}

async fn an_event_without_its_row_stops_the_projection_behind_what_came_before(kind: Kind) {
    let log = full_life(1).app(2, &AppEvent::Revoked {}).app(1, &AppEvent::Revoked {});
    let place = Place::new(kind).await;
    place.db.prepare(&TokenValidation, 0).await.unwrap();
    let offender = log.head() - 1;
    let outcome = place.advance(&TokenValidation, 0, &log).await;
    let Outcome::Stopped { position, error, .. } = outcome.clone() else { panic!("{outcome:?}") };
    assert_eq!(
        (position, error.as_str()),
        (offender, "the event changes a row of 'token_validation' that does not exist")
    );
    let live = place.live(&TokenValidation).await;
    assert_eq!((live.state, live.position, live.error_position), (State::Stopped, offender - 1, Some(offender)));
    assert_eq!(live.error, Some(error));
    let before = given(kind, &TokenValidation, &full_life(1)).await;
    assert_eq!(place.dump(&TokenValidation).await, before.dump(&TokenValidation).await);
    // It stands still, whatever else it is given.
    let again = place.db.advance(&TokenValidation, Advance::Live, (offender - 1, log.after(offender - 1, 9)), 0).await;
    assert_eq!(again.unwrap(), outcome);
}

async fn an_event_that_cannot_be_read_stops_the_projection_behind_what_came_before(kind: Kind) {
    let sound = full_life(1);
    let unreadable = sound.clone().app(2, &registered()).spoilt(|event| event.payload = "{".into());
    let log = unreadable.app(1, &AppEvent::Reactivated {}).app(9, &AppEvent::Revoked {});
    let place = Place::new(kind).await;
    place.db.prepare(&TokenValidation, 0).await.unwrap();
    let outcome = place.advance(&TokenValidation, 0, &log).await;
    let (reached, position) = (sound.head(), sound.head() + 1);
    assert_eq!(
        outcome,
        Outcome::Stopped { reached, position, error: "the payload does not fit its event type".into() }
    );
    assert_eq!(place.live(&TokenValidation).await.position, reached);
    let before = given(kind, &TokenValidation, &sound).await;
    assert_eq!(place.dump(&TokenValidation).await, before.dump(&TokenValidation).await);
}

async fn a_batch_of_a_build_goes_on_from_the_one_before_whether_that_is_written_or_not(kind: Kind) {
    let log = busy_log();
    for (projection, writes_first) in all().into_iter().flat_map(|projection| [(projection, true), (projection, false)])
    {
        let place = given(kind, projection, &log).await;
        let whole = place.dump(projection).await;
        let build = place.db.begin_build(projection, State::Building, 0).await.unwrap().number;
        let fold = async |after, count, before| {
            place.db.fold(projection, build, (after, log.after(after, count)), before).await.unwrap()
        };
        let write = async |folded| place.db.write_build(projection, build, folded, 0).await.unwrap();
        let half = log.head() as usize / 2;
        let Fold::Ready(first) = fold(0, half, None).await else { panic!("nobody else is here") };
        let middle = log.after(0, half).next;
        if writes_first {
            assert_eq!(write(Arc::clone(&first)).await, Outcome::At(middle));
        }
        let Fold::Ready(second) = fold(middle, 999, Some(Arc::clone(&first))).await else {
            panic!("no more than before")
        };
        if !writes_first {
            assert!(matches!(fold(middle, 999, None).await, Fold::Elsewhere(0)), "nothing came before it");
            assert_eq!(write(Arc::clone(&second)).await, Outcome::Elsewhere(0), "not yet");
            assert_eq!(write(Arc::clone(&first)).await, Outcome::At(middle));
        }
        assert_eq!(write(Arc::clone(&first)).await, Outcome::Elsewhere(middle), "once");
        assert_eq!(write(second).await, Outcome::At(log.head()));
        assert!(matches!(fold(middle, 999, Some(first)).await, Fold::Elsewhere(at) if at == log.head()));
        assert!(place.db.swap(projection, build, u64::MAX).await.unwrap());
        assert_eq!(place.dump(projection).await, whole, "{}, {writes_first}", projection.name());
    }
}

async fn a_poisoned_build_fails_naming_the_position_and_leaves_the_live_tables(kind: Kind) {
    let log = full_life(1).app(2, &AppEvent::Revoked {});
    let place = given(kind, &TokenValidation, &full_life(1)).await;
    let before = place.dump(&TokenValidation).await;
    let build = place.db.begin_build(&TokenValidation, State::Building, 0).await.unwrap();
    let result = place.db.advance_build(&TokenValidation, build.number, (0, log.page())).await;
    let Err(ReadError::Poison { projection, position, source: ApplyError::MissingRow(table) }) = result else {
        panic!("{result:?}")
    };
    assert_eq!((projection, position, table), ("token_validation", log.head(), "token_validation"));
    assert_eq!(place.dump(&TokenValidation).await, before);
}

async fn a_build_that_went_live_in_the_meantime_cannot_be_dropped(kind: Kind) {
    let log = full_life(1);
    let place = given(kind, &TokenValidation, &log).await;
    let before = place.dump(&TokenValidation).await;
    // Two rebuilds share a build; the other one has swapped it in when this one meets an event it cannot apply.
    let build = place.db.begin_build(&TokenValidation, State::Building, 0).await.unwrap();
    place.db.advance_build(&TokenValidation, build.number, (0, log.page())).await.unwrap();
    assert!(place.db.swap(&TokenValidation, build.number, u64::MAX).await.unwrap());
    place.db.drop_build(&TokenValidation, build.number).await.unwrap();
    assert_eq!(place.dump(&TokenValidation).await, before);
    let live = place.live(&TokenValidation).await;
    assert_eq!((live.number, live.state, live.position), (build.number, State::Live, log.head()));
}

/// `token_validation` as a later version of routix might have it.
struct NextVersion;

impl Projection for NextVersion {
    fn name(&self) -> &'static str {
        TokenValidation.name()
    }

    fn version(&self) -> u32 {
        TokenValidation.version() + 1
    }

    fn tables(&self) -> &'static [Table] {
        TokenValidation.tables()
    }

    fn reads(&self) -> &'static [&'static str] {
        TokenValidation.reads()
    }

    fn keys(&self, fact: &Fact) -> Vec<RowKey> {
        TokenValidation.keys(fact)
    }

    fn apply(&self, event: &RecordedEvent, fact: &Fact, rows: &mut Rows) -> Result<(), ApplyError> {
        TokenValidation.apply(event, fact, rows)
    }
}

async fn tables_of_one_version_are_not_followed_by_the_code_of_another(kind: Kind) {
    let log = full_life(1);
    let place = given(kind, &TokenValidation, &log).await;
    assert_eq!(place.db.prepare(&NextVersion, 0).await.unwrap().version, TokenValidation.version());
    let log = log.app(2, &registered());
    let page = || (log.head() - 1, log.after(log.head() - 1, 9));
    let newer = place.db.advance(&NextVersion, Advance::Live, page(), 0).await;
    let (old, new) = (TokenValidation.version(), NextVersion.version());
    let of = |error: &ReadError, pair: (u32, u32)| matches!(error, ReadError::OtherVersion { live, wanted, .. } if (*live, *wanted) == pair);
    assert!(newer.as_ref().is_err_and(|error| of(error, (old, new))), "{newer:?}");
    let build = place.db.begin_build(&NextVersion, State::Building, 0).await.unwrap();
    place.db.advance_build(&NextVersion, build.number, (0, log.page())).await.unwrap();
    assert!(place.db.swap(&NextVersion, build.number, u64::MAX).await.unwrap());
    let older = place.db.advance(&TokenValidation, Advance::Live, page(), 0).await;
    assert!(older.as_ref().is_err_and(|error| of(error, (new, old))), "{older:?}");
    assert_eq!(place.db.prepare(&NextVersion, 0).await.unwrap().version, new);
}

async fn a_build_behind_the_live_tables_is_not_swapped_in(kind: Kind) {
    let log = full_life(1);
    let place = given(kind, &TokenValidation, &log).await;
    let build = place.db.begin_build(&TokenValidation, State::Building, 0).await.unwrap();
    place.db.advance_build(&TokenValidation, build.number, (0, log.after(0, 5))).await.unwrap();
    assert!(!place.db.swap(&TokenValidation, build.number, u64::MAX).await.unwrap());
    assert_eq!(place.db.begin_build(&TokenValidation, State::Building, 0).await.unwrap().position, 5);
    place.db.advance_build(&TokenValidation, build.number, (5, log.after(5, 99))).await.unwrap();
    assert!(place.db.swap(&TokenValidation, build.number, u64::MAX).await.unwrap());
    assert!(place.db.swap(&TokenValidation, build.number, u64::MAX).await.unwrap(), "a second swap finds it done");
    let gone = place.db.swap(&TokenValidation, build.number + 1, u64::MAX).await;
    assert!(matches!(gone, Err(ReadError::BuildGone)), "{gone:?}");
}

async fn the_number_of_a_build_that_was_dropped_is_not_given_again(kind: Kind) {
    let place = given(kind, &TokenValidation, &full_life(1)).await;
    let mut numbers = Vec::new();
    for purpose in [State::Verifying, State::Building, State::Verifying] {
        let build = place.db.begin_build(&TokenValidation, purpose, 0).await.unwrap();
        place.db.drop_build(&TokenValidation, build.number).await.unwrap();
        numbers.push(build.number);
    }
    assert_eq!(numbers, [2, 3, 4]);
}

/// An organization with so many members, whose keys are of two columns and do not come in the order of the events.
fn crowd(members: u128) -> Log {
    (0..members).fold(Log::default(), |log, number| {
        let event = OrganizationEvent::MemberAdded {
            user_id: id(10_000 + number * 7 % members),
            role: Role::Member,
            branches: BranchRestriction::All,
        };
        log.organization(50 + number % 2, &event)
    })
}

async fn a_difference_is_found_wherever_it_is_among_the_pages(kind: Kind) {
    let log = crowd(2_101);
    let place = given(kind, &Members, &log).await;
    let keys: Vec<_> = place.rows::<MemberRow>().await.iter().map(|row| (row.organization_id, row.user_id)).collect();
    let verify = async || {
        let snapshot = place.db.snapshot(&Members).await.unwrap();
        let build = place.db.begin_build(&Members, State::Verifying, 0).await.unwrap();
        place.db.advance_build(&Members, build.number, (0, log.page())).await.unwrap();
        place.db.compare(&Members, snapshot, build.number).await.unwrap()
    };
    assert_eq!(verify().await, (2_101, None));
    for (count, at) in [2_100, 2_000, 1_999, 1_000, 999, 0].into_iter().enumerate() {
        let (organization, user) = keys[at];
        place
            .run(format!("DELETE FROM members__1 WHERE user_id = '{user}' AND organization_id = '{organization}'"))
            .await;
        let (rows, difference) = verify().await;
        let difference = difference.unwrap();
        assert_eq!((rows, difference.column, difference.live), (at as u64, None, None), "{count}");
        assert_eq!(difference.key, values![organization, user], "{count}");
    }
}

async fn a_snapshot_outlives_the_swap_and_its_tables_are_dropped_when_nobody_looks(kind: Kind) {
    let log = full_life(1);
    let place = given(kind, &TokenValidation, &log).await;
    let snapshot = place.db.snapshot(&TokenValidation).await.unwrap();
    let rebuilt = place.db.begin_build(&TokenValidation, State::Building, 0).await.unwrap();
    place.db.advance_build(&TokenValidation, rebuilt.number, (0, log.page())).await.unwrap();
    assert!(place.db.swap(&TokenValidation, rebuilt.number, u64::MAX).await.unwrap());
    let build = place.db.begin_build(&TokenValidation, State::Verifying, 0).await.unwrap();
    place.db.advance_build(&TokenValidation, build.number, (0, log.page())).await.unwrap();
    let (rows, difference) = place.db.compare(&TokenValidation, snapshot, build.number).await.unwrap();
    assert_eq!((rows, difference), (2, None));
    place.db.drop_build(&TokenValidation, build.number).await.unwrap();
    // The server hears of the end of a connection a moment later.
    bounded(async {
        while place.tables("token").await != ["token_validation__2"] {
            place.db.prepare(&TokenValidation, 0).await.unwrap();
        }
    })
    .await;
}

async fn of_those_who_prepare_at_once_one_makes_the_tables(kind: Kind) {
    let place = Place::new(kind).await;
    let others = [place.second(), place.second(), place.second(), place.second()];
    let prepared: Vec<_> =
        others.into_iter().map(|db| tokio::spawn(async move { db.prepare(&TokenValidation, 0).await })).collect();
    for prepared in prepared {
        assert_eq!(prepared.await.unwrap().unwrap().number, 1);
    }
    assert_eq!(place.tables("token").await, ["token_validation__1"]);
}

async fn a_build_is_compared_only_where_the_live_tables_stood(kind: Kind) {
    let log = full_life(1);
    let place = given(kind, &TokenValidation, &log).await;
    let build = place.db.begin_build(&TokenValidation, State::Verifying, 0).await.unwrap();
    place.db.advance_build(&TokenValidation, build.number, (0, log.after(0, 5))).await.unwrap();
    let snapshot = place.db.snapshot(&TokenValidation).await.unwrap();
    let compared = place.db.compare(&TokenValidation, snapshot, build.number).await;
    assert!(matches!(compared, Err(ReadError::BuildGone)), "{compared:?}");
}

async fn tables_that_a_crash_left_behind_are_dropped_by_prepare(kind: Kind) {
    let place = given(kind, &TokenValidation, &full_life(1)).await;
    assert_eq!(place.tables("token").await, ["token_validation__1"]);
    place.run("CREATE TABLE token_validation__7 (x INTEGER); CREATE TABLE token_validation__old (x INTEGER)").await;
    place.db.prepare(&TokenValidation, 0).await.unwrap();
    let only_generations_are_ours_to_drop = ["token_validation__1", "token_validation__old"];
    assert_eq!(place.tables("token").await, only_generations_are_ours_to_drop);
}

async fn an_event_of_another_stream_stops_only_those_that_read_that_stream(kind: Kind) {
    let log = full_life(1).by(Actor::System).app(2, &registered()).spoilt(|event| event.event_version = "9".into());
    let mut stopped = Vec::new();
    for projection in all() {
        let place = Place::new(kind).await;
        place.db.prepare(projection, 0).await.unwrap();
        match place.advance(projection, 0, &log).await {
            Outcome::At(position) => assert_eq!(position, log.head()),
            Outcome::Stopped { position, error, .. } => {
                assert_eq!(position, log.head());
                assert_eq!(error, "unknown event type 'app.registered' version '9'");
                stopped.push(projection.name());
            }
            Outcome::Elsewhere(position) => panic!("at {position}"),
        }
    }
    assert_eq!(stopped, ["token_validation", "app_list", "app_history"]);
}

#[test]
fn every_projection_is_found_by_its_name_and_progress_can_be_compared() {
    for projection in all() {
        assert_eq!(named(projection.name()).map(Projection::version), Some(projection.version()));
    }
    assert!(named("views").is_none());
    assert_eq!(Progress { position: 1, head: 2 }, Progress { position: 1, head: 2 });
}
