//! Who leads, and what becomes of the lead, where several nodes share a PostgreSQL.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use routix_domain::app::AppEvent;
use routix_domain::log::{Fact, Page, RecordedEvent};
use tokio::sync::Notify;

use super::generation::Reached;
use super::{Advance, Outcome, ReadError, State, generation};
use crate::projection::Projection;
use crate::rows::{ApplyError, RowKey, Rows};
use crate::table::Table;
use crate::testing::{Kind, Place, bounded, full_life, given};
use crate::token_validation::TokenValidation;

const NAME: &str = "token_validation";

/// Where somebody stands still until he is told to go on.
struct Halt {
    reached: Arc<Notify>,
    go_on: Mutex<Receiver<()>>,
}

impl Halt {
    fn new() -> (Self, Arc<Notify>, Sender<()>) {
        let (sender, go_on) = channel();
        let reached = Arc::new(Notify::new());
        (Self { reached: Arc::clone(&reached), go_on: Mutex::new(go_on) }, reached, sender)
    }

    fn here(&self) {
        self.reached.notify_one();
        self.go_on.lock().unwrap().recv().unwrap();
    }
}

/// `token_validation`, which stands still in the middle of each batch.
struct Halting(Halt);

impl Projection for Halting {
    fn name(&self) -> &'static str {
        TokenValidation.name()
    }

    fn version(&self) -> u32 {
        TokenValidation.version()
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
        if event.position == 2 {
            self.0.here();
        }
        TokenValidation.apply(event, fact, rows)
    }
}

