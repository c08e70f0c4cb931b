//! The aggregates of one kind in a random history.

use std::collections::HashMap;

use routix_test_ledger::Dice;
use uuid::Uuid;

/// Aggregates by id, each with the length of its stream. Picking any one takes the same time however many there are.
pub(super) struct Held<A> {
    ids: Vec<Uuid>,
    by_id: HashMap<Uuid, (A, usize)>,
}

impl<A> Default for Held<A> {
    fn default() -> Self {
        Self { ids: Vec::new(), by_id: HashMap::new() }
    }
}

impl<A: Default> Held<A> {
    pub(super) fn pick(&self, dice: &mut Dice) -> Option<Uuid> {
        (!self.ids.is_empty()).then(|| *dice.pick(&self.ids))
    }

    /// The aggregate, or an empty one, until it is [`put`](Self::put) back.
    pub(super) fn take(&mut self, id: Uuid) -> (A, usize) {
        self.by_id.get_mut(&id).map(std::mem::take).unwrap_or_default()
    }

    /// One without an event does not exist.
    pub(super) fn put(&mut self, id: Uuid, aggregate: A, sequence: usize) {
        if sequence > 0 && self.by_id.insert(id, (aggregate, sequence)).is_none() {
            self.ids.push(id);
        }
    }

    pub(super) fn remove(&mut self, id: Uuid) {
        self.by_id.remove(&id);
        self.ids.retain(|held| *held != id);
    }
}
