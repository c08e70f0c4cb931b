//! An event that cannot be applied stops the projections that would have used it, and no others.

use routix_domain::log::EventFeed;
use routix_projections::projection::{Projection, all};
use routix_projections::read_db::{ReadError, State};
use routix_projections::table::Value;
use uuid::Uuid;

use super::place::{Kind, Place, on_both};
use crate::support::{PATIENCE, until};
use routix_test_history::History;

on_both! {
    an_offender_stops_its_projections_keeps_what_came_before_and_is_named,
    a_poisoned_rebuild_fails_naming_the_position_and_leaves_the_live_tables,
    a_projection_that_lacks_a_row_runs_again_after_a_rebuild,
}

const GOOD: &str = r#"{"actor_kind":"system","authenticated_by":"none","correlation_id":"00000000-0000-0000-0000-000000000001","causation_id":"00000000-0000-0000-0000-000000000002"}"#;
const READ_APPS: [&str; 3] = ["token_validation", "app_list", "app_history"];

/// An event that no command writes.
struct Poison {
    event_type: &'static str,
    version: &'static str,
    payload: &'static str,
    metadata: &'static str,
    stopped: &'static [&'static str],
    error: &'static str,
}

fn poisons() -> Vec<Poison> {
    let cut_off = Poison {
        event_type: "app.tokens_cut_off",
        version: "1",
        payload: r#"{"type":"app.tokens_cut_off","token_epoch":1}"#,
        metadata: GOOD,
        stopped: &READ_APPS,
        error: "",
    };
    let does_not_fit = "the payload does not fit its event type";
    let unknown_type = "unknown event type 'app.exploded' version '1'";
    let unknown_version = "unknown event type 'app.tokens_cut_off' version '2'";
    vec![
        Poison { event_type: "app.exploded", error: unknown_type, ..cut_off },
        Poison { version: "2", error: unknown_version, ..cut_off },
        Poison { payload: "{\"type\":\"app.tok", error: does_not_fit, ..cut_off },
        Poison { payload: r#"{"type":"app.tokens_cut_off"}"#, error: does_not_fit, ..cut_off },
        Poison { payload: r#"{"type":"app.tokens_cut_off","token_epoch":"1"}"#, error: does_not_fit, ..cut_off },
        Poison { payload: r#"{"type":"app.revoked"}"#, error: "the payload says that it is 'app.revoked'", ..cut_off },
        Poison { payload: r#"{"type":"app.details_changed","name":"\ud800"}"#, error: does_not_fit, ..cut_off },
        Poison {
            stopped: &READ_APPS[..1],
            error: "the event changes a row of 'token_validation' that does not exist",
            ..cut_off
        },
        Poison { metadata: "{}", stopped: &READ_APPS[2..], error: "the metadata lacks a required member", ..cut_off },
        Poison { metadata: "nonsense", stopped: &READ_APPS[2..], error: does_not_fit, ..cut_off },
    ]
}

/// Writes the poison into the log as a later or a broken version of routix might: to a stream of its own, or behind an
/// app that exists when it must be readable for the others. Returns its position.
async fn plant(place: &Place, history: &mut History, poison: &Poison) -> u64 {
    let log = place.raw_log();
    let of_its_own = poison.stopped.len() == 3;
    let (app, sequence): (String, i64) = if of_its_own {
        (Uuid::from_u128(1).to_string(), 1)
    } else {
        let newest = "SELECT aggregate_id, max(sequence) + 1 FROM events WHERE aggregate_type = 'app'
                      GROUP BY aggregate_id ORDER BY aggregate_id LIMIT 1";
        log.query_row(newest, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap()
    };
    if poison.error.contains("does not exist") {
        // Its row is gone from one table, so that only this projection misses it.
        let remove = "DELETE FROM token_validation__1 WHERE app_id = $1";
        assert_eq!(place.change(remove, &[Value::Text(app.clone())]).await, 1);
    }
    history.leave_alone(app.parse().unwrap());
    log.execute(
        "INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
            recorded_at) VALUES ('app', ?1, ?2, ?3, ?4, ?5, ?6, 0)",
        (app, sequence, poison.event_type, poison.version, poison.payload, poison.metadata),
    )
    .unwrap();
    u64::try_from(log.last_insert_rowid()).unwrap()
}

async fn an_offender_stops_its_projections_keeps_what_came_before_and_is_named(kind: Kind) {
    for (case, poison) in poisons().into_iter().enumerate() {
        let place = Place::new(kind).await;
        let mut history = History::of(41, 300);
        place.append(&history.take()).await;
        place.catch_up().await;
        let before = place.dump_all().await;
        let offender = plant(&place, &mut history, &poison).await;
        history.grow(400);
        place.append(&history.take()).await;
        let head = place.store.head().await.unwrap();
        let runner = place.run();
        for (projection, before) in all().into_iter().zip(before) {
            place.at_rest(projection).await;
            let live = place.db.status(&[projection]).await.unwrap().remove(0).live.unwrap();
            let name = projection.name();
            let waited = runner.waiter().wait_for(&[name], head, PATIENCE).await;
            if poison.stopped.contains(&name) {
                assert_eq!((live.state, live.error_position), (State::Stopped, Some(offender)), "{case} {name}");
                assert_eq!((live.position, live.error.as_deref()), (offender - 1, Some(poison.error)), "{case} {name}");
                if !poison.error.contains("does not exist") {
                    assert_eq!(place.dump(projection).await, before, "{case} {name}");
                }
                let expected = format!("the projection '{name}' has stopped: {}", poison.error);
                assert_eq!(waited.unwrap_err().to_string(), expected, "{case}");
                // What came before the offender is there to be waited for.
                assert_eq!(runner.waiter().wait_for(&[name], offender - 1, PATIENCE).await, Ok(()), "{case} {name}");
            } else {
                assert_eq!((live.state, live.position, waited), (State::Live, head, Ok(())), "{case} {name}");
            }
        }
        runner.stop().await;
    }
}

async fn a_poisoned_rebuild_fails_naming_the_position_and_leaves_the_live_tables(kind: Kind) {
    for poison in poisons().into_iter().filter(|poison| !poison.error.contains("does not exist")) {
        let place = Place::new(kind).await;
        let mut history = History::of(42, 300);
        place.append(&history.take()).await;
        place.catch_up().await;
        let offender = plant(&place, &mut history, &poison).await;
        place.catch_up().await;
        let before = place.dump_all().await;
        for projection in all() {
            let status = place.db.status(&[projection]).await.unwrap();
            let result = place.rebuilder().rebuild(projection, &mut |_| {}).await;
            if !poison.stopped.contains(&projection.name()) {
                assert_eq!(result.unwrap().position, offender);
                continue;
            }
            let Err(error @ ReadError::Poison { .. }) = result else { panic!("{result:?}") };
            let expected = format!("the projection '{}' stops at position {offender}", projection.name());
            assert_eq!(error.to_string(), expected);
            assert_eq!(std::error::Error::source(&error).unwrap().to_string(), poison.error);
            assert_eq!(place.db.status(&[projection]).await.unwrap(), status);
            let noted = "SELECT 1 FROM projections WHERE name = $1";
            let noted = place.database.select(noted, &[Value::Text(projection.name().to_owned())]).await.unwrap();
            assert_eq!(noted.len(), 1, "nothing of the build is left");
        }
        assert_eq!(place.dump_all().await, before);
    }
}

async fn a_projection_that_lacks_a_row_runs_again_after_a_rebuild(kind: Kind) {
    let place = Place::new(kind).await;
    let mut history = History::of(43, 300);
    place.append(&history.take()).await;
    place.catch_up().await;
    let poison = poisons().remove(7);
    let offender = plant(&place, &mut history, &poison).await;
    let projection: &'static dyn Projection = all()[0];
    let runner = place.run();
    place.at_rest(projection).await;
    assert_eq!(place.db.position(projection).await.unwrap(), offender - 1);
    assert_eq!(place.rebuilder().rebuild(projection, &mut |_| {}).await.unwrap().position, offender);
    // It looks whether it was mended as often as it looks at the log.
    until("the runner", async || runner.waiter().wait_for(&["token_validation"], offender, PATIENCE).await == Ok(()))
        .await;
    history.grow(320);
    place.append(&history.take()).await;
    let head = place.store.head().await.unwrap();
    assert_eq!(runner.waiter().wait_for(&["token_validation"], head, PATIENCE).await, Ok(()));
    runner.stop().await;
    assert_eq!(place.rebuilder().verify(projection, &mut |_| {}).await.unwrap().difference, None);
}
