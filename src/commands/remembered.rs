//! Aggregates as they were when they were last loaded, so that a long stream is not read from its beginning for each command.
//!
//! Whoever loads one reads what came since, whoever has recorded it and on whichever node: what is remembered saves reading
//! and decides nothing. It is lost with the process, and nothing rests on it.

use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use cqrs_es::persist::{EventStoreAggregateContext, PersistedEventRepository as _};
use cqrs_es::{Aggregate, AggregateError, EventEnvelope};

use crate::store::EventStore;

/// How many are remembered of those that were wanted lately, and as many again of those wanted before.
const AGGREGATES: usize = 4_096;

/// Type and id.
type Name = (&'static str, String);

#[derive(Clone)]
struct State {
    aggregate: Arc<dyn Any + Send + Sync>,
    sequence: usize,
}

/// In two halves: when the newer one is full it becomes the older, and what nobody wanted since goes.
#[derive(Default)]
struct Halves {
    newer: HashMap<Name, State>,
    older: HashMap<Name, State>,
}

/// Clones share it.
#[derive(Clone, Default)]
pub(super) struct Remembered(Arc<Mutex<Halves>>);

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
        store: &EventStore,
        id: &str,
    ) -> Result<EventStoreAggregateContext<A>, AggregateError<A::Error>> {
        let (mut aggregate, before) = self.find::<A>(id).unwrap_or_default();
        let mut sequence = before;
        for event in store.get_last_events::<A>(id, before).await? {
            let event = EventEnvelope::<A>::try_from(event)?;
            sequence = event.sequence;
            aggregate.apply(event.payload);
        }
        if sequence > before {
            self.keep(id, aggregate.clone(), sequence);
        }
        Ok(EventStoreAggregateContext {
            aggregate_id: id.to_owned(),
            aggregate,
            current_sequence: sequence,
            current_snapshot: None,
        })
    }

    /// Remembers what was recorded.
    pub(super) fn keep<A: Memorable>(&self, id: &str, aggregate: A, sequence: usize) {
        let state = State { aggregate: Arc::new(aggregate), sequence };
        let mut halves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody who came later may have been faster.
        if halves.get((A::TYPE, id)).is_none_or(|known| known.sequence < sequence) {
            halves.put((A::TYPE, id.to_owned()), state);
        }
    }

    fn find<A: Memorable>(&self, id: &str) -> Option<(A, usize)> {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner).get((A::TYPE, id)).cloned()?;
        Some((state.aggregate.downcast_ref::<A>()?.clone(), state.sequence))
    }
}

impl Halves {
    fn get(&mut self, (aggregate_type, id): (&'static str, &str)) -> Option<&State> {
        let name = (aggregate_type, id.to_owned());
        if let Some(state) = self.older.remove(&name) {
            self.put(name.clone(), state);
        }
        self.newer.get(&name)
    }

    fn put(&mut self, name: Name, state: State) {
        if self.newer.len() >= AGGREGATES {
            self.older = std::mem::take(&mut self.newer);
        }
        self.older.remove(&name);
        self.newer.insert(name, state);
    }
}
