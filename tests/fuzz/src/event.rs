//! Events as they are stored and as an export holds them: somebody may have changed them there.

use chrono::DateTime;
use routix_domain::app::AppEvent;
use routix_domain::authorization::AuthorizationEvent;
use routix_domain::consent::ConsentEvent;
use routix_domain::evidence::{ExportEvent, Item, Json, canonical_json};
use routix_domain::log::{Fact, RecordedEvent};
use routix_domain::organization::OrganizationEvent;
use routix_domain::person::PersonEvent;
use routix_domain::projection::ProjectionEvent;
use routix_domain::reservation::ReservationEvent;
use routix_domain::signing_key::SigningKeyEvent;
use serde_json::Value;
use uuid::Uuid;

const TYPES: [(&str, &[(&str, &str)]); 8] = [
    ("app", AppEvent::TYPES),
    ("authorization", AuthorizationEvent::TYPES),
    ("consent", ConsentEvent::TYPES),
    ("organization", OrganizationEvent::TYPES),
    ("person", PersonEvent::TYPES),
    ("projection", ProjectionEvent::TYPES),
    ("reservation", ReservationEvent::TYPES),
    ("signing_key", SigningKeyEvent::TYPES),
];

/// The text as a line of an export, as a value, and as the payload of each type that there is.
pub fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(line) = serde_json::from_str::<ExportEvent>(text) {
        a_line(line);
    }
    if let Ok(value) = serde_json::from_str::<Json>(text)
        && let Ok(canonical) = value.canonical()
    {
        let again = serde_json::from_str::<Json>(&canonical).ok().and_then(|value| value.canonical().ok());
        assert_eq!(again, Some(canonical), "the canonical text is its own");
    }
    for (aggregate_type, types) in TYPES {
        for (event_type, event_version) in types {
            a_payload(&recorded((aggregate_type, event_type, event_version), text));
        }
    }
    a_payload(&recorded(("app", "app.registered", text), "{}"));
}

/// What is exported again is the same line, and its leaf is that of the event in it.
fn a_line(line: ExportEvent) {
    let leaf = line.computed_leaf();
    let item = Item::from(line.clone());
    match canonical_json(&item.event) {
        Ok(_) => assert_eq!(ExportEvent::try_from(&item).ok().as_ref(), Some(&line)),
        Err(_) => assert!(leaf.is_err(), "what has no canonical text has no leaf"),
    }
}

fn recorded((aggregate_type, event_type, event_version): (&str, &str, &str), payload: &str) -> RecordedEvent {
    RecordedEvent {
        position: 1,
        event_id: Uuid::from_u128(1),
        aggregate_type: aggregate_type.to_owned(),
        aggregate_id: Uuid::from_u128(2).to_string(),
        sequence: 1,
        event_type: event_type.to_owned(),
        event_version: event_version.to_owned(),
        payload: payload.to_owned(),
        metadata: payload.to_owned(),
        recorded_at: DateTime::UNIX_EPOCH,
    }
}

/// What is read is of the type that it is stored as, and reads the same when it is stored again.
fn a_payload(event: &RecordedEvent) {
    let _ = event.metadata();
    let Ok(fact) = event.fact() else { return };
    let written = written(&fact);
    assert_eq!(written["type"].as_str(), Some(event.event_type.as_str()), "{written}");
    let again = RecordedEvent { payload: written.to_string(), ..event.clone() };
    assert_eq!(again.fact().ok(), Some(fact));
}

fn written(fact: &Fact) -> Value {
    let written = match fact {
        Fact::App { event, .. } => serde_json::to_value(event),
        Fact::Authorization { event, .. } => serde_json::to_value(event),
        Fact::Consent { event, .. } => serde_json::to_value(event),
        Fact::Organization { event, .. } => serde_json::to_value(event),
        Fact::Person { event, .. } => serde_json::to_value(event),
        Fact::Projection { event, .. } => serde_json::to_value(event),
        Fact::Reservation { event, .. } => serde_json::to_value(event),
        Fact::SigningKey { event, .. } => serde_json::to_value(event),
    };
    written.unwrap_or_default()
}
