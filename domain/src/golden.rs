//! Every event as it stands in the log, in `golden/<event type>.<version>.json`: it reads back to the fact it stated, and
//! the same fact is still written the same way.
//!
//! A file is never edited. A new shape is a new version with a file of its own; the old file stays, and proves that the
//! old shape can still be read. `.minimal.json` is the same event with every optional member left out.

mod code_flow;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use chrono::{DateTime, Utc};
use cqrs_es::persist::SerializedEvent;
use cqrs_es::{Aggregate, DomainEvent, EventEnvelope};
use serde_json::Value;
use uuid::{Uuid, uuid};

use crate::app::{App, AppEvent, ClientType, RefreshAuthentication, Registration};
use crate::authorization::AuthorizationEvent;
use crate::consent::ConsentEvent;
use crate::log::{Fact, RecordedEvent};
use crate::organization::{Organization, OrganizationEvent, Role};
use crate::person::{Person, PersonEvent};
use crate::projection::{ProjectionEvent, ProjectionSkips};
use crate::reservation::{Reservation, ReservationEvent};
use crate::signing_key::{SigningKey, SigningKeyEvent};
use crate::testing::scopes;
use crate::value::{BranchRestriction, Fingerprint, RedirectUri, TokenLifetime};

const ORGANIZATION: Uuid = uuid!("6f1c2a9e-3f5b-4c61-9a54-1d0c8b7e2f10");
const CLIENT: Uuid = uuid!("b0e5d6f4-8a3c-4b1e-9f77-2c6d1e5a9b03");
const UTRECHT: Uuid = uuid!("1d8f0a52-77c4-4a0e-8a39-5b6c0f2e9d41");
const BREDA: Uuid = uuid!("9c4e7b16-0d52-4f8b-b3a1-e2f7a6c5d480");
const USER: Uuid = uuid!("4ae1f3c8-52b7-4d9d-8c06-7f3b9e1d2a65");
const SHA256: &str = "3b7e4f0c9a1d5e2846b8c7f0d1a3e5927c6b4d8f0e1a2c3b5d7f9e8a6c4b2d10";
const NEXT_SHA256: &str = "a94f1c6e0b8d3752e9c4a6f8b1d0e3275f7c9a8b6d4e2f1035c7b9d1e8f0a2c4";
const REQUEST_SHA256: &str = "e2d4c6b8a0f1e3d5c7b9a8f6e4d2c0b1a3f5e7d9c8b6a4f2e0d1c3b5a7f9e8d6";

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn uris(texts: &[&str]) -> Vec<RedirectUri> {
    texts.iter().map(|text| RedirectUri::parse(text, true).unwrap()).collect()
}

fn only(branches: &[Uuid]) -> BranchRestriction {
    BranchRestriction::Only(branches.to_vec())
}

fn registered_in_full() -> AppEvent {
    AppEvent::Registered(Box::new(Registration {
        organization_id: ORGANIZATION,
        client_id: CLIENT,
        client_type: ClientType::Confidential,
        name: "Acme ERP – Orders".into(),
        description: Some("Sends orders to the planning.\nReads invoices back.".into()),
        homepage_url: Some("https://erp.acme.example".into()),
        redirect_uris: uris(&["https://erp.acme.example/oauth/callback", "http://127.0.0.1:8976/callback"]),
        allowed_scopes: scopes("routix:orders:read routix:orders:write routix:invoices:read"),
        allowed_branches: only(&[UTRECHT, BREDA]),
        token_lifetime: TokenLifetime::Seconds(1_800),
        refresh_authentication: RefreshAuthentication::Always,
        secret: Some(Fingerprint { sha256: SHA256.into(), last4: "9f2c".into() }),
        registered_at: time("2026-03-02T09:15:27.483920Z"),
        request_fingerprint: Some(REQUEST_SHA256.into()),
    }))
}

