//! An event that a projection passes because an operator wants it so: live, in every rebuild and in every verification.

use std::sync::Arc;

use axum::http::StatusCode;
use routix::commands::Origin;
use routix::commands::skip_event::SkipError;
use routix_domain::log::EventFeed;
use routix_domain::projection::{ProjectionCommand, ProjectionSkips};
use routix_projections::projection::{Projection, all, named};
use routix_projections::read_db::{ReadError, State};
use routix_projections::rebuild::Progress;
use routix_projections::runner::Runner;
use routix_projections::skips::Skips;
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::place::{Kind, Place, append_to, now, on_both};
use super::start::{House, READS_APPS, UNKNOWN_EVENT, of, readyz};
use crate::support::{PATIENCE, bounded, until};
use routix_test_history::History;

on_both! {
    a_projection_passes_a_skipped_event_and_every_rebuild_and_verification_does_too,
    another_event_at_the_position_of_a_skipped_one_is_never_passed,
    a_rebuild_that_began_before_a_skip_begins_anew,
    runners_that_looked_before_a_skip_pass_the_event_too,
}

/// Records that a projection passes the event at `position`, as the command does.
fn skip(log: &Connection, name: &str, (position, event_id): (u64, Uuid)) {
    let payload = json!({
        "type": "projection.event_skipped", "position": position, "event_id": event_id, "reason": "As this test wants",
    });
    let cause = Uuid::from_u128(1).to_string();
    let metadata = json!({
        "actor_kind": "command_line", "actor_id": "ann", "authenticated_by": "command_line", "correlation_id": cause,
        "causation_id": cause,
    });
    let insert =
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
            recorded_at)
        SELECT 'projection', ?1, count(*) + 1, 'projection.event_skipped', '1', ?2, ?3, 0 FROM events
        WHERE aggregate_type = 'projection' AND aggregate_id = ?1";
    assert_eq!(log.execute(insert, (name, payload.to_string(), metadata.to_string())).unwrap(), 1);
}

/// A place whose log has an unknown event; where it stands, and its id.
async fn poisoned(kind: Kind, seed: u64) -> (Place, History, (u64, Uuid)) {
    let place = Place::new(kind).await;
    let mut history = History::of(seed, 300);
    place.append(&history.take()).await;
    place.raw_log().execute_batch(UNKNOWN_EVENT).unwrap();
    let position = place.store.head().await.unwrap();
    let page = place.store.read_after(position - 1, 1).await.unwrap();
    let event_id = page.events[0].event_id;
    history.grow(600);
    place.append(&history.take()).await;
    (place, history, (position, event_id))
}

async fn state(place: &Place, projection: &'static dyn Projection) -> (State, Option<u64>) {
    let live = place.db.status(&[projection]).await.unwrap().remove(0).live.unwrap();
    (live.state, live.error_position)
}

async fn equal_and_rebuilt_to_the_same(place: &Place) {
    let (live, head) = (place.dump_all().await, place.store.head().await.unwrap());
    for projection in all() {
        let verified = place.rebuilder().verify(projection, &mut |_| {}).await.unwrap();
        assert_eq!((verified.difference, verified.position), (None, head), "{}", projection.name());
        assert_eq!(place.rebuilder().rebuild(projection, &mut |_| {}).await.unwrap().position, head);
    }
    assert_eq!(place.dump_all().await, live);
}

