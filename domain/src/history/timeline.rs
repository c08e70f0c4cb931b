//! The events of an app and of the consents to it, in the order of the log.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::describe::describe;
use super::moment::Moment;
use super::sentence::Sentence;
use super::so_far::SoFar;
use super::then::AppThen;
use crate::app::AppEvent;
use crate::consent::ConsentEvent;
use crate::log::{Actor, Fact, RecordedEvent, UnreadableEvent};

/// Which event made it so, when, and who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    pub position: u64,
    /// The place in the stream of the app, or of the consent.
    pub sequence: u64,
    pub recorded_at: DateTime<Utc>,
    pub actor: Actor,
}

/// What happened, to the app or to a consent.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    App(AppEvent),
    Consent { consent_id: Uuid, event: ConsentEvent },
}

/// One event of the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub place: Since,
    pub event_id: Uuid,
    pub event_type: String,
    pub event_version: String,
    pub authenticated_by: String,
    pub request_id: Option<String>,
    /// Leads to the address and the user agent of the request, while they are kept.
    pub context_commitment: Option<String>,
    pub what: What,
}

impl Entry {
    /// The place in the stream of the app; `None` for an event of a consent, which has a stream of its own.
    pub fn app_sequence(&self) -> Option<u64> {
        match self.what {
            What::App(_) => Some(self.place.sequence),
            What::Consent { .. } => None,
        }
    }
}

/// Everything that ever happened to an app and to the consents to it, oldest first.
#[derive(Clone, Debug, PartialEq)]
pub struct AppHistory {
    app_id: Uuid,
    entries: Vec<Entry>,
}

impl AppHistory {
    /// Orders the events of the app and of its consents by position. What belongs to another app is left out.
    ///
    /// # Errors
    /// [`UnreadableEvent`] when one of them cannot be read: a history with a hole would be a wrong answer.
    pub fn of(app_id: Uuid, mut events: Vec<RecordedEvent>) -> Result<Self, UnreadableEvent> {
        events.sort_by_key(|event| event.position);
        let mut consents = BTreeSet::new();
        let mut entries = Vec::with_capacity(events.len());
        for event in &events {
            let what = match event.fact()? {
                Fact::App { app_id: id, event } if id == app_id => What::App(event),
                Fact::Consent { consent_id, event } => {
                    if is_to(app_id, &event) {
                        consents.insert(consent_id);
                    }
                    if !consents.contains(&consent_id) {
                        continue;
                    }
                    What::Consent { consent_id, event }
                }
                Fact::App { .. }
                | Fact::Authorization { .. }
                | Fact::Organization { .. }
                | Fact::Person { .. }
                | Fact::Projection { .. }
                | Fact::Reservation { .. }
                | Fact::SigningKey { .. } => continue,
            };
            entries.push(entry(event, what)?);
        }
        Ok(Self { app_id, entries })
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The organization in which the app was registered.
    pub fn organization_id(&self) -> Option<Uuid> {
        self.entries.iter().find_map(|entry| match &entry.what {
            What::App(AppEvent::Registered(registration)) => Some(registration.organization_id),
            What::App(_) | What::Consent { .. } => None,
        })
    }

    /// The user and the organization of every consent, once for each time that it was given.
    pub fn consents(&self) -> impl Iterator<Item = (Uuid, Uuid)> {
        self.entries.iter().filter_map(|entry| match &entry.what {
            What::Consent { event: ConsentEvent::Granted { user_id, organization_id, .. }, .. } => {
                Some((*user_id, *organization_id))
            }
            What::App(_) | What::Consent { .. } => None,
        })
    }

    /// Every event with what it did, in words.
    pub fn told(&self) -> Vec<(&Entry, Sentence)> {
        let mut so_far = SoFar::default();
        let tell = |entry| {
            let sentence = describe(entry, &so_far);
            so_far.add(entry);
            (entry, sentence)
        };
        self.entries.iter().map(tell).collect()
    }

    /// The state at a moment; `None` when the app was not there yet, or has no event of that sequence.
    pub fn then(&self, moment: Moment) -> Option<AppThen> {
        let (count, time) = match moment {
            // A state is always that of a beginning of the log. Of events that were appended at the same moment to different
            // streams, the one with the earlier position may have the later time by a hair; it belongs to the beginning.
            Moment::Time(time) => {
                let last = self.entries.iter().rposition(|entry| entry.place.recorded_at <= time);
                (last.map_or(0, |last| last + 1), Some(time))
            }
            Moment::Sequence(sequence) => {
                let index = self.entries.iter().position(|entry| entry.app_sequence() == Some(sequence))?;
                (index + 1, None)
            }
            Moment::Position(position) => {
                (self.entries.partition_point(|entry| entry.place.position <= position), None)
            }
        };
        let mut so_far = SoFar::default();
        self.entries[..count].iter().for_each(|entry| so_far.add(entry));
        so_far.then(self.app_id, time)
    }
}

fn is_to(app_id: Uuid, event: &ConsentEvent) -> bool {
    match event {
        ConsentEvent::Granted { app_id: granted, .. } => *granted == app_id,
        ConsentEvent::Withdrawn { .. } => false,
    }
}

fn entry(event: &RecordedEvent, what: What) -> Result<Entry, UnreadableEvent> {
    let metadata = event.metadata()?;
    let (position, sequence, recorded_at) = (event.position, event.sequence, event.recorded_at);
    Ok(Entry {
        place: Since { position, sequence, recorded_at, actor: metadata.actor },
        event_id: event.event_id,
        event_type: event.event_type.clone(),
        event_version: event.event_version.clone(),
        authenticated_by: metadata.authenticated_by,
        request_id: metadata.request_id,
        context_commitment: metadata.context_commitment,
        what,
    })
}