/// Another node takes the lead while one stands still in the middle of a batch, after `strike` has hit that one.
async fn the_lead_goes_over(strike: impl AsyncFnOnce(&Place)) {
    let log = full_life(1);
    let place = Place::new(Kind::Postgres).await;
    place.db.prepare(&TokenValidation, 0).await.unwrap();
    let (halt, reached, go_on) = Halt::new();
    let halting: &'static Halting = Box::leak(Box::new(Halting(halt)));
    let (db, page) = (place.db.clone(), log.page());
    let leader = tokio::spawn(async move { db.advance(halting, Advance::Live, (0, page), 0).await });
    bounded(reached.notified()).await;
    strike(&place).await;
    let other = place.second();
    let outcome = bounded(other.advance(&TokenValidation, Advance::Live, (0, log.page()), 0)).await;
    assert_eq!(outcome.unwrap(), Outcome::At(log.head()));
    go_on.send(()).unwrap();
    let late = leader.await.unwrap();
    assert!(matches!(late, Err(ReadError::Unavailable(_))), "{late:?}");
    let whole = given(Kind::Postgres, &TokenValidation, &log).await;
    assert_eq!(place.dump(&TokenValidation).await, whole.dump(&TokenValidation).await);
    // The node that lost the lead takes it again with its next batch.
    let log = log.app(1, &AppEvent::Revoked {});
    let page = log.after(log.head() - 1, 9);
    let next = place.db.advance(&TokenValidation, Advance::Live, (log.head() - 1, page), 0).await;
    assert_eq!(next.unwrap(), Outcome::At(log.head()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_stands_still_loses_the_lead_and_applies_nothing_any_more() {
    the_lead_goes_over(async |_place| {}).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_whose_connection_ends_loses_the_lead() {
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction'";
    the_lead_goes_over(async |place| assert_eq!(place.sql(end), ["t"])).await;
}

/// Waits until so many wait for what somebody else holds.
async fn waiting(place: &Place, count: usize) {
    let query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    bounded(async {
        while place.sql(query).len() < count {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Holds the live tables until told to go on, and then notes a position, if there is one: of those who wait for a row, the
/// first is the next one only when the row did not change.
async fn hold(place: &Place, position: Option<u64>) -> (tokio::task::JoinHandle<Result<(), ReadError>>, Sender<()>) {
    let (halt, reached, go_on) = Halt::new();
    let database = place.database.clone();
    let holding = tokio::spawn(async move {
        database
            .write(move |session| {
                let live = generation::hold_live(session, NAME)?.unwrap();
                halt.here();
                if let Some(position) = position {
                    let reached = (Reached { position, last: None, now: 0 }, false);
                    generation::set_position(session, NAME, live.number, reached)?;
                }
                Ok(())
            })
            .await
    });
    bounded(reached.notified()).await;
    (holding, go_on)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waited_for_the_leader_finds_its_work_done() {
    let log = full_life(1);
    let place = Place::new(Kind::Postgres).await;
    place.db.prepare(&TokenValidation, 0).await.unwrap();
    let (leader, go_on) = hold(&place, Some(7)).await;
    let (other, page) = (place.second(), log.page());
    let other = tokio::spawn(async move { other.advance(&TokenValidation, Advance::Live, (0, page), 0).await });
    waiting(&place, 1).await;
    go_on.send(()).unwrap();
    leader.await.unwrap().unwrap();
    assert_eq!(bounded(other).await.unwrap().unwrap(), Outcome::Elsewhere(7));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waited_while_tables_were_swapped_goes_on_with_the_new_ones() {
    let log = full_life(1);
    let place = given(Kind::Postgres, &TokenValidation, &log).await;
    let build = place.db.begin_build(&TokenValidation, State::Building, 0).await.unwrap();
    place.db.advance_build(&TokenValidation, build.number, (0, log.page())).await.unwrap();
    let (leader, go_on) = hold(&place, None).await;
    let db = place.db.clone();
    let swap = tokio::spawn(async move { db.swap(&TokenValidation, build.number, u64::MAX).await });
    waiting(&place, 1).await;
    let grown = log.clone().app(1, &AppEvent::Revoked {});
    let (other, batch) = (place.second(), (log.head(), grown.after(log.head(), 9)));
    let other = tokio::spawn(async move { other.advance(&TokenValidation, Advance::Live, batch, 0).await });
    waiting(&place, 2).await;
    go_on.send(()).unwrap();
    leader.await.unwrap().unwrap();
    assert!(bounded(swap).await.unwrap().unwrap());
    assert_eq!(bounded(other).await.unwrap().unwrap(), Outcome::At(grown.head()));
    let live = place.live(&TokenValidation).await;
    assert_eq!((live.number, live.position), (build.number, grown.head()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_swap_waits_for_the_batch_that_had_begun_and_does_not_go_back_behind_it() {
    let log = full_life(1);
    let place = given(Kind::Postgres, &TokenValidation, &log).await;
    let build = place.db.begin_build(&TokenValidation, State::Building, 0).await.unwrap();
    place.db.advance_build(&TokenValidation, build.number, (0, log.page())).await.unwrap();
    let (leader, go_on) = hold(&place, Some(log.head() + 1)).await;
    let db = place.db.clone();
    let swap = tokio::spawn(async move { db.swap(&TokenValidation, build.number, u64::MAX).await });
    waiting(&place, 1).await;
    go_on.send(()).unwrap();
    leader.await.unwrap().unwrap();
    assert!(!bounded(swap).await.unwrap().unwrap());
    assert_eq!(place.live(&TokenValidation).await.position, log.head() + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_waits_for_the_batch_that_had_begun_and_holds_for_those_who_waited() {
    let place = given(Kind::Postgres, &TokenValidation, &full_life(1)).await;
    let position = place.live(&TokenValidation).await.position;
    let (leader, go_on) = hold(&place, None).await;
    let db = place.db.clone();
    let pause = tokio::spawn(async move { db.pause(&TokenValidation).await });
    waiting(&place, 1).await;
    let (other, page) = (place.second(), Page { events: Vec::new(), next: position + 1, head: position + 1 });
    let other = tokio::spawn(async move { other.advance(&TokenValidation, Advance::Live, (position, page), 0).await });
    waiting(&place, 2).await;
    assert!(!pause.is_finished());
    go_on.send(()).unwrap();
    leader.await.unwrap().unwrap();
    assert!(bounded(pause).await.unwrap().unwrap());
    let outcome = bounded(other).await.unwrap().unwrap();
    assert_eq!(outcome, Outcome::Stopped { reached: position, position, error: "paused by an operator".into() });
}
