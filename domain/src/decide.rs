//! How an aggregate is written here: one pure decision, and cqrs-es's trait as a shim around it.

use cqrs_es::DomainEvent;

/// An aggregate as two pure functions over its state.
pub trait Decide: Sized {
    type Command;
    type Event: DomainEvent;
    type Error: std::error::Error;

    /// The events that `command` causes in this state; an empty list when it asks for what already is.
    ///
    /// # Errors
    /// The rule that the command breaks.
    fn decide(&self, command: Self::Command) -> Result<Vec<Self::Event>, Self::Error>;

    /// Copies one fact into the state. It decides nothing and cannot fail.
    fn evolve(&mut self, event: Self::Event);
}

/// Implements cqrs-es's `Aggregate` for a [`Decide`] and `DomainEvent` for its events, from one list of event types.
macro_rules! aggregate {
    ($aggregate:ty, $type:literal, $event:ident { $($variant:ident => ($name:literal, $version:literal)),+ $(,)? }) => {
        impl cqrs_es::DomainEvent for $event {
            fn event_type(&self) -> String {
                match self { $(Self::$variant { .. } => $name,)+ }.to_owned()
            }

            fn event_version(&self) -> String {
                match self { $(Self::$variant { .. } => $version,)+ }.to_owned()
            }
        }

        impl $event {
            /// Every type of event of this aggregate, with the version that is written today.
            pub const TYPES: &'static [(&'static str, &'static str)] = &[$(($name, $version)),+];
        }

        impl cqrs_es::Aggregate for $aggregate {
            const TYPE: &'static str = $type;
            type Command = <Self as $crate::Decide>::Command;
            type Event = $event;
            type Error = <Self as $crate::Decide>::Error;
            type Services = ();

            async fn handle(
                &mut self,
                command: Self::Command,
                _services: &(),
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), Self::Error> {
                for event in $crate::Decide::decide(self, command)? {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: $event) {
                $crate::Decide::evolve(self, event);
            }
        }
    };
}

pub(crate) use aggregate;
