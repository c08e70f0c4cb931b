//! What is recorded beside every event, to the byte, and what is refused when it is read back.

use std::collections::{BTreeMap, VecDeque};
use std::pin::pin;
use std::sync::Mutex;
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use uuid::uuid;

use super::{Actor, EventFeed, FeedError, Metadata, Page, RecordedEvent, Sealed, StoredCheckpoint, UnreadableEvent};
use crate::testing::{at, id};

fn metadata(actor: Actor) -> Metadata {
    Metadata {
        actor,
        authenticated_by: "password".into(),
        request_id: Some("req-0198c6d2".into()),
        correlation_id: uuid!("0198c6d2-7f3a-7b1c-9d4e-5f60718293a4"),
        causation_id: uuid!("0198c6d2-7f3b-7c2d-8e5f-60718293a4b5"),
        context_commitment: Some("5e1f9a3c7b2d4e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7".into()),
    }
}

fn sorted_json(metadata: &Metadata) -> String {
    serde_json::to_string(&metadata.to_map().into_iter().collect::<BTreeMap<_, _>>()).unwrap()
}

fn recorded() -> RecordedEvent {
    RecordedEvent {
        position: 42,
        event_id: id(1),
        aggregate_type: "app".into(),
        aggregate_id: id(7).to_string(),
        sequence: 2,
        event_type: "app.tokens_cut_off".into(),
        event_version: "1".into(),
        payload: r#"{"type":"app.tokens_cut_off","token_epoch":1}"#.into(),
        metadata: sorted_json(&metadata(Actor::System)),
        recorded_at: at(0),
    }
}

#[test]
fn full_metadata_is_these_bytes() {
    let user = Actor::User(uuid!("4ae1f3c8-52b7-4d9d-8c06-7f3b9e1d2a65"));
    let golden = concat!(
        r#"{"actor_id":"4ae1f3c8-52b7-4d9d-8c06-7f3b9e1d2a65","actor_kind":"user","authenticated_by":"password","#,
        r#""causation_id":"0198c6d2-7f3b-7c2d-8e5f-60718293a4b5","#,
        r#""context_commitment":"5e1f9a3c7b2d4e6f8091a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f7","#,
        r#""correlation_id":"0198c6d2-7f3a-7b1c-9d4e-5f60718293a4","request_id":"req-0198c6d2"}"#,
    );
    assert_eq!(sorted_json(&metadata(user)), golden);
}

#[test]
fn metadata_without_its_optional_members_is_these_bytes() {
    let bare = Metadata { request_id: None, context_commitment: None, ..metadata(Actor::System) };
    let golden = concat!(
        r#"{"actor_kind":"system","authenticated_by":"password","#,
        r#""causation_id":"0198c6d2-7f3b-7c2d-8e5f-60718293a4b5","#,
        r#""correlation_id":"0198c6d2-7f3a-7b1c-9d4e-5f60718293a4"}"#,
    );
    assert_eq!(sorted_json(&bare), golden);
}

#[test]
fn every_kind_of_actor_is_read_back_from_a_recorded_event() {
    for (actor, kind) in [
        (Actor::User(id(3)), "user"),
        (Actor::App(id(4)), "app"),
        (Actor::CommandLine("deploy".into()), "command_line"),
        (Actor::System, "system"),
    ] {
        assert_eq!(actor.kind(), kind);
        let written = metadata(actor);
        let event = RecordedEvent { metadata: sorted_json(&written), ..recorded() };
        assert_eq!(event.metadata().unwrap(), written);
    }
}

#[test]
fn metadata_that_lacks_any_required_member_is_refused() {
    for missing in ["actor_kind", "actor_id", "authenticated_by", "correlation_id", "causation_id"] {
        let mut map = metadata(Actor::User(id(3))).to_map();
        assert!(map.remove(missing).is_some(), "{missing}");
        assert_eq!(Metadata::from_map(&map), None, "{missing}");
        let event = RecordedEvent { metadata: serde_json::to_string(&map).unwrap(), ..recorded() };
        assert!(matches!(event.metadata(), Err(UnreadableEvent::Metadata)), "{missing}");
    }
}

#[test]
fn malformed_metadata_is_refused() {
    for (member, value) in
        [("actor_kind", "robot"), ("actor_id", "somebody"), ("correlation_id", "1"), ("causation_id", "")]
    {
        let mut map = metadata(Actor::User(id(3))).to_map();
        map.insert(member.into(), value.into());
        assert_eq!(Metadata::from_map(&map), None, "{member}");
    }
    let event = RecordedEvent { metadata: "[]".into(), ..recorded() };
    assert!(matches!(event.metadata(), Err(UnreadableEvent::Payload(_))));
}

