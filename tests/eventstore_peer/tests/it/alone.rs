//! A log among others at one server.

use cqrs_es::persist::PersistedEventRepository;
use cqrs_es::{Aggregate, DomainEvent};
use routix::store::eventstore::EventStoreDb;
use routix::system::System;
use routix_domain::log::{EventFeed, FeedError};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::contract::place::{append, event_of, log, sequences};
use crate::contract::suite::StoreUnderTest;
use crate::fixtures::PeerFixture;
use crate::support::bounded;

#[tokio::test]
async fn streams_of_others_are_walked_over() {
    let place = PeerFixture::fresh();
    let store = place.open(&System::real());
    let foreign = |count: usize| {
        for number in 0..count {
            let stream = ["order-1", "$ce-reservation", "reservation", "Reservation-a", "$$reservation-a"][number % 5];
            place.0.append(stream, "reservation.made", "{}", "{}");
        }
    };
    foreign(3_000);
    assert_eq!(store.head().await.unwrap(), 0);
    let page = store.read_after(0, 10).await.unwrap();
    assert_eq!((page.events, page.next, page.head), (vec![], 0, 0));
    for sequence in 1..=3 {
        append(&store, "a", [sequence]).await.unwrap();
        foreign(1_500);
    }
    // A store that has not seen any of it finds the same.
    for store in [store, place.open(&System::real())] {
        let page = store.read_after(0, 10).await.unwrap();
        let last = page.events[2].position;
        assert_eq!((page.events.len(), page.next, page.head), (3, last, last));
        assert_eq!(log(&store).await, page.events);
        let asked = place.0.read_requests();
        assert_eq!(store.read_after(last, 10).await.unwrap().next, last);
        assert_eq!(place.0.read_requests() - asked, 1, "what was walked over is not walked over again");
    }
}

#[tokio::test]
async fn reading_begins_at_any_position_although_the_server_knows_only_those_of_events() {
    let place = PeerFixture::fresh();
    let store = place.open(&System::real());
    for sequence in 1..=60 {
        append(&store, "a", [sequence]).await.unwrap();
    }
    let events = log(&store).await;
    for store in [place.open(&System::real()), store] {
        for position in (0..events[59].position + 100).step_by(37) {
            let page = store.read_after(position, 2).await.unwrap();
            let behind = events.iter().filter(|event| event.position > position).take(2).cloned().collect::<Vec<_>>();
            assert_eq!(page.events, behind, "{position}");
        }
    }
}

#[tokio::test]
async fn an_event_that_is_none_of_ours_in_a_stream_of_ours_is_named_by_its_position() {
    let place = PeerFixture::fresh();
    let store = place.open(&System::real());
    append(&store, "a", [1, 2]).await.unwrap();
    place.0.append("reservation-a", "reservation.made", "{}", "written by hand");
    append(&store, "b", [1]).await.unwrap();
    let page = store.read_after(0, 10).await.unwrap();
    assert_eq!((page.events.len(), page.next), (2, page.events[1].position), "what comes before it is read");
    let offender = store.position_of("reservation", "a", 3).await.unwrap().unwrap();
    let read = store.read_after(page.next, 10).await;
    assert!(matches!(read, Err(FeedError::Corrupt { position, .. }) if position == offender), "{read:?}");
    let read = store.read_stream("reservation", "a").await;
    assert!(matches!(read, Err(FeedError::Corrupt { position, .. }) if position == offender), "{read:?}");
    let behind = store.read_after(offender, 10).await.unwrap();
    assert_eq!(behind.events[0].aggregate_id, "b");
}

#[tokio::test]
async fn logs_in_two_namespaces_do_not_see_one_another() {
    let place = PeerFixture::fresh();
    let within = |namespace| EventStoreDb::open_within(&place.0.url(), namespace, &System::real()).unwrap();
    let (left, right, whole) = (within("left."), within("right."), within(""));
    append(&left, "a", 1..=3).await.unwrap();
    append(&right, "a", 1..=2).await.unwrap();
    assert_eq!((log(&left).await.len(), log(&right).await.len(), log(&whole).await.len()), (3, 2, 0));
    assert_eq!((sequences(&left, "a").await.len(), sequences(&right, "a").await.len()), (3, 2));
    assert_eq!(place.0.stored("left.reservation-a").len(), 3);
}

#[derive(Default, Serialize, Deserialize)]
struct Order;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Ordered;

impl DomainEvent for Ordered {
    fn event_type(&self) -> String {
        "order.ordered".to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl Aggregate for Order {
    const TYPE: &'static str = "order";
    type Command = ();
    type Event = Ordered;
    type Error = std::fmt::Error;
    type Services = ();

    async fn handle(
        &mut self,
        (): (),
        (): &(),
        _sink: &cqrs_es::event_sink::EventSink<Self>,
    ) -> Result<(), Self::Error> {
        Ok(())
    }

    fn apply(&mut self, Ordered: Ordered) {}
}

#[tokio::test]
async fn what_the_feed_would_take_for_somebody_elses_is_not_appended() {
    let place = PeerFixture::fresh();
    let store = place.open(&System::real());
    let refused = store.persist::<Order>(&[event_of::<Order>("1", 1, json!({}))], None).await.unwrap_err();
    assert!(refused.to_string().contains("order-1"), "{refused}");
    assert!(place.0.stored("order-1").is_empty());
}

#[tokio::test]
async fn a_reader_hears_of_an_append_of_its_own_process_without_polling() {
    let place = PeerFixture::fresh();
    let store = place.open(&System::real());
    append(&store, "a", [1]).await.unwrap();
    let head = store.head().await.unwrap();
    append(&store, "a", [2, 3]).await.unwrap();
    let asked = place.0.read_requests();
    bounded("the bell", store.wait(head)).await;
    assert_eq!(place.0.read_requests(), asked, "the bell asks nobody");
    assert_eq!(store.read_after(head, 10).await.unwrap().events.len(), 2);
}
