//! A person, as far as the log knows him: the id under which he did things, and that he was forgotten.
//!
//! The stream's id is the id of the user. Deliberately absent: everything that says who he is. That is kept outside the log,
//! and forgetting takes it away there; here it is only said that it was done, when, and by whom.

use serde::{Deserialize, Serialize};

use crate::Decide;
use crate::decide::aggregate;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Person {
    /// Nothing was recorded of him, as of most people.
    #[default]
    Known,
    Forgotten,
}

#[derive(Clone, Debug)]
pub enum PersonCommand {
    /// Whoever he was, nobody can find it out here any more. Forgetting him again changes nothing.
    Forget,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum PersonEvent {
    #[serde(rename = "person.forgotten")]
    Forgotten {},
}

/// No command to a person is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PersonError {}

aggregate!(Person, "person", PersonEvent { Forgotten => ("person.forgotten", "1") });

impl Decide for Person {
    type Command = PersonCommand;
    type Event = PersonEvent;
    type Error = PersonError;

    fn decide(&self, PersonCommand::Forget: PersonCommand) -> Result<Vec<PersonEvent>, PersonError> {
        match self {
            Self::Known => Ok(vec![PersonEvent::Forgotten {}]),
            Self::Forgotten => Ok(Vec::new()),
        }
    }

    fn evolve(&mut self, PersonEvent::Forgotten {}: PersonEvent) {
        *self = Self::Forgotten;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_forgotten_once() {
        let mut person = Person::default();
        let events = person.decide(PersonCommand::Forget).unwrap();
        assert_eq!(events, [PersonEvent::Forgotten {}]);
        events.into_iter().for_each(|event| person.evolve(event));
        assert_eq!(person.decide(PersonCommand::Forget), Ok(vec![]));
    }
}