async fn a_projection_passes_a_skipped_event_and_every_rebuild_and_verification_does_too(kind: Kind) {
    let (place, mut history, offender) = poisoned(kind, 141).await;
    let runner = place.run();
    for projection in all() {
        place.at_rest(projection).await;
        let expected = if READS_APPS.contains(&projection.name()) {
            (State::Stopped, Some(offender.0))
        } else {
            (State::Live, None)
        };
        assert_eq!(state(&place, projection).await, expected, "{}", projection.name());
    }
    for name in READS_APPS {
        skip(&place.raw_log(), name, offender);
        assert!(!place.db.retry_at(named(name).unwrap(), offender.0 + 1).await.unwrap(), "it stands elsewhere");
        assert!(place.db.retry_at(named(name).unwrap(), offender.0).await.unwrap());
    }
    history.grow(700);
    place.append(&history.take()).await;
    let head = place.store.head().await.unwrap();
    let waiter = runner.waiter();
    until("the projections", async || waiter.wait_for(&READS_APPS, head, PATIENCE).await == Ok(())).await;
    for projection in all() {
        place.at_rest(projection).await;
        assert_eq!(state(&place, projection).await, (State::Live, None), "{}", projection.name());
    }
    runner.stop().await;
    equal_and_rebuilt_to_the_same(&place).await;
}

async fn another_event_at_the_position_of_a_skipped_one_is_never_passed(kind: Kind) {
    let (place, _, (position, event_id)) = poisoned(kind, 142).await;
    let elsewhere = [(position, Uuid::from_u128(7)), (position + 1, event_id), (position - 1, event_id)];
    for other in elsewhere {
        skip(&place.raw_log(), "app_list", other);
    }
    // One that another projection passes is nothing to this one.
    skip(&place.raw_log(), "app_history", (position, event_id));
    let runner = place.run();
    let projection = named("app_list").unwrap();
    place.at_rest(projection).await;
    assert_eq!(state(&place, projection).await, (State::Stopped, Some(position)));
    assert_eq!(Skips::read(&place.store, "app_list").await.unwrap().iter().count(), elsewhere.len());
    let rebuilt = place.rebuilder().rebuild(projection, &mut |_| {}).await;
    let Err(ReadError::Poison { position: at, .. }) = rebuilt else { panic!("{rebuilt:?}") };
    assert_eq!(at, position);
    let passing = named("app_history").unwrap();
    let head = place.store.head().await.unwrap();
    assert_eq!(place.rebuilder().rebuild(passing, &mut |_| {}).await.unwrap().position, head);
    runner.stop().await;
}

async fn a_rebuild_that_began_before_a_skip_begins_anew(kind: Kind) {
    let place = Place::new(kind).await;
    let mut history = History::of(143, 2_500);
    place.append(&history.take()).await;
    let projection = named("app_history").unwrap();
    // An event that the rebuild applies, and that is skipped when it has nearly ended.
    let page = place.store.read_after(0, 2_000).await.unwrap();
    let event = page.events.iter().rfind(|event| event.event_type == "app.details_changed").unwrap();
    let at = (event.position, event.event_id);
    let end = place.store.head().await.unwrap();
    let (mut heard, log) = (Vec::new(), place.raw_log());
    let mut on_progress = {
        let heard = &mut heard;
        move |progress: Progress| {
            heard.push(progress.position);
            if heard.len() == 2 {
                skip(&log, "app_history", at);
            }
        }
    };
    place.rebuilder().rebuild(projection, &mut on_progress).await.unwrap();
    assert!(heard.windows(2).any(|pair| pair[1] < pair[0]), "it began anew: {heard:?}");
    assert!(heard.last().is_some_and(|last| *last > end), "{heard:?}");
    let passed = format!("SELECT count(*) FROM app_history WHERE position = {}", at.0);
    assert_eq!(place.value::<i64>(&passed).await, 0);
    let verified = place.rebuilder().verify(projection, &mut |_| {}).await.unwrap();
    assert_eq!(verified.difference, None);
}