#[test]
fn an_unknown_type_version_or_aggregate_is_named_and_refused() {
    let event_type = |text: &str| RecordedEvent { event_type: text.into(), ..recorded() };
    let event_version = |text: &str| RecordedEvent { event_version: text.into(), ..recorded() };
    for event in [
        event_type("app.exploded"),
        event_type("organization.created"),
        event_version("2"),
        RecordedEvent { aggregate_type: "moon".into(), ..recorded() },
    ] {
        let Err(UnreadableEvent::UnknownType { event_type, event_version }) = event.fact() else {
            panic!("{event:?} was read")
        };
        assert_eq!((event_type, event_version), (event.event_type, event.event_version));
    }
}

#[test]
fn no_aggregate_has_an_event_or_a_version_that_it_does_not_know() {
    for aggregate in
        ["app", "authorization", "consent", "organization", "person", "projection", "reservation", "signing_key"]
    {
        for (name, version) in [("moon.landed", "1"), ("app.revoked", "9")] {
            let event = RecordedEvent {
                aggregate_type: aggregate.into(),
                event_type: name.into(),
                event_version: version.into(),
                ..recorded()
            };
            assert!(matches!(event.fact(), Err(UnreadableEvent::UnknownType { .. })), "{aggregate} {name} {version}");
        }
    }
}

#[test]
fn a_stream_id_that_is_no_uuid_is_refused() {
    let event = RecordedEvent { aggregate_id: "demo".into(), ..recorded() };
    assert!(matches!(event.fact(), Err(UnreadableEvent::StreamId(stream)) if stream == "demo"));
}

#[test]
fn a_payload_that_does_not_fit_its_type_is_refused() {
    for payload in ["", "{}", r#"{"type":"app.tokens_cut_off"}"#, r#"{"type":"app.tokens_cut_off","token_epoch":-1}"#] {
        let event = RecordedEvent { payload: payload.into(), ..recorded() };
        assert!(matches!(event.fact(), Err(UnreadableEvent::Payload(_))), "{payload}");
    }
}

#[test]
fn a_payload_of_another_type_than_its_column_says_is_refused() {
    let event = RecordedEvent {
        event_type: "app.revoked".into(),
        payload: r#"{"type":"app.reactivated"}"#.into(),
        ..recorded()
    };
    assert!(matches!(event.fact(), Err(UnreadableEvent::OtherType(found)) if found == "app.reactivated"));
}

/// A log of which each page is shown in turn, and then the last one for ever; how often a reader rested is counted.
struct Pages {
    pages: Mutex<VecDeque<Page>>,
    rests: Mutex<Vec<u64>>,
}

#[async_trait]
impl EventFeed for Pages {
    async fn head(&self) -> Result<u64, FeedError> {
        unreachable!("nobody asks")
    }

    async fn read_after(&self, _position: u64, _limit: usize) -> Result<Page, FeedError> {
        let mut pages = self.pages.lock().unwrap();
        Ok(if pages.len() > 1 { pages.pop_front().unwrap() } else { pages[0].clone() })
    }

    async fn read_stream(&self, _aggregate_type: &str, _aggregate_id: &str) -> Result<Vec<RecordedEvent>, FeedError> {
        unreachable!("nobody asks")
    }

    async fn position_of(&self, _: &str, _: &str, _: u64) -> Result<Option<u64>, FeedError> {
        unreachable!("nobody asks")
    }

    async fn wait(&self, position: u64) {
        self.rests.lock().unwrap().push(position);
    }
}

/// What a reader at position 5 is given, and where he rested before.
fn read_on(pages: &[Page]) -> (Page, Vec<u64>) {
    let feed = Pages { pages: Mutex::new(pages.iter().cloned().collect()), rests: Mutex::default() };
    let read = pin!(feed.read_on(5, 10)).poll(&mut Context::from_waker(Waker::noop()));
    let Poll::Ready(Ok(page)) = read else { panic!("nothing here has to be waited for") };
    (page, feed.rests.into_inner().unwrap())
}

#[test]
fn who_reads_on_waits_for_those_who_append_before_an_event_that_can_be_seen() {
    let page = |events: &[RecordedEvent], next, head| Page { events: events.to_vec(), next, head };
    let (unsettled, ended) = (page(&[], 5, 7), page(&[], 5, 5));
    let (passed, full) = (page(&[], 6, 7), page(&[recorded()], 5, 7));
    for arrived in [&ended, &passed, &full] {
        let (read, rests) = read_on(std::slice::from_ref(arrived));
        assert_eq!(
            (read.events.len(), read.next, read.head, rests),
            (arrived.events.len(), arrived.next, arrived.head, vec![])
        );
        let (read, rests) = read_on(&[unsettled.clone(), unsettled.clone(), arrived.clone()]);
        assert_eq!((read.events.len(), read.next, rests), (arrived.events.len(), arrived.next, vec![7, 7]));
    }
}

#[test]
fn what_is_sealed_ends_with_the_newest_checkpoint() {
    assert_eq!(Sealed::default().position(), 0);
    let newest = StoredCheckpoint { size: 30, position: 42, note: String::new() };
    assert_eq!(Sealed { newest: Some(newest), ..Sealed::default() }.position(), 42);
}
