//! What operators decided about a projection for good: the events that it passes, because it cannot apply them.
//!
//! The stream's id is the name of the projection. Deliberately absent: where a projection stands, and whether it is paused.
//! That belongs to its tables; this belongs to the log, so that whoever builds the tables anew passes the same events.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Decide;
use crate::decide::aggregate;
use crate::value::{TextFault, single_line};

/// The longest reason, in characters.
pub const MAX_REASON: usize = 500;

/// The events that a projection passes, by position and id. An id alone would come again at the same place of its stream
/// when a log is restored and written on; so would a position.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectionSkips {
    skipped: BTreeSet<(u64, Uuid)>,
}

#[derive(Clone, Debug)]
pub enum ProjectionCommand {
    /// Lets the projection pass one event, for ever. Skipping it again changes nothing.
    SkipEvent { position: u64, event_id: Uuid, reason: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ProjectionEvent {
    #[serde(rename = "projection.event_skipped")]
    EventSkipped {
        /// Where the skipped event stands in the log.
        position: u64,
        event_id: Uuid,
        /// Why, in the words of the operator.
        reason: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProjectionError {
    #[error("the reason {0}")]
    Reason(#[from] TextFault),
}

aggregate!(ProjectionSkips, "projection", ProjectionEvent { EventSkipped => ("projection.event_skipped", "1") });

impl Decide for ProjectionSkips {
    type Command = ProjectionCommand;
    type Event = ProjectionEvent;
    type Error = ProjectionError;

    fn decide(&self, command: ProjectionCommand) -> Result<Vec<ProjectionEvent>, ProjectionError> {
        let ProjectionCommand::SkipEvent { position, event_id, reason } = command;
        let reason = single_line(&reason, MAX_REASON)?;
        if self.skipped.contains(&(position, event_id)) {
            return Ok(Vec::new());
        }
        Ok(vec![ProjectionEvent::EventSkipped { position, event_id, reason }])
    }

    fn evolve(&mut self, event: ProjectionEvent) {
        let ProjectionEvent::EventSkipped { position, event_id, .. } = event;
        self.skipped.insert((position, event_id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: Uuid = Uuid::from_u128(1);

    fn skip(position: u64, event_id: Uuid, reason: &str) -> ProjectionCommand {
        ProjectionCommand::SkipEvent { position, event_id, reason: reason.into() }
    }

    fn given(events: &[ProjectionEvent]) -> ProjectionSkips {
        let mut skips = ProjectionSkips::default();
        events.iter().cloned().for_each(|event| skips.evolve(event));
        skips
    }

    #[test]
    fn an_event_is_skipped_once_whatever_the_second_reason_is() {
        let events = ProjectionSkips::default().decide(skip(7, EVENT, "Written by hand")).unwrap();
        let expected = ProjectionEvent::EventSkipped { position: 7, event_id: EVENT, reason: "Written by hand".into() };
        assert_eq!(events, [expected]);
        assert_eq!(given(&events).decide(skip(7, EVENT, "Once more")), Ok(vec![]));
    }

    #[test]
    fn another_event_at_the_position_and_the_event_at_another_position_are_skips_of_their_own() {
        let skips = given(&ProjectionSkips::default().decide(skip(7, EVENT, "Written by hand")).unwrap());
        for (position, event_id) in [(7, Uuid::from_u128(2)), (8, EVENT)] {
            assert_eq!(skips.decide(skip(position, event_id, "Another")).unwrap().len(), 1, "{position} {event_id}");
        }
    }

    #[test]
    fn nothing_is_skipped_without_a_reason_that_people_can_read() {
        for (reason, fault) in [
            ("", TextFault::Empty),
            ("a\nb", TextFault::Forbidden { code_point: 10 }),
            (" a", TextFault::SpaceAtEnds),
            (&"a".repeat(501), TextFault::TooLong { max: 500, actual: 501 }),
        ] {
            let decided = ProjectionSkips::default().decide(skip(7, EVENT, reason));
            assert_eq!(decided, Err(ProjectionError::Reason(fault)), "{reason:?}");
        }
    }
}
