//! A life of one app, and what is known of it at each moment.

mod moments;
mod states;
mod words;

use serde::Serialize;
use uuid::Uuid;

use super::*;
use crate::app::{AppEvent, ClientType, RefreshAuthentication, Registration};
use crate::consent::{ConsentEvent, consent_id};
use crate::log::{Actor, Metadata, RecordedEvent};
use crate::testing::{at, fingerprint, id, scopes};
use crate::value::{BranchRestriction, RedirectUri, TokenLifetime};

const APP: u128 = 1;
const ANN: u128 = 900;
const BOB: u128 = 901;
const ORGANIZATION: u128 = 50;

/// Events as the store records them; the event at position `n` is recorded at second `10 n`.
#[derive(Default)]
struct Log(Vec<RecordedEvent>);

impl Log {
    fn push(mut self, kind: &str, stream: Uuid, event: &impl Serialize) -> Self {
        let payload = serde_json::to_value(event).unwrap();
        let (position, stream) = (self.0.len() as u64 + 1, stream.to_string());
        let sequence = self.0.iter().filter(|event| event.aggregate_id == stream).count() as u64 + 1;
        self.0.push(RecordedEvent {
            position,
            event_id: id(position.into()),
            aggregate_type: kind.to_owned(),
            aggregate_id: stream,
            sequence,
            event_type: payload["type"].as_str().unwrap().to_owned(),
            event_version: "1".to_owned(),
            payload: payload.to_string(),
            metadata: metadata(Actor::User(id(ANN))),
            recorded_at: at(10 * i64::try_from(position).unwrap()),
        });
        self
    }

    fn app(self, event: &AppEvent) -> Self {
        self.push("app", id(APP), event)
    }

    fn consent(self, user: u128, event: &ConsentEvent) -> Self {
        self.push("consent", consent_id(id(user), id(APP), id(ORGANIZATION)), event)
    }

    fn by(mut self, actor: Actor) -> Self {
        self.0.last_mut().unwrap().metadata = metadata(actor);
        self
    }

    fn history(self) -> AppHistory {
        AppHistory::of(id(APP), self.0).unwrap()
    }
}

fn metadata(actor: Actor) -> String {
    let metadata = Metadata {
        actor,
        authenticated_by: "password".into(),
        request_id: Some("r-1".into()),
        correlation_id: id(1),
        causation_id: id(2),
        context_commitment: None,
    };
    serde_json::to_string(&metadata.to_map()).unwrap()
}

fn uri(text: &str) -> RedirectUri {
    RedirectUri::parse(text, true).unwrap()
}

fn registration() -> Registration {
    Registration {
        organization_id: id(ORGANIZATION),
        client_id: id(70),
        client_type: ClientType::Confidential,
        name: "ERP".into(),
        description: None,
        homepage_url: None,
        redirect_uris: vec![uri("https://a.example/cb")],
        allowed_scopes: scopes("routix:orders:read"),
        allowed_branches: BranchRestriction::All,
        token_lifetime: TokenLifetime::default(),
        refresh_authentication: RefreshAuthentication::WhenRotated,
        secret: Some(fingerprint(1)),
        registered_at: at(10),
        request_fingerprint: Some("fe".repeat(32)),
    }
}

fn registered() -> AppEvent {
    AppEvent::Registered(Box::new(registration()))
}

fn rotated(generation: u32, time: i64, overlap: i64) -> AppEvent {
    AppEvent::SecretRotated {
        generation,
        secret: fingerprint(generation),
        rotated_at: at(time),
        previous_valid_until: at(time + overlap),
    }
}

fn granted(user: u128, parameter: &str) -> ConsentEvent {
    let (app_id, organization_id) = (id(APP), id(ORGANIZATION));
    ConsentEvent::Granted { user_id: id(user), app_id, organization_id, scopes: scopes(parameter) }
}

fn consent_of(user: u128) -> Member {
    Member::Consent(consent_id(id(user), id(APP), id(ORGANIZATION)))
}

/// The position of the event that made a member what it is.
fn since(then: &AppThen, member: Member) -> u64 {
    then.get(member).unwrap().since.position
}
