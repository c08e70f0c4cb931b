//! Given events, when a command, then events or a typed error.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::Decide;
use crate::value::{Fingerprint, ScopeSet};

/// An aggregate with a past.
#[derive(Clone, Debug)]
pub(crate) struct Given<A>(A);

/// The state to which `events` add up.
pub(crate) fn given<A: Decide + Default>(events: impl IntoIterator<Item = A::Event>) -> Given<A> {
    let mut aggregate = A::default();
    events.into_iter().for_each(|event| aggregate.evolve(event));
    Given(aggregate)
}

impl<A: Decide> Given<A> {
    pub(crate) fn when(&self, command: A::Command) -> Result<Vec<A::Event>, A::Error> {
        self.0.decide(command)
    }

    /// Decides, and lets what was decided happen, as the store does after an append.
    pub(crate) fn happens(&mut self, command: A::Command) -> Result<Vec<A::Event>, A::Error>
    where
        A::Event: Clone,
    {
        let events = self.0.decide(command)?;
        events.iter().cloned().for_each(|event| self.0.evolve(event));
        Ok(events)
    }

    pub(crate) fn state(&self) -> &A {
        &self.0
    }
}

/// A moment: `seconds` after an arbitrary beginning.
pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_500) + TimeDelta::seconds(seconds)
}

pub(crate) fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// The fingerprint of the secret with this number.
pub(crate) fn fingerprint(number: u32) -> Fingerprint {
    Fingerprint { sha256: format!("{number:064x}"), last4: format!("{number:04x}") }
}

pub(crate) fn scopes(parameter: &str) -> ScopeSet {
    ScopeSet::parse_parameter(parameter).unwrap()
}