fn registered_in_short() -> AppEvent {
    AppEvent::Registered(Box::new(Registration {
        organization_id: ORGANIZATION,
        client_id: CLIENT,
        client_type: ClientType::Public,
        name: "Driver".into(),
        description: None,
        homepage_url: None,
        redirect_uris: uris(&["com.example.driver:/callback"]),
        allowed_scopes: scopes("routix:planning:read"),
        allowed_branches: BranchRestriction::All,
        token_lifetime: TokenLifetime::Seconds(3_600),
        refresh_authentication: RefreshAuthentication::WhenRotated,
        secret: None,
        registered_at: time("2026-03-02T09:15:27Z"),
        request_fingerprint: None,
    }))
}

fn app_events() -> Vec<(&'static str, AppEvent)> {
    let details = |description: Option<&str>, homepage_url: Option<&str>| AppEvent::DetailsChanged {
        name: "Acme ERP".into(),
        description: description.map(String::from),
        homepage_url: homepage_url.map(String::from),
    };
    let redirect_uris = uris(&["https://erp.acme.example/oauth/callback", "https://test.acme.example/cb?tenant=1"]);
    let allowed_scopes = scopes("routix:vehicles:write routix:accounts:read");
    let restricted = |allowed_branches| AppEvent::BranchRestrictionChanged { allowed_branches };
    let always = RefreshAuthentication::Always;
    let rotated = AppEvent::SecretRotated {
        generation: 2,
        secret: Fingerprint { sha256: NEXT_SHA256.into(), last4: "07be".into() },
        rotated_at: time("2026-04-01T12:00:00.000001Z"),
        previous_valid_until: time("2026-04-08T12:00:00.000001Z"),
    };
    vec![
        ("app.registered.1", registered_in_full()),
        ("app.registered.1.minimal", registered_in_short()),
        ("app.details_changed.1", details(Some("Sends orders"), Some("https://acme.example"))),
        ("app.details_changed.1.minimal", details(None, None)),
        ("app.redirect_uris_changed.1", AppEvent::RedirectUrisChanged { redirect_uris }),
        ("app.scopes_changed.1", AppEvent::ScopesChanged { allowed_scopes }),
        ("app.branch_restriction_changed.1", restricted(only(&[UTRECHT]))),
        ("app.branch_restriction_changed.1.minimal", restricted(BranchRestriction::All)),
        ("app.token_lifetime_changed.1", AppEvent::TokenLifetimeChanged { token_lifetime: TokenLifetime::Unlimited }),
        (
            "app.refresh_authentication_changed.1",
            AppEvent::RefreshAuthenticationChanged { refresh_authentication: always },
        ),
        ("app.secret_rotated.1", rotated),
        ("app.secret_overlap_ended.1", AppEvent::SecretOverlapEnded { ended_at: time("2026-04-03T08:30:00.250Z") }),
        ("app.revoked.1", AppEvent::Revoked {}),
        ("app.tokens_cut_off.1", AppEvent::TokensCutOff { token_epoch: 3 }),
        ("app.reactivated.1", AppEvent::Reactivated {}),
        (
            "app.token_revoked.1",
            AppEvent::TokenRevoked { token_id: BREDA, expires_at: Some(time("2026-06-01T09:00:00Z")) },
        ),
        ("app.token_revoked.1.minimal", AppEvent::TokenRevoked { token_id: BREDA, expires_at: None }),
    ]
}

fn organization_events() -> Vec<(&'static str, OrganizationEvent)> {
    use OrganizationEvent as Event;

    let public_id = "RS2RDH3B".parse().unwrap();
    let added = |role, branches| Event::MemberAdded { user_id: USER, role, branches };
    let changed = |role, branches| Event::MemberChanged { user_id: USER, role, branches };
    vec![
        ("organization.created.1", Event::Created { name: "De Vries Transport B.V.".into() }),
        (
            "organization.branch_opened.1",
            Event::BranchOpened { branch_id: UTRECHT, public_id, name: "Utrecht – Lage Weide".into() },
        ),
        ("organization.branch_renamed.1", Event::BranchRenamed { branch_id: UTRECHT, name: "Utrecht".into() }),
        ("organization.branch_closed.1", Event::BranchClosed { branch_id: UTRECHT }),
        ("organization.member_added.1", added(Role::Viewer, only(&[UTRECHT, BREDA]))),
        ("organization.member_added.1.minimal", added(Role::Owner, BranchRestriction::All)),
        ("organization.member_changed.1", changed(Role::Admin, only(&[BREDA]))),
        ("organization.member_changed.1.minimal", changed(Role::Member, BranchRestriction::All)),
        ("organization.member_removed.1", Event::MemberRemoved { user_id: USER }),
    ]
}

