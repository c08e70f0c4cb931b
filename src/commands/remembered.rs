//! Aggregates as they were when they were last loaded, so that a long stream is not read from its beginning for each command.
//!
//! Whoever loads one reads what came since, whoever has recorded it and on whichever node: what is remembered saves reading
//! and decides nothing. It is lost with the process, and nothing rests on it.

use std::any::Any;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cqrs_es::persist::{EventStoreAggregateContext, PersistedEventRepository};
use cqrs_es::{Aggregate, AggregateError, EventEnvelope};
use routix_projections::recent::Recent;

/// How many are remembered, and at most as many again.
const AGGREGATES: usize = 4_096;

/// Type and id.
type Name = (&'static str, String);

#[derive(Clone)]
struct State {
    aggregate: Arc<dyn Any + Send + Sync>,
    sequence: usize,
}

/// Clones share it.
#[derive(Clone)]
pub(super) struct Remembered(Arc<Mutex<Recent<Name, State>>>);

impl Default for Remembered {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Recent::new(AGGREGATES))))
    }
}

/// What a remembered aggregate has to be able to.
pub trait Memorable: Aggregate + Clone + 'static {}

impl<A: Aggregate + Clone + 'static> Memorable for A {}

impl Remembered {
    /// The aggregate as its stream has it now.
    ///
    /// # Errors
    /// Those of the store.
    pub(super) async fn load<A: Memorable>(
        &self,
        store: &impl PersistedEventRepository,
        id: &str,
    ) -> Result<EventStoreAggregateContext<A>, AggregateError<A::Error>> {
        let mut context = self.find::<A>(id).unwrap_or_else(|| EventStoreAggregateContext {
            aggregate_id: id.to_owned(),
            aggregate: A::default(),
            current_sequence: 0,
            current_snapshot: None,
        });
        let before = context.current_sequence;
        for event in store.get_last_events::<A>(id, before).await? {
            let event = EventEnvelope::<A>::try_from(event)?;
            context.current_sequence = event.sequence;
            context.aggregate.apply(event.payload);
        }
        if context.current_sequence > before {
            self.keep(id, context.aggregate.clone(), context.current_sequence);
        }
        Ok(context)
    }

    /// Remembers what was recorded.
    pub(super) fn keep<A: Memorable>(&self, id: &str, aggregate: A, sequence: usize) {
        let state = State { aggregate: Arc::new(aggregate), sequence };
        let (name, mut recent) = ((A::TYPE, id.to_owned()), self.recent());
        // Somebody who came later may have been faster.
        if recent.get(&name).is_none_or(|known| known.sequence < sequence) {
            recent.put(name, state);
        }
    }

    /// The aggregate as it was when it was last looked at.
    pub(super) fn find<A: Memorable>(&self, id: &str) -> Option<EventStoreAggregateContext<A>> {
        let state = self.recent().get(&(A::TYPE, id.to_owned())).cloned()?;
        let aggregate = state.aggregate.downcast_ref::<A>()?.clone();
        let (aggregate_id, current_sequence) = (id.to_owned(), state.sequence);
        Some(EventStoreAggregateContext { aggregate_id, aggregate, current_sequence, current_snapshot: None })
    }

    fn recent(&self) -> MutexGuard<'_, Recent<Name, State>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use cqrs_es::persist::{PersistenceError, ReplayStream, SerializedEvent, SerializedSnapshot};
    use routix_domain::organization::{Organization, OrganizationEvent};
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::*;

    const ID: &str = "00000000-0000-0000-0000-000000000050";

    /// One stream, as any store has it.
    #[derive(Default)]
    struct Stream(Mutex<Vec<SerializedEvent>>);

    impl PersistedEventRepository for Stream {
        async fn get_events<A: Aggregate>(&self, id: &str) -> Result<Vec<SerializedEvent>, PersistenceError> {
            self.get_last_events::<A>(id, 0).await
        }

        async fn get_last_events<A: Aggregate>(
            &self,
            _id: &str,
            last_sequence: usize,
        ) -> Result<Vec<SerializedEvent>, PersistenceError> {
            let events = self.0.lock().unwrap();
            Ok(events.iter().filter(|event| event.sequence > last_sequence).cloned().collect())
        }

        async fn get_snapshot<A: Aggregate>(&self, _id: &str) -> Result<Option<SerializedSnapshot>, PersistenceError> {
            Ok(None)
        }

        async fn persist<A: Aggregate>(
            &self,
            events: &[SerializedEvent],
            _snapshot_update: Option<(String, Value, usize)>,
        ) -> Result<(), PersistenceError> {
            self.0.lock().unwrap().extend_from_slice(events);
            Ok(())
        }

        async fn stream_events<A: Aggregate>(&self, _id: &str) -> Result<ReplayStream, PersistenceError> {
            panic!("nobody replays here")
        }

        async fn stream_all_events<A: Aggregate>(&self) -> Result<ReplayStream, PersistenceError> {
            panic!("nobody replays here")
        }
    }

    async fn record(store: &Stream, sequence: usize, event: &OrganizationEvent) {
        let (event_type, version) =
            (cqrs_es::DomainEvent::event_type(event), cqrs_es::DomainEvent::event_version(event));
        let payload = serde_json::to_value(event).unwrap();
        let event =
            SerializedEvent::new(ID.into(), sequence, "organization".into(), event_type, version, payload, json!({}));
        store.persist::<Organization>(&[event], None).await.unwrap();
    }

    /// The state and its sequence.
    async fn seen(remembered: &Remembered, store: &Stream) -> (String, usize) {
        let context = remembered.load::<Organization>(store, ID).await.unwrap();
        (format!("{:?}", context.aggregate), context.current_sequence)
    }

    #[tokio::test]
    async fn what_others_have_recorded_is_seen_by_whoever_remembers() {
        let store = Stream::default();
        let nodes = [Remembered::default(), Remembered::default()];
        assert_eq!(seen(&nodes[0], &store).await.1, 0, "nothing is there yet");
        record(&store, 1, &OrganizationEvent::Created { name: "Acme".into() }).await;
        for sequence in 2..30 {
            let opened = OrganizationEvent::BranchOpened {
                branch_id: Uuid::from_u128(sequence as u128),
                public_id: format!("BRANCH{sequence:02}").parse().unwrap(),
                name: "Utrecht".into(),
            };
            record(&store, sequence, &opened).await;
            let whole = seen(&Remembered::default(), &store).await;
            assert_eq!(whole.1, sequence);
            // One looks each time, the other now and then.
            assert_eq!(seen(&nodes[0], &store).await, whole);
            if sequence % 7 == 0 {
                assert_eq!(seen(&nodes[1], &store).await, whole);
            }
        }
    }

    #[test]
    fn an_older_state_does_not_take_the_place_of_a_newer_one() {
        let remembered = Remembered::default();
        for sequence in [2, 1] {
            remembered.keep("a", Organization::default(), sequence);
        }
        assert_eq!(remembered.find::<Organization>("a").map(|context| context.current_sequence), Some(2));
    }
}
