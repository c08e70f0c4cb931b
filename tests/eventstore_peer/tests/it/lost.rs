//! Connections that break, servers that go, and answers that are lost: what became of an append is known or said not to
//! be, never guessed.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use cqrs_es::persist::PersistenceError;
use futures_util::future::join_all;
use routix::store::eventstore::EventStoreDb;
use routix::system::System;
use routix_domain::log::{EventFeed, FeedError};
use routix_eventstore_peer::AppendFault::{self, *};
use routix_eventstore_peer::ReadFault;

use crate::contract::place::{append, is_conflict, log, sequences};
use crate::contract::suite::StoreUnderTest;
use crate::fixtures::PeerFixture;
use crate::support::{bounded, until};

const STREAM: &str = "reservation-a";
const CONFLICT: AppendFault = Refuse(tonic::Code::AlreadyExists, "WrongExpectedVersion");

/// A store in whose log stands one event, whose next appends are disturbed.
async fn disturbed(faults: impl IntoIterator<Item = AppendFault>) -> (PeerFixture, EventStoreDb) {
    let place = PeerFixture::fresh();
    let store = place.open(&System::real());
    append(&store, "a", [1]).await.unwrap();
    place.0.disturb_appends(faults);
    (place, store)
}

/// The error and its causes.
fn said(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[tokio::test]
async fn an_append_whose_answer_is_lost_stands_once_and_is_answered_as_stored() {
    for faults in [
        vec![LoseAnswer],
        vec![LoseRequest],
        vec![LoseRequest, LoseAnswer],
        vec![LoseAnswer, LoseAnswer, Unavailable],
        // A server that has forgotten which ids it took.
        vec![LoseAnswer, CONFLICT],
    ] {
        let (place, store) = disturbed(faults.clone()).await;
        let stored = bounded("the answer", append(&store, "a", [2, 3])).await;
        assert!(stored.is_ok(), "{faults:?}: {stored:?}");
        assert_eq!((place.0.stored(STREAM).len(), place.0.faults_left()), (3, 0), "{faults:?}");
        append(&store, "a", [4]).await.unwrap();
        assert_eq!(sequences(&store, "a").await, [1, 2, 3, 4]);
    }
}

#[tokio::test]
async fn a_session_that_ends_without_an_answer_is_not_waited_for_for_ever() {
    let run = async |fault: AppendFault| {
        let (place, store) = disturbed([fault]).await;
        bounded("the answer", append(&store, "a", [2])).await.unwrap();
        assert_eq!(place.0.stored(STREAM).len(), 2);
    };
    tokio::join!(run(EndSession), run(EndSessionStored));
}

#[tokio::test]
async fn somebody_elses_event_at_the_place_is_a_conflict_and_is_not_taken_for_ours() {
    for faults in [vec![LoseRequestToAnother], vec![LoseRequestToAnother, LoseRequest, Unavailable]] {
        let (place, store) = disturbed(faults).await;
        let refused = bounded("the answer", append(&store, "a", [2])).await;
        assert!(is_conflict(&refused), "{refused:?}");
        assert_eq!(place.0.stored(STREAM)[1..], [r#"{"by":"another"}"#]);
    }
}

#[tokio::test]
async fn the_same_event_appended_twice_is_a_conflict_although_the_server_takes_repetitions() {
    let (_place, store) = disturbed([]).await;
    append(&store, "a", [2]).await.unwrap();
    let again = append(&store, "a", [2]).await;
    assert!(is_conflict(&again), "{again:?}");
}

#[tokio::test]
async fn a_server_that_is_not_ready_is_asked_again_and_one_that_refuses_is_not() {
    let (place, store) = disturbed([Unavailable, Unavailable, Refuse(tonic::Code::Unknown, "Timeout")]).await;
    bounded("the answer", append(&store, "a", [2])).await.unwrap();
    assert_eq!(place.0.faults_left(), 0);
    place.0.disturb_appends([Refuse(tonic::Code::InvalidArgument, "MaximumAppendSizeExceeded"), LoseAnswer]);
    let refused = append(&store, "a", [3]).await.unwrap_err();
    assert!(matches!(refused, PersistenceError::ConnectionError(_)), "{refused:?}");
    assert_eq!((place.0.faults_left(), place.0.stored(STREAM).len()), (1, 2));
}

#[tokio::test]
async fn a_node_that_is_not_the_leader_leads_to_it() {
    let (follower, leader) = (PeerFixture::fresh(), PeerFixture::fresh());
    let store = follower.open(&System::real());
    follower.0.disturb_appends([NotLeader(leader.0.port())]);
    bounded("the append", append(&store, "a", [1])).await.unwrap();
    assert_eq!((follower.0.stored(STREAM).len(), leader.0.stored(STREAM).len()), (0, 1));
    let reader = follower.open(&System::real());
    follower.0.disturb_reads([ReadFault::NotLeader(leader.0.port())]);
    assert_eq!(log(&reader).await.len(), 1);
}

#[tokio::test]
async fn a_server_that_comes_back_is_used_again() {
    let (mut place, store) = disturbed([]).await;
    place.0.stop();
    assert!(matches!(store.head().await, Err(FeedError::Unavailable(_))));
    for store in [&store, &place.open(&System::real())] {
        let refused = bounded("an error", append(store, "a", [2])).await.unwrap_err();
        assert!(matches!(&refused, PersistenceError::ConnectionError(_)), "{refused:?}");
        assert_eq!(refused.to_string(), "the append was not sent");
    }
    place.0.resume().unwrap();
    until("the server", async || append(&store, "a", [2]).await.is_ok()).await;
    assert_eq!((sequences(&store, "a").await, log(&store).await.len()), (vec![1, 2], 2));
}

#[tokio::test]
async fn an_append_in_doubt_is_said_to_be_so_when_its_server_stays_away() {
    let (mut place, store) = disturbed([Delay(Duration::from_secs(60))]).await;
    let in_doubt = tokio::spawn(async move { append(&store, "a", [2]).await });
    until("the append's arrival", async || place.0.faults_left() == 0).await;
    place.0.stop();
    let unknown = bounded("an error", in_doubt).await.unwrap().unwrap_err();
    assert_eq!(unknown.to_string(), "nobody knows whether the append is stored");
}

#[tokio::test]
async fn an_append_that_a_restart_left_in_doubt_is_settled_when_the_server_is_back() {
    let (mut place, store) = disturbed([Delay(Duration::from_secs(60))]).await;
    let in_doubt = tokio::spawn(async move { (append(&store, "a", [2]).await, store) });
    until("the append's arrival", async || place.0.faults_left() == 0).await;
    place.0.stop();
    place.0.resume().unwrap();
    let (settled, store) = bounded("the answer", in_doubt).await.unwrap();
    assert!(settled.is_ok(), "{settled:?}");
    assert_eq!(sequences(&store, "a").await, [1, 2]);
}

#[tokio::test]
async fn a_server_that_is_away_is_named_and_its_password_is_not() {
    let mut place = PeerFixture::fresh();
    place.0.stop();
    let url = place.0.url().replace("esdb://", "esdb://admin:s3cret@");
    let store = EventStoreDb::open(&url, &System::real()).unwrap();
    let (read, appended) = tokio::join!(store.head(), append(&store, "a", [1]));
    let address = format!("127.0.0.1:{}", place.0.port());
    for said in [said(&read.unwrap_err()), format!("{0} {0:?}", appended.unwrap_err())] {
        assert!(said.contains(&address) && !said.contains("s3cret"), "{said}");
    }
}

#[tokio::test]
async fn a_read_that_ends_early_loses_nothing() {
    let (place, store) = disturbed([]).await;
    append(&store, "a", 2..=40).await.unwrap();
    let whole = log(&store).await;
    for early in [1, 2, 3, 7] {
        place.0.disturb_reads(vec![ReadFault::EndAfter(early); 8]);
        let mut events = Vec::new();
        let mut position = 0;
        // A page whose read ended before it had anything new is an error, and never an end of the log.
        while events.len() < whole.len() {
            match store.read_after(position, 100).await {
                Ok(page) => {
                    assert!(page.next > position, "{early}: reading on from {position} leads nowhere");
                    position = page.next;
                    events.extend(page.events);
                }
                Err(error) => assert!(said(&error).contains("ended a read before its end"), "{error:?}"),
            }
        }
        assert_eq!(events, whole, "{early}");
    }
}

#[tokio::test]
async fn a_read_whose_connection_breaks_is_read_again() {
    let (place, store) = disturbed([]).await;
    for fault in [ReadFault::LoseRequest, ReadFault::Unavailable] {
        place.0.disturb_reads([fault]);
        assert_eq!(sequences(&store, "a").await, [1]);
        assert_eq!(place.0.faults_left(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_and_readers_on_breaking_connections_lose_nothing() {
    const WRITERS: usize = 6;
    const EVENTS: usize = 30;
    let place = PeerFixture::fresh();
    let stores = [place.open(&System::real()), place.open(&System::real())];
    let done = AtomicBool::new(false);
    let writer = async |number: usize| {
        for sequence in 1..=EVENTS {
            let stored = append(&stores[number % 2], &format!("w-{number}"), [sequence]).await;
            assert!(stored.is_ok(), "{number}/{sequence}: {stored:?}");
        }
    };
    let writers = async {
        join_all((0..WRITERS).map(writer)).await;
        done.store(true, Ordering::SeqCst);
    };
    let breaks = async {
        let mut breaks = 0;
        while !done.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(150)).await;
            place.0.cut_connections();
            breaks += 1;
        }
        breaks
    };
    let follow = async {
        let (mut events, mut position) = (Vec::new(), 0);
        while events.len() < WRITERS * EVENTS {
            if let Ok(page) = stores[0].read_after(position, 10).await {
                position = page.next;
                events.extend(page.events);
            }
            stores[0].wait(position).await;
        }
        events
    };
    let ((), breaks, followed) = bounded("all of it", async { tokio::join!(writers, breaks, follow) }).await;
    assert!(breaks > 0);
    assert_eq!(followed, log(&stores[1]).await);
    for number in 0..WRITERS {
        assert_eq!(sequences(&stores[1], &format!("w-{number}")).await, (1..=EVENTS).collect::<Vec<_>>());
    }
}
