//! What an operator asks of a projection, and what becomes of it.

use axum::http::StatusCode;
use routix_domain::log::EventFeed;
use routix_projections::members::Members;
use routix_projections::projection::named;
use routix_projections::read_db::State;
use serde_json::Value;

use super::place::{Kind, Place, append_to, on_both};
use super::start::{House, UNKNOWN_EVENT, of, readyz};
use crate::support::{PATIENCE, bounded, until};
use routix_test_history::History;

on_both! {
    a_stopped_projection_goes_on_by_itself_when_it_is_retried_after_the_mend,
}

async fn a_stopped_projection_goes_on_by_itself_when_it_is_retried_after_the_mend(kind: Kind) {
    let place = Place::new(kind).await;
    let mut history = History::of(95, 200);
    place.append(&history.take()).await;
    place.raw_log().execute_batch(UNKNOWN_EVENT).unwrap();
    let runner = place.run();
    let projection = named("app_list").unwrap();
    place.at_rest(projection).await;
    let offender = place.store.head().await.unwrap();
    assert!(place.db.retry(projection).await.unwrap());
    place.at_rest(projection).await;
    let live = place.db.status(&[projection]).await.unwrap().remove(0).live.unwrap();
    assert_eq!((live.state, live.error_position), (State::Stopped, Some(offender)), "the mend is not deployed yet");
    // The version that knows the event: here the event becomes one that this version knows.
    let log = place.raw_log();
    log.execute_batch("DROP TRIGGER events_no_update; DROP TRIGGER IF EXISTS events_no_delete").unwrap();
    let known = "UPDATE events SET aggregate_type = 'reservation' WHERE position = ?1";
    assert_eq!(log.execute(known, [offender]).unwrap(), 1);
    assert!(place.db.retry(projection).await.unwrap());
    let waiter = runner.waiter();
    until("the projection", async || waiter.wait_for(&["app_list"], offender, PATIENCE).await == Ok(())).await;
    let live = place.db.status(&[projection]).await.unwrap().remove(0).live.unwrap();
    assert_eq!((live.state, live.error, live.error_position), (State::Live, None, None));
    assert!(!place.db.retry(projection).await.unwrap(), "it is not stopped");
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_projection_stands_still_across_restarts_until_it_is_resumed() {
    let house = House::new();
    let server = house.serve().await;
    let mut history = History::of(96, 200);
    append_to(&server.store, &history.take()).await;
    let before = server.feed.head().await.unwrap();
    let waiter = server.runner.waiter();
    bounded("the projection", waiter.wait_for(&["members"], before, PATIENCE)).await.unwrap();
    assert!(server.read.pause(&Members).await.unwrap());
    assert!(!server.read.pause(&Members).await.unwrap());
    server.runner.stop().await;

    let server = house.serve().await;
    history.grow(300);
    append_to(&server.store, &history.take()).await;
    let head = server.feed.head().await.unwrap();
    let waiter = server.runner.waiter();
    bounded("another", waiter.wait_for(&["branches"], head, PATIENCE)).await.unwrap();
    let (status, body) = readyz(&server).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    let paused = of(&body, "members");
    assert_eq!((&paused["state"], &paused["position"]), (&"paused".into(), &before.into()));
    assert_eq!(
        (&paused["last_error"], &paused["lag_events"]),
        (&"paused by an operator".into(), &(head - before).into())
    );
    // A rebuild brings it further and leaves it paused.
    server.rebuilder().rebuild(&Members, &mut |_| {}).await.unwrap();
    let live = server.read.status(&[&Members]).await.unwrap().remove(0).live.unwrap();
    assert_eq!((live.state, live.position), (State::Paused, head));
    assert!(server.read.resume(&Members).await.unwrap());
    assert!(!server.read.resume(&Members).await.unwrap());
    until("readiness", async || readyz(&server).await.0 == StatusCode::OK).await;
    assert_eq!(of(&readyz(&server).await.1, "members")["last_error"], Value::Null);
    server.runner.stop().await;
}