async fn runners_that_looked_before_a_skip_pass_the_event_too(kind: Kind) {
    let place = Place::new(kind).await;
    let (store, db) = place.second();
    let feed: Arc<dyn EventFeed> = Arc::new(store);
    let runners = [place.run(), Runner::start(&db, &feed, &all(), now)];
    let mut history = History::of(144, 200);
    let projection = named("app_list").unwrap();
    // Three times, so that each of them is now the one that stops and now the one that has not seen it.
    for round in 1..=3_i64 {
        place.append(&history.take()).await;
        let insert = "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload,
            metadata, recorded_at) VALUES ('app', ?1, 1, 'app.exploded', '1', '{}', '{}', 0)";
        let app = Uuid::from_u128(round.unsigned_abs().into()).to_string();
        assert_eq!(place.raw_log().execute(insert, [app]).unwrap(), 1);
        let position = place.store.head().await.unwrap();
        let event_id = place.store.read_after(position - 1, 1).await.unwrap().events[0].event_id;
        for name in READS_APPS {
            place.at_rest(named(name).unwrap()).await;
        }
        for name in READS_APPS {
            skip(&place.raw_log(), name, (position, event_id));
            assert!(place.db.retry_at(named(name).unwrap(), position).await.unwrap(), "{name} {round}");
        }
        history.grow(200 + usize::try_from(round).unwrap() * 100);
        place.append(&history.take()).await;
        let head = place.store.head().await.unwrap();
        for runner in &runners {
            let waiter = runner.waiter();
            until("the runners", async || waiter.wait_for(&READS_APPS, head, PATIENCE).await == Ok(())).await;
        }
        assert_eq!(state(&place, projection).await, (State::Live, None), "{round}");
    }
    for runner in runners {
        runner.stop().await;
    }
    equal_and_rebuilt_to_the_same(&place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_skip_is_recorded_with_its_reason_and_readyz_says_who_when_and_why() {
    let house = House::new();
    let server = house.serve().await;
    append_to(&server.store, &History::of(145, 200).appends).await;
    let origin = Origin::command_line("ann".to_owned(), Uuid::from_u128(5));
    let projection = named("app_list").unwrap();
    let early = server.commands.skip_event(projection, "Too early".to_owned(), &origin).await;
    assert!(matches!(early, Err(SkipError::NotStopped("app_list"))), "{early:?}");
    house.database("events.db").execute_batch(UNKNOWN_EVENT).unwrap();
    let offender = server.feed.head().await.unwrap();
    until("the stop", async || of(&readyz(&server).await.1, "app_list")["state"] == "stopped").await;
    let unreadable = server.commands.skip_event(projection, "a\nb".to_owned(), &origin).await;
    assert_eq!(
        unreadable.unwrap_err().to_string(),
        "the reason must not contain control characters or invisible direction marks (found U+000A)"
    );
    assert_eq!(of(&readyz(&server).await.1, "app_list")["skipped"], json!([]));
    for name in READS_APPS {
        let projection = named(name).unwrap();
        until("the stop", async || server.commands.offender(projection).await.is_ok()).await;
        let skipped = server.commands.skip_event(projection, format!("Written by hand: {name}"), &origin).await;
        assert_eq!(skipped.unwrap().position, offender);
    }
    until("readiness", async || readyz(&server).await.0 == StatusCode::OK).await;
    let (_, body) = readyz(&server).await;
    let told = &of(&body, "app_list")["skipped"][0];
    assert_eq!((&told["position"], &told["reason"]), (&offender.into(), &"Written by hand: app_list".into()));
    assert_eq!(told["actor"], json!({"kind": "command_line", "id": "ann"}));
    assert!(told["skipped_at"].as_str().unwrap().starts_with("20"), "{told}");
    assert_eq!(of(&body, "members")["skipped"], json!([]));
    let again: ProjectionCommand = ProjectionCommand::SkipEvent {
        position: offender,
        event_id: told["event_id"].as_str().unwrap().parse().unwrap(),
        reason: "Again".to_owned(),
    };
    let executed = server.commands.execute::<ProjectionSkips>("app_list", again, &origin).await;
    assert!(bounded("the answer", async { executed.unwrap().events }).await.is_empty(), "it is skipped once");
    server.runner.stop().await;
}
