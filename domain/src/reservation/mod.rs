//! Values that exist once over all streams, such as a branch's public id.
//!
//! The value is the id of the stream, so its first event can be written once, on every store. Deliberately absent: giving
//! a value back. A public id that named one branch must never come to name another.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Decide;
use crate::decide::aggregate;
use crate::value::BranchPublicId;

/// The stream of a branch's public id.
pub fn branch_public_id(id: &BranchPublicId) -> String {
    format!("branch_public_id:{id}")
}

/// A value and, once it is taken, its holder.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Reservation {
    holder_id: Option<Uuid>,
}

/// Takes the value for a holder. Asking again for the same holder changes nothing.
#[derive(Clone, Debug)]
pub struct Reserve {
    pub holder_id: Uuid,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ReservationEvent {
    #[serde(rename = "reservation.made")]
    Made { holder_id: Uuid },
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReservationError {
    #[error("the value is taken")]
    Taken,
}

aggregate!(Reservation, "reservation", ReservationEvent { Made => ("reservation.made", "1") });

impl Decide for Reservation {
    type Command = Reserve;
    type Event = ReservationEvent;
    type Error = ReservationError;

    fn decide(&self, Reserve { holder_id }: Reserve) -> Result<Vec<ReservationEvent>, ReservationError> {
        match self.holder_id {
            None => Ok(vec![ReservationEvent::Made { holder_id }]),
            Some(holder) if holder == holder_id => Ok(Vec::new()),
            Some(_) => Err(ReservationError::Taken),
        }
    }

    fn evolve(&mut self, ReservationEvent::Made { holder_id }: ReservationEvent) {
        self.holder_id = Some(holder_id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_taken_once() {
        let holder_id = Uuid::from_u128(1);
        let mut reservation = Reservation::default();
        let events = reservation.decide(Reserve { holder_id }).unwrap();
        assert_eq!(events, [ReservationEvent::Made { holder_id }]);
        events.into_iter().for_each(|event| reservation.evolve(event));
        assert_eq!(reservation.decide(Reserve { holder_id }), Ok(vec![]));
        assert_eq!(reservation.decide(Reserve { holder_id: Uuid::from_u128(2) }), Err(ReservationError::Taken));
    }
}