fn person_events() -> Vec<(&'static str, PersonEvent)> {
    vec![("person.forgotten.1", PersonEvent::Forgotten {})]
}

fn projection_events() -> Vec<(&'static str, ProjectionEvent)> {
    let reason = "Written by hand during the outage of 2026-05-01; the app does not exist".into();
    let skipped = ProjectionEvent::EventSkipped { position: 412, event_id: BREDA, reason };
    vec![("projection.event_skipped.1", skipped)]
}

fn reservation_events() -> Vec<(&'static str, ReservationEvent)> {
    vec![("reservation.made.1", ReservationEvent::Made { holder_id: UTRECHT })]
}

fn signing_key_events() -> Vec<(&'static str, SigningKeyEvent)> {
    let published = SigningKeyEvent::Published {
        algorithm: "HS256".into(),
        sha256: SHA256.into(),
        activates_at: time("2026-05-01T00:10:00Z"),
    };
    vec![("signing_key.published.1", published), ("signing_key.retired.1", SigningKeyEvent::Retired {})]
}

/// The golden files: name without `.json`, and text.
fn files() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let stem = name.strip_suffix(".json").unwrap_or_else(|| panic!("{name} is no golden file"));
            (stem.to_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// `app.revoked.1.minimal` is type `app.revoked`, version `1`.
fn type_and_version(stem: &str) -> (&str, &str) {
    stem.strip_suffix(".minimal").unwrap_or(stem).rsplit_once('.').unwrap()
}

fn text(stem: &str) -> String {
    files().remove(stem).unwrap_or_else(|| panic!("golden/{stem}.json is missing"))
}

fn json(stem: &str) -> Value {
    serde_json::from_str(&text(stem)).unwrap()
}

fn recorded(stem: &str, aggregate_type: &str, aggregate_id: &str) -> RecordedEvent {
    let (event_type, event_version) = type_and_version(stem);
    RecordedEvent {
        position: 1,
        event_id: Uuid::nil(),
        aggregate_type: aggregate_type.into(),
        aggregate_id: aggregate_id.into(),
        sequence: 1,
        event_type: event_type.into(),
        event_version: event_version.into(),
        payload: text(stem),
        metadata: "{}".into(),
        recorded_at: time("2026-03-02T09:15:27.5Z"),
    }
}

/// The file states this event, the event is written as this file, and both survive cqrs-es with their type and version.
fn check<A>(stem: &str, event: &A::Event)
where
    A: Aggregate,
{
    let stored = json(stem);
    assert_eq!(serde_json::to_value(event).unwrap(), stored, "what is written today is golden/{stem}.json");
    let (event_type, event_version) = type_and_version(stem);
    let row = SerializedEvent::new(
        "a-stream".into(),
        7,
        A::TYPE.into(),
        event_type.into(),
        event_version.into(),
        stored,
        serde_json::json!({ "actor_kind": "system" }),
    );
    let envelope = EventEnvelope::<A>::try_from(row.clone()).unwrap();
    assert_eq!(&envelope.payload, event, "golden/{stem}.json reads back");
    assert_eq!(
        (envelope.payload.event_type().as_str(), envelope.payload.event_version().as_str()),
        (event_type, event_version)
    );
    assert_eq!(envelope.metadata, HashMap::from([("actor_kind".to_owned(), "system".to_owned())]));
    assert_eq!(SerializedEvent::try_from(&envelope).unwrap(), row, "{stem} through cqrs-es and back");
}

/// Something that looks like a client secret: `routix_` and forty hex characters.
fn shows_a_secret(text: &str) -> bool {
    let is_secret = |tail: &str| tail.bytes().take_while(u8::is_ascii_hexdigit).count() >= 40;
    text.match_indices("routix_").any(|(start, prefix)| is_secret(&text[start + prefix.len()..]))
}

#[test]
fn every_app_event_reads_back_and_is_written_the_same() {
    for (stem, event) in app_events() {
        check::<App>(stem, &event);
        let fact = recorded(stem, "app", &CLIENT.to_string()).fact().unwrap();
        assert_eq!(fact, Fact::App { app_id: CLIENT, event });
    }
}

#[test]
fn every_organization_event_reads_back_and_is_written_the_same() {
    for (stem, event) in organization_events() {
        check::<Organization>(stem, &event);
        let fact = recorded(stem, "organization", &ORGANIZATION.to_string()).fact().unwrap();
        assert_eq!(fact, Fact::Organization { organization_id: ORGANIZATION, event });
    }
}

#[test]
fn every_person_event_reads_back_and_is_written_the_same() {
    for (stem, event) in person_events() {
        check::<Person>(stem, &event);
        let fact = recorded(stem, "person", &USER.to_string()).fact().unwrap();
        assert_eq!(fact, Fact::Person { user_id: USER, event });
    }
}

#[test]
fn every_projection_event_reads_back_and_is_written_the_same() {
    for (stem, event) in projection_events() {
        check::<ProjectionSkips>(stem, &event);
        let fact = recorded(stem, "projection", "members").fact().unwrap();
        assert_eq!(fact, Fact::Projection { name: "members".into(), event });
    }
}

#[test]
fn every_reservation_event_reads_back_and_is_written_the_same() {
    for (stem, event) in reservation_events() {
        check::<Reservation>(stem, &event);
        let value = crate::reservation::branch_public_id(&"RS2RDH3B".parse().unwrap());
        assert_eq!(value, "branch_public_id:RS2RDH3B");
        let fact = recorded(stem, "reservation", &value).fact().unwrap();
        assert_eq!(fact, Fact::Reservation { value, event });
    }
}

#[test]
fn every_signing_key_event_reads_back_and_is_written_the_same() {
    for (stem, event) in signing_key_events() {
        check::<SigningKey>(stem, &event);
        let fact = recorded(stem, "signing_key", "k-1").fact().unwrap();
        assert_eq!(fact, Fact::SigningKey { key_id: "k-1".into(), event });
    }
}

#[test]
fn every_type_and_version_has_its_file_and_every_file_its_type() {
    let types = [
        AppEvent::TYPES,
        AuthorizationEvent::TYPES,
        ConsentEvent::TYPES,
        OrganizationEvent::TYPES,
        PersonEvent::TYPES,
        ProjectionEvent::TYPES,
        ReservationEvent::TYPES,
        SigningKeyEvent::TYPES,
    ]
    .concat();
    let stems: BTreeSet<String> = files().into_keys().collect();
    let with_a_file: BTreeSet<_> = stems.iter().map(|stem| type_and_version(stem)).collect();
    assert_eq!(with_a_file, types.iter().copied().collect());
    for (event_type, version) in types {
        assert!(stems.contains(&format!("{event_type}.{version}")), "{event_type} has only a minimal file");
    }
}

#[test]
fn every_file_is_checked_and_every_checked_file_is_there() {
    let mut checked = BTreeSet::new();
    checked.extend(app_events().into_iter().map(|(stem, _)| stem.to_owned()));
    checked.extend(code_flow::authorization_events().into_iter().map(|(stem, _)| stem.to_owned()));
    checked.extend(code_flow::consent_events().into_iter().map(|(stem, _)| stem.to_owned()));
    checked.extend(organization_events().into_iter().map(|(stem, _)| stem.to_owned()));
    checked.extend(person_events().into_iter().map(|(stem, _)| stem.to_owned()));
    checked.extend(projection_events().into_iter().map(|(stem, _)| stem.to_owned()));
    checked.extend(reservation_events().into_iter().map(|(stem, _)| stem.to_owned()));
    checked.extend(signing_key_events().into_iter().map(|(stem, _)| stem.to_owned()));
    assert_eq!(files().into_keys().collect::<BTreeSet<_>>(), checked);
}

#[test]
fn no_stored_event_shows_a_secret() {
    for (stem, text) in files() {
        assert!(!shows_a_secret(&text), "golden/{stem}.json");
    }
    assert!(shows_a_secret(&format!("{{\"secret\":\"routix_{}\"}}", "0a".repeat(20))));
    assert!(!shows_a_secret(&format!("routix_{}", "0a".repeat(19))));
}
