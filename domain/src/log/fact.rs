//! A recorded event, read back as the fact it states.

use std::collections::HashMap;

use cqrs_es::DomainEvent;
use uuid::Uuid;

use super::feed::RecordedEvent;
use super::metadata::Metadata;
use crate::app::AppEvent;
use crate::authorization::AuthorizationEvent;
use crate::consent::ConsentEvent;
use crate::organization::OrganizationEvent;
use crate::person::PersonEvent;
use crate::projection::ProjectionEvent;
use crate::reservation::ReservationEvent;
use crate::signing_key::SigningKeyEvent;

/// The event of one of the aggregates.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    App { app_id: Uuid, event: AppEvent },
    Authorization { authorization_id: Uuid, event: AuthorizationEvent },
    Consent { consent_id: Uuid, event: ConsentEvent },
    Organization { organization_id: Uuid, event: OrganizationEvent },
    Person { user_id: Uuid, event: PersonEvent },
    Projection { name: String, event: ProjectionEvent },
    Reservation { value: String, event: ReservationEvent },
    SigningKey { key_id: String, event: SigningKeyEvent },
}

/// An event that this version of routix cannot read. A projection that meets one stops; it never goes on without it.
#[derive(Debug, thiserror::Error)]
pub enum UnreadableEvent {
    #[error("unknown event type '{event_type}' version '{event_version}'")]
    UnknownType { event_type: String, event_version: String },
    #[error("the stream id '{0}' is not a UUID")]
    StreamId(String),
    #[error("the payload does not fit its event type")]
    Payload(#[source] serde_json::Error),
    #[error("the payload says that it is '{0}'")]
    OtherType(String),
    #[error("the metadata lacks a required member")]
    Metadata,
}

impl RecordedEvent {
    /// The fact that this event states.
    ///
    /// # Errors
    /// [`UnreadableEvent`] for a type, version or payload that is not known.
    pub fn fact(&self) -> Result<Fact, UnreadableEvent> {
        match self.aggregate_type.as_str() {
            "app" => {
                self.known(AppEvent::TYPES)?;
                Ok(Fact::App { app_id: self.uuid()?, event: self.decode()? })
            }
            "authorization" => {
                self.known(AuthorizationEvent::TYPES)?;
                Ok(Fact::Authorization { authorization_id: self.uuid()?, event: self.decode()? })
            }
            "consent" => {
                self.known(ConsentEvent::TYPES)?;
                Ok(Fact::Consent { consent_id: self.uuid()?, event: self.decode()? })
            }
            "organization" => {
                self.known(OrganizationEvent::TYPES)?;
                Ok(Fact::Organization { organization_id: self.uuid()?, event: self.decode()? })
            }
            "person" => {
                self.known(PersonEvent::TYPES)?;
                Ok(Fact::Person { user_id: self.uuid()?, event: self.decode()? })
            }
            "projection" => {
                self.known(ProjectionEvent::TYPES)?;
                Ok(Fact::Projection { name: self.aggregate_id.clone(), event: self.decode()? })
            }
            "reservation" => {
                self.known(ReservationEvent::TYPES)?;
                Ok(Fact::Reservation { value: self.aggregate_id.clone(), event: self.decode()? })
            }
            "signing_key" => {
                self.known(SigningKeyEvent::TYPES)?;
                Ok(Fact::SigningKey { key_id: self.aggregate_id.clone(), event: self.decode()? })
            }
            _ => Err(self.unknown_type()),
        }
    }

    /// Who did it, and how.
    ///
    /// # Errors
    /// [`UnreadableEvent::Metadata`] when a member is missing or malformed.
    pub fn metadata(&self) -> Result<Metadata, UnreadableEvent> {
        let map: HashMap<String, String> = serde_json::from_str(&self.metadata).map_err(UnreadableEvent::Payload)?;
        Metadata::from_map(&map).ok_or(UnreadableEvent::Metadata)
    }

    fn known(&self, types: &[(&str, &str)]) -> Result<(), UnreadableEvent> {
        let known = types.iter().any(|&(name, version)| name == self.event_type && version == self.event_version);
        if known { Ok(()) } else { Err(self.unknown_type()) }
    }

    fn unknown_type(&self) -> UnreadableEvent {
        UnreadableEvent::UnknownType { event_type: self.event_type.clone(), event_version: self.event_version.clone() }
    }

    fn uuid(&self) -> Result<Uuid, UnreadableEvent> {
        self.aggregate_id.parse().map_err(|_| UnreadableEvent::StreamId(self.aggregate_id.clone()))
    }

    fn decode<T: DomainEvent>(&self) -> Result<T, UnreadableEvent> {
        let event: T = serde_json::from_str(&self.payload).map_err(UnreadableEvent::Payload)?;
        if event.event_type() == self.event_type {
            Ok(event)
        } else {
            Err(UnreadableEvent::OtherType(event.event_type()))
        }
    }
}
